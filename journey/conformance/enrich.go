package conformance

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/journey"
)

// EnrichConfig says how a map takes in what was observed. The zero value is valid.
type EnrichConfig struct {
	MinShare    float64 // share of journeys from which an unknown step is proposed; 0 is .05
	MinJourneys int     // and least number of them; 0 is 5
	Align       Config  // how journeys are aligned with the map
}

// ChangeKind says what [Enrich] changed or found. It is a closed enumeration; zero is [UnknownChange].
type ChangeKind uint8

// The kinds of change. Those from ProposedStep on change nothing in the map.
const (
	UnknownChange ChangeKind = iota
	Probability              // of a branch or an edge
	StepDuration             // of a visible step, from its own start and completion
	EdgeDelay                // between two steps of a graph
	InternalTime             // of an internal step: the sum over the gap was observed, the split is assumed
	ProposedStep             // a step that the map does not know
	UnseenStep               // a visible step that never happened
	OrderConflict            // two steps that nearly always come the other way round
	NotExplained             // journeys whose way through the map was not found within the limits
)

var changeKinds = enum.New[ChangeKind]("change", "unknown", "probability", "step-duration", "edge-delay", "internal-time",
	"proposed-step", "unseen-step", "order-conflict", "not-explained")

// String returns the name, with hyphens.
func (k ChangeKind) String() string { return changeKinds.String(k) }

// Change is one thing that observation said about a map. Which of Before and After are used depends on the kind.
type Change struct {
	Kind          ChangeKind
	Path          string         // in the map, such as "flow.children[1].weights[0]"
	Step          journey.StepID // that it is about
	Other         journey.StepID // the second step of an edge or conflict
	Before, After float64        // probability, seconds; of an unseen step, After is the 95 % upper limit of its share; of a conflict, its share
	N             int            // observations
	Journeys      []int          // that they come from, ascending
	// Predecessor and Successor are the most frequent neighbours of a proposed step, "^" and "$" at the ends.
	Predecessor, Successor journey.StepID
	Observed               bool // the basis of the figure is now Observed
}

// conflictShare is the share of pairs the other way round from which an order is in conflict.
const conflictShare = .95

// minConflict is the least number of journeys behind a conflict.
const minConflict = 5

// Enrich returns a copy of a designed map with what a log shows, and the list of changes. Nothing is deleted and the
// structure stays. Probabilities become (N·p + counts)/(N + total), the mean of the Dirichlet posterior, where N is the
// evidence that the map states (without one: 10 for interviews, else one per branch) and the counts come from optimal
// alignments, so that deviating journeys count too. Durations become (N·mean + Σx)/(N + n), second moments likewise.
// The basis is Observed once n ≥ N.
//
// Internal steps are matched only where a row recorded them. The gap between two recorded steps that encloses internal
// ones is evidence for the sum of their durations; the mean is split in proportion to the design (method of moments).
func Enrich(ctx context.Context, m *journey.Map, log *journey.Log, cfg EnrichConfig) (*journey.Map, []Change, error) {
	var p b2b.Problems
	if !(cfg.MinShare >= 0 && cfg.MinShare <= 1) {
		p.Add("config.min_share", "outside [0,1]")
	}
	if cfg.MinJourneys < 0 {
		p.Add("config.min_journeys", "below 0")
	}
	if err := p.Err(); err != nil {
		return nil, nil, err
	}
	cfg.MinShare = cmp.Or(cfg.MinShare, .05)
	cfg.MinJourneys = cmp.Or(cfg.MinJourneys, 5)
	model, err := CompileMap(m)
	if err != nil {
		return nil, nil, err
	}
	result, err := model.Check(ctx, log, cfg.Align)
	if err != nil {
		return nil, nil, err
	}
	out, err := journey.NewMap(*m) // a deep copy
	if err != nil {
		return nil, nil, err
	}
	e := &enricher{m: out, log: log, result: result, cfg: cfg}
	e.findPaths()
	switch f := out.Flow.(type) {
	case journey.Tree:
		out.Flow = e.tree(f)
	case journey.Graph:
		e.graph(f)
	}
	e.stepDurations()
	e.internalTimes()
	e.steps()
	e.conflicts()
	out, err = journey.NewMap(*out)
	return out, e.changes, err
}

// enricher holds what one run of [Enrich] knows.
type enricher struct {
	m       *journey.Map
	log     *journey.Log
	result  *Result
	cfg     EnrichConfig
	walker  *walker
	paths   [][]visit // per variant; nil where none was found
	changes []Change
}

