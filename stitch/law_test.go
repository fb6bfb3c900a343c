package stitch_test

import (
	"bytes"
	gocmp "cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/gen/identity"
	"github.com/buyerjourney/b2b/stitch"
)

// filledWith returns a resolver with the house rules that holds the facts, its clock on day 22 at least.
func filledWith(t failer, facts []stitch.Fact) *stitch.Resolver {
	t.Helper()
	r, err := stitch.New(testConfig(houseRules()))
	if err != nil {
		t.Fatal(err)
	}
	mustApply(t, r, facts...)
	r.Advance(day(22))
	return r
}

// propRetract: a fact and its retraction leave what was without them.
func propRetract(t *rapid.T) {
	facts := drawFacts(t, 15)
	extra := drawFact(t, 500, nil)
	without := answer(t, filledWith(t, facts).Snapshot())
	r := filledWith(t, append(slices.Clone(facts), extra))
	mustApply(t, r, stitch.Fact{ID: "undo", Occurred: day(22), Body: stitch.Retract{Fact: extra.ID}})
	if !bytes.Equal(without, answer(t, r.Snapshot())) {
		t.Fatal("a retracted fact leaves a trace")
	}
	first := filledWith(t, append([]stitch.Fact{{ID: "undo", Occurred: day(22), Body: stitch.Retract{Fact: extra.ID}}}, append(facts, extra)...))
	if !bytes.Equal(without, answer(t, first.Snapshot())) {
		t.Fatal("a fact that was retracted before it came leaves a trace")
	}
}

func TestRetract(t *testing.T) { rapid.Check(t, propRetract) }

// propDuplicates: facts that come twice, and facts about others, change nothing; ids that are renamed in order rename the
// answer.
func propNeutral(t *rapid.T) {
	facts := drawFacts(t, 15)
	r := filledWith(t, facts)
	before := answer(t, r.Snapshot())
	if changes := mustApply(t, r, facts...); len(changes) > 0 {
		t.Fatal("facts that are known already change something", changes)
	}
	if !bytes.Equal(before, answer(t, r.Snapshot())) {
		t.Fatal("facts that are known already change the answer")
	}
	mustApply(t, r, stitch.Fact{ID: "other", Occurred: day(1), Body: stitch.Seen{
		Profile: pid("zzz", "1"), Level: stitch.Person,
		Identifiers: []stitch.Identifier{stitch.MustIdentifier(stitch.Cookie, "zzz", "zzz")},
	}})
	s := r.Snapshot()
	other := filledWith(t, facts).Snapshot()
	if d := stitch.DiffOf(other, s); len(d.New) != 1 || len(d.Moved)+len(d.Merged)+len(d.Split)+len(d.Gone)+len(d.Won)+len(d.Lost) > 0 {
		t.Fatalf("a stranger changes the answer: %+v", d)
	}
	// The rename keeps the order of profile ids, since all sources get one more first letter.
	renamed := make([]stitch.Fact, len(facts))
	rename := func(p stitch.ProfileID) stitch.ProfileID { return stitch.ProfileID{Source: "x" + p.Source, ID: p.ID} }
	for i, f := range facts {
		switch b := f.Body.(type) {
		case stitch.Seen:
			b.Profile = rename(b.Profile)
			f.Body = b
		case stitch.Ended:
			b.Profile = rename(b.Profile)
			f.Body = b
		case stitch.Consent:
			b.Profile = rename(b.Profile)
			f.Body = b
		case stitch.Judgement:
			b.A, b.B = rename(b.A), rename(b.B)
			f.Body = b
		case stitch.Apart:
			groups := make([][]stitch.ProfileID, len(b.Groups))
			for i, g := range b.Groups {
				for _, p := range g {
					groups[i] = append(groups[i], rename(p))
				}
			}
			f.Body = stitch.Apart{Groups: groups}
		case stitch.Affiliated:
			b.Person, b.Account = rename(b.Person), rename(b.Account)
			f.Body = b
		case stitch.Related:
			b.A, b.B = rename(b.A), rename(b.B)
			f.Body = b
		case stitch.Pin:
			b.Profile = rename(b.Profile)
			f.Body = b
		}
		renamed[i] = f
	}
	rules := houseRules() // sources are named in the rules as well
	for i := range rules.Rules {
		for j := range rules.Rules[i].Only {
			rules.Rules[i].Only[j] = "x" + rules.Rules[i].Only[j]
		}
		for j := range rules.Rules[i].Except {
			rules.Rules[i].Except[j] = "x" + rules.Rules[i].Except[j]
		}
	}
	got, _, err := stitch.Batch(context.Background(), testConfig(rules), renamed, b2b.View{At: other.View().At})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range everybody {
		for _, q := range everybody {
			if together(other, p, q) != together(got, rename(p), rename(q)) {
				t.Fatalf("renamed, %v and %v change", p, q)
			}
		}
	}
}

