package main

import (
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/stitch/match"
)

// record is one row of the input, in input order.
type record struct {
	source, id string
	bad        bool   // left out of the links
	cluster    string // true cluster, if the truth is a column; hasTruth says whether
	hasTruth   bool
	row        int // row of the table, −1 if left out
}

// input is all that was read.
type input struct {
	records  []record
	table    *match.Table
	sources  bool // several files: the output names the source
	replaced int
	index    map[stitchKey]int // (source, id) → record
	byRow    []int             // row of the table → record
	byID     map[string]int    // id → record, −1 if several; made when needed
}

type stitchKey struct{ source, id string }

// defaultMissing are the cells that hold nothing.
var defaultMissing = []string{"", "null", "n/a"}

// baseName is the name of a file without folders and extensions.
func baseName(path string) string {
	name := filepath.Base(path)
	for _, ext := range []string{".gz", ".csv", ".txt", ".tsv"} {
		name = strings.TrimSuffix(name, ext)
	}
	return name
}

// openTable opens a file as the configuration says; malformed records go to rejects, or end the reading if it is nil.
func (c *config) openTable(path string, stdin io.Reader, rejects *cli.Rejects) (*cli.Table, io.Closer, error) {
	r, err := cli.Open(path, stdin)
	if err != nil {
		return nil, nil, err
	}
	t, err := cli.NewTable(r, cli.Options{Comma: c.comma, Header: c.Header, Trim: true, Ragged: true, Rejects: rejects})
	if err != nil {
		_ = r.Close()
		return nil, nil, err
	}
	return t, r, nil
}

// column finds one column; ok is false where the header lacks it.
func column(t *cli.Table, name string) (int, bool) {
	if n, ok := strings.CutPrefix(name, "#"); ok {
		if i, err := strconv.Atoi(n); err == nil && i >= 1 {
			return i - 1, i <= len(t.Header())
		}
	}
	return t.Col(strings.TrimSpace(name))
}

// resolved is a column reference in one file: by source where it depends on it, else any.
type resolved struct {
	any      int
	bySource map[string]int
}

func (c columnRef) resolve(t *cli.Table, base string) (resolved, bool) {
	r := resolved{any: -1}
	if c.name != "" {
		i, ok := column(t, c.name)
		if ok {
			r.any = i
		}
		return r, ok
	}
	r.bySource = map[string]int{}
	found := false
	for _, s := range sortedKeys(c.bySource) {
		if i, ok := column(t, c.bySource[s]); ok {
			r.bySource[s] = i
			found = true
			if s == base {
				r.any = i
			}
		}
	}
	return r, found
}

func (r resolved) at(source string) int {
	if i, ok := r.bySource[source]; ok {
		return i
	}
	return r.any
}

// fileColumns are the columns of one file.
type fileColumns struct {
	id      resolved
	rowID   bool
	source  int
	truth   int
	fields  [][]resolved // one, or several to be joined
	country []int        // −1 none
}

func (c *config) columns(t *cli.Table, base string, file int, truthFile bool, found []bool, p *problems) fileColumns {
	out := fileColumns{source: -1, truth: -1, rowID: !c.ID.given() || c.ID.name == "#row"}
	path := "in[" + strconv.Itoa(file) + "]"
	if !out.rowID {
		var ok bool
		if out.id, ok = c.ID.resolve(t, base); !ok {
			p.Add(path+".id", "the header has no such column")
		}
	}
	if c.Source != "" {
		i, ok := column(t, c.Source)
		if !ok {
			p.Add(path+".source", "the header has no such column")
		}
		out.source = i
	}
	if c.Truth != nil && c.Truth.Column != "" && !truthFile {
		i, ok := column(t, c.Truth.Column)
		if !ok {
			p.Add(path+".truth", "the header has no such column")
		}
		out.truth = i
	}
	for i, f := range c.Fields {
		var list []resolved
		if len(f.Columns) > 0 {
			for _, name := range f.Columns {
				r, ok := columnRef{name: name}.resolve(t, base)
				found[i] = found[i] || ok
				list = append(list, r)
			}
		} else {
			r, ok := f.Column.resolve(t, base)
			found[i] = found[i] || ok
			list = append(list, r)
		}
		if out.truth >= 0 {
			for _, r := range list {
				if r.any == out.truth {
					p.Add("fields["+strconv.Itoa(i)+"].column", "is the truth, which is no input to linking")
				}
			}
		}
		out.fields = append(out.fields, list)
		country := -1
		if name, ok := strings.CutPrefix(f.Country, "@"); ok {
			if country, ok = column(t, name); !ok {
				country = -1
			}
		}
		out.country = append(out.country, country)
	}
	return out
}

