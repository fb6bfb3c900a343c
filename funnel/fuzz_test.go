package funnel_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
)

// coded is what the accumulators have in common.
type coded interface {
	AppendBinary(dst []byte) ([]byte, error)
	UnmarshalBinary(data []byte) error
}

// FuzzAccumulators: what decodes is canonical, whichever accumulator reads it.
func FuzzAccumulators(f *testing.F) {
	history := funnel.History{Pipeline: "4V", AsOf: epoch.Add(100 * time.Hour), Passages: []funnel.Passage{
		{Stage: "Attract", Outcome: funnel.Open, In: at(0), Out: at(30), Visit: 1, Next: "Retain", Then: funnel.Won},
		{Stage: "Retain", Outcome: funnel.Won, In: at(30), Visit: 1},
	}}
	var counts funnel.CountsAcc
	exposure, err1 := funnel.NewExposureAcc(funnel.ExposureConfig{Bins: []time.Duration{24 * time.Hour}, Seasonal: true})
	reach, err2 := funnel.NewReachAcc(funnel.ReachConfig{Steps: 2, Within: time.Hour, AsOf: epoch.Add(9 * time.Hour)})
	triangle, err3 := funnel.NewTriangleAcc(funnel.TriangleConfig{By: funnel.Monthly})
	if err1 != nil || err2 != nil || err3 != nil {
		f.Fatal(err1, err2, err3)
	}
	for _, err := range []error{
		counts.Add(history), exposure.Add(history), reach.Add([]funnel.StepEvent{{At: epoch, Step: 0}, {At: epoch.Add(time.Minute), Step: 1}}),
		triangle.Add(funnel.Cohort{Entered: epoch, Reached: epoch.Add(999 * time.Hour), Amount: b2b.MustMoney(5, "EUR")}),
	} {
		if err != nil {
			f.Fatal(err)
		}
	}
	fresh := []func() coded{
		func() coded { return &funnel.CountsAcc{} }, func() coded { return &funnel.ExposureAcc{} },
		func() coded { return &funnel.ReachAcc{} }, func() coded { return &funnel.TriangleAcc{} },
	}
	for i, a := range []coded{&counts, exposure, reach, triangle} {
		data, err := a.AppendBinary(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(i), data)
		f.Add(byte(i), []byte{1, 0})
	}
	f.Fuzz(func(t *testing.T, which byte, data []byte) {
		a := fresh[int(which)%len(fresh)]()
		if a.UnmarshalBinary(data) != nil {
			return
		}
		again, err := a.AppendBinary(nil)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%T: %x decodes and encodes to %x (%v)", a, data, again, err)
		}
	})
}
