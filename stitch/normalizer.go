package stitch

import (
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/buyerjourney/b2b/internal/fold"
)

// Normalizer says how raw values become identifiers. The zero value has the defaults. Set the fields before the first
// use; after that it is immutable and safe for concurrent use.
type Normalizer struct {
	DefaultCountry string // ISO 3166-1 alpha-2: completes phone and VAT numbers without a prefix, and company names
	KeepTags       bool   // keep "+tag" in the local part of an e-mail address
	KeepDots       bool   // keep dots in the local part of gmail.com addresses
	Pseudonyms     bool   // values that start with "k1:" are pseudonyms and pass as they are
	Lists          Lists
}

var defaultNormalizer Normalizer

// Lists are tables that decide what a value is worth. A nil field means the short built-in table (about 120 free-mail
// domains, 80 role mailboxes); long lists come from the caller. The functions get values in normal form; they must be
// pure and safe for concurrent use.
type Lists struct {
	FreeMail    func(domain string) bool // gmail.com: never evidence for a company
	Disposable  func(domain string) bool // mailinator.com: likewise
	RoleMailbox func(local string) bool  // info, sales: affiliates, never unites persons
	SharedHost  func(domain string) bool // facebook.com: a site that many companies share
	Datacenter  []netip.Prefix           // ranges that never affiliate
	VPN         []netip.Prefix           // likewise
}

// isFreeMail reports whether a mail domain says nothing about an employer.
func (n *Normalizer) isFreeMail(domain string) bool {
	return listed(n.Lists.FreeMail, freeMail, domain) || listed(n.Lists.Disposable, disposable, domain)
}

func (n *Normalizer) isSharedHost(domain string) bool {
	return listed(n.Lists.SharedHost, sharedHost, domain)
}

func (n *Normalizer) isRoleMailbox(local string) bool {
	return listed(n.Lists.RoleMailbox, roleMailbox, local)
}

func listed(f func(string) bool, table map[string]bool, s string) bool {
	if f != nil {
		return f(s)
	}
	return table[s]
}

// sharedRange reports whether an address range belongs to a data centre or a VPN.
func (n *Normalizer) sharedRange(p netip.Prefix) bool {
	overlaps := func(q netip.Prefix) bool { return q.Overlaps(p) && q.Bits() <= p.Bits() }
	return slices.ContainsFunc(n.Lists.Datacenter, overlaps) || slices.ContainsFunc(n.Lists.VPN, overlaps)
}

// normal returns the normal form of a cleaned value and how far it was verified.
func (n *Normalizer) normal(k Kind, system, raw string) (string, Check, error) {
	//exhaustive:ignore
	switch k {
	case Email:
		v, err := n.email(raw)
		return v, FormatOnly, err
	case EmailDomain, Domain:
		v, err := registrable(host(raw))
		return v, FormatOnly, err
	case Phone, Switchboard:
		v, err := phone(raw, n.DefaultCountry)
		return v, FormatOnly, err
	case VAT:
		return vat(raw, n.DefaultCountry)
	case KvK:
		v, err := kvk(raw)
		return v, FormatOnly, err
	case KvKBranch:
		v, err := digitsOfLength(raw, 12)
		return v, FormatOnly, err
	case RSIN:
		return rsin(raw)
	case LEI:
		return lei(raw)
	case DUNS:
		v, err := digitsOfLength(raw, 9)
		return v, FormatOnly, err
	case CompanyName:
		country := system
		if country == "" {
			country = n.DefaultCountry
		}
		return nonEmpty(companyKey(raw, country), UnknownCheck)
	case PersonName:
		tokens := strings.Fields(fold.Fold(raw))
		slices.Sort(tokens)
		return nonEmpty(strings.Join(tokens, " "), UnknownCheck)
	case IP:
		v, err := publicAddr(raw)
		return v, FormatOnly, err
	case IPPrefix:
		v, err := publicPrefix(raw)
		return v, FormatOnly, err
	case Cookie, Login, Device:
		if len(raw) > 512 {
			return "", UnknownCheck, refuse(reasonLong)
		}
		return raw, UnknownCheck, nil
	default:
		return raw, UnknownCheck, nil
	}
}

func nonEmpty(s string, c Check) (string, Check, error) {
	if s == "" {
		return "", UnknownCheck, refuse(reasonFormat)
	}
	return s, c, nil
}

// traits of a value that follow from the lists.
type traits uint8

const (
	traitRole  traits = 1 << iota // a role mailbox: always shared
	traitWeak                     // a free-mail, disposable or shared-host domain: never account evidence
	traitRange                    // an address range of a data centre or VPN: never affiliates
)

func (n *Normalizer) traits(i Identifier) traits {
	if isPseudonym(i.value) {
		return 0
	}
	//exhaustive:ignore
	switch i.kind() {
	case Email:
		local := i.value[:strings.LastIndexByte(i.value, '@')]
		if n.isRoleMailbox(local) {
			return traitRole
		}
	case EmailDomain, Domain:
		if n.isFreeMail(i.value) || n.isSharedHost(i.value) {
			return traitWeak
		}
	case IP, IPPrefix:
		if p, err := netip.ParsePrefix(i.value); err == nil && n.sharedRange(p) {
			return traitRange
		}
	}
	return 0
}

// email parses an address: one @ outside quotes, a local part of 1 to 64 bytes, a domain with a dot.
func (n *Normalizer) email(raw string) (string, error) {
	if len(raw) > 7 && strings.EqualFold(raw[:7], "mailto:") {
		raw = raw[7:]
	}
	at, quoted := -1, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == '@' && !quoted:
			if at >= 0 {
				return "", refuse(reasonFormat)
			}
			at = i
		}
	}
	if at < 1 || quoted {
		return "", refuse(reasonFormat)
	}
	local, domain := strings.ToLower(raw[:at]), raw[at+1:]
	if unquoted, ok := unquote(local); ok {
		local = unquoted
	} else if !isDotAtom(local) && local[0] != '"' {
		return "", refuse(reasonFormat)
	}
	domain, err := asciiDomain(domain)
	if err != nil {
		return "", err
	}
	if plus := strings.IndexByte(local, '+'); plus > 0 && !n.KeepTags && local[0] != '"' {
		local = local[:plus]
	}
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if domain == "gmail.com" && !n.KeepDots {
		local = strings.ReplaceAll(local, ".", "")
	}
	if local == "" || len(local) > 64 || local[0] != '"' && !isDotAtom(local) {
		return "", refuse(reasonFormat)
	}
	return local + "@" + domain, nil
}

// unquote drops quotes that are not needed.
func unquote(local string) (string, bool) {
	if len(local) < 3 || local[0] != '"' || local[len(local)-1] != '"' {
		return "", false
	}
	inner := local[1 : len(local)-1]
	return inner, isDotAtom(inner)
}

func isDotAtom(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for _, r := range s {
		letter := 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r >= utf8.RuneSelf && r != utf8.RuneError
		if !letter && !strings.ContainsRune(".!#$%&'*+/=?^_`{|}~-", r) {
			return false
		}
	}
	return true
}
