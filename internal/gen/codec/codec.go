// Package codec checks the text codecs of closed enumerations; see package enum.
package codec

import (
	"fmt"
	"testing"
)

// unmarshaler is what every closed enumeration has.
type unmarshaler[E any] interface {
	*E
	UnmarshalText(text []byte) error
}

// Check tests all values of a closed enumeration: the text reads back as the value, no text is the zero, and what lies beyond
// the last value, or is no name, is refused and changes nothing.
func Check[E ~uint8, P unmarshaler[E]](t *testing.T, parse func(string) (E, error)) {
	t.Helper()
	type text interface {
		fmt.Stringer
		IsValid() bool
		AppendText(dst []byte) ([]byte, error)
		MarshalText() ([]byte, error)
	}
	n := 0
	for e := E(0); any(e).(text).IsValid(); e++ {
		n++
		b, err := any(e).(text).MarshalText()
		appended, err2 := any(e).(text).AppendText([]byte("x"))
		if err != nil || err2 != nil || string(b) != any(e).(text).String() || string(appended) != "x"+string(b) {
			t.Errorf("%T %d: %q, %q, %v, %v", e, e, b, appended, err, err2)
		}
		back := E(99)
		if err := P(&back).UnmarshalText(b); err != nil || back != e {
			t.Errorf("%T: %q reads back as %v, %v", e, b, back, err)
		}
		if got, err := parse(" " + string(b) + " "); err != nil || got != e {
			t.Errorf("%T: %q parses as %v, %v", e, b, got, err)
		}
	}
	if n < 2 {
		t.Errorf("%T: %d values", E(0), n)
	}
	if zero, err := parse(""); err != nil || zero != 0 {
		t.Errorf("%T: no text parses as %v, %v", zero, zero, err)
	}
	keep := E(1)
	if err := P(&keep).UnmarshalText([]byte("no such name")); err == nil || keep != 1 {
		t.Errorf("%T: an unknown name gives %v, %v", keep, keep, err)
	}
	if _, err := any(E(200)).(text).MarshalText(); err == nil {
		t.Errorf("%T: 200 has a text", keep)
	}
}
