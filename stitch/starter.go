package stitch

// StarterRules returns a set of rules to start from. It is plain data: print it as JSON, change it, keep it with its
// version.
//
//	same person    login; CRM id; e-mail address; phone; device; cookie seen within 90 days
//	same account   VAT; KvK; LEI; DUNS; RSIN; CRM account id; domain together with company name
//	affiliation    CRM account field; mail domain; address range within 180 days (with consent for "analytics")
//	guards         one login per person and system; one VAT, KvK and LEI number per account;
//	               a cookie, device or phone on more than 5, 5 and 10 profiles is shared and proves nothing
func StarterRules() Rules {
	same := func(name string, level Level, priority int, strength float64, kinds ...Kind) Rule {
		r := Rule{Name: name, Effect: Same, Level: level, Priority: priority, Strength: strength}
		for _, k := range kinds {
			r.When = append(r.When, Condition{Same: k})
		}
		return r
	}
	expiring := func(r Rule, after Lapse) Rule {
		r.Expire.After = after
		return r
	}
	return Rules{
		Version: "starter-1",
		Rules: []Rule{
			same("login", Person, 10, 30, Login),
			same("crm id", Person, 10, 30, CRM),
			same("mail address", Person, 20, 25, Email),
			same("phone", Person, 30, 12, Phone),
			expiring(same("device", Person, 40, 10, Device), "365d"),
			expiring(same("cookie", Person, 50, 8, Cookie), "90d"),
			same("vat number", Account, 10, 30, VAT),
			same("kvk number", Account, 10, 30, KvK),
			same("lei", Account, 10, 30, LEI),
			same("rsin", Account, 10, 30, RSIN),
			same("duns number", Account, 15, 25, DUNS),
			same("crm account", Account, 15, 25, CRMAccount),
			same("domain and name", Account, 30, 15, Domain, CompanyName),
			{Name: "crm field", Effect: Affiliate, Priority: 10, Strength: 15, When: []Condition{{Same: CRMAccount}}},
			{Name: "mail domain", Effect: Affiliate, Priority: 20, Strength: 8, When: []Condition{{Same: EmailDomain}}},
			{
				Name: "address range", Effect: Affiliate, Priority: 50, Strength: 3, When: []Condition{{Within: IP}},
				Expire: Expire{After: "180d"}, Purpose: "analytics",
			},
		},
		Guards: []Guard{
			{Kind: Login, MaxPerEntity: 1},
			{Kind: VAT, MaxPerEntity: 1},
			{Kind: KvK, MaxPerEntity: 1},
			{Kind: LEI, MaxPerEntity: 1},
			{Kind: Cookie, MaxHolders: 5},
			{Kind: Device, MaxHolders: 5},
			{Kind: Phone, MaxHolders: 10},
		},
	}
}
