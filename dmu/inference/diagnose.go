package inference

import (
	"cmp"
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Signature is the lower bound that makes a step the signature of a seat: the 5 % quantile of the share of its takers who
// hold the seat, under Jeffreys' prior, lies above it.
const Signature = 0.9

// Diagnosis is what one event of a step says of the person who took it.
type Diagnosis struct {
	Step      string
	Posterior []dmu.SeatP // P(seat | one event), in the order of [Model.Seats]
	Best      b2b.SeatID  // the seat with the largest lift, ties to the smaller id
	Lift      float64     // P(Best | one event) / prior
	Bits      float64     // information: divergence of the posterior from the prior in bits
	Takers    int64       // labelled persons who took the step
	Signature b2b.SeatID  // the seat whose signature the step is, or ""
	Low       float64     // the bound that [Signature] is compared with, of the seat with the most takers; 0 without takers
}

// Diagnose returns every step of the vocabulary, the most informative first, ties by name. Signatures count persons, not
// events, since events of one person are not independent.
func (m *Model) Diagnose() []Diagnosis {
	all := make([]Diagnosis, len(m.steps.names))
	for i := range all {
		all[i] = m.diagnose(i)
	}
	slices.SortFunc(all, func(a, b Diagnosis) int {
		return cmp.Or(cmp.Compare(b.Bits, a.Bits), cmp.Compare(a.Step, b.Step))
	})
	return all
}

// Telling returns for each seat the most informative step among those that speak for it, which is what to look for where
// nobody is known to hold the seat. Seats for which no step speaks are absent; order as [Model.Seats].
func (m *Model) Telling() []dmu.SeatStep {
	best := make([]dmu.SeatStep, len(m.seats))
	for _, d := range m.Diagnose() { // the most informative first
		r, _ := slices.BinarySearch(m.seats, d.Best)
		if best[r].Step == "" && d.Lift > 1 {
			best[r] = dmu.SeatStep{Seat: d.Best, Step: d.Step, Bits: d.Bits}
		}
	}
	return slices.DeleteFunc(best, func(s dmu.SeatStep) bool { return s.Step == "" })
}

func (m *Model) diagnose(i int) Diagnosis {
	seats := len(m.seats)
	d := Diagnosis{Step: m.steps.names[i], Posterior: make([]dmu.SeatP, seats)}
	logs := make([]float64, seats)
	for r := range logs {
		logs[r] = m.logPrior[r] + m.theta(i, r)
	}
	norm := stat.LogSumExp(logs)
	for r, x := range logs {
		p := math.Exp(x - norm)
		d.Posterior[r] = dmu.SeatP{Seat: m.seats[r], P: p}
		lift := x - norm - m.logPrior[r]
		d.Bits += float64(p*lift) / math.Ln2
		if lift = math.Exp(lift); lift > d.Lift {
			d.Best, d.Lift = m.seats[r], lift
		}
	}
	d.Bits = max(0, d.Bits)
	var most int64
	leader := -1
	for r := range m.seats {
		k := m.takers[i*seats+r]
		if l := m.left; l != nil && l.seat == r && l.steps.of(i) > 0 {
			k--
		}
		d.Takers += k
		if k > most {
			most, leader = k, r
		}
	}
	if leader >= 0 {
		k, n := float64(most), float64(d.Takers)
		d.Low = stat.BetaQuantile(0.05, k+0.5, n-k+0.5)
		if d.Low > Signature {
			d.Signature = m.seats[leader]
		}
	}
	return d
}
