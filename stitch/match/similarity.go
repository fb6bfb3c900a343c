package match

import (
	"strings"
	"unicode/utf8"

	"github.com/buyerjourney/b2b/internal/company"
)

// Similarity compares two raw values of a kind, in [0, 1]: company names by [CompareCompany], names of persons by
// [ComparePerson], other kinds by [TokenSort] of the folded texts. It is symmetric; both empty give 1, one empty 0.
func Similarity(k Kind, a, b, country string) float64 {
	//exhaustive:ignore
	switch k {
	case CompanyKind:
		x, y := newCompanyName(company.Parse(a, country)), newCompanyName(company.Parse(b, country))
		return compareCompany(&x, &y, nil)
	case PersonName, GivenName, Surname:
		return ComparePerson(a, b)
	default:
		return TokenSort(Fold(a), Fold(b))
	}
}

// ComparePerson compares two names of persons, in any order of their words. Words are aligned one to one so that the sum of
// similarities is largest: equal words 1, near ones 1 − OSA/length (nothing under 0.6), a word and its initial 0.8,
// nicknames 0.9; joined words are tried. The result is the aligned share of the characters, with words of the longer
// name that have no partner counting half; names of father and son (Sr, Jr, II) count less.
func ComparePerson(a, b string) float64 {
	x, y := strings.Fields(Fold(a)), strings.Fields(Fold(b))
	if len(x) == 0 || len(y) == 0 {
		if len(x) == len(y) {
			return 1
		}
		return 0
	}
	if strings.Join(x, "") == strings.Join(y, "") {
		return 1
	}
	x, y = joinWords(x, y), joinWords(y, x)
	if len(x) > len(y) {
		x, y = y, x
	}
	x, y = x[:min(len(x), maxAligned)], y[:min(len(y), maxAligned)]
	s := personScore(x, y)
	if generationsDiffer(strings.Join(x, " "), strings.Join(y, " ")) {
		s *= fatherAndSon
	}
	return s
}

// fatherAndSon is the factor for two names of different generations.
const fatherAndSon = 0.6

// joinWords merges neighbours of x that are one word of y.
func joinWords(x, y []string) []string {
	out := make([]string, 0, len(x))
	for i := 0; i < len(x); i++ {
		if i+1 < len(x) {
			both := x[i] + x[i+1]
			hit := false
			for _, w := range y {
				hit = hit || w == both
			}
			if hit {
				out = append(out, both)
				i++
				continue
			}
		}
		out = append(out, x[i])
	}
	return out
}

func personWord(a, b string) float64 {
	if a == b {
		return 1
	}
	la, lb := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	n := max(la, lb)
	if min(la, lb) == 1 {
		if strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
			return 0.8
		}
		return 0
	}
	s := 0.0
	if d := OSA(a, b, n/2); d <= n/2 {
		s = 1 - float64(d)/float64(n)
	}
	if s < 0.6 {
		s = 0
	}
	if s < 0.9 && shareSorted(nicknameGroups(a), nicknameGroups(b)) {
		s = 0.9
	}
	return s
}

// personScore aligns the words of x to those of y, len(x) ≤ len(y).
func personScore(x, y []string) float64 {
	var sim [maxAligned][maxAligned]float64
	for i, w := range x {
		for j, v := range y {
			sim[i][j] = personWord(w, v)
		}
	}
	weight := func(s string) float64 { return float64(max(utf8.RuneCountInString(s), 2)) }
	var used [maxAligned]bool
	got, all := 0.0, 0.0
	var taken [maxAligned]bool
	for range x { // greedy by similarity, ties by position: equal words first
		bi, bj, best := -1, -1, 0.0
		for i := range x {
			if taken[i] {
				continue
			}
			for j := range y {
				if !used[j] && sim[i][j] > best {
					bi, bj, best = i, j, sim[i][j]
				}
			}
		}
		if bi < 0 {
			break
		}
		taken[bi], used[bj] = true, true
		w := weight(x[bi]) + weight(y[bj])
		got += float64(w * best)
		all += w
	}
	worst := 1.0
	for i, w := range x {
		if !taken[i] {
			all += 2 * weight(w)
			worst = 0.7
		}
	}
	for j, v := range y {
		if !used[j] {
			all += weight(v) / 2
		}
	}
	return got / all * worst
}
