package funnel_test

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/law"
	"github.com/buyerjourney/b2b/internal/realdata"
)

var engaged = funnel.Target{Stages: []funnel.Stage{"Engaging"}}

func misc(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal(realdata.Oracle(t, "funnel/misc.json"), into); err != nil {
		t.Fatal(err)
	}
}

func TestVelocity(t *testing.T) {
	var o struct {
		V struct {
			NOpen    int     `json:"n_open"`
			Rate     float64 `json:"closed_only_win_rate"`
			Avg      float64 `json:"avg_deal"`
			Cycle    float64 `json:"avg_cycle_won_days"`
			Velocity float64 `json:"velocity_per_day"`
		} `json:"velocity_crm"`
	}
	misc(t, &o)
	s := mavenBook(t, time.Time{}).At(b2b.View{})
	v, err := funnel.SalesVelocity(s, funnel.VelocityConfig{From: engaged, Source: rand.NewPCG(1, 0), Draws: 200})
	if err != nil {
		t.Fatal(err)
	}
	if v.Open != o.V.NOpen {
		t.Errorf("open: got %d, want %d", v.Open, o.V.NOpen)
	}
	near(t, "win rate", v.WinRate.Value, o.V.Rate, 1e-12)
	near(t, "mean won", v.MeanWon, o.V.Avg, 1e-9)
	near(t, "cycle", v.CycleDays, o.V.Cycle, 1e-9)
	near(t, "velocity", v.PerDay.Value, o.V.Velocity, 1e-6)
	if !v.PerDay.Contains(v.PerDay.Value) || v.PerDay.Width() <= 0 {
		t.Errorf("interval: %v", v.PerDay)
	}
}

func TestCohorts(t *testing.T) {
	var o struct {
		V struct {
			Wins    map[string]map[string]int64 `json:"cohort_triangle_engage_month_x_close_month_wins"`
			Sizes   map[string]int64            `json:"cohort_sizes"`
			Revenue map[string]float64          `json:"revenue_by_month"`
		} `json:"velocity_crm"`
	}
	misc(t, &o)
	s := mavenBook(t, day(t, "2017-03-01")).At(b2b.View{At: day(t, "2018-01-01").Add(-time.Microsecond)})
	tri, err := funnel.Cohorts(s, funnel.Monthly, funnel.ConversionQuery{From: engaged})
	if err != nil {
		t.Fatal(err)
	}
	revenue := map[string]float64{}
	for _, row := range tri.Rows {
		month := row.Period.From.Format("2006-01")
		if row.Entered != o.V.Sizes[month] {
			t.Errorf("%s: got %d entered, want %d", month, row.Entered, o.V.Sizes[month])
		}
		for _, c := range row.Cells {
			col := c.Period.From.Format("2006-01")
			if c.Count != o.V.Wins[month][col] {
				t.Errorf("%s in %s: got %d, want %d", month, col, c.Count, o.V.Wins[month][col])
			}
			if observed := col >= "2017-03" && col <= "2017-12"; c.IsObserved() != observed {
				t.Errorf("%s in %s: observed %v", month, col, c.IsObserved())
			}
			for _, m := range c.Amounts {
				revenue[col] += m.Float64()
			}
		}
	}
	for month, want := range o.V.Revenue {
		near(t, "revenue of "+month, revenue[month], want, 1e-6)
	}
}

