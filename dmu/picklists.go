package dmu

// DefaultCrosswalk returns the pick-lists as their makers deliver them. Initiator, buyer and gatekeeper are in none of them:
// they are lost on every export, and every export says so.
func DefaultCrosswalk() Crosswalk {
	role := func(r Role) Facets { return Facets{Role: r} }
	may := func(a Authority) Facets { return Facets{Authorities: AuthoritiesOf(a)} }
	wants := func(a Attitude) Facets { return Facets{Attitude: a} }
	rules := []SystemRules{
		{System: HubSpot, Separator: ";", Other: "OTHER"},
		{System: Salesforce, Other: "Other", MaxLength: 40},
		{System: DynamicsTag, Single: true, Nothing: "3"},
		{System: DynamicsConnection},
		{System: Adobe, Other: "Other", MaxValues: 20},
		{System: ServiceNow},
	}
	c, err := NewCrosswalk(rules, []Row{
		{HubSpot, "END_USER", role(User), BothWays},
		{HubSpot, "INFLUENCER", role(Influencer), BothWays},
		{HubSpot, "DECISION_MAKER", role(Decider), BothWays},
		{HubSpot, "EXECUTIVE_SPONSOR", role(Approver), BothWays},
		{HubSpot, "BUDGET_HOLDER", may(Budget), BothWays},
		{HubSpot, "LEGAL_AND_COMPLIANCE", may(Legal), BothWays},
		{HubSpot, "CHAMPION", wants(Champion), BothWays},
		{HubSpot, "BLOCKER", wants(Opponent), BothWays},

		{Salesforce, "Business User", role(User), BothWays},
		{Salesforce, "Influencer", role(Influencer), BothWays},
		{Salesforce, "Evaluator", role(Influencer), ImportOnly},
		{Salesforce, "Decision Maker", role(Decider), BothWays},
		{Salesforce, "Executive Sponsor", role(Approver), BothWays},
		{Salesforce, "Economic Buyer", may(Budget), BothWays},
		{Salesforce, "Economic Decision Maker", Facets{Role: Decider, Authorities: AuthoritiesOf(Budget)}, ImportOnly},
		{Salesforce, "Technical Buyer", may(Technical), BothWays},

		// One value only: decider before opponent before influencer.
		{DynamicsTag, "0", role(Decider), BothWays},
		{DynamicsTag, "2", wants(Opponent), BothWays},
		{DynamicsTag, "1", role(Influencer), BothWays},

		{DynamicsConnection, "Decision Maker", role(Decider), BothWays},
		{DynamicsConnection, "Technical Buyer", may(Technical), BothWays},
		{DynamicsConnection, "Champion", wants(Champion), BothWays},

		{Adobe, "Practitioner", role(User), BothWays},
		{Adobe, "Influencer", role(Influencer), BothWays},
		{Adobe, "Decision Maker", role(Decider), BothWays},
		{Adobe, "Executive Steering Committee", role(Approver), BothWays},
		{Adobe, "Champion", wants(Champion), BothWays},

		{ServiceNow, "Business user", role(User), BothWays},
		{ServiceNow, "Influencer", role(Influencer), BothWays},
		{ServiceNow, "Evaluator", role(Influencer), ImportOnly},
		{ServiceNow, "Decision maker", role(Decider), BothWays},
		{ServiceNow, "Executive sponsor", role(Approver), BothWays},
		{ServiceNow, "Economic buyer", may(Budget), BothWays},
		{ServiceNow, "Evaluator", may(Technical), ExportOnly},
	})
	if err != nil {
		panic(err) // the rows above are constants
	}
	return c
}
