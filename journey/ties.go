package journey

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Ties says how far results hang on the order of rows with equal times. The zero value says: not at all.
type Ties struct {
	Journeys          int // tie-sensitive journeys; see [Journey.TieSensitive]
	Groups            int // runs of rows with equal times and different steps
	VariantsAsOrdered int // distinct step sequences in the order of the log
	VariantsCanonical int // distinct step sequences when each run of equal times is put in the order of step names
}

// IsSensitive reports whether the number of variants hangs on how ties are broken.
func (t Ties) IsSensitive() bool { return t.VariantsAsOrdered != t.VariantsCanonical }

// Ties counts ties. A log without times has none. The cost is O(rows).
func (l *Log) Ties() Ties {
	var t Ties
	r := &l.rows
	ordered, canonical := make(map[string]struct{}), make(map[string]struct{})
	var codes []uint32
	var key []byte
	note := func(set map[string]struct{}) {
		key = key[:0]
		for _, c := range codes {
			key = binary.LittleEndian.AppendUint32(key, c)
		}
		if _, ok := set[string(key)]; !ok {
			set[string(key)] = struct{}{}
		}
	}
	for j := range l.keys {
		from, to := r.Offsets[j], r.Offsets[j+1]
		codes = codes[:0]
		for i := from; i < to; i++ {
			codes = append(codes, r.Code(i))
		}
		note(ordered)
		for i := from; l.timed && i < to; {
			end, mixed := i+1, false
			for end < to && r.At[end] == r.At[i] {
				mixed = mixed || codes[end-from] != codes[i-from]
				end++
			}
			if mixed {
				t.Groups++
				slices.Sort(codes[i-from : end-from])
			}
			i = end
		}
		note(canonical)
		if l.tied != nil && l.tied[j] {
			t.Journeys++
		}
	}
	t.VariantsAsOrdered, t.VariantsCanonical = len(ordered), len(canonical)
	return t
}

// Lateness says how long after the fact rows were recorded: RecordedAt − At of the rows in which both are known. Without such rows
// the quantiles are 0 and the shares unknown.
type Lateness struct {
	Rows               int // rows with both times
	Assumed            int // rows without a time of recording
	Late               int // rows recorded after a row that follows them
	Median, P90, P99   time.Duration
	OverDay, OverMonth b2b.Fraction // shares above 1 day and above 30 days
}

// Late measures lateness. Quantiles are of type 7 (Hyndman & Fan 1996). The cost is O(rows log rows).
func (l *Log) Late() Lateness {
	out := Lateness{Assumed: l.assumed}
	for _, late := range l.late {
		if late {
			out.Late++
		}
	}
	if !l.timed || l.rows.RecordedAt == nil {
		return out
	}
	const day = 86_400_000_000
	var lag []float64
	overDay, overMonth := 0, 0
	for i, us := range l.rows.RecordedAt {
		if us == NoTime {
			continue
		}
		d := us - l.rows.At[i]
		if d > day {
			overDay++
		}
		if d > 30*day {
			overMonth++
		}
		lag = append(lag, float64(d))
	}
	out.Rows = len(lag)
	if out.Rows == 0 {
		return out
	}
	slices.Sort(lag)
	quantile := func(p float64) time.Duration {
		q, _ := stat.Quantile7(lag, p)
		return lapse(int64(q))
	}
	out.Median, out.P90, out.P99 = quantile(.5), quantile(.9), quantile(.99)
	out.OverDay = b2b.MustFraction(float64(overDay) / float64(out.Rows))
	out.OverMonth = b2b.MustFraction(float64(overMonth) / float64(out.Rows))
	return out
}
