package funnel

import (
	"cmp"
	"slices"
)

// stepRow is a StepEvent for sorting: index is its place in the caller's rows, whose ID is compared only where time and
// step are equal.
type stepRow struct {
	at    int64
	index int32
	step  int32
}

// sortRows sorts the rows of one unit, most often few and nearly in order.
func sortRows(rows []stepRow, events []StepEvent) {
	compare := func(x, y *stepRow) int {
		if x.at != y.at {
			return cmp.Compare(x.at, y.at)
		}
		if x.step != y.step {
			return cmp.Compare(x.step, y.step)
		}
		return cmp.Compare(events[x.index].ID, events[y.index].ID)
	}
	if len(rows) > 24 {
		slices.SortFunc(rows, func(x, y stepRow) int { return compare(&x, &y) })
		return
	}
	for i := 1; i < len(rows); i++ {
		row := rows[i]
		j := i
		for ; j > 0 && compare(&row, &rows[j-1]) < 0; j-- {
			rows[j] = rows[j-1]
		}
		rows[j] = row
	}
}

// chain is the best chain that reached a step: that with the latest start.
type chain struct {
	start, last int64
	set         bool
}

// search runs through the events of units. It is reused from unit to unit, so that nothing is allocated per event.
type search struct {
	steps  int
	within int64
	mode   ReachMode
	chains [maxSteps]chain

	// For StrictOnce: the events that each chain used, and the chain that the latest event of a step displaced.
	paths, oldPaths [maxSteps][]int32
	old             [maxSteps]chain
}

// reached is the outcome of a search.
type reached struct {
	level       int
	start, end  int64 // of the complete chain; else start is the latest start of any chain
	started     bool
	interrupted bool // the search ended before the events did
}

func (s *search) run(rows []stepRow, events []StepEvent) reached {
	for k := range s.steps {
		s.chains[k].set = false
		s.old[k].set = false
	}
	var r reached
	top := 0
loop:
	for i := range rows {
		row := &rows[i]
		k := int(row.step)
		switch {
		case k == Excluded:
			for j := range s.steps {
				s.chains[j].set = false
				s.old[j].set = false
			}
			continue
		case k == NoStep:
			if s.mode&StrictOrder != 0 && r.started {
				r.interrupted = true
				break loop
			}
			continue
		case k == 0:
			s.put(0, chain{start: row.at, last: row.at, set: true}, nil, s.number(rows, events, i))
			r.started, r.start = true, row.at
			top = max(top, 1)
			if s.steps == 1 {
				return reached{level: 1, start: row.at, end: row.at, started: true}
			}
			continue
		case s.mode&StrictDeduplication != 0 && s.chains[k].set:
			r.interrupted = true
			break loop
		case s.mode&StrictOrder != 0 && r.started && !s.chains[k-1].set:
			if s.mode&AllowReentry != 0 {
				continue
			}
			r.interrupted = true
			break loop
		}
		c, path := s.chains[k-1], s.paths[k-1]
		number := s.number(rows, events, i)
		if s.mode&StrictOnce != 0 && c.set && slices.Contains(path, number) {
			c, path = s.old[k-1], s.oldPaths[k-1]
			if slices.Contains(path, number) {
				continue
			}
		}
		if !c.set || row.at-c.start > s.within || s.mode&StrictIncrease != 0 && c.last >= row.at {
			continue
		}
		s.put(k, chain{start: c.start, last: row.at, set: true}, path, number)
		top = max(top, k+1)
		if k+1 == s.steps {
			return reached{level: s.steps, start: c.start, end: row.at, started: true}
		}
	}
	r.level = top
	return r
}

// number returns the number by which an event is told apart: rows of one event have one time and ID but need not lie
// together.
func (s *search) number(rows []stepRow, events []StepEvent, i int) int32 {
	if s.mode&StrictOnce == 0 {
		return 0 // nobody asks
	}
	if id := events[rows[i].index].ID; id != "" {
		for j := i - 1; j >= 0 && rows[j].at == rows[i].at; j-- {
			if events[rows[j].index].ID == id {
				i = j
			}
		}
	}
	return int32(i)
}

func (s *search) put(k int, c chain, path []int32, number int32) {
	if s.mode&StrictOnce != 0 {
		if !s.chains[k].set || !slices.Contains(s.paths[k], number) {
			s.old[k] = s.chains[k]
			s.oldPaths[k] = append(s.oldPaths[k][:0], s.paths[k]...)
		}
		s.paths[k] = append(append(s.paths[k][:0], path...), number)
	}
	s.chains[k] = c
}
