package b2b

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// Fraction is a share in [0,1] that may be unknown. The zero value is unknown, which is not the share 0. Fractions are
// comparable with ==.
type Fraction struct {
	p     float64
	known bool
}

// NewFraction returns the share p; p outside [0,1] or NaN is an error.
func NewFraction(p float64) (Fraction, error) {
	if !(p >= 0 && p <= 1) {
		return Fraction{}, &InvalidError{Reason: "fraction outside [0,1]"}
	}
	return Fraction{p: p + 0, known: true}, nil // + 0 turns −0 into 0, so that equal shares are ==
}

// MustFraction is [NewFraction] for literals; it panics on an error.
func MustFraction(p float64) Fraction {
	f, err := NewFraction(p)
	if err != nil {
		panic(err)
	}
	return f
}

// Percent returns the share n/100; n outside 0..100 is an error.
func Percent(n int) (Fraction, error) {
	if n < 0 || n > 100 {
		return Fraction{}, &InvalidError{Reason: "percentage outside 0..100"}
	}
	return Fraction{p: float64(n) / 100, known: true}, nil
}

// ParseFraction reads "0.4" or "40%" (also "40 %"); the empty text is unknown. A number above 1 without a percent sign
// is an error, since nobody can tell 1 from 1 %.
func ParseFraction(text string) (Fraction, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Fraction{}, nil
	}
	number, percent := strings.CutSuffix(text, "%")
	p, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil {
		return Fraction{}, &InvalidError{Reason: "not a fraction"}
	}
	if percent {
		p /= 100
	}
	return NewFraction(p)
}

// Value returns the share; ok is false if it is unknown.
func (f Fraction) Value() (p float64, ok bool) { return f.p, f.known }

// IsKnown reports whether the share is known.
func (f Fraction) IsKnown() bool { return f.known }

// Or returns the share, or p where it is unknown.
func (f Fraction) Or(p float64) float64 {
	if f.known {
		return f.p
	}
	return p
}

// String returns the shortest decimal that reads back as the same share; an unknown share is the empty text.
func (f Fraction) String() string {
	if !f.known {
		return ""
	}
	return strconv.FormatFloat(f.p, 'g', -1, 64)
}

// AppendText implements [encoding.TextAppender] with the form of [Fraction.String].
func (f Fraction) AppendText(dst []byte) ([]byte, error) { return append(dst, f.String()...), nil }

// MarshalText implements [encoding.TextMarshaler] with the form of [Fraction.String].
func (f Fraction) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseFraction] does.
func (f *Fraction) UnmarshalText(text []byte) error {
	v, err := ParseFraction(string(text))
	if err == nil {
		*f = v
	}
	return err
}

// MarshalJSON writes a JSON number, or null for unknown.
func (f Fraction) MarshalJSON() ([]byte, error) {
	if !f.known {
		return []byte("null"), nil
	}
	return json.Marshal(f.p)
}

// UnmarshalJSON reads a number in [0,1], null, or a text as [ParseFraction] does.
func (f *Fraction) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		*f = Fraction{}
		return nil
	}
	if len(data) > 0 && data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		return f.UnmarshalText([]byte(text))
	}
	p, err := strconv.ParseFloat(string(data), 64)
	if err != nil || math.IsNaN(p) {
		return &InvalidError{Reason: "not a fraction"}
	}
	v, err := NewFraction(p)
	if err == nil {
		*f = v
	}
	return err
}
