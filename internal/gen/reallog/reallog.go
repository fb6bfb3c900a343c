// Package reallog reads the case logs that lie beside the checkout, for the tests and benchmarks of several packages.
package reallog

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/journey"
)

var loaded sync.Map

// Load reads one of the logs beside the checkout, once.
func Load(tb testing.TB, name string) *journey.Log {
	tb.Helper()
	if l, ok := loaded.Load(name); ok {
		return l.(*journey.Log)
	}
	l := Read(tb, name, 1)
	loaded.Store(name, l)
	return l
}

// Read reads a log, the given number of times with other case ids.
func Read(tb testing.TB, name string, times int) *journey.Log {
	tb.Helper()
	return ReadText(tb, name, times).Log(tb)
}

// Text is a log as a reader hands it on: row after row, in the order of the file, names as text. A log that is repeated keeps
// one copy of the rows: copy k of row i is the case Cases[k][Case[i]].
type Text struct {
	Case     []uint32
	Step     []string
	Resource []string // nil where the file has none
	At       []time.Time
	Cases    [][]string // the case ids of each copy
}

// ReadText reads a log, the given number of times with other case ids.
func ReadText(tb testing.TB, name string, times int) *Text {
	tb.Helper()
	r := csv.NewReader(realdata.Open(tb, "journey/"+name+".csv.gz"))
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		tb.Fatal(err)
	}
	col := make(map[string]int)
	for i, h := range header {
		col[strings.Clone(h)] = i
	}
	resource, hasResource := col["resource"]
	t := new(Text)
	var cases, steps, resources coder
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			tb.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339Nano, rec[col["timestamp"]])
		if err != nil {
			tb.Fatal(err)
		}
		t.Case = append(t.Case, cases.code(rec[col["case"]]))
		t.Step = append(t.Step, steps.name(rec[col["activity"]]))
		if hasResource {
			t.Resource = append(t.Resource, resources.name(rec[resource]))
		}
		t.At = append(t.At, at)
	}
	t.repeat(cases.names, times)
	return t
}

// repeat sets the case ids of every copy.
func (t *Text) repeat(cases []string, times int) {
	t.Cases = [][]string{cases}
	for k := 1; k < times; k++ {
		ids := make([]string, len(cases))
		for i, id := range cases {
			ids[i] = id + "#" + strconv.Itoa(k)
		}
		t.Cases = append(t.Cases, ids)
	}
}

// Len returns the number of rows, copies included.
func (t *Text) Len() int { return len(t.Case) * len(t.Cases) }

// Log builds the log of the rows, copy by copy.
func (t *Text) Log(tb testing.TB) *journey.Log {
	tb.Helper()
	var b journey.Builder
	for _, c := range t.Columns() {
		if err := b.AddColumns(c); err != nil {
			tb.Fatal(err)
		}
	}
	l, _ := b.Build(journey.Identities{})
	return l
}

// Columns returns the rows of every copy as columns; all but the case ids are shared.
func (t *Text) Columns() []journey.Columns {
	var c journey.Columns
	var steps, resources coder
	for i, s := range t.Step {
		c.Step.Codes = append(c.Step.Codes, steps.code(s))
		c.At = append(c.At, t.At[i].UnixMicro())
		c.Seq = append(c.Seq, int64(i))
	}
	for _, s := range t.Resource {
		c.Resource.Codes = append(c.Resource.Codes, resources.code(s))
	}
	c.Step.Names, c.Resource.Names = steps.names, resources.names
	c.Journey.Codes = t.Case
	out := make([]journey.Columns, len(t.Cases))
	for k, ids := range t.Cases {
		c.Journey.Names = ids
		out[k] = c
	}
	return out
}

// coder gives names codes in the order of their first use.
type coder struct {
	names []string
	index map[string]uint32
}

func (c *coder) code(name string) uint32 {
	if i, ok := c.index[name]; ok {
		return i
	}
	if c.index == nil {
		c.index = make(map[string]uint32)
	}
	i := uint32(len(c.names))
	name = strings.Clone(name)
	c.names = append(c.names, name)
	c.index[name] = i
	return i
}

func (c *coder) name(name string) string { return c.names[c.code(name)] }
