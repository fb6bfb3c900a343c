package cli_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/examples/internal/cli"
)

func zip(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, s)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// read returns each record as `line:cell|cell`.
func read(t *testing.T, tab *cli.Table) []string {
	t.Helper()
	var rows []string
	for tab.Next() {
		cells := make([]string, tab.Len())
		for i := range cells {
			cells[i] = tab.Field(i)
		}
		rows = append(rows, fmt.Sprintf("%d:%s", tab.Line(), strings.Join(cells, "|")))
	}
	return rows
}

func TestTable(t *testing.T) {
	const plain = "id, name ,note\na,Zoë,x\nb,\"two\nlines\",y\n\nc,\"say \"\"hi\"\"\",z"
	want := []string{"2:a|Zoë|x", "3:b|two\nlines|y", "6:c|say \"hi\"|z"}
	for name, in := range map[string]string{
		"plain":       plain,
		"mark":        "\ufeff" + plain,
		"crlf":        strings.ReplaceAll(plain, "\n", "\r\n"),
		"gzip":        zip(t, plain),
		"all of them": zip(t, "\ufeff"+strings.ReplaceAll(plain, "\n", "\r\n")),
	} {
		t.Run(name, func(t *testing.T) {
			tab, err := cli.NewTable(iotest.OneByteReader(strings.NewReader(in)), cli.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"id", "name", "note"}, tab.Header()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(want, read(t, tab)); diff != "" {
				t.Error(diff)
			}
			if tab.Err() != nil || tab.Rows() != 3 || tab.Replaced() != 0 {
				t.Error(tab.Err(), tab.Rows(), tab.Replaced())
			}
			if tab.Next() || tab.Field(0) != "" {
				t.Error("a record after the end")
			}
		})
	}
}

func TestTableOptions(t *testing.T) {
	tests := map[string]struct {
		in      string
		opt     cli.Options
		want    []string
		rejects []cli.Reject
		err     bool
	}{
		"semicolons":      {in: "a;b\n1;2\n", opt: cli.Options{Comma: ';'}, want: []string{"2:1|2"}},
		"no header":       {in: "1,2\n3,4\n", opt: cli.Options{Header: []string{"a", "b"}}, want: []string{"1:1|2", "2:3|4"}},
		"trim":            {in: "a,b\n 1 ,\t2\n", opt: cli.Options{Trim: true}, want: []string{"2:1|2"}},
		"cells as is":     {in: "a,b\n 1 ,2\n", want: []string{"2: 1 |2"}},
		"ragged":          {in: "a,b\n1\n1,2,3\n", opt: cli.Options{Ragged: true}, want: []string{"2:1", "3:1|2|3"}},
		"short stops":     {in: "a,b\n1,2\n3\n", want: []string{"2:1|2"}, err: true},
		"malformed stops": {in: "a,b\nx\"y,2\n3,4\n", err: true},
		"header only":     {in: "a,b\n"},
		"rejects go on": {
			in: "a,b\n1\n\"p\nq\",r\nx\"y,2\n1,2,3\n5,6\n", opt: cli.Options{Rejects: new(cli.Rejects)},
			want: []string{"3:p\nq|r", "7:5|6"},
			rejects: []cli.Reject{
				{2, "1 fields where the header has 2"},
				{5, `bare " in non-quoted-field`},
				{6, "3 fields where the header has 2"},
			},
		},
		"open quote": {
			in: "a,b\n1,2\n3,\"4\n5,6\n", opt: cli.Options{Rejects: new(cli.Rejects)},
			want: []string{"2:1|2"}, rejects: []cli.Reject{{3, `extraneous or missing " in quoted-field`}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tab, err := cli.NewTable(strings.NewReader(tt.in), tt.opt)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, read(t, tab)); diff != "" {
				t.Error(diff)
			}
			if (tab.Err() != nil) != tt.err {
				t.Error(tab.Err())
			}
			if tt.opt.Rejects != nil {
				if diff := cmp.Diff(tt.rejects, tt.opt.Rejects.All()); diff != "" {
					t.Error(diff)
				}
				if tab.Rows() != len(tt.want)+len(tt.rejects) {
					t.Error("rows", tab.Rows())
				}
			}
		})
	}
}

