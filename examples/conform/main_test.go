package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/buyerjourney/b2b/internal/realdata"
)

func start(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), code
}

const small = "case,activity,timestamp\n1,a,2024-01-01\n1,x,2024-01-02\n2,a,2024-01-01\n2,b,2024-01-02\n"

func TestSmallLog(t *testing.T) {
	out, errs, code := start(t, small, "-log", "-", "-tree", "->( 'a', 'b' )", "-precision")
	want := `{"model":{"source":"tree","places":3,"transitions":2,"silent":0,"safe":true,"shortest_run":2,"tree":"->( 'a', 'b' )"},` +
		`"cases":2,"fit_cases":1,"variants":2,"mean_fitness":0.75,"log_fitness":0.75,"total_cost":2,"precision":1,` +
		`"results":[{"steps":["a","b"],"count":1,"fit":true,"exact":true,"cost":0,"worst":4,"fitness":1,"moves":[["sync","a"],["sync","b"]],"deviations":[]},` +
		`{"steps":["a","x"],"count":1,"fit":false,"exact":true,"cost":2,"worst":4,"fitness":0.5,"moves":[["sync","a"],["log","x"],["model","b"]],` +
		`"deviations":[{"kind":"ad-hoc","step":"x","position":1},{"kind":"missing","step":"b","position":2}]}],` +
		`"deviations":[{"kind":"ad-hoc","step":"x","cases":1},{"kind":"missing","step":"b","cases":1}]}` + "\n"
	if code != 0 || out != want {
		t.Errorf("code %d, output\n%swant\n%s", code, out, want)
	}
	if errs != "accepted=4 rejected=0 cases=2 activities=3\n" {
		t.Errorf("messages %q", errs)
	}
}

func TestPrefix(t *testing.T) {
	out, _, code := start(t, "case,activity\n1,a\n2,a\n2,b\n3,b\n", "-log", "-", "-tree", "->( 'a', X( 'b', 'c' ) )", "-prefix", "-moves=false")
	for _, want := range []string{
		`{"steps":["a"],"count":1,"fit":true,"exact":true,"cost":0,"status":"on-track","next":["b","c"],"deviations":[]}`,
		`{"steps":["a","b"],"count":1,"fit":true,"exact":true,"cost":0,"status":"complete","next":[],"deviations":[]}`,
		`{"steps":["b"],"count":1,"fit":false,"exact":true,"cost":1,"status":"deviated"`,
		`"mean_fitness":null,"log_fitness":null`,
	} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("code %d, output %s has no %s", code, out, want)
		}
	}
}

