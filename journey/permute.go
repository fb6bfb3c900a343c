package journey

import (
	"context"
	"math"
	"slices"
	"sync"

	"github.com/buyerjourney/b2b/internal/stream"
)

// tally is a table of steps by seats under other labels or weights.
type tally struct {
	m      []int64 // steps × seats
	bySeat []int64 // the same, seats × steps
	row    []int64
	col    []int64
	n      int64
}

// permuter holds the units of an overlap in flat form.
type permuter struct {
	o        *Overlap
	root     stream.Root
	accounts []int    // first unit of each account, and the end
	keys     []uint64 // of the accounts
	first    []int    // of the steps of each unit, and the end
	steps    []uint32
	counts   []int64
	seat     []uint32
	totals   []int64 // of the counts of each unit
}

func newPermuter(o *Overlap, root stream.Root) *permuter {
	t := &permuter{o: o, root: root, first: []int{0}}
	for i, u := range o.units {
		if i == 0 || o.units[i-1].account != u.account {
			t.accounts, t.keys = append(t.accounts, i), append(t.keys, stream.Hash(string(u.account)))
		}
		t.steps, t.counts = append(t.steps, u.steps...), append(t.counts, u.counts...)
		t.first, t.seat = append(t.first, len(t.steps)), append(t.seat, uint32(u.seat))
		total := int64(0)
		for _, n := range u.counts {
			total += n
		}
		t.totals = append(t.totals, total)
	}
	t.accounts = append(t.accounts, len(o.units))
	if len(o.units) == 0 {
		t.accounts = nil
	} else {
		t.accounts = slices.Clip(t.accounts)
	}
	return t
}

func (t *permuter) groups() int { return max(0, len(t.accounts)-1) }

// permuted are the counts over all permutations.
type permuted struct {
	sum             []float64
	atLeast, atMost []int
	cells           []int
}

// tolerance lets equal values compare equal although they were summed in another order.
const tolerance = 1e-12

func (t *permuter) permute(ctx context.Context, c SignificanceConfig) (permuted, error) {
	o := t.o
	pairs := len(o.seats) * (len(o.seats) - 1) / 2
	observed := make([]float64, 0, pairs)
	for a := range o.seats {
		for b := a + 1; b < len(o.seats); b++ {
			observed = append(observed, jaccard(o.m, len(o.seats), a, b))
		}
	}
	residuals := make([]float64, len(o.m))
	for i := range residuals {
		residuals[i] = math.Abs(o.cell(i/len(o.seats), i%len(o.seats)).Residual)
	}
	parts, err := inParts(ctx, c.Permutations, c.Workers, func(from, to int) permuted {
		out := permuted{make([]float64, pairs), make([]int, pairs), make([]int, pairs), make([]int, len(o.m))}
		w := tally{m: make([]int64, len(o.m)), bySeat: make([]int64, len(o.m)), row: o.row, col: make([]int64, len(o.seats)), n: o.n}
		seat := make([]uint32, len(t.seat))
		for b := from; b < to && ctx.Err() == nil; b++ {
			t.shuffle(seat, uint64(b))
			t.count(&w, seat, nil)
			k := 0
			for x := range o.seats {
				for y := x + 1; y < len(o.seats); y++ {
					j := jaccard(w.m, len(o.seats), x, y)
					out.sum[k] += j
					if j >= observed[k]-tolerance {
						out.atLeast[k]++
					}
					if j <= observed[k]+tolerance {
						out.atMost[k]++
					}
					k++
				}
			}
			for i, n := range w.m {
				s, r := i/len(o.seats), i%len(o.seats)
				if math.Abs(residual(float64(n), float64(w.row[s]), float64(w.col[r]), float64(w.n))) >= residuals[i]-tolerance {
					out.cells[i]++
				}
			}
		}
		return out
	})
	if err != nil {
		return permuted{}, err
	}
	total := parts[0]
	for _, p := range parts[1:] {
		for i := range p.sum {
			total.sum[i] += p.sum[i]
			total.atLeast[i] += p.atLeast[i]
			total.atMost[i] += p.atMost[i]
		}
		for i := range p.cells {
			total.cells[i] += p.cells[i]
		}
	}
	return total, nil
}

