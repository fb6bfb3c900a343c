package conformance_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
)

// oracleNet is a net of the oracle files.
type oracleNet struct {
	Places         []string
	Transitions    [][2]*string
	Arcs           [][3]any
	Initial, Final map[string]int
}

func (o oracleNet) net() conformance.Net {
	n := conformance.Net{Places: o.Places}
	for _, t := range o.Transitions {
		x := conformance.Transition{ID: *t[0]}
		if t[1] != nil {
			x.Step = journey.StepID(*t[1])
		}
		n.Transitions = append(n.Transitions, x)
	}
	for _, a := range o.Arcs {
		n.Arcs = append(n.Arcs, conformance.Arc{From: a[0].(string), To: a[1].(string), Weight: int(a[2].(float64))})
	}
	for p, k := range o.Initial {
		n.Initial = append(n.Initial, conformance.Tokens{Place: p, N: k})
	}
	for p, k := range o.Final {
		n.Final = append(n.Final, conformance.Tokens{Place: p, N: k})
	}
	return n
}

var loaded sync.Map

// realLog reads one of the logs beside the checkout, once.
func realLog(tb testing.TB, name string) *journey.Log {
	tb.Helper()
	if l, ok := loaded.Load(name); ok {
		return l.(*journey.Log)
	}
	l := readLog(tb, name, 1)
	loaded.Store(name, l)
	return l
}

// readLog reads a log, the given number of times with other case ids.
func readLog(tb testing.TB, name string, times int) *journey.Log {
	tb.Helper()
	r := csv.NewReader(realdata.Open(tb, "journey/"+name+".csv.gz"))
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		tb.Fatal(err)
	}
	col := make(map[string]int)
	for i, h := range header {
		col[h] = i
	}
	var c journey.Columns
	var cases, steps, resources coder
	for seq := int64(0); ; seq++ {
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
		c.Journey.Codes = append(c.Journey.Codes, cases.code(rec[col["case"]]))
		c.Step.Codes = append(c.Step.Codes, steps.code(rec[col["activity"]]))
		if i, ok := col["resource"]; ok {
			c.Resource.Codes = append(c.Resource.Codes, resources.code(rec[i]))
		}
		c.At = append(c.At, at.UnixMicro())
		c.Seq = append(c.Seq, seq)
	}
	c.Journey.Names, c.Step.Names, c.Resource.Names = cases.names, steps.names, resources.names
	n, k := len(c.At), uint32(len(cases.names))
	for i := 1; i < times; i++ {
		for _, name := range cases.names {
			c.Journey.Names = append(c.Journey.Names, name+"#"+string(rune('0'+i/10))+string(rune('0'+i%10)))
		}
		for row := range n {
			c.Journey.Codes = append(c.Journey.Codes, c.Journey.Codes[row]+uint32(i)*k)
		}
		c.Step.Codes = append(c.Step.Codes, c.Step.Codes[:n]...)
		c.Resource.Codes = append(c.Resource.Codes, c.Resource.Codes[:min(n, len(c.Resource.Codes))]...)
		c.At, c.Seq = append(c.At, c.At[:n]...), append(c.Seq, c.Seq[:n]...)
	}
	b, err := journey.NewBuilder(journey.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	if err := b.AddColumns(c); err != nil {
		tb.Fatal(err)
	}
	l, _ := b.Build(journey.Identities{})
	return l
}

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
	name = string(append([]byte(nil), name...))
	c.names = append(c.names, name)
	c.index[name] = i
	return i
}

// oracle reads an oracle file, gzipped or not.
func oracle(tb testing.TB, name string, into any) {
	tb.Helper()
	dir := realdata.OraclePath(tb, "journey")
	if _, err := os.Stat(dir + "/" + name); err != nil {
		name += ".gz"
	}
	if err := json.Unmarshal(realdata.Oracle(tb, "journey/"+name), into); err != nil {
		tb.Fatal(err)
	}
}

// oracleVariants reads the sequences of a log, the most frequent first.
func oracleVariants(tb testing.TB, name string) (sequences [][]journey.StepID) {
	tb.Helper()
	var v struct{ Variants [][2]json.RawMessage }
	oracle(tb, name, &v)
	for _, x := range v.Variants {
		var q []journey.StepID
		if err := json.Unmarshal(x[0], &q); err != nil {
			tb.Fatal(err)
		}
		sequences = append(sequences, q)
	}
	return sequences
}
