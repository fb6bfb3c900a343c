package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/internal/realdata"
)

// try runs the program with text on standard input.
func try(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(args, strings.NewReader(stdin), &out, &err)
	return code, out.String(), err.String()
}

const counts = "\ufeffperson,step,n,label,company\r\n" +
	"a,page,3,user,X\r\na,page,1,user,X\r\nb,page,2,user,X\r\nb,demo,1,user,X\r\n" +
	"c,terms,4,legal,X\r\nd,terms,2,legal,Y\r\nd,page,1,,Y\r\n" +
	"e,terms,1,,Y\r\nf,never,0,,Y\r\ng,page,1,solo,\r\n"

// The bars of the specification, section 10: independent code on the same files.
func TestBars(t *testing.T) {
	for _, tt := range []struct {
		args, want string
	}{
		{
			"purchasing/person_step_counts.csv",
			"27,5,1.000000,1.000000,0.000000,1.472063,0.000000,0.000000,0.518519,27,1.000000,5.000000",
		},
		{
			"eventlogs/bpic2013_person_step_counts.csv -min-count 10",
			"723,3,0.601660,0.382623,0.776420,0.860127,0.468076,0.038069,0.567082,131,0.877863,5.000000",
		},
		{
			"eventlogs/bpic2013_person_step_counts.csv -min-count 10 -cap 0",
			"723,3,0.539419,0.413283,2.126788,0.860127,0.652925,0.237853,0.567082,529,0.591682,0.000000",
		},
		{
			"eventlogs/receipt_person_step_counts.csv",
			"44,2,0.704545,0.593461,0.639760,0.629436,0.395555,0.149625,0.704545,6,0.333333,5.000000",
		},
		{
			"eventlogs/receipt_person_step_counts.csv -cap 0",
			"44,2,0.704545,0.636825,2.623252,0.629436,0.455274,0.204373,0.704545,35,0.742857,0.000000",
		},
	} {
		args := strings.Fields(tt.args)
		path := realdata.Path(t, "dmu/"+args[0])
		code, out, stderr := try(t, "", append([]string{"-counts", path, "-mode", "evaluate"}, args[1:]...)...)
		want := "n,labels,accuracy,macro_f1,log_loss,prior_log_loss,brier,ece10,majority,decided,accuracy_decided,cap\n" + tt.want + "\n"
		if code != 0 || out != want {
			t.Errorf("%s: exit %d\n%s%s", tt.args, code, stderr, cmp.Diff(want, out))
		}
	}
	path := realdata.Path(t, "dmu/eventlogs/bpic2013_person_step_counts.csv")
	code, out, stderr := try(t, "", "-in", path, "-min-count", "10", "-mode", "evaluate", "-fit-cap", "1,2,3,5,10,20")
	if code != 0 || !strings.HasPrefix(stderr, "cap=5 log_loss=0.776420\n") || !strings.HasSuffix(out, ",5.000000\n") {
		t.Errorf("exit %d\n%s%s", code, stderr, out)
	}
}

// Of few persons whose steps carry nothing a chosen cap learns nothing; where steps carry something it takes nothing away.
func TestFitCapShrinks(t *testing.T) {
	for _, tt := range []struct{ args, cap string }{
		{"receipt_person_step_counts.csv -min-count 20", "cap=0.01 log_loss=0.493827\n"}, // .493595 by the prior, .665445 with cap 5
		{"bpic2013_person_step_counts.csv -min-count 10", "cap=5 log_loss=0.776420\n"},
	} {
		args := strings.Fields(tt.args)
		path := realdata.Path(t, "dmu/eventlogs/"+args[0])
		args = append([]string{"-counts", path, "-mode", "evaluate", "-fit-cap", "0.01,0.1,0.3,1,2,5,10"}, args[1:]...)
		if code, _, stderr := try(t, "", args...); code != 0 || !strings.HasPrefix(stderr, tt.cap) {
			t.Errorf("%s: exit %d, %s", tt.args, code, stderr)
		}
	}
}

