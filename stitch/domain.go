package stitch

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// host cuts scheme, user, path, port and "www." from a web address.
func host(raw string) string {
	if _, rest, ok := strings.Cut(raw, "://"); ok {
		raw = rest
	}
	raw = strings.TrimPrefix(raw, "//")
	if i := strings.IndexAny(raw, "/?#"); i >= 0 {
		raw = raw[:i]
	}
	raw = raw[strings.LastIndexByte(raw, '@')+1:]
	if i := strings.IndexByte(raw, ':'); i >= 0 {
		raw = raw[:i]
	}
	if len(raw) > 4 && strings.EqualFold(raw[:4], "www.") {
		raw = raw[4:]
	}
	return raw
}

// asciiDomain returns a host name with at least one dot in lower-case ASCII (IDNA 2008, UTS 46).
func asciiDomain(s string) (string, error) {
	s = strings.TrimSuffix(s, ".")
	if len(s) > 1024 {
		return "", refuse(reasonFormat)
	}
	ascii, err := idna.Lookup.ToASCII(s)
	if err != nil || len(ascii) > 253 || !strings.Contains(ascii, ".") || strings.Contains(ascii, "..") || ascii[0] == '.' {
		return "", refuse(reasonFormat)
	}
	for label := range strings.SplitSeq(ascii, ".") {
		if len(label) > 63 {
			return "", refuse(reasonFormat)
		}
	}
	for i := range len(ascii) {
		c := ascii[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_') {
			return "", refuse(reasonFormat)
		}
	}
	if last := ascii[len(ascii)-1]; '0' <= last && last <= '9' { // only then can it be an address
		if _, err := netip.ParseAddr(ascii); err == nil {
			return "", refuse(reasonFormat)
		}
	}
	return ascii, nil
}

// registrable reduces a host name to the name that its owner registered. Under a private suffix, such as that of a
// site host, one label more is kept.
func registrable(s string) (string, error) {
	ascii, err := asciiDomain(s)
	if err != nil {
		return "", err
	}
	name, err := publicsuffix.EffectiveTLDPlusOne(ascii)
	if err == nil {
		return name, nil
	}
	if _, icann := publicsuffix.PublicSuffix(ascii); icann || !strings.Contains(ascii, ".") {
		return "", refuse(reasonFormat)
	}
	return ascii, nil // the site host itself
}

// underPrivateSuffix reports whether a registrable name lies below (or is) the suffix of a site host.
func underPrivateSuffix(name string) bool {
	suffix, icann := publicsuffix.PublicSuffix(name)
	return !icann && strings.Contains(suffix, ".")
}
