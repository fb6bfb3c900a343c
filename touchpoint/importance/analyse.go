package importance

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Config says what an analysis is to find. The zero value is valid: LMG importance, cut at the means, no intervals.
type Config struct {
	Method              Method      // which measure counts as importance; zero means LMG
	Cut                 Cut         // of the importance-performance chart; zero means MeanCut
	ScaleMin, ScaleMax  float64     // of the ratings; needed by MiddleCut
	CoreTo, SupportedTo float64     // cumulative shares at which classes end; zero means 0.80 and 0.95
	Replicates          int         // for intervals; 0 is none, 200 is usual
	Level               float64     // of intervals; zero means 0.95
	Source              rand.Source // needed for Replicates
	Workers             int         // goroutines; zero means 1; the result is the same for any number
	Progress            func(done, total int)
}

func (c Config) withDefaults() Config {
	if c.Method == UnknownMethod {
		c.Method = LMG
	}
	if c.Cut == UnknownCut {
		c.Cut = MeanCut
	}
	if c.CoreTo == 0 {
		c.CoreTo = 0.80
	}
	if c.SupportedTo == 0 {
		c.SupportedTo = 0.95
	}
	if c.Level == 0 {
		c.Level = b2b.DefaultLevel
	}
	return c
}

func (c Config) check() error {
	var p b2b.Problems
	if !c.Method.IsValid() {
		p.Add("config.method", "no value of the enumeration")
	}
	if !c.Cut.IsValid() {
		p.Add("config.cut", "no value of the enumeration")
	}
	if c.Cut == MiddleCut && !(c.ScaleMax > c.ScaleMin) {
		p.Add("config.scale_max", "not above scale_min, which the middle needs")
	}
	if !(c.CoreTo >= 0 && c.CoreTo <= c.SupportedTo && c.SupportedTo <= 1) {
		p.Add("config.core_to", "classes do not end in order within [0,1]")
	}
	if c.Replicates < 0 {
		p.Add("config.replicates", "negative")
	}
	if c.Workers < 0 {
		p.Add("config.workers", "negative")
	}
	if !(c.Level > 0 && c.Level < 1) {
		p.Add("config.level", "outside (0,1)")
	}
	if c.Replicates > 0 && c.Source == nil {
		p.Add("config.source", "missing")
	}
	return p.Err()
}

// Analysis is what a survey says about its drivers. It is immutable: do not change its slices. Safe for concurrent use.
type Analysis struct {
	Method         Method
	Rows           int64 // complete rows
	R2             b2b.Estimate
	AdjR2          float64
	Intercept      float64
	Drivers        []Driver // in the order of the configuration
	HasLMG         bool     // false above 24 drivers
	Dependent      []string // drivers that are combinations of one another: no β, VIF, Last, Pratt, B, SE then
	Logit          *Logit   // for Method Logistic
	CutPerformance float64
	CutImportance  float64
	Conflict       *Conflict // of stated and derived importance, where importance was stated
	Replicates     int       // replicates behind the intervals
}

// Driver is what a survey says about one driver. R² parts are of the linear regression of the outcome on all drivers.
type Driver struct {
	Name        string
	Mean, SD    float64 // of the ratings: the performance
	Correlation float64 // with the outcome
	Beta        float64 // standardised coefficient
	B, SE       float64 // coefficient per unit and its standard error
	VIF         float64 // variance inflation factor
	First, Last float64 // r²; what R² loses without the driver
	Pratt, CAR  float64
	Johnson     float64
	LMG         float64 // if HasLMG
	Importance  float64 // by the method of the analysis
	Share       b2b.Estimate
	Rank        touchpoint.Rank
	SignFlag    bool // β and r have different signs: other drivers suppress this one

	Quadrant          Quadrant
	QuadrantStability b2b.Fraction // share of replicates in this quadrant
	QuadrantShares    [5]float64   // share of replicates by quadrant
	Class             ValueClass   // Unknown where the method does not divide a whole
	ClassShares       [4]float64   // share of replicates by class
	Settled           b2b.Fraction // 1 if at least 90 % of the replicates give the same class, else 0; unknown without replicates

	Stated         float64  // mean stated importance
	StatedQuadrant Quadrant // with stated in place of derived importance
}

