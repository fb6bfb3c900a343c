package stitch_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/stitch"
)

func pow2(x float64) float64 { return math.Exp2(x) }

// epoch is day 0 of the tests.
var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

func day(n int) time.Time { return epoch.AddDate(0, 0, n) }

func pid(source, id string) stitch.ProfileID { return stitch.ProfileID{Source: source, ID: id} }

var (
	people    = []stitch.ProfileID{pid("crm", "1"), pid("crm", "2"), pid("crm", "3"), pid("shop", "1"), pid("shop", "2"), pid("web", "1"), pid("web", "2"), pid("web", "3")}
	companies = []stitch.ProfileID{pid("crm", "a"), pid("crm", "b"), pid("erp", "a"), pid("erp", "b")}
	everybody = slices.Concat(people, companies)
)

// pools gives the values of each kind: few, so that they collide.
var pools = map[stitch.Level][]stitch.Identifier{
	stitch.Person: {
		stitch.MustIdentifier(stitch.Email, "", "ann@acme.nl"), stitch.MustIdentifier(stitch.Email, "", "bob@acme.nl"),
		stitch.MustIdentifier(stitch.Email, "", "info@acme.nl"), stitch.MustIdentifier(stitch.Email, "", "cas@gmail.com"),
		stitch.MustIdentifier(stitch.Email, "", "dee@beta.de"),
		stitch.MustIdentifier(stitch.Cookie, "web", "c1"), stitch.MustIdentifier(stitch.Cookie, "web", "c2"), stitch.MustIdentifier(stitch.Cookie, "web", "c3"),
		stitch.MustIdentifier(stitch.Login, "shop", "l1"), stitch.MustIdentifier(stitch.Login, "shop", "l2"), stitch.MustIdentifier(stitch.Login, "desk", "l1"),
		stitch.MustIdentifier(stitch.Device, "web", "d1"), stitch.MustIdentifier(stitch.Device, "web", "d2"),
		stitch.MustIdentifier(stitch.PersonName, "", "Ann Ek"), stitch.MustIdentifier(stitch.PersonName, "", "Bob Os"),
		stitch.MustIdentifier(stitch.Phone, "", "+31201234567"), stitch.MustIdentifier(stitch.Phone, "", "+31201234568"),
		stitch.MustIdentifier(stitch.IP, "", "8.8.8.8"), stitch.MustIdentifier(stitch.IP, "", "8.8.9.8"),
		stitch.MustIdentifier("born", "", "1980-01-01"), stitch.MustIdentifier("born", "", "1990-01-01"),
	},
	stitch.Account: {
		stitch.MustIdentifier(stitch.VAT, "", "NL123456782B90"), stitch.MustIdentifier(stitch.VAT, "", "BE0428759497"),
		stitch.MustIdentifier(stitch.KvK, "", "12345678"), stitch.MustIdentifier(stitch.KvK, "", "87654321"),
		stitch.MustIdentifier(stitch.Domain, "", "acme.nl"), stitch.MustIdentifier(stitch.Domain, "", "beta.de"), stitch.MustIdentifier(stitch.Domain, "", "gmail.com"),
		stitch.MustIdentifier(stitch.CompanyName, "", "Acme"), stitch.MustIdentifier(stitch.CompanyName, "", "Beta"),
		stitch.MustIdentifier(stitch.IPPrefix, "", "8.8.0.0/16"), stitch.MustIdentifier(stitch.IPPrefix, "", "8.8.8.0/24"),
		stitch.MustIdentifier(stitch.Switchboard, "", "+31101234567"),
	},
}

