package discovery

import (
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/journey"
)

// Durations measures how long journeys take, from the completion of the first step to that of the last, with the exact
// median. Empty journeys are left out; one step takes 0. ok is false for a log without times.
func Durations(log *journey.Log) (t Times, ok bool) {
	if !log.Timed() {
		return Times{}, false
	}
	r := log.Rows()
	us := make([]int64, 0, log.Journeys())
	for j := range log.Journeys() {
		if from, to := r.Offsets[j], r.Offsets[j+1]; from < to {
			us = append(us, r.At[to-1]-r.At[from])
		}
	}
	return exactTimes(us), true
}

// DurationSums is [Durations] as an accumulator: mean and deviation are exact, the median is a bound. The zero value is
// empty. It has no Sub, since a least value cannot be taken back. Not safe for concurrent use while it is changed.
type DurationSums struct{ all spread }

// Add measures a journey. Empty journeys and those of a log without times are left out. The zero Journey is an error.
func (d *DurationSums) Add(j journey.Journey) error {
	if j.Log() == nil {
		return noJourney()
	}
	from, to := j.Rows()
	if at := j.Log().Rows().At; j.Log().Timed() && from < to {
		d.all.add(at[to-1] - at[from])
	}
	return nil
}

// Merge adds the times of other, which is unchanged. The error is always nil.
func (d *DurationSums) Merge(other *DurationSums) error {
	d.all.merge(&other.all)
	return nil
}

// Times returns the summary.
func (d *DurationSums) Times() Times { return d.all.times() }

// AppendBinary appends the canonical binary form.
func (d *DurationSums) AppendBinary(dst []byte) ([]byte, error) {
	return d.all.append(append(dst, version)), nil
}

// UnmarshalBinary reads what AppendBinary wrote; on an error d is unchanged.
func (d *DurationSums) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(version)
	s := readSpread(r)
	if err := r.Done(); err != nil {
		return err
	}
	d.all = s
	return nil
}
