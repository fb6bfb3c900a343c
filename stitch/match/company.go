package match

import (
	"unicode/utf8"

	"github.com/buyerjourney/b2b/internal/company"
)

// CompanyName is a company name in parts: words with their tags, legal form and key. It is immutable and safe for
// concurrent use; the zero value is an empty name.
type CompanyName struct {
	name    company.Name
	words   []nameWord
	joined  string // all words without blanks, articles too
	acronym string
	formed  string // acronym with the initial of the legal form
	full    string // acronym with the initials of articles and prepositions
}

// nameWord is a word that takes part in comparisons.
type nameWord struct {
	text   string
	tag    company.Tag
	weight float64
	runes  int
}

// Weights of the parts of a name, and the factors of [CompareCompany]. They were tuned on the half of name_bench where
// FNV-1a-64 of both names is even.
const (
	ordinaryWeight = 0.4
	initialsWeight = 0.9
	placeWeight    = 1.0
	numberWeight   = 0.6
	nearWord       = 0.70 // below it two words are different words
	numberFactor   = 0.92 // a number on one side, or two that differ
	placeFactor    = 0.85 // a place on one side, or two that differ
	bothFactor     = 0.80 // both sides have a word that the other lacks
	classFactor    = 0.95
	formFactor     = 0.99
	wordCap        = 0.5 // all of one side's own words unmatched
	acronymScore   = 0.75
)

// Company takes a company name apart. The country (ISO 3166 alpha-2, or empty) decides between legal forms of one
// spelling. It never fails: a name that is all legal form keeps it as its core.
func Company(name, country string) CompanyName { return newCompanyName(company.Parse(name, country)) }

func newCompanyName(n company.Name) CompanyName {
	c := CompanyName{name: n, acronym: n.Acronym(), formed: n.AcronymWithForm(), full: n.FullAcronym()}
	for _, t := range n.Tokens {
		c.joined += t.Text
		if t.Tag == company.Small {
			continue
		}
		c.words = append(c.words, nameWord{text: t.Text, tag: t.Tag, weight: tagWeight(t.Tag), runes: utf8.RuneCountInString(t.Text)})
	}
	if len(c.words) == 0 {
		for _, t := range n.Tokens {
			c.words = append(c.words, nameWord{text: t.Text, tag: company.Core, weight: 1, runes: utf8.RuneCountInString(t.Text)})
		}
	}
	return c
}

func tagWeight(t company.Tag) float64 {
	switch t {
	case company.Ordinary:
		return ordinaryWeight
	case company.Initials:
		return initialsWeight
	case company.Place:
		return placeWeight
	case company.Number:
		return numberWeight
	case company.UnknownTag, company.Core, company.Small:
	}
	return 1
}

// Key returns the words without legal form, articles and prepositions, sorted: the form under which spellings meet.
func (c CompanyName) Key() string { return c.name.Key }

// Acronym returns the initials of the words, if there are 2 to 6, else the empty text.
func (c CompanyName) Acronym() string { return c.acronym }

// LegalForm returns the canonical short name of the legal form and its class; both are empty or "unknown" if none was
// found.
func (c CompanyName) LegalForm() (form, class string) {
	return c.name.Form.Name, c.name.Form.Class.String()
}

// NamePart is one line of the explanation of [CompareCompany]: two aligned words (one of them empty where a word has no
// partner), their similarity in [0, 1] and their weight; or a factor, with its reason in What.
type NamePart struct {
	A, B   string
	What   string
	Sim    float64
	Weight float64
}

// maxAligned is how many words of a name are aligned; longer names are compared by their first so many.
const maxAligned = 12

// CompareCompany returns how alike two company names are, in [0, 1], and the parts of the result. Words are aligned so
// that the sum of weight × similarity is largest; two words under 0.7 of 1 − OSA/length are different words; joined
// words are tried ("data base", "database"). Then numbers, legal forms and words that tell companies apart correct the
// result; see the package documentation.
func CompareCompany(a, b CompanyName) (float64, []NamePart) {
	var parts []NamePart
	s := compareCompany(&a, &b, &parts)
	return s, parts
}

