package forecast

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/stat"
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

// Forecast is what will be sold, with its uncertainty. It is a plain value; slices belong to the caller.
type Forecast struct {
	AsOf     time.Time
	Periods  []PeriodForecast // in order; together they are the horizon
	Whole    PeriodForecast   // the whole horizon
	Deals    []DealForecast   // open deals by id
	Unpriced []Unpriced       // by currency
	Currency string           // of all money; "" where no deal has an amount
	Settings Settings
	// Stale is the share of open deals that are older in their stage than every deal that left it, Unresolved the share
	// whose end lies beyond all experience: neither won nor lost at the end of the horizon.
	Stale, Unresolved float64
	Parts             []PartShare // shares of the variance of the number of wins of the open deals
	Verdict           funnel.Verdict
	Reasons           []string // of the verdict
	Notes             []string
}

// Settings are the settings in use, whether given or found.
type Settings struct {
	Kernel   Kernel
	HalfLife time.Duration // 0: all history counts alike
	Season   bool
	DriftSD  float64
}

// PeriodForecast is the forecast of one period. Total is Booked + Open + New.
type PeriodForecast struct {
	Window     b2b.Window
	Booked     b2b.Money // already won in the period, as of the view
	BookedWins int
	Open, New  Outlook // of deals that are open now, and of those that are not yet there
	Total      Outlook
}

// Outlook is the law of the number of wins and of revenue in minor units.
type Outlook struct {
	Wins, Revenue Distribution
}

// Distribution is a predictive law: its mean, its quantiles, and an interval per level. Counts have whole quantiles. The
// zero value is a law that is not known.
type Distribution struct {
	Mean      float64
	Quantiles []Quantile
	Intervals []Interval
}

// Quantile is the least value with at least a share P of the law at or below it.
type Quantile struct {
	P     float64 `json:"p"`
	Value float64 `json:"value"`
}

// Interval is a central interval of a law at a level, and beside it the interval that the errors of the past support.
type Interval struct {
	Level     float64
	Low, High float64
	// Calibrated is the interval by the errors of resolved origins; where it has no level, Why says what is missing.
	Calibrated b2b.Estimate
	Why        string
}

// DealForecast is the forecast of one open deal.
type DealForecast struct {
	Deal          b2b.DealID
	Stage         funnel.Stage
	Age           time.Duration // in its stage
	P             b2b.Estimate  // chance to be won within the horizon
	ByPeriod      []float64     // chance to be won within each period
	ExpectedValue b2b.Money     // P × expected amount, rounded; not given where the deal has no price
	Why           []Term        // adds up to the log odds of P
	Flags         funnel.Flags
}

// Term is one part of an explanation, on the scale of log odds.
type Term struct {
	Name  string // "base", "stage", "age", "recency", "season", "segment", "cohort"
	Value float64
}

// PartShare is the share of one source in the variance.
type PartShare struct {
	Part  Part
	Share float64
}

// Unpriced counts the open deals of a currency that has no rate.
type Unpriced struct {
	Currency string
	Deals    int
}

// RefusedError says that the data do not bear a forecast, with all reasons at once.
type RefusedError struct {
	Reasons []string
	Longest time.Duration // the longest horizon that the follow-up bears, where the horizon is a reason; else 0
}

// Error joins the reasons.
func (e *RefusedError) Error() string {
	return "no forecast: " + strings.Join(e.Reasons, "; ")
}

// Unwrap returns [b2b.ErrTooFew].
func (e *RefusedError) Unwrap() error { return b2b.ErrTooFew }

const minResolved = 20 // resolved deals below which nothing is forecast

// refuse returns every reason against a forecast.
func refuse(p *panel, horizon time.Duration) *RefusedError {
	r := &RefusedError{}
	resolved, open := 0, 0
	first := int64(math.MaxInt64)
	for i := range p.deals {
		last := false
		for j := p.from[i]; j < p.from[i+1]; j++ {
			first = min(first, p.rise[j])
			last = last || int(p.to[j]) >= len(p.places)
		}
		if last {
			resolved++
		}
		if p.open[i] >= 0 {
			open++
		}
	}
	if len(p.wins) == 0 {
		r.Reasons = append(r.Reasons, "no deal was ever won")
	}
	if resolved < minResolved {
		r.Reasons = append(r.Reasons, "fewer than 20 deals have ended")
	}
	if open == 0 && resolved > 0 {
		r.Reasons = append(r.Reasons, "extract holds closed deals only: censoring cannot be corrected")
	}
	if p.asOf <= p.begin {
		r.Reasons = append(r.Reasons, "as-of time outside the observation window")
	}
	if first < math.MaxInt64 {
		if follow := time.Duration(p.asOf-first) * time.Microsecond; horizon > follow {
			r.Longest = follow / day * day
			r.Reasons = append(r.Reasons, "horizon longer than the observed follow-up; the longest is "+days(r.Longest))
		}
	}
	if len(r.Reasons) == 0 {
		return nil
	}
	return r
}

func days(d time.Duration) string { return strconv.Itoa(int(d/day)) + " days" }

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

// point is the expected number of wins and the expected revenue per period.
type point struct{ wins, revenue []float64 }

func (m *Model) expected() (out [2]point) {
	e := m.e
	n := len(e.ends)
	out[0] = point{make([]float64, n), make([]float64, n)}
	out[1] = point{make([]float64, n), make([]float64, n)}
	wins, revenue := make([]stat.Compensated, n), make([]stat.Compensated, n)
	for i := range e.open {
		d := &e.open[i]
		before := 0.0
		for j := range n {
			p := e.chance[int(d.key)*n+j]
			wins[j].Add(p - before)
			revenue[j].Add((p - before) * e.worth(d))
			before = p
		}
	}
	for j := range n {
		out[0].wins[j], out[0].revenue[j] = wins[j].Sum(), revenue[j].Sum()
	}
	if m.arrivals != nil {
		copy(out[1].wins, m.arrivals.wins)
		for j, w := range m.arrivals.wins {
			out[1].revenue[j] = w * e.size
		}
	}
	return out
}

