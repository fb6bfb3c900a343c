package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// runIn writes files into a folder and runs the program there: names of files among the arguments are completed.
func runIn(t *testing.T, list map[string]string, args ...string) (code int, stdout, stderr, dir string) {
	t.Helper()
	dir = files(t, list)
	for i, a := range args {
		if i > 0 && slices.Contains([]string{"-config", "-in", "-truth", "-eval", "-review", "-out", "-save-model"}, args[i-1]) {
			parts := strings.Split(a, ",")
			for j := range parts {
				parts[j] = filepath.Join(dir, parts[j])
			}
			args[i] = strings.Join(parts, ",")
		}
	}
	code, stdout, stderr = exec(t, args...)
	return code, stdout, stderr, dir
}

func readJSON(t *testing.T, path string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var e map[string]any
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return e
}

// personsFields is the configuration without truth and thresholds.
const personsFields = `"fields":[{"name":"given","column":"first","kind":"given_name"},{"name":"surname","column":"last","kind":"surname"},
{"name":"born","column":"born","kind":"date"},{"name":"mail","column":"mail","kind":"email"}]`

// All unknown keys are named at once, with their paths and with what else is wrong.
func TestUnknownKeysAllAtOnce(t *testing.T) {
	code, _, errs, _ := runIn(t, map[string]string{
		"a.csv":  personsCSV,
		"c.json": `{"other":1,"mode":"x","comma":"ab","fields":[{"name":"a","column":"first","kind":"text","bogus":1}],"rules":[{"name":"r","zz":1}],"model":{"q":{}}}`,
	}, "-config", "c.json", "-in", "a.csv")
	for _, want := range []string{"fields[0].bogus: unknown key", "other: unknown key", "rules[0].zz: unknown key", "model.q: unknown key", "mode: ", "comma: "} {
		if code != 1 || !strings.Contains(errs, want) {
			t.Errorf("code %d, no %q in\n%s", code, want, errs)
		}
	}
}

// A separator may have blanks behind it, as in files that write ", ".
func TestSeparators(t *testing.T) {
	for _, c := range []struct{ comma, with string }{{",", ","}, {", ", ", "}, {";", ";"}, {`\t`, "\t"}, {"|", " | "}} {
		quoted, err := json.Marshal(c.comma)
		if err != nil {
			t.Fatal(err)
		}
		code, out, errs, _ := runIn(t, map[string]string{
			"a.csv": strings.ReplaceAll(personsCSV, ",", c.with), "c.json": `{"id":"id","comma":` + string(quoted) + `,` + personsFields + `}`,
		}, "-config", "c.json", "-in", "a.csv")
		if code != 0 || strings.Count(out, "\n") != 9 {
			t.Errorf("%q: code %d %s%s", c.comma, code, errs, out)
		}
	}
}

