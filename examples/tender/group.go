package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/choice"
	"github.com/buyerjourney/b2b/dmu/inference"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/stitch"
)

// roleBook is what is known of who plays which part, over all accounts.
type roleBook struct {
	model    *inference.Model
	steps    map[b2b.PersonID]dmu.PersonSteps
	labelled map[b2b.PersonID]b2b.SeatID // as the CRM says
}

// learnRoles trains on the persons whose seat the CRM gives. Inferred seats never train.
func learnRoles(log *journey.Log, labelled map[b2b.PersonID]b2b.SeatID, titles map[b2b.PersonID]string) (*roleBook, error) {
	book := &roleBook{steps: map[b2b.PersonID]dmu.PersonSteps{}, labelled: labelled}
	purchase := log.Where(journey.Filter{Kinds: []journey.Kind{journey.Purchase}})
	var trainer inference.Trainer
	var problems b2b.Problems
	for i, p := range journey.StepCounts(purchase, nil) {
		p.Seat, p.Title = labelled[p.Person], titles[p.Person]
		book.steps[p.Person] = p
		problems.Join("steps["+strconv.Itoa(i)+"]", trainer.Add(p))
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if trainer.Persons() == 0 {
		return book, nil // no system says who sits where: nothing can be learned
	}
	var err error
	book.model, err = trainer.Model(inference.Config{})
	return book, err
}

// member is one person of the group as the brief shows it.
type member struct {
	Person   b2b.PersonID `json:"person"`
	Label    string       `json:"label"`
	Seat     string       `json:"seat"`   // "" is unknown
	Source   string       `json:"source"` // imported, inferred or unknown
	P        float64      `json:"p"`
	Evidence []string     `json:"evidence"`
	Reach    string       `json:"reach"`
}

// gap is a seat that is not covered.
type gap struct {
	Seat    string  `json:"seat"`
	State   string  `json:"state"`
	Missing float64 `json:"missing"`
	Tells   string  `json:"telling_step,omitzero"`
}

// group is the buying group of one account.
type group struct {
	Members   []member `json:"members"`
	Outsiders []string `json:"outsiders"`
	Gaps      []gap    `json:"gaps"`
	Covered   *float64 `json:"weighted_coverage"`
	Next      string   `json:"next_contact,omitzero"`

	unit dmu.Unit
	seat map[b2b.PersonID]b2b.SeatID
}

// seatOf says who somebody probably is: the CRM's word first, then the steps, if they tell.
func (b *roleBook) seatOf(p b2b.PersonID) member {
	m := member{Person: p, Source: "unknown", Evidence: []string{}}
	steps := b.steps[p]
	if seat := b.labelled[p]; seat != "" {
		m.Seat, m.Source, m.P = string(seat), dmu.Imported.String(), 1
		return m
	}
	if b.model == nil {
		return m
	}
	explained := b.model.Explain(steps.Steps, steps.Title)
	v := explained.Verdict
	m.P = v.P
	if v.Decided {
		m.Seat, m.Source = string(v.Best), dmu.Inferred.String()
	}
	for _, part := range explained.Parts {
		if len(m.Evidence) == 3 {
			break
		}
		m.Evidence = append(m.Evidence, fmt.Sprintf("%s×%d: %+.1f decibans for %s against %s", part.Name, part.Count, part.Decibans(), v.Best, v.RunnerUp))
	}
	return m
}

// posterior gives the probability of every seat; nil where nothing was learned.
func (b *roleBook) posterior(steps dmu.PersonSteps) []dmu.SeatP {
	if b.model == nil {
		return nil
	}
	p := make([]float64, len(b.model.Seats()))
	b.model.Score(p, steps.Steps, steps.Title)
	list := make([]dmu.SeatP, len(p))
	for i, seat := range b.model.Seats() {
		list[i] = dmu.SeatP{Seat: seat, P: p[i]}
	}
	return list
}

// telling names for each seat the step that tells most of it.
func (b *roleBook) telling() []dmu.SeatStep {
	if b.model == nil {
		return nil
	}
	return b.model.Telling()
}

// template is the table that a tender for software needs.
var template = dmu.MustTemplate(
	dmu.Seat{ID: "decider", Min: 1, Max: 1, Required: true, Importance: 3},
	dmu.Seat{ID: "buyer", Min: 1, Required: true, Importance: 1},
	dmu.Seat{ID: "expert", Min: 1, Required: true, Importance: 2},
	dmu.Seat{ID: "legal", Min: 1, Required: true, Importance: 2},
	dmu.Seat{ID: "user", Min: 1, Required: true, Importance: 1},
)

// buyingGroup makes the unit of an account.
func (w *world) buyingGroup(account b2b.AccountID, crmID string, deal b2b.DealID, persons []b2b.PersonID) (*group, error) {
	b, s := w.roles, w.settings
	g := &group{Members: []member{}, Outsiders: []string{}, Gaps: []gap{}, seat: map[b2b.PersonID]b2b.SeatID{}}
	met := spokenTo(w.log, account)
	config := dmu.UnitConfig{Account: account, Deal: deal, BuyClass: dmu.NewTask, Template: template}
	for _, p := range persons {
		m := b.seatOf(p)
		steps := b.steps[p]
		reach := dmu.Contacted
		if met[p] {
			reach = dmu.Engaged
		}
		member := dmu.Member{ID: p, Title: steps.Title, Reach: reach, Posterior: b.posterior(steps)}
		if m.Seat != "" {
			g.seat[p] = b2b.SeatID(m.Seat)
			source := dmu.Imported
			if m.Source == dmu.Inferred.String() {
				source = dmu.Inferred
			}
			member.Assignments = []dmu.Assignment{{Seat: b2b.SeatID(m.Seat), Source: source, RecordedAt: w.asOf}}
		}
		m.Reach = reach.String()
		g.Members = append(g.Members, m)
		config.Members = append(config.Members, member)
	}
	for _, o := range s.group.Outsiders {
		if o.Account != crmID {
			continue
		}
		kind, err := dmu.ParseOutsiderKind(o.Kind)
		if err != nil {
			return nil, fmt.Errorf("group.json: outsiders: kind: %w", err)
		}
		outsider := dmu.Outsider{ID: o.ID, Kind: kind}
		var seats []string
		for _, e := range o.Edges {
			seats = append(seats, string(e.Role))
			for _, p := range persons {
				if g.seat[p] == e.Role {
					outsider.Edges = append(outsider.Edges, dmu.Edge{Member: p, Weight: e.Weight})
				}
			}
		}
		config.Outsiders = append(config.Outsiders, outsider)
		g.Outsiders = append(g.Outsiders, o.ID+" ("+o.Kind+") pulls at "+strings.Join(seats, ", "))
	}
	for _, a := range s.group.Alternatives {
		config.Alternatives = append(config.Alternatives, dmu.Alternative{ID: dmu.AlternativeID(a.ID), Ours: a.Ours, StatusQuo: a.StatusQuo})
	}
	var err error
	if g.unit, err = dmu.NewUnit(config); err != nil {
		return nil, err
	}
	coverage, err := dmu.Cover(g.unit, dmu.CoverageConfig{Telling: b.telling()})
	if err != nil {
		return nil, err
	}
	if w, ok := coverage.Weighted.Value(); ok {
		g.Covered = &w
	}
	for _, x := range coverage.Gaps {
		g.Gaps = append(g.Gaps, gap{Seat: string(x.Seat.ID), State: x.State.String(), Missing: x.Missing, Tells: x.Telling.Step})
	}
	g.label()
	if len(coverage.Next) > 0 {
		g.Next = g.name(coverage.Next[0].Person)
	}
	return g, nil
}

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

// label names persons by their part: no names of persons appear unless they are asked for.
func (g *group) label() {
	count := map[string]int{}
	for i := range g.Members {
		m := &g.Members[i]
		part := cmp.Or(m.Seat, "unknown")
		count[part]++
		m.Label = part
		if count[part] > 1 {
			m.Label += " " + strconv.Itoa(count[part])
		}
	}
}

// name is the label of a person; somebody outside the group has none.
func (g *group) name(p b2b.PersonID) string {
	for _, m := range g.Members {
		if m.Person == p {
			return m.Label
		}
	}
	return ""
}

// decision is what the group will probably choose.
type decision struct {
	Rule         string    `json:"rule"`
	Why          string    `json:"why"`
	Alternatives []string  `json:"alternatives"`
	P            []float64 `json:"p"`
	NoDecision   float64   `json:"no_decision"`
	WithoutPull  []float64 `json:"p_without_outsiders"`
	OursLow      float64   `json:"ours_low"`
	OursHigh     float64   `json:"ours_high"`
	Next         string    `json:"whom_next,omitzero"`
	Gain         float64   `json:"gain"`
}

// decide computes the choice under the rule that fits a new task, and the range over all rules. It returns nil where
// nobody with a known seat and interests sits at the table.
func decide(g *group, s *settings) (*decision, error) {
	var persons []b2b.PersonID
	var rows [][]float64
	var weights []float64
	performance := make([]choice.Performance, len(s.group.Performance))
	for i, p := range s.group.Performance {
		performance[i] = choice.Performance{Criterion: p.Criterion, Scores: p.Scores}
	}
	for _, m := range g.Members {
		for _, in := range s.group.Interests {
			if in.Role != b2b.SeatID(m.Seat) {
				continue
			}
			var interests []dmu.Interest
			for _, c := range in.Criteria {
				interests = append(interests, dmu.Interest{Criterion: c.Criterion, Weight: c.Weight})
			}
			row, err := choice.Logit(interests, performance, s.group.Beta)
			if err != nil {
				return nil, err
			}
			persons, rows, weights = append(persons, m.Person), append(rows, row), append(weights, in.Weight)
		}
	}
	if len(persons) == 0 {
		return nil, nil
	}
	own, err := choice.New(persons, g.unit.Alternatives(), rows)
	if err != nil {
		return nil, err
	}
	pulled, err := applyOutsiders(g, s, own, persons)
	if err != nil {
		return nil, err
	}
	suggestion := choice.Suggest(choice.Situation{BuyClass: g.unit.BuyClass()})
	without, err := choice.Decide(suggestion.Rule, own, weights, choice.Options{})
	if err != nil {
		return nil, err
	}
	outcome, err := choice.Decide(suggestion.Rule, pulled, weights, choice.Options{})
	if err != nil {
		return nil, err
	}
	all, err := choice.All(pulled, weights, choice.Options{})
	if err != nil {
		return nil, err
	}
	d := &decision{Rule: suggestion.Rule.String(), Why: suggestion.Why, P: outcome.P, NoDecision: outcome.NoDecision, WithoutPull: without.P}
	for _, a := range own.Alternatives() {
		d.Alternatives = append(d.Alternatives, string(a.ID))
	}
	ours := own.Ours()
	if ours < 0 {
		return d, nil
	}
	spread := choice.Spread(pulled, all)
	d.OursLow, d.OursHigh = spread[ours].Min, spread[ours].Max
	gains, err := choice.WhomNext(choice.Next{Rule: suggestion.Rule, Target: own.Alternatives()[ours].ID, Delta: .5}, pulled, weights, choice.Options{})
	if err != nil {
		return nil, err
	}
	if len(gains) > 0 {
		d.Next, d.Gain = g.name(gains[0].Member), gains[0].Gain
	}
	return d, nil
}

// applyOutsiders lets the outsiders of the unit pull: everybody listens to everybody alike, and half stays with what they
// thought at first.
func applyOutsiders(g *group, s *settings, own choice.Preferences, persons []b2b.PersonID) (choice.Preferences, error) {
	outsiders := g.unit.Outsiders()
	if len(outsiders) == 0 {
		return own, nil
	}
	n := len(persons)
	config := choice.InfluenceConfig{W: make([][]float64, n), Susceptibility: make([]float64, n)}
	for i := range n {
		config.Susceptibility[i] = .5
		config.W[i] = make([]float64, n)
		for j := range n {
			config.W[i][j] = 1 / float64(n)
		}
	}
	var opinions [][]float64
	for _, o := range outsiders {
		row := make([]float64, n)
		for _, e := range o.Edges {
			if i := slices.Index(persons, e.Member); i >= 0 {
				row[i] = e.Weight
			}
		}
		config.Outsiders = append(config.Outsiders, row)
		for _, known := range s.group.Outsiders {
			if known.ID == o.ID {
				opinions = append(opinions, known.Preference)
			}
		}
	}
	influence, err := choice.NewInfluence(config)
	if err != nil {
		return choice.Preferences{}, err
	}
	return influence.Apply(own, opinions)
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
