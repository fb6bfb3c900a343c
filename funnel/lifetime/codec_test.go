package lifetime_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel/lifetime"
)

func TestKindText(t *testing.T) {
	for text, want := range map[string]lifetime.Kind{"": lifetime.MBGNBD, "mbg": lifetime.MBGNBD, "BG/NBD": 255, "bgnbd": lifetime.BGNBD, "MBG_NBD": lifetime.MBGNBD} {
		got, err := lifetime.ParseKind(text)
		if want == 255 {
			if err == nil {
				t.Errorf("%q is read as %v", text, got)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%q is read as %v, %v", text, got, err)
		}
	}
	var k lifetime.Kind
	text, err := lifetime.BGNBD.MarshalText()
	if e := k.UnmarshalText(text); err != nil || e != nil || k != lifetime.BGNBD {
		t.Errorf("read back as %v", k)
	}
}

func TestRefusals(t *testing.T) {
	when := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	config := lifetime.SummaryConfig{AsOf: when.AddDate(1, 0, 0)}
	_, _, err := lifetime.Summaries([]lifetime.Transaction{
		{Customer: "a", At: when, Amount: b2b.MustMoney(1, "USD")}, {Customer: "a", At: when, Amount: b2b.MustMoney(1, "EUR")},
	}, config)
	if e, ok := errors.AsType[*lifetime.CurrenciesError](err); !ok || !errors.Is(err, b2b.ErrInvalid) || !cmp.Equal(e.Currencies, []string{"EUR", "USD"}) {
		t.Errorf("two currencies: %v", err)
	}
	_, rep, err := lifetime.Summaries([]lifetime.Transaction{{At: when}, {Customer: "a"}, {Customer: "b", At: when.AddDate(2, 0, 0)}}, config)
	want := []b2b.Rejection{{Index: 0, Path: "transactions[0].customer", Reason: "empty"}, {Index: 1, Path: "transactions[1].at", Reason: "no time"}}
	if diff := cmp.Diff(want, rep.Rejected); diff != "" || rep.Later != 1 || err != nil {
		t.Errorf("later %d, %v (-want +got):\n%s", rep.Later, err, diff)
	}
	if _, _, err := lifetime.Summaries(nil, lifetime.SummaryConfig{}); err == nil {
		t.Error("no end of observation, and yet summaries")
	}
	if _, err := lifetime.Fit([]lifetime.Summary{{T: 3}, {T: 4}, {T: 5}, {T: 6}, {T: 7}, {T: 8}}, lifetime.MBGNBD); !errors.Is(err, b2b.ErrTooFew) {
		t.Errorf("nobody came back: %v", err)
	}
	if _, err := lifetime.Fit([]lifetime.Summary{{X: 1, Tx: 5, T: 3}}, lifetime.MBGNBD); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("last purchase after the end: %v", err)
	}
	if _, err := lifetime.NewModel(lifetime.BGNBD, -1, 0, 1, 1); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("negative parameters: %v", err)
	}
	m, err := lifetime.NewModel(lifetime.BGNBD, 1, 1, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Project(nil, lifetime.ProjectConfig{Horizon: 1}); err == nil {
		t.Error("draws without a source")
	}
	if _, err := lifetime.NewChain([]string{"a"}, [][]float64{{1.5}}); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("a row above 1: %v", err)
	}
}

// A refund on the day of a purchase takes it back; a free item is a purchase all the same.
func TestNetting(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 1, d, 12, 0, 0, 0, time.UTC) }
	eur := func(minor int64) b2b.Money { return b2b.MustMoney(minor, "EUR") }
	out, rep, err := lifetime.Summaries([]lifetime.Transaction{
		{Customer: "a", At: day(9), Amount: eur(500)},
		{Customer: "a", At: day(1), Amount: eur(100)},
		{Customer: "a", At: day(5), Amount: eur(300)},
		{Customer: "a", At: day(5), Amount: eur(-300)},
		{Customer: "b", At: day(2), Amount: eur(0)},
		{Customer: "b", At: day(3)},
	}, lifetime.SummaryConfig{AsOf: day(11), Unit: lifetime.Day})
	if err != nil {
		t.Fatal(err)
	}
	want := []lifetime.Summary{{Customer: "a", X: 1, Tx: 8, T: 10, MeanSpend: 5, Priced: true}, {Customer: "b", X: 1, Tx: 1, T: 9}}
	if diff := cmp.Diff(want, out); diff != "" || rep.NoPurchase != 1 {
		t.Errorf("no purchase %d (-want +got):\n%s", rep.NoPurchase, diff)
	}
}
