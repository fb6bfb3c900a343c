package conformance_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
)

// maxWords bounds a language in the naive model; trees with larger ones say nothing.
const maxWords = 600

// maxShuffled bounds the length of words that are interleaved in every way.
const maxShuffled = 12

// language enumerates the words of a tree, with loops repeated at most as often as given. ok is false if there are too
// many.
func language(t journey.Tree, loops int) (words []string, ok bool) {
	set := make(map[string]bool)
	put := func(w string) bool {
		set[w] = true
		return len(set) <= maxWords
	}
	var parts [][]string
	for _, c := range t.Children {
		w, ok := language(c, loops)
		if !ok {
			return nil, false
		}
		parts = append(parts, w)
	}
	ok = true
	switch t.Op {
	case journey.Leaf:
		put(string(t.Step))
	case journey.Silent:
		put("")
	case journey.Choice:
		for _, p := range parts {
			for _, w := range p {
				ok = ok && put(w)
			}
		}
	case journey.Sequence, journey.Parallel:
		acc := []string{""}
		for _, p := range parts {
			next := make(map[string]bool)
			for _, a := range acc {
				for _, b := range p {
					if t.Op == journey.Sequence {
						next[a+b] = true
						continue
					}
					if len(a)+len(b) > maxShuffled {
						return nil, false
					}
					shuffle(a, b, "", next)
				}
				if len(next) > maxWords {
					return nil, false
				}
			}
			acc = keys(next)
		}
		for _, w := range acc {
			ok = ok && put(w)
		}
	case journey.Loop:
		acc := parts[0]
		for i := 0; ; i++ {
			for _, w := range acc {
				ok = ok && put(w)
			}
			if i == loops || !ok {
				break
			}
			next := make(map[string]bool)
			if len(acc)*len(parts[0])*len(parts[1]) > 20*maxWords {
				return nil, false
			}
			for _, a := range acc {
				for _, r := range parts[1] {
					for _, b := range parts[0] {
						next[a+r+b] = true
					}
				}
				if len(next) > maxWords {
					return nil, false
				}
			}
			acc = keys(next)
		}
	case journey.UnknownOp:
	}
	return keys(set), ok
}

func keys(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func shuffle(a, b, done string, into map[string]bool) {
	if a == "" || b == "" {
		into[done+a+b] = true
		return
	}
	shuffle(a[1:], b, done+a[:1], into)
	shuffle(a, b[1:], done+b[:1], into)
}

// best returns the least cost of aligning a trace with a word and the least moves that have it, in the canonical order: a
// move is "s" + step, "t" + step (log) or "u" + step (model), so that texts compare as moves do.
func best(trace, word string) (int, string) {
	n, m := len(trace), len(word)
	cost := make([][]int, n+1) // of the rest
	for i := n; i >= 0; i-- {
		cost[i] = make([]int, m+1)
		for k := m; k >= 0; k-- {
			c := 1 << 20
			switch {
			case i == n && k == m:
				c = 0
			default:
				if i < n {
					c = min(c, cost[i+1][k]+1)
				}
				if k < m {
					c = min(c, cost[i][k+1]+1)
				}
				if i < n && k < m && trace[i] == word[k] {
					c = min(c, cost[i+1][k+1])
				}
			}
			cost[i][k] = c
		}
	}
	var b strings.Builder
	for i, k := 0, 0; i < n || k < m; {
		switch {
		case i < n && k < m && trace[i] == word[k] && cost[i+1][k+1] == cost[i][k]:
			b.WriteString("s" + trace[i:i+1])
			i, k = i+1, k+1
		case i < n && cost[i+1][k]+1 == cost[i][k]:
			b.WriteString("t" + trace[i:i+1])
			i++
		default:
			b.WriteString("u" + word[k:k+1])
			k++
		}
	}
	return cost[0][0], b.String()
}

func text(moves []conformance.Move) string {
	var b strings.Builder
	for _, m := range moves {
		b.WriteString(map[conformance.MoveKind]string{conformance.Sync: "s", conformance.Log: "t", conformance.Unmatched: "u"}[m.Kind] + string(m.Step))
	}
	return b.String()
}

func drawTree(t *rapid.T, leaves *int, depth int) journey.Tree {
	kind := rapid.IntRange(0, 7).Draw(t, "kind")
	if *leaves >= 6 || depth == 0 {
		kind = 0
	}
	switch kind {
	case 0, 1, 2:
		*leaves++
		return journey.Tree{Op: journey.Leaf, Step: journey.StepID(rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "step"))}
	case 3:
		return journey.Tree{Op: journey.Silent}
	case 7:
		return journey.Tree{Op: journey.Loop, Children: []journey.Tree{drawTree(t, leaves, depth-1), drawTree(t, leaves, depth-1)}}
	}
	n := journey.Tree{Op: []journey.Op{journey.Sequence, journey.Choice, journey.Parallel}[kind-4]}
	for range rapid.IntRange(1, 3).Draw(t, "children") {
		n.Children = append(n.Children, drawTree(t, leaves, depth-1))
	}
	return n
}

