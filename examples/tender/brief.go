package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/stitch"
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

// lane is one role's part of the composite journey in one phase.
type lane struct {
	Role  string   `json:"role"`
	Phase string   `json:"phase"`
	Steps []string `json:"steps"`  // what was recorded, by first occurrence
	Unmet []string `json:"unseen"` // steps of the role's map that nobody recorded; internal ones are marked
}

// revealing is a step that gives a role away.
type revealing struct {
	Step string  `json:"step"`
	Role string  `json:"role"`
	Z    float64 `json:"z"`
	Q    float64 `json:"q"`
}

// crossing is a step that should have waited.
type crossing struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Step     string `json:"step"`
	At       string `json:"at"`
	Reason   string `json:"reason"`
}

// insideMark marks a step that happens inside the buyer's house.
const insideMark = " (inside)"

// world is everything that was read, resolved and built, before one account is looked at.
type world struct {
	in       *input
	settings *settings
	folder   *folder
	who      *stitch.Snapshot
	log      *journey.Log
	report   journey.Report
	book     *funnel.Book
	state    *funnel.State
	roles    *roleBook
	rowsOf   map[b2b.AccountID]int
	asOf     time.Time
}

// build reads the folder and makes the world of it, as it was known at asOf; a zero asOf is the latest time in the data,
// with all that is known now.
func build(f *folder, asOf time.Time) (*world, error) {
	s, err := readSettings(f)
	if err != nil {
		return nil, err
	}
	w := &world{settings: s, folder: f}
	if w.in, err = load(f, s.catalogue); err != nil {
		return nil, err
	}
	if len(w.in.facts) == 0 && len(w.in.changes) == 0 {
		return nil, errors.New("no usable row in any file")
	}
	view := b2b.View{At: latest(asOf, w.in.last), Known: asOf}
	w.asOf = view.At
	if w.who, err = resolve(w.in, s.rules, view); err != nil {
		return nil, err
	}
	if w.log, w.report, err = buildLog(w.in, w.who); err != nil {
		return nil, err
	}
	if !asOf.IsZero() {
		w.log = w.log.AsOf(view)
	}
	if w.book, err = funnel.NewBook(funnel.BookConfig{Pipelines: []*funnel.Pipeline{s.pipeline}}); err != nil {
		return nil, err
	}
	for i := range w.in.changes {
		c := &w.in.changes[i]
		c.Account = w.who.AccountOf(c.Account, "", c.At.Latest)
	}
	added := w.book.Add(w.in.changes...)
	for _, r := range added.Rejected {
		f.rejects = append(f.rejects, rejected{File: "deals", Line: 0, Reason: r.Path + ": " + r.Reason})
	}
	w.state = w.book.At(view)
	w.rowsOf = map[b2b.AccountID]int{}
	for _, t := range w.log.Touches() {
		w.rowsOf[t.Account]++
	}
	w.roles, err = learnRoles(w.log, w.in.seats(w.who), w.in.titles(w.who))
	return w, err
}

// latest is asOf, or last where none is given.
func latest(asOf, last time.Time) time.Time {
	if asOf.IsZero() {
		return last
	}
	return asOf
}

// counts says what became of the rows.
func (w *world) counts() counts {
	profiles, persons, accounts := w.who.Counts()
	return counts{
		Rows: w.in.rows, Accepted: w.in.accepted, Rejected: w.in.rows - w.in.accepted,
		Profiles: profiles, Persons: persons, Accounts: accounts,
		Repeated: w.in.repeated, Touches: len(w.in.touches), Events: w.report.Accepted, Late: w.report.LateEvents,
		Journeys: w.log.Journeys(), Deals: w.state.Len(),
	}
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

// lanes lays the composite journey out by role and phase, with what the role's map has and nobody saw.
func (w *world) lanes(account b2b.AccountID, g *group) (lanes []lane, joint []string) {
	type key struct {
		role  string
		phase b2b.Phase
	}
	cells := map[key]*lane{}
	cell := func(role string, phase b2b.Phase) *lane {
		k := key{role, phase}
		if cells[k] == nil {
			cells[k] = &lane{Role: role, Phase: phase.String(), Steps: []string{}, Unmet: []string{}}
		}
		return cells[k]
	}
	purchase := w.log.Where(journey.Filter{Kinds: []journey.Kind{journey.Purchase}, Accounts: []b2b.AccountID{account}})
	seen := map[string]map[string]bool{}
	for _, c := range journey.Composites(purchase) {
		for i := range c.Len() {
			j := c.Journey(i)
			role := cmp.Or(g.name(j.Person()), "nobody yet")
			if seen[role] == nil {
				seen[role] = map[string]bool{}
			}
			for k := range j.Len() {
				step := string(j.Step(k))
				if l := cell(role, w.in.catalogue.Phase(j.Event(k).Touchpoint)); !slices.Contains(l.Steps, step) {
					l.Steps = append(l.Steps, step)
				}
				seen[role][step] = true
			}
		}
		for _, jt := range c.Joint() {
			var roles []string
			for _, j := range jt.Journeys {
				roles = append(roles, cmp.Or(g.name(purchase.Journey(j).Person()), "nobody yet"))
			}
			joint = append(joint, string(jt.Step)+": "+strings.Join(roles, " with "))
		}
	}
	for _, m := range g.Members {
		for _, designed := range w.settings.maps {
			if designed.Seat != b2b.SeatID(m.Seat) {
				continue
			}
			for _, s := range designed.Steps {
				if seen[m.Label][string(s.ID)] {
					continue
				}
				l := cell(m.Label, s.Phase)
				text := string(s.ID)
				if s.Touchpoint == "" {
					text += insideMark
				}
				l.Unmet = append(l.Unmet, text)
			}
		}
	}
	for _, l := range cells {
		lanes = append(lanes, *l)
	}
	slices.SortFunc(lanes, func(a, b lane) int {
		pa, _ := b2b.ParsePhase(a.Phase)
		pb, _ := b2b.ParsePhase(b.Phase)
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(pa, pb))
	})
	return lanes, joint
}

