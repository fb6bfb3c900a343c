package stitch

import "strings"

// vatForms gives the national part per prefix: alternatives of patterns in which 9 is a digit, L a letter, ? either,
// and everything else itself. States with a check digit below are listed as well.
var vatForms = map[string]string{
	"AT": "U99999999", "BE": "9999999999", "BG": "999999999|9999999999", "CY": "99999999L", "CZ": "99999999|999999999|9999999999",
	"DE": "999999999", "DK": "99999999", "EE": "999999999", "EL": "999999999", "ES": "?9999999?", "FI": "99999999",
	"FR": "??999999999", "HR": "99999999999", "HU": "99999999", "IE": "9?99999L|9999999LL", "IT": "99999999999",
	"LT": "999999999|999999999999", "LU": "99999999", "LV": "99999999999", "MT": "99999999", "NL": "?????????B99",
	"PL": "9999999999", "PT": "999999999", "RO": "99|999|9999|99999|999999|9999999|99999999|999999999|9999999999",
	"SE": "999999999999", "SI": "99999999", "SK": "9999999999", "XI": "999999999|999999999999|GD999|HA999",
}

// vatChecks verifies the check digits of the national part, whose form is right. A state that is not listed has none
// here.
var vatChecks = map[string]func(string) (ok, verified bool){
	"AT": always(func(s string) bool {
		s = s[1:]
		sum := 0
		for i := range 7 {
			d := int(s[i] - '0')
			if i%2 == 1 {
				d = d/5 + 2*d%10
			}
			sum += d
		}
		return (10-(sum+4)%10)%10 == int(s[7]-'0')
	}),
	"BE": always(func(s string) bool { return s[0] <= '1' && 97-number(s[:8])%97 == number(s[8:]) }),
	"DE": always(func(s string) bool {
		p := 10
		for i := range 8 {
			m := (int(s[i]-'0') + p) % 10
			if m == 0 {
				m = 10
			}
			p = 2 * m % 11
		}
		return (11-p)%10 == int(s[8]-'0')
	}),
	"DK": always(func(s string) bool { return weighted(s, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 }),
	"FI": always(func(s string) bool {
		r := weighted(s, 7, 9, 10, 5, 8, 4, 2) % 11
		return r != 1 && (11-r)%11 == int(s[7]-'0')
	}),
	"FR": func(s string) (bool, bool) {
		if !luhn(s[2:]) {
			return false, true
		}
		if !isDigits(s[:2]) {
			return true, false // keys with letters: form only
		}
		return (12+3*(number(s[2:])%97))%97 == number(s[:2]), true
	},
	"IT": always(luhn),
	"LU": always(func(s string) bool { return number(s[:6])%89 == number(s[6:]) }),
	"NL": always(func(s string) bool { return isDigits(s[:9]) && elevenProof(s[:9]) || mod97("NL"+s) == 1 }),
	"PL": always(func(s string) bool { return weighted(s, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == int(s[9]-'0') }),
	"PT": always(func(s string) bool {
		c := 11 - weighted(s, 9, 8, 7, 6, 5, 4, 3, 2)%11
		if c > 9 {
			c = 0
		}
		return c == int(s[8]-'0')
	}),
	"SE": always(func(s string) bool { n := number(s[10:]); return luhn(s[:10]) && n >= 1 && n <= 94 }),
}

func always(f func(string) bool) func(string) (ok, verified bool) {
	return func(s string) (bool, bool) { return f(s), true }
}

// vat returns prefix and national part without separators. A number without a prefix gets that of the country.
func vat(raw, country string) (string, Check, error) {
	s, ok := compact(raw)
	if !ok || len(s) < 4 {
		return "", UnknownCheck, refuse(reasonFormat)
	}
	if rest, greek := strings.CutPrefix(s, "GR"); greek {
		s = "EL" + rest
	}
	prefix := s[:2]
	forms, known := vatForms[prefix]
	if !known || !matchesForm(s[2:], forms) {
		prefix = strings.ToUpper(country)
		if prefix == "GR" {
			prefix = "EL"
		}
		if forms, known = vatForms[prefix]; !known || !matchesForm(s, forms) {
			return "", UnknownCheck, refuse(reasonFormat)
		}
		s = prefix + s
	}
	if prefix == "BE" && s[2] > '1' {
		return "", UnknownCheck, refuse(reasonFormat)
	}
	check := FormatOnly
	if f, has := vatChecks[prefix]; has {
		ok, verified := f(s[2:])
		if !ok {
			return "", UnknownCheck, refuse(reasonCheck)
		}
		if verified {
			check = Checked
		}
	}
	return s, check, nil
}

func matchesForm(s, forms string) bool {
	for form := range strings.SplitSeq(forms, "|") {
		if matches(s, form) {
			return true
		}
	}
	return false
}

func matches(s, form string) bool {
	if len(s) != len(form) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		digit, letter := '0' <= c && c <= '9', 'A' <= c && c <= 'Z'
		ok := false
		switch form[i] {
		case '9':
			ok = digit
		case 'L':
			ok = letter
		case '?':
			ok = digit || letter || c == '+' || c == '*'
		default:
			ok = c == form[i]
		}
		if !ok {
			return false
		}
	}
	return true
}
