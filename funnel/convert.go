package funnel

import (
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel/survival"
)

// ConversionQuery asks which share of units that entered From comes to To. The zero value asks which share of deals is
// won, ever.
type ConversionQuery struct {
	From, To Target        // empty From: from the opening; empty To: Won
	Horizon  time.Duration // within so long of entry; 0: as long as the data reach
	By       Dimension     // also each segment on its own
	Unit     Unit
	Level    float64       // of intervals; 0 is 0.95
	Counts   CountInterval // of the shares that are counted
}

// Conversion is the answer to a [ConversionQuery].
type Conversion struct {
	// ByHorizon is the share that comes to the target within the horizon since entry: cumulative incidence of Aalen and
	// Johansen (1978), all other exits competing, units still under way censored.
	ByHorizon Rate
	// Ultimate is the share that ever does, where the data can tell: at most 2% still under way after the last event, or a
	// cure model that passes its own check.
	Ultimate Rate
	// ClosedOnly is target/(target + other closes), WonPerEntered target/entered. Both are biased and stand here because
	// people compare: the first ignores what is under way, the second counts recent entrants as failures.
	ClosedOnly, WonPerEntered Rate
	// Curve is the incidence of the target by days since entry.
	Curve survival.StepCurve
	// Others are the incidences of the competing exits, in order of the outcomes. With Curve and the share still under way
	// they sum to 1.
	Others []ExitCurve
	// Segments are the answers for each segment, by name; nil unless asked for.
	Segments []SegmentConversion
}

// ExitCurve is the incidence of one competing exit by days since entry. Won here is a sale that is not the target.
type ExitCurve struct {
	Outcome Outcome
	Curve   survival.StepCurve
}

// SegmentConversion is the conversion of one segment; "" are the deals without one.
type SegmentConversion struct {
	Name string
	Conversion
}

// maxUnresolved is the share that may still be under way after the last event for the last value to be called ultimate.
const maxUnresolved = 0.02

const closedOnly = "extract holds closed deals only: censoring cannot be corrected"

// Convert answers how units convert, as of a state. Time unknown to the point of mere order keeps a unit out of the
// curves, not out of the counts.
//
// A deal that was closed and reopened counts by how it stands at last; ask for [PerEpisode] to count each run.
func Convert(s *State, q ConversionQuery) (Conversion, error) {
	var p b2b.Problems
	q.From.check(&p, "query.from")
	q.To.check(&p, "query.to")
	if q.Horizon < 0 {
		p.Add("query.horizon", "negative")
	}
	if !q.Unit.IsValid() {
		p.Add("query.unit", "unknown")
	}
	if !q.By.IsValid() {
		p.Add("query.by", "unknown")
	}
	if !q.Counts.IsValid() {
		p.Add("query.counts", "unknown")
	}
	if !(q.Level >= 0 && q.Level < 1) {
		p.Add("query.level", "outside [0,1)")
	}
	if err := p.Err(); err != nil {
		return Conversion{}, err
	}
	if q.To.IsZero() {
		q.To = Target{Outcomes: []Outcome{Won}}
	}
	var from []bool
	if !q.From.IsZero() {
		from = q.From.in(s)
	}
	courses := s.courses(from, q.To.in(s), q.Unit)
	why := ""
	if s.closedOnly() {
		why = closedOnly
	}
	c, err := s.convert(courses, q, why)
	if err != nil || q.By == Undivided {
		return c, err
	}
	names, parts := s.bySegment(courses, q.By)
	for i, part := range parts {
		one, err := s.convert(part, q, why)
		if err != nil {
			return Conversion{}, err
		}
		c.Segments = append(c.Segments, SegmentConversion{Name: names[i], Conversion: one})
	}
	return c, nil
}

// closedOnly reports whether no deal is open: then the open ones were not extracted.
func (s *State) closedOnly() bool {
	closed := false
	for i := range s.deals {
		if last := s.last(i); last >= 0 {
			if s.IsOpen(i) {
				return false
			}
			closed = true
		}
	}
	return closed
}

func (s *State) convert(courses []course, q ConversionQuery, why string) (Conversion, error) {
	var c Conversion
	won, closed := 0, 0
	for _, x := range courses {
		switch x.end {
		case Won:
			won++
		case UnknownOutcome:
		case Open, OnHold, Lost, NoDecision, Disqualified, Churned:
			closed++
		default: // another sale
			closed++
		}
	}
	c.ClosedOnly = biased(Share(won, won+closed, q.Level, q.Counts), "what is still under way is left out")
	c.WonPerEntered = biased(Share(won, len(courses), q.Level, q.Counts), "what is still under way counts as failed")
	c.WonPerEntered.Censored = len(courses) - won - closed
	spells, causes, truncated := s.spells(courses)
	inc, err := survival.AalenJohansen(spells, len(causes), survival.Config{Level: q.Level})
	if err != nil {
		return c, err
	}
	c.Curve = inc.Causes[0]
	for k := 1; k < len(causes); k++ {
		o := causes[k]
		if o > Churned {
			o = Won
		}
		c.Others = append(c.Others, ExitCurve{Outcome: o, Curve: inc.Causes[k]})
	}
	base := Rate{AtRisk: len(spells), Truncated: truncated, Why: why}
	switch {
	case why != "":
		c.ByHorizon, c.Ultimate = base, base
		return c, nil
	case len(spells) == 0:
		base.Why = "no unit with a known time entered"
		c.ByHorizon, c.Ultimate = base, base
		return c, nil
	}
	c.ByHorizon = byHorizon(base, &inc, spells, q.Horizon)
	c.Ultimate = ultimate(base, &inc, spells)
	return c, nil
}

func biased(r Rate, how string) Rate {
	if r.Why == "" {
		r.Method += "; biased: " + how
	}
	return r
}

func byHorizon(r Rate, inc *survival.Incidence, spells []survival.Spell, horizon time.Duration) Rate {
	f := &inc.Causes[0]
	end := f.Time[len(f.Time)-1]
	days := horizon.Hours() / 24
	if horizon == 0 {
		days = end
	}
	for _, s := range spells {
		switch {
		case s.Exit > days:
		case s.Cause == 1:
			r.Events++
		case s.Cause == 0:
			r.Censored++
		}
	}
	r.Unresolved = inc.Survival.ValueAt(days)
	e, ok := f.At(days)
	if !ok && inc.Survival.Last() > 0 {
		r.Why = "horizon is longer than any unit was watched"
		return r
	}
	r.Estimate = e
	return r
}

func ultimate(r Rate, inc *survival.Incidence, spells []survival.Spell) Rate {
	f := &inc.Causes[0]
	competing := false
	for _, s := range spells {
		switch s.Cause {
		case 0:
			r.Censored++
		case 1:
			r.Events++
		default:
			competing = true
		}
	}
	r.Unresolved = inc.Survival.Last()
	if r.Unresolved <= maxUnresolved {
		r.Estimate, _ = f.At(f.Time[len(f.Time)-1])
		return r
	}
	if competing {
		r.Why = "too many are still under way after the last event"
		return r
	}
	return r.cured(spells, f.Level())
}

// cured takes the share from a cure model, where it passes its own check.
func (r Rate) cured(spells []survival.Spell, level float64) Rate {
	r.Why = "too many are still under way after the last event"
	fit, err := survival.FitCures(spells, survival.CureConfig{Level: level}, survival.Weibull, survival.Lognormal, survival.GenGamma)
	if err != nil {
		return r
	}
	share, why := fit.Share()
	if why != "" {
		r.Why += "; no cure model either: " + why
		return r
	}
	r.Estimate, r.Why = share, ""
	return r
}
