package dmu

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// System names a foreign system whose pick-list a [Crosswalk] knows. It is an open vocabulary.
type System string

// The systems of [DefaultCrosswalk].
const (
	HubSpot            System = "hubspot"             // contact property hs_buying_role, several values
	Salesforce         System = "salesforce"          // OpportunityContactRole.Role, one row per role
	DynamicsTag        System = "dynamics-tag"        // msdyn_decisioninfluencetag, one value
	DynamicsConnection System = "dynamics-connection" // connection role, a text
	Adobe              System = "adobe"               // buying group of Journey Optimizer B2B
	ServiceNow         System = "servicenow"          // buying group
)

// Use says in which direction a [Row] counts. Zero is both.
type Use uint8

// The directions.
const (
	BothWays Use = iota
	ImportOnly
	ExportOnly
)

var uses = enum.New[Use]("use", "both", "import", "export")

// ParseUse reads the name of a direction; the empty text is [BothWays].
func ParseUse(text string) (Use, error) { return uses.Parse(text) }

// IsValid reports whether u is a value of the enumeration.
func (u Use) IsValid() bool { return uses.Valid(u) }

// String returns the name in lower case.
func (u Use) String() string { return uses.String(u) }

// AppendText implements [encoding.TextAppender].
func (u Use) AppendText(dst []byte) ([]byte, error) { return uses.AppendText(dst, u) }

// MarshalText implements [encoding.TextMarshaler].
func (u Use) MarshalText() ([]byte, error) { return uses.AppendText(nil, u) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseUse] does.
func (u *Use) UnmarshalText(text []byte) error { return uses.UnmarshalText(u, text) }

// Row is one line of a crosswalk: a foreign value and what it says. A row that is exported holds one value of one axis.
type Row struct {
	System System
	Value  string
	Facets Facets
	Use    Use
}

// SystemRules is what is particular to one system.
type SystemRules struct {
	System    System
	Separator string // between several values in one text; "" is none
	Single    bool   // one value per person; several facets go by the order of the system's rows
	Other     string // what is written for a role that has no value; "" is nothing
	Nothing   string // a value that says that nothing is known, without loss
	MaxValues int    // how many distinct values the pick-list may have; 0 is unlimited
	MaxLength int    // runes of a value; 0 is unlimited
}

// Crosswalk translates between facets and the pick-lists of other systems, and says what gets lost. It is data: pick-lists
// are edited per organisation, and [Crosswalk.With] adds rows. The zero value knows no system. It is immutable and safe for
// concurrent use.
type Crosswalk struct {
	rules []SystemRules
	rows  []Row
}

// NewCrosswalk checks the rows: systems that have rules, values that are not empty, not too long, not too many and imported
// once, and exported rows that hold one value of one axis, each once per system.
func NewCrosswalk(rules []SystemRules, rows []Row) (Crosswalk, error) {
	c := Crosswalk{rules: slices.Clone(rules), rows: slices.Clone(rows)}
	var p b2b.Problems
	for i, r := range c.rules {
		if j := slices.IndexFunc(c.rules, func(x SystemRules) bool { return x.System == r.System }); j < i || r.System == "" {
			p.Add("rules["+strconv.Itoa(i)+"].system", "empty or repeated")
		}
	}
	distinct := map[System]map[string]bool{}
	imported := map[[2]string]bool{}
	type atom struct {
		system System
		facets Facets
	}
	exported := map[atom]bool{}
	for i, r := range c.rows {
		path := "rows[" + strconv.Itoa(i) + "]"
		rule, ok := c.rule(r.System)
		if !ok {
			p.Add(path+".system", "no rules for it")
			continue
		}
		key := foreign(r.Value)
		if key == "" {
			p.Add(path+".value", "empty")
		}
		if rule.MaxLength > 0 && utf8.RuneCountInString(r.Value) > rule.MaxLength {
			p.Addf(path+".value", "longer than %d", rule.MaxLength)
		}
		if distinct[r.System] == nil {
			distinct[r.System] = map[string]bool{}
		}
		distinct[r.System][key] = true
		if rule.MaxValues > 0 && len(distinct[r.System]) == rule.MaxValues+1 {
			p.Addf(path+".value", "more than %d values", rule.MaxValues)
		}
		if !r.Facets.IsValid() {
			p.Add(path+".facets", "no such value")
		}
		if r.Use != ExportOnly {
			if imported[[2]string{string(r.System), key}] {
				p.Add(path+".value", "imported twice")
			}
			imported[[2]string{string(r.System), key}] = true
		}
		if r.Use != ImportOnly {
			if len(atoms(r.Facets)) != 1 {
				p.Add(path+".facets", "an exported row holds one value of one axis")
			}
			if exported[atom{r.System, r.Facets}] {
				p.Add(path+".facets", "exported twice")
			}
			exported[atom{r.System, r.Facets}] = true
		}
	}
	if err := p.Err(); err != nil {
		return Crosswalk{}, err
	}
	return c, nil
}

