package attribution

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/exact"
	"github.com/buyerjourney/b2b/touchpoint"
)

// AccountJourney is the composite journey of one account up to one outcome: the touches of all its persons, and the
// milestones that the deal reached. The zero value is a journey without touches. It is a plain value.
type AccountJourney struct {
	Account     b2b.AccountID
	Touches     []touchpoint.Touch // in any order
	Milestones  []Milestone
	Conversions int64   // ≥ 0; a journey with 0 gets no credit
	Value       float64 // of all conversions together
}

// Milestone is a moment in the sale. The zero time means that it was not reached.
type Milestone struct {
	Name string
	At   time.Time
}

// AccountModel is a way to divide the journey of an account among its touches: [Milestones], [Owen] or [SeatLinear]. The set of
// models is closed; models are immutable values.
type AccountModel interface {
	String() string
	check(p *b2b.Problems)
	// divide returns one weight per touch, nil if there is nobody to credit. Touches are sorted.
	divide(touches []touchpoint.Touch, milestones []Milestone) []float64
}

// DivideAccount returns the share of each touch of the journey, in the order of j.Touches; ok is false if nothing can be
// credited.
func DivideAccount(j AccountJourney, m AccountModel) (shares []float64, ok bool, err error) {
	var bad b2b.Problems
	m.check(&bad)
	j.check(&bad, "journey")
	if err := bad.Err(); err != nil {
		return nil, false, err
	}
	order := make([]int, len(j.Touches))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return j.Touches[a].Compare(j.Touches[b]) })
	sorted := make([]touchpoint.Touch, len(order))
	for i, k := range order {
		sorted[i] = j.Touches[k]
	}
	w := m.divide(sorted, j.Milestones)
	shares = make([]float64, len(order))
	for i, x := range w {
		shares[order[i]] = x
	}
	return shares, w != nil, nil
}

func (j AccountJourney) check(p *b2b.Problems, path string) {
	for i, t := range j.Touches {
		p.Join(path+".touches["+strconv.Itoa(i)+"]", t.Check())
	}
	seen := make(map[string]bool)
	for i, m := range j.Milestones {
		if seen[m.Name] {
			p.Add(path+".milestones["+strconv.Itoa(i)+"].name", "twice")
		}
		seen[m.Name] = true
	}
	var q b2b.Problems
	checkCounts(&q, j.Conversions, 0, j.Value)
	p.Join(path, q.Err())
}

// AttributeAccounts credits what touches are called with the conversions of accounts. by names a touch: nil is the
// touchpoint; a channel, a seat or a person are others. A touch that by names "" is credited to "(unknown)". Units of
// replicates are accounts. Errors and ctx as in [Attribute].
func AttributeAccounts(ctx context.Context, journeys []AccountJourney, m AccountModel, by func(touchpoint.Touch) string, cfg Config) (*Credits, error) {
	var bad b2b.Problems
	if m == nil {
		bad.Add("model", "missing")
	} else {
		m.check(&bad)
	}
	cfg.check(&bad)
	for i, j := range journeys {
		j.check(&bad, "journeys["+strconv.Itoa(i)+"]")
		if j.Account == "" {
			bad.Add("journeys["+strconv.Itoa(i)+"].account", "missing")
		}
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	if by == nil {
		by = func(t touchpoint.Touch) string { return string(t.Touchpoint) }
	}
	l := divideAll(journeys, m, by)
	w := l.p.weights(false)
	if sum(w.conv)+l.p.none.Conversions == 0 {
		return nil, ErrNoConversions
	}
	point := newScores(len(l.p.names))
	l.worker()(&w, point)
	c := &Credits{
		Model: m.String(), Evidence: Association, Additive: true,
		Unattributed: l.p.none, Total: l.p.total, PConversion: 1,
	}
	draws, err := l.p.replicate(ctx, l, cfg)
	if err != nil {
		return nil, err
	}
	c.fill(l.p.names, point, draws, cfg)
	return c, nil
}

// unknownName stands for touches without a name.
const unknownName = "(unknown)"

// divideAll makes the paths and weights of a linear model, one path per journey, in an order that does not depend on the
// order of the argument.
func divideAll(journeys []AccountJourney, m AccountModel, by func(touchpoint.Touch) string) *linear {
	type piece struct {
		j       AccountJourney
		touches []touchpoint.Touch
		w       []float64
		key     string
	}
	var pieces []piece
	var names, accounts []string
	var none, all struct {
		conv  int64
		value exact.Sum
	}
	for _, j := range journeys {
		if j.Conversions == 0 {
			continue
		}
		all.conv += j.Conversions
		all.value.Add(j.Value)
		touches := slices.SortedFunc(slices.Values(j.Touches), touchpoint.Touch.Compare)
		w := m.divide(touches, j.Milestones)
		if w == nil {
			none.conv += j.Conversions
			none.value.Add(j.Value)
			continue
		}
		var key strings.Builder
		key.WriteString(string(j.Account))
		for i, t := range touches {
			key.Write(t.AppendBinary([]byte{0}))
			key.WriteString(number(w[i]))
			names = append(names, nameOf(t, by))
		}
		key.WriteString("\x00" + number(j.Value))
		pieces = append(pieces, piece{j, touches, w, key.String()})
		accounts = append(accounts, string(j.Account))
	}
	slices.SortFunc(pieces, func(a, b piece) int { return strings.Compare(a.key, b.key) })
	slices.Sort(names)
	slices.Sort(accounts)
	p := &Paths{names: slices.Compact(names), accounts: slices.Compact(accounts), start: []int{0}}
	l := &linear{p: p}
	for _, x := range pieces {
		for i, t := range x.touches {
			code, _ := slices.BinarySearch(p.names, nameOf(t, by))
			p.steps = append(p.steps, uint32(code))
			l.w = append(l.w, x.w[i])
		}
		account, _ := slices.BinarySearch(p.accounts, string(x.j.Account))
		p.account = append(p.account, int32(account))
		p.start = append(p.start, len(p.steps))
		p.conv = append(p.conv, float64(x.j.Conversions))
		p.value = append(p.value, x.j.Value)
	}
	p.null = make([]float64, len(p.conv))
	p.none = Amount{float64(none.conv), none.value.Float64()}
	p.total = Amount{float64(all.conv), all.value.Float64()}
	return l
}

func nameOf(t touchpoint.Touch, by func(touchpoint.Touch) string) string {
	if n := by(t); n != "" {
		return n
	}
	return unknownName
}

// once returns for each touch whether it is the first of its moment: participants of one meeting have equal Source and ID.
func once(touches []touchpoint.Touch) []bool {
	seen := make(map[touchID]bool, len(touches))
	first := make([]bool, len(touches))
	for i, t := range touches {
		id := touchID{source: t.Source, id: t.ID}
		first[i] = t.ID == "" || !seen[id]
		seen[id] = true
	}
	return first
}
