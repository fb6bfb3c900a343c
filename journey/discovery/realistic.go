package discovery

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/touchpoint"
)

// RealisticConfig says what a realistic map holds. The zero value is valid: the most frequent variants that cover 80 % of
// the journeys.
type RealisticConfig struct {
	Coverage float64 // share of journeys to cover, in [0,1]; 0 is .8
	Variants int     // if above 0: so many variants, whatever they cover
	Goals    []journey.StepID
	// Importance gives what touchpoint/importance found out about a touchpoint; nil is nothing.
	Importance func(touchpoint.ID) (b2b.Estimate, bool)
}

// RealisticMap is the journey that the people of one seat really make: few routes that most of them take.
type RealisticMap struct {
	Seat        b2b.SeatID // "" is unknown
	Journeys    int
	Routes      []Route      // the most frequent first
	Covered     b2b.Estimate // share of the journeys that take one of them
	Reached     bool         // the coverage that was asked for was reached
	Graph       journey.Graph
	Touchpoints []TouchpointUse // in order of name
}

// Route is one variant with its share of the seat's journeys (Wilson 1927).
type Route struct {
	Variant
	Share b2b.Estimate
}

// TouchpointUse says how many journeys use a touchpoint; a row without one counts for the touchpoint that is named as its
// step. Association is no cause.
type TouchpointUse struct {
	Touchpoint touchpoint.ID
	Share      b2b.Estimate // of all journeys of the seat (Wilson 1927)
	AtGoal     b2b.Estimate // of those that reach a goal; Level 0 without goals or without such journeys
	Difference b2b.Estimate // of that to those that reach none (Newcombe 1998); Level 0 where either is empty
	Importance b2b.Estimate // as passed in; the zero value where it was not
}

// Realistic returns, per seat in order of name, the realistic map of its journeys. Every problem of the configuration is
// reported at once.
func Realistic(log *journey.Log, cfg RealisticConfig) ([]RealisticMap, error) {
	var p b2b.Problems
	if !(cfg.Coverage >= 0 && cfg.Coverage <= 1) {
		p.Add("config.coverage", "outside [0,1]")
	}
	if cfg.Variants < 0 {
		p.Add("config.variants", "below 0")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if cfg.Coverage == 0 {
		cfg.Coverage = .8
	}
	seats := make(map[b2b.SeatID][]int)
	for i := range log.Journeys() {
		s := log.Journey(i).Seat()
		seats[s] = append(seats[s], i)
	}
	names := make([]b2b.SeatID, 0, len(seats))
	for s := range seats {
		names = append(names, s)
	}
	slices.Sort(names)
	all := NewVariants(log)
	out := make([]RealisticMap, len(names))
	for i, s := range names {
		out[i] = realistic(log, all, s, seats[s], cfg)
	}
	return out, nil
}

func realistic(log *journey.Log, all *Variants, seat b2b.SeatID, journeys []int, cfg RealisticConfig) RealisticMap {
	m := RealisticMap{Seat: seat, Journeys: len(journeys)}
	count := make(map[int]int64)
	for _, j := range journeys {
		count[all.Of(j)]++
	}
	for v, n := range count {
		m.Routes = append(m.Routes, Route{Variant{all.Steps(v), n}, wilson(n, int64(len(journeys)))})
	}
	slices.SortFunc(m.Routes, func(a, b Route) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), slices.Compare(a.Steps, b.Steps))
	})
	covered, keep := int64(0), 0
	need := float64(cfg.Coverage * float64(len(journeys)))
	for keep < len(m.Routes) && (cfg.Variants > 0 && keep < cfg.Variants || cfg.Variants == 0 && float64(covered) < need) {
		covered += m.Routes[keep].Count
		keep++
	}
	m.Routes = m.Routes[:keep]
	m.Covered, m.Reached = wilson(covered, int64(len(journeys))), float64(covered) >= need
	m.Graph = routeGraph(m.Routes)
	m.Touchpoints = touchpointUse(log, journeys, cfg)
	return m
}

// routeGraph draws the edges of the routes, with the share of what leaves each step.
func routeGraph(routes []Route) journey.Graph {
	type edge struct{ from, to journey.StepID }
	count, out := make(map[edge]int64), make(map[journey.StepID]int64)
	note := func(from, to journey.StepID, n int64) {
		count[edge{from, to}] += n
		out[from] += n
	}
	for _, r := range routes {
		last := journey.Start
		for _, s := range r.Steps {
			note(last, s, r.Count)
			last = s
		}
		if last != journey.Start {
			note(last, journey.End, r.Count)
		}
	}
	var g journey.Graph
	for e, n := range count {
		g.Edges = append(g.Edges, journey.Edge{
			From: e.from, To: e.to, P: b2b.MustFraction(float64(n) / float64(out[e.from])),
			Evidence: journey.Evidence{Basis: journey.Observed, N: float64(out[e.from])},
		})
	}
	rank := func(s journey.StepID) int {
		switch s {
		case journey.Start:
			return 0
		case journey.End:
			return 2
		}
		return 1
	}
	slices.SortFunc(g.Edges, func(a, b journey.Edge) int {
		return cmp.Or(cmp.Compare(rank(a.From), rank(b.From)), cmp.Compare(a.From, b.From), cmp.Compare(rank(a.To), rank(b.To)), cmp.Compare(a.To, b.To))
	})
	return g
}

func touchpointUse(log *journey.Log, journeys []int, cfg RealisticConfig) []TouchpointUse {
	rows := log.Rows()
	users, winners := make(map[string]int64), make(map[string]int64)
	reached := int64(0)
	for _, i := range journeys {
		j := log.Journey(i)
		from, _ := j.Rows()
		seen := make(map[string]bool)
		goal := false
		for k := range j.Len() {
			name := rows.Touchpoint.At(from + k)
			if name == "" {
				name = string(j.Step(k))
			}
			seen[name] = true
			goal = goal || slices.Contains(cfg.Goals, j.Step(k))
		}
		for name := range seen {
			users[name]++
			if goal {
				winners[name]++
			}
		}
		if goal {
			reached++
		}
	}
	names := make([]string, 0, len(users))
	for name := range users {
		names = append(names, name)
	}
	slices.Sort(names)
	out := make([]TouchpointUse, len(names))
	total := int64(len(journeys))
	for i, name := range names {
		u := TouchpointUse{Touchpoint: touchpoint.ID(name), Share: wilson(users[name], total)}
		if reached > 0 {
			u.AtGoal = wilson(winners[name], reached)
		}
		if lost := total - reached; reached > 0 && lost > 0 {
			k1, k2 := float64(winners[name]), float64(users[name]-winners[name])
			lo, hi := stat.Newcombe(k1, float64(reached), k2, float64(lost), level)
			u.Difference = b2b.Estimate{Value: k1/float64(reached) - k2/float64(lost), Low: lo, High: hi, Level: level, Method: "Newcombe 1998"}
		}
		if cfg.Importance != nil {
			if e, ok := cfg.Importance(u.Touchpoint); ok {
				u.Importance = e
			}
		}
		out[i] = u
	}
	return out
}
