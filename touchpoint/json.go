package touchpoint

import (
	"encoding/json"
	"strconv"

	"github.com/buyerjourney/b2b"
)

type catalogueJSON[T any] struct {
	Policy      ControlPolicy `json:"policy"`
	Touchpoints []T           `json:"touchpoints"`
}

// MarshalJSON writes {"policy":…,"touchpoints":[…]} in the order of the IDs; what is unknown is left out.
func (c *Catalogue) MarshalJSON() ([]byte, error) {
	points := c.points
	if points == nil {
		points = []Touchpoint{}
	}
	return json.Marshal(catalogueJSON[Touchpoint]{Policy: c.policy, Touchpoints: points})
}

// UnmarshalJSON reads what [Catalogue.MarshalJSON] writes, with the checks of [NewCatalogue]. Text outside a closed
// enumeration is an error here; [ImportCatalogue] keeps such touchpoints.
func (c *Catalogue) UnmarshalJSON(data []byte) error {
	read, unmapped, err := ImportCatalogue(data)
	if err != nil {
		return err
	}
	var p b2b.Problems
	for _, u := range unmapped {
		p.Add(u.Path, "no value of the enumeration")
	}
	if err := p.Err(); err != nil {
		return err
	}
	*c = *read
	return nil
}

// ImportCatalogue reads a catalogue that another system wrote in the form of [Catalogue.MarshalJSON]. A touchpoint with
// text outside a closed enumeration is kept with the value Unknown, and the text is listed.
func ImportCatalogue(data []byte) (*Catalogue, []b2b.Unmapped, error) {
	var in catalogueJSON[touchpointJSON]
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, nil, &b2b.InvalidError{Path: "touchpoints", Reason: "not the JSON of a catalogue: " + err.Error()}
	}
	var unmapped []b2b.Unmapped
	points := make([]Touchpoint, len(in.Touchpoints))
	for i, t := range in.Touchpoints {
		points[i] = t.touchpoint(func(field, text string) {
			unmapped = append(unmapped, b2b.Unmapped{Index: i, Path: "touchpoints[" + strconv.Itoa(i) + "]." + field, Text: text})
		})
	}
	c, err := NewCatalogue(points, in.Policy)
	if err != nil {
		return nil, nil, err
	}
	return c, unmapped, nil
}

// touchpointJSON is a Touchpoint whose enumerations are still text.
type touchpointJSON struct {
	ID         ID           `json:"id"`
	Name       string       `json:"name"`
	Channel    Channel      `json:"channel"`
	Mode       string       `json:"mode"`
	Medium     string       `json:"medium"`
	Media      string       `json:"media"`
	Owner      string       `json:"owner"`
	Initiator  string       `json:"initiator"`
	Kind       string       `json:"kind"`
	Recurrence string       `json:"recurrence"`
	Window     b2b.Window   `json:"window"`
	Visibility string       `json:"visibility"`
	Phase      string       `json:"phase"`
	LeadsTo    string       `json:"leads_to"`
	Control    b2b.Fraction `json:"control"`
	Personas   []string     `json:"personas"`
	Aliases    []string     `json:"aliases"`
}

func (j touchpointJSON) touchpoint(unmapped func(field, text string)) Touchpoint {
	return Touchpoint{
		ID: j.ID, Name: j.Name, Channel: j.Channel,
		Mode:       read(ParseMode, "mode", j.Mode, unmapped),
		Medium:     read(ParseMedium, "medium", j.Medium, unmapped),
		Media:      read(ParseMedia, "media", j.Media, unmapped),
		Owner:      read(ParseOwner, "owner", j.Owner, unmapped),
		Initiator:  read(ParseInitiator, "initiator", j.Initiator, unmapped),
		Kind:       read(ParseKind, "kind", j.Kind, unmapped),
		Recurrence: read(ParseRecurrence, "recurrence", j.Recurrence, unmapped),
		Window:     j.Window,
		Visibility: read(ParseVisibility, "visibility", j.Visibility, unmapped),
		Phase:      read(b2b.ParsePhase, "phase", j.Phase, unmapped),
		LeadsTo:    read(b2b.ParsePhase, "leads_to", j.LeadsTo, unmapped),
		Control:    j.Control, Personas: j.Personas, Aliases: j.Aliases,
	}
}

func read[E any](parse func(string) (E, error), field, text string, unmapped func(field, text string)) E {
	e, err := parse(text)
	if err != nil {
		unmapped(field, text)
	}
	return e
}