func TestStageTimes(t *testing.T) {
	var o struct {
		Stages map[string]struct {
			N      int
			Median float64 `json:"median_time_in_stage"`
			RMST   float64 `json:"rmst30"`
			Q      map[string]float64
		} `json:"per_stage"`
	}
	if err := json.Unmarshal(realdata.Oracle(t, "funnel/aj_bpi12.json"), &o); err != nil {
		t.Fatal(err)
	}
	s := bpiBook(t).At(b2b.View{At: bpiEnd})
	times, err := funnel.StageTimes(s, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(times) != 5 {
		t.Fatalf("places with times: got %d, want 5", len(times))
	}
	for _, st := range times {
		name := string(s.Places()[st.Place].Stage)
		want := o.Stages[name]
		if st.Stays != want.N {
			t.Errorf("%s: got %d stays, want %d", name, st.Stays, want.N)
		}
		q, ok := st.Curve.Quantile(.5)
		if !ok {
			t.Errorf("%s: no median", name)
		}
		near(t, name+" median", q.Value, want.Median, 2e-8) // the input of the oracle has eight decimals
		mean, err := st.Curve.Mean(30)
		if err != nil {
			t.Fatal(err)
		}
		near(t, name+" mean to 30 days", mean.Value, want.RMST, 1e-6)
	}
}

func genChanges(deals int) *rapid.Generator[[]funnel.Change] {
	stages := []funnel.Stage{"Attract", "Convince", "Retain", "Grow", "Lost", "Churned", "Odd", ""}
	return rapid.Custom(func(t *rapid.T) []funnel.Change {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		out := make([]funnel.Change, n)
		for i := range out {
			d := rapid.IntRange(0, deals-1).Draw(t, "deal")
			c := funnel.Change{Deal: b2b.DealID("d" + strconv.Itoa(d)), Account: b2b.AccountID("a" + strconv.Itoa(d/2))}
			c.Stage = rapid.SampledFrom(stages).Draw(t, "stage")
			if c.Stage == "" || rapid.IntRange(0, 4).Draw(t, "with outcome") == 4 {
				c.Outcome = rapid.SampledFrom(funnel.Outcomes()).Draw(t, "outcome")
			}
			hour := rapid.IntRange(0, 400).Draw(t, "hour")
			switch rapid.IntRange(0, 9).Draw(t, "precision") {
			case 8:
				c.At = funnel.Within(epoch.Add(time.Duration(hour)*time.Hour), b2b.Day, nil)
			case 9:
				c.At = funnel.Instant{Precision: b2b.OrderOnly}
			default:
				c.At = funnel.Exact(epoch.Add(time.Duration(hour) * time.Hour))
			}
			c.Seq = int64(rapid.IntRange(0, 6).Draw(t, "seq"))
			if rapid.Bool().Draw(t, "recorded") {
				c.RecordedAt = epoch.Add(time.Duration(hour+rapid.IntRange(0, 60).Draw(t, "delay")) * time.Hour)
			}
			if rapid.Bool().Draw(t, "priced") {
				c.Amount = b2b.MustMoney(int64(rapid.IntRange(0, 1000).Draw(t, "amount")), "EUR")
			}
			out[i] = c
		}
		return out
	})
}

// pooledHistory draws from a fixed pool, for laws that draw many.
func pooledHistory() *rapid.Generator[funnel.History] {
	pool := make([]funnel.History, 6) // few and short: the laws try every truncation of the encoded state
	for i := range pool {
		pool[i] = genHistory().Example(i + 1)
		pool[i].Passages = pool[i].Passages[:min(3, len(pool[i].Passages))]
	}
	return rapid.SampledFrom(pool)
}

func genHistory() *rapid.Generator[funnel.History] {
	return rapid.Custom(func(t *rapid.T) funnel.History {
		b, err := funnel.NewBook(funnel.BookConfig{})
		if err != nil {
			t.Fatal(err)
		}
		b.Add(genChanges(1).Draw(t, "changes")...)
		return b.At(b2b.View{}).History(0)
	})
}

func TestCountsAccumulator(t *testing.T) {
	law.Accumulator(t, func() *funnel.CountsAcc { return &funnel.CountsAcc{} }, pooledHistory())
}

func TestExposureAccumulator(t *testing.T) {
	fresh := func(c funnel.ExposureConfig) *funnel.ExposureAcc {
		a, err := funnel.NewExposureAcc(c)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	c := funnel.ExposureConfig{Bins: []time.Duration{24 * time.Hour, 72 * time.Hour}, Seasonal: true}
	law.Accumulator(t, func() *funnel.ExposureAcc { return fresh(c) }, pooledHistory())
	a, b := fresh(c), fresh(funnel.ExposureConfig{})
	h := funnel.History{AsOf: epoch.Add(time.Hour), Passages: []funnel.Passage{{Stage: "Attract", Outcome: funnel.Open, In: funnel.Exact(epoch)}}}
	if a.Add(h) != nil || b.Add(h) != nil {
		t.Fatal("refused")
	}
	law.Mismatch(t, a, b)
}

// The exposure of the cells is the time in the passages, however it is cut.
func propExposureAddsUp(t *rapid.T) {
	h := genHistory().Draw(t, "history")
	a, err := funnel.NewExposureAcc(funnel.ExposureConfig{Bins: []time.Duration{5 * time.Hour, 50 * time.Hour}, Seasonal: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Add(h); err != nil {
		t.Fatal(err)
	}
	var want, got float64
	exits, wantExits := int64(0), int64(0)
	for _, p := range h.Passages {
		if p.Flags.Has(funnel.TimeUnknown) {
			continue
		}
		to := h.AsOf
		if !p.Out.IsZero() {
			to = p.Out.Latest
			wantExits++
		}
		want += to.Sub(p.In.Latest).Hours() / 24
	}
	for _, e := range a.Result() {
		got += e.AtRisk
		for _, x := range e.Exits {
			exits += x.N
		}
	}
	if d := got - want; d > 1e-9 || d < -1e-9 || exits != wantExits {
		t.Fatalf("got %g days and %d exits, want %g and %d", got, exits, want, wantExits)
	}
}

func TestExposureAddsUp(t *testing.T) { rapid.Check(t, propExposureAddsUp) }

func TestTriangleAccumulator(t *testing.T) {
	gen := rapid.Custom(func(t *rapid.T) funnel.Cohort {
		c := funnel.Cohort{Entered: epoch.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "entered")) * time.Hour)}
		if rapid.Bool().Draw(t, "reached") {
			c.Reached = c.Entered.Add(time.Duration(rapid.IntRange(-10, 4000).Draw(t, "after")) * time.Hour)
			c.Amount = b2b.MustMoney(int64(rapid.IntRange(-100, 1000).Draw(t, "amount")), rapid.SampledFrom([]string{"EUR", "USD"}).Draw(t, "currency"))
		}
		return c
	})
	law.Accumulator(t, func() *funnel.TriangleAcc {
		a, err := funnel.NewTriangleAcc(funnel.TriangleConfig{By: funnel.Monthly})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}, gen)
}
