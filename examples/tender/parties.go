package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/stitch"
)

// spokenTo lists the persons who met sales: a demo, a negotiation, a contract review.
func spokenTo(log *journey.Log, account b2b.AccountID) map[b2b.PersonID]bool {
	met := map[b2b.PersonID]bool{}
	ours := log.Where(journey.Filter{
		Accounts: []b2b.AccountID{account}, Steps: []journey.StepID{"demo", "negotiation", "contract review", "quote"},
	})
	for _, t := range ours.Touches() {
		met[t.Person] = true
	}
	return met
}

// parties are those who left traces in the journeys of an account.
type parties struct {
	persons   []b2b.PersonID // who belong to it, by id
	mailboxes int            // addresses of a function, which several people read: they hold no seat
	visitors  int            // known by their network only: nobody yet
}

// partiesOf lists the parties of an account.
func partiesOf(who *stitch.Snapshot, n *stitch.Normalizer, account b2b.AccountID, log *journey.Log, at time.Time) parties {
	rules := map[b2b.PersonID]string{}
	for _, a := range who.Affiliations(string(account), at) {
		if rules[a.Person] == "" || rules[a.Person] == networkRule {
			rules[a.Person] = cmp.Or(a.Rule, "a statement")
		}
	}
	var found parties
	for _, p := range journey.StepCounts(log.Where(journey.Filter{Accounts: []b2b.AccountID{account}}), nil) {
		switch {
		case rules[p.Person] == networkRule:
			found.visitors++
		case rules[p.Person] == "":
		case isMailbox(who, n, p.Person):
			found.mailboxes++
		default:
			found.persons = append(found.persons, p.Person)
		}
	}
	slices.Sort(found.persons)
	return found
}

// networkRule is the name of the rule that knows a visitor by the network only.
const networkRule = "address range"

// isMailbox reports whether all addresses of a person are those of a function.
func isMailbox(who *stitch.Snapshot, n *stitch.Normalizer, person b2b.PersonID) bool {
	shared := false
	for _, member := range who.Members(string(person)) {
		profile, _ := who.Profile(member)
		for _, mail := range profile.Values(stitch.Email) {
			if !n.IsRoleMailbox(mail) {
				return false
			}
			shared = true
		}
	}
	return shared
}
