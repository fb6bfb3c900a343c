package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/choice"
)

// resolve fills in the defaults and reports everything that is wrong, in the order of the file's description.
func (g *group) resolve() error {
	var p, performance b2b.Problems
	class, err := dmu.ParseBuyClass(g.BuyClass)
	if err != nil {
		p.Add("buy_class", "not new_task, modified_rebuy or straight_rebuy")
	}
	g.situation = choice.Situation{BuyClass: class, HighRisk: g.HighRisk, ConsensusCulture: g.ConsensusCulture}
	if len(g.Alternatives) < 2 {
		p.Add("alternatives", "fewer than two")
	}
	if len(g.Members) == 0 {
		p.Add("members", "empty")
	}
	g.checkPerformance(&performance)
	g.checkMembers(&p, performance.Len() == 0)
	p.Join("", performance.Err())
	before := p.Len()
	edges := g.checkOutsiders(&p)
	if p.Len() > before {
		edges = nil
	}
	g.checkInfluence(&p, edges)
	g.checkGame(&p)
	return p.Err()
}

func (g *group) checkPerformance(p *b2b.Problems) {
	if orOne(g.Beta) <= 0 {
		p.Add("beta", "not above 0")
	}
	for k, x := range g.Performance {
		path := "performance[" + strconv.Itoa(k) + "]"
		if j := slices.IndexFunc(g.Performance, func(o performance) bool { return o.Criterion == x.Criterion }); j < k {
			p.Addf(path+".criterion", "same as performance[%d]", j)
		}
		if len(x.Scores) != len(g.Alternatives) {
			p.Add(path+".scores", "not one score per alternative")
		}
	}
}

// checkMembers also builds the preferences. Interests are weighed only if the performance is sound.
func (g *group) checkMembers(p *b2b.Problems, sound bool) {
	var alternatives []dmu.Alternative
	for _, a := range g.Alternatives {
		alternatives = append(alternatives, dmu.Alternative{ID: dmu.AlternativeID(a.ID), Ours: a.Ours, StatusQuo: a.StatusQuo})
	}
	even := slices.Repeat([]float64{1 / float64(max(1, len(alternatives)))}, len(alternatives)) // of whom nothing can be said
	var ids []b2b.PersonID
	var prefs [][]float64
	heavy := false
	for i := range g.Members {
		m := &g.Members[i]
		path := "members[" + strconv.Itoa(i) + "]"
		ids = append(ids, b2b.PersonID(m.ID))
		g.weights = append(g.weights, orOne(m.Weight))
		g.costs = append(g.costs, orOne(m.Cost))
		if g.costs[i] <= 0 {
			p.Add(path+".cost", "not above 0")
		}
		if g.weights[i] < 0 {
			p.Add(path+".weight", "negative")
		}
		heavy = heavy || g.weights[i] != 0
		if s := orOne(m.Susceptibility); s < 0 || s > 1 {
			p.Add(path+".susceptibility", "outside [0,1]")
		}
		row := g.preference(p, path, m, sound)
		if row == nil {
			row = even
		}
		prefs = append(prefs, row)
		g.checkVeto(p, path, m)
	}
	if len(g.Members) == 0 || len(alternatives) < 2 {
		return
	}
	if !heavy {
		p.Add("members", "no positive weight")
	}
	var err error
	g.prefs, err = choice.New(ids, alternatives, prefs)
	p.Join("", inFile(err))
}

// preference returns nil where the file does not give one; why is then reported.
func (g *group) preference(p *b2b.Problems, path string, m *member, sound bool) []float64 {
	switch {
	case m.Preference != nil:
		if m.Interests != nil {
			g.notes = append(g.notes, path+": both preference and interests are given; preference counts")
		}
		return m.Preference
	case m.Interests == nil:
		p.Add(path, "neither preference nor interests")
		return nil
	case !sound:
		return nil
	}
	var interests []dmu.Interest
	for _, in := range m.Interests {
		interests = append(interests, dmu.Interest{Criterion: in.Criterion, Weight: in.Weight})
	}
	var perf []choice.Performance
	for _, x := range g.Performance {
		perf = append(perf, choice.Performance{Criterion: x.Criterion, Scores: x.Scores})
	}
	row, err := choice.Logit(interests, perf, orOne(g.Beta))
	if bad, ok := errors.AsType[*b2b.InvalidError](err); ok && bad.Path == "performance" {
		path = "" // of the scores together, not of the member
	}
	p.Join(path, err)
	return row
}

