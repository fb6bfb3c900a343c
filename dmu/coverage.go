package dmu

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/internal/stat"
)

// CoverState says what we know of a seat. Zero is [Unknown]: we do not know who plays it, which is not [Uncovered].
type CoverState uint8

// The states of a seat.
const (
	Unknown   CoverState = iota // fewer persons are assigned than needed
	Uncovered                   // enough are assigned, too few of them reached
	Covered                     // enough are assigned and reached
)

var coverStates = enum.New[CoverState]("state", "unknown", "uncovered", "covered")

// ParseCoverState reads the name of a state; the empty text is [Unknown].
func ParseCoverState(text string) (CoverState, error) { return coverStates.Parse(text) }

// IsValid reports whether s is a value of the enumeration.
func (s CoverState) IsValid() bool { return coverStates.Valid(s) }

// String returns the name in lower case.
func (s CoverState) String() string { return coverStates.String(s) }

// AppendText implements [encoding.TextAppender].
func (s CoverState) AppendText(dst []byte) ([]byte, error) { return coverStates.AppendText(dst, s) }

// MarshalText implements [encoding.TextMarshaler].
func (s CoverState) MarshalText() ([]byte, error) { return coverStates.AppendText(nil, s) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseCoverState] does.
func (s *CoverState) UnmarshalText(text []byte) error { return coverStates.UnmarshalText(s, text) }

// DefaultMaxWork bounds persons × seats × count vectors of Pr[all required seats covered] where the limit is 0.
const DefaultMaxWork = 5_000_000

// CoverageConfig says how reach counts. The zero value means the documented defaults.
type CoverageConfig struct {
	// Rho is the probability ρ that a person at each level of reach, from ReachUnknown to Committed, is truly reached; nil is
	// 0, 0, .5, 1, 1.
	Rho []float64
	// Threshold is the level from which a person counts as reached in the states of seats; 0 is [Contacted].
	Threshold Reach
	// Costs of contacting each member, in order and above 0; nil is 1 each.
	Costs []float64
	// Weights are the members' influence, in order and ≥ 0, for [Coverage.Influence]; nil leaves it unknown.
	Weights []float64
	// Telling names the step that tells most of who holds a seat, shown beside gaps (inference.Model.Telling).
	Telling []SeatStep
	MaxWork int // 0 is [DefaultMaxWork]
}

// SeatCoverage is how far one seat is covered.
type SeatCoverage struct {
	Seat         Seat
	Assigned     int        // members who hold the seat
	Reached      int        // of them, those at the threshold or beyond
	Completeness float64    // min(1, Assigned / needed)
	State        CoverState // by what is assigned
	P            float64    // Pr[at least the needed number play the seat and are reached], by what is probable
}

// ContactGain is what reaching one member fully would bring.
type ContactGain struct {
	Person  b2b.PersonID
	Gain    float64 // rise of [Coverage.Weighted]
	PerCost float64
}

// Candidate is a member who may hold a seat.
type Candidate struct {
	Person b2b.PersonID
	P      float64 // 1 for an assignment that is manual or imported
	Source Source  // of that knowledge; Inferred for a posterior
}

// Gap is a seat that is not covered, and what helps.
type Gap struct {
	Seat       Seat
	State      CoverState
	Missing    float64     // importance · (1 − P)
	Candidates []Candidate // by P descending, ties by id
	Telling    SeatStep    // the step that tells most of the seat; no Step where none is known
}

// Coverage says which seats of a unit's template we have reached. Probabilities take members as independent; a member plays a
// seat with probability 1 where a manual or imported assignment says so, with 0 where they were dismissed from it, else with
// the posterior of package inference, and unknown is not zero: without either, nothing is claimed.
type Coverage struct {
	Seats        []SeatCoverage // in the order of the template
	Completeness b2b.Fraction   // mean over the required seats (after Adobe Journey Optimizer's table); unknown without any
	Weighted     b2b.Fraction   // mean of P by importance; unknown where no seat has any
	AllRequired  b2b.Fraction   // Pr[every required seat covered]; unknown without any
	Influence    b2b.Fraction   // share of influence of the members reached; unknown without weights
	Next         []ContactGain  // whom to contact: by gain per cost descending, ties to the smaller id; those with a gain
	Gaps         []Gap          // by Missing descending, then the template's order

	model coverModel
}