// together reports whether two profiles are one entity.
func together(s *stitch.Snapshot, p, q stitch.ProfileID) bool {
	of := func(p stitch.ProfileID) string {
		if id, ok := s.Person(p); ok {
			return string(id)
		}
		id, _ := s.Account(p)
		return string(id)
	}
	return of(p) != "" && of(p) == of(q)
}

func TestNeutral(t *testing.T) { rapid.Check(t, propNeutral) }

// propSafe: no entity holds a Never pair, two values of a unique kind, or two levels, unless it is listed; evidence without
// consent and addresses of the network unite nobody; paths lead from one to the other.
func propSafe(t *rapid.T) {
	facts := drawFacts(t, 30)
	s := filledWith(t, facts).Snapshot()
	n := resolveNaively(coarse(facts), houseRules(), s.View())
	listed := map[string]bool{}
	for c := range s.Contradictions() {
		listed[c.Kind.String()+c.Entity] = true
	}
	for _, l := range []stitch.Level{stitch.Person, stitch.Account} {
		for id := range s.Entities(l) {
			logins := map[stitch.Identifier]bool{}
			members := s.Members(id)
			for _, p := range members {
				if n.levels[p] != l {
					t.Fatalf("%v is no %v", p, l)
				}
				x, _ := s.Profile(p)
				for _, i := range x.Values(stitch.Login) {
					if i.System() == "shop" {
						logins[i] = true
					}
				}
			}
			if len(logins) > 1 && !listed["too-many-values"+id] {
				t.Fatalf("%s has %d logins", id, len(logins))
			}
			for _, p := range members {
				for _, q := range members {
					x := s.Explain(p, q)
					if !x.Together || x.Entity != id {
						t.Fatal(x)
					}
					at := p
					for _, l := range x.Path {
						if l.A != at && l.B != at {
							t.Fatalf("the path from %v to %v is broken", p, q)
						}
						if l.A == at {
							at = l.B
						} else {
							at = l.A
						}
						if slices.Contains(l.Kinds, stitch.IP) {
							t.Fatal("an address unites persons")
						}
						if l.Rule == "cookie" {
							for _, y := range []stitch.ProfileID{l.A, l.B} {
								if n.consent(y, "link", n.at) != stitch.Granted {
									t.Fatalf("%v did not consent", y)
								}
							}
						}
						if !l.Until.IsZero() && !n.at.Before(l.Until) || l.Support.After(n.at) {
							t.Fatalf("a dead link: %+v", l)
						}
						if len(l.Facts) == 0 {
							t.Fatalf("no facts: %+v", l)
						}
					}
					if at != q {
						t.Fatalf("the path from %v to %v ends at %v", p, q, at)
					}
				}
			}
		}
	}
}

func TestSafe(t *testing.T) { rapid.Check(t, propSafe) }

// propExpiry: just before and at the end of a link the views differ by it.
func propExpiry(t *rapid.T) {
	facts := drawFacts(t, 25)
	r := filledWith(t, facts)
	s := r.Snapshot()
	for id := range s.Entities(stitch.Person) {
		for _, l := range s.Links(id) {
			if l.Until.IsZero() {
				continue
			}
			before, after := r.View(b2b.View{At: l.Until.Add(-1)}), r.View(b2b.View{At: l.Until})
			has := func(s *stitch.Snapshot) bool {
				p, ok := s.Person(l.A)
				return ok && slices.ContainsFunc(s.Links(string(p)), func(x stitch.Link) bool {
					return x.A == l.A && x.B == l.B && x.Rule == l.Rule && x.Until.Equal(l.Until)
				})
			}
			// Another observation before the end may have prolonged the link, or parted the two: then there is nothing to see.
			if has(before) && has(after) {
				t.Fatalf("%+v lives on", l)
			}
		}
	}
}

func TestExpiry(t *testing.T) { rapid.Check(t, propExpiry) }

