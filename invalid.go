package b2b

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

var (
	// ErrInvalid is what every [InvalidError] is: errors.Is(err, ErrInvalid) asks whether input was refused.
	ErrInvalid = errors.New("invalid input")
	// ErrConfigMismatch says that two accumulators with different configurations cannot be merged.
	ErrConfigMismatch = errors.New("configurations differ")
	// ErrTooFew says that the data are too few for the answer that was asked for.
	ErrTooFew = errors.New("too few data")
	// ErrTooLarge is what every [TooLargeError] is: the exact answer would take more work than the limit allows.
	ErrTooLarge = errors.New("too large")
)

// maxReason caps the length of a reason in bytes, so that no message carries a whole document back.
const maxReason = 200

// InvalidError is one problem of an input: where it is and what is wrong. Path starts with the plural of the argument
// and a 0-based index, then the Go field in snake case: "events[12].at". Reason never holds a personal value. The
// receiver of the refused input is unchanged.
type InvalidError struct {
	Path, Reason string
}

// Error returns "path: reason".
func (e *InvalidError) Error() string {
	if e.Path == "" {
		return e.Reason
	}
	return e.Path + ": " + e.Reason
}

// Unwrap returns [ErrInvalid].
func (e *InvalidError) Unwrap() error { return ErrInvalid }

// TooLargeError says what is too large, how much would be needed and how much is allowed. It is an [ErrTooLarge].
type TooLargeError struct {
	What        string
	Need, Limit int64 // Need 0: more than can be said
}

// Error names the thing, the need and the limit.
func (e *TooLargeError) Error() string {
	s := e.What + ": too large"
	if e.Need > 0 {
		s += ": needs " + strconv.FormatInt(e.Need, 10)
	}
	return s + ", limit " + strconv.FormatInt(e.Limit, 10)
}

// Unwrap returns [ErrTooLarge].
func (e *TooLargeError) Unwrap() error { return ErrTooLarge }

// Problems collects every problem of an input, in input order, and returns them as one error. The zero value is empty
// and ready to use. It is not safe for concurrent use.
type Problems struct {
	errs []error
}

// Add records one problem. A reason over 200 bytes is cut.
func (p *Problems) Add(path, reason string) {
	if len(reason) > maxReason {
		cut := maxReason
		for cut > 0 && !utf8.RuneStart(reason[cut]) {
			cut--
		}
		reason = reason[:cut] + "…"
	}
	p.errs = append(p.errs, &InvalidError{Path: path, Reason: reason})
}

// Addf records one problem with a formatted reason.
func (p *Problems) Addf(path, format string, args ...any) { p.Add(path, fmt.Sprintf(format, args...)) }

// Join records every problem of err, each path below the given one: "maps[2]" and "steps[0].id" give
// "maps[2].steps[0].id". An error that is no [InvalidError] is recorded as a reason at path. A nil err records nothing.
func (p *Problems) Join(path string, err error) {
	if err == nil {
		return
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			p.Join(path, e)
		}
		return
	}
	if e, ok := errors.AsType[*InvalidError](err); ok {
		switch {
		case path == "":
			path = e.Path
		case e.Path != "" && e.Path[0] == '[':
			path += e.Path
		case e.Path != "":
			path += "." + e.Path
		}
		p.errs = append(p.errs, &InvalidError{Path: path, Reason: e.Reason})
		return
	}
	p.Add(path, err.Error())
}

// Len returns the number of problems recorded.
func (p *Problems) Len() int { return len(p.errs) }

// Err returns nil if nothing was recorded, else an error whose Unwrap() []error lists one [InvalidError] per problem.
func (p *Problems) Err() error { return errors.Join(p.errs...) }

// Rejection is one record that an import refused. Index is 0-based in the argument; Path is as in [InvalidError];
// Reason never holds a personal value.
type Rejection struct {
	Index        int
	Path, Reason string
}

// Unmapped is text that has no place in a closed enumeration. The record was kept with the value Unknown.
type Unmapped struct {
	Index      int
	Path, Text string
}

// Removed is what a forget took away, as counts that name nobody. The zero value says that nothing was held.
//
//nolint:recvcheck // built up in place by Add and Merge, returned and read as a value.
type Removed struct {
	Items []RemovedItem // ordered by What, each What once, each N > 0
}

// RemovedItem counts the records of one sort that a forget took away.
type RemovedItem struct {
	What string
	N    int64
}

// Add counts n more records of a sort; n ≤ 0 changes nothing.
func (r *Removed) Add(what string, n int64) {
	if n <= 0 {
		return
	}
	i, found := slices.BinarySearchFunc(r.Items, what, func(it RemovedItem, w string) int { return cmp.Compare(it.What, w) })
	if found {
		r.Items[i].N += n
		return
	}
	r.Items = slices.Insert(r.Items, i, RemovedItem{What: what, N: n})
}

// Merge adds what another forget took away.
func (r *Removed) Merge(other Removed) {
	for _, it := range other.Items {
		r.Add(it.What, it.N)
	}
}

// N returns the count of one sort.
func (r Removed) N(what string) int64 {
	for _, it := range r.Items {
		if it.What == what {
			return it.N
		}
	}
	return 0
}

// IsEmpty reports whether nothing was held.
func (r Removed) IsEmpty() bool { return len(r.Items) == 0 }
