package conformance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

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
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		m, err := conformance.CompileNet(net.net())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := m.Align(context.Background(), sequences, conformance.Config{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(events)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
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
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
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
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				if _, err := model.Align(context.Background(), sequences, conformance.Config{NoMoves: true}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

func BenchmarkRules(b *testing.B) {
	b.Run("receipt/all", func(b *testing.B) {
		log := realLog(b, "receipt")
		b.ReportAllocs()
		for b.Loop() {
			if _, err := conformance.DiscoverRules(log, 0, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPrecision(b *testing.B) {
	log := realLog(b, "receipt")
	v := discovery.NewVariants(log).List(0)
	tree, err := discovery.Inductive(v, .2)
	if err != nil {
		b.Fatal(err)
	}
	m, err := conformance.Compile(tree)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := m.Precision(context.Background(), v); err != nil {
			b.Fatal(err)
		}
	}
}
