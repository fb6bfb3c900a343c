package touchpoint

import (
	"bytes"
	"cmp"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

// Touch is one person in one recorded contact moment. Several persons in one moment are several touches with equal
// Source and ID, ID not empty. The zero value is a touch of which nothing is known. It is a plain comparable value; use
// [Touch.Compare] rather than == where times may differ in zone.
type Touch struct {
	ID, Source string // id within the system that recorded it; Source names that system
	Seq        int64  // the source's own order within one instant
	Touchpoint ID
	Person     b2b.PersonID
	Account    b2b.AccountID
	Seat       b2b.SeatID
	Started    time.Time // zero for a moment, else ≤ At
	At         time.Time // completion; zero in a log that knows only the order
	RecordedAt time.Time // zero: as At
	Exposure   Exposure
}

// Check reports a touch that starts after its completion, or starts and never completes, or has an exposure that is no
// value of the enumeration.
func (t Touch) Check() error {
	var p b2b.Problems
	if !t.Started.IsZero() && t.Started.After(t.At) {
		p.Add("started", "after at")
	}
	if !t.Exposure.IsValid() {
		p.Add("exposure", "no value of the enumeration")
	}
	return p.Err()
}

// Compare orders touches by (At, Seq, Source, ID) and then by canonical bytes, so that the order is total: it is 0 only
// for touches that agree in every field.
func (t Touch) Compare(u Touch) int {
	if c := cmp.Or(t.At.Compare(u.At), cmp.Compare(t.Seq, u.Seq), cmp.Compare(t.Source, u.Source), cmp.Compare(t.ID, u.ID)); c != 0 {
		return c
	}
	return bytes.Compare(t.AppendBinary(nil), u.AppendBinary(nil))
}

// AppendBinary appends the canonical form of the touch: equal touches have equal bytes, whatever the zone of their times.
func (t Touch) AppendBinary(dst []byte) []byte {
	dst = bin.AppendTime(dst, t.At)
	dst = bin.AppendVarint(dst, t.Seq)
	for _, s := range [...]string{t.Source, t.ID, string(t.Touchpoint), string(t.Person), string(t.Account), string(t.Seat)} {
		dst = bin.AppendString(dst, s)
	}
	dst = bin.AppendTime(dst, t.Started)
	dst = bin.AppendTime(dst, t.RecordedAt)
	return append(dst, byte(t.Exposure))
}

// Known returns when the touch was recorded; a zero RecordedAt stands for At, and assumed says so.
func (t Touch) Known() (at time.Time, assumed bool) {
	if t.RecordedAt.IsZero() {
		return t.At, true
	}
	return t.RecordedAt, false
}

// Duration returns At − Started, 0 for a moment.
func (t Touch) Duration() time.Duration {
	if t.Started.IsZero() {
		return 0
	}
	return t.At.Sub(t.Started)
}
