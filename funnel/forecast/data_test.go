package forecast_test

import (
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/realdata"
)

func date(t testing.TB, text string) time.Time {
	t.Helper()
	for _, layout := range []string{time.DateOnly, time.DateTime, time.RFC3339Nano} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	t.Fatalf("no time: %q", text)
	return time.Time{}
}

func money(t testing.TB, text, currency string) b2b.Money {
	t.Helper()
	m, err := b2b.ParseAmount(text, currency)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func newBook(t testing.TB, from string, stages []funnel.StageDef, changes []funnel.Change) *funnel.Book {
	t.Helper()
	p, err := funnel.NewPipeline(funnel.PipelineConfig{ID: "sales", Stages: stages})
	if err != nil {
		t.Fatal(err)
	}
	c := funnel.BookConfig{Pipelines: []*funnel.Pipeline{p}}
	if from != "" {
		c.Observed.From = date(t, from)
	}
	b, err := funnel.NewBook(c)
	if err != nil {
		t.Fatal(err)
	}
	if rep := b.Add(changes...); len(rep.Rejected) > 0 {
		t.Fatal(rep.Rejected[0])
	}
	return b
}

// loans is the book of the BPI Challenge 2012, with the stage weights of the baseline.
func loans(t testing.TB) *funnel.Book {
	t.Helper()
	var out []funnel.Change
	for cell := range realdata.Table(t, "funnel/bpi12/stage_history.csv.gz") {
		out = append(out, funnel.Change{Deal: b2b.DealID(cell("case")), Stage: funnel.Stage(cell("stage")), At: funnel.Exact(date(t, cell("at"))), Amount: money(t, cell("amount"), "EUR")})
	}
	w := b2b.MustFraction
	return newBook(t, "", []funnel.StageDef{
		{ID: "Submitted", Order: 1, Probability: w(.2)},
		{ID: "Preaccepted", Order: 2, Probability: w(.4)},
		{ID: "Accepted", Order: 3, Probability: w(.6)},
		{ID: "Finalized", Order: 4, Probability: w(.8)},
		{ID: "Returned", Order: 5, Probability: w(.9)},
		{ID: "Won", Order: 6, Outcome: funnel.Won},
		{ID: "Declined", Order: 7, Outcome: funnel.Lost},
		{ID: "Cancelled", Order: 8, Outcome: funnel.NoDecision},
	}, out)
}

func oneStage(weight float64) []funnel.StageDef {
	return []funnel.StageDef{{ID: "Open", Order: 1, Probability: b2b.MustFraction(weight)}, {ID: "Won", Order: 2, Outcome: funnel.Won}, {ID: "Lost", Order: 3, Outcome: funnel.Lost}}
}

// opportunities is the book of Maven's CRM: one stage from the day of engagement, observed from 2017-03-01 on, list price
// until won.
func opportunities(t testing.TB) *funnel.Book {
	t.Helper()
	price := map[string]string{}
	for cell := range realdata.Table(t, "funnel/maven_crm/products.csv") {
		price[cell("product")] = cell("sales_price")
	}
	price["GTXPro"] = price["GTX Pro"]
	var out []funnel.Change
	for cell := range realdata.Table(t, "funnel/maven_crm/opportunities_timed.csv.gz") {
		id := b2b.DealID(cell("opportunity_id"))
		out = append(out, funnel.Change{Deal: id, Stage: "Open", At: funnel.Exact(date(t, cell("engage_date"))), Amount: money(t, price[cell("product")], "USD")})
		switch cell("status") {
		case "1":
			out = append(out, funnel.Change{Deal: id, Stage: "Won", At: funnel.Exact(date(t, cell("close_date"))), Amount: money(t, cell("close_value"), "USD")})
		case "2":
			out = append(out, funnel.Change{Deal: id, Stage: "Lost", At: funnel.Exact(date(t, cell("close_date")))})
		}
	}
	return newBook(t, "2017-03-01", oneStage(.4), out)
}

// leads is the book of Olist's leads: one stage from first contact, on which only wins are recorded.
func leads(t testing.TB) *funnel.Book {
	t.Helper()
	var out []funnel.Change
	for cell := range realdata.Table(t, "funnel/olist/leads.csv.gz") {
		id := b2b.DealID(cell("mql_id"))
		out = append(out, funnel.Change{Deal: id, Stage: "Open", At: funnel.Exact(date(t, cell("first_contact_date")))})
		if w := cell("won_date"); w != "" {
			out = append(out, funnel.Change{Deal: id, Stage: "Won", At: funnel.Exact(date(t, w))})
		}
	}
	return newBook(t, "", oneStage(.4), out)
}

// weekly returns n origins a week apart.
func weekly(t testing.TB, from string, n int) []time.Time {
	t.Helper()
	first := date(t, from)
	out := make([]time.Time, n)
	for i := range out {
		out[i] = first.AddDate(0, 0, 7*i)
	}
	return out
}
