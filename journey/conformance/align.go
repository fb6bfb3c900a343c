package conformance

import (
	"context"
	"slices"
	"sync"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/journey"
)

// Config says how journeys are aligned. The zero value is valid: unit costs, five million states, one worker.
type Config struct {
	Costs     map[journey.StepID]int // of an event or a visible step that the other side lacks; absent is 1
	MaxStates int                    // most states looked at for one sequence; 0 is 5,000,000
	Workers   int                    // goroutines; 0 is 1. The result is the same for any number
	NoMoves   bool                   // only costs: no canonical alignment is looked for
}

const (
	defaultStates = 5_000_000
	maxCost       = 1 << 16
)

// check returns every problem of a configuration.
func (c Config) check() error {
	var p b2b.Problems
	steps := make([]journey.StepID, 0, len(c.Costs))
	for s := range c.Costs {
		steps = append(steps, s)
	}
	slices.Sort(steps)
	for _, s := range steps {
		if n := c.Costs[s]; n < 1 || n > maxCost {
			p.Addf("config.costs", "cost of a step outside 1..%d", maxCost)
		}
	}
	if c.MaxStates < 0 {
		p.Add("config.max_states", "below 0")
	}
	if c.Workers < 0 {
		p.Add("config.workers", "below 0")
	}
	return p.Err()
}

// Alignment is the cheapest way to explain a sequence by a model. The zero value explains nothing. It is immutable.
type Alignment struct {
	Fits  bool // the model allows the sequence as it is: cost 0
	Exact bool // false: a limit was reached, and Cost is only a proven lower bound
	Cost  int
	Worst int              // all events left over, and the cheapest run of the model
	Moves []Move           // of the canonical optimal alignment; nil where Exact is false or moves were not asked for
	Since int              // running journeys: index of the first event whose explanation costs something, −1 if none does
	Next  []journey.StepID // running journeys: the steps that are possible next, internal ones too, by name
	// Running journeys: MayEnd says that the journey may stop here, ToEnd is the least cost of visible steps to the end.
	MayEnd bool
	ToEnd  int
}

// Fitness returns 1 − cost/worst, and 1 where nothing can go wrong. It is an upper bound where Exact is false.
func (a *Alignment) Fitness() float64 {
	if a.Worst == 0 || a.Cost == 0 {
		return 1
	}
	return 1 - float64(a.Cost)/float64(a.Worst)
}

// Align aligns sequences of steps with the model (Adriansyah 2014; van der Aalst, Adriansyah & van Dongen 2012): the
// cheapest explanation, where an event without a step of the model costs 1 (a log move), a visible step of the model
// without an event costs 1 (a model move), and silent moves, internal steps and synchronous moves cost nothing. Of all
// optimal alignments the one is returned whose moves are least, in their order, by kind (synchronous, log, model), then
// by the name of the step.
//
// The cost is linear in the states and the length for sequential models, and exponential in the width of parallelism at
// worst. Sequences with a common beginning share the work. A cancelled context is the only error besides a wrong
// configuration; there is then no partial result.
func (m *Model) Align(ctx context.Context, sequences [][]journey.StepID, cfg Config) ([]Alignment, error) {
	return m.align(ctx, sequences, cfg, false)
}

// Prefix explains the beginnings of journeys that still run: the final marking need not be reached, but must be
// reachable. The cost never falls as events are added, and is at most that of [Model.Align].
func (m *Model) Prefix(ctx context.Context, sequences [][]journey.StepID, cfg Config) ([]Alignment, error) {
	return m.align(ctx, sequences, cfg, true)
}

