package conformance

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/journey"
)

// sample gathers durations in seconds.
type sample struct {
	n        int
	sum, sq  stat.Compensated
	journeys []int
}

func (s *sample) add(x float64, journey int) {
	s.n++
	s.sum.Add(x)
	s.sq.Add(float64(x * x))
	if k := len(s.journeys); k == 0 || s.journeys[k-1] != journey {
		s.journeys = append(s.journeys, journey)
	}
}

// update returns the duration after the sample: first and second moments are the weighted means of design and sample. A
// duration that was unset, or whose family cannot have the new moments, becomes Empirical.
func (s *sample) update(d journey.Duration, n float64) journey.Duration {
	mean, sd, ok := d.Moments()
	if !ok {
		n = 0
	}
	total := n + float64(s.n)
	first := (float64(n*mean) + s.sum.Sum()) / total
	second := (float64(n*float64(float64(mean*mean)+float64(sd*sd))) + s.sq.Sum()) / total
	out := journey.Duration{
		Family: d.Family, Mean: max(0, first), SD: math.Sqrt(max(0, second-float64(first*first))), N: total,
	}
	switch d.Family {
	case journey.Unset, journey.PERT, journey.Constant:
		out.Family = journey.Empirical
	case journey.Exponential:
		out.SD = 0 // it follows from the mean
	case journey.Erlang, journey.Gamma, journey.LogNormal, journey.Weibull, journey.Empirical:
		if out.Mean == 0 {
			out.Family, out.SD = journey.Empirical, 0
		}
	}
	return out
}

// stepDurations updates the steps whose rows say when they were started.
func (e *enricher) stepDurations() {
	rows := e.log.Rows()
	if !e.log.Timed() || rows.Started == nil {
		return
	}
	samples := make(map[journey.StepID]*sample)
	for i := range e.log.Journeys() {
		j := e.log.Journey(i)
		from, _ := j.Rows()
		for k := range j.Len() {
			if rows.Started[from+k] == journey.NoTime {
				continue
			}
			if s, ok := e.m.Step(string(j.Step(k))); ok {
				x := samples[s.ID]
				if x == nil {
					x = new(sample)
					samples[s.ID] = x
				}
				x.add(float64(rows.At[from+k]-rows.Started[from+k])/1e6, i)
			}
		}
	}
	for i := range e.m.Steps {
		s := &e.m.Steps[i]
		x := samples[s.ID]
		if x == nil {
			continue
		}
		n := cmp.Or(s.Duration.N, prior(s.Evidence, 1))
		before, _, _ := s.Duration.Moments()
		s.Duration = x.update(s.Duration, n)
		observed := float64(x.n) >= n
		if observed {
			s.Evidence = journey.Evidence{Basis: journey.Observed, N: max(s.Evidence.N, 0) + float64(x.n)}
		}
		e.changes = append(e.changes, Change{
			Kind: StepDuration, Path: "steps[" + itoa(i) + "].duration.mean", Step: s.ID, Before: before, After: s.Duration.Mean,
			N: x.n, Journeys: x.journeys, Observed: observed,
		})
	}
}

// gap is the time between two recorded steps and what the map has between them.
type gap struct {
	from, to visit
	inside   []journey.StepID // internal steps that nobody recorded, in order
}

// gaps yields the gaps of a journey along its way through the map: (seconds, gap). The time runs from the completion of
// the one to the start of the other, where that is known, else to its completion.
func (e *enricher) gaps(do func(journeyIndex int, seconds float64, g gap)) {
	rows := e.log.Rows()
	if !e.log.Timed() {
		return
	}
	m := e.walker.model
	for i := range e.log.Journeys() {
		j := e.log.Journey(i)
		first, _ := j.Rows()
		var g gap
		open := false
		for _, v := range e.paths[e.result.Variants.Of(i)] {
			l := m.firings[v.firing].label
			switch {
			case l == silent:
			case v.event < 0 && m.internal[l]:
				g.inside = append(g.inside, m.steps[l])
			case v.event < 0:
				open = false // a visible step that was left out: nobody knows when
			default:
				g.to = v
				if open {
					at := first + v.event
					end := rows.At[at]
					if rows.Started != nil && rows.Started[at] != journey.NoTime {
						end = rows.Started[at]
					}
					if d := end - rows.At[first+g.from.event]; d >= 0 {
						do(i, float64(d)/1e6, g)
					}
				}
				g, open = gap{from: v}, true
			}
		}
	}
}

