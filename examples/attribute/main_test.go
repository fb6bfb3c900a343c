package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/internal/realdata"
)

// call runs the program and returns standard output, standard error and the exit code.
func call(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs strings.Builder
	code = run(args, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), code
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return lines[len(lines)-1]
}

const paths = "\ufeffpath, total_conversions ,total_conversion_value,total_null\r\n" +
	"a > b > a,2,10,1\r\n" +
	"\"b\",1,5,0\r\n" +
	"c > > ,0,0,4\r\n" +
	" > ,1,2,0\r\n" + // no step
	"a,x,1,1\r\n" + // no number
	"a,0,3,1\r\n" // value without a conversion

// TestSeparatorWithBlanks: a separator may begin or end a cell; the blanks are part of it.
func TestSeparatorWithBlanks(t *testing.T) {
	out, errs, code := call(t, "path,total_conversions\n\" > a > b > \", 1 \n\" a>c >  b\",1\n", "-model", "first", "-sep", " > ")
	want := []string{"a", "a>c", "b"}
	for i, line := range strings.Split(strings.TrimSpace(out), "\n")[1:] {
		if i >= len(want) || !strings.HasPrefix(line, want[i]+",") {
			t.Errorf("row %d: %q", i, line)
		}
	}
	if code != 0 || !strings.Contains(lastLine(errs), "rejected=0 conversions=2") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestPaths(t *testing.T) {
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	out, errs, code := call(t, paths, "-model", "linear", "-rejects", rejects)
	// a: 2·2/3; b: 2/3+1; c converts never. The last digits are those of adding 10·(1/3) twice.
	want := "channel,conversions,conversions_low,conversions_high,value,value_low,value_high,share,share_low,share_high,removal_effect,removal_effect_value,rank,rank_low,rank_high\n" +
		"a,1.3333333333333333,,,6.666666666666666,,,0.4444444444444444,,,,,2,,\n" +
		"b,1.6666666666666665,,,8.333333333333332,,,0.5555555555555555,,,,,1,,\n" +
		"c,0,,,0,,,0,,,,,3,,\n"
	if diff := cmp.Diff(want, out); diff != "" || code != 0 {
		t.Errorf("exit %d (-want +got):\n%s", code, diff)
	}
	if got, want := lastLine(errs), "rows=6 rejected=3 conversions=3 nulls=5 value=15 p_conv=0.375 order="; got != want {
		t.Errorf("counts %q, want %q", got, want)
	}
	b, err := os.ReadFile(rejects)
	if err != nil {
		t.Fatal(err)
	}
	wantRejects := "line,reason\n5,steps: empty path\n6,total_conversions: not a whole number\n7,value: without a conversion\n"
	if diff := cmp.Diff(wantRejects, string(b)); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
}

const touches = `customer_id,time,channel,conversion,conversion_value
p1,2024-01-03,mail,1,100
p1,2024-01-01 10:00:00,web,0,
p1,2024-01-09T00:00:00Z,web,0,0
p2,2024-01-01,event,0,0
p2,2024-01-01,web,1,50
p2,2023-06-01,mail,0,0
p3,never,web,0,0
,2024-01-01,web,1,1
`

func TestTouches(t *testing.T) {
	out, errs, code := call(t, touches, "-input", "touches", "-model", "first", "-lookback", "168h")
	// p1: web, mail → 100, then a null path; p2: the mail of June is too old, so event, web → 50.
	want := []string{"event,1,,,50,", "mail,0,,,0,", "web,1,,,100,"}
	for _, w := range want {
		if !strings.Contains(out, "\n"+w) {
			t.Errorf("no row %q in\n%s", w, out)
		}
	}
	if got, want := lastLine(errs), "rows=8 rejected=2 conversions=2 nulls=1 value=150 p_conv=0.6666666666666666 order="; got != want || code != 0 {
		t.Errorf("exit %d, counts %q, want %q", code, got, want)
	}
	out, _, _ = call(t, touches, "-input", "touches", "-model", "half-life", "-half-life", "1", "-value=false")
	// p1: web 38 h before mail at midnight is 14 h + 24 h = 38 h; weight 2^(−38/24).
	w := math.Exp2(-38.0 / 24)
	r, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got, _ := strconv.ParseFloat(r[2][1], 64)
	if r[2][0] != "mail" || math.Abs(got-1/(1+w)) > 1e-9 || r[2][4] != "" {
		t.Errorf("row %v, want mail near %g", r[2], 1/(1+w))
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		name, stdin string
		code        int
		args        []string
	}{
		{"help", "", 0, []string{"-h"}},
		{"unknown flag", "", 2, []string{"-nope"}},
		{"unknown model", "", 2, []string{"-model", "best"}},
		{"last-non without a name", "", 2, []string{"-model", "last-non"}},
		{"position does not sum to 1", "", 2, []string{"-model", "position", "-position", "1,1,1"}},
		{"lookback on paths", "", 2, []string{"-lookback", "24h"}},
		{"bad order", "", 2, []string{"-order", "0"}},
		{"no file", "", 1, []string{"-in", "does-not-exist.csv"}},
		{"empty input", "", 1, nil},
		{"no column", "a,b\n1,2\n", 1, nil},
		{"nothing left", "path,total_conversions\n,1\n", 1, nil},
		{"no conversions", "path,total_conversions,total_null\na,0,1\n", 1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, errs, code := call(t, c.stdin, c.args...)
			if code != c.code || errs == "" {
				t.Errorf("exit %d, want %d; standard error %q", code, c.code, errs)
			}
		})
	}
}

