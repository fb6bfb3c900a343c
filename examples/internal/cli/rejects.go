package cli

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// Rejects collects the records that a program could not use. The zero value is
// empty and ready; it is not safe for concurrent use.
type Rejects struct {
	rows []Reject
}

// Reject is one of them: the first physical line of the record (the header is
// line 1), and why, without any value of a person.
type Reject struct {
	Line   int
	Reason string
}

// Add notes a rejected record.
func (r *Rejects) Add(line int, reason string) {
	r.rows = append(r.rows, Reject{line, reason})
}

// Count is the number of rejections.
func (r *Rejects) Count() int { return len(r.rows) }

// All lists the rejections by line; those of one line as they were added.
func (r *Rejects) All() []Reject {
	rows := slices.Clone(r.rows)
	slices.SortStableFunc(rows, func(a, b Reject) int { return cmp.Compare(a.Line, b.Line) })
	return rows
}

// ErrNoRow says that no row can be used.
var ErrNoRow = errors.New("no usable row in the input")

// Explain returns err, and with [ErrNoRow] the rejections too, which are then what is wrong.
func (r *Rejects) Explain(err error) error {
	if !errors.Is(err, ErrNoRow) {
		return err
	}
	all := []error{err}
	for _, row := range r.All() {
		all = append(all, fmt.Errorf("line %d: %s", row.Line, row.Reason))
	}
	return errors.Join(all...)
}

// Write writes them as comma-separated values with the header `line,reason`.
func (r *Rejects) Write(w io.Writer) error {
	c := csv.NewWriter(w)
	_ = c.Write([]string{"line", "reason"}) // the writer keeps its error
	for _, row := range r.All() {
		_ = c.Write([]string{strconv.Itoa(row.Line), row.Reason})
	}
	c.Flush()
	return c.Error()
}

// WriteFile writes them to the file at path. With an empty path it does nothing.
func (r *Rejects) WriteFile(path string) error {
	if path == "" {
		return nil
	}
	w, err := Create(path, io.Discard)
	if err != nil {
		return err
	}
	return errors.Join(r.Write(w), w.Close())
}
