package dmu

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/buyerjourney/b2b/internal/enum"
)

// Authority is one thing that a person may do for the organisation. It is a closed enumeration; zero is
// [UnknownAuthority]. A person has a set of them: [Authorities].
type Authority uint8

// The authorities. Each is one bit of [Authorities].
const (
	UnknownAuthority Authority = iota
	Budget                     // owns or releases the money
	Signature                  // signs the contract
	Legal                      // accepts or refuses terms
	Security                   // accepts or refuses on information security
	Procurement                // runs the purchasing procedure
	Technical                  // accepts or refuses on technical grounds
)

var authorities = enum.New[Authority]("authority",
	"unknown", "budget", "signature", "legal", "security", "procurement", "technical")

// ParseAuthority reads the name of one authority; the empty text is [UnknownAuthority].
func ParseAuthority(text string) (Authority, error) { return authorities.Parse(text) }

// IsValid reports whether a is a value of the enumeration.
func (a Authority) IsValid() bool { return authorities.Valid(a) }

// String returns the name in lower case.
func (a Authority) String() string { return authorities.String(a) }

// AppendText implements [encoding.TextAppender].
func (a Authority) AppendText(dst []byte) ([]byte, error) { return authorities.AppendText(dst, a) }

// MarshalText implements [encoding.TextMarshaler].
func (a Authority) MarshalText() ([]byte, error) { return authorities.AppendText(nil, a) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseAuthority] does.
func (a *Authority) UnmarshalText(text []byte) error { return authorities.UnmarshalText(a, text) }

// Authorities is a set of [Authority], one bit each. The zero value is the empty set. Its text is the names in
// alphabetical order joined by "+".
type Authorities uint8

// AuthoritiesOf returns the set of the given authorities; unknown ones are left out.
func AuthoritiesOf(list ...Authority) Authorities { return Authorities(setOf(authorities, list)) }

// ParseAuthorities reads names joined by "+"; the empty text is the empty set.
func ParseAuthorities(text string) (Authorities, error) {
	set, err := parseSet(authorities, text)
	return Authorities(set), err
}

// Has reports whether the set holds a.
func (s Authorities) Has(a Authority) bool { return setHas(uint8(s), a) }

// Union returns the authorities that are in either set.
func (s Authorities) Union(t Authorities) Authorities { return s | t }

// All lists the set in the order of declaration.
func (s Authorities) All() []Authority { return setAll[Authority](uint8(s)) }

// String returns the text form.
func (s Authorities) String() string { return setText(authorities, uint8(s)) }

// MarshalText implements [encoding.TextMarshaler].
func (s Authorities) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseAuthorities] does.
func (s *Authorities) UnmarshalText(text []byte) error {
	v, err := ParseAuthorities(string(text))
	if err == nil {
		*s = v
	}
	return err
}

// PowerBase is a ground on which one person can move others: French and Raven (1959) as used for buying centres by
// Bonoma (1982). It is a closed enumeration; zero is unknown.
type PowerBase uint8

// The bases of power. Each is one bit of [PowerBases].
const (
	UnknownPowerBase PowerBase = iota
	RewardPower                // can give money, promotion, favours
	CoercivePower              // can punish
	AttractionPower            // is liked
	ExpertPower                // is believed
	StatusPower                // stands high in the organisation
)

var powerBases = enum.New[PowerBase]("power base",
	"unknown", "reward", "coercive", "attraction", "expert", "status")

// ParsePowerBase reads the name of a base of power; the empty text is [UnknownPowerBase].
func ParsePowerBase(text string) (PowerBase, error) { return powerBases.Parse(text) }

// IsValid reports whether b is a value of the enumeration.
func (b PowerBase) IsValid() bool { return powerBases.Valid(b) }

// String returns the name in lower case.
func (b PowerBase) String() string { return powerBases.String(b) }

// AppendText implements [encoding.TextAppender].
func (b PowerBase) AppendText(dst []byte) ([]byte, error) { return powerBases.AppendText(dst, b) }

// MarshalText implements [encoding.TextMarshaler].
func (b PowerBase) MarshalText() ([]byte, error) { return powerBases.AppendText(nil, b) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParsePowerBase] does.
func (b *PowerBase) UnmarshalText(text []byte) error { return powerBases.UnmarshalText(b, text) }

// PowerBases is a set of [PowerBase], one bit each. The zero value is the empty set. Its text is the names in
// alphabetical order joined by "+".
type PowerBases uint8

// PowerBasesOf returns the set of the given bases; unknown ones are left out.
func PowerBasesOf(list ...PowerBase) PowerBases { return PowerBases(setOf(powerBases, list)) }

// ParsePowerBases reads names joined by "+"; the empty text is the empty set.
func ParsePowerBases(text string) (PowerBases, error) {
	set, err := parseSet(powerBases, text)
	return PowerBases(set), err
}

// Has reports whether the set holds b.
func (s PowerBases) Has(b PowerBase) bool { return setHas(uint8(s), b) }

// String returns the text form.
func (s PowerBases) String() string { return setText(powerBases, uint8(s)) }

// MarshalText implements [encoding.TextMarshaler].
func (s PowerBases) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParsePowerBases] does.
func (s *PowerBases) UnmarshalText(text []byte) error {
	v, err := ParsePowerBases(string(text))
	if err == nil {
		*s = v
	}
	return err
}

// The two sets share their code: element e > 0 is bit e−1.

func setOf[E ~uint8](table *enum.Table[E], list []E) (set uint8) {
	for _, e := range list {
		if e > 0 && table.Valid(e) {
			set |= 1 << (e - 1)
		}
	}
	return set
}

func setHas[E ~uint8](set uint8, e E) bool { return e > 0 && e <= 8 && set&(1<<(e-1)) != 0 }

func setAll[E ~uint8](set uint8) []E {
	all := make([]E, 0, bits.OnesCount8(set))
	for ; set != 0; set &= set - 1 {
		all = append(all, E(bits.TrailingZeros8(set)+1))
	}
	return all
}

func setText[E ~uint8](table *enum.Table[E], set uint8) string {
	names := make([]string, 0, bits.OnesCount8(set))
	for _, e := range setAll[E](set) {
		names = append(names, table.String(e))
	}
	slices.Sort(names)
	return strings.Join(names, "+")
}

func parseSet[E ~uint8](table *enum.Table[E], text string) (set uint8, err error) {
	if strings.TrimSpace(text) == "" {
		return 0, nil
	}
	for i, name := range strings.Split(text, "+") {
		e, err := table.Parse(name)
		if err != nil || e == 0 {
			return 0, fmt.Errorf("element %d of the set: no known name", i)
		}
		set |= 1 << (e - 1)
	}
	return set, nil
}
