package journey_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/touchpoint"
)

// TestAllen has one case for each relation and for points and equal ends; every pair has exactly the inverse of the reversed one.
func TestAllen(t *testing.T) {
	for _, x := range []struct {
		a1, a2, b1, b2 int64
		want           journey.Relation
	}{
		{0, 1, 2, 3, journey.Before},
		{2, 3, 0, 1, journey.After},
		{0, 1, 1, 2, journey.Meets},
		{1, 2, 0, 1, journey.MetBy},
		{0, 2, 1, 3, journey.Overlaps},
		{1, 3, 0, 2, journey.OverlappedBy},
		{0, 1, 0, 2, journey.Starts},
		{0, 2, 0, 1, journey.StartedBy},
		{1, 2, 0, 3, journey.During},
		{0, 3, 1, 2, journey.Contains},
		{1, 2, 0, 2, journey.Finishes},
		{0, 2, 1, 2, journey.FinishedBy},
		{0, 2, 0, 2, journey.Equals},
		{1, 1, 1, 1, journey.Equals},
		{1, 1, 1, 2, journey.Starts}, // a point at a beginning starts, it does not meet
		{2, 2, 1, 2, journey.Finishes},
		{1, 1, 0, 2, journey.During},
	} {
		if got := journey.Allen(x.a1, x.a2, x.b1, x.b2); got != x.want {
			t.Errorf("[%d,%d] [%d,%d]: %v, want %v", x.a1, x.a2, x.b1, x.b2, got, x.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Int64Range(0, 4), 4, 4).Draw(t, "ends")
		a1, a2, b1, b2 := min(p[0], p[1]), max(p[0], p[1]), min(p[2], p[3]), max(p[2], p[3])
		r := journey.Allen(a1, a2, b1, b2)
		if s := journey.Allen(b1, b2, a1, a2); s != r.Inverse() || r.Inverse().Inverse() != r || r == journey.UnknownRelation {
			t.Fatalf("%v and %v", r, s)
		}
	})
}

// genAccount draws some journeys of two accounts over few moments, so that ends meet.
func genAccount(t *rapid.T) []journey.Event {
	var events []journey.Event
	for i := range rapid.IntRange(1, 14).Draw(t, "n") {
		kind := rapid.SampledFrom([]journey.Kind{"x", "y", "z"}).Draw(t, "kind")
		n := rapid.IntRange(0, 1).Draw(t, "journey")
		account := rapid.SampledFrom([]b2b.AccountID{"a", "b"}).Draw(t, "account")
		events = append(events, journey.Event{
			Account: account, Kind: kind, Journey: string(kind) + string(account) + string(rune('0'+n)), Seq: int64(i),
			Step: rapid.SampledFrom([]journey.StepID{"open", "do", "close"}).Draw(t, "step"),
			At:   epoch.Add(time.Duration(rapid.IntRange(0, 6).Draw(t, "at")) * time.Hour),
		})
	}
	return events
}

// naiveSpans returns the open spans of a journey by walking through it.
func naiveSpans(j journey.Journey, closing bool, asOf time.Time) (spans [][2]time.Time, running bool) {
	open := false
	for i := range j.Len() {
		closes := closing && j.Step(i) == "close"
		switch {
		case !open && (i == 0 || !closes):
			spans = append(spans, [2]time.Time{j.At(i), asOf})
			open = true
			if closes {
				spans[len(spans)-1][1], open = j.At(i), false
			}
		case open && closes:
			spans[len(spans)-1][1], open = j.At(i), false
		}
	}
	if !closing {
		return [][2]time.Time{{j.Start(), j.End()}}, false
	}
	return spans, open
}

