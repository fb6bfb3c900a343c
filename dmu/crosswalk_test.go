package dmu_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/dmu"
)

func role(r dmu.Role) dmu.Facets { return dmu.Facets{Role: r} }

func may(a ...dmu.Authority) dmu.Facets { return dmu.Facets{Authorities: dmu.AuthoritiesOf(a...)} }

func wants(a dmu.Attitude) dmu.Facets { return dmu.Facets{Attitude: a} }

func unmapped(text string) []dmu.Loss {
	return []dmu.Loss{{Axis: dmu.NoAxis, Value: text, Kind: dmu.Unmapped}}
}

// The table of the specification, section 3, line by line.
func TestImport(t *testing.T) {
	c := dmu.DefaultCrosswalk()
	for _, tt := range []struct {
		system dmu.System
		values []string
		want   []dmu.Facets
		losses []dmu.Loss
	}{
		{dmu.HubSpot, []string{"END_USER"}, []dmu.Facets{role(dmu.User)}, nil},
		{dmu.HubSpot, []string{" influencer "}, []dmu.Facets{role(dmu.Influencer)}, nil},
		{dmu.HubSpot, []string{"DECISION_MAKER;BUDGET_HOLDER;CHAMPION"}, []dmu.Facets{{Role: dmu.Decider, Authorities: dmu.AuthoritiesOf(dmu.Budget), Attitude: dmu.Champion}}, nil},
		{dmu.HubSpot, []string{"EXECUTIVE_SPONSOR;END_USER"}, []dmu.Facets{role(dmu.User), role(dmu.Approver)}, nil},
		{dmu.HubSpot, []string{"LEGAL_AND_COMPLIANCE"}, []dmu.Facets{may(dmu.Legal)}, nil},
		{dmu.HubSpot, []string{"BLOCKER;CHAMPION"}, []dmu.Facets{wants(dmu.Opponent), wants(dmu.Champion)}, nil},
		{dmu.HubSpot, []string{"OTHER"}, nil, unmapped("OTHER")},
		{dmu.HubSpot, []string{"", ";"}, nil, nil},
		{dmu.Salesforce, []string{"Business User"}, []dmu.Facets{role(dmu.User)}, nil},
		{dmu.Salesforce, []string{"Evaluator", "Influencer"}, []dmu.Facets{role(dmu.Influencer)}, nil},
		{dmu.Salesforce, []string{"Decision Maker"}, []dmu.Facets{role(dmu.Decider)}, nil},
		{dmu.Salesforce, []string{"Executive Sponsor"}, []dmu.Facets{role(dmu.Approver)}, nil},
		{dmu.Salesforce, []string{"Economic Buyer"}, []dmu.Facets{may(dmu.Budget)}, nil},
		{dmu.Salesforce, []string{"Economic Decision Maker"}, []dmu.Facets{{Role: dmu.Decider, Authorities: dmu.AuthoritiesOf(dmu.Budget)}}, nil},
		{dmu.Salesforce, []string{"Technical Buyer"}, []dmu.Facets{may(dmu.Technical)}, nil},
		{dmu.Salesforce, []string{"Other"}, nil, unmapped("Other")},
		{dmu.DynamicsTag, []string{"0"}, []dmu.Facets{role(dmu.Decider)}, nil},
		{dmu.DynamicsTag, []string{"1"}, []dmu.Facets{role(dmu.Influencer)}, nil},
		{dmu.DynamicsTag, []string{"2"}, []dmu.Facets{wants(dmu.Opponent)}, nil},
		{dmu.DynamicsTag, []string{"3"}, nil, nil},
		{dmu.DynamicsConnection, []string{"decision maker"}, []dmu.Facets{role(dmu.Decider)}, nil},
		{dmu.DynamicsConnection, []string{"technical buyer"}, []dmu.Facets{may(dmu.Technical)}, nil},
		{dmu.DynamicsConnection, []string{"champion"}, []dmu.Facets{wants(dmu.Champion)}, nil},
		{dmu.DynamicsConnection, []string{"Stakeholder"}, nil, unmapped("Stakeholder")},
		{dmu.Adobe, []string{"Practitioner"}, []dmu.Facets{role(dmu.User)}, nil},
		{dmu.Adobe, []string{"Executive Steering Committee"}, []dmu.Facets{role(dmu.Approver)}, nil},
		{dmu.Adobe, []string{"Champion"}, []dmu.Facets{wants(dmu.Champion)}, nil},
		{dmu.Adobe, []string{"Other"}, nil, unmapped("Other")},
		{dmu.ServiceNow, []string{"Business user"}, []dmu.Facets{role(dmu.User)}, nil},
		{dmu.ServiceNow, []string{"Evaluator"}, []dmu.Facets{role(dmu.Influencer)}, nil},
		{dmu.ServiceNow, []string{"Economic buyer"}, []dmu.Facets{may(dmu.Budget)}, nil},
	} {
		got, losses, err := c.Import(tt.system, tt.values...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %q: %s", tt.system, tt.values, diff)
		}
		if diff := cmp.Diff(tt.losses, losses); diff != "" {
			t.Errorf("%s %q: losses %s", tt.system, tt.values, diff)
		}
	}
	if _, _, err := c.Import("sugar"); err == nil {
		t.Error("an unknown system is accepted")
	}
	if _, _, err := c.Import(dmu.DynamicsTag, "0", "1"); err == nil {
		t.Error("two values of a system that holds one")
	}
}

