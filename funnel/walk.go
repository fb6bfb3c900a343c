package funnel

import (
	"cmp"
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
	late      []bool
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
		config: &b.config, view: v, asOf: asOf, pipelines: b.pipelines, stages: b.stages.list, accounts: b.accounts.list,
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

// bound narrows coarse times by the neighbours in the order of Seq, as far as the view knows them, and returns the rows
// that it then sees. An exact time is never changed, and a coarse one never leaves its own bounds.
func (w *walker) bound(all []record) []record {
	rows := w.rows[:0]
	for i := range all {
		r := &all[i]
		if r.recorded != noTime && r.recorded > w.known || !r.coarse() && r.known() > w.known {
			continue
		}
		rows = append(rows, *r)
	}
	w.bySeq = w.bySeq[:0]
	for i := range rows {
		if rows[i].seq != 0 {
			w.bySeq = append(w.bySeq, int32(i))
		}
	}
	slices.SortFunc(w.bySeq, func(x, y int32) int { return cmp.Compare(rows[x].seq, rows[y].seq) })
	low := make([]int64, len(rows)) // latest certain time of a row with a smaller Seq
	high := make([]int64, len(rows))
	for i := range rows {
		low[i], high[i] = noTime, math.MaxInt64
	}
	bound := int64(noTime)
	forEachSeq(w.bySeq, rows, false, func(group []int32) {
		for _, i := range group {
			low[i] = bound
		}
		for _, i := range group {
			if rows[i].earliest != noTime {
				bound = max(bound, rows[i].earliest)
			}
		}
	})
	bound = math.MaxInt64
	forEachSeq(w.bySeq, rows, true, func(group []int32) {
		for _, i := range group {
			high[i] = bound
		}
		for _, i := range group {
			if rows[i].latest != noTime {
				bound = min(bound, rows[i].latest)
			}
		}
	})
	kept := rows[:0]
	for i := range rows {
		r := rows[i]
		if r.coarse() {
			first, last := max(r.earliest, low[i]), high[i]
			if r.latest != noTime {
				last = min(last, r.latest)
			} else if last == math.MaxInt64 {
				switch {
				case r.recorded != noTime:
					last = r.recorded
				case w.at >= w.b.last:
					last = w.s.asOf // nothing more is said of it than that it is so at the end
				}
			}
			if r.earliest != noTime {
				last = max(last, r.earliest)
			}
			r.earliest, r.latest = min(first, last), last
		}
		if r.latest <= w.at && (r.recorded != noTime || r.latest <= w.known) {
			kept = append(kept, r)
		}
	}
	slices.SortFunc(kept, func(x, y record) int { return w.b.compare(&x, &y) })
	w.rows = rows
	return kept
}

// forEachSeq calls f for each group of rows with one Seq, ascending or descending.
func forEachSeq(bySeq []int32, rows []record, down bool, f func(group []int32)) {
	if down {
		for end := len(bySeq); end > 0; {
			start := end - 1
			for start > 0 && rows[bySeq[start-1]].seq == rows[bySeq[end-1]].seq {
				start--
			}
			f(bySeq[start:end])
			end = start
		}
		return
	}
	for start := 0; start < len(bySeq); {
		end := start + 1
		for end < len(bySeq) && rows[bySeq[end]].seq == rows[bySeq[start]].seq {
			end++
		}
		f(bySeq[start:end])
		start = end
	}
}

// lateRows marks the rows that became known after a row that follows them.
func (w *walker) lateRows(rows []record) []bool {
	if cap(w.late) < len(rows) {
		w.late = make([]bool, 2*len(rows))
	}
	w.late = w.late[:len(rows)]
	first := int64(math.MaxInt64)
	for i := len(rows) - 1; i >= 0; i-- {
		rec := rows[i].recorded
		w.late[i] = rec != noTime && rec > first
		if rec != noTime {
			first = min(first, rec)
		}
	}
	return w.late
}

// deal appends one deal to the state; it reports whether the view sees anything of it.
func (w *walker) deal(index int32) bool {
	log := &w.b.deals[index]
	rows := w.visible(log)
	if len(rows) == 0 {
		return false
	}
	s := w.s
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

// history is the walk through one deal.
type history struct {
	w       *walker
	a       *attributes
	from    int   // first passage of the deal
	current int32 // place, −1 before the first
	rank    int32 // furthest rank reached, −1 for none
	flags   Flags
	prev    *record // row of the last entry

	outcome  Outcome // of the current place
	pipeline uint32
	stage    uint32 // of the current place; 0 for an outcome without a stage
	working  uint32 // last working stage
	worked   bool
}

// change applies one row that names a stage or an outcome.
func (h *history) change(r *record, f Flags) {
	w := h.w
	pl := h.pipeline
	if r.pipeline != noPipeline {
		pl = r.pipeline
	}
	if pl != h.pipeline { // another pipeline begins anew
		h.pipeline, h.rank, h.a.high = pl, -1, -1
		h.stage, h.working, h.worked = 0, 0, false
	}
	if r.stage == 0 {
		switch {
		case !r.outcome.IsOpen():
			if h.current >= 0 && h.outcome == r.outcome {
				return // said again
			}
			h.enter(r, 0, r.outcome, rank{def: -1, order: -1}, f)
		default: // open or on hold: in the working stage where the deal is or last was
			pos, _ := w.resolve(pl, h.working, r.latest)
			if h.worked && pos.def == -1 && h.working != 0 {
				f |= UnknownStage
			}
			h.enter(r, h.working, r.outcome, pos, f)
		}
		return
	}
	pos, defined := w.resolve(pl, r.stage, r.latest)
	if pos.def == -1 {
		f |= UnknownStage
	}
	switch o := r.outcome; {
	case o == UnknownOutcome, o == defined:
		h.enter(r, r.stage, defined, pos, f)
	case defined.IsOpen() && o.IsOpen():
		h.enter(r, r.stage, o, pos, f)
	case defined.IsOpen(): // closed while in a working stage: the stage ends here
		if h.current >= 0 && h.outcome == o && h.working == r.stage {
			return // said again
		}
		if h.current < 0 || h.stage != r.stage || !h.outcome.IsOpen() {
			h.enter(r, r.stage, defined, pos, f)
		}
		h.enter(r, 0, o, rank{def: -1, order: -1}, f&^UnknownStage)
	default:
		h.enter(r, r.stage, o, pos, f|StageOutcomeConflict)
	}
}

// enter begins a passage, unless the deal is there already.
func (h *history) enter(r *record, stage uint32, o Outcome, pos rank, f Flags) {
	w, s := h.w, h.w.s
	place := w.place(h.pipeline, stage, o)
	if place == h.current {
		h.flags |= f & (StageOutcomeConflict | LateArrival | BackDated)
		return
	}
	c := &s.sojourns
	i := c.len()
	fresh := h.current < 0
	if !fresh {
		c.Next[i-1] = place
		c.Out[i-1], c.OutEarliest[i-1] = r.latest, r.earliest
		if c.In[i-1] == r.latest {
			c.Flags[i-1] |= ZeroDuration
		}
		if p := h.prev; p != nil && p != r && r.earliest < p.latest && (p.seq == 0 || r.seq == 0 || p.seq == r.seq) {
			f |= Overlap
		}
		if h.outcome.IsExit() || !h.outcome.IsOpen() && o != Won && o != Churned {
			f |= AfterClose
		}
		if stage != 0 && h.stage != 0 && stage != h.stage &&
			!w.b.pipelines[h.pipeline].Allows(Stage(w.b.stages.list[h.stage]), Stage(w.b.stages.list[stage])) {
			f |= Disallowed
		}
	}
	visit := int32(1)
	for j := h.from; j < i; j++ {
		if c.Place[j] == place {
			visit++
		}
	}
	if visit > 1 {
		f |= ReEntered
	}
	if pos.order >= 0 {
		if pos.order < h.rank {
			f |= Regressed
		} else if pos.order > h.rank+1 {
			f |= Skipped
		}
		h.rank = max(h.rank, pos.order)
		h.a.high = max(h.a.high, pos.def)
	}
	if fresh || !h.outcome.IsOpen() && (o.IsOpen() || h.outcome.IsExit() && o == Won) {
		s.episodes = append(s.episodes, episode{first: int32(i), closed: -1})
	}
	if e := &s.episodes[len(s.episodes)-1]; !o.IsOpen() && e.closed < 0 {
		e.closed = int32(i)
	}
	c.append(place, r, visit, int32(len(s.episodes))-1-s.firstEpisode[len(s.firstEpisode)-1], f)
	h.current, h.outcome, h.stage, h.prev = place, o, stage, r
	if o.IsOpen() {
		h.working, h.worked = stage, true
	}
}
