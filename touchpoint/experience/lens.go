package experience

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/linear"
	"github.com/buyerjourney/b2b/internal/replicate"
	"github.com/buyerjourney/b2b/internal/stream"
)

// Lens says through which aspects a segment looks at experience (lens, lenssterkte): perceived = Intercept + Σ λ_d·q_d with
// λ ≥ 0 and Σλ = 1. λ_d is also the lever: what one point more on the aspect does. It is an immutable value.
type Lens struct {
	Segment   string
	Intercept float64
	Weights   []LensWeight // by dimension
	R2        float64      // of the regression behind the weights
	N         int
	draws     [][]float64 // by replicate, then by weight
}

// LensWeight is the strength of one aspect.
type LensWeight struct {
	Dimension Dimension
	Weight    b2b.Estimate
}

// Perceived returns the experience that the segment would report for these qualities; ok is false if one of the dimensions of
// the lens is not rated.
func (l Lens) Perceived(quality []DimensionRating) (x float64, ok bool) {
	x = l.Intercept
	for _, w := range l.Weights {
		i := slices.IndexFunc(quality, func(q DimensionRating) bool { return q.Dimension == w.Dimension })
		if i < 0 {
			return 0, false
		}
		x += float64(w.Weight.Value * quality[i].Score)
	}
	return x, true
}

// LensConfig says how lenses are fitted. The zero value gives no intervals.
type LensConfig struct {
	Replicates int
	Level      float64
	Source     rand.Source // needed for Replicates
	Workers    int
}

// LensFit are the lenses of several segments. It is immutable and safe for concurrent use.
type LensFit struct {
	Lenses []Lens   // by segment
	TooFew []string // segments with fewer than ten responses per dimension, or in which nothing varies, by name
	level  float64
}

// FitLens finds the lens of each segment: Johnson's relative weights of the ratings on the overall score, normalised.
// Responses without ratings are left out; the others must all rate the same dimensions. segment names the segment of a
// response. If no segment has enough responses the error is [b2b.ErrTooFew].
func FitLens(ctx context.Context, responses []Response, segment func(Response) string, cfg LensConfig) (*LensFit, error) {
	if cfg.Level == 0 {
		cfg.Level = b2b.DefaultLevel
	}
	groups, dimensions, err := lensGroups(responses, segment, cfg)
	if err != nil {
		return nil, err
	}
	var root stream.Root
	if cfg.Replicates > 0 {
		if root, err = stream.New(cfg.Source); err != nil {
			return nil, &b2b.InvalidError{Path: "config.source", Reason: "missing"}
		}
	}
	fit := &LensFit{level: cfg.Level}
	for _, g := range groups {
		if len(g.y) < 10*len(dimensions) {
			fit.TooFew = append(fit.TooFew, g.name)
			continue
		}
		l, ok, err := g.fit(ctx, dimensions, root, cfg)
		if err != nil {
			return nil, err
		}
		if !ok {
			fit.TooFew = append(fit.TooFew, g.name)
			continue
		}
		fit.Lenses = append(fit.Lenses, l)
	}
	if len(fit.Lenses) == 0 {
		return nil, b2b.ErrTooFew
	}
	return fit, nil
}

// lensGroup is one segment: a column per dimension.
type lensGroup struct {
	name string
	x    [][]float64
	y    []float64
	keys []uint64
}

