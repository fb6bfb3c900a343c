package apigolden_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/internal/apigolden"
)

var update = flag.Bool("update", false, "write api.txt")

// TestModule compares the API of the module with api.txt.
func TestModule(t *testing.T) {
	const golden = "../../api.txt"
	lines, err := apigolden.API(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	diff := apigolden.Diff(strings.Split(strings.TrimSuffix(string(old), "\n"), "\n"), lines)
	if len(diff) > 0 {
		t.Errorf("the exported API is not that of api.txt; if that is meant: go test ./internal/apigolden -update\n%s", strings.Join(diff, "\n"))
	}
}

func TestAPI(t *testing.T) {
	lines, err := apigolden.API(fstest.MapFS{
		"a.go": {Data: []byte(`package b2b

import "io"

// Colour is documented.
type Colour uint8

const (
	UnknownColour Colour = iota // zero
	_
	Red
	blue
	Max = 10
	Also
)

const Name, other = "n", "o"

var ErrX, errY error
var Table = []int{1}

type T struct {
	A, B int ` + "`json:\"a\"`" + `
	c    int
	*io.PipeReader
	hidden
	In struct {
		X int // remark
	}
	F func(a, b int) (n int, err error)
}

type hidden struct{ Y int }

func (h hidden) Hidden() {}
func (t *T) Do(ctx io.Reader, more ...string) (n int, err error) { return }
func (T) do() {}
func New(a, b int) *T { return nil }
func helper() {}
func Map[K comparable, V any](m map[K]V, f func(k K) V) []V { return nil }

type Pair[K comparable, V any] struct { Key K }
func (p Pair[K, V]) Swap() Pair[V, K] { return nil }
type I interface {
	io.Reader
	M(x int) error
	private()
}
type A = Colour
type Fn func(x int) bool
`)},
		"a_test.go":          {Data: []byte("package b2b\nfunc Test() {}\n")},
		"sub/pkg/b.go":       {Data: []byte("package pkg\nfunc F() {}\n")},
		"sub/pkg/b_linux.go": {Data: []byte("package pkg\nfunc G() {}\n")},
		"sub/pkg/b_other.go": {Data: []byte("package pkg\nfunc G() {}\n")},
		"cmd/main.go":        {Data: []byte("package main\nfunc F() {}\n")},
		"internal/x/x.go":    {Data: []byte("package x\nfunc F() {}\n")},
		"examples/x/x.go":    {Data: []byte("package x\nfunc F() {}\n")},
		"sub/testdata/x.go":  {Data: []byte("not Go")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`pkg ., const Also = 10`,
		`pkg ., const Max = 10`,
		`pkg ., const Name = "n"`,
		`pkg ., const Red Colour = iota with iota 2`,
		`pkg ., const UnknownColour Colour = iota with iota 0`,
		`pkg ., func Map[K comparable, V any](map[K]V, func(K) V) []V`,
		`pkg ., func New(int, int) *T`,
		`pkg ., method (*T) Do(io.Reader, ...string) (int, error)`,
		`pkg ., method (Pair[K, V]) Swap() Pair[V, K]`,
		`pkg ., type A = Colour`,
		`pkg ., type Colour uint8`,
		`pkg ., type Fn func(int) bool`,
		`pkg ., type I interface`,
		`pkg ., type I interface, M(int) error`,
		`pkg ., type I interface, embedded io.Reader`,
		`pkg ., type I interface, private()`,
		`pkg ., type Pair struct, Key K`,
		`pkg ., type Pair[K comparable, V any] struct`,
		`pkg ., type T struct`,
		"pkg ., type T struct, A int `json:\"a\"`",
		"pkg ., type T struct, B int `json:\"a\"`",
		`pkg ., type T struct, F func(int, int) (int, error)`,
		`pkg ., type T struct, In struct{ X int }`,
		`pkg ., type T struct, embedded *io.PipeReader`,
		`pkg ., var ErrX error`,
		`pkg ., var Table`,
		`pkg sub/pkg, func F()`,
		`pkg sub/pkg, func G()`,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if _, err := apigolden.API(fstest.MapFS{"a.go": {Data: []byte("package")}}); err == nil {
		t.Error("a file that is no Go was accepted")
	}
}

func TestDiff(t *testing.T) {
	got := apigolden.Diff([]string{"a", "b", "d"}, []string{"b", "c", "d", "e"})
	if diff := cmp.Diff([]string{"-a", "+c", "+e"}, got); diff != "" {
		t.Error(diff)
	}
	if got := apigolden.Diff([]string{"a"}, []string{"a"}); got != nil {
		t.Error(got)
	}
	if diff := cmp.Diff([]string{"-a"}, apigolden.Diff([]string{"a"}, nil)); diff != "" {
		t.Error(diff)
	}
}