// Logit is the logistic regression behind Method Logistic.
type Logit struct {
	Intercept                      float64
	B, SE                          []float64 // by driver
	LogLikelihood, Null            float64
	McFadden, CoxSnell, Nagelkerke float64
	R2                             float64 // squared correlation of outcome and fitted probability: the sum of the weights
}

// Analyse finds how much each driver matters for the outcome. Errors: a malformed configuration, [b2b.ErrTooFew] with fewer
// rows than drivers + 2, [ErrSingular] naming a driver that does not vary, drivers that depend on one another (for a method
// that needs them apart: Last, Pratt, Beta), or a perfectly separated outcome (Logistic), [b2b.ErrTooLarge] for LMG above 24
// drivers, and an outcome other than 0 and 1 for Logistic. ctx only cancels.
//
// Time: O(rows·p²) for the moments, O(p³) for most measures, O(2^p) for LMG; a replicate costs O(units·p²).
func Analyse(ctx context.Context, s *Sample, cfg Config) (*Analysis, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	p := s.drivers()
	if p == 0 || s.n < p+2 {
		return nil, fmt.Errorf("%w: %d complete rows for %d drivers", b2b.ErrTooFew, s.n, p)
	}
	e := &engine{s: s, cfg: cfg, m: newMeasures(p)}
	x := s.moments()
	if at := e.m.correlate(x); at >= 0 {
		name := s.cfg.Outcome
		if at < p {
			name = s.cfg.Drivers[at]
		}
		return nil, &singularError{[]string{name}, "does not vary"}
	}
	a, err := e.point(ctx, x)
	if err != nil {
		return nil, err
	}
	if err := e.resample(ctx, x, a); err != nil {
		return nil, err
	}
	return a, nil
}

// engine is one analysis under way.
type engine struct {
	s     *Sample
	cfg   Config
	m     *measures
	logit *logit
	rows  *logitRows // for Logistic
	u     *units
}

// point fills everything but what replicates give.
func (e *engine) point(ctx context.Context, x *moments) (*Analysis, error) {
	s, m, p := e.s, e.m, e.m.p
	m.relative()
	regular := m.regress()
	switch e.cfg.Method {
	case Last, Pratt, Beta:
		if !regular {
			return nil, &singularError{names(s.cfg.Drivers, m.dependent), "depend on one another"}
		}
	case LMG, Johnson, Logistic, First, CAR, Correlation, UnknownMethod:
	}
	a := &Analysis{Method: e.cfg.Method, Rows: int64(s.n), Dependent: names(s.cfg.Drivers, m.dependent)}
	if p <= MaxLMG || e.cfg.Method == LMG {
		if err := m.subsets.shares(ctx, m.r, m.rxy, p, e.cfg.Workers, m.lmg); err != nil {
			return nil, err
		}
		a.HasLMG = true
	}
	sd := x.deviations()
	if e.cfg.Method == Logistic {
		if err := e.fitLogit(x, a); err != nil {
			return nil, err
		}
	}
	imp := make([]float64, p)
	e.importance(m, e.logit, x, imp)
	n := x.n
	a.AdjR2 = 1 - (1-m.r2)*(n-1)/(n-float64(p)-1)
	a.R2 = b2b.Point(m.r2, "no interval: no replicates")
	a.Intercept = x.mean[p]
	a.Drivers = make([]Driver, p)
	for j := range p {
		d := &a.Drivers[j]
		*d = Driver{
			Name: s.cfg.Drivers[j], Mean: x.mean[j], SD: sd[j], Correlation: m.rxy[j], First: m.rxy[j] * m.rxy[j],
			CAR: m.car[j], Johnson: m.johnson[j], LMG: m.lmg[j], Importance: imp[j],
		}
		if regular {
			d.Beta, d.VIF = m.beta[j], m.vif[j]
			d.B = d.Beta * sd[p] / sd[j]
			d.SE = math.Sqrt(max(0, 1-m.r2)/(n-float64(p)-1)*d.VIF) * sd[p] / sd[j]
			d.Last, d.Pratt = d.Beta*d.Beta/d.VIF, d.Beta*d.Correlation
			d.SignFlag = d.Beta*d.Correlation < 0
			a.Intercept -= float64(d.B * d.Mean)
		}
		if len(s.cfg.Stated) > 0 {
			d.Stated = x.mean[p+1+j]
		}
	}
	if !regular {
		a.Intercept = 0
	}
	return a, nil
}

