package journey

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Op is the operator of a node of a [Tree]. It is a closed enumeration; zero is [UnknownOp], which no valid tree holds.
type Op uint8

// The operators of process trees (Leemans, Fahland & van der Aalst 2013).
const (
	UnknownOp Op = iota
	Leaf         // one step
	Silent       // nothing happens: τ
	Sequence     // all children, one after the other: →
	Choice       // exactly one child: ×
	Parallel     // all children, interleaved in any way: +
	Loop         // the first child (body), then any number of times the second (redo) and the first again: ↻
)

var ops = enum.New[Op]("operator", "unknown", "leaf", "silent", "sequence", "choice", "parallel", "loop")

// ParseOp reads the name of an operator, without regard to case; the empty text is [UnknownOp].
func ParseOp(text string) (Op, error) { return ops.Parse(text) }

// IsValid reports whether op is one of the operators or [UnknownOp].
func (op Op) IsValid() bool { return ops.Valid(op) }

// String returns the English name in lower case.
func (op Op) String() string { return ops.String(op) }

// AppendText implements [encoding.TextAppender] with the English name.
func (op Op) AppendText(dst []byte) ([]byte, error) { return ops.AppendText(dst, op) }

// MarshalText implements [encoding.TextMarshaler] with the English name.
func (op Op) MarshalText() ([]byte, error) { return ops.AppendText(nil, op) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseOp] does.
func (op *Op) UnmarshalText(text []byte) error { return ops.UnmarshalText(op, text) }

// Flow says in which orders the steps of a map may happen. The interface is sealed: a flow is a [Tree] or a [Graph].
type Flow interface {
	flow()
}

// Tree is a process tree: block-structured flow with choice, parallelism and loops, always sound. The zero value is no
// valid tree; [Tree.Check] says why. Trees are values: nobody may change the slices of a tree that was handed on, and
// then it is safe for concurrent use.
type Tree struct {
	Op       Op
	Step     StepID    // of a Leaf, else ""
	Children []Tree    // Sequence, Choice, Parallel: ≥ 1; Loop: body and redo
	Weights  []float64 // Choice: one per child, normalised by who reads them; Loop: (stop, redo); nil is unknown
	N        float64   // effective number of observations behind Weights
}

func (Tree) flow() {}

// maxDepth bounds the nesting of a tree, so that hostile text cannot exhaust the stack.
const maxDepth = 1000

// Check returns every problem of t as one error, with paths below the tree such as "children[1].step". It does not ask
// whether a map knows the steps.
func (t Tree) Check() error {
	var p b2b.Problems
	t.check(&p, "", 0)
	return p.Err()
}

func (t Tree) check(p *b2b.Problems, path string, depth int) {
	at := func(field string) string {
		if path == "" {
			return field
		}
		return path + "." + field
	}
	if depth > maxDepth {
		p.Addf(path, "nested deeper than %d", maxDepth)
		return
	}
	least, most, weights := 1, math.MaxInt, 0
	switch t.Op {
	case Leaf:
		least, most = 0, 0
		if t.Step == "" {
			p.Add(at("step"), "a leaf needs a step")
		}
	case Silent:
		least, most = 0, 0
	case Sequence, Parallel:
	case Choice:
		weights = len(t.Children)
	case Loop:
		least, most, weights = 2, 2, 2
	case UnknownOp:
		fallthrough
	default:
		p.Add(at("op"), "unknown operator")
		return
	}
	if t.Op != Leaf && t.Step != "" {
		p.Add(at("step"), "only a leaf has a step")
	}
	if n := len(t.Children); n < least || n > most {
		p.Addf(at("children"), "%s cannot have %d children", t.Op, n)
	}
	if t.Weights != nil && len(t.Weights) != weights {
		p.Addf(at("weights"), "%s takes %d weights, not %d", t.Op, weights, len(t.Weights))
	}
	sum := 0.0
	for i, w := range t.Weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			p.Add(at("weights["+strconv.Itoa(i)+"]"), "not a finite number ≥ 0")
		}
		sum += w
	}
	if len(t.Weights) > 0 && sum == 0 {
		p.Add(at("weights"), "all weights are 0")
	}
	if !(t.N >= 0) || math.IsInf(t.N, 1) {
		p.Add(at("n"), "not a finite number ≥ 0")
	}
	for i, c := range t.Children {
		c.check(p, at("children["+strconv.Itoa(i)+"]"), depth+1)
	}
}

