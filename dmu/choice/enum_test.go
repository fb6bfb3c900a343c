package choice_test

import (
	"testing"

	"github.com/buyerjourney/b2b/dmu/choice"
	"github.com/buyerjourney/b2b/internal/gen/codec"
)

func TestEnumerations(t *testing.T) {
	codec.Check(t, choice.ParseRule)
	codec.Check(t, choice.ParseTies)
}

// Method has two values, fewer than the common check expects.
func TestTwoValues(t *testing.T) {
	var k choice.Method
	if err := k.UnmarshalText([]byte("SIMULATED")); err != nil || k.String() != "simulated" || !k.IsValid() || (k + 1).IsValid() {
		t.Errorf("%v, %v", k, err)
	}
	if text, err := k.AppendText([]byte("x")); err != nil || string(text) != "xsimulated" {
		t.Errorf("%q, %v", text, err)
	}
	if err := k.UnmarshalText([]byte("no such name")); err == nil || k.String() != "simulated" {
		t.Errorf("%v, %v", k, err)
	}
	if zero, err := choice.ParseMethod(""); err != nil || zero != 0 {
		t.Errorf("%v, %v", zero, err)
	}
}
