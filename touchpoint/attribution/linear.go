package attribution

// linear is a model that divides each converted path among its steps: credit = Σ conversions · weight.
type linear struct {
	p *Paths
	w []float64 // parallel to p.steps
}

// compileRule evaluates the rule once for every path; it allocates nothing per path.
func compileRule(p *Paths, r Rule) *linear {
	l := &linear{p: p, w: make([]float64, len(p.steps))}
	s := walk{names: p.names, seen: make([]int32, len(p.names))}
	for i := range p.conv {
		s.codes, s.ages = p.of(i), p.agesOf(i)
		s.turn++
		r.weigh(&s, l.w[p.start[i]:p.start[i+1]])
	}
	return l
}

func (l *linear) worker() func(*weights, *scores) bool {
	n := len(l.p.names)
	conv, value := make([]total, n), make([]total, n)
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
			for i := l.p.start[r]; i < l.p.start[r+1]; i++ {
				share := l.w[i]
				if share == 0 {
					continue
				}
				code := l.p.steps[i]
				conv[code].add(float64(c * share))
				if v != 0 {
					value[code].add(float64(v * share))
				}
			}
		}
		for i := range n {
			out.conv[i], out.value[i] = conv[i].value(), value[i].value()
		}
		return converts
	}
}
