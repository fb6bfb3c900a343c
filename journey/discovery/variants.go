package discovery

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/journey"
)

// Variant is a sequence of steps and the number of journeys that have it.
type Variant struct {
	Steps []journey.StepID
	Count int64
}

// Variants are the distinct step sequences of a log: by count, descending, then by the names of the steps. The zero value
// has none. It is immutable and safe for concurrent use.
type Variants struct {
	log   *journey.Log
	first []int32 // per variant: a journey that has it
	count []int64
	of    []int32 // per journey: variant
	tied  int64
}

// NewVariants finds the variants of a log, in one pass that hashes each journey's codes and compares them with the
// variant of the same hash.
func NewVariants(log *journey.Log) *Variants {
	v := &Variants{log: log, of: make([]int32, log.Journeys()), tied: tiedJourneys(log)}
	r := log.Rows()
	if r.Narrow != nil {
		groupRuns(v, r.Narrow, r.Offsets)
	} else {
		groupRuns(v, r.Wide, r.Offsets)
	}
	v.order()
	return v
}

// groupRuns finds equal runs of codes. Buckets are chained in an open table of variant numbers.
func groupRuns[C uint16 | uint32](v *Variants, codes []C, offsets []int) {
	table := make([]int32, 256) // variant + 1
	hashes := make([]uint64, 0, 64)
	mask := uint64(len(table) - 1)
	for j := range v.of {
		run := codes[offsets[j]:offsets[j+1]]
		h := hashRun(run)
		at := h & mask
		for {
			x := table[at]
			if x == 0 {
				break
			}
			if hashes[x-1] == h {
				f := v.first[x-1]
				if slices.Equal(codes[offsets[f]:offsets[f+1]], run) {
					break
				}
			}
			at = (at + 1) & mask
		}
		if x := table[at]; x != 0 {
			v.of[j] = x - 1
			v.count[x-1]++
			continue
		}
		v.of[j] = int32(len(v.first))
		v.first, v.count, hashes = append(v.first, int32(j)), append(v.count, 1), append(hashes, h)
		table[at] = int32(len(v.first))
		if 2*len(v.first) > len(table) {
			table = make([]int32, 4*len(table))
			mask = uint64(len(table) - 1)
			for i, h := range hashes {
				at := h & mask
				for table[at] != 0 {
					at = (at + 1) & mask
				}
				table[at] = int32(i + 1)
			}
		}
	}
}

// hashRun mixes codes with the multiplier of splitmix64 (Steele, Lea & Flood 2014).
func hashRun[C uint16 | uint32](run []C) uint64 {
	h := uint64(len(run)) + 0x9e3779b97f4a7c15
	for _, c := range run {
		h = (h ^ uint64(c)) * 0xbf58476d1ce4e5b9
		h ^= h >> 29
	}
	return h
}

// order puts the variants into their order.
func (v *Variants) order() {
	order := make([]int32, len(v.first))
	for i := range order {
		order[i] = int32(i)
	}
	r := v.log.Rows()
	slices.SortFunc(order, func(a, b int32) int {
		if c := cmp.Compare(v.count[b], v.count[a]); c != 0 {
			return c
		}
		x, y := v.first[a], v.first[b]
		if r.Narrow != nil {
			return slices.Compare(r.Narrow[r.Offsets[x]:r.Offsets[x+1]], r.Narrow[r.Offsets[y]:r.Offsets[y+1]])
		}
		return slices.Compare(r.Wide[r.Offsets[x]:r.Offsets[x+1]], r.Wide[r.Offsets[y]:r.Offsets[y+1]])
	})
	rank := make([]int32, len(order))
	first, count := make([]int32, len(order)), make([]int64, len(order))
	for i, o := range order {
		rank[o] = int32(i)
		first[i], count[i] = v.first[o], v.count[o]
	}
	for j, x := range v.of {
		v.of[j] = rank[x]
	}
	v.first, v.count = first, count
}

// Len returns the number of variants.
func (v *Variants) Len() int { return len(v.first) }

