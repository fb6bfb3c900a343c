package inference

import (
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
)

// leftOut is what one person contributed to a model.
type leftOut struct {
	seat   int
	steps  own
	tokens own
	// newSize holds by seat the logarithm of the title model's denominator, without the tokens that only this person
	// brought; nil where the person has no title.
	newSize []float64
}

// own holds the counts of one person by index in a matrix, ascending, each once.
type own struct {
	at    []int32
	n     []int64
	total int64
	size  float64 // logarithm of the denominator of the person's seat without the person
}

func (o *own) of(i int) int64 {
	if k, ok := slices.BinarySearch(o.at, int32(i)); ok {
		return o.n[k]
	}
	return 0
}

// Without returns the model as if the person, who was added to the trainer, had not been: without the person's counts, title
// and head, over the same vocabulary of steps. It costs O(own steps + seats) and shares everything else. A person without a
// seat contributed to the vocabulary only: the model itself is returned. It is an error where the person has more of
// anything than the model, and on a model that leaves somebody out already.
func (m *Model) Without(p dmu.PersonSteps) (*Model, error) {
	if p.Seat == "" {
		return m, nil
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	r, ok := slices.BinarySearch(m.seats, p.Seat)
	if !ok || m.left != nil || m.persons[r] == 0 {
		return nil, &b2b.InvalidError{Path: "seat", Reason: "the model holds no such person"}
	}
	left := &leftOut{seat: r}
	var problems b2b.Problems
	for i, sc := range p.Steps {
		s, known := m.steps.index[sc.Step]
		if sc.N > 0 && (!known || !left.steps.add(s, sc.N)) {
			problems.Add("steps["+strconv.Itoa(i)+"].n", "more than the model holds")
		}
	}
	for token := range Tokens(p.Title) {
		if k, known := m.tokens.index[token]; !known || !left.tokens.add(k, 1) {
			problems.Add("title", "not in the model")
			break
		}
	}
	m.leave(&left.steps, &m.steps, r, "steps", &problems)
	vanished := m.leave(&left.tokens, &m.tokens, r, "title", &problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if left.tokens.total > 0 {
		left.newSize = make([]float64, len(m.seats))
		for s := range left.newSize {
			total := m.tokens.totals[s]
			if s == r {
				total -= left.tokens.total
			}
			left.newSize[s] = math.Log(m.tokens.size(total, m.tokens.cells-vanished))
		}
	}
	without := *m
	without.left = left
	without.persons = slices.Clone(m.persons)
	without.persons[r]--
	without.logPrior = without.prior()
	return &without, nil
}

// leave checks the person's counts against the model's and fills in the denominator; it returns the number of names that
// only this person brought.
func (m *Model) leave(o *own, x *matrix, r int, path string, problems *b2b.Problems) (vanished int) {
	seats := len(m.seats)
	for k, i := range o.at {
		row := x.counts[int(i)*seats : (int(i)+1)*seats]
		if row[r] < o.n[k] {
			problems.Add(path, "more than the model holds")
		}
		var others int64
		for s, n := range row {
			if s != r {
				others += n
			}
		}
		if others == 0 && row[r] == o.n[k] {
			vanished++
		}
	}
	o.size = math.Log(x.size(x.totals[r]-o.total, x.cells))
	return vanished
}

// add adds n of the name with index i; it reports whether the total stays in range.
func (o *own) add(i int, n int64) bool {
	k, found := slices.BinarySearch(o.at, int32(i))
	if !found {
		o.at = slices.Insert(o.at, k, int32(i))
		o.n = slices.Insert(o.n, k, 0)
	}
	o.n[k] += n
	o.total += n
	return o.total >= n
}