// propCrossings compares relations, steps inside open journeys and rules with a quadratic model.
func propCrossings(t *rapid.T) {
	l, _ := build(journey.Config{}, genAccount(t)...)
	closing := rapid.Bool().Draw(t, "closing")
	asOf := epoch.Add(10 * time.Hour)
	config := journey.SpanConfig{AsOf: asOf}
	if closing {
		for _, k := range []journey.Kind{"x", "y", "z"} {
			config.Closings = append(config.Closings, journey.Closing{Kind: k, Steps: []journey.StepID{"close"}})
		}
	}
	c, err := journey.NewCrossings(l, config)
	if err != nil {
		t.Fatal(err)
	}
	type during struct {
		a    journey.Kind
		step journey.StepID
		b    journey.Kind
	}
	want, hits := map[during]int{}, 0
	for x := range l.Journeys() {
		for y := range l.Journeys() {
			a, b := l.Journey(x), l.Journey(y)
			if x == y || a.Account() != b.Account() {
				continue
			}
			spans, running := naiveSpans(b, closing, asOf)
			for i := range a.Len() {
				for k, s := range spans {
					last := k == len(spans)-1
					if s[0].Before(a.At(i)) && (a.At(i).Before(s[1]) || (running && last)) {
						if a.Kind() != b.Kind() {
							want[during{a.Kind(), a.Step(i), b.Kind()}]++
						}
						if a.Step(i) == "do" {
							hits++
						}
					}
				}
			}
		}
	}
	got := map[during]int{}
	for _, d := range c.During() {
		got[during{d.A, d.Step, d.B}] = d.N
	}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for k, n := range want {
		if got[k] != n {
			t.Fatalf("%v: %d, want %d", k, got[k], n)
		}
	}
	found, err := l.Crossings([]journey.CrossingRule{{ID: "r", Hold: journey.Match{Steps: []journey.StepID{"do"}}}}, journey.RuleConfig{Spans: config})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != hits {
		t.Fatalf("%d crossings, want %d", len(found), hits)
	}
	pairs := 0
	for _, a := range c.Allen() {
		pairs += a.N
		if a.Relations.Len() == 0 || (!closing && a.Relations.Len() != 1) {
			t.Fatalf("%v", a)
		}
	}
	all := 0
	for _, x := range journey.Composites(l) {
		all += x.Len() * (x.Len() - 1) / 2
	}
	if pairs != all {
		t.Fatalf("%d pairs, want %d", pairs, all)
	}
}

func TestCrossings(t *testing.T) { rapid.Check(t, propCrossings) }
func FuzzCrossings(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propCrossings)) }

// TestRunning: the set of a running journey is what every later end would give.
func TestRunning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.IntRange(0, 5), 3, 3).Draw(t, "hours")
		hour := func(h int) time.Time { return epoch.Add(time.Duration(h) * time.Hour) }
		asOf := 5
		l, _ := build(journey.Config{},
			journey.Event{Account: "a", Kind: "x", Journey: "x", Step: "open", At: hour(p[0])},
			journey.Event{Account: "a", Kind: "y", Journey: "y", Step: "open", At: hour(min(p[1], p[2]))},
			journey.Event{Account: "a", Kind: "y", Journey: "y", Step: "do", At: hour(max(p[1], p[2]))},
		)
		c, err := journey.NewCrossings(l, journey.SpanConfig{AsOf: hour(asOf), Closings: []journey.Closing{{Kind: "x", Steps: []journey.StepID{"close"}}}})
		if err != nil {
			t.Fatal(err)
		}
		var want journey.Relations
		for end := asOf; end < asOf+3; end++ {
			want |= 1 << journey.Allen(int64(p[0]), int64(end), int64(min(p[1], p[2])), int64(max(p[1], p[2])))
		}
		if got := c.Allen()[0].Relations; got != want {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

// TestInterleave compares with the definition, pair by pair.
func TestInterleave(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var events []journey.Event
		for _, key := range []string{"a", "b"} {
			for i := range rapid.IntRange(0, 6).Draw(t, key) {
				events = append(events, journey.Event{Journey: key, Step: "s", Seq: int64(i), At: epoch.Add(time.Duration(rapid.IntRange(0, 8).Draw(t, "at")) * time.Second)})
			}
		}
		l, _ := build(journey.Config{}, events...)
		if l.Journeys() < 2 {
			return
		}
		a, b := l.Journey(0), l.Journey(1)
		for _, closed := range []bool{false, true} {
			var want []journey.Interleaving
			for i := range a.Len() {
				for j := range b.Len() {
					hasNextA, hasNextB := i+1 < a.Len(), j+1 < b.Len()
					if !hasNextA || (closed && !hasNextB) {
						continue
					}
					if a.At(i).Before(b.At(j)) && b.At(j).Before(a.At(i+1)) && (!hasNextB || a.At(i+1).Before(b.At(j+1))) {
						want = append(want, journey.Interleaving{I: i, J: j})
					}
				}
			}
			if got := journey.Interleave(a, b, closed); !slices.Equal(got, want) {
				t.Fatalf("closed %v: %v, want %v", closed, got, want)
			}
		}
	})
}

