package simulation_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/law"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/simulation"
	"github.com/buyerjourney/b2b/touchpoint"
)

// funnelMap is a graph small enough to be solved by hand: visit → offer (.5) or leave (.5); offer → buy (.6), visit again (.2), leave (.2).
func funnelMap() journey.Map {
	step := func(id journey.StepID, actor journey.Actor) journey.Step {
		return journey.Step{ID: id, Actor: actor, Department: "sales", Duration: exponential(1)}
	}
	return journey.Map{
		ID: "funnel", Steps: []journey.Step{step("visit", journey.Buyer), step("offer", journey.Seller), step("buy", journey.Buyer), step("leave", journey.Buyer)},
		Flow: journey.Graph{Edges: []journey.Edge{
			edge(journey.Start, "visit", 1), edge("visit", "offer", .5), edge("visit", "leave", .5),
			edge("offer", "buy", .6), edge("offer", "visit", .2), edge("offer", "leave", .2),
		}},
		Goals: []journey.StepID{"buy"}, Exits: []journey.StepID{"leave"},
	}
}

// TestFunnelByHand: h(visit) = .5·h(offer), h(offer) = .6 + .2·h(visit), so h(visit) = .3/.9 and h(offer) = 2/3.
func TestFunnelByHand(t *testing.T) {
	s := model(t, funnelMap(), simulation.Config{})
	a, err := s.Analytic()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "flow-through", 1./3, a.FlowThrough)
	near(t, "visits", 1/.9, a.Steps[0].Visits)
	near(t, "ever offered", .5, a.Steps[1].Ever) // the first visit decides: whoever comes back has been offered
	near(t, "flow-through of an offer", 2./3, a.Steps[1].FlowThrough)
	near(t, "without an offer", 0, a.Steps[1].Without)
	// every journey ends in buy or leave after (visits + offers) exponential steps of mean 1
	near(t, "mean", a.Length, a.Mean)

	b, err := s.Boundary()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "overall", 1./3, b.Overall.FlowThrough)
	near(t, "best: an offer always sells", .5, b.Overall.High)
	near(t, "worst: an offer never sells", 0, b.Overall.Low)
	diff(t, "points of no return", []simulation.Passage{
		{From: "offer", To: "buy", Goal: true}, {From: "offer", To: "leave"}, {From: "visit", To: "leave"},
	}, b.Points)
	for _, x := range b.Steps {
		if x.Step == "offer" && (!x.SellerForcesGoal || !x.SellerForcesNone || x.SettledGoal || !x.Controllable) {
			t.Errorf("%+v", x)
		}
		if x.Step == "visit" && (x.SellerForcesGoal || !x.OthersForceNone) {
			t.Errorf("%+v", x)
		}
	}

	list, err := s.Obstacles(nil)
	if err != nil {
		t.Fatal(err)
	}
	var drop []string
	for _, o := range list {
		if o.Kind == simulation.DropOff {
			drop = append(drop, o.Place)
			if o.Place == "visit" { // closed, every visit is offered: h = .6 + .2h
				near(t, "gain", .75-1./3, o.Gain)
			}
		}
	}
	diff(t, "drop-offs", []string{"visit", "offer"}, drop)
}

func TestUnknownActor(t *testing.T) {
	m := funnelMap()
	m.Steps[1].Actor = journey.UnknownActor
	_, err := model(t, m, simulation.Config{}).Boundary()
	unknown, ok := errors.AsType[*simulation.UnknownActorError](err)
	if !ok || !errors.Is(err, simulation.ErrUnknownActor) || len(unknown.Steps) != 1 || unknown.Steps[0] != "offer" {
		t.Errorf("%v", err)
	}
}

