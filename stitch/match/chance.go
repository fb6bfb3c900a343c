package match

import (
	"math"
	"slices"
)

// chanceOf is how likely two unrelated records are to agree on a value of a kind: round figures of everyday tables, with which
// training starts. They matter where few pairs hold a field, such as passport numbers that ten rows of a hundred have.
func chanceOf(k Kind) float64 {
	switch k {
	case GivenName:
		return 1. / 200
	case Surname, Postcode:
		return 1. / 500
	case City, Number, Code, Text:
		return 1. / 50
	case Tokens, FreeText, URL:
		return 1. / 2000
	case PersonName, CompanyKind, Street, Date, Phone:
		return 1. / 5000
	case Email, Login, VAT, KvK, LEI, DUNS:
		return 1. / 20000
	case UnknownKind:
	}
	return 1. / 50
}

// chancePairs is how many random pairs the chance of a kind is worth.
const chancePairs = 100

// mixChance puts the chance of its kind into u of a unit that was learned from so many pairs. Levels between equal and
// different count as equal ones do.
func (tr *trainer) mixChance(i int, pairs float64) {
	u := tr.u[i]
	if tr.units[i].joint >= 0 {
		return
	}
	agree := chanceOf(tr.comps[tr.units[i].comps[0]].kind)
	last := len(u) - 1
	for l := range u {
		start := agree
		if l == last {
			start = max(1-float64(agree*float64(last)), agree)
		}
		u[l] = (float64(u[l]*pairs) + float64(start*chancePairs)) / (pairs + chancePairs)
	}
}

// ownU takes the matches out of u. Where all pairs were compared, u is learned again from each as far as it is no match by
// what was learned so far; else [trainer.cleanU] takes out their share.
func (tr *trainer) ownU(share float64) bool {
	if tr.all == nil || !(share > 0) {
		return tr.cleanU(share)
	}
	weights := make([][]float64, len(tr.units))
	for i := range tr.units {
		m := tr.learned(i)
		for l := range m {
			weights[i] = append(weights[i], math.Log2(m[l]/tr.u[i][l]))
		}
	}
	u := like(tr.u)
	total := make([]float64, len(tr.units))
	for _, c := range tr.all {
		w := bitsOf(share)
		for i := range tr.units {
			if l := tr.units[i].level(tr.comps, &c.pattern); l != missing {
				w += weights[i][l-1]
			}
		}
		n := float64(float64(c.n) * (1 - probabilityOf(w)))
		for i := range tr.units {
			if l := tr.units[i].level(tr.comps, &c.pattern); l != missing {
				u[i][l-1] += n
				total[i] += n
			}
		}
	}
	for i := range tr.units {
		for l := range u[i] {
			if !tr.fixed[i][l] && total[i] > 0 {
				tr.u[i][l] = u[i][l] / total[i]
			}
		}
		tr.mixChance(i, total[i])
		normalise(tr.u[i])
	}
	return true
}

// learned is m of a unit as the runs have taught it, its start values where none has.
func (tr *trainer) learned(i int) []float64 {
	m := slices.Clone(tr.m[i])
	if tr.weight[i] > 0 {
		for l := range m {
			m[l] = tr.sumM[i][l] / tr.weight[i]
		}
	}
	return m
}
