package lifetime

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/newton"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/internal/stream"
)

// ProjectConfig sets up [Model.Project]. Horizon and Source are required.
type ProjectConfig struct {
	Horizon  float64       // units of time
	Unit     time.Duration // of the model; 0 is Week
	Spend    *Spend        // nil: purchases only
	Discount float64       // per year of 365.25 days
	Margin   float64       // share of the spend that counts; 0 is 1
	Level    float64       // of intervals; 0 is 0.95
	Draws    int           // 0 is 1000
	Source   rand.Source
}

// CustomerValue is what a customer is expected to do within the horizon. Intervals are predictive: of what he will do, not
// of its mean.
type CustomerValue struct {
	Customer   string
	Alive      float64
	Purchases  b2b.Estimate
	Spend      float64 // expected per purchase, major units; 0 unless ValueKnown
	Value      b2b.Estimate
	ValueKnown bool // a model of the spend was given and has a mean
}

// Projection is what all customers are expected to do within the horizon.
type Projection struct {
	Customers        []CustomerValue // in order of the summaries
	Purchases, Value b2b.Estimate
	ValueKnown       bool
}

const predictive = "draws of parameters, leaving, rate, purchases and spend"

// Project returns expected purchases and value, and predictive intervals by simulation: parameters from the curvature of
// the likelihood, common to all customers of a draw; then, for each customer, whether he is still one, his rate and
// probability of leaving from their posterior, his purchases and what he spends. The expected value is the sum over units
// of time of the purchases expected in it × mean spend × margin, discounted to its end. Each customer has his own random
// stream, so that his interval does not hang on the others.
func (m *Model) Project(summaries []Summary, c ProjectConfig) (Projection, error) {
	var p b2b.Problems
	if !(c.Horizon > 0) || math.IsInf(c.Horizon, 0) {
		p.Add("config.horizon", "not positive and finite")
	}
	if !(c.Discount >= 0) || !(c.Margin >= 0) || math.IsInf(c.Discount+c.Margin, 0) {
		p.Add("config.discount", "discount or margin negative or not a finite number")
	}
	if c.Unit < 0 || c.Draws < 0 || !(c.Level >= 0 && c.Level < 1) {
		p.Add("config", "negative unit or draws, or level outside [0,1)")
	}
	if _, err := histories(summaries); err != nil {
		p.Join("", err)
	}
	if err := p.Err(); err != nil {
		return Projection{}, err
	}
	root, err := stream.New(c.Source)
	if err != nil {
		return Projection{}, err
	}
	if c.Unit == 0 {
		c.Unit = Week
	}
	if c.Level == 0 {
		c.Level = b2b.DefaultLevel
	}
	if c.Draws == 0 {
		c.Draws = 1000
	}
	if c.Margin == 0 {
		c.Margin = 1
	}
	rate := math.Log1p(c.Discount) * float64(c.Unit) / float64(Day) / 365.25 // discount per unit, continuous
	draws := m.parameterDraws(c, &root)
	out := Projection{Customers: make([]CustomerValue, len(summaries)), ValueKnown: c.Spend != nil}
	totals, values := make([]float64, c.Draws), make([]stat.Compensated, c.Draws)
	own, ownValue := make([]float64, c.Draws), make([]float64, c.Draws)
	var purchases, value stat.Compensated
	type shape struct {
		x     int
		tx, t float64
	}
	type expected struct{ purchases, discounted float64 }
	seen := map[shape]expected{}
	for i, s := range summaries {
		v := &out.Customers[i]
		v.Customer, v.Alive = s.Customer, m.Alive(s)
		key := shape{s.X, s.Tx, s.T}
		e, ok := seen[key]
		if !ok {
			e.purchases, e.discounted = m.discounted(s, c.Horizon, rate)
			seen[key] = e
		}
		purchases.Add(e.purchases)
		if c.Spend != nil {
			v.Spend, v.ValueKnown = c.Spend.Mean(s)
		}
		out.ValueKnown = out.ValueKnown && v.ValueKnown
		r := root.SourceS("customer", 0, s.Customer)
		for b := range draws {
			n, spent := draws[b].simulate(&r, m.Kind, s, c.Horizon, rate, v.ValueKnown)
			own[b], ownValue[b] = float64(n), spent*c.Margin
			totals[b] += own[b]
			values[b].Add(ownValue[b])
		}
		v.Purchases = interval(e.purchases, own, c.Level)
		if v.ValueKnown {
			v.Value = interval(e.discounted*v.Spend*c.Margin, ownValue, c.Level)
			value.Add(e.discounted * v.Spend * c.Margin)
		}
	}
	out.Purchases = interval(purchases.Sum(), totals, c.Level)
	if out.ValueKnown {
		for b := range ownValue {
			ownValue[b] = values[b].Sum()
		}
		out.Value = interval(value.Sum(), ownValue, c.Level)
	}
	return out, nil
}