// loopsEnough is how often loops are repeated in the naive model: a trace of up to maxTrace events can use no more.
const (
	maxTrace    = 4
	loopsEnough = 4
)

// propAlignment compares cost, verdict, canonical moves, worst case, and prefixes with the enumerated language.
func propAlignment(t *rapid.T) {
	leaves := 0
	tree := drawTree(t, &leaves, 3)
	trace := rapid.StringOfN(rapid.SampledFrom([]rune("abcdx")), 0, maxTrace, -1).Draw(t, "trace")
	words, ok := language(tree, loopsEnough)
	if !ok {
		return
	}
	model, err := conformance.Compile(tree)
	if err != nil {
		t.Fatal(err)
	}
	var q []journey.StepID
	for i := range trace {
		q = append(q, journey.StepID(trace[i:i+1]))
	}
	cost, moves, shortest, running := 1<<20, "", 1<<20, 1<<20
	for _, w := range words {
		c, m := best(trace, w)
		if c < cost || c == cost && m < moves {
			cost, moves = c, m
		}
		shortest = min(shortest, len(w))
		for i := range len(w) + 1 {
			c, _ := best(trace, w[:i])
			running = min(running, c)
		}
	}
	if got := conformance.CheapestRun(model); got != shortest {
		t.Fatalf("%s: shortest run %d, want %d", tree, got, shortest)
	}
	sequences := [][]journey.StepID{q, q, q[:len(q)/2]}
	got, err := model.Align(context.Background(), sequences, conformance.Config{Workers: rapid.IntRange(1, 3).Draw(t, "workers")})
	if err != nil {
		t.Fatal(err)
	}
	a := got[0]
	if a.Cost != cost || !a.Exact || a.Fits != (cost == 0) || a.Worst != len(q)+shortest || text(a.Moves) != moves {
		t.Fatalf("%s against %s: cost %d, worst %d, moves %s; want %d, %d, %s", trace, tree, a.Cost, a.Worst, text(a.Moves), cost, len(q)+shortest, moves)
	}
	if d := cmp.Diff(got[0], got[1]); d != "" {
		t.Fatalf("equal input, unequal answers\n%s", d)
	}
	counts := make(map[conformance.DeviationKind]int)
	for _, d := range a.Deviations(nil) {
		counts[d.Kind]++
	}
	if counts[conformance.AdHoc]+counts[conformance.Missing]+2*counts[conformance.Irregular] != cost {
		t.Fatalf("%s against %s: deviations %v do not add up to %d", trace, tree, counts, cost)
	}
	prefixes, err := model.Prefix(context.Background(), sequences, conformance.Config{})
	if err != nil {
		t.Fatal(err)
	}
	p := prefixes[0]
	if p.Cost != running || p.Cost < prefixes[2].Cost || p.Cost > a.Cost {
		t.Fatalf("%s against %s: prefix cost %d (half: %d, full: %d), want %d", trace, tree, p.Cost, prefixes[2].Cost, a.Cost, running)
	}
	if (p.Since >= 0) != (p.Cost > 0) {
		t.Fatalf("%s against %s: cost %d since %d", trace, tree, p.Cost, p.Since)
	}
	if p.Cost == 0 {
		checkNext(t, tree, trace, words, p)
	}
}

// checkNext compares what may come next with the words that begin with the trace. Words at the bound of the loops may go
// on, so only what the words show is asked for.
func checkNext(t *rapid.T, tree journey.Tree, trace string, words []string, p conformance.Alignment) {
	t.Helper()
	end := false
	for _, w := range words {
		if w == trace {
			end = true
		}
		if strings.HasPrefix(w, trace) && len(w) > len(trace) && !slices.Contains(p.Next, journey.StepID(w[len(trace):len(trace)+1])) {
			t.Fatalf("%s in %s: %s is not among the next steps %v", trace, tree, w[len(trace):], p.Next)
		}
	}
	if p.MayEnd != end || end && p.ToEnd != 0 {
		t.Fatalf("%s in %s: may end %v (%d to go), want %v", trace, tree, p.MayEnd, p.ToEnd, end)
	}
}

func TestAlignmentAgainstLanguage(t *testing.T) { rapid.Check(t, propAlignment) }
func FuzzAlignmentAgainstLanguage(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propAlignment)) }
