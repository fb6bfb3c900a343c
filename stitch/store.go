package stitch

import (
	"cmp"
	"slices"
	"strings"
)

const none = ^uint32(0)

// store is the evidence of one view in columns: profiles, values and who holds what. A value is an interned identifier,
// a profile an interned [ProfileID]; both are codes in the order of arrival, which never decides anything.
type store struct {
	c          *Compiled
	at         int64 // the moment that is looked at
	facts      []factRec
	mentions   []uint32 // the values that facts name, one fact after the other
	profiles   cowSlice[profile]
	values     cowSlice[value]
	combos     cowSlice[combo]
	byProfile  index
	byValue    index
	byFact     index             // facts by id; no part of a snapshot
	names      []string          // those of which there are few
	byName     map[string]uint32 // no part of a snapshot
	byCombo    cowMap[[4]uint32, uint32]
	byEntity   index // founders, by the id of their entity
	ips        ipIndex
	collisions int     // founders with one id
	decided    *Shared // who is shared was decided over more facts than these; nil = decide here
	uses       map[Kind]*kindUse
	relates    bool         // some rule has the effect Relate
	epoch      uint32       // grows with every snapshot: older objects are copied before they change
	lengths    [2][129]bool // prefix lengths that somebody owns, of IPv4 and IPv6
	slabs      *slabs
}

// slabs are where the small parts of a store lie.
type slabs struct {
	holdings slab[holding]
	sights   slab[sight]
	consents slab[consent]
	codes    slab[uint32]
}

func newSlabs() *slabs {
	return &slabs{
		holdings: slab[holding]{size: slabSize},
		sights:   slab[sight]{size: slabSize}, consents: slab[consent]{size: slabSize}, codes: slab[uint32]{size: slabSize},
	}
}

// answers are where the parts of an answer lie, if it is found in one go. The zero value is for answers that are replaced.
type answers struct {
	components slab[component]
	entities   slab[entity]
	lists      slab[*entity]
	links      slab[link]
	rows       slab[belonging]
	codes      slab[uint32]
}

func bulkAnswers() answers {
	return answers{
		components: slab[component]{size: slabSize}, entities: slab[entity]{size: slabSize}, lists: slab[*entity]{size: slabSize},
		links: slab[link]{size: slabSize}, rows: slab[belonging]{size: slabSize}, codes: slab[uint32]{size: slabSize},
	}
}

// factRec is a [Fact] in columns.
type factRec struct {
	id                 string
	occurred, recorded int64
	body               Body   // nil for a Seen without fields and for an Ended
	by                 uint32 // among the names of those who say so
	profile            uint32 // of a fact that is about one profile alone
	first              uint32 // the values of a Seen or Ended are those from here on in the list of the store
	count              uint16
	kind               bodyKind
	level              Level
	state              factState
}

type factState uint8

const (
	factWaiting   factState = iota // not yet visible
	factActive                     // counts
	factRetracted                  // was never so
	factErased                     // forgotten
)

type profile struct {
	id       ProfileID
	epoch    uint32 // of the last change; zero once forgotten
	level    Level
	active   int32     // number of Seen that count
	recorded int64     // earliest RecordedAt of a Seen that is known
	holdings []holding // by value, via
	seens    []uint32  // facts, known ones, by (recorded, id)
	consents []consent // active ones, by (occurred, id)
	said     *said     // nil for most
	entity   *entity
}

// gone reports whether the profile was forgotten.
func (p *profile) gone() bool { return p.epoch == 0 }

// consent is a [Consent] in codes.
type consent struct {
	t, until int64
	fact     uint32
	purpose  uint32 // among the names
	state    ConsentState
}

// said is what else is said of a profile: active facts by (occurred, id).
type said struct {
	ends       []ending // by (occurred, fact id)
	judgements []uint32 // Judgement and Apart
	affiliated []uint32
	related    []uint32
	combos     []uint32 // no fact: what the rules look at
	pins       int32
}

