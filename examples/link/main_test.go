package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/buyerjourney/b2b/internal/realdata"
)

// files writes named files into a folder and returns it.
func files(t *testing.T, list map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range list {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func exec(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

const personsCSV = `id,first,last,born,mail,who
1,Anna,de Vries,1980-02-01,anna@devries.nl,a
2,Anna,de Vreis,1980-02-01,anna@devries.nl,a
3,Jan,Bakker,1975-11-30,jan.bakker@acme.nl,b
4,Jan,Bakker,1975-11-30,,b
5,Piet,Jansen,1962-07-14,piet@jansen.nl,c
6,Kees,Visser,1991-03-09,kv@web.nl,d
7,Maria,Mulder,1955-05-05,mm@web.nl,e
8,Truus,Dekker,1943-01-21,td@web.nl,f
`

const personsConfig = `{"id":"id","fields":[{"name":"given","column":"first","kind":"given_name"},{"name":"surname","column":"last","kind":"surname"},
{"name":"born","column":"born","kind":"date"},{"name":"mail","column":"mail","kind":"email"}],"model":{"prior":0.05},"thresholds":{"auto":0.5,"review":0.2},
"truth":{"column":"who"}}`

func TestLinkContract(t *testing.T) {
	dir := files(t, map[string]string{"a.csv": personsCSV, "c.json": personsConfig})
	in, cfg := filepath.Join(dir, "a.csv"), filepath.Join(dir, "c.json")
	code, out, errs := exec(t, "-config", cfg, "-in", in, "-eval", filepath.Join(dir, "e.json"))
	if code != 0 || errs != "" {
		t.Fatalf("code %d: %s", code, errs)
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows[0], []string{"record_id", "entity_id"}) || len(rows) != 9 {
		t.Fatalf("output %v", rows)
	}
	if rows[1][1] != rows[2][1] || rows[3][1] != rows[4][1] || rows[1][1] == rows[3][1] || rows[5][1] == rows[6][1] {
		t.Errorf("entities %v", rows)
	}
	if id := rows[1][1]; !strings.HasPrefix(id, "p_") || len(id) != 18 {
		t.Errorf("entity id %q", id)
	}
	var e map[string]any
	data, err := os.ReadFile(filepath.Join(dir, "e.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	if e["true_pairs"] != 2.0 || e["pairwise"].(map[string]any)["f1"] != 1.0 || len(e["thresholds"].([]any)) != 14 {
		t.Errorf("evaluation %s", data)
	}
	// The order of rows and the number of workers change no entity.
	lines := strings.Split(strings.TrimSpace(personsCSV), "\n")
	slices.Reverse(lines[1:])
	dir2 := files(t, map[string]string{"a.csv": strings.Join(lines, "\r\n")})
	code, turned, _ := exec(t, "-config", cfg, "-in", filepath.Join(dir2, "a.csv"), "-workers", "3")
	if code != 0 {
		t.Fatal("reversed input fails")
	}
	want, got := strings.Split(strings.TrimSpace(out), "\n"), strings.Split(strings.TrimSpace(turned), "\n")
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("order of input matters:\n%v\n%v", want, got)
	}
}

func TestExplainSums(t *testing.T) {
	dir := files(t, map[string]string{"a.csv": personsCSV, "c.json": personsConfig})
	in, cfg := filepath.Join(dir, "a.csv"), filepath.Join(dir, "c.json")
	code, out, errs := exec(t, "-config", cfg, "-in", in, "-explain", "1,2", "-out", filepath.Join(dir, "o.csv"))
	if code != 0 {
		t.Fatal(errs)
	}
	var x explainJSON
	if err := json.Unmarshal([]byte(out), &x); err != nil {
		t.Fatal(err)
	}
	sum := x.PriorBits
	for _, p := range x.Parts {
		sum += p.Bits + p.TFBits
	}
	if math.Abs(sum-x.TotalBits) > 1e-9 || !x.Same || len(x.Path) == 0 || len(x.Counterfactual) != 1 || len(x.BlockedBy) == 0 {
		t.Errorf("%s", out)
	}
	if strings.Contains(out, "anna") {
		t.Error("values are shown without -show-values")
	}
	if code, _, _ := exec(t, "-config", cfg, "-in", in, "-explain", "1,99"); code != 1 {
		t.Errorf("an unknown id gives %d", code)
	}
}

func TestModelRoundTrip(t *testing.T) {
	dir := files(t, map[string]string{"a.csv": personsCSV, "c.json": personsConfig})
	in, cfg, m := filepath.Join(dir, "a.csv"), filepath.Join(dir, "c.json"), filepath.Join(dir, "m.json")
	_, first, _ := exec(t, "-config", cfg, "-in", in, "-save-model", m)
	code, second, errs := exec(t, "-config", cfg, "-in", in, "-model", m, "-save-model", m+"2")
	if code != 0 || first != second {
		t.Errorf("code %d %s\n%s\n%s", code, errs, first, second)
	}
	a, err := os.ReadFile(m)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(m + "2")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("a model that is read and saved changes")
	}
}

func TestBadInput(t *testing.T) {
	dir := files(t, map[string]string{
		"twice.csv": personsCSV + "1,Anna,de Vries,1980-02-01,,a\n,Anna,de Vries,1980-02-01,,a\n", "c.json": personsConfig,
		"unknown.json": `{"fields":[],"nonsense":1}`,
		"many.json":    `{"mode":"x","linkage":"y","fields":[{"name":"a","column":"who","kind":"z"}],"truth":{"column":"who"},"unique":["q"]}`,
	})
	at := func(name string) string { return filepath.Join(dir, name) }
	code, out, errs := exec(t, "-config", at("c.json"), "-in", at("twice.csv"))
	if code != 1 || !strings.Contains(errs, "in[0].row[9].id") || !strings.Contains(errs, "in[0].row[10].id") {
		t.Errorf("code %d, %s", code, errs)
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 11 || rows[9][1] != "" || rows[10][1] != "" || rows[1][1] == "" {
		t.Errorf("bad records must be in the output without an entity: %v", rows)
	}
	if code, _, errs := exec(t, "-config", at("unknown.json"), "-in", at("twice.csv")); code != 1 || !strings.Contains(errs, "nonsense") {
		t.Errorf("unknown key: %d %s", code, errs)
	}
	code, _, errs = exec(t, "-config", at("many.json"), "-in", at("twice.csv"))
	for _, path := range []string{"mode", "linkage", "fields[0].kind", "fields[0].column", "unique[0]"} {
		if code != 1 || !strings.Contains(errs, path) {
			t.Errorf("%s is not reported: %s", path, errs)
		}
	}
	for _, args := range [][]string{{"-in", "x"}, {"-config", "x"}, {"-config", "x", "-in", "y", "-threshold", "2"}, {"-nonsense"}} {
		if code, _, _ := exec(t, args...); code != 2 {
			t.Errorf("%v gives %d", args, code)
		}
	}
}

func TestRulesAndVetoes(t *testing.T) {
	text := strings.Replace(personsConfig, `"truth"`, `"veto":[{"differ":"born"}],"rules":[{"name":"house","effect":"same","level":"person","when":[{"same":"mail"}]},
{"name":"apart","effect":"never","level":"person","when":[{"same":"surname"},{"same":"born"}]}],"truth"`, 1)
	dir := files(t, map[string]string{"a.csv": strings.Replace(personsCSV, "6,Kees,Visser,1991-03-09,kv@web.nl", "6,Kees,Visser,,mm@web.nl", 1), "c.json": text})
	code, out, errs := exec(t, "-config", filepath.Join(dir, "c.json"), "-in", filepath.Join(dir, "a.csv"), "-review", filepath.Join(dir, "r.csv"))
	if code != 0 {
		t.Fatal(errs)
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if rows[6][1] != rows[7][1] {
		t.Error("the rule that links equal mail is not applied")
	}
	if rows[3][1] == rows[4][1] {
		t.Error("the rule that parts equal names and birth dates is not applied")
	}
	review, err := os.ReadFile(filepath.Join(dir, "r.csv"))
	if err != nil || !strings.Contains(string(review), "rule:apart") {
		t.Errorf("review: %s", review)
	}
}

func TestPairs(t *testing.T) {
	dir := files(t, map[string]string{
		"p.csv":  "x,y,s,ok\nSiemens AG,Siemens Aktiengesellschaft,Company,true\nAcme,Zenith,Company,false\nJan Bakker,Bakker Jan,Person,1\n",
		"c.json": `{"pair":{"a":"x","b":"y","kind_column":"s","label":"ok"}}`,
	})
	code, out, errs := exec(t, "-pairs", "-config", filepath.Join(dir, "c.json"), "-in", filepath.Join(dir, "p.csv"))
	if code != 0 || out != "row,score\n1,1.000000\n2,0.000000\n3,1.000000\n" || !strings.Contains(errs, "best_f1=1.0000") {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
}

// The committed configurations on the sets that they were made for, at the bars of the specification. The weights of senzing
// were chosen on that set.
func TestCommittedConfigurations(t *testing.T) {
	if testing.Short() {
		t.Skip("reads real data")
	}
	for _, c := range []struct {
		config, in, truth string
		f1, bcubed        float64
	}{
		{"orgs_hard", "stitch/orgs_hard/records_with_cluster.csv", "", .97, .97},
		{"febrl", "stitch/febrl/dataset1.csv", "", .9990, .9990},
		{"fake_1000", "stitch/splink/fake_1000.csv", "", .94, 0},
		{"senzing", "stitch/senzing/customers.csv,stitch/senzing/reference.csv,stitch/senzing/watchlist.csv", "stitch/senzing/actual_truthset_key.csv", .90, 0},
	} {
		out := filepath.Join(t.TempDir(), "e.json")
		var paths []string
		for name := range strings.SplitSeq(c.in, ",") {
			paths = append(paths, realdata.Path(t, name))
		}
		args := []string{"-config", "configs/" + c.config + ".json", "-in", strings.Join(paths, ","), "-eval", out}
		if c.truth != "" {
			args = append(args, "-truth", realdata.Path(t, c.truth))
		}
		code, _, errs := exec(t, args...)
		if code != 0 {
			t.Fatal(errs)
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		var e evaluationJSON
		if err := json.Unmarshal(data, &e); err != nil {
			t.Fatal(err)
		}
		if *e.Pairwise.F1 < c.f1 || *e.BCubed.F1 < c.bcubed {
			t.Errorf("%s: F1 %.4f, B-cubed %.4f", c.config, *e.Pairwise.F1, *e.BCubed.F1)
		}
	}
}

// The text of the evaluation lists what is wrong with the weights of the levels, but no values.
func TestMistakesInText(t *testing.T) {
	config := strings.Replace(personsConfig, ",\n\"truth\":{\"column\":\"who\"}", "", 1)
	dir := files(t, map[string]string{"a.csv": personsCSV, "c.json": config, "t.csv": "id,cluster\n1,x\n2,y\n5,z\n6,z\n"})
	code, _, errs := exec(t, "-config", filepath.Join(dir, "c.json"), "-in", filepath.Join(dir, "a.csv"), "-truth", filepath.Join(dir, "t.csv"))
	if code != 0 {
		t.Fatal(errs)
	}
	for _, want := range []string{"false_positive  1  2", "false_negative  5  6", "blocks ", "reduction_ratio"} {
		if !strings.Contains(errs, want) {
			t.Errorf("no %q in\n%s", want, errs)
		}
	}
	if strings.Contains(errs, "anna") {
		t.Error("values are shown")
	}
}
