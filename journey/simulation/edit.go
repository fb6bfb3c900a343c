package simulation

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

// Edit is one change of a map or of the organisation around it. The interface is sealed: Block, Remove, Insert, SetP, ScaleDuration,
// Capacity and Close are the edits.
type Edit interface {
	edit(d *draft) error
}

// Block lets nobody through a step: who comes to it is stuck.
type Block struct{ Step journey.StepID }

// Remove takes a step out and joins what comes before it to what comes after.
type Remove struct{ Step journey.StepID }

// Insert puts a new step on the way from one step to another; in a tree, right after From.
type Insert struct {
	Step     journey.Step
	From, To journey.StepID
}

// SetP sets the share of an edge of a graph; the other ways from the same step keep their proportions.
type SetP struct {
	From, To journey.StepID
	P        float64
}

// ScaleDuration multiplies how long a step takes.
type ScaleDuration struct {
	Step   journey.StepID
	Factor float64
}

// Capacity sets the number of servers of a department.
type Capacity struct {
	Department string
	Servers    int
}

// Close takes an exit away: its share goes to the other ways.
type Close struct{ Exit journey.StepID }

// draft is a map under change.
type draft struct {
	m       journey.Map
	c       Config
	blocked []journey.StepID
}

func noStep(id journey.StepID) error {
	return &b2b.InvalidError{Path: "step", Reason: "the map has no step " + string(id)}
}

func (d *draft) step(id journey.StepID) (int, error) {
	i := slices.IndexFunc(d.m.Steps, func(s journey.Step) bool { return s.ID == id })
	if i < 0 {
		return i, noStep(id)
	}
	return i, nil
}

func (e Block) edit(d *draft) error {
	if _, err := d.step(e.Step); err != nil {
		return err
	}
	d.blocked = append(d.blocked, e.Step)
	return nil
}

func (e Remove) edit(d *draft) error {
	i, err := d.step(e.Step)
	if err != nil {
		return err
	}
	d.m.Steps = slices.Delete(slices.Clone(d.m.Steps), i, i+1)
	is := func(id journey.StepID) bool { return id == e.Step }
	d.m.Goals, d.m.Exits = slices.DeleteFunc(slices.Clone(d.m.Goals), is), slices.DeleteFunc(slices.Clone(d.m.Exits), is)
	switch f := d.m.Flow.(type) {
	case journey.Tree:
		d.m.Flow = mapLeaves(f, func(t journey.Tree) journey.Tree {
			if t.Step == e.Step {
				return journey.Tree{Op: journey.Silent}
			}
			return t
		})
	case journey.Graph:
		d.m.Flow = journey.Graph{Edges: bridge(f.Edges, e.Step)}
	}
	return nil
}

// bridge joins the ways into a step to the ways out of it. Unknown shares make unknown ones. Ways from the step to itself are gone.
func bridge(edges []journey.Edge, id journey.StepID) []journey.Edge {
	var out, in, on []journey.Edge
	self := 0.0
	for _, e := range edges {
		switch {
		case e.From == id && e.To == id:
			self = e.P.Or(0)
		case e.To == id:
			in = append(in, e)
		case e.From == id:
			on = append(on, e)
		default:
			out = append(out, e)
		}
	}
	for _, a := range in {
		for _, b := range on {
			e := journey.Edge{From: a.From, To: b.To, Delay: longer(a.Delay, b.Delay), Evidence: a.Evidence}
			p, okA := a.P.Value()
			q, okB := b.P.Value()
			if okA && okB && self < 1 {
				e.P, _ = b2b.NewFraction(min(1, p*q/(1-self)))
			}
			i := slices.IndexFunc(out, func(o journey.Edge) bool { return o.From == e.From && o.To == e.To })
			if i < 0 {
				out = append(out, e)
				continue
			}
			if x, ok := out[i].P.Value(); ok && e.P.IsKnown() {
				out[i].P, _ = b2b.NewFraction(min(1, x+e.P.Or(0)))
			}
		}
	}
	return out
}

// longer returns the delay of two in a row, by its moments.
func longer(a, b journey.Duration) journey.Duration {
	if a.Family == journey.Unset {
		return b
	}
	if b.Family == journey.Unset {
		return a
	}
	m1, s1, _ := a.Moments()
	m2, s2, _ := b.Moments()
	variance := float64(s1*s1) + float64(s2*s2)
	return journey.Duration{Family: journey.Empirical, Mean: m1 + m2, SD: math.Sqrt(variance), N: min(a.N, b.N)}
}

