package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/internal/realdata"
)

const all = "dfg,start,end,performance,variants,durations,efg,footprints,rework,tree,dependency"

// start runs the program and returns its output, its messages and its exit code.
func start(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), code
}

const small = "\ufeffcase, activity ,timestamp,role\r\n1,\"a \"\"x\"\", <y>\",2024-01-01 10:00:00,r\r\n1,b,2024-01-01T11:00:00Z,r\r\n2,b,2024/01/02 00:00:00,\r\n"

func TestSmallLog(t *testing.T) {
	out, errs, code := start(t, small, "-log", "-", "-sections", all)
	want := `{"events":3,"cases":2,"rejected":0,"activities":[["a \"x\", <y>",1],["b",2]],` +
		`"dfg":[["a \"x\", <y>","b",1]],"start":[["a \"x\", <y>",1],["b",1]],"end":[["b",2]],` +
		`"performance":[{"from":"a \"x\", <y>","to":"b","count":1,"mean_s":3600,"median_s":3600,"min_s":3600,"max_s":3600,"sum_s":3600,"stdev_s":0}],` +
		`"variants_total":2,"variants_sha256":"`
	if code != 0 || !strings.HasPrefix(out, want) {
		t.Errorf("code %d\n%s", code, cmp.Diff(want, out))
	}
	want = `"variants":[{"steps":["a \"x\", <y>","b"],"count":1},{"steps":["b"],"count":1}],` +
		`"durations":{"min_s":0,"max_s":3600,"mean_s":1800,"median_s":1800,"sum_s":3600},` +
		`"efg":[["a \"x\", <y>","b",1]],"footprints":{"sequence":[["a \"x\", <y>","b"]],"parallel":[]},"rework":[],"min_self_distance":[],` +
		`"tree":"->( X( tau, 'a \"x\", <y>' ), 'b' )","dependency":[["a \"x\", <y>","b",0.5]],"ties":{"cases":0,"variants_as_ordered":2,"variants_canonical":2}}` + "\n"
	want = strings.Replace(want, `'a "x", <y>'`, `'a \"x\", <y>'`, 1)
	if !strings.HasSuffix(out, want) {
		t.Errorf("end of output\n%s", cmp.Diff(want, out[max(0, len(out)-len(want)):]))
	}
	if errs != "accepted=3 rejected=0 cases=2 activities=2\n" {
		t.Errorf("messages %q", errs)
	}
}

const xes = `<?xml version="1.0"?>
<x:log xmlns:x="http://www.xes-standard.org/"><x:global scope="event"><x:string key="concept:name" value="none"/></x:global>
<x:trace><x:event><x:string key="concept:name" value="a"/><x:date key="time:timestamp" value="2024-01-01T00:00:00+01:00"/>
<x:list key="more"><x:string key="concept:name" value="wrong"/></x:list></x:event>
<x:string key="concept:name" value="c"/></x:trace>
<x:trace><x:event><x:string key="concept:name" value="b"/></x:event></x:trace>
<x:trace><x:string key="concept:name" value="c"/><x:event><x:string key="concept:name" value="b"/><x:date key="time:timestamp" value="2024-01-02T00:00:00Z"/></x:event></x:trace>
</x:log>`

// A trace without a name is #2, whose event has no time while others have one; two traces of one name are one case.
func TestXES(t *testing.T) {
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	out, errs, code := start(t, xes, "-log", "-", "-sections", "dfg", "-rejects", rejects)
	if want := `{"events":2,"cases":1,"rejected":1,"activities":[["a",1],["b",1]],"dfg":[["a","b",1]],`; code != 0 || !strings.HasPrefix(out, want) {
		t.Errorf("code %d, output %s", code, out)
	}
	if !strings.HasSuffix(errs, "accepted=2 rejected=1 cases=1 activities=2\n") {
		t.Errorf("messages %q", errs)
	}
	data, err := os.ReadFile(rejects)
	if err != nil || !strings.HasPrefix(string(data), "line,reason\n6,") {
		t.Errorf("rejects %q, %v", data, err)
	}
}

func TestOrderOnly(t *testing.T) {
	out, _, code := start(t, "case,activity\n1,a\n1,b\n", "-log", "-")
	if code != 0 || !strings.Contains(out, `"performance":[{"from":"a","to":"b","count":1,"mean_s":null,"median_s":null,"min_s":null,"max_s":null,"sum_s":null,"stdev_s":null}]`) ||
		!strings.Contains(out, `"durations":{"min_s":null,"max_s":null,"mean_s":null,"median_s":null,"sum_s":null}`) {
		t.Errorf("code %d, output %s", code, out)
	}
}