func TestModelFiles(t *testing.T) {
	dir := t.TempDir()
	for _, tc := range []struct{ name, data, want string }{
		{"net", `{"net":{"places":["p","q","r"],"transitions":[["t","a"],["u",null],["v","b"]],"arcs":[["p","t",1],["t","q",1],["q","v",1],["v","r",1],["q","u",1],["u","r",1]],"initial":{"p":1},"final":{"r":1}}}`, `{"source":"net","places":3,"transitions":3,"silent":1,"safe":true,"shortest_run":1}`},
		{"weights", `{"places":["p","q"],"transitions":[["t","a"]],"arcs":[["p","t",2],["t","q",3]],"initial":{"p":2},"final":{"q":3}}`, `{"source":"net","places":2,"transitions":1,"silent":0,"safe":false,"shortest_run":1}`},
		{"map", `{"map":"m","steps":[{"id":"a"},{"id":"b","visibility":"buyer-internal"}],"flow":{"op":"sequence","children":[{"step":"a"},{"step":"b"}]}}`, `{"source":"map","places":3,"transitions":2,"silent":0,"safe":true,"shortest_run":1,"tree":"->( 'a', 'b' )"}`},
		{"graph", `{"edges":[{"from":"^","to":"a"},{"from":"a","to":"b"},{"from":"b","to":"$"}]}`, `{"source":"graph","places":4,"transitions":3,"silent":1,"safe":true,"shortest_run":2}`},
		{"text", "X( 'a', 'b' )", `{"source":"tree"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := filepath.Join(dir, tc.name)
			if err := os.WriteFile(file, []byte(tc.data), 0o600); err != nil {
				t.Fatal(err)
			}
			out, errs, code := start(t, small, "-log", "-", "-model", file)
			if code != 0 || !strings.HasPrefix(out, `{"model":`+tc.want) {
				t.Errorf("code %d, messages %s, output %.200s", code, errs, out)
			}
		})
	}
}

func TestRulesAndTimes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules.json")
	if err := os.WriteFile(file, []byte(`[{"rule":"chain-response","a":"a","b":"b"},{"rule":"existence","a":"b","n":1},{"rule":"response","a":"a","b":"b","within_s":60}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, code := start(t, small, "-log", "-", "-discover", "inductive", "-rules", file, "-zeta", "2")
	want := `"rules":[{"rule":"chain-response","a":"a","b":"b","activated":2,"fulfilled":1},{"rule":"existence","a":"b","b":"","activated":2,"fulfilled":1},` +
		`{"rule":"response","a":"a","b":"b","activated":2,"fulfilled":0}],"temporal":{"deviations":0,"cases":0}}` + "\n"
	if code != 0 || !strings.HasSuffix(out, want) {
		t.Errorf("code %d, output %s", code, out)
	}
}

func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	file := func(name, data string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tc := range []struct {
		name, want string
		args       []string
		code       int
	}{
		{"no model", "give one of -model, -tree and -discover", []string{"-log", "-"}, 2},
		{"two models", "give one of", []string{"-log", "-", "-tree", "'a'", "-discover", "inductive"}, 2},
		{"zeta", "-zeta is not above 0", []string{"-log", "-", "-tree", "'a'", "-zeta", "0"}, 2},
		{"tree", "tree: expected", []string{"-log", "-", "-tree", "a"}, 1},
		{"arc", "net.arcs[0]: does not join", []string{"-log", "-", "-model", file("arc", `{"places":["p"],"transitions":[],"arcs":[["p","q",1]],"initial":{},"final":{"p":1}}`)}, 1},
		{"no run", "model has no run", []string{"-log", "-", "-model", file("run", `{"places":["p","q"],"transitions":[],"arcs":[],"initial":{"p":1},"final":{"q":1}}`)}, 1},
		{"rule", "no such rule", []string{"-log", "-", "-tree", "'a'", "-rules", file("rule", `[{"rule":"nope","a":"a"}]`)}, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, errs, code := start(t, small, tc.args...)
			if code != tc.code || !strings.Contains(errs, tc.want) {
				t.Errorf("code %d, messages %q; want %d, %q", code, errs, tc.code, tc.want)
			}
		})
	}
}

// The net and the tree of the running example fit all six cases; the precision is that of the reference.
func TestOracleModels(t *testing.T) {
	log := realdata.Path(t, "journey/running-example.xes.gz")
	for _, name := range []string{"running-example.pnml", "running-example.ptml"} {
		out, errs, code := start(t, "", "-log", log, "-model", realdata.Path(t, "journey/"+name), "-precision")
		var got struct {
			Fit       int `json:"fit_cases"`
			Precision float64
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
			t.Fatal(code, errs, err)
		}
		if got.Fit != 6 || got.Precision != 0.7530864197530864 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A model discovered without noise fits every case, exactly.
func TestDiscoveredFits(t *testing.T) {
	for _, name := range []string{"receipt", "repairExample", "teleclaims", "purchasing", "bpic2020_domestic", "bpic2020_rfp"} {
		out, errs, code := start(t, "", "-log", realdata.Path(t, "journey/"+name+".csv.gz"), "-discover", "inductive")
		var got struct {
			Cases       int
			Fit         int     `json:"fit_cases"`
			MeanFitness float64 `json:"mean_fitness"`
			LogFitness  float64 `json:"log_fitness"`
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
			t.Fatal(code, errs, err)
		}
		if got.Fit != got.Cases || got.MeanFitness != 1 || got.LogFitness != 1 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
