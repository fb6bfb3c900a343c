package journey

import (
	"math"
	"strconv"

	"github.com/buyerjourney/b2b"
)

func (m *Map) check(p *b2b.Problems) {
	if m.ID == "" {
		p.Add("map.id", "empty")
	}
	if !processes.Valid(m.Process) {
		p.Add("map.process", "no such process")
	}
	if m.Process == Temporary && m.Valid.From.IsZero() && m.Valid.To.IsZero() {
		p.Add("map.valid", "a temporary process needs a window")
	}
	p.Join("map.valid", m.Valid.Check())
	names := make(map[string]string)
	known := make(map[StepID]bool)
	for i := range m.Steps {
		s := &m.Steps[i]
		path := "map.steps[" + strconv.Itoa(i) + "]"
		s.check(p, path)
		claim := func(path, name string) {
			if other, taken := names[name]; taken {
				p.Addf(path, "named already at %s", other)
				return
			}
			names[name] = path
		}
		if s.ID != "" {
			claim(path+".id", string(s.ID))
			known[s.ID] = true
		}
		for k, a := range s.Aliases {
			claim(path+".aliases["+strconv.Itoa(k)+"]", a)
		}
	}
	switch f := m.Flow.(type) {
	case Tree:
		p.Join("map.flow", f.Check())
		checkLeaves(p, "map.flow", f, known, 0)
	case Graph:
		f.check(p, known)
	}
	for i, g := range m.Goals {
		if !known[g] {
			p.Add("map.goals["+strconv.Itoa(i)+"]", "not a step of the map")
		}
	}
	for i, e := range m.Exits {
		if !known[e] {
			p.Add("map.exits["+strconv.Itoa(i)+"]", "not a step of the map")
		}
	}
}

func (s Step) check(p *b2b.Problems, path string) {
	switch s.ID {
	case "":
		p.Add(path+".id", "empty")
	case Start, End:
		p.Add(path+".id", "is the name of an end")
	}
	if !s.Visibility.IsValid() {
		p.Add(path+".visibility", "no such visibility")
	}
	if !actors.Valid(s.Actor) {
		p.Add(path+".actor", "no such actor")
	}
	if !s.Phase.IsValid() {
		p.Add(path+".phase", "no such phase")
	}
	s.Duration.check(p, path+".duration")
	p.Join(path+".importance", s.Importance.Check())
	s.Evidence.check(p, path)
}

func (e Evidence) check(p *b2b.Problems, path string) {
	if !bases.Valid(e.Basis) {
		p.Add(path+".basis", "no such basis")
	}
	if !(e.N >= 0) || math.IsInf(e.N, 1) {
		p.Add(path+".n", "not a finite number ≥ 0")
	}
}

func (d Duration) check(p *b2b.Problems, path string) {
	before := p.Len()
	for _, f := range [...]struct {
		name string
		x    float64
	}{{"mean", d.Mean}, {"sd", d.SD}, {"min", d.Min}, {"mode", d.Mode}, {"max", d.Max}, {"n", d.N}} {
		if !(f.x >= 0) || math.IsInf(f.x, 1) {
			p.Add(path+"."+f.name, "not a finite number ≥ 0")
		}
	}
	if !families.Valid(d.Family) {
		p.Add(path+".family", "no such family")
	}
	if p.Len() > before {
		return
	}
	switch d.Family {
	case PERT:
		if d.Min > d.Mode {
			p.Add(path+".min", "above mode")
		}
		if d.Mode > d.Max {
			p.Add(path+".mode", "above max")
		}
	case Erlang, Gamma, LogNormal, Weibull:
		if d.Mean == 0 && d.SD > 0 {
			p.Add(path+".mean", "0 with a spread")
		}
	case Unset, Constant, Exponential, Empirical:
	}
	if d.Family != PERT && (d.Mode > 0 || d.Max > 0) {
		if d.Min > d.Mode && d.Mode > 0 {
			p.Add(path+".min", "above mode")
		}
		if d.Mode > d.Max && d.Max > 0 {
			p.Add(path+".mode", "above max")
		}
	}
}

func checkLeaves(p *b2b.Problems, path string, t Tree, known map[StepID]bool, depth int) {
	if depth > maxDepth {
		return
	}
	if t.Op == Leaf && t.Step != "" && !known[t.Step] {
		p.Add(path+".step", "not a step of the map")
	}
	for i, c := range t.Children {
		checkLeaves(p, path+".children["+strconv.Itoa(i)+"]", c, known, depth+1)
	}
}

func (g Graph) check(p *b2b.Problems, known map[StepID]bool) {
	sum := make(map[StepID]float64)
	seen := make(map[[2]StepID]bool)
	starts := false
	for i, e := range g.Edges {
		path := "map.flow.edges[" + strconv.Itoa(i) + "]"
		if e.From != Start && !known[e.From] {
			p.Add(path+".from", "not a step of the map")
		}
		if e.To != End && !known[e.To] {
			p.Add(path+".to", "not a step of the map")
		}
		if key := [2]StepID{e.From, e.To}; seen[key] {
			p.Add(path, "the same edge twice")
		} else {
			seen[key] = true
		}
		starts = starts || e.From == Start
		e.Delay.check(p, path+".delay")
		e.Evidence.check(p, path)
		if x, ok := e.P.Value(); ok {
			before := sum[e.From]
			sum[e.From] += x
			if before <= 1+1e-9 && sum[e.From] > 1+1e-9 {
				p.Add(path+".p", "the shares that leave this step exceed 1")
			}
		}
	}
	if !starts {
		p.Add("map.flow.edges", "no edge from the start")
	}
}
