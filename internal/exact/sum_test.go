package exact_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/internal/exact"
)

// wide is a precision in which every sum of these tests is exact.
const wide = 4500

func bigOf(x float64) *big.Float { return new(big.Float).SetPrec(wide).SetFloat64(x) }

// reference is the sum of x in arithmetic that does not round.
func reference(x []float64) float64 {
	s := bigOf(0)
	for _, v := range x {
		s.Add(s, bigOf(v))
	}
	f, _ := s.Float64()
	return f
}

func finite() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(-1000, 1000), func(i int) float64 { return float64(i) }),
		rapid.Map(rapid.IntRange(-1<<30, 1<<30), func(i int) float64 { return float64(i) / 100 }),
		rapid.Map(rapid.Int64(), func(i int64) float64 { return float64(i) }),
		rapid.SampledFrom([]float64{
			math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, math.MaxFloat64, -math.MaxFloat64,
			0x1p-1022, -0x1p-1022, 0x1p53, 0x1p53 - 1, -0x1p53, 0x1p62, 0x1p63, -0x1p63, 0x1p64, -0x1p64, 0x1p-64, 1e300, -1e300, 0.1, math.Copysign(0, -1),
		}),
		rapid.Map(rapid.Uint64(), func(u uint64) float64 {
			if x := math.Float64frombits(u); !math.IsNaN(x) && !math.IsInf(x, 0) {
				return x
			}
			return 1
		}),
	)
}

func encode(s *exact.Sum) string { return string(s.AppendBinary(nil)) }

func sumOf(x []float64) *exact.Sum {
	var s exact.Sum
	for _, v := range x {
		s.Add(v)
	}
	return &s
}

func propSum(t *rapid.T) {
	x := rapid.SliceOfN(finite(), 0, 40).Draw(t, "x")
	s := sumOf(x)
	if got, want := s.Float64(), reference(x); got != want {
		t.Fatalf("sum is %g, want %g", got, want)
	}
	want := encode(s)

	// Another order, another partition, another tree.
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	y := slices.Clone(x)
	rng.Shuffle(len(y), func(i, j int) { y[i], y[j] = y[j], y[i] })
	parts := make([]*exact.Sum, 1+rng.IntN(5))
	for i := range parts {
		parts[i] = new(exact.Sum)
	}
	for _, v := range y {
		parts[rng.IntN(len(parts))].Add(v)
	}
	for len(parts) > 1 {
		i := rng.IntN(len(parts))
		b := parts[i]
		was := encode(b)
		parts = slices.Delete(parts, i, i+1)
		parts[rng.IntN(len(parts))].Merge(b)
		if encode(b) != was {
			t.Fatal("Merge has changed its argument")
		}
	}
	if got := encode(parts[0]); got != want {
		t.Fatalf("merged % x, one pass % x", got, want)
	}

	// Round trip.
	var d exact.Sum
	d.Add(0.3)
	rest, err := d.Decode(append([]byte(want), "rest"...))
	if err != nil || string(rest) != "rest" || encode(&d) != want || !d.Equal(s) {
		t.Fatalf("decoded % x (rest %q, %v), want % x", encode(&d), rest, err, want)
	}

	// Whatever is taken out leaves the rest; everything leaves 0.
	n := rng.IntN(len(y) + 1)
	for _, v := range y[:n] {
		s.Sub(v)
	}
	if got, want := encode(s), encode(sumOf(y[n:])); got != want {
		t.Fatalf("after Sub % x, want % x", got, want)
	}
	s.Unmerge(sumOf(y[n:]))
	if !s.IsZero() || s.Sign() != 0 || s.Float64() != 0 || encode(s) != "\x00" {
		t.Fatalf("nothing left, but % x", encode(s))
	}
}

func TestSum(t *testing.T) { rapid.Check(t, propSum) }

func FuzzSum(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propSum)) }

func TestProduct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type pair struct{ x, y float64 }
		pairs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pair {
			return pair{finite().Draw(t, "x"), finite().Draw(t, "y")}
		}), 0, 20).Draw(t, "pairs")
		var s exact.Sum
		want := bigOf(0)
		for _, p := range pairs {
			s.AddProduct(p.x, p.y)
			want.Add(want, new(big.Float).SetPrec(wide).Mul(bigOf(p.x), bigOf(p.y)))
		}
		if w, _ := want.Float64(); s.Float64() != w {
			t.Fatalf("sum of products is %g, want %g", s.Float64(), w)
		}
		if s.Sign() != want.Sign() {
			t.Fatalf("sign is %d, want %d", s.Sign(), want.Sign())
		}
		var d exact.Sum
		if _, err := d.Decode(s.AppendBinary(nil)); err != nil || !d.Equal(&s) {
			t.Fatalf("round trip: %v", err)
		}
		for _, p := range pairs {
			s.SubProduct(p.x, p.y)
		}
		if !s.IsZero() {
			t.Fatal("not zero after SubProduct of everything")
		}
	})
}

