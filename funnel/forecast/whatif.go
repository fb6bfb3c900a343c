package forecast

import (
	"context"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Lever names what a what-if changes. It is a closed enumeration; zero is unknown and changes nothing.
type Lever uint8

// The levers.
const (
	UnknownLever Lever = iota
	Conversion         // the share of stays in a stage that go on or are won × Factor; the rest by the rule
	Duration           // the time in a stage × Factor
	Entrants           // the number of new deals × Factor
	AmountSize         // all amounts × Factor
	RemoveStage        // deals that would enter a stage leave it at once, in the proportions in which deals leave it
)

var levers = enum.New[Lever]("lever", "unknown", "conversion", "duration", "entrants", "amount", "remove-stage")

// IsValid reports whether l is a value of the enumeration.
func (l Lever) IsValid() bool { return levers.Valid(l) }

// String returns the name.
func (l Lever) String() string { return levers.String(l) }

// AppendText implements [encoding.TextAppender].
func (l Lever) AppendText(dst []byte) ([]byte, error) { return levers.AppendText(dst, l) }

// MarshalText implements [encoding.TextMarshaler].
func (l Lever) MarshalText() ([]byte, error) { return levers.AppendText(nil, l) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (l *Lever) UnmarshalText(text []byte) error { return levers.UnmarshalText(l, text) }

// Change is one thing that a what-if changes. Conversion takes its probability from Lost first and then from the other bad
// exits, and gives what it frees to Lost; with Proportional all bad exits share it. Every kind of exit keeps its times.
type Change struct {
	Lever        Lever
	Stage        funnel.Stage // for Conversion, Duration and RemoveStage
	Factor       float64      // not for RemoveStage
	Proportional bool
}

// Comparison is a forecast of the whole horizon before and after changes, and the difference between them, draw by draw.
type Comparison struct {
	Before, After, Difference Outlook
}

// WhatIf forecasts with changes, with the same draws as without them (common random numbers), so that the interval of the
// difference is that of the changes and not that of chance. Unknown stages and factors that are negative or no numbers are
// reported all at once, and so is another kernel than [SemiMarkov]. Booked sales do not change; new business does where the model forecasts it.
func (m *Model) WhatIf(ctx context.Context, changes []Change) (Comparison, error) {
	var p b2b.Problems
	if m.c.Kernel != SemiMarkov {
		p.Add("config.kernel", "only semi_markov has rates that can be changed")
	}
	entrants, size := 1.0, 1.0
	for i, c := range changes {
		path := "changes[" + strconv.Itoa(i) + "]"
		if c.Lever == UnknownLever || !c.Lever.IsValid() {
			p.Add(path+".lever", "unknown")
		}
		if c.Lever != RemoveStage && !(c.Factor >= 0 && finite(c.Factor)) {
			p.Add(path+".factor", "negative or no number")
		}
		if c.Lever == Duration && c.Factor == 0 {
			p.Add(path+".factor", "zero")
		}
		staged := c.Lever == Conversion || c.Lever == Duration || c.Lever == RemoveStage
		if staged && !slices.ContainsFunc(m.e.p.places, func(pl funnel.Place) bool { return pl.Stage == c.Stage }) {
			p.Add(path+".stage", "no deal was ever in it")
		}
		switch c.Lever {
		case Entrants:
			entrants *= c.Factor
		case AmountSize:
			size *= c.Factor
		case UnknownLever, Conversion, Duration, RemoveStage:
		}
	}
	if err := p.Err(); err != nil {
		return Comparison{}, err
	}
	changed := m.e.bent(changes)
	before, err := m.scenario(ctx, m.e, 1, 1)
	if err != nil {
		return Comparison{}, err
	}
	after, err := m.scenario(ctx, changed, entrants, size)
	if err != nil {
		return Comparison{}, err
	}
	levels := m.c.Levels
	sum := func(a scenario) Outlook {
		return Outlook{
			Wins:    summarise(a.meanWins, slices.Clone(a.wins), levels),
			Revenue: summarise(a.meanRevenue, slices.Clone(a.revenue), levels),
		}
	}
	diff := scenario{meanWins: after.meanWins - before.meanWins, meanRevenue: after.meanRevenue - before.meanRevenue}
	for r := range before.wins {
		diff.wins = append(diff.wins, after.wins[r]-before.wins[r])
		diff.revenue = append(diff.revenue, after.revenue[r]-before.revenue[r])
	}
	return Comparison{Before: sum(before), After: sum(after), Difference: sum(diff)}, nil
}

// scenario is the sum of open and new business over the horizon.
type scenario struct {
	meanWins, meanRevenue float64
	wins, revenue         []float64 // by draw
}

func (m *Model) scenario(ctx context.Context, e *engine, entrants, size float64) (scenario, error) {
	en, err := e.simulate(ctx, m.root, m.c.Draws, m.c.Workers, false, m.c.Progress)
	if err != nil {
		return scenario{}, err
	}
	n := len(e.ends)
	out := scenario{wins: make([]float64, m.c.Draws), revenue: make([]float64, m.c.Draws)}
	for i := range e.open {
		d := &e.open[i]
		p := e.chance[int(d.key)*n+n-1]
		out.meanWins += p
		out.meanRevenue += float64(p * e.worth(d))
	}
	ensembles := []*ensemble{en}
	if m.arrivals != nil {
		a := newArrivals(e, m.windows, m.c.Season.FiscalStart)
		a.scale(entrants)
		for _, w := range a.wins {
			out.meanWins += w
			out.meanRevenue += float64(w * e.size)
		}
		ensembles = append(ensembles, a.simulate(m.root, m.c.Draws))
	}
	for _, x := range ensembles {
		for r := range out.wins {
			for j := range n {
				out.wins[r] += float64(x.wins[r*n+j])
				out.revenue[r] += float64(float64(x.revenue[r*n+j]) * size)
			}
		}
	}
	out.meanRevenue *= size
	return out, nil
}

// bent returns an engine whose rates are changed; ages, deals and amounts are the same.
func (e *engine) bent(changes []Change) *engine {
	f := *e
	f.bend = func(k *kernel) {
		for _, c := range changes {
			for s, pl := range e.p.places {
				if pl.Stage != c.Stage {
					continue
				}
				switch c.Lever {
				case Conversion:
					k.convert(s, e.p.places, c.Factor, c.Proportional)
				case Duration:
					k.stretch(s, c.Factor)
				case RemoveStage:
					k.skipPlace(s)
				case UnknownLever, Entrants, AmountSize:
				}
			}
		}
	}
	f.fine = e.fine.bent(f.bend)
	f.coarse = f.fine
	f.chance, f.beyond = make([]float64, len(e.chance)), make([]float64, len(e.beyond))
	f.fine.point(f.keys, f.chance, f.beyond)
	if e.rough != nil {
		f.coarse = e.coarse.bent(f.bend)
		f.rough, f.roughOf, f.shift = nil, nil, nil
		f.roughen()
	}
	return &f
}

func (f *fitted) bent(bend func(*kernel)) *fitted {
	g := *f
	k := newKernel(f.b, f.k.grid-f.b.cells-2)
	k.adj = f.k.adj
	k.estimate(f.b.mass, nil)
	bend(k)
	g.k = k
	return &g
}

// good reports whether an exit of a place is one that conversion makes more frequent: a sale, or a later stage of the same
// pipeline.
func good(places []funnel.Place, s int, to int32) bool {
	k := int32(len(places))
	if to >= k {
		return to == k+toWon
	}
	return places[to].Pipeline == places[s].Pipeline && places[to].Def.Order > places[s].Def.Order
}

// convert multiplies the share of stays that end in a good exit, in the long run. What it takes from the bad exits, or
// gives back to them, keeps its time: the densities of the exits over age are scaled, and the rates follow from them.
func (k *kernel) convert(s int, places []funnel.Place, factor float64, proportional bool) {
	b := k.b
	cols := b.exits(s)
	density := make([][]float64, len(cols))
	sum := make([]float64, len(cols))
	stay := 1.0
	for i := range cols {
		density[i] = make([]float64, k.last[s]+1)
	}
	for l := range k.last[s] + 1 {
		out := 0.0
		for i := range cols {
			h := k.row(b.first[s] + i)[l]
			density[i][l] = stay * h
			sum[i] += float64(stay * h)
			out += h
		}
		stay *= max(0, 1-out)
	}
	var better, bad, lost float64
	for i, c := range cols {
		switch {
		case good(places, s, c.to):
			better += sum[i]
		case c.to == int32(b.k+toLost):
			lost += sum[i]
			bad += sum[i]
		default:
			bad += sum[i]
		}
	}
	if better == 0 {
		return
	}
	want := min(better*factor, better+bad) // no more than all exits
	take := want - better                  // negative: given back
	scale := make([]float64, len(cols))
	for i, c := range cols {
		scale[i] = 1
		switch {
		case good(places, s, c.to):
			scale[i] = want / better
		case bad == 0: // nothing to give back to: deals stay longer
		case proportional || lost == 0:
			scale[i] = (bad - take) / bad
		case c.to == int32(b.k+toLost):
			scale[i] = max(0, lost-take) / lost
		case take > lost:
			scale[i] = (bad - take) / (bad - lost)
		}
	}
	stay = 1
	for l := range k.grid {
		out := 0.0
		for i := range cols {
			row := k.row(b.first[s] + i)
			switch {
			case scale[i] == 1 && factor == 1: // as it was, to the last bit
			case l > k.last[s]:
				row[l] = min(1, row[l]*scale[i])
			case stay > 1e-12:
				row[l] = min(1, scale[i]*density[i][l]/stay)
			}
			if l <= k.last[s] {
				out += float64(scale[i] * density[i][l])
			}
		}
		stay -= out
	}
}

// stretch makes the time in a place longer by a factor: what happened between the ages t/f and u/f happens between t and u.
func (k *kernel) stretch(s int, factor float64) {
	b := k.b
	total := make([]float64, k.grid)
	for i := range b.exits(s) {
		row := k.row(b.first[s] + i)
		sums := make([]float64, k.grid) // of the cells 1 … l
		for l := 1; l < k.grid; l++ {
			sums[l] = sums[l-1] + row[l]
		}
		at := func(x float64) float64 {
			j := int(x)
			if j >= k.grid-1 {
				return sums[k.grid-1] + float64((x-float64(k.grid-1))*row[k.grid-1])
			}
			return sums[j] + float64((x-float64(j))*row[j+1])
		}
		for l := 1; l < k.grid; l++ {
			row[l] = at(float64(l)/factor) - at(float64(l-1)/factor)
			total[l] += row[l]
		}
	}
	for i := range b.exits(s) {
		row := k.row(b.first[s] + i)
		for l, t := range total {
			if t > 1 {
				row[l] /= t
			}
		}
	}
	k.last[s] = min(k.grid-1, int(float64(float64(k.last[s])*factor)+0.999999))
}

// skipPlace makes deals leave a place at once, in the proportions in which they leave it in the long run.
func (k *kernel) skipPlace(s int) {
	b := k.b
	cols := b.exits(s)
	share := make([]float64, len(cols))
	stay, sum := 1.0, 0.0
	for l := range b.cells {
		out := 0.0
		for i := range cols {
			h := k.row(b.first[s] + i)[l]
			share[i] += float64(stay * h)
			sum += float64(stay * h)
			out += h
		}
		stay *= 1 - min(1, out)
	}
	if sum == 0 {
		return
	}
	for i := range cols {
		row := k.row(b.first[s] + i)
		for l := range row {
			row[l] = share[i] / sum
		}
	}
	k.last[s] = k.grid - 1
}

// scale multiplies the number of arrivals.
func (a *arrivals) scale(factor float64) {
	for j := range a.wins {
		a.wins[j] *= factor
	}
	for i := range a.days {
		a.days[i].length *= factor
	}
}
