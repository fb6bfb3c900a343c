package discovery_test

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Ten buyers: six ask and buy, two ask, see a demo and buy, one only asks, one asks and leaves. Two lawyers read.
func realisticLog() *journey.Log {
	var b journey.Builder
	next := 0
	add := func(seat b2b.SeatID, n int, steps ...journey.StepID) {
		for range n {
			id := strconv.Itoa(next)
			next++
			for k, s := range steps {
				b.Add(journey.Event{Journey: id, Seat: seat, Step: s, At: epoch.AddDate(0, 0, k)})
			}
		}
	}
	add("buyer", 6, "ask", "buy")
	add("buyer", 2, "ask", "demo", "buy")
	add("buyer", 1, "ask")
	add("buyer", 1, "ask", "leave")
	add("legal", 2, "read")
	log, _ := b.Build(journey.Identities{})
	return log
}

func TestRealistic(t *testing.T) {
	maps, err := discovery.Realistic(realisticLog(), discovery.RealisticConfig{
		Goals: []journey.StepID{"buy"},
		Importance: func(id touchpoint.ID) (b2b.Estimate, bool) {
			return b2b.Estimate{Value: .4}, id == "demo"
		},
	})
	if err != nil || len(maps) != 2 || maps[0].Seat != "buyer" || maps[1].Seat != "legal" {
		t.Fatalf("%+v, %v", maps, err)
	}
	m := maps[0]
	var routes []string
	for _, r := range m.Routes {
		routes = append(routes, strconv.FormatInt(r.Count, 10)+" "+r.String())
	}
	// Two routes cover exactly 80 %.
	if d := cmp.Diff([]string{"6 ask → buy", "2 ask → demo → buy"}, routes); d != "" || !m.Reached || m.Covered.Value != .8 {
		t.Errorf("covered %v\n%s", m.Covered, d)
	}
	var edges []string
	for _, e := range m.Graph.Edges {
		edges = append(edges, string(e.From)+">"+string(e.To)+" "+e.P.String())
	}
	if got, want := strings.Join(edges, ", "), "^>ask 1, ask>buy 0.75, ask>demo 0.25, buy>$ 1, demo>buy 1"; got != want {
		t.Errorf("edges %s, want %s", got, want)
	}
	// demo: 2 of 10 use it, 2 of the 8 that buy, none of the 2 that do not.
	for _, u := range m.Touchpoints {
		if u.Touchpoint != "demo" {
			continue
		}
		if u.Share.Value != .2 || u.AtGoal.Value != .25 || u.Difference.Value != .25 || u.Importance.Value != .4 {
			t.Errorf("demo: %+v", u)
		}
		// Wilson's interval of 2 of 10, by the formula of 1927.
		z := 1.959963984540054
		centre, half := (2+z*z/2)/(10+z*z), z/(10+z*z)*math.Sqrt(2*8/10.+z*z/4)
		if math.Abs(u.Share.Low-(centre-half)) > 1e-12 || math.Abs(u.Share.High-(centre+half)) > 1e-12 {
			t.Errorf("interval %v to %v, want %v to %v", u.Share.Low, u.Share.High, centre-half, centre+half)
		}
		if !(u.Difference.Low < .25 && u.Difference.High > .25) {
			t.Errorf("difference %+v", u.Difference)
		}
	}
	one, err := discovery.Realistic(realisticLog(), discovery.RealisticConfig{Variants: 1})
	if err != nil || len(one[0].Routes) != 1 || one[0].Reached {
		t.Errorf("one variant: %+v, %v", one[0], err)
	}
	if _, err := discovery.Realistic(realisticLog(), discovery.RealisticConfig{Coverage: 2, Variants: -1}); !errors.Is(err, b2b.ErrInvalid) || len(strings.Split(err.Error(), "\n")) != 2 {
		t.Errorf("error %v", err)
	}
}

func TestDependencies(t *testing.T) {
	log := exampleLog()
	d := discovery.NewDFG(log)
	got, err := d.Dependencies(.9)
	if err != nil {
		t.Fatal(err)
	}
	// By hand: demo ⇒ quote (2−1)/(2+1+1), visit site ⇒ demo 3/4, quote ⇒ sign 2/3. Below .9, so only the best into and out of each.
	want := []discovery.Dependency{
		{From: "demo", To: "sign", Value: .5},
		{From: "quote", To: "sign", Value: 2. / 3},
		{From: "visit site", To: "demo", Value: .75},
		{From: "visit site", To: "quote", Value: .5},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := d.Dependencies(1); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("threshold 1: %v", err)
	}
	var b journey.Builder
	for k, s := range []journey.StepID{"a", "b", "a", "b"} {
		b.Add(journey.Event{Journey: "j", Step: s, At: epoch.AddDate(0, 0, k)})
	}
	loop, _ := b.Build(journey.Identities{})
	if got := discovery.NewLoops(loop).Dependencies(); len(got) != 1 || got[0].Value != 2./3 {
		t.Errorf("loops %+v, want a, b with 2/3", got)
	}
}
