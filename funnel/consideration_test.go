package funnel_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/realdata"
)

func brand(deal, name string, kind funnel.BrandEventKind, dayOf int) funnel.BrandEvent {
	return funnel.BrandEvent{Deal: b2b.DealID(deal), Brand: name, Kind: kind, At: funnel.Exact(epoch.AddDate(0, 0, dayOf))}
}

func brandsAt(t *testing.T, c *funnel.Consideration, deal string, dayOf int) (names []string, ok bool) {
	t.Helper()
	set, ok := c.SetAt(b2b.DealID(deal), epoch.AddDate(0, 0, dayOf))
	for _, s := range set {
		names = append(names, s.Brand)
	}
	slices.Sort(names)
	return names, ok
}

func TestConsideration(t *testing.T) {
	events := []funnel.BrandEvent{
		brand("x", "us", funnel.Added, 0), brand("x", "rival", funnel.Added, 0), brand("x", "third", funnel.Added, 5),
		brand("x", "rival", funnel.Dropped, 7), brand("x", "us", funnel.Dropped, 8), brand("x", "us", funnel.Added, 9),
		brand("x", "us", funnel.Chosen, 20),
		brand("y", "rival", funnel.Mentioned, 0),
		brand("z", "gone", funnel.Dropped, 3), brand("z", "gone", funnel.Chosen, 5),
		brand("", "us", funnel.Added, 0), brand("x", "", funnel.Added, 0),
		{Deal: "x", Brand: "us", Kind: funnel.Added},
	}
	c, rep := funnel.NewConsideration("us", events...)
	if rep.Accepted != 10 || len(rep.Rejected) != 3 {
		t.Errorf("accepted %d, rejected %v", rep.Accepted, rep.Rejected)
	}
	if diff := cmp.Diff([]funnel.Flagged{{Deal: "z", Flags: funnel.TimeUnknown | funnel.StageOutcomeConflict}}, rep.Flagged); diff != "" {
		t.Errorf("flagged (-want +got):\n%s", diff)
	}
	for _, at := range []struct {
		deal string
		day  int
		want []string
		ok   bool
	}{
		{"x", -1, nil, false},
		{"x", 0, []string{"rival", "us"}, true},
		{"x", 6, []string{"rival", "third", "us"}, true},
		{"x", 8, []string{"third"}, true},
		{"x", 9, []string{"third", "us"}, true},
		{"y", 1, []string{"rival"}, false}, // nobody asked for the set: unknown, not "only the rival"
		{"z", 3, nil, true},                // dropped at its first record
		{"nobody", 1, nil, false},
	} {
		got, ok := brandsAt(t, c, at.deal, at.day)
		if diff := cmp.Diff(at.want, got, cmpopts.EquateEmpty()); diff != "" || ok != at.ok {
			t.Errorf("%s on day %d, ok %v (-want +got):\n%s", at.deal, at.day, ok, diff)
		}
	}
	sum := c.Summary(epoch.AddDate(0, 1, 0))
	if sum.Deals != 3 || sum.Unknown != 1 {
		t.Errorf("deals %d, unknown %d", sum.Deals, sum.Unknown)
	}
	var us funnel.BrandSummary
	for _, b := range sum.Brands {
		if b.Brand == "us" {
			us = b
		}
	}
	if us.Readds != 1 || us.OwnDropped != 1 || us.OwnUndid != 1 || us.IfInitial.Events != 1 || us.IfInitial.AtRisk != 1 {
		t.Errorf("own brand: %+v", us)
	}
	// dropped once in 8 + 11 days of the set
	near(t, "dropped per month", us.Dropped.Value, 1/(19/30.4375), 1e-12)

	// The events may come in any order.
	slices.Reverse(events)
	d, _ := funnel.NewConsideration("us", events...)
	if diff := cmp.Diff(sum, d.Summary(epoch.AddDate(0, 1, 0))); diff != "" {
		t.Errorf("another order (-want +got):\n%s", diff)
	}

	// Own brand dropped is an exit that is undone.
	b, err := funnel.NewBook(funnel.BookConfig{})
	if err != nil {
		t.Fatal(err)
	}
	b.Add(funnel.Change{Deal: "x", Stage: "Convince", At: funnel.Exact(epoch)})
	b.Add(c.Changes()...)
	s := b.At(b2b.View{At: epoch.AddDate(0, 0, 8)})
	i, _ := s.Find("x")
	if got := s.Deal(i).Outcome; got != funnel.Lost {
		t.Errorf("while dropped: %v", got)
	}
	s = b.At(b2b.View{At: epoch.AddDate(0, 0, 30)})
	i, _ = s.Find("x")
	if d := s.Deal(i); d.Outcome != funnel.Open || d.Stage != "Convince" || d.Episodes != 2 {
		t.Errorf("taken back: %+v", d)
	}
}

