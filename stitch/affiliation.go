package stitch

import (
	"cmp"
	"math"
	"slices"

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

// compareAffiliations orders by account, Primary first, confidence (descending), then window, rule, By, title and profiles.
func compareAffiliations(a, b Affiliation) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), compareBool(b.Primary, a.Primary), cmp.Compare(b.Confidence, a.Confidence),
		a.Valid.From.Compare(b.Valid.From), a.Valid.To.Compare(b.Valid.To), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.By, b.By),
		cmp.Compare(a.Title, b.Title), cmp.Compare(a.Fact, b.Fact), a.PersonProfile.Compare(b.PersonProfile), a.AccountProfile.Compare(b.AccountProfile))
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
func (e *eval) affiliations(ent *entity) (out []Affiliation, refusals []refusal) {
	found := e.found[:0]
	for _, m := range ent.members {
		found = e.affiliate(found, &refusals, m, e.s.profiles.at(m))
	}
	e.found = found
	if len(found) > 0 {
		out = make([]Affiliation, 0, len(found))
	}
	for _, f := range found {
		r, a := &e.s.c.rules[f.rule], e.s.profiles.at(f.account)
		from, to := max(f.span.from, r.from), min(f.span.to, r.to)
		if from >= to {
			continue
		}
		out = append(out, Affiliation{
			Account: b2b.AccountID(a.entity.id), Valid: window(from, to), Confidence: probability(r.strength),
			Rule: r.name, By: a.id.Source, PersonProfile: e.s.profiles.at(f.person).id, AccountProfile: a.id,
		})
	}
	out = append(out, e.stated(ent)...)
	for i := range out {
		out[i].Person = b2b.PersonID(ent.id)
		e.horizon(out[i].Valid)
	}
	return uniteAffiliations(out), refusals
}

// horizon notes the bounds of a window that are still to come.
func (e *eval) horizon(w b2b.Window) {
	from, to := bounds(w)
	for _, t := range [...]int64{from, to} {
		if t > e.at {
			e.next = min(e.next, t)
		}
	}
}

// stated returns the affiliations that facts state.
func (e *eval) stated(ent *entity) (out []Affiliation) {
	for _, m := range ent.members {
		p := e.s.profiles.at(m)
		for _, f := range p.words().affiliated {
			rec := &e.s.facts[f]
			b, ok := rec.body.(Affiliated)
			if !ok || b.Person != p.id {
				continue
			}
			code, ok := e.s.codeOf(b.Account)
			if !ok {
				continue
			}
			a := e.s.profiles.at(code)
			if a.entity == nil || a.level != Account {
				continue
			}
			confidence := b.Confidence
			if confidence == 0 {
				confidence = probability(20)
			}
			out = append(out, Affiliation{
				Account: b2b.AccountID(a.entity.id), Valid: b.Valid.UTC(), Title: b.Title, Primary: b.Primary,
				Confidence: confidence, By: e.s.names[rec.by], Fact: rec.id, PersonProfile: p.id, AccountProfile: a.id,
			})
		}
	}
	return out
}

// uniteAffiliations joins the windows of entries that say the same, and sorts.
func uniteAffiliations(in []Affiliation) []Affiliation {
	slices.SortFunc(in, func(a, b Affiliation) int { return cmp.Or(compareStatement(a, b), compareAffiliations(a, b)) })
	out := in[:0]
	for _, x := range in {
		if n := len(out); n > 0 && compareStatement(out[n-1], x) == 0 {
			last := &out[n-1]
			if last.Valid.To.IsZero() || !x.Valid.From.After(last.Valid.To) {
				if !last.Valid.To.IsZero() && (x.Valid.To.IsZero() || x.Valid.To.After(last.Valid.To)) {
					last.Valid.To = x.Valid.To
				}
				if c := cmp.Or(x.PersonProfile.Compare(last.PersonProfile), x.AccountProfile.Compare(last.AccountProfile)); c < 0 {
					last.PersonProfile, last.AccountProfile = x.PersonProfile, x.AccountProfile
				}
				continue
			}
		}
		out = append(out, x)
	}
	slices.SortFunc(out, compareAffiliations)
	return out
}

// compareStatement tells apart entries whose windows are not united.
func compareStatement(a, b Affiliation) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), compareBool(b.Primary, a.Primary), cmp.Compare(b.Confidence, a.Confidence),
		cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.By, b.By), cmp.Compare(a.Title, b.Title), cmp.Compare(a.Fact, b.Fact))
}

// affiliate appends what the rules find for one person profile.
func (e *eval) affiliate(found []affiliated, refusals *[]refusal, m uint32, p *profile) []affiliated {
	for i := 0; i < len(p.holdings); {
		v := p.holdings[i].value
		for i < len(p.holdings) && p.holdings[i].value == v {
			i++
		}
		x := e.s.values.at(v)
		for _, ri := range x.use.affiliates {
			r := &e.s.c.rules[ri]
			if !r.admits(p.id.Source) || r.purpose != "" && e.consentAt(p, r.purpose, e.at) != Granted {
				continue
			}
			if r.within {
				found = e.byRange(found, refusals, r, m, p, v)
			} else if x.usable() && x.id.check >= r.same[0].check {
				found = e.byValue(found, r, m, p, v)
			}
		}
	}
	return found
}

// byValue appends the affiliations of a person profile by one value of a rule's first condition.
func (e *eval) byValue(found []affiliated, r *rule, m uint32, p *profile, v uint32) []affiliated {
	for _, q := range e.s.values.at(v).holders {
		a := e.s.profiles.at(q)
		if a.level != Account || a.entity == nil || !r.admits(a.id.Source) || r.across && a.id.Source == p.id.Source {
			continue
		}
		for _, sp := range e.spansOf(r, p, a, v) {
			found = append(found, affiliated{person: m, account: q, rule: r.index, span: sp})
		}
	}
	return found
}