// readInput reads all files into a table. Problems of single records go to bad; the error is about the rest.
func readInput(c *config, files []string, truthFile bool, stdin io.Reader, bad *problems) (*input, error) {
	missing := defaultMissing
	if c.Missing != nil {
		missing = *c.Missing
	}
	b, err := match.NewBuilder(c.fields, missing...)
	if err != nil {
		return nil, err
	}
	in := &input{sources: len(files) > 1, index: map[stitchKey]int{}}
	var p b2b.Problems
	found := make([]bool, len(c.Fields))
	opened := false
	names := map[string]bool{}
	var rowOf []int // position in the builder → record
	for i, path := range files {
		base := baseName(path)
		if names[base] {
			p.Add("in["+strconv.Itoa(i)+"]", "two files of one base name")
		}
		names[base] = true
		var rejects cli.Rejects
		t, closer, err := c.openTable(path, stdin, &rejects)
		if err != nil {
			p.Join("in["+strconv.Itoa(i)+"]", err)
			continue
		}
		opened = true
		cols := c.columns(t, base, i, truthFile, found, &p)
		if p.Err() == nil {
			rowOf = in.readFile(c, t, &rejects, b, cols, base, i, rowOf, bad)
		}
		in.replaced += t.Replaced()
		err = t.Err()
		if cerr := closer.Close(); err == nil {
			err = cerr
		}
		p.Join("in["+strconv.Itoa(i)+"]", err)
	}
	for i, ok := range found {
		if !ok && opened {
			p.Add("fields["+strconv.Itoa(i)+"].column", "no file has such a column")
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	in.table = b.Table()
	in.byRow = make([]int, in.table.Len())
	for r := range in.table.Len() {
		rec := rowOf[in.table.Input(r)]
		in.records[rec].row = r
		in.byRow[r] = rec
	}
	return in, nil
}

func (in *input) readFile(c *config, t *cli.Table, rejects *cli.Rejects, b *match.Builder, cols fileColumns, base string, file int, rowOf []int, bad *problems) []int {
	cells, countries := make([]string, len(c.Fields)), make([]string, len(c.Fields))
	row, malformed := 0, 0
	note := func() { // records that could not be read, in their place
		for _, r := range rejects.All()[malformed:] {
			row++
			malformed++
			bad.Add("in["+strconv.Itoa(file)+"].row["+strconv.Itoa(row)+"]", r.Reason)
			in.records = append(in.records, record{source: base, row: -1, bad: true})
		}
	}
	for t.Next() {
		if rejects.Count() > malformed {
			note()
		}
		row++
		rec := record{source: base, row: -1}
		if cols.source >= 0 {
			rec.source = strings.Clone(t.Field(cols.source))
		}
		if cols.rowID {
			rec.id = strconv.Itoa(row)
		} else {
			rec.id = strings.Clone(t.Field(cols.id.at(rec.source)))
		}
		if cols.truth >= 0 {
			rec.cluster, rec.hasTruth = c.Truth.cell(t.Field(cols.truth))
		}
		key := stitchKey{rec.source, rec.id}
		_, twice := in.index[key]
		if rec.id == "" || twice {
			reason := "is empty"
			if twice {
				reason = "is used twice"
			}
			bad.Add("in["+strconv.Itoa(file)+"].row["+strconv.Itoa(row)+"].id", reason)
			rec.bad = true
			in.records = append(in.records, rec)
			continue
		}
		in.index[key] = len(in.records)
		for i, list := range cols.fields {
			cells[i], countries[i] = joined(t, list, rec.source), ""
			if cols.country[i] >= 0 {
				countries[i] = strings.ToUpper(t.Field(cols.country[i]))
			}
		}
		if err := b.Add(match.Record{Source: rec.source, ID: rec.id, Cells: cells, Countries: countries}); err != nil {
			bad.Join("in["+strconv.Itoa(file)+"].row["+strconv.Itoa(row)+"]", err)
			rec.bad = true
		} else {
			rowOf = append(rowOf, len(in.records))
		}
		in.records = append(in.records, rec)
	}
	note()
	return rowOf
}

// joined is the cell of a field: of several columns, those that hold something with blanks between.
func joined(t *cli.Table, list []resolved, source string) string {
	if len(list) == 1 {
		return t.Field(list[0].at(source))
	}
	var parts []string
	for _, r := range list {
		if s := t.Field(r.at(source)); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// name is how a record is called in outputs: its id, with several files "source:id".
func (in *input) name(rec int) string {
	r := &in.records[rec]
	if in.sources {
		return r.source + ":" + r.id
	}
	return r.id
}

// find looks a record up by "id" or "source:id".
func (in *input) find(text string) (int, bool) {
	if source, id, ok := strings.Cut(text, ":"); ok {
		if i, ok := in.index[stitchKey{source, id}]; ok {
			return i, true
		}
	}
	at := -1
	for i := range in.records {
		if in.records[i].id == text && !in.records[i].bad {
			if at >= 0 {
				return 0, false // in two sources: the source must be named
			}
			at = i
		}
	}
	return at, at >= 0
}
