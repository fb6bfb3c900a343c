package lifetime

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/newton"
	"github.com/buyerjourney/b2b/internal/stat"
)

// history is a distinct (x, t_x, T) and how many customers have it.
type history struct {
	x      int
	tx, t  float64
	weight float64
}

func histories(summaries []Summary) ([]history, error) {
	var p b2b.Problems
	all := make([]history, 0, len(summaries))
	for i, s := range summaries {
		if s.X < 0 || !(s.Tx >= 0 && s.Tx <= s.T) || math.IsInf(s.T, 0) || (s.X == 0) != (s.Tx == 0) {
			p.Add("summaries["+strconv.Itoa(i)+"]", "needs x ≥ 0, 0 ≤ t_x ≤ T, and t_x = 0 just where x = 0")
			continue
		}
		all = append(all, history{x: s.X, tx: s.Tx, t: s.T, weight: 1})
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b history) int {
		return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.tx, b.tx), cmp.Compare(a.t, b.t))
	})
	k := 0
	for i, h := range all {
		if i > 0 && all[k-1].x == h.x && all[k-1].tx == h.tx && all[k-1].t == h.t {
			all[k-1].weight++
			continue
		}
		all[k] = h
		k++
	}
	return all[:k], nil
}

// likelihood evaluates the log-likelihood with its first and second derivatives by the logarithms of (r, α, a, b).
// Differences of ln Γ, ψ and ψ′ at whole steps are sums, tabulated by x.
type likelihood struct {
	kind Kind
	rows []history
	r, b [][3]float64 // by steps: ln Γ(v+n)−ln Γ(v), ψ(v+n)−ψ(v), ψ′(v+n)−ψ′(v)
	ab   [][3]float64
}

func newLikelihood(kind Kind, rows []history) *likelihood {
	top := 0
	for _, h := range rows {
		top = max(top, h.x)
	}
	table := func() [][3]float64 { return make([][3]float64, top+2) }
	return &likelihood{kind: kind, rows: rows, r: table(), b: table(), ab: table()}
}

func steps(table [][3]float64, v float64) {
	for n := 1; n < len(table); n++ {
		x := v + float64(n-1)
		inv := 1 / x
		table[n] = [3]float64{table[n-1][0] + math.Log(x), table[n-1][1] + inv, table[n-1][2] - float64(inv*inv)}
	}
}

func (l *likelihood) evaluate(theta []float64, at *newton.Point) {
	var v [4]float64
	for i := range v {
		v[i] = math.Exp(theta[i])
	}
	r, alpha, a, b := v[0], v[1], v[2], v[3]
	steps(l.r, r)
	steps(l.b, b)
	steps(l.ab, a+b)
	logAlpha := theta[1]
	var value stat.Compensated
	var g [4]float64
	var h [4][4]float64
	for i := range l.rows {
		row := &l.rows[i]
		w, x, f := row.weight, float64(row.x), l.kind.flips(row.x)
		rx, bf, abf := &l.r[row.x], &l.b[f], &l.ab[f]
		q := alpha + row.t
		logQ := math.Log(q)
		invQ := 1 / q
		ll := rx[0] + float64(r*logAlpha) + bf[0] - abf[0] - float64((r+x)*logQ)
		g0 := rx[1] + logAlpha - logQ
		g1 := r/alpha - float64((r+x)*invQ)
		g2 := -abf[1]
		g3 := bf[1] - abf[1]
		h00, h01, h11 := rx[2], 1/alpha-invQ, -r/(alpha*alpha)+float64((r+x)*invQ*invQ)
		h22 := -abf[2]
		h33 := bf[2] - abf[2]
		if f > 0 { // may have left after the last purchase
			k := b + float64(f-1)
			s := alpha + row.tx
			invS := 1 / s
			u0 := logQ - math.Log(s)
			u := theta[2] - math.Log(k) + float64((r+x)*u0)
			p := 1 / (1 + math.Exp(-u))
			if u > 0 {
				ll += u + math.Log1p(math.Exp(-u))
			} else {
				ll += math.Log1p(math.Exp(u))
			}
			d := invQ - invS
			u1, u2, u3 := (r+x)*d, 1/a, -1/k
			g0 += float64(p * u0)
			g1 += float64(p * u1)
			g2 += float64(p * u2)
			g3 += float64(p * u3)
			c := p * (1 - p)
			h00 += float64(c * u0 * u0)
			h01 += float64(c*u0*u1) + float64(p*d)
			h11 += float64(c*u1*u1) + float64(p*(r+x)*(float64(invS*invS)-float64(invQ*invQ)))
			h22 += float64(c*u2*u2) - p/(a*a)
			h33 += float64(c*u3*u3) + p/(k*k)
			h[0][2] += float64(w * c * u0 * u2)
			h[0][3] += float64(w * c * u0 * u3)
			h[1][2] += float64(w * c * u1 * u2)
			h[1][3] += float64(w * c * u1 * u3)
			h[2][3] += float64(w * c * u2 * u3)
		}
		value.Add(w * ll)
		g[0] += float64(w * g0)
		g[1] += float64(w * g1)
		g[2] += float64(w * g2)
		g[3] += float64(w * g3)
		h[0][0] += float64(w * h00)
		h[0][1] += float64(w * h01)
		h[1][1] += float64(w * h11)
		h[2][2] += float64(w * h22)
		h[2][3] -= float64(w * abf[2])
		h[3][3] += float64(w * h33)
	}
	at.Value = value.Sum()
	copy(at.Grad, g[:])
	for i := range 4 {
		for j := i; j < 4; j++ {
			at.Hess[i][j], at.Hess[j][i] = h[i][j], h[i][j]
		}
	}
	at.ToLog(v[:])
}
