package funnel_test

import (
	"encoding"
	"fmt"
	"testing"

	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/funnel/survival"
)

// enumeration is what every closed enumeration of the package is.
type enumeration interface {
	~uint8
	fmt.Stringer
	encoding.TextMarshaler
	encoding.TextAppender
	IsValid() bool
}

// checkCodec reads back the text of each of n values, and sees that nothing else is read or written.
func checkCodec[E enumeration, P interface {
	*E
	encoding.TextUnmarshaler
}](t *testing.T, n int) {
	t.Helper()
	seen := map[string]bool{}
	for i := range n {
		e := E(i)
		text, err := e.MarshalText()
		if err != nil || string(text) != e.String() || seen[e.String()] || !e.IsValid() {
			t.Errorf("%T(%d): text %q, %v", e, i, text, err)
		}
		seen[e.String()] = true
		appended, err := e.AppendText([]byte("x"))
		if err != nil || string(appended) != "x"+e.String() {
			t.Errorf("%T(%d): appended %q, %v", e, i, appended, err)
		}
		var back E
		if err := P(&back).UnmarshalText(text); err != nil || back != e {
			t.Errorf("%T(%d): read back as %v, %v", e, i, back, err)
		}
	}
	e := E(n)
	if _, err := e.MarshalText(); err == nil || e.IsValid() {
		t.Errorf("%T(%d) is written", e, n)
	}
	back := E(1)
	if err := P(&back).UnmarshalText([]byte("nonsense")); err == nil || back != E(1) {
		t.Errorf("%T: nonsense is read as %v, %v", e, back, err)
	}
	back = E(1)
	if err := P(&back).UnmarshalText(nil); err != nil || back != E(0) {
		t.Errorf("%T: the empty text is read as %v, %v", e, back, err)
	}
}

func TestCodecs(t *testing.T) {
	checkCodec[funnel.Outcome](t, 8)
	checkCodec[funnel.Moment](t, 6)
	checkCodec[funnel.Category](t, 7)
	checkCodec[funnel.Verdict](t, 6)
	checkCodec[funnel.Calendar](t, 6)
	checkCodec[funnel.Unit](t, 3)
	checkCodec[funnel.Dimension](t, 6)
	checkCodec[funnel.CountInterval](t, 4)
	checkCodec[funnel.BrandEventKind](t, 6)
	checkCodec[funnel.VisitClass](t, 3)
	checkCodec[funnel.Fate](t, 4)
	checkCodec[survival.Interval](t, 3)
	checkCodec[survival.Family](t, 5)
	for text, want := range map[string]funnel.Outcome{"Closed Won": funnel.Won, "declined": funnel.Lost, "cancelled": funnel.NoDecision, "no_decision": funnel.NoDecision} {
		if got, err := funnel.ParseOutcome(text); err != nil || got != want {
			t.Errorf("%q is read as %v, %v", text, got, err)
		}
	}
}

func TestDateText(t *testing.T) {
	for _, text := range []string{"", "2026-02-28", "1999-12-31"} {
		d, err := funnel.ParseDate(text)
		if err != nil || d.String() != text {
			t.Errorf("%q: %v, %v", text, d, err)
		}
		written, err := d.MarshalText()
		var back funnel.Date
		if e := back.UnmarshalText(written); err != nil || e != nil || back != d {
			t.Errorf("%q: read back as %v", text, back)
		}
	}
	if _, err := funnel.ParseDate("2026-02-30"); err == nil {
		t.Error("the 30th of February is read")
	}
	a, b := funnel.Date{Year: 2026, Month: 2, Day: 28}, funnel.Date{Year: 2026, Month: 3, Day: 1}
	if a.AddDays(1) != b || a.Compare(b) != -1 || b.Compare(a) != 1 || a.Compare(a) != 0 {
		t.Error("days are not in order")
	}
}

func TestFlagNames(t *testing.T) {
	all := funnel.Flags(0)
	seen := map[string]bool{}
	for _, f := range funnel.AllFlags() {
		if f.String() == "" || seen[f.String()] {
			t.Errorf("flag %d is named %q", f, f.String())
		}
		seen[f.String()] = true
		all |= f
	}
	if len(seen) != 13 || !all.Has(funnel.Stale|funnel.Regressed) || funnel.Flags(0).String() != "" {
		t.Errorf("%d flags, all of them %v", len(seen), all)
	}
}
