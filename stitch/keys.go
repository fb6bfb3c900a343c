package stitch

import (
	"iter"
)

// Key routes facts: facts with a common key, directly or by others, must be resolved together.
type Key string

// Keys yields the keys of a fact: its profiles, the values that the rules can use and that are not shared, and the facts
// that it retracts. A bad fact has none.
func (c *Compiled) Keys(f Fact, shared *Shared) iter.Seq[Key] {
	return func(yield func(Key) bool) {
		var report Report
		d := door{c: c, report: &report}
		g, ok := d.admit(0, &f)
		if !ok {
			return
		}
		for _, k := range c.keys(g.fact(), shared) {
			if !yield(k) {
				return
			}
		}
	}
}

func profileKey(p ProfileID) Key { return Key("profile:" + p.String()) }

func (c *Compiled) keys(f Fact, shared *Shared) (keys []Key) {
	switch b := f.Body.(type) {
	case Seen:
		keys = append(keys, profileKey(b.Profile))
		for _, id := range b.Identifiers {
			keys = c.valueKeys(keys, id, b.Level, shared)
		}
	case Ended:
		keys = append(keys, profileKey(b.Profile))
	case Consent:
		keys = append(keys, profileKey(b.Profile))
	case Judgement:
		keys = append(keys, profileKey(b.A), profileKey(b.B))
	case Apart:
		for _, g := range b.Groups {
			for _, p := range g {
				keys = append(keys, profileKey(p))
			}
		}
	case Affiliated:
		keys = append(keys, profileKey(b.Person), profileKey(b.Account))
	case Related:
		keys = append(keys, profileKey(b.A), profileKey(b.B))
	case Pin:
		keys = append(keys, profileKey(b.Profile))
	case Retract:
		keys = append(keys, Key("fact:"+b.Fact), Key("fact:"+f.ID))
	}
	if shared != nil && shared.retracted[f.ID] {
		keys = append(keys, Key("fact:"+f.ID))
	}
	return keys
}

// valueKeys appends the keys of an identifier and of what derives from it.
func (c *Compiled) valueKeys(keys []Key, id Identifier, level Level, shared *Shared) []Key {
	ids := []Identifier{id}
	if d, ok := id.Derived(); ok {
		ids = append(ids, d)
	}
	if id.kind() == Domain && level == Account {
		ids = append(ids, tagged(EmailDomain, "", id.value, id.check()))
	}
	for _, id := range ids {
		if id.kind() == IP || id.kind() == IPPrefix {
			keys = c.rangeKeys(keys, id, shared)
		}
		unites, affiliates := c.routes(id.kind())
		t := c.norm.traits(id)
		if t&traitWeak == 0 && (affiliates || unites && !shared.Has(id) && t&traitRole == 0) {
			keys = append(keys, Key(string(id.kind())+":"+id.system()+"\x00"+id.value))
		}
	}
	return keys
}

// rangeKeys appends the owned prefixes that an address or prefix lies in.
func (c *Compiled) rangeKeys(keys []Key, id Identifier, shared *Shared) []Key {
	p, ok := parsePrefix(id)
	if !ok || shared == nil {
		return keys
	}
	for bits := p.Bits(); bits >= minBits; bits-- {
		q, err := p.Addr().Prefix(bits)
		if err != nil {
			break
		}
		if shared.prefixes[tagged(IPPrefix, "", q.String(), FormatOnly)] {
			keys = append(keys, Key("range:"+q.String()))
		}
	}
	return keys
}

// routes reports whether some rule can connect two profiles of one level, or of two, by a value of a kind. Of a rule with
// several conditions one is enough, since all must hold.
func (c *Compiled) routes(k Kind) (unites, affiliates bool) {
	for i := range c.rules {
		r := &c.rules[i]
		if r.off || len(r.same) == 0 || r.same[0].kind != k {
			continue
		}
		unites = unites || r.effect == Same || r.effect == Relate
		affiliates = affiliates || r.effect == Affiliate
	}
	return unites, affiliates
}
