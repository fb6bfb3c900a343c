package survival_test

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel/survival"
)

type cureFit struct {
	Model  string
	C      float64
	Loglik float64
	Pred   []float64
	Params struct{ Mu, Sigma float64 }
}

// lognormalCure is the oracle's stated formula, Σ ln(c·f(t)) over events and Σ ln(1 − c·F(t)) over the others, added up exactly.
func lognormalCure(spells []survival.Spell, c, mu, sigma float64) float64 {
	sum := new(big.Float).SetPrec(200)
	for _, s := range spells {
		z := (math.Log(s.Exit) - mu) / sigma
		x := math.Log1p(-c * math.Erfc(-z/math.Sqrt2) / 2)
		if s.Cause > 0 {
			x = math.Log(c/(s.Exit*sigma*math.Sqrt(2*math.Pi))) - z*z/2
		}
		sum.Add(sum, big.NewFloat(x))
	}
	out, _ := sum.Float64()
	return out
}

// Figures of cure_models.json, by direct maximisation in Python; flexsurvcure and lifelines agree.
func TestCureOlist(t *testing.T) {
	var o struct {
		Olist struct {
			PredT []float64 `json:"pred_t"`
			Fits  []cureFit
		}
	}
	oracle(t, "cure_models.json", &o)
	spells := olistSpells(t)
	tested := 0
	for _, want := range o.Olist.Fits {
		family, err := survival.ParseFamily(want.Model)
		if err != nil {
			t.Logf("%s: not one of ours", want.Model)
			continue
		}
		tested++
		fit, err := survival.FitCure(spells, survival.CureConfig{Family: family})
		if err != nil {
			t.Errorf("%s: %v", want.Model, err)
			continue
		}
		if fit.LogLik < want.Loglik-1e-6 {
			t.Errorf("%s: log-likelihood %.9f, want %.9f", want.Model, fit.LogLik, want.Loglik)
		}
		tol := 1e-4
		if family == survival.GenGamma {
			tol = 1e-3
		}
		relative(t, want.Model+" c", fit.C, want.C, tol)
		for i, at := range o.Olist.PredT {
			relative(t, want.Model+" prediction", fit.At(at).Value, want.Pred[i], tol)
		}
	}
	if tested < 4 {
		t.Errorf("only %d families tested", tested)
	}
	fit, err := survival.FitCure(spells, survival.CureConfig{Family: survival.GenGamma})
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "μ", fit.Mu, 2.877125, 1e-3) // figure 6 of the specification
	relative(t, "σ", fit.Sigma, 2.075271, 1e-3)
	relative(t, "Q", fit.Q, -0.742887, 1e-3)
}

// As of earlier days the share was underestimated by any model; each fit is still the maximum.
func TestCureOlistAsOf(t *testing.T) {
	var o map[string]struct {
		N, Events int
		Fits      []cureFit
	}
	var all struct {
		AsOf map[string]struct {
			N, Events int
			Fits      []cureFit
		} `json:"olist_as_of"`
	}
	oracle(t, "cure_models.json", &all)
	o = all.AsOf
	for date, want := range o {
		spells := olistAsOf(t, date)
		if len(spells) != want.N {
			t.Errorf("%s: %d spells, want %d", date, len(spells), want.N)
			continue
		}
		for _, f := range want.Fits {
			family, err := survival.ParseFamily(f.Model)
			if err != nil {
				continue
			}
			fit, err := survival.FitCure(spells, survival.CureConfig{Family: family})
			if err != nil {
				t.Errorf("%s %s: %v", date, f.Model, err)
				continue
			}
			// The oracle's lognormal values are 0.5e-5 to 1.1e-5 above what its stated formula gives at its own parameters. Ours is
			// the formula's, and not below what the oracle's parameters give.
			tol := 1e-6
			if family == survival.Lognormal {
				tol = 2e-5
				theirs := lognormalCure(spells, f.C, f.Params.Mu, f.Params.Sigma)
				near(t, "log-likelihood by the formula", fit.LogLik, lognormalCure(spells, fit.C, fit.Mu, fit.Sigma), 1e-12)
				if d := f.Loglik - theirs; fit.LogLik < theirs-1e-9 || d < 5e-6 || d > 1.1e-5 {
					t.Errorf("%s: log-likelihood %.9f, of the oracle's parameters %.9f, by the oracle %.9f", date, fit.LogLik, theirs, f.Loglik)
				}
			}
			if fit.LogLik < f.Loglik-tol {
				t.Errorf("%s %s: log-likelihood %.9f, want %.9f", date, f.Model, fit.LogLik, f.Loglik)
			}
		}
	}
}

func TestCureShare(t *testing.T) {
	fit, err := survival.FitCure(olistSpells(t), survival.CureConfig{})
	if err != nil {
		t.Fatal(err)
	}
	share, why := fit.Share()
	if why != "" || !share.Contains(fit.C) || share.Width() > 0.03 {
		t.Errorf("share %v, %q", share, why)
	}
	// flexsurvcure's Wald interval on the logit, from which the profile differs little here.
	near(t, "low", share.Low, 1-0.896841096052512, 1e-3)
	near(t, "high", share.High, 1-0.882243853368705, 1e-3)
	// Watched for a week only, nobody can say who never converts.
	var short []survival.Spell
	for _, s := range olistSpells(t) {
		if s.Exit > 7 {
			s.Exit, s.Cause = 7, 0
		}
		short = append(short, s)
	}
	fit, err = survival.FitCure(short, survival.CureConfig{})
	if err == nil {
		if _, why := fit.Share(); why == "" {
			t.Errorf("after a week the share is given as %g", fit.C)
		}
	} else if !errors.Is(err, survival.ErrNotConverged) {
		t.Error(err)
	}
	if _, err := survival.FitCure([]survival.Spell{{Exit: 3}, {Exit: 5}}, survival.CureConfig{}); !errors.Is(err, b2b.ErrTooFew) {
		t.Errorf("all censored: %v", err)
	}
}

