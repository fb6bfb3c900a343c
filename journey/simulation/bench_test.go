package simulation_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/gen/reallog"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
	"github.com/buyerjourney/b2b/journey/simulation"
)

// randomGraph is a flow of n steps with four ways on from each, most of them to steps nearby, as processes have.
func randomGraph(n int) journey.Map {
	r := rand.New(rand.NewPCG(uint64(n), 0))
	m := journey.Map{ID: "random"}
	id := func(i int) journey.StepID { return journey.StepID(fmt.Sprintf("s%05d", i)) }
	edges := []journey.Edge{edge(journey.Start, id(0), 1)}
	for i := range n {
		m.Steps = append(m.Steps, journey.Step{ID: id(i), Actor: journey.Seller, Duration: exponential(1)})
		seen := map[int]bool{}
		for len(seen) < 4 {
			to := i + r.IntN(31) - 10
			if r.IntN(20) == 0 {
				to = r.IntN(n)
			}
			if to < 0 || to >= n || seen[to] {
				to = r.IntN(n)
			}
			if seen[to] {
				continue
			}
			seen[to] = true
			edges = append(edges, edge(id(i), id(to), .22))
		}
		edges = append(edges, edge(id(i), journey.End, .12))
	}
	m.Flow = journey.Graph{Edges: edges}
	return m
}

func BenchmarkAnalytic(b *testing.B) {
	for _, n := range []int{10, 100, 500, 2000} {
		b.Run(fmt.Sprintf("states=%d", n), func(b *testing.B) {
			s := model(b, randomGraph(n), simulation.Config{})
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Analytic(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMonteCarlo(b *testing.B) {
	steps := func(b *testing.B, s *simulation.Model) { // events are steps
		b.Helper()
		var r *simulation.Result
		run := func() {
			var err error
			if r, err = s.Simulate(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		run()
		n := 0
		for _, x := range r.All.Steps() {
			n += int(x.Visits)
		}
		reallog.Measure(b, n, run)
	}
	b.Run("graph", func(b *testing.B) {
		l := caseLog(b, "bpic2012")
		times, _ := discovery.Performance(l)
		s, err := simulation.FromDFG(discovery.NewDFG(l), times, simulation.Config{Draws: 2, Journeys: 10_000, Source: rand.NewPCG(1, 0)})
		if err != nil {
			b.Fatal(err)
		}
		steps(b, s)
	})
	b.Run("graph-playout", func(b *testing.B) {
		l := caseLog(b, "bpic2012")
		s, err := simulation.FromDFG(discovery.NewDFG(l), nil, simulation.Config{Draws: 2, Journeys: 10_000, Source: rand.NewPCG(1, 0)})
		if err != nil {
			b.Fatal(err)
		}
		steps(b, s)
	})
	b.Run("tree", func(b *testing.B) {
		steps(b, model(b, offer(b), simulation.Config{Draws: 2, Journeys: 20_000, Source: rand.NewPCG(1, 0)}))
	})
	b.Run("queues", func(b *testing.B) {
		m := funnelMap()
		m.Flow = journey.Graph{Edges: append(m.Edges(), journey.Edge{From: "buy", To: journey.End, P: b2b.MustFraction(1)})}
		steps(b, model(b, m, simulation.Config{
			Rate: .6, Draws: 2, Journeys: 20_000, Source: rand.NewPCG(1, 0), Departments: []simulation.Department{{Name: "sales", Servers: 2}},
		}))
	})
}
