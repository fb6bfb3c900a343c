package experience

import (
	"math"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Level is a mean with what is needed to compare it: the CE-level of a touchpoint, a journey, a segment. It is a comparable
// value.
type Level struct {
	N        int64
	Mean, SD float64
	SE       float64 // of the mean; between accounts where they are known
	DF       float64 // n−1, or accounts−1
	Scale    Scale
}

// LevelOf returns the level of scores. accounts, if given, is parallel to them and makes the standard error cluster-robust; a
// score without an account is a cluster of its own. Fewer than two scores, or than two clusters, are [b2b.ErrTooFew].
func LevelOf(scale Scale, x []float64, accounts []b2b.AccountID) (Level, error) {
	var p b2b.Problems
	p.Join("", scale.Check())
	for _, v := range x {
		if !(v >= scale.Min && v <= scale.Max) {
			p.Add("scores", "outside the scale")
			break
		}
	}
	if accounts != nil && len(accounts) != len(x) {
		p.Add("accounts", "not one per score")
	}
	if err := p.Err(); err != nil {
		return Level{}, err
	}
	v, ok := stat.Variance(x)
	if !ok {
		return Level{}, b2b.ErrTooFew
	}
	n := float64(len(x))
	m, _ := stat.Mean(x)
	l := Level{N: int64(len(x)), Mean: m, SD: math.Sqrt(v), SE: math.Sqrt(v / n), DF: n - 1, Scale: scale}
	if accounts == nil {
		return l, nil
	}
	var order []b2b.AccountID
	sums := make(map[b2b.AccountID]float64)
	t, clusters := 0.0, 0.0
	for i, a := range accounts {
		if a == "" {
			t += float64((x[i] - m) * (x[i] - m))
			clusters++
			continue
		}
		if _, seen := sums[a]; !seen {
			order = append(order, a)
		}
		sums[a] += x[i] - m
	}
	for _, a := range order {
		t += float64(sums[a] * sums[a])
		clusters++
	}
	if clusters < 2 {
		return Level{}, b2b.ErrTooFew
	}
	l.SE, l.DF = math.Sqrt(clusters/(clusters-1)*t)/n, clusters-1
	return l, nil
}

// Level returns the mean score of the tally as a level on the scale of its instrument, cluster-robust where accounts are
// given. Fewer than two responses, or than two clusters, are [b2b.ErrTooFew].
func (t *Tally) Level() (Level, error) {
	scale, _ := t.instrument.Scale()
	s := t.collect(MetricConfig{Figure: MeanScore})
	n := float64(s.n)
	if s.n < 2 {
		return Level{}, b2b.ErrTooFew
	}
	sd := math.Sqrt(s.simple() * n * n / (n - 1))
	mean := scale.good(s.mean()) // back from the flipped scale
	l := Level{N: s.n, Mean: mean, SD: sd, SE: sd / math.Sqrt(n), DF: n - 1, Scale: scale}
	if s.accounts > 0 {
		v, clusters := s.robust()
		if clusters < 2 {
			return Level{}, b2b.ErrTooFew
		}
		l.SE, l.DF = math.Sqrt(v), clusters-1
	}
	return l, nil
}

// Benchmark (benchmarkcijfers) is what others reach: a published mean with its spread. The zero value is invalid.
type Benchmark struct {
	Mean, SD   float64
	N          int64 // responses behind it, ≥ 2
	Scale      Scale
	Source     string
	At         time.Time
	Population string // of whom
}

// Comparison is a level against a benchmark. It is an immutable value.
type Comparison struct {
	Gap        b2b.Estimate // level − benchmark; in the direction of good for a scale on which low is good
	Index      float64      // 100·level/benchmark; only if HasIndex
	HasIndex   bool         // false on a scale with values below 0 or a benchmark of 0
	Percentile float64      // Φ(gap/SD): where the level lies among those behind the benchmark
	SE, DF     float64      // of the gap, by Welch
	T, P       float64      // test that the gap is 0, two-sided; P > 0.05 does not say "equal"
	D          float64      // standardised difference, pooled
	Verdict    Verdict      // by equivalence within the margin
}

// Against compares the level with a benchmark on the same scale ([ErrScaleMismatch] otherwise). The verdict is by equivalence
// (Schuirmann 1987): with [L,U] the interval of level 0.90 of the gap, it is At if −margin < L and U < margin, else Above if
// L > 0, Below if U < 0, else Inconclusive. margin > 0 is required: it says what difference would not matter.
func (l Level) Against(b Benchmark, margin float64) (Comparison, error) {
	if l.Scale != b.Scale {
		return Comparison{}, ErrScaleMismatch
	}
	var p b2b.Problems
	if !(b.SD > 0) || math.IsInf(b.SD, 1) {
		p.Add("benchmark.sd", "not a finite number above 0")
	}
	if b.N < 2 {
		p.Add("benchmark.n", "below 2")
	}
	if !(b.Mean >= b.Scale.Min && b.Mean <= b.Scale.Max) {
		p.Add("benchmark.mean", "outside the scale")
	}
	if !(margin > 0) || math.IsInf(margin, 1) {
		p.Add("margin", "not a finite number above 0")
	}
	if err := p.Err(); err != nil {
		return Comparison{}, err
	}
	nb, n := float64(b.N), float64(l.N)
	other := Level{N: b.N, Mean: b.Mean, SD: b.SD, SE: b.SD / math.Sqrt(nb), DF: nb - 1, Scale: b.Scale}
	gap, se, df := welch(l, other)
	c := Comparison{SE: se, DF: df, Percentile: stat.NormalCDF(gap / b.SD), T: gap / se, P: 2 * stat.TCDF(-math.Abs(gap/se), df)}
	c.Gap, c.Verdict = verdict(gap, se, df, margin)
	if b.Scale.Min >= 0 && b.Mean != 0 {
		c.Index, c.HasIndex = 100*l.Mean/b.Mean, true
	}
	c.D = gap / math.Sqrt((float64((n-1)*l.SD*l.SD)+float64((nb-1)*b.SD*b.SD))/(n+nb-2))
	return c, nil
}

// welch returns the difference a − b in the direction of good, its standard error and degrees of freedom (Welch 1947).
func welch(a, b Level) (gap, se, df float64) {
	gap = a.Mean - b.Mean
	if a.Scale.LowIsGood {
		gap = -gap
	}
	va, vb := float64(a.SE*a.SE), float64(b.SE*b.SE)
	v := va + vb
	if v == 0 {
		return gap, math.SmallestNonzeroFloat64, a.DF + b.DF
	}
	return gap, math.Sqrt(v), v * v / (va*va/a.DF + vb*vb/b.DF)
}

// equivalenceLevel is the level of the interval of a test of equivalence at 5 %.
const equivalenceLevel = 0.90

func verdict(gap, se, df, margin float64) (b2b.Estimate, Verdict) {
	e := around(gap, stat.TQuantile((1+equivalenceLevel)/2, df)*se, equivalenceLevel, "Welch t")
	switch {
	case -margin < e.Low && e.High < margin:
		return e, At
	case e.Low > 0:
		return e, Above
	case e.High < 0:
		return e, Below
	}
	return e, Inconclusive
}
