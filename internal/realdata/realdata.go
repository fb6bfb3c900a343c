// Package realdata is how tests read the real data and the oracle values that lie beside the checkout, in ../shared/data and
// ../shared/oracles. Where they are absent, the test is skipped.
package realdata

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const module = "module github.com/buyerjourney/b2b\n"

// Path returns the path of the file or folder rel (with slashes) of ../shared/data, or skips the test.
func Path(t testing.TB, rel string) string {
	t.Helper()
	return find(t, "data", rel)
}

// OraclePath returns the path of the file or folder rel of ../shared/oracles, or skips the test.
func OraclePath(t testing.TB, rel string) string {
	t.Helper()
	return find(t, "oracles", rel)
}

// Open opens a file of ../shared/data, unzipped if it begins as gzip does, or skips the test. It is closed when the test ends, at
// the latest.
func Open(t testing.TB, rel string) io.ReadCloser {
	t.Helper()
	return open(t, Path(t, rel))
}

// Table reads a comma-separated file of ../shared/data whose first line names the columns, as rows of named cells.
func Table(t testing.TB, rel string) iter.Seq[func(name string) string] {
	t.Helper()
	rows, err := csv.NewReader(Open(t, rel)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(cell func(name string) string) bool) {
		for _, row := range rows[1:] {
			cell := func(name string) string {
				i := slices.Index(rows[0], name)
				if i < 0 {
					t.Fatalf("%s: no column %s", rel, name)
				}
				return row[i]
			}
			if !yield(cell) {
				return
			}
		}
	}
}

// Oracle returns the contents of a file of ../shared/oracles, unzipped if it begins as gzip does, or skips the test.
func Oracle(t testing.TB, rel string) []byte {
	t.Helper()
	f := open(t, OraclePath(t, rel))
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatalf("oracle %s: %v", rel, err)
	}
	return b
}

func find(t testing.TB, kind, rel string) string {
	t.Helper()
	root, ok := moduleRoot()
	if !ok {
		t.Skipf("the folder with go.mod is not above the working directory; %s/%s not found", kind, rel)
	}
	p := filepath.Join(filepath.Dir(root), "shared", kind, filepath.FromSlash(rel))
	if _, err := os.Stat(p); err != nil {
		t.Skipf("../shared/%s/%s is absent beside the checkout", kind, rel)
	}
	return p
}

// moduleRoot walks up from the working directory; nested modules are passed by.
func moduleRoot() (string, bool) {
	dir, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for {
		if b, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil {
			if bytes.HasPrefix(bytes.ReplaceAll(b, []byte("\r"), nil), []byte(module)) {
				return dir, true
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		dir = up
	}
}

func open(t testing.TB, path string) io.ReadCloser {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // the reader may have closed it already
	r := bufio.NewReaderSize(f, 1<<16)
	if magic, _ := r.Peek(2); len(magic) < 2 || magic[0] != 0x1f || magic[1] != 0x8b {
		return file{r, f}
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return file{z, f}
}

type file struct {
	io.Reader
	f *os.File
}

// Close closes the file beneath.
func (f file) Close() error { return f.f.Close() }
