package journey

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/buyerjourney/b2b"
)

// String returns the text of t in the form that [ParseTree] reads:
//
//	->( 'a', X( tau, 'b' ), +( 'c', 'd' ), *( 'e', 'f' ) )
//
// for sequence, choice, parallel and loop. A quote or backslash inside a step name has a backslash before it. Weights
// are not part of the text.
func (t Tree) String() string { return string(t.append(nil)) }

func (t Tree) append(dst []byte) []byte {
	switch t.Op {
	case Leaf:
		dst = append(dst, '\'')
		for _, c := range []byte(t.Step) {
			if c == '\'' || c == '\\' {
				dst = append(dst, '\\')
			}
			dst = append(dst, c)
		}
		return append(dst, '\'')
	case Silent:
		return append(dst, "tau"...)
	case Sequence:
		dst = append(dst, "->( "...)
	case Choice:
		dst = append(dst, "X( "...)
	case Parallel:
		dst = append(dst, "+( "...)
	case Loop:
		dst = append(dst, "*( "...)
	case UnknownOp:
		fallthrough
	default:
		return append(dst, '?')
	}
	for i, c := range t.Children {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = c.append(dst)
	}
	return append(dst, " )"...)
}

// ParseTree reads the text form of a tree, as [Tree.String] writes it; blanks between the signs do not matter. The
// tree is not brought into normal form, so the text of the result reads back as the same tree; see [Tree.Normal].
//
// Inside a step name `\'` is a quote and `\\` a backslash; a backslash before any other character is itself. An
// unescaped quote ends the name only before a comma, a closing parenthesis or the end of the text, so that
// 'buyer's choice' is read as meant. A loop with one child gets τ as redo; with three or more, all but the first become
// a choice of redo parts. Errors name the byte at which they were found.
func ParseTree(text string) (Tree, error) {
	p := treeParser{text: text}
	t, err := p.tree(0)
	if err != nil {
		return Tree{}, err
	}
	if p.blank(); p.pos < len(text) {
		return Tree{}, p.fail("text after the end of the tree")
	}
	return t, nil
}

type treeParser struct {
	text string
	pos  int
}

func (p *treeParser) fail(reason string) error {
	return &b2b.InvalidError{Path: "tree", Reason: reason + " at byte " + strconv.Itoa(p.pos)}
}

func (p *treeParser) blank() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *treeParser) take(token string) bool {
	if strings.HasPrefix(p.text[p.pos:], token) {
		p.pos += len(token)
		return true
	}
	return false
}

func (p *treeParser) tree(depth int) (Tree, error) {
	if depth > maxDepth {
		return Tree{}, p.fail("nested deeper than " + strconv.Itoa(maxDepth))
	}
	p.blank()
	switch {
	case p.take("'"):
		return p.label()
	case p.take("tau"):
		return Tree{Op: Silent}, nil
	case p.take("->"):
		return p.children(Sequence, depth)
	case p.take("X"):
		return p.children(Choice, depth)
	case p.take("+"):
		return p.children(Parallel, depth)
	case p.take("*"):
		return p.children(Loop, depth)
	}
	return Tree{}, p.fail("expected a step name in quotes, tau, ->, X, + or *")
}

func (p *treeParser) children(op Op, depth int) (Tree, error) {
	p.blank()
	if !p.take("(") {
		return Tree{}, p.fail("expected (")
	}
	step := 1
	if op == Loop {
		step = 2 // a third child makes one level more
	}
	t := Tree{Op: op}
	for {
		c, err := p.tree(depth + step)
		if err != nil {
			return Tree{}, err
		}
		t.Children = append(t.Children, c)
		p.blank()
		if p.take(")") {
			break
		}
		if !p.take(",") {
			return Tree{}, p.fail("expected , or )")
		}
	}
	if op == Loop {
		switch n := len(t.Children); {
		case n == 1:
			t.Children = append(t.Children, Tree{Op: Silent})
		case n > 2:
			t.Children = []Tree{t.Children[0], {Op: Choice, Children: t.Children[1:]}}
		}
	}
	return t, nil
}

// label reads a step name after its opening quote.
func (p *treeParser) label() (Tree, error) {
	start := p.pos
	var name []byte
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; {
		case c == '\\' && p.pos+1 < len(p.text) && (p.text[p.pos+1] == '\'' || p.text[p.pos+1] == '\\'):
			name = append(name, p.text[p.pos+1])
			p.pos += 2
		case c == '\'' && p.endsLabel():
			p.pos++
			if len(name) == 0 {
				return Tree{}, p.fail("empty step name")
			}
			if !utf8.Valid(name) {
				return Tree{}, p.fail("step name that is not UTF-8")
			}
			return Tree{Op: Leaf, Step: StepID(name)}, nil
		default:
			name = append(name, c)
			p.pos++
		}
	}
	p.pos = start
	return Tree{}, p.fail("step name without closing quote")
}

// endsLabel reports whether the quote at pos is followed by a comma, a closing parenthesis or the end.
func (p *treeParser) endsLabel() bool {
	rest := strings.TrimLeft(p.text[p.pos+1:], " \t\r\n")
	return rest == "" || rest[0] == ',' || rest[0] == ')'
}