// houseRules uses every feature that a rule has.
func houseRules() stitch.Rules {
	same := func(k stitch.Kind) stitch.Condition { return stitch.Condition{Same: k} }
	return stitch.Rules{
		Version: "house",
		Rules: []stitch.Rule{
			{Name: "login", Effect: stitch.Same, Level: stitch.Person, Priority: 1, When: []stitch.Condition{same(stitch.Login)}},
			{Name: "mail", Effect: stitch.Same, Level: stitch.Person, Priority: 2, Strength: 25, When: []stitch.Condition{same(stitch.Email)}},
			{Name: "cookie", Effect: stitch.Same, Level: stitch.Person, Priority: 3, When: []stitch.Condition{same(stitch.Cookie)}, Expire: stitch.Expire{After: "5d"}, Purpose: "link"},
			{Name: "device", Effect: stitch.Same, Level: stitch.Person, Priority: 3, When: []stitch.Condition{{Same: stitch.Device, Together: "2d"}}, Unless: []stitch.Condition{{Differ: stitch.PersonName}}},
			{Name: "phone and name", Effect: stitch.Same, Level: stitch.Person, Priority: 4, When: []stitch.Condition{same(stitch.Phone), same(stitch.PersonName)}},
			{Name: "phone across", Effect: stitch.Same, Level: stitch.Person, Priority: 5, Strength: 8, When: []stitch.Condition{same(stitch.Phone)}, Across: true, Expire: stitch.Expire{HalfLife: "2d", Floor: 3}, Except: []string{"shop"}},
			{Name: "born", Effect: stitch.Never, Level: stitch.Person, When: []stitch.Condition{{Differ: "born"}}},
			{Name: "vat", Effect: stitch.Same, Level: stitch.Account, Priority: 1, When: []stitch.Condition{{Same: stitch.VAT, MinCheck: stitch.Checked}}},
			{Name: "domain and name", Effect: stitch.Same, Level: stitch.Account, Priority: 3, When: []stitch.Condition{same(stitch.Domain), same(stitch.CompanyName)}},
			{Name: "fresh domain", Effect: stitch.Same, Level: stitch.Account, Priority: 4, When: []stitch.Condition{same(stitch.Domain)}, Expire: stitch.Expire{After: "3d", Since: "first"}, Only: []string{"crm", "erp"}},
			{Name: "switchboard", Effect: stitch.Relate, Level: stitch.Account, Relation: "other", When: []stitch.Condition{same(stitch.Switchboard)}, Valid: b2b.Window{To: day(25)}},
			{Name: "mail domain", Effect: stitch.Affiliate, When: []stitch.Condition{same(stitch.EmailDomain)}},
			{Name: "range", Effect: stitch.Affiliate, When: []stitch.Condition{{Within: stitch.IP}}, Expire: stitch.Expire{After: "6d"}, Purpose: "link", Strength: 3},
		},
		Guards: []stitch.Guard{
			{Kind: stitch.Login, MaxPerEntity: 1},
			{Kind: stitch.VAT, MaxPerEntity: 1},
			{Kind: stitch.KvK, MaxPerEntity: 1, Window: "10d"},
			{Kind: stitch.Cookie, MaxHolders: 3, HolderWindow: "7d"},
			{Kind: stitch.Device, MaxHolders: 1, CountBy: stitch.PersonName},
			{Kind: stitch.CompanyName, Block: []string{"beta"}},
		},
	}
}

// otherRules differ from the house rules in a few places.
func otherRules() stitch.Rules {
	r := houseRules()
	r.Version = "other"
	r.Rules[1].Off = true
	r.Rules[3].Expire = stitch.Expire{After: "4d"}
	r.Rules[9].Valid = b2b.Window{From: day(8)}
	r.Guards = r.Guards[1:]
	return r
}

func testConfig(rules stitch.Rules) stitch.Config {
	return stitch.Config{Rules: rules, IDs: entityName, Key: bytes.Repeat([]byte{7}, 32)}
}

