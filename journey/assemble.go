package journey

import (
	"cmp"
	"math"
	"slices"
)

// assemble groups the rows of a draft into journeys, puts everything in order and gathers the columns. Of the lists of rows that it
// needs on the way there are two at any time; what one held last becomes the column of event numbers.
func (d *draft) assemble(timed bool, rep *Report) *Log {
	of, keys, derived := d.group(rep)
	perm, offsets := countingSort(of, len(keys))
	d.sortJourneys(perm, offsets)
	if d.with != nil {
		perm, offsets = d.dropRepeats(perm, offsets)
	}
	l := &Log{config: d.config, timed: timed}
	var parts []uint32
	if d.config.Gap > 0 && timed {
		offsets, keys, derived, parts = d.cut(perm, offsets, keys, derived)
	}
	heads := d.heads(perm, offsets)
	order := orderJourneys(heads, keys)
	rows, spare := perm, of // rows of the draft, in the order of the log
	if !slices.IsSorted(order) {
		rows, spare = of[:0], perm
		for _, g := range order {
			rows = append(rows, perm[offsets[g]:offsets[g+1]]...)
		}
	}
	l.rows.Offsets = make([]int, 1, len(order)+1)
	for i, g := range order {
		l.rows.Offsets = append(l.rows.Offsets, l.rows.Offsets[i]+offsets[g+1]-offsets[g])
	}
	l.keys, l.heads = pick(keys, order), pick(heads, order)
	l.derived, l.parts = pick(derived, order), pick(parts, order)
	l.accounts = l.accountRanges()
	if cap(spare) > len(rows) {
		spare = make([]uint32, len(rows))
	}
	l.rows.Event = spare[:len(rows)]
	d.gather(l, rows)
	d.number(l, rows)
	l.finish(rep)
	return l
}

// dropRepeats leaves one row where two participants of an event turned out to be one person.
func (d *draft) dropRepeats(perm []uint32, offsets []int) ([]uint32, []int) {
	out, ends := perm[:0], make([]int, 1, len(offsets))
	for g := range len(offsets) - 1 {
		for i := offsets[g]; i < offsets[g+1]; i++ {
			if i == offsets[g] || d.src[perm[i]] != d.src[out[len(out)-1]] {
				out = append(out, perm[i])
			}
		}
		ends = append(ends, len(out))
	}
	return out, ends
}

// cut starts a new journey after each pause above the gap.
func (d *draft) cut(perm []uint32, offsets []int, keys []string, derived []bool) (ends []int, cutKeys []string, cutDerived []bool, parts []uint32) {
	gap := d.config.Gap.Microseconds()
	ends = append(ends, 0)
	for g := range keys {
		part := uint32(1)
		flush := func(end int) {
			ends = append(ends, end)
			cutKeys, parts = append(cutKeys, partKey(keys[g], part)), append(parts, part)
			if derived != nil {
				cutDerived = append(cutDerived, derived[g])
			}
			part++
		}
		for i := offsets[g] + 1; i < offsets[g+1]; i++ {
			if d.at(perm[i])-d.at(perm[i-1]) > gap {
				flush(i)
			}
		}
		flush(offsets[g+1])
	}
	return ends, cutKeys, cutDerived, parts
}

// heads returns what each journey is about: the first name of each sort among its rows; nil where no row has any.
func (d *draft) heads(perm []uint32, offsets []int) []head {
	if d.account.Codes == nil && d.person.Codes == nil && d.kind.Codes == nil && d.seat.Codes == nil {
		return nil
	}
	out := make([]head, len(offsets)-1)
	first := func(c *Column, rows []uint32) uint32 {
		if c.Codes == nil || len(rows) == 0 {
			return 0
		}
		if c.Names[0] != "" {
			return c.Codes[rows[0]]
		}
		for _, r := range rows {
			if code := c.Codes[r]; code != 0 {
				return code
			}
		}
		return 0
	}
	for g := range out {
		rows := perm[offsets[g]:offsets[g+1]]
		out[g] = head{first(&d.account, rows), first(&d.person, rows), first(&d.kind, rows), first(&d.seat, rows)}
	}
	return out
}

// accountRanges returns the runs of journeys of one account.
func (l *Log) accountRanges() []accountRange {
	var out []accountRange
	for i := range l.keys {
		account := l.head(i).account
		if n := len(out); n > 0 && out[n-1].account == account {
			out[n-1].to = i + 1
		} else {
			out = append(out, accountRange{account, i, i + 1})
		}
	}
	return out
}

