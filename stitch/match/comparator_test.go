package match_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/stitch/match"
)

// Winkler (1990), table of examples; RapidFuzz and the published tables give the same four digits.
func TestJaroWinklerPublished(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		j, jw float64
	}{
		{"MARTHA", "MARHTA", .9444, .9611},
		{"DIXON", "DICKSONX", .7667, .8133},
		{"DWAYNE", "DUANE", .8222, .8400},
		{"", "", 1, 1},
		{"", "A", 0, 0},
		{"abc", "xyz", 0, 0},
	} {
		if got := match.Jaro(c.a, c.b); math.Abs(got-c.j) > 5e-5 {
			t.Errorf("Jaro(%s, %s) = %.4f, want %.4f", c.a, c.b, got, c.j)
		}
		if got := match.JaroWinkler(c.a, c.b); math.Abs(got-c.jw) > 5e-5 {
			t.Errorf("JaroWinkler(%s, %s) = %.4f, want %.4f", c.a, c.b, got, c.jw)
		}
	}
}

func TestEditDistances(t *testing.T) {
	for _, c := range []struct {
		a, b        string
		lev, osa, d int
	}{
		{"ca", "abc", 3, 3, 2}, // Lowrance and Wagner (1975)
		{"kitten", "sitting", 3, 3, 3},
		{"ab", "ba", 2, 1, 1},
		{"", "abc", 3, 3, 3},
		{"股份有限", "股有份限", 2, 1, 1},
	} {
		if got := match.Levenshtein(c.a, c.b, -1); got != c.lev {
			t.Errorf("Levenshtein(%s, %s) = %d, want %d", c.a, c.b, got, c.lev)
		}
		if got := match.OSA(c.a, c.b, -1); got != c.osa {
			t.Errorf("OSA(%s, %s) = %d, want %d", c.a, c.b, got, c.osa)
		}
		if got := match.DamerauLevenshtein(c.a, c.b, -1); got != c.d {
			t.Errorf("DamerauLevenshtein(%s, %s) = %d, want %d", c.a, c.b, got, c.d)
		}
	}
}

func TestSoundexCensus(t *testing.T) { // examples of the National Archives
	for name, want := range map[string]string{
		"Washington": "W252", "Lee": "L000", "Gutierrez": "G362", "Pfister": "P236",
		"Jackson": "J250", "Tymczak": "T522", "Ashcraft": "A261", "": "", "123": "",
	} {
		if got := match.Soundex(name); got != want {
			t.Errorf("Soundex(%s) = %s, want %s", name, got, want)
		}
	}
}

func TestTokenAndGram(t *testing.T) {
	if got := match.TokenSort("b a", "a b"); got != 1 {
		t.Errorf("TokenSort of permuted words = %v", got)
	}
	if got := match.TokenSet("acme rockets", "acme rockets europe"); got != 1 {
		t.Errorf("TokenSet of a subset = %v", got)
	}
	if got := match.Indel("abcd", "acbd"); math.Abs(got-.75) > 1e-12 { // LCS 3 of 4 and 4
		t.Errorf("Indel = %v", got)
	}
	// night {#n ni ig gh ht t#}, nacht {#n na ac ch ht t#}: 3 shared of 6 and 6
	if got := match.QGramDice("night", "nacht", 2); math.Abs(got-.5) > 1e-12 {
		t.Errorf("QGramDice = %v", got)
	}
	if got := match.QGramJaccard("night", "nacht", 2); math.Abs(got-1.0/3) > 1e-12 {
		t.Errorf("QGramJaccard = %v", got)
	}
}

func TestWeighted(t *testing.T) {
	var c match.Corpus
	for _, s := range []string{"acme trading", "apex trading", "zenith trading", "zenith tools"} {
		c.Add(s)
	}
	if got := c.Weighted("acme trading", "acme trading"); math.Abs(got-1) > 1e-12 {
		t.Errorf("equal texts: %v", got)
	}
	rare, common := c.Weighted("acme tools", "acme trading"), c.Weighted("acme trading", "apex trading")
	if rare <= common {
		t.Errorf("a shared rare word (%v) must count more than a shared common one (%v)", rare, common)
	}
}

