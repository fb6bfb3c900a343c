package funnel_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/realdata"
)

func bpiPipeline(t testing.TB) *funnel.Pipeline {
	t.Helper()
	p, err := funnel.NewPipeline(funnel.PipelineConfig{ID: "loan", Stages: []funnel.StageDef{
		{ID: "Submitted", Order: 1},
		{ID: "Preaccepted", Order: 2},
		{ID: "Accepted", Order: 3},
		{ID: "Finalized", Order: 4},
		{ID: "Returned", Order: 5},
		{ID: "Won", Order: 6, Outcome: funnel.Won},
		{ID: "Declined", Order: 7, Outcome: funnel.Lost},
		{ID: "Cancelled", Order: 8, Outcome: funnel.NoDecision},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var bpiEnd = time.Date(2012, 3, 14, 15, 4, 54, 0, time.UTC)

func bpiChanges(t testing.TB) []funnel.Change {
	t.Helper()
	var out []funnel.Change
	for cell := range realdata.Table(t, "funnel/bpi12/stage_history.csv.gz") {
		at, err := time.Parse(time.RFC3339Nano, cell("at"))
		if err != nil {
			t.Fatal(err)
		}
		amount, err := b2b.ParseAmount(cell("amount"), "EUR")
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, funnel.Change{Deal: b2b.DealID(cell("case")), Stage: funnel.Stage(cell("stage")), At: funnel.Exact(at), Amount: amount})
	}
	return out
}

func bpiBook(t testing.TB) *funnel.Book {
	t.Helper()
	b, err := funnel.NewBook(funnel.BookConfig{Pipelines: []*funnel.Pipeline{bpiPipeline(t)}, Observed: b2b.Window{To: bpiEnd.Add(time.Second)}})
	if err != nil {
		t.Fatal(err)
	}
	if rep := b.Add(bpiChanges(t)...); len(rep.Rejected) > 0 {
		t.Fatal(rep.Rejected[0])
	}
	return b
}

func TestBookOfLoanApplications(t *testing.T) {
	b := bpiBook(t)
	s := b.At(b2b.View{At: bpiEnd})
	if s.Len() != 13087 {
		t.Errorf("deals: got %d, want 13087", s.Len())
	}
	c := s.Sojourns()
	if len(c.Place) != 46524 {
		t.Errorf("passages: got %d, want 46524", len(c.Place))
	}
	counts := map[funnel.Stage]int{}
	open := 0
	for _, d := range s.All() {
		counts[d.Stage]++
		if d.Outcome.IsOpen() {
			open++
		}
	}
	if counts["Won"] != 2246 { // aj_bpi12.json: exits of Returned
		t.Errorf("won: got %d, want 2246", counts["Won"])
	}
	if open != 399 { // censored spells of aj_bpi12.json: 3 + 231 + 69 + 96
		t.Errorf("open: got %d, want 399", open)
	}
}

func BenchmarkBookAt(b *testing.B) {
	book := bpiBook(b)
	v := b2b.View{At: time.Date(2012, 1, 9, 0, 0, 0, 0, time.UTC), Known: time.Date(2012, 1, 9, 0, 0, 0, 0, time.UTC)}
	b.ReportAllocs()
	for b.Loop() {
		book.At(v)
	}
}

// manyChanges makes n changes of deals that go through four stages.
func manyChanges(n int) []funnel.Change {
	out := make([]funnel.Change, n)
	stages := []funnel.Stage{"Attract", "Convince", "Retain", "Grow"}
	for i := range out {
		deal := i / 4
		out[i] = funnel.Change{
			Deal: b2b.DealID("deal " + strconv.Itoa(deal)), Account: b2b.AccountID("account " + strconv.Itoa(deal/10)), Stage: stages[i%4],
			At: funnel.Exact(epoch.Add(time.Duration(deal%9000+37*(i%4)) * time.Hour)),
		}
	}
	return out
}

func BenchmarkBook(b *testing.B) {
	for _, n := range []int{1e2, 1e4, 1e6} {
		changes := manyChanges(n)
		b.Run("add "+strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bookOf(b, changes...)
			}
		})
		book := bookOf(b, changes...)
		b.Run("at "+strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				book.At(b2b.View{At: epoch.Add(5000 * time.Hour)})
			}
		})
	}
}

func BenchmarkConvert(b *testing.B) {
	for _, n := range []int{1e2, 1e4, 1e6} {
		s := bookOf(b, manyChanges(n)...).At(b2b.View{At: epoch.Add(5000 * time.Hour)})
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				convertAll(b, s, funnel.ConversionQuery{})
			}
		})
	}
}