// shuffle permutes the seats inside each account.
func (t *permuter) shuffle(seat []uint32, b uint64) {
	copy(seat, t.seat)
	luck := t.root.Sub("journey overlap permutation", b, 0)
	for g := range t.groups() {
		list := seat[t.accounts[g]:t.accounts[g+1]]
		if len(list) < 2 {
			continue
		}
		r := luck.SourceN("", 0, t.keys[g])
		for i := len(list) - 1; i > 0; i-- {
			k := r.IntN(i + 1)
			list[i], list[k] = list[k], list[i]
		}
	}
}

// count fills the table under other seats; row sums do not change. weight is that of the account of each unit; nil is one.
func (t *permuter) count(w *tally, seat []uint32, weight []int64) {
	clear(w.bySeat)
	clear(w.col)
	steps, seats := len(t.o.steps), len(t.o.seats)
	for u, r := range seat {
		k := int64(1)
		if weight != nil {
			if k = weight[u]; k == 0 {
				continue
			}
		}
		w.col[r] += k * t.totals[u]
		line := w.bySeat[int(r)*steps : (int(r)+1)*steps]
		for i := t.first[u]; i < t.first[u+1]; i++ {
			line[t.steps[i]] += k * t.counts[i]
		}
	}
	for r := range seats {
		for s, n := range w.bySeat[r*steps : (r+1)*steps] {
			w.m[s*seats+r] = n
		}
	}
}

// jaccard compares the step sets of two seats of a table; two empty sets give 0.
func jaccard(m []int64, seats, a, b int) float64 {
	both, either := 0, 0
	for i := 0; i < len(m); i += seats {
		x, y := m[i+a] > 0, m[i+b] > 0
		if x && y {
			both++
		}
		if x || y {
			either++
		}
	}
	if either == 0 {
		return 0
	}
	return float64(both) / float64(either)
}

// bootstrapped are the values of each pair in each replicate in which both seats have steps.
type bootstrapped struct {
	jaccard, divergence [][]float64
}

func (t *permuter) bootstrap(ctx context.Context, c SignificanceConfig) (bootstrapped, error) {
	o := t.o
	pairs := len(o.seats) * (len(o.seats) - 1) / 2
	parts, err := inParts(ctx, c.Replicates, c.Workers, func(from, to int) bootstrapped {
		out := bootstrapped{make([][]float64, pairs), make([][]float64, pairs)}
		counts := tally{m: make([]int64, len(o.m)), bySeat: make([]int64, len(o.m)), col: make([]int64, len(o.seats))}
		w := Overlap{steps: o.steps, seats: o.seats, m: counts.m, col: counts.col}
		weight := make([]int64, len(t.seat))
		for b := from; b < to && ctx.Err() == nil; b++ {
			luck := t.root.Sub("journey overlap bootstrap", uint64(b), 0)
			for g := range t.groups() {
				r := luck.SourceN("", 0, t.keys[g])
				n := int64(r.Poisson1())
				for u := t.accounts[g]; u < t.accounts[g+1]; u++ {
					weight[u] = n
				}
			}
			t.count(&counts, t.seat, weight)
			k := 0
			for x := range o.seats {
				for y := x + 1; y < len(o.seats); y++ {
					p := w.pair(x, y)
					if d, ok := p.Divergence.Value(); ok {
						j, _ := p.Jaccard.Value()
						out.jaccard[k], out.divergence[k] = append(out.jaccard[k], j), append(out.divergence[k], d)
					}
					k++
				}
			}
		}
		return out
	})
	if err != nil {
		return bootstrapped{}, err
	}
	total := parts[0]
	for _, p := range parts[1:] {
		for i := range p.jaccard {
			total.jaccard[i] = append(total.jaccard[i], p.jaccard[i]...)
			total.divergence[i] = append(total.divergence[i], p.divergence[i]...)
		}
	}
	return total, nil
}

// inParts runs n units of work in blocks of a fixed size, on as many goroutines as asked for, and returns the blocks in order: the
// results are those of one worker, bit by bit.
func inParts[T any](ctx context.Context, n, workers int, work func(from, to int) T) ([]T, error) {
	const block = 50
	blocks := max(1, (n+block-1)/block)
	out := make([]T, blocks)
	var wg sync.WaitGroup
	workers = max(1, min(workers, blocks))
	for w := range workers {
		run := func() {
			for i := w; i < blocks; i += workers {
				out[i] = work(i*block, min(n, (i+1)*block))
			}
		}
		if workers == 1 {
			run()
		} else {
			wg.Go(run)
		}
	}
	wg.Wait()
	return out, ctx.Err()
}
