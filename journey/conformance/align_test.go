package conformance_test

import (
	"context"
	"testing"

	"github.com/buyerjourney/b2b/journey/conformance"
)

// moveCost checks that moves explain the sequence event by event, and adds up their costs.
func moveCost(t testing.TB, a conformance.Alignment, events int) int {
	t.Helper()
	cost, n := 0, 0
	for _, m := range a.Moves {
		if m.Kind != conformance.Sync {
			cost++
		}
		if m.Kind != conformance.Unmatched {
			n++
		}
	}
	if n != events {
		t.Errorf("moves account for %d of %d events", n, events)
	}
	return cost
}

func TestOracleExactAlignments(t *testing.T) {
	for _, name := range []string{"bpic2012_im", "bpic2012_imf02", "bpic2012_imf03", "bpic2012_imf05", "bpic2020_permit_im", "bpic2020_permit_imf02", "purchasing_im", "purchasing_imf02"} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name == "bpic2020_permit_im" {
				t.Skip("takes seconds")
			}
			var o struct {
				Net   oracleNet
				Input string
				Cost  []int
			}
			oracle(t, "exactalign_"+name+".json", &o)
			m, err := conformance.CompileNet(o.Net.net())
			if err != nil {
				t.Fatal(err)
			}
			sequences := oracleVariants(t, o.Input)
			got, err := m.Align(context.Background(), sequences, conformance.Config{})
			if err != nil {
				t.Fatal(err)
			}
			bad := 0
			for i, a := range got {
				if a.Cost != o.Cost[i] || !a.Exact || a.Fits != (o.Cost[i] == 0) {
					bad++
				}
				if c := moveCost(t, a, len(sequences[i])); c != a.Cost {
					t.Fatalf("variant %d: moves cost %d, not %d", i, c, a.Cost)
				}
			}
			if bad > 0 {
				t.Errorf("%d of %d costs differ", bad, len(got))
			}
		})
	}
}
