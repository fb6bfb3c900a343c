package forecast

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Cause is why a forecast differs from an earlier one. It is a closed enumeration; zero is unknown.
type Cause uint8

// The causes, in the order in which a difference is split.
const (
	UnknownCause Cause = iota
	CauseWon           // sold since: what came in, less what was expected of it
	CauseLost          // ended without a sale, or gone from the book
	CauseNew           // not open then: created or reopened since
	CauseAmount        // worth more or less
	CauseMoved         // in another stage
	CauseDates         // older, and nearer to or further from the end of the horizon
	CauseModel         // the same deal under rates and settings that were learnt since
)

var causes = enum.New[Cause]("cause", "unknown", "won", "lost", "new", "amount", "moved", "dates", "model")

// IsValid reports whether c is a value of the enumeration.
func (c Cause) IsValid() bool { return causes.Valid(c) }

// String returns the name.
func (c Cause) String() string { return causes.String(c) }

// AppendText implements [encoding.TextAppender].
func (c Cause) AppendText(dst []byte) ([]byte, error) { return causes.AppendText(dst, c) }

// MarshalText implements [encoding.TextMarshaler].
func (c Cause) MarshalText() ([]byte, error) { return causes.AppendText(nil, c) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (c *Cause) UnmarshalText(text []byte) error { return causes.UnmarshalText(c, text) }

// Bridge leads from the expectation of an earlier forecast to that of a later one, sales in between included. The steps add
// up exactly: From + Σ Steps = To in minor units, and in wins to the last bits of a sum.
type Bridge struct {
	FromWins, ToWins float64
	From, To         b2b.Money
	Steps            []BridgeStep // one per cause, in order
}

// BridgeStep is one part of the difference.
type BridgeStep struct {
	Cause   Cause
	Deals   int
	Wins    float64
	Revenue b2b.Money
}

// Compare splits the difference between two forecasts of the open pipeline of one book: m is the later one, earlier the one
// before it. From is what was expected then of the deals open then; To is what is expected now of the deals open now, plus
// what was sold since. Models of different currencies, in the wrong order, or of
// another kernel than [SemiMarkov] are an error.
func (m *Model) Compare(earlier *Model) (Bridge, error) {
	var p b2b.Problems
	switch {
	case earlier == nil:
		p.Add("earlier", "nil")
	case earlier.money.base != m.money.base:
		p.Add("earlier", "another currency")
	case m.c.Kernel != SemiMarkov || earlier.c.Kernel != SemiMarkov:
		p.Add("earlier", "not both of kernel semi_markov")
	case earlier.e.p.asOf > m.e.p.asOf:
		p.Add("earlier", "later than this model")
	}
	if err := p.Err(); err != nil {
		return Bridge{}, err
	}
	var steps [CauseModel + 1]struct {
		deals         int
		wins, revenue stat.Compensated
	}
	add := func(c Cause, wins, revenue float64) {
		if wins == 0 && revenue == 0 {
			return
		}
		steps[c].deals++
		steps[c].wins.Add(wins)
		steps[c].revenue.Add(revenue)
	}
	old := earlier.standing()
	now := m.standing()
	won := m.e.p.wonBetween(earlier.e.p.asOf, m.e.p.asOf)
	var from, to, fromRevenue, toRevenue stat.Compensated
	then := earlier.rewalk(m)
	for i := range earlier.e.open {
		d := &earlier.e.open[i]
		id := earlier.s.Deal(int(d.deal)).ID
		a := old[id]
		from.Add(a.p)
		fromRevenue.Add(a.p * a.worth)
		b, open := now[id]
		n, _ := m.s.Find(id)
		_, sold := won[int32(n)]
		switch {
		case sold:
			amount := 0.0
			if m.money.known[n] == quoted {
				amount = float64(m.money.amount[n])
			}
			to.Add(1)
			toRevenue.Add(amount)
			add(CauseWon, 1-a.p, amount-float64(a.p*a.worth))
			if open { // reopened since
				add(CauseNew, b.p, b.p*b.worth)
			}
		case !open:
			add(CauseLost, -a.p, -a.p*a.worth)
		default:
			add(CauseAmount, 0, a.p*(b.worth-a.worth))
			mid := then(b.deal)
			cause := CauseDates
			if b.deal.place != sameAs(m, earlier, d.place) || m.e.p.asOf-b.deal.age != earlier.e.p.asOf-d.age {
				cause = CauseMoved
			}
			if mid < 0 { // the stage was not known then
				mid = a.p
			}
			add(cause, mid-a.p, (mid-a.p)*b.worth)
			add(CauseModel, b.p-mid, (b.p-mid)*b.worth)
		}
	}
	for i := range m.e.open {
		id := m.s.Deal(int(m.e.open[i].deal)).ID
		b := now[id]
		to.Add(b.p)
		toRevenue.Add(b.p * b.worth)
		if _, known := old[id]; !known {
			add(CauseNew, b.p, b.p*b.worth)
		}
	}
	// What was sold without having been open at the earlier time.
	for deal := range m.e.p.deals {
		if _, ok := won[int32(deal)]; !ok {
			continue
		}
		if _, known := old[m.s.Deal(deal).ID]; known {
			continue
		}
		amount := 0.0
		if m.money.known[deal] == quoted {
			amount = float64(m.money.amount[deal])
		}
		to.Add(1)
		toRevenue.Add(amount)
		add(CauseNew, 1, amount)
	}
	out := Bridge{FromWins: from.Sum(), ToWins: to.Sum(), From: m.money.round(fromRevenue.Sum(), quoted), To: m.money.round(toRevenue.Sum(), quoted)}
	// Rounding the running sum instead of the steps makes the steps add up in minor units.
	running, rounded := fromRevenue.Sum(), math.RoundToEven(fromRevenue.Sum())
	for c := CauseWon; c <= CauseModel; c++ {
		s := &steps[c]
		running += s.revenue.Sum()
		next := math.RoundToEven(running)
		if c == CauseModel {
			next = math.RoundToEven(toRevenue.Sum())
		}
		out.Steps = append(out.Steps, BridgeStep{Cause: c, Deals: s.deals, Wins: s.wins.Sum(), Revenue: m.money.round(next-rounded, quoted)})
		rounded = next
	}
	return out, nil
}

// stand is what is expected of an open deal.
type stand struct {
	p, worth float64
	deal     *openDeal
}

func (m *Model) standing() map[b2b.DealID]stand {
	e := m.e
	n := len(e.ends)
	out := make(map[b2b.DealID]stand, len(e.open))
	for i := range e.open {
		d := &e.open[i]
		out[m.s.Deal(int(d.deal)).ID] = stand{p: e.chance[int(d.key)*n+n-1], worth: e.worth(d), deal: d}
	}
	return out
}

// sameAs returns the place of m that is a place of the earlier model, −1 if m has none.
func sameAs(m, earlier *Model, place int32) int32 {
	p := earlier.e.p.places[place]
	return int32(slices.IndexFunc(m.e.p.places, func(q funnel.Place) bool {
		return q.Pipeline == p.Pipeline && q.Stage == p.Stage && q.Outcome == p.Outcome
	}))
}

// rewalk returns what the model would expect of deals of a later one as they stand there, over that one's horizon; −1 for a
// place that it does not know.
func (m *Model) rewalk(later *Model) func(d *openDeal) float64 {
	f := m.e.fine
	k := f.k
	ends := later.e.ends
	var cal *calendar
	if f.cal != nil {
		cal = newCalendar(m.e.p.zone, m.c.Season.FiscalStart, m.e.p.asOf, ends[len(ends)-1])
	}
	sp := newSpan(later.e.p.asOf, ends[len(ends)-1], f.b.step, cal)
	if f.b.cells+sp.steps+2 > f.k.grid { // the table must reach as far
		k = newKernel(f.b, sp.steps)
		k.adj = f.k.adj
		k.estimate(f.b.mass, nil)
	}
	tables := map[group]*table{}
	return func(d *openDeal) float64 {
		s := sameAs(m, later, d.place)
		if s < 0 {
			return -1
		}
		g := m.groupIn(later, d.deal)
		t := tables[g]
		if t == nil {
			t = newTable(k, f.classes)
			t.fill(k, f.season, f.factors(), f.groups.of(g), k.grid)
			t.fresh(sp)
			tables[g] = t
		}
		p, _ := t.walk(int(s), float64(d.age)/float64(f.b.step), sp)
		return p
	}
}

// groupIn returns the group that a deal of a later model has in m; −1 where m does not know it.
func (m *Model) groupIn(later *Model, deal int32) group {
	g := group{segment: -1, cohort: -1}
	d := later.s.Deal(int(deal))
	if i, ok := slices.BinarySearch(m.e.p.segments, d.Segment); ok {
		g.segment = int32(i)
	}
	if i, ok := m.s.Find(d.ID); ok && m.e.p.cohorts > 0 {
		g.cohort = m.e.p.cohort[i]
	}
	return g
}