// overlap says which steps several roles share and which give one away, over all accounts, by the CRM's roles.
func (w *world) overlap() (shared []string, telling []revealing) {
	shared, telling = []string{}, []revealing{}
	purchase := w.log.Where(journey.Filter{Kinds: []journey.Kind{journey.Purchase}})
	table := journey.OverlapOf(purchase, func(j journey.Journey, _ int) b2b.SeatID { return w.roles.labelled[j.Person()] })
	overlap := table.Overlap(journey.Persons)
	for _, s := range overlap.SharedSteps() {
		shared = append(shared, string(s))
	}
	for _, seat := range overlap.Seats() {
		if seat == "" {
			continue
		}
		steps, _ := overlap.Signature(seat)
		for _, s := range steps {
			if s.Distinctive {
				telling = append(telling, revealing{Step: string(s.Step), Role: string(seat), Z: s.Z, Q: s.Q})
			}
		}
	}
	slices.SortStableFunc(telling, func(a, b revealing) int { return cmp.Compare(b.Z, a.Z) })
	return shared, telling
}

// crossings lists the steps of the account that should have waited.
func (w *world) crossings(account b2b.AccountID) ([]crossing, error) {
	ours := w.log.Where(journey.Filter{Accounts: []b2b.AccountID{account}})
	found, err := ours.Crossings(crossingRules(), journey.RuleConfig{Spans: spans(w.asOf), Catalogue: w.in.catalogue})
	list := []crossing{}
	for _, c := range found {
		x := crossing{Rule: c.Rule, Severity: c.Severity.String(), Step: string(c.Step), At: c.At.Format(time.DateOnly), Reason: c.Reason}
		if !slices.Contains(list, x) { // one campaign mail to several persons is one crossing
			list = append(list, x)
		}
	}
	return list, err
}

// action is what to do next.
type action struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// actions turns the findings into what to do, most urgent first.
func (w *world) actions(b *brief) []action {
	var list []action
	add := func(what, why string) { list = append(list, action{What: what, Why: why}) }
	held := map[string]bool{}
	for _, c := range slices.Backward(b.Crossings) {
		if c.Severity == journey.Hold.String() && !held[c.Rule] {
			held[c.Rule] = true
			add("hold back the cross-sell campaign", c.Reason)
		}
	}
	if b.Group == nil {
		return []action{}
	}
	for _, g := range b.Group.Gaps {
		switch g.State {
		case dmu.Unknown.String():
			why := "nobody is known in this seat"
			if g.Tells != "" {
				why += "; the step “" + g.Tells + "” tells most of who holds it"
			}
			add("find out who is the "+g.Seat, why)
		case dmu.Uncovered.String():
			add("make contact with the "+g.Seat, "known, but sales never spoke to them")
		}
	}
	if b.Decision != nil && b.Decision.Next != "" {
		add("talk to the "+b.Decision.Next+" about our offer",
			fmt.Sprintf("half won over, our chance rises by %.1f points under the rule %s", 100*b.Decision.Gain, b.Decision.Rule))
	}
	if len(b.Group.Outsiders) > 0 {
		add("answer the pull from outside", strings.Join(b.Group.Outsiders, "; "))
	}
	var inside []string
	for _, l := range b.Journey {
		for _, s := range l.Unmet {
			if step, ok := strings.CutSuffix(s, insideMark); ok {
				inside = append(inside, step+" ("+l.Role+")")
			}
		}
	}
	if len(inside) > 0 {
		add("ask how the steps inside the house go", strings.Join(inside, ", ")+": on the maps, and nobody outside sees them")
	}
	if list == nil {
		return []action{}
	}
	return list
}