// TestEdits compares the exact answers of changed maps with those by hand.
func TestEdits(t *testing.T) {
	s := model(t, funnelMap(), simulation.Config{Departments: []simulation.Department{{Name: "sales", Servers: 1}}, Rate: .1})
	for name, x := range map[string]struct {
		edits []simulation.Edit
		want  float64
	}{
		"block an offer":           {[]simulation.Edit{simulation.Block{Step: "offer"}}, 0},
		"remove an offer":          {[]simulation.Edit{simulation.Remove{Step: "offer"}}, .3 / .9},
		"close the exit":           {[]simulation.Edit{simulation.Close{Exit: "leave"}}, 1},
		"a sure offer":             {[]simulation.Edit{simulation.SetP{From: "offer", To: "buy", P: 1}}, .5},
		"insert a call":            {[]simulation.Edit{simulation.Insert{Step: journey.Step{ID: "call", Duration: exponential(1)}, From: "offer", To: "buy"}}, 1. / 3},
		"twice as slow":            {[]simulation.Edit{simulation.ScaleDuration{Step: "offer", Factor: 2}}, 1. / 3},
		"two, one after the other": {[]simulation.Edit{simulation.SetP{From: "offer", To: "visit", P: 0}, simulation.SetP{From: "visit", To: "offer", P: 1}}, .75},
	} {
		c, err := s.With(x.edits...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a, err := c.Analytic()
		if err != nil {
			t.Fatal(err)
		}
		near(t, name, x.want, a.FlowThrough)
	}
	_, err := s.With(simulation.Block{Step: "nowhere"}, simulation.Capacity{Department: "none", Servers: 1}, simulation.Close{Exit: "buy"})
	if problems, ok := err.(interface{ Unwrap() []error }); !ok || len(problems.Unwrap()) != 3 || !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("%v", err)
	}
}

// TestDiff: common random numbers: a step that nobody comes to changes nothing, and a faster step never takes longer.
func TestDiff(t *testing.T) {
	m := funnelMap()
	m.Steps = append(m.Steps, journey.Step{ID: "alone", Actor: journey.Buyer, Duration: exponential(5)})
	s := model(t, m, simulation.Config{Draws: 20, Journeys: 200, Source: rand.NewPCG(4, 0)})
	same, err := simulation.Diff(t.Context(), s, simulation.Block{Step: "alone"})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range same {
		if d.Difference.Low != 0 || d.Difference.High != 0 {
			t.Errorf("%+v", d)
		}
	}
	faster, err := simulation.Diff(t.Context(), s, simulation.ScaleDuration{Step: "offer", Factor: .5})
	if err != nil {
		t.Fatal(err)
	}
	if d := faster[1]; d.Name != "time" || d.Difference.High >= 0 || d.Better.Or(0) != 1 {
		t.Errorf("%+v", d)
	}
	if d := faster[0]; d.Difference.Low != 0 || d.Difference.High != 0 {
		t.Errorf("the way changes with the time: %+v", d)
	}
}

// TestCapacity: doubling the servers of the one department never lengthens the mean wait.
func TestCapacity(t *testing.T) {
	m := journey.Map{
		ID: "queue", Steps: []journey.Step{{ID: "serve", Department: "desk", Actor: journey.Seller, Duration: exponential(1)}},
		Flow: journey.Graph{Edges: []journey.Edge{edge(journey.Start, "serve", 1), edge("serve", journey.End, 1)}},
	}
	for seed := range uint64(20) {
		s := model(t, m, simulation.Config{Rate: .9, Draws: 3, Journeys: 300, Source: rand.NewPCG(seed, 0), Departments: []simulation.Department{{Name: "desk", Servers: 1}}})
		d, err := simulation.Diff(t.Context(), s, simulation.Capacity{Department: "desk", Servers: 2})
		if err != nil {
			t.Fatal(err)
		}
		if w := d[len(d)-1]; w.Name != "wait for desk" || w.Difference.High > 0 {
			t.Errorf("seed %d: %+v", seed, w)
		}
	}
}

