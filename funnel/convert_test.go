package funnel_test

import (
	"math"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
)

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.Abs(got-want) > tol || math.IsNaN(got) {
		t.Errorf("%s: got %.12g, want %.12g", what, got, want)
	}
}

func day(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// mavenBook holds 8,800 opportunities; those in Prospecting have no time at all.
func mavenBook(t testing.TB, from time.Time) *funnel.Book {
	t.Helper()
	p, err := funnel.NewPipeline(funnel.PipelineConfig{ID: "crm", Stages: []funnel.StageDef{
		{ID: "Prospecting", Order: 1}, {ID: "Engaging", Order: 2}, {ID: "Won", Order: 3, Outcome: funnel.Won}, {ID: "Lost", Order: 4, Outcome: funnel.Lost},
	}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := funnel.NewBook(funnel.BookConfig{Pipelines: []*funnel.Pipeline{p}, Observed: b2b.Window{From: from}})
	if err != nil {
		t.Fatal(err)
	}
	var changes []funnel.Change
	for cell := range table(t, "funnel/maven_crm/sales_pipeline.csv") {
		c := funnel.Change{Deal: b2b.DealID(cell("opportunity_id")), Account: b2b.AccountID(cell("account")), Owner: cell("sales_agent"), Segment: cell("product")}
		if cell("engage_date") == "" {
			c.Stage, c.At = "Prospecting", funnel.Instant{Precision: b2b.OrderOnly}
			changes = append(changes, c)
			continue
		}
		c.Stage, c.At, c.Seq = "Engaging", funnel.Within(day(t, cell("engage_date")), b2b.Day, time.UTC), 1
		changes = append(changes, c)
		if cell("close_date") != "" {
			c.Stage, c.At, c.Seq = funnel.Stage(cell("deal_stage")), funnel.Within(day(t, cell("close_date")), b2b.Day, time.UTC), 2
			if c.Stage == "Won" {
				if c.Amount, err = b2b.ParseAmount(cell("close_value"), "USD"); err != nil {
					t.Fatal(err)
				}
			}
			changes = append(changes, c)
		}
	}
	if rep := b.Add(changes...); len(rep.Rejected) > 0 {
		t.Fatal(rep.Rejected[0])
	}
	return b
}

// Figures of aj_crm_sales.json, by the packages survival, etm and cmprsk of R.
func TestConvertMaven(t *testing.T) {
	engaged := funnel.Target{Stages: []funnel.Stage{"Engaging"}}
	s := mavenBook(t, time.Time{}).At(b2b.View{At: day(t, "2018-01-01").Add(-time.Microsecond)})
	if s.Len() != 8800 {
		t.Errorf("deals: got %d, want 8800", s.Len())
	}
	c, err := funnel.Convert(s, funnel.ConversionQuery{From: engaged, Horizon: 30 * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "won in 30 days", c.ByHorizon.Value, 0.218994834086356, 1e-12)
	near(t, "won in 138 days", c.Curve.ValueAt(138), 0.519439198499735, 1e-12)
	near(t, "closed only", c.ClosedOnly.Value, 0.631500521531813, 1e-12)
	near(t, "won over all", c.WonPerEntered.Value, 0.510602409638554, 1e-12)
	if c.Ultimate.Why == "" {
		t.Errorf("ultimate: got %v, although %g are under way after the last event", c.Ultimate, c.Ultimate.Unresolved)
	}
	sum := c.Curve.Last() + c.Ultimate.Unresolved
	for _, o := range c.Others {
		sum += o.Curve.Last()
	}
	near(t, "all outcomes and the rest", sum, 1, 1e-12)

	s = mavenBook(t, day(t, "2017-03-01").Add(24*time.Hour-time.Microsecond)).At(b2b.View{At: day(t, "2018-01-01").Add(-time.Microsecond)})
	if c, err = funnel.Convert(s, funnel.ConversionQuery{From: engaged}); err != nil {
		t.Fatal(err)
	}
	near(t, "won in 138 days, left truncated", c.Curve.ValueAt(138), 0.528038501153883, 1e-12)
}

func TestConvertLoans(t *testing.T) {
	c, err := funnel.Convert(bpiBook(t).At(b2b.View{At: bpiEnd}), funnel.ConversionQuery{Horizon: 30 * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "won per entered", c.WonPerEntered.Value, 2246./13087, 1e-12)
	t.Logf("30 d %v, ultimate %v", c.ByHorizon, c.Ultimate)
}