var nothingSaid said

// words returns what is said of the profile, for reading.
func (p *profile) words() *said {
	if p.said == nil {
		return &nothingSaid
	}
	return p.said
}

// say returns what is said of the profile, for changing; the profile must be owned.
func (p *profile) say() *said {
	if p.said == nil {
		p.said = &said{}
	}
	return p.said
}

func (s *said) clone() *said {
	if s == nil {
		return nil
	}
	return &said{
		ends: slices.Clone(s.ends), judgements: slices.Clone(s.judgements), affiliated: slices.Clone(s.affiliated), related: slices.Clone(s.related), combos: slices.Clone(s.combos), pins: s.pins,
	}
}

type value struct {
	id       Identifier
	epoch    uint32
	use      *kindUse
	traits   traits
	blocked  bool
	shared   bool
	refs     int32    // facts that name it
	derived  uint32   // the value that follows from it, or none
	accounts uint32   // the number of holders that are accounts: they come first
	holders  []uint32 // profiles with a holding of it, in no other order
}

// gone reports whether the value was forgotten.
func (v *value) gone() bool { return v.epoch == 0 }

// usable reports whether the value may be evidence at all.
func (v *value) usable() bool { return !v.blocked && v.traits&traitWeak == 0 }

// unites reports whether the value may be evidence that two profiles are the same.
func (v *value) unites() bool { return v.usable() && !v.shared && v.traits&traitRole == 0 }

// combo is a combination of values that a rule with several Same conditions asks for.
type combo struct {
	rule    uint32
	values  []uint32
	holders []uint32
	epoch   uint32
}

// kindUse is what the rules want from a kind.
type kindUse struct {
	kind       Kind
	same       [3][]int // by level: rules of effect Same with this kind as their only Same condition
	relate     [3][]int // likewise for Relate
	affiliate  bool     // some Affiliate rule compares it
	affiliates []int    // rules of effect Affiliate that start from a value of it: their first Same, or IP for Within
	guards     []int    // guards on it
	counted    bool     // some guard on it has MaxHolders
	countedBy  bool     // some guard counts holders by this kind
}

func newStore(c *Compiled) *store {
	s := &store{
		c: c, epoch: 1, slabs: newSlabs(), byProfile: newIndex(), byValue: newIndex(), byFact: newIndex(), byName: map[string]uint32{},
		byCombo: newCowMap[[4]uint32, uint32](hashCombo), byEntity: newIndex(), ips: newIPIndex(),
	}
	s.setRules(c)
	return s
}

// setRules prepares the tables that depend on rules; what values and profiles keep of them is renewed by the caller.
func (s *store) setRules(c *Compiled) {
	s.c, s.uses, s.relates = c, map[Kind]*kindUse{}, false
	use := func(k Kind) *kindUse {
		if s.uses[k] == nil {
			s.uses[k] = &kindUse{kind: k}
		}
		return s.uses[k]
	}
	for i := range c.rules {
		r := &c.rules[i]
		if r.off {
			continue
		}
		s.relates = s.relates || r.effect == Relate
		for _, cond := range r.same {
			if r.effect == Affiliate {
				use(cond.kind).affiliate = true
			}
		}
		if r.within {
			use(IP).affiliate, use(IPPrefix).affiliate = true, true
			use(IP).affiliates = append(use(IP).affiliates, i)
		} else if r.effect == Affiliate {
			use(r.same[0].kind).affiliates = append(use(r.same[0].kind).affiliates, i)
		}
		if len(r.same) == 1 && r.effect == Same {
			u := use(r.same[0].kind)
			u.same[r.level] = append(u.same[r.level], i)
		}
		if len(r.same) == 1 && r.effect == Relate {
			u := use(r.same[0].kind)
			u.relate[r.level] = append(u.relate[r.level], i)
		}
	}
	for i, g := range c.guards {
		u := use(g.kind)
		u.guards = append(u.guards, i)
		u.counted = u.counted || g.maxHolders > 0
		if g.countBy != "" {
			use(g.countBy).countedBy = true
		}
	}
}

