package sample

// The tender: Meer Logistics asks for offers for a CRM project. Six persons walk six journeys. Eva (customer service)
// and Tom (IT) want the best solution, Pieter (purchasing) the most economical one, Lidia reads the small print but
// nobody told the CRM that she is the lawyer, Sophie decides, and Rob's sales department likes vendor XYZ. Meanwhile an
// invoice of the running contract is disputed while the cross-sell campaign goes on.
const (
	tenderAccount = "A100"
	tenderDeal    = "D1001"
	tenderDomain  = "meer-logistics.example"
	tenderOffice  = "25.2.17.17" // inside the range that the company owns
	tenderHome    = "25.200.9.77"
)

func tender(x *exports) {
	x.accounts.add(tenderAccount, "Meer Logistics B.V.", tenderDomain, "34123456", "25.2.17.0/24", "yes")
	for _, c := range [][]string{
		{"C1001", "eva.bakker@" + tenderDomain, "Head of customer service", "expert"},
		{"C1002", "pieter.dewit@" + tenderDomain, "Purchasing manager", "buyer"},
		{"C1003", "lidia.jansen@" + tenderDomain, "Secretary of the board", ""}, // the lawyer, but nobody filled it in
		{"C1004", "sophie.mulder@" + tenderDomain, "Managing director", "decider"},
		{"C1005", "tom.visser@" + tenderDomain, "IT architect", "expert"},
		{"C1006", "info@" + tenderDomain, "", ""}, // a mailbox that several persons read
		{"C1007", "rob.kuiper@" + tenderDomain, "Sales director", ""},
	} {
		x.contacts.add(c[0], tenderAccount, c[1], c[2], c[3], "2026-02-02T09:00:00Z")
	}

	for _, d := range [][]string{ // stage, entered, recorded
		{"lead", "2026-02-02T09:00:00Z", "2026-02-02T09:10:00Z"},
		{"evaluation", "2026-02-20T10:00:00Z", "2026-02-20T10:05:00Z"},
		{"proposal", "2026-03-30T15:00:00Z", "2026-03-30T15:30:00Z"},
		{"evaluation", "2026-04-21T09:00:00Z", "2026-04-27T08:00:00Z"}, // back: IT wants a second demo; typed in late
		{"proposal", "2026-05-18T16:00:00Z", "2026-05-18T16:20:00Z"},
		{"negotiation", "2026-06-15T11:00:00Z", "2026-06-15T11:05:00Z"},
	} {
		x.deals.add(tenderDeal, tenderAccount, d[0], d[1], d[2], "185000", "EUR", "north", "referral")
	}
	x.deals.add("D1000", tenderAccount, "lead", "2024-09-02T09:00:00Z", "2024-09-02T09:00:00Z", "42000", "EUR", "north", "event")
	x.deals.add("D1000", tenderAccount, "evaluation", "2024-09-20T09:00:00Z", "2024-09-20T09:00:00Z", "42000", "EUR", "north", "event")
	x.deals.add("D1000", tenderAccount, "won", "2024-11-04T09:00:00Z", "2024-11-04T09:00:00Z", "42000", "EUR", "north", "event")

	for _, v := range [][]string{ // visit, cookie, e-mail typed in, ip, page, at
		{"V100-001", "ck-eva", "eva.bakker@" + tenderDomain, tenderOffice, "/whitepaper", "2026-02-04T09:12:00Z"},
		{"V100-002", "ck-eva", "", tenderOffice, "/product", "2026-02-06T14:03:00Z"},
		{"V100-003", "ck-eva", "", tenderOffice, "/references", "2026-02-25T16:40:00Z"},
		{"V100-004", "ck-eva", "", tenderOffice, "/pricing", "2026-03-03T09:20:00Z"},
		{"V100-005", "ck-pieter", "pieter.dewit@" + tenderDomain, tenderOffice, "/pricing", "2026-02-19T10:00:00Z"},
		{"V100-006", "ck-pieter", "", tenderOffice, "/pricing", "2026-03-31T08:45:00Z"},
		{"V100-007", "ck-pieter", "", tenderOffice, "/references", "2026-04-02T11:30:00Z"},
		{"V100-008", "ck-pieter", "", tenderOffice, "/contract-terms", "2026-05-20T13:10:00Z"},
		{"V100-009", "ck-lidia", "lidia.jansen@" + tenderDomain, tenderOffice, "/contract-terms", "2026-05-19T09:05:00Z"},
		{"V100-010", "ck-lidia", "", tenderOffice, "/sla", "2026-05-19T09:40:00Z"},
		{"V100-011", "ck-lidia", "", tenderOffice, "/contract-terms", "2026-05-26T15:00:00Z"},
		{"V100-012", "ck-lidia", "", tenderOffice, "/sla", "2026-06-02T10:20:00Z"},
		{"V100-013", "ck-lidia", "", tenderOffice, "/security", "2026-06-02T10:55:00Z"},
		{"V100-014", "ck-sophie", "sophie.mulder@" + tenderDomain, tenderOffice, "/references", "2026-03-12T20:15:00Z"},
		{"V100-015", "ck-sophie", "", tenderOffice, "/pricing", "2026-06-16T07:50:00Z"},
		{"V100-016", "ck-tom", "tom.visser@" + tenderDomain, tenderOffice, "/product", "2026-02-23T09:00:00Z"},
		{"V100-017", "ck-tom", "", tenderOffice, "/security", "2026-02-23T09:35:00Z"},
		{"V100-018", "ck-tom-home", "tom.visser.privat@gmail.com", tenderHome, "/security", "2026-04-22T21:10:00Z"},  // free mail, from home
		{"V100-019", "ck-tom-home", "tom.visser@" + tenderDomain, tenderHome, "/whitepaper", "2026-04-22T21:40:00Z"}, // the same evening he logs in
		{"V100-020", "ck-info", "info@" + tenderDomain, tenderOffice, "/product", "2026-02-10T08:00:00Z"},            // the shared mailbox
		{"V100-021", "ck-info", "", tenderOffice, "/contract-terms", "2026-05-21T08:30:00Z"},
		{"V100-022", "ck-visitor", "", "25.2.17.99", "/references", "2026-06-10T12:00:00Z"}, // known by its network only
	} {
		x.web.add(v[0], v[1], v[2], v[3], v[4], v[5], "yes")
	}

	for _, a := range [][]string{ // activity, contact, kind, at, recorded
		{"X100-001", "C1001", "demo", "2026-02-27T13:00:00Z", "2026-02-27T15:00:00Z"},
		{"X100-001", "C1005", "demo", "2026-02-27T13:00:00Z", "2026-02-27T15:00:00Z"}, // one meeting, two participants
		{"X100-002", "C1002", "quote", "2026-03-30T14:30:00Z", "2026-03-30T15:30:00Z"},
		{"X100-003", "C1005", "demo", "2026-05-06T10:00:00Z", "2026-05-11T09:00:00Z"}, // second demo, typed in late
		{"X100-004", "C1003", "contract review", "2026-06-03T14:00:00Z", "2026-06-03T16:00:00Z"},
		{"X100-005", "C1002", "negotiation", "2026-06-15T10:00:00Z", "2026-06-15T11:00:00Z"},
		{"X100-005", "C1004", "negotiation", "2026-06-15T10:00:00Z", "2026-06-15T11:00:00Z"},
	} {
		x.activities.add(a[0], a[1], tenderDeal, a[2], a[3], a[4])
	}

	for _, s := range [][]string{
		{"T100-001", "opened", "2026-06-08T08:20:00Z"},
		{"T100-001", "answered", "2026-06-09T10:00:00Z"}, // not solved yet
		{"T100-000", "opened", "2025-10-06T08:00:00Z"},
		{"T100-000", "answered", "2025-10-06T15:00:00Z"},
		{"T100-000", "solved", "2025-10-08T11:00:00Z"},
	} {
		x.tickets.add(s[0]+"-"+s[1], s[0], "eva.bakker@"+tenderDomain, s[1], s[2], s[2])
	}
	for _, s := range [][]string{
		{"I100-001", "sent", "2026-05-29T06:00:00Z"},
		{"I100-001", "disputed", "2026-06-11T09:30:00Z"}, // and open
		{"I100-000", "sent", "2025-05-30T06:00:00Z"},
		{"I100-000", "paid", "2025-06-20T06:00:00Z"},
	} {
		x.invoices.add(s[0]+"-"+s[1], s[0], "DEB100", "34123456", s[1], s[2], s[2], "10500", "EUR")
	}
	for _, m := range [][]string{
		{"M100-001", "eva.bakker@", "sent", "2026-06-18T07:00:00Z"},
		{"M100-002", "pieter.dewit@", "sent", "2026-06-18T07:00:00Z"},
		{"M100-003", "pieter.dewit@", "clicked", "2026-06-18T09:15:00Z"},
		{"M100-004", "eva.bakker@", "sent", "2026-06-25T07:00:00Z"},
	} {
		x.mailings.add(m[0], "cross-sell", m[1]+tenderDomain, m[2], m[3])
	}
}
