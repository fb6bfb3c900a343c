package stat_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/internal/stat"
)

func load(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// near compares with an absolute and a relative tolerance.
func near(got, want, tol float64) bool {
	return got == want || math.Abs(got-want) <= tol*max(1, math.Abs(want))
}

func checkInterval(t *testing.T, name string, lo, hi float64, want [2]float64, tol float64) {
	t.Helper()
	if !near(lo, want[0], tol) || !near(hi, want[1], tol) {
		t.Errorf("%s: [%.15g, %.15g], want [%.15g, %.15g]", name, lo, hi, want[0], want[1])
	}
}

func TestBinomial(t *testing.T) {
	var f struct {
		Binomial []struct {
			K, N, Conf       float64
			Wilson, Jeffreys [2]float64
			Beta             [2]float64
			AgrestiCoull     [2]float64 `json:"agresti_coull"`
		}
		Newcomb []struct {
			K1, N1, K2, N2 float64
			CI             [2]float64
		}
	}
	load(t, "intervals.json", &f)
	if len(f.Binomial) != 165 || len(f.Newcomb) != 3 {
		t.Fatalf("%d and %d intervals in the file", len(f.Binomial), len(f.Newcomb))
	}
	for _, c := range f.Binomial {
		name := fmt.Sprintf("%g of %g at %g", c.K, c.N, c.Conf)
		lo, hi := stat.Wilson(c.K, c.N, c.Conf)
		checkInterval(t, "Wilson "+name, lo, hi, c.Wilson, 1e-13)
		lo, hi = stat.WilsonFloat(c.K/c.N, c.N, c.Conf)
		checkInterval(t, "WilsonFloat "+name, lo, hi, c.Wilson, 1e-13)
		lo, hi = stat.Jeffreys(c.K, c.N, c.Conf)
		checkInterval(t, "Jeffreys "+name, lo, hi, c.Jeffreys, 1e-10)
		lo, hi = stat.ClopperPearson(c.K, c.N, c.Conf)
		checkInterval(t, "Clopper-Pearson "+name, lo, hi, c.Beta, 1e-10)
		lo, hi = stat.AgrestiCoull(c.K, c.N, c.Conf)
		checkInterval(t, "Agresti-Coull "+name, lo, hi, c.AgrestiCoull, 1e-13)
	}
	for _, c := range f.Newcomb {
		lo, hi := stat.Newcombe(c.K1, c.N1, c.K2, c.N2, 0.95)
		checkInterval(t, "Newcombe", lo, hi, c.CI, 1e-13)
	}
}

// Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10.
func TestNewcombePaper(t *testing.T) {
	for _, c := range []struct {
		k1, n1, k2, n2 float64
		want           [2]float64
	}{
		{56, 70, 48, 80, [2]float64{0.0524, 0.3339}},
		{9, 10, 3, 10, [2]float64{0.1705, 0.8090}},
		{6, 7, 2, 7, [2]float64{0.0582, 0.8062}},
		{5, 56, 0, 29, [2]float64{-0.0381, 0.1926}},
		{0, 10, 0, 20, [2]float64{-0.1611, 0.2775}},
		{0, 10, 0, 10, [2]float64{-0.2775, 0.2775}},
		{10, 10, 0, 20, [2]float64{0.6791, 1}},
		{10, 10, 0, 10, [2]float64{0.6075, 1}},
	} {
		lo, hi := stat.Newcombe(c.k1, c.n1, c.k2, c.n2, 0.95)
		checkInterval(t, fmt.Sprint(c.k1, c.n1, c.k2, c.n2), lo, hi, c.want, 0.00005001)
	}
}

func TestIntervalEnds(t *testing.T) {
	for _, n := range []float64{1, 2, 7, 10, 0.3, 1e6, 1e12} {
		for _, level := range []float64{0.5, 0.8, 0.95, 0.999} {
			if lo, _ := stat.Wilson(0, n, level); lo != 0 {
				t.Errorf("none of %g: lo is %g", n, lo)
			}
			if _, hi := stat.Wilson(n, n, level); hi != 1 {
				t.Errorf("all of %g: hi is %g", n, hi)
			}
			if _, hi := stat.WilsonFloat(1, n, level); hi != 1 {
				t.Errorf("1 with weight %g: hi is %g", n, hi)
			}
		}
	}
	for name, f := range map[string]func(k, n, level float64) (float64, float64){
		"Wilson": stat.Wilson, "Clopper-Pearson": stat.ClopperPearson, "Agresti-Coull": stat.AgrestiCoull, "Jeffreys": stat.Jeffreys,
	} {
		for _, n := range []float64{0, -1, math.NaN()} {
			if lo, hi := f(0, n, 0.95); lo != 0 || hi != 1 {
				t.Errorf("%s of no observation: [%g, %g]", name, lo, hi)
			}
		}
		if lo, hi := f(3, 10, 1); lo != 0 || hi != 1 {
			t.Errorf("%s at level 1: [%g, %g]", name, lo, hi)
		}
	}
	if lo, hi := stat.Newcombe(0, 0, 1, 2, 0.95); lo != -1 || hi != 1 {
		t.Errorf("Newcombe with an empty sample: [%g, %g]", lo, hi)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Float64Range(0.01, 1e9).Draw(t, "n")
		k := n * rapid.Float64Range(0, 1).Draw(t, "p")
		level := rapid.Float64Range(0.01, 0.9999).Draw(t, "level")
		lo, hi := stat.Wilson(k, n, level)
		if !(0 <= lo && lo <= k/n && k/n <= hi && hi <= 1) {
			t.Fatalf("[%g, %g] does not hold %g", lo, hi, k/n)
		}
		lo2, hi2 := stat.Wilson(k, n, level+0.00005)
		if lo2 > lo || hi2 < hi {
			t.Fatalf("a higher level gives less: [%g, %g], [%g, %g]", lo, hi, lo2, hi2)
		}
	})
}