// drawBody draws what a fact says; refs are the ids of facts so far.
func drawBody(t *rapid.T, refs []string) stitch.Body {
	person := rapid.SampledFrom(people)
	company := rapid.SampledFrom(companies)
	window := func() b2b.Window {
		from := rapid.IntRange(0, 20).Draw(t, "from")
		w := b2b.Window{From: day(from)}
		if rapid.Bool().Draw(t, "bounded") {
			w.To = day(from + rapid.IntRange(1, 10).Draw(t, "length"))
		}
		return w
	}
	seen := func(level stitch.Level) stitch.Body {
		p := person
		if level == stitch.Account {
			p = company
		}
		b := stitch.Seen{Profile: p.Draw(t, "profile"), Level: level}
		b.Identifiers = rapid.SliceOfN(rapid.SampledFrom(pools[level]), 1, 3).Draw(t, "identifiers")
		if rapid.IntRange(0, 9).Draw(t, "field") == 0 {
			b.Fields = []stitch.Field{{Name: "title", Value: rapid.SampledFrom([]string{"boss", "clerk"}).Draw(t, "title")}}
		}
		return b
	}
	switch rapid.IntRange(0, 19).Draw(t, "body") {
	default:
		return seen(stitch.Person)
	case 8, 9, 10:
		return seen(stitch.Account)
	case 11:
		return stitch.Ended{Profile: person.Draw(t, "profile"), Identifier: rapid.SampledFrom(pools[stitch.Person]).Draw(t, "identifier")}
	case 12:
		return stitch.Ended{Profile: company.Draw(t, "profile"), Identifier: rapid.SampledFrom(pools[stitch.Account]).Draw(t, "identifier")}
	case 13:
		if len(refs) == 0 {
			return seen(stitch.Person)
		}
		return stitch.Retract{Fact: rapid.SampledFrom(refs).Draw(t, "fact")}
	case 14, 15:
		b := stitch.Consent{Profile: person.Draw(t, "profile"), Purpose: "link", State: rapid.SampledFrom([]stitch.ConsentState{stitch.Granted, stitch.Granted, stitch.Denied, stitch.Withdrawn}).Draw(t, "state")}
		if rapid.Bool().Draw(t, "bounded") {
			b.Until = day(rapid.IntRange(25, 40).Draw(t, "until"))
		}
		return b
	case 16, 17:
		set := people
		if rapid.IntRange(0, 2).Draw(t, "accounts") == 0 {
			set = companies
		}
		i := rapid.IntRange(0, len(set)-2).Draw(t, "a")
		j := rapid.IntRange(i+1, len(set)-1).Draw(t, "b")
		return stitch.Judgement{A: set[i], B: set[j], Verdict: rapid.SampledFrom([]stitch.Verdict{stitch.Always, stitch.NeverSame, stitch.NeverSame, stitch.NoView}).Draw(t, "verdict")}
	case 18:
		switch rapid.IntRange(0, 3).Draw(t, "which") {
		case 0:
			return stitch.Apart{Groups: [][]stitch.ProfileID{{people[0], people[3]}, {people[1], people[5]}}}
		case 1:
			return stitch.Pin{Profile: rapid.SampledFrom(everybody).Draw(t, "pin")}
		default:
			return stitch.Related{A: companies[rapid.IntRange(0, 1).Draw(t, "a")], B: companies[rapid.IntRange(2, 3).Draw(t, "b")], Relation: "parent_of"}
		}
	case 19:
		return stitch.Affiliated{Person: person.Draw(t, "profile"), Account: company.Draw(t, "account"), Valid: window(), Primary: rapid.Bool().Draw(t, "primary")}
	}
}

func drawFact(t *rapid.T, n int, refs []string) stitch.Fact {
	occurred := rapid.IntRange(0, 20).Draw(t, "occurred")
	return stitch.Fact{
		ID: fmt.Sprintf("f%03d", n), Occurred: day(occurred), RecordedAt: day(rapid.IntRange(max(0, occurred-3), 22).Draw(t, "recorded")),
		By: "test", Body: drawBody(t, refs),
	}
}

func drawFacts(t *rapid.T, most int) []stitch.Fact {
	var facts []stitch.Fact
	var refs []string
	for n := range rapid.IntRange(1, most).Draw(t, "facts") {
		facts = append(facts, drawFact(t, n, refs))
		refs = append(refs, facts[n].ID)
	}
	return facts
}

type failer interface {
	Helper()
	Fatal(args ...any)
}

