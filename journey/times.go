package journey

import (
	"math"
	"time"

	"github.com/buyerjourney/b2b"
)

// finish computes what is known of each row and journey: lateness, ties, times of recording that are assumed.
func (l *Log) finish(rep *Report) {
	r := &l.rows
	if r.RecordedAt == nil {
		l.assumed = l.Len()
	} else {
		for _, us := range r.RecordedAt {
			if us == NoTime {
				l.assumed++
			}
		}
	}
	if l.timed {
		l.findLate()
		l.findTies()
	}
	if rep == nil {
		return
	}
	rep.Assumed = l.assumed
	for _, late := range l.late {
		if late {
			rep.LateEvents++
		}
	}
	for _, tied := range l.tied {
		if tied {
			rep.TieJourneys++
		}
	}
}

func (l *Log) findLate() {
	r := &l.rows
	if r.RecordedAt == nil {
		return
	}
	for j := range l.keys {
		earliest := int64(math.MaxInt64)
		for i := r.Offsets[j+1] - 1; i >= r.Offsets[j]; i-- {
			us := r.RecordedAt[i]
			if us == NoTime {
				us = r.At[i]
			}
			if us > earliest {
				if l.late == nil {
					l.late = make([]bool, l.Len())
				}
				l.late[i] = true
			}
			earliest = min(earliest, us)
		}
	}
}

func (l *Log) findTies() {
	r := &l.rows
	for j := range l.keys {
		for i := r.Offsets[j] + 1; i < r.Offsets[j+1]; i++ {
			if r.At[i] < endOfSpan(r.At[i-1], at(r.Precision, i-1, 0)) && r.Code(i) != r.Code(i-1) {
				if l.tied == nil {
					l.tied = make([]bool, len(l.keys))
				}
				l.tied[j] = true
				break
			}
		}
	}
}

// endOfSpan returns At + the width of the precision, in microseconds.
func endOfSpan(us int64, p b2b.Precision) int64 {
	switch p {
	case b2b.Year:
		return time.UnixMicro(us).UTC().AddDate(1, 0, 0).UnixMicro()
	case b2b.Month:
		return time.UnixMicro(us).UTC().AddDate(0, 1, 0).UnixMicro()
	case b2b.Day:
		return us + 86_400_000_000
	case b2b.Minute:
		return us + 60_000_000
	case b2b.Second:
		return us + 1_000_000
	case b2b.Millisecond:
		return us + 1_000
	case b2b.UnknownPrecision, b2b.OrderOnly, b2b.Microsecond:
	}
	return us + 1
}
