package survival

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/newton"
	"github.com/buyerjourney/b2b/internal/stat"
)

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
		h := float64(1e-5 * max(1, math.Abs(theta[i])))
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
			variance += float64(grad[i] * c.cov[i][j] * grad[j])
		}
	}
	level := Config{Level: c.config.Level}.level()
	half := float64(quantileNormal((1+level)/2) * math.Sqrt(max(0, variance)))
	x := logit(value)
	return b2b.Estimate{Value: value, Low: expit(x - half), High: expit(x + half), Level: level, Method: "cure, " + c.Family.String() + ", delta"}
}

// maxFollowUp is the statistic of Maller and Zhou above which the follow-up is too short to tell the cured.
const maxFollowUp = 0.05

// Share returns the share that will ever convert, with the interval of the profile likelihood. It is refused, with a reason,
// where the data cannot tell it: where follow-up ended too soon after the last events, (1 − N/n)ⁿ > 0.05 with N the events
// in (2t* − t_max, t*] (Maller and Zhou 1996), or where the profile does not fall by χ²/2 on the way to 1.
func (c *Cure) Share() (share b2b.Estimate, why string) {
	if why := c.refusal(); why != "" {
		return b2b.Point(c.C, "refused"), why
	}
	level := Config{Level: c.config.Level}.level()
	drop := stat.ChiSquareQuantile(level, 1) / 2
	x := logit(c.C)
	se := math.Sqrt(c.cov[0][0])
	bound := func(sign float64) float64 {
		near, far := x, x
		for range 40 { // step out until the profile has fallen far enough
			far += float64(sign * se * math.Sqrt(2*drop))
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

// refusal says why the share cannot be told, "" if it can.
func (c *Cure) refusal() string {
	d := c.data
	switch {
	case c.config.Plain:
		return "the model holds that all convert"
	case math.Exp(d.n*math.Log1p(-d.recent/d.n)) > maxFollowUp:
		return "follow-up ended too soon after the last events to tell who never converts"
	}
	drop := stat.ChiSquareQuantile(Config{Level: c.config.Level}.level(), 1) / 2
	if plain, ok := c.profile(1); ok && c.LogLik-plain < drop {
		return "the data do not exclude that all convert in the end"
	}
	return ""
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