// propCut: without the cut the two are apart, and no smaller set of links parts them.
func propCut(t *rapid.T) {
	facts := drawFacts(t, 25)
	s := filledWith(t, facts).Snapshot()
	for id := range s.Entities(stitch.Person) {
		members, links := s.Members(id), s.Links(id)
		if len(members) < 2 || len(links) > 8 {
			continue
		}
		a, b := members[0], members[len(members)-1]
		cut := s.Counterfactual(b, a)
		fewest := len(links) + 1
		for set := range 1 << len(links) {
			var rest []stitch.Link
			gone := 0
			for i, l := range links {
				if set>>i&1 == 1 {
					gone++
				} else {
					rest = append(rest, l)
				}
			}
			if gone < fewest && !connected(rest, a, b) {
				fewest = gone
			}
		}
		if len(cut.Links) != fewest {
			t.Fatalf("the cut of %v and %v has %d links, want %d", a, b, len(cut.Links), fewest)
		}
		var rest []stitch.Link
		for _, l := range links {
			if !slices.ContainsFunc(cut.Links, func(c stitch.Link) bool { return c.A == l.A && c.B == l.B && c.Rule == l.Rule }) {
				rest = append(rest, l)
			}
		}
		if connected(rest, a, b) {
			t.Fatal("the cut does not part them")
		}
	}
}

func connected(links []stitch.Link, a, b stitch.ProfileID) bool {
	reached := map[stitch.ProfileID]bool{a: true}
	for range links {
		for _, l := range links {
			if reached[l.A] || reached[l.B] {
				reached[l.A], reached[l.B] = true, true
			}
		}
	}
	return reached[b]
}

func TestCut(t *testing.T) { rapid.Check(t, propCut) }
func FuzzCut(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propCut)) }

// propWidest: the weakest link of an explanation is no weaker than that of any other way.
func propWidest(t *rapid.T) {
	s := filledWith(t, drawFacts(t, 30)).Snapshot()
	for _, level := range []stitch.Level{stitch.Person, stitch.Account} {
		for id := range s.Entities(level) {
			links, members := s.Links(id), s.Members(id)
			for _, a := range members {
				for _, b := range members {
					path := s.Explain(a, b).Path
					if a == b || len(path) == 0 {
						continue
					}
					if len(path) > 1 && slices.ContainsFunc(links, func(l stitch.Link) bool {
						return (l.A == a && l.B == b || l.A == b && l.B == a) && slices.ContainsFunc(path, func(p stitch.Link) bool { return weaker(l, p) <= 0 })
					}) {
						t.Fatalf("a link as strong as one on the way leads there directly: %v %v", a, b)
					}
					worst := slices.MaxFunc(path, weaker)
					var stronger []stitch.Link
					for _, l := range links {
						if weaker(l, worst) < 0 {
							stronger = append(stronger, l)
						}
					}
					if connected(stronger, a, b) {
						t.Fatalf("%v and %v are connected without %+v", a, b, worst)
					}
				}
			}
		}
	}
}

// weaker orders links as the resolver takes them, profiles left out.
func weaker(x, y stitch.Link) int {
	judged := func(l stitch.Link) int {
		if l.Rule == "judgement" {
			return 0
		}
		return 1
	}
	if judged(x)+judged(y) < 2 {
		return gocmp.Compare(judged(x), judged(y))
	}
	return gocmp.Or(gocmp.Compare(x.Priority, y.Priority), gocmp.Compare(y.Strength, x.Strength), y.Support.Compare(x.Support))
}

func TestWidest(t *testing.T) { rapid.Check(t, propWidest) }

// propLocal: a fact changes only the entities of the components that it touches.
func propLocal(t *rapid.T) {
	facts := drawFacts(t, 20)
	r := filledWith(t, facts)
	before := r.Snapshot()
	p, q := people[0], people[4]
	mustApply(t, r, stitch.Fact{ID: "never", Occurred: day(22), Body: stitch.Judgement{A: p, B: q, Verdict: stitch.NeverSame}})
	after := r.Snapshot()
	touched := map[string]bool{}
	for _, x := range []stitch.ProfileID{p, q} {
		for y := range component(facts, x) {
			if id, ok := before.Person(y); ok {
				touched[string(id)] = true
			}
			if id, ok := after.Person(y); ok {
				touched[string(id)] = true
			}
		}
	}
	for id := range after.Entities(stitch.Person) {
		if !touched[id] && cmp.Diff(before.How(id), after.How(id), cmp.AllowUnexported(stitch.Link{}), cmpopts.EquateComparable(stitch.Identifier{})) != "" {
			t.Fatalf("%s changed", id)
		}
	}
}

