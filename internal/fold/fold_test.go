package fold_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/internal/fold"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"acme trading", "acme trading"},
		{"  ACME,  Trading-B.V. ", "acme trading b v"},
		{"Straße Ægir Øre Łódź Đuro Œuvre Þór", "strasse aegir ore lodz duro oeuvre thor"},
		{"Coöperatie Één", "cooperatie een"},
		{"ＡＢＣ ①", "abc 1"},
		{"İstanbul ılıca", "istanbul ilica"},
		{"ΟΔΥΣΣΕΎΣ", "οδυσσευσ"},
		{"Ёлка", "елка"},
		{"한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"},
		{"O’Neill", "o neill"},
		{"\xff\xfeabc", "abc"},
		{"ﬁle", "file"},
	} {
		if got := fold.Fold(c.in); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestCompany(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Müller & Söhne GmbH", "muller & sohne gmbh"},
		{"S.A.S. C++ @home", "s.a.s. c++ @home"},
		{"O’Neill – Coca‐Cola", "o'neill - coca-cola"},
	} {
		if got := fold.Company(c.in); got != c.want {
			t.Errorf("Company(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestEveryRuneIsIdempotent(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		once := fold.Fold("a" + string(r) + "b")
		if twice := fold.Fold(once); twice != once {
			t.Fatalf("%U: %q folds again to %q", r, once, twice)
		}
		if strings.Contains(once, "  ") {
			t.Fatalf("%U: two spaces in %q", r, once)
		}
	}
}

func propIdempotent(t *rapid.T) {
	s := rapid.String().Draw(t, "text")
	for _, keep := range []string{"", fold.Signs} {
		once := fold.Keep(s, keep)
		if twice := fold.Keep(once, keep); twice != once {
			t.Fatalf("%q folds to %q and then to %q", s, once, twice)
		}
		if !utf8.ValidString(once) || strings.HasPrefix(once, " ") || strings.HasSuffix(once, " ") {
			t.Fatalf("%q folds to %q", s, once)
		}
	}
}

func TestIdempotent(t *testing.T) { rapid.Check(t, propIdempotent) }
func FuzzIdempotent(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propIdempotent)) }

func TestFoldedTextIsNotCopied(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { fold.Fold("acme trading 2000") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFold(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		fold.Fold("Coöperatie Zuid-Hollandse Zuivelfabriek U.A.")
	}
}
