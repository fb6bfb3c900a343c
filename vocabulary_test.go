package b2b_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
)

func TestParsePhase(t *testing.T) {
	for text, want := range map[string]b2b.Phase{
		"": b2b.UnknownPhase, "unknown": b2b.UnknownPhase, "Attract": b2b.Attract, " VERLEIDEN ": b2b.Attract,
		"veroveren": b2b.Convince, "retain": b2b.Retain, "Vasthouden": b2b.Retain, "verhogen": b2b.Grow,
	} {
		if got, err := b2b.ParsePhase(text); err != nil || got != want {
			t.Errorf("ParsePhase(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"sell", "attract convince", strings.Repeat("a", 100)} {
		if got, err := b2b.ParsePhase(text); err == nil {
			t.Errorf("ParsePhase(%q) = %v, want an error", text, got)
		}
	}
	for _, p := range b2b.Phases() {
		if got, err := b2b.ParsePhase(p.Dutch()); err != nil || got != p {
			t.Errorf("the Dutch name %q reads as %v, %v", p.Dutch(), got, err)
		}
		if p.DecisionJourney() == "" {
			t.Errorf("%v lies over no part of the decision journey", p)
		}
	}
}

func windowProperty(t *rapid.T) {
	v, w, x := genWindow(t, "v"), genWindow(t, "w"), genTime(t, "x")
	both := v.Intersect(w)
	if got, want := both.Contains(x), v.Contains(x) && w.Contains(x); got != want {
		t.Fatalf("%v in the intersection of %v and %v: %v, want %v", x, v, w, got, want)
	}
	if v.Overlaps(w) != w.Overlaps(v) || both != w.Intersect(v) {
		t.Fatalf("%v and %v: overlap is not symmetric", v, w)
	}
	if v.Contains(x) && w.Contains(x) && !v.Overlaps(w) {
		t.Fatalf("%v lies in %v and %v, which do not overlap", x, v, w)
	}
	if v.IsEmpty() && v.Contains(x) {
		t.Fatalf("the empty window %v contains %v", v, x)
	}
	if d, ok := v.Duration(); ok && (d == 0) != v.IsEmpty() {
		t.Fatalf("%v: duration %v, empty %v", v, d, v.IsEmpty())
	}
	if (v.Check() == nil) == v.IsEmpty() {
		t.Fatalf("%v: empty %v, Check %v", v, v.IsEmpty(), v.Check())
	}
}

func TestWindow(t *testing.T) { rapid.Check(t, windowProperty) }

func TestView(t *testing.T) {
	at, later := epoch, epoch.Add(time.Hour)
	for _, c := range []struct {
		name         string
		view         b2b.View
		at, recorded time.Time
		want         bool
	}{
		{"no bounds", b2b.View{}, later, later, true},
		{"at is inclusive", b2b.View{At: at}, at, at, true},
		{"not yet so", b2b.View{At: at}, later, at, false},
		{"known is inclusive", b2b.View{At: at, Known: at}, at, at, true},
		{"not yet known", b2b.View{At: later, Known: at}, at, later, false},
		{"as known now", b2b.View{At: at}, at, later, true},
		{"recorded missing stands for at", b2b.View{Known: at}, later, time.Time{}, false},
	} {
		if got := c.view.Sees(c.at, c.recorded); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestPrecisionSpan(t *testing.T) {
	amsterdam, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Skip("no time zone data on this machine: ", err)
	}
	// 29 March 2026 has 23 hours in Amsterdam, 25 October 25 hours.
	for _, c := range []struct {
		p    b2b.Precision
		at   time.Time
		want time.Duration
	}{
		{b2b.Day, time.Date(2026, 3, 29, 12, 0, 0, 0, amsterdam), 23 * time.Hour},
		{b2b.Day, time.Date(2026, 10, 25, 12, 0, 0, 0, amsterdam), 25 * time.Hour},
		{b2b.Month, time.Date(2026, 2, 3, 0, 0, 0, 0, amsterdam), 28 * 24 * time.Hour},
		{b2b.Year, time.Date(2024, 2, 3, 0, 0, 0, 0, amsterdam), 366 * 24 * time.Hour},
		{b2b.Minute, epoch.Add(90 * time.Second), time.Minute},
		{b2b.Second, epoch.Add(1500 * time.Millisecond), time.Second},
		{b2b.Millisecond, epoch, time.Millisecond},
		{b2b.Microsecond, epoch, time.Microsecond},
		{b2b.UnknownPrecision, epoch, time.Microsecond},
	} {
		span, ok := c.p.Span(c.at, amsterdam)
		d, bounded := span.Duration()
		if !ok || !bounded || d != c.want || !span.Contains(c.at) {
			t.Errorf("%v of %v: %v (%v), %v; want %v", c.p, c.at, span, d, ok, c.want)
		}
	}
	for _, p := range []b2b.Precision{b2b.OrderOnly, 99} {
		if span, ok := p.Span(epoch, nil); ok {
			t.Errorf("%v has the span %v", p, span)
		}
	}
}

func TestFraction(t *testing.T) {
	for _, p := range []float64{-.1, 1.1, math.NaN(), math.Inf(1)} {
		if f, err := b2b.NewFraction(p); err == nil || f.IsKnown() {
			t.Errorf("NewFraction(%v) = %v, %v", p, f, err)
		}
	}
	if b2b.MustFraction(math.Copysign(0, -1)) != b2b.MustFraction(0) {
		t.Error("−0 and 0 differ")
	}
	if p, ok := (b2b.Fraction{}).Value(); ok || p != 0 || (b2b.Fraction{}).Or(.3) != .3 || b2b.MustFraction(.2).Or(.3) != .2 {
		t.Error("the zero Fraction is not unknown")
	}
	if f, err := b2b.Percent(40); err != nil || f != b2b.MustFraction(.4) {
		t.Errorf("Percent(40) = %v, %v", f, err)
	}
	for n, want := range map[int]float64{0: 0, 100: 1} {
		if f, err := b2b.Percent(n); err != nil || f != b2b.MustFraction(want) {
			t.Errorf("Percent(%d) = %v, %v", n, f, err)
		}
	}
	for _, n := range []int{-1, 101} {
		if f, err := b2b.Percent(n); err == nil {
			t.Errorf("Percent(%d) = %v", n, f)
		}
	}
	if f, err := b2b.ParseFraction("40"); err == nil {
		t.Errorf(`ParseFraction("40") = %v: nobody can tell 40 from 40 %%`, f)
	}
}

func TestEstimate(t *testing.T) {
	e := b2b.Estimate{Value: .4, Low: .3, High: .5, Level: .95, Method: "Wilson 1927"}
	if got, want := e.String(), "0.4 [0.3, 0.5] 95 %"; got != want {
		t.Errorf("String = %q, want %q", got, want)
	}
	if got, want := e.Scale(-10), (b2b.Estimate{Value: -4, Low: -5, High: -3, Level: .95, Method: "Wilson 1927"}); got != want {
		t.Errorf("Scale = %v, want %v", got, want)
	}
	if !e.Contains(.3) || !e.Contains(.5) || e.Contains(.51) || e.Check() != nil {
		t.Error("bounds belong to the interval")
	}
	p := b2b.Point(7, "too few")
	if _, _, ok := p.Interval(); ok || p.Check() != nil || p.Contains(7) || p.Width() != 0 || p.String() != "7" {
		t.Errorf("a point has an interval: %v", p)
	}
	for _, bad := range []b2b.Estimate{
		{Value: math.NaN(), Low: math.Inf(-1)},
		{Level: 1},
		{Low: 2, High: 1, Level: .5},
		{Value: 1},
		{Low: -1},
		{High: 1},
		{Level: -.5},
		{Value: math.NaN(), Low: 1, High: 1, Level: .5},
		{Value: math.Inf(1), Low: 1, High: 1, Level: .5},
	} {
		if err := bad.Check(); !errors.Is(err, b2b.ErrInvalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestProblems(t *testing.T) {
	var none b2b.Problems
	if none.Err() != nil {
		t.Error("no problem is an error")
	}
	var inner, outer b2b.Problems
	inner.Add("id", "empty")
	inner.Addf("[2].p", "%d is too large", 7)
	outer.Join("maps[1]", inner.Err())
	outer.Join("maps[2]", nil)
	outer.Join("maps[3]", errors.New("broken"))
	outer.Join("", &b2b.InvalidError{Path: "x", Reason: "y"})
	err := outer.Err()
	want := "maps[1].id: empty\nmaps[1][2].p: 7 is too large\nmaps[3]: broken\nx: y"
	if err.Error() != want || outer.Len() != 4 {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if !errors.Is(err, b2b.ErrInvalid) {
		t.Error("not ErrInvalid")
	}
	many, ok := err.(interface{ Unwrap() []error })
	if !ok || len(many.Unwrap()) != 4 {
		t.Error("the problems are not listed")
	}
	var long b2b.Problems
	long.Add("p", strings.Repeat("é", 1000))
	if n := len(long.Err().Error()); n > 220 {
		t.Errorf("a reason of %d bytes", n)
	}
	for reason, want := range map[string]string{ // at most 200 bytes, and no rune cut in two
		strings.Repeat("x", 200):       strings.Repeat("x", 200),
		strings.Repeat("x", 201):       strings.Repeat("x", 200) + "…",
		"x" + strings.Repeat("é", 100): "x" + strings.Repeat("é", 99) + "…",
	} {
		var p b2b.Problems
		if p.Add("", reason); p.Err().Error() != want {
			t.Errorf("%q, want %q", p.Err(), want)
		}
	}
	if got := (&b2b.TooLargeError{What: "profiles", Limit: 5}).Error(); got != "profiles: too large, limit 5" {
		t.Error(got)
	}
	if got := (&b2b.TooLargeError{What: "profiles", Need: 9, Limit: 5}).Error(); got != "profiles: too large: needs 9, limit 5" {
		t.Error(got)
	}
	if !errors.Is(&b2b.TooLargeError{}, b2b.ErrTooLarge) {
		t.Error("not ErrTooLarge")
	}
}

func TestRemoved(t *testing.T) {
	var r, s b2b.Removed
	if !r.IsEmpty() {
		t.Error("the zero value is not empty")
	}
	r.Add("touches", 2)
	r.Add("events", 1)
	r.Add("signals", 0)
	s.Add("touches", 3)
	s.Add("seats", 1)
	r.Merge(s)
	want := []b2b.RemovedItem{{"events", 1}, {"seats", 1}, {"touches", 5}}
	if diff := cmp.Diff(want, r.Items); diff != "" {
		t.Error(diff)
	}
	if r.N("touches") != 5 || r.N("nothing") != 0 {
		t.Error("N")
	}
}

func ExamplePhase() {
	p, _ := b2b.ParsePhase("veroveren")
	fmt.Println(p, "-", p.DecisionJourney())
	// Output: convince - active evaluation
}

func ExampleMoney_Split() {
	bonus := b2b.MustMoney(10000, "EUR")
	parts, _ := bonus.Split([]float64{1, 1, 1, 0})
	fmt.Println(parts)
	// Output: [33.34 EUR 33.33 EUR 33.33 EUR 0.00 EUR]
}

func ExampleProblems() {
	var p b2b.Problems
	p.Add("touches[12].account", "empty")
	p.Add("touches[15].at", "before 1900")
	fmt.Println(p.Err())
	// Output:
	// touches[12].account: empty
	// touches[15].at: before 1900
}
