package funnel

import (
	"math"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
)

// walker turns the rows of one deal after another into passages of a State. It holds the tables that a walk looks up,
// so that the inner loop has no map and no string.
type walker struct {
	b         *Book
	s         *State
	at, known int64     // inclusive bounds of the view
	places    [][]int32 // [pipeline][stage code × outcomes + outcome]: code of the place, −1 if not seen
	ranks     [][]rank  // [pipeline][stage code]
	rows      []record  // scratch of a deal with coarse times
	bySeq     []int32
	low, high []int64
	late      []bool
	visits    []visits // by place
	deals     int32    // number of deals walked so far
}

// visits counts the entries into a place of the deal with a number.
type visits struct{ deal, n int32 }

// visit counts one more entry of the present deal into a place.
func (w *walker) visit(place int32) int32 {
	for int(place) >= len(w.visits) {
		w.visits = append(w.visits, visits{})
	}
	v := &w.visits[place]
	if v.deal != w.deals {
		*v = visits{deal: w.deals}
	}
	v.n++
	return v.n
}

// rank is the position of a stage in its pipeline.
type rank struct {
	def   int32 // index of the definition; −1: the pipeline lacks the stage; −2: it depends on the time
	order int32 // rank among the orders of stages that are no exits; −1 for exits and unknown stages
}

const numOutcomes = int(Churned) + 1

func (b *Book) walker(v b2b.View, rows int) *walker {
	w := &walker{b: b, at: math.MaxInt64, known: math.MaxInt64}
	if !v.At.IsZero() {
		w.at = v.At.UnixMicro()
	}
	if !v.Known.IsZero() {
		w.known = v.Known.UnixMicro()
	}
	asOf := w.at
	if to := b.config.Observed.To; !to.IsZero() && to.UnixMicro() <= asOf {
		asOf = to.UnixMicro() // half-open: what happens at To itself is not observed
		w.at = asOf - 1
	}
	if asOf == math.MaxInt64 {
		asOf = b.last
	}
	w.s = &State{
		config: b.config, view: v, asOf: asOf, pipelines: b.pipelines, stages: b.stages.list, accounts: b.accounts.list,
		owners: b.owners.list, sources: b.sources.list, segments: b.segments.list, sojourns: newSojourns(rows),
	}
	w.places = make([][]int32, len(b.pipelines))
	w.ranks = make([][]rank, len(b.pipelines))
	return w
}

// tables makes the tables of a pipeline when it is first met.
func (w *walker) tables(pipeline uint32) {
	pl, stages := w.b.pipelines[pipeline], w.b.stages.list
	w.places[pipeline] = make([]int32, len(stages)*numOutcomes)
	for j := range w.places[pipeline] {
		w.places[pipeline][j] = -1
	}
	w.ranks[pipeline] = make([]rank, len(stages))
	orders := pl.orders()
	for code, stage := range stages {
		w.ranks[pipeline][code] = pl.rank(Stage(stage), orders)
	}
}

// orders returns the distinct orders of stages that are no exits, ascending.
func (p *Pipeline) orders() []int {
	var orders []int
	for _, d := range p.stages {
		if !d.Outcome.IsExit() {
			orders = append(orders, d.Order)
		}
	}
	slices.Sort(orders)
	return slices.Compact(orders)
}

func (p *Pipeline) rank(id Stage, orders []int) rank {
	list := p.byID[id]
	switch {
	case len(list) == 0:
		return rank{def: -1, order: -1}
	case len(list) > 1:
		return rank{def: -2, order: -1}
	}
	r := rank{def: int32(list[0]), order: -1}
	if d := p.stages[list[0]]; !d.Outcome.IsExit() {
		i, _ := slices.BinarySearch(orders, d.Order)
		r.order = int32(i)
	}
	return r
}

