package stitch

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
	"unique"

	"golang.org/x/text/unicode/norm"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/internal/fold"
)

// Kind says what an identifier identifies with. Kinds are an open vocabulary: a kind that is not listed here is opaque
// text, scoped by system, its case kept, and may carry rules of either level.
type Kind string

// The kinds that have a normal form of their own. "Person" and "account" say at which level a rule on this kind alone
// may say that two profiles are the same.
const (
	Email       Kind = "email"        // person; yields a derived EmailDomain
	EmailDomain Kind = "email_domain" // account
	Domain      Kind = "domain"       // account; on an account profile it yields a derived EmailDomain
	Cookie      Kind = "cookie"       // person; scoped by system
	Login       Kind = "login"        // person; scoped by system
	Device      Kind = "device"       // person; scoped by system
	CRM         Kind = "crm"          // either; scoped by system; the value is "object/id"
	CRMAccount  Kind = "crm_account"  // account; scoped by system: the account field of a CRM contact, the id of a CRM account
	Phone       Kind = "phone"        // person
	Switchboard Kind = "switchboard"  // account: a phone number that many share
	VAT         Kind = "vat"          // account
	KvK         Kind = "kvk"          // account: Dutch trade register
	KvKBranch   Kind = "kvk_branch"   // account: Dutch trade register, branch
	RSIN        Kind = "rsin"         // account: Dutch legal entities
	LEI         Kind = "lei"          // account: ISO 17442
	DUNS        Kind = "duns"         // account
	CompanyName Kind = "company_name" // account
	PersonName  Kind = "person_name"  // person; never alone
	IP          Kind = "ip"           // visitor only: evidence for an affiliation, never for a person
	IPPrefix    Kind = "ip_prefix"    // account
)

// carries reports whether a rule on this kind alone may say that two profiles of a level are the same.
func (k Kind) carries(l Level) bool {
	//exhaustive:ignore
	switch k {
	case Email, Cookie, Login, Device, Phone:
		return l == Person
	case EmailDomain, Domain, Switchboard, VAT, KvK, KvKBranch, RSIN, LEI, DUNS, CompanyName, IPPrefix, CRMAccount:
		return l == Account
	case PersonName, IP:
		return false
	default:
		return true
	}
}

// scoped reports whether equal values of different systems are different identifiers.
func (k Kind) scoped() bool {
	//exhaustive:ignore
	switch k {
	case Email, EmailDomain, Domain, Phone, Switchboard, VAT, KvK, KvKBranch, RSIN, LEI, DUNS, CompanyName, PersonName, IP, IPPrefix:
		return false
	default:
		return true
	}
}

// Check says how far the form of an identifier was verified. It is a closed enumeration; zero is [UnknownCheck].
type Check uint8

// The degrees of verification, from the weakest.
const (
	UnknownCheck Check = iota
	FormatOnly         // the form is right; there is no check digit to verify
	Checked            // a check digit was verified
)

var checks = enum.New[Check]("check", "unknown", "format-only", "checked")

// ParseCheck reads the name of a degree; the empty text is [UnknownCheck].
func ParseCheck(text string) (Check, error) { return checks.Parse(text) }

// IsValid reports whether c is a value of the enumeration.
func (c Check) IsValid() bool { return checks.Valid(c) }

// String returns the name in lower case.
func (c Check) String() string { return checks.String(c) }

// AppendText implements [encoding.TextAppender].
func (c Check) AppendText(dst []byte) ([]byte, error) { return checks.AppendText(dst, c) }

// MarshalText implements [encoding.TextMarshaler].
func (c Check) MarshalText() ([]byte, error) { return checks.AppendText(nil, c) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseCheck] does.
func (c *Check) UnmarshalText(text []byte) error { return checks.UnmarshalText(c, text) }

// maxValue is the largest length of a raw value in bytes.
const maxValue = 64 << 10

// The reasons of a rejection: a closed list, so that counts per reason add up.
const (
	reasonFormat    = "format"        // the value has not the form of its kind, or the fact lacks something
	reasonCheck     = "check_digit"   // the check digit is wrong
	reasonBlocked   = "blocked"       // the value is no identifier: empty, "n/a", "unknown", only zeros
	reasonLevel     = "level"         // a level is missing or contradicts
	reasonTime      = "time"          // before 1900, after 2200, or an interval that ends before it begins
	reasonDuplicate = "duplicate_id"  // the id of a fact with other content
	reasonForgotten = "forgotten"     // a person who has been forgotten
	reasonPrivate   = "private_range" // an address that is not public
	reasonLong      = "too_long"      // over 64 KiB, or over 1000 identifiers in one fact
	reasonUnknown   = "unknown_key"   // a key that the format does not have
)

func refuse(reason string) error { return &b2b.InvalidError{Reason: reason} }

// Identifier is one normalised value by which a profile can be recognised: a kind, the system that gave it out where
// that matters, the value in normal form, and how far it was verified. Identifiers are immutable and comparable with
// ==; the zero value is no identifier.
type Identifier struct {
	tag   unique.Handle[tag]
	value string
}

// tag is what many identifiers have in common.
type tag struct {
	kind   Kind
	system string
	check  Check
	hash   uint64 // of kind and system
}

func tagged(k Kind, system, value string, c Check) Identifier {
	return Identifier{tag: unique.Make(tag{k, system, c, hashText(string(k)) + 31*hashText(system)}), value: value}
}

