package segment

import (
	"cmp"
	"math"
	"slices"
)

// solution is a choice among the options of all accounts that are not pinned.
type solution struct {
	treatment  []int
	value      int64
	bound      int64
	exact      bool
	more, less []int64 // by team: worth of an hour more and less; less −1 where there is none
}

// solve maximises the sum of values within the hours left, exactly if the work allows it.
func (pr *problem) solve(options [][]option, left []int64, maxWork int64) solution {
	k := knapsack{options: options, left: slices.Clone(left), ids: make([]int, len(options))}
	for i := range k.ids {
		k.ids[i] = i
	}
	slices.SortFunc(k.ids, func(i, j int) int { return cmp.Compare(pr.accounts[j].ID, pr.accounts[i].ID) }) // descending
	k.teams = pr.teams
	if s, ok := k.dynamic(maxWork); ok {
		return s
	}
	return k.greedy()
}

type knapsack struct {
	options [][]option
	ids     []int // accounts by id, descending
	left    []int64
	teams   int
}

// dynamic is the multiple-choice knapsack over the hours of up to two teams. Hours are divided by their greatest common
// divisor per team. Tables are sized for one hour more than there is, which gives the worth of an hour.
func (k *knapsack) dynamic(maxWork int64) (solution, bool) {
	if k.teams > 2 {
		return solution{}, false
	}
	unit := [2]int64{1, 1}
	size := [2]int64{1, 1}
	for t := range k.teams {
		common, most := int64(0), int64(0)
		for _, list := range k.options {
			longest := int64(0)
			for _, o := range list {
				if o.treatment == t+1 {
					common = gcd(common, o.hours)
					longest = max(longest, o.hours)
				}
			}
			most = min(math.MaxInt64-longest, most) + longest
		}
		unit[t] = max(1, common)
		// More hours than all could take are worth nothing.
		size[t] = min(k.left[t]+1, most)/unit[t] + 1
	}
	if float64(size[0])*float64(size[1])*float64(max(1, len(k.options))) > float64(maxWork) {
		return solution{}, false
	}
	states := int(size[0] * size[1])
	const impossible = math.MinInt64 / 2
	value, hours := make([]int64, states), make([]int64, states) // the best within each capacity, and the hours that it takes
	newValue, newHours := make([]int64, states), make([]int64, states)
	picks := make([][]byte, len(k.options)) // two bits per state: which option
	for _, i := range k.ids {
		list := k.options[i]
		if len(list) == 0 {
			continue
		}
		pick := make([]byte, (states+3)/4)
		for c, o := range list {
			offset, from0, from1 := k.offset(o, unit, size)
			if c == 0 { // nothing to compare with yet, and the bits of the pick are 0
				for s := range newValue {
					newValue[s] = impossible
				}
				for s0 := from0; s0 < size[0]; s0++ {
					for s := s0*size[1] + from1; s < (s0+1)*size[1]; s++ {
						if v := value[s-offset]; v != impossible {
							newValue[s], newHours[s] = v+o.value, hours[s-offset]+o.hours
						}
					}
				}
				continue
			}
			for s0 := from0; s0 < size[0]; s0++ {
				for s := s0*size[1] + from1; s < (s0+1)*size[1]; s++ {
					v, h := value[s-offset], hours[s-offset]
					if v == impossible {
						continue
					}
					v += o.value
					// Equal value and hours: the later option, so that the smaller id, which comes later, gets the hours.
					if v > newValue[s] || (v == newValue[s] && h+o.hours <= newHours[s]) {
						newValue[s], newHours[s] = v, h+o.hours
						shift := uint(s&3) * 2
						pick[s>>2] = pick[s>>2]&^(3<<shift) | byte(c)<<shift
					}
				}
			}
		}
		picks[i] = pick
		value, newValue = newValue, value
		hours, newHours = newHours, hours
	}
	at := func(plus [2]int64) (int64, bool) {
		var s [2]int64
		for t := range 2 {
			if t < k.teams {
				h := k.left[t] + plus[t]
				if h < 0 {
					return 0, false
				}
				s[t] = min(h/unit[t], size[t]-1)
			}
		}
		return s[0]*size[1] + s[1], true
	}
	end, _ := at([2]int64{})
	out := solution{exact: true, value: value[end], bound: value[end], treatment: make([]int, len(k.options))}
	for t := range k.teams {
		var up, down [2]int64
		up[t], down[t] = 1, -1
		s, _ := at(up)
		out.more = append(out.more, value[s]-value[end])
		less := int64(-1)
		if s, ok := at(down); ok && value[s] != impossible {
			less = value[end] - value[s]
		}
		out.less = append(out.less, less)
	}
	for _, i := range slices.Backward(k.ids) {
		if picks[i] == nil {
			continue
		}
		o := k.options[i][picks[i][end>>2]>>(uint(end&3)*2)&3]
		out.treatment[i] = o.treatment
		offset, _, _ := k.offset(o, unit, size)
		end -= offset
	}
	return out, true
}