// Count returns the number of journeys that have variant i.
func (v *Variants) Count(i int) int64 { return v.count[i] }

// Of returns the variant of a journey.
func (v *Variants) Of(journey int) int { return int(v.of[journey]) }

// First returns the first journey that has variant i.
func (v *Variants) First(i int) int { return int(v.first[i]) }

// Steps returns the steps of variant i; the slice is the caller's.
func (v *Variants) Steps(i int) []journey.StepID {
	j := v.log.Journey(int(v.first[i]))
	steps := make([]journey.StepID, j.Len())
	for k := range steps {
		steps[k] = j.Step(k)
	}
	return steps
}

// Journeys returns the journeys that have variant i, ascending.
func (v *Variants) Journeys(i int) []int {
	var list []int
	for j, x := range v.of {
		if int(x) == i {
			list = append(list, j)
		}
	}
	return list
}

// List returns the first n variants, or all for n ≤ 0.
func (v *Variants) List(n int) []Variant {
	if n <= 0 || n > v.Len() {
		n = v.Len()
	}
	list := make([]Variant, n)
	for i := range list {
		list[i] = Variant{v.Steps(i), v.count[i]}
	}
	return list
}

// TieJourneys returns how many journeys have an order that hangs on how equal times were put in order.
func (v *Variants) TieJourneys() int64 { return v.tied }

// Covering returns the least number of variants, from the most frequent on, that hold at least the share of all journeys,
// and the share that they hold with its interval (Wilson 1927). A share above 1 asks for more than there is: ok is
// false.
func (v *Variants) Covering(share float64) (n int, held b2b.Estimate, ok bool) {
	total := int64(len(v.of))
	sum := int64(0)
	for n < v.Len() && float64(sum) < float64(share*float64(total)) {
		sum += v.count[n]
		n++
	}
	return n, wilson(sum, total), total > 0 && float64(sum) >= float64(share*float64(total))
}

// level is the confidence level of the intervals of this package.
const level = .95

// wilson returns the share k/n with its interval; of nothing, the whole range.
func wilson(k, n int64) b2b.Estimate {
	if n == 0 {
		return b2b.Estimate{High: 1, Level: level, Method: "Wilson 1927"}
	}
	lo, hi := stat.Wilson(float64(k), float64(n), level)
	return b2b.Estimate{Value: float64(k) / float64(n), Low: lo, High: hi, Level: level, Method: "Wilson 1927"}
}