func names(drivers []string, index []int) []string {
	var out []string
	for _, i := range index {
		out = append(out, drivers[i])
	}
	return out
}

// deviations returns the standard deviations of drivers and outcome: √(Σw(x−m)²/Σw · n/(n−1)).
func (x *moments) deviations() []float64 {
	q := x.p + 1
	sd := make([]float64, q)
	for j := range sd {
		sd[j] = math.Sqrt(x.cov[j*q+j] / x.w * x.n / (x.n - 1))
	}
	return sd
}

// spread returns √(Σw(x−m)²/Σw) of drivers and outcome.
func (x *moments) spread() []float64 {
	q := x.p + 1
	out := make([]float64, q)
	for j := range out {
		out[j] = math.Sqrt(x.cov[j*q+j] / x.w)
	}
	return out
}

// importance fills out by the method of the analysis; LMG must be there already.
func (e *engine) importance(m *measures, f *logit, x *moments, out []float64) {
	switch e.cfg.Method {
	case LMG, UnknownMethod:
		copy(out, m.lmg)
	case Johnson:
		copy(out, m.johnson)
	case Logistic:
		relativeLogistic(f, m, x.spread(), out)
	case First:
		for j, r := range m.rxy {
			out[j] = r * r
		}
	case Last:
		for j := range out {
			out[j] = m.beta[j] * m.beta[j] / m.vif[j]
		}
	case Pratt:
		for j := range out {
			out[j] = m.beta[j] * m.rxy[j]
		}
	case CAR:
		copy(out, m.car)
	case Beta:
		copy(out, m.beta)
	case Correlation:
		copy(out, m.rxy)
	}
}

func (e *engine) fitLogit(x *moments, a *Analysis) error {
	s, p := e.s, e.m.p
	for i := range s.n {
		if y := s.row(i)[p]; y != 0 && y != 1 {
			return &b2b.InvalidError{Path: "outcome", Reason: "neither 0 nor 1, which the logistic method needs"}
		}
	}
	if len(e.m.dependent) > 0 {
		return &singularError{names(s.cfg.Drivers, e.m.dependent), "depend on one another"}
	}
	e.u = s.resampling()
	e.rows = s.logitRows(e.u, x.mean)
	f, ok := e.rows.fit(e.rows.weights(nil), nil, settlePoint)
	if !ok {
		return &singularError{[]string{s.cfg.Outcome}, "perfectly separated by the drivers"}
	}
	e.logit = f
	l := &Logit{
		Intercept: f.intercept, B: f.b, SE: f.se, LogLikelihood: f.logLik, Null: f.null, R2: f.r2o,
		McFadden: 1 - f.logLik/f.null, CoxSnell: -math.Expm1(2 / x.w * (f.null - f.logLik)),
	}
	l.Nagelkerke = l.CoxSnell / -math.Expm1(2/x.w*f.null)
	a.Logit = l
	return nil
}

// cuts returns where the chart is cut for these performances and importances.
func (c Config) cuts(performance, importance []float64) (perf, imp float64) {
	switch c.Cut {
	case MeanCut, UnknownCut:
		perf, _ = stat.Mean(performance)
		imp, _ = stat.Mean(importance)
	case MedianCut:
		perf, imp = median(performance), median(importance)
	case MiddleCut:
		perf = (c.ScaleMin + c.ScaleMax) / 2
		imp, _ = stat.Mean(importance)
	}
	return perf, imp
}
