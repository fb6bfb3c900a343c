package conformance_test

import (
	"context"
	"encoding/json"
	"strconv"
	"testing"

	"github.com/buyerjourney/b2b/internal/gen/reallog"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
	"github.com/buyerjourney/b2b/journey/discovery"
)

// benchmarkAlign compiles a net and aligns all variants.
func benchmarkAlign(b *testing.B, net oracleNet, sequences [][]journey.StepID) {
	b.Helper()
	events := 0
	for _, q := range sequences {
		events += len(q)
	}
	reallog.Measure(b, events, func() {
		m, err := conformance.CompileNet(net.net())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := m.Align(context.Background(), sequences, conformance.Config{}); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkAlign(b *testing.B) {
	for _, name := range []string{"bpic2012/im", "bpic2012/imf02", "bpic2012/imf05", "bpic2020_permit/im", "bpic2020_permit/imf02"} {
		b.Run(name, func(b *testing.B) {
			var o struct {
				Net   oracleNet
				Input string
			}
			file := []byte(name)
			for i, c := range file {
				if c == '/' {
					file[i] = '_'
				}
			}
			oracle(b, "exactalign_"+string(file)+".json", &o)
			sequences := oracleVariants(b, o.Input)
			benchmarkAlign(b, o.Net, sequences)
		})
	}
	for _, x := range [][2]string{{"receipt", "imf02"}, {"repairExample", "im"}} {
		b.Run(x[0]+"/"+x[1], func(b *testing.B) {
			var o struct{ Models map[string]json.RawMessage }
			oracle(b, "conf_"+x[0]+".json", &o)
			var c confModel
			if err := json.Unmarshal(o.Models[x[1]], &c); err != nil {
				b.Fatal(err)
			}
			var sequences [][]journey.StepID
			for _, v := range c.PerVariant {
				sequences = append(sequences, v.V)
			}
			benchmarkAlign(b, c.Net, sequences)
		})
	}
	tree, err := journey.ParseTree("->( 'a', *( ->( +( 'b', 'c' ), X( tau, 'd' ) ), 'e' ), 'f' )")
	if err != nil {
		b.Fatal(err)
	}
	model, err := conformance.Compile(tree)
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{100, 10_000, 1_000_000} {
		b.Run("n=1e"+strconv.Itoa(len(strconv.Itoa(n))-1), func(b *testing.B) {
			steps := []journey.StepID{"a", "b", "c", "d", "e", "f"}
			var sequences [][]journey.StepID
			x := uint32(1)
			for range n / 10 {
				q := make([]journey.StepID, 10)
				for k := range q {
					x = x*1664525 + 1013904223
					q[k] = steps[(x>>8)%6]
				}
				sequences = append(sequences, q)
			}
			reallog.Measure(b, n, func() {
				if _, err := model.Align(context.Background(), sequences, conformance.Config{NoMoves: true}); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

func BenchmarkRules(b *testing.B) {
	run := func(name string, read func(testing.TB) *journey.Log) {
		b.Run(name, func(b *testing.B) {
			log := read(b)
			reallog.Measure(b, log.Len(), func() {
				if _, err := conformance.DiscoverRules(log, 0, 0); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
	run("receipt/all", func(tb testing.TB) *journey.Log { tb.Helper(); return realLog(tb, "receipt") })
	for _, n := range []int{100, 10_000} {
		run("n=1e"+strconv.Itoa(len(strconv.Itoa(n))-1), reallog.Generate(n).Log)
	}
}

// receiptTree is the tree of the receipt log without its noise.
func receiptTree(b *testing.B) (*journey.Log, journey.Tree) {
	b.Helper()
	log := realLog(b, "receipt")
	tree, err := discovery.Inductive(discovery.NewVariants(log).List(0), .2)
	if err != nil {
		b.Fatal(err)
	}
	return log, tree
}

func BenchmarkPrecision(b *testing.B) {
	log, tree := receiptTree(b)
	v := discovery.NewVariants(log).List(0)
	m, err := conformance.Compile(tree)
	if err != nil {
		b.Fatal(err)
	}
	reallog.Measure(b, log.Len(), func() {
		if _, _, err := m.Precision(context.Background(), v); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkEnrich(b *testing.B) {
	b.Run("receipt/imf02", func(b *testing.B) {
		log, tree := receiptTree(b)
		m := &journey.Map{ID: "receipt", Flow: tree}
		for _, s := range tree.Steps() {
			m.Steps = append(m.Steps, journey.Step{ID: s})
		}
		reallog.Measure(b, log.Len(), func() {
			if _, _, err := conformance.Enrich(context.Background(), m, log, conformance.EnrichConfig{}); err != nil {
				b.Fatal(err)
			}
		})
	})
}
