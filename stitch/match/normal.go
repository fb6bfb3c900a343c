package match

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/buyerjourney/b2b/internal/fold"
)

func normalMail(raw string) string {
	s := strings.ToLower(strings.TrimSpace(raw))
	if i := strings.LastIndexByte(s, '<'); i >= 0 && strings.HasSuffix(s, ">") && strings.Contains(s[i:], "@") { // with a name before it
		s = strings.TrimSpace(s[i+1 : len(s)-1])
	}
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 {
		return strings.TrimSuffix(s, "@")
	}
	local, domain := s[:at], s[at+1:]
	if tag := strings.IndexByte(local, '+'); tag > 0 {
		local = local[:tag]
	}
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if local+"@"+domain == s {
		return s
	}
	return local + "@" + domain
}

func normalPhone(raw, country string) string {
	var b []byte
	plus := false
	for i := range len(raw) {
		switch c := raw[i]; {
		case '0' <= c && c <= '9':
			b = append(b, c)
		case c == '+' && len(b) == 0:
			plus = true
		case (c == 'x' || c == 'X' || c == '#') && len(b) >= 6:
			raw = raw[:i]
		}
		if i >= len(raw)-1 {
			break
		}
	}
	s := string(b)
	switch {
	case plus:
	case strings.HasPrefix(s, "00"):
		s = s[2:]
	case callingCode[country] != "" && strings.HasPrefix(s, "0"):
		s = callingCode[country] + s[1:]
	case country == "US" && len(s) == 10:
		s = "1" + s
	}
	if strings.Trim(s, "0") == "" {
		return ""
	}
	return s
}

// callingCode maps countries with a trunk prefix 0 to their calling codes.
var callingCode = map[string]string{
	"NL": "31", "BE": "32", "FR": "33", "GB": "44", "DE": "49", "AT": "43", "CH": "41", "SE": "46", "FI": "358",
	"IE": "353", "AU": "61", "NZ": "64", "ZA": "27", "JP": "81", "IN": "91", "TR": "90", "BG": "359", "RO": "40", "SI": "386", "SK": "421",
}

var dateFormats = []string{
	"2006-01-02", "20060102", "2006/01/02", "2006-1-2", "02/01/2006", "2/1/2006", "01/02/2006", "1/2/2006", "02-01-2006",
	"2-1-2006", "02.01.2006", "2.1.2006", "2006.01.02", "Jan 2, 2006", "2 Jan 2006", "2 January 2006", "January 2, 2006", time.RFC3339,
	"2006-01-02 15:04:05",
}

// normalDate returns eight digits, year, month and day, or four of a year. Text that is no date of the calendar but has
// eight digits is kept: data with typing errors has such.
func normalDate(raw string, formats []string) string {
	s := strings.TrimSpace(raw)
	if s == "" {
		return ""
	}
	if len(formats) == 0 {
		if len(s) == 10 && s[4] == '-' && s[7] == '-' {
			if d := digits(s); len(d) == 8 {
				return d
			}
		}
		if len(s) == 8 {
			if d := digits(s); len(d) == 8 {
				return d
			}
		}
		if len(s) == 4 && len(digits(s)) == 4 {
			return s
		}
		formats = dateFormats
	}
	for _, f := range formats {
		if t, err := time.Parse(f, s); err == nil {
			if f == "2006" {
				return t.Format("2006")
			}
			return t.Format("20060102")
		}
	}
	if d := digits(s); len(d) == 8 {
		return d
	}
	return ""
}

func digits(s string) string {
	n := 0
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			n++
		}
	}
	if n == len(s) {
		return s
	}
	b := make([]byte, 0, n)
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			b = append(b, s[i])
		}
	}
	return string(b)
}

// outward is the part of a postcode that names a district: of British codes all but the last three, of Dutch ones the
// digits, else the first three characters.
func outward(s string) string {
	n := len(s)
	isDigit := func(i int) bool { return '0' <= s[i] && s[i] <= '9' }
	switch {
	case n >= 5 && n <= 7 && !isDigit(0) && isDigit(n-3) && !isDigit(n-2) && !isDigit(n-1):
		return s[:n-3]
	case n == 6 && isDigit(0) && isDigit(3) && !isDigit(4) && !isDigit(5):
		return s[:4]
	}
	return s[:min(n, 3)]
}

func normalURL(raw string) string {
	s := strings.ToLower(strings.TrimSpace(raw))
	if _, after, ok := strings.Cut(s, "://"); ok {
		s = after
	}
	s = strings.TrimPrefix(s, "www.")
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s = s[:i]
	}
	s = strings.TrimRight(s, "/.")
	if host, _, ok := strings.Cut(s, "/"); ok && !strings.Contains(host, ".") {
		return ""
	}
	return s
}

// site is the registrable domain of a normal URL.
func site(s string) string {
	host, _, _ := strings.Cut(s, "/")
	host, _, _ = strings.Cut(host, ":")
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}

var streetWords = map[string]string{
	"st": "street", "str": "street", "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane", "dr": "drive",
	"blvd": "boulevard", "ct": "court", "pl": "place", "sq": "square", "hwy": "highway", "pkwy": "parkway", "terr": "terrace", "cres": "crescent",
	"apt": "apartment", "ste": "suite", "n": "north", "s": "south", "e": "east", "w": "west", "strasse": "street", "stra": "street",
}

func normalStreet(raw string) string {
	words := strings.Fields(fold.Fold(raw))
	for i, w := range words {
		if full, ok := streetWords[w]; ok && i > 0 {
			words[i] = full
		}
	}
	return strings.Join(words, " ")
}

// houseNumber returns the first word that begins with a digit, and the rest.
func houseNumber(s string) (number, rest string) {
	for w := range strings.FieldsSeq(s) {
		if c := w[0]; '0' <= c && c <= '9' {
			number = w
			break
		}
	}
	if number == "" {
		return "", s
	}
	words := strings.Fields(s)
	words = slices.DeleteFunc(words, func(w string) bool { return w == number })
	return number, strings.Join(words, " ")
}

func normalTokens(raw, separator string) string {
	var parts []string
	if separator != "" {
		parts = strings.Split(raw, separator)
	} else {
		parts = strings.FieldsFunc(raw, func(r rune) bool { return r == ',' || r == ';' || r == '|' })
	}
	out := parts[:0]
	for _, p := range parts {
		if f := fold.Fold(p); f != "" {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), "\x1f")
}