func TestExport(t *testing.T) {
	c := dmu.DefaultCrosswalk()
	systems := []dmu.System{dmu.HubSpot, dmu.Salesforce, dmu.DynamicsTag, dmu.Adobe, dmu.ServiceNow}
	// Cells: a value; "-" dropped; "X-" a value and dropped; "X~" a value, approximated.
	for _, tt := range []struct {
		name   string
		facets dmu.Facets
		cells  string
	}{
		{"user", role(dmu.User), "END_USER|Business User|-|Practitioner|Business user"},
		{"influencer", role(dmu.Influencer), "INFLUENCER|Influencer|1|Influencer|Influencer"},
		{"decider", role(dmu.Decider), "DECISION_MAKER|Decision Maker|0|Decision Maker|Decision maker"},
		{"approver", role(dmu.Approver), "EXECUTIVE_SPONSOR|Executive Sponsor|-|Executive Steering Committee|Executive sponsor"},
		{"initiator", role(dmu.Initiator), "OTHER-|Other-|-|Other-|-"},
		{"buyer", role(dmu.Buyer), "OTHER-|Other-|-|Other-|-"},
		{"gatekeeper", role(dmu.Gatekeeper), "OTHER-|Other-|-|Other-|-"},
		{"budget", may(dmu.Budget), "BUDGET_HOLDER|Economic Buyer|-|-|Economic buyer"},
		{"legal", may(dmu.Legal), "LEGAL_AND_COMPLIANCE|-|-|-|-"},
		{"technical", may(dmu.Technical), "-|Technical Buyer|-|-|Evaluator~"},
		{"signature", may(dmu.Signature), "-|-|-|-|-"},
		{"security", may(dmu.Security), "-|-|-|-|-"},
		{"procurement", may(dmu.Procurement), "-|-|-|-|-"},
		{"champion", wants(dmu.Champion), "CHAMPION|-|-|Champion|-"},
		{"supporter", wants(dmu.Supporter), "-|-|-|-|-"},
		{"neutral", wants(dmu.Neutral), "-|-|-|-|-"},
		{"sceptic", wants(dmu.Sceptic), "-|-|-|-|-"},
		{"opponent", wants(dmu.Opponent), "BLOCKER|-|2|-|-"},
		{"teacher", dmu.Facets{Profile: dmu.Teacher}, "-|-|-|-|-"},
	} {
		for i, cell := range strings.Split(tt.cells, "|") {
			var values []string
			value := strings.TrimRight(cell, "-~")
			if value != "" {
				values = []string{value}
			}
			kind := dmu.UnknownLoss
			switch cell[len(value):] {
			case "-":
				kind = dmu.Dropped
			case "~":
				kind = dmu.Approximated
			}
			got, losses, err := c.Export(systems[i], tt.facets)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, values) {
				t.Errorf("%s to %s: %q, want %q", tt.name, systems[i], got, values)
			}
			if (kind == dmu.UnknownLoss) != (len(losses) == 0) || (len(losses) > 0 && (losses[0].Kind != kind || losses[0].Value != tt.name)) {
				t.Errorf("%s to %s: losses %+v, want %v", tt.name, systems[i], losses, kind)
			}
		}
	}
	// Dynamics holds one value: decider before opponent before influencer.
	got, losses, err := c.Export(dmu.DynamicsTag, role(dmu.Influencer), dmu.Facets{Role: dmu.Decider, Attitude: dmu.Opponent})
	if err != nil || !slices.Equal(got, []string{"0"}) || len(losses) != 2 || losses[0].Value != "opponent" || losses[1].Value != "influencer" {
		t.Errorf("%q %+v %v", got, losses, err)
	}
}

