package journey

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
)

// Composite is the composite journey of one account: the journeys of its people and processes, and what ties them together. It is a
// view of its [Log], immutable and safe for concurrent use. The zero value is no composite.
type Composite struct {
	log      *Log
	from, to int // journeys
}

// Joint is one event that belongs to several journeys. Journeys and Rows go together, by journey.
type Joint struct {
	Step     StepID
	Journeys []int
	Rows     []int
}

// Common is a step that several journeys took in events of their own.
type Common struct {
	Step     StepID
	Journeys []int
}

// Composites returns the composite journey of each account, in the order of the accounts. Journeys without an account are in none.
func Composites(l *Log) []Composite {
	out := make([]Composite, 0, len(l.accounts))
	for _, a := range l.accounts {
		if name(&l.rows.Account, a.account) != "" {
			out = append(out, Composite{l, a.from, a.to})
		}
	}
	return out
}

// Account returns the account.
func (c Composite) Account() b2b.AccountID { return c.log.Journey(c.from).Account() }

// Len returns the number of journeys.
func (c Composite) Len() int { return c.to - c.from }

// Journey returns the i-th journey, in the order of (person, kind, key).
func (c Composite) Journey(i int) Journey { return c.log.Journey(c.from + i) }

// byEvent returns the rows of the account by event number, then by journey.
func (c Composite) byEvent() []int {
	r := &c.log.rows
	rows := make([]int, 0, r.Offsets[c.to]-r.Offsets[c.from])
	for i := r.Offsets[c.from]; i < r.Offsets[c.to]; i++ {
		rows = append(rows, i)
	}
	slices.SortFunc(rows, func(a, b int) int { return cmp.Or(cmp.Compare(r.Event[a], r.Event[b]), cmp.Compare(a, b)) })
	return rows
}

// Timeline returns the rows of the account in the total order, each event once: of a joint event the row in the first journey.
func (c Composite) Timeline() []int {
	rows := c.byEvent()
	return slices.CompactFunc(rows, func(a, b int) bool { return c.log.rows.Event[a] == c.log.rows.Event[b] })
}

// Joint returns the events that belong to two or more journeys, in the total order.
func (c Composite) Joint() []Joint {
	var out []Joint
	rows := c.byEvent()
	r := &c.log.rows
	for i := 0; i < len(rows); {
		end := i + 1
		for end < len(rows) && r.Event[rows[end]] == r.Event[rows[i]] {
			end++
		}
		if journeys := c.journeysOf(rows[i:end]); len(journeys) > 1 {
			out = append(out, Joint{Step: StepID(r.Step.Names[r.Code(rows[i])]), Journeys: journeys, Rows: slices.Clone(rows[i:end])})
		}
		i = end
	}
	return out
}

// journeysOf returns the journeys of rows, ascending, each once.
func (c Composite) journeysOf(rows []int) []int {
	var out []int
	for _, row := range rows {
		j := c.log.journeyOf(row)
		if len(out) == 0 || out[len(out)-1] != j {
			out = append(out, j)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// journeyOf returns the journey that a row belongs to.
func (l *Log) journeyOf(row int) int {
	j, found := slices.BinarySearch(l.rows.Offsets, row)
	if !found {
		return j - 1
	}
	for j+1 < len(l.rows.Offsets) && l.rows.Offsets[j+1] == row { // empty journeys
		j++
	}
	return j
}

// Common returns the steps that two or more journeys took in different events, by name: the same need, met apart.
func (c Composite) Common() []Common {
	type seen struct {
		code  uint32
		event uint32
		j     int
	}
	var all []seen
	r := &c.log.rows
	for j := c.from; j < c.to; j++ {
		for i := r.Offsets[j]; i < r.Offsets[j+1]; i++ {
			all = append(all, seen{r.Code(i), r.Event[i], j})
		}
	}
	slices.SortFunc(all, func(a, b seen) int {
		return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(a.j, b.j), cmp.Compare(a.event, b.event))
	})
	var out []Common
	for i := 0; i < len(all); {
		end := i
		var journeys []int
		apart := false
		for ; end < len(all) && all[end].code == all[i].code; end++ {
			if n := len(journeys); n == 0 || journeys[n-1] != all[end].j {
				journeys = append(journeys, all[end].j)
			}
			for k := i; k < end && !apart; k++ {
				apart = all[k].j != all[end].j && all[k].event != all[end].event
			}
		}
		if apart {
			out = append(out, Common{Step: StepID(r.Step.Names[all[i].code]), Journeys: journeys})
		}
		i = end
	}
	return out
}

// Objects returns the deals, documents and other objects of the account's events, by type, id and qualifier, each once.
func (c Composite) Objects() []ObjectRef {
	var out []ObjectRef
	r := &c.log.rows
	for i := r.Offsets[c.from]; i < r.Offsets[c.to]; i++ {
		if x := c.log.extra[r.Event[i]]; x != nil {
			out = append(out, x.objects...)
		}
	}
	slices.SortFunc(out, compareObjects)
	return slices.Compact(out)
}

// Timelines returns the log in which each account has one journey, its [Composite.Timeline], keyed by the account: directly-follows
// counts of it are those of the composite journeys, in which a joint step counts once. Journeys without an account stay as they are.
func (l *Log) Timelines() *Log {
	var rows, journeys []uint32
	offsets := []int{0}
	var keys []string
	for _, a := range l.accounts {
		account := name(&l.rows.Account, a.account)
		if account == "" {
			for j := a.from; j < a.to; j++ {
				for i := l.rows.Offsets[j]; i < l.rows.Offsets[j+1]; i++ {
					rows = append(rows, uint32(i))
				}
				journeys, offsets, keys = append(journeys, uint32(j)), append(offsets, len(rows)), append(keys, l.keys[j])
			}
			continue
		}
		for _, i := range (Composite{l, a.from, a.to}).Timeline() {
			rows = append(rows, uint32(i))
		}
		journeys, offsets, keys = append(journeys, uint32(a.from)), append(offsets, len(rows)), append(keys, account)
	}
	out := l.sub(rows, journeys, offsets)
	out.keys, out.derived, out.parts = keys, nil, nil
	for j := range out.heads {
		if name(&out.rows.Account, out.heads[j].account) != "" { // what several do is nobody's
			out.heads[j].person, out.heads[j].kind, out.heads[j].seat = none, none, none
		}
	}
	out.descend(l, func(o *Log) *Log { return o.Timelines() })
	return out
}

// KindPair counts something of two kinds of journeys, A before or equal to B in name order unless stated otherwise.
type KindPair struct {
	A, B Kind
	N    int
}

// SharedEvents counts, for each pair of kinds, the events of an account that belong to journeys of both, by (A, B).
func SharedEvents(l *Log) []KindPair {
	counts := make(map[[2]string]int)
	kind := &l.rows.Kind
	for _, c := range Composites(l) {
		for _, joint := range c.Joint() {
			var kinds []string
			for _, j := range joint.Journeys {
				kinds = append(kinds, name(kind, l.head(j).kind))
			}
			slices.Sort(kinds)
			kinds = slices.Compact(kinds)
			for i, a := range kinds {
				for _, b := range kinds[i+1:] {
					counts[[2]string{a, b}]++
				}
			}
		}
	}
	return kindPairs(counts)
}

func kindPairs(counts map[[2]string]int) []KindPair {
	out := make([]KindPair, 0, len(counts))
	for k, n := range counts {
		out = append(out, KindPair{Kind(k[0]), Kind(k[1]), n})
	}
	slices.SortFunc(out, func(a, b KindPair) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return out
}