// component returns the profiles that any chain of common values or judgements leads to.
func component(facts []stitch.Fact, start stitch.ProfileID) map[stitch.ProfileID]bool {
	reached := map[any]bool{start: true}
	for range facts {
		for _, f := range facts {
			var names []any
			switch b := f.Body.(type) {
			case stitch.Seen:
				names = append(names, b.Profile)
				for _, i := range b.Identifiers {
					names = append(names, i)
				}
			case stitch.Judgement:
				names = append(names, b.A, b.B)
			}
			if slices.ContainsFunc(names, func(x any) bool { return reached[x] }) {
				for _, x := range names {
					reached[x] = true
				}
			}
		}
	}
	out := map[stitch.ProfileID]bool{}
	for x := range reached {
		if p, ok := x.(stitch.ProfileID); ok {
			out[p] = true
		}
	}
	return out
}

func TestLocal(t *testing.T) { rapid.Check(t, propLocal) }

// propForget: after forgetting, no byte of the values is left, and no view shows the person.
func propForget(t *rapid.T) {
	facts := drawFacts(t, 20)
	p := rapid.SampledFrom(people).Draw(t, "person")
	secret := stitch.MustIdentifier(stitch.Email, "", "secret.person@hidden-domain.nl")
	facts = append(facts, stitch.Fact{ID: "s", Occurred: day(1), Body: stitch.Seen{
		Profile: p, Level: stitch.Person, Identifiers: []stitch.Identifier{secret},
		Fields: []stitch.Field{{Name: "name", Value: "Very Secret"}},
	}})
	r := filledWith(t, facts)
	old := r.Snapshot()
	id, ok := old.Person(p)
	if !ok {
		return // it is an account
	}
	members := old.Members(string(id))
	receipt, _, err := r.Forget(id, day(23), "dpo")
	if err != nil || receipt.Tombstones < 1 {
		t.Fatal(receipt, err)
	}
	data, err := r.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"secret.person", "hidden-domain", "Very Secret"} {
		if bytes.Contains(data, []byte(word)) {
			t.Fatalf("%s is still stored", word)
		}
	}
	for _, s := range []*stitch.Snapshot{r.Snapshot(), r.View(b2b.View{At: day(5)}), r.View(b2b.View{At: day(22), Known: day(22)})} {
		for _, m := range members {
			if _, ok := s.Person(m); ok {
				t.Fatalf("%v is still known", m)
			}
		}
	}
	if _, ok := old.Person(p); !ok {
		t.Fatal("a snapshot that was given out before changed")
	}
	if got := r.Lookup(string(id)); got.Status != stitch.ForgottenID {
		t.Fatal(got)
	}
	again := stitch.Fact{Occurred: day(24), Body: stitch.Seen{Profile: pid("news", "9"), Level: stitch.Person, Identifiers: []stitch.Identifier{secret}}}
	_, report, err := r.Apply(again)
	if err != nil || report.Rejected != 1 || report.Count("forgotten") != 1 {
		t.Fatal(report, err)
	}
	if !r.Readmit(secret) || r.Readmit(secret) {
		t.Fatal("readmitting is once")
	}
	mustApply(t, r, again)
}

func TestForget(t *testing.T) { rapid.Check(t, propForget) }

