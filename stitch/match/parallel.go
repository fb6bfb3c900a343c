package match

import (
	"sync"
	"sync/atomic"
)

// job is a run of blocks of one rule.
type job struct{ rule, from, to int }

// jobs cuts the blocks into runs of about the same number of pairs, the same for any number of workers.
func (b *Blocking) jobs() []job {
	const chunk = 1 << 17
	var out []job
	for rule := range b.rules {
		r := &b.rules[rule]
		from, pairs := 1, int64(0)
		for i := 1; i < len(r.start); i++ {
			pairs += pairsOf(int64(r.start[i] - r.start[i-1]))
			if pairs >= chunk {
				out = append(out, job{rule, from, i + 1})
				from, pairs = i+1, 0
			}
		}
		if from < len(r.start) {
			out = append(out, job{rule, from, len(r.start)})
		}
	}
	return out
}

// inParallel runs n jobs on some workers and waits; each job knows its number, so that results keep their order.
func inParallel(workers, n int, run func(i int)) {
	inParallelWith(workers, n, func() struct{} { return struct{}{} }, func(i int, _ struct{}) { run(i) })
}

// inParallelWith gives each worker a scratch of its own, which must not change results.
func inParallelWith[T any](workers, n int, scratch func() T, run func(i int, s T)) {
	if workers <= 1 || n <= 1 {
		if n > 0 {
			s := scratch()
			for i := range n {
				run(i, s)
			}
		}
		return
	}
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(workers, n) {
		wg.Go(func() {
			s := scratch()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				run(i, s)
			}
		})
	}
	wg.Wait()
}
