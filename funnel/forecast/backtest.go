package forecast

import (
	"context"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/internal/stream"
)

// track is what one candidate of the settings forecast at one origin.
type track struct {
	set              settings
	at, end          int64
	forecast, actual [2]float64 // by measure
	score            float64    // interval score of the wins at 80 %
	sd2              float64    // variance without drift
	spread           float64    // Σ p(1−p)
}

const (
	minOrigins    = 6  // resolved origins below which nothing is chosen or judged
	minCalibrated = 10 // calibrated origins below which their coverage says nothing
	trialDraws    = 100
	autoLevel     = 0.8
)

// Backtest forecasts the past: at each origin t from the view {t, t} alone, with settings, drift and calibration found from
// origins that were resolved before t. What counts are the deals that were open at t and had entered before it. Origins at
// which no deal was open give rows of zero.
func Backtest(ctx context.Context, b *funnel.Book, c BacktestConfig) (BacktestReport, error) {
	if b == nil {
		return BacktestReport{}, &b2b.InvalidError{Path: "book", Reason: "nil"}
	}
	final := b.At(b2b.View{At: c.AsOf, Known: c.AsOf})
	c, err := c.normal(final.AsOf())
	if err != nil {
		return BacktestReport{}, err
	}
	root, err := stream.New(c.Forecast.Source)
	if err != nil {
		return BacktestReport{}, err
	}
	run := &backtest{c: c, b: b, final: final, panel: newPanel(final), root: root}
	if run.money, err = newMoney(final, c.Forecast); err != nil {
		return BacktestReport{}, err
	}
	c.Forecast.Base = run.money.base // one currency at all origins
	run.c = c
	run.report = BacktestReport{Kernel: c.Forecast.Kernel, Horizon: c.Forecast.Horizon, Currency: run.money.base, Origins: slices.Clone(c.Origins), Hindsight: final.Hindsight(), Every: spacing(c.Origins)}
	run.pairs = make([][]float64, len(c.Kernels))
	run.hits = make([][]bool, len(c.Kernels))
	warmup := run.warmup()
	for i, t := range slices.Concat(warmup, c.Origins) {
		if err := ctx.Err(); err != nil {
			return BacktestReport{}, err
		}
		if err := run.origin(ctx, t, i < len(warmup)); err != nil {
			return BacktestReport{}, err
		}
		if c.Forecast.Progress != nil {
			c.Forecast.Progress(i+1, len(warmup)+len(c.Origins))
		}
	}
	run.report.Effective = effective(run.report.Origins, c.Forecast.Horizon)
	run.calibrate()
	run.score()
	return run.report, nil
}

// warmup returns the origins before the first that have something to learn from.
func (b *backtest) warmup() []time.Time {
	c := b.c
	if len(c.Origins) == 0 {
		return nil
	}
	every := spacing(c.Origins)
	if every == 0 {
		every = c.Every
	}
	var out []time.Time
	first := c.Origins[0]
	for i := c.Warmup; i > 0; i-- {
		t := first.Add(-time.Duration(i) * every)
		if len(b.panel.wins) > 0 && t.UnixMicro() > b.panel.wins[0].at {
			out = append(out, t)
		}
	}
	return out
}

type backtest struct {
	c       BacktestConfig
	b       *funnel.Book
	final   *funnel.State
	panel   *panel
	money   *money
	root    stream.Root
	offsets [][2]float64    // m of the relative error at each origin, by measure
	states  []*funnel.State // of the origins so far, where there are amounts
	report  BacktestReport
	pairs   [][]float64 // per kernel: chances of single deals
	hits    [][]bool
}

