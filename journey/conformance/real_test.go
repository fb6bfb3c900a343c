package conformance_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/buyerjourney/b2b/internal/gen/reallog"
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

// realLog reads one of the logs beside the checkout, once.
func realLog(tb testing.TB, name string) *journey.Log {
	tb.Helper()
	return reallog.Load(tb, name)
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
