package simulation

import (
	"context"
	"math"
	"slices"
	"sync"

	"github.com/buyerjourney/b2b/internal/stream"
)

// Simulate plays Config.Journeys journeys for each of Config.Draws draws of the parameters, the first being the point estimate. Equal
// seeds give equal bytes for any number of workers; a map that differs in one place keeps its luck everywhere else.
func (s *Model) Simulate(ctx context.Context) (*Result, error) {
	if !s.seeded {
		return nil, stream.ErrNoSource
	}
	tallies := make([]*tally, s.config.Draws)
	all := make([]figures, s.config.Draws)
	work := func(r int) {
		p := s.draw(r)
		tallies[r] = s.play(p, r)
		all[r] = s.figuresOf(tallies[r])
		all[r].params = p
	}
	if err := s.each(ctx, work); err != nil {
		return nil, err
	}
	return s.result(tallies, all), nil
}

// each calls work once for every draw, on as many goroutines as asked for.
func (s *Model) each(ctx context.Context, work func(r int)) error {
	workers := max(1, min(s.config.Workers, s.config.Draws))
	if workers == 1 {
		for r := range s.config.Draws {
			if err := ctx.Err(); err != nil {
				return err
			}
			work(r)
			if s.config.Progress != nil {
				s.config.Progress(r+1, s.config.Draws)
			}
		}
		return nil
	}
	const block = 16
	for from := 0; from < s.config.Draws; from += block {
		var wg sync.WaitGroup
		to := min(from+block, s.config.Draws)
		for w := range workers {
			wg.Go(func() {
				for r := from + w; r < to && ctx.Err() == nil; r += workers {
					work(r)
				}
			})
		}
		wg.Wait()
		if err := ctx.Err(); err != nil {
			return err
		}
		if s.config.Progress != nil {
			s.config.Progress(to, s.config.Draws)
		}
	}
	return nil
}

// arrivals returns when the journeys begin, in seconds since the start.
func (s *Model) arrivals(replicate int) []float64 {
	if s.config.Arrivals != nil {
		out := make([]float64, len(s.config.Arrivals))
		for i, t := range s.config.Arrivals {
			out[i] = t.Sub(s.config.Start).Seconds()
		}
		return out
	}
	out := make([]float64, s.config.Journeys)
	if s.config.Rate == 0 {
		return out
	}
	clock := 0.0
	for j := range out {
		r := s.root.SourceN("simulation arrival", uint64(replicate), uint64(j))
		clock += r.ExpFloat64() / s.config.Rate
		out[j] = clock
	}
	return out
}

// shared reports whether journeys wait for each other.
func (s *Model) shared() bool {
	return (s.config.Rate > 0 || s.config.Arrivals != nil) && slices.ContainsFunc(s.department, func(d int) bool { return d >= 0 })
}

// play runs the journeys of one draw.
func (s *Model) play(p *params, replicate int) *tally {
	t := newTally(s)
	arrival := s.arrivals(replicate)
	horizon := s.config.Horizon.Seconds()
	shared := s.shared()
	c := s.compile(p, shared)
	if horizon > 0 { // who comes after it is not seen
		n, _ := slices.BinarySearch(arrival, math.Nextafter(horizon, math.Inf(1)))
		arrival = arrival[:n]
	}
	if !s.isTree && !shared {
		c.runGraph(s.root, uint64(replicate), 0, len(arrival), arrival, horizon, t)
		return t
	}
	span := 0.0
	if len(arrival) > 0 {
		span = arrival[len(arrival)-1]
	}
	e := newEngine(c, s.root, uint64(replicate), len(arrival), horizon, span, t)
	if shared {
		e.run(arrival, 0, len(arrival))
		return t
	}
	for j := range arrival { // nobody waits for anybody: one after the other, in the same memory
		e.run(arrival, j, j+1)
	}
	return t
}
