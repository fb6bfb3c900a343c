package main

import (
	"slices"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/stitch"
	"github.com/buyerjourney/b2b/touchpoint"
)

// The systems in which the traces lie. They are the sources of profiles, touches and facts.
const (
	systemCRM      = "crm"
	systemWeb      = "web"
	systemHelpdesk = "helpdesk"
	systemERP      = "erp"
	systemMail     = "mail"
)

// purpose is the consent that linking a visitor by network needs.
const purpose = "analytics"

// contact is what the CRM knows of a person.
type contact struct {
	profile stitch.ProfileID
	account string
	title   string
	seat    b2b.SeatID
	created time.Time
}

// input is all that the exports say, in the types of the library. Everything is keyed by profile: who is who is decided
// later.
type input struct {
	rows, accepted int
	repeated       int               // rows that say again what was known
	known          map[string]bool   // the touches that were read
	accounts       map[string]string // CRM account id → company name
	order          []string          // the CRM account ids in file order
	keyAccounts    map[string]bool
	contacts       []contact
	facts          []stitch.Fact
	master         []stitch.Seen // what the CRM holds for true of accounts
	touches        []touchpoint.Touch
	kinds          map[touchpoint.ID]string // what a touchpoint is about: purchase, support, invoicing, campaign
	deals          map[b2b.DealID]string    // deal → CRM account
	dealTouches    map[string]b2b.DealID    // activity → deal
	changes        []funnel.Change
	last           time.Time                     // the latest time in the data
	accountKey     func(id string) b2b.AccountID // the key under which the account of an id stands
	normalizer     *stitch.Normalizer
	catalogue      *touchpoint.Catalogue
}

// source is one file and how its rows are used.
type source struct {
	name     string
	required []string
	use      func(*row)
}

// load reads the exports of the folder. A row that cannot be used is noted in the folder and the rest goes on.
func load(f *folder, catalogue *touchpoint.Catalogue) (*input, error) {
	in := &input{
		accounts: map[string]string{}, keyAccounts: map[string]bool{}, kinds: map[touchpoint.ID]string{},
		deals: map[b2b.DealID]string{}, dealTouches: map[string]b2b.DealID{}, known: map[string]bool{}, accountKey: crmAccount,
		normalizer: &stitch.Normalizer{DefaultCountry: "NL"}, catalogue: catalogue,
	}
	files := []source{
		{"accounts.csv", []string{"account_id", "name"}, in.account},
		{"contacts.csv", []string{"contact_id", "email"}, in.contact},
		{"deals.csv", []string{"deal", "stage", "entered_at"}, in.deal},
		{"activities.csv", []string{"contact_id", "kind", "at"}, in.activity},
		{"web.csv", []string{"cookie", "page", "at"}, in.visit},
		{"tickets.csv", []string{"ticket", "email", "status", "at"}, in.ticket},
		{"invoices.csv", []string{"invoice", "customer_no", "status", "at"}, in.invoice},
		{"mailings.csv", []string{"email", "action", "at"}, in.mailing},
	}
	switch {
	case f.has(organisationsFile):
		files, in.accountKey = []source{{organisationsFile, []string{"event_id", "identifier_key", "occurred_at", "kind"}, in.organisation}}, domainAccount
	case f.has(loanFile):
		files = []source{{loanFile, []string{"case", "stage", "at"}, in.loan}}
	}
	for _, file := range files {
		counted := func(r *row) {
			in.rows++
			file.use(r)
			if !r.bad {
				in.accepted++
			}
		}
		if err := f.each(file.name, file.required, counted); err != nil {
			return nil, err
		}
	}
	in.confirm()
	return in, nil
}

// confirm states again, month by month, what the CRM holds for true: its address ranges and numbers are as fresh as its
// exports, and rules that expire must see that.
func (in *input) confirm() {
	if len(in.touches) == 0 {
		return
	}
	first := slices.MinFunc(in.touches, func(a, b touchpoint.Touch) int { return a.At.Compare(b.At) }).At
	for _, seen := range in.master {
		for at := first; at.Before(in.last); at = at.AddDate(0, 1, 0) {
			in.facts = append(in.facts, stitch.Fact{Occurred: at, RecordedAt: at, By: seen.Profile.Source, Body: seen})
		}
	}
}

// identifier normalises a value; a value that is no identifier rejects the row, an empty one gives none.
func (in *input) identifier(r *row, kind stitch.Kind, system, column, value string) []stitch.Identifier {
	if value == "" {
		return nil
	}
	id, err := stitch.NewIdentifier(kind, system, value, in.normalizer)
	if err != nil {
		r.reject(column + ": " + err.Error())
		return nil
	}
	return []stitch.Identifier{id}
}