// Digest returns the hexadecimal SHA-256 of variants in the given order: one line per variant, joined by line feeds,
// each the count, a tab, and the names joined by U+001F.
func Digest(variants []Variant) string {
	h := sha256.New()
	var line []byte
	for i, v := range variants {
		line = line[:0]
		if i > 0 {
			line = append(line, '\n')
		}
		line = strconv.AppendInt(line, v.Count, 10)
		line = append(line, '\t')
		for k, s := range v.Steps {
			if k > 0 {
				line = append(line, '\x1f')
			}
			line = append(line, s...)
		}
		_, _ = h.Write(line) // a hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}

// VariantCounts is [Variants] as an accumulator, which knows no journeys. The zero value is empty. Not safe for
// concurrent use while it is changed.
type VariantCounts struct {
	names
	counts map[string]int64 // by the numbers of the steps, four bytes each
	buf    []uint32
	key    []byte
}

// Add counts a journey. The zero Journey is an error.
func (v *VariantCounts) Add(j journey.Journey) error { return v.change(j, 1) }

// Sub takes a journey out again; if none of its kind is there, v is unchanged and the error is a [*b2b.InvalidError].
func (v *VariantCounts) Sub(j journey.Journey) error { return v.change(j, -1) }

func (v *VariantCounts) change(j journey.Journey, by int64) error {
	codes, err := v.of(v.buf[:0], j)
	if err != nil {
		return err
	}
	v.buf = codes
	v.key = v.key[:0]
	for _, c := range codes {
		v.key = append(v.key, byte(c), byte(c>>8), byte(c>>16), byte(c>>24))
	}
	return v.bump(v.key, by)
}

func (v *VariantCounts) bump(key []byte, by int64) error {
	n := v.counts[string(key)] + by
	switch {
	case n < 0:
		return negative()
	case n == 0:
		delete(v.counts, string(key))
		return nil
	case v.counts == nil:
		v.counts = make(map[string]int64)
	}
	v.counts[string(key)] = n
	return nil
}

// Merge adds the counts of other, which is unchanged. The error is always nil.
func (v *VariantCounts) Merge(other *VariantCounts) error {
	from := maps.Clone(other.counts)
	to := v.translate(&other.names)
	for key, n := range from {
		moved := []byte(key)
		for i := 0; i < len(moved); i += 4 {
			c := to[uint32(moved[i])|uint32(moved[i+1])<<8|uint32(moved[i+2])<<16|uint32(moved[i+3])<<24]
			moved[i], moved[i+1], moved[i+2], moved[i+3] = byte(c), byte(c>>8), byte(c>>16), byte(c>>24)
		}
		_ = v.bump(moved, n) // counts only grow
	}
	return nil
}

// List returns the variants: by count, descending, then by the names of the steps.
func (v *VariantCounts) List() []Variant {
	list := make([]Variant, 0, len(v.counts))
	for key, n := range v.counts {
		steps := make([]journey.StepID, 0, len(key)/4)
		for i := 0; i < len(key); i += 4 {
			steps = append(steps, journey.StepID(v.list[uint32(key[i])|uint32(key[i+1])<<8|uint32(key[i+2])<<16|uint32(key[i+3])<<24]))
		}
		list = append(list, Variant{steps, n})
	}
	slices.SortFunc(list, func(a, b Variant) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), slices.Compare(a.Steps, b.Steps))
	})
	return list
}

// AppendBinary appends the canonical binary form, with names.
func (v *VariantCounts) AppendBinary(dst []byte) ([]byte, error) {
	list := v.List()
	used := make(map[string]bool)
	for _, x := range list {
		for _, s := range x.Steps {
			used[string(s)] = true
		}
	}
	order, rank := v.sorted(func(i uint32) bool { return used[v.list[i]] })
	dst = v.appendNames(append(dst, version), order)
	dst = bin.AppendUvarint(dst, uint64(len(list)))
	for _, x := range list {
		dst = bin.AppendUvarint(dst, uint64(x.Count))
		dst = bin.AppendUvarint(dst, uint64(len(x.Steps)))
		for _, s := range x.Steps {
			i, _ := v.find(s)
			dst = bin.AppendUvarint(dst, uint64(rank[i]))
		}
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote; on an error v is unchanged.
func (v *VariantCounts) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(version)
	n := VariantCounts{names: *readNames(r)}
	used := make([]bool, len(n.list))
	var last Variant
	for i := range r.Count(2) {
		x := Variant{Count: readCount(r)}
		var key []byte
		for range r.Count(1) {
			c := r.Uvarint()
			if r.Err() != nil || c >= uint64(len(n.list)) {
				r.Fail(bin.ErrCorrupt)
				break
			}
			used[c] = true
			x.Steps = append(x.Steps, journey.StepID(n.list[c]))
			key = append(key, byte(c), byte(c>>8), byte(c>>16), byte(c>>24))
		}
		if r.Err() == nil && (x.Count == 0 || i > 0 && (x.Count > last.Count || x.Count == last.Count && slices.Compare(x.Steps, last.Steps) <= 0)) {
			r.Fail(bin.ErrCorrupt)
		}
		if r.Err() != nil {
			break
		}
		_ = n.bump(key, x.Count) // counts only grow
		last = x
	}
	if r.Err() == nil && slices.Contains(used, false) {
		r.Fail(bin.ErrCorrupt)
	}
	if err := r.Done(); err != nil {
		return err
	}
	*v = n
	return nil
}

// String returns the steps of a variant, joined by " → ".
func (v Variant) String() string {
	names := make([]string, len(v.Steps))
	for i, s := range v.Steps {
		names[i] = string(s)
	}
	return strings.Join(names, " → ")
}