// discounted returns the expected purchases within the horizon, and the same discounted by whole units of time.
func (m *Model) discounted(s Summary, horizon, rate float64) (plain, discounted float64) {
	plain = m.Purchases(s, horizon)
	if rate == 0 {
		return plain, plain
	}
	before := 0.0
	for t := 1.0; ; t++ {
		at := min(t, horizon)
		now := plain
		if at < horizon {
			now = m.Purchases(s, at)
		}
		discounted += float64((now - before) * math.Exp(-rate*at))
		before = now
		if at == horizon {
			return plain, discounted
		}
	}
}

// interval is an estimate with quantiles of draws, which it sorts: the inverse of the empirical law.
func interval(value float64, draws []float64, level float64) b2b.Estimate {
	slices.Sort(draws)
	at := func(p float64) float64 {
		return draws[min(len(draws)-1, max(0, int(math.Ceil(p*float64(len(draws))))-1))]
	}
	return b2b.Estimate{Value: value, Low: at((1 - level) / 2), High: at((1 + level) / 2), Level: level, Method: predictive}
}

// drawn is one draw of the parameters of a model, and of the spend.
type drawn struct {
	r, alpha, a, b float64
	p, q, gamma    float64
}

// parameterDraws draws the logarithms from a normal law with the curvature of the likelihood.
func (m *Model) parameterDraws(c ProjectConfig, root *stream.Root) []drawn {
	model := newNormal([]float64{m.R, m.Alpha, m.A, m.B}, m.cov)
	var spend normal
	if c.Spend != nil {
		spend = newNormal([]float64{c.Spend.P, c.Spend.Q, c.Spend.Gamma}, c.Spend.cov)
	}
	out := make([]drawn, c.Draws)
	for b := range out {
		rnd := root.SourceN("parameters", uint64(b), 0)
		v := model.draw(&rnd)
		out[b] = drawn{r: v[0], alpha: v[1], a: v[2], b: v[3]}
		if c.Spend != nil {
			w := spend.draw(&rnd)
			out[b].p, out[b].q, out[b].gamma = w[0], w[1], w[2]
		}
	}
	return out
}

// normal is a multivariate normal law of logarithms.
type normal struct {
	mean []float64
	l    [][]float64 // Cholesky factor of the covariance; nil for no variance
}

func newNormal(values []float64, cov [][]float64) normal {
	n := normal{mean: make([]float64, len(values))}
	for i, v := range values {
		n.mean[i] = math.Log(v)
	}
	if cov != nil {
		n.l, _ = newton.Cholesky(cov)
	}
	return n
}

func (n normal) draw(r *stream.Rand) []float64 {
	z := make([]float64, len(n.mean))
	for i := range z {
		z[i] = r.NormFloat64()
	}
	out := make([]float64, len(z))
	for i := range out {
		x := n.mean[i]
		if n.l != nil {
			for j := range i + 1 {
				x += float64(n.l[i][j] * z[j])
			}
		}
		out[i] = math.Exp(min(30, max(-30, x)))
	}
	return out
}

// simulate draws the purchases of one customer within the horizon and their discounted spend.
func (d *drawn) simulate(r *stream.Rand, kind Kind, s Summary, horizon, rate float64, priced bool) (n int, spent float64) {
	at := Model{Kind: kind, R: d.r, Alpha: d.alpha, A: d.a, B: d.b}
	if r.Float64() >= at.Alive(s) {
		return 0, 0
	}
	x := float64(s.X)
	lambda := r.Gamma(d.r+x) / (d.alpha + s.T)
	var leave, nu float64 // drawn with the first purchase: most customers make none
	const limit = 1 << 16 // purchases within one horizon
	for t := r.ExpFloat64() / lambda; t <= horizon && n < limit; t += r.ExpFloat64() / lambda {
		n++
		if n == 1 {
			leave = r.Beta(d.a, d.b+float64(kind.flips(s.X)))
			if priced {
				shape, scale := d.q, d.gamma
				if s.Priced {
					shape, scale = float64(d.p*x)+d.q, d.gamma+float64(x*s.MeanSpend)
				}
				nu = r.Gamma(shape) / scale
			}
		}
		if priced && nu > 0 {
			spent += float64(r.Gamma(d.p) / nu * math.Exp(-rate*t))
		}
		if r.Bool(leave) {
			break
		}
	}
	return n, spent
}
