package journey_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/gen/account"
	"github.com/buyerjourney/b2b/journey"
)

// generatedLog returns the log of generated accounts and the truth by account.
func generatedLog(tb testing.TB, c account.Config) (*journey.Log, map[b2b.AccountID]account.Truth) {
	tb.Helper()
	events, truths := account.Generate(c)
	l, rep := build(journey.Config{}, events...)
	if rep.Accepted != len(events) || len(rep.Rejected) > 0 {
		tb.Fatalf("%+v", rep)
	}
	byAccount := make(map[b2b.AccountID]account.Truth)
	for _, t := range truths {
		byAccount[t.Account] = t
	}
	return l, byAccount
}

// TestRecover: joint steps, seats, crossings and what is typical of a role come back as they were generated.
func TestRecover(t *testing.T) {
	l, truth := generatedLog(t, account.Config{Accounts: 300, Complaint: .6, Typical: .4, Joint: .5, Seed: 1})
	crossed := make(map[b2b.AccountID]int)
	found, err := l.Crossings([]journey.CrossingRule{{
		ID: "r", Name: "complaint × cross-sell", While: journey.Match{Kinds: []journey.Kind{journey.Support}},
		Hold: journey.Match{Steps: []journey.StepID{account.CrossSell}}, Severity: journey.Hold,
	}}, journey.RuleConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range found {
		crossed[l.Journey(x.Journey).Account()]++
	}
	inside := 0
	for _, c := range journey.Composites(l) {
		want := truth[c.Account()]
		if got := len(c.Joint()); got != want.Joint {
			t.Errorf("%s: %d joint events, want %d", c.Account(), got, want.Joint)
		}
		if got := crossed[c.Account()]; got != want.Crossed {
			t.Errorf("%s: %d crossings, want %d", c.Account(), got, want.Crossed)
		}
		for i := range c.Len() {
			j := c.Journey(i)
			if seat, ok := want.Seats[j.Person()]; ok && j.Seat() != seat {
				t.Errorf("%s: seat %s, want %s", j.Key(), j.Seat(), seat)
			}
		}
		inside += want.Inside
	}
	c, err := journey.NewCrossings(l, journey.SpanConfig{})
	if err != nil {
		t.Fatal(err)
	}
	got := 0
	for _, d := range c.During() {
		if d.A == journey.Purchase && d.B == journey.Support {
			got += d.N
		}
	}
	if got != inside {
		t.Errorf("%d purchase rows during a complaint, want %d", got, inside)
	}
	o := journey.OverlapOf(l.Where(journey.Filter{Kinds: []journey.Kind{journey.Purchase}}), nil).Overlap(journey.Persons)
	for _, seat := range account.Roles {
		sig, ok := o.Signature(seat)
		if !ok {
			t.Fatal(seat)
		}
		var top []journey.StepID
		for _, s := range sig[:3] {
			top = append(top, s.Step)
		}
		slices.Sort(top)
		diff(t, "signature of "+string(seat), account.Typical(seat), top)
	}
	diff(t, "steps that reveal nobody", 5, len(o.SharedByAll()))
	counts := journey.StepCounts(l, nil)
	for _, p := range counts {
		for _, x := range truth {
			if seat, ok := x.Seats[p.Person]; ok && seat != p.Seat {
				t.Errorf("%s counts as %s", p.Person, p.Seat)
			}
		}
	}
}

// TestNull: where seats say nothing the permutation p is uniform (Kolmogorov-Smirnov, p > .01).
func TestNull(t *testing.T) {
	runs := 200

	var p []float64
	for run := range runs {
		r := rand.New(rand.NewPCG(uint64(run), 7))
		var table journey.OverlapTable
		for a := range 12 {
			for k, seat := range []b2b.SeatID{"buyer", "legal"} {
				for s := range 40 {
					if r.Float64() < .03 {
						_ = table.Add(journey.OverlapRow{
							Account: b2b.AccountID(strconv.Itoa(a)), Person: b2b.PersonID(fmt.Sprint(a, k)), Seat: seat, Step: journey.StepID(fmt.Sprint("s", s)), N: 1,
						})
					}
				}
			}
		}
		s, err := table.Overlap(journey.Persons).Significance(t.Context(), journey.SignificanceConfig{Permutations: 99, Replicates: 1, Source: rand.NewPCG(uint64(run), 0)})
		if err != nil {
			t.Fatal(err)
		}
		// the p of both sides overlap by the ties; their middle is uniform
		x := s.Pairs[0]
		p = append(p, (x.PShared+1-x.PDistinct)/2)
	}
	ks(t, "overlap", p)
}

// TestChance: complaints at random times give a uniform p; complaints that offers seek out give a small one.
func TestChance(t *testing.T) {
	if testing.Short() {
		t.Skip("100 shift tests take seconds")
	}
	window := func(b2b.AccountID) b2b.Window {
		return b2b.Window{From: account.Epoch, To: account.Epoch.Add(account.Observed)}
	}
	var p []float64
	for run := range 100 {
		l, _ := generatedLog(t, account.Config{Accounts: 20, Complaint: 1, Seed: uint64(100 + run)})
		c, err := l.Chance(t.Context(), journey.ChanceConfig{Rows: journey.Campaign, Open: journey.Support, Window: window, Shifts: 99, Source: rand.NewPCG(uint64(run), 0)})
		if err != nil {
			t.Fatal(err)
		}
		u := rand.New(rand.NewPCG(uint64(run), 5)).Float64()
		p = append(p, c.P-u*math.Min(c.P, .12)) // counts tie often: randomised within the atom
	}
	low := 0
	for _, x := range p {
		if x <= .05 {
			low++
		}
	}
	if low > 14 { // binomial(100, .05) is above 13 once in 1,500
		t.Errorf("%d of 100 tests under the null are significant", low)
	}
	var events []journey.Event
	for a := range 30 {
		id := b2b.AccountID(strconv.Itoa(a))
		begin := epoch.Add(time.Duration(a) * time.Hour)
		for k, s := range []journey.StepID{"complaint", "solved"} {
			events = append(events, journey.Event{Account: id, Kind: journey.Support, Journey: "s" + string(id), Step: s, At: begin.Add(time.Duration(k) * 48 * time.Hour)})
		}
		events = append(events,
			journey.Event{Account: id, Kind: journey.Campaign, Journey: "c" + string(id), Step: "offer", At: begin.Add(24 * time.Hour)},
			journey.Event{Account: id, Kind: journey.Purchase, Journey: "p" + string(id), Step: "visit", At: begin.Add(480 * time.Hour)},
		)
	}
	l, _ := build(journey.Config{}, events...)
	c, err := l.Chance(t.Context(), journey.ChanceConfig{Rows: journey.Campaign, Open: journey.Support, Source: rand.NewPCG(1, 0)})
	if err != nil || c.Observed != 30 || c.P > .001 || !c.Rated || c.Ratio < 5 {
		t.Errorf("%+v %v", c, err)
	}
}

// ks tests uniformity on [0,1] at level .01 (critical value 1.63/√n).
func ks(t *testing.T, what string, p []float64) {
	t.Helper()
	slices.Sort(p)
	d := 0.0
	for i, x := range p {
		d = max(d, math.Abs(x-float64(i)/float64(len(p))), math.Abs(x-float64(i+1)/float64(len(p))))
	}
	if limit := 1.63 / math.Sqrt(float64(len(p))); d > limit {
		t.Errorf("%s: Kolmogorov-Smirnov distance %.3f above %.3f", what, d, limit)
	}
}
