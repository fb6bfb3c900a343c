package funnel

import (
	"github.com/buyerjourney/b2b"
)

// Place is where a deal can be: a stage of a pipeline under an outcome. An outcome that was recorded without a stage,
// and the end of a deal that was closed while in a working stage, is a place without a stage.
type Place struct {
	Pipeline string
	Stage    Stage
	Outcome  Outcome
	Known    bool     // the pipeline has the stage, or there is none
	Def      StageDef // as of the view; zero without a stage
}

// Sojourns are all passages of a [State] as columns, for computations: passages of one deal lie together, in order.
// Times are microseconds since 1970 UTC. The columns are shared and must not be written.
type Sojourns struct {
	First       []int32 // passages of deal i are First[i] ≤ j < First[i+1]
	Place       []int32 // index into Places
	Next        []int32 // place entered next; −1: still there as of the view
	In, Out     []int64 // latest bounds; Out is the as-of of one that goes on
	InEarliest  []int64 // earliest bounds; math.MinInt64: nothing is known
	OutEarliest []int64
	Visit       []int32 // 1 = first time in this place
	Episode     []int32 // 0 = first episode of the deal
	Flags       []Flags
}

// attributes are a deal as of the view, with interned strings.
type attributes struct {
	amount, recurring               b2b.Money
	probability                     b2b.Fraction
	created, createdEarliest        int64
	deal                            int32
	account, owner, source, segment uint32
	closeDate, high, episodes       int32
	flags                           Flags
	pipeline                        uint32
	category                        Category
	timeUnknown                     bool
}

func (a *attributes) merge(r *record) {
	if r.account != 0 {
		a.account = r.account
	}
	if r.owner != 0 {
		a.owner = r.owner
	}
	if r.source != 0 {
		a.source = r.source
	}
	if r.segment != 0 {
		a.segment = r.segment
	}
	if r.amount.IsGiven() {
		a.amount = r.amount
	}
	if r.recurring.IsGiven() {
		a.recurring = r.recurring
	}
	if r.closeDate != noDate {
		a.closeDate = r.closeDate
	}
	if r.probability.IsKnown() {
		a.probability = r.probability
	}
	if r.category != UnknownCategory {
		a.category = r.category
	}
}

type placeKey struct {
	stage    uint32
	pipeline uint32
	outcome  Outcome
}

type episode struct {
	first, closed int32 // passages of the state; closed −1: open
}

func newSojourns(rows int) Sojourns {
	return Sojourns{
		First: []int32{0},
		Place: make([]int32, 0, rows), Next: make([]int32, 0, rows),
		In: make([]int64, 0, rows), Out: make([]int64, 0, rows),
		InEarliest: make([]int64, 0, rows), OutEarliest: make([]int64, 0, rows),
		Visit: make([]int32, 0, rows), Episode: make([]int32, 0, rows), Flags: make([]Flags, 0, rows),
	}
}

func (c *Sojourns) len() int { return len(c.Place) }

func (c *Sojourns) append(place int32, r *record, visit, episode int32, f Flags) {
	c.Place, c.Next = append(c.Place, place), append(c.Next, -1)
	c.In, c.InEarliest = append(c.In, r.latest), append(c.InEarliest, r.earliest)
	c.Out, c.OutEarliest = append(c.Out, r.latest), append(c.OutEarliest, r.latest)
	c.Visit, c.Episode, c.Flags = append(c.Visit, visit), append(c.Episode, episode), append(c.Flags, f)
}

func (s *State) reset() {
	c := &s.sojourns
	*c = Sojourns{
		First: c.First[:1], Place: c.Place[:0], Next: c.Next[:0], In: c.In[:0], Out: c.Out[:0], InEarliest: c.InEarliest[:0],
		OutEarliest: c.OutEarliest[:0], Visit: c.Visit[:0], Episode: c.Episode[:0], Flags: c.Flags[:0],
	}
	s.deals, s.episodes, s.firstEpisode = s.deals[:0], s.episodes[:0], append(s.firstEpisode[:0], 0)
}
