package conformance_test

import (
	"context"
	"encoding/json"
	"math"
	"testing"

	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
	"github.com/buyerjourney/b2b/journey/discovery"
)

// confModel is one model of a file conf_LOG (pm4py 2.7.14).
type confModel struct {
	Net        oracleNet
	Tree       string
	Precision  *float64 `json:"precision_tbr"`
	Wrong      int      `json:"tbr_verdict_differs_from_alignment_cases"`
	PerVariant []struct {
		V     []journey.StepID
		N     int64
		Align []float64 // visible deviations, raw cost, fitness, worst raw cost; null where the reference did not finish
	} `json:"per_variant"`
}

func TestOracleNets(t *testing.T) {
	for _, name := range []string{"running-example", "roadtraffic100", "receipt", "repairExample", "teleclaims", "bpic2020_domestic", "bpic2020_rfp"} {
		var o struct{ Models map[string]json.RawMessage }
		oracle(t, "conf_"+name+".json", &o)
		for _, kind := range []string{"alpha", "heu", "im", "imf02", "pnml"} {
			raw, ok := o.Models[kind]
			if !ok {
				continue
			}
			t.Run(name+"/"+kind, func(t *testing.T) {
				var c confModel
				if err := json.Unmarshal(raw, &c); err != nil {
					t.Fatal(err)
				}
				m, err := conformance.CompileNet(c.Net.net())
				if err != nil {
					t.Fatal(err)
				}
				checkModel(t, m, c)
				if c.Tree != "" {
					tree, err := journey.ParseTree(c.Tree)
					if err != nil {
						t.Fatal(err)
					}
					m, err := conformance.Compile(tree)
					if err != nil {
						t.Fatal(err)
					}
					checkModel(t, m, c)
				}
			})
		}
	}
}

// replayedWrongly holds the precision where the reference, which replays beginnings with tokens, leaves out some that can be
// replayed. The values are those of the definition over sets of markings, computed apart (plain Python).
var replayedWrongly = map[string]float64{
	"TestOracleNets/receipt/imf02":      0.2520822435923229,
	"TestOracleNets/bpic2020_rfp/imf02": 0.3865983453911356,
}

func checkModel(t *testing.T, m *conformance.Model, c confModel) {
	t.Helper()
	if p, ok := replayedWrongly[t.Name()]; ok {
		c.Precision = &p
	}
	var sequences [][]journey.StepID
	var variants []discovery.Variant
	for _, v := range c.PerVariant {
		sequences = append(sequences, v.V)
		variants = append(variants, discovery.Variant{Steps: v.V, Count: v.N})
	}
	got, err := m.Align(context.Background(), sequences, conformance.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range c.PerVariant {
		if v.Align == nil {
			continue
		}
		a := got[i]
		if a.Cost != int(v.Align[0]) || !a.Exact {
			t.Errorf("variant %d: cost %d (exact %v), want %v", i, a.Cost, a.Exact, v.Align[0])
		}
		if moveCost(t, a, len(v.V)) != a.Cost {
			t.Errorf("variant %d: moves cost another sum", i)
		}
		// The reference's fitness counts silent moves in the worst case; on fitting variants both are 1.
		if math.Abs(a.Fitness()-v.Align[2]) > 1e-12 && a.Cost == 0 {
			t.Errorf("variant %d: fitness %v, want %v", i, a.Fitness(), v.Align[2])
		}
	}
	if c.Precision == nil || !m.Shape().Safe || c.Wrong > 0 {
		return // the reference replays with tokens: where its verdicts are wrong, it leaves out beginnings that can be replayed
	}
	p, ok, err := m.Precision(context.Background(), variants)
	if err != nil || !ok || math.Abs(p.Value-*c.Precision) > 1e-12 {
		t.Errorf("precision %v (%v, %v), want %v", p.Value, ok, err, *c.Precision)
	}
}