// R: poisson.test(5)$conf.int is 1.623486 11.668332 and poisson.test(10)$conf.int 4.795389 18.390356; for 0 events the upper end
// is −log(0.025) in closed form.
func TestPoissonExact(t *testing.T) {
	for _, c := range []struct {
		k, exposure float64
		want        [2]float64
		tol         float64
	}{
		{0, 1, [2]float64{0, -math.Log(0.025)}, 1e-13},
		{5, 1, [2]float64{1.623486, 11.668332}, 5e-7},
		{10, 1, [2]float64{4.795389, 18.390356}, 5e-7},
		{10, 4, [2]float64{4.795389 / 4, 18.390356 / 4}, 5e-7},
	} {
		lo, hi, ok := stat.PoissonExact(c.k, c.exposure, 0.95)
		if !ok {
			t.Fatalf("%g in %g is refused", c.k, c.exposure)
		}
		checkInterval(t, fmt.Sprint(c.k), lo, hi, c.want, c.tol)
	}
	for _, c := range [][3]float64{{1, 0, .95}, {1, math.NaN(), .95}, {-1, 1, .95}, {math.NaN(), 1, .95}, {1, 1, 1}, {1, math.Inf(1), .95}, {math.Inf(1), 1, .95}} {
		if _, _, ok := stat.PoissonExact(c[0], c[1], c[2]); ok {
			t.Errorf("%v is accepted", c)
		}
	}
}

func TestSpecial(t *testing.T) {
	var f struct {
		Betainc, Betaincinv [][4]float64
		Ndtri               [][2]float64
		PoissonBinomial     struct{ P, PMF []float64 } `json:"poisson_binomial"`
	}
	load(t, "special.json", &f)
	for _, c := range f.Betainc {
		if got := stat.BetaCDF(c[2], c[0], c[1]); !near(got, c[3], 1e-10) {
			t.Errorf("BetaCDF%v = %v", c, got)
		}
	}
	for _, c := range f.Betaincinv {
		if got := stat.BetaQuantile(c[2], c[0], c[1]); !near(got, c[3], 1e-10) {
			t.Errorf("BetaQuantile%v = %v", c, got)
		}
	}
	for _, c := range f.Ndtri {
		if got := stat.NormalQuantile(c[0]); !near(got, c[1], 1e-13) {
			t.Errorf("NormalQuantile%v = %v", c, got)
		}
	}
	if diff := cmp.Diff(f.PoissonBinomial.PMF, stat.PoissonBinomial(f.PoissonBinomial.P), cmpopts.EquateApprox(0, 1e-14)); diff != "" {
		t.Errorf("Poisson binomial (-want +got):\n%s", diff)
	}
}

