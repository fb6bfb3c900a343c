package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/buyerjourney/b2b/examples/internal/cli"
)

// history is a CSV of n deals, one a day from 2026-01-01: qualified, proposed after ten days, then every second one won
// after 20 days and the others lost after 30.
func history(n int) string {
	var b strings.Builder
	b.WriteString("Deal,Stage,Entered_At,amount,currency,colour\n")
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		day := func(d int) string { return start.AddDate(0, 0, i+d).Format(time.DateOnly) }
		fmt.Fprintf(&b, "d%d,Qualify,%s,100.00,EUR,red\nd%d,Propose,%s,,,\n", i, day(0), i, day(10))
		if i%2 == 0 {
			fmt.Fprintf(&b, "d%d,Closed Won,%s,120.00,EUR,\n", i, day(20))
		} else {
			fmt.Fprintf(&b, "d%d,closed_lost,%s,,,\n", i, day(30))
		}
	}
	return b.String()
}

func call(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func decode(t *testing.T, text string) output {
	t.Helper()
	var o output
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return o
}

func TestHistory(t *testing.T) {
	code, out, errs := call(t, history(200), "-asof", "2026-05-01", "-horizon", "60d", "-backtest", "10", "-draws", "200", "-season", "off", "-halflife", "off")
	if code != cli.Done {
		t.Fatal(code, errs)
	}
	o := decode(t, out)
	// Deals 91, 93, …, 119 and 102, 104, …, 120 are open on day 120. Those from 101 to 120 may still be won: of the 101 deals
	// that were ten days in Propose, 51 were.
	if o.Deals != 121 || o.Open != 25 || o.Won != 51 || o.Lost != 45 {
		t.Errorf("counts: %+v", o)
	}
	for _, p := range o.Forecast {
		if p.Part == "open" && p.Measure == "wins" {
			if m, _ := p.Mean.Float64(); math.Abs(m-20*51.0/101) > 1e-9 {
				t.Errorf("open wins: %v, want 20·51/101", p.Mean)
			}
		}
		if p.Part == "open" && p.Measure == "revenue" {
			if *p.Currency != "EUR" || !strings.Contains(p.Mean.String(), ".") {
				t.Errorf("revenue: %v %v", p.Mean, *p.Currency)
			}
		}
	}
	if o.Backtest == nil || o.Backtest.Origins == 0 || len(o.Backtest.Scores) != 10 {
		t.Fatalf("back-test: %+v", o.Backtest)
	}
	if k := o.Backtest.Scores[8].Kernel; k != "stage_weights" || o.Backtest.Scores[8].Bias != nil {
		t.Errorf("without weights the last kernel has no numbers: %+v", o.Backtest.Scores[8])
	}
	if !strings.Contains(strings.Join(o.Notes, "\n"), "columns ignored: colour") {
		t.Errorf("notes: %q", o.Notes)
	}
	keys := []string{`{"asof":`, `"horizon_end":`, `"n_deals":`, `"n_open":`, `"n_won":`, `"n_lost":`, `"n_other":`, `"rejected":`, `"flags":`, `"forecast":`, `"unpriced":`, `"stale":`, `"unresolved":`, `"settings":`, `"verdict":`, `"reasons":`, `"backtest":`, `"notes":`}
	at := 0
	for _, k := range keys {
		i := strings.Index(out[at:], k)
		if i < 0 {
			t.Fatalf("key %s is missing or out of order", k)
		}
		at += i
	}
}

func TestSameBytes(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(history(120)), "\n")
	shuffled := append([]string{lines[0]}, lines[1:]...)
	for i, j := 1, len(shuffled)-1; i < j; i, j = i+1, j-1 {
		shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
	}
	args := []string{"-horizon", "30d", "-draws", "100", "-backtest", "4"}
	_, a, _ := call(t, strings.Join(lines, "\n"), args...)
	_, b, _ := call(t, strings.Join(shuffled, "\n"), append(args, "-workers", "3")...)
	if a != b {
		t.Error("the output hangs on the order of lines or on the workers")
	}
}

