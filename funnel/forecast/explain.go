package forecast

// explain returns a function that splits the log odds of a deal into terms that add up to them: the base (all fresh
// deals of the pipeline), its stage, its age there, then what the weighting by recency and the season change.
func (m *Model) explain() func(d *openDeal) []Term {
	e, ref := m.e, m.ref
	n := len(e.ends)
	f := ref.fine
	sp := f.spans[n-1]
	f.t.fresh(sp)
	remain := sp.steps
	if sp.part < 0.5 {
		remain--
	}
	fresh := make([]float64, f.b.k)
	base, total := 0.0, 0.0
	for s := range fresh {
		fresh[s] = f.t.value[s*f.t.width+max(0, remain)]
	}
	for _, s := range ref.p.start {
		if s >= 0 {
			base += fresh[s]
			total++
		}
	}
	if total > 0 {
		base /= total
	}
	recency := ref
	if e.set.season && e.set.halfLife > 0 {
		recency = newEngine(e.p, m.c.grid(), settings{halfLife: e.set.halfLife}, m.c.Season.FiscalStart, e.ends, nil)
	} else if e.set.halfLife > 0 {
		recency = e
	}
	return func(d *openDeal) []Term {
		at := int(d.key)*n + n - 1
		l0 := logit(clamp(base))
		l1 := logit(clamp(fresh[d.place]))
		l2 := logit(clamp(ref.chance[at]))
		l3 := logit(clamp(recency.chance[at]))
		l4 := logit(clamp(e.chance[at]))
		return []Term{{"base", l0}, {"stage", l1 - l0}, {"age", l2 - l1}, {"recency", l3 - l2}, {"season", l4 - l3}}
	}
}