// TestDistribution compares with the Erlang distribution function: two exponential steps in a row, P(T ≤ t) = 1 − (1 + t)e^−t.
func TestDistribution(t *testing.T) {
	m := journey.Map{
		ID: "two", Steps: []journey.Step{{ID: "a", Duration: exponential(1)}, {ID: "b", Duration: exponential(1)}},
		Flow: journey.Graph{Edges: []journey.Edge{edge(journey.Start, "a", 1), edge("a", "b", 1), edge("b", journey.End, 1)}},
	}
	a, err := model(t, m, simulation.Config{}).Analytic()
	if err != nil {
		t.Fatal(err)
	}
	times := []time.Duration{0, time.Second / 2, time.Second, 10 * time.Second}
	p, ok := a.Distribution(times...)
	if !ok {
		t.Fatal("no distribution")
	}
	for i, d := range times {
		x := d.Seconds()
		if want := 1 - (1+x)*math.Exp(-x); math.Abs(p[i]-want) > 1e-9 {
			t.Errorf("P(T ≤ %v) = %v, want %v", d, p[i], want)
		}
	}
	tree, err := model(t, offer(t), simulation.Config{}).Analytic()
	if err != nil {
		t.Fatal(err)
	}
	// the mean is the integral of 1 − F
	const step = .05
	var grid []time.Duration
	for k := range 4000 {
		grid = append(grid, time.Duration((float64(k)+.5)*step*1e9))
	}
	p, ok = tree.Distribution(grid...)
	if !ok {
		t.Fatal("no distribution of a tree with an Erlang step in a parallel block")
	}
	mean := 0.0
	for _, x := range p {
		mean += (1 - x) * step
	}
	if math.Abs(mean-tree.Mean) > 1e-3*tree.Mean {
		t.Errorf("∫(1−F) = %v, mean %v", mean, tree.Mean)
	}
}

// TestHours: work outside the hours pauses, and a local day may have 23 hours.
func TestHours(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Skip("no time zones on this machine")
	}
	m := journey.Map{
		ID: "office", Steps: []journey.Step{{ID: "work", Department: "office", Duration: journey.Duration{Family: journey.Constant, Mean: 10 * 3600}}},
		Flow: journey.Graph{Edges: []journey.Edge{edge(journey.Start, "work", 1), edge("work", journey.End, 1)}},
	}
	var hours []simulation.Hours
	for day := time.Monday; day <= time.Friday; day++ {
		hours = append(hours, simulation.Hours{Day: day, Open: 9 * time.Hour, Close: 17 * time.Hour})
	}
	// Friday 29 March 2024, 12:00; the clock goes forward on Sunday. 5 hours on Friday, 5 on Monday until 14:00: 74 hours by the
	// clock, 73 in fact.
	s := model(t, m, simulation.Config{
		Start: time.Date(2024, 3, 29, 12, 0, 0, 0, zone), Draws: 1, Journeys: 1, Source: rand.NewPCG(1, 0),
		Departments: []simulation.Department{{Name: "office", Servers: 1, Hours: hours, Zone: zone}},
	})
	r, err := s.Simulate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	near(t, "time", 73*3600, r.Time.Value)
}

// TestLivelock: a closed circle is reported and its journeys count as stuck, in both answers.
func TestLivelock(t *testing.T) {
	m := journey.Map{
		ID: "circle", Goals: []journey.StepID{"out"}, Steps: []journey.Step{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "out", Visibility: touchpoint.Shared}},
		Flow: journey.Graph{Edges: []journey.Edge{edge(journey.Start, "a", 1), edge("a", "out", .25), edge("a", "b", .75), edge("b", "c", 1), edge("c", "b", 1)}},
	}
	s := model(t, m, simulation.Config{Draws: 1, Journeys: 4000, Source: rand.NewPCG(1, 0)})
	a, err := s.Analytic()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "flow-through", .25, a.FlowThrough)
	diff(t, "livelock", []journey.StepID{"b", "c"}, a.Livelock)
	r, err := s.Simulate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(r.FlowThrough.Value-.25) > 4*r.FlowThrough.Sampling {
		t.Errorf("flow-through %v", r.FlowThrough)
	}
	diff(t, "assumed", 4, len(s.Assumed()))
}

