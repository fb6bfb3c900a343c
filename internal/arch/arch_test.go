package arch_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/internal/arch"
)

// TestModule holds the module to its graph.
func TestModule(t *testing.T) {
	root := os.DirFS("../..")
	if _, err := root.Open("go.mod"); err != nil {
		t.Fatal(err)
	}
	found, err := arch.Check(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Error(v)
	}
}

// file is a source file: statements in a function after the imports.
func file(imports, body string) string {
	var b strings.Builder
	b.WriteString("package p\n")
	for spec := range strings.SplitSeq(imports, ";") {
		if spec = strings.TrimSpace(spec); spec != "" {
			spec = strings.Replace(spec, `"b2b`, `"github.com/buyerjourney/b2b`, 1)
			b.WriteString("import " + spec + "\n")
		}
	}
	b.WriteString("func f() {\n" + body + "\n}\n")
	return b.String()
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name    string
		path    string
		imports string
		body    string
		want    []string // what is used wrongly
	}{
		// The graph.
		{name: "siblings", path: "dmu/a.go", imports: `"b2b/stitch"`, want: []string{"stitch"}},
		{name: "siblings, named import", path: "dmu/a.go", imports: `x "b2b/stitch"`, want: []string{"stitch"}},
		{name: "siblings, blank import", path: "touchpoint/a.go", imports: `_ "b2b/funnel"`, want: []string{"funnel"}},
		{name: "funnel and touchpoint", path: "funnel/a.go", imports: `"b2b/touchpoint"`, want: []string{"touchpoint"}},
		{name: "sibling's child", path: "dmu/a.go", imports: `"b2b/stitch/match"`, want: []string{"stitch/match"}},
		{name: "child and aunt", path: "dmu/choice/a.go", imports: `"b2b/touchpoint"`, want: []string{"touchpoint"}},
		{name: "journey without stitch", path: "journey/a.go", imports: `"b2b/stitch"`, want: []string{"stitch"}},
		{name: "journey on its floor", path: "journey/a.go", imports: `"b2b"; "b2b/dmu"; "b2b/touchpoint"; "b2b/funnel"`},
		{name: "journey and a sub-package", path: "journey/a.go", imports: `"b2b/dmu/inference"`, want: []string{"dmu/inference"}},
		{name: "parent and child", path: "dmu/a.go", imports: `"b2b/dmu/choice"`, want: []string{"dmu/choice"}},
		{name: "child and parent", path: "dmu/choice/a.go", imports: `"b2b/dmu"; "b2b"`},
		{name: "the one exception", path: "funnel/a.go", imports: `"b2b/funnel/survival"`},
		{name: "survival knows no funnel", path: "funnel/survival/a.go", imports: `"b2b/funnel"`, want: []string{"funnel"}},
		{name: "forecast", path: "funnel/forecast/a.go", imports: `"b2b/funnel"; "b2b/funnel/survival"; "b2b/funnel/lifetime"`, want: []string{"funnel/lifetime"}},
		{name: "sub-packages", path: "touchpoint/attribution/a.go", imports: `"b2b/touchpoint/experience"`, want: []string{"touchpoint/experience"}},
		{name: "strategy", path: "touchpoint/strategy/a.go", imports: `"b2b/touchpoint/experience"; "b2b/touchpoint/importance"; "b2b/touchpoint/attribution"`},
		{name: "root knows nobody", path: "a.go", imports: `"b2b/touchpoint"`, want: []string{"touchpoint"}},
		{name: "root and internal", path: "a.go", imports: `"b2b/internal/exact"`},
		{name: "discovery looks back", path: "journey/discovery/a.go", imports: `"b2b/journey"; "b2b/journey/conformance"`, want: []string{"journey/conformance"}},
		{name: "conformance", path: "journey/conformance/a.go", imports: `"b2b/journey/discovery"; "b2b/funnel/survival"`, want: []string{"funnel/survival"}},
		{name: "simulation", path: "journey/simulation/a.go", imports: `"b2b/journey/discovery"; "b2b/journey/conformance"; "b2b/funnel/survival"; "b2b/journey/steering"`, want: []string{"journey/steering"}},
		{name: "steering", path: "journey/steering/a.go", imports: `"b2b/dmu/choice"; "b2b/touchpoint/strategy"; "b2b/funnel/forecast"; "b2b/journey/simulation"; "b2b/stitch"; "b2b/stitch/match"`, want: []string{"stitch", "stitch/match"}},
		{name: "nobody imports examples", path: "journey/steering/a.go", imports: `"b2b/examples/tender"`, want: []string{"examples/tender"}},
		{name: "tests neither", path: "dmu/a_test.go", imports: `"b2b/examples/tender"`, want: []string{"examples/tender"}},
		{name: "examples do", path: "examples/tender/a.go", imports: `"b2b/examples/internal/cli"; "b2b/stitch"; "b2b/journey/steering"`},
		{name: "tests combine", path: "dmu/a_test.go", imports: `"b2b/stitch"; "b2b/internal/law"`},
		{name: "test helpers are for tests", path: "dmu/a.go", imports: `"b2b/internal/law"`, want: []string{"internal/law"}},
		{name: "test helpers combine", path: "internal/gen/a.go", imports: `"b2b/journey"; "b2b/stitch"`},
		{name: "internal stands below", path: "internal/stat/a.go", imports: `"b2b"; "b2b/dmu"`, want: []string{"dmu"}},
		{name: "a stranger", path: "dmu/new/a.go", want: []string{"no entry of the graph"}},
		{name: "another module's name", path: "dmu/a.go", imports: `"b2bx/stitch"`},

		// The standard library.
		{name: "os", path: "dmu/a.go", imports: `"os"`, want: []string{"os"}},
		{name: "below os", path: "internal/stat/a.go", imports: `"os/exec"`, want: []string{"os/exec"}},
		{name: "net", path: "a.go", imports: `"net"; "net/http"; "net/http/httptest"; "net/netip"; "net/url"`, want: []string{"net", "net/http", "net/http/httptest"}},
		{name: "log", path: "funnel/a.go", imports: `"log"; "log/slog"; "database/sql"`, want: []string{"log", "log/slog", "database/sql"}},
		{name: "testing", path: "stitch/a.go", imports: `"testing"; "testing/fstest"`, want: []string{"testing", "testing/fstest"}},
		{name: "old rand", path: "stitch/a.go", imports: `"math/rand"`, want: []string{"math/rand"}},
		{name: "in a test", path: "stitch/a_test.go", imports: `"os"; "testing"; "time"`, body: `time.Now()`},
		{name: "in a test helper", path: "internal/law/a.go", imports: `"os"; "testing"; "time"`, body: `time.Now()`},
		{name: "in an example", path: "examples/tender/a.go", imports: `"os"; "log"; "time"`, body: `time.Now()`},

		// Names.
		{name: "clock", path: "dmu/a.go", imports: `"time"`, body: `_ = time.Now(); _ = time.Since(t); _ = time.Until(t); _ = time.Hour`, want: []string{"time.Now", "time.Since", "time.Until"}},
		{name: "clock, renamed", path: "dmu/a.go", imports: `clock "time"`, body: `_ = clock.Now()`, want: []string{"time.Now"}},
		{name: "clock, as a value", path: "dmu/a.go", imports: `"time"`, body: `now := time.Now; now()`, want: []string{"time.Now"}},
		{name: "clock, dot import", path: "dmu/a.go", imports: `. "time"`, body: `_ = Now()`, want: []string{"time"}},
		{name: "not the clock", path: "dmu/a.go", imports: `"time"`, body: `var time view; time.Now()`},
		{name: "machine's zone", path: "dmu/a.go", imports: `"time"`, body: `_ = t.In(time.Local)`, want: []string{"time.Local"}},
		{name: "global randomness", path: "dmu/a.go", imports: `"math/rand/v2"`, body: `_ = rand.IntN(3); _ = rand.N(3); rand.Shuffle(2, nil)`, want: []string{"math/rand/v2.IntN", "math/rand/v2.N", "math/rand/v2.Shuffle"}},
		{name: "global randomness, renamed", path: "dmu/a.go", imports: `r "math/rand/v2"`, body: `_ = r.Float64()`, want: []string{"math/rand/v2.Float64"}},
		{name: "own randomness", path: "dmu/a.go", imports: `"math/rand/v2"`, body: `var s rand.Source = rand.NewPCG(1, 2); rand.New(s).IntN(3)`},
		{name: "output", path: "dmu/a.go", imports: `"fmt"`, body: `fmt.Println(); _ = fmt.Sprint()`, want: []string{"fmt.Println"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := arch.Check(fstest.MapFS{tt.path: {Data: []byte(file(tt.imports, tt.body))}})
			if err != nil {
				t.Fatal(err)
			}
			var uses []string
			for _, v := range found {
				uses = append(uses, v.Uses)
				if v.File != tt.path || v.Line < 1 || v.Why == "" {
					t.Error(v)
				}
			}
			if diff := cmp.Diff(tt.want, uses); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCheckTree checks what is read, where, and in which order.
func TestCheckTree(t *testing.T) {
	bad := []byte(file(`"os"`, ""))
	found, err := arch.Check(fstest.MapFS{
		"stitch/z.go":                 {Data: bad},
		"stitch/match/a_linux.go":     {Data: bad},
		"dmu/a.go":                    {Data: []byte("//go:build ignore\n\n" + file(`"os"`, ""))},
		"dmu/testdata/a.go":           {Data: bad},
		"dmu/_old/a.go":               {Data: bad},
		".ci/a.go":                    {Data: bad},
		"dmu/a.txt":                   {Data: bad},
		"funnel/nested/go.mod":        {Data: []byte("module x\n")},
		"funnel/nested/below/it/a.go": {Data: bad},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range found {
		got = append(got, v.String())
	}
	want := []string{
		"dmu/a.go:4: package dmu uses os: no I/O in the core",
		"stitch/match/a_linux.go:2: package stitch/match uses os: no I/O in the core",
		"stitch/z.go:2: package stitch uses os: no I/O in the core",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCheckErrors(t *testing.T) {
	if _, err := arch.Check(fstest.MapFS{"a.go": {Data: []byte("package")}}); err == nil {
		t.Error("a file that is no Go was accepted")
	}
}
