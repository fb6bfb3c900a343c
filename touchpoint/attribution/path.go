package attribution

import (
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
)

// Association is what every result of this package shows: observed paths show which touchpoints go together with
// conversions, not what causes them. [Credits.Evidence] carries the label.
const Association = "association"

// ErrNoConversions says that there is no conversion to credit.
var ErrNoConversions = errors.New("no conversions")

// Actor is who took part in a step. The zero value is nobody known. It is a comparable value.
type Actor struct {
	Person b2b.PersonID
	Seat   b2b.SeatID
}

// Path is a sequence of touchpoints (channels, seats, whatever the caller names) with its outcomes. Equal paths of many
// customers may come as one with counts. The zero value is invalid, since it has no step. It is a plain value.
type Path struct {
	Steps       []string
	Times       []time.Time // none, or one per step, not decreasing
	Actors      []Actor     // none, or one per step; a PathSet does not keep them
	Conversions int64       // ≥ 0
	Nulls       int64       // ≥ 0: times that the path was walked without a conversion
	Value       float64     // of all conversions together; negative for a refund
	Account     b2b.AccountID
	ConvertedAt time.Time // zero: the time of the last step
}

// maxCount bounds every total, so that counts are exact as float64.
const maxCount = 1 << 53

// Check reports every way in which the path is malformed: no step, an empty name, counts below 0 or beyond 2^53, a value
// that is not finite or comes without a conversion, times or actors that do not match the steps, times that decrease or
// are missing.
func (p Path) Check() error {
	var out b2b.Problems
	if len(p.Steps) == 0 {
		out.Add("steps", "empty path")
	}
	for i, s := range p.Steps {
		if s == "" {
			out.Add("steps["+strconv.Itoa(i)+"]", "empty name")
		}
	}
	checkCounts(&out, p.Conversions, p.Nulls, p.Value)
	if n := len(p.Times); n != 0 && n != len(p.Steps) {
		out.Add("times", "not one per step")
	} else {
		p.checkTimes(&out)
	}
	if n := len(p.Actors); n != 0 && n != len(p.Steps) {
		out.Add("actors", "not one per step")
	}
	return out.Err()
}

func (p Path) checkTimes(out *b2b.Problems) {
	for i, t := range p.Times {
		at := "times[" + strconv.Itoa(i) + "]"
		switch {
		case t.IsZero():
			out.Add(at, "missing")
		case i > 0 && t.Before(p.Times[i-1]):
			out.Add(at, "before the step before it")
		}
	}
	if n := len(p.Times); n > 0 && !p.ConvertedAt.IsZero() && p.ConvertedAt.Before(p.Times[n-1]) {
		out.Add("converted_at", "before the last step")
	}
}

func checkCounts(out *b2b.Problems, conversions, nulls int64, value float64) {
	if conversions < 0 || conversions > maxCount {
		out.Add("conversions", "outside 0..2^53")
	}
	if nulls < 0 || nulls > maxCount {
		out.Add("nulls", "outside 0..2^53")
	}
	switch {
	case math.IsNaN(value) || math.IsInf(value, 0):
		out.Add("value", "not a finite number")
	case conversions == 0 && value != 0:
		out.Add("value", "without a conversion")
	}
}

// end is the moment from which the age of a step counts.
func (p Path) end() time.Time {
	if !p.ConvertedAt.IsZero() {
		return p.ConvertedAt
	}
	return p.Times[len(p.Times)-1]
}
