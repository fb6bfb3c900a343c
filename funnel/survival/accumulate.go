package survival

import (
	"cmp"
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

// CurveAcc accumulates spells for curves, as counts per distinct time: state of whole numbers, so that every partition
// and order gives the same bytes, and the curve of one pass. Weights and cases are not kept: a spell with a weight other
// than 0 or 1 is refused. The zero value is empty. It is not safe for concurrent use.
type CurveAcc struct {
	exits   []run // by time, then cause; cause 0 is censoring
	entries []run // by time; cause 0 for a spell of no length, 1 for others: in this order at one time
	fresh   []Spell
}

type run struct {
	time  float64
	cause int
	n     int64
}

// Add counts one spell. A malformed spell is refused.
func (a *CurveAcc) Add(s Spell) error {
	if err := checkCounted(&s); err != nil {
		return err
	}
	a.fresh = append(a.fresh, s)
	if len(a.fresh) >= 4096 && len(a.fresh) > len(a.exits) {
		a.settle()
	}
	return nil
}

// Sub takes one spell out that was added. A spell that is not held is refused.
func (a *CurveAcc) Sub(s Spell) error {
	if err := checkCounted(&s); err != nil {
		return err
	}
	a.settle()
	i, okExit := find(a.exits, s.Exit, s.Cause)
	j, okEntry := find(a.entries, s.Entry+0, entryKind(&s))
	if !okExit || !okEntry {
		return &b2b.InvalidError{Path: "spell", Reason: "not held"}
	}
	a.exits = take(a.exits, i)
	a.entries = take(a.entries, j)
	return nil
}

// Merge adds what b holds; b is unchanged in what it holds.
func (a *CurveAcc) Merge(b *CurveAcc) error {
	exits, entries := b.runs()
	a.settle()
	a.exits, a.entries = mergeRuns(a.exits, exits), mergeRuns(a.entries, entries)
	return nil
}

// Len returns the number of spells held.
func (a *CurveAcc) Len() int64 {
	n := int64(len(a.fresh))
	for _, r := range a.exits {
		n += r.n
	}
	return n
}

// Survival returns the curve of [KaplanMeier] over the spells held.
func (a *CurveAcc) Survival(c Config) (StepCurve, error) {
	var p b2b.Problems
	c.check(&p)
	if err := p.Err(); err != nil {
		return StepCurve{}, err
	}
	return kaplanMeier(a.table(0), c), nil
}

// Incidence returns the curves of [AalenJohansen] over the spells held; a cause above causes is an error.
func (a *CurveAcc) Incidence(causes int, c Config) (Incidence, error) {
	var p b2b.Problems
	c.check(&p)
	exits, _ := a.runs()
	for _, r := range exits {
		if r.cause > causes {
			p.Add("causes", "a spell has a cause above it")
			break
		}
	}
	if causes < 1 {
		p.Add("causes", "below 1")
	}
	if err := p.Err(); err != nil {
		return Incidence{}, err
	}
	return aalenJohansen(a.table(causes), c), nil
}

// table makes the counts at risk from the runs.
func (a *CurveAcc) table(causes int) *table {
	exits, entries := a.runs()
	rows := 0
	for i := range exits {
		if i == 0 || exits[i].time != exits[i-1].time {
			rows++
		}
	}
	t := newTable(rows, causes)
	entered, left, next := 0.0, 0.0, 0
	for i, row := 0, 0; i < len(exits); row++ {
		at := exits[i].time
		instant := 0.0
		for ; next < len(entries) && (entries[next].time < at || entries[next].time == at && (at == 0 || entries[next].cause == 0)); next++ {
			if e := entries[next]; e.time == at && at != 0 {
				instant += float64(e.n)
			} else {
				entered += float64(e.n)
			}
		}
		t.time[row] = at
		t.atRisk[row] = entered - left + instant
		for ; i < len(exits) && exits[i].time == at; i++ {
			t.count(row, exits[i].cause, float64(exits[i].n))
			left += float64(exits[i].n)
		}
		entered += instant
	}
	return t
}

// AppendBinary appends the canonical form: a version, then the runs.
func (a *CurveAcc) AppendBinary(dst []byte) ([]byte, error) {
	exits, entries := a.runs()
	dst = append(dst, 1)
	for _, runs := range [2][]run{exits, entries} {
		dst = bin.AppendUvarint(dst, uint64(len(runs)))
		for _, r := range runs {
			dst = bin.AppendFloat64(dst, r.time)
			dst = bin.AppendUvarint(dst, uint64(r.cause))
			dst = bin.AppendUvarint(dst, uint64(r.n))
		}
	}
	return dst, nil
}

// UnmarshalBinary sets the accumulator to what [CurveAcc.AppendBinary] wrote; on an error it is unchanged.
func (a *CurveAcc) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(1)
	var parts [2][]run
	var totals [2]int64
	for k := range parts {
		n := r.Count(10)
		for range n {
			e := run{time: r.Finite(), cause: int(r.Uvarint()), n: int64(r.Uvarint())}
			bad := e.n <= 0 || e.cause < 0 || e.cause > math.MaxInt32 || k == 1 && e.cause > 1 || math.Signbit(e.time) && e.time == 0
			if m := len(parts[k]); m > 0 && compareRuns(parts[k][m-1], e) >= 0 {
				bad = true
			}
			totals[k] += e.n
			if bad || totals[k] < 0 {
				r.Fail(bin.ErrCorrupt)
				break
			}
			parts[k] = append(parts[k], e)
		}
	}
	if totals[0] != totals[1] {
		r.Fail(bin.ErrCorrupt)
	}
	if err := r.Done(); err != nil {
		return err
	}
	*a = CurveAcc{exits: parts[0], entries: parts[1]}
	return nil
}

