package attribution

// linear is a model that divides each converted path among its steps: credit = Σ conversions · weight.
type linear struct {
	p    *Paths
	rule Rule      // evaluated path by path where w is nil
	w    []float64 // parallel to p.steps
}

// compileRule prepares the rule. For replicates its weights are found once for every path. Evaluation allocates nothing per
// path.
func compileRule(p *Paths, r Rule, replicates bool) *linear {
	l := &linear{p: p, rule: r}
	if _, one := r.(single); replicates && !one {
		w, s := make([]float64, len(p.steps)), newWalk(p)
		for i := range p.conv {
			s.to(p, i)
			r.weigh(s, w[p.start[i]:p.start[i+1]])
		}
		l.w = w
	}
	return l
}

func (l *linear) worker() func(*weights, *scores) bool {
	p, s, scratch := l.p, newWalk(l.p), []float64(nil)
	one, _ := l.rule.(single)
	credit := make([]struct{ conv, value total }, len(p.names))
	return func(w *weights, out *scores) bool {
		clear(credit)
		converts := false
		for r, c := range w.conv {
			if c == 0 {
				continue
			}
			converts = true
			v := w.value[r]
			if one != nil {
				s.to(p, r)
				to := &credit[s.codes[one.pick(s)]]
				to.conv.Add(c)
				to.value.Add(v)
				continue
			}
			codes := p.of(r)
			var shares []float64
			if l.w != nil {
				shares = l.w[p.start[r]:p.start[r+1]]
			} else {
				s.to(p, r)
				scratch = zeroed(scratch, len(codes))
				shares = scratch
				l.rule.weigh(s, shares)
			}
			for i, share := range shares {
				if share == 0 {
					continue
				}
				to := &credit[codes[i]]
				to.conv.Add(float64(c * share))
				to.value.Add(float64(v * share))
			}
		}
		for i := range credit {
			out.conv[i], out.value[i] = credit[i].conv.Sum(), credit[i].value.Sum()
		}
		return converts
	}
}