// Cover computes the coverage. It costs O(n·seats·needed) and, for AllRequired, O(n·seats·Π(needed+1)); beyond the limit the
// error is a [*b2b.TooLargeError].
func Cover(u Unit, cfg CoverageConfig) (Coverage, error) {
	if err := cfg.resolve(len(u.members)); err != nil {
		return Coverage{}, err
	}
	c := Coverage{model: newCoverModel(u, cfg)}
	m := &c.model
	var complete, weighted, importance stat.Compensated
	required := 0
	for r, seat := range m.seats {
		s := SeatCoverage{Seat: seat}
		for _, member := range u.members {
			held, _ := member.held()
			if slices.ContainsFunc(held, func(h holding) bool { return h.seat == seat.ID }) {
				s.Assigned++
				if member.Reach >= cfg.Threshold {
					s.Reached++
				}
			}
		}
		need := seat.Needed()
		s.Completeness = min(1, float64(s.Assigned)/float64(need))
		switch {
		case s.Assigned < need:
			s.State = Unknown
		case s.Reached < need:
			s.State = Uncovered
		default:
			s.State = Covered
		}
		s.P = m.seat(r, m.rho)
		if seat.Required {
			required++
			complete.Add(s.Completeness)
		}
		weighted.Add(float64(seat.Importance * s.P))
		importance.Add(seat.Importance)
		c.Seats = append(c.Seats, s)
	}
	if required > 0 {
		c.Completeness = share(complete.Sum() / float64(required))
		p, err := m.all(cfg.MaxWork)
		if err != nil {
			return Coverage{}, err
		}
		c.AllRequired = share(p)
	}
	if importance.Sum() > 0 {
		c.Weighted = share(weighted.Sum() / importance.Sum())
		for i := range m.ids {
			if g := m.gain(m.rho, i); g.Gain > 0 {
				c.Next = append(c.Next, g)
			}
		}
		slices.SortFunc(c.Next, compareGains)
	}
	c.Influence = influenceReached(u, cfg)
	c.Gaps = c.gaps(u, cfg.Telling)
	return c, nil
}

// share makes a fraction of a number that is in [0,1] up to rounding.
func share(x float64) b2b.Fraction { return b2b.MustFraction(min(1, max(0, x))) }

// compareGains judges ties at twelve decimals, so that rounding does not decide between equals.
func compareGains(a, b ContactGain) int {
	rank := func(g ContactGain) float64 { return math.Round(g.PerCost * 1e12) }
	return cmp.Or(cmp.Compare(rank(b), rank(a)), cmp.Compare(a.Person, b.Person))
}

func (cfg *CoverageConfig) resolve(members int) error {
	var p b2b.Problems
	if cfg.Rho == nil {
		cfg.Rho = []float64{0, 0, 0.5, 1, 1}
	}
	if len(cfg.Rho) != int(Committed)+1 {
		p.Add("config.rho", "not one probability per level of reach")
	}
	for i, x := range cfg.Rho {
		if !(x >= 0 && x <= 1) {
			p.Add("config.rho["+strconv.Itoa(i)+"]", "outside [0,1]")
		}
	}
	if cfg.Threshold == ReachUnknown {
		cfg.Threshold = Contacted
	}
	if !cfg.Threshold.IsValid() {
		p.Add("config.threshold", "no such value")
	}
	if cfg.Costs == nil {
		cfg.Costs = slices.Repeat([]float64{1}, members)
	}
	if len(cfg.Costs) != members {
		p.Add("config.costs", "not one per member")
	}
	for i, x := range cfg.Costs {
		if !(x > 0) || math.IsInf(x, 1) {
			p.Add("config.costs["+strconv.Itoa(i)+"]", "not a positive finite number")
		}
	}
	if cfg.Weights != nil && len(cfg.Weights) != members {
		p.Add("config.weights", "not one per member")
	}
	for i, x := range cfg.Weights {
		if !(x >= 0) || math.IsInf(x, 1) {
			p.Add("config.weights["+strconv.Itoa(i)+"]", "not a finite number ≥ 0")
		}
	}
	if cfg.MaxWork == 0 {
		cfg.MaxWork = DefaultMaxWork
	}
	return p.Err()
}

func influenceReached(u Unit, cfg CoverageConfig) b2b.Fraction {
	var reached, total stat.Compensated
	for i, w := range cfg.Weights {
		total.Add(w)
		if u.members[i].Reach >= cfg.Threshold {
			reached.Add(w)
		}
	}
	if !(total.Sum() > 0) {
		return b2b.Fraction{}
	}
	return share(reached.Sum() / total.Sum())
}

// gaps lists the seats that are not covered.
func (c Coverage) gaps(u Unit, telling []SeatStep) []Gap {
	var list []Gap
	for r, s := range c.Seats {
		if s.State == Covered {
			continue
		}
		g := Gap{Seat: s.Seat, State: s.State, Missing: s.Seat.Importance * (1 - s.P)}
		for i, member := range u.members {
			if p := c.model.pi[i][r]; p > 0 {
				source := Inferred
				if held, _ := member.held(); c.model.together[i] {
					source = held[0].source
				}
				g.Candidates = append(g.Candidates, Candidate{Person: member.ID, P: p, Source: source})
			}
		}
		slices.SortFunc(g.Candidates, func(a, b Candidate) int {
			return cmp.Or(cmp.Compare(b.P, a.P), cmp.Compare(a.Person, b.Person))
		})
		if k := slices.IndexFunc(telling, func(t SeatStep) bool { return t.Seat == s.Seat.ID }); k >= 0 {
			g.Telling = telling[k]
		}
		list = append(list, g)
	}
	slices.SortStableFunc(list, func(a, b Gap) int { return cmp.Compare(b.Missing, a.Missing) })
	return list
}