func genWord() *rapid.Generator[string] {
	return rapid.OneOf(rapid.StringOfN(rapid.RuneFrom([]rune("abc ")), 0, 8, -1), rapid.StringOfN(rapid.RuneFrom([]rune("aé股")), 0, 6, -1),
		rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 60, 70, -1))
}

func propComparators(t *rapid.T) {
	a, b, c := genWord().Draw(t, "a"), genWord().Draw(t, "b"), genWord().Draw(t, "c")
	for name, f := range map[string]func(a, b string) float64{
		"jaro": match.Jaro, "jaro-winkler": match.JaroWinkler, "indel": match.Indel,
		"dice":       func(a, b string) float64 { return match.QGramDice(a, b, 2) },
		"jaccard":    func(a, b string) float64 { return match.QGramJaccard(a, b, 3) },
		"token sort": match.TokenSort, "token set": match.TokenSet,
	} {
		s := f(a, b)
		if s < 0 || s > 1 || s != f(b, a) {
			t.Fatalf("%s(%q, %q) = %v, reversed %v", name, a, b, s, f(b, a))
		}
		if f(a, a) != 1 {
			t.Fatalf("%s(%q, %q) = %v", name, a, a, f(a, a))
		}
	}
	lev, osa, dl := match.Levenshtein(a, b, -1), match.OSA(a, b, -1), match.DamerauLevenshtein(a, b, -1)
	ra, rb := []rune(a), []rune(b)
	if lev != naiveEdit(ra, rb, false) || osa != naiveEdit(ra, rb, true) {
		t.Fatalf("%q %q: levenshtein %d osa %d, naive %d %d", a, b, lev, osa, naiveEdit(ra, rb, false), naiveEdit(ra, rb, true))
	}
	if lev < osa || osa < dl || dl < max(len(ra)-len(rb), len(rb)-len(ra)) {
		t.Fatalf("%q %q: %d %d %d", a, b, lev, osa, dl)
	}
	if dl > match.DamerauLevenshtein(a, c, -1)+match.DamerauLevenshtein(c, b, -1) {
		t.Fatalf("triangle: %q %q %q", a, b, c)
	}
	limit := rapid.IntRange(0, 5).Draw(t, "limit")
	if got, want := match.OSA(a, b, limit), min(osa, limit+1); got != want {
		t.Fatalf("OSA(%q, %q, %d) = %d, want %d", a, b, limit, got, want)
	}
	if got, want := match.Levenshtein(a, b, limit), min(lev, limit+1); got != want {
		t.Fatalf("Levenshtein(%q, %q, %d) = %d, want %d", a, b, limit, got, want)
	}
	if got, want := match.LCS(a, b), naiveLCS(ra, rb); got != want {
		t.Fatalf("LCS(%q, %q) = %d, want %d", a, b, got, want)
	}
}

func naiveEdit(a, b []rune, swap bool) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0:
				d[i][j] = j
			case j == 0:
				d[i][j] = i
			default:
				cost := 1
				if a[i-1] == b[j-1] {
					cost = 0
				}
				d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
				if swap && i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d[i][j] = min(d[i][j], d[i-2][j-2]+1)
				}
			}
		}
	}
	return d[len(a)][len(b)]
}

func naiveLCS(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1] + 1
			default:
				d[i][j] = max(d[i-1][j], d[i][j-1])
			}
		}
	}
	return d[len(a)][len(b)]
}

func TestComparators(t *testing.T) { rapid.Check(t, propComparators) }

func FuzzComparators(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propComparators)) }

func BenchmarkJaroWinkler(b *testing.B) {
	names := []string{"johnson", "johnston", "williams", "williamson", "thompson", "thomson", "smith", "schmidt", "macdonald", "mcdonald"}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		match.JaroWinkler(names[i%10], names[(i*7+3)%10])
		i++
	}
}

func BenchmarkOSA(b *testing.B) {
	names := []string{"johnson", "johnston", "williams", "williamson", "thompson", "thomson", "smith", "schmidt", "macdonald", "mcdonald"}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		match.OSA(names[i%10], names[(i*7+3)%10], -1)
		i++
	}
}
