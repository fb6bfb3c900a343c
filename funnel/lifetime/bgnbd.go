package lifetime

import (
	"math"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/internal/newton"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Kind names a model of repeat purchase. It is a closed enumeration; zero is [MBGNBD].
type Kind uint8

// The models.
const (
	MBGNBD Kind = iota // may leave after every purchase, the first included
	BGNBD              // may leave after every purchase but the first
)

var kinds = enum.New[Kind]("model", "mbg", "bgnbd").Alias("mbgnbd", MBGNBD).Alias("bg", BGNBD)

// ParseKind reads the name of a model; the empty text is [MBGNBD].
func ParseKind(text string) (Kind, error) { return kinds.Parse(text) }

// IsValid reports whether k is a value of the enumeration.
func (k Kind) IsValid() bool { return kinds.Valid(k) }

// String returns the name in lower case.
func (k Kind) String() string { return kinds.String(k) }

// AppendText implements [encoding.TextAppender].
func (k Kind) AppendText(dst []byte) ([]byte, error) { return kinds.AppendText(dst, k) }

// MarshalText implements [encoding.TextMarshaler].
func (k Kind) MarshalText() ([]byte, error) { return kinds.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseKind] does.
func (k *Kind) UnmarshalText(text []byte) error { return kinds.UnmarshalText(k, text) }

// Model is BG/NBD or MBG/NBD with its parameters, all positive: r and α of the purchase rate (α in units of time), a and b
// of leaving. It is immutable and safe for concurrent use.
type Model struct {
	Kind           Kind
	R, Alpha, A, B float64
	LogLik         float64 // at the parameters; 0 for a model that was not fitted
	Customers      int

	cov [][]float64 // of the logarithms; nil for a model that was not fitted
}

// Parameter is one estimated parameter with its standard error and log-normal interval.
type Parameter struct {
	Name string
	b2b.Estimate
	StdErr float64
}

// NewModel returns a model with given parameters, without uncertainty.
func NewModel(kind Kind, r, alpha, a, b float64) (*Model, error) {
	var p b2b.Problems
	for i, x := range [...]float64{r, alpha, a, b} {
		if !(x > 0) || math.IsInf(x, 0) {
			p.Add([...]string{"r", "alpha", "a", "b"}[i], "not positive and finite")
		}
	}
	if !kind.IsValid() {
		p.Add("kind", "unknown")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	return &Model{Kind: kind, R: r, Alpha: alpha, A: a, B: b}, nil
}

// Fit fits a model by maximum likelihood. Too few customers, and none who came back, are a [b2b.ErrTooFew]; data without an
// interior maximum, as when nobody seems ever to leave, are [ErrNotConverged].
func Fit(summaries []Summary, kind Kind) (*Model, error) {
	if !kind.IsValid() {
		return nil, &b2b.InvalidError{Path: "kind", Reason: "unknown"}
	}
	rows, err := histories(summaries)
	if err != nil {
		return nil, err
	}
	var total, time, repeats float64
	for _, h := range rows {
		total += h.weight
		time += float64(h.weight * h.t)
		repeats += float64(h.weight * float64(h.x))
	}
	if total < 5 || repeats == 0 || time == 0 {
		return nil, b2b.ErrTooFew
	}
	scale := time / total // T has mean 1
	for i := range rows {
		rows[i].tx /= scale
		rows[i].t /= scale
	}
	rate := repeats / total
	var starts [][]float64
	for _, r := range []float64{0.3, 1} {
		for _, ab := range [][2]float64{{0.8, 2}, {1.5, 5}, {0.5, 0.5}} {
			starts = append(starts, []float64{math.Log(r), math.Log(r / rate), math.Log(ab[0]), math.Log(ab[1])})
		}
	}
	sketch := rows
	if stride := len(rows) / 1000; stride > 1 {
		sketch = make([]history, 0, 1001)
		for i := 0; i < len(rows); i += stride {
			sketch = append(sketch, rows[i])
		}
	}
	theta, at, cov, err := newton.Maximise(starts, total, newLikelihood(kind, rows).evaluate, newLikelihood(kind, sketch).evaluate)
	if err != nil {
		return nil, err
	}
	m := &Model{
		Kind: kind, R: math.Exp(theta[0]), Alpha: math.Exp(theta[1]) * scale, A: math.Exp(theta[2]), B: math.Exp(theta[3]),
		LogLik: at.Value - float64(repeats*math.Log(scale)), Customers: len(summaries), cov: cov,
	}
	return m, nil
}

// flips returns how often a customer with x repeats has not left, if he is still one.
func (k Kind) flips(x int) int {
	if k == MBGNBD {
		return x + 1
	}
	return x
}

// LogLikelihood returns the log-likelihood of customers under the model.
func (m *Model) LogLikelihood(summaries []Summary) (float64, error) {
	rows, err := histories(summaries)
	if err != nil {
		return 0, err
	}
	at := newton.NewPoint(4)
	newLikelihood(m.Kind, rows).evaluate([]float64{math.Log(m.R), math.Log(m.Alpha), math.Log(m.A), math.Log(m.B)}, at)
	return at.Value, nil
}

// Alive returns the probability that a customer has not left.
func (m *Model) Alive(s Summary) float64 {
	f := m.Kind.flips(s.X)
	if f == 0 {
		return 1
	}
	odds := math.Log(m.A) - math.Log(m.B+float64(f-1)) + float64((m.R+float64(s.X))*(math.Log(m.Alpha+s.T)-math.Log(m.Alpha+s.Tx)))
	return 1 / (1 + math.Exp(odds))
}

// PurchasesOfNew returns the expected number of repeat purchases of a new customer in his first t units.
func (m *Model) PurchasesOfNew(t float64) float64 {
	if !(t > 0) || math.IsInf(t, 0) {
		return 0
	}
	if m.Kind == MBGNBD {
		return m.B / (m.A + m.B) * meanPurchases(m.R, m.Alpha, m.A, m.B+1, t)
	}
	return meanPurchases(m.R, m.Alpha, m.A, m.B, t)
}

// Purchases returns the expected number of purchases of a customer in the t units after his T.
func (m *Model) Purchases(s Summary, t float64) float64 {
	if !(t > 0) || math.IsInf(t, 0) {
		return 0
	}
	return m.Alive(s) * m.purchasesIfAlive(s, t)
}

func (m *Model) purchasesIfAlive(s Summary, t float64) float64 {
	x := float64(s.X)
	return meanPurchases(m.R+x, m.Alpha+s.T, m.A, m.B+float64(m.Kind.flips(s.X)), t)
}

// meanPurchases returns E[(1 − e^{−λpt})/p], λ ~ Gamma(shape, rate), p ~ Beta(a, b):
// (a+b−1)/(a−1)·[1 − (rate/(rate+t))^shape ₂F₁(shape, b; a+b−1; t/(rate+t))], and near a = 1, where that is 0/0, or where
// the series does not end, the integral over p.
func meanPurchases(shape, rate, a, b, t float64) float64 {
	c := a + b - 1
	if math.Abs(a-1) > 1e-4 && c > 0 {
		if f, ok := hypergeometric(shape, b, c, t/(rate+t)); ok {
			bracket := 1 - float64(math.Exp(shape*-math.Log1p(t/rate))*f)
			if math.Abs(bracket) > 1e-6 {
				return c / (a - 1) * bracket
			}
		}
	}
	logBeta := lgamma(a) + lgamma(b) - lgamma(a+b)
	return doubleExponential(func(p, rest float64) float64 {
		gain := -math.Expm1(-shape * math.Log1p(p*t/rate))
		return gain / p * math.Exp(float64((a-1)*math.Log(p))+float64((b-1)*math.Log(rest))-logBeta)
	})
}

// Parameters returns r, alpha, a, b with standard errors and intervals that are symmetric in the logarithm. Level 0 is
// 0.95; a model that was not fitted has no intervals.
func (m *Model) Parameters(level float64) []Parameter {
	return parameters([]string{"r", "alpha", "a", "b"}, []float64{m.R, m.Alpha, m.A, m.B}, m.cov, level)
}

func parameters(names []string, values []float64, cov [][]float64, level float64) []Parameter {
	if level == 0 {
		level = b2b.DefaultLevel
	}
	out := make([]Parameter, len(names))
	for i, name := range names {
		out[i] = Parameter{Name: name, Estimate: b2b.Point(values[i], "given")}
		if cov == nil {
			continue
		}
		se := math.Sqrt(cov[i][i])
		k := math.Exp(stat.Z(level) * se)
		out[i].StdErr = values[i] * se
		out[i].Estimate = b2b.Estimate{Value: values[i], Low: values[i] / k, High: values[i] * k, Level: level, Method: "maximum likelihood, log-normal"}
	}
	return out
}