// A record that is no CSV is reported with its row and keeps its place in the output; the others are linked.
func TestMalformedRecords(t *testing.T) {
	lines := strings.Split(personsCSV, "\n")
	text := strings.Join(slices.Insert(lines, 3, `x,Anna,de "Vries",1980-02-01,,a`), "\n")
	code, out, errs, _ := runIn(t, map[string]string{"a.csv": text, "c.json": personsConfig}, "-config", "c.json", "-in", "a.csv")
	if code != 1 || !strings.Contains(errs, "in[0].row[3]: ") || strings.Contains(errs, "Vries") {
		t.Errorf("code %d: %s", code, errs)
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 10 {
		t.Fatalf("%v in %s", err, out)
	}
	if rows[3][0] != "" || rows[3][1] != "" || rows[1][1] != rows[2][1] || rows[4][0] != "3" {
		t.Errorf("output %v", rows)
	}
}

// Every file that cannot be opened is named.
func TestFilesAllAtOnce(t *testing.T) {
	code, _, errs, _ := runIn(t, map[string]string{"a.csv": personsCSV, "c.json": "{" + personsFields + "}"}, "-config", "c.json", "-in", "no1.csv,a.csv,no2.csv")
	if code != 1 || !strings.Contains(errs, "in[0]: ") || !strings.Contains(errs, "in[2]: ") {
		t.Errorf("code %d: %s", code, errs)
	}
}

// Without a truth there is nothing to evaluate, and that is said.
func TestEvaluationNeedsTruth(t *testing.T) {
	list := map[string]string{"a.csv": personsCSV, "c.json": "{" + personsFields + `,"pair":{"a":"first","b":"last"}}`}
	if code, _, errs, _ := runIn(t, list, "-config", "c.json", "-in", "a.csv", "-eval", "e.json"); code != 1 || !strings.Contains(errs, "truth: ") {
		t.Errorf("code %d: %s", code, errs)
	}
	if code, _, errs, _ := runIn(t, list, "-pairs", "-config", "c.json", "-in", "a.csv", "-eval", "e.json"); code != 1 || !strings.Contains(errs, "pair.label: ") {
		t.Errorf("code %d: %s", code, errs)
	}
}

// Ratios and intervals without a denominator are null, and no figure is NaN: no record, one, and two that differ.
func TestEvaluationOfLittle(t *testing.T) {
	lines := strings.SplitAfter(personsCSV, "\n")
	for _, n := range []int{1, 2, 3} {
		text := lines[0] + strings.Join(lines[4:4+n-1], "")
		code, out, errs, dir := runIn(t, map[string]string{"a.csv": text, "c.json": personsConfig}, "-config", "c.json", "-in", "a.csv", "-eval", "e.json", "-save-model", "m.json")
		if code != 0 || strings.Count(out, "\n") != n {
			t.Fatalf("%d records: code %d %s", n-1, code, errs)
		}
		e := readJSON(t, filepath.Join(dir, "e.json"))
		p := e["pairwise"].(map[string]any)
		for _, key := range []string{"precision", "recall", "f1", "precision_ci", "recall_ci"} {
			if v, ok := p[key]; !ok || v != nil {
				t.Errorf("%d records: %s is %v", n-1, key, v)
			}
		}
		if m := readJSON(t, filepath.Join(dir, "m.json")); !(m["prior"].(float64) > 0) {
			t.Errorf("%d records: prior %v", n-1, m["prior"])
		}
	}
}

// The shapes of a truth file, each of which says that records 1 of both files are one: the sources by columns, by names,
// and not at all where ids differ.
func TestTruthShapes(t *testing.T) {
	other := strings.NewReplacer("\n1,", "\nz1,", "\n2,", "\nz2,").Replace(personsCSV)
	for name, c := range map[string]struct{ truth, config, b string }{
		"cluster and source":  {"cl,rid,src\nA,1,a\nA,1,b\nB,2,a\n", `{"id":"rid","cluster":"cl","source":"src"}`, personsCSV},
		"pairs of one column": {"x,y,src\n1,2,a\n", `{"a":"x","b":"y","source":"src"}`, personsCSV},
		"pairs of two names":  {"x,y\n1,1\n", `{"a":"x","b":"y","source_a":"a","source_b":"b"}`, personsCSV},
		"first two columns":   {"id,cluster\n1,A\nz1,A\n", `{}`, other},
		"extract":             {"id,cluster\n1,c-7-x\nz1,c-7-y\n2,\n", `{"id":"id","cluster":"cluster","extract":"^c-(\\d+)"}`, other},
	} {
		code, _, errs, dir := runIn(t, map[string]string{
			"a.csv": personsCSV, "b.csv": c.b, "t.csv": c.truth, "c.json": `{"id":"id",` + personsFields + `,"truth":` + c.config + `}`,
		}, "-config", "c.json", "-in", "a.csv,b.csv", "-truth", "t.csv", "-eval", "e.json")
		if code != 0 {
			t.Errorf("%s: %s", name, errs)
			continue
		}
		if e := readJSON(t, filepath.Join(dir, "e.json")); e["true_pairs"] != 1.0 {
			t.Errorf("%s: %v true pairs", name, e["true_pairs"])
		}
	}
}

// Ids may hold commas and colons, and look like JSON.
func TestExplainIDs(t *testing.T) {
	text := "id,first,last,born,mail\n\"a,1\",Anna,Vries,1980-02-01,a@x.nl\nb:2,Anna,Vries,1980-02-01,a@x.nl\n[3],Jan,Bakker,1975-11-30,j@x.nl\n"
	list := map[string]string{"a.csv": text, "c.json": `{"id":"id",` + personsFields + `}`}
	for ids, want := range map[string][2]string{
		`["a,1","b:2"]`: {"a,1", "b:2"}, "b:2,[3]": {"b:2", "[3]"}, "[3],b:2": {"[3]", "b:2"}, "a:b:2, [3]": {"b:2", "[3]"}, ` ["[3]", "b:2"] `: {"[3]", "b:2"},
	} {
		code, out, errs, _ := runIn(t, list, "-config", "c.json", "-in", "a.csv", "-explain", ids)
		var x explainJSON
		if code != 0 || json.Unmarshal([]byte(out), &x) != nil || x.A != want[0] || x.B != want[1] {
			t.Errorf("%s: code %d %s%s", ids, code, errs, out)
		}
	}
	for _, ids := range []string{"b:2", "b:2,[3],x", `["b:2"]`, "a,1,b:2", "b:2,no", ","} {
		if code, _, _, _ := runIn(t, list, "-config", "c.json", "-in", "a.csv", "-explain", ids); code != 1 {
			t.Errorf("%s: code %d", ids, code)
		}
	}
}

// Records 1, 2 and 3 are one person; 4 is refused because its register number differs from that of 3. Without the links from
// 1 to 2 and 3, it would hold 1 and 2 together: the cut must name its link too.
func TestCounterfactualTriesAgain(t *testing.T) {
	head, rest, _ := strings.Cut(personsCSV, "\n")
	text := head + ",number\n" + strings.ReplaceAll(rest, "\n", ",\n")
	text = strings.NewReplacer("2,Anna,de Vreis,1980-02-01,anna@devries.nl,a", "2,Anna,de Vries,1980-02-01,anna@devries.nl,a").Replace(text)
	text += "13,Anna,de Vries,1980-02-01,anna@devries.nl,a,77\n14,Anna,de Vries,1980-02-01,anna@devries.nl,a,88\n"
	config := strings.Replace(personsConfig, `"kind":"email"}`, `"kind":"email"},{"name":"number","column":"number","kind":"kvk"}`, 1)
	config = strings.Replace(config, `"thresholds"`, `"unique":["number"],"thresholds"`, 1)
	code, out, errs, _ := runIn(t, map[string]string{"a.csv": text, "c.json": config}, "-config", "c.json", "-in", "a.csv", "-explain", "1,2")
	var x explainJSON
	if code != 0 || json.Unmarshal([]byte(out), &x) != nil {
		t.Fatalf("code %d %s%s", code, errs, out)
	}
	if !x.Same || len(x.Refused) == 0 || len(x.Counterfactual) != 3 {
		t.Errorf("same %v, refused %v, cut %v", x.Same, x.Refused, x.Counterfactual)
	}
	sum := x.PriorBits
	for _, p := range x.Parts {
		sum += p.Bits + p.TFBits
	}
	if math.Abs(sum-x.TotalBits) > 1e-9 {
		t.Errorf("parts sum to %v, not %v", sum, x.TotalBits)
	}
}
