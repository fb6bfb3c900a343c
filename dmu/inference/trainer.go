package inference

import (
	"math"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
)

// Trainer counts what persons of known seats did, and which steps exist at all. It keeps no person: deduplication and
// forgetting belong to the set that it is fed from, and [Trainer.Sub] takes a person out again.
//
// The zero value is empty and ready to use, and the identity of [Trainer.Merge]. It is not safe for concurrent use; one
// goroutine at a time.
type Trainer struct {
	steps, tokens dictionary
	declared      []bool   // by step
	stamp         []uint64 // by step: the last call that met it
	serial        uint64
	seatIndex     map[b2b.SeatID]int
	seats         []tally // seats[i] is of the seat with index i; unlabelled persons are a seat "" of their own
}

// tally is what the persons of one seat did.
type tally struct {
	id      b2b.SeatID
	persons int64
	events  int64   // Σ counts
	counts  []int64 // by step: events; may be shorter than the dictionary
	takers  []int64 // by step: persons with at least one event
	words   int64   // Σ tokens
	tokens  []int64 // by token
}

// dictionary gives names dense indices in the order of their first appearance.
type dictionary struct {
	index map[string]int
	names []string
}

func (d *dictionary) intern(name string) int {
	if i, ok := d.index[name]; ok {
		return i
	}
	if d.index == nil {
		d.index = make(map[string]int)
	}
	name = strings.Clone(name) // a name cut from a large text must not keep it alive
	d.index[name] = len(d.names)
	d.names = append(d.names, name)
	return len(d.names) - 1
}

// Declare adds a step to the vocabulary without any count. Steps of added persons, labelled or not, need no declaration. An
// empty name is an error.
func (t *Trainer) Declare(step string) error {
	if step == "" {
		return &b2b.InvalidError{Path: "step", Reason: "empty"}
	}
	i := t.step(step)
	t.declared[i] = true
	return nil
}

// Add counts one person. A person without a seat adds to the vocabulary only. A title counts for labelled persons. Negative
// counts, empty step names and sums beyond 63 bits are errors, with paths below the person ("steps[1].n"); the receiver is
// then unchanged. Zero counts are no evidence and are dropped.
func (t *Trainer) Add(p dmu.PersonSteps) error {
	if err := p.Check(); err != nil {
		return err
	}
	seat := t.seat(p.Seat)
	if err := t.apply(seat, p, 1); err != nil {
		return err
	}
	t.seats[seat].persons++
	return nil
}

// Sub takes out one person who was added, with the same seat, steps and title. It is an error, and the receiver is
// unchanged, where a count would fall below zero.
func (t *Trainer) Sub(p dmu.PersonSteps) error {
	if err := p.Check(); err != nil {
		return err
	}
	seat := t.seat(p.Seat)
	if t.seats[seat].persons == 0 {
		return &b2b.InvalidError{Path: "seat", Reason: "no person of this seat is left"}
	}
	if err := t.apply(seat, p, -1); err != nil {
		return err
	}
	t.seats[seat].persons--
	return nil
}

// apply adds (sign 1) or takes out (sign −1) the counts of one person, or reports every count that does not allow it and
// leaves all as they were.
func (t *Trainer) apply(seat int, p dmu.PersonSteps, sign int64) error {
	bad := t.count(seat, p, sign)
	if bad == nil {
		return nil
	}
	t.count(seat, p, -sign)
	var problems b2b.Problems
	reason := "more events than can be counted"
	if sign < 0 {
		reason = "below zero: the person was not added"
	}
	for _, path := range bad {
		problems.Add(path, reason)
	}
	return problems.Err()
}

