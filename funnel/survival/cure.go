package survival

import (
	"cmp"
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/internal/newton"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Family names the law of the time to conversion in a cure model: all are members of the generalised gamma of Prentice
// (1974). It is a closed enumeration; zero is [Weibull].
type Family uint8

// The families, by the constraint on (σ, Q).
const (
	Weibull     Family = iota // Q = 1
	Lognormal                 // Q = 0
	Gamma                     // Q = σ
	Exponential               // Q = σ = 1
	GenGamma                  // free
)

var families = enum.New[Family]("family", "weibull", "lognormal", "gamma", "exponential", "gengamma")

// ParseFamily reads the name of a family; the empty text is [Weibull].
func ParseFamily(text string) (Family, error) { return families.Parse(text) }

// IsValid reports whether f is a value of the enumeration.
func (f Family) IsValid() bool { return families.Valid(f) }

// String returns the name in lower case.
func (f Family) String() string { return families.String(f) }

// AppendText implements [encoding.TextAppender].
func (f Family) AppendText(dst []byte) ([]byte, error) { return families.AppendText(dst, f) }

// MarshalText implements [encoding.TextMarshaler].
func (f Family) MarshalText() ([]byte, error) { return families.AppendText(nil, f) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseFamily] does.
func (f *Family) UnmarshalText(text []byte) error { return families.UnmarshalText(f, text) }

// Bracket is an event of which only the bounds are known: Low < t ≤ High.
type Bracket struct{ Low, High float64 }

// CureConfig sets up [FitCure]. The zero value is valid: a Weibull law, intervals at 0.95.
type CureConfig struct {
	Family     Family
	Plain      bool // all convert: c is 1, and the law of the time is fitted alone
	Level      float64
	Resolution float64   // of the clock: an event at time 0 happened in (0, Resolution]; 0 is half the smallest time above 0
	Brackets   []Bracket // further events, known by their bounds
}

// Cure is a fitted mixture: a share c converts, at times of the family; the others never do. It is immutable and safe for
// concurrent use.
type Cure struct {
	Family       Family
	C            float64 // share that will ever convert
	Mu, Sigma, Q float64 // of the generalised gamma
	LogLik       float64
	AIC          float64
	Spells       int
	Events       int

	data   *cureData
	theta  []float64   // free parameters: logit c unless it is held, then those of the family
	cov    [][]float64 // of theta
	config CureConfig
}

// cureData is the spells by distinct time.
type cureData struct {
	event, censored, entry []cureRow // entry: late entries
	zero                   float64   // weight of events at 0
	resolution             float64
	brackets               []Bracket
	n, events, last, end   float64 // weights; last event time, last time
	recent                 float64 // weight of events in (2·last − end, last]
	meanLog, sdLog         float64
}

type cureRow struct{ time, log, weight float64 }

// FitCure fits a mixture cure model by maximum likelihood: ∏[c·f(t)]^δ·[1 − c·F(t)]^(1−δ), divided by 1 − c·F(entry) for late
// entry (Boag 1949; Maller and Zhou 1996). Cause 0 is censored, any other the conversion. Events at time 0 are kept: they
// happened within the resolution of the clock. Fewer than five events are a [b2b.ErrTooFew]; a likelihood without an
// interior maximum gives [ErrNotConverged]. The share is not to be quoted before [Cure.Share] lets it pass.
func FitCure(spells []Spell, c CureConfig) (*Cure, error) {
	var p b2b.Problems
	Config{Level: c.Level}.check(&p)
	if !c.Family.IsValid() {
		p.Add("config.family", "unknown")
	}
	if !(c.Resolution >= 0) || math.IsInf(c.Resolution, 0) {
		p.Add("config.resolution", "negative or not a finite number")
	}
	for i, b := range c.Brackets {
		if !(b.Low >= 0 && b.High > b.Low) || math.IsInf(b.High, 0) {
			p.Addf("config.brackets", "bracket %d needs 0 ≤ low < high", i)
		}
	}
	checkSpells(&p, spells, 0)
	for i := range spells {
		if spells[i].Entry < 0 {
			p.Addf("spells", "spell %d begins before 0", i)
			break
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	data := newCureData(spells, c)
	if data.events < 5 {
		return nil, b2b.ErrTooFew
	}
	return fitCure(data, c)
}

// ErrNotConverged says that a likelihood has no maximum inside its parameter space that could be found.
var ErrNotConverged = newton.ErrNotConverged

func newCureData(spells []Spell, c CureConfig) *cureData {
	d := &cureData{brackets: slices.Clone(c.Brackets)}
	gather := func(keep func(s *Spell) (float64, bool)) []cureRow {
		var times []cureRow
		for i := range spells {
			if t, ok := keep(&spells[i]); ok {
				times = append(times, cureRow{time: t, weight: spells[i].weight()})
			}
		}
		slices.SortFunc(times, func(x, y cureRow) int { return cmp.Or(cmp.Compare(x.time, y.time), cmp.Compare(x.weight, y.weight)) })
		k := 0
		for _, r := range times {
			if k > 0 && times[k-1].time == r.time {
				times[k-1].weight += r.weight
				continue
			}
			r.log = math.Log(r.time)
			times[k] = r
			k++
		}
		return times[:k]
	}
	d.event = gather(func(s *Spell) (float64, bool) { return s.Exit, s.Cause > 0 && s.Exit > 0 })
	d.censored = gather(func(s *Spell) (float64, bool) { return s.Exit, s.Cause == 0 })
	d.entry = gather(func(s *Spell) (float64, bool) { return s.Entry, s.Entry > 0 })
	smallest := math.Inf(1)
	for i := range spells {
		s := &spells[i]
		w := s.weight()
		d.n += w
		d.end = max(d.end, s.Exit)
		if s.Exit > 0 {
			smallest = min(smallest, s.Exit)
		}
		if s.Cause > 0 {
			d.events += w
			d.last = max(d.last, s.Exit)
			if s.Exit == 0 {
				d.zero += w
			}
		}
	}
	for _, b := range d.brackets {
		d.n++
		d.events++
		d.last, d.end = max(d.last, b.High), max(d.end, b.High)
	}
	d.resolution = c.Resolution
	if d.resolution == 0 && !math.IsInf(smallest, 0) {
		d.resolution = smallest / 2
	}
	var sum, squares, weight float64
	for _, r := range d.event {
		sum += r.weight * r.log
		squares += r.weight * r.log * r.log
		weight += r.weight
		if r.time > 2*d.last-d.end {
			d.recent += r.weight
		}
	}
	d.sdLog = 1
	if weight > 0 {
		d.meanLog = sum / weight
		d.sdLog = math.Sqrt(max(0.01, squares/weight-d.meanLog*d.meanLog))
	} else if d.end > 0 {
		d.meanLog = math.Log(d.end / 2)
	}
	return d
}

func fitCure(data *cureData, c CureConfig) (*Cure, error) {
	f := c.likelihood(data)
	var starts [][]float64
	plateau := min(0.99, max(0.001, data.events/data.n))
	shares := []float64{plateau * 1.05, min(0.95, 2*plateau), 0.9}
	if c.Plain {
		shares = shares[:1]
	}
	for _, share := range shares {
		starts = append(starts, f.start(logit(min(0.995, share)))...)
	}
	theta, at, cov, err := newton.Maximise(starts, data.events, f.evaluate, f.evaluate)
	if err != nil {
		return nil, err
	}
	out := &Cure{Family: c.Family, LogLik: at.Value, AIC: 2*float64(len(theta)) - 2*at.Value, Spells: int(data.n), Events: int(data.events), data: data, theta: theta, cov: cov, config: c}
	out.C, out.Mu, out.Sigma, out.Q = f.unpack(theta)
	return out, nil
}

// likelihood returns the likelihood of the data with c free or held.
func (c CureConfig) likelihood(data *cureData) *cureLikelihood {
	return &cureLikelihood{data: data, family: c.Family, free: !c.Plain, held: 1}
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

func expit(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// cureLikelihood evaluates the log-likelihood with its derivatives by the free parameters: logit c (unless it is held),
// then μ, ln σ, Q as far as the family leaves them free.
type cureLikelihood struct {
	data   *cureData
	family Family
	free   bool    // c is free
	held   float64 // else it is this
}

// start returns starting points for a logit of c.
func (f *cureLikelihood) start(lc float64) [][]float64 {
	var head []float64
	if f.free {
		head = []float64{lc}
	}
	mu, s := f.data.meanLog, math.Log(f.data.sdLog)
	with := func(rest ...float64) []float64 { return append(slices.Clone(head), rest...) }
	switch f.family {
	case Exponential:
		return [][]float64{with(mu + 0.5)}
	case Weibull, Gamma:
		return [][]float64{with(mu+0.5, s)}
	case Lognormal:
		return [][]float64{with(mu, s)}
	case GenGamma:
	}
	return [][]float64{with(mu, s, 0.3), with(mu, s, -0.5)}
}

func (f *cureLikelihood) unpack(theta []float64) (c, mu, sigma, q float64) {
	c = f.held
	if f.free {
		c, theta = expit(theta[0]), theta[1:]
	}
	mu, sigma = theta[0], 1.0
	if len(theta) > 1 {
		sigma = math.Exp(theta[1])
	}
	switch f.family {
	case Weibull, Exponential:
		q = 1
	case Gamma:
		q = sigma
	case GenGamma:
		q = theta[2]
	case Lognormal:
	}
	return c, mu, sigma, q
}

// stepQ is the step of the differences by Q: derivatives of the incomplete gamma function by its shape have no closed form.
const stepQ = 1e-3

func (f *cureLikelihood) evaluate(theta []float64, at *newton.Point) {
	c, mu, sigma, q := f.unpack(theta)
	var mid, low, high [1 + 3 + 6]float64 // value; gradient and Hessian by (logit c, μ, ln σ)
	f.data.sum(c, mu, sigma, q, &mid)
	var byQ [4]float64 // derivative by Q of the value and of the gradient
	var qq float64
	if f.family == Gamma || f.family == GenGamma {
		f.data.sum(c, mu, sigma, q-stepQ, &low)
		f.data.sum(c, mu, sigma, q+stepQ, &high)
		for i := range byQ {
			byQ[i] = (high[i] - low[i]) / (2 * stepQ)
		}
		qq = (high[0] - 2*mid[0] + low[0]) / (stepQ * stepQ)
	}
	grad := [4]float64{mid[1], mid[2], mid[3], byQ[0]}
	hess := [4][4]float64{
		{mid[4], mid[5], mid[6], byQ[1]},
		{mid[5], mid[7], mid[8], byQ[2]},
		{mid[6], mid[8], mid[9], byQ[3]},
		{byQ[1], byQ[2], byQ[3], qq},
	}
	if f.family == Gamma { // Q = σ moves with ln σ
		hess[2][2] += 2*sigma*hess[2][3] + sigma*sigma*hess[3][3] + sigma*grad[3]
		hess[0][2] += sigma * hess[0][3]
		hess[1][2] += sigma * hess[1][3]
		hess[2][0], hess[2][1] = hess[0][2], hess[1][2]
		grad[2] += sigma * grad[3]
	}
	first := 1
	if f.free {
		first = 0
	}
	at.Value = mid[0]
	for i := range at.Grad {
		at.Grad[i] = grad[first+i]
		for j := range at.Grad {
			at.Hess[i][j] = hess[first+i][first+j]
		}
	}
}

// sum fills the value, the gradient and the upper triangle of the Hessian by (logit c, μ, ln σ) at a given Q.
func (d *cureData) sum(c, mu, sigma, q float64, out *[10]float64) {
	g := newGenGamma(q)
	c1 := c * (1 - c)
	c2 := c1 * (1 - 2*c)
	var value stat.Compensated
	var v [9]float64
	logSigma, logC := math.Log(sigma), math.Log(c)
	inv := 1 / sigma
	for i := range d.event {
		r := &d.event[i]
		w := (r.log - mu) * inv
		s1, s2 := g.slope(w)
		value.Add(r.weight * (logC + g.logDensity(w) - logSigma - r.log))
		v[0] += r.weight * (1 - c)
		v[1] += r.weight * -s1 * inv
		v[2] += r.weight * (-s1*w - 1)
		v[3] -= r.weight * c1
		v[6] += r.weight * s2 * inv * inv
		v[7] += r.weight * (s2*w + s1) * inv
		v[8] += r.weight * (s2*w*w + s1*w)
	}
	// lost adds ±ln(1 − c·F(t)).
	lost := func(t, log, weight float64) {
		w := (log - mu) * inv
		p := cdfParts(&g, w, inv)
		a := 1 - c*p[0]
		if t == 0 {
			a, p = 1, [6]float64{}
		}
		b := weight / a
		value.Add(weight * math.Log(a))
		x, y, z := -c1*p[0]/a, -c*p[1]/a, -c*p[2]/a
		v[0] += weight * x
		v[1] += weight * y
		v[2] += weight * z
		v[3] += -c2*p[0]*b - weight*x*x
		v[4] += -c1*p[1]*b - weight*x*y
		v[5] += -c1*p[2]*b - weight*x*z
		v[6] += -c*p[3]*b - weight*y*y
		v[7] += -c*p[4]*b - weight*y*z
		v[8] += -c*p[5]*b - weight*z*z
	}
	for i := range d.censored {
		lost(d.censored[i].time, d.censored[i].log, d.censored[i].weight)
	}
	for i := range d.entry {
		lost(d.entry[i].time, d.entry[i].log, -d.entry[i].weight)
	}
	// within adds ln(c·(F(high) − F(low))).
	within := func(low, high, weight float64) {
		p := cdfParts(&g, (math.Log(high)-mu)*inv, inv)
		if low > 0 {
			for i, x := range cdfParts(&g, (math.Log(low)-mu)*inv, inv) {
				p[i] -= x
			}
		}
		a := max(p[0], 1e-300)
		y, z := p[1]/a, p[2]/a
		value.Add(weight * (logC + math.Log(a)))
		v[0] += weight * (1 - c)
		v[1] += weight * y
		v[2] += weight * z
		v[3] -= weight * c1
		v[6] += weight * (p[3]/a - y*y)
		v[7] += weight * (p[4]/a - y*z)
		v[8] += weight * (p[5]/a - z*z)
	}
	if d.zero > 0 && d.resolution > 0 {
		within(0, d.resolution, d.zero)
	}
	for _, b := range d.brackets {
		within(b.Low, b.High, 1)
	}
	out[0] = value.Sum()
	copy(out[1:], v[:])
}

// cdfParts returns F and its derivatives by (μ, ln σ): F, F_μ, F_s, F_μμ, F_μs, F_ss.
func cdfParts(g *genGamma, w, inv float64) [6]float64 {
	f := g.cdf(w)
	e := math.Exp(g.logDensity(w))
	s1, _ := g.slope(w)
	if math.IsInf(s1, 0) || e == 0 {
		return [6]float64{f}
	}
	h := e * s1
	return [6]float64{f, -e * inv, -e * w, h * inv * inv, (h*w + e) * inv, h*w*w + e*w}
}

// At returns the share that has converted by time t, with an interval by the delta method on the logit.
func (c *Cure) At(t float64) b2b.Estimate {
	if !(t > 0) {
		return b2b.Point(0, "before any conversion")
	}
	f := c.config.likelihood(c.data)
	share := func(theta []float64) float64 {
		p, mu, sigma, q := f.unpack(theta)
		g := newGenGamma(q)
		if math.IsInf(t, 1) {
			return p
		}
		return p * g.cdf((math.Log(t)-mu)/sigma)
	}
	value := share(c.theta)
	if value <= 0 || value >= 1 {
		return b2b.Point(clamp(value), "on the boundary")
	}
	grad := make([]float64, len(c.theta))
	theta := slices.Clone(c.theta)
	for i := range theta {
		h := 1e-5 * max(1, math.Abs(theta[i]))
		theta[i] = c.theta[i] + h
		up := logit(share(theta))
		theta[i] = c.theta[i] - h
		down := logit(share(theta))
		theta[i] = c.theta[i]
		grad[i] = (up - down) / (2 * h)
	}
	variance := 0.0
	for i := range grad {
		for j := range grad {
			variance += grad[i] * c.cov[i][j] * grad[j]
		}
	}
	level := Config{Level: c.config.Level}.level()
	half := quantileNormal((1+level)/2) * math.Sqrt(max(0, variance))
	x := logit(value)
	return b2b.Estimate{Value: value, Low: expit(x - half), High: expit(x + half), Level: level, Method: "cure, " + c.Family.String() + ", delta"}
}

// maxFollowUp is the statistic of Maller and Zhou above which the follow-up is too short to tell the cured.
const maxFollowUp = 0.05

// Share returns the share that will ever convert, with the interval of the profile likelihood. It is refused, with a reason,
// where the data cannot tell it: where follow-up ended too soon after the last events, (1 − N/n)ⁿ > 0.05 with N the events
// in (2t* − t_max, t*] (Maller and Zhou 1996), or where the profile does not fall by χ²/2 on the way to 1.
func (c *Cure) Share() (share b2b.Estimate, why string) {
	d := c.data
	if c.config.Plain {
		return b2b.Point(1, "held"), "the model holds that all convert"
	}
	if follow := math.Exp(d.n * math.Log1p(-d.recent/d.n)); follow > maxFollowUp {
		return b2b.Point(c.C, "refused"), "follow-up ended too soon after the last events to tell who never converts"
	}
	level := Config{Level: c.config.Level}.level()
	drop := stat.ChiSquareQuantile(level, 1) / 2
	if plain, ok := c.profile(1); ok && c.LogLik-plain < drop {
		return b2b.Point(c.C, "refused"), "the data do not exclude that all convert in the end"
	}
	x := logit(c.C)
	se := math.Sqrt(c.cov[0][0])
	bound := func(sign float64) float64 {
		near, far := x, x
		for range 40 { // step out until the profile has fallen far enough
			far += sign * se * math.Sqrt(2*drop)
			if v, ok := c.profile(expit(far)); !ok || c.LogLik-v >= drop {
				break
			}
			near = far
		}
		for range 40 { // bisect
			mid := (near + far) / 2
			if v, ok := c.profile(expit(mid)); !ok || c.LogLik-v >= drop {
				far = mid
			} else {
				near = mid
			}
			if math.Abs(far-near) < 1e-6 {
				break
			}
		}
		return expit(far)
	}
	return b2b.Estimate{
		Value: c.C, Low: bound(-1), High: bound(1), Level: level, Method: "cure, " + c.Family.String() + ", profile likelihood",
	}, ""
}

// profile returns the greatest log-likelihood at a given share.
func (c *Cure) profile(share float64) (value float64, ok bool) {
	f := &cureLikelihood{data: c.data, family: c.Family, held: share}
	starts := append([][]float64{slices.Clone(c.theta[1:])}, f.start(0)...)
	_, at, _, err := newton.Maximise(starts, c.data.events, f.evaluate, f.evaluate)
	if err != nil {
		return 0, false
	}
	return at.Value, true
}

// CureAverage is several families fitted to the same data, weighted by Akaike's criterion (Buckland, Burnham and Augustin
// 1997): how much they differ is part of the interval. It is immutable and safe for concurrent use.
type CureAverage struct {
	Members []*Cure   // those that were fitted, in the order asked for
	Weights []float64 // sum to 1
}

// FitCures fits several families, by default all; those that do not converge are left out. It fails only where none does.
func FitCures(spells []Spell, c CureConfig, list ...Family) (*CureAverage, error) {
	if len(list) == 0 {
		list = []Family{Exponential, Weibull, Gamma, Lognormal, GenGamma}
	}
	out := &CureAverage{}
	var last error
	best := math.Inf(1)
	for _, f := range list {
		c.Family = f
		m, err := FitCure(spells, c)
		if err != nil {
			last = err
			continue
		}
		out.Members = append(out.Members, m)
		best = min(best, m.AIC)
	}
	if len(out.Members) == 0 {
		return nil, last
	}
	sum := 0.0
	for _, m := range out.Members {
		w := math.Exp((best - m.AIC) / 2)
		out.Weights = append(out.Weights, w)
		sum += w
	}
	for i := range out.Weights {
		out.Weights[i] /= sum
	}
	return out, nil
}

// Best returns the member with the smallest AIC.
func (a *CureAverage) Best() *Cure {
	best := a.Members[0]
	for _, m := range a.Members {
		if m.AIC < best.AIC {
			best = m
		}
	}
	return best
}

// At returns the averaged share that has converted by time t.
func (a *CureAverage) At(t float64) b2b.Estimate {
	return a.average(func(m *Cure) b2b.Estimate { return m.At(t) })
}

// Share returns the averaged share that will ever convert; it is refused where the best member's is.
func (a *CureAverage) Share() (share b2b.Estimate, why string) {
	if _, why := a.Best().Share(); why != "" {
		return b2b.Point(a.Best().C, "refused"), why
	}
	return a.At(math.Inf(1)), ""
}

// average adds the variance between the members to that within, on the logit scale.
func (a *CureAverage) average(f func(*Cure) b2b.Estimate) b2b.Estimate {
	level := Config{Level: a.Members[0].config.Level}.level()
	z := quantileNormal((1 + level) / 2)
	var value float64
	estimates := make([]b2b.Estimate, len(a.Members))
	for i, m := range a.Members {
		estimates[i] = f(m)
		value += a.Weights[i] * estimates[i].Value
	}
	if value <= 0 || value >= 1 {
		return b2b.Point(clamp(value), "on the boundary")
	}
	x := logit(value)
	se := 0.0
	for i, e := range estimates {
		if e.Level == 0 || e.Low <= 0 || e.High >= 1 {
			continue
		}
		within := (logit(e.High) - logit(e.Low)) / (2 * z)
		between := logit(e.Value) - x
		se += a.Weights[i] * math.Sqrt(within*within+between*between)
	}
	return b2b.Estimate{Value: value, Low: expit(x - z*se), High: expit(x + z*se), Level: level, Method: "cure, averaged by Akaike weights"}
}
