package company

import (
	"strings"
	"unicode/utf8"

	"github.com/buyerjourney/b2b/internal/fold"
)

// word is a token before tagging.
type word struct {
	text     string
	initials bool
}

const and = "&"

// split folds a name and cuts it into words: joined initials, connectives as [and], no other signs.
func split(name string) []word {
	folded := spellPercent(fold.Keep(markLetter(unglue(name)), fold.Signs+",%"))
	var words []word
	for f := range strings.FieldsFuncSeq(folded, func(r rune) bool { return r == ' ' || r == '-' || r == '@' || r == ',' }) {
		f = strings.ReplaceAll(f, "'", "")
		for i, piece := range strings.FieldsFunc(strings.ReplaceAll(f, "&", "+"), func(r rune) bool { return r == '+' }) {
			if i > 0 || (strings.HasPrefix(f, "&") && len(f) > 1) {
				words = append(words, word{text: and})
			}
			words = appendDotted(words, piece)
		}
		if f == "&" || f == "+" || (len(f) > 1 && (strings.HasSuffix(f, "&") || strings.HasSuffix(f, "+"))) {
			words = append(words, word{text: and})
		}
	}
	return joinLetters(connect(words))
}

// unglue sets a blank before a legal form that is written onto a word: SiemensAG.
func unglue(name string) string {
	for _, g := range glued {
		i := strings.LastIndex(name, g)
		if i < 3 || i+len(g) != len(name) {
			continue
		}
		if c := name[i-1]; 'a' <= c && c <= 'z' && (g[0] < 'a') {
			return name[:i] + " " + name[i:]
		}
	}
	return name
}

// markLetter sets a point behind an I that stands alone in a name with small letters: there it is the Roman one or an
// initial ("Fund I Dutch Holdings"), not the "and" of Catalan and Polish.
func markLetter(name string) string {
	if !strings.Contains(name, " I ") || strings.ToUpper(name) == name {
		return name
	}
	return strings.ReplaceAll(name, " I ", " I. ")
}

// spellPercent writes a percent sign behind a number as a word, so that 3%ers are 3 percenters, and drops any other.
func spellPercent(folded string) string {
	if !strings.Contains(folded, "%") {
		return folded
	}
	var b strings.Builder
	for rest := folded; rest != ""; {
		before, after, sign := strings.Cut(rest, "%")
		b.WriteString(before)
		if n := strings.TrimRight(before, " "); sign && n != "" && '0' <= n[len(n)-1] && n[len(n)-1] <= '9' {
			b.WriteString(" percent")
		}
		rest = after
	}
	return b.String()
}

func appendDotted(words []word, f string) []word {
	if !strings.Contains(f, ".") {
		if f != "" {
			words = append(words, word{text: f})
		}
		return words
	}
	parts := strings.FieldsFunc(f, func(r rune) bool { return r == '.' })
	single := len(parts) > 0
	for _, p := range parts {
		single = single && utf8.RuneCountInString(p) == 1
	}
	if single {
		return append(words, word{text: strings.Join(parts, ""), initials: true})
	}
	for i, p := range parts {
		w := word{text: p}
		if i+1 < len(parts) && utf8.RuneCountInString(p) == 1 {
			w.initials = true
		}
		words = append(words, w)
	}
	return words
}

// connect turns the words for "and" between two words into [and].
func connect(words []word) []word {
	for i := range words {
		w := &words[i]
		if i == 0 || i == len(words)-1 || w.initials || !connectives[w.text] {
			continue
		}
		if len(w.text) == 1 && (utf8.RuneCountInString(words[i-1].text) == 1 || utf8.RuneCountInString(words[i+1].text) == 1) {
			continue
		}
		w.text = and
	}
	return words
}

// joinLetters joins runs of single letters and initials: "s a s" and "j. p." become one word.
func joinLetters(words []word) []word {
	out := words[:0]
	run := false
	for _, w := range words {
		letter := w.text != and && (w.initials || (utf8.RuneCountInString(w.text) == 1 && (w.text[0] < '0' || w.text[0] > '9')))
		if letter && run {
			last := &out[len(out)-1]
			last.text += w.text
			last.initials = true
			continue
		}
		run = letter
		out = append(out, w)
	}
	return out
}