// Rows returns a copy of the rows.
func (c Crosswalk) Rows() []Row { return slices.Clone(c.rows) }

// With returns the crosswalk with more rows. A row with a value that the system has already takes the place of the rows of
// that value.
func (c Crosswalk) With(rows ...Row) (Crosswalk, error) {
	kept := slices.DeleteFunc(slices.Clone(c.rows), func(old Row) bool {
		return slices.ContainsFunc(rows, func(r Row) bool {
			return r.System == old.System && foreign(r.Value) == foreign(old.Value)
		})
	})
	return NewCrosswalk(c.rules, slices.Concat(kept, rows))
}

func (c Crosswalk) rule(s System) (SystemRules, bool) {
	i := slices.IndexFunc(c.rules, func(r SystemRules) bool { return r.System == s })
	if i < 0 {
		return SystemRules{}, false
	}
	return c.rules[i], true
}

// foreign is how values of other systems are compared: without outer space and case.
func foreign(value string) string { return strings.ToLower(strings.TrimSpace(value)) }

var errNoSystem = &b2b.InvalidError{Path: "system", Reason: "not in the crosswalk"}

// Import reads a person's values in a system. The facets are united; two different roles or attitudes are both kept: the
// result has one element per distinct role or attitude, in the order of their declarations, and the authorities are in the
// first. Text that the crosswalk does not know is listed as [Unmapped], verbatim.
func (c Crosswalk) Import(system System, values ...string) ([]Facets, []Loss, error) {
	rule, ok := c.rule(system)
	if !ok {
		return nil, nil, errNoSystem
	}
	var losses []Loss
	var found []Facets
	n := 0
	for _, text := range values {
		parts := []string{text}
		if rule.Separator != "" {
			parts = strings.Split(text, rule.Separator)
		}
		for _, v := range parts {
			key := foreign(v)
			if key == "" {
				continue
			}
			n++
			i := slices.IndexFunc(c.rows, func(r Row) bool {
				return r.System == system && r.Use != ExportOnly && foreign(r.Value) == key
			})
			switch {
			case i >= 0:
				found = append(found, c.rows[i].Facets)
			case key == foreign(rule.Nothing):
			default:
				losses = append(losses, Loss{Axis: NoAxis, Value: strings.TrimSpace(v), Kind: Unmapped})
			}
		}
	}
	if rule.Single && n > 1 {
		return nil, nil, &b2b.InvalidError{Path: "values", Reason: "the system holds one value"}
	}
	return combine(found), losses, nil
}

