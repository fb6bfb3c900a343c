package importance_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/law"
	"github.com/buyerjourney/b2b/touchpoint/importance"
)

var small = importance.SurveyConfig{Outcome: "y", Drivers: []string{"a", "b", "c"}, Stated: []string{"sa", "sb", "sc"}, Missing: []float64{0}}

func fresh(t testing.TB, cfg importance.SurveyConfig) *importance.Survey {
	t.Helper()
	s, err := importance.NewSurvey(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func genRow() *rapid.Generator[importance.Row] {
	return rapid.Custom(func(t *rapid.T) importance.Row {
		answer := func(name string) importance.Answer {
			x := rapid.IntRange(-1, 5).Draw(t, name)
			if x < 0 {
				return importance.Answer{}
			}
			return importance.Answered(float64(x) / 2)
		}
		r := importance.Row{Outcome: answer("y"), Group: rapid.SampledFrom([]string{"", "g", "h"}).Draw(t, "group")}
		for range 3 {
			r.Drivers = append(r.Drivers, answer("driver"))
			r.Stated = append(r.Stated, answer("stated"))
		}
		if rapid.Bool().Draw(t, "weighted") {
			r.Weight = importance.Answered(float64(rapid.IntRange(0, 3).Draw(t, "weight")))
		}
		if rapid.Bool().Draw(t, "keyed") {
			r.Key = rapid.SampledFrom([]string{"k1", "k2", "k3"}).Draw(t, "key")
		}
		return r
	})
}

func TestSurveyLaws(t *testing.T) {
	law.Accumulator(t, func() *importance.Survey { return fresh(t, small) }, genRow())
}

func TestSurveyMismatch(t *testing.T) {
	other := small
	other.Missing = nil
	a, b := fresh(t, small), fresh(t, other)
	for _, s := range []*importance.Survey{a, b} {
		row := importance.Row{Outcome: importance.Answered(1)}
		for range 3 {
			row.Drivers, row.Stated = append(row.Drivers, importance.Answered(1)), append(row.Stated, importance.Answered(2))
		}
		if err := s.Add(row); err != nil {
			t.Fatal(err)
		}
	}
	law.Mismatch(t, a, b)
}

func FuzzSurveyDecode(f *testing.F) {
	b, _ := fresh(f, small).AppendBinary(nil)
	f.Add(b)
	f.Fuzz(func(t *testing.T, data []byte) {
		var s importance.Survey
		if s.UnmarshalBinary(data) != nil {
			return
		}
		if again, err := s.AppendBinary(nil); err != nil || !bytes.Equal(again, data) {
			t.Errorf("% x decodes and encodes to % x", data, again)
		}
	})
}

func TestKanoLaws(t *testing.T) {
	law.Accumulator(t, func() *importance.KanoTally { return new(importance.KanoTally) }, rapid.Custom(func(t *rapid.T) importance.KanoAnswer {
		return importance.KanoAnswer{Functional: rapid.IntRange(0, 5).Draw(t, "f"), Dysfunctional: rapid.IntRange(1, 6).Draw(t, "d")}
	}))
}

// matrix is a random data set: rows of drivers, and the outcome.
type matrix struct {
	x [][]float64
	y []float64
}

func genMatrix() *rapid.Generator[matrix] {
	return rapid.Custom(func(t *rapid.T) matrix {
		p := rapid.IntRange(1, 5).Draw(t, "drivers")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var m matrix
		for range 12 + rapid.IntRange(0, 20).Draw(t, "rows") {
			row := make([]float64, p)
			common, y := rng.NormFloat64(), rng.NormFloat64()
			for j := range row {
				row[j] = 0.7*common + rng.NormFloat64()
				y += float64(j) * 0.3 * row[j]
			}
			m.x = append(m.x, row)
			m.y = append(m.y, y)
		}
		return m
	})
}

// analysis analyses columns made by f from the rows of m.
func (m matrix) analysis(t interface{ Fatal(args ...any) }, method importance.Method, f func(row []float64, y float64) ([]float64, float64), weight float64, copies int) *importance.Analysis {
	width := len(m.x[0])
	if f != nil {
		first, _ := f(m.x[0], m.y[0])
		width = len(first)
	}
	cfg := importance.SurveyConfig{Outcome: "y"}
	for j := range width {
		cfg.Drivers = append(cfg.Drivers, fmt.Sprint("d", j))
	}
	s, err := importance.NewSurvey(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for range copies {
		for i, x := range m.x {
			y := m.y[i]
			if f != nil {
				x, y = f(x, y)
			}
			row := importance.Row{Outcome: importance.Answered(y)}
			for _, v := range x {
				row.Drivers = append(row.Drivers, importance.Answered(v))
			}
			if weight > 0 {
				row.Weight = importance.Answered(weight)
			}
			if err := s.Add(row); err != nil {
				t.Fatal(err)
			}
		}
	}
	a, err := importance.Analyse(context.Background(), s.Result(), importance.Config{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// propWeights: sums to R², invariance to affine changes, equivariance to permutation, weights and copies of rows.
func propWeights(t *rapid.T) {
	m := genMatrix().Draw(t, "data")
	p := len(m.x[0])
	base := m.analysis(t, importance.LMG, nil, 0, 1)
	lmg, johnson, car := 0.0, 0.0, 0.0
	classes := 0
	for _, d := range base.Drivers {
		lmg, johnson, car = lmg+d.LMG, johnson+d.Johnson, car+d.CAR
		if d.LMG < -1e-12 || d.Johnson < 0 || d.CAR < 0 {
			t.Errorf("%s: negative weight %+v", d.Name, d)
		}
		if d.Class != importance.UnknownValueClass {
			classes++
		}
	}
	for _, sum := range []float64{lmg, johnson, car} {
		if math.Abs(sum-base.R2.Value) > 1e-12 {
			t.Errorf("weights sum to %v, R² is %v", sum, base.R2.Value)
		}
	}
	if classes != p {
		t.Errorf("%d drivers of %d have a class", classes, p)
	}
	same := func(what string, got *importance.Analysis, at func(j int) int) {
		for j, d := range base.Drivers {
			g := got.Drivers[at(j)]
			for k, pair := range [][2]float64{{g.LMG, d.LMG}, {g.Johnson, d.Johnson}, {g.CAR, d.CAR}, {g.Beta, d.Beta}, {g.Share.Value, d.Share.Value}} {
				if math.Abs(pair[0]-pair[1]) > 1e-9 {
					t.Errorf("%s: measure %d of %s is %v, was %v", what, k, d.Name, pair[0], pair[1])
				}
			}
		}
	}
	identity := func(j int) int { return j }
	same("affine", m.analysis(t, importance.LMG, func(x []float64, y float64) ([]float64, float64) {
		out := make([]float64, p)
		for j, v := range x {
			out[j] = 3*v + float64(j) + 100
		}
		return out, 0.5*y - 7
	}, 0, 1), identity)
	same("reversed", m.analysis(t, importance.LMG, func(x []float64, y float64) ([]float64, float64) {
		out := make([]float64, p)
		for j, v := range x {
			out[p-1-j] = v
		}
		return out, y
	}, 0, 1), func(j int) int { return p - 1 - j })
	same("constant weight", m.analysis(t, importance.LMG, nil, 2.5, 1), identity)
	same("rows twice", m.analysis(t, importance.LMG, nil, 0, 2), identity)
	copied := m.analysis(t, importance.LMG, func(x []float64, y float64) ([]float64, float64) {
		return append(append([]float64{}, x...), x[0]), y
	}, 0, 1)
	if a, b := copied.Drivers[0].LMG, copied.Drivers[p].LMG; math.Abs(a-b) > 1e-10 {
		t.Errorf("a copied driver has %v, its original %v", b, a)
	}
	if diff := cmp.Diff([]string{"d0", fmt.Sprint("d", p)}, copied.Dependent); diff != "" {
		t.Error("dependent drivers", diff)
	}
}

func TestWeightProperties(t *testing.T) { rapid.Check(t, propWeights) }
func FuzzWeightProperties(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propWeights)) }

// propLMG: the exact shares against their definition, the mean over all orders.
func propLMG(t *rapid.T) {
	m := genMatrix().Draw(t, "data")
	p := len(m.x[0])
	r2 := func(set int) float64 {
		if set == 0 {
			return 0
		}
		return m.analysis(t, importance.Johnson, func(x []float64, y float64) ([]float64, float64) {
			var out []float64
			for j, v := range x {
				if set>>j&1 == 1 {
					out = append(out, v)
				}
			}
			return out, y
		}, 0, 1).R2.Value
	}
	v := make([]float64, 1<<p)
	for s := range v {
		v[s] = r2(s)
	}
	phi := make([]float64, p)
	n := 0
	var orders func(set int, path []int)
	orders = func(set int, path []int) {
		if len(path) == p {
			n++
			s := 0
			for _, j := range path {
				phi[j] += v[s|1<<j] - v[s]
				s |= 1 << j
			}
			return
		}
		for j := range p {
			if set>>j&1 == 0 {
				orders(set|1<<j, append(path, j))
			}
		}
	}
	orders(0, nil)
	for j, d := range m.analysis(t, importance.LMG, nil, 0, 1).Drivers {
		if want := phi[j] / float64(n); math.Abs(d.LMG-want) > 1e-10 {
			t.Errorf("driver %d: LMG %v, want %v", j, d.LMG, want)
		}
	}
}

func TestLMGByDefinition(t *testing.T) { rapid.Check(t, propLMG) }
func FuzzLMGByDefinition(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propLMG)) }

// Orthogonal drivers: LMG = Johnson = First = r².
func TestOrthogonal(t *testing.T) {
	var m matrix
	for i := range 8 {
		x := []float64{float64(i & 1), float64(i >> 1 & 1), float64(i >> 2 & 1)}
		m.x = append(m.x, x)
		m.y = append(m.y, 4*x[0]+2*x[1]+x[2])
	}
	for j, d := range m.analysis(t, importance.LMG, nil, 0, 1).Drivers {
		want := []float64{16. / 21, 4. / 21, 1. / 21}[j]
		for _, got := range []float64{d.LMG, d.Johnson, d.First, d.CAR} {
			near(t, d.Name, got, want, 1e-12)
		}
	}
}

func TestErrors(t *testing.T) {
	add := func(s *importance.Survey, y float64, x ...float64) {
		row := importance.Row{Outcome: importance.Answered(y)}
		for _, v := range x {
			row.Drivers = append(row.Drivers, importance.Answered(v))
		}
		if err := s.Add(row); err != nil {
			t.Fatal(err)
		}
	}
	cfg := importance.SurveyConfig{Outcome: "y", Drivers: []string{"a", "b"}}
	constant, separated, dependent := fresh(t, cfg), fresh(t, cfg), fresh(t, cfg)
	for i := range 10 {
		f := float64(i)
		add(constant, f, f*f, 3)
		add(separated, float64(i/5), f, float64(i*i%7))
		add(dependent, f+float64(i%3), f, 2*f+1)
	}
	for _, c := range []struct {
		s      *importance.Survey
		cfg    importance.Config
		is     error
		reason string
	}{
		{constant, importance.Config{}, importance.ErrSingular, "does not vary: b"},
		{separated, importance.Config{Method: importance.Logistic}, importance.ErrSingular, "perfectly separated by the drivers: y"},
		{dependent, importance.Config{Method: importance.Pratt}, importance.ErrSingular, "depend on one another: a, b"},
		{dependent, importance.Config{Method: importance.Logistic}, b2b.ErrInvalid, "outcome: neither 0 nor 1, which the logistic method needs"},
		{fresh(t, cfg), importance.Config{}, b2b.ErrTooFew, "too few data: 0 complete rows for 2 drivers"},
		{dependent, importance.Config{Replicates: 5}, b2b.ErrInvalid, "config.source: missing"},
	} {
		_, err := importance.Analyse(t.Context(), c.s.Result(), c.cfg)
		if !errors.Is(err, c.is) || err.Error() != c.reason {
			t.Errorf("%v, want %q", err, c.reason)
		}
	}
	a := analyse(t, dependent, importance.Config{Replicates: 5, Source: rand.NewPCG(1, 0)})
	if d := a.Drivers[0]; d.Share.Level != 0 || d.Share.Method == "" || math.Abs(d.LMG-a.Drivers[1].LMG) > 1e-12 {
		t.Errorf("10 rows give an interval, or a copy does not share: %+v", d)
	}
}

// TestIntervals: what replicates say is complete, and the same for any number of workers and any order of the rows.
func TestIntervals(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	rows := make([]importance.Row, 400)
	for i := range rows {
		x := []float64{float64(rng.IntN(5)), float64(rng.IntN(5)), float64(rng.IntN(5))}
		r := importance.Row{Outcome: importance.Answered(boolean(2*x[0]+x[1]+4*rng.NormFloat64() > 6)), Group: strconv.Itoa(i % 37)}
		for j, v := range x {
			r.Drivers = append(r.Drivers, importance.Answered(v+1))
			r.Stated = append(r.Stated, importance.Answered(float64(3-j)+rng.Float64()))
		}
		rows[i] = r
	}
	fit := func(method importance.Method, workers int) *importance.Analysis {
		s := fresh(t, small)
		for _, r := range rows {
			if err := s.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		return analyse(t, s, importance.Config{Method: method, Replicates: 50, Source: rand.NewPCG(1, 0), Workers: workers})
	}
	for _, method := range importance.Methods() {
		want := fit(method, 1)
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		if diff := cmp.Diff(want, fit(method, 3), cmp.AllowUnexported(b2b.Fraction{})); diff != "" {
			t.Errorf("%s: %s", method, diff)
		}
		for _, d := range want.Drivers {
			quads, classes := 0.0, 0.0
			for _, x := range d.QuadrantShares {
				quads += x
			}
			for _, x := range d.ClassShares {
				classes += x
			}
			if math.Abs(quads-1) > 1e-9 || method.Divides() && math.Abs(classes-1) > 1e-9 || d.Share.Level != 0.95 {
				t.Errorf("%s: %+v", method, d)
			}
		}
		if want.Conflict == nil || !want.Conflict.HasSpearman || want.Conflict.Spearman.Level != 0.95 {
			t.Errorf("%s: %+v", method, want.Conflict)
		}
	}
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