// period summarises periods from ≤ j < to.
func (m *Model) period(w b2b.Window, en, fresh *ensemble, expected [2]point, from, to int) PeriodForecast {
	out := PeriodForecast{Window: w}
	if from == 0 {
		out.Booked, out.BookedWins = m.money.booked(m.e, m.c.BookedFrom)
	}
	booked := float64(out.Booked.Minor())
	n := m.c.Draws
	wins, revenue := make([]float64, n), make([]float64, n)
	build := func(sources ...int) Outlook {
		clear(wins)
		clear(revenue)
		var meanWins, meanRevenue float64
		for _, s := range sources {
			src := en
			if s == 1 {
				src = fresh
			}
			for j := from; j < to; j++ {
				meanWins += expected[s].wins[j]
				meanRevenue += expected[s].revenue[j]
				if src == nil {
					continue
				}
				for r := range n {
					wins[r] += float64(src.wins[r*src.periods+j])
					revenue[r] += float64(src.revenue[r*src.periods+j])
				}
			}
		}
		if len(sources) == 2 {
			meanWins += float64(out.BookedWins)
			meanRevenue += booked
			for r := range n {
				wins[r] += float64(out.BookedWins)
				revenue[r] += booked
			}
		}
		return Outlook{Wins: summarise(meanWins, wins, m.c.Levels), Revenue: summarise(meanRevenue, revenue, m.c.Levels)}
	}
	out.Open = build(0)
	out.New = build(1)
	out.Total = build(0, 1)
	return out
}

// summarise makes a distribution of draws, which it sorts.
func summarise(mean float64, draws []float64, levels []float64) Distribution {
	slices.Sort(draws)
	d := Distribution{Mean: mean}
	if len(draws) == 0 {
		return d
	}
	ps := []float64{0.5}
	for _, l := range levels {
		ps = append(ps, tailOf(l), 1-tailOf(l))
		d.Intervals = append(d.Intervals, Interval{
			Level: l, Low: mixtureQuantile(draws, tailOf(l)), High: mixtureQuantile(draws, 1-tailOf(l)), Why: "no back-test was given",
		})
	}
	slices.Sort(ps)
	for _, p := range slices.Compact(ps) {
		d.Quantiles = append(d.Quantiles, Quantile{P: p, Value: mixtureQuantile(draws, p)})
	}
	return d
}

// tailOf returns (1−level)/2, free of the last digit's noise: 0.1 for 0.8.
func tailOf(level float64) float64 { return math.Round((1-level)/2*1e12) / 1e12 }

// parts splits the variance of the number of wins: of the rates, of the common error, of the single deals.
func (en *ensemble) parts(skip Part) []PartShare {
	rates, _ := stat.Variance(en.rates)
	tilted, _ := stat.Variance(en.tilted)
	binomial, _ := stat.Mean(en.binomial)
	drift := max(0, tilted-rates)
	if skip&Process != 0 {
		binomial = 0
	}
	total := rates + drift + binomial
	if total <= 0 {
		return nil
	}
	return []PartShare{{Parameters, rates / total}, {Process, binomial / total}, {Drifting, drift / total}}
}

// dealForecasts lists the open deals by id.
func (m *Model) dealForecasts(en *ensemble) []DealForecast {
	e := m.e
	n := len(e.ends)
	level := m.c.Levels[len(m.c.Levels)-1]
	if i := slices.Index(m.c.Levels, 0.8); i >= 0 {
		level = 0.8
	}
	z := stat.Z(level)
	out := make([]DealForecast, 0, len(e.open))
	for i := range e.open {
		d := &e.open[i]
		deal := m.s.Deal(int(d.deal))
		at := int(d.key) * n
		f := DealForecast{Deal: deal.ID, Stage: deal.Stage, Age: time.Duration(d.age) * time.Microsecond, Flags: deal.Flags &^ funnel.Stale}
		if m.c.Kernel.aged() && e.fine.stale(e.keys[d.key]) {
			f.Flags |= funnel.Stale
		}
		p := e.chance[at+n-1]
		f.P = b2b.Point(p, "no draws of the rates")
		if k := len(en.logit); k > 0 && m.c.Draws > 1 && e.skip&Parameters == 0 && k <= maxIntervals {
			mean := en.logit[d.key] / float64(en.draws)
			sd := math.Sqrt(max(0, en.logit2[d.key]/float64(en.draws)-float64(mean*mean)))
			center := logit(clamp(p))
			// There and back through the log odds is not exact: a narrow interval still contains the chance.
			low, high := min(p, expit(center-float64(z*sd))), max(p, expit(center+float64(z*sd)))
			f.P = b2b.Estimate{Value: p, Low: low, High: high, Level: level, Method: "Bayesian bootstrap by case, normal on the log odds"}
			if p == 0 || p == 1 {
				f.P = b2b.Point(p, "certain under the rates")
			}
		}
		before := 0.0
		for j := range n {
			f.ByPeriod = append(f.ByPeriod, e.chance[at+j]-before)
			before = e.chance[at+j]
		}
		f.ExpectedValue = m.money.round(p*e.worth(d), d.valued)
		f.Why = m.why(d)
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b DealForecast) int { return cmp.Compare(a.Deal, b.Deal) })
	return out
}