// seen states a fact about a profile; nothing is stated for a rejected row.
func (in *input) seen(r *row, profile stitch.ProfileID, level stitch.Level, at time.Time, ids []stitch.Identifier, fields ...stitch.Field) {
	if r.bad {
		return
	}
	in.noticed(at)
	in.facts = append(in.facts, stitch.Fact{
		Occurred: at, RecordedAt: at, By: profile.Source,
		Body: stitch.Seen{Profile: profile, Level: level, Identifiers: ids, Fields: fields},
	})
}

func (in *input) noticed(at time.Time) {
	if at.After(in.last) {
		in.last = at
	}
}

func (in *input) account(r *row) {
	id, name := r.need("account_id"), r.need("name")
	ids := in.identifier(r, stitch.CRMAccount, systemCRM, "account_id", id)
	ids = append(ids, in.identifier(r, stitch.CompanyName, "", "name", name)...)
	ids = append(ids, in.identifier(r, stitch.Domain, "", "domain", r.get("domain"))...)
	ids = append(ids, in.identifier(r, stitch.KvK, "", "kvk", r.get("kvk"))...)
	ids = append(ids, in.identifier(r, stitch.IPPrefix, "", "ip_range", r.get("ip_range"))...)
	at, _ := r.time("created_at", true)
	if at.IsZero() {
		at = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // the CRM does not say since when
	}
	profile := stitch.ProfileID{Source: systemCRM, ID: "account/" + id}
	in.seen(r, profile, stitch.Account, at, ids)
	if r.bad {
		return
	}
	in.master = append(in.master, stitch.Seen{Profile: profile, Level: stitch.Account, Identifiers: ids})
	if _, known := in.accounts[id]; !known {
		in.order = append(in.order, id)
	}
	in.accounts[id] = name
	in.keyAccounts[id] = strings.EqualFold(r.get("key_account"), "yes")
}