func TestTableColumns(t *testing.T) {
	tab, err := cli.NewTable(strings.NewReader("Deal, Stage ,deal,\n1,2,3,4\n"), cli.Options{FoldCase: true})
	if err != nil {
		t.Fatal(err)
	}
	cols, err := tab.Cols("stage", "DEAL")
	if diff := cmp.Diff([]int{1, 0}, cols); diff != "" || err != nil {
		t.Error(diff, err)
	}
	_, err = tab.Cols("stage", "x", "y z")
	if err == nil || err.Error() != `no column "x", "y z" in the header` {
		t.Error(err)
	}
	if i, ok := tab.Col(""); i != -1 || ok {
		t.Error("a column without a name was found", i)
	}
	tab, err = cli.NewTable(strings.NewReader("Deal\n1\n"), cli.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := tab.Col("deal"); ok {
		t.Error("case was ignored")
	}
	if !tab.Next() || tab.Field(-1) != "" || tab.Field(1) != "" || tab.Field(0) != "1" {
		t.Error("fields")
	}
}

func TestTableReplaces(t *testing.T) {
	// Latin-1 é and ö, a cut-off sequence of two bytes, and a true U+FFFD.
	tab, err := cli.NewTable(strings.NewReader("a,b\nCaf\xe9,K\xf6ln\n\xe2\x82,\uFFFD\n"), cli.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2:Caf\uFFFD|K\uFFFDln", "3:\uFFFD\uFFFD|\uFFFD"}
	if diff := cmp.Diff(want, read(t, tab)); diff != "" {
		t.Error(diff)
	}
	if tab.Replaced() != 4 {
		t.Error("replaced", tab.Replaced())
	}
}

func TestTableErrors(t *testing.T) {
	broken := errors.New("broken")
	for name, r := range map[string]io.Reader{
		"empty":      strings.NewReader(""),
		"mark only":  strings.NewReader("\ufeff"),
		"no gzip":    strings.NewReader("\x1f\x8bnothing"),
		"read error": iotest.ErrReader(broken),
	} {
		if _, err := cli.NewTable(r, cli.Options{}); err == nil {
			t.Error(name, "accepted")
		}
	}
	// An error of the reader is no malformed record, even where those go on.
	tab, err := cli.NewTable(io.MultiReader(strings.NewReader("a\n1\n"), iotest.ErrReader(broken)), cli.Options{Rejects: new(cli.Rejects)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2:1"}, read(t, tab)); diff != "" || !errors.Is(tab.Err(), broken) {
		t.Error(diff, tab.Err())
	}
	half := zip(t, "a\n"+strings.Repeat("1\n", 100))
	tab, err = cli.NewTable(strings.NewReader(half[:len(half)-9]), cli.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if read(t, tab); !errors.Is(tab.Err(), io.ErrUnexpectedEOF) {
		t.Error("cut gzip:", tab.Err())
	}
}

func TestOpenAndCreate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.csv.gz")
	if err := os.WriteFile(path, []byte(zip(t, "\ufeffhello")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ path, want string }{{path, "hello"}, {"", "input"}, {"-", "input"}} {
		got, err := cli.ReadAll(tt.path, strings.NewReader("input"))
		if err != nil || string(got) != tt.want {
			t.Errorf("%q: %q, %v", tt.path, got, err)
		}
	}
	if _, err := cli.Open(path+"x", nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}

	var stdout bytes.Buffer
	for _, name := range []string{"", "-", path} {
		w, err := cli.Create(name, &stdout)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.WriteString(w, "out")
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(path)
	if stdout.String() != "outout" || string(file) != "out" || err != nil {
		t.Error(stdout.String(), string(file), err)
	}
	w, err := cli.Create("", failing{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(w, "x")
	if err != nil || !errors.Is(w.Close(), errFull) {
		t.Error("a failed write was lost")
	}
	if _, err := cli.Create(filepath.Join(path, "y"), nil); err == nil {
		t.Error("created below a file")
	}
}

var errFull = errors.New("full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestRejects(t *testing.T) {
	var r cli.Rejects
	r.Add(7, "later")
	r.Add(2, "a, b")
	r.Add(7, "then")
	path := filepath.Join(t.TempDir(), "r.csv")
	if err := errors.Join(r.WriteFile(path), r.WriteFile("")); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("line,reason\n2,\"a, b\"\n7,later\n7,then\n", string(got)); diff != "" || r.Count() != 3 {
		t.Error(diff)
	}
	if err := r.WriteFile(t.TempDir()); err == nil {
		t.Error("wrote over a folder")
	}
}

func TestParseComma(t *testing.T) {
	for in, want := range map[string]rune{";": ';', "tab": '\t', `\t`: '\t', "\t": '\t', "§": '§'} {
		if got, err := cli.ParseComma(in); got != want || err != nil {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "ab", "\"", "\n", "\xff"} {
		if got, err := cli.ParseComma(in); err == nil {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func BenchmarkTable(b *testing.B) {
	for _, n := range []int{1e2, 1e4, 1e6} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			text := "case,activity,time\n" + strings.Repeat("173688,A_SUBMITTED,2011-10-01T00:38:44.546+02:00\n", n)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				tab, err := cli.NewTable(strings.NewReader(text), cli.Options{})
				if err != nil {
					b.Fatal(err)
				}
				for tab.Next() {
					if _, _, err := cli.ParseTime(tab.Field(2), nil); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
