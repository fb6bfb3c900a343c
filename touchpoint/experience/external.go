package experience

import (
	"math"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/linear"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Factor is an external influence on experience (externe factor): other customers, reviews, the press. The zero value has no
// influence. It is a comparable value.
type Factor struct {
	Name        string
	Beta        float64      // how much it moves experience when fully positive, believed, met and known
	Credibility float64      // in [0,1]
	Exposure    float64      // in [0,1]: share of the persons who meet it
	N           float64      // number of voices, ≥ 0
	Mean        float64      // their mean score v̄, on the scale
	Prior       float64      // score that is assumed before any voice
	PriorWeight float64      // C ≥ 0: how many voices the prior counts for
	HalfReach   float64      // k > 0: number of voices at which half of the reach is there
	Control     b2b.Fraction // how far the seller can steer it
}

// Influence is what external factors add to an experience. The parts add up to the whole. It is an immutable value.
type Influence struct {
	Total          float64
	Parts          []InfluencePart // in the order of the factors
	SteerableShare b2b.Fraction    // Σ|I|·control/Σ|I| over factors with known control; unknown if they add nothing
	UnknownShare   float64         // share of Σ|I| whose control is unknown
}

// InfluencePart is what one factor adds.
type InfluencePart struct {
	Name    string
	Value   float64 // β·credibility·exposure·reach·(valence − neutral)/(½(Max−Min))
	Valence float64 // v̂ = (C·prior + n·v̄)/(C+n)
	Reach   float64 // n/(n+k)
}

// External returns what the factors add to experience on the scale: CE with external factors = CE + Total.
func External(scale Scale, factors []Factor) (Influence, error) {
	var p b2b.Problems
	p.Join("", scale.Check())
	for i, f := range factors {
		f.check(&p, "factors["+strconv.Itoa(i)+"]")
	}
	if err := p.Err(); err != nil {
		return Influence{}, err
	}
	var out Influence
	var all, known, steered, total stat.Compensated
	for _, f := range factors {
		part := InfluencePart{Name: f.Name, Valence: scale.Neutral}
		if n := f.PriorWeight + f.N; n > 0 {
			part.Valence = (float64(f.PriorWeight*f.Prior) + float64(f.N*f.Mean)) / n
		}
		part.Reach = f.N / (f.N + f.HalfReach)
		part.Value = f.Beta * f.Credibility * f.Exposure * part.Reach * (part.Valence - scale.Neutral) / ((scale.Max - scale.Min) / 2)
		out.Parts = append(out.Parts, part)
		size := math.Abs(part.Value)
		total.Add(part.Value)
		all.Add(size)
		if c, ok := f.Control.Value(); ok {
			known.Add(size)
			steered.Add(float64(size * c))
		}
	}
	out.Total = total.Sum()
	if k := known.Sum(); k > 0 {
		out.SteerableShare = b2b.MustFraction(min(1, steered.Sum()/k))
	}
	if a := all.Sum(); a > 0 {
		out.UnknownShare = max(0, 1-known.Sum()/a)
	}
	return out, nil
}

func (f Factor) check(p *b2b.Problems, path string) {
	finite(p, path+".beta", f.Beta)
	finite(p, path+".mean", f.Mean)
	finite(p, path+".prior", f.Prior)
	for _, x := range [...]struct {
		name string
		x    float64
	}{{"credibility", f.Credibility}, {"exposure", f.Exposure}} {
		if !(x.x >= 0 && x.x <= 1) {
			p.Add(path+"."+x.name, "outside [0,1]")
		}
	}
	for _, x := range [...]struct {
		name string
		x    float64
	}{{"n", f.N}, {"prior_weight", f.PriorWeight}} {
		if !(x.x >= 0) || math.IsInf(x.x, 1) {
			p.Add(path+"."+x.name, "not a finite number ≥ 0")
		}
	}
	if !(f.HalfReach > 0) || math.IsInf(f.HalfReach, 1) {
		p.Add(path+".half_reach", "not a finite number above 0")
	}
}

// HelpfulLow returns the lower Wilson bound of a share of positive votes, by which reviews are ordered: a few votes do not
// outrank many. ok is false without votes or if positive > votes.
func HelpfulLow(positive, votes int64, level float64) (low float64, ok bool) {
	if votes <= 0 || positive < 0 || positive > votes {
		return 0, false
	}
	if level == 0 {
		level = b2b.DefaultLevel
	}
	low, _ = stat.Wilson(float64(positive), float64(votes), level)
	return low, true
}

// Encounter is one customer's attitude before and after, with how often each touchpoint was met and how positive that was.
type Encounter struct {
	Post, Pre  float64
	Frequency  []float64 // by touchpoint, ≥ 0
	Positivity []float64 // mean score by touchpoint; not read where the frequency is 0
}

// InfluenceFit is the regression post = β0 + β1·pre + Σ_k (βF_k·F_k + βP_k·P_k) (Baxendale, Macdonald and Wilson 2015). It is
// an immutable value.
type InfluenceFit struct {
	Terms       []InfluenceTerm // intercept, pre, frequencies, positivities
	R2          float64
	R2Frequency float64 // of frequency alone
	F           float64 // test of adding positivity
	DF1, DF2    int
	P           float64
}

// InfluenceTerm is one coefficient.
type InfluenceTerm struct {
	Name         string // "intercept", "pre", "frequency[0]", "positivity[0]", …
	Coef, SE     float64
	Standardised float64 // coef·sd(x)/sd(post); 0 for the intercept
}

// FitInfluence fits the regression. Positivity is taken relative to neutral, and is 0 where the frequency is 0. Too few
// encounters are [b2b.ErrTooFew]; columns that depend on one another or do not vary are an error.
func FitInfluence(encounters []Encounter, neutral float64) (*InfluenceFit, error) {
	var p b2b.Problems
	finite(&p, "neutral", neutral)
	if len(encounters) == 0 {
		return nil, b2b.ErrTooFew
	}
	k := len(encounters[0].Frequency)
	columns := make([][]float64, 1+2*k)
	var y []float64
	for i, e := range encounters {
		at := "encounters[" + strconv.Itoa(i) + "]"
		if len(e.Frequency) != k || len(e.Positivity) != k {
			p.Add(at, "frequency and positivity are not one per touchpoint")
			continue
		}
		finite(&p, at+".post", e.Post)
		finite(&p, at+".pre", e.Pre)
		y = append(y, e.Post)
		columns[0] = append(columns[0], e.Pre)
		for j, f := range e.Frequency {
			if !(f >= 0) || math.IsInf(f, 1) {
				p.Add(at+".frequency["+strconv.Itoa(j)+"]", "not a finite number ≥ 0")
			}
			positivity := 0.0
			if f > 0 {
				finite(&p, at+".positivity["+strconv.Itoa(j)+"]", e.Positivity[j])
				positivity = e.Positivity[j] - neutral
			}
			columns[1+j] = append(columns[1+j], f)
			columns[1+k+j] = append(columns[1+k+j], positivity)
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if len(y) < 2*k+3 {
		return nil, b2b.ErrTooFew
	}
	full, ok1 := linear.FitOLS(columns, y)
	small, ok2 := linear.FitOLS(columns[:1+k], y)
	if !ok1 || !ok2 {
		return nil, &b2b.InvalidError{Path: "encounters", Reason: "columns depend on one another or do not vary"}
	}
	fit := &InfluenceFit{R2: full.R2, R2Frequency: small.R2, DF1: k, DF2: full.DF}
	if k > 0 && full.RSS > 0 {
		fit.F = (small.RSS - full.RSS) / float64(k) / (full.RSS / float64(full.DF))
		d1, d2 := float64(k), float64(full.DF)
		fit.P = stat.BetaCDF(d2/(d2+float64(d1*fit.F)), d2/2, d1/2)
	}
	vy, _ := stat.Variance(y)
	for j, c := range full.Coef {
		t := InfluenceTerm{Name: influenceTerm(j, k), Coef: c, SE: full.SE[j]}
		if j > 0 {
			v, _ := stat.Variance(columns[j-1])
			t.Standardised = c * math.Sqrt(v/vy)
		}
		fit.Terms = append(fit.Terms, t)
	}
	return fit, nil
}

func influenceTerm(j, k int) string {
	switch {
	case j == 0:
		return "intercept"
	case j == 1:
		return "pre"
	case j < 2+k:
		return "frequency[" + strconv.Itoa(j-2) + "]"
	}
	return "positivity[" + strconv.Itoa(j-2-k) + "]"
}
