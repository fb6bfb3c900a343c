package funnel_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
)

// fataler is what both *testing.T and *rapid.T are.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func bookOf(t fataler, changes ...funnel.Change) *funnel.Book {
	t.Helper()
	b, err := funnel.NewBook(funnel.BookConfig{})
	if err != nil {
		t.Fatal(err)
	}
	b.Add(changes...)
	return b
}

// dealView is everything that a state says of one deal.
type dealView struct {
	Deal     funnel.Deal
	Passages []funnel.Passage
	Episodes []funnel.Episode
}

func dump(s *funnel.State) []dealView {
	var out []dealView
	for i, d := range s.All() {
		out = append(out, dealView{Deal: d, Passages: s.Passages(i), Episodes: s.Episodes(i)})
	}
	return out
}

var exported = cmp.Exporter(func(reflect.Type) bool { return true })

func diffStates(t fataler, what string, want, got *funnel.State) {
	t.Helper()
	if d := cmp.Diff(dump(want), dump(got), exported); d != "" {
		t.Fatalf("%s (-want +got):\n%s", what, d)
	}
	if d := cmp.Diff(want.Places(), got.Places(), exported); d != "" {
		t.Fatalf("%s, places (-want +got):\n%s", what, d)
	}
}

func propOrderHasNoMeaning(t *rapid.T) {
	changes := genChanges(4).Draw(t, "changes")
	want := bookOf(t, changes...)
	shuffled := slices.Concat(changes, changes[:len(changes)/2]) // some come twice
	rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Shuffle(len(shuffled), func(i, j int) {
		shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
	})
	cut := rapid.IntRange(0, len(shuffled)).Draw(t, "cut")
	got := bookOf(t, shuffled[:cut]...)
	got.Add(shuffled[cut:]...)
	at := epoch.Add(time.Duration(rapid.IntRange(0, 460).Draw(t, "hour")) * time.Hour)
	for _, v := range []b2b.View{{}, {At: at}, {At: at, Known: at}} {
		diffStates(t, "another order", want.At(v), got.At(v))
	}
}

func TestOrderHasNoMeaning(t *testing.T) { rapid.Check(t, propOrderHasNoMeaning) }

func FuzzBook(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propOrderHasNoMeaning)) }

// A view is the book of what it sees: checked for exact times, where seeing needs no neighbours.
func propViewIsTheBookOfWhatItSees(t *rapid.T) {
	var changes []funnel.Change
	for _, c := range genChanges(4).Draw(t, "changes") {
		if c.At.IsExact() {
			changes = append(changes, c)
		}
	}
	at := epoch.Add(time.Duration(rapid.IntRange(0, 460).Draw(t, "hour")) * time.Hour)
	for _, v := range []b2b.View{{At: at}, {At: at, Known: at}} {
		var seen []funnel.Change
		for _, c := range changes {
			if v.Sees(c.At.Latest, c.RecordedAt) {
				seen = append(seen, c)
			}
		}
		diffStates(t, "a view", bookOf(t, seen...).At(b2b.View{At: at}), bookOf(t, changes...).At(v))
	}
}

func TestViewIsTheBookOfWhatItSees(t *testing.T) { rapid.Check(t, propViewIsTheBookOfWhatItSees) }