// count moves every count and returns the paths of those that left the range [0, 2^63). Integers wrap around, so that the
// opposite call restores them.
func (t *Trainer) count(seat int, p dmu.PersonSteps, sign int64) (bad []string) {
	t.serial++
	for i, sc := range p.Steps {
		if sc.N == 0 {
			continue
		}
		s := t.step(sc.Step)
		row := &t.seats[seat]
		if s >= len(row.counts) {
			row.counts = extend(row.counts, len(t.steps.names))
			row.takers = extend(row.takers, len(t.steps.names))
		}
		row.counts[s] += sign * sc.N
		row.events += sign * sc.N
		if t.stamp[s] != t.serial {
			t.stamp[s] = t.serial
			row.takers[s] += sign
		}
		if row.counts[s] < 0 || row.takers[s] < 0 || row.events < 0 {
			bad = append(bad, "steps["+strconv.Itoa(i)+"].n")
		}
	}
	if p.Title == "" || p.Seat == "" {
		return bad
	}
	row := &t.seats[seat]
	below := false
	for token := range Tokens(p.Title) {
		k := t.tokens.intern(token)
		if k >= len(row.tokens) {
			row.tokens = extend(row.tokens, len(t.tokens.names))
		}
		row.tokens[k] += sign
		row.words += sign
		below = below || row.tokens[k] < 0 || row.words < 0
	}
	if below {
		bad = append(bad, "title")
	}
	return bad
}

// Merge adds what another trainer counted; b is unchanged. Sums beyond 63 bits are an error, the receiver unchanged.
func (t *Trainer) Merge(b *Trainer) error {
	for i := range b.seats {
		from := &b.seats[i]
		if j, ok := t.seatIndex[from.id]; ok {
			to := &t.seats[j]
			if math.MaxInt64-to.events < from.events || math.MaxInt64-to.words < from.words {
				return &b2b.InvalidError{Path: "trainer", Reason: "more events than can be counted"}
			}
		}
	}
	if b == t {
		b = b.clone()
	}
	steps := make([]int, len(b.steps.names))
	for s, name := range b.steps.names {
		steps[s] = t.step(name)
		t.declared[steps[s]] = t.declared[steps[s]] || b.declared[s]
	}
	tokens := make([]int, len(b.tokens.names))
	for k, name := range b.tokens.names {
		tokens[k] = t.tokens.intern(name)
	}
	for i := range b.seats {
		from := &b.seats[i]
		to := &t.seats[t.seat(from.id)]
		to.persons += from.persons
		to.events += from.events
		to.words += from.words
		to.counts = extend(to.counts, len(t.steps.names))
		to.takers = extend(to.takers, len(t.steps.names))
		to.tokens = extend(to.tokens, len(t.tokens.names))
		for s := range from.counts {
			to.counts[steps[s]] += from.counts[s]
			to.takers[steps[s]] += from.takers[s]
		}
		for k, n := range from.tokens {
			to.tokens[tokens[k]] += n
		}
	}
	return nil
}

// Persons returns the number of labelled persons.
func (t *Trainer) Persons() int64 {
	var n int64
	for i := range t.seats {
		if t.seats[i].id != "" {
			n += t.seats[i].persons
		}
	}
	return n
}

func (t *Trainer) step(name string) int {
	i := t.steps.intern(name)
	if i >= len(t.stamp) {
		t.stamp = append(t.stamp, 0)
		t.declared = append(t.declared, false)
	}
	return i
}

func (t *Trainer) seat(id b2b.SeatID) int {
	if i, ok := t.seatIndex[id]; ok {
		return i
	}
	if t.seatIndex == nil {
		t.seatIndex = make(map[b2b.SeatID]int)
	}
	id = b2b.SeatID(strings.Clone(string(id)))
	t.seatIndex[id] = len(t.seats)
	t.seats = append(t.seats, tally{id: id})
	return len(t.seats) - 1
}

func (t *Trainer) clone() *Trainer {
	c := new(Trainer)
	data, _ := t.AppendBinary(nil)
	_ = c.UnmarshalBinary(data)
	return c
}

// extend returns a with length at least n, new elements zero.
func extend(a []int64, n int) []int64 {
	if n <= len(a) {
		return a
	}
	return append(a, make([]int64, n-len(a))...)
}

func at(a []int64, i int) int64 {
	if i < len(a) {
		return a[i]
	}
	return 0
}
