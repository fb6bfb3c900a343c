package attribution

// linear is a model that divides each converted path among its steps: credit = Σ conversions · weight.
type linear struct {
	p    *Paths
	rule Rule      // evaluated path by path where w is nil
	w    []float64 // parallel to p.steps
}

// compileRule prepares the rule. For replicates it is evaluated once for every path. Evaluation allocates nothing per path.
func compileRule(p *Paths, r Rule, replicates bool) *linear {
	l := &linear{p: p, rule: r}
	if replicates {
		w, weigh := make([]float64, len(p.steps)), l.weigher()
		for i := range p.conv {
			weigh(i, w[p.start[i]:p.start[i+1]])
		}
		l.w = w
	}
	return l
}

// weigher returns a function that fills the weights of a path, which come zeroed.
func (l *linear) weigher() func(r int, w []float64) {
	s := walk{names: l.p.names, seen: make([]int32, len(l.p.names))}
	return func(r int, w []float64) {
		s.codes, s.ages = l.p.of(r), l.p.agesOf(r)
		s.turn++
		l.rule.weigh(&s, w)
	}
}

func (l *linear) worker() func(*weights, *scores) bool {
	n := len(l.p.names)
	conv, value := make([]total, n), make([]total, n)
	var weigh func(r int, w []float64)
	var scratch []float64
	if l.w == nil {
		weigh = l.weigher()
	}
	return func(w *weights, out *scores) bool {
		clear(conv)
		clear(value)
		converts := false
		for r, c := range w.conv {
			if c == 0 {
				continue
			}
			converts = true
			v := w.value[r]
			codes := l.p.of(r)
			var shares []float64
			if weigh == nil {
				shares = l.w[l.p.start[r]:l.p.start[r+1]]
			} else {
				scratch = zeroed(scratch, len(codes))
				shares = scratch
				weigh(r, shares)
			}
			for i, share := range shares {
				if share == 0 {
					continue
				}
				code := codes[i]
				conv[code].Add(float64(c * share))
				if v != 0 {
					value[code].Add(float64(v * share))
				}
			}
		}
		for i := range n {
			out.conv[i], out.value[i] = conv[i].Sum(), value[i].Sum()
		}
		return converts
	}
}
