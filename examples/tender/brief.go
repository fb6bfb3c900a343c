package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
)

const day = 24 * time.Hour

// brief is the answer: what an account manager should know of one account, with reasons. The JSON has these keys in this
// order.
type brief struct {
	AsOf        string        `json:"as_of"`
	Import      counts        `json:"import"`
	Account     *accountBrief `json:"account"`
	Who         []identity    `json:"who"`
	Mailboxes   int           `json:"shared_mailboxes"`
	Visitors    int           `json:"visitors_known_by_network"`
	Group       *group        `json:"group"`
	Decision    *decision     `json:"decision"`
	Journey     []lane        `json:"journey"`
	Joint       []string      `json:"joint_steps"`
	Shared      []string      `json:"shared_steps"`
	Revealing   []revealing   `json:"revealing_steps"`
	Crossings   []crossing    `json:"crossings"`
	Conversion  []rate        `json:"conversion"`
	Forecast    *outlook      `json:"forecast"`
	Touchpoints []credit      `json:"touchpoints"`
	Actions     []action      `json:"actions"`
	Rejected    []rejected    `json:"rejected"`
}

// counts say what became of the rows.
type counts struct {
	Rows     int `json:"rows"`
	Accepted int `json:"accepted"`
	Rejected int `json:"rejected"`
	Profiles int `json:"profiles"`
	Persons  int `json:"persons"`
	Accounts int `json:"accounts"`
	Repeated int `json:"repeated"` // rows that say again what was known
	Touches  int `json:"touches"`
	Events   int `json:"events"`
	Late     int `json:"late"`
	Journeys int `json:"journeys"`
	Deals    int `json:"deals"`
}

// accountBrief is the account itself.
type accountBrief struct {
	ID         b2b.AccountID `json:"id"`
	CRM        string        `json:"crm_id"`
	Name       string        `json:"name"`
	KeyAccount bool          `json:"key_account"`
	Deal       b2b.DealID    `json:"deal,omitzero"`
	Stage      string        `json:"stage,omitzero"`
	Phase      string        `json:"phase,omitzero"`
	AgeDays    float64       `json:"stage_age_days,omitzero"`
	Amount     string        `json:"amount,omitzero"`
	Flags      []string      `json:"flags"`
}

// brief answers for one account, named by its id in the CRM. A folder that knows no accounts gets the sections that need
// none.
func (w *world) brief(ctx context.Context, crmID string, src rand.Source) (*brief, error) {
	b := &brief{AsOf: w.asOf.Format(time.RFC3339), Import: w.counts(), Rejected: w.folder.rejections()}
	var deal b2b.DealID
	if crmID != "" {
		if err := w.account(b, crmID); err != nil {
			return nil, err
		}
		deal = b.Account.Deal
	}
	var err error
	if b.Conversion, err = conversions(w.state, w.settings.pipeline); err != nil {
		return nil, err
	}
	if b.Forecast, err = w.forecast(ctx, deal, src); err != nil {
		return nil, err
	}
	if b.Touchpoints, err = valueTouchpoints(ctx, w.log, w.state, src); err != nil {
		return nil, err
	}
	b.Actions = w.actions(b)
	return b, nil
}

// account fills the sections of the brief that are about one account.
func (w *world) account(b *brief, crmID string) error {
	name, ok := w.in.accounts[crmID]
	if !ok {
		return fmt.Errorf("account %q: not in the data", crmID)
	}
	account := w.who.AccountOf(w.in.accountKey(crmID), "", w.asOf)
	b.Account = w.accountBrief(account, crmID, name)
	parties := partiesOf(w.who, w.in.normalizer, account, w.log, w.asOf)
	b.Mailboxes, b.Visitors = parties.mailboxes, parties.visitors
	var err error
	if b.Group, err = w.buyingGroup(account, crmID, b.Account.Deal, parties.persons); err != nil {
		return err
	}
	b.Who = identities(w.who, account, parties.persons, b.Group.name)
	if b.Decision, err = decide(b.Group, w.settings); err != nil {
		return err
	}
	b.Journey, b.Joint = w.lanes(account, b.Group)
	b.Shared, b.Revealing = w.overlap()
	b.Crossings, err = w.crossings(account)
	return err
}

// accountBrief tells of the account and of its open deal, if there is one.
func (w *world) accountBrief(account b2b.AccountID, crmID, name string) *accountBrief {
	a := &accountBrief{ID: account, CRM: crmID, Name: name, KeyAccount: w.in.keyAccounts[crmID], Flags: []string{}}
	for i, d := range w.state.Open() {
		if d.Account != account {
			continue
		}
		a.Deal, a.Stage, a.Amount = d.ID, string(d.Stage), d.Amount.String()
		if def, ok := w.settings.pipeline.Stage(d.Stage, w.asOf); ok {
			a.Phase = def.Phase.String()
		}
		if age, ok := w.state.Age(i); ok {
			a.AgeDays = age.Hours() / 24
		}
		if d.Flags != 0 {
			a.Flags = strings.Split(d.Flags.String(), "|")
		}
	}
	return a
}