// combine unites facets into the fewest that keep every distinct role, attitude and profile.
func combine(list []Facets) []Facets {
	var roles []Role
	var attitudes []Attitude
	var profiles []Profile
	var may Authorities
	for _, f := range list {
		roles, attitudes, profiles = append(roles, f.Role), append(attitudes, f.Attitude), append(profiles, f.Profile)
		may |= f.Authorities
	}
	roles, attitudes, profiles = distinct(roles), distinct(attitudes), distinct(profiles)
	n := max(len(roles), len(attitudes), len(profiles))
	if n == 0 && may != 0 {
		n = 1
	}
	var out []Facets
	for i := range n {
		var f Facets
		if i == 0 {
			f.Authorities = may
		}
		if i < len(roles) {
			f.Role = roles[i]
		}
		if i < len(attitudes) {
			f.Attitude = attitudes[i]
		}
		if i < len(profiles) {
			f.Profile = profiles[i]
		}
		out = append(out, f)
	}
	return out
}

// distinct returns the known values, ascending, each once.
func distinct[E cmp.Ordered](list []E) []E {
	slices.Sort(list)
	var zero E
	return slices.DeleteFunc(slices.Compact(list), func(e E) bool { return e == zero })
}

// atoms splits facets into one value of one axis each.
func atoms(f Facets) []Facets {
	var list []Facets
	if f.Role != UnknownRole {
		list = append(list, Facets{Role: f.Role})
	}
	for _, a := range f.Authorities.All() {
		list = append(list, Facets{Authorities: AuthoritiesOf(a)})
	}
	if f.Attitude != UnknownAttitude {
		list = append(list, Facets{Attitude: f.Attitude})
	}
	if f.Profile != UnknownProfile {
		list = append(list, Facets{Profile: f.Profile})
	}
	return list
}

// name returns the axis and the text of an atom.
func name(atom Facets) (Axis, string) {
	switch {
	case atom.Role != UnknownRole:
		return RoleAxis, atom.Role.String()
	case atom.Authorities != 0:
		return AuthorityAxis, atom.Authorities.String()
	case atom.Attitude != UnknownAttitude:
		return AttitudeAxis, atom.Attitude.String()
	case atom.Profile != UnknownProfile:
		return ProfileAxis, atom.Profile.String()
	}
	return NoAxis, ""
}

// Export writes facets as values of a system, each value once, in the order of the system's rows. Every value of an axis
// either comes back from Import or is named in a loss.
func (c Crosswalk) Export(system System, facets ...Facets) ([]string, []Loss, error) {
	rule, ok := c.rule(system)
	if !ok {
		return nil, nil, errNoSystem
	}
	var list []Facets
	for _, f := range combine(facets) {
		list = append(list, atoms(f)...)
	}
	chosen := map[int]Facets{} // by row
	var losses []Loss
	other := false
	lose := func(atom Facets, kind LossKind) {
		axis, value := name(atom)
		losses = append(losses, Loss{Axis: axis, Value: value, Kind: kind})
	}
	for _, atom := range list {
		i := slices.IndexFunc(c.rows, func(r Row) bool {
			return r.System == system && r.Use != ImportOnly && r.Facets == atom
		})
		if i < 0 {
			other = other || atom.Role != UnknownRole
			lose(atom, Dropped)
			continue
		}
		chosen[i] = atom
	}
	var values []string
	for i, r := range c.rows { // not over the map: the order of the rows counts
		atom, ok := chosen[i]
		switch {
		case !ok:
		case rule.Single && len(values) > 0:
			lose(atom, Dropped)
		default:
			if !slices.Contains(values, r.Value) {
				values = append(values, r.Value)
			}
			if back, _, err := c.Import(system, r.Value); err != nil || !holds(back, atom) {
				lose(atom, Approximated)
			}
		}
	}
	if other && rule.Other != "" && (!rule.Single || len(values) == 0) {
		values = append(values, rule.Other)
	}
	return values, losses, nil
}

func holds(list []Facets, atom Facets) bool {
	return slices.ContainsFunc(list, func(f Facets) bool { return slices.Contains(atoms(f), atom) })
}