// TestInterleavingsOracle: the receipts split in two logs, linked case by case.
func TestInterleavingsOracle(t *testing.T) {
	var want struct {
		Edges [][]any `json:"edges"`
		By    struct {
			LR int `json:"LR"`
		} `json:"by_direction"`
	}
	oracle(t, "interleavings_receipt.json", &want)
	logs := map[string]map[string]journey.Journey{}
	for _, side := range []string{"even", "odd"} {
		rows, at := named(t, "interleavings_receipt_"+side+".csv.gz")
		var b journey.Builder
		for i, r := range rows {
			when := timeOf(t, strings.Replace(r[at["time:timestamp"]], " ", "T", 1))
			b.Add(journey.Event{Journey: r[at["case:concept:name"]], Step: journey.StepID(r[at["concept:name"]]), At: when, Seq: int64(i)})
		}
		l, _ := b.Build(journey.Identities{})
		logs[side] = map[string]journey.Journey{}
		for j := range l.Journeys() {
			logs[side][l.Journey(j).Key()] = l.Journey(j)
		}
	}
	got, total := map[[2]string]int{}, 0
	rows, at := named(t, "interleavings_case_relations.csv.gz")
	for _, r := range rows {
		left, okL := logs["even"][r[at["case:concept:name_LEFT"]]]
		right, okR := logs["odd"][r[at["case:concept:name_RIGHT"]]]
		if !okL || !okR {
			continue
		}
		for _, x := range journey.Interleave(left, right, false) {
			got[[2]string{string(left.Step(x.I)), string(right.Step(x.J))}]++
			total++
		}
	}
	if total != want.By.LR {
		t.Errorf("%d interleavings, want %d", total, want.By.LR)
	}
	for _, e := range want.Edges {
		if k := [2]string{e[0].(string), e[1].(string)}; e[2] == "LR" && got[k] != int(e[3].(float64)) {
			t.Errorf("%v: %d, want %v", k, got[k], e[3])
		}
	}
}

func day(n int) time.Time { return epoch.Add(time.Duration(n) * 24 * time.Hour) }

