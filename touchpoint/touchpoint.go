package touchpoint

import (
	"strconv"

	"github.com/buyerjourney/b2b"
)

// ID names a touchpoint within one catalogue. The empty string is unknown.
type ID string

// Channel names where a contact happens: "website", "event", "newsletter", "linkedin". It is an open vocabulary: unknown
// names pass through. The empty string is unknown.
type Channel string

// Touchpoint (klantcontactpunt) is an influenceable moment of contact within one phase that helps to reach the next.
// The zero value is invalid, since an ID is required. It is a plain value; do not change its slices while others read it.
type Touchpoint struct {
	ID         ID           `json:"id"`
	Name       string       `json:"name,omitzero"`
	Channel    Channel      `json:"channel,omitzero"`
	Mode       Mode         `json:"mode,omitzero"`
	Medium     Medium       `json:"medium,omitzero"`
	Media      Media        `json:"media,omitzero"`
	Owner      Owner        `json:"owner,omitzero"`
	Initiator  Initiator    `json:"initiator,omitzero"`
	Kind       Kind         `json:"kind,omitzero"`
	Recurrence Recurrence   `json:"recurrence,omitzero"`
	Window     b2b.Window   `json:"window,omitzero"` // when it exists; only for Temporary
	Visibility Visibility   `json:"visibility,omitzero"`
	Phase      b2b.Phase    `json:"phase,omitzero"`    // where it lies
	LeadsTo    b2b.Phase    `json:"leads_to,omitzero"` // the phase that it helps to reach; UnknownPhase is none
	Control    b2b.Fraction `json:"control,omitzero"`  // explicit degree; unknown: the policy decides
	Personas   []string     `json:"personas,omitzero"` // whom it is meant for; none: everybody
	Aliases    []string     `json:"aliases,omitzero"`  // names under which other systems know it
}

// Check reports every way in which the touchpoint is malformed: no ID, an enumeration out of range, a Temporary one
// without a window or a window on any other, a window that ends before it begins, an empty alias.
func (t Touchpoint) Check() error {
	var p b2b.Problems
	if t.ID == "" {
		p.Add("id", "missing")
	}
	for _, e := range [...]struct {
		path  string
		valid bool
	}{
		{"mode", t.Mode.IsValid()},
		{"medium", t.Medium.IsValid()},
		{"media", t.Media.IsValid()},
		{"owner", t.Owner.IsValid()},
		{"initiator", t.Initiator.IsValid()},
		{"kind", t.Kind.IsValid()},
		{"recurrence", t.Recurrence.IsValid()},
		{"visibility", t.Visibility.IsValid()},
		{"phase", t.Phase.IsValid()},
		{"leads_to", t.LeadsTo.IsValid()},
	} {
		if !e.valid {
			p.Add(e.path, "no value of the enumeration")
		}
	}
	given := t.Window != b2b.Window{}
	switch {
	case t.Recurrence == Temporary && !given:
		p.Add("window", "missing on a temporary touchpoint")
	case t.Recurrence != Temporary && given:
		p.Add("window", "given on a touchpoint that is not temporary")
	}
	p.Join("window", t.Window.Check())
	for i, a := range t.Aliases {
		if a == "" {
			p.Add("aliases["+strconv.Itoa(i)+"]", "empty")
		}
	}
	return p.Err()
}

// clean returns a copy that shares no memory and has one form for equal meaning.
func (t Touchpoint) clean() Touchpoint {
	t.Window = t.Window.UTC()
	t.Personas = append([]string(nil), t.Personas...)
	t.Aliases = append([]string(nil), t.Aliases...)
	return t
}