// olistBook holds the leads with an owner, who is the representative that qualified them (known for won leads only).
func olistBook(t testing.TB) *funnel.Book {
	t.Helper()
	p, err := funnel.NewPipeline(funnel.PipelineConfig{ID: "leads", Stages: []funnel.StageDef{
		{ID: "Contact", Order: 1}, {ID: "Won", Order: 2, Outcome: funnel.Won},
	}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := funnel.NewBook(funnel.BookConfig{Pipelines: []*funnel.Pipeline{p}})
	if err != nil {
		t.Fatal(err)
	}
	owner, won := map[string]string{}, map[string]time.Time{}
	for cell := range realdata.Table(t, "funnel/olist/closed_deals.csv.gz") {
		at, err := time.Parse(time.DateTime, cell("won_date"))
		if err != nil {
			t.Fatal(err)
		}
		owner[cell("mql_id")], won[cell("mql_id")] = cell("sdr_id"), at
	}
	var changes []funnel.Change
	for cell := range realdata.Table(t, "funnel/olist/marketing_qualified_leads.csv.gz") {
		id := cell("mql_id")
		c := funnel.Change{Deal: b2b.DealID(id), Stage: "Contact", At: funnel.Exact(day(t, cell("first_contact_date"))), LeadSource: cell("origin"), Owner: owner[id]}
		changes = append(changes, c)
		if at, ok := won[id]; ok {
			c.Stage, c.At = "Won", funnel.Exact(at)
			changes = append(changes, c)
		}
	}
	if rep := b.Add(changes...); len(rep.Rejected) > 0 {
		t.Fatal(rep.Rejected[0])
	}
	return b
}

func TestHandOff(t *testing.T) {
	var o struct {
		H struct {
			SDRs int              `json:"sdrs"`
			Top  map[string][]any `json:"median_days_by_sdr_top5"`
		} `json:"olist_handoff"`
	}
	misc(t, &o)
	s := olistBook(t).At(b2b.View{})
	flagged := 0
	for _, d := range s.All() {
		if d.Flags.Has(funnel.AfterClose) {
			flagged++
		}
	}
	if flagged != 1 {
		t.Errorf("won before the first contact: got %d deals, want 1", flagged)
	}
	rep, err := funnel.HandOff(s, funnel.HandOffQuery{By: funnel.ByOwner})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Rows) != o.H.SDRs+1 { // and the leads without one
		t.Errorf("sellers: got %d, want %d", len(rep.Rows)-1, o.H.SDRs)
	}
	extra := 0.0
	for _, r := range rep.Rows {
		if r.HandedOver != r.Accepted+r.Rejected+r.Unanswered {
			t.Errorf("%d handed over, but %d + %d + %d", r.HandedOver, r.Accepted, r.Rejected, r.Unanswered)
		}
		want, ok := o.H.Top[r.Name]
		if !ok {
			continue
		}
		extra += float64(r.WonCount) - want[0].(float64)
		q, ok := r.Answer.Quantile(.5)
		if !ok || q.Value > want[1].(float64) || q.High < want[1].(float64) {
			t.Errorf("days to the win: got %v, want %v", q, want[1])
		}
	}
	if extra != 1 { // the oracle leaves out the lead that was won before its first contact
		t.Errorf("won: got %g more than expected, want 1", extra)
	}
	rep, err = funnel.HandOff(s, funnel.HandOffQuery{By: funnel.ByLeadSource})
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, r := range rep.Rows {
		total += r.HandedOver
	}
	if total != 8000 || len(rep.Rows) != 11 {
		t.Errorf("got %d leads from %d sources", total, len(rep.Rows))
	}
}

// A ranking is given only where intervals separate.
func TestHandOffRanking(t *testing.T) {
	b, err := funnel.NewBook(funnel.BookConfig{})
	if err != nil {
		t.Fatal(err)
	}
	add := func(source string, won, lost int) {
		for i := range won + lost {
			id := b2b.DealID(source + "/" + strconv.Itoa(i))
			end := funnel.Stage("Retain")
			if i >= won {
				end = "Lost"
			}
			b.Add(funnel.Change{Deal: id, Stage: "Attract", LeadSource: source, At: funnel.Exact(epoch)},
				funnel.Change{Deal: id, Stage: end, At: funnel.Exact(epoch.Add(time.Hour))})
		}
	}
	add("fair", 900, 1100)
	add("fair2", 89, 111)
	add("ads", 100, 1900)
	rep, err := funnel.HandOff(b.At(b2b.View{}), funnel.HandOffQuery{By: funnel.ByLeadSource})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"fair", "fair2"}, {"ads"}}, rep.Ranking); diff != "" {
		t.Errorf("ranking (-want +got):\n%s", diff)
	}
}