type aligner struct {
	a, b   [maxAligned]nameWord
	na, nb int
	sim    [maxAligned][maxAligned]float64
	pair   [maxAligned]int8 // of a: partner in b, −1 none
	used   [maxAligned]bool
}

// compareCompany computes the similarity without an allocation where parts is nil.
func compareCompany(a, b *CompanyName, parts *[]NamePart) float64 {
	if len(a.words) == 0 || len(b.words) == 0 {
		if len(a.words) == len(b.words) {
			return 1
		}
		return 0
	}
	var s float64
	if a.joined == b.joined {
		s = 1
		note(parts, "equal without blanks", 1)
	} else {
		var al aligner
		al.na, al.nb = copy(al.a[:], a.words), copy(al.b[:], b.words)
		al.join()
		al.align()
		s = al.score(parts)
	}
	if acr := acronymMatch(a, b); acr > s {
		s = acr
		note(parts, "acronym", acr)
	}
	return s * formsFactor(a.name.Form, b.name.Form, parts)
}

func note(parts *[]NamePart, what string, factor float64) {
	if parts != nil {
		*parts = append(*parts, NamePart{What: what, Sim: factor})
	}
}

func formsFactor(a, b company.Form, parts *[]NamePart) float64 {
	switch {
	case a.Class == company.UnknownClass || b.Class == company.UnknownClass || a.Name == b.Name:
		return 1
	case a.Class != b.Class && a.Class != company.OtherClass && b.Class != company.OtherClass:
		note(parts, "class of legal form", classFactor)
		return classFactor
	}
	note(parts, "legal form", formFactor)
	return formFactor
}

// join merges neighbours of one side that are one word on the other.
func (al *aligner) join() {
	al.na = joinSide(&al.a, al.na, &al.b, al.nb)
	al.nb = joinSide(&al.b, al.nb, &al.a, al.na)
}

func joinSide(x *[maxAligned]nameWord, nx int, y *[maxAligned]nameWord, ny int) int {
	for i := 0; i+1 < nx; i++ {
		l := len(x[i].text) + len(x[i+1].text)
		for j := range ny {
			t := y[j].text
			if len(t) != l || t[:len(x[i].text)] != x[i].text || t[len(x[i].text):] != x[i+1].text {
				continue
			}
			x[i] = y[j]
			copy(x[i+1:nx-1], x[i+2:nx])
			nx--
			break
		}
	}
	if ny == 1 && nx > 2 { // three and more words that are one
		at := 0
		for i := range nx {
			t := y[0].text
			if at+len(x[i].text) > len(t) || t[at:at+len(x[i].text)] != x[i].text {
				return nx
			}
			at += len(x[i].text)
		}
		if at == len(y[0].text) {
			x[0] = y[0]
			return 1
		}
	}
	return nx
}

func wordNear(a, b *nameWord) float64 {
	if a.text == b.text {
		return 1
	}
	if a.tag == company.Number || b.tag == company.Number {
		return 0
	}
	n := max(a.runes, b.runes)
	limit := int((1 - nearWord) * float64(n))
	if limit == 0 || n-min(a.runes, b.runes) > limit {
		return 0
	}
	d := OSA(a.text, b.text, limit)
	if d > limit || (d > 1 && !sameStart(a.text, b.text)) {
		return 0
	}
	return 1 - float64(d)/float64(n)
}

// sameStart says whether two words begin with the same letter. Slips are rarest at the start of a word (Winkler 1990),
// so that a second one beside it speaks of another word.
func sameStart(a, b string) bool {
	x, _ := utf8.DecodeRuneInString(a)
	y, _ := utf8.DecodeRuneInString(b)
	return x == y
}

