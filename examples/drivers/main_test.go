package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/internal/realdata"
)

func call(t *testing.T, stdin string, args ...string) (rows []map[string]string, stdout, stderr string, code int) {
	t.Helper()
	var out, errs strings.Builder
	code = run(args, strings.NewReader(stdin), &out, &errs)
	all, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range all {
		if i == 0 {
			continue
		}
		m := map[string]string{}
		for j, name := range all[0] {
			m[name] = r[j]
		}
		rows = append(rows, m)
	}
	return rows, out.String(), errs.String(), code
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return lines[len(lines)-1]
}

// survey is a made-up survey: y follows a strongly and b weakly; sa, sb, sc state the contrary.
func survey(n int) string {
	rng := rand.New(rand.NewPCG(5, 6))
	var b strings.Builder
	b.WriteString("\ufeff y ,a,b,c,sa,sb,sc,w,account\r\n")
	for i := range n {
		x := [3]int{1 + rng.IntN(5), 1 + rng.IntN(5), 1 + rng.IntN(5)}
		y := 2*x[0] + x[1] + rng.IntN(4)
		fmt.Fprintf(&b, "%d,%d,%d,%d,1,2,%d,%d,k%d\r\n", y, x[0], x[1], x[2], 3+rng.IntN(2), 1+rng.IntN(3), i%40)
	}
	return b.String()
}

func TestDrivers(t *testing.T) {
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	in := survey(300) + "n/a,1,1,1,1,1,1,1,k\r\n" + "5,oops,1,1,1,1,1,1,k\r\n" + "5,9,1,1,1,1,1,1,k\r\n"
	rows, _, errs, code := call(t, in, "-outcome", "y", "-drivers", "a..c", "-stated", "sa..sc", "-na-value", "9", "-rejects", rejects)
	if code != 0 || len(rows) != 3 {
		t.Fatal(code, errs)
	}
	if got := rows[0]["driver"] + rows[1]["driver"] + rows[2]["driver"]; got != "abc" {
		t.Errorf("order %s", got)
	}
	if rows[0]["n"] != "300" || rows[0]["value_class"] != "core" || rows[0]["settled"] != "true" || rows[0]["rank_high"] != "1" {
		t.Errorf("%v", rows[0])
	}
	if rows[0]["stated"] != "1" || !strings.HasPrefix(rows[0]["quadrant_stated"], "low_priority") && !strings.HasPrefix(rows[0]["quadrant_stated"], "possible_overkill") {
		t.Errorf("%v", rows[0])
	}
	last := lastLine(errs)
	if !strings.HasPrefix(last, "rows=303 used=300 missing=2 r2=0.") || !strings.Contains(last, "spearman_stated=-") {
		t.Errorf("counts %q", last)
	}
	b, err := os.ReadFile(rejects)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("line,reason\n303,a: not a number\n", string(b)); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
}

func TestSameBytesForAnyOrderAndWorkers(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(survey(200)), "\r\n")
	reversed := []string{lines[0]}
	for i := len(lines) - 1; i > 0; i-- {
		reversed = append(reversed, lines[i])
	}
	for _, args := range [][]string{{"-method", "lmg"}, {"-method", "johnson", "-weight", "w"}, {"-method", "car", "-cluster", "account"}, {"-cut", "median", "-method", "first"}} {
		args = append(args, "-outcome", "y", "-drivers", "a,b,c", "-replicates", "60")
		_, one, _, code := call(t, strings.Join(lines, "\n"), args...)
		_, two, _, _ := call(t, strings.Join(reversed, "\n"), append(args, "-workers", "3")...)
		if one != two || code != 0 {
			t.Errorf("%v: exit %d, outputs differ:\n%s", args, code, cmp.Diff(one, two))
		}
	}
}