func (e Insert) edit(d *draft) error {
	if _, err := d.step(e.Step.ID); err == nil {
		return &b2b.InvalidError{Path: "step", Reason: "the map has the step already"}
	}
	d.m.Steps = append(slices.Clone(d.m.Steps), e.Step)
	switch f := d.m.Flow.(type) {
	case journey.Tree:
		if _, err := d.step(e.From); err != nil {
			return err
		}
		d.m.Flow = mapLeaves(f, func(t journey.Tree) journey.Tree {
			if t.Step != e.From {
				return t
			}
			return journey.Tree{Op: journey.Sequence, Children: []journey.Tree{t, {Op: journey.Leaf, Step: e.Step.ID}}}
		})
	case journey.Graph:
		edges := slices.Clone(f.Edges)
		i := slices.IndexFunc(edges, func(x journey.Edge) bool { return x.From == e.From && x.To == e.To })
		if i < 0 {
			return &b2b.InvalidError{Path: "from", Reason: "no such way"}
		}
		edges[i].To = e.Step.ID
		edges = append(edges, journey.Edge{From: e.Step.ID, To: e.To, P: b2b.MustFraction(1), Evidence: edges[i].Evidence})
		d.m.Flow = journey.Graph{Edges: edges}
	}
	return nil
}

func (e SetP) edit(d *draft) error {
	f, ok := d.m.Flow.(journey.Graph)
	if !ok {
		return &b2b.InvalidError{Path: "flow", Reason: "only a graph has shares of edges"}
	}
	p, err := b2b.NewFraction(e.P)
	if err != nil {
		return err
	}
	edges := slices.Clone(f.Edges)
	found, rest := false, 0.0
	for _, x := range edges {
		if x.From == e.From && x.To == e.To {
			found = true
		} else if x.From == e.From {
			rest += x.P.Or(0)
		}
	}
	if !found {
		return &b2b.InvalidError{Path: "from", Reason: "no such way"}
	}
	for i, x := range edges {
		switch {
		case x.From == e.From && x.To == e.To:
			edges[i].P = p
		case x.From == e.From && rest > 0 && x.P.IsKnown():
			edges[i].P, _ = b2b.NewFraction(min(1, x.P.Or(0)/rest*(1-e.P)))
		}
	}
	d.m.Flow = journey.Graph{Edges: edges}
	return nil
}

func (e ScaleDuration) edit(d *draft) error {
	i, err := d.step(e.Step)
	if err != nil {
		return err
	}
	if !(e.Factor > 0 && e.Factor < 1e300) {
		return &b2b.InvalidError{Path: "factor", Reason: "not a finite number above 0"}
	}
	d.m.Steps = slices.Clone(d.m.Steps)
	x := &d.m.Steps[i].Duration
	for _, v := range []*float64{&x.Mean, &x.SD, &x.Min, &x.Mode, &x.Max} {
		*v *= e.Factor
	}
	return nil
}

func (e Capacity) edit(d *draft) error {
	i := slices.IndexFunc(d.c.Departments, func(x Department) bool { return x.Name == e.Department })
	if i < 0 || e.Servers < 1 {
		return &b2b.InvalidError{Path: "department", Reason: "no such department, or fewer than one server"}
	}
	d.c.Departments = slices.Clone(d.c.Departments)
	d.c.Departments[i].Servers = e.Servers
	return nil
}

func (e Close) edit(d *draft) error {
	if !slices.Contains(d.m.Exits, e.Exit) {
		return &b2b.InvalidError{Path: "exit", Reason: "not an exit of the map"}
	}
	switch f := d.m.Flow.(type) {
	case journey.Tree:
		t, ok := without(f, e.Exit)
		if !ok {
			return &b2b.InvalidError{Path: "exit", Reason: "there is no other way"}
		}
		d.m.Flow = t
	case journey.Graph:
		edges := slices.Clone(f.Edges)
		for _, x := range f.Edges {
			if x.To != e.Exit {
				continue
			}
			if p, ok := x.P.Value(); ok && p < 1 {
				rest := 1 - p
				for i, y := range edges {
					if q, ok := y.P.Value(); ok && y.From == x.From && y.To != x.To {
						edges[i].P, _ = b2b.NewFraction(min(1, q/rest))
					}
				}
			}
		}
		d.m.Flow = journey.Graph{Edges: slices.DeleteFunc(edges, func(x journey.Edge) bool { return x.To == e.Exit })}
	}
	return nil
}

// without takes the branches of choices that are the leaf of a step away; ok is false if the step is anywhere else.
func without(t journey.Tree, id journey.StepID) (out journey.Tree, ok bool) {
	if t.Op == journey.Leaf {
		return t, t.Step != id
	}
	out = t
	out.Children, out.Weights = nil, nil
	for i, c := range t.Children {
		x, ok := without(c, id)
		if !ok {
			if t.Op != journey.Choice {
				return t, false
			}
			continue
		}
		out.Children = append(out.Children, x)
		if t.Weights != nil {
			out.Weights = append(out.Weights, t.Weights[i])
		}
	}
	return out, len(out.Children) > 0 || len(t.Children) == 0
}

func mapLeaves(t journey.Tree, change func(journey.Tree) journey.Tree) journey.Tree {
	if t.Op == journey.Leaf {
		return change(t)
	}
	children := t.Children
	t.Children = make([]journey.Tree, len(children))
	for i, c := range children {
		t.Children[i] = mapLeaves(c, change)
	}
	return t
}