func TestInts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SliceOfN(rapid.OneOf(rapid.Int64(), rapid.Int64Range(-5, 5),
			rapid.SampledFrom([]int64{math.MaxInt64, math.MinInt64, 1 << 62, -1 << 62, 1<<62 - 1})), 0, 30).Draw(t, "n")
		var s exact.Sum
		want := new(big.Int)
		for _, v := range n {
			s.AddInt(v)
			want.Add(want, big.NewInt(v))
		}
		w, _ := new(big.Float).SetInt(want).Float64()
		if s.Float64() != w || s.Sign() != want.Sign() {
			t.Fatalf("sum is %g, want %g", s.Float64(), w)
		}
		halves := new(exact.Sum)
		for _, v := range n { // by way of floats that are exact: the upper and the lower half
			halves.Add(float64(v>>32) * 0x1p32)
			halves.Add(float64(uint32(v)))
		}
		if encode(halves) != encode(&s) {
			t.Fatalf("% x by halves, % x by AddInt", encode(halves), encode(&s))
		}
	})
}

func TestSelf(t *testing.T) {
	for _, x := range []float64{0, 1, -1, 0.1, -0.1, 1e300, -1e-300, 0x1p63, -0x1p63, 0x1p127, -0x1p127} {
		var s exact.Sum
		s.Add(x)
		s.AddInt(3)
		s.AddInt(-3)
		s.Merge(&s)
		if s.Float64() != 2*x {
			t.Errorf("%g merged with itself is %g", x, s.Float64())
		}
		s.Unmerge(&s)
		if !s.IsZero() {
			t.Errorf("%g less itself is %g", x, s.Float64())
		}
	}
}

// TestCarry runs carries and borrows through the sign.
func TestCarry(t *testing.T) {
	for e := -1074; e < 1024; e += 7 {
		x := math.Ldexp(1, e)
		var s exact.Sum
		for range 5 {
			s.Add(x)
			s.Add(x / 2)
		}
		for range 12 {
			s.Sub(x)
			s.Sub(x / 2)
		}
		want := bigOf(x)
		want.Add(want, bigOf(x/2))
		want.Mul(want, bigOf(-7))
		if w, _ := want.Float64(); s.Float64() != w {
			t.Fatalf("2^%d: %g, want %g", e, s.Float64(), w)
		}
	}
}

func TestRounding(t *testing.T) {
	for _, c := range []struct {
		name string
		x    []float64
		want float64
	}{
		{"tie to even below", []float64{1, 0x1p-53}, 1},
		{"tie to even above", []float64{1 + 0x1p-52, 0x1p-53}, 1 + 0x1p-51},
		{"just above the tie", []float64{1, 0x1p-53, math.SmallestNonzeroFloat64}, 1 + 0x1p-52},
		{"just below the tie", []float64{1, 0x1p-53, -math.SmallestNonzeroFloat64}, 1},
		{"negative tie", []float64{-1, -0x1p-53, -0x1p-1000}, -1 - 0x1p-52},
		{"carry into the exponent", []float64{2 - 0x1p-52, 0x1p-53}, 2},
		{"cancellation", []float64{1e100, 1, -1e100}, 1},
		{"subnormal", []float64{0x1p-1074, 0x1p-1073}, 3 * 0x1p-1074},
		{"overflow", []float64{math.MaxFloat64, math.MaxFloat64}, math.Inf(1)},
		{"back from overflow", []float64{math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64}, math.MaxFloat64},
		{"largest, half a unit below overflow", []float64{math.MaxFloat64, 0x1p970, -0x1p-1074}, math.MaxFloat64},
		{"largest, tie goes to overflow", []float64{math.MaxFloat64, 0x1p970}, math.Inf(1)},
		{"NaN and infinities are ignored", []float64{math.NaN(), math.Inf(1), 2.5, math.Inf(-1)}, 2.5},
	} {
		if got := sumOf(c.x).Float64(); got != c.want {
			t.Errorf("%s: %g, want %g", c.name, got, c.want)
		}
	}
	var s exact.Sum
	s.AddProduct(0x1p-1074, 0x1p-1074)
	if s.Sign() != 1 || s.Float64() != 0 {
		t.Errorf("the smallest product: sign %d, %g", s.Sign(), s.Float64())
	}
	s = exact.Sum{}
	s.AddProduct(math.NaN(), 1)
	s.AddProduct(math.Inf(1), 0)
	s.AddProduct(2, math.Inf(-1))
	if !s.IsZero() {
		t.Error("products that are no numbers are added")
	}
}

