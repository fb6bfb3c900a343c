package stitch

import (
	"cmp"
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
)

// belonging is an [Affiliation] in codes. Most people have some, and few of them are ever read.
type belonging struct {
	account         string // id of the account
	person, profile uint32 // the pair of profiles: of the person, and of the account
	rule            *rule  // nil = a fact states it
	fact            uint32 // the statement, or none
	from, to        int64  // [from, to); the extremes of int64 are unbounded
}

// contains reports whether a moment lies in the window.
func (b *belonging) contains(t int64) bool { return b.from <= t && (t < b.to || b.to == unlimited) }

// end orders windows by their end as [b2b.Window] does: an unbounded one first.
func (b *belonging) end() int64 {
	if b.to == unlimited {
		return math.MinInt64
	}
	return b.to
}

// statement returns what a fact states, and its zero value for a rule.
func (s *store) statement(b *belonging) Affiliated {
	if b.rule != nil {
		return Affiliated{}
	}
	stated, _ := s.facts[b.fact].body.(Affiliated)
	return stated
}

// confidence returns the probability: as stated, or that of the rule.
func (s *store) confidence(b *belonging) float64 {
	if b.rule != nil {
		return b.rule.confidence
	}
	if stated := s.statement(b).Confidence; stated != 0 {
		return stated
	}
	return probability(20)
}

// affiliation spells a row of a person entity out.
func (s *store) affiliation(ent *entity, b *belonging) Affiliation {
	a := Affiliation{
		Person: b2b.PersonID(ent.id), Account: b2b.AccountID(b.account), Valid: window(b.from, b.to), Confidence: s.confidence(b),
		PersonProfile: s.profiles.at(b.person).id, AccountProfile: s.profiles.at(b.profile).id,
	}
	if b.rule != nil {
		a.Rule, a.By = b.rule.name, a.AccountProfile.Source
		return a
	}
	stated, rec := s.statement(b), &s.facts[b.fact]
	a.Title, a.Primary, a.By, a.Fact = stated.Title, stated.Primary, s.names[rec.by], rec.id
	return a
}

// affiliations spells all rows of a person entity out.
func (s *store) affiliations(ent *entity) []Affiliation {
	var out []Affiliation
	for i := range ent.affiliations {
		out = append(out, s.affiliation(ent, &ent.affiliations[i]))
	}
	return out
}

// comparePreference orders by Primary, confidence (descending) and account.
func (s *store) comparePreference(a, b *belonging) int {
	return cmp.Or(s.compareWeight(a, b), cmp.Compare(a.account, b.account))
}

func (s *store) compareWeight(a, b *belonging) int {
	if a.rule == b.rule && a.rule != nil {
		return 0
	}
	return cmp.Or(compareBool(s.statement(b).Primary, s.statement(a).Primary), cmp.Compare(s.confidence(b), s.confidence(a)))
}

// compareOrigin orders by rule, who says so, title and fact.
func (s *store) compareOrigin(a, b *belonging) int {
	switch {
	case a.rule == nil && b.rule == nil:
		x, y := &s.facts[a.fact], &s.facts[b.fact]
		return cmp.Or(cmp.Compare(s.names[x.by], s.names[y.by]), cmp.Compare(s.statement(a).Title, s.statement(b).Title), cmp.Compare(x.id, y.id))
	case a.rule == nil:
		return -1 // a rule has a name
	case b.rule == nil:
		return 1
	}
	return cmp.Or(cmp.Compare(a.rule.name, b.rule.name), cmp.Compare(s.profiles.at(a.profile).id.Source, s.profiles.at(b.profile).id.Source))
}

// compareStatements tells apart rows whose windows are not united.
func (s *store) compareStatements(a, b *belonging) int {
	return cmp.Or(cmp.Compare(a.account, b.account), s.compareWeight(a, b), s.compareOrigin(a, b))
}

// compareBelongings orders by account, Primary first, confidence (descending), then window, rule, By, title, fact and
// profiles.
func (s *store) compareBelongings(a, b *belonging) int {
	return cmp.Or(cmp.Compare(a.account, b.account), s.compareWeight(a, b), cmp.Compare(a.from, b.from), cmp.Compare(a.end(), b.end()),
		s.compareOrigin(a, b), s.comparePairs(a, b))
}

func (s *store) comparePairs(a, b *belonging) int {
	return cmp.Or(s.profiles.at(a.person).id.Compare(s.profiles.at(b.person).id), s.profiles.at(a.profile).id.Compare(s.profiles.at(b.profile).id))
}

// unite joins the windows of rows that say the same, and sorts; the list is edited in place.
func (s *store) unite(in []belonging) []belonging {
	if len(in) < 2 {
		return in
	}
	slices.SortFunc(in, func(a, b belonging) int { return cmp.Or(s.compareStatements(&a, &b), s.compareBelongings(&a, &b)) })
	out := in[:1]
	for i := 1; i < len(in); i++ {
		x, last := in[i], &out[len(out)-1]
		if x.from > last.to || s.compareStatements(last, &x) != 0 {
			out = append(out, x)
			continue
		}
		last.to = max(last.to, x.to)
		if s.comparePairs(&x, last) < 0 {
			last.person, last.profile = x.person, x.profile
		}
	}
	slices.SortFunc(out, func(a, b belonging) int { return s.compareBelongings(&a, &b) })
	return out
}
