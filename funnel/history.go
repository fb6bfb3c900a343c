package funnel

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
	visit := w.visit(place)
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
