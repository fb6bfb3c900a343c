package journey_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

func leaf(s string) journey.Tree { return journey.Tree{Op: journey.Leaf, Step: journey.StepID(s)} }

func node(op journey.Op, children ...journey.Tree) journey.Tree {
	return journey.Tree{Op: op, Children: children}
}

var tau = journey.Tree{Op: journey.Silent}

func TestParseTree(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       journey.Tree
	}{
		{"all operators", "->( 'a', X( tau, 'b' ), +( 'c', 'd' ), *( 'e', 'f' ) )", node(journey.Sequence, leaf("a"),
			node(journey.Choice, tau, leaf("b")), node(journey.Parallel, leaf("c"), leaf("d")), node(journey.Loop, leaf("e"), leaf("f")))},
		{"no blanks", "X('a','b')", node(journey.Choice, leaf("a"), leaf("b"))},
		{"escaped quote", `->( 'buyer\'s, choice', 'b' )`, node(journey.Sequence, leaf("buyer's, choice"), leaf("b"))},
		{"bare quote inside", "->( 'buyer's choice', 'b' )", node(journey.Sequence, leaf("buyer's choice"), leaf("b"))},
		{"backslash", `'a\b\\c'`, leaf(`a\b\c`)},
		{"three loop children", "*( 'a', 'b', 'c' )", node(journey.Loop, leaf("a"), node(journey.Choice, leaf("b"), leaf("c")))},
		{"one loop child", "*( 'a' )", node(journey.Loop, leaf("a"), tau)},
		{"tau", " tau ", tau},
		{"a step named tau", "'tau'", leaf("tau")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := journey.ParseTree(tc.text)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if err := got.Check(); err != nil {
				t.Errorf("Check: %v", err)
			}
		})
	}
}

func TestParseTreeErrors(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"", "tree: expected a step name in quotes, tau, ->, X, + or * at byte 0"},
		{"->", "tree: expected ( at byte 2"},
		{"->( 'a", "tree: step name without closing quote at byte 5"},
		{"->( 'a', )", "tree: expected a step name in quotes, tau, ->, X, + or * at byte 9"},
		{"->( tau 'a' )", "tree: expected , or ) at byte 8"},
		{"''", "tree: empty step name at byte 2"},
		{"'a' )", "tree: text after the end of the tree at byte 4"},
		{"O( 'a', 'b' )", "tree: expected a step name in quotes, tau, ->, X, + or * at byte 0"},
		{"'\xff'", "tree: step name that is not UTF-8 at byte 3"},
		{strings.Repeat("->(", 2000), "tree: nested deeper than 1000 at byte 3003"},
	} {
		_, err := journey.ParseTree(tc.text)
		if !errors.Is(err, b2b.ErrInvalid) || err.Error() != tc.want {
			t.Errorf("%.20q: error %v, want %q", tc.text, err, tc.want)
		}
	}
}

func TestTreeNormal(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"->( ->( 'a', 'b' ), tau, 'c' )", "->( 'a', 'b', 'c' )"},
		{"X( 'b', X( tau, 'a' ), tau )", "X( tau, 'a', 'b' )"},
		{"+( 'c', ->( 'z', 'a' ), tau )", "+( ->( 'z', 'a' ), 'c' )"},
		{"->( tau, +( tau, tau ) )", "tau"},
		{"X( ->( 'a' ) )", "'a'"},
		{"X( tau, tau )", "tau"},
		{"*( ->( ->( 'b', 'a' ), 'c' ), X( tau ) )", "*( ->( 'b', 'a', 'c' ), tau )"},
	} {
		in, err := journey.ParseTree(tc.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := in.Normal().String(); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.text, got, tc.want)
		}
	}
}

func TestTreeNormalWeights(t *testing.T) {
	in := journey.Tree{Op: journey.Choice, Children: []journey.Tree{leaf("b"), tau, leaf("a"), tau}, Weights: []float64{1, 2, 3, 4}, N: 10}
	want := journey.Tree{Op: journey.Choice, Children: []journey.Tree{tau, leaf("a"), leaf("b")}, Weights: []float64{6, 3, 1}, N: 10}
	if d := cmp.Diff(want, in.Normal()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	nested := journey.Tree{Op: journey.Choice, Children: []journey.Tree{leaf("c"), in}}
	if got, want := nested.Normal().String(), "X( X( tau, 'a', 'b' ), 'c' )"; got != want {
		t.Errorf("a choice with weights inside one without: got %s, want %s", got, want)
	}
}

func TestTreeCheckNamesEveryProblem(t *testing.T) {
	bad := journey.Tree{Op: journey.Sequence, Children: []journey.Tree{
		{Op: journey.Leaf},
		{Op: journey.Loop, Children: []journey.Tree{leaf("a")}},
		{Op: journey.Choice, Children: []journey.Tree{leaf("a"), leaf("b")}, Weights: []float64{0, 0}, N: -1},
		{},
	}}
	want := []string{
		"children[0].step: a leaf needs a step",
		"children[1].children: loop cannot have 1 children",
		"children[2].weights: all weights are 0",
		"children[2].n: not a finite number ≥ 0",
		"children[3].op: unknown operator",
	}
	if got := strings.Split(bad.Check().Error(), "\n"); !cmp.Equal(want, got) {
		t.Error(cmp.Diff(want, got))
	}
}

// drawTree draws a valid tree; labels hold the signs that need care.
func drawTree(t *rapid.T, depth int) journey.Tree {
	kind := rapid.IntRange(0, 6).Draw(t, "kind")
	switch {
	case depth == 0 || kind < 2:
		return leaf(rapid.StringOfN(rapid.SampledFrom([]rune(`ab', )\X+*`)), 1, 4, -1).Draw(t, "label"))
	case kind == 2:
		return tau
	case kind == 6:
		return node(journey.Loop, drawTree(t, depth-1), drawTree(t, depth-1))
	}
	n := node([]journey.Op{journey.Sequence, journey.Choice, journey.Parallel}[kind-3])
	for range rapid.IntRange(1, 3).Draw(t, "children") {
		n.Children = append(n.Children, drawTree(t, depth-1))
	}
	return n
}

func propTreeText(t *rapid.T) {
	in := drawTree(t, 3)
	got, err := journey.ParseTree(in.String())
	if err != nil {
		t.Fatalf("%s: %v", in, err)
	}
	if d := cmp.Diff(in, got); d != "" {
		t.Fatalf("round trip (-want +got)\n%s", d)
	}
	normal := in.Normal()
	if err := normal.Check(); err != nil {
		t.Fatalf("normal form of %s: %v", in, err)
	}
	if again := normal.Normal().String(); again != normal.String() {
		t.Fatalf("normal form of %s is not stable: %s, then %s", in, normal, again)
	}
	if d := cmp.Diff(in.Steps(), normal.Steps()); d != "" {
		t.Fatalf("normal form changed the steps\n%s", d)
	}
}

func TestTreeText(t *testing.T) { rapid.Check(t, propTreeText) }
func FuzzTreeText(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propTreeText)) }
func FuzzParseTree(f *testing.F) {
	f.Add("->( 'a', X( tau, 'b' ), +( 'c', 'd' ), *( 'e', 'f' ) )")
	f.Add("*( 'it's', 'b', 'c' )")
	f.Fuzz(func(t *testing.T, text string) {
		tree, err := journey.ParseTree(text)
		if err != nil {
			return
		}
		again, err := journey.ParseTree(tree.String())
		if err != nil || !cmp.Equal(tree, again) {
			t.Errorf("%q: %v\n%s", text, err, cmp.Diff(tree, again))
		}
		if err := tree.Check(); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}