func lensGroups(responses []Response, segment func(Response) string, cfg LensConfig) ([]*lensGroup, []Dimension, error) {
	var p b2b.Problems
	if segment == nil {
		p.Add("segment", "missing")
	}
	if cfg.Replicates < 0 || cfg.Workers < 0 {
		p.Add("config.replicates", "replicates or workers negative")
	}
	if !(cfg.Level > 0 && cfg.Level < 1) {
		p.Add("config.level", "outside (0,1)")
	}
	if err := p.Err(); err != nil {
		return nil, nil, err
	}
	var dimensions []Dimension
	byName := make(map[string]*lensGroup)
	var groups []*lensGroup
	sorted := slices.SortedFunc(slices.Values(responses), Response.compare)
	for i, r := range sorted {
		if len(r.Ratings) == 0 {
			continue
		}
		if err := r.Check(); err != nil {
			p.Join("responses["+strconv.Itoa(i)+"]", err)
			continue
		}
		ratings := slices.SortedFunc(slices.Values(r.Ratings), func(a, b DimensionRating) int { return cmp.Compare(a.Dimension, b.Dimension) })
		if dimensions == nil {
			for _, d := range ratings {
				dimensions = append(dimensions, d.Dimension)
			}
		}
		if !slices.EqualFunc(ratings, dimensions, func(a DimensionRating, d Dimension) bool { return a.Dimension == d }) {
			p.Add("responses["+strconv.Itoa(i)+"].ratings", "not the dimensions of the first response")
			continue
		}
		name := segment(r)
		g := byName[name]
		if g == nil {
			g = &lensGroup{name: name, x: make([][]float64, len(dimensions))}
			byName[name] = g
			groups = append(groups, g)
		}
		scale, _ := r.Instrument.Scale()
		for j, d := range ratings {
			g.x[j] = append(g.x[j], d.Score)
		}
		g.y = append(g.y, scale.good(r.Score))
		g.keys = append(g.keys, stream.Hash(string(r.bytes()))+uint64(len(g.keys))*uint64(boolInt(r.ID == "")))
	}
	slices.SortFunc(groups, func(a, b *lensGroup) int { return cmp.Compare(a.name, b.name) })
	return groups, dimensions, p.Err()
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (g *lensGroup) fit(ctx context.Context, dimensions []Dimension, root stream.Root, cfg LensConfig) (Lens, bool, error) {
	ones := make([]float64, len(g.y))
	for i := range ones {
		ones[i] = 1
	}
	var w linear.Relative
	lambda, r2, ok := g.weights(&w, ones)
	if !ok {
		return Lens{}, false, nil
	}
	l := Lens{Segment: g.name, R2: r2, N: len(g.y), Intercept: mean(g.y)}
	why := "no interval: no replicates"
	if cfg.Replicates > 0 {
		why = replicate.TooFewUnits
		if len(g.y) >= replicate.MinUnits {
			if err := g.resample(ctx, &l, root, cfg); err != nil {
				return Lens{}, false, err
			}
		}
	}
	column := make([]float64, 0, len(l.draws))
	for j, d := range dimensions {
		column = column[:0]
		for _, draw := range l.draws {
			if draw != nil {
				column = append(column, draw[j])
			}
		}
		l.Weights = append(l.Weights, LensWeight{d, replicate.Estimate(lambda[j], column, cfg.Level, why)})
		l.Intercept -= float64(lambda[j] * mean(g.x[j]))
	}
	return l, true, nil
}

func (g *lensGroup) resample(ctx context.Context, l *Lens, root stream.Root, cfg LensConfig) error {
	l.draws = make([][]float64, cfg.Replicates)
	return replicate.Run(ctx, cfg.Replicates, cfg.Workers, nil, func() func(int) error {
		var w linear.Relative
		weight := make([]float64, len(g.y))
		return func(r int) error {
			for i, key := range g.keys {
				rng := root.SourceN("lens", uint64(r), key)
				weight[i] = float64(rng.Poisson1())
			}
			if lambda, _, ok := g.weights(&w, weight); ok {
				l.draws[r] = lambda
			}
			return nil
		}
	})
}

// weights returns the normalised relative weights.
func (g *lensGroup) weights(w *linear.Relative, weight []float64) (lambda []float64, r2 float64, ok bool) {
	p := len(g.x)
	r, rxy := make([]float64, p*p), make([]float64, p)
	if !linear.Correlations(g.x, g.y, weight, r, rxy) {
		return nil, 0, false
	}
	w.Fit(r, rxy, p)
	if !(w.R2 > 0) {
		return nil, 0, false
	}
	lambda = make([]float64, p)
	for j := range lambda {
		lambda[j] = w.Johnson[j] / w.R2
	}
	return lambda, w.R2, true
}

// Of returns the lens of a segment.
func (f *LensFit) Of(segment string) (Lens, bool) {
	for _, l := range f.Lenses {
		if l.Segment == segment {
			return l, true
		}
	}
	return Lens{}, false
}

// Difference returns how much stronger segment a looks through the dimension than segment b, with an interval where the fit has
// replicates; ok is false if one of them has no such weight.
func (f *LensFit) Difference(a, b string, d Dimension) (e b2b.Estimate, ok bool) {
	la, oka := f.Of(a)
	lb, okb := f.Of(b)
	i := slices.IndexFunc(la.Weights, func(w LensWeight) bool { return w.Dimension == d })
	if !oka || !okb || i < 0 {
		return e, false
	}
	var draws []float64
	for r := range min(len(la.draws), len(lb.draws)) {
		if la.draws[r] != nil && lb.draws[r] != nil {
			draws = append(draws, la.draws[r][i]-lb.draws[r][i])
		}
	}
	return replicate.Estimate(la.Weights[i].Weight.Value-lb.Weights[i].Weight.Value, draws, f.level, "no interval: no replicates"), true
}

// LensModel returns how well a manager's judgement agrees with that of the customers, by the lens model equation (Tucker 1964):
// r = G·R_e·R_s + C·√(1−R_e²)·√(1−R_s²), with G the agreement of the two linear models, C that of their residuals, R_e and R_s
// how well each model fits. All are correlations in [−1,1].
func LensModel(g, re, rs, c float64) (float64, error) {
	var p b2b.Problems
	for _, x := range [...]float64{g, re, rs, c} {
		if !(x >= -1 && x <= 1) {
			p.Add("correlations", "outside [-1,1]")
			return 0, p.Err()
		}
	}
	return float64(g*re*rs) + float64(c*math.Sqrt(1-float64(re*re))*math.Sqrt(1-float64(rs*rs))), nil
}