// gather fills the columns of the log.
func (d *draft) gather(l *Log, rows rowList) {
	t, src := d.t, rows
	if d.src != nil {
		src = pick(d.src, rows)
	}
	names := l.rows.names()
	for i := range t.dicts {
		switch i {
		case colStep, colJourney:
		case colPerson, colAccount, colSeat, colKind:
			own := [numNames]*Column{colPerson: &d.person, colAccount: &d.account, colSeat: &d.seat, colKind: &d.kind}[i]
			*names[i] = Column{Names: own.Names, Codes: pick(own.Codes, rows)}
		default:
			*names[i] = sortNames(Column{Names: t.dicts[i].names, Codes: t.codesOf(i, src)})
		}
	}
	t.gather(&l.rows.Columns, src)
	if l.timed {
		l.rows.At = t.times(src)
	}
	if l.rows.At == nil {
		l.rows.At = make([]int64, len(src))
	}
	d.gatherSteps(l, src)
}

// gatherSteps fills the column of steps, whose codes are narrow if they can be.
func (d *draft) gatherSteps(l *Log, src rowList) {
	steps := make([][]uint32, len(d.t.list))
	for i, b := range d.t.list {
		steps[i] = b.codes[colStep]
	}
	step := func(r uint32) uint32 { return steps[r>>blockShift][r&(blockRows-1)] }
	used := make([]bool, len(d.t.dicts[colStep].names))
	for _, r := range src {
		used[step(r)] = true
	}
	rank, sorted := ranks(d.t.dicts[colStep].names, func(c uint32) bool { return used[c] })
	l.rows.Step.Names = sorted
	if len(sorted) <= math.MaxUint16+1 {
		l.rows.Narrow = make([]uint16, len(src))
		for i, r := range src {
			l.rows.Narrow[i] = uint16(rank[step(r)])
		}
		return
	}
	l.rows.Wide = make([]uint32, len(src))
	for i, r := range src {
		l.rows.Wide[i] = rank[step(r)]
	}
}

// number gives events their numbers: ascending in the total order inside each account, one number for all rows of an event.
func (d *draft) number(l *Log, rows []uint32) {
	next := uint32(0)
	inOrder := func(from, to int) {
		for i := from; i < to; i++ {
			l.rows.Event[i] = next
			next++
		}
	}
	var list []uint32 // positions in the log
	sorted := func(from, to int) {
		list = list[:0]
		for i := from; i < to; i++ {
			list = append(list, uint32(i))
		}
		slices.SortFunc(list, func(a, b uint32) int {
			if c := cmp.Compare(l.rows.At[a], l.rows.At[b]); c != 0 {
				return c
			}
			return cmp.Or(d.compare(rows[a], rows[b]), cmp.Compare(a, b))
		})
		for i, p := range list {
			if i > 0 && d.src.at(int(rows[p])) == d.src.at(int(rows[list[i-1]])) {
				l.rows.Event[p] = next - 1
				continue
			}
			l.rows.Event[p] = next
			next++
		}
	}
	switch {
	case d.with != nil && d.acrossAccounts(l, rows):
		sorted(0, len(rows))
	default:
		for _, a := range l.accounts {
			from, to := l.rows.Offsets[a.from], l.rows.Offsets[a.to]
			if a.to-a.from == 1 || (d.with == nil && name(&d.account, a.account) == "") {
				inOrder(from, to)
			} else {
				sorted(from, to)
			}
		}
	}
	l.events = int(next)
	if len(d.t.extra) == 0 {
		return
	}
	for i, p := range rows {
		if x := d.t.extra[d.src.at(int(p))]; x != nil && len(x.objects)+len(x.attrs) > 0 {
			if l.extra == nil {
				l.extra = make(map[uint32]*extra)
			}
			l.extra[l.rows.Event[i]] = &extra{objects: x.objects, attrs: x.attrs}
		}
	}
}

// acrossAccounts reports whether some event has rows in journeys of two accounts.
func (d *draft) acrossAccounts(l *Log, rows []uint32) bool {
	of := make(map[uint32]int)
	for k, a := range l.accounts {
		for _, p := range rows[l.rows.Offsets[a.from]:l.rows.Offsets[a.to]] {
			src := d.src[p]
			if x := d.t.extra[src]; x == nil || len(x.with) == 0 {
				continue
			}
			if old, ok := of[src]; ok && old != k {
				return true
			}
			of[src] = k
		}
	}
	return false
}