func TestNormal(t *testing.T) {
	// Φ(1.96) and Φ(−10) to all digits, Abramowitz and Stegun table 26.1 and its asymptotic series.
	for x, want := range map[float64]float64{0: 0.5, 1.96: 0.9750021048517795, -10: 7.61985302416052606e-24} {
		if got := stat.NormalCDF(x); math.Abs(got-want) > 1e-13*want {
			t.Errorf("Φ(%g) = %g, want %g", x, got, want)
		}
	}
	if z := stat.Z(0.95); !near(z, 1.959963984540054, 1e-15) {
		t.Errorf("Z(0.95) = %v", z)
	}
	if stat.Z(0) != 0 || stat.Z(-1) != 0 || stat.Z(math.NaN()) != 0 || !math.IsInf(stat.Z(1), 1) {
		t.Error("Z at the ends")
	}
	if !math.IsInf(stat.NormalQuantile(0), -1) || !math.IsInf(stat.NormalQuantile(1), 1) {
		t.Error("quantiles of 0 and 1")
	}
}

// For 1, 2 and 4 degrees of freedom Student's quantile has a closed form (Shaw 2006); the rest are values of R's qt.
func TestStudent(t *testing.T) {
	for _, p := range []float64{1e-9, 0.001, 0.025, 0.2, 0.45, 0.4999, 0.5, 0.51, 0.6, 0.9, 0.975, 0.9999} {
		a := 4 * p * (1 - p)
		q4 := math.Cos(math.Acos(math.Sqrt(a))/3) / math.Sqrt(a)
		for df, want := range map[float64]float64{
			1: -1 / math.Tan(math.Pi*p),
			2: (2*p - 1) * math.Sqrt(2/a),
			4: math.Copysign(2*math.Sqrt(max(q4-1, 0)), p-0.5),
		} {
			got := stat.TQuantile(p, df)
			if !near(got, want, 1e-7) {
				t.Errorf("t quantile of %g with %g: %.15g, want %.15g", p, df, got, want)
			}
			if back := stat.TCDF(got, df); !near(back, p, 1e-12) {
				t.Errorf("t distribution of %g with %g: %.15g, want %g", got, df, back, p)
			}
		}
	}
	for df, want := range map[float64]float64{5: 2.570581835636314, 10: 2.228138851964939, 30: 2.042272456301238, 1e12: 1.959963984540054, math.Inf(1): 1.959963984540054} {
		if got := stat.TQuantile(0.975, df); !near(got, want, 1e-10) {
			t.Errorf("t quantile of 0.975 with %g: %.15g, want %.15g", df, got, want)
		}
	}
	if stat.TQuantile(0.5, 3) != 0 || stat.TCDF(0, 3) != 0.5 || stat.TCDF(math.Inf(1), 3) != 1 || stat.TCDF(math.Inf(-1), 3) != 0 {
		t.Error("Student's distribution in the middle and at the ends")
	}
	// χ² with 2 degrees of freedom is exponential; the 0.95 quantile of 1 is z².
	if got := stat.ChiSquareQuantile(0.9, 2); !near(got, -2*math.Log(0.1), 1e-12) {
		t.Errorf("χ² quantile %g", got)
	}
	if got := stat.ChiSquareQuantile(0.95, 1); !near(got, 3.841458820694124, 1e-10) {
		t.Errorf("χ² quantile %g", got)
	}
}