func (s *store) useOf(k Kind) *kindUse {
	u := s.uses[k]
	if u == nil {
		u = &kindUse{kind: k}
		s.uses[k] = u
	}
	return u
}

// internName returns the code of a name of which there are few: a source, a purpose, somebody who says so.
func (s *store) internName(name string) uint32 {
	code, ok := s.byName[name]
	if s.byName == nil { // the store of a snapshot
		i := slices.Index(s.names, name)
		if i < 0 {
			s.names = append(s.names, name)
			return uint32(len(s.names) - 1)
		}
		return uint32(i)
	}
	if !ok {
		name = strings.Clone(name)
		code = uint32(len(s.names))
		s.names, s.byName[name] = append(s.names, name), code
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
	i := s.values.append(s.newValue(id, derived))
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

func (s *store) newValue(id Identifier, derived uint32) value {
	v := value{id: id, epoch: s.epoch, derived: derived}
	s.judge(&v)
	return v
}

// judge sets what the rules and lists say of a value.
func (s *store) judge(v *value) {
	v.use, v.traits, v.blocked = s.useOf(v.id.kind()), s.c.norm.traits(v.id), false
	for _, g := range v.use.guards {
		v.blocked = v.blocked || s.c.guards[g].blocks(v.id.value)
	}
}

// own returns the profile for changing: with lists of its own if a snapshot holds it.
func (s *store) own(i uint32) *profile {
	p := s.profiles.at(i)
	if p.epoch == s.epoch {
		return p
	}
	p = s.profiles.own(i)
	p.epoch = s.epoch
	p.holdings = slices.Clone(p.holdings)
	for j := range p.holdings { // appends must not write into the array of the snapshot
		p.holdings[j].seen = slices.Clone(p.holdings[j].seen)
	}
	p.seens, p.consents, p.said = slices.Clone(p.seens), slices.Clone(p.consents), p.said.clone()
	return p
}

func (s *store) ownValue(i uint32) *value {
	v := s.values.at(i)
	if v.epoch == s.epoch {
		return v
	}
	v = s.values.own(i)
	v.epoch, v.holders = s.epoch, slices.Clone(v.holders)
	return v
}

func (s *store) ownCombo(i uint32) *combo {
	c := s.combos.at(i)
	if c.epoch == s.epoch {
		return c
	}
	c = s.combos.own(i)
	c.epoch, c.holders = s.epoch, slices.Clone(c.holders)
	return c
}

// before orders facts by (occurred, id).
func (s *store) before(a, b uint32) int {
	x, y := &s.facts[a], &s.facts[b]
	return cmp.Or(cmp.Compare(x.occurred, y.occurred), cmp.Compare(x.id, y.id))
}

// knownBefore orders facts by (recorded, id).
func (s *store) knownBefore(a, b uint32) int {
	x, y := &s.facts[a], &s.facts[b]
	return cmp.Or(cmp.Compare(x.recorded, y.recorded), cmp.Compare(x.id, y.id))
}

// insertFact puts a fact into a sorted list.
func insertFact(list []uint32, f uint32, order func(a, b uint32) int) []uint32 {
	i, found := slices.BinarySearchFunc(list, f, order)
	if found {
		return list
	}
	return slices.Insert(list, i, f)
}

func removeFact(list []uint32, f uint32) []uint32 {
	if i := slices.Index(list, f); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
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
	if d, ok := id.Derived(); ok {
		return s.internValue(d)
	}
	if id.kind() == Domain && !isPseudonym(id.value) && !underPrivateSuffix(id.value) {
		return s.internValue(tagged(EmailDomain, "", id.value, id.check()))
	}
	return none
}
