package forecast

// explain returns a function that splits the log odds of a deal into terms that add up to them: the base (all fresh deals
// of the pipeline), its stage, its age there, then what the weighting by recency, the season, its segment and its month of entry
// change. Each
// term is the difference that one more fact makes, in this order.
func (m *Model) explain() func(d *openDeal) []Term {
	e := m.e
	n := len(e.ends)
	whole := *e.p
	whole.segments, whole.cohorts = nil, 0
	with := func(set settings) *engine {
		if e.p.segments == nil && e.p.cohorts == 0 && set == e.set {
			return e
		}
		return newEngine(&whole, m.c.Step, set, m.c.Season.FiscalStart, e.ends, nil)
	}
	plain := with(settings{})
	recency, season := plain, plain
	if e.set.halfLife > 0 {
		recency = with(settings{halfLife: e.set.halfLife})
		season = recency
	}
	if e.set.season {
		season = with(e.set)
	}
	segment := season
	if e.p.segments != nil {
		segment = e
		if e.p.cohorts > 0 {
			alike := *e.p
			alike.cohorts = 0
			segment = newEngine(&alike, m.c.Step, e.set, m.c.Season.FiscalStart, e.ends, nil)
		}
	}
	steps := []*engine{plain, recency, season, segment, e}
	keys := make([][]int32, len(steps)) // the key of every deal in each engine; open deals are in the same order
	for i, s := range steps {
		for k := range s.open {
			keys[i] = append(keys[i], s.open[k].key)
		}
	}
	place := make(map[int32]int, len(e.open))
	for i := range e.open {
		place[e.open[i].deal] = i
	}

	f := plain.fine
	t, sp := f.ownTable(), f.spans[n-1]
	t.fresh(sp)
	remain := sp.steps
	if sp.part < 0.5 {
		remain--
	}
	fresh := make([]float64, f.b.k)
	for s := range fresh {
		fresh[s] = t.value[s*t.width+max(0, remain)]
	}
	base, total := 0.0, 0.0
	for _, s := range plain.p.start {
		if s >= 0 {
			base += fresh[s]
			total++
		}
	}
	if total > 0 {
		base /= total
	}
	names := [...]string{"age", "recency", "season", "segment", "cohort"}
	return func(d *openDeal) []Term {
		i := place[d.deal]
		last := logit(clamp(fresh[d.place]))
		out := []Term{{"base", logit(clamp(base))}, {"stage", last - logit(clamp(base))}}
		for k, s := range steps {
			x := logit(clamp(s.chance[int(keys[k][i])*n+n-1]))
			out = append(out, Term{names[k], x - last})
			last = x
		}
		return out
	}
}
