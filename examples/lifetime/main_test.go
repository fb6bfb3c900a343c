package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/internal/realdata"
)

func program1(t *testing.T, input string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(input), &out, &errs)
	return code, out.String(), errs.String()
}

// cdnowCSV is the published sample with the columns renamed.
func cdnowCSV(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("customer,date,number,amount\n")
	sc := bufio.NewScanner(realdata.Open(t, "funnel/cdnow/sample.txt.gz"))
	for sc.Scan() {
		f := strings.Fields(sc.Text())
		b.WriteString(f[1] + "," + f[2][:4] + "-" + f[2][4:6] + "-" + f[2][6:] + "," + f[3] + "," + f[4] + "\n")
	}
	return b.String()
}

func TestCDNOW(t *testing.T) {
	input := cdnowCSV(t)
	code, out, errs := program1(t, input, "-asof", "1997-09-30", "-model", "bgnbd", "-draws", "100")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	var a jsonAnswer
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatal(err)
	}
	if a.Customers != 2357 || a.Spend == nil || a.Spend.N != 946 || a.AsOf != "1997-09-30T00:00:00Z" {
		t.Errorf("got %+v", a)
	}
	for i, want := range []float64{0.2425929, 4.4135315, 0.7928863, 2.4257538} { // Fader, Hardie and Lee 2005; figure 7 of the specification
		if got := a.Parameters[i].Value; math.Abs(got/want-1) > 1e-3 {
			t.Errorf("%s: got %g, want %g", a.Parameters[i].Name, got, want)
		}
	}
	code, table, _ := program1(t, input, "-asof", "1997-09-30", "-model", "bgnbd", "-draws", "100", "-out", "csv")
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if code != 0 || err != nil || len(rows) != 2358 {
		t.Fatalf("exit %d, %d rows, %v", code, len(rows), err)
	}
	x, sum := 0, 0.0
	for _, row := range rows[1:] {
		n, _ := strconv.Atoi(row[1])
		x += n
		e, _ := strconv.ParseFloat(row[6], 64)
		sum += e
	}
	if x != 2457 || math.Abs(sum-*a.Total.Purchases) > 1e-6 {
		t.Errorf("repeats %d, expected purchases %g of %g", x, sum, *a.Total.Purchases)
	}
	if _, again, _ := program1(t, input, "-asof", "1997-09-30", "-model", "bgnbd", "-draws", "100"); again != out {
		t.Error("the same input gives other bytes")
	}
	_, out, _ = program1(t, input, "-model", "auto", "-holdout", "39", "-draws", "100")
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatal(err)
	}
	if a.Verdict != "not honest" || a.Holdout == nil || a.Holdout.Actual != 1882 {
		t.Errorf("holdout: %+v, verdict %q", a.Holdout, a.Verdict)
	}
}

