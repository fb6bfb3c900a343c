package simulation

import (
	"context"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stream"
)

// With returns the model after edits, with the same luck.
func (s *Model) With(edits ...Edit) (*Model, error) {
	d := draft{m: *s.m, c: s.config, blocked: slices.Clone(s.blocked)}
	var p b2b.Problems
	for i, e := range edits {
		p.Join("edits["+itoa(i)+"]", e.edit(&d))
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	d.c.Source = nil
	out, err := build(&d.m, d.c, d.blocked)
	if err != nil {
		return nil, err
	}
	out.config.Source, out.root, out.seeded = s.config.Source, s.root, s.seeded
	return out, nil
}

// Difference compares one figure before and after. Interval and Better come from the draws in pairs: Better is the share of draws in which
// the change is for the better, ties counting half; it is unknown where no direction is better.
type Difference struct {
	Name          string
	Base, Changed float64
	Difference    b2b.Estimate
	Better        b2b.Fraction
}

// Diff simulates a model with and without edits on the same draws and returns the figures side by side: flow-through, mean time, steps per
// journey, share censored, and the mean wait of each department that both have.
func Diff(ctx context.Context, base *Model, edits ...Edit) ([]Difference, error) {
	changed, err := base.With(edits...)
	if err != nil {
		return nil, err
	}
	if !base.seeded {
		return nil, stream.ErrNoSource
	}
	a, err := base.Simulate(ctx)
	if err != nil {
		return nil, err
	}
	b, err := changed.Simulate(ctx)
	if err != nil {
		return nil, err
	}
	level := base.config.Level
	out := []Difference{
		compare("flow-through", 1, level, a, b, func(f *figures) float64 { return f.through }),
		compare("time", -1, level, a, b, func(f *figures) float64 { return f.time }),
		compare("length", 0, level, a, b, func(f *figures) float64 { return f.length }),
		compare("censored", -1, level, a, b, func(f *figures) float64 { return f.censored }),
	}
	for d, x := range base.config.Departments {
		if d < len(changed.config.Departments) && changed.config.Departments[d].Name == x.Name {
			out = append(out, compare("wait for "+x.Name, -1, level, a, b, func(f *figures) float64 { return f.departments[d][1] }))
		}
	}
	return out, nil
}

func compare(name string, better, level float64, a, b *Result, value func(*figures) float64) Difference {
	n := min(len(a.figures), len(b.figures))
	list := make([]float64, n)
	good := 0.0
	for i := range list {
		list[i] = value(&b.figures[i]) - value(&a.figures[i])
		switch {
		case list[i]*better > 0:
			good++
		case list[i] == 0:
			good += .5
		}
	}
	d := Difference{Name: name, Base: value(&a.figures[0]), Changed: value(&b.figures[0])}
	d.Difference = b2b.Point(list[0], "one draw")
	if better != 0 {
		d.Better = b2b.MustFraction(good / float64(n))
	}
	if n > 1 {
		d.Difference = b2b.Estimate{Value: list[0], Level: level, Method: "percentiles over paired draws"}
		d.Difference.Low, d.Difference.High = interval(list, level)
	}
	return d
}
