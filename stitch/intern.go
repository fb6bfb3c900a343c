package stitch

import (
	"slices"
	"strings"
)

// internName returns the code of a name of which there are few: a source, a purpose, somebody who says so.
func (s *store) internName(name string) uint32 {
	if s.byName == nil { // the store of a snapshot
		if i := slices.Index(s.names, name); i >= 0 {
			return uint32(i)
		}
	} else if code, ok := s.byName[name]; ok {
		return code
	}
	name = strings.Clone(name)
	code := uint32(len(s.names))
	s.names = append(s.names, name)
	if s.byName != nil {
		s.byName[name] = code
	}
	return code
}

// internProfile returns the code of a profile.
func (s *store) internProfile(id ProfileID) uint32 {
	if i, ok := s.codeOf(id); ok {
		return i
	}
	id.Source = s.names[s.internName(id.Source)] // of which there are few
	i := s.profiles.append(profile{id: id, epoch: s.epoch, recorded: unlimited})
	s.byProfile.insert(hashProfile(id), i)
	return i
}

// internValue returns the code of an identifier.
func (s *store) internValue(id Identifier) uint32 {
	if i, ok := s.valueOf(id); ok {
		return i
	}
	derived := s.derive(id)
	kind := s.internKind(id.kind())
	x := value{id: id, epoch: s.epoch, derived: derived}
	s.judge(&x, s.uses[kind])
	i := s.values.append(x)
	s.kinds.append(kind)
	if derived != none {
		s.ownValue(derived).refs++
	}
	s.byValue.insert(hashIdentifier(id), i)
	//exhaustive:ignore
	switch id.kind() {
	case IP:
		s.ips.add(id, i)
	case IPPrefix:
		if p, ok := parsePrefix(id); ok {
			s.lengths[family(p.Addr())][p.Bits()] = true
		}
	}
	return i
}

// mention lists the values that the fact in hand names. What is looked up for one does not wait for another: a store is
// mostly waiting for memory.
func (s *store) mention(ids ...Identifier) {
	hashes, codes := s.hashes[:0], s.codes[:0]
	for _, id := range ids {
		hashes = append(hashes, hashIdentifier(id))
	}
	for _, h := range hashes {
		codes = append(codes, s.byValue.first(h))
	}
	for i, id := range ids {
		v := codes[i]
		if v == none || s.values.at(v).id != id {
			v = s.internValue(id)
		}
		s.ownValue(v).refs++
		s.mentions = append(s.mentions, v)
	}
	s.hashes, s.codes = hashes, codes
}

// judge sets what the rules and lists say of a value.
func (s *store) judge(v *value, use *kindUse) {
	v.traits, v.blocked = s.c.norm.traits(v.id), false
	for _, g := range use.guards {
		v.blocked = v.blocked || s.c.guards[g].blocks(v.id.value)
	}
}

// derived returns the value that follows from a value on a profile of a level, or none.
func (s *store) derived(v uint32, l Level) uint32 {
	x := s.values.at(v)
	if x.id.kind() == Domain && l != Account {
		return none
	}
	return x.derived
}

// derive returns the value that follows from an identifier, or none: the mail domain of an address, and of a site.
func (s *store) derive(id Identifier) uint32 {
	if id.kind() == Email { // most hosts are known already, and are mail domains themselves
		host := Identifier{tag: mailDomainTag, value: id.value[strings.LastIndexByte(id.value, '@')+1:]}
		if v, ok := s.valueOf(host); ok && !isPseudonym(id.value) {
			return v
		}
	}
	if d, ok := id.Derived(); ok {
		return s.internValue(d)
	}
	if id.kind() == Domain && !isPseudonym(id.value) && !underPrivateSuffix(id.value) {
		return s.internValue(tagged(EmailDomain, "", id.value, id.check()))
	}
	return none
}

// mailDomainTag is that of every mail domain that follows from an address.
var mailDomainTag = tagged(EmailDomain, "", "", FormatOnly).tag
