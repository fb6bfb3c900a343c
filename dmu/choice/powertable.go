package choice

import (
	"math/big"
	"math/bits"
	"slices"
)

// counts is a table of non-negative integers of fixed width: element k is limbs words, the lowest first.
type counts struct {
	limbs int
	words []uint64
}

func newCounts(n, limbs int) counts { return counts{limbs, make([]uint64, n*limbs)} }

func (c counts) at(k int) []uint64 { return c.words[k*c.limbs : (k+1)*c.limbs] }

// accumulate adds src to dst; both have the same width and the sum fits.
func accumulate(dst, src []uint64) {
	var carry uint64
	for i, w := range src {
		dst[i], carry = bits.Add64(dst[i], w, carry)
	}
}

// deduct subtracts src from dst ≥ src.
func deduct(dst, src []uint64) {
	var borrow uint64
	for i, w := range src {
		dst[i], borrow = bits.Sub64(dst[i], w, borrow)
	}
}

// toBig converts a number of the table.
func toBig(words []uint64) *big.Int {
	x := new(big.Int)
	for _, w := range slices.Backward(words) {
		x.Lsh(x, 64)
		x.Or(x, new(big.Int).SetUint64(w))
	}
	return x
}

// tablePower counts coalitions of the members without a veto by weight and size. Weights of quota and more never occur in a
// losing coalition, so that only weights below the quota are kept; nothing is stopped at a bound, and a member can be taken
// out again exactly: A[t][s] = C[t][s] − A[t−w][s−1].
func tablePower(b Ballot, r rest) *Power {
	n, m := len(b.Weights), len(r.members)
	vetoers := n - m
	limbs := m/64 + 1
	q := int(r.quota)
	table := newCounts(q*(m+1), limbs) // [t*(m+1)+s], t < quota
	if q > 0 {
		table.at(0)[0] = 1
	}
	for k, w := range r.weights {
		for t := q - 1; t >= int(w); t-- {
			for s := min(k, m-1); s >= 0; s-- {
				accumulate(table.at(t*(m+1)+s+1), table.at((t-int(w))*(m+1)+s))
			}
		}
	}
	p := newPower(n, b.improper())
	// Winning coalitions by size s of their part without vetoers: all minus those below the quota.
	won := winning(m, light(table, q, m, limbs), r.minMembers)
	for s, c := range won {
		p.Winning.Add(p.Winning, c)
		for _, v := range b.Vetoers {
			p.swings[v][s+vetoers-1].Set(c)
		}
	}
	done := map[int64][]*big.Int{}
	for k, i := range r.members {
		w := r.weights[k]
		bySize, known := done[w]
		if !known {
			bySize = r.turns(table, k, limbs)
			done[w] = bySize
		}
		for s, c := range bySize {
			p.swings[i][s+vetoers].Set(c)
		}
	}
	p.finish(false)
	return p
}

// light returns by size the number of coalitions below weight x ≤ quota, of m members.
func light(table counts, x, m, limbs int) counts {
	sum := newCounts(m+1, limbs)
	for t := range x {
		for s := range m + 1 {
			accumulate(sum.at(s), table.at(t*(m+1)+s))
		}
	}
	return sum
}

// winning returns by size C(m, s) − light(s), and 0 for sizes below least.
func winning(m int, light counts, least int) []*big.Int {
	out := make([]*big.Int, m+1)
	for s := range out {
		out[s] = new(big.Int)
		if s >= least {
			out[s].Binomial(int64(m), int64(s))
			out[s].Sub(out[s], toBig(light.at(s)))
		}
	}
	return out
}

// turns returns by size of the coalition joined how many the member k of the rest turns.
func (r rest) turns(table counts, k, limbs int) []*big.Int {
	m, q, w := len(r.members), int(r.quota), int(r.weights[k])
	without := newCounts(q*(m+1), limbs)
	copy(without.words, table.words)
	for t := w; t < q; t++ { // ascending: A[t−w] is done before A[t]; w = 0 needs ascending sizes
		for s := 1; s <= m; s++ {
			deduct(without.at(t*(m+1)+s), without.at((t-w)*(m+1)+s-1))
		}
	}
	// Of m−1 others: those that win with k, minus those that win alone. Rows have room for size m, which stays 0.
	all := light(without, q, m, limbs)
	enough := light(without, q-w, m, limbs)
	with := winning(m-1, enough, r.minMembers-1)
	alone := winning(m-1, all, r.minMembers)
	for s := range with {
		with[s].Sub(with[s], alone[s])
	}
	return with
}
