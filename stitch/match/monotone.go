package match

import "math"

// monotone makes the weights of ordered levels fall from level to level (pool adjacent violators): levels out of order share
// their m in proportion to their chance agreement u, which gives them one weight and leaves Σ m as it is. Few matches, or
// matches of an odd kind such as those of one block rule, otherwise teach that a near value is better than an equal one.
//
// The chance agreement of a level that frequencies adjust is the typical one of its values, because that is what counts on
// the average match. Levels with asserted weights, and those that say something else than how near two values are, take no
// part.
func monotone(levels []LevelWeight, typical func(Test) float64) {
	type pool struct {
		m, u float64
		of   []int
	}
	chance := func(l *LevelWeight) float64 {
		if l.Level.TF {
			return typical(l.Level.Test)
		}
		return l.U
	}
	var pools []pool
	for i := range levels {
		l := &levels[i]
		if l.Level.Bits != nil || !ordered(l.Level.Test) {
			continue
		}
		p := pool{m: l.M, u: chance(l), of: []int{i}}
		for n := len(pools); n > 0 && p.m*pools[n-1].u > pools[n-1].m*p.u; n = len(pools) {
			before := pools[n-1]
			p = pool{m: before.m + p.m, u: before.u + p.u, of: append(before.of, p.of...)}
			pools = pools[:n-1]
		}
		pools = append(pools, p)
	}
	for _, p := range pools {
		if len(p.of) == 1 {
			continue
		}
		for _, i := range p.of {
			levels[i].M = min(max(p.m*chance(&levels[i])/p.u, minProb), maxProb)
		}
	}
}

// ordered says whether a test belongs to the order from equal to different. Swapped names and mail addresses that follow
// from names are other events, not degrees of likeness.
func ordered(t Test) bool { return t != SwapName && t != MailDerived && t != LocalDerived }

// typical is the geometric mean of the frequencies of the values, each as often as it occurs: 2^−entropy. Of a level on
// local parts it is that of local parts.
func (c *column) typical(t Test) float64 {
	if c.held == 0 {
		return 1
	}
	counts := c.count
	if t == Local && c.field.Kind == Email {
		counts = c.localCounts(c.count)
	}
	bits := 0.0
	for _, n := range counts {
		if f := float64(n) / float64(c.held); f > 0 {
			bits -= float64(f * math.Log2(f))
		}
	}
	return math.Exp2(-bits)
}