func TestSameBytesForAnyOrderAndWorkers(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(paths), "\r\n")
	for i := range 12 {
		lines = append(lines, strings.Repeat("a>c>", i)+"b,3,7.1,2")
	}
	reversed := []string{lines[0]}
	for i := len(lines) - 1; i > 0; i-- {
		reversed = append(reversed, lines[i])
	}
	for _, model := range []string{"markov", "markov-shapley", "linear", "leave-one-out"} {
		one, _, code := call(t, strings.Join(lines, "\n"), "-model", model, "-replicates", "50")
		two, _, _ := call(t, strings.Join(reversed, "\n"), "-model", model, "-replicates", "50", "-workers", "3")
		if one != two || code != 0 {
			t.Errorf("%s: exit %d, outputs differ:\n%s", model, code, cmp.Diff(one, two))
		}
	}
}

func TestPathDataMarkov(t *testing.T) {
	out, errs, code := call(t, "", "-in", realdata.Path(t, "touchpoint/channelattribution_PathData.csv"), "-order", "auto")
	if code != 0 {
		t.Fatal(errs)
	}
	var oracle struct {
		Models map[string]struct{ Conversions, Value map[string]float64 }
	}
	if err := json.Unmarshal(realdata.Oracle(t, "touchpoint/pathdata_markov_exact.json"), &oracle); err != nil {
		t.Fatal(err)
	}
	want := oracle.Models["order1_collapse_inf"]
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 13 {
		t.Errorf("%d rows", len(rows))
	}
	for _, r := range rows[1:] {
		conv, _ := strconv.ParseFloat(r[1], 64)
		value, _ := strconv.ParseFloat(r[4], 64)
		if w := want.Conversions[r[0]]; math.Abs(conv-w) > 1e-11*w {
			t.Errorf("%s: %v conversions, want %v", r[0], conv, w)
		}
		if w := want.Value[r[0]]; math.Abs(value-w) > 1e-11*w {
			t.Errorf("%s: value %v, want %v", r[0], value, w)
		}
	}
	if !strings.Contains(errs, "no order predicts conversion better than the base rate") || !strings.HasSuffix(lastLine(errs), " order=1") {
		t.Error(errs)
	}
}

// TestAliases: the common names of flags are accepted as well.
func TestAliases(t *testing.T) {
	input := "customer_id,time,channel,conversion\nk,2026-01-02 00:30:00,a,0\nk,2026-01-01T23:45:00Z,b,1\n"
	out, errs, code := call(t, input, "-input", "touches", "-model", "last", "-halflife", "3", "-levels", "0.9", "-tz", "Europe/Amsterdam")
	// In Amsterdam a's half past midnight is 23:30 UTC, before b.
	if lines := strings.Split(out, "\n"); code != 0 || len(lines) < 3 || !strings.HasPrefix(lines[2], "b,1,") || !strings.HasPrefix(lines[1], "a,0,") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if _, _, code := call(t, input, "-input", "touches", "-zone", "Nowhere/City"); code != 2 {
		t.Errorf("unknown zone: exit %d", code)
	}
}

// TestNothingLeft: where every row is rejected, all reasons are told and written.
func TestNothingLeft(t *testing.T) {
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	out, errs, code := call(t, "path,total_conversions\na,x\n,1\n", "-rejects", rejects)
	if code != 1 || out != "" || !strings.Contains(errs, "line 2: total_conversions") || !strings.Contains(errs, "line 3: steps") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if b, err := os.ReadFile(rejects); err != nil || strings.Count(string(b), "\n") != 3 {
		t.Errorf("rejects %q, %v", b, err)
	}
}
