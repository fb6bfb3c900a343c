package forecast

import (
	"math"
	"time"
)

// bins are the stays of a panel counted on a grid of ages: what a kernel is computed from. Cell l holds the ages
// ((l−1)·step, l·step]; cell 0 holds stays of no length. Durations that are whole steps are exact: at risk on
// (entry, exit], an exit before a censoring at one age.
type bins struct {
	step  int64 // µs
	k     int   // working places
	cells int   // per column
	cols  []column
	first []int // columns of place s: first[s] ≤ i < first[s+1]; the last two are censored stays and late entries
	size  int

	mass  []float64 // [column][cell]
	share []float64 // exits: how much of the cell was left on average; censored and late entries: how much of it was covered

	// The cases, for resampling: units of equal stays are one group.
	term    []int32 // index into mass
	weight  []float64
	group   []int32 // terms of group g: group[g] ≤ i < group[g+1]
	members []int32 // cases in the group
}

// column is a series of cells of one place.
type column struct {
	place int32
	to    int32 // destination; −1 censored, −2 late entry
	off   int   // of its cell 0 in mass
}

const lateEntry = -2

// recency is the weight 2^(−age/halfLife) of a stay that began at in; half-life 0 gives 1.
func recency(asOf, in, halfLife int64) float64 {
	if halfLife <= 0 {
		return 1
	}
	return math.Exp2(-float64(asOf-in) / float64(halfLife))
}

// count puts the stays of a panel on a grid.
func count(p *panel, step time.Duration, halfLife time.Duration) *bins {
	b := &bins{step: micros(step), k: len(p.places)}
	half := micros(halfLife)
	codes := p.codes()
	seen := make([]bool, b.k*codes)
	anywhere := make([]bool, codes)
	longest := int64(0)
	for j, s := range p.at {
		if p.to[j] >= 0 {
			seen[int(s)*codes+int(p.to[j])] = true
			anywhere[p.to[j]] = true
		}
		longest = max(longest, p.out[j]-p.in[j])
	}
	b.cells = int(longest/b.step) + 3
	b.first = make([]int, b.k+1)
	add := func(s, to int) {
		b.cols = append(b.cols, column{place: int32(s), to: int32(to), off: b.size})
		b.size += b.cells
	}
	index := make([]int32, b.k*codes)
	for s := range b.k {
		b.first[s] = len(b.cols)
		for c := range codes {
			// Every place has a column for every outcome that was ever seen, so that it can be pooled.
			if seen[s*codes+c] || c >= b.k && anywhere[c] {
				index[s*codes+c] = int32(len(b.cols))
				add(s, c)
			}
		}
		add(s, censored)
		add(s, lateEntry)
	}
	b.first[b.k] = len(b.cols)
	b.mass, b.share = make([]float64, b.size), make([]float64, b.size)

	n := len(p.at)
	b.term, b.weight = make([]int32, 0, n+n/8), make([]float64, 0, n+n/8)
	b.group = append(make([]int32, 0, p.deals+1), 0)
	b.members = make([]int32, 0, p.deals)
	groups := make(map[uint64]int32, p.deals)
	put := func(at int, w, share float64) {
		b.mass[at] += w
		b.share[at] += float64(w * share)
		b.term, b.weight = append(b.term, int32(at)), append(b.weight, w)
	}
	for i := range p.deals {
		for j := p.from[i]; j < p.from[i+1]; j++ {
			s := int(p.at[j])
			t, late := p.out[j]-p.in[j], p.rise[j]-p.in[j]
			if late > 0 && p.out[j] <= p.rise[j] {
				continue
			}
			w := recency(p.asOf, p.in[j], half)
			end := b.first[s+1]
			whole, rest := t/b.step, t%b.step
			x := float64(rest) / float64(b.step)
			if p.to[j] == censored {
				if t == 0 {
					continue // at risk on (0, 0]: nowhere
				}
				put(b.cols[end-2].off+int(whole)+1, w, x)
			} else {
				l := int(whole)
				if rest > 0 {
					l++
					x = 1 - x
				}
				put(b.cols[index[s*codes+int(p.to[j])]].off+l, w, x)
			}
			if late > 0 {
				put(b.cols[end-1].off+int(late/b.step)+1, w, float64(late%b.step)/float64(b.step))
			}
		}
		b.closeCase(groups, half == 0)
	}
	for i, m := range b.mass {
		if m > 0 {
			b.share[i] /= m
		}
	}
	return b
}

// closeCase ends a case, merging it with an earlier one of equal stays.
func (b *bins) closeCase(groups map[uint64]int32, merge bool) {
	from, to := b.group[len(b.group)-1], int32(len(b.term))
	if from == to {
		return
	}
	if merge {
		h := uint64(14695981039346656037)
		for _, t := range b.term[from:to] {
			h = (h ^ uint64(uint32(t))) * 1099511628211
			h ^= h >> 29
		}
		if g, ok := groups[h]; ok && equalTerms(b.term[b.group[g]:b.group[g+1]], b.term[from:to]) {
			b.members[g]++
			b.term, b.weight = b.term[:from], b.weight[:from]
			return
		}
		groups[h] = int32(len(b.members))
	}
	b.group = append(b.group, to)
	b.members = append(b.members, 1)
}

func equalTerms(a, b []int32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// exits returns the exit columns of a place.
func (b *bins) exits(s int) []column { return b.cols[b.first[s] : b.first[s+1]-2] }

// atRisk fills n with the mass of place s that is at risk in each cell.
func (b *bins) atRisk(mass []float64, s int, n []float64) {
	clear(n)
	end := b.first[s+1]
	for _, c := range b.exits(s) {
		for l, m := range mass[c.off : c.off+b.cells] {
			n[l] += m
		}
	}
	cens, late := b.cols[end-2].off, b.cols[end-1].off
	var above, aboveCens, aboveLate float64 // sums over later cells
	for l := b.cells - 1; l >= 0; l-- {
		above += n[l]
		c, e := mass[cens+l], mass[late+l]
		n[l] = max(0, above+aboveCens+float64(c*b.share[cens+l])-aboveLate-float64(e*b.share[late+l]))
		aboveCens += c
		aboveLate += e
	}
}
