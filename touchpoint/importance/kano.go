package importance

import (
	"math"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/internal/stat"
)

// KanoAnswer is a pair of answers about one feature: to "how would you feel if it were there" and "if it were not there".
// Each is 1 like, 2 must-be, 3 neutral, 4 live with, 5 dislike. The zero value is invalid.
type KanoAnswer struct {
	Functional, Dysfunctional int
}

// kanoTable is the evaluation table of Berger and others (1993): rows functional, columns dysfunctional.
var kanoTable = [5][5]KanoCategory{
	{Questionable, Attractive, Attractive, Attractive, OneDimensional},
	{Reverse, Indifferent, Indifferent, Indifferent, MustBe},
	{Reverse, Indifferent, Indifferent, Indifferent, MustBe},
	{Reverse, Indifferent, Indifferent, Indifferent, MustBe},
	{Reverse, Reverse, Reverse, Reverse, Questionable},
}

// Category returns the cell of the table; ok is false if an answer is outside 1..5.
func (a KanoAnswer) Category() (KanoCategory, bool) {
	if a.Functional < 1 || a.Functional > 5 || a.Dysfunctional < 1 || a.Dysfunctional > 5 {
		return UnknownKanoCategory, false
	}
	return kanoTable[a.Functional-1][a.Dysfunctional-1], true
}

// KanoTally is an accumulator of the answers about one feature. The zero value is empty and ready to use. Not safe for
// concurrent use; one goroutine at a time.
type KanoTally struct {
	counts [7]int64 // by category
}

// Add adds a pair of answers; one outside 1..5 is an error.
func (t *KanoTally) Add(a KanoAnswer) error {
	c, err := kanoCell(a)
	if err == nil {
		t.counts[c]++
	}
	return err
}

// Sub takes a pair of answers out again.
func (t *KanoTally) Sub(a KanoAnswer) error {
	c, err := kanoCell(a)
	if err != nil {
		return err
	}
	if t.counts[c] == 0 {
		return &b2b.InvalidError{Path: "answer", Reason: "not in the tally"}
	}
	t.counts[c]--
	return nil
}

func kanoCell(a KanoAnswer) (KanoCategory, error) {
	c, ok := a.Category()
	if !ok {
		return c, &b2b.InvalidError{Path: "answer", Reason: "outside 1..5"}
	}
	return c, nil
}

// AddCount adds n answers that were evaluated elsewhere; a category that is unknown or a negative n is an error.
func (t *KanoTally) AddCount(c KanoCategory, n int64) error {
	if c == UnknownKanoCategory || !c.IsValid() || n < 0 {
		return &b2b.InvalidError{Path: "count", Reason: "no category, or negative"}
	}
	t.counts[c] += n
	return nil
}

// Merge adds the answers of other, which is unchanged.
func (t *KanoTally) Merge(other *KanoTally) error {
	for c, n := range other.counts {
		t.counts[c] += n
	}
	return nil
}

// AppendBinary appends the canonical form. It never fails.
func (t *KanoTally) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, 1)
	for _, n := range t.counts[1:] {
		dst = bin.AppendUvarint(dst, uint64(n))
	}
	return dst, nil
}

// UnmarshalBinary replaces the tally by what [KanoTally.AppendBinary] wrote; on an error the tally is unchanged.
func (t *KanoTally) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(1)
	var u KanoTally
	for c := range u.counts[1:] {
		u.counts[c+1] = count(r)
	}
	if err := r.Done(); err != nil {
		return err
	}
	*t = u
	return nil
}

// Kano is what a tally says about a feature. The zero value says nothing. It is an immutable value.
type Kano struct {
	N                int64
	Counts           [7]int64     // by category
	Category         KanoCategory // the most frequent; ties M > O > A > I > R > Q
	Better, Worse    b2b.Estimate // (A+O)/(A+O+M+I) in [0,1] and −(O+M)/(A+O+M+I) in [−1,0], with Wilson intervals
	HasCoefficients  bool         // false where nobody answered A, O, M or I
	TotalStrength    float64      // (A+O+M)/n
	CategoryStrength float64      // (a−b)/n with the two largest counts a and b
	Indistinct       bool         // Fong's test: a and b do not differ at 10 %
}

// Result evaluates the tally; ok is false without answers.
func (t *KanoTally) Result() (k Kano, ok bool) {
	k.Counts = t.counts
	for _, n := range t.counts {
		k.N += n
	}
	if k.N == 0 {
		return k, false
	}
	var a, b int64
	for _, c := range []KanoCategory{MustBe, OneDimensional, Attractive, Indifferent, Reverse, Questionable} {
		switch n := t.counts[c]; {
		case n > a:
			a, b, k.Category = n, a, c
		case n > b:
			b = n
		}
	}
	n := float64(k.N)
	at := func(c KanoCategory) float64 { return float64(t.counts[c]) }
	k.TotalStrength = (at(Attractive) + at(OneDimensional) + at(MustBe)) / n
	k.CategoryStrength = float64(a-b) / n
	k.Indistinct = float64(a-b) < 1.65*math.Sqrt(float64(a+b)*(2*n-float64(a+b))/(2*n))
	if base := at(Attractive) + at(OneDimensional) + at(MustBe) + at(Indifferent); base > 0 {
		k.HasCoefficients = true
		k.Better = wilson(at(Attractive)+at(OneDimensional), base)
		k.Worse = wilson(at(OneDimensional)+at(MustBe), base).Scale(-1)
	}
	return k, true
}

func wilson(k, n float64) b2b.Estimate {
	low, high := stat.Wilson(k, n, b2b.DefaultLevel)
	return b2b.Estimate{Value: k / n, Low: low, High: high, Level: b2b.DefaultLevel, Method: "Wilson"}
}
