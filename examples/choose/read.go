package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu/choice"
)

// group is the input, as written, and what is made of it.
type group struct {
	Account          string        `json:"account"`
	Offer            string        `json:"offer"`
	BuyClass         string        `json:"buy_class"`
	HighRisk         bool          `json:"high_risk"`
	ConsensusCulture bool          `json:"consensus_culture"`
	Alternatives     []alternative `json:"alternatives"`
	Members          []member      `json:"members"`
	Performance      []performance `json:"performance"`
	Beta             *float64      `json:"beta"`
	Outsiders        []outsider    `json:"outsiders"`
	Influence        [][]float64   `json:"influence"`
	Game             *game         `json:"game"`

	situation choice.Situation
	prefs     choice.Preferences
	weights   []float64
	costs     []float64
	veto      [][]float64 // rows of members who can stop something
	dynamics  *choice.Influence
	stuck     *choice.NoSteadyStateError // why there are no dynamics although there is influence
	notes     []string
}

type alternative struct {
	ID        string `json:"id"`
	Ours      bool   `json:"ours"`
	StatusQuo bool   `json:"status_quo"`
}

type member struct {
	ID             string     `json:"id"`
	Seat           string     `json:"seat"`
	Weight         *float64   `json:"weight"`
	Preference     []float64  `json:"preference"`
	Susceptibility *float64   `json:"susceptibility"`
	Votes          *int64     `json:"votes"`
	Cost           *float64   `json:"cost"`
	Veto           []float64  `json:"veto"`
	Interests      []interest `json:"interests"`
}

type interest struct {
	Criterion string  `json:"criterion"`
	Weight    float64 `json:"weight"`
}

type performance struct {
	Criterion string    `json:"criterion"`
	Scores    []float64 `json:"scores"`
}

type outsider struct {
	ID         string    `json:"id"`
	Preference []float64 `json:"preference"`
	Edges      []edge    `json:"edges"`
}

type edge struct {
	Member string  `json:"member"`
	Weight float64 `json:"weight"`
}

type game struct {
	Quota      int64    `json:"quota"`
	Vetoers    []string `json:"vetoers"`
	MinMembers int      `json:"min_members"`
}

// readGroup decodes and checks the input; the error names every problem by its path.
func readGroup(data []byte) (*group, error) {
	var tree any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not JSON: something follows the object")
	}
	if _, ok := tree.(map[string]any); !ok {
		return nil, errors.New("the input is no JSON object")
	}
	var p b2b.Problems
	checkShape(&p, "", tree, reflect.TypeFor[group]())
	if err := p.Err(); err != nil {
		return nil, err
	}
	g := new(group)
	if err := json.Unmarshal(data, g); err != nil {
		return nil, err
	}
	return g, g.resolve()
}

// orOne is the default of weights, costs, susceptibility and beta.
func orOne(x *float64) float64 {
	if x == nil {
		return 1
	}
	return *x
}

// ballot returns the game, and the members whose votes are missing.
func (g *group) ballot() (b choice.Ballot, missing []int) {
	b = choice.Ballot{Quota: g.Game.Quota, MinMembers: g.Game.MinMembers}
	for i, m := range g.Members {
		if m.Votes == nil {
			missing = append(missing, i)
			continue
		}
		b.Weights = append(b.Weights, *m.Votes)
	}
	for _, v := range g.Game.Vetoers {
		b.Vetoers = append(b.Vetoers, g.member(v))
	}
	return b, missing
}

func (g *group) member(id string) int {
	return slices.IndexFunc(g.Members, func(m member) bool { return m.ID == id })
}