// TestHostileRows: each file says which rows are left and why the others are not.
func TestHostileRows(t *testing.T) {
	const header = "case,activity,timestamp\n"
	pack := func(parts ...string) string {
		var b bytes.Buffer
		for _, p := range parts {
			z := gzip.NewWriter(&b)
			_, _ = z.Write([]byte(p))
			_ = z.Close()
		}
		return b.String()
	}
	var loop strings.Builder
	loop.WriteString(header)
	for i := range 10_000 {
		fmt.Fprintf(&loop, "1,%c,2024-01-01 %02d:%02d:%02d\n", 'a'+rune(i%2), i/3600, i/60%60, i%60)
	}
	for _, tc := range []struct{ name, in, want, rejects string }{
		{"line end in quotes", header + "1,\"a\nb\",2024-01-01\n1,\"c \"\"q\"\", d\",2024-01-02\n", `"dfg":[["a\nb","c \"q\", d",1]]`, ""},
		{
			"not a time", header + "1,a,2024-01-01\n1,b,yesterday\n1,c,2024-02-30\n1,d,2024-01-01T25:00:00Z\n", `"events":1,"cases":1,"rejected":3`,
			"3,timestamp is not a time\n4,timestamp is not a time\n5,timestamp is not a time\n",
		},
		{"no time among times", header + "1,a,2024-01-01\n1,b,\n", `"events":1,"cases":1,"rejected":1`, "3,at: no time in a log where others have one\n"},
		{"year 0", header + "1,a,0000-12-31\n1,b,0001-01-01\n", `"events":1,"cases":1,"rejected":1`, "2,at: year outside 1..9999\n"},
		{"no names", header + ",a,2024-01-01\n1,,2024-01-01\n", `"events":0,"cases":0,"rejected":2`, "2,no case\n3,no activity\n"},
		{"ragged", header + "1,a,2024-01-01,x\n1,b\n\n1,c,2024-01-01\n", `"events":1,"cases":1,"rejected":2`, "2,4 fields where the header has 3\n3,2 fields where the header has 3\n"},
		{"a byte that is no text", header + "1,caf\xe9,2024-01-01\n1,caf\xe8,2024-01-02\n1,tea,2024-01-03\n", `"activities":[["tea",1]]`, "2,not UTF-8\n3,not UTF-8\n"},
		{"elsewhere it does not matter", "note,case,activity\n\xff,1,a\n\xff,1,b\n", `"dfg":[["a","b",1]]`, ""},
		{"the sign for it is a name like any other", header + "1,\ufffd,2024-01-01\n", `"activities":[["` + "\ufffd" + `",1]]`, ""},
		{"signs of every alphabet", header + "é,日本語,2024-01-01\né,\"<b>&\u2028\",2024-01-02\n", `"dfg":[["日本語","<b>&\u2028",1]]`, ""},
		{"equal times keep the order of the file", header + "1,b,2024-01-01\n1,a,2024-01-01\n", `"dfg":[["b","a",1]]`, ""},
		{"header alone", header, `"durations":{"min_s":null`, ""},
		{"packed in two parts", pack(header, "1,a,2024-01-01\n"), `"events":1,"cases":1,"rejected":0`, ""},
		{"a long loop", loop.String(), `"dfg":[["a","b",5000],["b","a",4999]]`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rejects := filepath.Join(t.TempDir(), "rejects.csv")
			out, errs, code := start(t, tc.in, "-log", "-", "-rejects", rejects)
			if code != 0 || !strings.Contains(out, tc.want) {
				t.Errorf("code %d, messages %s, output %.2000s\nhas no %s", code, errs, out, tc.want)
			}
			data, err := os.ReadFile(rejects)
			if want := "line,reason\n" + tc.rejects; err != nil || string(data) != want {
				t.Errorf("rejects %q, %v; want %q", data, err, want)
			}
		})
	}
}

func TestExitCodes(t *testing.T) {
	for _, tc := range []struct {
		name, stdin, want string
		args              []string
		code              int
	}{
		{"no log", "", "-log is needed", nil, 2},
		{"flag", "", "flag provided but not defined", []string{"-x"}, 2},
		{"section", "", `-sections: "nope" is none of`, []string{"-log", "-", "-sections", "dfg,nope"}, 2},
		{"noise", "", "-noise is outside", []string{"-log", "-", "-noise", "1"}, 2},
		{"columns", "a,b\n1,2\n", `no column "case", "activity" in the header`, []string{"-log", "-"}, 1},
		{"nothing", "", "the input is empty", []string{"-log", "-"}, 1},
		{"half a packed file", "\x1f\x8b\x08\x00\x00", "unexpected EOF", []string{"-log", "-"}, 1},
		{"file", "", "no such file", []string{"-log", "/nowhere/log.csv"}, 1},
		{"xml", "<log><trace>", "xes: XML syntax error", []string{"-log", "-"}, 1},
		{"rejected rows are no failure", "case,activity,timestamp\n1,a,yesterday\n", "rejected=1", []string{"-log", "-"}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, errs, code := start(t, tc.stdin, tc.args...)
			if code != tc.code || !strings.Contains(errs, tc.want) {
				t.Errorf("code %d, messages %q; want %d, %q", code, errs, tc.code, tc.want)
			}
		})
	}
}

func TestOracleLogs(t *testing.T) {
	for _, name := range []string{"running-example", "receipt", "teleclaims", "bpic2020_domestic"} {
		t.Run(name, func(t *testing.T) {
			file := realdata.Path(t, "journey/"+name+".csv.gz")
			var want struct {
				Events, Cases int
				DFG           json.RawMessage
				Digest        string `json:"variants_sha256"`
			}
			oracle := bytes.ReplaceAll(realdata.Oracle(t, "journey/basic_"+name+".json"), []byte(":NaN"), []byte(":0"))
			if err := json.Unmarshal(oracle, &want); err != nil {
				t.Fatal(err)
			}
			out, _, code := start(t, "", "-log", file, "-sections", all)
			got := want
			if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
				t.Fatal(code, err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got)\n%.1000s", d)
			}
			one, _, _ := start(t, "", "-log", file, "-sections", all, "-accumulate", "1")
			many, _, _ := start(t, "", "-log", file, "-sections", all, "-accumulate", "7")
			if one != many {
				t.Error("the answer hangs on the number of parts")
			}
			again, _, _ := start(t, "", "-log", file, "-sections", all, "-workers", "3")
			if again != out {
				t.Error("the answer hangs on the number of workers")
			}
		})
	}
}
