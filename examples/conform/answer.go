package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/examples/internal/eventlog"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
)

// answer is the output.
type answer struct {
	Model       modelJSON        `json:"model"`
	Cases       int              `json:"cases"`
	FitCases    int              `json:"fit_cases"`
	Variants    int              `json:"variants"`
	MeanFitness *float64         `json:"mean_fitness"`
	LogFitness  *float64         `json:"log_fitness"`
	TotalCost   int64            `json:"total_cost"`
	Precision   json.RawMessage  `json:"precision,omitempty"` // null: nothing to compare
	Results     []result         `json:"results"`
	Deviations  []deviationCount `json:"deviations"`
	Rules       *[]ruleResult    `json:"rules,omitempty"`
	Temporal    *temporal        `json:"temporal,omitempty"`
}

type modelJSON struct {
	Source      string `json:"source"`
	Places      int    `json:"places"`
	Transitions int    `json:"transitions"`
	Silent      int    `json:"silent"`
	Safe        bool   `json:"safe"`
	ShortestRun int    `json:"shortest_run"`
	Tree        string `json:"tree,omitempty"`
}

type result struct {
	Steps      []journey.StepID  `json:"steps"`
	Count      int64             `json:"count"`
	Fit        bool              `json:"fit"`
	Exact      bool              `json:"exact"`
	Cost       int               `json:"cost"`
	Worst      *int              `json:"worst,omitempty"`
	Fitness    *float64          `json:"fitness,omitempty"`
	Status     string            `json:"status,omitempty"`
	Next       *[]journey.StepID `json:"next,omitempty"`
	Moves      *[][2]string      `json:"moves,omitempty"`
	Deviations []deviation       `json:"deviations"`
}

type deviation struct {
	Kind     string         `json:"kind"`
	Step     journey.StepID `json:"step"`
	Position int            `json:"position"`
}

type deviationCount struct {
	Kind  string         `json:"kind"`
	Step  journey.StepID `json:"step"`
	Cases int64          `json:"cases"`
}

type ruleResult struct {
	Rule      string         `json:"rule"`
	A         journey.StepID `json:"a"`
	B         journey.StepID `json:"b"`
	Activated int64          `json:"activated"`
	Fulfilled int64          `json:"fulfilled"`
}

type temporal struct {
	Deviations int `json:"deviations"`
	Cases      int `json:"cases"`
}

func (o *options) answer(ctx context.Context, log *eventlog.Log) (*answer, error) {
	m, err := o.load(log.Log)
	if err != nil {
		return nil, err
	}
	cfg := conformance.Config{MaxStates: o.maxStates, Workers: o.Workers}
	check := m.Check
	if o.prefix {
		check = m.CheckRunning
	}
	r, err := check(ctx, log.Log, cfg)
	if err != nil {
		return nil, err
	}
	shape := m.Shape()
	a := &answer{
		Model:       modelJSON{m.source, shape.Places, shape.Transitions, shape.Silent, shape.Safe, shape.ShortestRun, m.tree},
		Cases:       r.Journeys,
		FitCases:    r.Fitting,
		Variants:    r.Variants.Len(),
		MeanFitness: cli.Null(r.MeanFitness, !o.prefix), LogFitness: cli.Null(r.LogFitness, !o.prefix),
		TotalCost: r.TotalCost,
	}
	a.results(o, r)
	if o.precision {
		p, ok, err := m.Precision(ctx, r.Variants.List(0))
		if err != nil {
			return nil, err
		}
		if a.Precision, err = json.Marshal(cli.Null(p.Value, ok)); err != nil {
			return nil, err
		}
	}
	if o.rules != "" {
		if a.Rules, err = o.judge(log.Log); err != nil {
			return nil, fmt.Errorf("%s: %w", o.rules, err)
		}
	}
	if o.judgeTimes {
		if a.Temporal, err = o.times(log.Log); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// results lists the variants and sums up their deviations.
func (a *answer) results(o *options, r *conformance.Result) {
	type key struct {
		kind conformance.DeviationKind
		step journey.StepID
	}
	cases := map[key]int64{}
	a.Results = make([]result, len(r.Alignments))
	for i := range r.Alignments {
		x := &r.Alignments[i]
		n := r.Variants.Count(i)
		out := result{Steps: cli.List(r.Variants.Steps(i)), Count: n, Fit: x.Fits, Exact: x.Exact, Cost: x.Cost, Deviations: []deviation{}}
		if o.prefix {
			out.Status, out.Next = x.Status().String(), new(cli.List(x.Next))
		} else {
			fitness := x.Fitness()
			out.Worst, out.Fitness = &x.Worst, &fitness
		}
		if o.moves {
			moves := make([][2]string, len(x.Moves))
			for k, mv := range x.Moves {
				moves[k] = [2]string{mv.Kind.String(), string(mv.Step)}
			}
			out.Moves = &moves
		}
		seen := map[key]bool{}
		for _, d := range x.Deviations(nil) {
			out.Deviations = append(out.Deviations, deviation{d.Kind.String(), d.Step, d.Position})
			if k := (key{d.Kind, d.Step}); !seen[k] {
				seen[k] = true
				cases[k] += n
			}
		}
		a.Results[i] = out
	}
	a.Deviations = make([]deviationCount, 0, len(cases))
	for k, n := range cases {
		a.Deviations = append(a.Deviations, deviationCount{k.kind.String(), k.step, n})
	}
	slices.SortFunc(a.Deviations, func(x, y deviationCount) int { return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Step, y.Step)) })
}

// ruleJSON is a rule as the file writes it.
type ruleJSON struct {
	Rule   string         `json:"rule"`
	A      journey.StepID `json:"a"`
	B      journey.StepID `json:"b"`
	N      int            `json:"n"`
	Within float64        `json:"within_s"`
}

func (o *options) judge(log *journey.Log) (*[]ruleResult, error) {
	data, err := cli.ReadAll(o.rules, nil)
	if err != nil {
		return nil, err
	}
	var list []ruleJSON
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, err
	}
	rules := make([]conformance.Rule, len(list))
	var bad []error
	for i, x := range list {
		t, err := conformance.ParseTemplate(x.Rule)
		if err != nil || x.Within < 0 || x.Within > float64(1<<62)/1e9 {
			bad = append(bad, errors.New("rules["+strconv.Itoa(i)+"]: no such rule, or within_s out of range"))
		}
		rules[i] = conformance.Rule{Template: t, A: x.A, B: x.B, N: x.N, Within: time.Duration(x.Within * 1e9)}
		if t.Unary() {
			rules[i].B = ""
		}
	}
	if bad != nil {
		return nil, errors.Join(bad...)
	}
	counts, err := conformance.CheckRules(log, rules, 0)
	if err != nil {
		return nil, err
	}
	out := make([]ruleResult, len(counts))
	for i, c := range counts {
		out[i] = ruleResult{c.Template.String(), c.A, c.B, c.Activated, c.Fulfilled}
	}
	return &out, nil
}

// times judges the log by its own temporal profile.
func (o *options) times(log *journey.Log) (*temporal, error) {
	p, err := conformance.NewProfile(conformance.ProfileConfig{Zeta: o.zeta})
	if err != nil {
		return nil, err
	}
	for i := range log.Journeys() {
		if err := p.Add(log.Journey(i)); err != nil {
			return nil, err
		}
	}
	found := p.Check(log)
	cases := map[int]bool{}
	for _, d := range found {
		cases[d.Journey] = true
	}
	return &temporal{len(found), len(cases)}, nil
}