// propChain: on random graphs the ends sum to one, the boundary leaves no way back, and renaming steps renames the results.
func propChain(t *rapid.T) {
	m := genGraph(t)
	s, err := simulation.New(&m, simulation.Config{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Analytic()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, e := range a.Ends {
		sum += e.P
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Fatalf("the ends sum to %v", sum)
	}
	for _, x := range a.Steps {
		if x.Ever > 1 || x.Visits < x.Ever-1e-12 || x.Without > a.FlowThrough+1e-12 {
			t.Fatalf("%+v", x)
		}
		blocked, err := s.With(simulation.Block{Step: x.Step})
		if err != nil {
			t.Fatal(err)
		}
		b, err := blocked.Analytic()
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(b.FlowThrough-x.Without) > 1e-9 {
			t.Fatalf("blocking %s leaves %v, without it %v", x.Step, b.FlowThrough, x.Without)
		}
	}
	b, err := s.Boundary()
	if err != nil {
		t.Fatal(err)
	}
	if b.Overall.Low > b.Overall.FlowThrough+1e-9 || b.Overall.High < b.Overall.FlowThrough-1e-9 {
		t.Fatalf("%+v", b.Overall)
	}
	settled := map[journey.StepID]bool{}
	for _, x := range b.Steps {
		settled[x.Step] = x.SettledGoal || x.SettledExit
	}
	for _, e := range m.Edges() {
		if e.From == "s0" || (len(m.Exits) > 0 && e.From == "s1") {
			continue // a journey is over there
		}
		if settled[e.From] && !settled[e.To] && e.To != journey.End && e.P.Or(0) > 0 {
			t.Fatalf("from settled %s back to %s", e.From, e.To)
		}
	}
}

func genGraph(t *rapid.T) journey.Map {
	n := rapid.IntRange(2, 6).Draw(t, "steps")
	m := journey.Map{ID: "g", Goals: []journey.StepID{"s0"}}
	if n > 3 {
		m.Exits = []journey.StepID{"s1"}
	}
	id := func(i int) journey.StepID { return journey.StepID("s" + string(rune('0'+i))) }
	var edges []journey.Edge
	for i := range n {
		m.Steps = append(m.Steps, journey.Step{ID: id(i), Actor: journey.Actor(rapid.IntRange(1, 2).Draw(t, "actor"))})
	}
	for i := -1; i < n; i++ {
		weights := rapid.SliceOfN(rapid.IntRange(0, 3), n, n).Draw(t, "weights")
		sum := 0
		for _, w := range weights {
			sum += w
		}
		from := journey.Start
		if i >= 0 {
			from = id(i)
		}
		if i < 0 && sum == 0 {
			weights[0], sum = 1, 1
		}
		for k, w := range weights {
			if w > 0 {
				edges = append(edges, edge(from, id(k), float64(w)/float64(sum+1)))
			}
		}
		if i >= 0 && rapid.Bool().Draw(t, "end") {
			edges = append(edges, edge(from, journey.End, 1/float64(sum+1)))
		}
	}
	m.Flow = journey.Graph{Edges: edges}
	return m
}

func TestChainProperties(t *testing.T) { rapid.Check(t, propChain) }
func FuzzChain(f *testing.F)           { f.Fuzz(rapid.MakeFuzz(propChain)) }

func TestOutcomeLaws(t *testing.T) {
	law.Accumulator(t, func() *simulation.Outcome { return new(simulation.Outcome) }, rapid.Custom(func(t *rapid.T) simulation.Run {
		r := simulation.Run{Time: rapid.Int64Range(0, 1e12).Draw(t, "time")}
		if rapid.Bool().Draw(t, "censored") {
			r.Censored = true
		} else {
			r.End = simulation.End{Kind: simulation.EndKind(rapid.IntRange(1, 4).Draw(t, "kind")), Step: "s"}
		}
		for range rapid.IntRange(0, 3).Draw(t, "visits") {
			r.Visits = append(r.Visits, simulation.Visit{
				Step: journey.StepID(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "step")), Wait: rapid.Int64Range(0, 9).Draw(t, "wait"),
				Time: rapid.Int64Range(0, 9).Draw(t, "stay"), Queue: rapid.IntRange(0, 3).Draw(t, "queue"),
			})
		}
		return r
	}))
}

// TestQuantile: without censoring the quantile is that of the sorted times, within a bucket; with it, Kaplan-Meier by hand.
func TestQuantile(t *testing.T) {
	var o simulation.Outcome
	for i := range 100 {
		if err := o.Add(simulation.Run{End: simulation.End{Kind: simulation.Goal, Step: "g"}, Time: int64(i+1) * 1e6}); err != nil {
			t.Fatal(err)
		}
	}
	q, ok := o.Quantile(.5, .95)
	if !ok || math.Abs(q.Value-50) > .5 || q.Low > 41.5 || q.High < 59 {
		t.Errorf("%+v", q)
	}
	var c simulation.Outcome
	for _, x := range []struct {
		s        int64
		censored bool
	}{{1, false}, {2, true}, {3, true}, {4, false}} { // S = 3/4 after 1, then 3/4·0 after 4
		r := simulation.Run{Time: x.s * 1e6, Censored: x.censored}
		if !x.censored {
			r.End.Kind = simulation.Ended
		}
		if err := c.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if q, ok := c.Quantile(.5, .95); !ok || math.Abs(q.Value-4) > .05 {
		t.Errorf("%+v", q)
	}
}

// TestSilentLoop: a loop that may go round in silence for ever still has an answer, the same in both ways.
func TestSilentLoop(t *testing.T) {
	tree, err := journey.ParseTree(`*( X( tau, 'a' ), tau )`)
	if err != nil {
		t.Fatal(err)
	}
	tree.Weights, tree.N = []float64{0, 1}, 1e12
	s := model(t, journey.Map{ID: "m", Steps: []journey.Step{{ID: "a", Duration: exponential(1)}}, Flow: tree}, simulation.Config{Draws: 1, Journeys: 500, Source: rand.NewPCG(1, 0)})
	a, err := s.Analytic()
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Simulate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// half of the rounds hold a step and one in a hundred is the last
	if math.Abs(a.Length-50) > 1e-6 || math.Abs(r.Length.Value-a.Length) > 10 {
		t.Errorf("%v steps, simulated %v", a.Length, r.Length)
	}
}

// TestRename: renaming the steps renames the exact results.
func TestRename(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := genGraph(t)
		other := m
		name := func(id journey.StepID) journey.StepID {
			if id == journey.Start || id == journey.End {
				return id
			}
			return "x" + id
		}
		other.Steps, other.Goals, other.Exits = nil, nil, nil
		for _, s := range m.Steps {
			s.ID = name(s.ID)
			other.Steps = append(other.Steps, s)
		}
		for _, g := range m.Goals {
			other.Goals = append(other.Goals, name(g))
		}
		for _, g := range m.Exits {
			other.Exits = append(other.Exits, name(g))
		}
		var edges []journey.Edge
		for _, e := range m.Edges() {
			e.From, e.To = name(e.From), name(e.To)
			edges = append(edges, e)
		}
		other.Flow = journey.Graph{Edges: edges}
		a, b := analyse(t, m), analyse(t, other)
		if math.Abs(a.FlowThrough-b.FlowThrough) > 1e-12 || math.Abs(a.Length-b.Length) > 1e-9*(1+a.Length) {
			t.Fatalf("%v and %v", a, b)
		}
		for i := range a.Steps {
			if name(a.Steps[i].Step) != b.Steps[i].Step || math.Abs(a.Steps[i].Visits-b.Steps[i].Visits) > 1e-9*(1+a.Steps[i].Visits) {
				t.Fatalf("%+v and %+v", a.Steps[i], b.Steps[i])
			}
		}
	})
}

func analyse(t *rapid.T, m journey.Map) *simulation.Analysis {
	s, err := simulation.New(&m, simulation.Config{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Analytic()
	if err != nil {
		t.Fatal(err)
	}
	return a
}
