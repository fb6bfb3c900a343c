package b2b_test

import (
	"encoding"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
)

// textCodec is what every closed enumeration and every small value with a text form has.
type textCodec interface {
	encoding.TextMarshaler
	encoding.TextAppender
	String() string
}

// checkText holds that the text forms agree, that they read back to the same value, and that JSON does too.
func checkText[T interface {
	comparable
	textCodec
}, P interface {
	*T
	encoding.TextUnmarshaler
}](t *rapid.T, v T) {
	text, err := v.MarshalText()
	if err != nil {
		t.Fatalf("MarshalText(%v): %v", v, err)
	}
	if appended, err := v.AppendText([]byte("x")); err != nil || string(appended) != "x"+string(text) {
		t.Fatalf("AppendText(%v) = %q, %v; MarshalText %q", v, appended, err, text)
	}
	if v.String() != string(text) {
		t.Fatalf("String %q differs from MarshalText %q", v.String(), text)
	}
	var back T
	if err := P(&back).UnmarshalText(text); err != nil || back != v {
		t.Fatalf("%q read back as %v, %v; want %v", text, back, err, v)
	}
	data, err := json.Marshal(struct{ V T }{v})
	if err != nil {
		t.Fatalf("json of %v: %v", v, err)
	}
	var wrapped struct{ V T }
	if err := json.Unmarshal(data, &wrapped); err != nil || wrapped.V != v {
		t.Fatalf("%s read back as %v, %v; want %v", data, wrapped.V, err, v)
	}
}

func codecProperty(t *rapid.T) {
	checkText(t, b2b.Phase(rapid.IntRange(0, 4).Draw(t, "phase")))
	checkText(t, b2b.Precision(rapid.IntRange(0, int(b2b.Microsecond)).Draw(t, "precision")))
	checkText(t, genMoney(t, "money"))
	checkText(t, genFraction(t, "fraction"))
	w := genWindow(t, "window")
	data, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	var back b2b.Window
	err = json.Unmarshal(data, &back)
	if w.IsEmpty() != (err != nil) {
		t.Fatalf("window %s: empty %v, read back with %v", data, w.IsEmpty(), err)
	}
	if err == nil && back != w.UTC() {
		t.Fatalf("window %s read back as %v, want %v", data, back, w)
	}
}

func TestCodecs(t *testing.T) { rapid.Check(t, codecProperty) }

func FuzzCodecs(f *testing.F) { f.Fuzz(rapid.MakeFuzz(codecProperty)) }

// stable holds that what a decoder accepts is written in a form that it reads back as the same value.
func stable[T comparable, P interface {
	*T
	encoding.TextUnmarshaler
}](t *testing.T, text []byte, marshal func(T) ([]byte, error)) {
	t.Helper()
	var v T
	if P(&v).UnmarshalText(text) != nil {
		var zero T
		if v != zero {
			t.Errorf("refused %q changed the receiver to %v", text, v)
		}
		return
	}
	out, err := marshal(v)
	if err != nil {
		t.Fatalf("accepted %q as %v, which has no text: %v", text, v, err)
	}
	var back T
	if err := P(&back).UnmarshalText(out); err != nil || back != v {
		t.Errorf("%q is %v, written %q, read back as %v, %v", text, v, out, back, err)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{
		"", "verleiden", "GROW", "12.30 EUR", "EUR -0.01", "1 JPY", "-9223372036854775808 JPY", "0.4", "40 %", "1e-3", "NaN",
		"millisecond", "order only", "+5 USD", "0.005 KWD", "1. EUR", ".5 EUR", "- EUR",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		stable(t, text, b2b.Phase.MarshalText)
		stable(t, text, b2b.Precision.MarshalText)
		stable(t, text, b2b.Money.MarshalText)
		stable(t, text, b2b.Fraction.MarshalText)
	})
}

func FuzzWindowJSON(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"from":"2026-01-01T00:00:00Z"}`, `{"from":"2026-01-02T00:00:00+01:00","to":"2026-01-03T00:00:00Z"}`,
		`{"from":"2026-01-02T00:00:00Z","to":"2026-01-01T00:00:00Z"}`, `{"from":"x","to":"y"}`, `null`, `[]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var w b2b.Window
		if json.Unmarshal(data, &w) != nil {
			return
		}
		out, err := json.Marshal(w)
		if err != nil {
			t.Skip("a year outside 0..9999 has no RFC 3339 form")
		}
		var back b2b.Window
		if err := json.Unmarshal(out, &back); err != nil || back != w {
			t.Errorf("%s is %v, written %s, read back as %v, %v", data, w, out, back, err)
		}
	})
}

func TestFractionJSON(t *testing.T) {
	for _, c := range []struct {
		in   string
		want b2b.Fraction
		bad  bool
	}{
		{in: `0.4`, want: b2b.MustFraction(.4)},
		{in: `"40%"`, want: b2b.MustFraction(.4)},
		{in: `1`, want: b2b.MustFraction(1)},
		{in: `null`},
		{in: `""`},
		{in: `40`, bad: true},
		{in: `-0.1`, bad: true},
		{in: `"NaN"`, bad: true},
		{in: `true`, bad: true},
		{in: `{}`, bad: true},
	} {
		var got b2b.Fraction
		err := json.Unmarshal([]byte(c.in), &got)
		if (err != nil) != c.bad || got != c.want {
			t.Errorf("%s: got %v, %v", c.in, got, err)
		}
	}
}

func TestEnumNumbersOutside(t *testing.T) {
	if _, err := b2b.Phase(17).MarshalText(); err == nil {
		t.Error("a phase that does not exist was written")
	}
	if got, want := b2b.Phase(17).String(), "phase(17)"; got != want {
		t.Errorf("String = %q, want %q", got, want)
	}
	if b2b.Phase(17).Dutch() == "" || b2b.Phase(17).DecisionJourney() != "" || b2b.Phase(17).IsValid() || b2b.Precision(99).IsValid() {
		t.Error("a number outside the enumeration was taken for a value")
	}
}
