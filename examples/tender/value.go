package main

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

// credit is what one touchpoint contributed to won deals, over all accounts.
type credit struct {
	Touchpoint string  `json:"touchpoint"`
	Share      float64 `json:"share"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Removal    float64 `json:"removal_effect"`
	RankLow    int     `json:"rank_low"`
	RankHigh   int     `json:"rank_high"`
}

// valueTouchpoints credits touchpoints with won deals: paths of accounts, an exact Markov chain, intervals by resampling.
// Observed paths show association, not cause.
func valueTouchpoints(ctx context.Context, log *journey.Log, state *funnel.State, src rand.Source) ([]credit, error) {
	journeys, err := attribution.NewJourneys(attribution.JourneysConfig{By: attribution.ByAccount})
	if err != nil {
		return nil, err
	}
	purchase := log.Where(journey.Filter{Kinds: []journey.Kind{journey.Purchase}})
	for _, t := range purchase.Touches() {
		if t.Account == "" {
			continue // nobody knows for whom: no account can be credited
		}
		if err := journeys.Add(t); err != nil {
			return nil, err
		}
	}
	for i, d := range state.All() {
		won, ok := firstWin(state, i)
		if !ok || d.Account == "" {
			continue
		}
		err := journeys.AddConversion(attribution.Conversion{
			ID: string(d.ID), Account: d.Account, Deal: d.ID, At: won.Latest, Value: float64(d.Amount.Minor()),
		})
		if err != nil {
			return nil, err
		}
	}
	set, err := journeys.PathSet()
	if err != nil {
		return nil, err
	}
	credits, err := attribution.Attribute(ctx, set.Result(), attribution.Markov{}, attribution.Config{Replicates: 500, Source: src})
	if errors.Is(err, attribution.ErrNoConversions) {
		return []credit{}, nil
	}
	if err != nil {
		return nil, err
	}
	var list []credit
	for _, c := range credits.Names {
		list = append(list, credit{
			Touchpoint: c.Name, Share: c.Share.Value, Low: c.Share.Low, High: c.Share.High, Removal: c.Removal.Value,
			RankLow: c.Rank.Low, RankHigh: c.Rank.High,
		})
	}
	slices.SortStableFunc(list, func(a, b credit) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Touchpoint, b.Touchpoint))
	})
	return list, nil
}

// firstWin returns when a deal was won first.
func firstWin(state *funnel.State, deal int) (funnel.Instant, bool) {
	pipeline := state.Pipelines()[0]
	for _, p := range state.Passages(deal) {
		if def, ok := pipeline.Stage(p.Stage, p.In.Latest); ok && def.Outcome == funnel.Won {
			return p.In, true
		}
	}
	return funnel.Instant{}, false
}

// rate is a conversion between two phases.
type rate struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Counted *numbers `json:"counted"`     // share of those that were closed or came through, with Wilson's interval
	Within  *numbers `json:"within_180d"` // cumulative incidence with censoring (Aalen-Johansen)
	AtRisk  int      `json:"entered"`
	Why     string   `json:"why,omitzero"`
}

// numbers is an estimate in a file.
type numbers struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Level float64 `json:"level"`
}

func numbersOf(e b2b.Estimate) *numbers {
	return &numbers{Value: e.Value, Low: e.Low, High: e.High, Level: e.Level}
}

// conversions are the conversion percentages over the four phases.
func conversions(state *funnel.State, pipeline *funnel.Pipeline) ([]rate, error) {
	stages := map[b2b.Phase][]funnel.Stage{}
	for _, s := range pipeline.Stages() {
		if s.Phase != b2b.UnknownPhase {
			stages[s.Phase] = append(stages[s.Phase], s.ID)
		}
	}
	var rates []rate
	phases := b2b.Phases()
	for i := 0; i+1 < len(phases); i++ {
		from, to := phases[i], phases[i+1]
		if len(stages[from]) == 0 || len(stages[to]) == 0 {
			continue
		}
		c, err := funnel.Convert(state, funnel.ConversionQuery{
			From: funnel.Target{Stages: stages[from]}, To: funnel.Target{Stages: stages[to]}, Horizon: 180 * day,
		})
		if err != nil {
			return nil, err
		}
		r := rate{From: from.String(), To: to.String(), AtRisk: c.WonPerEntered.AtRisk}
		if c.WonPerEntered.Why == "" {
			r.Counted = numbersOf(c.WonPerEntered.Estimate)
		}
		if c.ByHorizon.Why == "" {
			r.Within = numbersOf(c.ByHorizon.Estimate)
		} else {
			r.Why = c.ByHorizon.Why
		}
		rates = append(rates, r)
	}
	return rates, nil
}
