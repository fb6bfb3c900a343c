package stitch

import (
	"cmp"
	"slices"
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
	collisions int              // founders with one id
	decided    *Shared          // who is shared was decided over more facts than these; nil = decide here
	uses       []*kindUse       // by the code of the kind
	byKind     map[Kind]uint32  // no part of a snapshot
	kinds      cowSlice[uint32] // of values, beside them: most questions end with the kind
	relates    bool             // some rule has the effect Relate
	epoch      uint32           // grows with every snapshot: older objects are copied before they change
	lengths    [2][129]bool     // prefix lengths that somebody owns, of IPv4 and IPv6
	slabs      *slabs
	hashes     []uint64 // space for the identifiers of one fact
	codes      []uint32 // likewise
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

func newStore(c *Compiled) *store {
	s := &store{
		c: c, epoch: 1, slabs: newSlabs(), byProfile: newIndex(), byValue: newIndex(), byFact: newIndex(), byName: map[string]uint32{}, byKind: map[Kind]uint32{},
		byCombo: newCowMap[[4]uint32, uint32](hashCombo), byEntity: newIndex(), ips: newIPIndex(),
	}
	s.setRules(c)
	return s
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
