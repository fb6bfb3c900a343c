package main

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
)

//go:embed data
var embedded embed.FS

// folder is where the exports lie: the embedded sample or a folder of the user.
type folder struct {
	fsys     fs.FS
	rejects  []rejected
	zone     *time.Location // of times that have none
	progress *cli.Progress
}

// rejected is one row that could not be used. Reason holds no value of a person.
type rejected struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// newFolder opens the sample, or dir if it is not empty.
func newFolder(dir string, zone *time.Location, progress *cli.Progress) (*folder, error) {
	f := &folder{zone: zone, progress: progress}
	if dir == "" {
		sub, err := fs.Sub(embedded, "data")
		f.fsys = sub
		return f, err
	}
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%s: not a folder", dir)
	}
	f.fsys = os.DirFS(dir)
	return f, nil
}

// has reports whether the folder holds the file, packed or not.
func (f *folder) has(name string) bool {
	_, err := f.name(name)
	return err == nil
}

func (f *folder) name(name string) (string, error) {
	for _, n := range []string{name, name + ".gz"} {
		if _, err := fs.Stat(f.fsys, n); err == nil {
			return n, nil
		}
	}
	return "", fmt.Errorf("%s: %w", name, fs.ErrNotExist)
}

// json reads a whole file; a file that the user does not have is taken from the sample.
func (f *folder) json(name string) ([]byte, error) {
	if found, err := f.name(name); err == nil {
		r, err := f.fsys.Open(found)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return cli.ReadAll("", r)
	}
	return embedded.ReadFile("data/" + name)
}

// row is the present record of a table, with the cells by column name.
type row struct {
	folder *folder
	file   string
	table  *cli.Table
	cols   map[string]int
	bad    bool
}

func (r *row) get(column string) string {
	i, ok := r.cols[column]
	if !ok {
		return ""
	}
	return strings.Clone(strings.TrimSpace(r.table.Field(i)))
}

// reject notes that the record cannot be used; the first reason counts.
func (r *row) reject(reason string) {
	if !r.bad {
		r.folder.rejects = append(r.folder.rejects, rejected{File: r.file, Line: r.table.Line(), Reason: reason})
	}
	r.bad = true
}

// need returns a cell that may not be empty.
func (r *row) need(column string) string {
	v := r.get(column)
	if v == "" {
		r.reject(column + ": empty")
	}
	return v
}

// time returns the time in a column; optional ones may be empty.
func (r *row) time(column string, optional bool) (time.Time, b2b.Precision) {
	v := r.get(column)
	if v == "" && optional {
		return time.Time{}, b2b.UnknownPrecision
	}
	t, precision, err := cli.ParseTime(v, r.folder.zone)
	switch {
	case err != nil:
		r.reject(column + ": not a time")
	case t.UTC().Year() < 1900 || t.UTC().Year() >= 2200: // a mistake, and months are counted from the first to the last
		r.reject(column + ": not between 1900 and 2200")
	}
	return t, precision
}

// each reads a table and calls use for each record; a file that is absent has none. Columns that are not there are
// empty; use tells with row.reject what it cannot take.
func (f *folder) each(file string, required []string, use func(*row)) error {
	name, err := f.name(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	in, err := f.fsys.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	var malformed cli.Rejects
	table, err := cli.NewTable(in, cli.Options{FoldCase: true, Ragged: true, Rejects: &malformed})
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if _, err := table.Cols(required...); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	cols := map[string]int{}
	for i, h := range table.Header() {
		cols[strings.ToLower(h)] = i
	}
	for table.Next() {
		f.progress.Step()
		use(&row{folder: f, file: file, table: table, cols: cols})
	}
	for _, m := range malformed.All() {
		f.rejects = append(f.rejects, rejected{File: file, Line: m.Line, Reason: m.Reason})
	}
	if err := table.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// rejections returns what was refused, by file and line.
func (f *folder) rejections() []rejected {
	slices.SortStableFunc(f.rejects, func(a, b rejected) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return f.rejects
}