func TestDeals(t *testing.T) {
	var b strings.Builder
	b.WriteString("deal,created,closed,stage,amount,outcome\n")
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 100 {
		stage, closed := "Won", start.AddDate(0, 0, i+20).Format(time.DateOnly)
		if i%4 > 1 {
			stage = "Lost"
		}
		if i >= 80 {
			stage, closed = "Proposal", ""
		}
		fmt.Fprintf(&b, "d%d,%s,%s,%s,10.5,\n", i, start.AddDate(0, 0, i).Format(time.DateOnly), closed, stage)
	}
	b.WriteString("d1,2026-01-01,,Won,1,\nlate,2026-02-01,2026-01-01,Won,1,\nodd,,,Won,1,\nleft,2026-01-01,2026-02-01,,1,\n")
	code, out, errs := call(t, b.String(), "-horizon", "10d", "-asof", "2026-04-10")
	if code != cli.Done {
		t.Fatal(code, errs)
	}
	o := decode(t, out)
	if o.Open != 20 || o.Won != 40 || o.Lost != 40 || o.Other != 1 || len(o.Rejected) != 3 {
		t.Errorf("counts: %d open, %d won, %d lost, %d other, rejected %v", o.Open, o.Won, o.Lost, o.Other, o.Rejected)
	}
	code, out, _ = call(t, b.String(), "-horizon", "10d", "-asof", "2026-04-10", "-out", "deals-csv")
	if code != cli.Done || !strings.HasPrefix(out, "deal,stage,age_days,p,lo,hi,expected_value,currency,flags\nd80,Proposal,19,") {
		t.Errorf("deals: %s", out)
	}
	code, out, _ = call(t, b.String(), "-horizon", "10d", "-asof", "2026-04-10", "-out", "csv", "-unit", "wins")
	if code != cli.Done || !strings.HasPrefix(out, "period_start,period_end,part,measure,currency,mean,level,lo,hi,calibrated\n2026-04-10T00:00:00Z,2026-04-20T00:00:00Z,booked,wins,,0,,,,\n") {
		t.Errorf("csv: %s", out)
	}
}

func TestExitCodes(t *testing.T) {
	few := "deal,stage,entered_at,outcome\na,New,2026-01-01,\nb,New,2026-01-02,won\n"
	missing := filepath.Join(t.TempDir(), "missing.csv")
	for _, c := range []struct {
		name, in string
		args     []string
		want     int
	}{
		{"no file", "", []string{"-in", missing}, cli.Unusable},
		{"no column", "a,b\n1,2\n", nil, cli.Unusable},
		{"flag", "", []string{"-nosuch"}, cli.Usage},
		{"value", few, []string{"-horizon", "soon"}, cli.Usage},
		{"empty", "", nil, cli.NoRow},
		{"no usable row", "deal,stage,entered_at\n,New,2026-01-01\n", nil, cli.NoRow},
		{"refused", few, nil, cli.Refused},
	} {
		code, out, errs := call(t, c.in, c.args...)
		if code != c.want {
			t.Errorf("%s: code %d, want %d: %s", c.name, code, c.want, errs)
		}
		if c.want == cli.Refused {
			if o := decode(t, out); o.Verdict != "refused" || len(o.Reasons) < 2 || len(o.Forecast) != 0 {
				t.Errorf("refused: %+v", o)
			}
		}
	}
}

