package attribution

import (
	"encoding/binary"
	"iter"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stream"
)

// Paths is what a [PathSet] held at one moment, in the one form that all models read: names coded in sorted order, records
// in canonical order. It is immutable and safe for concurrent use. The zero value holds nothing.
type Paths struct {
	names    []string // sorted
	start    []int    // of record r: steps[start[r]:start[r+1]]
	steps    []uint32
	ages     []int64 // parallel to steps; nil if no record has times
	timed    []bool  // by record; nil if none
	conv     []float64
	null     []float64
	value    []float64
	account  []int32  // by record, −1 for none; nil if no record has one
	accounts []string // sorted
	none     Amount   // conversions without a path
	nones    float64  // nulls that lost all steps in a transform
	refunds  int64
	total    Amount
	nulls    float64
}

// Amount is a number of conversions and their value. The zero value is nothing.
type Amount struct {
	Conversions, Value float64
}

// Result returns what the set holds now. O(n log n) in distinct paths.
func (s *PathSet) Result() *Paths {
	used := make([]bool, len(s.names.list))
	owned := make([]bool, len(s.accounts.list))
	timed, size, n := false, 0, 0
	for i := range s.records {
		r := &s.records[i]
		if !r.live() {
			continue
		}
		for _, c := range s.steps[r.from : r.from+int(r.n)] {
			used[c] = true
		}
		if r.account != 0 {
			owned[r.account] = true
		}
		timed = timed || r.age >= 0
		size += int(r.n)
		n++
	}
	p := &Paths{}
	var rank, place []uint32
	p.names, rank = sorted(s.names.list, used)
	p.accounts, place = sorted(s.accounts.list, owned)

	order := s.canonical(rank, place, n)
	p.start = make([]int, 1, n+1)
	p.steps = make([]uint32, size)
	at := 0
	p.conv, p.null, p.value = make([]float64, n), make([]float64, n), make([]float64, n)
	if timed {
		p.ages, p.timed = make([]int64, 0, size), make([]bool, n)
	}
	if len(p.accounts) > 0 {
		p.account = make([]int32, n)
	}
	for k, i := range order {
		r := &s.records[i]
		for _, c := range s.steps[r.from : r.from+int(r.n)] {
			p.steps[at] = rank[c]
			at++
		}
		p.start = append(p.start, at)
		p.conv[k], p.null[k], p.value[k] = float64(r.conv), float64(r.null), s.sums.float64(r.value)
		p.refunds += r.refunds
		if timed {
			if p.timed[k] = r.age >= 0; p.timed[k] {
				p.ages = append(p.ages, s.ages[r.age:r.age+int(r.n)]...)
			} else {
				p.ages = append(p.ages, make([]int64, r.n)...)
			}
		}
		if p.account != nil {
			p.account[k] = -1
			if r.account != 0 {
				p.account[k] = int32(place[r.account])
			}
		}
	}
	p.none = Amount{float64(s.none.conv), s.sums.float64(s.none.value)}
	p.nones = float64(s.none.null)
	p.refunds += s.none.refunds
	p.total = Amount{float64(s.conv), s.value()}
	p.nulls = float64(s.null)
	return p
}

// sorted returns the strings that are used in order, and the place of each code among them.
func sorted(list []string, used []bool) (names []string, rank []uint32) {
	for i, s := range list {
		if used[i] {
			names = append(names, s)
		}
	}
	slices.Sort(names)
	rank = make([]uint32, len(list))
	for i, s := range list {
		if used[i] {
			k, _ := slices.BinarySearch(names, s)
			rank[i] = uint32(k)
		}
	}
	return names, rank
}

// Names returns the names that occur, sorted bytewise.
func (p *Paths) Names() []string { return slices.Clone(p.names) }

// Len returns the number of distinct paths.
func (p *Paths) Len() int { return len(p.conv) }

// Totals returns all conversions and their value, unattributed ones included, and all nulls.
func (p *Paths) Totals() (total Amount, nulls float64) { return p.total, p.nulls }

// Unattributed returns the conversions that have no path, or lost all steps in a transform, and the nulls that did.
func (p *Paths) Unattributed() (conversions Amount, nulls float64) { return p.none, p.nones }

// Refunds returns how many additions had a negative value.
func (p *Paths) Refunds() int64 { return p.refunds }

// All iterates over the distinct paths in canonical order. Times are given as ages through the second result: how long
// before its end each step was, nil for a path without times.
func (p *Paths) All() iter.Seq2[Path, []time.Duration] {
	return func(yield func(Path, []time.Duration) bool) {
		for r := range p.conv {
			path := Path{Conversions: int64(p.conv[r]), Nulls: int64(p.null[r]), Value: p.value[r], Account: b2b.AccountID(p.owner(r))}
			for _, c := range p.of(r) {
				path.Steps = append(path.Steps, p.names[c])
			}
			var ages []time.Duration
			for _, a := range p.agesOf(r) {
				ages = append(ages, time.Duration(a))
			}
			if !yield(path, ages) {
				return
			}
		}
	}
}

// of returns the steps of record r.
func (p *Paths) of(r int) []uint32 { return p.steps[p.start[r]:p.start[r+1]] }

// agesOf returns the ages of record r, nil without times.
func (p *Paths) agesOf(r int) []int64 {
	if p.timed == nil || !p.timed[r] {
		return nil
	}
	return p.ages[p.start[r]:p.start[r+1]]
}

func (p *Paths) owner(r int) string {
	if p.account == nil || p.account[r] < 0 {
		return ""
	}
	return p.accounts[p.account[r]]
}

// key is a stable hash of record r: of its steps, ages and account, by name.
func (p *Paths) key(r int, buf []byte) (uint64, []byte) {
	buf = buf[:0]
	for _, c := range p.of(r) {
		buf = append(buf, p.names[c]...)
		buf = append(buf, 0)
	}
	for _, a := range p.agesOf(r) {
		buf = binary.BigEndian.AppendUint64(buf, uint64(a))
	}
	buf = append(buf, 0)
	buf = append(buf, p.owner(r)...)
	return stream.Hash(string(buf)), buf
}