// Passages of a deal follow one another without gaps, visits count up, episodes cover them, exposure is not negative.
func propPassagesHangTogether(t *rapid.T) {
	s := bookOf(t, genChanges(3).Draw(t, "changes")...).At(b2b.View{})
	for i := range s.Len() {
		ps := s.Passages(i)
		visits := map[[2]any]int{}
		for j, p := range ps {
			if p.In.Latest.IsZero() && !p.Flags.Has(funnel.TimeUnknown) || !p.Out.IsZero() && p.Out.Latest.Before(p.In.Latest) || p.In.Latest.Before(p.In.Earliest) {
				t.Fatalf("passage %d: %+v", j, p)
			}
			if last := j == len(ps)-1; p.Out.IsZero() != last || !last && (p.Next != ps[j+1].Stage || p.Then != ps[j+1].Outcome || p.Out != ps[j+1].In) {
				t.Fatalf("passage %d does not lead to the next: %+v", j, ps)
			}
			key := [2]any{p.Stage, p.Outcome}
			visits[key]++
			if p.Visit != visits[key] || (p.Visit > 1) != p.Flags.Has(funnel.ReEntered) {
				t.Fatalf("passage %d: visit %d, want %d, flags %v", j, p.Visit, visits[key], p.Flags)
			}
		}
		at := 0
		for j, e := range s.Episodes(i) {
			if e.First != at || e.Last <= e.First || ps[e.First].Episode != j {
				t.Fatalf("episode %d: %+v of %+v", j, e, ps)
			}
			at = e.Last
		}
		if at != len(ps) {
			t.Fatalf("episodes cover %d of %d passages", at, len(ps))
		}
	}
}

func TestPassagesHangTogether(t *testing.T) { rapid.Check(t, propPassagesHangTogether) }

func propForgetting(t *rapid.T) {
	changes := genChanges(4).Draw(t, "changes")
	for i := range changes {
		changes[i].Owner = "o" + string(changes[i].Deal)
	}
	gone := changes[0].Deal
	b := bookOf(t, changes...)
	rem := b.ForgetDeal(gone)
	if rem.N("deals") != 1 || rem.N("changes") < 1 {
		t.Fatalf("removed %+v", rem)
	}
	rest := slices.DeleteFunc(slices.Clone(changes), func(c funnel.Change) bool { return c.Deal == gone })
	diffStates(t, "after forgetting a deal", bookOf(t, rest...).At(b2b.View{}), b.At(b2b.View{}))
	if again := b.ForgetDeal(gone); !again.IsEmpty() {
		t.Fatalf("removed again: %+v", again)
	}
	account := changes[0].Account
	b = bookOf(t, changes...)
	b.ForgetAccount(account)
	rest = slices.DeleteFunc(slices.Clone(changes), func(c funnel.Change) bool { return c.Account == account })
	diffStates(t, "after forgetting an account", bookOf(t, rest...).At(b2b.View{}), b.At(b2b.View{}))
	b = bookOf(t, changes...)
	b.ForgetOwner(changes[0].Owner)
	blank := slices.Clone(changes)
	for i := range blank {
		if blank[i].Owner == changes[0].Owner {
			blank[i].Owner = ""
		}
	}
	diffStates(t, "after forgetting an owner", bookOf(t, blank...).At(b2b.View{}), b.At(b2b.View{}))
}

func TestForgetting(t *testing.T) { rapid.Check(t, propForgetting) }

func at(hour int) funnel.Instant { return funnel.Exact(epoch.Add(time.Duration(hour) * time.Hour)) }

// path returns the places of the only deal, with the hours of entry.
func path(s *funnel.State) (stages []string, hours []int, flags []funnel.Flags) {
	for _, p := range s.Passages(0) {
		name := string(p.Stage)
		if name == "" {
			name = p.Outcome.String()
		}
		stages = append(stages, name)
		hours = append(hours, int(p.In.Latest.Sub(epoch)/time.Hour))
		flags = append(flags, p.Flags)
	}
	return stages, hours, flags
}