// Steps returns the distinct steps of t in order of name.
func (t Tree) Steps() []StepID {
	var all []StepID
	var walk func(Tree)
	walk = func(t Tree) {
		if t.Op == Leaf {
			all = append(all, t.Step)
		}
		for _, c := range t.Children {
			walk(c)
		}
	}
	walk(t)
	slices.Sort(all)
	return slices.Compact(all)
}

// Normal returns the normal form of t, which allows the same runs: nested sequences, choices and parallels are
// flattened, τ is dropped from sequences and parallels, a choice holds at most one τ and has it first, an operator with
// one child is that child, and the children of choices and parallels are ordered by their smallest step name, then by
// their text. A choice with weights is not flattened into another, nor one without into one with: the evidence behind
// the two may differ. Weights of children that fall together add up. t is unchanged.
func (t Tree) Normal() Tree {
	switch t.Op {
	case Sequence, Parallel:
		return t.normalAll()
	case Choice:
		return t.normalChoice()
	case Loop:
		n := t
		n.Children = make([]Tree, len(t.Children))
		for i, c := range t.Children {
			n.Children[i] = c.Normal()
		}
		n.Weights = slices.Clone(t.Weights)
		return n
	case Leaf, Silent, UnknownOp:
	}
	return t
}

func (t Tree) normalAll() Tree {
	n := Tree{Op: t.Op}
	for _, c := range t.Children {
		c = c.Normal()
		if c.Op == t.Op {
			n.Children = append(n.Children, c.Children...)
		} else if c.Op != Silent {
			n.Children = append(n.Children, c)
		}
	}
	switch len(n.Children) {
	case 0:
		return Tree{Op: Silent}
	case 1:
		return n.Children[0]
	}
	if t.Op == Parallel {
		byName(n.Children, nil)
	}
	return n
}

func (t Tree) normalChoice() Tree {
	n := Tree{Op: Choice, N: t.N}
	silent := -1
	add := func(c Tree, w float64) {
		if c.Op == Silent {
			if silent >= 0 {
				if t.Weights != nil {
					n.Weights[silent] += w
				}
				return
			}
			silent = len(n.Children)
		}
		n.Children = append(n.Children, c)
		if t.Weights != nil {
			n.Weights = append(n.Weights, w)
		}
	}
	for i, c := range t.Children {
		c = c.Normal()
		if c.Op == Choice && t.Weights == nil && c.Weights == nil {
			for _, g := range c.Children {
				add(g, 0)
			}
			continue
		}
		w := 0.0
		if i < len(t.Weights) {
			w = t.Weights[i]
		}
		add(c, w)
	}
	switch len(n.Children) {
	case 0:
		return Tree{Op: Silent}
	case 1:
		return n.Children[0]
	}
	byName(n.Children, n.Weights)
	return n
}

// byName orders siblings, and their weights with them: τ first, then by smallest step name, then by text.
func byName(siblings []Tree, weights []float64) {
	type keyed struct {
		silent int
		least  StepID
		text   string
		tree   Tree
		weight float64
	}
	all := make([]keyed, len(siblings))
	for i, s := range siblings {
		all[i] = keyed{silent: 1, text: s.String(), tree: s}
		if s.Op == Silent {
			all[i].silent = 0
		}
		if steps := s.Steps(); len(steps) > 0 {
			all[i].least = steps[0]
		}
		if weights != nil {
			all[i].weight = weights[i]
		}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(a.silent, b.silent), cmp.Compare(a.least, b.least), cmp.Compare(a.text, b.text))
	})
	for i, k := range all {
		siblings[i] = k.tree
		if weights != nil {
			weights[i] = k.weight
		}
	}
}
