package attribution

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
)

// Ordered is the Shapley value with order of Zhao, Mahboobi and Bagheri (2018, arXiv 1804.05327): a path gives 1/|set| to each
// distinct name, divided over the positions of the name. By name it is [TotalWorth]; [OrderedCredits] gives it by position.
type Ordered struct{}

func (Ordered) String() string      { return "ordered" }
func (Ordered) check(*b2b.Problems) {}

func (Ordered) weigh(s *walk, w []float64) {
	sets := 0.0
	for i := range w {
		if s.first(i) {
			sets++
		}
	}
	for i, c := range s.codes {
		count := 0.0
		for _, d := range s.codes {
			if c == d {
				count++
			}
		}
		w[i] = 1 / (sets * count)
	}
}

// PositionCredit is the credit of a name at one position in the paths, counted from 1.
type PositionCredit struct {
	Name     string
	Position int
	Amount
}

// OrderedCredits returns the credits of [Ordered] by name and position, in that order; positions without credit are left out.
func OrderedCredits(p *Paths) ([]PositionCredit, error) {
	if sum(p.conv) == 0 {
		return nil, ErrNoConversions
	}
	l := compileRule(p, Ordered{}, true)
	type key struct {
		code uint32
		at   int
	}
	sums := make(map[key]*[2]total)
	var order []key
	for r, c := range p.conv {
		if c == 0 {
			continue
		}
		for i := p.start[r]; i < p.start[r+1]; i++ {
			k := key{p.steps[i], i - p.start[r] + 1}
			t := sums[k]
			if t == nil {
				t = new([2]total)
				sums[k] = t
				order = append(order, k)
			}
			t[0].Add(float64(c * l.w[i]))
			t[1].Add(float64(p.value[r] * l.w[i]))
		}
	}
	slices.SortFunc(order, func(a, b key) int { return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(a.at, b.at)) })
	out := make([]PositionCredit, len(order))
	for i, k := range order {
		out[i] = PositionCredit{p.names[k.code], k.at, Amount{sums[k][0].Sum(), sums[k][1].Sum()}}
	}
	return out, nil
}
