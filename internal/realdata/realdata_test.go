package realdata_test

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/buyerjourney/b2b/internal/realdata"
)

// recorder takes the place of a test, to see it skipped.
type recorder struct {
	testing.TB
	skipped string
}

type stop struct{}

func (r *recorder) Helper() {}
func (r *recorder) Skipf(format string, args ...any) {
	r.skipped = format
	for _, a := range args {
		r.skipped += " " + a.(string)
	}
	panic(stop{})
}

func TestAbsent(t *testing.T) {
	r := &recorder{TB: t}
	func() {
		defer func() {
			if _, ok := recover().(stop); !ok {
				t.Error("an absent file does not skip the test")
			}
		}()
		realdata.Path(r, "no/such/file.csv")
	}()
	if !strings.Contains(r.skipped, "no/such/file.csv") {
		t.Errorf("the message names no file: %q", r.skipped)
	}
}

func TestNoModule(t *testing.T) {
	t.Chdir(t.TempDir())
	r := &recorder{TB: t}
	func() {
		defer func() { _ = recover() }()
		realdata.Path(r, "x")
	}()
	if r.skipped == "" {
		t.Error("outside the module the test is not skipped")
	}
}

func TestOracle(t *testing.T) {
	if b := realdata.Oracle(t, "funnel/intervals_scoring.json"); len(b) == 0 || b[0] != '{' {
		t.Errorf("oracle begins with %.10q", b)
	}
}

func TestOpen(t *testing.T) {
	dir := realdata.Path(t, "funnel")
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.gz"))
	if err != nil || len(files) == 0 {
		t.Skip("no zipped file in ../shared/data/funnel")
	}
	rel, err := filepath.Rel(filepath.Dir(dir), files[0])
	if err != nil {
		t.Fatal(err)
	}
	f := realdata.Open(t, filepath.ToSlash(rel))
	b := make([]byte, 2)
	if _, err := io.ReadFull(f, b); err != nil || b[0] == 0x1f && b[1] == 0x8b {
		t.Errorf("not unzipped: % x, %v", b, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