// Scaling time by k moves μ by ln k and leaves the share.
func TestCureScales(t *testing.T) {
	spells := olistSpells(t)
	scaled := make([]survival.Spell, len(spells))
	for i, s := range spells {
		s.Exit *= 24
		scaled[i] = s
	}
	for _, family := range []survival.Family{survival.Weibull, survival.Lognormal, survival.GenGamma} {
		a, err := survival.FitCure(spells, survival.CureConfig{Family: family})
		if err != nil {
			t.Fatal(err)
		}
		b, err := survival.FitCure(scaled, survival.CureConfig{Family: family})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "c", b.C, a.C, 1e-6)
		near(t, "μ", b.Mu, a.Mu+math.Log(24), 1e-5)
		near(t, "σ", b.Sigma, a.Sigma, 1e-5)
	}
}

// Same-day conversions count; one peer drops them.
func TestCureKeepsTimeZero(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 0))
	var spells []survival.Spell
	for range 2000 {
		s := survival.Spell{Exit: 200}
		if r.Float64() < 0.4 {
			s = survival.Spell{Exit: math.Floor(r.ExpFloat64() * 3), Cause: 1}
		}
		spells = append(spells, s)
	}
	fit, err := survival.FitCure(spells, survival.CureConfig{Family: survival.Weibull, Resolution: 1})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "share", fit.C, 0.4, 0.035) // three standard errors
}

func TestCureRecovery(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 0))
	const c, mu, sigma = 0.3, 2.0, 0.8
	var spells []survival.Spell
	for range 3000 {
		s := survival.Spell{Exit: 60 + 40*r.Float64(), Case: len(spells)}
		if r.Float64() < c {
			if at := math.Exp(mu + sigma*r.NormFloat64()); at < s.Exit {
				s.Exit, s.Cause = at, 1
			}
		}
		if r.Float64() < 0.3 { // late entry
			s.Entry = 10 * r.Float64()
			if s.Exit <= s.Entry {
				continue
			}
		}
		spells = append(spells, s)
	}
	fit, err := survival.FitCure(spells, survival.CureConfig{Family: survival.Lognormal})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "c", fit.C, c, 3*0.009)
	near(t, "μ", fit.Mu, mu, 3*0.03)
	near(t, "σ", fit.Sigma, sigma, 3*0.03)
	avg, err := survival.FitCures(spells, survival.CureConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if e, why := avg.Share(); why != "" || !e.Contains(c) {
		t.Errorf("average: %v %s", e, why)
	}
}

func BenchmarkCure(b *testing.B) {
	spells := olistSpells(b)
	for _, family := range []survival.Family{survival.Weibull, survival.Lognormal, survival.GenGamma} {
		b.Run("olist "+family.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := survival.FitCure(spells, survival.CureConfig{Family: family}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// With the share held at 1 the law of the time is fitted alone: survreg of R on the lung data.
func TestPlainLung(t *testing.T) {
	type fit struct{ Intercept, Scale, Loglik float64 }
	var all struct {
		Lung struct{ Weibull, Exponential, Lognormal fit }
	}
	oracle(t, "km_lung.json", &all)
	o := all.Lung
	for family, want := range map[survival.Family]fit{survival.Weibull: o.Weibull, survival.Exponential: o.Exponential, survival.Lognormal: o.Lognormal} {
		got, err := survival.FitCure(lungSpells(t), survival.CureConfig{Family: family, Plain: true})
		if err != nil {
			t.Fatal(err)
		}
		near(t, family.String()+" log-likelihood", got.LogLik, want.Loglik, 1e-9)
		relative(t, family.String()+" μ", got.Mu, want.Intercept, 1e-6)
		relative(t, family.String()+" σ", got.Sigma, want.Scale, 1e-5)
		if e := got.At(300); e.Value <= 0 || e.Value >= 1 || !e.Contains(e.Value) {
			t.Errorf("%v at 300: %v", family, e)
		}
		if _, why := got.Share(); why == "" {
			t.Errorf("%v: a held share is given as an estimate", family)
		}
	}
}

// Times known by bounds only, narrow ones, give nearly the fit of exact times.
func TestCureBrackets(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 0))
	var exact, censored []survival.Spell
	var brackets []survival.Bracket
	for range 800 {
		s := survival.Spell{Exit: 100}
		if at := 10 * r.ExpFloat64(); r.Float64() < 0.5 && at < 100 {
			s = survival.Spell{Exit: at, Cause: 1}
			brackets = append(brackets, survival.Bracket{Low: at * 0.999, High: at * 1.001})
		} else {
			censored = append(censored, s)
		}
		exact = append(exact, s)
	}
	a, err := survival.FitCure(exact, survival.CureConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 6 { // enough exact events for a start
		censored = append(censored, survival.Spell{Exit: (brackets[i].Low + brackets[i].High) / 2, Cause: 1})
	}
	b, err := survival.FitCure(censored, survival.CureConfig{Brackets: brackets[6:]})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "c", b.C, a.C, 1e-5)
	near(t, "μ", b.Mu, a.Mu, 1e-4)
	near(t, "σ", b.Sigma, a.Sigma, 1e-4)
}
