package experience

import (
	"math"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Difference is the difference of the same figure of two tallies. It is an immutable value.
type Difference struct {
	Estimate b2b.Estimate // a − b
	SE       float64
	Z        float64 // Estimate/SE
	P        float64 // two-sided
}

// Compare returns the difference a − b with z = (a−b)/√(v_a/n_a + v_b/n_b). Where both have accounts the variances are those
// between accounts, and accounts in both contribute their covariance. ok is false if one is empty. Errors as in
// [Tally.Result], and [b2b.ErrConfigMismatch] for two instruments. cfg.Interval and Population are not used.
func Compare(a, b *Tally, cfg MetricConfig) (d Difference, ok bool, err error) {
	switch {
	case a.instrument == UnknownInstrument || b.instrument == UnknownInstrument:
		return d, false, nil
	case a.instrument != b.instrument:
		return d, false, b2b.ErrConfigMismatch
	}
	if cfg, err = cfg.withDefaults(a.instrument); err != nil {
		return d, false, err
	}
	x, y := a.collect(cfg), b.collect(cfg)
	if x.n == 0 || y.n == 0 {
		return d, false, nil
	}
	v := x.simple() + y.simple()
	method := "normal"
	if x.accounts > 0 && y.accounts > 0 {
		vx, cx := x.robust()
		vy, cy := y.robust()
		if cx >= 2 && cy >= 2 {
			v = max(0, vx+vy-float64(2*covariance(x, y)*math.Sqrt(cx/(cx-1)*cy/(cy-1))))
			method = "normal, cluster-robust"
		}
	}
	d.SE = math.Sqrt(v)
	if d.SE == 0 {
		return d, false, errZeroWidth
	}
	diff := x.mean() - y.mean()
	d.Estimate = around(diff, stat.Z(cfg.Level)*d.SE, cfg.Level, method)
	d.Z = diff / d.SE
	d.P = math.Erfc(math.Abs(d.Z) / math.Sqrt2)
	return d, true, nil
}

// covariance sums the products of what shared accounts add to the two means; both lists are in the order of the names.
func covariance(x, y *sums) float64 {
	mx, my := x.mean(), y.mean()
	t := 0.0
	j := 0
	for _, c := range x.clusters {
		for j < len(y.clusters) && y.clusters[j].name < c.name {
			j++
		}
		if j < len(y.clusters) && y.clusters[j].name == c.name {
			t += float64((c.wu - float64(mx*c.w)) / x.w * (y.clusters[j].wu - float64(my*y.clusters[j].w)) / y.w)
		}
	}
	return t
}