// Discovery on the purchasing log: five groups for every alpha, in full agreement with who performs the steps, and .894172
// with the role written on the events.
func TestDiscoverBar(t *testing.T) {
	path := realdata.Path(t, "dmu/purchasing/person_step_counts.csv")
	rows, err := csv.NewReader(realdata.Open(t, "dmu/purchasing/step_roles.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	byEvent := map[string]string{}
	for _, row := range rows[1:] {
		byEvent[row[0]] = row[2]
	}
	for _, alpha := range []string{"0.1", "0.5", "1"} {
		code, out, stderr := try(t, "", "-counts", path, "-mode", "discover", "-discover-alpha", alpha)
		if code != 0 || !strings.HasPrefix(stderr, "groups=5 ") || !strings.Contains(stderr, " adjusted_rand=1.000000\n") {
			t.Errorf("alpha %s: exit %d, %s", alpha, code, stderr)
		}
		found, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		// The same groups as labels of an artificial input: one person per role that is written on the events.
		var again strings.Builder
		again.WriteString("person,step,n,label\n")
		w := csv.NewWriter(&again)
		for _, row := range found[1:] {
			for k := range 2 {
				_ = w.Write([]string{byEvent[row[0]] + strconv.Itoa(k), row[0], "50", byEvent[row[0]]})
			}
		}
		w.Flush()
		code, _, stderr = try(t, again.String(), "-counts", "-", "-mode", "discover")
		if code != 0 || !strings.Contains(stderr, " adjusted_rand=1.000000\n") {
			t.Errorf("alpha %s: exit %d, %s", alpha, code, stderr)
		}
	}
}

func TestScore(t *testing.T) {
	code, out, stderr := try(t, counts, "-counts", "-")
	if code != 0 || stderr != "accepted=10 rejected=0 persons=7 labelled=4 labels=2\n" {
		t.Errorf("exit %d: %s", code, stderr)
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	header := "person,given,verdict,best,p_best,runner_up,p_runner_up,kl_nats,margin,effective_n,evidence,p(legal),p(user)"
	if got := strings.Join(rows[0], ","); got != header {
		t.Errorf("%s", got)
	}
	// e, unlabelled, took `terms` once. By hand: users have 6 page, 1 demo; legal 6 terms, 1 page. Vocabulary: page, demo, terms;
	// a count of 0 says nothing. p(terms|legal) = 7/10, p(terms|user) = 1/10, the prior is even: 7/8.
	e := rows[5]
	want := []string{
		"e", "", "decided", "legal", "0.875000", "user", "0.125000", "0.316377", "0.750000", "1.000000",
		"terms×1:+1.946; prior:+0.000", "0.875000", "0.125000",
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Error(diff)
	}
	// f did nothing: the prior, and no verdict.
	if f := rows[6]; f[2] != "insufficient" || f[4] != "0.500000" || f[9] != "0.000000" {
		t.Errorf("%q", f)
	}
	// d is scored without its own data: legal is c alone (4 terms), the prior 2/5 : 3/5.
	// terms 2, page 1: legal (5/7)²(1/7)·2/5, user (1/10)²(7/10)·3/5: 0.87408.
	if d := rows[4]; d[1] != "legal" || d[11] != "0.874080" {
		t.Errorf("%q", d)
	}
	code, same, _ := try(t, counts, "-counts", "-", "-format", "text", "-top", "0")
	if code != 0 || !strings.HasPrefix(same, "person  given  verdict") || strings.Contains(same, "prior:") {
		t.Errorf("exit %d: %s", code, same)
	}
}

func TestTitlesAndLimits(t *testing.T) {
	dir := t.TempDir()
	titles := filepath.Join(dir, "titles.csv")
	err := os.WriteFile(titles, []byte("person,title\na,Sales engineer\nb,Engineer\nc,General Counsel\nd,Counsel\ne,Senior Engineer\nzz,Nobody\n,x\nc,Other\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	rejects := filepath.Join(dir, "rejects.csv")
	code, out, stderr := try(t, counts, "-counts", "-", "-titles", titles, "-group", "company", "-limits", "legal=..1,user=1..", "-rejects", rejects)
	if want := titles + ":8: person: empty\n" + titles + ":9: title: a second title of the person\n"; code != 0 ||
		stderr != want+"accepted=16 rejected=2 persons=7 labelled=4 labels=2\n" {
		t.Errorf("exit %d: %s", code, stderr)
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(rows[5][10], "title:engineer×1:+") {
		t.Errorf("%q", rows[5])
	}
	legal := map[string]int{}
	for _, row := range rows[1:] {
		company := map[string]string{"a": "X", "b": "X", "c": "X", "d": "Y", "e": "Y", "f": "Y"}[row[0]]
		if company == "" {
			if row[13] != "" || row[14] != "" {
				t.Errorf("a person without a group is assigned: %q", row)
			}
			continue
		}
		if row[13] == "legal" {
			legal[company]++
		}
		if p, err := strconv.ParseFloat(row[14], 64); err != nil || p <= 0 || p > 1 {
			t.Errorf("%q", row)
		}
	}
	if legal["X"] > 1 || legal["Y"] > 1 {
		t.Errorf("more than one: %v", legal)
	}
	if data, err := os.ReadFile(rejects); err != nil || string(data) != "line,reason\n8,person: empty\n9,title: a second title of the person\n" {
		t.Errorf("%q %v", data, err)
	}
	code, out, stderr = try(t, counts, "-counts", "-", "-group", "company", "-limits", "legal=3..")
	if code != 0 || !strings.Contains(stderr, "group 1 of 2, 3 persons: ") && !strings.Contains(out, "legal") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	code, _, stderr = try(t, counts, "-counts", "-", "-group", "company", "-limits", "legal=9..")
	if code != 0 || !strings.Contains(stderr, "group 1 of 2, 3 persons: no assignment keeps to the limits of legal\n") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestBadRows(t *testing.T) {
	const bad = "person,step,n,label\na,page,1.5,user\n,page,1,user\nb,,1,user\nb,page,-1,user\nb,page,99999999999999999999,user\n" +
		"b,page\nb,page,9223372036854775807,user\nb,page,1,user\nc,terms,1,legal\nx\"y,page,1,user\n"
	want := "-:2: n: not a whole number\n-:3: person: empty\n-:4: step: empty\n-:5: n: negative\n-:6: n: too large\n" +
		"-:7: record: 2 fields where the header has 4\n-:9: n: too large\n-:10: n: too large\n-:11: record: bare \" in non-quoted-field\n"
	for _, strict := range []bool{false, true} {
		code, out, stderr := try(t, bad, "-counts", "-", "-min-persons", "1", "-strict="+strconv.FormatBool(strict), "-mode", "discover")
		if want := want + "groups=1 best_rejected_log_bayes_factor=none\naccepted=1 rejected=9 persons=1 labelled=1 labels=1\n"; stderr != want {
			t.Error(cmp.Diff(want, stderr))
		}
		if (code == 1) != strict || out != "step,group\npage,1\n" {
			t.Errorf("strict %v: exit %d, %s", strict, code, out)
		}
	}
}

func TestExitCodes(t *testing.T) {
	for _, tt := range []struct {
		stdin  string
		args   string
		code   int
		stderr string
	}{
		{"", "", 2, "roles: -counts: missing\n"},
		{"", "-counts - -mode x -format y -prior z -alpha 0 -cap -1 -top -1 -min-kl NaN -limits user -fit-cap q", 2, "roles: -mode: not score, evaluate or discover\n" +
			"roles: -format: not csv or text\nroles: -prior: not empirical or uniform\nroles: -alpha: not a number above 0\n" +
			"roles: -cap: not a number of at least 0\nroles: -min-kl: not a number of at least 0\nroles: -top: negative\n" +
			"roles: -fit-cap: not a number: \"q\"\nroles: -limits[0]: not role=MIN..MAX\n"},
		{"", "-counts -", 1, "roles: -: the input is empty: a header line is needed\n"},
		{"person,n\n", "-counts -", 1, "roles: -: no column \"step\" in the header\n"},
		{counts, "-counts - -group nowhere", 1, "roles: -: no column \"nowhere\" in the header\n"},
		{counts, "-counts - -titles -", 1, "roles: standard input cannot hold both the counts and the titles\n"},
		{"person,step,n\na,x,1\n", "-counts -", 1, "roles: fewer than two labels: nothing can be told apart\naccepted=1 rejected=0 persons=1 labelled=0 labels=0\n"},
		{"person,step,n\na,x,1\n", "-counts - -mode evaluate", 1, "roles: fewer than two labels: nothing can be told apart\naccepted=1 rejected=0 persons=1 labelled=0 labels=0\n"},
		{counts, "-counts - -limits boss=1..1", 2, "roles: -limits: no person has the label boss\naccepted=10 rejected=0 persons=7 labelled=4 labels=2\n"},
		{counts, "-counts - -limits user=2..1,user=x..", 2, "roles: -limits[0]: MAX below MIN\nroles: -limits[1]: not role=MIN..MAX\n"},
	} {
		code, _, stderr := try(t, tt.stdin, strings.Fields(tt.args)...)
		if code != tt.code || stderr != tt.stderr {
			t.Errorf("%s: exit %d, want %d\n%s", tt.args, code, tt.code, cmp.Diff(tt.stderr, stderr))
		}
	}
	if code, _, _ := try(t, "", "-h"); code != 0 {
		t.Error("help is a mistake")
	}
}

// Flags that are 0 mean 0: no threshold decides everybody of whom anything was seen.
func TestZeroThresholds(t *testing.T) {
	_, out, _ := try(t, counts, "-counts", "-", "-min-kl", "0", "-min-margin", "0", "-min-count", "1")
	if strings.Contains(out, "insufficient") || strings.Count(out, "decided") != 6 {
		t.Error(out)
	}
}
