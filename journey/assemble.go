package journey

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// assemble groups the rows of a draft into journeys, puts everything in order and gathers the columns.
func (d *draft) assemble(timed bool, rep *Report) *Log {
	d.person, d.account, d.seat, d.kind = sortNames(d.person), sortNames(d.account), sortNames(d.seat), sortNames(d.kind)
	of, keys, derived := d.group(rep)
	perm, offsets := countingSort(of, len(keys))
	for g := range keys {
		d.sortRows(perm[offsets[g]:offsets[g+1]])
	}
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
	rows := perm // rows of the draft, in the order of the log
	inOrder := slices.IsSorted(order)
	if !inOrder {
		rows = of[:0] // the groups are not needed any more
	}
	l.rows.Offsets = make([]int, 1, len(order)+1)
	l.keys = make([]string, len(order))
	if d.account.Codes != nil || d.person.Codes != nil || d.kind.Codes != nil || d.seat.Codes != nil {
		l.heads = pick(heads, order)
	}
	for i, g := range order {
		if !inOrder {
			rows = append(rows, perm[offsets[g]:offsets[g+1]]...)
		}
		l.rows.Offsets = append(l.rows.Offsets, l.rows.Offsets[i]+offsets[g+1]-offsets[g])
		l.keys[i] = keys[g]
	}
	l.derived, l.parts = pick(derived, order), pick(parts, order)
	l.accounts = l.accountRanges()
	d.gather(l, rows)
	d.number(l, rows)
	l.finish(rep)
	return l
}

// countingSort returns the row numbers by group, in their order inside each; rows of the group none are left out.
func countingSort(of []uint32, groups int) (perm []uint32, offsets []int) {
	offsets = make([]int, groups+1)
	for _, g := range of {
		if g != none {
			offsets[g+1]++
		}
	}
	for g := range groups {
		offsets[g+1] += offsets[g]
	}
	perm = make([]uint32, offsets[groups])
	next := slices.Clone(offsets[:groups])
	for i, g := range of {
		if g != none {
			perm[next[g]] = uint32(i)
			next[g]++
		}
	}
	return perm, offsets
}

// compare orders rows of the draft: the order of their events, then of the participants.
func (d *draft) compare(a, b uint32) int {
	if c := d.t.compareRows(d.src[a], d.src[b]); c != 0 || d.with == nil {
		return c
	}
	return cmp.Or(cmp.Compare(d.src[a], d.src[b]), cmp.Compare(d.with[a], d.with[b]))
}

// sortRows sorts the rows of one journey; in most data they are in order already.
func (d *draft) sortRows(rows []uint32) {
	if len(rows) < 2 {
		return
	}
	at, sorted := d.t.At, true
	last := at[d.src[rows[0]]]
	for i := 1; i < len(rows); i++ {
		us := at[d.src[rows[i]]]
		if us < last || (us == last && d.compare(rows[i-1], rows[i]) > 0) {
			sorted = false
			break
		}
		last = us
	}
	if !sorted {
		slices.SortFunc(rows, d.compare)
	}
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
			if d.t.At[d.src[perm[i]]]-d.t.At[d.src[perm[i-1]]] > gap {
				flush(i)
			}
		}
		flush(offsets[g+1])
	}
	return ends, cutKeys, cutDerived, parts
}

// heads returns what each journey is about: the first name of each sort among its rows.
func (d *draft) heads(perm []uint32, offsets []int) []head {
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

// orderJourneys returns the journeys by (account, person, kind, key).
func orderJourneys(heads []head, keys []string) []uint32 {
	order := make([]uint32, len(keys))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int {
		x, y := &heads[a], &heads[b]
		if c := cmp.Compare(x.account, y.account); c != 0 {
			return c
		}
		if c := cmp.Compare(x.person, y.person); c != 0 {
			return c
		}
		if c := cmp.Compare(x.kind, y.kind); c != 0 {
			return c
		}
		if c := strings.Compare(keys[a], keys[b]); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	return order
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
func (d *draft) gather(l *Log, rows []uint32) {
	t := d.t
	src := rows
	if d.with != nil || len(d.src) != t.n { // else rows of the draft are rows of the table
		src = make([]uint32, len(rows))
		for i, r := range rows {
			src[i] = d.src[r]
		}
	}
	names := l.rows.names()
	for i, from := range t.names() {
		switch i {
		case colStep, colJourney:
		case colPerson, colAccount, colSeat, colKind:
			own := [numNames]*Column{colPerson: &d.person, colAccount: &d.account, colSeat: &d.seat, colKind: &d.kind}[i]
			*names[i] = Column{Names: own.Names, Codes: pick(own.Codes, rows)}
		default:
			*names[i] = sortNames(Column{Names: from.Names, Codes: pick(from.Codes, src)})
		}
	}
	used := make([]bool, len(t.Step.Names))
	for _, r := range src {
		used[t.Step.Codes[r]] = true
	}
	rank, sorted := ranks(t.Step.Names, func(c uint32) bool { return used[c] })
	l.rows.Step.Names = sorted
	if len(sorted) <= math.MaxUint16+1 {
		l.rows.Narrow = make([]uint16, len(src))
		for i, r := range src {
			l.rows.Narrow[i] = uint16(rank[t.Step.Codes[r]])
		}
	} else {
		l.rows.Wide = make([]uint32, len(src))
		for i, r := range src {
			l.rows.Wide[i] = rank[t.Step.Codes[r]]
		}
	}
	if l.timed {
		l.rows.At = pick(t.At, src)
	} else {
		l.rows.At = make([]int64, len(src))
	}
	l.rows.Started = pick(t.Started, src)
	l.rows.RecordedAt = pick(t.RecordedAt, src)
	l.rows.Seq = pick(t.Seq, src)
	l.rows.Zone = pick(t.Zone, src)
	l.rows.Precision = pick(t.Precision, src)
	l.rows.Phase = pick(t.Phase, src)
	l.rows.Outcome = pick(t.Outcome, src)
	l.rows.ID = pick(t.ID, src)
}

// number gives events their numbers: ascending in the total order inside each account, one number for all rows of an event.
func (d *draft) number(l *Log, rows []uint32) {
	l.rows.Event = make([]uint32, len(rows))
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
			return cmp.Or(d.compare(rows[a], rows[b]), cmp.Compare(a, b))
		})
		for i, p := range list {
			if i > 0 && d.src[rows[p]] == d.src[rows[list[i-1]]] {
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
	for i, p := range rows {
		if x := d.t.extra[d.src[p]]; x != nil && len(x.objects)+len(x.attrs) > 0 {
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
