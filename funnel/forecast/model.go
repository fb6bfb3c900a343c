package forecast

import (
	"context"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/stream"
)

// Model is a fitted forecast: the kernel, the settings that the past decided, and the open deals. Use [Fit]. It is
// immutable and safe for concurrent use.
type Model struct {
	c        Config
	s        *funnel.State
	e        *engine
	root     stream.Root
	money    *money
	arrivals *arrivals
	windows  []b2b.Window
	notes    []string
	why      func(*openDeal) []Term
}

// Fit fits a forecast to a state. Problems of the configuration are reported all at once; data that do not bear a forecast
// give a [*RefusedError] with every reason. Cost: O(stays + K²·G² + deals·G) for K stages and G steps.
func Fit(ctx context.Context, s *funnel.State, c Config) (*Model, error) {
	if s == nil {
		return nil, &b2b.InvalidError{Path: "state", Reason: "nil"}
	}
	c, err := c.normal(s.AsOf())
	if err != nil {
		return nil, err
	}
	root, err := stream.New(c.Source)
	if err != nil {
		return nil, err
	}
	p := newPanel(s)
	p.tell(s, c)
	if r := refuse(p, c.Horizon); r != nil {
		return nil, r
	}
	m := &Model{c: c, s: s, root: root}
	from := s.AsOf()
	for _, t := range append(slices.Clone(c.Periods), s.AsOf().Add(c.Horizon)) {
		m.windows = append(m.windows, b2b.Window{From: from, To: t.UTC()}.UTC())
		from = t.UTC()
	}
	ends := make([]int64, len(m.windows))
	for i, w := range m.windows {
		ends[i] = w.To.UnixMicro()
	}
	set, drift, notes := c.settle(p.asOf)
	m.notes = notes
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.e = newEngine(p, c.Step, set, c.Season.FiscalStart, ends, nil)
	m.e.drift, m.e.skip = drift, c.Without
	if g := m.e.fine.groups; g != nil && g.cohort != nil {
		m.notes = append(m.notes, cohortNote)
	}
	e, reasons, ok := m.e.under(c.Kernel, c.Weights)
	if !ok {
		return nil, &RefusedError{Reasons: reasons}
	}
	m.e = e
	for _, r := range reasons {
		m.notes = append(m.notes, "kernel "+c.Kernel.String()+" keeps semi-Markov rates, "+r)
	}
	if c.Kernel == SemiMarkov {
		m.why = m.explain()
	} else {
		m.why = m.explainKernel()
	}
	if m.money, err = newMoney(s, c); err != nil {
		return nil, err
	}
	m.money.value(m.e, s, c.Quoted)
	if c.NewBusiness == On {
		m.arrivals = newArrivals(m.e, m.windows, c.Season.FiscalStart)
	}
	return m, nil
}

// AsOf returns the time as of which the model stands.
func (m *Model) AsOf() time.Time { return m.s.AsOf() }

// Settings returns the settings in use.
func (m *Model) Settings() Settings {
	return Settings{Kernel: m.c.Kernel, HalfLife: m.e.set.halfLife, Season: m.e.set.season, DriftSD: m.e.drift}
}

// Forecast draws the future and summarises it. The same model gives the same forecast, for any number of workers.
func (m *Model) Forecast(ctx context.Context) (Forecast, error) {
	en, err := m.e.simulate(ctx, m.root, m.c.Draws, m.c.Workers, true, m.c.Progress)
	if err != nil {
		return Forecast{}, err
	}
	var fresh *ensemble
	if m.arrivals != nil {
		fresh = m.arrivals.simulate(m.root, m.c.Draws)
	}
	f := Forecast{AsOf: m.AsOf(), Currency: m.money.base, Settings: m.Settings(), Unpriced: m.money.unpriced, Notes: slices.Clone(m.notes)}
	expected := m.expected()
	n := len(m.windows)
	for j := range n {
		f.Periods = append(f.Periods, m.period(m.windows[j], en, fresh, expected, j, j+1))
	}
	f.Whole = m.period(b2b.Window{From: m.windows[0].From, To: m.windows[n-1].To}, en, fresh, expected, 0, n)
	f.Deals = m.dealForecasts(en)
	stale, lost := 0, 0.0
	for _, d := range m.e.open {
		k := &m.e.keys[d.key]
		if m.c.Kernel.aged() && m.e.fine.stale(*k) {
			stale++
		}
		lost += m.e.beyond[d.key]
	}
	if len(m.e.open) > 0 {
		f.Stale = float64(stale) / float64(len(m.e.open))
		f.Unresolved = lost / float64(len(m.e.open))
	}
	f.Parts = en.parts(m.e.skip)
	f.Verdict, f.Reasons = m.c.Past.verdict(m.c.Kernel, m.c.Horizon)
	m.calibrate(&f)
	if m.s.Hindsight() {
		f.Notes = append(f.Notes, "hindsight: some changes have no time of recording, so their time of occurrence stands for it")
	}
	return f, nil
}

// stale reports whether a deal is older in its place than every deal that left it.
func (f *fitted) stale(k key) bool { return int(k.age/f.b.step) >= f.k.last[k.place] }
