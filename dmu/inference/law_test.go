package inference_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/inference"
	"github.com/buyerjourney/b2b/internal/law"
)

var (
	genSteps = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) dmu.StepCount {
		return dmu.StepCount{
			Step: rapid.SampledFrom([]string{"page", "price", "terms", "demo", "prüfung"}).Draw(t, "step"),
			N:    rapid.Int64Range(0, 30).Draw(t, "n"),
		}
	}), 0, 6)
	genSeat  = rapid.SampledFrom([]b2b.SeatID{"", "user", "legal", "buyer"})
	genTitle = rapid.SampledFrom([]string{"", "Buyer", "Head of Legal", "Einkäufer, Köln", "head of head"})
)

// genPerson draws persons of few seats, steps and titles, some of them with a negative count, which are refused.
var genPerson = rapid.Custom(func(t *rapid.T) dmu.PersonSteps {
	p := dmu.PersonSteps{Seat: genSeat.Draw(t, "seat"), Title: genTitle.Draw(t, "title"), Steps: genSteps.Draw(t, "steps")}
	if rapid.IntRange(0, 19).Draw(t, "bad") == 19 {
		p.Steps = append(p.Steps, dmu.StepCount{Step: "page", N: -1})
	}
	return p
})

func TestTrainerIsAnAccumulator(t *testing.T) {
	law.Accumulator(t, func() *inference.Trainer { return new(inference.Trainer) }, genPerson)
}

func FuzzTrainerUnmarshal(f *testing.F) {
	_, trainer, _ := readOracle(f)
	data, err := trainer.AppendBinary(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		var tr inference.Trainer
		if tr.UnmarshalBinary(data) != nil {
			return
		}
		again, err := tr.AppendBinary(nil)
		if err != nil || string(again) != string(data) {
			t.Fatalf("decoded bytes are not canonical: % x, then % x", data, again)
		}
		if m, err := tr.Model(inference.Config{}); err == nil {
			m.Score(nil, []dmu.StepCount{{Step: "page", N: 1}}, "x")
		}
	})
}
