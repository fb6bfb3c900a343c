package experience

import (
	"math"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// MetricConfig says which number is made of a tally, and how its interval is found. The zero value is valid for every
// instrument but CES2, whose figures differ: NetPromoter, TopBox, or MeanScore for CES1.
type MetricConfig struct {
	Figure     Figure
	Low, High  float64  // cut points: scores ≤ Low count as low, ≥ High as high. Both zero: those of the figure
	Interval   Interval // zero: cluster-robust as soon as accounts are given, else Score, Wilson or t
	Level      float64  // zero: 0.95
	Population int64    // all who could have been asked, for the correction of a finite population; zero: many
	Weighted   bool     // weight responses by their weights
}

// Metric is a number made of scores. It is an immutable value.
type Metric struct {
	Figure            Figure
	Estimate          b2b.Estimate
	N                 int64
	Low, Middle, High int64 // counts by cut points; of a mean all are Middle
	Accounts          int
	SE                float64      // standard error behind a normal or t interval; 0 for others
	DesignEffect      float64      // (cluster-robust se / simple se)²; 0 where there is no cluster-robust se
	AccountMean       b2b.Estimate // mean over accounts, each counting once; only if Accounts ≥ 2
	EffectiveN        float64      // (Σw)²/Σw² if weighted, else n
	Note              string       // what was done otherwise than asked, "" if nothing
}

// errNoFigure says that an instrument with several figures needs one by name.
var errNoFigure = &b2b.InvalidError{Path: "config.figure", Reason: "CES2 has three figures that differ: name one"}

// withDefaults fills in what depends on the instrument.
func (cfg MetricConfig) withDefaults(i Instrument) (MetricConfig, error) {
	var p b2b.Problems
	if cfg.Level == 0 {
		cfg.Level = b2b.DefaultLevel
	}
	if !(cfg.Level > 0 && cfg.Level < 1) {
		p.Add("config.level", "outside (0,1)")
	}
	if cfg.Population < 0 {
		p.Add("config.population", "negative")
	}
	if !cfg.Interval.IsValid() {
		p.Add("config.interval", "no value of the enumeration")
	}
	if cfg.Figure == UnknownFigure {
		switch i {
		case NPS:
			cfg.Figure = NetPromoter
		case CSAT5, CSAT7:
			cfg.Figure = TopBox
		case CES1:
			cfg.Figure = MeanScore
		case CES2:
			p.Join("", errNoFigure)
		case UnknownInstrument:
		}
	}
	fits := map[Figure][]Instrument{NetPromoter: {NPS}, TopBox: {CSAT5, CSAT7}, ShareEasy: {CES2}, NetEasy: {CES2}, MeanScore: {NPS, CSAT5, CSAT7, CES1, CES2}}
	fit := p.Len() > 0 || i == UnknownInstrument
	for _, x := range fits[cfg.Figure] {
		fit = fit || x == i
	}
	if !fit {
		p.Add("config.figure", "not of this instrument")
	}
	if cfg.Low == 0 && cfg.High == 0 {
		cfg.Low, cfg.High = cfg.Figure.cuts(i)
	}
	if cfg.Figure != MeanScore && !(cfg.Low < cfg.High) {
		p.Add("config.high", "not above low")
	}
	return cfg, p.Err()
}

// cuts returns the usual cut points of a figure.
func (f Figure) cuts(i Instrument) (low, high float64) {
	switch f {
	case NetPromoter:
		return 6, 9
	case TopBox:
		if i == CSAT5 {
			return 3, 4
		}
		return 5, 6
	case ShareEasy:
		return 4, 5
	case NetEasy:
		return 3, 6
	case MeanScore, UnknownFigure:
		return 0, 0
	default:
		return 0, 0
	}
}

// net reports whether the figure is a difference of two shares.
func (f Figure) net() bool { return f == NetPromoter || f == NetEasy }

// Result makes the number; ok is false if the tally is empty. Errors: a malformed configuration, CES2 without a figure, an
// interval that does not fit the figure or would have zero width, more responses than the population.
func (t *Tally) Result(cfg MetricConfig) (m Metric, ok bool, err error) {
	if t.instrument == UnknownInstrument {
		return m, false, nil
	}
	if cfg, err = cfg.withDefaults(t.instrument); err != nil {
		return m, false, err
	}
	s := t.collect(cfg)
	if s.n == 0 {
		return m, false, nil
	}
	m = Metric{
		Figure: cfg.Figure, N: s.n, Low: s.low, Middle: s.mid, High: s.high, Accounts: s.accounts,
		EffectiveN: s.w * s.w / s.w2,
	}
	shrink := 1.0
	if cfg.Population > 0 {
		if cfg.Population < s.n {
			return m, false, &b2b.InvalidError{Path: "config.population", Reason: "smaller than the number of responses"}
		}
		if cfg.Population > 1 {
			shrink = math.Sqrt(float64(cfg.Population-s.n) / float64(cfg.Population-1))
		} else {
			shrink = 0
		}
	}
	if err := s.estimate(&m, shrink); err != nil {
		return m, false, err
	}
	m.accountMean(s)
	return m, true, nil
}

func (s *sums) estimate(m *Metric, shrink float64) error {
	interval := s.cfg.Interval
	robust, clusters := s.robust()
	clustered := interval == ClusterRobust || interval == UnknownInterval && s.accounts > 0
	if clustered && clusters < 2 {
		m.Note = "fewer than two accounts: no cluster-robust interval"
		clustered, interval = false, UnknownInterval
	}
	if clustered {
		se := math.Sqrt(robust)
		m.SE = se * shrink
		m.Estimate = around(s.mean(), stat.TQuantile((1+s.cfg.Level)/2, clusters-1)*se*shrink, s.cfg.Level, ClusterRobust.String())
		if v := s.simple(); v > 0 {
			m.DesignEffect = robust / v
		}
		return nil
	}
	switch {
	case s.cfg.Weighted:
		if interval != UnknownInterval && interval != Wald {
			return &b2b.InvalidError{Path: "config.interval", Reason: "weighted responses have a Wald or a cluster-robust interval"}
		}
		m.SE = math.Sqrt(s.simple()) * shrink
		if m.SE == 0 {
			return errZeroWidth
		}
		m.Estimate = around(s.mean(), stat.Z(s.cfg.Level)*m.SE, s.cfg.Level, Wald.String())
	case s.cfg.Figure == MeanScore:
		return s.meanEstimate(m, interval, shrink)
	case s.cfg.Figure.net():
		c := trinomial{float64(s.low), float64(s.mid), float64(s.high)}
		var err error
		m.Estimate, err = c.estimate(interval, s.cfg.Level, shrink)
		if interval == Wald || interval == StudentT {
			m.SE = math.Sqrt(c.variance()/c.n()) * shrink
			if interval == StudentT {
				m.SE *= math.Sqrt(c.n() / (c.n() - 1))
			}
		}
		return err
	default:
		return s.shareEstimate(m, interval, shrink)
	}
	return nil
}

func around(x, half, level float64, method string) b2b.Estimate {
	half = float64(half) // rounds a product handed in, which could otherwise be fused where around is inlined
	return b2b.Estimate{Value: x, Low: x - half, High: x + half, Level: level, Method: method}
}

func (s *sums) meanEstimate(m *Metric, interval Interval, shrink float64) error {
	if interval != UnknownInterval && interval != StudentT {
		return &b2b.InvalidError{Path: "config.interval", Reason: "not for a mean"}
	}
	if s.n < 2 {
		m.Estimate = b2b.Point(s.mean(), "no interval: one response")
		return nil
	}
	n := float64(s.n)
	m.SE = math.Sqrt(s.simple()*n/(n-1)) * shrink
	m.Estimate = around(s.mean(), stat.TQuantile((1+s.cfg.Level)/2, n-1)*m.SE, s.cfg.Level, StudentT.String())
	return nil
}

func (s *sums) shareEstimate(m *Metric, interval Interval, shrink float64) error {
	k, n, level := float64(s.high), float64(s.n), s.cfg.Level
	if interval == UnknownInterval {
		interval = Wilson
	}
	var low, high float64
	p := k / n
	switch interval {
	case Wilson:
		low, high = stat.Wilson(k, n, level)
	case ClopperPearson:
		low, high = stat.ClopperPearson(k, n, level)
	case AgrestiCoull:
		low, high = stat.AgrestiCoull(k, n, level)
	case Wald:
		m.SE = math.Sqrt(s.simple()) * shrink
		if m.SE == 0 {
			return errZeroWidth
		}
		m.Estimate = around(p, stat.Z(level)*m.SE, level, interval.String())
		return nil
	case UnknownInterval, Score, AdjustedWald, StudentT, ClusterRobust:
		return &b2b.InvalidError{Path: "config.interval", Reason: "not for a share"}
	default:
		return &b2b.InvalidError{Path: "config.interval", Reason: "no value of the enumeration"}
	}
	m.Estimate = b2b.Estimate{Value: p, Low: p - float64((p-low)*shrink), High: p + float64((high-p)*shrink), Level: level, Method: interval.String()}
	return nil
}

// accountMean is the mean of the accounts' own figures, each counting once: se = sd/√C.
func (m *Metric) accountMean(s *sums) {
	if s.accounts < 2 {
		return
	}
	var own []float64
	for _, c := range s.clusters {
		own = append(own, c.wu/c.w)
	}
	mean, _ := stat.Mean(own)
	v, _ := stat.Variance(own)
	n := float64(len(own))
	m.AccountMean = around(mean, stat.TQuantile((1+s.cfg.Level)/2, n-1)*math.Sqrt(v/n), s.cfg.Level, "t over accounts")
}
