package attribution

import (
	"context"
	"math/rand/v2"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/internal/stream"
)

// Config says how credits are made. The zero value is valid: nulls are used, no intervals.
type Config struct {
	IgnoreNulls bool        // leave out paths without a conversion: then P(conversion) is 1
	Replicates  int         // for intervals; 0 is none, 1,000 is usual
	Level       float64     // of intervals; 0 means 0.95
	Source      rand.Source // needed for Replicates, and for MarkovShapley with more than 20 names; nil is an error then
	Workers     int         // goroutines for replicates; 0 means 1; the result is the same for any number
	Progress    func(done, total int)
}

func (cfg Config) check(p *b2b.Problems) {
	if cfg.Replicates < 0 {
		p.Add("config.replicates", "negative")
	}
	if cfg.Workers < 0 {
		p.Add("config.workers", "negative")
	}
	if cfg.Level != 0 && !(cfg.Level > 0 && cfg.Level < 1) {
		p.Add("config.level", "outside (0,1)")
	}
	if cfg.Replicates > 0 && cfg.Source == nil {
		p.Add("config.source", "missing")
	}
}

func (cfg Config) level() float64 {
	if cfg.Level == 0 {
		return b2b.DefaultLevel
	}
	return cfg.Level
}

// root draws the key of all streams, once.
func (cfg Config) root() (stream.Root, error) {
	if cfg.Source == nil {
		return stream.Root{}, &b2b.InvalidError{Path: "config.source", Reason: "missing"}
	}
	return stream.New(cfg.Source)
}

// weights is one weighting of the paths: the counts themselves, or those of a replicate.
type weights struct {
	conv, null, value []float64
}

// scores is what a model finds for one weighting, by name; the last two are filled by chains only.
type scores struct {
	conv, value, removal, removalValue []float64
}

func newScores(n int) *scores {
	x := make([]float64, 4*n)
	return &scores{x[:n:n], x[n : 2*n : 2*n], x[2*n : 3*n : 3*n], x[3*n:]}
}

// fitter is a model compiled for a set of paths.
type fitter interface {
	// worker returns a function with scratch memory of its own; it reports false if the weighting has no conversion.
	worker() func(w *weights, out *scores) bool
}

// Attribute credits the names of the paths with conversions and their value under a model. Errors: a malformed model or
// configuration (all problems at once), [ErrNoConversions], and what the model itself needs. ctx only cancels. Time is that
// of the model, times one plus the replicates.
func Attribute(ctx context.Context, p *Paths, m Model, cfg Config) (*Credits, error) {
	var bad b2b.Problems
	if m == nil {
		bad.Add("model", "missing")
	} else {
		m.check(&bad)
	}
	cfg.check(&bad)
	if err := bad.Err(); err != nil {
		return nil, err
	}
	w := p.weights(cfg.IgnoreNulls)
	if sum(w.conv) == 0 {
		return nil, ErrNoConversions
	}
	f, err := compile(p, m, cfg)
	if err != nil {
		return nil, err
	}
	point := newScores(len(p.names))
	if !f.worker()(&w, point) {
		return nil, ErrNoConversions
	}
	_, chain := m.(Markov)
	c := &Credits{
		Model: m.String(), Evidence: Association, Additive: additive(m), HasRemoval: chain,
		Unattributed: p.none, Total: p.total, PConversion: sum(w.conv) / (sum(w.conv) + sum(w.null)),
	}
	draws, err := p.replicate(ctx, f, cfg)
	if err != nil {
		return nil, err
	}
	c.fill(p.names, point, draws, cfg)
	if s, ok := f.(*shapleyFitter); ok && s.se != nil && draws.n() == 0 {
		c.addErrors(s.se, s.seV, cfg.level())
	}
	return c, nil
}

// compile prepares the model for the paths.
func compile(p *Paths, m Model, cfg Config) (fitter, error) {
	switch m := m.(type) {
	case Rule:
		return compileRule(p, m, cfg.Replicates > 0), nil
	case Markov:
		return m.compile(p), nil
	case LeaveOneOut:
		return m.compile(p), nil
	case MarkovShapley:
		return m.compile(p, cfg)
	case ConversionRate:
		return newGame(p, true)
	case ExactSet:
		return newGame(p, false)
	}
	return nil, &b2b.InvalidError{Path: "model", Reason: "unknown"}
}

// additive reports whether the credits of the model sum to the total.
func additive(m Model) bool {
	switch m.(type) {
	case Participation, ExactSet:
		return false
	}
	return true
}

// weights returns the counts as they are.
func (p *Paths) weights(ignoreNulls bool) weights {
	w := weights{p.conv, p.null, p.value}
	if ignoreNulls {
		w.null = make([]float64, len(p.null))
	}
	return w
}

// sum adds counts, which are integers, so that the sum is exact.
func sum(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

// total adds real numbers with compensation.
type total = stat.Compensated