// R: quantile(1:10, c(0, .25, .5, .9, 1)) is 1 3.25 5.5 9.1 10.
func TestQuantile7(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for p, want := range map[float64]float64{0: 1, 0.25: 3.25, 0.5: 5.5, 0.9: 9.1, 1: 10, -1: 1, 2: 10} {
		if got, ok := stat.Quantile7(x, p); !ok || !near(got, want, 1e-15) {
			t.Errorf("quantile %g is %g, want %g", p, got, want)
		}
	}
	if _, ok := stat.Quantile7(nil, 0.5); ok {
		t.Error("a quantile of nothing")
	}
	if _, ok := stat.Quantile7(x, math.NaN()); ok {
		t.Error("quantile NaN")
	}
	if got, _ := stat.Quantile7([]float64{-math.MaxFloat64, math.MaxFloat64}, 0.5); got != 0 {
		t.Errorf("the middle of all is %g", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 20).Draw(t, "x")
		slices.Sort(x)
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		a, _ := stat.Quantile7(x, min(p, q))
		b, _ := stat.Quantile7(x, max(p, q))
		if a < x[0] || b > x[len(x)-1] || a > b+1e-9 {
			t.Fatalf("quantiles %g and %g of %v", a, b, x)
		}
	})
}

// R: quantile(c(3,1,4,1,5,9,2,6), c(0, .025, .1, .25, .5, .77, .975, 1), type = 6) is 1 1 1 1.25 3.5 5.93 9 9.
func TestQuantile6(t *testing.T) {
	x := []float64{1, 1, 2, 3, 4, 5, 6, 9}
	for p, want := range map[float64]float64{0: 1, .025: 1, .1: 1, .25: 1.25, .5: 3.5, .77: 5.93, .975: 9, 1: 9, -1: 1, 2: 9} {
		if got, ok := stat.Quantile6(x, p); !ok || !near(got, want, 1e-14) {
			t.Errorf("quantile %g is %g, want %g", p, got, want)
		}
	}
	if _, ok := stat.Quantile6(nil, .5); ok {
		t.Error("a quantile of nothing")
	}
	if _, ok := stat.Quantile6(x, math.NaN()); ok {
		t.Error("quantile NaN")
	}
}

func TestSums(t *testing.T) {
	// The example of Neumaier (1974), which Kahan's sum gets wrong.
	if got := stat.Sum([]float64{1, 1e100, 1, -1e100}); got != 2 {
		t.Errorf("sum is %g, want 2", got)
	}
	if got := stat.Sum([]float64{math.MaxFloat64, math.MaxFloat64}); !math.IsInf(got, 1) {
		t.Errorf("overflow gives %g", got)
	}
	// The variance of 4, 7, 13, 16 is 30, whatever is added (NIST's test of numerical accuracy, in Chan et al. 1983).
	for _, shift := range []float64{0, 1e6, 1e9, 1e15} {
		x := []float64{4 + shift, 7 + shift, 13 + shift, 16 + shift}
		m, _ := stat.Mean(x)
		v, ok := stat.Variance(x)
		if m != 10+shift || v != 30 || !ok {
			t.Errorf("shift %g: mean %g, variance %g", shift, m, v)
		}
	}
	if _, ok := stat.Mean(nil); ok {
		t.Error("a mean of nothing")
	}
	if _, ok := stat.Variance([]float64{1}); ok {
		t.Error("a variance of one")
	}
	if got := stat.LogSumExp([]float64{1000, 1000 + math.Log(3)}); !near(got, 1000+math.Log(4), 1e-15) {
		t.Errorf("LogSumExp %v", got)
	}
	inf := math.Inf(-1)
	if got := stat.LogSumExp([]float64{inf, -2000, inf}); got != -2000 {
		t.Errorf("LogSumExp %v", got)
	}
	if stat.LogSumExp(nil) != inf || stat.LogSumExp([]float64{inf}) != inf {
		t.Error("LogSumExp of nothing")
	}
}