func TestCrosswalkWith(t *testing.T) {
	c := must[dmu.Crosswalk](t)(dmu.DefaultCrosswalk().With(
		dmu.Row{System: dmu.HubSpot, Value: "GATEKEEPER", Facets: role(dmu.Gatekeeper)},
		dmu.Row{System: dmu.Salesforce, Value: "evaluator", Facets: may(dmu.Security)}))
	got, losses, err := c.Export(dmu.HubSpot, role(dmu.Gatekeeper))
	if err != nil || len(losses) > 0 || !slices.Equal(got, []string{"GATEKEEPER"}) {
		t.Errorf("%q %+v %v", got, losses, err)
	}
	if f, _, err := c.Import(dmu.Salesforce, "Evaluator"); err != nil || !slices.Equal(f, []dmu.Facets{may(dmu.Security)}) {
		t.Errorf("%+v %v", f, err)
	}
	var many []dmu.Row
	for i := range 16 {
		many = append(many, dmu.Row{System: dmu.Adobe, Value: "V" + string(rune('a'+i)), Use: dmu.ImportOnly})
	}
	for name, rows := range map[string][]dmu.Row{
		"rows[34].value: longer than 40":                               {{System: dmu.Salesforce, Value: strings.Repeat("x", 41), Use: dmu.ImportOnly}},
		"rows[49].value: more than 20 values":                          many,
		"rows[34].system: no rules for it":                             {{System: "sugar", Value: "x"}},
		"rows[34].value: empty":                                        {{System: dmu.Adobe, Use: dmu.ImportOnly}},
		"rows[34].facets: exported twice":                              {{System: dmu.Adobe, Value: "x", Facets: role(dmu.User)}},
		"rows[34].facets: an exported row holds one value of one axis": {{System: dmu.Adobe, Value: "x", Facets: may(dmu.Legal, dmu.Budget)}},
	} {
		if _, err := dmu.DefaultCrosswalk().With(rows...); err == nil || err.Error() != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every value of an axis comes back from Import(Export(x)) or is named in a loss; importing what was exported from an import
// gives the import.
func propCrosswalk(t *rapid.T) {
	c := dmu.DefaultCrosswalk()
	system := rapid.SampledFrom([]dmu.System{
		dmu.HubSpot, dmu.Salesforce, dmu.DynamicsTag, dmu.DynamicsConnection, dmu.Adobe, dmu.ServiceNow,
	}).Draw(t, "system")
	f := dmu.Facets{
		Role: dmu.Role(rapid.IntRange(0, 7).Draw(t, "role")), Attitude: dmu.Attitude(rapid.IntRange(0, 5).Draw(t, "attitude")),
		Profile: dmu.Profile(rapid.IntRange(0, 7).Draw(t, "profile")), Authorities: dmu.Authorities(rapid.IntRange(0, 63).Draw(t, "authorities")),
	}
	values, losses, err := c.Export(system, f)
	if err != nil {
		t.Fatal(err)
	}
	lost := func(axis dmu.Axis, value string) bool {
		return slices.ContainsFunc(losses, func(l dmu.Loss) bool { return l.Axis == axis && l.Value == value })
	}
	back, _, err := c.Import(system, values...)
	if err != nil {
		t.Fatal(err)
	}
	var all dmu.Authorities
	for _, b := range back {
		all = all.Union(b.Authorities)
	}
	has := func(match func(dmu.Facets) bool) bool { return slices.ContainsFunc(back, match) }
	if f.Role != 0 && !lost(dmu.RoleAxis, f.Role.String()) && !has(func(b dmu.Facets) bool { return b.Role == f.Role }) {
		t.Fatalf("%v vanished: %q", f.Role, values)
	}
	if f.Attitude != 0 && !lost(dmu.AttitudeAxis, f.Attitude.String()) && !has(func(b dmu.Facets) bool { return b.Attitude == f.Attitude }) {
		t.Fatalf("%v vanished: %q", f.Attitude, values)
	}
	if f.Profile != 0 && !lost(dmu.ProfileAxis, f.Profile.String()) {
		t.Fatalf("%v vanished: %q", f.Profile, values)
	}
	for _, a := range f.Authorities.All() {
		if !lost(dmu.AuthorityAxis, a.String()) && !all.Has(a) {
			t.Fatalf("%v vanished: %q", a, values)
		}
	}
	var foreign []string
	rows := c.Rows()
	for range rapid.IntRange(0, 4).Draw(t, "values") {
		if row := rows[rapid.IntRange(0, len(rows)-1).Draw(t, "row")]; row.System == system && (system != dmu.DynamicsTag || foreign == nil) {
			foreign = append(foreign, row.Value)
		}
	}
	first, _, err := c.Import(system, foreign...)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := c.Export(system, first...)
	if err != nil {
		t.Fatal(err)
	}
	if second, _, err := c.Import(system, again...); err != nil || !slices.Equal(first, second) {
		t.Fatalf("%q gives %+v, exported %q gives %+v (%v)", foreign, first, again, second, err)
	}
}

func TestCrosswalkProperties(t *testing.T) { rapid.Check(t, propCrosswalk) }

func FuzzCrosswalk(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propCrosswalk)) }
