package strategy

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/replicate"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/internal/stream"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Candidate is a touchpoint that might be improved. It is a comparable value.
type Candidate struct {
	Touchpoint             touchpoint.ID
	Importance             b2b.Estimate // ≥ 0: a share or weight from importance or attribution
	Performance, Benchmark b2b.Estimate // on one scale
	Reach, Control         b2b.Fraction
	Gain                   float64 // what an improvement brings where it reaches, for Choose
	Cost                   float64 // of the improvement, for Choose
}

// RankConfig says how candidates are ranked. Scale bounds are needed for the opportunity score and to truncate draws.
type RankConfig struct {
	ScaleMin, ScaleMax float64
	Replicates         int // draws of importance and performance from their intervals; 0 is none
	Source             rand.Source
	Workers            int
}

// Ranking orders touchpoints by what is to be improved first. It is immutable: do not change its slices.
type Ranking struct {
	Items   []Priority      // highest priority first, ties by ID
	Unknown []touchpoint.ID // candidates whose reach or control is unknown: they cannot be ranked; by ID
}

// Priority is the place of one touchpoint with its parts: Priority = Importance·Gap·Reach·Control.
type Priority struct {
	Touchpoint  touchpoint.ID
	Priority    float64
	Importance  float64
	Gap         float64 // benchmark − performance, at least 0
	Reach       float64
	Control     float64
	Opportunity float64 // Ulwick: I + max(I−S, 0) with importance (relative to the largest) and performance on 0–10
	Rank        touchpoint.Rank
}

// Rank orders the candidates by priority. With replicates, importance and performance are drawn from normal distributions that
// have their intervals, truncated to ≥ 0 and to the scale; an estimate without an interval stays as it is. Malformed
// candidates, a touchpoint twice, and a performance outside the scale are errors, all at once. ctx cancels.
func Rank(ctx context.Context, candidates []Candidate, cfg RankConfig) (*Ranking, error) {
	var p b2b.Problems
	if !(cfg.ScaleMin < cfg.ScaleMax) || math.IsInf(cfg.ScaleMax-cfg.ScaleMin, 0) {
		p.Add("config.scale_max", "not above scale_min")
	}
	if cfg.Replicates < 0 || cfg.Workers < 0 {
		p.Add("config.replicates", "replicates or workers negative")
	}
	if cfg.Replicates > 0 && cfg.Source == nil {
		p.Add("config.source", "missing")
	}
	seen := make(map[touchpoint.ID]bool)
	for i, c := range candidates {
		at := "candidates[" + strconv.Itoa(i) + "]"
		c.check(&p, at)
		if v := c.Performance.Value; p.Len() == 0 && (v < cfg.ScaleMin || v > cfg.ScaleMax) {
			p.Add(at+".performance", "outside the scale")
		}
		if seen[c.Touchpoint] {
			p.Add(at+".touchpoint", "named before")
		}
		seen[c.Touchpoint] = true
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	r := &Ranking{}
	var known []Candidate
	for _, c := range slices.SortedFunc(slices.Values(candidates), func(a, b Candidate) int { return cmp.Compare(a.Touchpoint, b.Touchpoint) }) {
		if !c.Reach.IsKnown() || !c.Control.IsKnown() {
			r.Unknown = append(r.Unknown, c.Touchpoint)
			continue
		}
		known = append(known, c)
	}
	point := make([]float64, len(known))
	largest := 0.0
	for _, c := range known {
		largest = max(largest, c.Importance.Value)
	}
	for i, c := range known {
		x := c.priority(c.Importance.Value, c.Performance.Value)
		if largest > 0 {
			imp := 10 * c.Importance.Value / largest
			x.Opportunity = imp + max(imp-10*(c.Performance.Value-cfg.ScaleMin)/(cfg.ScaleMax-cfg.ScaleMin), 0)
		}
		point[i] = x.Priority
		r.Items = append(r.Items, x)
	}
	draws, err := drawPriorities(ctx, known, cfg)
	if err != nil {
		return nil, err
	}
	for i, s := range replicate.Stability(point, draws) {
		r.Items[i].Rank = touchpoint.Rank{Rank: s.Rank, Low: s.Low, High: s.High}
		if len(draws) > 0 {
			r.Items[i].Rank.Kept = b2b.MustFraction(s.Kept)
		}
	}
	slices.SortStableFunc(r.Items, func(a, b Priority) int { return cmp.Compare(a.Rank.Rank, b.Rank.Rank) })
	return r, nil
}

func (c Candidate) check(p *b2b.Problems, at string) {
	if c.Touchpoint == "" {
		p.Add(at+".touchpoint", "missing")
	}
	p.Join(at+".importance", c.Importance.Check())
	p.Join(at+".performance", c.Performance.Check())
	p.Join(at+".benchmark", c.Benchmark.Check())
	if c.Importance.Value < 0 {
		p.Add(at+".importance", "negative")
	}
	if !(c.Gain >= 0) || math.IsInf(c.Gain, 1) {
		p.Add(at+".gain", "not a finite number ≥ 0")
	}
	if !(c.Cost >= 0) || math.IsInf(c.Cost, 1) {
		p.Add(at+".cost", "not a finite number ≥ 0")
	}
}

func (c Candidate) priority(importance, performance float64) Priority {
	reach, _ := c.Reach.Value()
	control, _ := c.Control.Value()
	x := Priority{
		Touchpoint: c.Touchpoint, Importance: importance, Gap: max(c.Benchmark.Value-performance, 0), Reach: reach, Control: control,
	}
	x.Priority = x.Importance * x.Gap * x.Reach * x.Control
	return x
}

func drawPriorities(ctx context.Context, known []Candidate, cfg RankConfig) ([][]float64, error) {
	if cfg.Replicates == 0 || len(known) == 0 {
		return nil, nil
	}
	root, err := stream.New(cfg.Source)
	if err != nil {
		return nil, err
	}
	draws := make([][]float64, cfg.Replicates)
	err = replicate.Run(ctx, cfg.Replicates, cfg.Workers, nil, func() func(int) error {
		return func(r int) error {
			d := make([]float64, len(known))
			for i, c := range known {
				rng := root.SourceS("rank", uint64(r), string(c.Touchpoint))
				imp := truncated(c.Importance, 0, math.Inf(1), rng.Float64())
				perf := truncated(c.Performance, cfg.ScaleMin, cfg.ScaleMax, rng.Float64())
				d[i] = c.priority(imp, perf).Priority
			}
			draws[r] = d
			return nil
		}
	})
	return draws, err
}

// truncated returns the quantile u of the normal distribution whose interval e is, cut off outside [low, high].
func truncated(e b2b.Estimate, low, high, u float64) float64 {
	if e.Level <= 0 || e.Width() <= 0 {
		return e.Value
	}
	sd := e.Width() / (2 * stat.Z(e.Level))
	a, b := stat.NormalCDF((low-e.Value)/sd), stat.NormalCDF((high-e.Value)/sd)
	q := a + float64((b-a)*u)
	if !(q > 0 && q < 1) {
		return min(max(e.Value, low), high)
	}
	return min(max(e.Value+float64(sd*stat.NormalQuantile(q)), low), high)
}
