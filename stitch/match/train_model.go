package match

import (
	"math"
	"slices"
)

// start sets the start values of m: most matches agree exactly, few not at all.
func (tr *trainer) start() {
	single := func(c *comparison) []float64 {
		n := len(c.levels)
		m := make([]float64, n)
		for l := range m {
			m[l] = 0.15 / float64(max(n-2, 1))
		}
		m[0], m[n-1] = 0.75, 0.10
		normalise(m)
		return m
	}
	for i := range tr.units {
		u := &tr.units[i]
		if u.joint < 0 {
			m := single(&tr.comps[u.comps[0]])
			for l, level := range tr.comps[u.comps[0]].levels {
				if level.Bits != nil {
					m[l] = min(max(tr.u[i][l]*math.Exp2(*level.Bits), minProb), maxProb)
				}
			}
			tr.m = append(tr.m, m)
			continue
		}
		m := make([]float64, u.size)
		for l := range m {
			p := 1.0
			for k, level := range u.tuple(tr.comps, l+1) {
				if level == missing {
					p *= 0.1
				} else {
					p *= single(&tr.comps[u.comps[k]])[level-1]
				}
			}
			m[l] = p
		}
		normalise(m)
		tr.m = append(tr.m, m)
	}
}

// prior estimates the share of matches among all pairs.
func (tr *trainer) prior() error {
	if tr.cfg.Prior > 0 {
		tr.lambda, tr.report.FixedPrior = tr.cfg.Prior, true
		tr.report.Prior = tr.lambda
		return nil
	}
	found, err := tr.deterministic()
	if err != nil {
		return err
	}
	recall := tr.cfg.Recall
	if recall == 0 {
		recall = defaultRecall
	}
	if found == 0 {
		tr.report.Warnings = append(tr.report.Warnings, "no pair meets a deterministic rule: the prior comes from the training pairs")
		found = float64(tr.report.Labels)
		for _, r := range tr.report.Runs {
			found = max(found, r.Matches)
		}
	}
	tr.lambda = min(max(found/(recall*tr.pairs), 1/max(tr.pairs, 2)), 0.5)
	tr.report.Prior = tr.lambda
	return nil
}

// deterministic counts the pairs that meet any deterministic rule.
func (tr *trainer) deterministic() (float64, error) {
	var rules []BlockRule
	for _, fields := range tr.cfg.Deterministic {
		var r BlockRule
		for _, f := range fields {
			r.Keys = append(r.Keys, BlockKey{Field: f, Transform: Whole})
		}
		rules = append(rules, r)
	}
	if len(rules) == 0 {
		for skip := range tr.t.fields {
			var r BlockRule
			for i, f := range tr.t.fields {
				if i != skip || len(tr.t.fields) == 1 {
					r.Keys = append(r.Keys, BlockKey{Field: f.Name, Transform: Whole})
				}
			}
			rules = append(rules, r)
		}
	}
	b, err := NewBlocking(tr.t, Blocks{Rules: rules, MaxSize: -1}, tr.cfg.Cross)
	if err != nil {
		return 0, err
	}
	n := 0.0
	for range b.Pairs() {
		if n++; n >= tr.pairs*tr.recall() {
			break
		}
	}
	return n, nil
}

func (tr *trainer) recall() float64 {
	if tr.cfg.Recall > 0 {
		return tr.cfg.Recall
	}
	return defaultRecall
}

// model puts the parts together.
func (tr *trainer) model() *Model {
	m := &Model{Prior: tr.lambda, TFStrength: 1, TFFloor: max(1e-6, min(1e-5, 1/float64(max(tr.t.n, 1)))), Groups: slices.Clone(tr.cfg.Groups)}
	for _, f := range tr.t.fields {
		f.Levels = levelsOf(f, tr.t.fields)
		m.Fields = append(m.Fields, f)
	}
	m.Comparisons = make([]Comparison, len(tr.comps))
	for i := range tr.units {
		u := &tr.units[i]
		p := slices.Clone(tr.m[i])
		if tr.weight[i] > 0 {
			for l := range p {
				p[l] = min(max(tr.sumM[i][l]/tr.weight[i], minProb), maxProb)
			}
		} else {
			tr.report.Warnings = append(tr.report.Warnings, "no training pair tells of "+tr.comps[u.comps[0]].col.field.Name+": start values")
		}
		if u.joint >= 0 {
			m.Joint = append(m.Joint, tr.jointWeights(u, p, tr.u[i]))
		}
		for _, c := range u.comps {
			m.Comparisons[c] = tr.comparison(u, i, c, p)
		}
	}
	if tr.cfg.Monotone {
		for i := range m.Comparisons {
			monotone(m.Comparisons[i].Levels, tr.comps[i].col.typical)
		}
	}
	m.setBits()
	return m
}

func (tr *trainer) comparison(u *unit, i, c int, p []float64) Comparison {
	out := Comparison{Field: tr.comps[c].col.field.Name, TrainedBy: tr.by[i]}
	for l, level := range tr.comps[c].levels {
		w := LevelWeight{Level: level}
		if u.joint < 0 {
			w.M, w.U = p[l], tr.u[i][l]
			if tr.mailM != nil && (level.Test == MailDerived || level.Test == LocalDerived) && tr.mailUnit() == i {
				w.U = max(tr.mailU[l], tr.u[i][l])
				if tr.report.Labels == 0 {
					w.M = tr.mailM[l]
				}
			}
		} else {
			w.M, w.U = tr.marginal(u, c, l+1, p), tr.marginal(u, c, l+1, tr.u[i])
		}
		if level.TF {
			out.Table = out.Field
		}
		out.Levels = append(out.Levels, w)
	}
	return out
}

// marginal sums the tuples in which comparison c has a level.
func (tr *trainer) marginal(u *unit, c, level int, p []float64) float64 {
	sum, held := 0.0, 0.0
	at := slices.Index(u.comps, c)
	for l := range p {
		switch t := u.tuple(tr.comps, l+1)[at]; {
		case int(t) == level:
			sum += p[l]
			held += p[l]
		case t != missing:
			held += p[l]
		}
	}
	if held == 0 {
		return minProb
	}
	return min(max(sum/held, minProb), maxProb)
}

func (tr *trainer) jointWeights(u *unit, m, q []float64) JointWeights {
	var out JointWeights
	for _, c := range u.comps {
		out.Fields = append(out.Fields, tr.comps[c].col.field.Name)
	}
	for l := range m {
		t := Tuple{M: m[l], U: q[l]}
		for _, level := range u.tuple(tr.comps, l+1) {
			t.Levels = append(t.Levels, int(level)-1)
		}
		out.Tuples = append(out.Tuples, t)
	}
	return out
}

// StartModel is a model with start values: for tables that are too small to learn from.
func StartModel(fields []Field) *Model {
	m := &Model{Prior: 0.01, TFStrength: 1, TFFloor: 1e-6}
	for _, f := range fields {
		f.Levels = levelsOf(f, fields)
		m.Fields = append(m.Fields, f)
		c := Comparison{Field: f.Name}
		n := len(f.Levels)
		for l, level := range f.Levels {
			w := LevelWeight{Level: level, M: 0.15 / float64(max(n-2, 1)), U: 0.05 / float64(max(n-1, 1))}
			switch l {
			case n - 1:
				w.M, w.U = 0.10, 0.95
			case 0:
				w.M = 0.75
			}
			c.Levels = append(c.Levels, w)
		}
		m.Comparisons = append(m.Comparisons, c)
	}
	m.setBits()
	return m
}
