package simulation

import (
	"math"

	"github.com/buyerjourney/b2b/internal/exact"
)

// tally is an [Outcome] in the making, by number instead of by name. It also keeps what only a replicate knows.
type tally struct {
	ends     []int64
	censored int64
	time     []int64 // by bucket
	open     []int64
	sum      int64 // of the times of ended journeys, µs; a replicate is small enough
	squares  float64
	steps    []stepTally
	waits    [3]thirds // of what queued, by third of the run
	busy     []float64 // by department, seconds
	length   float64   // of the run, seconds
	seen     int64     // steps
}

type stepTally struct {
	visits, wait, time, last, queue int64
}

// thirds is the wait in one third of the run.
type thirds struct {
	n    []int64 // by department
	wait []float64
}

func newTally(s *Model) *tally {
	t := &tally{ends: make([]int64, len(s.ends)), steps: make([]stepTally, len(s.steps)), busy: make([]float64, len(s.config.Departments))}
	for i := range t.waits {
		t.waits[i] = thirds{make([]int64, len(t.busy)), make([]float64, len(t.busy))}
	}
	return t
}

// toMicros rounds seconds to microseconds, within what an int64 holds.
func toMicros(seconds float64) int64 {
	return int64(min(math.Round(seconds*1e6), math.MaxInt64/4))
}

func (t *tally) finish(end int, seconds float64, lastStep int, isGoal bool) {
	us := toMicros(seconds)
	t.ends[end]++
	t.time = bump(t.time, bucketOf(us))
	t.sum += us
	t.squares += float64(seconds * seconds)
	if lastStep >= 0 && !isGoal {
		t.steps[lastStep].last++
	}
}

func (t *tally) censor(seconds float64) {
	t.censored++
	t.open = bump(t.open, bucketOf(toMicros(seconds)))
}

func (t *tally) visit(step int, wait, time float64, queue int) {
	s := &t.steps[step]
	s.visits++
	s.wait += toMicros(wait)
	s.time += toMicros(time)
	s.queue = max(s.queue, int64(queue))
	t.seen++
}

func bump(list []int64, i int32) []int64 {
	if int(i) >= len(list) {
		list = append(list, make([]int64, int(i)+1-len(list))...)
	}
	list[i]++
	return list
}

// outcome returns the tally by name.
func (t *tally) outcome(s *Model) *Outcome {
	o := &Outcome{censored: t.censored}
	o.init()
	for k, n := range t.ends {
		if n > 0 {
			o.ends[s.ends[k]] += n
		}
	}
	for i, n := range t.time {
		if n > 0 {
			o.time[int32(i)] = n
		}
	}
	for i, n := range t.open {
		if n > 0 {
			o.open[int32(i)] = n
		}
	}
	o.sum.Add(t.sum)
	for i, x := range t.steps {
		if x.visits == 0 {
			continue
		}
		y := &stepSums{visits: x.visits, last: x.last, queue: x.queue}
		y.wait, y.time = wideOf(x.wait), wideOf(x.time)
		o.steps[s.steps[i].ID] = y
	}
	return o
}

func wideOf(n int64) exact.Wide {
	var w exact.Wide
	w.Add(n)
	return w
}
