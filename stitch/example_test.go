package stitch_test

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/stitch"
)

func may(d int) time.Time { return time.Date(2025, 5, d, 9, 0, 0, 0, time.UTC) }

// traces are those of one buyer: a visit, a form, a contact in the CRM; and of her employer in the books.
func traces() []stitch.Fact {
	id := stitch.MustIdentifier
	return []stitch.Fact{
		{ID: "visit", Occurred: may(1), Body: stitch.Seen{
			Profile: stitch.ProfileID{Source: "web", ID: "v7"}, Level: stitch.Person,
			Identifiers: []stitch.Identifier{id(stitch.Cookie, "web", "c-41")},
		}},
		{ID: "form", Occurred: may(2), Body: stitch.Seen{
			Profile: stitch.ProfileID{Source: "forms", ID: "120"}, Level: stitch.Person,
			Identifiers: []stitch.Identifier{id(stitch.Cookie, "web", "c-41"), id(stitch.Email, "", "J.Jansen+offers@Acme.nl")},
		}},
		{ID: "contact", Occurred: may(3), Body: stitch.Seen{
			Profile: stitch.ProfileID{Source: "crm", ID: "17"}, Level: stitch.Person,
			Identifiers: []stitch.Identifier{id(stitch.Email, "", "j.jansen@acme.nl")},
		}},
		{ID: "debtor", Occurred: may(1), Body: stitch.Seen{
			Profile: stitch.ProfileID{Source: "books", ID: "D-9"}, Level: stitch.Account,
			Identifiers: []stitch.Identifier{id(stitch.Domain, "", "https://www.acme.nl"), id(stitch.VAT, "", "NL123456782B90")},
		}},
	}
}

func Example() {
	r, err := stitch.New(stitch.Config{Rules: stitch.StarterRules()})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, report, err := r.Apply(traces()...); err != nil || report.Rejected > 0 {
		fmt.Println(err, report.Err())
		return
	}
	s := r.Snapshot()
	visit, contact := stitch.ProfileID{Source: "web", ID: "v7"}, stitch.ProfileID{Source: "crm", ID: "17"}
	person, _ := s.Person(visit)
	fmt.Println("profiles:", s.Members(string(person)))
	account := s.AccountOf("", person, may(3))
	fmt.Println("works for:", s.Members(string(account)))
	for _, link := range s.Explain(visit, contact).Path {
		fmt.Println(link.A, "–", link.B, "by", link.Rule, link.Facts)
	}

	// Ninety days later the cookie proves nothing any more.
	for _, c := range r.Advance(may(1).AddDate(0, 0, 90)) {
		if c.Kind == stitch.Split {
			fmt.Println(c.At.Format(time.DateOnly), c.Kind, c.Profiles)
		}
	}
	// Output:
	// profiles: [crm/17 forms/120 web/v7]
	// works for: [books/D-9]
	// forms/120 – web/v7 by cookie [form visit]
	// crm/17 – forms/120 by mail address [contact form]
	// 2025-07-30 split [crm/17 forms/120]
}

func ExampleBatch() {
	s, report, err := stitch.Batch(context.Background(), stitch.Config{Rules: stitch.StarterRules()}, traces(), b2b.View{At: may(9)})
	if err != nil {
		fmt.Println(err)
		return
	}
	profiles, persons, accounts := s.Counts()
	fmt.Println(report.Accepted, "facts,", profiles, "profiles,", persons, "person,", accounts, "account")
	// Output: 4 facts, 4 profiles, 1 person, 1 account
}

func ExampleNewIdentifier() {
	for _, raw := range []string{"nl 1234.56.782.B90", "NL123456789B01", "n/a"} {
		id, err := stitch.NewIdentifier(stitch.VAT, "", raw, nil)
		fmt.Println(id, id.Check(), err)
	}
	// Output:
	// vat:NL123456782B90 checked <nil>
	//  unknown check_digit
	//  unknown blocked
}

func ExampleResolver_DryRun() {
	r, err := stitch.New(stitch.Config{Rules: stitch.StarterRules()})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, _, err := r.Apply(traces()...); err != nil {
		fmt.Println(err)
		return
	}
	rules := stitch.StarterRules()
	for i := range rules.Rules {
		rules.Rules[i].Off = rules.Rules[i].Name == "cookie"
	}
	diff, err := r.DryRun(rules)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range diff.Moved {
		fmt.Println(m.Profile, "would be somebody else")
	}
	// Output:
	// crm/17 would be somebody else
	// forms/120 would be somebody else
}

func ExampleResolver_Forget() {
	r, err := stitch.New(stitch.Config{Rules: stitch.StarterRules(), Key: bytes.Repeat([]byte{1}, 32)})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, _, err := r.Apply(traces()...); err != nil {
		fmt.Println(err)
		return
	}
	person, _ := r.Snapshot().Person(stitch.ProfileID{Source: "crm", ID: "17"})
	receipt, _, err := r.Forget(person, may(9), "privacy desk")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, it := range receipt.Removed.Items {
		fmt.Println(it.What, it.N)
	}
	fmt.Println("tombstones", receipt.Tombstones)
	_, report, err := r.Apply(traces()[2])
	fmt.Println(report.Err(), err)
	// Output:
	// affiliations 1
	// facts 3
	// identifiers 4
	// links 2
	// profiles 3
	// tombstones 2
	// facts[0].seen.identifiers[0]: forgotten <nil>
}

func ExampleSnapshot_Counterfactual() {
	s, _, err := stitch.Batch(context.Background(), stitch.Config{Rules: stitch.StarterRules()}, traces(), b2b.View{At: may(9)})
	if err != nil {
		fmt.Println(err)
		return
	}
	cut := s.Counterfactual(stitch.ProfileID{Source: "web", ID: "v7"}, stitch.ProfileID{Source: "crm", ID: "17"})
	for _, l := range cut.Links {
		fmt.Println("they would be apart without", l.A, "–", l.B, "by", l.Rule)
	}
	// Output: they would be apart without crm/17 – forms/120 by mail address
}

func ExampleComponents() {
	// Three machines hold a part of the facts each. Here the parts are slices.
	c, err := stitch.Compile(stitch.Config{Rules: stitch.StarterRules()})
	if err != nil {
		fmt.Println(err)
		return
	}
	view := b2b.View{At: may(9)}
	holders := stitch.NewHolders(c)
	for _, f := range traces() {
		if err := holders.Add(f); err != nil {
			fmt.Println(err)
			return
		}
	}
	shared, err := holders.Result(view)
	if err != nil {
		fmt.Println(err)
		return
	}
	var components stitch.Components
	for _, f := range traces() {
		first := stitch.Key("")
		for k := range c.Keys(f, shared) {
			if first == "" {
				first = k
			}
			if err := components.Add(stitch.Edge{A: first, B: k}); err != nil {
				fmt.Println(err)
				return
			}
		}
	}
	seen := map[stitch.Key]bool{}
	for _, root := range components.Result() {
		seen[root] = true
	}
	part, err := stitch.ResolveComponent(c, traces(), shared, view)
	if err != nil {
		fmt.Println(err)
		return
	}
	profiles, _, _ := part.Counts()
	fmt.Println(len(seen), "component,", profiles, "profiles")
	// Output: 1 component, 4 profiles
}
