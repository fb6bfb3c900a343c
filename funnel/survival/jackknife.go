package survival

import (
	"cmp"
	"slices"
)

// jackknife replaces the variances by those of the infinitesimal jackknife over cases: the sum of squares of each case's
// influence, all its spells together (Efron 1981; for the product integral, Aalen, Borgan and Gjessing 2008, section
// 3.1). It holds for weighted spells and for several spells of one case.
//
// The influence of case c on log S is −(P_c − W_c·H): H = Σ d/(n(n−d)), W_c the weight of c now at risk, P_c fixed by its
// spells. On F it is Q_c − P_c·G1 + W_c·G2, with G1 = ΣS·dA and G2 = ΣS·dA·(H − 1/n). P, W and Q change only when c
// enters, leaves or has its event, so that the sums of squares over all cases are kept up to date at O(1) per spell.
func jackknife(spells []Spell, surv *StepCurve, causes []StepCurve) {
	type influence struct{ p, w float64 }
	slot := map[int]int{}
	of := make([]int, len(spells))
	for i := range spells {
		k, ok := slot[spells[i].Case]
		if !ok {
			k = len(slot)
			slot[spells[i].Case] = k
		}
		of[i] = k
	}
	state := make([]influence, len(slot))
	q := make([][]float64, len(causes))
	type sums struct{ qq, qp, qw, g1, g2 float64 }
	causeSums := make([]sums, len(causes))
	for k := range q {
		q[k] = make([]float64, len(slot))
	}
	var pp, pw, ww, h float64
	change := func(spell int, dp, dw float64, cause int, dq float64) {
		c := of[spell]
		old := state[c]
		now := influence{p: old.p + dp, w: old.w + dw}
		state[c] = now
		pp += float64(now.p*now.p) - float64(old.p*old.p)
		pw += float64(now.p*now.w) - float64(old.p*old.w)
		ww += float64(now.w*now.w) - float64(old.w*old.w)
		for k := range causes {
			s := &causeSums[k]
			was := q[k][c]
			is := was + float64(dp*s.g1) - float64(dw*s.g2)
			if k+1 == cause {
				is += dq
			}
			q[k][c] = is
			s.qq += float64(is*is) - float64(was*was)
			s.qp += float64(is*now.p) - float64(was*old.p)
			s.qw += float64(is*now.w) - float64(was*old.w)
		}
	}
	byEntry, byExit := make([]int, len(spells)), make([]int, len(spells))
	for i := range spells {
		byEntry[i], byExit[i] = i, i
	}
	slices.SortFunc(byEntry, func(x, y int) int { return cmp.Compare(spells[x].Entry, spells[y].Entry) })
	slices.SortFunc(byExit, func(x, y int) int { return cmp.Compare(spells[x].Exit, spells[y].Exit) })
	in, out := 0, 0
	before := 1.0
	for i, t := range surv.Time {
		for in < len(byEntry) {
			s := &spells[byEntry[in]]
			if s.Entry > t || s.Entry == t && t != 0 && s.Exit != t {
				break
			}
			w := s.weight()
			change(byEntry[in], float64(w*h), w, 0, 0)
			in++
		}
		n, d := surv.AtRisk[i], surv.Events[i]
		if before > 0 {
			for k := range causes {
				s := &causeSums[k]
				a := before * causes[k].Events[i] / n
				s.g1 += a
				s.g2 += float64(a * (h - 1/n))
			}
			if n > d {
				h += d / (n * (n - d))
			}
		}
		for ; out < len(byExit) && spells[byExit[out]].Exit == t; out++ {
			s := &spells[byExit[out]]
			w := s.weight()
			dp := -float64(w * h)
			if s.Cause > 0 && n > d {
				dp += w / (n - d)
			}
			change(byExit[out], dp, -w, s.Cause, w*before/n)
		}
		after := surv.Value[i]
		surv.Variance[i] = max(0, after*after*(pp-float64(2*h*pw)+float64(h*h*ww)))
		for k := range causes {
			s := &causeSums[k]
			causes[k].Variance[i] = max(0, s.qq+float64(s.g1*s.g1*pp)+float64(s.g2*s.g2*ww)-float64(2*s.g1*s.qp)+float64(2*s.g2*s.qw)-float64(2*s.g1*s.g2*pw))
		}
		before = after
	}
}
