package stitch_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/stitch"
)

func same(kinds ...stitch.Kind) (cs []stitch.Condition) {
	for _, k := range kinds {
		cs = append(cs, stitch.Condition{Same: k})
	}
	return cs
}

// paths returns the paths of all problems.
func paths(err error) (out []string) {
	var many interface{ Unwrap() []error }
	if err == nil {
		return nil
	}
	if errors.As(err, &many) { //nolint:forbidigo // an interface, not a type
		for _, e := range many.Unwrap() {
			out = append(out, paths(e)...)
		}
		return out
	}
	if e, ok := errors.AsType[*b2b.InvalidError](err); ok {
		return []string{e.Path}
	}
	return []string{err.Error()}
}

func TestRulesThatAreRefused(t *testing.T) {
	one := func(r stitch.Rule) stitch.Rules { return stitch.Rules{Rules: []stitch.Rule{r}} }
	nan, low := math.NaN(), 1.0
	for _, c := range []struct {
		name  string
		rules stitch.Rules
		want  []string
	}{
		{"no name, no effect", one(stitch.Rule{When: same(stitch.Email)}), []string{"rules[0].name", "rules[0].effect"}},
		{"two of one name", stitch.Rules{Rules: []stitch.Rule{
			{Name: "a", Effect: stitch.Same, Level: stitch.Person, When: same(stitch.Email)}, {Name: "a", Effect: stitch.Same, Level: stitch.Person, When: same(stitch.Email)},
		}}, []string{"rules[1].name"}},
		{"no level", one(stitch.Rule{Name: "a", Effect: stitch.Same, When: same("badge")}), []string{"rules[0].level"}},
		{"an affiliation has no level", one(stitch.Rule{Name: "a", Effect: stitch.Affiliate, Level: stitch.Person, When: same(stitch.EmailDomain)}), []string{"rules[0].level"}},
		{"mail domain unites no persons", one(stitch.Rule{Name: "a", Effect: stitch.Same, Level: stitch.Person, When: same(stitch.EmailDomain)}), []string{"rules[0].when[0].same"}},
		{"nor do domain and company name", one(stitch.Rule{Name: "a", Effect: stitch.Same, Level: stitch.Person, When: same(stitch.Domain, stitch.CompanyName)}), []string{"rules[0].when[0].same"}},
		{"a name alone unites no persons", one(stitch.Rule{Name: "a", Effect: stitch.Same, Level: stitch.Person, When: same(stitch.PersonName)}), []string{"rules[0].when[0].same"}},
		{"a cookie unites no accounts", one(stitch.Rule{Name: "a", Effect: stitch.Same, Level: stitch.Account, When: same(stitch.Cookie)}), []string{"rules[0].when[0].same"}},
		{"an address unites nobody", one(stitch.Rule{Name: "a", Effect: stitch.Same, Level: stitch.Person, Purpose: "x", When: same(stitch.IP, stitch.Cookie)}), []string{"rules[0].when[0].same"}},
		{"an address needs a purpose", one(stitch.Rule{Name: "a", Effect: stitch.Affiliate, When: []stitch.Condition{{Within: stitch.IP}}}), []string{"rules[0].purpose"}},
		{"only ip lies within", one(stitch.Rule{Name: "a", Effect: stitch.Affiliate, When: []stitch.Condition{{Within: stitch.Email}}, Purpose: "none"}), []string{"rules[0].when[0].within"}},
		{"differ alone finds nobody", one(stitch.Rule{Name: "a", Effect: stitch.Same, Level: stitch.Person, When: []stitch.Condition{{Differ: stitch.Email}}}), []string{"rules[0].when"}},
		{"two tests in one condition", one(stitch.Rule{Name: "a", Effect: stitch.Same, Level: stitch.Person, When: []stitch.Condition{{Same: stitch.Email, Differ: stitch.Phone}}}), []string{"rules[0].when[0]"}},
		{"no scorer", one(stitch.Rule{Name: "a", Effect: stitch.Same, Level: stitch.Person, When: []stitch.Condition{{Score: &low}}}), []string{"rules[0].when[0].score"}},
		{"no number", one(stitch.Rule{Name: "a", Effect: stitch.Same, Level: stitch.Person, When: []stitch.Condition{{Score: &nan}}, Strength: nan}), []string{"rules[0].strength", "rules[0].when[0].score", "rules[0].when[0].score"}},
		{"no predicate", one(stitch.Rule{Name: "a", Effect: stitch.Never, Level: stitch.Person, When: []stitch.Condition{{Func: "f"}}}), []string{"rules[0].when[0].func"}},
		{
			"no lapse", one(stitch.Rule{Name: "a", Effect: stitch.Same, Level: stitch.Person, When: []stitch.Condition{{Same: stitch.Email, Together: "soon"}}, Expire: stitch.Expire{After: "-1d", Since: "ever", HalfLife: "0h"}}),
			[]string{"rules[0].when[0].together", "rules[0].expire.after", "rules[0].expire.half_life", "rules[0].expire.since"},
		},
		{"dead from the start", one(stitch.Rule{Name: "a", Effect: stitch.Same, Level: stitch.Person, When: same(stitch.Email), Strength: 3, Expire: stitch.Expire{HalfLife: "1d", Floor: 4}}), []string{"rules[0].expire.floor"}},
		{"in force never", one(stitch.Rule{Name: "a", Effect: stitch.Same, Level: stitch.Person, When: same(stitch.Email), Valid: b2b.Window{From: day(2), To: day(1)}}), []string{"rules[0].valid.to"}},
		{"relation without a name", one(stitch.Rule{Name: "a", Effect: stitch.Relate, Level: stitch.Account, When: same(stitch.Switchboard)}), []string{"rules[0].relation"}},
		{"guards", stitch.Rules{Guards: []stitch.Guard{{MaxHolders: -1, MaxPerEntity: -1, BlockPattern: []string{"(", "ok"}}}}, []string{"guards[0].kind", "guards[0].max_per_entity", "guards[0].max_holders", "guards[0].block_pattern[0]"}},
	} {
		_, err := stitch.New(stitch.Config{Rules: c.rules})
		if diff := cmp.Diff(c.want, paths(err)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, diff)
		}
	}
}

