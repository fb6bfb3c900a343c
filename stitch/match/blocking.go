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

	exploding []int // rules of which a row may have several blocks

	list   []entry // buffers of construction
	groups grouper
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
		if b.rules[i].many != nil {
			b.exploding = append(b.exploding, i)
		}
	}
	b.list, b.groups = nil, grouper{}
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
		p := pairer{b: b}
		for rule := range b.rules {
			r := &b.rules[rule]
			for i := 1; i < len(r.start); i++ {
				if !p.pairs(rule, i, func(j, k int) bool { return yield(rule, Candidate{p.rows[j], p.rows[k]}) }) {
					return
				}
			}
		}
	}
}

// rows are those of block i, from 1, of a rule.
func (b *Blocking) rows(rule, i int) []uint32 {
	r := &b.rules[rule]
	return r.rows[r.start[i-1]:r.start[i]]
}

// pairer runs through the pairs of blocks that their rules own. It belongs to one goroutine.
type pairer struct {
	b     *Blocking
	rows  []uint32 // of the block
	width int
	ids   []uint32 // rows × earlier rules: their blocks, side by side
}

// pairs gives the pairs of a block, as places in rows, until one is not wanted.
func (p *pairer) pairs(rule, i int, yield func(j, k int) bool) bool {
	b := p.b
	p.rows, p.width = b.rows(rule, i), rule
	p.ids = p.ids[:0]
	n := len(b.rules)
	for _, x := range p.rows {
		p.ids = append(p.ids, b.ids[int(x)*n:int(x)*n+rule]...)
	}
	for j := range p.rows {
		for k := j + 1; k < len(p.rows); k++ {
			if p.owned(rule, uint32(i), j, k) && !yield(j, k) {
				return false
			}
		}
	}
	return true
}

// owned says whether a pair of block i belongs to the rule: no earlier rule has it, nor an earlier block of this one.
func (p *pairer) owned(rule int, i uint32, j, k int) bool {
	ix, iy := p.ids[j*p.width:(j+1)*p.width], p.ids[k*p.width:(k+1)*p.width]
	for q, id := range ix {
		if id == iy[q] && id != 0 {
			return false
		}
	}
	b := p.b
	x, y := p.rows[j], p.rows[k]
	if x == y || (b.cross && b.t.sameSource(x, y)) {
		return false
	}
	for _, q := range b.exploding {
		if m := b.rules[q].many; q < rule && shareSorted(m[x], m[y]) {
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