// origin forecasts at one time.
func (b *backtest) origin(ctx context.Context, t time.Time, warmup bool) error {
	f := b.c.Forecast
	s := b.b.At(b2b.View{At: t, Known: t})
	p := newPanel(s)
	p.tell(s, f)
	if len(p.at) == 0 {
		b.report.Notes = appendOnce(b.report.Notes, "origins before the first deal are left out")
		b.report.Origins = slices.DeleteFunc(b.report.Origins, t.Equal)
		return nil
	}
	at, end := t.UnixMicro(), t.Add(f.Horizon).UnixMicro()
	keep := func(d int32) bool { return p.created[d] < at }

	m, err := newMoney(s, f)
	if err != nil {
		return err
	}
	var earlier *funnel.State // the latest one of an origin whose horizon is over
	for _, e := range b.states {
		if !e.AsOf().Add(f.Horizon).After(t) {
			earlier = e
		}
	}
	if m.base != "" {
		b.states = append(b.states, s)
	}
	build := func(set settings) *engine {
		e := newEngine(p, f.Step, set, f.Season.FiscalStart, []int64{end}, keep)
		m.value(e, s, earlier)
		e.skip = f.Without
		return e
	}

	// What came of the deals.
	won := b.panel.wonBetween(at, end)
	wins := map[int32]bool{}
	actual := [2]float64{}
	for i, j := range p.open {
		if j < 0 || !keep(int32(i)) {
			continue
		}
		n, ok := b.final.Find(s.Deal(i).ID)
		if !ok {
			continue // forgotten since
		}
		if _, ok := won[int32(n)]; !ok {
			continue
		}
		wins[int32(i)] = true
		actual[Wins]++
		if m.known[i] != unpriced && b.money.known[n] == quoted {
			actual[Revenue] += float64(b.money.amount[n])
		}
	}

	resolved := func(tr track) bool { return tr.end <= at }
	set, reason := choose(f.candidates(), b.report.tracks, resolved)
	if reason != "" {
		b.report.Notes = appendOnce(b.report.Notes, reason)
	}
	root := b.root.Sub("origin", uint64(at), 0)
	var plain *engine // with the chosen settings, before any other kernel
	for _, candidate := range f.candidates() {
		own := build(candidate)
		if candidate == set {
			plain = own
		}
		e, _, ok := own.under(f.Kernel, f.Weights)
		if !ok {
			continue
		}
		draws := 0
		if len(f.candidates()) > 1 || f.Drift.Mode == Auto {
			draws = min(f.Draws, trialDraws)
		}
		tr, err := b.try(ctx, e, root, draws, actual)
		if err != nil {
			return err
		}
		tr.at, tr.end = at, end
		b.report.tracks = append(b.report.tracks, tr)
	}
	if warmup {
		return nil
	}
	if plain == nil {
		plain = build(set)
	}
	plain.drift = f.driftOf(b.report.tracks, set, resolved)
	b.offsets = append(b.offsets, [2]float64{Wins: m.offset(Wins), Revenue: m.offset(Revenue)})
	b.report.Settings = append(b.report.Settings, Settings{Kernel: f.Kernel, HalfLife: set.halfLife, Season: set.season, DriftSD: plain.drift})

	var engines []*engine
	var rows [][]BacktestRow // of each kernel; those of an engine are filled
	for _, k := range b.c.Kernels {
		e, reasons, ok := plain.under(k, f.Weights)
		for _, r := range reasons {
			if k == Cure {
				b.report.Notes = appendOnce(b.report.Notes, "some origins, kernel cure, "+r)
			}
		}
		own := []BacktestRow{{Origin: t, Kernel: k, Measure: Wins, Deals: len(plain.open), Actual: actual[Wins], Missing: !ok}}
		if m.base != "" {
			own = append(own, BacktestRow{Origin: t, Kernel: k, Measure: Revenue, Deals: len(plain.open), Actual: actual[Revenue], Missing: !ok})
		}
		rows = append(rows, own)
		if ok {
			engines = append(engines, e)
		}
	}
	ensembles, err := simulateAll(ctx, engines, root, f.Draws, f.Workers, false, nil)
	if err != nil {
		return err
	}
	for i, own := range rows {
		if !own[0].Missing {
			b.fill(own, engines[0], ensembles[0], wins, i)
			engines, ensembles = engines[1:], ensembles[1:]
		}
		b.report.Rows = append(b.report.Rows, own...)
	}
	return nil
}

// try forecasts with one candidate, without drift; no draws give no score and no variance.
func (b *backtest) try(ctx context.Context, e *engine, root stream.Root, draws int, actual [2]float64) (track, error) {
	tr := track{set: e.set, actual: actual}
	for i := range e.open {
		d := &e.open[i]
		p := e.chance[d.key]
		tr.forecast[Wins] += p
		tr.forecast[Revenue] += float64(p * e.worth(d))
		tr.spread += float64(p * (1 - p))
	}
	if draws == 0 {
		return tr, nil
	}
	en, err := e.simulate(ctx, root, draws, b.c.Forecast.Workers, false, nil)
	if err != nil {
		return tr, err
	}
	v, _ := stat.Variance(en.rates)
	tr.sd2 = v + meanOf(en.binomial)
	x := make([]float64, draws)
	for r := range x {
		x[r] = float64(en.wins[r])
	}
	slices.Sort(x)
	tr.score = IntervalScore(mixtureQuantile(x, tailOf(autoLevel)), mixtureQuantile(x, 1-tailOf(autoLevel)), actual[Wins], autoLevel)
	return tr, nil
}

// fill computes the rows of one kernel, wins first.
func (b *backtest) fill(rows []BacktestRow, e *engine, en *ensemble, wins map[int32]bool, kernel int) {
	f := b.c.Forecast
	n := len(e.ends)
	var count, revenue, brier stat.Compensated
	for i := range e.open {
		d := &e.open[i]
		p := e.chance[int(d.key)*n+n-1]
		count.Add(p)
		revenue.Add(p * e.worth(d))
		y := step(wins[d.deal])
		brier.Add(float64((p - y) * (p - y)))
		b.pairs[kernel] = append(b.pairs[kernel], p)
		b.hits[kernel] = append(b.hits[kernel], wins[d.deal])
	}
	draws := make([]float64, f.Draws)
	for i := range rows {
		r := &rows[i]
		r.Forecast = count.Sum()
		for j := range draws {
			draws[j] = float64(en.wins[j])
		}
		if r.Measure == Revenue {
			r.Forecast = revenue.Sum()
			for j := range draws {
				draws[j] = float64(en.revenue[j])
			}
		}
		if len(e.open) > 0 {
			r.Brier = brier.Sum() / float64(len(e.open))
		}
		d := summarise(r.Forecast, draws, f.Levels)
		r.Intervals, r.Quantiles = d.Intervals, d.Quantiles
		_, r.CRPS, _ = EnsembleCRPS(draws, r.Actual)
		r.PIT = pit(draws, r.Actual)
	}
}