// resolve returns the position of a stage at a time and the outcome that its definition gives it.
func (w *walker) resolve(pipeline uint32, stage uint32, at int64) (rank, Outcome) {
	if w.ranks[pipeline] == nil {
		w.tables(pipeline)
	}
	r := w.ranks[pipeline][stage]
	pl := w.b.pipelines[pipeline]
	switch r.def {
	case -1:
		return r, Open
	case -2:
		i, _ := pl.def(Stage(w.b.stages.list[stage]), fromMicro(at))
		r.def = int32(i)
		if d := pl.stages[i]; !d.Outcome.IsExit() {
			k, _ := slices.BinarySearch(pl.orders(), d.Order)
			r.order = int32(k)
		}
	}
	return r, pl.stages[r.def].Outcome
}

func (w *walker) place(pipeline uint32, stage uint32, o Outcome) int32 {
	if w.places[pipeline] == nil {
		w.tables(pipeline)
	}
	cell := &w.places[pipeline][int(stage)*numOutcomes+int(o)]
	if *cell < 0 {
		*cell = int32(len(w.s.places))
		w.s.places = append(w.s.places, placeKey{pipeline: pipeline, stage: stage, outcome: o})
	}
	return *cell
}

// visible returns the rows of a deal that the view sees, in order.
func (w *walker) visible(log *dealLog) []record {
	if log.coarse {
		return w.bound(log.rows)
	}
	rows := log.rows
	end := len(rows)
	for end > 0 && rows[end-1].latest > w.at {
		end--
	}
	rows = rows[:end]
	if w.known == math.MaxInt64 {
		return rows
	}
	for i := range rows {
		if rows[i].known() > w.known {
			w.rows = append(w.rows[:0], rows[:i]...)
			for j := i + 1; j < end; j++ {
				if rows[j].known() <= w.known {
					w.rows = append(w.rows, rows[j])
				}
			}
			return w.rows
		}
	}
	return rows
}

// deal appends one deal to the state; it reports whether the view sees anything of it.
func (w *walker) deal(index int32) bool {
	log := &w.b.deals[index]
	rows := w.visible(log)
	if len(rows) == 0 {
		return false
	}
	s := w.s
	w.deals++
	late := w.lateRows(rows)
	a := attributes{deal: index, closeDate: noDate, high: -1, created: rows[0].latest, createdEarliest: rows[0].earliest, timeUnknown: rows[0].precision == b2b.OrderOnly}
	h := history{w: w, a: &a, from: s.sojourns.len(), rank: -1, current: -1}
	episodes := len(s.episodes)
	for i := range rows {
		r := &rows[i]
		a.merge(r)
		if r.recorded == noTime {
			s.hindsight = true
		}
		if r.stage == 0 && r.outcome == UnknownOutcome {
			continue
		}
		var f Flags
		if late[i] {
			f |= LateArrival
		}
		if r.recorded != noTime && r.recorded-r.latest > int64(24*time.Hour/time.Microsecond) {
			f |= BackDated
		}
		if r.precision == b2b.OrderOnly || r.earliest == noTime {
			f |= TimeUnknown
		}
		h.change(r, f)
	}
	a.pipeline = h.pipeline
	a.flags = h.flags
	for i := h.from; i < s.sojourns.len(); i++ {
		a.flags |= s.sojourns.Flags[i]
	}
	if h.current >= 0 {
		last := s.sojourns.len() - 1
		s.sojourns.Out[last] = s.asOf
		s.sojourns.OutEarliest[last] = s.asOf
	}
	a.episodes = int32(len(s.episodes) - episodes)
	s.deals = append(s.deals, a)
	s.firstEpisode = append(s.firstEpisode, int32(len(s.episodes)))
	s.sojourns.First = append(s.sojourns.First, int32(s.sojourns.len()))
	return true
}

// flagsOf walks one deal for its flags alone.
func (w *walker) flagsOf(index int32) Flags {
	w.s.reset()
	if !w.deal(index) {
		return 0
	}
	return w.s.deals[0].flags
}
