// Package enum holds the one implementation of the text codecs that every closed enumeration of the library has.
//
// A closed enumeration is a named uint8 whose zero is Unknown. It keeps one [Table] and forwards its codec methods:
//
//	var phases = enum.New[Phase]("phase", "unknown", "attract", "convince").Alias("verleiden", Attract)
//
//	func (p Phase) String() string                             { return phases.String(p) }
//	func (p Phase) AppendText(dst []byte) ([]byte, error)      { return phases.AppendText(dst, p) }
//	func (p Phase) MarshalText() ([]byte, error)               { return phases.AppendText(nil, p) }
//	func (p *Phase) UnmarshalText(text []byte) error           { return phases.UnmarshalText(p, text) }
//	func ParsePhase(text string) (Phase, error)                { return phases.Parse(text) }
package enum

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/cases"
)

// Table maps the values of one closed enumeration to their names and back. It is immutable after construction and safe
// for concurrent use.
type Table[E ~uint8] struct {
	what   string
	names  []string
	values map[string]E
}

// New makes the table of an enumeration called what, whose value i has the name names[i]. Names must be distinct;
// names[0] is the name of Unknown.
func New[E ~uint8](what string, names ...string) *Table[E] {
	t := &Table[E]{what: what, names: names, values: make(map[string]E, 2*len(names))}
	t.values[""] = 0
	for i, n := range names {
		t.Alias(n, E(i))
	}
	return t
}

// Alias adds another accepted spelling of e and returns the table, for chaining in a variable declaration.
func (t *Table[E]) Alias(text string, e E) *Table[E] {
	key := fold(text)
	if old, ok := t.values[key]; ok && old != e {
		panic("enum: " + t.what + ": two values are named " + strconv.Quote(text))
	}
	t.values[key] = e
	return t
}

// fold removes what must not decide between two spellings: case, outer space, and the choice of blank, '-' or '_'.
func fold(text string) string {
	text = cases.Fold().String(strings.TrimSpace(text))
	return separators.Replace(text)
}

var separators = strings.NewReplacer("-", "", "_", "", " ", "")

// Parse returns the value that text names, without regard to case, outer space, and blank, '-' or '_' inside. The empty
// text is Unknown. Any other text is an error.
func (t *Table[E]) Parse(text string) (E, error) {
	if len(text) <= 64 {
		if e, ok := t.values[fold(text)]; ok {
			return e, nil
		}
	}
	return 0, fmt.Errorf("unknown %s", t.what)
}

// Valid reports whether e is a value of the enumeration, Unknown included.
func (t *Table[E]) Valid(e E) bool { return int(e) < len(t.names) }

// String returns the name of e, or a form such as "phase(17)" for a number that is no value.
func (t *Table[E]) String(e E) string {
	if t.Valid(e) {
		return t.names[e]
	}
	return t.what + "(" + strconv.Itoa(int(e)) + ")"
}

// AppendText appends the name of e; a number that is no value is an error.
func (t *Table[E]) AppendText(dst []byte, e E) ([]byte, error) {
	if !t.Valid(e) {
		return dst, fmt.Errorf("no such %s: %d", t.what, e)
	}
	return append(dst, t.names[e]...), nil
}

// UnmarshalText sets *e to the value that text names; on error *e is unchanged.
func (t *Table[E]) UnmarshalText(e *E, text []byte) error {
	v, err := t.Parse(string(text))
	if err == nil {
		*e = v
	}
	return err
}

// All returns the known values in order, Unknown left out.
func (t *Table[E]) All() []E {
	all := make([]E, 0, len(t.names))
	for i := 1; i < len(t.names); i++ {
		all = append(all, E(i))
	}
	return all
}
