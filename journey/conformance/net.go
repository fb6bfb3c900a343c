package conformance

import (
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

// Net is a labelled Petri net with one initial and one final marking, as an import gives it. The zero value has no run
// and is refused by [CompileNet]. Nobody may change a net that was handed on; then it is safe for concurrent use.
type Net struct {
	Places         []string // ids, distinct
	Transitions    []Transition
	Arcs           []Arc
	Initial, Final []Tokens // places that are not named hold none
}

// Transition is one transition of a [Net]. Step "" makes it silent. Several transitions may have one step.
type Transition struct {
	ID   string
	Step journey.StepID
}

// Arc joins a place and a transition, in either direction, by their ids. Weight 0 means 1.
type Arc struct {
	From, To string
	Weight   int
}

// Tokens puts N tokens on a place. N 0 means none.
type Tokens struct {
	Place string
	N     int
}

// maxTokens is the greatest number of tokens that a place can hold.
const maxTokens = 255

// need is a number of tokens on one place.
type need struct {
	place int32
	n     uint8
}

// firing is a transition in compiled form.
type firing struct {
	label     int32 // index into Model.steps; silent is -1
	pre, post []need
}

const silent = -1

// CompileNet makes a model of a net. Errors name every arc, marking or id that is wrong; a net whose final marking
// cannot be reached gives [ErrNoRun].
func CompileNet(n Net) (*Model, error) {
	var p b2b.Problems
	places := make(map[string]int32, len(n.Places))
	for i, id := range n.Places {
		if _, ok := places[id]; ok {
			p.Add("net.places["+strconv.Itoa(i)+"]", "id used twice")
		}
		places[id] = int32(i)
	}
	m := newModel(len(n.Places))
	transitions := make(map[string]int32, len(n.Transitions))
	for i, t := range n.Transitions {
		_, clash := places[t.ID]
		if _, ok := transitions[t.ID]; ok || clash {
			p.Add("net.transitions["+strconv.Itoa(i)+"]", "id used twice")
		}
		transitions[t.ID] = int32(i)
		m.add(t.Step, nil, nil)
	}
	for i, a := range n.Arcs {
		w := a.Weight
		if w == 0 {
			w = 1
		}
		fromPlace, isPlace := places[a.From]
		toPlace, toIsPlace := places[a.To]
		fromT, isT := transitions[a.From]
		toT, toIsT := transitions[a.To]
		path := "net.arcs[" + strconv.Itoa(i) + "]"
		switch {
		case w < 0 || w > maxTokens:
			p.Addf(path, "weight outside 1..%d", maxTokens)
		case isPlace && toIsT:
			m.firings[toT].pre = addNeed(m.firings[toT].pre, fromPlace, w, &p, path)
		case isT && toIsPlace:
			m.firings[fromT].post = addNeed(m.firings[fromT].post, toPlace, w, &p, path)
		default:
			p.Add(path, "does not join a place and a transition of the net")
		}
	}
	m.initial = netMarking("net.initial", n.Initial, places, len(n.Places), &p)
	m.final = netMarking("net.final", n.Final, places, len(n.Places), &p)
	if err := p.Err(); err != nil {
		return nil, err
	}
	m.source = "net"
	return m, m.finish()
}

// addNeed adds w tokens on a place; two arcs between the same two nodes add up.
func addNeed(list []need, place int32, w int, p *b2b.Problems, path string) []need {
	for i := range list {
		if list[i].place == place {
			if int(list[i].n)+w > maxTokens {
				p.Addf(path, "weights above %d", maxTokens)
				return list
			}
			list[i].n += uint8(w)
			return list
		}
	}
	return append(list, need{place, uint8(w)})
}

func netMarking(path string, tokens []Tokens, places map[string]int32, n int, p *b2b.Problems) []uint8 {
	m := make([]uint8, n)
	for i, t := range tokens {
		at := path + "[" + strconv.Itoa(i) + "]"
		k, ok := places[t.Place]
		switch {
		case !ok:
			p.Add(at, "no such place")
		case t.N < 0 || t.N+int(m[k]) > maxTokens:
			p.Addf(at, "tokens outside 0..%d", maxTokens)
		default:
			m[k] += uint8(t.N)
		}
	}
	return m
}
