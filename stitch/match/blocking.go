package match

import (
	"iter"

	"github.com/buyerjourney/b2b"
)

// Blocking is a table cut into blocks. It is immutable and safe for concurrent use.
type Blocking struct {
	t       *Table
	blocks  Blocks
	cross   bool
	rules   []ruleBlocks
	ids     []uint32 // rows × rules: block of the row, 0 = none; rules that explode have their own lists
	stats   []RuleStat
	allKeys map[BlockKey]keyColumn
}

// ruleBlocks are the blocks of one rule: rows of block i (from 1) are rows[start[i-1]:start[i]], ascending.
type ruleBlocks struct {
	start []uint32
	rows  []uint32
	many  [][]uint32 // of a rule that explodes: blocks of the row, ascending
}

// NewBlocking cuts the table into blocks. With cross, only pairs of different sources count. Time and space are
// O(rows × rules).
func NewBlocking(t *Table, blocks Blocks, cross bool) (*Blocking, error) {
	var p b2b.Problems
	blocks.check(&p, t.fields)
	if err := p.Err(); err != nil {
		return nil, err
	}
	b := &Blocking{t: t, blocks: blocks, cross: cross, allKeys: map[BlockKey]keyColumn{}}
	b.ids = make([]uint32, t.n*len(blocks.Rules))
	b.stats = make([]RuleStat, len(blocks.Rules))
	for i, r := range blocks.Rules {
		b.rules = append(b.rules, b.cut(i, r))
	}
	return b, nil
}

func (b *Blocking) keys(k BlockKey) keyColumn {
	if c, ok := b.allKeys[k]; ok {
		return c
	}
	c := keyColumnOf(b.t, k)
	b.allKeys[k] = c
	return c
}

// Candidate is a pair of rows, A < B.
type Candidate struct{ A, B uint32 }

// Pairs runs through the candidate pairs with the rule that owns them, each pair once: rule by rule, blocks by their
// first row, rows ascending.
func (b *Blocking) Pairs() iter.Seq2[int, Candidate] {
	return func(yield func(int, Candidate) bool) {
		for rule := range b.rules {
			r := &b.rules[rule]
			for i := 1; i < len(r.start); i++ {
				if !b.block(rule, i, func(x, y uint32) bool { return yield(rule, Candidate{x, y}) }) {
					return
				}
			}
		}
	}
}

// block runs through the pairs of a block that its rule owns.
func (b *Blocking) block(rule, i int, yield func(x, y uint32) bool) bool {
	r := &b.rules[rule]
	rows := r.rows[r.start[i-1]:r.start[i]]
	for k, x := range rows {
		for _, y := range rows[k+1:] {
			if x != y && b.owned(rule, uint32(i), x, y) && !yield(x, y) {
				return false
			}
		}
	}
	return true
}

// owned says whether a pair of block i belongs to the rule: no earlier rule has it, nor an earlier block of this one.
func (b *Blocking) owned(rule int, i, x, y uint32) bool {
	if b.cross && b.t.sameSource(x, y) {
		return false
	}
	n := len(b.rules)
	ix, iy := b.ids[int(x)*n:int(x)*n+rule], b.ids[int(y)*n:int(y)*n+rule]
	for q := range ix {
		if ix[q] != 0 && ix[q] == iy[q] {
			return false
		}
	}
	for q := range rule {
		if m := b.rules[q].many; m != nil && shareSorted(m[x], m[y]) {
			return false
		}
	}
	if m := b.rules[rule].many; m != nil {
		return firstShared(m[x], m[y]) == i
	}
	return true
}

func firstShared(a, b []uint32) uint32 {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			return a[i]
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return 0
}

// Has says whether two rows share a block.
func (b *Blocking) Has(x, y uint32) bool {
	if b.cross && b.t.sameSource(x, y) {
		return false
	}
	n := len(b.rules)
	for q := range b.rules {
		if m := b.rules[q].many; m != nil {
			if shareSorted(m[x], m[y]) {
				return true
			}
		} else if i := b.ids[int(x)*n+q]; i != 0 && i == b.ids[int(y)*n+q] {
			return true
		}
	}
	return false
}

// Shared names the rules under which two rows share a block.
func (b *Blocking) Shared(x, y uint32) []string {
	n := len(b.rules)
	var out []string
	for q := range b.rules {
		hit := false
		if m := b.rules[q].many; m != nil {
			hit = shareSorted(m[x], m[y])
		} else if i := b.ids[int(x)*n+q]; i != 0 {
			hit = i == b.ids[int(y)*n+q]
		}
		if hit {
			out = append(out, b.stats[q].Rule)
		}
	}
	return out
}