func TestExitCodes(t *testing.T) {
	in := survey(50)
	base := []string{"-outcome", "y", "-drivers", "a..c"}
	for _, c := range []struct {
		name, stdin string
		code        int
		args        []string
	}{
		{"no outcome", in, 2, []string{"-drivers", "a"}},
		{"no drivers", in, 2, []string{"-outcome", "y"}},
		{"unknown method", in, 2, append([]string{"-method", "pratt"}, base...)},
		{"middle without scale", in, 2, append([]string{"-cut", "middle"}, base...)},
		{"stated not parallel", in, 2, append([]string{"-stated", "sa,sb"}, base...)},
		{"a driver twice", in, 2, []string{"-outcome", "y", "-drivers", "a,a"}},
		{"no column", in, 1, []string{"-outcome", "y", "-drivers", "a..z"}},
		{"no file", "", 1, append([]string{"-in", "does-not-exist.csv"}, base...)},
		{"logistic of a rating", in, 1, append([]string{"-method", "logistic"}, base...)},
		{"too few rows", survey(3), 1, base},
		{"nothing left", "y,a\nx,1\n", 1, []string{"-outcome", "y", "-drivers", "a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, errs, code := call(t, c.stdin, c.args...)
			if code != c.code || errs == "" {
				t.Errorf("exit %d, want %d: %s", code, c.code, errs)
			}
		})
	}
}

func TestAirline(t *testing.T) {
	in := realdata.Path(t, "touchpoint/airline_passenger_satisfaction_129880.csv")
	rows, _, errs, code := call(t, "", "-in", in, "-outcome", "Satisfaction", "-positive", "satisfied",
		"-drivers", "Departure and Arrival Time Convenience..Baggage Handling", "-na-value", "0", "-replicates", "100")
	if code != 0 || len(rows) != 14 {
		t.Fatal(code, errs)
	}
	var oracle struct {
		Results map[string]struct{ LMG, Johnson, CAR map[string]float64 }
	}
	if err := json.Unmarshal(realdata.Oracle(t, "touchpoint/airline_keydrivers.json"), &oracle); err != nil {
		t.Fatal(err)
	}
	want := oracle.Results["complete_cases_no_zero"]
	var concentrate []string
	for _, r := range rows {
		for name, m := range map[string]map[string]float64{"lmg": want.LMG, "johnson": want.Johnson, "car": want.CAR} {
			x, err := strconv.ParseFloat(r[name], 64)
			if err != nil || math.Abs(x-m[r["driver"]]) > 1e-10 {
				t.Errorf("%s %s: %v, want %v", r["driver"], name, x, m[r["driver"]])
			}
		}
		if r["quadrant"] == "concentrate" {
			concentrate = append(concentrate, r["driver"])
		}
		if (r["sign_flag"] == "true") != (r["driver"] == "Food and Drink") {
			t.Errorf("%s: sign flag %s", r["driver"], r["sign_flag"])
		}
	}
	if !slices.Equal(concentrate, []string{"In-flight Wifi Service"}) {
		t.Errorf("concentrate on %q", concentrate)
	}
	if last := lastLine(errs); !strings.HasPrefix(last, "rows=129880 used=119567 missing=10313 r2=0.4883306134") {
		t.Error(last)
	}
}

func TestLevels(t *testing.T) {
	args := []string{"-outcome", "y", "-drivers", "a..c", "-replicates", "20"}
	_, one, _, code := call(t, survey(60), append(args, "-level", "0.8")...)
	_, other, _, _ := call(t, survey(60), append(args, "-levels", "0.8")...)
	if one != other || code != 0 {
		t.Errorf("exit %d; -levels is not -level", code)
	}
}

// TestNothingLeft: where every row is rejected, all reasons are told and written.
func TestNothingLeft(t *testing.T) {
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	_, out, errs, code := call(t, "y,a,b\n1,x,2\n1,2\n", "-outcome", "y", "-drivers", "a,b", "-rejects", rejects)
	if code != 1 || out != "" || !strings.Contains(errs, "line 2: a: not a number") || !strings.Contains(errs, "line 3: 2 fields") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if b, err := os.ReadFile(rejects); err != nil || strings.Count(string(b), "\n") != 3 {
		t.Errorf("rejects %q, %v", b, err)
	}
}