// delays updates the delays of the edges of a graph that were taken from one recorded step straight to the next.
func (e *enricher) delays(g journey.Graph) {
	samples := make(map[int]*sample)
	e.gaps(func(i int, seconds float64, x gap) {
		if len(x.inside) > 0 {
			return
		}
		edge := e.walker.branch[x.to.firing].index
		if samples[edge] == nil {
			samples[edge] = new(sample)
		}
		samples[edge].add(seconds, i)
	})
	for i := range g.Edges {
		x := samples[i]
		if x == nil {
			continue
		}
		edge := &g.Edges[i]
		n := cmp.Or(edge.Delay.N, prior(journey.Evidence{Basis: edge.Evidence.Basis}, 1))
		before, _, _ := edge.Delay.Moments()
		edge.Delay = x.update(edge.Delay, n)
		e.changes = append(e.changes, Change{
			Kind: EdgeDelay, Path: "flow.edges[" + itoa(i) + "].delay.mean", Step: edge.From, Other: edge.To,
			Before: before, After: edge.Delay.Mean, N: x.n, Journeys: x.journeys, Observed: float64(x.n) >= n,
		})
	}
}

// internalTimes updates the internal steps from the gaps around them. Each gap is a time for the sum of the steps inside;
// a step takes the part of it that it has of the sum in the design, an equal part where the design does not say.
func (e *enricher) internalTimes() {
	design := make(map[journey.StepID]float64)
	for _, s := range e.m.Steps {
		if mean, _, ok := s.Duration.Moments(); ok {
			design[s.ID] = mean
		}
	}
	samples := make(map[journey.StepID]*sample)
	e.gaps(func(i int, seconds float64, g gap) {
		if len(g.inside) == 0 {
			return
		}
		sum, known := 0.0, true
		for _, s := range g.inside {
			sum += design[s]
			known = known && design[s] > 0
		}
		for _, s := range g.inside {
			part := 1 / float64(len(g.inside))
			if known {
				part = design[s] / sum
			}
			if samples[s] == nil {
				samples[s] = new(sample)
			}
			samples[s].add(float64(part*seconds), i)
		}
	})
	for i := range e.m.Steps {
		s := &e.m.Steps[i]
		x := samples[s.ID]
		if x == nil {
			continue
		}
		before, sd, ok := s.Duration.Moments()
		n := cmp.Or(s.Duration.N, prior(s.Evidence, 1))
		if !ok {
			n = 0
		}
		mean := (float64(n*before) + x.sum.Sum()) / (n + float64(x.n))
		d := s.Duration
		switch { // only the mean is split; the shape of the design stays, stretched
		case !ok:
			d = journey.Duration{Family: journey.Exponential}
		case d.Family == journey.PERT && before > 0:
			d.Min, d.Mode, d.Max = d.Min*mean/before, d.Mode*mean/before, d.Max*mean/before
		case before > 0 && d.Family != journey.Exponential:
			d.SD = sd * mean / before
		}
		if d.Family != journey.PERT {
			d.Mean = mean
		}
		d.N = n + float64(x.n)
		s.Duration = d
		e.changes = append(e.changes, Change{
			Kind: InternalTime, Path: "steps[" + itoa(i) + "].duration.mean", Step: s.ID, Before: before, After: mean,
			N: x.n, Journeys: x.journeys,
		})
	}
	slices.SortStableFunc(e.changes, func(a, b Change) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Path, b.Path)) })
}