// journeysOf returns the journeys of the variants for which holds is true.
func (e *enricher) journeysOf(holds func(variant int) bool) []int {
	var list []int
	for j := range e.log.Journeys() {
		if holds(e.result.Variants.Of(j)) {
			list = append(list, j)
		}
	}
	return list
}

// prior returns the evidence behind a figure with the given number of branches.
func prior(ev journey.Evidence, branches int) float64 {
	switch {
	case ev.N > 0:
		return ev.N
	case ev.Basis == journey.Interview:
		return 10
	}
	return float64(branches)
}

// steps proposes unknown steps and lists visible ones that never happened.
func (e *enricher) steps() {
	with := make(map[journey.StepID][]int)
	before, after := make(map[journey.StepID]map[journey.StepID]int), make(map[journey.StepID]map[journey.StepID]int)
	known := make(map[string]journey.Step)
	for _, name := range e.log.Steps() {
		if s, ok := e.m.Step(name); ok {
			known[name] = s
		}
	}
	count := func(m map[journey.StepID]map[journey.StepID]int, s, neighbour journey.StepID) {
		if m[s] == nil {
			m[s] = make(map[journey.StepID]int)
		}
		m[s][neighbour]++
	}
	for i := range e.log.Journeys() {
		j := e.log.Journey(i)
		for k := range j.Len() {
			s := j.Step(k)
			if x, ok := known[string(s)]; ok {
				s = x.ID // aliases count for their step
			}
			if list := with[s]; len(list) == 0 || list[len(list)-1] != i {
				with[s] = append(list, i)
			}
			if _, ok := known[string(j.Step(k))]; ok {
				continue
			}
			p, n := journey.Start, journey.End
			if k > 0 {
				p = j.Step(k - 1)
			}
			if k+1 < j.Len() {
				n = j.Step(k + 1)
			}
			count(before, s, p)
			count(after, s, n)
		}
	}
	names := make([]journey.StepID, 0, len(before))
	for s := range before {
		names = append(names, s)
	}
	slices.Sort(names)
	for _, s := range names {
		n := len(with[s])
		if n >= e.cfg.MinJourneys && float64(n) >= float64(e.cfg.MinShare*float64(e.log.Journeys())) {
			e.changes = append(e.changes, Change{
				Kind: ProposedStep, Path: "steps", Step: s, N: n, Journeys: with[s],
				After:       float64(n) / float64(e.log.Journeys()),
				Predecessor: mostFrequent(before[s]), Successor: mostFrequent(after[s]),
			})
		}
	}
	for i, s := range e.m.Steps {
		if len(with[s.ID]) == 0 && !internalStep(s) && e.log.Journeys() > 0 {
			n := e.log.Journeys()
			e.changes = append(e.changes, Change{
				Kind: UnseenStep, Path: "steps[" + itoa(i) + "]", Step: s.ID, N: n, After: 1 - math.Pow(.05, 1/float64(n)),
			})
		}
	}
}

func mostFrequent(count map[journey.StepID]int) journey.StepID {
	var best journey.StepID
	for s, n := range count {
		if b := count[best]; n > b || n == b && s < best {
			best = s
		}
	}
	return best
}

// conflicts finds pairs of steps that the map has in one order and the journeys in the other: of the journeys with both,
// those in which the first of the one comes after the first of the other.
func (e *enricher) conflicts() {
	first := make(map[journey.StepID]map[int]int) // step, journey: position
	for i := range e.log.Journeys() {
		j := e.log.Journey(i)
		for k := range j.Len() {
			s, ok := e.m.Step(string(j.Step(k)))
			if !ok {
				continue
			}
			if first[s.ID] == nil {
				first[s.ID] = make(map[int]int)
			}
			if _, seen := first[s.ID][i]; !seen {
				first[s.ID][i] = k
			}
		}
	}
	for _, pair := range orderedPairs(e.m.Flow) {
		var with, against []int
		for i, k := range first[pair[0]] {
			if l, ok := first[pair[1]][i]; ok {
				with = append(with, i)
				if l < k {
					against = append(against, i)
				}
			}
		}
		if len(with) >= minConflict && float64(len(against)) >= float64(conflictShare*float64(len(with))) {
			slices.Sort(against)
			e.changes = append(e.changes, Change{
				Kind: OrderConflict, Path: "flow", Step: pair[0], Other: pair[1], N: len(with),
				After: float64(len(against)) / float64(len(with)), Journeys: against,
			})
		}
	}
}