func TestRulesThatAreAllowed(t *testing.T) {
	for _, r := range []stitch.Rule{
		{Name: "a name and a company", Effect: stitch.Same, Level: stitch.Person, When: same(stitch.PersonName, stitch.CompanyName)},
		{Name: "a company name, since the rule says so", Effect: stitch.Same, Level: stitch.Account, When: same(stitch.CompanyName)},
		{Name: "an address, without consent on purpose", Effect: stitch.Affiliate, When: []stitch.Condition{{Within: stitch.IP}}, Purpose: "none"},
		{Name: "an unknown kind", Effect: stitch.Same, Level: stitch.Account, When: same("badge")},
	} {
		if _, err := stitch.New(stitch.Config{Rules: stitch.Rules{Rules: []stitch.Rule{r}}}); err != nil {
			t.Errorf("%s: %v", r.Name, err)
		}
	}
}

func TestPseudonymsCannotLieInRanges(t *testing.T) {
	_, err := stitch.New(stitch.Config{Rules: stitch.StarterRules(), Normalizer: &stitch.Normalizer{Pseudonyms: true}})
	if got := paths(err); !slices.Contains(got, "rules[12].when[1].same") || !slices.Contains(got, "rules[15].when[0].within") {
		t.Error(got)
	}
}

func TestRulesRoundTrip(t *testing.T) {
	for _, rules := range []stitch.Rules{stitch.StarterRules(), houseRules(), otherRules(), {}} {
		text, err := json.Marshal(rules)
		if err != nil {
			t.Fatal(err)
		}
		got, err := stitch.ParseRules(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rules, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestRulesAreReadStrictly(t *testing.T) {
	for _, text := range []string{`{"rulez":[]}`, `{"rules":[{"name":"a","wen":[]}]}`, `{"rules":[{"name":"a","effect":"marry"}]}`, `{} {}`, `[]`, ``, `{"rules":[{"name":1}]}`} {
		if _, err := stitch.ParseRules([]byte(text)); !errors.Is(err, b2b.ErrInvalid) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzParseRules(f *testing.F) {
	for _, rules := range []stitch.Rules{stitch.StarterRules(), houseRules()} {
		text, err := json.Marshal(rules)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rules, err := stitch.ParseRules(text)
		if err != nil {
			return
		}
		again, err := json.Marshal(rules)
		if err != nil {
			t.Skip("a window beyond year 9999 has no JSON form")
		}
		got, err := stitch.ParseRules(again)
		if err != nil {
			t.Fatal(err)
		}
		third, err := json.Marshal(got)
		if err != nil || string(third) != string(again) {
			t.Fatalf("%s is read and written as %s, %v", again, third, err)
		}
		_, _ = stitch.Compile(stitch.Config{Rules: rules}) // must not panic
	})
}

func TestLapse(t *testing.T) {
	for _, c := range []struct {
		text stitch.Lapse
		want time.Duration
		ok   bool
	}{{"36h", 36 * time.Hour, true}, {"30d", 720 * time.Hour, true}, {"8w", 8 * 168 * time.Hour, true}, {"90m", 90 * time.Minute, true}, {" 1d ", 24 * time.Hour, true}, {"", 0, false}} {
		if d, ok, err := c.text.Duration(); d != c.want || ok != c.ok || err != nil {
			t.Errorf("%q: %v %v %v", c.text, d, ok, err)
		}
	}
	for _, bad := range []stitch.Lapse{"0d", "-1d", "1y", "d", "1.5d", "99999999999999999999d", "999999w", "1h-2h"} {
		if d, _, err := bad.Duration(); err == nil {
			t.Errorf("%q is read as %v", bad, d)
		}
	}
}

func TestBadFacts(t *testing.T) {
	mail := stitch.MustIdentifier(stitch.Email, "", "ann@acme.nl")
	seen := stitch.Seen{Profile: pid("crm", "1"), Level: stitch.Person, Identifiers: []stitch.Identifier{mail}}
	with := func(edit func(*stitch.Seen)) stitch.Fact {
		b := seen
		edit(&b)
		return stitch.Fact{Occurred: day(1), Body: b}
	}
	p, q := pid("crm", "1"), pid("crm", "2")
	facts := []stitch.Fact{
		{ID: "a", Occurred: day(1), Body: seen},
		{ID: "a", Occurred: day(1), Body: seen},
		{ID: "a", Occurred: day(2), Body: seen},
		{Body: seen},
		{Occurred: time.Date(1899, 1, 1, 0, 0, 0, 0, time.UTC), Body: seen},
		{Occurred: day(1), RecordedAt: time.Date(2201, 1, 1, 0, 0, 0, 0, time.UTC), Body: seen},
		{Occurred: day(1)},
		{Occurred: day(1), Body: &seen},
		with(func(s *stitch.Seen) { s.Level = stitch.UnknownLevel }),
		with(func(s *stitch.Seen) { s.Profile.ID = "" }),
		with(func(s *stitch.Seen) { s.Identifiers = []stitch.Identifier{{}, mail} }),
		with(func(s *stitch.Seen) {
			s.Identifiers = []stitch.Identifier{stitch.MustIdentifier(stitch.IPPrefix, "", "8.8.8.0/25")}
		}),
		with(func(s *stitch.Seen) { s.Identifiers = slices.Repeat([]stitch.Identifier{mail}, 1001) }),
		with(func(s *stitch.Seen) { s.Fields = []stitch.Field{{Name: "x", Value: "\xff"}} }),
		with(func(s *stitch.Seen) { s.Profile.ID = strings.Repeat("x", 1<<17) }),
		{Occurred: day(1), Body: stitch.Ended{Profile: p}},
		{ID: "r", Occurred: day(1), Body: stitch.Retract{Fact: "r"}},
		{Occurred: day(1), Body: stitch.Consent{Profile: p}},
		{Occurred: day(5), Body: stitch.Consent{Profile: p, Purpose: "x", Until: day(5)}},
		{Occurred: day(1), Body: stitch.Judgement{A: p, B: p, Verdict: stitch.Always}},
		{Occurred: day(1), Body: stitch.Apart{Groups: [][]stitch.ProfileID{{p}, {q, p}}}},
		{Occurred: day(1), Body: stitch.Apart{Groups: [][]stitch.ProfileID{{p, q}}}},
		{Occurred: day(1), Body: stitch.Affiliated{Person: p, Account: q, Valid: b2b.Window{From: day(2), To: day(1)}}},
		{Occurred: day(1), Body: stitch.Affiliated{Person: p, Account: q, Confidence: math.NaN()}},
		{Occurred: day(1), Body: stitch.Related{A: p, B: p, Relation: "parent_of"}},
		{Occurred: day(1), Body: stitch.Pin{}},
	}
	want := []b2b.Rejection{
		{Index: 2, Path: "facts[2].id", Reason: "duplicate_id"},
		{Index: 3, Path: "facts[3].occurred", Reason: "time"},
		{Index: 3, Path: "facts[3].recorded_at", Reason: "time"},
		{Index: 4, Path: "facts[4].occurred", Reason: "time"},
		{Index: 4, Path: "facts[4].recorded_at", Reason: "time"},
		{Index: 5, Path: "facts[5].recorded_at", Reason: "time"},
		{Index: 6, Path: "facts[6].body", Reason: "format"},
		{Index: 7, Path: "facts[7].body", Reason: "format"},
		{Index: 8, Path: "facts[8].seen.level", Reason: "level"},
		{Index: 9, Path: "facts[9].seen.profile", Reason: "format"},
		{Index: 10, Path: "facts[10].seen.identifiers[0]", Reason: "format"},
		{Index: 11, Path: "facts[11].seen.identifiers[0]", Reason: "format"},
		{Index: 12, Path: "facts[12].seen.identifiers", Reason: "too_long"},
		{Index: 14, Path: "facts[14].seen.profile", Reason: "too_long"},
		{Index: 15, Path: "facts[15].ended.identifier", Reason: "format"},
		{Index: 16, Path: "facts[16].retract.fact", Reason: "format"},
		{Index: 17, Path: "facts[17].consent", Reason: "format"},
		{Index: 18, Path: "facts[18].consent.until", Reason: "time"},
		{Index: 19, Path: "facts[19].judgement", Reason: "format"},
		{Index: 20, Path: "facts[20].apart.groups[1]", Reason: "format"},
		{Index: 21, Path: "facts[21].apart.groups", Reason: "format"},
		{Index: 22, Path: "facts[22].affiliated.valid", Reason: "time"},
		{Index: 23, Path: "facts[23].affiliated", Reason: "format"},
		{Index: 24, Path: "facts[24].related", Reason: "format"},
		{Index: 25, Path: "facts[25].pin.profile", Reason: "format"},
	}
	r := must(stitch.New(stitch.Config{}))
	_, report, err := r.Apply(facts...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, report.Rejections); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if report.Accepted != 5 || report.Duplicates != 1 || report.Replaced != 1 || report.Rejected != len(facts)-5 || report.Count("time") != 7 {
		t.Errorf("%+v", report)
	}
	if got := len(paths(report.Err())); got != len(want) {
		t.Errorf("%d problems", got)
	}
	_, batch, err := stitch.Batch(t.Context(), stitch.Config{}, facts, b2b.View{At: day(9)})
	if diff := cmp.Diff(report, batch); err != nil || diff != "" {
		t.Errorf("Batch reports otherwise: %v\n%s", err, diff)
	}
	if _, _, err := stitch.Batch(t.Context(), stitch.Config{}, nil, b2b.View{}); !errors.Is(err, b2b.ErrInvalid) {
		t.Error(err)
	}
}