func answer(t failer, s *stitch.Snapshot) []byte {
	t.Helper()
	b, err := s.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// compare holds a snapshot against the naive resolver.
func compare(t *rapid.T, s *stitch.Snapshot, n *naive) {
	t.Helper()
	got := map[stitch.ProfileID]string{}
	for _, p := range everybody {
		if id, ok := s.Person(p); ok {
			got[p] = string(id)
		}
		if id, ok := s.Account(p); ok {
			got[p] = string(id)
		}
	}
	if diff := cmp.Diff(n.entity, got); diff != "" {
		t.Fatalf("at %v known %v: entities (-naive +got)\n%s", n.at, n.known, diff)
	}
	var merges, refusals, relations []string
	for _, l := range []stitch.Level{stitch.Person, stitch.Account} {
		for id := range s.Entities(l) {
			for _, x := range s.How(id) {
				if !x.Refused {
					merges = append(merges, fmt.Sprint(x.Link.A, " ", x.Link.B, " ", x.Link.Rule))
				} else if x.Cause != stitch.SharedRange && x.Cause != stitch.SameEntity {
					refusals = append(refusals, fmt.Sprint(x.Link.A, " ", x.Link.B, " ", x.Link.Rule, " ", x.Cause))
				}
			}
			for _, r := range s.Relations(id) {
				relations = append(relations, fmt.Sprint(r.A, " ", r.B, " ", r.Relation, " ", r.Rule))
			}
			if l == stitch.Account {
				continue
			}
			for d := 0; d < 30; d += 3 {
				var accounts []string
				for _, a := range s.Affiliations(id, day(d)) {
					accounts = append(accounts, a.Rule+" "+string(a.Account))
				}
				slices.Sort(accounts)
				accounts = slices.Compact(accounts)
				if diff := cmp.Diff(n.affiliated(id, day(d)), accounts); diff != "" {
					t.Fatalf("view at %v: affiliations of %s on day %d (-naive +got)\n%s", n.at, id, d, diff)
				}
			}
		}
	}
	for _, list := range [][]string{merges, refusals, relations, n.merged, n.refuse} {
		slices.Sort(list)
	}
	if diff := cmp.Diff(n.merged, merges); diff != "" {
		t.Fatalf("merges (-naive +got)\n%s", diff)
	}
	if diff := cmp.Diff(n.refuse, slices.Compact(refusals)); diff != "" {
		t.Fatalf("refusals (-naive +got)\n%s", diff)
	}
	if diff := cmp.Diff(n.related(), slices.Compact(relations)); diff != "" {
		t.Fatalf("relations (-naive +got)\n%s", diff)
	}
}

// propBatch: Batch is the naive resolver.
func propBatch(t *rapid.T) {
	facts := drawFacts(t, 25)
	v := b2b.View{At: day(rapid.IntRange(5, 30).Draw(t, "at"))}
	if rapid.Bool().Draw(t, "then") {
		v.Known = day(rapid.IntRange(5, 30).Draw(t, "known"))
	}
	s, report, err := stitch.Batch(context.Background(), testConfig(houseRules()), facts, v)
	if err != nil || report.Rejected > 0 {
		t.Fatal(err, report)
	}
	compare(t, s, resolveNaively(coarse(facts), houseRules(), v))
}

// coarse cuts the addresses of facts as the door does.
func coarse(facts []stitch.Fact) []stitch.Fact {
	out := slices.Clone(facts)
	for i, f := range out {
		if b, ok := f.Body.(stitch.Seen); ok {
			b.Identifiers = slices.Clone(b.Identifiers)
			for j := range b.Identifiers {
				b.Identifiers[j] = cut(b.Identifiers[j])
			}
			out[i].Body = b
		}
		if b, ok := f.Body.(stitch.Ended); ok {
			b.Identifier = cut(b.Identifier)
			out[i].Body = b
		}
	}
	return out
}

func cut(id stitch.Identifier) stitch.Identifier {
	if id.Kind() == stitch.IP {
		return stitch.Coarse(id, 24, 48)
	}
	return id
}

func TestBatch(t *testing.T) { rapid.Check(t, propBatch) }
func FuzzBatch(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propBatch)) }

