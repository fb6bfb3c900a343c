package funnel

import (
	"math/bits"
	"strings"
)

// Flags are what is remarkable about a passage or a deal: never a reason to refuse it. The zero value is nothing
// remarkable. In text the names are joined by "|".
type Flags uint32

// The flags.
const (
	Regressed            Flags = 1 << iota // entered a stage that lies before the furthest one reached
	Skipped                                // jumped over a stage of the pipeline
	ReEntered                              // was in the stage before
	LateArrival                            // became known after a later change of the deal was known
	BackDated                              // became known more than a day after it happened
	ZeroDuration                           // left at the instant of entry
	Overlap                                // entered before the stage before it was left for sure: times too coarse, no order given
	AfterClose                             // went on after the deal had closed
	StageOutcomeConflict                   // stage and outcome contradict one another: the outcome holds
	UnknownStage                           // the pipeline lacks the stage
	TimeUnknown                            // only the position is known
	Stale                                  // open for longer than any deal that ever left the stage
	Disallowed                             // the pipeline does not foresee the passage
	numFlags             = iota
)

var flagNames = [numFlags]string{
	"regressed", "skipped", "re_entered", "late_arrival", "back_dated", "zero_duration", "overlap", "after_close",
	"stage_outcome_conflict", "unknown_stage", "time_unknown", "stale", "disallowed",
}

// AllFlags returns every single flag in order.
func AllFlags() []Flags {
	out := make([]Flags, numFlags)
	for i := range out {
		out[i] = 1 << i
	}
	return out
}

// Has reports whether all of g are set.
func (f Flags) Has(g Flags) bool { return f&g == g }

// String returns the names joined by "|"; none is "".
func (f Flags) String() string {
	var names []string
	for rest := uint32(f); rest != 0; rest &= rest - 1 {
		if i := bits.TrailingZeros32(rest); i < numFlags {
			names = append(names, flagNames[i])
		}
	}
	return strings.Join(names, "|")
}
