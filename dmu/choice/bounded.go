package choice

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// DefaultMaxSteps bounds bounded-confidence dynamics where [Confidence.MaxSteps] is 0.
const DefaultMaxSteps = 10_000

// Confidence says how near an opinion must be to be listened to.
type Confidence struct {
	Epsilon  float64 // ≥ 0; an opinion exactly that far away still counts
	MaxSteps int     // 0 is [DefaultMaxSteps]
}

// Camp is a cluster of members with one final opinion.
type Camp struct {
	Opinion []float64 // one number in the scalar case
	Members []int     // positions, ascending
}

// Camps is the end of bounded-confidence dynamics. Camps are ordered by opinion.
type Camps struct {
	Camps     []Camp
	Steps     int // that moved anybody
	Converged bool
}

// Two opinions are within ε where they differ by at most ε and this share of the initial range: exact arithmetic would
// include the boundary, and without the allowance rounding splits what belongs together.
const confidenceSlack = 1e-9

// stillness is the share of the initial range below which nobody has moved.
const stillness = 1e-12

// HegselmannKrause runs bounded confidence (Hegselmann and Krause 2002) on scalar opinions: in each step everybody moves to the
// mean of all opinions within ε, the own included, all at once, from the opinions given. Opinions are sorted once, since
// their order is kept; a step is then O(n), by a sliding window over compensated prefix sums.
func HegselmannKrause(x []float64, cfg Confidence) (Camps, error) {
	var problems b2b.Problems
	cfg.resolve(&problems, len(x))
	for i, v := range x {
		if !(math.Abs(v) <= 1e300) { // so that sums stay finite
			problems.Add("opinions["+strconv.Itoa(i)+"]", "not a finite number below 1e300")
		}
	}
	if err := problems.Err(); err != nil {
		return Camps{}, err
	}
	n := len(x)
	type opinion struct {
		x  float64
		at int
	}
	order := make([]opinion, n)
	for i, v := range x {
		order[i] = opinion{v, i}
	}
	slices.SortFunc(order, func(a, b opinion) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.at, b.at)) })
	now, next := make([]float64, n), make([]float64, n)
	for k, o := range order {
		now[k] = o.x
	}
	span := now[n-1] - now[0]
	epsilon := cfg.Epsilon + float64(confidenceSlack*span)
	hi, lo := make([]float64, n+1), make([]float64, n+1)
	var out Camps
	for out.Steps < cfg.MaxSteps {
		if step(now, next, hi, lo, epsilon) <= stillness*span {
			out.Converged = true
			break
		}
		now, next = next, now
		out.Steps++
	}
	if !out.Converged {
		out.Converged = step(now, next, hi, lo, epsilon) <= stillness*span
	}
	for k := 0; k < n; {
		c := Camp{Members: []int{order[k].at}}
		var sum stat.Compensated
		sum.Add(now[k])
		l := k + 1
		for ; l < n && now[l]-now[l-1] <= confidenceSlack*span; l++ {
			c.Members = append(c.Members, order[l].at)
			sum.Add(now[l])
		}
		c.Opinion = []float64{sum.Sum() / float64(l-k)}
		slices.Sort(c.Members)
		out.Camps = append(out.Camps, c)
		k = l
	}
	return out, nil
}

// step moves ascending opinions once and returns how far anybody moved.
func step(now, next, hi, lo []float64, epsilon float64) (moved float64) {
	// Prefix sums in two parts: hi is what a float holds, lo the sum of what was rounded off (Knuth's two-sum).
	for k, v := range now {
		s := hi[k] + v
		b := s - hi[k]
		hi[k+1] = s
		lo[k+1] = lo[k] + ((hi[k] - (s - b)) + (v - b))
	}
	l, r := 0, 0
	last := math.Inf(-1)
	for k, v := range now {
		for now[l] < v-epsilon {
			l++
		}
		for r < len(now) && now[r] <= v+epsilon {
			r++
		}
		mean := ((hi[r] - hi[l]) + (lo[r] - lo[l])) / float64(r-l)
		last = max(last, mean) // means of later windows are not smaller; rounding must not change that
		next[k] = last
		moved = max(moved, math.Abs(last-v))
	}
	return moved
}

// HegselmannKrauseRows is [HegselmannKrause] on rows, such as preferences, whose distance is the total variation ½Σ|·|. Cost
// O(n²J) per step.
func HegselmannKrauseRows(x [][]float64, cfg Confidence) (Camps, error) {
	var problems b2b.Problems
	cfg.resolve(&problems, len(x))
	for i, row := range x {
		if len(row) != len(x[0]) || len(row) == 0 || !finite(row) {
			problems.Add("opinions["+strconv.Itoa(i)+"]", "not finite numbers, one per column")
		}
	}
	if err := problems.Err(); err != nil {
		return Camps{}, err
	}
	n := len(x)
	now, next := cloneRows(x), cloneRows(x)
	span := 0.0
	for i := range x {
		for j := range i {
			span = max(span, variation(x[i], x[j]))
		}
	}
	epsilon := cfg.Epsilon + float64(confidenceSlack*span)
	var out Camps
	sums := make([]stat.Compensated, len(x[0]))
	move := func() (moved float64) {
		for i := range now {
			clear(sums)
			heard := 0
			for _, row := range now {
				if variation(now[i], row) <= epsilon {
					heard++
					for a, v := range row {
						sums[a].Add(v)
					}
				}
			}
			for a := range sums {
				next[i][a] = sums[a].Sum() / float64(heard)
			}
			moved = max(moved, variation(next[i], now[i]))
		}
		return moved
	}
	for out.Steps < cfg.MaxSteps {
		if move() <= stillness*span {
			out.Converged = true
			break
		}
		now, next = next, now
		out.Steps++
	}
	if !out.Converged {
		out.Converged = move() <= stillness*span
	}
	camp := slices.Repeat([]int{-1}, n)
	for i := range n {
		if camp[i] >= 0 {
			continue
		}
		c := Camp{Opinion: slices.Clone(now[i])}
		for j := i; j < n; j++ {
			if camp[j] < 0 && variation(now[i], now[j]) <= confidenceSlack*span {
				camp[j] = len(out.Camps)
				c.Members = append(c.Members, j)
			}
		}
		out.Camps = append(out.Camps, c)
	}
	slices.SortStableFunc(out.Camps, func(a, b Camp) int { return slices.Compare(a.Opinion, b.Opinion) })
	return out, nil
}

func variation(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += math.Abs(a[i] - b[i])
	}
	return sum / 2
}

// resolve checks the settings and fills in the default.
func (cfg *Confidence) resolve(problems *b2b.Problems, members int) {
	if !(cfg.Epsilon >= 0) || math.IsInf(cfg.Epsilon, 1) {
		problems.Add("epsilon", "not a finite number ≥ 0")
	}
	if cfg.MaxSteps < 0 {
		problems.Add("max_steps", "negative")
	}
	if cfg.MaxSteps == 0 {
		cfg.MaxSteps = DefaultMaxSteps
	}
	if members == 0 {
		problems.Add("opinions", "empty")
	}
}
