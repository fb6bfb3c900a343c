package forecast

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
)

// money turns the amounts of deals into minor units of the base currency, per deal and before any sum.
type money struct {
	base     string
	rates    Rates
	zone     *time.Location
	unpriced []Unpriced

	amount []int64 // per deal of the state
	known  []uint8
}

// newMoney prices all deals of a state: an open deal at the rate of the as-of day, a won one at that of its win, rounded
// half to even. Without a base the only currency of the deals is taken; several currencies without a base are an error.
func newMoney(s *funnel.State, c Config) (*money, error) {
	m := &money{base: c.Base, rates: c.Rates, zone: s.Zone(), amount: make([]int64, s.Len()), known: make([]uint8, s.Len())}
	if m.base == "" {
		seen := map[string]bool{}
		for i := range s.Len() {
			if a := s.Amount(i); a.IsGiven() {
				seen[a.Currency()] = true
			}
		}
		if len(seen) > 1 {
			return nil, &b2b.InvalidError{Path: "config.base", Reason: "deals of several currencies need a base currency"}
		}
		for currency := range seen {
			m.base = currency
		}
	}
	missing := map[string]int{}
	for i := range s.Len() {
		a := s.Amount(i)
		if !a.IsGiven() {
			m.known[i] = notQuoted
			continue
		}
		v, ok := m.price(a, m.day(s, i))
		if !ok {
			if s.IsOpen(i) {
				missing[a.Currency()]++
			}
			m.known[i] = unpriced
			continue
		}
		m.amount[i], m.known[i] = v, quoted
	}
	for currency, n := range missing {
		m.unpriced = append(m.unpriced, Unpriced{Currency: currency, Deals: n})
	}
	slices.SortFunc(m.unpriced, func(a, b Unpriced) int { return cmp.Compare(a.Currency, b.Currency) })
	return m, nil
}

// day returns the day at whose rate a deal is priced.
func (m *money) day(s *funnel.State, i int) funnel.Date {
	if s.IsOpen(i) {
		return funnel.DateOf(s.AsOf(), m.zone)
	}
	return funnel.DateOf(s.Deal(i).Since.Latest, m.zone)
}

// price converts one amount.
func (m *money) price(a b2b.Money, on funnel.Date) (int64, bool) {
	if a.Currency() == m.base {
		return a.Minor(), true
	}
	if m.rates == nil || m.base == "" {
		return 0, false
	}
	rate, ok := m.rates(a.Currency(), on)
	if !ok || rate == nil || rate.Sign() <= 0 {
		return 0, false
	}
	v, err := a.Convert(rate, m.base)
	if err != nil {
		return 0, false
	}
	return v.Minor(), true
}

// value gives the open deals of an engine their amounts, and the engine the amounts that were won: their ratio to what was
// quoted for them at an earlier time, where an earlier state is given.
func (m *money) value(e *engine, s, earlier *funnel.State) {
	for i := range e.open {
		d := &e.open[i]
		d.amount, d.valued = m.amount[d.deal], m.known[d.deal]
	}
	var ratios []float64
	var sizes []int64
	for _, w := range e.p.wins {
		if m.known[w.deal] != quoted {
			continue
		}
		sizes = append(sizes, m.amount[w.deal])
		if earlier == nil {
			continue
		}
		j, ok := earlier.Find(s.Deal(int(w.deal)).ID)
		if !ok || !earlier.IsOpen(j) {
			continue
		}
		if a := earlier.Amount(j); a.IsGiven() {
			if q, ok := m.price(a, m.day(s, int(w.deal))); ok && q > 0 && m.amount[w.deal] >= 0 {
				ratios = append(ratios, float64(m.amount[w.deal])/float64(q))
			}
		}
	}
	e.setAmounts(ratios, sizes)
}

// booked sums what was won from a time until the as-of time; a zero time gives nothing.
func (m *money) booked(e *engine, from time.Time) (b2b.Money, int) {
	sum, n := m.zero(), 0
	if from.IsZero() {
		return sum, 0
	}
	t := from.UnixMicro()
	for _, w := range e.p.wins {
		if w.at < t {
			continue
		}
		n++
		if v, err := b2b.NewMoney(m.amount[w.deal], m.base); err == nil && m.known[w.deal] == quoted {
			if s, err := sum.Add(v); err == nil {
				sum = s
			}
		}
	}
	return sum, n
}

func (m *money) zero() b2b.Money {
	if m.base == "" {
		return b2b.Money{}
	}
	z, err := b2b.NewMoney(0, m.base)
	if err != nil {
		return b2b.Money{}
	}
	return z
}

// round returns an expected amount as money; not given for a deal without a price.
func (m *money) round(x float64, valued uint8) b2b.Money {
	if m.base == "" || valued == unpriced || math.Abs(x) > 1<<62 {
		return b2b.Money{}
	}
	v, err := b2b.NewMoney(int64(math.RoundToEven(x)), m.base)
	if err != nil {
		return b2b.Money{}
	}
	return v
}
