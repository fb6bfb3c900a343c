package main

import (
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/stitch"
	"github.com/buyerjourney/b2b/touchpoint"
)

// organisationsFile is an event set of persons who work for organisations: one row per event, with the identifier under
// which the person acted and the mail domain of the organisation, empty for free mail.
//
//	event_id,solution,person_key,identifier_key,account_domain,role,occurred_at,recorded_at,kind,change_key
const organisationsFile = "organisations_events.csv"

// loanFile is a stage history of loan applications.
//
//	case,stage,at,amount
const loanFile = "stage_history.csv"

// systemEvents is the source of organisation events.
const systemEvents = "events"

// domainAccount is the key under which an organisation of the event set stands.
func domainAccount(domain string) b2b.AccountID {
	return b2b.AccountID(stitch.ProfileID{Source: systemEvents, ID: "domain/" + domain}.String())
}

// organisationRules link the identifiers of the event set: the register says which are one person, the mail domain says
// for which organisation somebody acts.
func organisationRules() stitch.Rules {
	return stitch.Rules{Version: "organisations-1", Rules: []stitch.Rule{
		{Name: "register of persons", Effect: stitch.Same, Level: stitch.Person, When: []stitch.Condition{{Same: stitch.CRM}}, Priority: 10},
		{Name: "mail domain", Effect: stitch.Affiliate, When: []stitch.Condition{{Same: stitch.CRMAccount}}, Priority: 10, Strength: 8},
	}}
}

// organisation reads one event: who acted, for which organisation, on what. Identifiers of one person are linked by the
// register of persons that the file carries (person_key), as a mail map would be. Hidden domains are no domains of the
// net, so they are taken for the organisation's number.
func (in *input) organisation(r *row) {
	event, identifier, kind := r.need("event_id"), r.need("identifier_key"), r.need("kind")
	at, _ := r.time("occurred_at", false)
	recorded, _ := r.time("recorded_at", true)
	profile := stitch.ProfileID{Source: systemEvents, ID: identifier}
	ids := in.identifier(r, stitch.Login, systemEvents, "identifier_key", identifier)
	ids = append(ids, in.identifier(r, stitch.CRM, systemEvents, "person_key", r.get("person_key"))...)
	domain := r.get("account_domain")
	if domain != "" {
		ids = append(ids, in.identifier(r, stitch.CRMAccount, systemEvents, "account_domain", domain)...)
	}
	if r.bad {
		return
	}
	if recorded.Before(at) { // an event that was written down before it happened: the clocks differ
		recorded = at
	}
	var account b2b.AccountID
	if domain != "" {
		account = domainAccount(domain)
		if _, known := in.accounts[domain]; !known {
			in.accounts[domain] = domain
			in.order = append(in.order, domain)
			ids := in.identifier(r, stitch.CRMAccount, systemEvents, "account_domain", domain)
			in.seen(r, stitch.ProfileID{Source: systemEvents, ID: "domain/" + domain}, stitch.Account, at, ids)
		}
	}
	in.seen(r, profile, stitch.Person, at, ids)
	// One change has an author and, later, a committer, often of another organisation: each is an act of its own. Those who
	// did the same for the same organisation at the same moment did it together.
	act := strings.Join([]string{event, r.get("role"), domain, at.Format(time.RFC3339Nano)}, "/")
	point := touchpoint.ID(kind)
	in.kinds[point] = "purchase"
	in.touches = append(in.touches, touchpoint.Touch{
		ID: act, Source: systemEvents, Touchpoint: point, Person: b2b.PersonID(profile.String()), Account: account,
		Seat: b2b.SeatID(r.get("role")), At: at, RecordedAt: recorded, Exposure: touchpoint.Own,
	})
}

// loan reads one stage entry of a loan application.
func (in *input) loan(r *row) {
	deal, stage := r.need("case"), r.need("stage")
	at, precision := r.time("at", false)
	amount, err := b2b.ParseAmount(r.get("amount"), "EUR")
	if err != nil {
		r.reject("amount: " + err.Error())
	}
	if r.bad {
		return
	}
	in.noticed(at)
	in.deals[b2b.DealID(deal)] = ""
	in.changes = append(in.changes, funnel.Change{
		Deal: b2b.DealID(deal), Pipeline: "loans", Stage: funnel.Stage(stage), At: funnel.Within(at, precision, r.folder.zone), Amount: amount,
	})
}

// loanPipeline is the pipeline of loanFile.
func loanPipeline() funnel.PipelineConfig {
	stage := func(id funnel.Stage, order int, outcome funnel.Outcome, phase b2b.Phase) funnel.StageDef {
		return funnel.StageDef{ID: id, Order: order, Outcome: outcome, Phase: phase}
	}
	return funnel.PipelineConfig{ID: "loans", Stages: []funnel.StageDef{
		stage("Submitted", 1, funnel.Open, b2b.Attract),
		stage("Preaccepted", 2, funnel.Open, b2b.Convince),
		stage("Accepted", 3, funnel.Open, b2b.Convince),
		stage("Finalized", 4, funnel.Open, b2b.Convince),
		stage("Returned", 5, funnel.Open, b2b.Convince),
		stage("Won", 6, funnel.Won, b2b.Retain),
		stage("Declined", 7, funnel.Lost, b2b.UnknownPhase),
		stage("Cancelled", 7, funnel.NoDecision, b2b.UnknownPhase),
	}}
}
