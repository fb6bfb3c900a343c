package conformance

import "slices"

// searchLimit bounds the markings of one search over silent moves. Beyond it the search is cut off, and what rests on
// it is not exact.
const searchLimit = 200_000

// opening is what was found out about a door: the transitions with the same needs.
type opening struct {
	markings []int32 // where they can happen
	stamp    int32
	partial  bool
}

// begin starts a search at a marking.
func (a *automaton) begin(marking int32) {
	a.stamp++
	a.queue = a.queue[:0]
	a.meet(marking)
}

// meet puts a marking into the queue unless it was there before.
func (a *automaton) meet(marking int32) {
	for len(a.seen) < a.n {
		a.seen = append(a.seen, 0)
	}
	if a.seen[marking] != a.stamp {
		a.seen[marking] = a.stamp
		a.queue = append(a.queue, marking)
	}
}

// targets appends the markings right after transition t that are reached from a marking by silent moves and t; those
// that another of them reaches by silent moves independent of t may be left out.
func (a *automaton) targets(dst []int32, from, t int32) []int32 {
	for _, x := range a.openings(from, t) {
		if !a.fire(x, t) {
			a.partial = true // more tokens than a place can count
		} else if y := a.intern(a.work); !slices.Contains(dst, y) {
			dst = append(dst, y)
		}
	}
	return dst
}

// openings returns the markings, reached from one by silent moves, where transition t can happen; it holds until the next call. All steps of
// a state are asked for in a row, and of those with the same needs the first has the work.
func (a *automaton) openings(from, t int32) []int32 {
	if from != a.openFrom {
		a.openFrom = from
		a.openStamp++
	}
	o := &a.opens[a.m.door[t]]
	if o.stamp == a.openStamp {
		a.partial = a.partial || o.partial
		return o.markings
	}
	before := a.partial
	a.partial = false
	o.stamp, o.markings = a.openStamp, o.markings[:0]
	a.begin(from)
	for head := 0; head < len(a.queue); head++ {
		x := a.queue[head]
		a.clearSet()
		if p := a.lacking(x, t); p >= 0 {
			a.wantAll(a.m.producers[p])
		} else {
			o.markings = append(o.markings, x)
			a.wantAll(a.m.rivals[t]) // only what takes tokens of t can lead to another place
		}
		a.advance(x)
		if len(a.queue) > a.limit {
			a.partial = true
			break
		}
	}
	o.partial = a.partial
	a.partial = a.partial || before
	return o.markings
}

// reaches reports whether silent moves lead from one marking to another.
func (a *automaton) reaches(from, to int32) bool {
	a.begin(from)
	for head := 0; head < len(a.queue); head++ {
		x := a.queue[head]
		if x == to {
			return true
		}
		a.aim(x, to)
		a.advance(x)
		if len(a.queue) > a.limit {
			a.partial = true
			break
		}
	}
	return false
}

// aim begins the stubborn set at marking x for the way to another.
func (a *automaton) aim(x, to int32) {
	a.clearSet()
	if p, more := a.differing(x, to); more {
		a.wantAll(a.m.producers[p])
	} else {
		a.wantAll(a.m.consumers[p])
	}
}

// clearSet empties the stubborn set.
func (a *automaton) clearSet() {
	a.round++
	a.set = a.set[:0]
}

// wantAll puts transitions into the stubborn set.
func (a *automaton) wantAll(transitions []int32) {
	for _, t := range transitions {
		if a.member[t] != a.round {
			a.member[t] = a.round
			a.set = append(a.set, t)
		}
	}
}

// ready completes the stubborn set at marking x and returns those of its transitions that can happen: with a transition that can, whatever
// takes tokens from the same place belongs to the set; with one that cannot, whatever puts tokens on a place that it lacks.
func (a *automaton) ready(x int32) []int32 {
	a.can = a.can[:0]
	for i := 0; i < len(a.set); i++ {
		t := a.set[i]
		if p := a.lacking(x, t); p >= 0 {
			a.wantAll(a.m.producers[p])
			continue
		}
		a.wantAll(a.m.rivals[t])
		a.can = append(a.can, t)
	}
	return a.can
}

// advance makes the moves of the stubborn set at marking x.
func (a *automaton) advance(x int32) {
	for _, t := range a.ready(x) {
		if a.fire(x, t) {
			a.meet(a.intern(a.work))
		} else {
			a.partial = true // more tokens than a place can count
		}
	}
}

// earliest keeps of some markings those that no other reaches by silent moves; of markings that reach one another, the
// first. It works in place.
func (a *automaton) earliest(markings []int32) []int32 {
	for i := 0; i < len(markings); i++ {
		for j := 0; j < len(markings); j++ {
			if i != j && a.reaches(markings[i], markings[j]) {
				markings = slices.Delete(markings, j, j+1)
				if j < i {
					i--
				}
				j--
			}
		}
	}
	return markings
}