func TestHistories(t *testing.T) {
	change := func(stage funnel.Stage, o funnel.Outcome, when funnel.Instant, seq int64) funnel.Change {
		return funnel.Change{Deal: "d", Stage: stage, Outcome: o, At: when, Seq: seq}
	}
	position := funnel.Instant{Precision: b2b.OrderOnly}
	today := funnel.Within(epoch, b2b.Day, nil)
	for _, c := range []struct {
		name     string
		changes  []funnel.Change
		stages   []string
		hours    []int
		flags    []funnel.Flags
		episodes int
	}{
		{
			"straight",
			[]funnel.Change{change("Attract", 0, at(0), 0), change("Convince", 0, at(5), 0), change("Retain", 0, at(9), 0)},
			[]string{"Attract", "Convince", "Retain"},
			[]int{0, 5, 9},
			[]funnel.Flags{0, 0, 0},
			1,
		},
		{
			"skip",
			[]funnel.Change{change("Attract", 0, at(0), 0), change("Retain", 0, at(9), 0)},
			[]string{"Attract", "Retain"},
			[]int{0, 9},
			[]funnel.Flags{0, funnel.Skipped},
			1,
		},
		{
			"regression and return",
			[]funnel.Change{change("Attract", 0, at(0), 0), change("Convince", 0, at(1), 0), change("Attract", 0, at(2), 0), change("Convince", 0, at(3), 0)},
			[]string{"Attract", "Convince", "Attract", "Convince"},
			[]int{0, 1, 2, 3},
			[]funnel.Flags{0, 0, funnel.Regressed | funnel.ReEntered, funnel.ReEntered},
			1,
		},
		{
			"same instant, in the order of the source",
			[]funnel.Change{change("Convince", 0, at(0), 2), change("Attract", 0, at(0), 1)},
			[]string{"Attract", "Convince"},
			[]int{0, 0},
			[]funnel.Flags{funnel.ZeroDuration, 0},
			1,
		},
		{
			"lost and reopened",
			[]funnel.Change{change("Attract", 0, at(0), 0), change("Lost", 0, at(1), 0), change("Convince", 0, at(2), 0)},
			[]string{"Attract", "Lost", "Convince"},
			[]int{0, 1, 2},
			[]funnel.Flags{0, 0, funnel.AfterClose},
			2,
		},
		{
			"closed while in a working stage, told twice",
			[]funnel.Change{change("Attract", 0, at(0), 0), change("Attract", funnel.Lost, at(3), 0), change("Attract", funnel.Lost, at(8), 0)},
			[]string{"Attract", "lost"},
			[]int{0, 3},
			[]funnel.Flags{0, 0},
			1,
		},
		{
			"won on arrival in a working stage",
			[]funnel.Change{change("Attract", 0, at(0), 0), change("Convince", funnel.Won, at(3), 0)},
			[]string{"Attract", "Convince", "won"},
			[]int{0, 3, 3},
			[]funnel.Flags{0, funnel.ZeroDuration, 0},
			1,
		},
		{
			"stage says won, outcome says lost",
			[]funnel.Change{change("Convince", 0, at(0), 0), change("Retain", funnel.Lost, at(3), 0)},
			[]string{"Convince", "Retain"},
			[]int{0, 3},
			[]funnel.Flags{funnel.Skipped, funnel.StageOutcomeConflict},
			1,
		},
		{
			"on hold and back",
			[]funnel.Change{change("Convince", 0, at(0), 0), change("", funnel.OnHold, at(3), 0), change("", funnel.Open, at(5), 0)},
			[]string{"Convince", "Convince", "Convince"},
			[]int{0, 3, 5},
			[]funnel.Flags{funnel.Skipped, 0, funnel.ReEntered},
			1,
		},
		{
			"a customer leaves after the sale",
			[]funnel.Change{change("Attract", 0, at(0), 0), change("Retain", 0, at(1), 0), change("Grow", 0, at(2), 0), change("Churned", 0, at(3), 0)},
			[]string{"Attract", "Retain", "Grow", "Churned"},
			[]int{0, 1, 2, 3},
			[]funnel.Flags{0, funnel.Skipped, 0, 0},
			1,
		},
		{
			"a stage that nobody knows",
			[]funnel.Change{change("Attract", 0, at(0), 0), change("Demo", 0, at(1), 0)},
			[]string{"Attract", "Demo"},
			[]int{0, 1},
			[]funnel.Flags{0, funnel.UnknownStage},
			1,
		},
		{
			"a path without dates, between two known times",
			[]funnel.Change{change("Attract", 0, at(0), 1), change("Convince", 0, position, 2), change("Retain", 0, at(9), 3)},
			[]string{"Attract", "Convince", "Retain"},
			[]int{0, 9, 9},
			[]funnel.Flags{0, funnel.TimeUnknown | funnel.ZeroDuration, 0},
			1,
		},
		{
			"a day and a minute of it, in the order of the source",
			[]funnel.Change{change("Attract", 0, today, 1), change("Convince", 0, at(10), 2)},
			[]string{"Attract", "Convince"},
			[]int{10, 10},
			[]funnel.Flags{funnel.ZeroDuration, 0},
			1,
		},
		{
			"a day and a minute of it, in no order",
			[]funnel.Change{change("Attract", 0, today, 0), change("Convince", 0, at(10), 0)},
			[]string{"Convince", "Attract"},
			[]int{10, 23},
			[]funnel.Flags{funnel.Skipped, funnel.Regressed | funnel.Overlap},
			1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := bookOf(t, c.changes...).At(b2b.View{})
			stages, hours, flags := path(s)
			if d := cmp.Diff(c.stages, stages); d != "" {
				t.Errorf("stages (-want +got):\n%s", d)
			}
			if d := cmp.Diff(c.hours, hours); d != "" {
				t.Errorf("hours (-want +got):\n%s", d)
			}
			if d := cmp.Diff(c.flags, flags); d != "" {
				t.Errorf("flags (-want +got):\n%s", d)
			}
			if n := len(s.Episodes(0)); n != c.episodes {
				t.Errorf("episodes: got %d, want %d", n, c.episodes)
			}
		})
	}
}