func TestExitCodes(t *testing.T) {
	few := "customer,date,amount\na,2026-01-01,10\nb,2026-01-02,20\n"
	for _, c := range []struct {
		name, input string
		args        []string
		want        int
		verdict     string
	}{
		{"unknown flag", few, []string{"-nope"}, 2, ""},
		{"unknown unit", few, []string{"-unit", "year"}, 2, ""},
		{"bad level", few, []string{"-levels", "1.5"}, 2, ""},
		{"no such file", few, []string{"-in", "absent/absent.csv"}, 1, ""},
		{"no column", "who,date\na,2026-01-01\n", nil, 1, ""},
		{"no row", "customer,date\n", nil, 3, ""},
		{"no usable row", "customer,date\n,2026-01-01\na,yesterday\n", nil, 3, ""},
		{"too few", few, nil, 4, "refused"},
		{"currencies", "customer,date,amount,currency\na,2026-01-01,1,EUR\nb,2026-01-01,1,USD\n", nil, 4, "refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := program1(t, c.input, c.args...)
			if code != c.want {
				t.Fatalf("exit %d, want %d: %s", code, c.want, errs)
			}
			if c.verdict == "" {
				return
			}
			var a jsonAnswer
			if err := json.Unmarshal([]byte(out), &a); err != nil || a.Verdict != c.verdict || len(a.Notes) == 0 {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

func TestReading(t *testing.T) {
	input := "\xef\xbb\xbfDATE,Customer,Amount,shop\r\n2026-01-05,a,10.5,x\r\n2026-01-05,a,-3,x\r\n2026-02-30,a,1,x\r\n2026-01-06,a,ten,x\r\n2026-01-07T10:00:00Z,b,,y\r\n2026-01-08,b,29.330000001,y\r\n"
	code, out, _ := program1(t, input, "-unit", "day")
	if code != 4 {
		t.Fatalf("exit %d", code)
	}
	var a jsonAnswer
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatal(err)
	}
	want := []jsonReject{{4, "date: not a time"}, {5, "amount: not a decimal number"}}
	if diff := cmp.Diff(want, a.Rejected); diff != "" {
		t.Errorf("rejected (-want +got):\n%s", diff)
	}
	if a.Customers != 2 || a.Transactions != 4 || !strings.HasPrefix(a.Notes[1], "column shop") || a.Notes[2] != "1 amounts rounded to four decimals" {
		t.Errorf("got %+v", a)
	}
}

// TestKeys pins the keys of the object, in their order.
func TestKeys(t *testing.T) {
	_, out, _ := program1(t, cdnowCSV(t), "-asof", "1997-09-30", "-draws", "20")
	for _, want := range []string{`"total":{"purchases":`, `,"value":`, `,"lo":`, `"notes":[`, `"purchases of all between `} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s", want)
		}
	}
	var a struct{ Total map[string]float64 }
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatal(err)
	}
	if _, hi := a.Total["hi"]; len(a.Total) != 4 || !hi {
		t.Errorf("total has %v", a.Total)
	}
	code, table, errs := program1(t, cdnowCSV(t), "-asof", "1997-09-30", "-draws", "20", "-as", "csv")
	if code != 0 || !strings.HasPrefix(table, "customer,x,t_x,T,") {
		t.Errorf("-as csv: exit %d, %s", code, errs)
	}
}

func TestRates(t *testing.T) {
	rates := filepath.Join(t.TempDir(), "rates.csv")
	if err := os.WriteFile(rates, []byte("\xef\xbb\xbfcurrency, date ,rate\r\nUSD,2026-02-01,0.8\r\nUSD,2026-01-01,0.5\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	input := "customer,date,amount,currency\na,2026-01-10,10,USD\na,2026-02-10,10,usd\nb,2026-01-01,1,EUR\nb,2025-12-31,1,USD\nc,2026-01-05,,\n"
	var none cli.Rejects
	for _, base := range []string{"", "EUR"} {
		var rejects cli.Rejects
		in, err := read("", strings.NewReader(input), time.UTC, &none)
		if err != nil {
			t.Fatal(err)
		}
		p, err := loadRates(rates, nil)
		if err != nil {
			t.Fatal(err)
		}
		in.convert(p, base, time.UTC, &rejects)
		var got []string
		for _, x := range in.transactions {
			got = append(got, x.Amount.String())
		}
		if diff := cmp.Diff([]string{"5.00 EUR", "8.00 EUR", "1.00 EUR", ""}, got); diff != "" {
			t.Errorf("base %q (-want +got):\n%s", base, diff)
		}
		if diff := cmp.Diff([]cli.Reject{{Line: 5, Reason: "currency: no rate for the day"}}, rejects.All()); diff != "" {
			t.Errorf("base %q: rejected (-want +got):\n%s", base, diff)
		}
	}
	if code, _, errs := program1(t, input, "-rates", rates, "-base", "euros"); code != 2 {
		t.Errorf("bad base: exit %d: %s", code, errs)
	}
	if code, _, errs := program1(t, input, "-rates", rates+"x"); code != 1 {
		t.Errorf("no such rates: exit %d: %s", code, errs)
	}
	if err := os.WriteFile(rates, []byte("currency,date,rate\nUSD,2026-01-01,none\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := program1(t, input, "-rates", rates); code != 1 || !strings.Contains(errs, ":2: ") {
		t.Errorf("bad rate: exit %d: %s", code, errs)
	}
}

// TestEmptyInput holds that a file without anything has no usable row, which is not a file that cannot be read.
func TestEmptyInput(t *testing.T) {
	var out, errs strings.Builder
	if code := run(nil, strings.NewReader(""), &out, &errs); code != 3 || out.Len() != 0 {
		t.Errorf("exit %d, output %q", code, out.String())
	}
}
