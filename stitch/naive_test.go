package stitch_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/stitch"
)

// The naive resolver: section by section what a resolution is, with maps and quadratic loops, and nothing shared with the
// package but the types. It knows the rules that the tests use.

type naive struct {
	rules stitch.Rules
	at    time.Time
	known time.Time

	facts  []stitch.Fact // visible and not retracted, whatever Occurred
	levels map[stitch.ProfileID]stitch.Level
	first  map[stitch.ProfileID]time.Time
	pinned map[stitch.ProfileID]bool
	ids    []stitch.ProfileID
	entity map[stitch.ProfileID]string
	merged []string // "a b rule" in order
	refuse []string // "a b rule cause by" reduced
}

const never = 100 * 365 * 24 * time.Hour

func lapse(l stitch.Lapse) time.Duration {
	d, ok, _ := l.Duration()
	if !ok {
		return never
	}
	return d
}

func entityName(l stitch.Level, p stitch.ProfileID) string { return l.String() + ":" + p.String() }

func resolveNaively(facts []stitch.Fact, rules stitch.Rules, v b2b.View) *naive {
	n := &naive{
		rules: rules, at: v.At, known: v.Known, levels: map[stitch.ProfileID]stitch.Level{},
		first: map[stitch.ProfileID]time.Time{}, pinned: map[stitch.ProfileID]bool{}, entity: map[stitch.ProfileID]string{},
	}
	visible := map[string]stitch.Fact{}
	for _, f := range facts {
		if f.RecordedAt.IsZero() {
			f.RecordedAt = f.Occurred
		}
		if v.Known.IsZero() || !f.RecordedAt.After(v.Known) {
			visible[f.ID] = f
		}
	}
	retracted := map[string]bool{}
	for _, f := range visible {
		if b, ok := f.Body.(stitch.Retract); ok {
			if _, isRetract := visible[b.Fact].Body.(stitch.Retract); !isRetract {
				retracted[b.Fact] = true
			}
		}
	}
	for _, f := range visible {
		if !retracted[f.ID] {
			n.facts = append(n.facts, f)
		}
	}
	slices.SortFunc(n.facts, func(a, b stitch.Fact) int {
		return cmp.Or(a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
	})
	present := map[stitch.ProfileID]bool{}
	for _, f := range n.facts {
		switch b := f.Body.(type) {
		case stitch.Seen:
			if n.levels[b.Profile] == 0 {
				n.levels[b.Profile] = b.Level
				n.first[b.Profile] = f.RecordedAt
			}
			if !f.Occurred.After(n.at) {
				present[b.Profile] = true
			}
		case stitch.Pin:
			if !f.Occurred.After(n.at) {
				n.pinned[b.Profile] = true
			}
		}
	}
	for p := range present {
		n.ids = append(n.ids, p)
	}
	slices.SortFunc(n.ids, stitch.ProfileID.Compare)
	n.resolve(stitch.Person)
	n.resolve(stitch.Account)
	return n
}

// consent of a profile for a purpose at t.
func (n *naive) consent(p stitch.ProfileID, purpose string, t time.Time) stitch.ConsentState {
	var best stitch.Fact
	state := stitch.ConsentUnknown
	for _, f := range n.facts {
		b, ok := f.Body.(stitch.Consent)
		if !ok || b.Profile != p || b.Purpose != purpose || f.Occurred.After(t) || f.Occurred.After(n.at) || !b.Until.IsZero() && !t.Before(b.Until) {
			continue
		}
		if state == stitch.ConsentUnknown && best.ID == "" || cmp.Or(best.Occurred.Compare(f.Occurred), cmp.Compare(best.ID, f.ID)) < 0 {
			best, state = f, b.State
		}
	}
	return state
}

// values that a fact gives, with what each derives from.
func given(b stitch.Seen) map[stitch.Identifier][]stitch.Identifier {
	m := map[stitch.Identifier][]stitch.Identifier{}
	for _, id := range b.Identifiers {
		m[id] = append(m[id], id)
		if d, ok := id.Derived(); ok {
			m[d] = append(m[d], id)
		}
		if id.Kind() == stitch.Domain && b.Level == stitch.Account {
			d := stitch.MustIdentifier(stitch.EmailDomain, "", id.Value())
			m[d] = append(m[d], id)
		}
	}
	return m
}

type period struct{ first, last time.Time }

// holds returns what a profile holds at t.
func (n *naive) holds(p stitch.ProfileID, purpose string, t time.Time) map[stitch.Identifier]period {
	if t.After(n.at) {
		t = n.at
	}
	out := map[stitch.Identifier]period{}
	if purpose != "" && n.levels[p] == stitch.Person && n.consent(p, purpose, n.at) != stitch.Granted {
		return out
	}
	ended := func(id stitch.Identifier, from time.Time) bool {
		for _, f := range n.facts {
			if b, ok := f.Body.(stitch.Ended); ok && b.Profile == p && b.Identifier == id && !f.Occurred.After(t) && !f.Occurred.Before(from) {
				return true
			}
		}
		return false
	}
	for _, f := range n.facts {
		b, ok := f.Body.(stitch.Seen)
		if !ok || b.Profile != p || f.Occurred.After(t) {
			continue
		}
		if purpose != "" && n.levels[p] == stitch.Person && n.consent(p, purpose, f.Occurred) != stitch.Granted {
			continue
		}
		for id, sources := range given(b) {
			for _, source := range sources {
				if ended(id, f.Occurred) || ended(source, f.Occurred) {
					continue
				}
				x, had := out[id]
				if !had || f.Occurred.Before(x.first) {
					x.first = f.Occurred
				}
				if !had || f.Occurred.After(x.last) {
					x.last = f.Occurred
				}
				out[id] = x
			}
		}
	}
	return out
}

func (n *naive) blocked(id stitch.Identifier) bool {
	for _, g := range n.rules.Guards {
		if g.Kind == id.Kind() && slices.Contains(g.Block, strings.ToLower(id.Value())) {
			return true
		}
	}
	return false
}

func (n *naive) weak(id stitch.Identifier) bool {
	return (id.Kind() == stitch.EmailDomain || id.Kind() == stitch.Domain) && id.Value() == "gmail.com"
}

func (n *naive) shared(id stitch.Identifier) bool {
	if id.Kind() == stitch.Email && strings.HasPrefix(id.Value(), "info@") {
		return true
	}
	for _, g := range n.rules.Guards {
		if g.Kind != id.Kind() || g.MaxHolders == 0 {
			continue
		}
		count := 0
		distinct := map[stitch.Identifier]bool{}
		for _, p := range n.ids {
			held := n.holds(p, "", n.at)
			if x, ok := held[id]; ok && n.at.Before(x.last.Add(lapse(g.HolderWindow))) {
				count++
				for other := range held {
					if other.Kind() == g.CountBy {
						distinct[other] = true
					}
				}
			}
		}
		if g.CountBy != "" {
			count = len(distinct)
		}
		if count > g.MaxHolders {
			return true
		}
	}
	return false
}

// sightings in the current period.
func (n *naive) sightings(p stitch.ProfileID, id stitch.Identifier, purpose string, t time.Time) []time.Time {
	var out []time.Time
	x, ok := n.holds(p, purpose, t)[id]
	if !ok {
		return nil
	}
	for _, f := range n.facts {
		if b, ok := f.Body.(stitch.Seen); ok && b.Profile == p && !f.Occurred.Before(x.first) && !f.Occurred.After(t) && !f.Occurred.After(n.at) {
			if purpose != "" && n.levels[p] == stitch.Person && n.consent(p, purpose, f.Occurred) != stitch.Granted {
				continue
			}
			if _, has := given(b)[id]; has {
				out = append(out, f.Occurred)
			}
		}
	}
	return out
}

// test says whether a rule holds on a pair at t and returns the support and the shared values.
func (n *naive) test(r stitch.Rule, a, b stitch.ProfileID, t time.Time) (support time.Time, ok bool) {
	if len(r.Only) > 0 && (!slices.Contains(r.Only, a.Source) || !slices.Contains(r.Only, b.Source)) ||
		slices.Contains(r.Except, a.Source) || slices.Contains(r.Except, b.Source) || r.Across && a.Source == b.Source {
		return support, false
	}
	timed := false
	purpose := r.Purpose
	if purpose == "none" {
		purpose = ""
	}
	for _, c := range r.When {
		s, hasTime, ok := n.condition(r, c, purpose, a, b, t)
		if !ok {
			return support, false
		}
		if hasTime && (!timed || s.Before(support)) {
			support, timed = s, true
		}
	}
	for _, c := range r.Unless {
		if _, _, ok := n.condition(stitch.Rule{Effect: stitch.Never}, c, "", a, b, t); ok {
			return support, false
		}
	}
	if timed {
		life := lapse(r.Expire.After)
		if h := lapse(r.Expire.HalfLife); h != never && r.Expire.Floor > 0 {
			strength := cmp.Or(r.Strength, 20)
			for d := time.Duration(0); ; d += time.Hour { // the tests use whole hours
				if strength < r.Expire.Floor {
					life = min(life, d)
					break
				}
				strength = cmp.Or(r.Strength, 20) * pow2(-float64(d+time.Hour)/float64(h))
			}
		}
		if !t.Before(support.Add(life)) {
			return support, false
		}
	}
	return support, true
}

func (n *naive) condition(r stitch.Rule, c stitch.Condition, purpose string, a, b stitch.ProfileID, t time.Time) (support time.Time, timed, ok bool) {
	ha, hb := n.holds(a, purpose, t), n.holds(b, purpose, t)
	switch {
	case c.Same != "":
		for id, x := range ha {
			y, both := hb[id]
			if !both || id.Kind() != c.Same || id.Check() < c.MinCheck || n.blocked(id) {
				continue
			}
			if r.Effect != stitch.Never && n.weak(id) || (r.Effect == stitch.Same || r.Effect == stitch.Relate) && n.shared(id) {
				continue
			}
			if c.Together != "" && !slices.ContainsFunc(n.sightings(a, id, purpose, t), func(ta time.Time) bool {
				return slices.ContainsFunc(n.sightings(b, id, purpose, t), func(tb time.Time) bool { return ta.Sub(tb).Abs() <= lapse(c.Together) })
			}) {
				continue
			}
			s := x.last
			if y.last.Before(s) {
				s = y.last
			}
			if r.Expire.Since == "first" {
				s = x.first
				if y.first.After(s) {
					s = y.first
				}
			}
			if !ok || s.After(support) {
				support, timed, ok = s, true, true
			}
		}
		return support, timed, ok
	case c.Differ != "":
		na, nb, equal := 0, 0, false
		ha, hb = n.holds(a, "", t), n.holds(b, "", t)
		for id := range ha {
			if id.Kind() == c.Differ && !n.blocked(id) {
				na++
				_, both := hb[id]
				equal = equal || both
			}
		}
		for id := range hb {
			if id.Kind() == c.Differ && !n.blocked(id) {
				nb++
			}
		}
		return support, false, na > 0 && nb > 0 && !equal
	case c.Within != "":
		for ip, x := range ha {
			if ip.Kind() != stitch.IP || n.blocked(ip) {
				continue
			}
			prefix, owners := n.owner(ip, t)
			y, both := hb[prefix]
			if !both || owners != 1 {
				continue
			}
			s := x.last
			if y.last.Before(s) {
				s = y.last
			}
			if !ok || s.After(support) {
				support, timed, ok = s, true, true
			}
		}
		return support, timed, ok
	}
	panic("unknown condition")
}

// owner returns the longest prefix around an address that an account holds at t, and by how many accounts.
func (n *naive) owner(ip stitch.Identifier, t time.Time) (best stitch.Identifier, owners int) {
	p := netip.MustParsePrefix(ip.Value())
	entities := map[stitch.Identifier]map[string]bool{}
	longest := -1
	for _, q := range n.ids {
		if n.levels[q] != stitch.Account {
			continue
		}
		for id := range n.holds(q, "", t) {
			if id.Kind() != stitch.IPPrefix {
				continue
			}
			o := netip.MustParsePrefix(id.Value())
			if o.Bits() <= p.Bits() && o.Contains(p.Addr()) {
				if entities[id] == nil {
					entities[id] = map[string]bool{}
				}
				entities[id][n.entity[q]] = true
				if o.Bits() > longest {
					longest, best = o.Bits(), id
				}
			}
		}
	}
	return best, len(entities[best])
}

type naiveLink struct {
	always   bool
	by       stitch.Fact
	rule     int
	priority int
	strength float64
	support  time.Time
	a, b     stitch.ProfileID
}

func (n *naive) resolve(level stitch.Level) {
	var ids []stitch.ProfileID
	for _, p := range n.ids {
		if n.levels[p] == level {
			ids = append(ids, p)
		}
	}
	type pair struct{ a, b stitch.ProfileID }
	judged := map[pair]stitch.Verdict{}
	by := map[pair]stitch.Fact{}
	for _, f := range n.facts { // by (recorded, id): the last word holds
		if f.Occurred.After(n.at) {
			continue
		}
		set := func(a, b stitch.ProfileID, v stitch.Verdict) {
			if a.Compare(b) > 0 {
				a, b = b, a
			}
			judged[pair{a, b}], by[pair{a, b}] = v, f
		}
		switch b := f.Body.(type) {
		case stitch.Judgement:
			set(b.A, b.B, b.Verdict)
		case stitch.Apart:
			for i, g := range b.Groups {
				for _, h := range b.Groups[:i] {
					for _, x := range g {
						for _, y := range h {
							set(x, y, stitch.NeverSame)
						}
					}
				}
			}
		}
	}
	var links []naiveLink
	ruleVeto := map[pair]string{}
	for i, a := range ids {
		for _, b := range ids[i+1:] {
			if judged[pair{a, b}] == stitch.Always {
				links = append(links, naiveLink{always: true, by: by[pair{a, b}], rule: -1, a: a, b: b})
			}
			for ri, r := range n.rules.Rules {
				if r.Off || r.Level != level || !r.Valid.Contains(n.at) {
					continue
				}
				support, ok := n.test(r, a, b, n.at)
				switch {
				case !ok:
				case r.Effect == stitch.Same:
					links = append(links, naiveLink{rule: ri, priority: r.Priority, strength: cmp.Or(r.Strength, 20), support: support, a: a, b: b})
				case r.Effect == stitch.Never && ruleVeto[pair{a, b}] == "":
					ruleVeto[pair{a, b}] = r.Name
				}
			}
		}
	}
	slices.SortStableFunc(links, func(x, y naiveLink) int {
		switch {
		case x.always != y.always:
			if x.always {
				return -1
			}
			return 1
		case x.always:
			return cmp.Or(y.by.RecordedAt.Compare(x.by.RecordedAt), cmp.Compare(y.by.ID, x.by.ID))
		}
		return cmp.Or(cmp.Compare(x.priority, y.priority), cmp.Compare(y.strength, x.strength), y.support.Compare(x.support),
			x.a.Compare(y.a), x.b.Compare(y.b), cmp.Compare(x.rule, y.rule))
	})
	cluster := map[stitch.ProfileID]int{}
	for i, p := range ids {
		cluster[p] = i
	}
	members := func(c int) (out []stitch.ProfileID) {
		for _, p := range ids {
			if cluster[p] == c {
				out = append(out, p)
			}
		}
		return out
	}
	type refusal struct {
		l     naiveLink
		cause string
	}
	var refusals []refusal
	for _, l := range links {
		ca, cb := cluster[l.a], cluster[l.b]
		if ca == cb {
			continue
		}
		cause := ""
		for _, x := range members(ca) {
			for _, y := range members(cb) {
				k := pair{x, y}
				if x.Compare(y) > 0 {
					k = pair{y, x}
				}
				if judged[k] == stitch.NeverSame {
					cause = "judgement"
				} else if !l.always && ruleVeto[k] != "" && cause == "" {
					cause = "never-rule"
				}
			}
		}
		if cause == "" && !l.always && n.guarded(members(ca), members(cb)) {
			cause = "guard"
		}
		if cause != "" {
			refusals = append(refusals, refusal{l, cause})
			continue
		}
		for _, p := range members(cb) {
			cluster[p] = ca
		}
		n.merged = append(n.merged, fmt.Sprint(l.a, " ", l.b, " ", n.ruleName(l.rule)))
	}
	met := map[[2]int]bool{}
	for _, r := range refusals {
		k := [2]int{min(cluster[r.l.a], cluster[r.l.b]), max(cluster[r.l.a], cluster[r.l.b])}
		if k[0] != k[1] && !met[k] {
			met[k] = true
			n.refuse = append(n.refuse, fmt.Sprint(r.l.a, " ", r.l.b, " ", n.ruleName(r.l.rule), " ", r.cause))
		}
	}
	for _, p := range ids {
		ms := members(cluster[p])
		founder := slices.MinFunc(ms, func(a, b stitch.ProfileID) int {
			if n.pinned[a] != n.pinned[b] {
				if n.pinned[a] {
					return -1
				}
				return 1
			}
			return cmp.Or(n.first[a].Compare(n.first[b]), a.Compare(b))
		})
		n.entity[p] = entityName(level, founder)
	}
}

func (n *naive) ruleName(i int) string {
	if i < 0 {
		return "judgement"
	}
	return n.rules.Rules[i].Name
}

// guarded says whether uniting two clusters would exceed a guard.
func (n *naive) guarded(a, b []stitch.ProfileID) bool {
	for _, g := range n.rules.Guards {
		if g.MaxPerEntity == 0 {
			continue
		}
		type system string
		count := func(ps ...stitch.ProfileID) map[system]map[stitch.Identifier]bool {
			m := map[system]map[stitch.Identifier]bool{}
			for _, p := range ps {
				for id, x := range n.holds(p, "", n.at) {
					if id.Kind() == g.Kind && n.at.Before(x.last.Add(lapse(g.Window))) && !n.blocked(id) && !n.shared(id) {
						if m[system(id.System())] == nil {
							m[system(id.System())] = map[stitch.Identifier]bool{}
						}
						m[system(id.System())][id] = true
					}
				}
			}
			return m
		}
		ma, mb, both := count(a...), count(b...), count(append(slices.Clone(a), b...)...)
		for s, vs := range both {
			if len(vs) > g.MaxPerEntity && len(vs) > len(ma[s]) && len(vs) > len(mb[s]) {
				return true
			}
		}
	}
	return false
}

// affiliated returns the accounts of a person entity at t: "rule account".
func (n *naive) affiliated(entity string, t time.Time) []string {
	set := map[string]bool{}
	for _, p := range n.ids {
		if n.entity[p] != entity || n.levels[p] != stitch.Person {
			continue
		}
		for _, a := range n.ids {
			if n.levels[a] != stitch.Account {
				continue
			}
			for _, r := range n.rules.Rules {
				if r.Effect != stitch.Affiliate || r.Off || !r.Valid.Contains(t) {
					continue
				}
				if _, ok := n.test(r, p, a, t); ok {
					set[r.Name+" "+n.entity[a]] = true
				}
			}
			for _, f := range n.facts {
				if b, ok := f.Body.(stitch.Affiliated); ok && b.Person == p && b.Account == a && !f.Occurred.After(n.at) && b.Valid.Contains(t) {
					set[" "+n.entity[a]] = true
				}
			}
		}
	}
	var out []string
	for x := range set {
		out = append(out, x)
	}
	slices.Sort(out)
	return out
}

// related returns the relations: "a b relation rule".
func (n *naive) related() []string {
	set := map[string]bool{}
	for i, a := range n.ids {
		for _, b := range n.ids[i+1:] {
			if n.levels[a] != n.levels[b] || n.entity[a] == n.entity[b] {
				continue
			}
			for _, r := range n.rules.Rules {
				if r.Effect == stitch.Relate && r.Level == n.levels[a] && !r.Off && r.Valid.Contains(n.at) {
					if _, ok := n.test(r, a, b, n.at); ok {
						set[fmt.Sprint(n.entity[a], " ", n.entity[b], " ", r.Relation, " ", r.Name)] = true
					}
				}
			}
		}
	}
	for _, f := range n.facts {
		if b, ok := f.Body.(stitch.Related); ok && !f.Occurred.After(n.at) && n.entity[b.A] != "" && n.entity[b.B] != "" &&
			n.levels[b.A] == n.levels[b.B] && n.entity[b.A] != n.entity[b.B] {
			set[fmt.Sprint(n.entity[b.A], " ", n.entity[b.B], " ", b.Relation, " ")] = true
		}
	}
	var out []string
	for x := range set {
		out = append(out, x)
	}
	slices.Sort(out)
	return out
}