func (g *group) checkVeto(p *b2b.Problems, path string, m *member) {
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

// checkOutsiders returns by outsider and member the weight with which the member listens.
func (g *group) checkOutsiders(p *b2b.Problems) (edges [][]float64) {
	seen := map[string]int{}
	total := make([]float64, len(g.Members))
	for k, o := range g.Outsiders {
		path := "outsiders[" + strconv.Itoa(k) + "]"
		first, dup := seen[o.ID]
		switch {
		case o.ID == "":
			p.Add(path+".id", "empty")
		case dup:
			p.Addf(path+".id", "same as outsiders[%d]", first)
		default:
			seen[o.ID] = k
		}
		if len(g.Alternatives) > 0 {
			g.checkOpinion(p, path, o.Preference)
		}
		if len(o.Edges) > 0 && g.Influence == nil {
			p.Add(path+".edges", "influence is absent, so that nobody can be moved")
		}
		row := make([]float64, len(g.Members))
		for j, e := range o.Edges {
			at := path + ".edges[" + strconv.Itoa(j) + "]"
			i := g.member(e.Member)
			if i < 0 {
				p.Add(at+".member", "not a member")
			}
			if e.Weight < 0 || e.Weight > 1 {
				p.Add(at+".weight", "outside [0,1]")
			} else if i >= 0 {
				row[i] += e.Weight
				total[i] += e.Weight
			}
		}
		edges = append(edges, row)
	}
	for i, w := range total {
		if w > 1+1e-9 {
			p.Addf("outsiders", "the weights on members[%d] sum to more than 1", i)
		}
	}
	return edges
}

// checkOpinion holds an outsider's preference to what a member's must be.
func (g *group) checkOpinion(p *b2b.Problems, path string, row []float64) {
	alternatives := make([]dmu.Alternative, len(g.Alternatives))
	for a := range alternatives {
		alternatives[a].ID = dmu.AlternativeID(strconv.Itoa(a))
	}
	_, err := choice.New([]b2b.PersonID{"outsider"}, alternatives, [][]float64{row})
	var own b2b.Problems
	own.Join("", err)
	if many, ok := own.Err().(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			if bad, ok := errors.AsType[*b2b.InvalidError](e); ok {
				p.Add(path+".preference"+strings.TrimPrefix(bad.Path, "preferences[0]"), bad.Reason)
			}
		}
	}
}

// checkInfluence prepares the dynamics, without outsiders where theirs is what is wrong.
func (g *group) checkInfluence(p *b2b.Problems, edges [][]float64) {
	if g.Influence == nil {
		return
	}
	if len(g.Influence) != len(g.Members) {
		p.Add("influence", "not one row per member")
		return
	}
	cfg := choice.InfluenceConfig{W: g.Influence, Outsiders: edges}
	for _, m := range g.Members {
		cfg.Susceptibility = append(cfg.Susceptibility, max(0, min(1, orOne(m.Susceptibility)))) // reported already
	}
	f, err := choice.NewInfluence(cfg)
	g.dynamics = f
	if stuck, ok := errors.AsType[*choice.NoSteadyStateError](err); ok {
		g.stuck = stuck
		return
	}
	p.Join("", inFile(err))
}

func (g *group) checkGame(p *b2b.Problems) {
	if g.Game == nil {
		return
	}
	before := p.Len()
	b, missing := g.ballot()
	for _, i := range missing {
		p.Add("members["+strconv.Itoa(i)+"].votes", "missing, and the game needs it")
	}
	for i, v := range g.Game.Vetoers {
		if g.member(v) < 0 {
			p.Add("game.vetoers["+strconv.Itoa(i)+"]", "not a member")
		}
	}
	if p.Len() == before && len(g.Members) > 0 {
		p.Join("", inFile(b.Check()))
	}
}

// libraryPaths are the beginnings of the library's paths and what they are called in the file; * is the index.
var libraryPaths = []struct{ from, to string }{
	{"members[", "members[*].id"},
	{"preferences[", "members[*].preference"},
	{"w[", "influence[*]"},
	{"cost[", "members[*].cost"},
	{"weights[", "members[*].votes"}, // of a ballot
	{"weights", "members"},
	{"quota", "game.quota"},
	{"vetoers[", "game.vetoers[*]"},
	{"min_members", "game.min_members"},
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
