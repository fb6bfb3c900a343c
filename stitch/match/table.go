package match

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
)

// Record is one row on its way into a [Table]: cells in the order of the fields; Countries, if given, are the countries
// of the cells, where they differ from row to row. The zero value is a record without cells.
type Record struct {
	Source, ID string
	Cells      []string
	Countries  []string
}

// country is the country of a cell, empty if the record does not say.
func (r *Record) country(i int) string {
	if i < len(r.Countries) {
		return r.Countries[i]
	}
	return ""
}

// Builder collects records for a [Table]. Make one with [NewBuilder]; the zero value is of no use. It is not safe for
// concurrent use.
type Builder struct {
	fields  []Field
	cols    []*column
	ids     []string
	source  []uint32
	names   []string
	byName  map[string]uint32
	codes   []uint32
	missing map[string]bool
}

// NewBuilder checks the fields. The cells listed as missing are empty whatever their kind, as written or in lower case.
func NewBuilder(fields []Field, missing ...string) (*Builder, error) {
	var p b2b.Problems
	checkFields(&p, fields)
	if err := p.Err(); err != nil {
		return nil, err
	}
	b := &Builder{fields: slices.Clone(fields), byName: map[string]uint32{}, missing: map[string]bool{}}
	for _, f := range fields {
		b.cols = append(b.cols, newColumn0(f))
	}
	for _, m := range missing {
		b.missing[strings.ToLower(m)] = true
	}
	return b, nil
}

// Add takes one record. A cell too few is missing; cells too many are an error, and the record is not taken.
func (b *Builder) Add(r Record) error {
	if len(r.Cells) > len(b.cols) {
		return &b2b.InvalidError{Path: "cells", Reason: strconv.Itoa(len(r.Cells)) + " cells for " + strconv.Itoa(len(b.cols)) + " fields"}
	}
	s, ok := b.byName[r.Source]
	if !ok {
		s = uint32(len(b.names))
		b.names = append(b.names, r.Source)
		b.byName[r.Source] = s
	}
	b.source = append(b.source, s)
	b.ids = append(b.ids, strings.Clone(r.ID))
	for i, c := range b.cols {
		var code uint32
		if i < len(r.Cells) && r.Cells[i] != "" && !b.isMissing(r.Cells[i]) {
			code = c.code(r.Cells[i], r.country(i))
		}
		b.codes = append(b.codes, code)
	}
	return nil
}

func (b *Builder) isMissing(cell string) bool {
	if len(b.missing) == 0 || len(cell) > 16 {
		return false
	}
	return b.missing[cell] || b.missing[strings.ToLower(cell)]
}

// Table is a set of records by columns: distinct values are stored and prepared once, rows hold their codes. Rows are
// sorted by (source, id), so that nothing depends on the order of input. It is immutable and safe for concurrent use;
// the zero value has no rows.
type Table struct {
	fields           []Field
	cols             []*column
	ids              []string
	names            []string
	source           []uint32 // by row: rank of the source's name
	codes            []uint32 // rows × stride
	input            []int
	stride           int
	n                int
	given, sur, full int        // columns of names, −1 none
	derived          [][]uint64 // by column, mail only: bit per row: the local part follows from the names
}

// Table sorts the records and returns the table. The builder must not be used afterwards.
func (b *Builder) Table() *Table {
	n, k := len(b.ids), len(b.cols)
	order := make([]uint32, len(b.names))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(x, y uint32) int { return cmp.Compare(b.names[x], b.names[y]) })
	rank := make([]uint32, len(order))
	names := make([]string, len(order))
	for r, s := range order {
		rank[s], names[r] = uint32(r), b.names[s]
	}
	type item struct {
		prefix uint64
		source uint32
		row    uint32
	}
	items := make([]item, n)
	for i := range items {
		items[i] = item{prefix: prefix8(b.ids[i]), source: rank[b.source[i]], row: uint32(i)}
	}
	slices.SortFunc(items, func(x, y item) int {
		if c := cmp.Or(cmp.Compare(x.source, y.source), cmp.Compare(x.prefix, y.prefix)); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(b.ids[x.row], b.ids[y.row]), cmp.Compare(x.row, y.row))
	})
	t := &Table{
		fields: b.fields, cols: b.cols, names: names, stride: k, n: n, ids: make([]string, n), source: make([]uint32, n),
		codes: make([]uint32, n*k), input: make([]int, n),
	}
	for i, it := range items {
		t.ids[i], t.source[i], t.input[i] = b.ids[it.row], it.source, int(it.row)
		copy(t.codes[i*k:], b.codes[int(it.row)*k:int(it.row+1)*k])
	}
	b.codes, b.ids = nil, nil
	for i, c := range t.cols {
		c.freeze(t.codes, k, i)
	}
	t.derive()
	return t
}

// prefix8 orders texts by their first eight bytes.
func prefix8(s string) uint64 {
	var p uint64
	for i := range 8 {
		p <<= 8
		if i < len(s) {
			p |= uint64(s[i])
		}
	}
	return p
}

// Len is the number of rows.
func (t *Table) Len() int { return t.n }