// What was then known, and what is known now.
func TestTwoClocks(t *testing.T) {
	hour := func(h int) time.Time { return epoch.Add(time.Duration(h) * time.Hour) }
	b := bookOf(t,
		funnel.Change{Deal: "d", Stage: "Attract", At: at(0), RecordedAt: hour(0)},
		funnel.Change{Deal: "d", Stage: "Convince", At: at(2), RecordedAt: hour(50)}, // told late
		funnel.Change{Deal: "d", Stage: "Retain", At: at(6), RecordedAt: hour(6)})
	then, _, _ := path(b.At(b2b.View{At: hour(7), Known: hour(7)}))
	now, _, flags := path(b.At(b2b.View{At: hour(7)}))
	if d := cmp.Diff([]string{"Attract", "Retain"}, then); d != "" {
		t.Errorf("then (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"Attract", "Convince", "Retain"}, now); d != "" {
		t.Errorf("now (-want +got):\n%s", d)
	}
	if !flags[1].Has(funnel.LateArrival | funnel.BackDated) {
		t.Errorf("flags: %v", flags)
	}
	if b.At(b2b.View{}).Hindsight() {
		t.Error("every change has its time of recording")
	}
	b.Add(funnel.Change{Deal: "d", Amount: b2b.MustMoney(5, "EUR"), At: at(7)})
	if !b.At(b2b.View{}).Hindsight() {
		t.Error("one change has no time of recording")
	}
	if m := b.At(b2b.View{At: hour(6)}).Amount(0); m.IsGiven() {
		t.Errorf("amount before it was known: %v", m)
	}
	if d := b.At(b2b.View{}).Deal(0); d.Amount.Minor() != 5 {
		t.Errorf("amount: %v", d.Amount)
	} else if high, ok := d.HighWater(); !ok || high.ID != "Retain" || d.Current() != "Retain" {
		t.Errorf("high water: %v", high)
	}
}

func TestRejections(t *testing.T) {
	b, err := funnel.NewBook(funnel.BookConfig{})
	if err != nil {
		t.Fatal(err)
	}
	rep := b.Add(
		funnel.Change{Stage: "Attract", At: at(0)},
		funnel.Change{Deal: "d", At: at(0)},
		funnel.Change{Deal: "d", Stage: "Attract"},
		funnel.Change{Deal: "d", Stage: "Attract", At: funnel.Exact(day(t, "1899-12-31"))},
		funnel.Change{Deal: "d", Stage: "Attract", At: funnel.Instant{Earliest: epoch.Add(1), Latest: epoch}},
		funnel.Change{Deal: "d", Stage: "Odd", At: at(0)},
	)
	want := []b2b.Rejection{
		{Index: 0, Path: "changes[0].deal", Reason: "empty"},
		{Index: 1, Path: "changes[1].stage", Reason: "neither stage nor outcome nor amount"},
		{Index: 2, Path: "changes[2].at", Reason: "no time"},
		{Index: 3, Path: "changes[3].at", Reason: "before 1900"},
		{Index: 4, Path: "changes[4].at", Reason: "latest before earliest"},
	}
	if d := cmp.Diff(want, rep.Rejected); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff([]funnel.Flagged{{Deal: "d", Flags: funnel.UnknownStage}}, rep.Flagged); d != "" || rep.Accepted != 1 {
		t.Errorf("%d accepted (-want +got):\n%s", rep.Accepted, d)
	}
}

func TestStale(t *testing.T) {
	var changes []funnel.Change
	for i, h := range []int{10, 20} { // two that left Attract after 10 and 20 hours
		id := b2b.DealID([]string{"a", "b"}[i])
		changes = append(changes, funnel.Change{Deal: id, Stage: "Attract", At: at(0)}, funnel.Change{Deal: id, Stage: "Convince", At: at(h)})
	}
	changes = append(changes, funnel.Change{Deal: "old", Stage: "Attract", At: at(0)}, funnel.Change{Deal: "young", Stage: "Attract", At: at(15)})
	s := bookOf(t, changes...).At(b2b.View{At: epoch.Add(30 * time.Hour)})
	for i, d := range s.All() {
		if got, want := d.Flags.Has(funnel.Stale), d.ID == "old"; got != want {
			t.Errorf("deal %d: stale %v", i, got)
		}
	}
}

func TestBookConfigProblems(t *testing.T) {
	if _, err := funnel.NewBook(funnel.BookConfig{Pipelines: []*funnel.Pipeline{nil, funnel.FourV(), funnel.FourV()}, StaleAfter: -1}); err == nil {
		t.Error("accepted")
	}
}

// The zero state holds no deal, and everything can be asked of it.
func TestZeroState(t *testing.T) {
	var s funnel.State
	if s.Len() != 0 || s.Hindsight() || len(s.Pipelines()) != 0 || s.Zone() != time.UTC || s.Observed() != (b2b.Window{}) {
		t.Errorf("got %d deals", s.Len())
	}
	if _, ok := s.Find("d"); ok {
		t.Error("a deal is found")
	}
	c := convertAll(t, &s, funnel.ConversionQuery{By: funnel.BySegment})
	if c.ByHorizon.Why == "" || c.WonPerEntered.Why == "" || len(c.Segments) != 0 {
		t.Errorf("got %+v", c)
	}
	if times, err := funnel.StageTimes(&s, 0); err != nil || len(times) != 0 {
		t.Errorf("times: %v, %v", times, err)
	}
	if tri, err := funnel.Cohorts(&s, funnel.Monthly, funnel.ConversionQuery{}); err != nil || len(tri.Rows) != 0 {
		t.Errorf("cohorts: %v, %v", tri, err)
	}
	if rep, err := funnel.HandOff(&s, funnel.HandOffQuery{}); err != nil || len(rep.Rows) != 0 {
		t.Errorf("hand-off: %v, %v", rep, err)
	}
	if v, err := funnel.SalesVelocity(&s, funnel.VelocityConfig{Source: rand.NewPCG(1, 0)}); err != nil || v.Why == "" {
		t.Errorf("velocity: %+v, %v", v, err)
	}
	if f, err := funnel.NewFlow(&s, 0); err != nil || len(f.Places) != 0 {
		t.Errorf("flow: %v, %v", f, err)
	}
}
