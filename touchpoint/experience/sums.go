package experience

// value maps a score to what the figure averages: −1, 0, 1 for a net share, 0 or 1 for a share, the score for a mean.
func (cfg MetricConfig) value(score float64, scale Scale) float64 {
	switch {
	case cfg.Figure == MeanScore:
		return scale.good(score)
	case score >= cfg.High:
		return 1
	case score <= cfg.Low && cfg.Figure.net():
		return -1
	}
	return 0
}

// sums are what a figure is computed from: of values u with weights w.
type sums struct {
	cfg            MetricConfig
	n              int64
	low, mid, high int64
	w, wu, wuu     float64 // Σw, Σwu, Σwu²
	w2, w2u, w2uu  float64 // Σw², Σw²u, Σw²u²
	clusters       []cluster
	singles        []cluster // responses without an account, by score: each response is a cluster of its own
	accounts       int
}

// cluster is one account, or, among singles, n equal responses.
type cluster struct {
	name  string
	n     int64
	w, wu float64
}

// collect sums the tally in the order of the accounts.
func (t *Tally) collect(cfg MetricConfig) *sums {
	scale, _ := t.instrument.Scale()
	s := &sums{cfg: cfg}
	for _, name := range t.names() {
		c := cluster{name: name}
		for i, cell := range t.accounts[name] {
			if cell.n == 0 {
				continue
			}
			score := scale.Min + float64(i)
			u := cfg.value(score, scale)
			w, w2 := float64(cell.n), float64(cell.n)
			if cfg.Weighted {
				w, w2 = cell.w.Float64(), cell.w2.Float64()
			}
			switch {
			case cfg.Figure == MeanScore:
				s.mid += cell.n
			case score >= cfg.High:
				s.high += cell.n
			case score <= cfg.Low:
				s.low += cell.n
			default:
				s.mid += cell.n
			}
			s.n += cell.n
			s.w += w
			s.wu += float64(w * u)
			s.wuu += float64(w * u * u)
			s.w2 += w2
			s.w2u += float64(w2 * u)
			s.w2uu += float64(w2 * u * u)
			c.n += cell.n
			c.w += w
			c.wu += float64(w * u)
			if name == "" {
				s.singles = append(s.singles, cluster{n: cell.n, w: w2, wu: u})
			}
		}
		if name != "" {
			s.clusters = append(s.clusters, c)
			s.accounts++
		}
	}
	return s
}

func (s *sums) mean() float64 { return s.wu / s.w }

// simple is the variance of the mean without regard to accounts: Σw²(u−m)²/(Σw)².
func (s *sums) simple() float64 {
	m := s.mean()
	return max(0, s.w2uu-2*float64(m*s.w2u)+float64(m*m*s.w2)) / (s.w * s.w)
}

// robust is the variance of the mean between accounts: C/(C−1)·Σ_c(Σw(u−m))²/(Σw)².
func (s *sums) robust() (variance, clusters float64) {
	m := s.mean()
	t := 0.0
	for _, c := range s.clusters {
		e := c.wu - float64(m*c.w)
		t += float64(e * e)
		clusters++
	}
	for _, c := range s.singles { // w holds Σw², wu the value
		e := c.wu - m
		t += float64(c.w * e * e)
		clusters += float64(c.n)
	}
	if clusters < 2 {
		return 0, clusters
	}
	return clusters / (clusters - 1) * t / (s.w * s.w), clusters
}