// propDecode: whatever is read back is written as the same bytes, and damage is found.
func propDecode(t *rapid.T) {
	r := filledWith(t, drawFacts(t, 10))
	data, err := r.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	fresh := must(stitch.New(testConfig(stitch.Rules{})))
	if err := fresh.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(answer(t, r.Snapshot()), answer(t, fresh.Snapshot())) {
		t.Fatal("the answer changed")
	}
	i := rapid.IntRange(0, len(data)-1).Draw(t, "byte")
	damaged := slices.Clone(data)
	damaged[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
	if fresh.UnmarshalBinary(damaged) == nil || fresh.UnmarshalBinary(data[:i]) == nil {
		t.Fatal("damage goes unnoticed")
	}
	if again, err := fresh.AppendBinary(nil); err != nil || !bytes.Equal(again, data) {
		t.Fatal("a failed read changed the receiver")
	}
}

func TestDecode(t *testing.T) { rapid.Check(t, propDecode) }

// blocks is a scorer by likeness of one field: profiles whose "nick" starts with the same letter are candidates, unless
// more than three are, and the score is ten bits per common letter.
type blocks struct {
	profiles map[stitch.ProfileID]stitch.Profile
}

func nick(p stitch.Profile) string {
	for _, f := range p.Fields {
		if f.Name == "nick" {
			return f.Value
		}
	}
	return ""
}

func (b *blocks) Candidates(p stitch.Profile) iter.Seq[stitch.ProfileID] {
	return func(yield func(stitch.ProfileID) bool) {
		var block []stitch.ProfileID
		for id, q := range b.profiles {
			if n := nick(q); n != "" && nick(p) != "" && n[0] == nick(p)[0] && q.Level == p.Level {
				block = append(block, id)
			}
		}
		if len(block) > 3 {
			return
		}
		slices.SortFunc(block, stitch.ProfileID.Compare)
		for _, id := range block {
			if id != p.ID && !yield(id) {
				return
			}
		}
	}
}

func (b *blocks) Score(p, q stitch.Profile) stitch.Score {
	var s stitch.Score
	for i := range min(len(nick(p)), len(nick(q))) {
		if nick(p)[i] == nick(q)[i] {
			s.Parts = append(s.Parts, stitch.ScorePart{Name: fmt.Sprint("letter ", i), Bits: 10})
			s.Bits += 10
		}
	}
	return s
}

func (b *blocks) Add(p stitch.Profile)       { b.profiles[p.ID] = p }
func (b *blocks) Remove(id stitch.ProfileID) { delete(b.profiles, id) }

// propScored: with a scorer, too, order does not matter.
func propScored(t *rapid.T) {
	least := 20.0
	config := func() stitch.Config {
		cfg := testConfig(houseRules())
		cfg.Rules.Rules = append(cfg.Rules.Rules, stitch.Rule{Name: "nick", Effect: stitch.Same, Level: stitch.Person, Priority: 9, When: []stitch.Condition{{Score: &least}}})
		cfg.Scorer = &blocks{map[stitch.ProfileID]stitch.Profile{}}
		return cfg
	}
	var facts []stitch.Fact
	for n := range rapid.IntRange(1, 20).Draw(t, "facts") {
		f := drawFact(t, n, nil)
		if b, ok := f.Body.(stitch.Seen); ok && b.Level == stitch.Person {
			b.Fields = []stitch.Field{{Name: "nick", Value: rapid.SampledFrom([]string{"abc", "abd", "axx", "bcd", "bce"}).Draw(t, "nick")}}
			f.Body = b
		}
		facts = append(facts, f)
	}
	r, err := stitch.New(config())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range rapid.Permutation(facts).Draw(t, "order") {
		mustApply(t, r, f)
	}
	want, _, err := stitch.Batch(context.Background(), config(), facts, b2b.View{At: r.Clock()})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(answer(t, want), answer(t, r.Snapshot())) {
		t.Fatal("the order matters")
	}
	if !bytes.Equal(answer(t, want), answer(t, r.View(b2b.View{At: r.Clock()}))) {
		t.Fatal("a view differs")
	}
	for id := range want.Entities(stitch.Person) {
		for _, step := range want.How(id) { // what united them is among the links, and explains them
			if step.Refused {
				continue
			}
			if !slices.ContainsFunc(want.Links(id), func(l stitch.Link) bool { return l.A == step.Link.A && l.B == step.Link.B && l.Rule == step.Link.Rule }) {
				t.Fatalf("%+v is no link", step.Link)
			}
			if x := want.Explain(step.Link.A, step.Link.B); len(x.Path) == 0 {
				t.Fatalf("no path from %v to %v", step.Link.A, step.Link.B)
			}
		}
		for _, l := range want.Links(id) {
			sum := 0.0
			for _, p := range l.Score.Parts {
				sum += p.Bits
			}
			if sum != l.Score.Bits {
				t.Fatal("the parts do not sum to the score")
			}
		}
	}
}

func TestScored(t *testing.T) { rapid.Check(t, propScored) }

// TestSnapshotsStay: what was given out does not change while the resolver goes on, and may be read meanwhile.
func TestSnapshotsStay(t *testing.T) {
	facts := world(2000)
	r := must(stitch.New(stitch.Config{Rules: stitch.StarterRules()}))
	type kept struct {
		s    *stitch.Snapshot
		want []byte
	}
	var all []kept
	done := make(chan bool)
	for part := range slices.Chunk(facts, 100) {
		mustApply(t, r, part...)
		s := r.Snapshot()
		all = append(all, kept{s, answer(t, s)})
		go func() { // reads while the resolver writes
			for id := range s.Entities(stitch.Person) {
				s.Affiliations(id, time.Time{})
				s.Links(id)
			}
			for range s.Contradictions() {
				break
			}
			done <- true
		}()
	}
	for range all {
		<-done
	}
	for i, k := range all {
		if !bytes.Equal(k.want, answer(t, k.s)) {
			t.Fatalf("snapshot %d changed", i)
		}
	}
}

// TestWorkers: the number of workers changes nothing.
func TestWorkers(t *testing.T) {
	var want []byte
	for _, n := range []int{1, 2, 7} {
		s, _, err := stitch.Batch(t.Context(), stitch.Config{Rules: stitch.StarterRules(), Workers: n}, world(3000), b2b.View{At: worldEnd})
		if err != nil {
			t.Fatal(err)
		}
		got := answer(t, s)
		if want != nil && !bytes.Equal(want, got) {
			t.Errorf("%d workers give other bytes", n)
		}
		want = got
	}
}

// TestWorld: on a generated world with planted truth the resolver and Batch agree, persons are hardly ever mixed up, and
// people are found where they worked at the moment.
func TestWorld(t *testing.T) {
	w := worldOf(5000)
	facts := append(worldFacts(w), endings(w)...)
	r := must(stitch.New(stitch.Config{Rules: stitch.StarterRules()}))
	for part := range slices.Chunk(facts, 700) {
		mustApply(t, r, part...)
	}
	r.Advance(worldEnd)
	batch, _, err := stitch.Batch(t.Context(), stitch.Config{Rules: stitch.StarterRules()}, facts, b2b.View{At: r.Clock()})
	if err != nil {
		t.Fatal(err)
	}
	s := r.Snapshot()
	if !bytes.Equal(answer(t, batch), answer(t, s)) {
		t.Fatal("the resolver and Batch differ")
	}
	truth := map[stitch.ProfileID]int{}
	hits, misses := 0, 0
	for _, o := range w.Observations {
		if o.Person < 0 {
			continue
		}
		p := pid(o.Source, o.Profile)
		truth[p] = o.Person
		if o.Source != "crm" || o.Email == "" || strings.HasPrefix(o.Email, "info@") {
			continue
		}
		account := s.AccountOf("", s.PersonOf(b2b.PersonID(p.String())), o.At)
		want, _ := s.Account(pid("erp", fmt.Sprint("d", w.EmployerAt(o.Person, o.At))))
		if account == want {
			hits++
		} else {
			misses++
		}
	}
	// A link ends with the address that it rests on, so persons are compared where nobody has left. Two people at one
	// machine in the hall are what goes wrong.
	stayed, _, err := stitch.Batch(t.Context(), stitch.Config{Rules: stitch.StarterRules()}, worldFacts(w), b2b.View{At: worldEnd})
	if err != nil {
		t.Fatal(err)
	}
	var pairs, right int
	for id := range stayed.Entities(stitch.Person) {
		members := stayed.Members(id)
		for i, p := range members {
			for _, q := range members[:i] {
				pairs++
				if truth[p] == truth[q] {
					right++
				}
			}
		}
	}
	if pairs < 1000 || float64(right) < 0.95*float64(pairs) {
		t.Errorf("%d of %d pairs are right", right, pairs)
	}
	if hits < 300 || float64(hits) < 0.98*float64(hits+misses) {
		t.Errorf("%d of %d people are found where they work", hits, hits+misses)
	}
}

// endings says of every address at work when its owner left: it is no longer theirs.
func endings(w *identity.World) []stitch.Fact {
	var facts []stitch.Fact
	told := map[string]bool{}
	for _, o := range w.Observations {
		if o.Person < 0 || o.Email == "" {
			continue
		}
		mail := stitch.MustIdentifier(stitch.Email, "", o.Email)
		for _, j := range w.People[o.Person].Jobs {
			key := fmt.Sprint("left ", o.Source, o.Profile, j.Company, mail.Value())
			if d, _ := mail.Derived(); d.Value() == w.Companies[j.Company].Domain && !o.At.Before(j.From) && o.At.Before(j.To) && !told[key] {
				told[key] = true
				facts = append(facts, stitch.Fact{ID: key, Occurred: j.To, Body: stitch.Ended{Profile: pid(o.Source, o.Profile), Identifier: mail}})
			}
		}
	}
	return facts
}
