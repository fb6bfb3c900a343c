package stitch

import (
	"cmp"
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
		out[i] = idText.EncodeToString(mac(l.key, "explain", string(v.kind), v.system, v.value)[:10])
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

// path returns the fewest links that lead from one member to another over the widest way. How wide that is, the tree of
// links that united the entity tells: links were taken in order, so the last one on the way through the tree is the
// narrowest place that cannot be avoided. All links up to that one are then searched breadth first; the holders of one value
// are next to each other without their links being built.
func (s *Snapshot) path(ent *entity, a, b ProfileID) []link {
	find := func(id ProfileID) int32 {
		i, _ := slices.BinarySearchFunc(ent.members, id, func(m uint32, id ProfileID) int { return s.store.profiles.at(m).id.Compare(id) })
		return int32(i)
	}
	start, goal := find(a), find(b)
	if start == goal {
		return nil
	}
	u := newUnion(s.store.eval(), ent.level, ent.members)
	edges := u.judge(&component{})
	arrivals, more := u.collect()
	edges = append(edges, more...)
	widest := u.narrowest(ent.links, start, goal)
	type holder struct {
		member int32
		rank   rank
	}
	held := make([][]holder, len(u.groups))     // by group
	groups := make([][]int32, len(ent.members)) // by member
	singles := make([][]edge, len(ent.members)) // by member
	for _, x := range arrivals {
		if u.compareRank(x.rank, widest) <= 0 {
			held[x.group] = append(held[x.group], holder{x.member, x.rank})
			groups[x.member] = append(groups[x.member], x.group)
		}
	}
	for _, x := range edges {
		if u.compareRank(x.rank, widest) <= 0 {
			singles[x.lo], singles[x.hi] = append(singles[x.lo], x), append(singles[x.hi], x)
		}
	}
	via := make([]edge, len(ent.members))
	seen := make([]bool, len(ent.members))
	seen[start] = true
	queue := []int32{start}
	better := func(x, y edge) bool {
		return cmp.Or(u.compareRank(x.rank, y.rank), u.compareLabel(x.rule, x.value, y.rule, y.value)) < 0
	}
	for k := 0; k < len(queue) && !seen[goal]; k++ {
		m := queue[k]
		first := len(queue)
		reach := func(q int32, x edge) {
			if slices.Contains(queue[first:], q) {
				if better(x, via[q]) {
					via[q] = x
				}
			} else if !seen[q] {
				seen[q], via[q] = true, x
				queue = append(queue, q)
			}
		}
		for _, g := range groups[m] {
			mine := held[g][slices.IndexFunc(held[g], func(h holder) bool { return h.member == m })]
			for _, h := range held[g] {
				if !seen[h.member] || slices.Contains(queue[first:], h.member) {
					r := h.rank
					r.support = min(r.support, mine.rank.support)
					reach(h.member, edge{lo: min(m, h.member), hi: max(m, h.member), rule: u.groups[g].rule, value: u.groups[g].value, rank: r})
				}
			}
		}
		for _, x := range singles[m] {
			reach(x.lo+x.hi-m, x)
		}
		slices.Sort(queue[first:])
	}
	var out []link
	for m := goal; m != start; m = via[m].lo + via[m].hi - m {
		if !seen[m] {
			return nil // cannot be: the tree itself leads there
		}
		out = append(out, u.link(via[m]))
	}
	slices.Reverse(out)
	return out
}

// narrowest returns the last rank on the way through the tree of links.
func (u *union) narrowest(tree []link, start, goal int32) rank {
	position := make(map[uint32]int32, len(u.members))
	for i, m := range u.members {
		position[m] = int32(i)
	}
	f := forest{}
	f.grow(len(u.members))
	var r rank
	for _, l := range tree { // in order: the link that first connects the two is the last on the way
		f.unite(uint32(position[l.a]), uint32(position[l.b]))
		if f.root(uint32(start)) == f.root(uint32(goal)) {
			r = l.rank
			break
		}
	}
	return r
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
	ent, ok := s.store.entities.get(id)
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
	ent, ok := s.store.entities.get(id)
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