// TestRules: scopes, the time around an open journey, how long it must be open, channels and directions.
func TestRules(t *testing.T) {
	catalogue, err := touchpoint.NewCatalogue([]touchpoint.Touchpoint{
		{ID: "mail", Channel: "email", Initiator: touchpoint.ByFirm}, {ID: "form", Channel: "website", Initiator: touchpoint.ByCustomer},
	}, touchpoint.ControlPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	deal := []journey.ObjectRef{{Type: journey.DealObject, ID: "d"}}
	l, _ := build(journey.Config{},
		journey.Event{Account: "a", Person: "anna", Seat: "user", Kind: journey.Support, Journey: "t", Step: "complaint", At: day(10), Objects: deal},
		journey.Event{Account: "a", Person: "anna", Seat: "user", Kind: journey.Support, Journey: "t", Step: "solved", At: day(20)},
		journey.Event{Account: "a", Person: "ben", Kind: journey.Campaign, Step: "offer", At: day(8), Touchpoint: "mail"},
		journey.Event{Account: "a", Person: "ben", Kind: journey.Campaign, Step: "offer", At: day(11), Touchpoint: "mail"},
		journey.Event{Account: "a", Person: "anna", Kind: journey.Campaign, Step: "offer", At: day(15), Touchpoint: "form"},
		journey.Event{Account: "b", Person: "carl", Kind: journey.Campaign, Step: "offer", At: day(15), Objects: deal, Touchpoint: "mail"},
		journey.Event{Account: "a", Person: "ben", Kind: journey.Campaign, Step: "offer", At: day(22), Touchpoint: "mail"},
	)
	base := journey.CrossingRule{ID: "r", Name: "complaint × offer", While: journey.Match{Kinds: []journey.Kind{journey.Support}}, Hold: journey.Match{Steps: []journey.StepID{"offer"}}, Severity: journey.Hold}
	for name, x := range map[string]struct {
		change func(*journey.CrossingRule)
		days   []int
	}{
		"same account":        {func(*journey.CrossingRule) {}, []int{11, 15}},
		"same person":         {func(r *journey.CrossingRule) { r.Scope = journey.SamePerson }, []int{15}},
		"same deal":           {func(r *journey.CrossingRule) { r.Scope = journey.SameDeal }, []int{15}},
		"open for three days": {func(r *journey.CrossingRule) { r.MinOpen = 72 * time.Hour }, []int{15}},
		"two days around":     {func(r *journey.CrossingRule) { r.Before, r.After = 48*time.Hour, 48*time.Hour }, []int{8, 11, 15, 22}},
		"by mail":             {func(r *journey.CrossingRule) { r.Hold.Channels = []touchpoint.Channel{"email"} }, []int{11}},
		"by the customer":     {func(r *journey.CrossingRule) { r.Hold.Direction = touchpoint.ByCustomer }, []int{15}},
		"after it is solved":  {func(r *journey.CrossingRule) { r.While.Steps = []journey.StepID{"solved"} }, nil},
	} {
		rule := base
		x.change(&rule)
		found, err := l.Crossings([]journey.CrossingRule{rule}, journey.RuleConfig{Catalogue: catalogue})
		if err != nil {
			t.Fatal(name, err)
		}
		var days []int
		for _, c := range found {
			days = append(days, int(c.At.Sub(epoch).Hours()/24))
		}
		slices.Sort(days)
		diff(t, name, x.days, days)
	}
	found, err := l.Crossings([]journey.CrossingRule{base}, journey.RuleConfig{})
	if err != nil || len(found) != 2 {
		t.Fatal(err)
	}
	first := found[slices.IndexFunc(found, func(c journey.Crossing) bool { return c.At.Equal(day(11)) })]
	if first.OpenFor != 24*time.Hour || first.State != "complaint" || first.Reason != `complaint × offer: "offer" while a support journey of user has been open for 24.0 hours, last step "complaint"` {
		t.Errorf("%+v", first)
	}
	trials, err := journey.Try([]journey.CrossingRule{base}, l, journey.RuleConfig{})
	if err != nil || trials[0] != (journey.Trial{Rule: "r", Severity: journey.Hold, Crossings: 2, Rows: 2, Journeys: 2, Accounts: 1}) {
		t.Errorf("%+v %v", trials, err)
	}
	if err := journey.CheckRules(journey.CommonRules(), journey.RuleConfig{Catalogue: catalogue}); err != nil {
		t.Error(err)
	}
	bad := base
	bad.MinOpen, bad.Hold.Direction = -1, touchpoint.ByFirm
	if _, err := l.Crossings([]journey.CrossingRule{base, bad}, journey.RuleConfig{}); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("%v", err)
	}
}

// TestEffect: the shares and their difference by hand.
func TestEffect(t *testing.T) {
	var events []journey.Event
	r := rand.New(rand.NewPCG(1, 1))
	for a := range 90 {
		id := b2b.AccountID(rune('A' + a))
		for k := range 2 + r.IntN(3) {
			events = append(events, journey.Event{Account: id, Kind: journey.Purchase, Step: "offer", At: day(k), Seq: int64(k)})
		}
		if a%3 == 0 { // crossed: a complaint around it, and one in six buys
			events = append(events,
				journey.Event{Account: id, Kind: journey.Support, Step: "complaint", At: day(-1)}, journey.Event{Account: id, Kind: journey.Support, Step: "solved", At: day(20)})
		}
		if (a%3 == 0 && a%18 == 0) || (a%3 != 0 && a%2 == 0) {
			events = append(events, journey.Event{Account: id, Kind: journey.Purchase, Step: "buy", At: day(30)})
		}
	}
	l, _ := build(journey.Config{}, events...)
	found, err := l.Crossings([]journey.CrossingRule{{ID: "r", While: journey.Match{Kinds: []journey.Kind{journey.Support}}, Hold: journey.Match{Steps: []journey.StepID{"offer"}}}}, journey.RuleConfig{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := l.Effect(found, journey.EffectConfig{Kind: journey.Purchase, Goals: []journey.StepID{"buy"}})
	if err != nil {
		t.Fatal(err)
	}
	if e.With.N != 30 || e.With.K != 5 || e.Without.N != 60 || e.Without.K != 30 || e.Difference.High >= 0 || len(e.Strata) == 0 {
		t.Errorf("%+v", e)
	}
	n := 0
	for _, s := range e.Strata {
		n += s.With.N + s.Without.N
	}
	diff(t, "strata", 90, n)
}
