package funnel

import (
	"iter"
	"slices"
	"sort"
	"time"

	"github.com/buyerjourney/b2b"
)

// State is how all deals stood as of one [b2b.View]. Deals are in order of their ids and are named by their index. It is
// immutable and safe for concurrent use, also while the [Book] goes on; the zero value holds no deal.
type State struct {
	config    BookConfig // of the book
	view      b2b.View
	asOf      int64
	hindsight bool

	deals        []attributes
	firstEpisode []int32 // as Sojourns.First
	episodes     []episode
	places       []placeKey
	placeList    []Place
	sojourns     Sojourns
	ids          []b2b.DealID

	pipelines                                   []*Pipeline
	stages, accounts, owners, sources, segments []string
}

// Deal is one deal as of the view. Amount and the fields below it are the last ones given.
type Deal struct {
	ID       b2b.DealID
	Account  b2b.AccountID
	Pipeline string
	Stage    Stage   // present place
	Outcome  Outcome // UnknownOutcome for a deal of which only amounts are known
	Since    Instant // in the present place
	Created  Instant // first row that the view sees
	Episodes int
	Flags    Flags

	Amount, Recurring          b2b.Money
	CloseDate                  Date
	Probability                b2b.Fraction
	Category                   Category
	Owner, LeadSource, Segment string

	high StageDef
}

// Current returns the present stage.
func (d Deal) Current() Stage { return d.Stage }

// HighWater returns the definition of the furthest stage that was reached, exits left out; ok is false if no stage of the
// pipeline was.
func (d Deal) HighWater() (def StageDef, ok bool) { return d.high, d.high.ID != "" }

// View returns the view that was asked for.
func (s *State) View() b2b.View { return s.view }

// AsOf returns the time as of which the deals stand.
func (s *State) AsOf() time.Time { return fromMicro(s.asOf) }

// Observed returns the observation window of the book.
func (s *State) Observed() b2b.Window { return s.config.Observed }

// Zone returns the zone in which days are read.
func (s *State) Zone() *time.Location { return orUTC(s.config.Zone) }

// Hindsight reports whether some change has no time of recording, so that its time of occurrence stands for it.
func (s *State) Hindsight() bool { return s.hindsight }

// Pipelines returns the configured pipelines.
func (s *State) Pipelines() []*Pipeline { return slices.Clone(s.config.Pipelines) }

// Places returns all places that some deal was in: by pipeline as configured, position of the stage, stage, outcome.
func (s *State) Places() []Place { return slices.Clone(s.placeList) }

// Sojourns returns the passages as columns.
func (s *State) Sojourns() Sojourns { return s.sojourns }

// Len returns the number of deals of which the view sees anything.
func (s *State) Len() int { return len(s.deals) }

// Find returns the index of a deal.
func (s *State) Find(id b2b.DealID) (i int, ok bool) {
	i = sort.Search(len(s.ids), func(i int) bool { return s.ids[i] >= id })
	return i, i < len(s.ids) && s.ids[i] == id
}

// Deal returns deal i.
func (s *State) Deal(i int) Deal {
	a := &s.deals[i]
	d := Deal{
		ID: s.ids[i], Account: b2b.AccountID(s.accounts[a.account]), Pipeline: s.pipelines[a.pipeline].id,
		Created:  instantOf(a.createdEarliest, a.created, a.timeUnknown),
		Episodes: int(a.episodes), Flags: a.flags, Amount: a.amount, Recurring: a.recurring, CloseDate: fromDays(a.closeDate),
		Probability: a.probability, Category: a.category,
		Owner: s.owners[a.owner], LeadSource: s.sources[a.source], Segment: s.segments[a.segment],
	}
	if a.high >= 0 {
		d.high = s.pipelines[a.pipeline].stages[a.high]
	}
	if last := s.last(i); last >= 0 {
		p := &s.placeList[s.sojourns.Place[last]]
		d.Stage, d.Outcome = p.Stage, p.Outcome
		d.Since = s.in(last)
	}
	return d
}

// All ranges over the deals by id.
func (s *State) All() iter.Seq2[int, Deal] {
	return func(yield func(int, Deal) bool) {
		for i := range s.deals {
			if !yield(i, s.Deal(i)) {
				return
			}
		}
	}
}

// Open ranges over the deals that are in a working stage, by id.
func (s *State) Open() iter.Seq2[int, Deal] {
	return func(yield func(int, Deal) bool) {
		for i := range s.deals {
			if s.IsOpen(i) && !yield(i, s.Deal(i)) {
				return
			}
		}
	}
}

// IsOpen reports whether deal i is in a working stage.
func (s *State) IsOpen(i int) bool {
	last := s.last(i)
	return last >= 0 && s.places[s.sojourns.Place[last]].outcome.IsOpen()
}

// Age returns how long deal i has been in its present place; ok is false where the time of entry is not known, or there
// is no place.
func (s *State) Age(i int) (age time.Duration, ok bool) {
	last := s.last(i)
	if last < 0 || s.sojourns.Flags[last].Has(TimeUnknown) {
		return 0, false
	}
	return time.Duration(s.asOf-s.sojourns.In[last]) * time.Microsecond, true
}

// Amount returns the last amount given for deal i.
func (s *State) Amount(i int) b2b.Money { return s.deals[i].amount }

// last returns the index of the last passage of a deal, −1 if it has none.
func (s *State) last(i int) int {
	if s.sojourns.First[i] == s.sojourns.First[i+1] {
		return -1
	}
	return int(s.sojourns.First[i+1]) - 1
}
