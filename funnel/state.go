package funnel

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/buyerjourney/b2b"
)

// State is how all deals stood as of one [b2b.View]. Deals are in order of their ids and are named by their index. It is
// immutable and safe for concurrent use, also while the [Book] goes on; the zero value holds no deal.
type State struct {
	config    *BookConfig // of the book, which never changes
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

// Passage is one stay of a deal in one place.
type Passage struct {
	Stage   Stage
	Outcome Outcome
	In, Out Instant // Out is zero while the stay goes on
	Visit   int     // 1 = first entry, 2 = re-entry, …
	Episode int     // 0 = first
	Next    Stage   // "" while the stay goes on, or where an outcome without a stage follows
	Then    Outcome // outcome of what follows; UnknownOutcome while the stay goes on
	Flags   Flags
}

// Episode is one run of a deal from its opening to its close; a deal that is reopened has another.
type Episode struct {
	Opened, Closed Instant // Closed is zero while open
	Outcome        Outcome // of the close; Open while open
	First, Last    int     // passages First ≤ j < Last of the deal
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

// At returns how all deals stood as of a view: View{At: t, Known: t} is the answer given at t, View{At: t} the answer
// about t as known now. At zero is the end of the observation window, or else the latest time in the book. A view after
// the end of the observation window is taken at that end.
func (b *Book) At(v b2b.View) *State {
	deals := b.index()
	rows := 0
	for _, d := range deals {
		rows += len(b.deals[d].rows)
	}
	w := b.walker(v, rows+rows/4)
	s := w.s
	s.firstEpisode = append(make([]int32, 0, len(deals)+1), 0)
	s.deals = make([]attributes, 0, len(deals))
	s.episodes = make([]episode, 0, len(deals))
	s.sojourns.First = append(make([]int32, 0, len(deals)+1), 0)
	s.ids = make([]b2b.DealID, 0, len(deals))
	for _, d := range deals {
		if w.deal(d) {
			s.ids = append(s.ids, b.deals[d].id)
		}
	}
	s.sortPlaces()
	s.markStale()
	return s
}

// sortPlaces renumbers the places so that their order does not hang on the order of input: by pipeline as configured,
// position of the stage, stage, outcome.
func (s *State) sortPlaces() {
	at := fromMicro(s.asOf)
	list := make([]Place, len(s.places))
	for i, k := range s.places {
		pl := s.pipelines[k.pipeline]
		p := Place{Pipeline: pl.id, Stage: Stage(s.stages[k.stage]), Outcome: k.outcome, Known: true}
		if p.Stage != "" {
			p.Def, p.Known = pl.Stage(p.Stage, at)
		}
		list[i] = p
	}
	position := func(p *Place) int {
		switch {
		case p.Stage == "":
			return math.MaxInt
		case !p.Known:
			return math.MaxInt - 1
		}
		return p.Def.Order
	}
	index := make([]int32, len(list))
	for i := range index {
		index[i] = int32(i)
	}
	slices.SortFunc(index, func(x, y int32) int {
		p, q := &list[x], &list[y]
		i, j := min(int(s.places[x].pipeline), len(s.config.Pipelines)), min(int(s.places[y].pipeline), len(s.config.Pipelines))
		return cmp.Or(cmp.Compare(i, j), cmp.Compare(p.Pipeline, q.Pipeline), cmp.Compare(position(p), position(q)),
			cmp.Compare(p.Stage, q.Stage), cmp.Compare(p.Outcome, q.Outcome))
	})
	code := make([]int32, len(list))
	keys := make([]placeKey, len(list))
	s.placeList = make([]Place, len(list))
	for to, from := range index {
		code[from] = int32(to)
		s.placeList[to], keys[to] = list[from], s.places[from]
	}
	s.places = keys
	c := &s.sojourns
	for i := range c.Place {
		c.Place[i] = code[c.Place[i]]
		if c.Next[i] >= 0 {
			c.Next[i] = code[c.Next[i]]
		}
	}
}

// markStale flags open deals that are older in their place than every deal that left it, or than StaleAfter.
func (s *State) markStale() {
	c := &s.sojourns
	limit := make([]int64, len(s.places))
	for i := range limit {
		limit[i] = math.MaxInt64
	}
	if after := s.config.StaleAfter; after > 0 {
		for i := range limit {
			limit[i] = int64(after / time.Microsecond)
		}
	} else {
		for i, p := range c.Place {
			if c.Next[i] < 0 {
				continue
			}
			if d := c.Out[i] - c.In[i]; limit[p] == math.MaxInt64 || d > limit[p] {
				limit[p] = d
			}
		}
	}
	for i := range s.deals {
		last := c.First[i+1] - 1
		if last < c.First[i] || !s.places[c.Place[last]].outcome.IsOpen() {
			continue
		}
		if c.Out[last]-c.In[last] > limit[c.Place[last]] && c.Flags[last]&TimeUnknown == 0 {
			c.Flags[last] |= Stale
			s.deals[i].flags |= Stale
		}
	}
}

// View returns the view that was asked for.
func (s *State) View() b2b.View { return s.view }

// AsOf returns the time as of which the deals stand.
func (s *State) AsOf() time.Time { return fromMicro(s.asOf) }

// Observed returns the observation window of the book.
func (s *State) Observed() b2b.Window { return s.config.Observed }

// Zone returns the zone in which days are read.
func (s *State) Zone() *time.Location { return s.config.Zone }

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

// Passages returns the passages of deal i in order.
func (s *State) Passages(i int) []Passage {
	c := &s.sojourns
	out := make([]Passage, 0, c.First[i+1]-c.First[i])
	for j := int(c.First[i]); j < int(c.First[i+1]); j++ {
		p := &s.placeList[c.Place[j]]
		q := Passage{
			Stage: p.Stage, Outcome: p.Outcome, In: s.in(j), Visit: int(c.Visit[j]), Episode: int(c.Episode[j]), Flags: c.Flags[j],
		}
		if c.Next[j] >= 0 {
			n := &s.placeList[c.Next[j]]
			q.Next, q.Then, q.Out = n.Stage, n.Outcome, s.in(j+1)
		}
		out = append(out, q)
	}
	return out
}

// Episodes returns the episodes of deal i in order.
func (s *State) Episodes(i int) []Episode {
	from, to := s.firstEpisode[i], s.firstEpisode[i+1]
	base := int(s.sojourns.First[i])
	out := make([]Episode, 0, to-from)
	for j := from; j < to; j++ {
		e := s.episodes[j]
		end := int(s.sojourns.First[i+1])
		if j+1 < to {
			end = int(s.episodes[j+1].first)
		}
		ep := Episode{Opened: s.in(int(e.first)), Outcome: Open, First: int(e.first) - base, Last: end - base}
		if e.closed >= 0 {
			ep.Closed = s.in(int(e.closed))
			ep.Outcome = s.places[s.sojourns.Place[e.closed]].outcome
		}
		out = append(out, ep)
	}
	return out
}

func (s *State) in(j int) Instant {
	c := &s.sojourns
	return instantOf(c.InEarliest[j], c.In[j], c.Flags[j].Has(TimeUnknown))
}

func instantOf(earliest, latest int64, unknown bool) Instant {
	i := Instant{Earliest: fromMicro(earliest), Latest: fromMicro(latest), Precision: b2b.Microsecond}
	switch {
	case unknown:
		i.Precision = b2b.OrderOnly
	case earliest != latest:
		i.Precision = b2b.UnknownPrecision
	}
	return i
}
