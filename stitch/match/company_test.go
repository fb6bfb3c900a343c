package match_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/stitch/match"
)

// The bars of name_bench, Company: best F1 and average precision of the best peer.
func TestNameBenchCompany(t *testing.T) {
	var all, odd, even []match.Scored
	for _, p := range nameBench(t) {
		if p.schema != "Company" {
			continue
		}
		s, _ := match.CompareCompany(match.Company(p.a, ""), match.Company(p.b, ""))
		all = append(all, match.Scored{Score: s, Match: p.match})
		if p.odd {
			odd = append(odd, match.Scored{Score: s, Match: p.match})
		} else {
			even = append(even, match.Scored{Score: s, Match: p.match})
		}
		if testing.Verbose() {
			t.Logf("%.3f %v %q %q", s, p.match, p.a, p.b)
		}
	}
	a, o, e := match.ScorePairs(all), match.ScorePairs(odd), match.ScorePairs(even)
	t.Logf("all  %+v", a)
	t.Logf("odd  %+v", o)
	t.Logf("even %+v", e)
	if a.BestF1 < .86 || a.AveragePrecision < .945 {
		t.Errorf("F1 %.3f, average precision %.3f", a.BestF1, a.AveragePrecision)
	}
	if o.BestF1 < e.BestF1-.03 {
		t.Errorf("the half that was not tuned on has F1 %.3f, the other %.3f", o.BestF1, e.BestF1)
	}
}

func TestCompareCompany(t *testing.T) {
	type pair struct{ a, b string }
	order := []pair{ // most alike first
		{"Siemens AG", "Siemens Aktiengesellschaft"},
		{"Siemens AG", "Siemens GmbH"},
		{"Bowne Global Solutions", "Bowne Global Solutions II"},
		{"Acme Holding", "Zenith Holding"},
	}
	last := 1.1
	for _, p := range order {
		s, _ := match.CompareCompany(match.Company(p.a, ""), match.Company(p.b, ""))
		if s >= last {
			t.Errorf("%q and %q have %.3f, no less than the pair before", p.a, p.b, s)
		}
		last = s
	}
	if s, _ := match.CompareCompany(match.Company("BT LLP", "GB"), match.Company("Textiles, Blackwell Ltd", "GB")); s < .7 {
		t.Errorf("acronym of a name written as in a list: %.3f", s)
	}
}

func companyScore(a, b string) float64 {
	return match.CompanySimilarity(match.Company(a, ""), match.Company(b, ""))
}

// The bar of name_bench for Organization rows: the best F1 of its best peer.
func TestNameBenchOrganization(t *testing.T) {
	var all []match.Scored
	for _, p := range nameBench(t) {
		if p.schema == "Organization" {
			all = append(all, match.Scored{Score: companyScore(p.a, p.b), Match: p.match})
		}
	}
	if s := match.ScorePairs(all); s.BestF1 < .95 || s.AveragePrecision < .97 {
		t.Errorf("F1 %.3f, average precision %.3f", s.BestF1, s.AveragePrecision)
	}
}

func TestCompanyAcronyms(t *testing.T) {
	for _, c := range []struct {
		short, long string
		want        float64
	}{
		{"ECB", "European Central Bank", .75},
		{"BoE", "Bank of England", .75},
		{"BE", "Bank of England", .75},
		{"WWF Nederland", "World Wildlife Fund", .75 * .85}, // a place that the long name lacks
		{"WF Nederland", "World Fund", 0},                   // two letters and a place are too little
		{"WWF Arnhem", "World Wildlife Fund", 0},            // no place of the table
		{"WWF", "World Wildlife Trust", 0},
		{"TB", "The Brothers", 0},
	} {
		if s := companyScore(c.short, c.long); math.Abs(s-c.want) > 1e-12 {
			t.Errorf("%q, %q: %.4f, want %.4f", c.short, c.long, s, c.want)
		}
	}
}

// A second slip counts only where the words begin alike.
func TestCompanySlips(t *testing.T) {
	for _, c := range []struct {
		a, b string
		near bool
	}{
		{"Heijden", "Heyden", true},
		{"Meijden", "Reijden", true},
		{"Heijde", "Meijden", false},
		{"Schilderman", "Schildemann", true},
	} {
		if s := companyScore(c.a, c.b); (s > 0) != c.near {
			t.Errorf("%q, %q: %.3f", c.a, c.b, s)
		}
	}
}

func propCompany(t *rapid.T) {
	word := rapid.SampledFrom([]string{"Acme", "Global", "Solutions", "BV", "GmbH", "2", "II", "A.B.", "de", "Nederland", "Akme", "data", "base", "database", "&"})
	draw := func(label string) string {
		return strings.Join(rapid.SliceOfN(word, 0, 6).Draw(t, label), " ")
	}
	a, b := draw("a"), draw("b")
	x, y := match.Company(a, ""), match.Company(b, "")
	s, _ := match.CompareCompany(x, y)
	r, _ := match.CompareCompany(y, x)
	if s < 0 || s > 1 || s-r > 1e-9 || r-s > 1e-9 {
		t.Fatalf("%q %q: %v, reversed %v", a, b, s, r)
	}
	if e, _ := match.CompareCompany(x, x); e != 1 {
		t.Fatalf("%q with itself: %v", a, e)
	}
}

func TestCompanyProperties(t *testing.T) { rapid.Check(t, propCompany) }

func FuzzCompany(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propCompany)) }

func BenchmarkCompany(b *testing.B) {
	names := []string{
		"Bowne Global Solutions B.V.", "Bowne Global Solution BV", "Koninklijke Jansen Beheer N.V.", "Jansen Holding B.V.",
		"Procter & Gamble Co.", "Samsung Electronics Co., Ltd.",
	}
	b.Run("prepared", func(b *testing.B) {
		b.ReportAllocs()
		var list []match.CompanyName
		for _, n := range names {
			list = append(list, match.Company(n, "NL"))
		}
		i := 0
		for b.Loop() {
			match.CompanySimilarity(list[i%6], list[(i*5+1)%6])
			i++
		}
	})
	b.Run("normalising", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			match.Similarity(match.CompanyKind, names[i%6], names[(i*5+1)%6], "NL")
			i++
		}
	})
}