// TestCurrencies: amounts of several currencies are never added: they need a base and rates, and those without a rate are
// counted.
func TestCurrencies(t *testing.T) {
	in := history(120) + "usd,Qualify,2026-04-20,200,USD,\njpy,Qualify,2026-04-20,9000,JPY,\n"
	args := []string{"-asof", "2026-04-25", "-horizon", "30d"}
	code, out, _ := call(t, in, args...)
	if o := decode(t, out); code != cli.Refused || !strings.Contains(o.Reasons[0], "EUR, JPY, USD") {
		t.Errorf("code %d, reasons %v", code, o.Reasons)
	}
	rates := filepath.Join(t.TempDir(), "rates.csv")
	if err := os.WriteFile(rates, []byte("currency,date,rate\nUSD,2026-01-01,0.9\nUSD,2026-12-01,0.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := call(t, in, append(args, "-base", "EUR", "-rates", rates)...)
	if o := decode(t, out); code != cli.Done || !slices.Equal(o.Unpriced, []unpricedCount{{"JPY", 1}}) {
		t.Errorf("code %d, unpriced %v: %s", code, o.Unpriced, errs)
	}
	_, out, _ = call(t, in, append(args, "-base", "EUR", "-rates", rates, "-out", "deals-csv")...)
	if !strings.Contains(out, "\nusd,Qualify,5,") || !strings.Contains(out, ",EUR,") {
		t.Errorf("deals: %s", out)
	}
}

func TestOutFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv")
	code, out, errs := call(t, history(100), "-asof", "2026-04-01", "-horizon", "20d", "-out", path, "-as", "csv")
	if code != cli.Done || out != "" {
		t.Fatal(code, out, errs)
	}
	data, err := os.ReadFile(path)
	if err != nil || !bytes.HasPrefix(data, []byte("period_start,")) {
		t.Error(err, string(data))
	}
}

// TestOutcomes reads how deals ended: from the latest row that has an outcome, at the time at which it was left.
func TestOutcomes(t *testing.T) {
	in := `deal,stage,entered_at,left_at,outcome
a,New,2026-01-01,2026-01-05,won
b,New,2026-01-01,2026-01-04,
b,Offer,2026-01-06,,lost
c,New,2026-01-01,2026-01-09,
d,New,2026-01-01,2026-01-09,
d,Offer,2026-01-03,,
`
	_, out, errs := call(t, in, "-asof", "2026-01-20", "-horizon", "5d")
	o := decode(t, out)
	if o.Open != 1 || o.Won != 1 || o.Lost != 1 || o.Other != 1 {
		t.Errorf("%d open, %d won, %d lost, %d other: %s", o.Open, o.Won, o.Lost, o.Other, errs)
	}
	if !slices.Contains(o.Flags, flagCount{"on_hold", 1}) || !slices.Contains(o.Flags, flagCount{"left_after_next", 1}) {
		t.Errorf("flags: %v", o.Flags)
	}
	_, out, _ = call(t, in, "-asof", "2026-01-04 12:00:00", "-horizon", "1d")
	if o := decode(t, out); o.Open != 4 {
		t.Errorf("nothing had ended by then: %d open", o.Open)
	}
}

func TestObservationAfterAsOf(t *testing.T) {
	code, out, _ := call(t, history(200), "-asof", "2026-05-01", "-from", "2026-06-01", "-horizon", "30d")
	o := decode(t, out)
	reasons := strings.Join(o.Reasons, "; ")
	if code != cli.Refused || !strings.Contains(reasons, "outside the observation window") || !strings.Contains(reasons, "the longest is 0 days") {
		t.Errorf("exit %d, reasons %q", code, reasons)
	}
}

// TestWarmup: settings, drift and calibration have origins to learn from before the first one that is shown.
func TestWarmup(t *testing.T) {
	_, out, errs := call(t, history(300), "-asof", "2026-10-01", "-horizon", "14d", "-backtest", "8", "-draws", "100", "-season", "off", "-halflife", "off")
	o := decode(t, out)
	if o.Backtest == nil || o.Backtest.Origins != 8 {
		t.Fatalf("back-test: %+v, %s", o.Backtest, errs)
	}
	for _, r := range o.Backtest.Rows {
		if r.Kernel == "semi_markov" && r.Measure == "wins" && r.CalLow == nil {
			t.Errorf("origin %s is not calibrated", r.Origin)
		}
	}
}
