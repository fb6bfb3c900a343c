package stitch

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// pairKey names a pair of entities in a diff.
type pairKey struct{ a, b string }

// changes turns an outcome into the feed, in a fixed order.
// was is the clock before.
func (r *Resolver) changes(out *outcome, was int64, expiry bool) []Change {
	w := &feedWriter{s: r.engine.s, out: out, was: moment(was), now: moment(r.clock), expiry: expiry}
	w.partition()
	w.affiliations()
	w.relations()
	w.findings()
	for i := range w.list {
		r.seq++
		w.list[i].Seq, w.list[i].At = r.seq, w.now
	}
	return w.list
}

type feedWriter struct {
	s        *store
	out      *outcome
	was, now time.Time
	expiry   bool
	newest   uint32 // the newest fact behind the outcome
	searched bool
	list     []Change
}

func (w *feedWriter) add(kind ChangeKind, entity, into string, profiles []uint32, rule string) {
	c := Change{Kind: kind, Entity: entity, Into: into, Cause: Cause{Rule: rule, Version: w.s.c.source.Version, Expiry: w.expiry}}
	cause := none
	w.s.sortProfiles(profiles)
	c.Profiles = w.s.ids(profiles)
	for _, p := range profiles {
		if f, ok := w.out.cause[p]; ok && f != none && (cause == none || w.s.knownBefore(f, cause) > 0) {
			cause = f
		}
	}
	if cause == none && !w.expiry {
		if !w.searched {
			w.newest, w.searched = w.anyCause(), true
		}
		cause = w.newest
	}
	if cause != none {
		c.Cause.Fact = w.s.facts[cause].id
	}
	w.list = append(w.list, c)
}

// anyCause returns the newest fact behind the whole outcome.
func (w *feedWriter) anyCause() uint32 {
	cause := none
	for _, f := range w.out.cause {
		if f != none && (cause == none || w.s.knownBefore(f, cause) > 0) {
			cause = f
		}
	}
	return cause
}

