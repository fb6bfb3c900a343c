package dmu

import (
	"strconv"

	"github.com/buyerjourney/b2b"
)

// StepCount is how often something was done: N events of the step. The meaning of a step (a step of a map, or step and
// channel) is the caller's choice.
type StepCount struct {
	Step string
	N    int64
}

// PersonSteps is what one person did, counted: what a journey log is reduced to, and what role inference learns from.
// Seat is the label if one is known by hand or by import, else ""; an inferred seat is never a label. Several rows of one
// step add up. The zero value has no steps and says nothing.
type PersonSteps struct {
	Person b2b.PersonID
	Seat   b2b.SeatID
	Title  string
	Steps  []StepCount
}

// Total returns the number of events.
func (p PersonSteps) Total() int64 {
	var n int64
	for _, s := range p.Steps {
		n += s.N
	}
	return n
}

// Check reports every step without a name and every negative count.
func (p PersonSteps) Check() error {
	var problems b2b.Problems
	for i, s := range p.Steps {
		if s.Step == "" {
			problems.Add("steps["+strconv.Itoa(i)+"].step", "empty")
		}
		if s.N < 0 {
			problems.Add("steps["+strconv.Itoa(i)+"].n", "negative")
		}
	}
	return problems.Err()
}

// SeatStep names the step that tells most of who holds a seat, and its information in bits. Package inference computes it;
// [Coverage] shows it beside a gap.
type SeatStep struct {
	Seat b2b.SeatID
	Step string
	Bits float64
}
