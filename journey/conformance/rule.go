package conformance

import (
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/journey"
)

// Template is the form of a declarative rule about one or two steps a and b (Declare; Pesic & van der Aalst 2006). It is
// a closed enumeration; zero is [UnknownTemplate].
//
//	rule                                 activated if            fulfilled if
//	Existence(a,n), Absence(a,n)         always                  a occurs ≥ n times; < n times
//	Exactly(a,n)                         a occurs                a occurs n times
//	Init(a), Finally(a)                  always                  a is first; a is last
//	RespondedExistence                   a occurs                b occurs
//	Response                             a                       after every a there is a b
//	Precedence                           b                       before every b there is an a
//	Succession                           a or b                  response and precedence
//	Coexistence                          a or b                  both occur
//	Choice                               always                  one of them occurs
//	AlternateResponse                    a                       a b between every a and the next a or the end
//	AlternatePrecedence                  b                       an a between the previous b or the start and every b
//	AlternateSuccession                  a or b                  both of these
//	ChainResponse                        a                       every a is directly followed by b
//	ChainPrecedence                      b                       every b is directly preceded by a
//	ChainSuccession                      a or b                  both of these
//	NotCoexistence                       a or b                  not both occur
//	NotSuccession                        a                       no b after an a
//	NotChainSuccession                   a                       no b directly after an a
type Template uint8

// The templates; n is 1 where a rule does not say.
const (
	UnknownTemplate Template = iota
	Existence
	Absence
	Exactly
	Init
	Finally
	RespondedExistence
	Response
	Precedence
	Succession
	Coexistence
	Choice
	AlternateResponse
	AlternatePrecedence
	AlternateSuccession
	ChainResponse
	ChainPrecedence
	ChainSuccession
	NotCoexistence
	NotSuccession
	NotChainSuccession
)

var templates = enum.New[Template]("rule", "unknown", "existence", "absence", "exactly", "init", "end", "responded-existence",
	"response", "precedence", "succession", "coexistence", "choice", "alternate-response", "alternate-precedence",
	"alternate-succession", "chain-response", "chain-precedence", "chain-succession", "not-coexistence", "not-succession",
	"not-chain-succession")

// Templates returns all templates in their order.
func Templates() []Template { return templates.All() }

// ParseTemplate reads a name such as "chain-response"; blank, hyphen and underscore are the same.
func ParseTemplate(text string) (Template, error) { return templates.Parse(text) }

// String returns the name, with hyphens.
func (t Template) String() string { return templates.String(t) }

// AppendText implements [encoding.TextAppender].
func (t Template) AppendText(dst []byte) ([]byte, error) { return templates.AppendText(dst, t) }

