// Package replicate runs the replicates of a resampling and makes intervals and rank stability of them. Every interval by
// resampling in the library follows one rule: a unit gets a Poisson(1) weight, an aggregated count w a Poisson(w) draw, from
// a stream that is keyed by (root, replicate, stable unit key); the interval is the percentile interval with quantiles of
// type 7; fewer than [MinUnits] units give none.
package replicate

import (
	"context"
	"slices"
	"sync"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// MinUnits is the least number of units for which an interval is given.
const MinUnits = 20

// TooFewUnits is the reason that an estimate without an interval gives.
const TooFewUnits = "no interval: fewer than 20 units"

// Method is the name of an interval that was found by resampling.
const Method = "percentile interval, Poisson replicates"

// Run calls the function that worker returns once for each of 0 … n−1. Each of the workers (0 means 1) calls worker once, so
// that scratch memory is its own; results must be stored by replicate number. Worker w does w, w+workers, …. progress, if
// not nil, is called from the caller's goroutine only. The first error by replicate number, or that of the context, is
// returned.
func Run(ctx context.Context, n, workers int, progress func(done, total int), worker func() func(r int) error) error {
	workers = max(1, min(workers, n))
	if workers == 1 {
		do := worker()
		for r := range n {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := do(r); err != nil {
				return err
			}
			if progress != nil {
				progress(r+1, n)
			}
		}
		return nil
	}
	// Batches keep the calls of progress on the caller's goroutine.
	fns := make([]func(int) error, workers)
	for w := range fns {
		fns[w] = worker()
	}
	const perBatch = 16
	errs := make([]error, n)
	for from := 0; from < n; from += workers * perBatch {
		if err := ctx.Err(); err != nil {
			return err
		}
		to := min(n, from+workers*perBatch)
		var wg sync.WaitGroup
		for w, do := range fns {
			wg.Go(func() {
				for r := from + w; r < to; r += workers {
					errs[r] = do(r)
				}
			})
		}
		wg.Wait()
		for _, err := range errs[from:to] {
			if err != nil {
				return err
			}
		}
		if progress != nil {
			progress(to, n)
		}
	}
	return nil
}

// Estimate returns value with the percentile interval of the draws, which it sorts. Without draws it returns a point with
// the reason why.
func Estimate(value float64, draws []float64, level float64, why string) b2b.Estimate {
	if len(draws) == 0 {
		return b2b.Point(value, why)
	}
	slices.Sort(draws)
	low, _ := stat.Quantile7(draws, (1-level)/2)
	high, _ := stat.Quantile7(draws, (1+level)/2)
	return b2b.Estimate{Value: value, Low: low, High: high, Level: level, Method: Method}
}
