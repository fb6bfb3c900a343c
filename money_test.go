package b2b_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
)

func TestParseMoney(t *testing.T) {
	for _, c := range []struct {
		in, want string // want "" with ok: no amount
		bad      bool
	}{
		{in: "1234.5 EUR", want: "1234.50 EUR"},
		{in: "eur -0.01", want: "-0.01 EUR"},
		{in: "AED 7", want: "7.00 AED"},
		{in: "7 JPY", want: "7 JPY"},
		{in: "1.250 KWD", want: "1.250 KWD"},
		{in: "1.500 EUR", want: "1.50 EUR"},
		{in: ".5 EUR", want: "0.50 EUR"},
		{in: "-92233720368547758.08 EUR", want: "-92233720368547758.08 EUR"},
		{in: "  "},
		{in: "92233720368547758.08 EUR", bad: true},
		{in: "1.505 EUR", bad: true},
		{in: "1,50 EUR", bad: true},
		{in: "1e3 EUR", bad: true},
		{in: "1 EUX", bad: true},
		{in: "1 UR ", bad: true},
		{in: "1", bad: true},
		{in: "- EUR", bad: true},
		{in: "+-1 EUR", bad: true},
	} {
		m, err := b2b.ParseMoney(c.in)
		if (err != nil) != c.bad || m.String() != c.want {
			t.Errorf("ParseMoney(%q) = %q, %v; want %q", c.in, m, err, c.want)
		}
		if err != nil && !errors.Is(err, b2b.ErrInvalid) {
			t.Errorf("ParseMoney(%q): %v is not ErrInvalid", c.in, err)
		}
	}
	if m := b2b.MustMoney(0, "EUR"); !m.IsGiven() || m == (b2b.Money{}) {
		t.Error("0 EUR is not the absent amount")
	}
}

// moneyProperty holds sums, differences, multiples and comparisons against big integers.
func moneyProperty(t *rapid.T) {
	a, b := genMoney(t, "a"), genMoney(t, "b")
	k := rapid.Int64().Draw(t, "k")
	sum, err := a.Add(b)
	check := func(name string, got b2b.Money, err error, want *big.Int) {
		switch {
		case !want.IsInt64():
			if !errors.Is(err, b2b.ErrOverflow) {
				t.Fatalf("%s of %v and %v: %v, %v; want an overflow", name, a, b, got, err)
			}
		case err != nil || got.Minor() != want.Int64():
			t.Fatalf("%s of %v and %v (k %d): %v, %v; want %v", name, a, b, k, got, err, want)
		}
	}
	x, y := big.NewInt(a.Minor()), big.NewInt(b.Minor())
	if a.IsGiven() && b.IsGiven() && a.Currency() != b.Currency() {
		if _, ok := errors.AsType[*b2b.CurrencyError](err); !ok {
			t.Fatalf("%v + %v: %v", a, b, err)
		}
		if _, err := a.Compare(b); err == nil {
			t.Fatalf("%v and %v were compared", a, b)
		}
		return
	}
	check("sum", sum, err, new(big.Int).Add(x, y))
	diff, err := a.Sub(b)
	check("difference", diff, err, new(big.Int).Sub(x, y))
	product, err := a.Mul(k)
	check("multiple", product, err, new(big.Int).Mul(x, big.NewInt(k)))
	if a.Currency() == b.Currency() {
		if c, err := a.Compare(b); err != nil || c != x.Cmp(y) {
			t.Fatalf("Compare(%v, %v) = %d, %v", a, b, c, err)
		}
	}
}

func TestMoney(t *testing.T) { rapid.Check(t, moneyProperty) }

// At the ends of the range every operation is exact or an overflow.
func TestMoneyEnds(t *testing.T) {
	ends := []int64{math.MinInt64, math.MinInt64 + 1, -1 << 62, -2, -1, 0, 1, 2, 1 << 62, math.MaxInt64}
	check := func(name string, x, y int64, got b2b.Money, err error, want *big.Int) {
		if want.IsInt64() != (err == nil) || (err == nil && got != b2b.MustMoney(want.Int64(), "EUR")) || (err != nil && !errors.Is(err, b2b.ErrOverflow)) {
			t.Errorf("%s of %d and %d: %v, %v; want %v", name, x, y, got, err, want)
		}
	}
	for _, x := range ends {
		a, bigA := b2b.MustMoney(x, "EUR"), big.NewInt(x)
		got, err := a.Neg()
		check("negative", x, x, got, err, new(big.Int).Neg(bigA))
		for _, y := range ends {
			b, bigB := b2b.MustMoney(y, "EUR"), big.NewInt(y)
			got, err = a.Add(b)
			check("sum", x, y, got, err, new(big.Int).Add(bigA, bigB))
			got, err = a.Sub(b)
			check("difference", x, y, got, err, new(big.Int).Sub(bigA, bigB))
			got, err = a.Mul(y)
			check("product", x, y, got, err, new(big.Int).Mul(bigA, bigB))
		}
	}
}

func FuzzMoney(f *testing.F) { f.Fuzz(rapid.MakeFuzz(moneyProperty)) }

