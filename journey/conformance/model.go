package conformance

import (
	"errors"
	"fmt"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

// ErrNoRun says that a model has no run: its final marking cannot be reached, so that nothing can be aligned with it.
var ErrNoRun = errors.New("model has no run from its initial to its final marking")

// Model is what journeys are held against: a labelled net in compiled form. It comes from [Compile], [CompileMap] or
// [CompileNet]; the zero value is refused wherever a model is asked for. It is immutable and safe for concurrent use.
type Model struct {
	source         string
	places         int
	steps          []journey.StepID // sorted; labels are indices
	aliases        map[journey.StepID]int32
	internal       []bool // per label: may happen unseen, at no cost
	firings        []firing
	initial, final []uint8
	byLabel        [][]int32 // transitions of each label
	producers      [][]int32 // per place: unseen transitions that put tokens on it
	consumers      [][]int32 // per place: unseen transitions that take tokens from it
	rivals         [][]int32 // per transition: unseen transitions that take tokens from a place of its own
	door           []int32   // per transition: equal for those with the same needs
	doors          int
	safe           bool
	shape          Shape // as given, before the net was compressed
}

func newModel(places int) *Model { return &Model{places: places} }

// label returns the provisional label of a step, in order of first use; finish puts them in order of name.
func (m *Model) label(s journey.StepID) int32 {
	if s == "" {
		return silent
	}
	if i := slices.Index(m.steps, s); i >= 0 {
		return int32(i)
	}
	m.steps = append(m.steps, s)
	return int32(len(m.steps) - 1)
}

// add adds a transition that takes one token from each of pre and puts one on each of post.
func (m *Model) add(s journey.StepID, pre, post []int32) {
	f := firing{label: m.label(s)}
	for _, p := range pre {
		f.pre = append(f.pre, need{p, 1})
	}
	for _, p := range post {
		f.post = append(f.post, need{p, 1})
	}
	m.firings = append(m.firings, f)
}

// labelOf returns the label of a step or alias.
func (m *Model) labelOf(s journey.StepID) (int32, bool) {
	i, ok := slices.BinarySearch(m.steps, s)
	if !ok {
		l, known := m.aliases[s]
		return l, known
	}
	return int32(i), true
}

// alias makes another name known for a step of the model; names of steps come first.
func (m *Model) alias(name string, s journey.StepID) {
	if l, ok := m.labelOf(s); ok {
		if m.aliases == nil {
			m.aliases = make(map[journey.StepID]int32)
		}
		m.aliases[journey.StepID(name)] = l
	}
}

// order sorts the steps, so that the order of labels is the order of names.
func (m *Model) order() {
	old := m.steps
	m.steps = slices.Sorted(slices.Values(old))
	for i := range m.firings {
		if l := m.firings[i].label; l != silent {
			at, _ := slices.BinarySearch(m.steps, old[l])
			m.firings[i].label = int32(at)
		}
	}
	m.internal = make([]bool, len(m.steps))
}

// finish puts the model in order, looks whether it is safe, and finds its shortest run.
func (m *Model) finish() error {
	m.order()
	return m.settle()
}

// unseen reports whether transition t can happen without a row and without cost.
func (m *Model) unseen(t int32) bool {
	l := m.firings[t].label
	return l == silent || m.internal[l]
}

// settle finds what follows from the net: who competes with whom, whether the net is safe, and the shortest run.
func (m *Model) settle() error {
	m.shape = Shape{Source: m.source, Places: m.places, Transitions: len(m.firings)}
	for _, f := range m.firings {
		if f.label == silent {
			m.shape.Silent++
		}
	}
	m.safe = m.safe || isSafe(m)
	for i := range m.firings {
		byPlace(m.firings[i].pre)
		byPlace(m.firings[i].post)
	}
	m.compress()
	m.relate()
	a := newAutomaton(m)
	d := a.toFinal(a.start, unitCosts(m))
	switch {
	case d < 0 && !a.partial:
		return ErrNoRun
	case d < 0:
		return &b2b.TooLargeError{What: "states searched for a run of the model", Limit: searchLimit}
	}
	m.shape.Safe, m.shape.ShortestRun = m.safe, int(d)
	return nil
}

// relate finds who makes and who takes the tokens of each place.
func (m *Model) relate() {
	m.byLabel = make([][]int32, len(m.steps))
	m.producers, m.consumers = make([][]int32, m.places), make([][]int32, m.places)
	m.rivals = make([][]int32, len(m.firings))
	m.door = make([]int32, len(m.firings))
	known := make(map[string]int32)
	for i, f := range m.firings {
		t := int32(i)
		needs := fmt.Sprint(f.pre)
		if _, ok := known[needs]; !ok {
			known[needs] = int32(len(known))
		}
		m.door[i] = known[needs]
		if f.label != silent {
			m.byLabel[f.label] = append(m.byLabel[f.label], t)
		}
		if !m.unseen(t) {
			continue
		}
		for _, n := range f.pre {
			m.consumers[n.place] = append(m.consumers[n.place], t)
		}
		for _, n := range f.post {
			m.producers[n.place] = append(m.producers[n.place], t)
		}
	}
	for i, f := range m.firings {
		for _, n := range f.pre {
			for _, t := range m.consumers[n.place] {
				if !slices.Contains(m.rivals[i], t) {
					m.rivals[i] = append(m.rivals[i], t)
				}
			}
		}
	}
	m.doors = len(known)
}

func unitCosts(m *Model) []int32 {
	c := make([]int32, len(m.steps))
	for i := range c {
		c[i] = 1
	}
	return c
}

// Shape is the size of a model.
type Shape struct {
	Source                      string // "tree", "graph", "map" or "net"
	Places, Transitions, Silent int
	Safe                        bool // never more than one token on a place; false also where the search for a second token was given up
	ShortestRun                 int  // least number of visible steps from start to end
}

// Shape returns the size of m.
func (m *Model) Shape() Shape { return m.shape }

// Steps returns the steps of m in order of name; the slice is the caller's.
func (m *Model) Steps() []journey.StepID { return slices.Clone(m.steps) }

// Internal reports whether s is a step of m that may happen unseen, at no cost.
func (m *Model) Internal(s journey.StepID) bool {
	i, ok := m.labelOf(s)
	return ok && m.internal[i]
}