func TestRanks(t *testing.T) {
	if diff := cmp.Diff([]float64{4, 1.5, 3, 1.5}, stat.MidRanks([]float64{9, 2, 5, 2})); diff != "" {
		t.Error(diff)
	}
	// The example of scipy.stats.spearmanr's documentation.
	if rho, ok := stat.Spearman([]float64{1, 2, 3, 4, 5}, []float64{5, 6, 7, 8, 7}); !ok || !near(rho, 0.8207826816681233, 1e-15) {
		t.Errorf("rho is %v, %t", rho, ok)
	}
	for n := 2; n < 40; n++ { // perfect agreement is exact
		up, down := make([]float64, n), make([]float64, n)
		for i := range up {
			up[i], down[i] = float64(i*i), -float64(i)
		}
		if rho, ok := stat.Spearman(up, down); !ok || rho != -1 {
			t.Errorf("opposite order of %d: %v, %t", n, rho, ok)
		}
	}
	for _, y := range [][]float64{{1, 1, 1}, {1, 2}} {
		if _, ok := stat.Spearman([]float64{1, 2, 3}, y); ok {
			t.Errorf("a correlation with %v", y)
		}
	}
	if r, ok := stat.Pearson([]float64{1, 2, 3}, []float64{-2, -4, -6}); !ok || !near(r, -1, 1e-15) {
		t.Errorf("r is %v", r)
	}
}

func TestBenjaminiHochberg(t *testing.T) {
	// By hand: 4·0.5/4, 4·0.05/3, 4·0.009/2 and the smaller of 4·0.005/1 and the one before.
	if diff := cmp.Diff([]float64{0.018, 0.5, 0.2 / 3, 0.018}, stat.BenjaminiHochberg([]float64{0.009, 0.5, 0.05, 0.005}), cmpopts.EquateApprox(1e-14, 0)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]float64{1, 1}, stat.BenjaminiHochberg([]float64{1, 0.9})[:2], cmpopts.EquateApprox(0, 0)); diff != "" {
		t.Error(diff)
	}
}

func TestChoose(t *testing.T) {
	for _, n := range []int64{0, 1, 5, 40, 66, 100, 1000, 100000} {
		for _, k := range []int64{0, 1, 2, 20, 32, 33, 50, 499, 5000} {
			if k > n {
				continue
			}
			exact := new(big.Float).SetInt(new(big.Int).Binomial(n, k))
			mant := new(big.Float)
			e := exact.MantExp(mant)
			m, _ := mant.Float64()
			want := math.Log(m) + float64(e)*math.Ln2
			if got := stat.LogChoose(n, k); !near(got, want, 1e-14) {
				t.Errorf("log C(%d, %d) = %.17g, want %.17g", n, k, got, want)
			}
		}
	}
	if !math.IsInf(stat.LogChoose(3, 4), -1) || !math.IsInf(stat.LogChoose(3, -1), -1) || !math.IsInf(stat.LogChoose(-2, -3), -1) {
		t.Error("impossible choices")
	}
}

func TestHypergeometric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(0, 60).Draw(t, "total")
		good := rapid.Int64Range(0, total).Draw(t, "good")
		n := rapid.Int64Range(0, total).Draw(t, "n")
		var sum float64
		for k := int64(-1); k <= total+1; k++ {
			p := math.Exp(stat.LogHypergeometric(k, total, good, n))
			sum += p
			want := 0.0
			if k >= 0 && k <= n {
				num := new(big.Int).Mul(new(big.Int).Binomial(good, k), new(big.Int).Binomial(total-good, n-k))
				want, _ = new(big.Rat).SetFrac(num, new(big.Int).Binomial(total, n)).Float64()
			}
			if math.Abs(p-want) > 1e-12 {
				t.Fatalf("p(%d) = %g, want %g", k, p, want)
			}
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Fatalf("probabilities sum to %g", sum)
		}
	})
}

func TestPoissonBinomial(t *testing.T) {
	if diff := cmp.Diff([]float64{1}, stat.PoissonBinomial(nil)); diff != "" {
		t.Error(diff)
	}
	// By hand: 0.5·0.2, 0.5·0.2 + 0.5·0.8, 0.5·0.8; and certain trials.
	if diff := cmp.Diff([]float64{0, 0.1, 0.5, 0.4, 0}, stat.PoissonBinomial([]float64{0.5, 1, 0.8, 0}), cmpopts.EquateApprox(0, 1e-16)); diff != "" {
		t.Error(diff)
	}
}
