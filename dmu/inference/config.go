package inference

import (
	"math"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/internal/enum"
)

// PriorKind says what is believed of a person of whom nothing was seen. Zero is [Empirical].
type PriorKind uint8

// The priors over the seats.
const (
	Empirical PriorKind = iota // (persons in the seat + 1) / (persons + seats): Laplace's rule of succession
	Uniform                    // 1 / seats
	Given                      // Config.Given
)

var priors = enum.New[PriorKind]("prior", "empirical", "uniform", "given")

// ParsePriorKind reads the name of a prior; the empty text is [Empirical].
func ParsePriorKind(text string) (PriorKind, error) { return priors.Parse(text) }

// IsValid reports whether k is a value of the enumeration.
func (k PriorKind) IsValid() bool { return priors.Valid(k) }

// String returns the name in lower case.
func (k PriorKind) String() string { return priors.String(k) }

// AppendText implements [encoding.TextAppender].
func (k PriorKind) AppendText(dst []byte) ([]byte, error) { return priors.AppendText(dst, k) }

// MarshalText implements [encoding.TextMarshaler].
func (k PriorKind) MarshalText() ([]byte, error) { return priors.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParsePriorKind] does.
func (k *PriorKind) UnmarshalText(text []byte) error { return priors.UnmarshalText(k, text) }

// PredictiveKind says how the counts of training enter the probability of new counts. Zero is [PlugIn].
type PredictiveKind uint8

// The predictive distributions.
const (
	PlugIn               PredictiveKind = iota // multinomial with the posterior mean of its parameters
	DirichletMultinomial                       // the parameters integrated out
)

var predictives = enum.New[PredictiveKind]("predictive distribution", "plug-in", "dirichlet-multinomial")

// ParsePredictiveKind reads the name of a predictive distribution; the empty text is [PlugIn].
func ParsePredictiveKind(text string) (PredictiveKind, error) { return predictives.Parse(text) }

// IsValid reports whether k is a value of the enumeration.
func (k PredictiveKind) IsValid() bool { return predictives.Valid(k) }

// String returns the name in lower case.
func (k PredictiveKind) String() string { return predictives.String(k) }

// AppendText implements [encoding.TextAppender].
func (k PredictiveKind) AppendText(dst []byte) ([]byte, error) { return predictives.AppendText(dst, k) }

// MarshalText implements [encoding.TextMarshaler].
func (k PredictiveKind) MarshalText() ([]byte, error) { return predictives.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParsePredictiveKind] does.
func (k *PredictiveKind) UnmarshalText(text []byte) error { return predictives.UnmarshalText(k, text) }

// Defaults of [Config] where a field is 0.
const (
	DefaultAlpha      = 1.0
	DefaultCap        = 5.0
	DefaultTitleAlpha = 0.1
	DefaultTitleCap   = 3.0
	DefaultMinKL      = 0.1  // nats
	DefaultMinMargin  = 0.15 // difference of probabilities
)

// maxParameter bounds what a caller may set: sums over any vocabulary, and their log Γ, stay finite.
const maxParameter = 1e300

// Config says how counts become probabilities. The zero value means the documented defaults.
type Config struct {
	// Alpha is the pseudo-count of each step in each seat; 0 is [DefaultAlpha].
	Alpha float64
	// Cap is the effective number of events at which the evidence of one person's steps is capped; 0 is [DefaultCap], a
	// negative number is no cap. Events of one person are not independent: without a cap the posterior is far too sure.
	Cap float64
	// TitleAlpha is the pseudo-count of each title token; 0 is [DefaultTitleAlpha].
	TitleAlpha float64
	// TitleCap is the effective number of tokens at which a title's evidence is capped; 0 is [DefaultTitleCap], a negative
	// number is no cap.
	TitleCap float64
	// Prior chooses the prior; Given holds it where Prior is [Given]: positive, summing to 1, naming every seat that was
	// trained, and no seat twice.
	Prior PriorKind
	Given []dmu.SeatP
	// UnseenCell gives all steps outside the vocabulary one cell of their own; otherwise they say nothing.
	UnseenCell bool
	// Predictive chooses between plug-in and integrated parameters.
	Predictive PredictiveKind
	// MinKL and MinMargin are what a decided verdict needs; 0 is [DefaultMinKL] and [DefaultMinMargin], a negative
	// number is no threshold.
	MinKL, MinMargin float64
}

// resolve returns the configuration with its defaults filled in, an infinite cap standing for none.
func (c Config) resolve() (Config, error) {
	var p b2b.Problems
	for _, f := range [...]struct {
		path     string
		x        *float64
		fallback float64
		negative bool
	}{
		{"config.alpha", &c.Alpha, DefaultAlpha, false},
		{"config.cap", &c.Cap, DefaultCap, true},
		{"config.title_alpha", &c.TitleAlpha, DefaultTitleAlpha, false},
		{"config.title_cap", &c.TitleCap, DefaultTitleCap, true},
		{"config.min_kl", &c.MinKL, DefaultMinKL, true},
		{"config.min_margin", &c.MinMargin, DefaultMinMargin, true},
	} {
		switch {
		case math.IsNaN(*f.x) || math.IsInf(*f.x, 0):
			p.Add(f.path, "not a finite number")
		case *f.x > maxParameter:
			p.Add(f.path, "above 1e300")
		case *f.x == 0:
			*f.x = f.fallback
		case *f.x < 0 && !f.negative:
			p.Add(f.path, "negative")
		}
	}
	for _, limit := range [...]*float64{&c.Cap, &c.TitleCap} {
		if *limit < 0 {
			*limit = math.Inf(1)
		}
	}
	if !priors.Valid(c.Prior) {
		p.Add("config.prior", "no such value")
	}
	if !predictives.Valid(c.Predictive) {
		p.Add("config.predictive", "no such value")
	}
	if c.Prior == Given {
		checkGiven(&p, c.Given)
	}
	return c, p.Err()
}

func checkGiven(p *b2b.Problems, given []dmu.SeatP) {
	seen := make(map[b2b.SeatID]bool, len(given))
	sum := 0.0
	for i, sp := range given {
		path := "config.given[" + strconv.Itoa(i) + "]"
		if sp.Seat == "" {
			p.Add(path+".seat", "empty")
		}
		if seen[sp.Seat] {
			p.Add(path+".seat", "repeated")
		}
		seen[sp.Seat] = true
		if !(sp.P > 0 && sp.P <= 1) {
			p.Add(path+".p", "outside (0,1]")
		}
		sum += sp.P
	}
	if !(math.Abs(sum-1) <= 1e-9) {
		p.Add("config.given", "does not sum to 1")
	}
}
