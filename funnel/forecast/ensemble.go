package forecast

import (
	"context"

	"github.com/buyerjourney/b2b/internal/replicate"
	"github.com/buyerjourney/b2b/internal/stream"
)

// ensemble is the outcome of every draw.
type ensemble struct {
	draws, periods int
	wins           []int32   // [draw·periods + period]: deals won in the period
	revenue        []int64   // minor units
	rates          []float64 // [draw]: expected wins under the drawn rates, all periods, without drift
	tilted         []float64 // [draw]: with drift
	binomial       []float64 // [draw]: variance of the wins given the rates
	logit, logit2  []float64 // [key]: sums of log odds over draws, and of their squares
}

// maxIntervals bounds the number of different (place, age) for which intervals of single deals are computed.
const maxIntervals = 20000

// simulate draws the future of the open deals; single asks for the intervals of single deals as well.
func (e *engine) simulate(ctx context.Context, root stream.Root, draws, workers int, single bool, progress func(done, total int)) (*ensemble, error) {
	out, err := simulateAll(ctx, []*engine{e}, root, draws, workers, single, progress)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// simulateAll draws the future of the same open deals under several engines. Draw r has streams of its own, so the result
// does not hang on workers, nor on which engines there are.
func simulateAll(ctx context.Context, engines []*engine, root stream.Root, draws, workers int, single bool, progress func(done, total int)) ([]*ensemble, error) {
	out := make([]*ensemble, len(engines))
	odds := make([][][]float32, len(engines)) // [engine][draw][key]
	for i, e := range engines {
		n := len(e.ends)
		out[i] = &ensemble{
			draws: draws, periods: n, wins: make([]int32, draws*n), revenue: make([]int64, draws*n),
			rates: make([]float64, draws), tilted: make([]float64, draws), binomial: make([]float64, draws),
		}
		odds[i] = make([][]float32, draws)
	}
	err := replicate.Run(ctx, draws, workers, progress, func() func(int) error {
		var luck []uint64
		w := make([]*worker, len(engines))
		for i, e := range engines {
			w[i] = e.newWorker(single)
			luck = make([]uint64, len(e.open))
		}
		return func(r int) error {
			rng := root.SourceN("deals", uint64(r), 0)
			for i := range luck {
				luck[i] = rng.Uint64()
			}
			for i := range w {
				odds[i][r] = w[i].draw(root, r, luck, out[i])
			}
			return nil
		}
	})
	if err != nil {
		return nil, err
	}
	for i, e := range engines {
		out[i].logit, out[i].logit2 = make([]float64, len(e.keys)), make([]float64, len(e.keys))
		for _, o := range odds[i] {
			for k, x := range o {
				out[i].logit[k] += float64(x)
				out[i].logit2[k] += float64(float64(x) * float64(x))
			}
		}
	}
	return out, nil
}
