package journey

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

// OverlapRow says that a person in a seat did a step N times. Person may be unknown where events are counted.
type OverlapRow struct {
	Account b2b.AccountID
	Person  b2b.PersonID
	Seat    b2b.SeatID
	Step    StepID
	N       int64
}

// OverlapTable is an accumulator of who did what in which seat, the input of [OverlapTable.Overlap]. The zero value is the identity.
// It keeps persons apart, so it must be kept as personal data. It is not safe for concurrent use.
type OverlapTable struct {
	counts map[overlapKey]int64
}

type overlapKey struct {
	account b2b.AccountID
	person  b2b.PersonID
	seat    b2b.SeatID
	step    StepID
}

func (a overlapKey) compare(b overlapKey) int {
	return cmp.Or(
		cmp.Compare(a.account, b.account), cmp.Compare(a.person, b.person), cmp.Compare(a.seat, b.seat), cmp.Compare(a.step, b.step),
	)
}

func (r OverlapRow) check() error {
	var p b2b.Problems
	if r.Seat == "" {
		p.Add("seat", "unknown")
	}
	if r.Step == "" {
		p.Add("step", "no step")
	}
	if r.N < 1 {
		p.Add("n", "below 1")
	}
	return p.Err()
}

// Add counts a row. An unknown seat, no step or N < 1 is an error, and then nothing changes.
func (t *OverlapTable) Add(r OverlapRow) error {
	if err := r.check(); err != nil {
		return err
	}
	k := overlapKey{r.Account, r.Person, r.Seat, r.Step}
	n := t.counts[k] + r.N
	if n < 0 {
		return &b2b.InvalidError{Path: "n", Reason: "overflow"}
	}
	if t.counts == nil {
		t.counts = make(map[overlapKey]int64)
	}
	t.counts[k] = n
	return nil
}

// Sub takes a row out again; more than is there is an error, and then nothing changes.
func (t *OverlapTable) Sub(r OverlapRow) error {
	if err := r.check(); err != nil {
		return err
	}
	k := overlapKey{r.Account, r.Person, r.Seat, r.Step}
	switch n := t.counts[k] - r.N; {
	case n < 0:
		return &b2b.InvalidError{Path: "n", Reason: "more than was added"}
	case n == 0:
		delete(t.counts, k)
	default:
		t.counts[k] = n
	}
	return nil
}

// Merge adds another table, which is unchanged.
func (t *OverlapTable) Merge(o *OverlapTable) error {
	for k, n := range o.counts {
		if t.counts[k]+n < 0 {
			return &b2b.InvalidError{Path: "n", Reason: "overflow"}
		}
	}
	if t.counts == nil && len(o.counts) > 0 {
		t.counts = make(map[overlapKey]int64, len(o.counts))
	}
	for k, n := range o.counts {
		t.counts[k] += n
	}
	return nil
}

const overlapVersion = 1

func (t *OverlapTable) sorted() []overlapKey {
	keys := make([]overlapKey, 0, len(t.counts))
	for k := range t.counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, overlapKey.compare)
	return keys
}

// AppendBinary appends the canonical form.
func (t *OverlapTable) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, overlapVersion)
	dst = bin.AppendUvarint(dst, uint64(len(t.counts)))
	for _, k := range t.sorted() {
		for _, s := range [...]string{string(k.account), string(k.person), string(k.seat), string(k.step)} {
			dst = bin.AppendString(dst, s)
		}
		dst = bin.AppendUvarint(dst, uint64(t.counts[k]))
	}
	return dst, nil
}

// UnmarshalBinary replaces the table; anything but a canonical form is an error, and then nothing changes.
func (t *OverlapTable) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	if v := r.Bytes(1); len(v) == 1 && v[0] != overlapVersion {
		return fmt.Errorf("journey: overlap version %d: %w", v[0], bin.ErrCorrupt)
	}
	var d OverlapTable
	for range r.Uvarint() {
		row := OverlapRow{
			Account: b2b.AccountID(r.String()), Person: b2b.PersonID(r.String()), Seat: b2b.SeatID(r.String()), Step: StepID(r.String()),
			N: int64(r.Uvarint()),
		}
		if r.Err() != nil {
			break
		}
		if d.Add(row) != nil {
			r.Fail(bin.ErrCorrupt)
			break
		}
	}
	if err := r.Done(); err != nil {
		return fmt.Errorf("journey: overlap: %w", err)
	}
	if again, _ := d.AppendBinary(nil); !bytes.Equal(again, data) {
		return fmt.Errorf("journey: overlap: %w", bin.ErrCorrupt)
	}
	*t = d
	return nil
}

// OverlapOf counts the rows of a log. label gives the seat under which row i of a journey counts, such as the kind of the journey;
// nil is the row's own seat. Rows without a label are left out. Where a row has no person, its journey's key stands for one, so
// that each recorded case counts as one person; a log of cases needs that.
//
// In many logs the name of a step contains the actor ("Permit approved by supervisor"), so that no two seats share a step and
// overlap is trivially zero: use [Log.Strip] first.
func OverlapOf(l *Log, label func(j Journey, i int) b2b.SeatID) *OverlapTable {
	t := &OverlapTable{counts: make(map[overlapKey]int64)}
	r := &l.rows
	for j := range l.keys {
		journey := l.Journey(j)
		for i := r.Offsets[j]; i < r.Offsets[j+1]; i++ {
			k := overlapKey{
				account: b2b.AccountID(r.Account.At(i)), person: b2b.PersonID(r.Person.At(i)), seat: b2b.SeatID(r.Seat.At(i)),
				step: StepID(r.Step.Names[r.Code(i)]),
			}
			if label != nil {
				k.seat = label(journey, i-r.Offsets[j])
			}
			if k.person == "" {
				k.person = b2b.PersonID(l.keys[j])
			}
			if k.seat != "" {
				t.counts[k]++
			}
		}
	}
	return t
}

// Strip renames the steps: of the first suffix that a name ends with, in the order given, it keeps what comes before. A name that
// would become empty stays. Rows, times and journeys are as before.
func (l *Log) Strip(suffixes ...string) *Log {
	r := &l.rows
	renamed := make([]string, len(r.Step.Names))
	for i, n := range r.Step.Names {
		renamed[i] = n
		for _, s := range suffixes {
			if rest, ok := strings.CutSuffix(n, s); ok && s != "" && rest != "" {
				renamed[i] = rest
				break
			}
		}
	}
	names := slices.Clone(renamed)
	slices.Sort(names)
	names = slices.Compact(names)
	to := make([]uint32, len(renamed))
	for i, n := range renamed {
		k, _ := slices.BinarySearch(names, n)
		to[i] = uint32(k)
	}
	out := *l
	out.rows.Step.Names = names
	out.late, out.tied, out.assumed = nil, nil, 0
	if r.Narrow != nil {
		out.rows.Narrow = make([]uint16, len(r.Narrow))
		for i, c := range r.Narrow {
			out.rows.Narrow[i] = uint16(to[c])
		}
	} else {
		out.rows.Wide = make([]uint32, len(r.Wide))
		for i, c := range r.Wide {
			out.rows.Wide[i] = to[c]
		}
	}
	out.finish(nil)
	out.origin, out.again = nil, nil
	out.descend(l, func(o *Log) *Log { return o.Strip(suffixes...) })
	return &out
}
