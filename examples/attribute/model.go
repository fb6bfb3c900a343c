package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

const modelNames = "first, last, last-non, linear, linear-unique, position, u, u50, j, inverse-j, growth, growth-unique, " +
	"half-life, step-decay, participation, markov, shapley, markov-shapley, leave-one-out"

// plan is what the flags ask for, checked.
type plan struct {
	model     attribution.Model
	auto      bool
	transform attribution.Transform
	config    attribution.Config
}

// plan checks all flags and returns every problem at once.
func (o *options) plan() (*plan, error) {
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	p := &plan{}
	if o.input != "paths" && o.input != "touches" {
		add("-input %q: want paths or touches", o.input)
	}
	if o.sep == "" {
		add("-sep: empty")
	}
	var err error
	if o.location, err = cli.ParseZone(o.zone); err != nil {
		add("-zone: %v", err)
	}
	if p.transform.Form, err = attribution.ParseForm(o.transform); err != nil {
		add("-transform %q: want none, unique, exposure, first or frequency", o.transform)
	}
	if p.transform.Lookback, err = cli.ParseDuration(o.lookback); err != nil {
		add("-lookback: %v", err)
	} else if p.transform.Lookback > 0 && o.input == "paths" {
		add("-lookback: paths have no times; it goes with -input touches")
	}
	if p.model, err = o.parseModel(); err != nil {
		add("%v", err)
	}
	if m, ok := p.model.(attribution.Markov); ok {
		if o.order == "auto" {
			p.auto = true
		} else if m.Order, err = strconv.Atoi(o.order); err != nil || m.Order < 1 || m.Order > 64 {
			add("-order %q: want 1 to 64, or auto", o.order)
		}
		p.model = m
	}
	problems = append(problems, o.Check())
	p.config = attribution.Config{
		IgnoreNulls: !o.nulls, Replicates: o.Replicates, Level: o.Level, Source: cli.Seed(o.Seed), Workers: o.Workers,
	}
	return p, errors.Join(problems...)
}

func (o *options) parseModel() (attribution.Model, error) {
	switch o.model {
	case "first":
		return attribution.First{}, nil
	case "last":
		return attribution.Last{}, nil
	case "last-non":
		if o.skip == "" {
			return nil, errors.New("-model last-non needs -skip NAME")
		}
		return attribution.LastNon{Name: o.skip}, nil
	case "linear":
		return attribution.Linear{}, nil
	case "linear-unique", "shapley":
		return attribution.LinearUnique{}, nil
	case "position":
		return o.parsePosition()
	case "u":
		return o.preset(attribution.U())
	case "u50":
		return o.preset(attribution.U50())
	case "j":
		return o.preset(attribution.J())
	case "inverse-j":
		return o.preset(attribution.InverseJ())
	case "growth":
		return attribution.LinearGrowth{}, nil
	case "growth-unique":
		return attribution.GrowthUnique{}, nil
	case "half-life":
		return o.parseHalfLife()
	case "step-decay":
		return o.parseDecay()
	case "participation":
		return attribution.Participation{}, nil
	case "markov":
		return attribution.Markov{}, nil
	case "markov-shapley":
		return attribution.MarkovShapley{}, nil
	case "leave-one-out":
		return attribution.LeaveOneOut{}, nil
	}
	return nil, fmt.Errorf("-model %q: want one of %s", o.model, modelNames)
}

func (o *options) parsePosition() (attribution.Model, error) {
	parts, err := cli.ParseFloats(o.position)
	if err != nil || len(parts) != 3 {
		return nil, fmt.Errorf("-position %q: want three numbers, such as 0.4,0.2,0.4", o.position)
	}
	r := attribution.Position{First: parts[0], Middle: parts[1], Last: parts[2]}
	for _, x := range parts {
		if x < 0 {
			return nil, fmt.Errorf("-position %q: negative", o.position)
		}
	}
	if math.Abs(r.First+r.Middle+r.Last-1) > 1e-9 {
		return nil, fmt.Errorf("-position %q: the parts do not sum to 1", o.position)
	}
	return o.preset(r)
}

func (o *options) preset(r attribution.Position) (attribution.Model, error) {
	switch o.two {
	case "split":
		r.Two = attribution.Split
	case "renormalise":
		r.Two = attribution.Renormalise
	default:
		return nil, fmt.Errorf("-two %q: want split or renormalise", o.two)
	}
	return r, nil
}

func (o *options) parseHalfLife() (attribution.Model, error) {
	day := float64(24 * time.Hour)
	switch {
	case !(o.halfLife > 0) || math.IsInf(o.halfLife, 1):
		return nil, errors.New("-half-life: not a number above 0")
	case o.input == "touches" && o.halfLife*day >= math.MaxInt64:
		return nil, errors.New("-half-life: too long")
	case o.input == "touches":
		return attribution.HalfLife{Time: time.Duration(math.Round(o.halfLife * day))}, nil
	}
	return attribution.HalfLife{Steps: o.halfLife}, nil
}

func (o *options) parseDecay() (attribution.Model, error) {
	bad := fmt.Errorf("-decay %q: want a factor in (0,1], and two lengths of time, such as 0.5,168h,24h", o.decay)
	parts := strings.Split(o.decay, ",")
	if len(parts) != 3 {
		return nil, bad
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(parts[0]), 64)
	every, err2 := cli.ParseDuration(parts[1])
	step, err3 := cli.ParseDuration(parts[2])
	if errors.Join(err, err2, err3) != nil || !(q > 0 && q <= 1) || every <= 0 {
		return nil, bad
	}
	return attribution.StepDecay{Q: q, Every: every, Step: step}, nil
}