// propOrder: any order and any batches give the bytes of Batch, in every view, and the feed folds to the partition.
func propOrder(t *rapid.T) {
	facts := drawFacts(t, 30)
	shuffled := rapid.Permutation(facts).Draw(t, "order")
	r, err := stitch.New(testConfig(houseRules()))
	if err != nil {
		t.Fatal(err)
	}
	var feed []stitch.Change
	for rest := shuffled; len(rest) > 0; {
		n := rapid.IntRange(1, len(rest)).Draw(t, "batch")
		changes, report, err := r.Apply(rest[:n]...)
		if err != nil || report.Rejected > 0 {
			t.Fatal(err, report)
		}
		feed = append(feed, changes...)
		rest = rest[n:]
		if rapid.IntRange(0, 3).Draw(t, "look") == 0 {
			r.Snapshot() // makes the following changes copy
		}
	}
	feed = append(feed, r.Advance(day(rapid.IntRange(0, 40).Draw(t, "advance")))...)
	s := r.Snapshot()
	want, _, err := stitch.Batch(context.Background(), testConfig(houseRules()), facts, b2b.View{At: r.Clock()})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(answer(t, want), answer(t, s)) {
		compare(t, s, resolveNaively(coarse(facts), houseRules(), b2b.View{At: r.Clock()}))
		t.Fatal("the resolver and Batch differ in bytes")
	}
	partition := map[stitch.ProfileID]string{}
	for _, p := range everybody {
		if id, ok := s.Person(p); ok {
			partition[p] = string(id)
		}
		if id, ok := s.Account(p); ok {
			partition[p] = string(id)
		}
	}
	if diff := cmp.Diff(partition, stitch.Fold(slices.Values(feed))); diff != "" {
		t.Fatalf("the feed folds to another partition (-snapshot +fold)\n%s", diff)
	}
	if diff := cmp.Diff(liveAffiliations(s, r.Clock()), foldAffiliations(feed)); diff != "" {
		t.Fatalf("the feed folds to other affiliations (-snapshot +fold)\n%s", diff)
	}
	v := b2b.View{At: day(rapid.IntRange(0, 25).Draw(t, "at")), Known: day(rapid.IntRange(0, 25).Draw(t, "known"))}
	old, _, err := stitch.Batch(context.Background(), testConfig(houseRules()), facts, v)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(answer(t, old), answer(t, r.View(v))) {
		t.Fatal("a view and Batch differ in bytes")
	}
}

func liveAffiliations(s *stitch.Snapshot, at time.Time) map[string]bool {
	m := map[string]bool{}
	for id := range s.Entities(stitch.Person) {
		for _, a := range s.Affiliations(id, at) {
			m[id+" "+string(a.Account)] = true
		}
	}
	return m
}

func foldAffiliations(feed []stitch.Change) map[string]bool {
	m := map[string]bool{}
	for _, c := range feed {
		if c.Kind == stitch.AffiliatedChange {
			m[c.Entity+" "+c.Into] = true
		}
		if c.Kind == stitch.AffiliationEnded {
			delete(m, c.Entity+" "+c.Into)
		}
	}
	return m
}

func TestOrder(t *testing.T) { rapid.Check(t, propOrder) }
func FuzzOrder(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propOrder)) }

// machine drives a resolver against the naive one, action by action.
type machine struct {
	r     *stitch.Resolver
	facts []stitch.Fact
	refs  []string
	rules []struct {
		at    time.Time
		rules stitch.Rules
	}
	clock time.Time
	feed  []stitch.Change
	n     int
}

func (m *machine) rulesAt(known time.Time) stitch.Rules {
	rules := houseRules()
	for _, v := range m.rules {
		if !v.at.After(known) {
			rules = v.rules
		}
	}
	return rules
}

func (m *machine) apply(t *rapid.T) {
	f := drawFact(t, m.n, m.refs)
	m.n++
	m.facts, m.refs = append(m.facts, f), append(m.refs, f.ID)
	if f.RecordedAt.After(m.clock) {
		m.clock = f.RecordedAt
	}
	changes, report, err := m.r.Apply(f)
	if err != nil || report.Rejected > 0 {
		t.Fatal(err, report)
	}
	m.feed = append(m.feed, changes...)
}

func (m *machine) advance(t *rapid.T) {
	to := m.clock.AddDate(0, 0, rapid.IntRange(0, 4).Draw(t, "days"))
	if m.clock.IsZero() {
		to = day(0)
	}
	m.clock = to
	m.feed = append(m.feed, m.r.Advance(to)...)
}

func (m *machine) change(t *rapid.T) {
	rules := houseRules()
	if rapid.Bool().Draw(t, "other") {
		rules = otherRules()
	}
	if m.clock.IsZero() {
		m.clock = day(0)
	}
	diff, err := m.r.DryRun(rules)
	if err != nil {
		t.Fatal(err)
	}
	m.r.Advance(m.clock)
	before := m.r.Snapshot()
	changes, err := m.r.SetRules(rules, m.clock)
	if err != nil {
		t.Fatal(err)
	}
	m.feed = append(m.feed, changes...)
	m.rules = append(m.rules, struct {
		at    time.Time
		rules stitch.Rules
	}{m.clock, rules})
	if d := cmp.Diff(stitch.DiffOf(before, m.r.Snapshot()), diff); d != "" {
		t.Fatalf("dry run (-after +dry)\n%s", d)
	}
}