// settle moves what was added into the runs.
func (a *CurveAcc) settle() {
	a.exits, a.entries = a.runs()
	a.fresh = a.fresh[:0]
}

// runs returns the runs with what was added, leaving the accumulator as it is.
func (a *CurveAcc) runs() (exits, entries []run) {
	if len(a.fresh) == 0 {
		return a.exits, a.entries
	}
	out, in := make([]run, len(a.fresh)), make([]run, len(a.fresh))
	for i := range a.fresh {
		s := &a.fresh[i]
		out[i] = run{time: s.Exit + 0, cause: s.Cause, n: 1}
		in[i] = run{time: s.Entry + 0, cause: entryKind(s), n: 1}
	}
	return mergeRuns(a.exits, compactRuns(out)), mergeRuns(a.entries, compactRuns(in))
}

// entryKind tells spells of no length from others.
func entryKind(s *Spell) int {
	if s.Entry == s.Exit {
		return 0
	}
	return 1
}

func checkCounted(s *Spell) error {
	var p b2b.Problems
	checkSpells(&p, []Spell{*s}, math.MaxInt32)
	if p.Len() == 0 && s.Weight != 0 && s.Weight != 1 {
		p.Add("spells[0].weight", "not 1")
	}
	return p.Err()
}

func compareRuns(x, y run) int {
	return cmp.Or(cmp.Compare(x.time, y.time), cmp.Compare(x.cause, y.cause))
}

func compactRuns(runs []run) []run {
	slices.SortFunc(runs, compareRuns)
	k := 0
	for _, r := range runs {
		if k > 0 && compareRuns(runs[k-1], r) == 0 {
			runs[k-1].n += r.n
			continue
		}
		runs[k] = r
		k++
	}
	return runs[:k]
}

// mergeRuns returns a new list, unless one of the two is empty.
func mergeRuns(x, y []run) []run {
	switch {
	case len(x) == 0:
		return y
	case len(y) == 0:
		return x
	}
	out := make([]run, 0, len(x)+len(y))
	for len(x) > 0 && len(y) > 0 {
		switch c := compareRuns(x[0], y[0]); {
		case c < 0:
			out, x = append(out, x[0]), x[1:]
		case c > 0:
			out, y = append(out, y[0]), y[1:]
		default:
			r := x[0]
			r.n += y[0].n
			out, x, y = append(out, r), x[1:], y[1:]
		}
	}
	return append(append(out, x...), y...)
}

func find(runs []run, t float64, cause int) (int, bool) {
	return slices.BinarySearchFunc(runs, run{time: t + 0, cause: cause}, compareRuns)
}

// take lowers a count by one, in a new list: lists may be shared after a merge.
func take(runs []run, i int) []run {
	out := slices.Clone(runs)
	if out[i].n > 1 {
		out[i].n--
		return out
	}
	return slices.Delete(out, i, i+1)
}