// Fields returns a copy of the fields.
func (t *Table) Fields() []Field { return slices.Clone(t.fields) }

// Sources returns the names of the sources, sorted.
func (t *Table) Sources() []string { return slices.Clone(t.names) }

// ID returns source and id of a row.
func (t *Table) ID(row int) (source, id string) { return t.names[t.source[row]], t.ids[row] }

// Input returns the position in which the record of a row was added.
func (t *Table) Input(row int) int { return t.input[row] }

// Value returns the normal form of a cell; empty = missing.
func (t *Table) Value(row, field int) string { return t.cols[field].text[t.codes[row*t.stride+field]] }

// Field returns the position of a field by name, −1 if there is none.
func (t *Table) Field(name string) int {
	return slices.IndexFunc(t.fields, func(f Field) bool { return f.Name == name })
}

// row is the codes of a row, by field.
func (t *Table) row(r uint32) []uint32 { return t.codes[int(r)*t.stride : int(r+1)*t.stride] }

// sameSource says whether two rows come from one source.
func (t *Table) sameSource(a, b uint32) bool { return t.source[a] == t.source[b] }

// derive marks the rows whose mail address follows from the names beside it.
func (t *Table) derive() {
	t.derived = make([][]uint64, len(t.cols))
	t.given, t.sur, t.full = -1, -1, -1
	for i, f := range t.fields {
		//exhaustive:ignore
		switch f.Kind {
		case GivenName:
			t.given = first(t.given, i)
		case Surname:
			t.sur = first(t.sur, i)
		case PersonName:
			t.full = first(t.full, i)
		default:
		}
	}
	if !HasNames(t.fields) {
		return
	}
	for i, f := range t.fields {
		if f.Kind == Email {
			t.derived[i] = make([]uint64, (t.n+63)/64)
		}
	}
	for r := range t.n {
		t.deriveRow(uint32(r))
	}
}

// grow appends empty rows until there are n.
func (t *Table) grow(n int) {
	more := n - t.n
	t.codes = append(t.codes, make([]uint32, more*t.stride)...)
	t.ids = append(t.ids, make([]string, more)...)
	t.source = append(t.source, make([]uint32, more)...)
	for len(t.input) < n {
		t.input = append(t.input, len(t.input))
	}
	t.n = n
	for i, d := range t.derived {
		if words := (n + 63) / 64; d != nil && len(d) < words {
			t.derived[i] = append(d, make([]uint64, words-len(d))...)
		}
	}
}

func (t *Table) deriveRow(r uint32) {
	row := t.row(r)
	var words [8]string
	for i, bits := range t.derived {
		if bits == nil {
			continue
		}
		bits[r/64] &^= 1 << (r % 64)
		if row[i] == 0 {
			continue
		}
		list := words[:0]
		for _, at := range [...]int{t.given, t.sur} {
			if at >= 0 && row[at] != 0 {
				list = append(list, t.cols[at].text[row[at]])
			}
		}
		if t.full >= 0 && row[t.full] != 0 {
			for w := range strings.FieldsSeq(t.cols[t.full].text[row[t.full]]) {
				list = append(list, w)
			}
		}
		if followsFrom(t.cols[i].aux[row[i]], list) {
			bits[r/64] |= 1 << (r % 64)
		}
	}
}

func first(have, i int) int {
	if have >= 0 {
		return have
	}
	return i
}

func (t *Table) isDerived(col int, a, b uint32) bool {
	d := t.derived[col]
	return d != nil && (d[a/64]>>(a%64)&1 == 1 || d[b/64]>>(b%64)&1 == 1)
}

// followsFrom says whether a local part is made of the words of a name: whole words and initials, in any order, with
// signs between and at most two digits behind, at least one whole word of three letters among them.
func followsFrom(local string, words []string) bool {
	end := len(local)
	for end > 0 && '0' <= local[end-1] && local[end-1] <= '9' && len(local)-end < 2 {
		end--
	}
	s := local[:end]
	whole := false
	used := 0
	for s != "" {
		if c := s[0]; c == '.' || c == '_' || c == '-' {
			s = s[1:]
			continue
		}
		hit := ""
		for _, w := range words {
			if len(w) > len(hit) && strings.HasPrefix(s, w) {
				hit = w
			}
		}
		if len(hit) >= 3 {
			whole = true
			s = s[len(hit):]
			used++
			continue
		}
		found := false
		for _, w := range words {
			if w[0] == s[0] {
				found = true
				break
			}
		}
		if !found {
			return false
		}
		s = s[1:]
		if used++; used > 5 {
			return false
		}
	}
	return whole
}

// Same says whether two rows hold equal values of a field.
func (t *Table) Same(a, b uint32, field int) bool {
	x, y := t.row(a)[field], t.row(b)[field]
	return x != 0 && y != 0 && t.cols[field].class(x) == t.cols[field].class(y)
}

// Differ says whether two rows hold different values of a field; a missing value differs from none.
func (t *Table) Differ(a, b uint32, field int) bool {
	x, y := t.row(a)[field], t.row(b)[field]
	return x != 0 && y != 0 && t.cols[field].class(x) != t.cols[field].class(y)
}
