package match

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// A number that twelve of two hundred rows hold, six times the same in two rows of one person: the six equal pairs among the
// few that hold it are matches, so that to hold the same one is strong evidence, although a tenth of those pairs are equal.
func TestSparseNumbersAreStrong(t *testing.T) {
	fields := []Field{
		{Name: "given", Kind: GivenName}, {Name: "surname", Kind: Surname}, {Name: "born", Kind: Date}, {Name: "number", Kind: Code},
	}
	b, err := NewBuilder(fields)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		w := make([]byte, 7)
		for i := range w {
			w[i] = byte('a' + r.IntN(26))
		}
		return string(w)
	}
	given := []string{"anna", "jan", "piet", "kees", "maria", "truus", "willem", "sofie"}
	for p := range 100 {
		cells := []string{given[r.IntN(len(given))], word(), strconv.Itoa(1950+r.IntN(50)) + "-0" + strconv.Itoa(1+r.IntN(9)) + "-11", ""}
		if p < 6 {
			cells[3] = "77" + strconv.Itoa(p*123457)
		}
		for k := range 2 {
			if err := b.Add(Record{ID: strconv.Itoa(2*p + k), Cells: cells}); err != nil {
				t.Fatal(err)
			}
		}
	}
	m, report, err := Train(b.Table(), TrainConfig{Source: rand.NewPCG(1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	if w := m.Comparisons[3].Levels[0]; w.U > .02 || w.Bits < 5 {
		t.Errorf("the same number: u %v, %v bits", w.U, w.Bits)
	}
	if w := m.Comparisons[0].Levels[0]; w.U < .08 || w.U > .2 { // eight names, evenly: 1/8 of unrelated pairs agree
		t.Errorf("the same given name: u %v; %v", w.U, report.Warnings)
	}
}

// Three pairs teach little: ten start values stand against them. A thousand pairs teach nearly all.
func TestStartValuesFade(t *testing.T) {
	learn := func(n float64) float64 {
		in := emInput{counts: []patternCount{{levels: []uint8{1, 2}, n: n}}, lambda: .5, held: make([]bool, 2), prior: 10}
		for range 2 {
			in.m = append(in.m, []float64{.8, .2})
			in.u = append(in.u, []float64{.001, .999})
		}
		em(&in)
		return in.m[1][1]
	}
	if few, many := learn(3), learn(1000); few > .5 || many < .95 {
		t.Errorf("m of the level seen: %v after three pairs, %v after a thousand", few, many)
	}
}