// splitProperty holds that the parts sum to the whole, that each is within one minor unit of its exact share, that a
// zero weight gets nothing, and that scaling the weights by a power of two changes nothing.
func splitProperty(t *rapid.T) {
	m := b2b.MustMoney(rapid.Int64().Draw(t, "minor"), "EUR")
	weights := rapid.SliceOfN(rapid.Float64Range(0, 1e6), 1, 8).Draw(t, "weights")
	weights[0] = max(weights[0], 1)
	parts, err := m.Split(weights)
	if err != nil {
		t.Fatal(err)
	}
	total := new(big.Rat)
	for _, w := range weights {
		total.Add(total, new(big.Rat).SetFloat64(w))
	}
	sum := b2b.Money{}
	for i, p := range parts {
		sum, _ = sum.Add(p)
		share := new(big.Rat).Mul(new(big.Rat).SetInt64(m.Minor()), new(big.Rat).SetFloat64(weights[i]))
		share.Quo(share, total)
		off := share.Sub(share, new(big.Rat).SetInt64(p.Minor()))
		if off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
			t.Fatalf("part %d of %v by %v is %v, off by %v", i, m, weights, p, off)
		}
		if weights[i] == 0 && p.Minor() != 0 {
			t.Fatalf("a zero weight got %v", p)
		}
	}
	if sum != m {
		t.Fatalf("%v by %v: parts %v sum to %v", m, weights, parts, sum)
	}
	scaled := make([]float64, len(weights))
	for i, w := range weights {
		scaled[i] = 4 * w
	}
	again, err := m.Split(scaled)
	for i := range parts {
		if err != nil || again[i] != parts[i] {
			t.Fatalf("scaled weights changed %v to %v, %v", parts, again, err)
		}
	}
}

func TestMoneySplit(t *testing.T) {
	rapid.Check(t, splitProperty)
	for _, c := range []struct {
		minor   int64
		weights []float64
		want    []int64
	}{
		{100, []float64{1, 1, 1}, []int64{34, 33, 33}}, // equal remainders: the lower index
		{-100, []float64{1, 1, 1}, []int64{-34, -33, -33}},
		{2, []float64{0, 1, 1, 1}, []int64{0, 1, 1, 0}},
		{7, []float64{1, 2, 3}, []int64{1, 2, 4}},        // 1 1/6, 2 1/3, 3 1/2
		{10, []float64{.55, .28, .17}, []int64{5, 3, 2}}, // 5.5, 2.8, 1.7
		{-7, []float64{3, 2, 1}, []int64{-4, -2, -1}},    // towards zero, then away from it
		{math.MinInt64, []float64{1}, []int64{math.MinInt64}},
	} {
		parts, err := b2b.MustMoney(c.minor, "EUR").Split(c.weights)
		for i, want := range c.want {
			if err != nil || len(parts) != len(c.want) || parts[i] != b2b.MustMoney(want, "EUR") {
				t.Fatalf("%d by %v: %v, %v; want %v", c.minor, c.weights, parts, err, c.want)
			}
		}
	}
	_, err := b2b.MustMoney(1, "EUR").Split([]float64{-1, math.NaN(), 2})
	if want := "weights[0]: negative\nweights[1]: not a finite number"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := b2b.MustMoney(1, "EUR").Split([]float64{0, 0}); err == nil {
		t.Error("split by nothing")
	}
}

func FuzzMoneySplit(f *testing.F) { f.Fuzz(rapid.MakeFuzz(splitProperty)) }

func TestMoneyConvert(t *testing.T) {
	for _, c := range []struct {
		in       string
		num, den int64
		to, want string
	}{
		{"100.00 USD", 9, 10, "EUR", "90.00 EUR"},
		{"1.00 EUR", 1601, 10, "JPY", "160 JPY"}, // 160.1
		{"0.01 EUR", 1, 2, "USD", "0.00 USD"},    // half to even: 0.5 → 0
		{"0.03 EUR", 1, 2, "USD", "0.02 USD"},    // 1.5 → 2
		{"-0.03 EUR", 1, 2, "USD", "-0.02 USD"},
		{"-0.01 EUR", 1, 2, "USD", "0.00 USD"},
		{"7 JPY", 1, 160, "EUR", "0.04 EUR"}, // 0.04375
	} {
		m, err := b2b.ParseMoney(c.in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.Convert(big.NewRat(c.num, c.den), c.to)
		if err != nil || got.String() != c.want {
			t.Errorf("%s at %d/%d: %v, %v; want %s", c.in, c.num, c.den, got, err, c.want)
		}
	}
	if _, err := b2b.MustMoney(math.MaxInt64, "JPY").Convert(big.NewRat(1, 1), "EUR"); !errors.Is(err, b2b.ErrOverflow) {
		t.Errorf("overflow: %v", err)
	}
	for want, m := range map[float64]b2b.Money{
		.123: b2b.MustMoney(123, "KWD"), .07: b2b.MustMoney(7, "EUR"), -12: b2b.MustMoney(-12, "JPY"), .0001: b2b.MustMoney(1, "CLF"),
	} {
		if got := m.Float64(); got != want {
			t.Errorf("Float64 of %v = %v", m, got)
		}
	}
}
