package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
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
	var p b2b.Problems
	if _, ok := tree.(map[string]any); !ok {
		return nil, errors.New("the input is no JSON object")
	}
	unknownKeys(&p, "", tree, reflect.TypeFor[group]())
	if err := p.Err(); err != nil {
		return nil, err
	}
	g := new(group)
	if err := json.Unmarshal(data, g); err != nil {
		if bad, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return nil, &b2b.InvalidError{Path: bad.Field, Reason: "a " + bad.Value + " where " + kind(bad.Type) + " is needed"}
		}
		return nil, err
	}
	return g, g.resolve()
}

// resolve fills in the defaults and checks what the library does not.
func (g *group) resolve() error {
	var p b2b.Problems
	class, err := dmu.ParseBuyClass(g.BuyClass)
	if err != nil {
		p.Add("buy_class", "not new_task, modified_rebuy or straight_rebuy")
	}
	g.situation = choice.Situation{BuyClass: class, HighRisk: g.HighRisk, ConsensusCulture: g.ConsensusCulture}
	var alternatives []dmu.Alternative
	for _, a := range g.Alternatives {
		alternatives = append(alternatives, dmu.Alternative{ID: dmu.AlternativeID(a.ID), Ours: a.Ours, StatusQuo: a.StatusQuo})
	}
	if len(alternatives) < 2 {
		p.Add("alternatives", "fewer than two")
	}
	if len(g.Members) == 0 {
		p.Add("members", "empty")
	}
	var ids []b2b.PersonID
	var prefs [][]float64
	for i := range g.Members {
		m := &g.Members[i]
		path := "members[" + strconv.Itoa(i) + "]"
		ids = append(ids, b2b.PersonID(m.ID))
		g.weights = append(g.weights, orOne(m.Weight))
		g.costs = append(g.costs, orOne(m.Cost))
		if c := g.costs[i]; c <= 0 {
			p.Add(path+".cost", "not above 0")
		}
		if w := g.weights[i]; w < 0 {
			p.Add(path+".weight", "negative")
		}
		if s := orOne(m.Susceptibility); s < 0 || s > 1 {
			p.Add(path+".susceptibility", "outside [0,1]")
		}
		prefs = append(prefs, g.preference(&p, path, m))
		g.readVeto(&p, path, m)
	}
	if p.Len() > 0 {
		return p.Err()
	}
	g.prefs, err = choice.New(ids, alternatives, prefs)
	p.Join("", inFile(err))
	if g.Influence != nil && len(g.Influence) != len(g.Members) {
		p.Add("influence", "not one row per member")
	}
	g.checkOutsiders(&p)
	g.checkGame(&p)
	return p.Err()
}

// orOne is the default of weights, costs, susceptibility and beta.
func orOne(x *float64) float64 {
	if x == nil {
		return 1
	}
	return *x
}

func (g *group) preference(p *b2b.Problems, path string, m *member) []float64 {
	switch {
	case m.Preference != nil:
		if m.Interests != nil {
			g.notes = append(g.notes, path+": both preference and interests are given; preference counts")
		}
		return m.Preference
	case m.Interests == nil:
		p.Add(path, "neither preference nor interests")
		return nil
	}
	var interests []dmu.Interest
	for _, in := range m.Interests {
		interests = append(interests, dmu.Interest{Criterion: in.Criterion, Weight: in.Weight})
	}
	var perf []choice.Performance
	for k, x := range g.Performance {
		if len(x.Scores) != len(g.Alternatives) {
			p.Add("performance["+strconv.Itoa(k)+"].scores", "not one score per alternative")
		}
		perf = append(perf, choice.Performance{Criterion: x.Criterion, Scores: x.Scores})
	}
	row, err := choice.Logit(interests, perf, orOne(g.Beta))
	p.Join(path, err)
	return row
}

func (g *group) readVeto(p *b2b.Problems, path string, m *member) {
	if m.Veto == nil {
		return
	}
	if len(m.Veto) != len(g.Alternatives) {
		p.Add(path+".veto", "not one number per alternative")
		return
	}
	some := false
	for a, q := range m.Veto {
		switch {
		case q < 0 || q > 1:
			p.Add(path+".veto["+strconv.Itoa(a)+"]", "outside [0,1]")
		case q > 0 && g.Alternatives[a].StatusQuo:
			p.Add(path+".veto["+strconv.Itoa(a)+"]", "a veto of the status quo")
		}
		some = some || q > 0
	}
	if some {
		g.veto = append(g.veto, m.Veto)
	}
}

func (g *group) checkOutsiders(p *b2b.Problems) {
	seen := map[string]int{}
	for k, o := range g.Outsiders {
		path := "outsiders[" + strconv.Itoa(k) + "]"
		if first, dup := seen[o.ID]; dup || o.ID == "" {
			if dup {
				p.Addf(path+".id", "same as outsiders[%d]", first)
			} else {
				p.Add(path+".id", "empty")
			}
		}
		seen[o.ID] = k
		if len(o.Edges) > 0 && g.Influence == nil {
			p.Add(path+".edges", "influence is absent, so that nobody can be moved")
		}
		if len(o.Preference) != len(g.Alternatives) {
			p.Add(path+".preference", "not one number per alternative")
		}
		for i, e := range o.Edges {
			at := path + ".edges[" + strconv.Itoa(i) + "]"
			if g.member(e.Member) < 0 {
				p.Add(at+".member", "not a member")
			}
			if e.Weight < 0 || e.Weight > 1 {
				p.Add(at+".weight", "outside [0,1]")
			}
		}
	}
}

func (g *group) checkGame(p *b2b.Problems) {
	if g.Game == nil {
		return
	}
	b, missing := g.ballot()
	for _, i := range missing {
		p.Add("members["+strconv.Itoa(i)+"].votes", "missing, and the game needs it")
	}
	for i, v := range g.Game.Vetoers {
		if g.member(v) < 0 {
			p.Add("game.vetoers["+strconv.Itoa(i)+"]", "not a member")
		}
	}
	if p.Len() == 0 {
		p.Join("game", b.Check())
	}
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

// libraryPaths are the beginnings of the library's paths and what they are called in the file; * is the index.
var libraryPaths = []struct{ from, to string }{
	{"members[", "members[*].id"},
	{"preferences[", "members[*].preference"},
	{"outside[", "outsiders[*].preference"},
	{"w[", "influence[*]"},
}

// inFile gives the library's paths the names that they have in the file.
func inFile(err error) error {
	var all, p b2b.Problems
	all.Join("", err)
	problems, _ := all.Err().(interface{ Unwrap() []error })
	if problems == nil {
		return err
	}
	for _, e := range problems.Unwrap() {
		bad, ok := errors.AsType[*b2b.InvalidError](e)
		if !ok {
			return err
		}
		path := bad.Path
		for _, l := range libraryPaths {
			if rest, ok := strings.CutPrefix(path, l.from); ok {
				index, tail, _ := strings.Cut(rest, "]")
				path = strings.Replace(l.to, "*", index, 1) + tail
				break
			}
		}
		p.Add(path, bad.Reason)
	}
	return p.Err()
}