// align finds the assignment of words with the largest sum of weight × similarity: words with an equal partner first,
// which is never worse, then the rest exactly for up to 8 by 8 open words with a near partner, by depth-first search.
func (al *aligner) align() {
	for i := range al.na {
		al.pair[i] = -1
	}
	for i := range al.na {
		for j := range al.nb {
			if !al.used[j] && al.a[i].text == al.b[j].text {
				al.pair[i], al.used[j] = int8(j), true
				al.sim[i][j] = 1
				break
			}
		}
	}
	var open [maxAligned]int8
	n := 0
	for i := range al.na {
		if al.pair[i] >= 0 {
			continue
		}
		near := false
		for j := range al.nb {
			if !al.used[j] {
				al.sim[i][j] = wordNear(&al.a[i], &al.b[j])
				near = near || al.sim[i][j] > 0
			}
		}
		if near {
			open[n] = int8(i)
			n++
		}
	}
	if n == 0 {
		return
	}
	s := search{al: al, open: open[:n]}
	s.from(0, 0)
	for k, i := range open[:n] {
		if j := s.best[k]; j >= 0 {
			al.pair[i], al.used[j] = j, true
		}
	}
}

// search is the depth-first search over assignments of the open words; few words are near one another, so it is short.
type search struct {
	al        *aligner
	open      []int8
	now, best [maxAligned]int8
	bestSum   float64
	steps     int
	found     bool
}

func (s *search) from(k int, sum float64) {
	if k == len(s.open) {
		if !s.found || sum > s.bestSum {
			s.best, s.bestSum, s.found = s.now, sum, true
		}
		return
	}
	i := s.open[k]
	for j := range s.al.nb {
		if s.steps++; s.steps > 20000 && s.found {
			return
		}
		if !s.al.used[j] && s.al.sim[i][j] > 0 {
			s.al.used[j] = true
			s.now[k] = int8(j)
			s.from(k+1, sum+float64(pairWeight(&s.al.a[i], &s.al.b[j])*s.al.sim[i][j]))
			s.al.used[j] = false
		}
	}
	s.now[k] = -1
	s.from(k+1, sum)
}

func pairWeight(a, b *nameWord) float64 { return (a.weight + b.weight) / 2 }

// score sums the aligned words and applies the corrections for numbers and for words that stand alone.
func (al *aligner) score(parts *[]NamePart) float64 {
	got, all := 0.0, 0.0
	ownA, ownB, hitA, hitB := 0, 0, 0, 0
	number, place, aloneA, aloneB := false, false, false, false
	for i := range al.na {
		w := &al.a[i]
		all += w.weight
		own := w.tag != company.Ordinary
		if own {
			ownA++
		}
		if j := al.pair[i]; j >= 0 {
			got += float64(pairWeight(w, &al.b[j]) * al.sim[i][j])
			if own {
				hitA++
			}
			if al.b[j].tag != company.Ordinary {
				hitB++
			}
			if parts != nil {
				*parts = append(*parts, NamePart{A: w.text, B: al.b[j].text, Sim: al.sim[i][j], Weight: pairWeight(w, &al.b[j])})
			}
			continue
		}
		number, place = number || w.tag == company.Number, place || w.tag == company.Place
		aloneA = aloneA || (w.tag != company.Number && w.tag != company.Place)
		if parts != nil {
			*parts = append(*parts, NamePart{A: w.text, Weight: w.weight / 2})
		}
	}
	for j := range al.nb {
		w := &al.b[j]
		all += w.weight
		if w.tag != company.Ordinary {
			ownB++
		}
		if !al.used[j] {
			number, place = number || w.tag == company.Number, place || w.tag == company.Place
			aloneB = aloneB || (w.tag != company.Number && w.tag != company.Place)
			if parts != nil {
				*parts = append(*parts, NamePart{B: w.text, Weight: w.weight / 2})
			}
		}
	}
	s := 2 * got / all
	if s > 1-1e-12 {
		s = 1 // rounding of sums
	}
	if number {
		s *= numberFactor
		note(parts, "number", numberFactor)
	}
	if place {
		s *= placeFactor
		note(parts, "place", placeFactor)
	}
	if aloneA && aloneB {
		s *= bothFactor
		note(parts, "words on both sides", bothFactor)
	}
	if (ownA > 0 && hitA == 0) || (ownB > 0 && hitB == 0) {
		if s > wordCap {
			s = wordCap
			note(parts, "no word of its own", wordCap)
		}
	}
	return s
}

// CompanySimilarity is the figure of [CompareCompany] without its parts and without an allocation.
func CompanySimilarity(a, b CompanyName) float64 { return compareCompany(&a, &b, nil) }
