// Package reallog builds journey logs of the case logs that lie beside the checkout, for the tests of several packages.
package reallog

import (
	"encoding/csv"
	"errors"
	"io"
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
