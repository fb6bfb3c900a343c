package stitch

import (
	"slices"
	"time"
)

// Link is one reason why two profiles are together: a rule that held on them, or a judgement.
type Link struct {
	A, B     ProfileID // A is the smaller
	Rule     string    // "judgement" for a human's word
	Version  string    // of the rules
	Priority int
	Strength float64
	Kinds    []Kind    // what they share
	Since    time.Time // both hold it since then
	Until    time.Time // when the link ends if nothing new is seen; zero = never
	Support  time.Time // the evidence is as fresh as this
	Facts    []string  // the observations, or the judgement
	Score    Score     // of a scored link; the parts sum to the total
	values   []Identifier
	key      []byte // hides the values
}

// Values returns what is shared as keyed hashes: equal values have equal hashes, and nobody can read them.
func (l Link) Values() []string {
	out := make([]string, len(l.values))
	for i, v := range l.values {
		sum := mac(l.key, "explain", string(v.kind()), v.system(), v.value)
		out[i] = idText.EncodeToString(sum[:10])
	}
	return out
}

// describe tells what the evidence of a link is.
func (s *Snapshot) describe(l link) Link {
	st := &s.store
	a, b := st.profiles.at(l.a), st.profiles.at(l.b)
	out := Link{A: a.id, B: b.id, Rule: st.ruleName(l.rule), Version: st.c.source.Version, Strength: l.rank.strength}
	if l.rule < 0 {
		rec := &st.facts[l.rank.fact]
		out.Since, out.Support, out.Facts = moment(rec.occurred), moment(rec.occurred), []string{rec.id}
		return out
	}
	r := &st.c.rules[l.rule]
	e := st.eval()
	out.Priority, out.Support, out.key = r.priority, moment(l.rank.support), st.c.config.Key
	out.Kinds, out.values, out.Facts = make([]Kind, 0, len(r.same)), make([]Identifier, 0, len(r.same)), make([]string, 0, 4*len(r.same))
	if l.rank.support != unlimited {
		out.Until = moment(after(l.rank.support, r.lapse))
	}
	since := int64(-unlimited)
	for _, c := range r.same {
		v, _, ok := e.bestValue(r, c, a, b)
		if !ok {
			continue
		}
		out.Kinds = append(out.Kinds, c.kind)
		id := st.values.at(v).id
		out.values = append(out.values, id)
		for _, p := range [...]*profile{a, b} {
			first, last, _ := e.hold(p, v, r.purpose)
			since = max(since, first)
			out.Facts = append(out.Facts, e.witness(p, v, first), e.witness(p, v, last))
		}
	}
	if r.scored {
		out.Score = e.score(a, b)
	}
	if since > -unlimited {
		out.Since = moment(since)
	}
	slices.Sort(out.Facts)
	out.Facts = slices.Compact(out.Facts)
	return out
}

// witness returns the id of the fact by which a profile was seen with a value at a time; of several the smallest.
func (e *eval) witness(p *profile, v uint32, t int64) string {
	id := ""
	i, _ := p.findHolding(v, 0)
	for ; i < len(p.holdings) && p.holdings[i].value == v; i++ {
		for _, x := range p.holdings[i].seen {
			if f := e.s.facts[x.fact].id; x.t == t && (id == "" || f < id) {
				id = f
			}
		}
	}
	return id
}

// Explanation says why two profiles are together, or why not.
type Explanation struct {
	A, B     ProfileID
	Together bool
	Entity   string // the one entity, if together
	Path     []Link // from A to B: of all ways the one whose weakest link comes first in the order of links, and of those the shortest
	Gap      Gap    // if not together
	shown    bool
}

// WithValues returns the explanation with the shared values in the clear in [Explanation.Shared].
func (x Explanation) WithValues() Explanation {
	x.shown = true
	return x
}

// Shared returns what the i-th link of the path shares: the values after WithValues, else keyed hashes.
func (x Explanation) Shared(i int) []string {
	if i < 0 || i >= len(x.Path) {
		return nil
	}
	if !x.shown {
		return x.Path[i].Values()
	}
	out := make([]string, len(x.Path[i].values))
	for j, v := range x.Path[i].values {
		out[j] = v.value
	}
	return out
}

// Explain says why two profiles are one entity, link by link, or why they are not. A profile that is no part of the view
// is apart from everything.
func (s *Snapshot) Explain(a, b ProfileID) Explanation {
	x := Explanation{A: a, B: b}
	p, okp := s.find(a)
	q, okq := s.find(b)
	if !okp || !okq || p.entity != q.entity {
		x.Gap = s.WhyNot(a, b)
		return x
	}
	x.Together, x.Entity = true, p.entity.id
	for _, l := range s.path(p.entity, a, b) {
		x.Path = append(x.Path, s.describe(l))
	}
	return x
}

// Refusal is a link that did not come about: the first, in the order of links, between two entities.
type Refusal struct {
	Link  Link
	Cause RefusalCause
	By    string    // the fact, rule or guarded kind that stood in the way
	A, B  ProfileID // of a veto: the pair that it is about
}

func (s *Snapshot) refusal(r refusal) Refusal {
	out := Refusal{Link: s.describe(r.link), Cause: r.by.cause, By: r.name(&s.store)}
	if r.by.cause == VetoedByJudgement || r.by.cause == VetoedByRule {
		out.A, out.B = s.store.profiles.at(uint32(r.by.a)).id, s.store.profiles.at(uint32(r.by.b)).id
	}
	return out
}

// Refusals returns the links from and within an entity that did not come about, in order.
func (s *Snapshot) Refusals(id string) []Refusal {
	ent, ok := s.store.entityOf(id)
	if !ok {
		return nil
	}
	var out []Refusal
	for _, r := range s.refusalsOf(ent) {
		out = append(out, s.refusal(r))
	}
	return out
}

// Step is one step in how an entity came about: a merge, or a link that was refused.
type Step struct {
	Link    Link
	Refused bool
	Cause   RefusalCause
	By      string
	Size    int // members of the cluster after a merge
}

// How returns the merges that made an entity, in order, and then what was refused.
func (s *Snapshot) How(id string) []Step {
	ent, ok := s.store.entityOf(id)
	if !ok {
		return nil
	}
	cluster := map[uint32]*[]uint32{}
	of := func(m uint32) *[]uint32 {
		if cluster[m] == nil {
			cluster[m] = &[]uint32{m}
		}
		return cluster[m]
	}
	var out []Step
	for _, l := range ent.links {
		a, b := of(l.a), of(l.b)
		*a = append(*a, *b...)
		for _, m := range *b {
			cluster[m] = a
		}
		out = append(out, Step{Link: s.describe(l), Size: len(*a)})
	}
	for _, r := range s.Refusals(id) {
		out = append(out, Step{Link: r.Link, Refused: true, Cause: r.Cause, By: r.By})
	}
	return out
}