// offset returns how far the option moves in the table, and from which rows and columns on it fits.
func (k *knapsack) offset(o option, unit, size [2]int64) (offset, from0, from1 int64) {
	switch o.treatment {
	case 1:
		from0 = min(o.hours/unit[0], size[0])
		return from0 * size[1], from0, 0
	case 2:
		from1 = min(o.hours/unit[1], size[1])
		return from1, 0, from1
	}
	return 0, 0, 0
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// step is an option seen as a change of what the account gets otherwise.
type step struct {
	account, option int
	value           int64
	rate            float64
}

// greedy takes options by value per hour, once from the start and once behind the single best one, and keeps the better plan.
func (k *knapsack) greedy() solution {
	var steps []step
	for _, i := range slices.Backward(k.ids) {
		for c := 1; c < len(k.options[i]); c++ {
			base, o := k.options[i][0], k.options[i][c]
			if gain := o.value - base.value; gain > 0 {
				steps = append(steps, step{i, c, gain, rate(gain, o.hours)})
			}
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int {
		return cmp.Or(cmp.Compare(b.rate, a.rate), cmp.Compare(k.hoursOf(a), k.hoursOf(b)))
	})
	best := k.fill(steps)
	single := slices.Clone(steps)
	slices.SortStableFunc(single, func(a, b step) int { return cmp.Compare(b.value, a.value) })
	for _, s := range single {
		if k.hoursOf(s) <= k.left[k.options[s.account][s.option].treatment-1] {
			if other := k.fill(slices.Insert(slices.Clone(steps), 0, s)); other.value > best.value {
				best = other
			}
			break
		}
	}
	best.bound = max(best.value, k.dual())
	return best
}

func (k *knapsack) hoursOf(s step) int64 { return k.options[s.account][s.option].hours }

// fill takes the steps in order as far as hours allow.
func (k *knapsack) fill(steps []step) solution {
	left := slices.Clone(k.left)
	out := solution{treatment: make([]int, len(k.options))}
	moved := make([]bool, len(k.options))
	for i, list := range k.options {
		if len(list) > 0 {
			out.treatment[i] = list[0].treatment
			out.value += list[0].value
			if t := list[0].treatment; t > 0 {
				left[t-1] -= list[0].hours
			}
		}
	}
	for _, s := range steps {
		o := k.options[s.account][s.option]
		if moved[s.account] || (o.treatment > 0 && o.hours > left[o.treatment-1]) {
			continue
		}
		moved[s.account] = true
		if base := k.options[s.account][0]; base.treatment > 0 {
			left[base.treatment-1] += base.hours
		}
		if o.treatment > 0 {
			left[o.treatment-1] -= o.hours
		}
		out.treatment[s.account] = o.treatment
		out.value += s.value
	}
	return out
}

// dual returns a bound on every plan: for prices λ of the hours, Σ_i max_o (value − λ·hours) + Σ_t λ_t·left_t, which holds for
// any λ ≥ 0; the prices are improved one team at a time (Lagrange; at the best prices this is the fractional relaxation).
func (k *knapsack) dual() int64 {
	price := make([]float64, k.teams)
	total := func() float64 {
		sum := 0.0
		for t, x := range price {
			sum += float64(x * float64(k.left[t]))
		}
		for _, list := range k.options {
			best := math.Inf(-1)
			for _, o := range list {
				v := float64(o.value)
				if o.treatment > 0 {
					v -= float64(price[o.treatment-1] * float64(o.hours))
				}
				best = max(best, v)
			}
			if len(list) > 0 {
				sum += best
			}
		}
		return sum
	}
	most := 0.0
	for _, list := range k.options {
		for _, o := range list {
			if o.hours > 0 {
				most = max(most, float64(o.value)/float64(o.hours)+1)
			}
		}
	}
	best := total()
	for range 4 {
		for t := range price {
			lo, hi := 0.0, 2*most
			for range 60 { // convex in each price
				a, b := lo+(hi-lo)/3, hi-(hi-lo)/3
				price[t] = a
				fa := total()
				price[t] = b
				if fa <= total() {
					hi = b
				} else {
					lo = a
				}
			}
			price[t] = lo
			best = min(best, total())
		}
	}
	return int64(math.Ceil(best + float64(math.Abs(best)*1e-12)))
}
