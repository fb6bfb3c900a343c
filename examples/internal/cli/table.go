package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Options says how a table is read. The zero value reads comma-separated
// values with a header, and stops at the first malformed record.
type Options struct {
	Comma    rune     // between fields; 0 means a comma
	FoldCase bool     // find columns without regard to case
	Header   []string // the names, if the file has no header line
	Trim     bool     // cut white space around cells (around names it always is)
	Ragged   bool     // accept records with fewer or more fields than the header has
	Rejects  *Rejects // where malformed records go; reading then continues
}

// Table reads records of comma-separated values (RFC 4180) one at a time. It
// is not safe for concurrent use; the zero value is of no use: see [NewTable].
type Table struct {
	csv      *csv.Reader
	opt      Options
	header   []string
	index    map[string]int
	record   []string
	line     int
	rows     int
	replaced int
	err      error
}

// ErrEmpty says that the input holds nothing, not even a header line.
var ErrEmpty = errors.New("the input is empty: a header line is needed")

// NewTable reads the header. Input may be UTF-8 with a byte-order mark, have
// CRLF line ends, and be packed with gzip. Empty lines are skipped.
func NewTable(r io.Reader, opt Options) (*Table, error) {
	r, err := Reader(r)
	if err != nil {
		return nil, err
	}
	t := &Table{csv: csv.NewReader(r), opt: opt, index: map[string]int{}}
	if opt.Comma != 0 {
		t.csv.Comma = opt.Comma
	}
	t.csv.FieldsPerRecord = -1
	t.csv.ReuseRecord = true
	names := opt.Header
	if len(names) == 0 {
		names, err = t.csv.Read()
		if errors.Is(err, io.EOF) {
			return nil, ErrEmpty
		}
		if err != nil {
			return nil, fmt.Errorf("header: %w", err)
		}
	}
	t.header = make([]string, len(names))
	for i, name := range names {
		name = strings.TrimSpace(t.valid(name))
		t.header[i] = name
		if key := t.key(name); key != "" {
			if _, dup := t.index[key]; !dup {
				t.index[key] = i
			}
		}
	}
	return t, nil
}

func (t *Table) key(name string) string {
	if t.opt.FoldCase {
		return strings.ToLower(name)
	}
	return name
}

// Header returns the trimmed names of the columns. The caller may not change it.
func (t *Table) Header() []string { return t.header }

// Col finds a column by name; of equal names the first counts. An absent
// column is -1, of which [Table.Field] is empty.
func (t *Table) Col(name string) (int, bool) {
	if i, ok := t.index[t.key(strings.TrimSpace(name))]; ok {
		return i, true
	}
	return -1, false
}

// Cols finds columns that must be there; the error names all that are not.
func (t *Table) Cols(names ...string) ([]int, error) {
	cols := make([]int, len(names))
	var missing []string
	for k, name := range names {
		i, ok := t.Col(name)
		if !ok {
			missing = append(missing, strconv.Quote(name))
		}
		cols[k] = i
	}
	if missing != nil {
		return nil, fmt.Errorf("no column %s in the header", strings.Join(missing, ", "))
	}
	return cols, nil
}

// Next advances to the next well-formed record. It returns false at the end
// and on an error, see [Table.Err].
func (t *Table) Next() bool {
	for t.err == nil {
		record, err := t.csv.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			bad, ok := errors.AsType[*csv.ParseError](err)
			if !ok || t.opt.Rejects == nil {
				t.err = err
				break
			}
			t.rows++
			t.opt.Rejects.Add(bad.StartLine, bad.Err.Error())
			continue
		}
		t.rows++
		t.line, _ = t.csv.FieldPos(0)
		if len(record) != len(t.header) && !t.opt.Ragged {
			reason := fmt.Sprintf("%d fields where the header has %d", len(record), len(t.header))
			if t.opt.Rejects == nil {
				t.err = fmt.Errorf("line %d: %s", t.line, reason)
				break
			}
			t.opt.Rejects.Add(t.line, reason)
			continue
		}
		for i, cell := range record {
			cell = t.valid(cell)
			if t.opt.Trim {
				cell = strings.TrimSpace(cell)
			}
			record[i] = cell
		}
		t.record = record
		return true
	}
	t.record = nil
	return false
}

// valid replaces each byte that is not UTF-8 and counts it.
func (t *Table) valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	fixed := b.String()
	t.replaced += strings.Count(fixed, "\uFFFD") - strings.Count(s, "\uFFFD")
	return fixed
}

// Field returns cell i of the present record, empty where the record has no
// such cell. It stays valid, but shares memory with the other cells of its
// record: clone what is kept long.
func (t *Table) Field(i int) string {
	if i < 0 || i >= len(t.record) {
		return ""
	}
	return t.record[i]
}

// Len is the number of cells of the present record.
func (t *Table) Len() int { return len(t.record) }

// Line is the first physical line of the present record. Lines count from 1,
// the header's included.
func (t *Table) Line() int { return t.line }

// Rows counts the records so far, malformed ones included.
func (t *Table) Rows() int { return t.rows }

// Replaced counts the bytes so far that were not UTF-8.
func (t *Table) Replaced() int { return t.replaced }

// Err is what ended the reading early, nil at the end of the input.
func (t *Table) Err() error { return t.err }

// ParseComma reads a separator from a flag: one character, or tab or \t.
func ParseComma(s string) (rune, error) {
	if s == "tab" || s == `\t` {
		return '\t', nil
	}
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || n != len(s) || r == utf8.RuneError || r == '"' || r == '\r' || r == '\n' {
		return 0, fmt.Errorf("separator %q: one character is needed", s)
	}
	return r, nil
}
