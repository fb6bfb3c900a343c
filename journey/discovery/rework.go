package discovery

import (
	"maps"
	"slices"

	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/journey"
)

// Rework says which steps are done more than once in a journey, and how soon again. It is an accumulator: the zero value
// is empty. Not safe for concurrent use while it is changed.
type Rework struct {
	names
	journeys []int64         // per step: journeys with at least two of it
	gaps     []map[int]int64 // per step: how often so many other steps lie between one and the next of it
	buf      []uint32
	last     []int // per step: position + 1 in the journey at hand
}

// NewRework counts all journeys of a log.
func NewRework(log *journey.Log) *Rework {
	w := &Rework{}
	for j := range log.Journeys() {
		_ = w.Add(log.Journey(j)) // a journey of a log is no zero value
	}
	return w
}

// Add counts a journey. The zero Journey is an error.
func (w *Rework) Add(j journey.Journey) error { return w.change(j, 1) }

// Sub takes a journey out again. Where that would make a count negative, w is unchanged and the error is a
// [*b2b.InvalidError].
func (w *Rework) Sub(j journey.Journey) error {
	if err := w.change(j, -1); err != nil {
		return err
	}
	for _, a := range w.buf {
		bad := w.journeys[a] < 0
		for _, n := range w.gaps[a] {
			bad = bad || n < 0
		}
		if bad {
			_ = w.change(j, 1)
			return negative()
		}
	}
	return nil
}

func (w *Rework) change(j journey.Journey, by int64) error {
	codes, err := w.of(w.buf[:0], j)
	if err != nil {
		return err
	}
	w.buf = codes
	w.grow()
	twice := make(map[uint32]bool)
	for i, a := range codes {
		if before := w.last[a]; before > 0 {
			if w.gaps[a] == nil {
				w.gaps[a] = make(map[int]int64)
			}
			gap := i - before
			if w.gaps[a][gap] += by; w.gaps[a][gap] == 0 {
				delete(w.gaps[a], gap)
			}
			if !twice[a] {
				twice[a] = true
				w.journeys[a] += by
			}
		}
		w.last[a] = i + 1
	}
	for _, a := range codes {
		w.last[a] = 0
	}
	return nil
}

func (w *Rework) grow() {
	for len(w.journeys) < len(w.list) {
		w.journeys, w.gaps, w.last = append(w.journeys, 0), append(w.gaps, nil), append(w.last, 0)
	}
}

// Merge adds the counts of other, which is unchanged. The error is always nil.
func (w *Rework) Merge(other *Rework) error {
	counts := slices.Clone(other.journeys)
	gaps := make([]map[int]int64, len(other.gaps))
	for i, g := range other.gaps {
		gaps[i] = maps.Clone(g)
	}
	to := w.translate(&other.names)
	w.grow()
	for i, n := range counts {
		w.journeys[to[i]] += n
		for gap, n := range gaps[i] {
			if w.gaps[to[i]] == nil {
				w.gaps[to[i]] = make(map[int]int64)
			}
			w.gaps[to[i]][gap] += n
		}
	}
	return nil
}

func (w *Rework) used() []uint32 {
	order, _ := w.sorted(func(i uint32) bool { return w.journeys[i] != 0 })
	return order
}

// Journeys returns, per step, the number of journeys with at least two of it; steps without are left out.
func (w *Rework) Journeys() []Count {
	var list []Count
	for _, i := range w.used() {
		list = append(list, Count{w.list[i], w.journeys[i]})
	}
	return list
}

// MinSelfDistance returns, per step that is done again, the least number of other steps between two of it.
func (w *Rework) MinSelfDistance() []Count {
	var list []Count
	for _, i := range w.used() {
		list = append(list, Count{w.list[i], int64(slices.Min(slices.Collect(maps.Keys(w.gaps[i]))))})
	}
	return list
}

// AppendBinary appends the canonical binary form, with names.
func (w *Rework) AppendBinary(dst []byte) ([]byte, error) {
	order := w.used()
	dst = w.appendNames(append(dst, version), order)
	for _, i := range order {
		dst = bin.AppendUvarint(dst, uint64(w.journeys[i]))
		dst = bin.AppendUvarint(dst, uint64(len(w.gaps[i])))
		for _, gap := range slices.Sorted(maps.Keys(w.gaps[i])) {
			dst = bin.AppendUvarint(dst, uint64(gap))
			dst = bin.AppendUvarint(dst, uint64(w.gaps[i][gap]))
		}
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote; on an error w is unchanged.
func (w *Rework) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(version)
	n := Rework{names: *readNames(r)}
	n.grow()
	for i := range n.list {
		n.journeys[i] = readCount(r)
		n.gaps[i] = make(map[int]int64)
		last := -1
		for range r.Count(2) {
			gap, c := readCount(r), readCount(r)
			if int(gap) <= last || c == 0 {
				r.Fail(bin.ErrCorrupt)
				break
			}
			n.gaps[i][int(gap)] = c
			last = int(gap)
		}
		if r.Err() == nil && (n.journeys[i] == 0 || len(n.gaps[i]) == 0) {
			r.Fail(bin.ErrCorrupt)
		}
	}
	if err := r.Done(); err != nil {
		return err
	}
	*w = n
	return nil
}