func (in *input) contact(r *row) {
	id, email, account := r.need("contact_id"), r.need("email"), r.get("account_id")
	if _, ok := in.accounts[account]; account != "" && !ok {
		r.reject("account_id: no such account")
	}
	created, _ := r.time("created_at", true)
	if created.IsZero() {
		created = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	ids := in.identifier(r, stitch.CRM, systemCRM, "contact_id", "contact/"+id)
	ids = append(ids, in.identifier(r, stitch.Email, "", "email", email)...)
	ids = append(ids, in.identifier(r, stitch.CRMAccount, systemCRM, "account_id", account)...)
	profile := stitch.ProfileID{Source: systemCRM, ID: "contact/" + id}
	in.seen(r, profile, stitch.Person, created, ids, stitch.Field{Name: "title", Value: r.get("title")})
	if !r.bad {
		in.contacts = append(in.contacts, contact{
			profile: profile, account: account, title: r.get("title"),
			seat: b2b.SeatID(strings.ToLower(r.get("buying_role"))), created: created,
		})
	}
}

// crmAccount is the key under which the CRM's account stands until it is resolved; no account has none.
func crmAccount(id string) b2b.AccountID {
	if id == "" {
		return ""
	}
	return b2b.AccountID(stitch.ProfileID{Source: systemCRM, ID: "account/" + id}.String())
}

func (in *input) deal(r *row) {
	deal, account, stage := r.need("deal"), r.get("account_id"), r.need("stage")
	at, precision := r.time("entered_at", false)
	recorded, _ := r.time("recorded_at", true)
	amount, err := b2b.ParseAmount(r.get("amount"), r.get("currency"))
	if err != nil {
		r.reject("amount: " + err.Error())
	}
	if r.bad {
		return
	}
	instant := funnel.Within(at, precision, r.folder.zone)
	in.noticed(at)
	in.deals[b2b.DealID(deal)] = account
	in.changes = append(in.changes, funnel.Change{
		Deal: b2b.DealID(deal), Account: crmAccount(account), Pipeline: "crm", Stage: funnel.Stage(stage),
		At: instant, RecordedAt: recorded, Amount: amount, Owner: r.get("owner"), LeadSource: r.get("source"),
	})
}

// touch records a contact moment under the key of a profile, if the catalogue knows what it is.
func (in *input) touch(r *row, system, id, name, kind string, profile stitch.ProfileID, at, recorded time.Time) {
	point, ok := in.catalogue.Resolve(system + ":" + name)
	if !ok {
		r.reject("no touchpoint for this row in the catalogue")
	}
	if r.bad {
		return
	}
	in.kinds[point] = kind
	in.noticed(at)
	key := system + "\x00" + id + "\x00" + profile.String() + "\x00" + at.String()
	if id != "" && in.known[key] {
		in.repeated++
		return
	}
	in.known[key] = true
	in.touches = append(in.touches, touchpoint.Touch{
		ID: id, Source: system, Touchpoint: point, Person: b2b.PersonID(profile.String()), At: at, RecordedAt: recorded,
		Exposure: touchpoint.Own,
	})
}

func (in *input) activity(r *row) {
	id, person := r.need("activity_id"), r.need("contact_id")
	at, _ := r.time("at", false)
	recorded, _ := r.time("recorded_at", true)
	profile := stitch.ProfileID{Source: systemCRM, ID: "contact/" + person}
	in.touch(r, systemCRM, id, r.need("kind"), "purchase", profile, at, recorded)
	if deal := r.get("deal"); deal != "" && !r.bad {
		in.dealTouches[id] = b2b.DealID(deal)
	}
}

func (in *input) visit(r *row) {
	cookie, page := r.need("cookie"), r.need("page")
	at, _ := r.time("at", false)
	profile := stitch.ProfileID{Source: systemWeb, ID: cookie}
	ids := in.identifier(r, stitch.Cookie, systemWeb, "cookie", cookie)
	ids = append(ids, in.identifier(r, stitch.Email, "", "email", r.get("email"))...)
	if strings.EqualFold(r.get("consent"), "yes") {
		ids = append(ids, in.identifier(r, stitch.IP, "", "ip", r.get("ip"))...)
		if !r.bad {
			in.facts = append(in.facts, stitch.Fact{
				Occurred: at, RecordedAt: at, By: systemWeb,
				Body: stitch.Consent{Profile: profile, Purpose: purpose, State: stitch.Granted},
			})
		}
	}
	in.seen(r, profile, stitch.Person, at, ids)
	in.touch(r, systemWeb, r.get("visit_id"), page, "purchase", profile, at, at)
}

func (in *input) ticket(r *row) {
	ticket, email, status := r.need("ticket"), r.need("email"), r.need("status")
	at, _ := r.time("at", false)
	recorded, _ := r.time("recorded_at", true)
	ids := in.identifier(r, stitch.Email, "", "email", email)
	profile := stitch.ProfileID{Source: systemHelpdesk, ID: strings.ToLower(email)}
	in.seen(r, profile, stitch.Person, at, ids)
	in.touch(r, systemHelpdesk, ticket+"/"+status, status, "support", profile, at, recorded)
}

func (in *input) invoice(r *row) {
	invoice, customer, status := r.need("invoice"), r.need("customer_no"), r.need("status")
	at, _ := r.time("at", false)
	recorded, _ := r.time("recorded_at", true)
	ids := in.identifier(r, stitch.KvK, "", "kvk", r.get("kvk"))
	profile := stitch.ProfileID{Source: systemERP, ID: customer}
	in.seen(r, profile, stitch.Account, at, ids)
	before := len(in.touches)
	in.touch(r, systemERP, invoice+"/"+status, status, "invoicing", profile, at, recorded)
	if len(in.touches) > before { // a debtor is an account, not a person
		t := &in.touches[len(in.touches)-1]
		t.Person, t.Account = "", b2b.AccountID(profile.String())
	}
}

func (in *input) mailing(r *row) {
	email, action := r.need("email"), r.need("action")
	at, _ := r.time("at", false)
	ids := in.identifier(r, stitch.Email, "", "email", email)
	profile := stitch.ProfileID{Source: systemMail, ID: strings.ToLower(email)}
	in.seen(r, profile, stitch.Person, at, ids)
	in.touch(r, systemMail, r.get("row_id"), action, "campaign", profile, at, at)
}

// titles lists the job titles by person, once the profiles are resolved.
func (in *input) titles(s *stitch.Snapshot) map[b2b.PersonID]string {
	titles := map[b2b.PersonID]string{}
	for _, c := range in.contacts {
		if p := s.PersonOf(b2b.PersonID(c.profile.String())); c.title != "" && titles[p] == "" {
			titles[p] = c.title
		}
	}
	return titles
}

// seats lists what the CRM says about who sits where.
func (in *input) seats(s *stitch.Snapshot) map[b2b.PersonID]b2b.SeatID {
	seats := map[b2b.PersonID]b2b.SeatID{}
	for _, c := range in.contacts {
		if p := s.PersonOf(b2b.PersonID(c.profile.String())); c.seat != "" && seats[p] == "" {
			seats[p] = c.seat
		}
	}
	return seats
}