func (m *Model) align(ctx context.Context, sequences [][]journey.StepID, cfg Config, prefix bool) ([]Alignment, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	known, costs := m.encode(sequences, cfg)
	order := inOrder(known)
	answers := make([]answer, len(known))
	first := m.searcher(cfg, prefix)
	cheapest := first.a.toFinal(first.a.start, first.modelCost)
	deepest := make([]int32, len(known))
	for i, q := range known {
		deepest[i] = cheapest
		for _, l := range q {
			deepest[i] += first.logCost[l]
		}
	}
	workers := min(max(cfg.Workers, 1), max(len(order), 1))
	if workers == 1 {
		first.align(ctx, known, order, answers, deepest)
	} else {
		var wg sync.WaitGroup
		for w := range workers {
			part := order[w*len(order)/workers : (w+1)*len(order)/workers]
			wg.Go(func() { m.searcher(cfg, prefix).align(ctx, known, part, answers, deepest) })
		}
		wg.Wait()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := make([]Alignment, len(sequences))
	for i, q := range sequences {
		out[i] = m.alignment(q, answers[i], costs[i], cfg, prefix)
		out[i].Worst = int(deepest[i]) + costs[i]
	}
	return out, nil
}

// searcher makes a new searcher with the costs of the configuration.
func (m *Model) searcher(cfg Config, prefix bool) *searcher {
	s := &searcher{a: newAutomaton(m), maxStates: cfg.MaxStates, prefix: prefix, witnesses: !cfg.NoMoves, least: maxCost}
	if s.maxStates == 0 {
		s.maxStates = defaultStates
	}
	for l, step := range m.steps {
		c := int32(cfg.cost(step))
		s.logCost, s.modelCost = append(s.logCost, c), append(s.modelCost, c)
		s.least = min(s.least, c)
		if !m.internal[l] {
			s.visible = append(s.visible, int32(l))
		}
	}
	return s
}

func (c Config) cost(s journey.StepID) int {
	if n, ok := c.Costs[s]; ok {
		return n
	}
	return 1
}

// encode turns steps into labels. Steps that the model does not know can only be left over: they are taken out, and
// their cost is returned.
func (m *Model) encode(sequences [][]journey.StepID, cfg Config) (known [][]int32, costs []int) {
	known, costs = make([][]int32, len(sequences)), make([]int, len(sequences))
	labels := make(map[journey.StepID]int32)
	for i, q := range sequences {
		known[i] = make([]int32, 0, len(q))
		for _, s := range q {
			l, ok := labels[s]
			if !ok {
				if l, ok = m.labelOf(s); !ok {
					l = unknownLabel
				}
				labels[s] = l
			}
			if l == unknownLabel {
				costs[i] += cfg.cost(s)
			} else {
				known[i] = append(known[i], l)
			}
		}
	}
	return known, costs
}

const unknownLabel = -2

// alignment puts an answer into terms of steps, and the unknown steps back into their places: such an event is left
// over as soon as it is the next one, since nothing else can be done with it.
func (m *Model) alignment(q []journey.StepID, a answer, unknown int, cfg Config, prefix bool) Alignment {
	out := Alignment{Exact: a.exact, Cost: int(a.cost) + unknown, Since: -1}
	out.Fits = a.exact && out.Cost == 0
	if !a.exact {
		return out
	}
	if prefix {
		out.MayEnd, out.ToEnd = a.mayEnd, int(a.toEnd)
		for _, l := range a.next {
			out.Next = append(out.Next, m.steps[l])
		}
		seen := 0
		for i, s := range q {
			_, ok := m.labelOf(s)
			if !ok || a.since == seen {
				out.Since = i
				break
			}
			seen++
		}
	}
	if cfg.NoMoves {
		return out
	}
	out.Moves = make([]Move, 0, len(q))
	i := 0
	leftOver := func() {
		for ; i < len(q); i++ {
			if _, ok := m.labelOf(q[i]); ok {
				return
			}
			out.Moves = append(out.Moves, Move{Log, q[i]})
		}
	}
	for _, mv := range a.moves {
		leftOver()
		if mv.kind == Unmatched {
			out.Moves = append(out.Moves, Move{Unmatched, m.steps[mv.label]})
			continue
		}
		out.Moves = append(out.Moves, Move{mv.kind, q[i]})
		i++
	}
	for leftOver(); i < len(q); leftOver() { // a sequence that fits but for unknown steps has no moves listed
		out.Moves = append(out.Moves, Move{Sync, q[i]})
		i++
	}
	return out
}

// Status says how a running journey stands. It is a closed enumeration; zero is [UnknownStatus].
type Status uint8

// How a running journey stands: OnTrack, it fits so far and must go on; Deviated, it does not fit; CanComplete, it fits and
// may end here or go on; Complete, it fits and only may end.
const (
	UnknownStatus Status = iota
	OnTrack
	Deviated
	CanComplete
	Complete
)

var statuses = enum.New[Status]("status", "unknown", "on-track", "deviated", "can-complete", "complete")

// String returns the name, with hyphens.
func (s Status) String() string { return statuses.String(s) }

// AppendText implements [encoding.TextAppender].
func (s Status) AppendText(dst []byte) ([]byte, error) { return statuses.AppendText(dst, s) }

// MarshalText implements [encoding.TextMarshaler].
func (s Status) MarshalText() ([]byte, error) { return statuses.AppendText(nil, s) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Status) UnmarshalText(text []byte) error { return statuses.UnmarshalText(s, text) }

// Status returns how a running journey stands; of an answer that is not exact it is unknown, unless the bound shows that
// the journey has deviated.
func (a *Alignment) Status() Status {
	switch {
	case a.Cost > 0:
		return Deviated
	case !a.Exact:
		return UnknownStatus
	case a.MayEnd && len(a.Next) == 0:
		return Complete
	case a.MayEnd:
		return CanComplete
	}
	return OnTrack
}
