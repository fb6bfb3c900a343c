package stitch

import "strings"

// compact drops separators and brings letters to upper case; anything else than letters, digits, '+' and '*' is an
// error.
func compact(raw string) (string, bool) {
	var b strings.Builder
	for i := range len(raw) {
		c := raw[i]
		switch {
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', c == '+', c == '*':
			b.WriteByte(c)
		case 'a' <= c && c <= 'z':
			b.WriteByte(c - 'a' + 'A')
		case strings.IndexByte(" .-/", c) >= 0:
		default:
			return "", false
		}
	}
	return b.String(), true
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func digitsOfLength(raw string, n int) (string, error) {
	s, ok := compact(raw)
	if !ok || len(s) != n || !isDigits(s) {
		return "", refuse(reasonFormat)
	}
	return s, nil
}

// kvk returns a number of the Dutch trade register: 8 digits; 7 digits lost a leading zero in a spreadsheet.
func kvk(raw string) (string, error) {
	s, ok := compact(raw)
	if ok && len(s) == 7 {
		s = "0" + s
	}
	if !ok || len(s) != 8 || !isDigits(s) {
		return "", refuse(reasonFormat)
	}
	return s, nil
}

func rsin(raw string) (string, Check, error) {
	s, ok := compact(raw)
	if ok && len(s) == 8 {
		s = "0" + s
	}
	if !ok || len(s) != 9 || !isDigits(s) {
		return "", UnknownCheck, refuse(reasonFormat)
	}
	if !elevenProof(s) {
		return "", UnknownCheck, refuse(reasonCheck)
	}
	return s, Checked, nil
}

func lei(raw string) (string, Check, error) {
	s, ok := compact(raw)
	if !ok || len(s) != 20 || !isDigits(s[18:]) || strings.ContainsAny(s, "+*") {
		return "", UnknownCheck, refuse(reasonFormat)
	}
	if mod97(s) != 1 {
		return "", UnknownCheck, refuse(reasonCheck)
	}
	return s, Checked, nil
}

// mod97 is the remainder of ISO 7064 MOD 97-10, letters being 10 to 35, '+' 36 and '*' 37.
func mod97(s string) int {
	m := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c <= '9' && c >= '0':
			m = (10*m + int(c-'0')) % 97
		case c == '+':
			m = (100*m + 36) % 97
		case c == '*':
			m = (100*m + 37) % 97
		default:
			m = (100*m + int(c-'A') + 10) % 97
		}
	}
	return m
}

// weighted returns Σ weight·digit over the first len(weights) digits.
func weighted(s string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	return sum
}

// elevenProof is the Dutch check of nine digits: 9d1+8d2+…+2d8−d9 is a multiple of 11 and not all digits are zero.
func elevenProof(s string) bool {
	return strings.Trim(s, "0") != "" && weighted(s, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0
}

func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func number(s string) int {
	n := 0
	for i := range len(s) {
		n = 10*n + int(s[i]-'0')
	}
	return n
}
