package survival_test

import (
	"bytes"
	"testing"

	"github.com/buyerjourney/b2b/funnel/survival"
)

// What decodes is canonical: it encodes to the same bytes.
func FuzzCurveAcc(f *testing.F) {
	var a survival.CurveAcc
	for _, s := range []survival.Spell{{Exit: 1, Cause: 1}, {Exit: 2}, {Entry: 1, Exit: 3, Cause: 2}, {Entry: 2, Exit: 2, Cause: 1}} {
		if err := a.Add(s); err != nil {
			f.Fatal(err)
		}
	}
	data, err := a.AppendBinary(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte{1, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		var a survival.CurveAcc
		if a.UnmarshalBinary(data) != nil {
			return
		}
		again, err := a.AppendBinary(nil)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%x decodes and encodes to %x (%v)", data, again, err)
		}
		if _, err := a.Survival(survival.Config{}); err != nil {
			t.Fatal(err)
		}
	})
}