// partition writes who moved where.
func (w *feedWriter) partition() {
	type move struct {
		pairKey
		profile uint32
	}
	moves := make([]move, 0, len(w.out.before))
	existed, exists := make([]string, 0, len(w.out.before)), make([]string, 0, len(w.out.before))
	for p, before := range w.out.before {
		m := move{profile: p}
		if before != nil {
			m.a = before.id
			existed = append(existed, m.a)
		}
		if now := w.s.profiles.at(p).entity; now != nil {
			m.b = now.id
			exists = append(exists, m.b)
		}
		if m.a != m.b {
			moves = append(moves, m)
		}
	}
	slices.Sort(existed)
	slices.Sort(exists)
	existed = slices.Compact(existed)
	among := func(ids []string, id string) bool {
		_, ok := slices.BinarySearch(ids, id)
		return ok
	}
	slices.SortFunc(moves, func(x, y move) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	var into map[string][]string
	for i := 0; i < len(moves); {
		k := moves[i].pairKey
		var profiles []uint32
		for ; i < len(moves) && moves[i].pairKey == k; i++ {
			profiles = append(profiles, moves[i].profile)
		}
		switch {
		case k.a == "" && among(existed, k.b):
			w.add(Joined, k.b, "", profiles, w.bridge(k.b, profiles))
		case k.a == "":
			w.add(Created, k.b, "", profiles, w.bridge(k.b, profiles))
		case k.b == "":
			w.add(Left, k.a, "", profiles, "")
		case among(exists, k.a):
			w.add(Split, k.a, k.b, profiles, "")
		default:
			w.add(Merged, k.a, k.b, profiles, w.bridge(k.b, profiles))
		}
		if k.a != "" && k.b != "" {
			if into == nil {
				into = map[string][]string{}
			}
			into[k.a] = append(into[k.a], k.b)
		}
	}
	for _, id := range existed {
		if among(exists, id) {
			continue
		}
		successor := ""
		if len(into[id]) == 1 {
			successor = into[id][0]
		}
		w.add(Retired, id, successor, nil, "")
	}
}

// bridge names the rule of the first link that connects profiles with the rest of their entity.
func (w *feedWriter) bridge(id string, profiles []uint32) string {
	ent, ok := w.s.entityOf(id)
	if !ok {
		return ""
	}
	for _, l := range ent.links {
		if slices.Contains(profiles, l.a) != slices.Contains(profiles, l.b) {
			return w.s.ruleName(l.rule)
		}
	}
	return ""
}

// ruleName returns the name of a rule, "judgement" for −1.
func (s *store) ruleName(rule int32) string {
	if rule < 0 {
		return "judgement"
	}
	return s.c.rules[rule].name
}

// stay is one window in which a person belonged to an account.
type stay struct {
	pairKey
	span
	live bool
	rule string
}

// stays lists the affiliations of entities by person and account, each pair in the order of its rows.
func stays(entities []*entity, at int64) []stay {
	n := 0
	for _, e := range entities {
		n += len(e.affiliations)
	}
	out := make([]stay, 0, n)
	for _, e := range entities {
		for i := range e.affiliations {
			b := &e.affiliations[i]
			x := stay{pairKey: pairKey{e.id, b.account}, span: span{b.from, b.to}, live: b.contains(at)}
			if b.rule != nil {
				x.rule = b.rule.name
			}
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(x, y stay) int { return x.compare(y.pairKey) })
	return out
}

func (k pairKey) compare(l pairKey) int { return cmp.Or(cmp.Compare(k.a, l.a), cmp.Compare(k.b, l.b)) }

// cutPair takes the windows of a pair off the front of a list: those of the pair, whether one is live, and the rule of the
// last one that is.
func cutPair(list []stay, k pairKey) (own, rest []stay, live bool, rule string) {
	n := 0
	for n < len(list) && list[n].pairKey == k {
		if list[n].live {
			live, rule = true, list[n].rule
		}
		n++
	}
	return list[:n], list[n:], live, rule
}

func (w *feedWriter) affiliations() {
	before, now := stays(w.out.replaced, nano(w.was)), stays(w.out.made, nano(w.now))
	for len(before)+len(now) > 0 {
		var k pairKey
		if len(now) == 0 || len(before) > 0 && before[0].compare(now[0].pairKey) < 0 {
			k = before[0].pairKey
		} else {
			k = now[0].pairKey
		}
		var b, n []stay
		var wasLive, isLive bool
		var wasRule, rule string
		b, before, wasLive, wasRule = cutPair(before, k)
		n, now, isLive, rule = cutPair(now, k)
		same := func(x, y stay) bool { return x.span == y.span }
		switch {
		case len(n) == 0:
			w.add(AffiliationEnded, k.a, k.b, nil, wasRule)
		case len(b) > 0 && wasLive == isLive && slices.EqualFunc(b, n, same):
		case isLive:
			w.add(AffiliatedChange, k.a, k.b, nil, rule)
		default:
			w.add(AffiliationEnded, k.a, k.b, nil, rule)
		}
	}
}

func (w *feedWriter) relations() {
	collect := func(ents []*entity, at time.Time) map[Relation]bool {
		var m map[Relation]bool
		for _, e := range ents {
			if m == nil && len(e.beside().relations) > 0 {
				m = map[Relation]bool{}
			}
			for _, x := range e.beside().relations {
				if x.Valid.Contains(at) {
					m[x] = true
				}
			}
		}
		return m
	}
	before, now := collect(w.out.replaced, w.was), collect(w.out.made, w.now)
	if len(before)+len(now) == 0 {
		return
	}
	for _, x := range slices.SortedFunc(maps.Keys(before), compareRelations) {
		if !now[x] {
			w.add(RelationEnded, x.A, x.B, nil, cmp.Or(x.Rule, x.Relation))
		}
	}
	for _, x := range slices.SortedFunc(maps.Keys(now), compareRelations) {
		if !before[x] {
			w.add(RelatedChange, x.A, x.B, nil, cmp.Or(x.Rule, x.Relation))
		}
	}
}

// findings writes the contradictions and refusals that were not there before.
func (w *feedWriter) findings() {
	if !slices.ContainsFunc(w.out.new, func(c *component) bool { return len(c.found().clashes)+len(c.found().refusals) > 0 }) {
		return
	}
	clashes := func(list []*component) map[clash]bool {
		m := map[clash]bool{}
		for _, c := range list {
			for _, x := range c.found().clashes {
				m[x] = true
			}
		}
		return m
	}
	before := clashes(w.out.old)
	for _, c := range w.out.new {
		for _, x := range c.found().clashes {
			if before[x] {
				continue
			}
			profiles := []uint32{x.a}
			if x.b != none {
				profiles = append(profiles, x.b)
			}
			w.add(ContradictionFound, w.idOf(x.a), "", profiles, cmp.Or(x.rule, string(x.value), x.kind.String()))
		}
	}
	type meeting struct {
		a, b  uint32
		cause RefusalCause
	}
	old := map[meeting]bool{}
	for _, c := range w.out.old {
		for _, x := range c.found().refusals {
			old[meeting{x.link.a, x.link.b, x.by.cause}] = true
		}
	}
	for _, c := range w.out.new {
		for _, x := range c.found().refusals {
			if !old[meeting{x.link.a, x.link.b, x.by.cause}] {
				w.add(Refused, w.idOf(x.link.a), w.idOf(x.link.b), []uint32{x.link.a, x.link.b}, x.name(w.s))
			}
		}
	}
}

func (w *feedWriter) idOf(p uint32) string {
	if e := w.s.profiles.at(p).entity; e != nil {
		return e.id
	}
	return ""
}
