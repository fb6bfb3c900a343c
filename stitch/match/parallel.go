package match

import (
	"sync"
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
	if workers <= 1 || n <= 1 {
		for i := range n {
			run(i)
		}
		return
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	next := 0
	for range min(workers, n) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= n {
					return
				}
				run(i)
			}
		})
	}
	wg.Wait()
}