// MarshalText implements [encoding.TextMarshaler].
func (t Template) MarshalText() ([]byte, error) { return templates.AppendText(nil, t) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (t *Template) UnmarshalText(text []byte) error { return templates.UnmarshalText(t, text) }

// Unary reports whether a rule of this form is about one step only.
func (t Template) Unary() bool { return t >= Existence && t <= Finally }

// Rule is one declarative rule. The zero value is invalid. It is plain data. Two events count as a pair of a binary rule
// only if they also meet the conditions Within and SameRole.
type Rule struct {
	Template Template
	A, B     journey.StepID // B "" in a unary rule
	N        int            // of existence, absence, exactly; 0 means 1
	Within   time.Duration  // most time between the two events; 0 is no bound. Without times nothing is within a bound
	SameRole bool           // the seats of the two events must be known and equal
}

func (r Rule) check(p *b2b.Problems, path string) {
	if !templates.Valid(r.Template) || r.Template == UnknownTemplate {
		p.Add(path+".template", "no such rule")
		return
	}
	if r.A == "" {
		p.Add(path+".a", "no step")
	}
	if r.Template.Unary() != (r.B == "") {
		p.Add(path+".b", "a rule about one step has no b, one about two steps needs it")
	}
	if r.N < 0 {
		p.Add(path+".n", "below 0")
	}
	if r.Within < 0 {
		p.Add(path+".within", "below 0")
	}
}

// Verdict is what a rule says of one journey.
type Verdict struct {
	Activated, Fulfilled bool
	Event                int // of a violation: the first event that breaks the rule; −1 where it is the journey as a whole
}

// judge applies a rule to a journey, given the positions of a and b in order, the length, and the condition on a pair.
// A nil condition always holds.
func (r Rule) judge(a, b []int, length int, pair func(i, j int) bool) Verdict {
	n := max(r.N, 1)
	switch r.Template {
	case Existence:
		return verdict(true, len(a) >= n, -1)
	case Absence:
		if len(a) < n {
			return verdict(true, true, -1)
		}
		return verdict(true, false, a[n-1])
	case Exactly:
		return verdict(len(a) > 0, len(a) == n, -1)
	case Init:
		return verdict(true, len(a) > 0 && a[0] == 0, -1)
	case Finally:
		return verdict(true, len(a) > 0 && a[len(a)-1] == length-1, -1)
	case Choice:
		return verdict(true, len(a)+len(b) > 0, -1)
	case RespondedExistence:
		return every(a, func(_, i int) bool { return partner(b, -1, length, i, pair, false) })
	case Coexistence:
		return either(every(a, func(_, i int) bool { return partner(b, -1, length, i, pair, false) }),
			every(b, func(_, j int) bool { return partner(a, -1, length, j, pair, true) }))
	case Response:
		return response(a, b, length, pair)
	case Precedence:
		return precedence(a, b, pair)
	case Succession:
		return either(response(a, b, length, pair), precedence(a, b, pair))
	case AlternateResponse:
		return alternateResponse(a, b, length, pair)
	case AlternatePrecedence:
		return alternatePrecedence(a, b, pair)
	case AlternateSuccession:
		return either(alternateResponse(a, b, length, pair), alternatePrecedence(a, b, pair))
	case ChainResponse:
		return chainResponse(a, b, pair)
	case ChainPrecedence:
		return chainPrecedence(a, b, pair)
	case ChainSuccession:
		return either(chainResponse(a, b, pair), chainPrecedence(a, b, pair))
	case NotCoexistence:
		v := either(every(a, func(_, i int) bool { return !partner(b, -1, length, i, pair, false) }),
			every(b, func(_, j int) bool { return !partner(a, -1, length, j, pair, true) }))
		return v
	case NotSuccession:
		return every(a, func(_, i int) bool { return !partner(b, i, length, i, pair, false) })
	case NotChainSuccession:
		return every(a, func(_, i int) bool { return !partner(b, i, i+2, i, pair, false) })
	case UnknownTemplate:
	}
	return Verdict{}
}

func verdict(activated, fulfilled bool, event int) Verdict {
	if fulfilled || !activated {
		event = -1
	}
	return Verdict{activated, activated && fulfilled, event}
}

// every judges one activating event at a time.
func every(list []int, holds func(k, i int) bool) Verdict {
	for k, i := range list {
		if !holds(k, i) {
			return Verdict{true, false, i}
		}
	}
	return Verdict{len(list) > 0, len(list) > 0, -1}
}

// either is activated by one of two parts, each of which is true where it is not activated.
func either(x, y Verdict) Verdict {
	v := Verdict{Activated: x.Activated || y.Activated, Event: -1}
	switch {
	case x.Activated && !x.Fulfilled:
		v.Event = x.Event
	case y.Activated && !y.Fulfilled:
		v.Event = y.Event
	default:
		v.Fulfilled = v.Activated
	}
	return v
}

// partner reports whether one of the events in list, strictly between after and before, makes a pair with event i; swap
// says that i is the b of the pair.
func partner(list []int, after, before, i int, pair func(i, j int) bool, swap bool) bool {
	k, _ := slices.BinarySearch(list, after+1)
	for ; k < len(list) && list[k] < before; k++ {
		j := list[k]
		switch {
		case pair == nil, !swap && pair(i, j), swap && pair(j, i):
			return true
		}
	}
	return false
}

func response(a, b []int, length int, pair func(i, j int) bool) Verdict {
	return every(a, func(_, i int) bool { return partner(b, i, length, i, pair, false) })
}

func precedence(a, b []int, pair func(i, j int) bool) Verdict {
	return every(b, func(_, j int) bool { return partner(a, -1, j, j, pair, true) })
}

func alternateResponse(a, b []int, length int, pair func(i, j int) bool) Verdict {
	return every(a, func(k, i int) bool {
		end := length
		if k+1 < len(a) {
			end = a[k+1]
		}
		return partner(b, i, end, i, pair, false)
	})
}

func alternatePrecedence(a, b []int, pair func(i, j int) bool) Verdict {
	return every(b, func(k, j int) bool {
		start := -1
		if k > 0 {
			start = b[k-1]
		}
		return partner(a, start, j, j, pair, true)
	})
}

func chainResponse(a, b []int, pair func(i, j int) bool) Verdict {
	return every(a, func(_, i int) bool { return partner(b, i, i+2, i, pair, false) })
}

func chainPrecedence(a, b []int, pair func(i, j int) bool) Verdict {
	return every(b, func(_, j int) bool { return partner(a, j-2, j, j, pair, true) })
}

// checkRules returns every problem of a list of rules.
func checkRules(rules []Rule) error {
	var p b2b.Problems
	for i, r := range rules {
		r.check(&p, "rules["+strconv.Itoa(i)+"]")
	}
	return p.Err()
}
