package simulation_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
	"github.com/buyerjourney/b2b/journey/simulation"
)

func exponential(mean float64) journey.Duration {
	return journey.Duration{Family: journey.Exponential, Mean: mean, N: 1e12}
}

func edge(from, to journey.StepID, p float64) journey.Edge {
	return journey.Edge{From: from, To: to, P: b2b.MustFraction(p), Evidence: journey.Evidence{Basis: journey.Observed, N: 1e12}}
}

func model(t testing.TB, m journey.Map, c simulation.Config) *simulation.Model {
	t.Helper()
	s, err := simulation.New(&m, c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestQueue checks M/M/1 and M/M/3 against Erlang (1917): mean waits of 1 and 4/9.
func TestQueue(t *testing.T) {
	for _, x := range []struct {
		servers    int
		rate, wait float64
	}{{1, .5, 1}, {3, 2, 4. / 9}} {
		m := journey.Map{
			ID: "queue", Steps: []journey.Step{{ID: "serve", Department: "desk", Actor: journey.Seller, Duration: exponential(1)}},
			Flow: journey.Graph{Edges: []journey.Edge{edge(journey.Start, "serve", 1), edge("serve", journey.End, 1)}},
		}
		s := model(t, m, simulation.Config{
			Rate: x.rate, Draws: 20, Journeys: 20_000, Source: rand.NewPCG(1, 0), Departments: []simulation.Department{{Name: "desk", Servers: x.servers}},
		})
		a, err := s.Analytic()
		if err != nil {
			t.Fatal(err)
		}
		if l := a.Loads[0]; !l.WaitKnown || math.Abs(l.Wait-x.wait) > 1e-12 || math.Abs(l.Utilisation-x.rate/float64(x.servers)) > 1e-12 {
			t.Errorf("analytic %+v", l)
		}
		r, err := s.Simulate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		d := r.Departments[0]
		sum = (d.Wait.Low + d.Wait.High) / 2
		if math.Abs(sum-x.wait) > .08 || math.Abs(d.Utilisation.Value-x.rate/float64(x.servers)) > .03 {
			t.Errorf("%d servers: wait %v, utilisation %v", x.servers, d.Wait, d.Utilisation)
		}
	}
}

// TestMonteCarlo: the simulation lies within four standard errors of the exact answer on every log.
func TestMonteCarlo(t *testing.T) {
	for _, file := range markovLogs {
		l := caseLog(t, file)
		times, _ := discovery.Performance(l)
		m, err := simulation.FromDFG(discovery.NewDFG(l), times, simulation.Config{Draws: 1, Journeys: 20_000, Source: rand.NewPCG(3, 0)})
		if err != nil {
			t.Fatal(err)
		}
		a, err := m.Analytic()
		if err != nil {
			t.Fatal(err)
		}
		r, err := m.Simulate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d := math.Abs(r.Time.Value - a.Mean); d > 4*r.Time.Sampling {
			t.Errorf("%s: mean time %v, exact %v, error %v", file, r.Time.Value, a.Mean, r.Time.Sampling)
		}
		if se := a.SD / math.Sqrt(20_000); math.Abs(se-r.Time.Sampling) > .3*se {
			t.Errorf("%s: standard error %v, exact %v", file, r.Time.Sampling, se)
		}
		if math.Abs(r.Length.Value-a.Length) > .05*a.Length {
			t.Errorf("%s: length %v, exact %v", file, r.Length.Value, a.Length)
		}
		for i, e := range r.Ends {
			if d := math.Abs(e.Share.Value - a.Ends[min(i, len(a.Ends)-1)].P); len(r.Ends) == len(a.Ends) && d > 4*e.Share.Sampling+1e-9 {
				t.Errorf("%s: end %v %v, exact %v", file, e.End, e.Share.Value, a.Ends[i].P)
			}
		}
	}
}

// offer is a small tree with everything in it: a choice, a loop and a parallel block with exponential durations.
func offer(t testing.TB) journey.Map {
	t.Helper()
	tree, err := journey.ParseTree(`->( 'ask', +( 'legal', ->( 'budget', 'sign off' ) ), *( 'negotiate', 'revise' ), X( 'buy', 'decline' ) )`)
	if err != nil {
		t.Fatal(err)
	}
	tree.Children[2].Weights = []float64{.7, .3}
	tree.Children[3].Weights = []float64{.6, .4}
	tree.Children[2].N, tree.Children[3].N = 1e12, 1e12
	m := journey.Map{ID: "offer", Flow: tree, Goals: []journey.StepID{"buy"}, Exits: []journey.StepID{"decline"}}
	for i, s := range []journey.StepID{"ask", "legal", "budget", "sign off", "negotiate", "revise", "buy", "decline"} {
		m.Steps = append(m.Steps, journey.Step{ID: s, Duration: exponential(float64(i + 1))})
	}
	m.Steps[2].Duration = journey.Duration{Family: journey.Erlang, Mean: 3, SD: 1.5, N: 1e12}
	return m
}

// TestTree: the exact time of a parallel block is that of the simulation; probabilities by hand.
func TestTree(t *testing.T) {
	s := model(t, offer(t), simulation.Config{Draws: 1, Journeys: 50_000, Source: rand.NewPCG(5, 0)})
	a, err := s.Analytic()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "flow-through", .6, a.FlowThrough)
	if !a.Timed {
		t.Fatal("times are not known")
	}
	for _, x := range a.Steps {
		want := map[journey.StepID][2]float64{"negotiate": {1 / .7, 1}, "revise": {.3 / .7, .3}, "buy": {.6, .6}, "decline": {.4, .4}}
		w, ok := want[x.Step]
		if !ok {
			w = [2]float64{1, 1}
		}
		near(t, "visits "+string(x.Step), w[0], x.Visits)
		near(t, "ever "+string(x.Step), w[1], x.Ever)
		if x.Step == "revise" {
			near(t, "without a revision", .7*.6, x.Without)
		}
	}
	r, err := s.Simulate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(r.Time.Value-a.Mean) > 4*r.Time.Sampling || math.Abs(r.FlowThrough.Value-.6) > 4*r.FlowThrough.Sampling {
		t.Errorf("time %v, exact %v; flow-through %v", r.Time, a.Mean, r.FlowThrough)
	}
	if se := a.SD / math.Sqrt(50_000); math.Abs(se-r.Time.Sampling) > .05*se {
		t.Errorf("standard error %v, exact %v", r.Time.Sampling, se)
	}
}

// TestWorkers: the same bytes for any number of workers, and the sum of the ends is one.
func TestWorkers(t *testing.T) {
	var first *simulation.Result
	for workers := range 3 {
		m := offer(t)
		m.Steps[1].Department = "legal"
		s := model(t, m, simulation.Config{
			Rate: .1, Draws: 20, Journeys: 100, Source: rand.NewPCG(9, 0), Workers: workers,
			Departments: []simulation.Department{{Name: "legal", Servers: 1, Hours: []simulation.Hours{{Day: time.Monday, Open: 8 * time.Hour, Close: 12 * time.Hour}}}},
		})
		r, err := s.Simulate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = r
			sum := r.Censored.Value
			for _, e := range r.Ends {
				sum += e.Share.Value
			}
			near(t, "ends", 1, sum)
			continue
		}
		a, _ := first.All.AppendBinary(nil)
		b, _ := r.All.AppendBinary(nil)
		if d := cmp.Diff(first, r, cmpopts.IgnoreUnexported(simulation.Result{}), cmpopts.IgnoreFields(simulation.Result{}, "All", "Point")); d != "" || string(a) != string(b) {
			t.Errorf("%d workers: %s", workers, d)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := model(t, offer(t), simulation.Config{Source: rand.NewPCG(9, 0)}).Simulate(ctx); err == nil {
		t.Error("a cancelled simulation answers")
	}
}

// TestCoverage: the share of an account's visitors who say yes was seen in 40 cases; the interval made of it covers the true share of 93 to
// 97 in 100 of 500 generated accounts.
func TestCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("500 simulations take seconds")
	}
	const runs, seen = 500, 40
	covered := 0
	for run := range runs {
		r := rand.New(rand.NewPCG(uint64(run), 11))
		truth := .2 + .6*r.Float64()
		k := 0
		for range seen {
			if r.Float64() < truth {
				k++
			}
		}
		p := float64(k) / seen
		evidence := journey.Evidence{Basis: journey.Observed, N: seen}
		m := journey.Map{
			ID: "m", Steps: []journey.Step{{ID: "yes", Duration: exponential(1)}, {ID: "no", Duration: exponential(1)}}, Goals: []journey.StepID{"yes"}, Exits: []journey.StepID{"no"},
			Flow: journey.Graph{Edges: []journey.Edge{
				{From: journey.Start, To: "yes", P: b2b.MustFraction(p), Evidence: evidence}, {From: journey.Start, To: "no", P: b2b.MustFraction(1 - p), Evidence: evidence},
			}},
		}
		res, err := model(t, m, simulation.Config{Draws: 100, Journeys: 500, Source: rand.NewPCG(uint64(run), 0)}).Simulate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if res.FlowThrough.Contains(truth) {
			covered++
		}
	}
	t.Logf("%d of %d covered", covered, runs)
	if share := float64(covered) / runs; share < .93 || share > .97 {
		t.Errorf("%.3f of the intervals cover the truth", share)
	}
}
