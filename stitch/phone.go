package stitch

import "strings"

// phone returns a number in the form of E.164, 8 to 15 digits after the plus. Numbers without "+" or "00" are completed
// for the country.
func phone(raw, country string) (string, error) {
	low := strings.ToLower(raw)
	low = strings.TrimPrefix(low, "tel:")
	for _, mark := range []string{"ext", "x", "#", ";"} {
		if i := strings.Index(low, mark); i > 0 {
			low = low[:i]
		}
	}
	international := strings.HasPrefix(strings.TrimLeft(low, " ("), "+")
	var b strings.Builder
	for i := 0; i < len(low); i++ {
		c := low[i]
		switch {
		case '0' <= c && c <= '9':
			b.WriteByte(c)
		case c == '(' && strings.HasPrefix(low[i:], "(0)") && b.Len() > 0:
			i += 2 // +31 (0)20 …: the zero is for callers at home
		case c == '+' && b.Len() == 0, strings.IndexByte(" ()-./\t", c) >= 0:
		case strings.HasPrefix(low[i:], "\u00a0"):
			i++
		case strings.HasPrefix(low[i:], "\u2013"), strings.HasPrefix(low[i:], "\u2011"):
			i += 2
		default:
			return "", refuse(reasonFormat)
		}
	}
	digits := b.String()
	if rest, ok := strings.CutPrefix(digits, "00"); ok && !international {
		digits, international = rest, true
	}
	if !international {
		plan, ok := dialling[strings.ToUpper(country)]
		if !ok {
			return "", refuse(reasonFormat)
		}
		code, trunk, _ := strings.Cut(plan, " ")
		digits = code + strings.TrimPrefix(digits, trunk)
	}
	if len(digits) < 8 || len(digits) > 15 || digits[0] == '0' {
		return "", refuse(reasonFormat)
	}
	return "+" + digits, nil
}

// dialling gives the country code and, after a space, the trunk prefix that national numbers start with (ITU-T E.164
// and national numbering plans).
var dialling = map[string]string{
	"AE": "971 0", "AR": "54 0", "AT": "43 0", "AU": "61 0", "BE": "32 0", "BG": "359 0", "BR": "55 0", "CA": "1 1",
	"CH": "41 0", "CN": "86 0", "CY": "357", "CZ": "420", "DE": "49 0", "DK": "45", "EE": "372", "ES": "34", "FI": "358 0",
	"FR": "33 0", "GB": "44 0", "GR": "30", "HK": "852", "HR": "385 0", "HU": "36 06", "ID": "62 0", "IE": "353 0",
	"IL": "972 0", "IN": "91 0", "IS": "354", "IT": "39", "JP": "81 0", "KR": "82 0", "LT": "370 0", "LU": "352",
	"LV": "371", "MT": "356", "MX": "52", "MY": "60 0", "NL": "31 0", "NO": "47", "NZ": "64 0", "PL": "48", "PT": "351",
	"RO": "40 0", "RS": "381 0", "RU": "7 8", "SE": "46 0", "SG": "65", "SI": "386 0", "SK": "421 0", "TH": "66 0",
	"TR": "90 0", "UA": "380 0", "US": "1 1", "ZA": "27 0",
}
