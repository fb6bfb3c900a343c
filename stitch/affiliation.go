package stitch

import (
	"math"

	"github.com/buyerjourney/b2b"
)

// Affiliation says that a person belonged to an account during a window, and why. Windows of one person and account may
// overlap where several rules or statements say so.
type Affiliation struct {
	Person     b2b.PersonID
	Account    b2b.AccountID
	Valid      b2b.Window
	Title      string  // of a statement
	Primary    bool    // of a statement
	Confidence float64 // in (0,1]: as stated, else 1/(1+2^−bits) of the rule's strength
	Rule       string  // the rule, "" for a statement
	By         string  // who stated it, or the source of the account profile
	Fact       string  // the statement
	// The pair of profiles that the evidence is about; of several pairs the smallest.
	PersonProfile, AccountProfile ProfileID
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// affiliated is evidence of one pair of profiles under one rule, for one stretch of time.
type affiliated struct {
	person, account uint32
	rule            int
	span            span
}

// bits turns evidence into a probability; it is 1 at most.
func probability(bits float64) float64 { return 1 / (1 + math.Exp2(-bits)) }

// affiliations returns where the members of a person entity belong, and what was refused as evidence.
func (e *eval) affiliations(ent *entity) (out []belonging, refusals []refusal) {
	found := e.found[:0]
	for _, m := range ent.members {
		found = e.affiliate(found, &refusals, m, e.s.profiles.at(m))
	}
	e.found = found
	rows := e.rows[:0]
	for _, f := range found {
		r := &e.s.c.rules[f.rule]
		from, to := max(f.span.from, r.from), min(f.span.to, r.to)
		if from < to {
			rows = append(rows, belonging{
				account: e.s.profiles.at(f.account).entity.id, person: f.person, profile: f.account, rule: r, fact: none, from: from, to: to,
			})
		}
	}
	rows = e.stated(rows, ent)
	e.rows = rows
	for i := range rows {
		e.horizon(rows[i].from, rows[i].to)
	}
	rows = e.s.unite(rows)
	return e.answers.rows.keep(rows), refusals
}

// horizon notes the bounds of a window that are still to come.
func (e *eval) horizon(from, to int64) {
	for _, t := range [...]int64{from, to} {
		if t > e.at {
			e.next = min(e.next, t)
		}
	}
}

// stated appends the affiliations that facts state.
func (e *eval) stated(rows []belonging, ent *entity) []belonging {
	for _, m := range ent.members {
		p := e.s.profiles.at(m)
		for _, f := range p.words().affiliated {
			b, ok := e.s.facts[f].body.(Affiliated)
			if !ok || b.Person != p.id {
				continue
			}
			code, ok := e.s.codeOf(b.Account)
			if !ok {
				continue
			}
			if a := e.s.profiles.at(code); a.entity != nil && a.level == Account {
				from, to := bounds(b.Valid)
				rows = append(rows, belonging{account: a.entity.id, person: m, profile: code, fact: f, from: from, to: to})
			}
		}
	}
	return rows
}

// affiliate appends what the rules find for one person profile.
func (e *eval) affiliate(found []affiliated, refusals *[]refusal, m uint32, p *profile) []affiliated {
	for i := 0; i < len(p.holdings); {
		v := p.holdings[i].value
		for i < len(p.holdings) && p.holdings[i].value == v {
			i++
		}
		rules := e.s.use(v).affiliates
		if len(rules) == 0 {
			continue
		}
		x := e.s.values.at(v)
		for _, ri := range rules {
			r := &e.s.c.rules[ri]
			if !r.admits(p.id.Source) || r.purpose != "" && e.consentAt(p, r.purpose, e.at) != Granted {
				continue
			}
			if r.within {
				found = e.byRange(found, refusals, r, m, p, v)
			} else if x.usable() && x.id.check() >= r.same[0].check {
				found = e.byValue(found, r, m, p, v)
			}
		}
	}
	return found
}

// byValue appends the affiliations of a person profile by one value of a rule's first condition.
func (e *eval) byValue(found []affiliated, r *rule, m uint32, p *profile, v uint32) []affiliated {
	x := e.s.values.at(v)
	for _, q := range x.holders[:x.accounts] {
		a := e.s.profiles.at(q)
		if a.entity == nil || !r.admits(a.id.Source) || r.across && a.id.Source == p.id.Source {
			continue
		}
		for _, sp := range e.spansOf(r, p, a, v) {
			found = append(found, affiliated{person: m, account: q, rule: r.index, span: sp})
		}
	}
	return found
}