func (m *machine) forget(t *rapid.T) {
	p := rapid.SampledFrom(people).Draw(t, "forget")
	id, ok := m.r.Snapshot().Person(p)
	if !ok {
		return
	}
	members := m.r.Snapshot().Members(string(id))
	receipt, changes, err := m.r.Forget(id, m.clock, "test")
	if err != nil || receipt.Removed.N("profiles") != int64(len(members)) {
		t.Fatal(receipt, err)
	}
	m.feed = append(m.feed, changes...)
	about := func(ps ...stitch.ProfileID) bool {
		return slices.ContainsFunc(ps, func(p stitch.ProfileID) bool { return slices.Contains(members, p) })
	}
	gone := map[string]bool{}
	var kept []stitch.Fact
	for _, f := range m.facts {
		hit := false
		switch b := f.Body.(type) {
		case stitch.Seen:
			hit = about(b.Profile)
		case stitch.Ended:
			hit = about(b.Profile)
		case stitch.Consent:
			hit = about(b.Profile)
		case stitch.Judgement:
			hit = about(b.A, b.B)
		case stitch.Affiliated:
			hit = about(b.Person, b.Account)
		case stitch.Related:
			hit = about(b.A, b.B)
		case stitch.Pin:
			hit = about(b.Profile)
		case stitch.Apart:
			var groups [][]stitch.ProfileID
			for _, g := range b.Groups {
				if g = slices.DeleteFunc(slices.Clone(g), func(p stitch.ProfileID) bool { return about(p) }); len(g) > 0 {
					groups = append(groups, g)
				}
			}
			f.Body = stitch.Apart{Groups: groups}
			hit = len(groups) < 2
		}
		if hit {
			gone[f.ID] = true
		} else {
			kept = append(kept, f)
		}
	}
	m.facts = slices.DeleteFunc(kept, func(f stitch.Fact) bool {
		b, ok := f.Body.(stitch.Retract)
		return ok && gone[b.Fact]
	})
	m.refs = nil
	for _, f := range m.facts {
		m.refs = append(m.refs, f.ID)
	}
	for _, id := range receiptIdentifiers() {
		m.r.Readmit(id) // so that the model may draw them again
	}
}

func receiptIdentifiers() []stitch.Identifier { return pools[stitch.Person] }

func (m *machine) serialise(t *rapid.T) {
	b, err := m.r.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := stitch.New(testConfig(houseRules()))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	again, err := r.AppendBinary(nil)
	if err != nil || !bytes.Equal(b, again) {
		t.Fatal("decoded and encoded again, the bytes differ", err)
	}
	m.r = r
}

func (m *machine) check(t *rapid.T) {
	s := m.r.Snapshot()
	if !m.r.Clock().Equal(m.clock) {
		t.Fatalf("clock %v, want %v", m.r.Clock(), m.clock)
	}
	if m.clock.IsZero() {
		return
	}
	compare(t, s, resolveNaively(coarse(m.facts), m.rulesAt(m.clock), b2b.View{At: m.clock}))
	partition := map[stitch.ProfileID]string{}
	for _, l := range []stitch.Level{stitch.Person, stitch.Account} {
		for id := range s.Entities(l) {
			for _, p := range s.Members(id) {
				partition[p] = id
				if !strings.HasPrefix(id, l.String()) {
					t.Fatalf("%s is no %s", id, l)
				}
			}
		}
	}
	if diff := cmp.Diff(partition, stitch.Fold(slices.Values(m.feed))); diff != "" {
		t.Fatalf("the feed folds to another partition (-snapshot +fold)\n%s", diff)
	}
}

func propMachine(t *rapid.T) {
	r, err := stitch.New(testConfig(houseRules()))
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{r: r}
	t.Repeat(map[string]func(*rapid.T){
		"apply":     m.apply,
		"apply2":    m.apply,
		"apply3":    m.apply,
		"advance":   m.advance,
		"change":    m.change,
		"forget":    m.forget,
		"serialise": m.serialise,
		"view": func(t *rapid.T) {
			v := b2b.View{At: day(rapid.IntRange(0, 25).Draw(t, "at")), Known: day(rapid.IntRange(0, 25).Draw(t, "known"))}
			compare(t, m.r.View(v), resolveNaively(coarse(m.facts), m.rulesAt(v.Known), v))
		},
		"": m.check,
	})
}

func TestMachine(t *testing.T) { rapid.Check(t, propMachine) }
