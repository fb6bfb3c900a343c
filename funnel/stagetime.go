package funnel

import (
	"github.com/buyerjourney/b2b/funnel/survival"
	"github.com/buyerjourney/b2b/internal/enum"
)

// VisitClass tells first stays in a place from returns. It is a closed enumeration; zero is [AnyVisit].
type VisitClass uint8

// The classes of visits.
const (
	AnyVisit VisitClass = iota
	FirstVisit
	RepeatedVisit
)

var visitClasses = enum.New[VisitClass]("visit", "any", "first", "repeated")

// IsValid reports whether v is a value of the enumeration.
func (v VisitClass) IsValid() bool { return visitClasses.Valid(v) }

// String returns the name in lower case.
func (v VisitClass) String() string { return visitClasses.String(v) }

// AppendText implements [encoding.TextAppender].
func (v VisitClass) AppendText(dst []byte) ([]byte, error) { return visitClasses.AppendText(dst, v) }

// MarshalText implements [encoding.TextMarshaler].
func (v VisitClass) MarshalText() ([]byte, error) { return visitClasses.AppendText(nil, v) }

// UnmarshalText implements [encoding.TextUnmarshaler]; the empty text is [AnyVisit].
func (v *VisitClass) UnmarshalText(text []byte) error { return visitClasses.UnmarshalText(v, text) }

// StageTime is how long deals stay in one place, and how they leave it. Ask Curve.Quantile for quantiles with the
// interval of Brookmeyer and Crowley, and Curve.Mean for the mean time up to a horizon.
type StageTime struct {
	Place  int // index into the places of the state
	Visits VisitClass
	Stays  int
	Curve  survival.StepCurve // share still there by days since entry; any exit ends it
	Exits  []PlaceExit        // incidences of the exits, in order of the places
}

// PlaceExit is the incidence, by days since entry, of leaving for one place.
type PlaceExit struct {
	Next  int // index into the places of the state
	Curve survival.StepCurve
}

// StageTimes returns the times in every place that deals leave or may leave, in order of the places: all visits, then the
// first, then the repeated ones where there are any. Stays that go on are censored; stays that began before the
// observation did are at risk from its beginning; stays without a known time are left out. Level 0 is 0.95.
func StageTimes(s *State, level float64) ([]StageTime, error) {
	n := len(s.placeList)
	groups := make([][3][]survival.Spell, n)
	exits := make([][]bool, n)
	for i := range exits {
		exits[i] = make([]bool, n)
	}
	s.Spells(func(j int, sp survival.Spell) {
		place, next := s.sojourns.Place[j], s.sojourns.Next[j]
		if next >= 0 {
			exits[place][next] = true
		}
		class := FirstVisit
		if s.sojourns.Visit[j] > 1 {
			class = RepeatedVisit
		}
		groups[place][AnyVisit] = append(groups[place][AnyVisit], sp)
		groups[place][class] = append(groups[place][class], sp)
	})
	var out []StageTime
	for place := range groups {
		code := make([]int, n+1)
		var nexts []int
		for next, used := range exits[place] {
			if used {
				nexts = append(nexts, next)
				code[next+1] = len(nexts)
			}
		}
		if len(nexts) == 0 && !s.placeList[place].Outcome.IsOpen() {
			continue
		}
		for class, spells := range groups[place] {
			if len(spells) == 0 || VisitClass(class) == FirstVisit && len(groups[place][RepeatedVisit]) == 0 {
				continue
			}
			for i := range spells {
				if class == int(AnyVisit) || len(groups[place][RepeatedVisit]) > 0 {
					spells[i].Cause = code[spells[i].Cause]
				}
			}
			inc, err := survival.AalenJohansen(spells, max(1, len(nexts)), survival.Config{Level: level})
			if err != nil {
				return nil, err
			}
			t := StageTime{Place: place, Visits: VisitClass(class), Stays: len(spells), Curve: inc.Survival}
			for k, next := range nexts {
				t.Exits = append(t.Exits, PlaceExit{Next: next, Curve: inc.Causes[k]})
			}
			out = append(out, t)
		}
	}
	return out, nil
}

// Spells calls f for every passage with a known time that was under observation, in the order of [Sojourns]: its index,
// and its time in days since entry as a spell whose cause is 1 + the index of the next place, 0 while it goes on, and
// whose case is the index of the deal.
func (s *State) Spells(f func(passage int, spell survival.Spell)) {
	c := &s.sojourns
	begin := toMicro(s.config.Observed.From)
	for i := range s.deals {
		for j := int(c.First[i]); j < int(c.First[i+1]); j++ {
			if c.Flags[j]&TimeUnknown != 0 || c.Next[j] >= 0 && c.Flags[j+1]&TimeUnknown != 0 {
				continue
			}
			sp := survival.Spell{Exit: float64(c.Out[j]-c.In[j]) / microPerDay, Cause: int(c.Next[j]) + 1, Case: i}
			if begin != noTime && c.In[j] < begin {
				if c.Out[j] <= begin {
					continue
				}
				sp.Entry = float64(begin-c.In[j]) / microPerDay
			}
			if sp.Exit > sp.Entry || sp.Exit == sp.Entry && sp.Cause > 0 {
				f(j, sp)
			}
		}
	}
}