func TestBytes(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want string
	}{
		{0, "\x00"},
		{1, "\x02\x90\x02\x01"},   // 1 byte, at byte 272 = 2176/8
		{-1, "\x03\x90\x02\x01"},  // its sign
		{256, "\x02\x91\x02\x01"}, // one byte further up
		{257, "\x04\x90\x02\x01\x01"},
		{0.5, "\x02\x8f\x02\x80"},
	} {
		if got := encode(sumOf([]float64{c.x})); got != c.want {
			t.Errorf("%g: % x, want % x", c.x, got, c.want)
		}
	}
	for _, b := range []string{
		"\x01",                     // negative zero
		"\x02\x90\x02\x00",         // no magnitude
		"\x04\x90\x02\x01\x00",     // ends in 0
		"\x04\x90\x02\x00\x01",     // begins with 0
		"\x02\x90\x82\x00\x01",     // long varint
		"\x02\xff\xff\x7f\x01",     // too far up
		"\xff\xff\xff\xff\x0f\x01", // too long
	} {
		s := sumOf([]float64{7.25})
		if _, err := s.Decode([]byte(b)); err == nil || s.Float64() != 7.25 {
			t.Errorf("% x: %v, receiver %g", b, err, s.Float64())
		}
	}
	full := sumOf([]float64{1e300, 0.1, -1e-300}).AppendBinary(nil)
	for n := range full {
		s := sumOf([]float64{7.25})
		if _, err := s.Decode(full[:n]); err == nil || s.Float64() != 7.25 {
			t.Errorf("%d of %d bytes: %v", n, len(full), err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x04\x90\x02\x01\x01"))
	f.Add(sumOf([]float64{1e300, 0.1, -1e-300}).AppendBinary(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s exact.Sum
		if rest, err := s.Decode(b); err == nil && encode(&s) != string(b[:len(b)-len(rest)]) {
			t.Fatalf("% x comes back as % x", b, encode(&s))
		}
		var w exact.Wide
		if rest, err := w.Decode(b); err == nil && !bytes.Equal(w.AppendBinary(nil), b[:len(b)-len(rest)]) {
			t.Fatalf("wide: % x comes back as % x", b, w.AppendBinary(nil))
		}
	})
}

func TestMemory(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var s exact.Sum
	if n := testing.AllocsPerRun(100, func() { s.Add(float64(rng.IntN(1 << 20))) }); n != 0 {
		t.Errorf("integers allocate %v times", n)
	}
	for range 10000 {
		s.Add(float64(rng.IntN(1e9)) / 100)
	}
	if n := testing.AllocsPerRun(100, func() { s.Add(float64(rng.IntN(1e9)) / 100) }); n != 0 {
		t.Errorf("prices allocate %v times", n)
	}
	if n := exact.Limbs(&s); n > 3 {
		t.Errorf("a sum of prices takes %d limbs", n)
	}
}

func TestWide(t *testing.T) {
	num := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-9, 9), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64}))
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SliceOfN(num, 0, 30).Draw(t, "n")
		cut := rapid.IntRange(0, len(n)).Draw(t, "cut")
		var w, a, b exact.Wide
		want := new(big.Int)
		for i, v := range n {
			part := &a
			if i >= cut {
				part = &b
			}
			for _, x := range []*exact.Wide{&w, part} {
				x.Add(v)
				x.AddSquare(v)
				x.AddProduct(v, -3)
			}
			v := big.NewInt(v)
			want.Add(want, v).Add(want, new(big.Int).Mul(v, v)).Add(want, new(big.Int).Mul(v, big.NewInt(-3)))
		}
		f, _ := new(big.Float).SetInt(want).Float64()
		if w.Float64() != f || w.Sign() != want.Sign() {
			t.Fatalf("%g, want %g", w.Float64(), f)
		}
		if v, ok := w.Int64(); ok != want.IsInt64() || ok && v != want.Int64() {
			t.Fatalf("Int64 gives %d, %t for %v", v, ok, want)
		}
		a.Merge(&b)
		if a != w {
			t.Fatalf("merged %v, one pass %v", a, w)
		}
		bs := w.AppendBinary(nil)
		var d exact.Wide
		if rest, err := d.Decode(append(bs, 9)); err != nil || len(rest) != 1 || d != w {
			t.Fatalf("decoded %v, %v, want %v", d, err, w)
		}
		for i := range bs {
			if _, err := d.Decode(bs[:i]); !errors.Is(err, bin.ErrTruncated) || d != w {
				t.Fatalf("%d of %d bytes: %v", i, len(bs), err)
			}
		}
		a.Unmerge(&b)
		for _, v := range n[:cut] {
			a.Sub(v)
			a.SubSquare(v)
			a.SubProduct(v, -3)
		}
		if !a.IsZero() {
			t.Fatalf("%v is left", a)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, kind := range []struct {
		name string
		draw func() float64
	}{
		{"integers", func() float64 { return float64(rng.IntN(1 << 20)) }},
		{"prices", func() float64 { return float64(rng.IntN(1e9)) / 100 }},
		{"normal", rng.NormFloat64},
	} {
		for _, n := range []int{1e2, 1e4, 1e6} {
			x := make([]float64, n)
			for i := range x {
				x[i] = kind.draw()
			}
			b.Run(fmt.Sprintf("%s/%d", kind.name, n), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(8 * n))
				for b.Loop() {
					var s exact.Sum
					for _, v := range x {
						s.Add(v)
					}
				}
			})
		}
	}
}
