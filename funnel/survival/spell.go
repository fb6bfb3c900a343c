package survival

import (
	"math"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Spell is one stay of one case: at risk on (Entry, Exit], in a unit of time that the caller states. The zero value is a
// spell without length, which is refused unless it is an event.
type Spell struct {
	Entry, Exit float64 // Exit ≥ Entry; Entry above 0 is late entry (left truncation)
	Cause       int     // what ended the spell, from 1; 0 = censored, still going on when last seen
	Weight      float64 // 0 stands for 1
	Case        int     // spells of one case are not independent; used by robust variances only
}

// Config sets how a curve is made. The zero value is valid: intervals at 0.95, log(−log), variances by Greenwood.
type Config struct {
	Level    float64  // of the intervals, in (0,1); 0 stands for 0.95
	Interval Interval // scale of the interval; zero is LogLog
	Midpoint bool     // quantiles: the middle of the time for which the curve lies on the level, not its start
	Robust   bool     // variance by infinitesimal jackknife over cases, which weights and repeated spells of a case need
}

// Interval names the scale on which an interval of a probability is symmetric. It is a closed enumeration; zero is
// [LogLog], the default.
type Interval uint8

// The scales of intervals.
const (
	LogLog Interval = iota // S^exp(±θ): stays in (0,1); Kalbfleisch and Prentice 1980
	Log                    // S·exp(±θ), cut at 1
	Plain                  // S ± z·se, cut to [0,1]
)

var intervals = enum.New[Interval]("interval", "log-log", "log", "plain")

// IsValid reports whether i is a value of the enumeration.
func (i Interval) IsValid() bool { return intervals.Valid(i) }

// String returns the name in lower case.
func (i Interval) String() string { return intervals.String(i) }

// AppendText implements [encoding.TextAppender].
func (i Interval) AppendText(dst []byte) ([]byte, error) { return intervals.AppendText(dst, i) }

// MarshalText implements [encoding.TextMarshaler].
func (i Interval) MarshalText() ([]byte, error) { return intervals.AppendText(nil, i) }

// UnmarshalText implements [encoding.TextUnmarshaler]; the empty text is [LogLog].
func (i *Interval) UnmarshalText(text []byte) error { return intervals.UnmarshalText(i, text) }

func (c Config) level() float64 {
	if c.Level == 0 {
		return b2b.DefaultLevel
	}
	return c.Level
}

func (c Config) check(p *b2b.Problems) {
	if !(c.Level >= 0 && c.Level < 1) {
		p.Add("config.level", "outside [0,1)")
	}
	if !c.Interval.IsValid() {
		p.Add("config.interval", "unknown")
	}
}

// checkSpells reports every malformed spell by index; causes is the number of causes, or 0 where any cause is taken.
func checkSpells(p *b2b.Problems, spells []Spell, causes int) {
	for i := range spells {
		s := &spells[i]
		if s.Exit > s.Entry && s.Exit <= math.MaxFloat64 && s.Entry >= -math.MaxFloat64 && s.Weight >= 0 &&
			s.Weight <= math.MaxFloat64 && s.Cause >= 0 && (causes == 0 || s.Cause <= causes) {
			continue
		}
		reportSpell(p, "spells["+strconv.Itoa(i)+"]", s, causes)
	}
}

func reportSpell(p *b2b.Problems, path string, s *Spell, causes int) {
	finite := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
	ok := true
	if !finite(s.Entry) {
		p.Add(path+".entry", "not a finite number")
		ok = false
	}
	if !finite(s.Exit) {
		p.Add(path+".exit", "not a finite number")
		ok = false
	}
	if s.Cause < 0 || (causes > 0 && s.Cause > causes) {
		p.Add(path+".cause", "out of range")
	}
	if !finite(s.Weight) || s.Weight < 0 {
		p.Add(path+".weight", "negative or not a finite number")
	}
	switch {
	case !ok:
	case s.Exit < s.Entry:
		p.Add(path+".exit", "before entry")
	case s.Exit == s.Entry && s.Cause == 0:
		p.Add(path+".exit", "equal to entry without an event")
	}
}

func (s *Spell) weight() float64 {
	if s.Weight == 0 {
		return 1
	}
	return s.Weight
}
