package attribution_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/internal/law"
	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

// TestAddText compares the steps of texts with those that the standard library cuts and trims.
func TestAddText(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"", " ", "  ", "\t", "\u00a0", "\x00", "a", "b\x00", "é", "seven77", "eight888", "nine_9999", "a b", "a  b", ">", ">>", " > ", "→", "\xff", "a channel of many bytes",
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
		sep := rapid.SampledFrom([]string{">", " ", " > ", ">>", "→", "\t", "a"}).Draw(t, "sep")
		var want []string
		for step := range strings.SplitSeq(text, sep) {
			if step = strings.TrimSpace(step); step != "" {
				want = append(want, step)
			}
		}
		var set attribution.PathSet
		err := set.AddText(text, sep, 2, 1, 5)
		if len(want) == 0 {
			if err == nil {
				t.Fatal("a text without steps was added")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for p := range set.Result().All() {
			if !slices.Equal(p.Steps, want) {
				t.Fatalf("%q cut at %q: %q, want %q", text, sep, p.Steps, want)
			}
		}
	})
}

// TestPathSetLawsWideValues has sums that two float64 cannot hold.
func TestPathSetLawsWideValues(t *testing.T) {
	path := rapid.Custom(func(t *rapid.T) attribution.Path {
		return attribution.Path{
			Steps:       []string{rapid.SampledFrom([]string{"a", "b"}).Draw(t, "step")},
			Conversions: 1,
			Value:       rapid.SampledFrom([]float64{1e300, -1e300, 1, .1, 1e-300, 0}).Draw(t, "value"),
		}
	})
	law.Accumulator(t, func() *attribution.PathSet { return new(attribution.PathSet) }, path)
}
