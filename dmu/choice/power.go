package choice

import (
	"math/big"
)

// Power is who can turn how many coalitions of a simple game. All counts are exact. It is immutable and safe for concurrent
// use; the zero value has no members.
type Power struct {
	Winning  *big.Int   // ω, winning coalitions
	Swings   []*big.Int // η, coalitions that lose without the member and win with it
	Vetoers  []int      // members without whom nobody wins
	Dummies  []int      // members without a swing
	Dictator int        // the member who wins alone and without whom nobody does; −1 is none
	// Improper: two coalitions without a common member may both win (for a weighted ballot: twice the quota is at most the
	// total weight).
	Improper bool

	swings   [][]*big.Int // by member and size of the coalition joined
	totalAll *big.Int     // Ση
}

func newPower(n int, improper bool) *Power {
	p := &Power{
		Winning: new(big.Int), Swings: make([]*big.Int, n), swings: make([][]*big.Int, n), Dictator: -1,
		Improper: improper, totalAll: new(big.Int),
	}
	for i := range n {
		p.Swings[i] = new(big.Int)
		p.swings[i] = make([]*big.Int, n)
		for s := range n {
			p.swings[i][s] = new(big.Int)
		}
	}
	return p
}

// finish derives the rest from ω and the swings by size.
func (p *Power) finish(improper bool) {
	p.Improper = p.Improper || improper
	n := len(p.Swings)
	for i := range n {
		for _, c := range p.swings[i] {
			p.Swings[i].Add(p.Swings[i], c)
		}
		p.totalAll.Add(p.totalAll, p.Swings[i])
		switch {
		case p.Swings[i].Sign() == 0:
			p.Dummies = append(p.Dummies, i)
		case p.Swings[i].Cmp(p.Winning) == 0:
			p.Vetoers = append(p.Vetoers, i)
			if p.swings[i][0].Sign() > 0 {
				p.Dictator = i
			}
		}
	}
}

// Members returns the number of members.
func (p *Power) Members() int { return len(p.Swings) }

// BanzhafRat returns the absolute Banzhaf index of a member, η/2^(n−1) (Penrose 1946, Banzhaf 1965).
func (p *Power) BanzhafRat(i int) *big.Rat {
	return new(big.Rat).SetFrac(p.Swings[i], new(big.Int).Lsh(big.NewInt(1), uint(len(p.Swings)-1)))
}

// NormalisedBanzhafRat returns η/Ση of a member.
func (p *Power) NormalisedBanzhafRat(i int) *big.Rat {
	return new(big.Rat).SetFrac(p.Swings[i], p.totalAll)
}

// ShapleyShubikRat returns Σ over the coalitions that the member turns of s!(n−s−1)!/n!, s being their size without the member
// (Shapley and Shubik 1954).
func (p *Power) ShapleyShubikRat(i int) *big.Rat {
	n := int64(len(p.Swings))
	sum := new(big.Int)
	for s, c := range p.swings[i] {
		if c.Sign() == 0 {
			continue
		}
		orders := new(big.Int).MulRange(1, int64(s))
		orders.Mul(orders, new(big.Int).MulRange(1, n-int64(s)-1))
		sum.Add(sum, orders.Mul(orders, c))
	}
	return new(big.Rat).SetFrac(sum, new(big.Int).MulRange(1, n))
}

// Banzhaf returns the absolute Banzhaf indices.
func (p *Power) Banzhaf() []float64 { return p.floats(p.BanzhafRat) }

// NormalisedBanzhaf returns the indices scaled to sum 1.
func (p *Power) NormalisedBanzhaf() []float64 { return p.floats(p.NormalisedBanzhafRat) }

// ShapleyShubik returns the indices, which sum to 1.
func (p *Power) ShapleyShubik() []float64 { return p.floats(p.ShapleyShubikRat) }

func (p *Power) floats(f func(int) *big.Rat) []float64 {
	out := make([]float64, len(p.Swings))
	for i := range out {
		out[i], _ = f(i).Float64()
	}
	return out
}

// ColemanAct returns the power of the group to act, ω/2ⁿ (Coleman 1971).
func (p *Power) ColemanAct() *big.Rat {
	return new(big.Rat).SetFrac(p.Winning, new(big.Int).Lsh(big.NewInt(1), uint(len(p.Swings))))
}

// ColemanPrevent returns a member's power to prevent action, η/ω.
func (p *Power) ColemanPrevent(i int) *big.Rat { return new(big.Rat).SetFrac(p.Swings[i], p.Winning) }

// ColemanInitiate returns a member's power to initiate action, η/(2ⁿ−ω).
func (p *Power) ColemanInitiate(i int) *big.Rat {
	losing := new(big.Int).Lsh(big.NewInt(1), uint(len(p.Swings)))
	return new(big.Rat).SetFrac(p.Swings[i], losing.Sub(losing, p.Winning))
}
