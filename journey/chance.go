package journey

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stream"
	"github.com/buyerjourney/b2b/touchpoint"
)

// ChanceConfig asks whether rows of one kind fall into open journeys of another more often than chance has it.
type ChanceConfig struct {
	Row       Match                          // the rows, such as offers
	Rows      Kind                           // kind of the journeys of the rows
	Open      Kind                           // kind of the journeys that are open; it must differ from Rows
	Window    func(b2b.AccountID) b2b.Window // when an account was observed; nil: from its first to its last row
	Shifts    int                            // 0 is 999
	Source    rand.Source
	Spans     SpanConfig
	Catalogue *touchpoint.Catalogue
}

// Chance is the answer: Observed pairs of a row and an open journey, the mean of the shifted ones, and the share of shifts with at
// least as many, (1+#)/(B+1) (Phipson & Smyth 2010). ok is false in Ratio where nothing is expected.
type Chance struct {
	Observed int
	Expected float64
	Ratio    float64
	Rated    bool // Expected > 0, so that Ratio has a meaning
	P        float64
	Accounts int // that were shifted
	LeftOut  int // accounts whose window is unbounded or shorter than the journeys of the open kind
}

type shifted struct {
	key   uint64
	width int64
	rows  []int64 // relative to the window
	open  []span
}

// Chance shifts the journeys of the open kind around inside the observed window of each account, keeping their durations and order,
// and counts again. The streams hang on the account's name only, so the answer depends on no order or partition. An association in
// time is no cause.
func (l *Log) Chance(ctx context.Context, c ChanceConfig) (Chance, error) {
	var p b2b.Problems
	if c.Rows == c.Open {
		p.Add("config.open", "the kind of the rows")
	}
	if c.Shifts < 0 {
		p.Add("config.shifts", "negative")
	}
	if (len(c.Row.Channels) > 0 || c.Row.Direction != touchpoint.UnknownInitiator) && c.Catalogue == nil {
		p.Add("config.row", "channels and directions need a catalogue")
	}
	p.Join("config.spans", c.Spans.Check())
	if err := p.Err(); err != nil {
		return Chance{}, err
	}
	root, err := stream.New(c.Source)
	if err != nil {
		return Chance{}, err
	}
	if c.Shifts == 0 {
		c.Shifts = 999
	}
	var out Chance
	accounts := l.shiftable(c, &out)
	for i := range accounts {
		out.Observed += accounts[i].count(0)
	}
	atLeast, sum := 0, 0
	for b := range c.Shifts {
		if err := ctx.Err(); err != nil {
			return Chance{}, err
		}
		total := 0
		for i := range accounts {
			a := &accounts[i]
			r := root.SourceN("journey chance", uint64(b), a.key)
			total += a.count(int64(r.Float64() * float64(a.width)))
		}
		if total >= out.Observed {
			atLeast++
		}
		sum += total
	}
	out.Accounts = len(accounts)
	out.Expected = float64(sum) / float64(c.Shifts)
	if out.Expected > 0 {
		out.Ratio, out.Rated = float64(out.Observed)/out.Expected, true
	}
	out.P = float64(1+atLeast) / float64(c.Shifts+1)
	return out, nil
}

func (l *Log) shiftable(c ChanceConfig, out *Chance) []shifted {
	var list []shifted
	r := &l.rows
	s := newSpans(l, c.Spans)
	match := newMatcher(l, c.Row, c.Catalogue)
	for _, acc := range l.accounts {
		account := name(&r.Account, acc.account)
		if !l.timed || account == "" {
			continue
		}
		var a shifted
		from, to := r.Offsets[acc.from], r.Offsets[acc.to]
		first, last := slices.Min(r.At[from:to]), slices.Max(r.At[from:to])
		if c.Window != nil {
			w := c.Window(b2b.AccountID(account))
			if w.From.IsZero() || w.To.IsZero() {
				out.LeftOut++
				continue
			}
			first, last = micros(w.From), micros(w.To)
		}
		fits := true
		for j := acc.from; j < acc.to; j++ {
			kind := Kind(name(&r.Kind, l.head(j).kind))
			if kind == c.Open {
				for _, sp := range s.of(j, r.Offsets[j]) {
					if sp.running {
						sp.to = max(sp.from, last)
					}
					fits = fits && sp.from >= first && sp.to <= last
					a.open = append(a.open, span{sp.from - first, sp.to - first, false})
				}
			}
			if kind == c.Rows {
				for i := r.Offsets[j]; i < r.Offsets[j+1]; i++ {
					if match.row(i, j) && r.At[i] >= first && r.At[i] <= last {
						a.rows = append(a.rows, r.At[i]-first)
					}
				}
			}
		}
		if len(a.open) == 0 || len(a.rows) == 0 {
			continue
		}
		if !fits {
			out.LeftOut++
			continue
		}
		slices.Sort(a.rows)
		a.key, a.width = stream.Hash(account), max(1, last-first)
		list = append(list, a)
	}
	return list
}

// count returns the pairs of a row strictly inside an open span, the spans shifted around the window by d.
func (a *shifted) count(d int64) int {
	n := 0
	inside := func(from, to int64) {
		lo, _ := slices.BinarySearch(a.rows, from+1)
		hi, _ := slices.BinarySearch(a.rows, to)
		n += max(0, hi-lo)
	}
	for _, s := range a.open {
		from, to := s.from+d, s.to+d
		switch {
		case from >= a.width:
			inside(from-a.width, to-a.width)
		case to > a.width:
			inside(from, a.width+1)
			inside(-1, to-a.width)
		default:
			inside(from, to)
		}
	}
	return n
}
