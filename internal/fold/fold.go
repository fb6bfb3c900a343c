// Package fold brings text to the one form in which names are compared: Unicode compatibility forms, case and accents
// make no difference, and whatever is neither letter nor digit is a single space.
//
// The definition is that of NFKC, full case folding, NFD and the removal of marks (Unicode 15, UAX 15 and 44), with a
// table for the letters that have no decomposition: ß→ss æ→ae ø→o ł→l đ→d œ→oe þ→th, and the dotless ı→i. Folding is
// idempotent. Already folded ASCII text is returned as it is, without an allocation.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns the folded form of s: lower case, without marks, words separated by single spaces, none at the ends.
// Bytes that are not UTF-8 count as spaces.
func Fold(s string) string { return Keep(s, "") }

// Signs are the signs that [Company] keeps: those that the normalisation of company names still needs. Typographic
// apostrophes and dashes become ' and -.
const Signs = "&+@.-'"

// Company folds as [Fold] does but keeps the [Signs].
func Company(s string) string { return Keep(s, Signs) }

// Keep folds as [Fold] does but keeps the ASCII signs listed in keep as they are. Apostrophes and dashes of other shapes
// count as ' and -.
func Keep(s, keep string) string {
	if isFolded(s, keep) {
		return s
	}
	return string(Append(make([]byte, 0, len(s)+8), s, keep))
}

// Append appends the folded form of s to dst; keep is as in [Keep].
func Append(dst []byte, s, keep string) []byte {
	start := len(dst)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			dst = appendASCII(dst, start, c, keep)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		dst = appendRune(dst, start, r, s[i:i+n], keep)
		i += n
	}
	if len(dst) > start && dst[len(dst)-1] == ' ' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func isFolded(s, keep string) bool {
	space := true // as if a space stood before the text
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			space = false
		case c == ' ' && !space:
			space = true
		case c != ' ' && c < utf8.RuneSelf && strings.IndexByte(keep, c) >= 0:
			space = false
		default:
			return false
		}
	}
	return len(s) == 0 || !space
}

func appendASCII(dst []byte, start int, c byte, keep string) []byte {
	switch {
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		return append(dst, c)
	case 'A' <= c && c <= 'Z':
		return append(dst, c+'a'-'A')
	case c != ' ' && keep != "" && strings.IndexByte(keep, c) >= 0:
		return append(dst, c)
	}
	return appendSpace(dst, start)
}

func appendSpace(dst []byte, start int) []byte {
	if len(dst) == start || dst[len(dst)-1] == ' ' {
		return dst
	}
	return append(dst, ' ')
}

// appendRune appends the fold of one rune that is not ASCII; text is its UTF-8 form. Decomposition is a function of
// single runes, and the order of the marks does not matter since they are dropped.
func appendRune(dst []byte, start int, r rune, text, keep string) []byte {
	if r >= hangulBase && r < hangulEnd {
		return appendHangul(dst, r)
	}
	if d := norm.NFKD.PropertiesString(text).Decomposition(); len(d) > 0 {
		for len(d) > 0 {
			x, n := utf8.DecodeRune(d)
			d = d[n:]
			if x < utf8.RuneSelf {
				dst = appendASCII(dst, start, byte(x), keep)
			} else {
				dst = appendBase(dst, start, x, keep)
			}
		}
		return dst
	}
	return appendBase(dst, start, r, keep)
}

// appendBase appends the fold of a rune that has no decomposition.
func appendBase(dst []byte, start int, r rune, keep string) []byte {
	switch r {
	case 'ß', 'ẞ':
		return append(dst, "ss"...)
	case 'æ', 'Æ':
		return append(dst, "ae"...)
	case 'ø', 'Ø':
		return append(dst, 'o')
	case 'ł', 'Ł':
		return append(dst, 'l')
	case 'đ', 'Đ':
		return append(dst, 'd')
	case 'œ', 'Œ':
		return append(dst, "oe"...)
	case 'þ', 'Þ':
		return append(dst, "th"...)
	case 'ı':
		return append(dst, 'i')
	case '‘', '’', '‛', '′', 'ʼ', 'ʻ':
		return appendASCII(dst, start, '\'', keep)
	case '‐', '‒', '–', '—', '―', '−':
		return appendASCII(dst, start, '-', keep)
	}
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return dst
	case unicode.In(r, unicode.L, unicode.Nd, unicode.Mc):
		low := unicode.ToLower(unicode.ToUpper(r))
		if low == r || low < utf8.RuneSelf {
			return utf8.AppendRune(dst, low)
		}
		return appendRune(dst, start, low, string(low), keep)
	}
	return appendSpace(dst, start)
}

// Hangul syllables decompose by arithmetic (Unicode, section 3.12), not by table.
const (
	hangulBase, hangulEnd  = 0xAC00, 0xAC00 + 19*21*28
	leadBase, vowelBase    = 0x1100, 0x1161
	trailBase              = 0x11A7
	vowelCount, trailCount = 21, 28
	syllablesOfLead        = vowelCount * trailCount
)

func appendHangul(dst []byte, r rune) []byte {
	i := r - hangulBase
	dst = utf8.AppendRune(dst, leadBase+i/syllablesOfLead)
	dst = utf8.AppendRune(dst, vowelBase+i%syllablesOfLead/trailCount)
	if trail := i % trailCount; trail > 0 {
		dst = utf8.AppendRune(dst, trailBase+trail)
	}
	return dst
}