func (i Identifier) kind() Kind {
	if i.tag == (unique.Handle[tag]{}) {
		return ""
	}
	return i.tag.Value().kind
}

func (i Identifier) system() string {
	if i.tag == (unique.Handle[tag]{}) {
		return ""
	}
	return i.tag.Value().system
}

func (i Identifier) check() Check {
	if i.tag == (unique.Handle[tag]{}) {
		return UnknownCheck
	}
	return i.tag.Value().check
}

// NewIdentifier brings a raw value into the normal form of its kind. The system says who gave the value out ("shop",
// "salesforce"); kinds that mean the same everywhere, such as an e-mail address or a VAT number, drop it, and
// [CompanyName] takes it as the country of the company. A nil Normalizer has the defaults.
//
// The error is a [b2b.InvalidError] whose reason is one of format, check_digit, blocked, private_range and too_long; it
// never holds the value.
func NewIdentifier(k Kind, system, raw string, n *Normalizer) (Identifier, error) {
	if k == "" || len(k) > 64 {
		return Identifier{}, refuse(reasonFormat)
	}
	if len(raw) > maxValue || len(system) > maxValue {
		return Identifier{}, refuse(reasonLong)
	}
	if n == nil {
		n = &defaultNormalizer
	}
	raw, ok := clean(raw)
	if !ok {
		return Identifier{}, refuse(reasonFormat)
	}
	system, ok = clean(system)
	if !ok {
		return Identifier{}, refuse(reasonFormat)
	}
	if isBlocked(raw) {
		return Identifier{}, refuse(reasonBlocked)
	}
	scope := ""
	if k.scoped() {
		scope = system
	}
	if n.Pseudonyms && isPseudonym(raw) {
		return tagged(k, scope, raw, FormatOnly), nil
	}
	value, check, err := n.normal(k, system, raw)
	if err != nil {
		return Identifier{}, err
	}
	if value != raw && isBlocked(value) {
		return Identifier{}, refuse(reasonBlocked)
	}
	return tagged(k, scope, value, check), nil
}

// MustIdentifier is [NewIdentifier] with the default normalizer, for literals and tests; it panics on an error.
func MustIdentifier(k Kind, system, raw string) Identifier {
	id, err := NewIdentifier(k, system, raw, nil)
	if err != nil {
		panic("stitch: " + string(k) + ": " + err.Error())
	}
	return id
}

// Kind returns the kind.
func (i Identifier) Kind() Kind { return i.kind() }

// System returns the system that gave the value out, or "" where the kind means the same everywhere.
func (i Identifier) System() string { return i.system() }

// Value returns the normal form. It may be personal data: show [Identifier.String] instead.
func (i Identifier) Value() string { return i.value }

// Check returns how far the value was verified.
func (i Identifier) Check() Check { return i.check() }

// IsZero reports whether i is no identifier.
func (i Identifier) IsZero() bool { return i == Identifier{} }

// Personal reports whether the value identifies a natural person on its own. A kind that is not listed counts as
// personal, since nobody can tell.
func (i Identifier) Personal() bool { return i.kind().personal() }

func (k Kind) personal() bool {
	//exhaustive:ignore
	switch k {
	case "", EmailDomain, Domain, Switchboard, VAT, KvK, KvKBranch, RSIN, LEI, DUNS, CompanyName, IPPrefix, CRMAccount:
		return false
	default:
		return true
	}
}

// String returns "kind:value" or "kind:system/value"; a personal value is shown as "•••".
func (i Identifier) String() string {
	if i.IsZero() {
		return ""
	}
	value := i.value
	if i.Personal() {
		value = "•••"
	}
	if i.system() != "" {
		value = i.system() + "/" + value
	}
	return string(i.kind()) + ":" + value
}

// Compare orders identifiers by kind, system, value and check, bytewise.
func (i Identifier) Compare(j Identifier) int {
	if i.tag == j.tag {
		return cmp.Compare(i.value, j.value)
	}
	return cmp.Or(cmp.Compare(i.kind(), j.kind()), cmp.Compare(i.system(), j.system()), cmp.Compare(i.value, j.value), cmp.Compare(i.check(), j.check()))
}

// Derived returns the identifier that follows from i: the mail domain of an e-mail address. ok is false if there is
// none. The resolver derives it by itself; a store of pseudonyms keeps it beside the pseudonym of the address.
func (i Identifier) Derived() (d Identifier, ok bool) {
	if i.kind() != Email || isPseudonym(i.value) {
		return Identifier{}, false
	}
	host := i.value[strings.LastIndexByte(i.value, '@')+1:]
	domain, err := registrable(host)
	if err != nil {
		return Identifier{}, false
	}
	return tagged(EmailDomain, "", domain, FormatOnly), true
}

// clean trims, replaces bytes that are not UTF-8, brings to NFC, and refuses control characters.
func clean(s string) (string, bool) {
	s = strings.TrimSpace(s)
	ascii := true
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c == 0x7f {
			return "", false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	if ascii {
		return s, true
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.ContainsFunc(s, unicode.IsControl) {
		return "", false
	}
	return norm.NFC.String(s), true
}

// isBlocked reports whether a value stands for no value.
func isBlocked(s string) bool {
	if len(s) > 64 {
		return strings.Trim(s, "0- ") == ""
	}
	switch fold.Fold(s) {
	case "null", "none", "n a", "na", "unknown", "anonymous", "test":
		return true
	}
	return strings.Trim(s, "0- ") == "" // also the empty text
}
