package main

import (
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/stitch"
)

// resolve says who is who in a view: facts in any order, rules as data.
func resolve(in *input, rules stitch.Rules, view b2b.View) (*stitch.Snapshot, error) {
	r, err := stitch.New(stitch.Config{Rules: rules, Normalizer: in.normalizer})
	if err != nil {
		return nil, err
	}
	_, report, err := r.Apply(in.facts...)
	if err != nil {
		return nil, err
	}
	if err := report.Err(); err != nil {
		return nil, err
	}
	r.Advance(in.last)
	if view.Known.IsZero() && view.At.Equal(r.Clock()) {
		return r.Snapshot(), nil
	}
	return r.View(view), nil
}

// identity is one person of the account and why the profiles are taken for one.
type identity struct {
	Person  b2b.PersonID `json:"person"`
	Label   string       `json:"label"`
	Systems []string     `json:"systems"`
	Links   []string     `json:"links"`
	Belongs string       `json:"belongs"` // why the person belongs to the account
}

// identities lists the persons of an account that left traces in it, by id.
func identities(who *stitch.Snapshot, account b2b.AccountID, persons []b2b.PersonID, label func(b2b.PersonID) string) []identity {
	var list []identity
	for _, p := range persons {
		members := who.Members(string(p))
		id := identity{Person: p, Label: label(p), Links: []string{}}
		for _, m := range members {
			if n := len(id.Systems); n == 0 || id.Systems[n-1] != m.Source {
				id.Systems = append(id.Systems, m.Source)
			}
		}
		reasons := map[string]bool{}
		for i := 1; i < len(members); i++ {
			for _, l := range who.Explain(members[0], members[i]).Path {
				reasons[l.A.Source+" = "+l.B.Source+" by "+l.Rule] = true
			}
		}
		for r := range reasons {
			id.Links = append(id.Links, r)
		}
		slices.Sort(id.Links)
		for _, a := range who.Affiliations(string(p), time.Time{}) {
			if a.Account == account {
				id.Belongs = a.Rule
				break
			}
		}
		list = append(list, id)
	}
	return list
}
