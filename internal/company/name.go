package company

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/buyerjourney/b2b/internal/enum"
)

// Tag says what part of a company name a token is. It is a closed enumeration; zero is [UnknownTag].
type Tag uint8

// The tags.
const (
	UnknownTag Tag = iota
	Core           // a word that tells companies apart
	Ordinary       // a word that many companies have
	Initials       // single letters, joined
	Place          // a country at the end, or a place of the caller
	Number         // a number in any writing
	Small          // an article or preposition
)

var tags = enum.New[Tag]("name part", "unknown", "core", "ordinary", "initials", "place", "number", "small")

// String returns the name of the tag.
func (t Tag) String() string { return tags.String(t) }

// AppendText implements [encoding.TextAppender].
func (t Tag) AppendText(dst []byte) ([]byte, error) { return tags.AppendText(dst, t) }

// MarshalText implements [encoding.TextMarshaler].
func (t Tag) MarshalText() ([]byte, error) { return tags.AppendText(nil, t) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (t *Tag) UnmarshalText(text []byte) error { return tags.UnmarshalText(t, text) }

// Token is one word of a name in folded form. Numbers are written in digits.
type Token struct {
	Text string
	Tag  Tag
}

// Name is a company name in parts. It is immutable and safe for concurrent use; the zero value is an empty name.
type Name struct {
	Tokens []Token // without the legal form, in the order of the name
	Form   Form    // the legal form; zero if none was found
	Key    string  // core tokens, sorted, with blanks between
}

// Key returns the form of a company name under which spellings of one name meet: core tokens without legal form, sorted.
// The country (ISO 3166 alpha-2, or empty) decides between readings of an alias that several countries use.
func Key(name, country string) string { return Parse(name, country).Key }

// Parse takes a name apart. It never fails: what is all legal form keeps it as core.
func Parse(name, country string) Name {
	words, form := turned(name, country)
	if words == nil {
		words, form = cutForm(split(name), country)
	}
	n := Name{Form: form, Tokens: tagAll(words)}
	n.Key = key(n.Tokens)
	return n
}

// turned reads a name as lists write it, "Motors, Jarrow & Co": what follows the last comma comes first, unless it is all
// legal form. It returns nil for other names.
func turned(name, country string) ([]word, Form) {
	i := strings.LastIndexByte(name, ',')
	if i <= 0 {
		return nil, Form{}
	}
	behind := split(name[i+1:])
	if len(behind) == 0 || len(behind) > 4 || behind[0].text == and {
		return nil, Form{}
	}
	rest, form := cutForm(append([]word{{text: and}}, behind...), country)
	front := split(name[:i])
	if len(rest) < 2 || len(front) != 1 {
		return nil, Form{}
	}
	return append(rest[1:], front...), form
}

// cutForm removes the legal form: at the end (repeatedly, as in "corporation joint stock company"), at the start, or
// anywhere after the second word. The first one found at the end decides; a generic one gives way to a later find.
func cutForm(words []word, country string) ([]word, Form) {
	var form Form
	note := func(f *Form) {
		if form.Class == UnknownClass || (form.generic() && !f.generic()) {
			form = *f
		}
	}
	for len(words) > 1 {
		a, ok := matchAt(byLast[words[len(words)-1].text], words, len(words), true, country)
		if !ok || len(a.words) >= len(words) {
			break
		}
		note(a.form)
		words = words[:len(words)-len(a.words)]
		for len(words) > 1 && words[len(words)-1].text == and {
			words = words[:len(words)-1]
		}
	}
	if len(words) > 1 {
		if a, ok := matchAt(byFirst[words[0].text], words, 0, false, country); ok && len(a.words) < len(words) && leads(a, form) {
			note(a.form)
			words = words[len(a.words):]
		}
	}
	if form.Class != UnknownClass {
		return words, form
	}
	for i := 2; i < len(words); i++ {
		a, ok := matchAt(byFirst[words[i].text], words, i, false, country)
		if ok && !a.form.generic() && len(a.words[0]) > 1 {
			note(a.form)
			return slices.Concat(words[:i:i], words[i+len(a.words):]), form
		}
	}
	return words, form
}

// leads says whether a form may stand at the start of a name: short ones that are also words may not.
func leads(a alias, found Form) bool {
	switch a.form.Name {
	case "stichting", "vereniging", "cooperatie", "maatschap", "firma", "ooo", "oao", "zao", "pao", "ao", "ano", "pt", "stiftung", "tov", //nolint:misspell // Dutch
		"kk", "gk", "cnltd", "cnco", "krco", "srl", "ip", "pat", "jvc", "uab", "sia":
		return true
	case "llc", "sarl", "sa", "ltd":
		return len(a.words) > 1 || found.Class == UnknownClass
	}
	return len(a.words) > 2
}

// matchAt finds the longest alias that ends before end (back) or starts at end.
func matchAt(list []alias, words []word, at int, back bool, country string) (alias, bool) {
	best, found := alias{}, false
	for _, a := range list {
		if found && len(a.words) < len(best.words) {
			break
		}
		from := at
		if back {
			from = at - len(a.words)
		}
		if from < 0 || from+len(a.words) > len(words) || !equalWords(a.words, words[from:]) {
			continue
		}
		if !found || (country != "" && !strings.Contains(best.form.Countries, country) && strings.Contains(a.form.Countries, country)) {
			best, found = a, true
		}
	}
	return best, found
}

func equalWords(a []string, w []word) bool {
	for i, s := range a {
		if w[i].text != s {
			return false
		}
	}
	return true
}

// tagAll gives each word its part; numbers in words and Roman numerals become digits.
func tagAll(words []word) []Token {
	tokens := make([]Token, 0, len(words))
	for i := 0; i < len(words); i++ {
		w := words[i]
		if w.text == and {
			continue
		}
		if t, used := number(words, i); used > 0 {
			tokens = append(tokens, Token{Text: t, Tag: Number})
			i += used - 1
			continue
		}
		tokens = append(tokens, tag(w, i, words))
	}
	return tokens
}

func tag(w word, i int, words []word) Token {
	t := Token{Text: w.text, Tag: Core}
	if full, ok := initialsOf[w.text]; ok && (w.initials || i > 0) {
		return Token{Text: full, Tag: Place}
	}
	if full, ok := expansions[w.text]; ok && len(words) > 1 && !w.initials {
		t.Text = full
	}
	switch {
	case small[t.Text] && len(words) > 1:
		t.Tag = Small
	case places[t.Text] && i > 0:
		t.Tag = Place
	case w.initials:
		t.Tag = Initials
	case ordinary[t.Text]:
		t.Tag = Ordinary
	}
	return t
}

// number reads a number that starts at word i; used is the count of words it took.
func number(words []word, i int) (text string, used int) {
	w := words[i].text
	if c := w[0]; '0' <= c && c <= '9' {
		digits := strings.TrimRight(w, "abcdefghijklmnopqrstuvwxyz")
		switch w[len(digits):] {
		case "", "st", "nd", "rd", "th", "e", "de", "ste", "er", "eme":
			if allDigits(digits) {
				return trimZeros(digits), 1
			}
		}
		return w, 1
	}
	if n, ok := tens[w]; ok {
		if i+1 < len(words) {
			next := words[i+1].text
			if u, ok := numberWords[next]; ok && u > 0 && u < 10 {
				return strconv.Itoa(n + u), 2
			}
			if len(next) == 1 && '1' <= next[0] && next[0] <= '9' {
				return strconv.Itoa(n + int(next[0]-'0')), 2
			}
		}
		return strconv.Itoa(n), 1
	}
	if n, ok := numberWords[w]; ok {
		return strconv.Itoa(n), 1
	}
	if n, ok := romans[w]; ok && i > 0 && i == len(words)-1 {
		return strconv.Itoa(n), 1
	}
	return "", 0
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func trimZeros(s string) string {
	if t := strings.TrimLeft(s, "0"); t != "" {
		return t
	}
	return "0"
}

// key sorts the tokens, small words left out unless there is nothing else.
func key(tokens []Token) string {
	texts := make([]string, 0, len(tokens))
	for _, t := range tokens {
		if t.Tag != Small {
			texts = append(texts, t.Text)
		}
	}
	if len(texts) == 0 {
		for _, t := range tokens {
			texts = append(texts, t.Text)
		}
	}
	slices.Sort(texts)
	return strings.Join(texts, " ")
}

// Acronym returns the initials of the tokens, small words left out, if there are 2 to 6; else the empty text.
func (n Name) Acronym() string { return n.initials(false) }

// FullAcronym is [Name.Acronym] with the initials of small words too, as in DoD for Department of Defense; empty if the
// name has no small words behind its first token.
func (n Name) FullAcronym() string {
	for i, t := range n.Tokens {
		if i > 0 && t.Tag == Small {
			return n.initials(true)
		}
	}
	return ""
}

func (n Name) initials(withSmall bool) string {
	var b strings.Builder
	count := 0
	for i, t := range n.Tokens {
		if t.Tag == Small && (!withSmall || i == 0) {
			continue
		}
		r, _ := utf8.DecodeRuneInString(t.Text)
		b.WriteRune(r)
		count++
	}
	if count < 2 || count > 6 {
		return ""
	}
	return b.String()
}

// AcronymWithForm returns [Name.Acronym] followed by the first letter of the legal form; empty if either is.
func (n Name) AcronymWithForm() string {
	a := n.Acronym()
	if a == "" || n.Form.Name == "" {
		return ""
	}
	return a + n.Form.Name[:1]
}
