package main

import (
	"strings"
	"time"

	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/stitch"
	"github.com/buyerjourney/b2b/touchpoint"
)

// buildLog turns touches into journeys: under profile keys at first, under persons and accounts once the log is built.
func buildLog(in *input, who *stitch.Snapshot) (*journey.Log, journey.Report, error) {
	builder, err := journey.NewBuilder(journey.Config{Default: journey.Purchase})
	if err != nil {
		return nil, journey.Report{}, err
	}
	events := journey.FromTouches(journey.TouchConfig{
		Catalogue: in.catalogue,
		Kind:      func(t touchpoint.Touch) journey.Kind { return journey.Kind(in.kinds[t.Touchpoint]) },
	}, in.touches)
	for i := range events {
		e := &events[i]
		if deal, ok := in.dealTouches[e.ID]; ok && e.Source == systemCRM {
			e.Objects = append(e.Objects, journey.ObjectRef{Type: journey.DealObject, ID: string(deal)})
		}
		if e.Kind == journey.Support || e.Kind == journey.Invoicing { // one journey per ticket, one per invoice
			e.Journey, _, _ = strings.Cut(e.ID, "/")
		}
	}
	builder.Add(events...)
	log, report := builder.Build(journey.Identities{Person: who.PersonOf, Account: who.AccountOf})
	return log, report, nil
}

// spans says when a support or invoicing journey is over.
func spans(asOf time.Time) journey.SpanConfig {
	return journey.SpanConfig{AsOf: asOf, Closings: []journey.Closing{
		{Kind: journey.Support, Steps: []journey.StepID{"solve ticket"}},
		{Kind: journey.Invoicing, Steps: []journey.StepID{"pay invoice", "settle dispute"}},
	}}
}

// crossingRules are the business rules on what must wait for what. They are data: change them as you like.
func crossingRules() []journey.CrossingRule {
	campaign := journey.Match{Kinds: []journey.Kind{journey.Campaign}, Steps: []journey.StepID{"offer extension"}}
	return []journey.CrossingRule{
		{
			ID: "disputed-invoice", Name: "no cross-sell while an invoice is disputed", Severity: journey.Hold, Hold: campaign,
			While: journey.Match{Kinds: []journey.Kind{journey.Invoicing}, Steps: []journey.StepID{"dispute invoice"}},
		},
		{
			ID: "open-complaint", Name: "no cross-sell while a complaint is open", Severity: journey.Hold, Hold: campaign,
			While: journey.Match{Kinds: []journey.Kind{journey.Support}, Steps: []journey.StepID{"open ticket"}},
		},
	}
}
