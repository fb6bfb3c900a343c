package match

import (
	"iter"
	"slices"
	"sync"

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

// Skipped is a block that was above the maximum and could not be split.
type Skipped struct {
	Rule  int   // position of the rule
	Size  int   // rows
	Pairs int64 // pairs that the block would have given
}

// RuleStat says what one rule does. Pairs counts those of its blocks (an exploding rule counts a pair once per shared
// block); Owned those that no earlier rule has.
type RuleStat struct {
	Rule         string    `json:"rule"`
	Blocks       int       `json:"blocks"`
	Rows         int       `json:"rows"` // in blocks of two and more
	Pairs        int64     `json:"pairs"`
	Owned        int64     `json:"owned"`
	Sizes        []int     `json:"sizes"` // blocks of 2, 3–4, 5–8, 9–16, … rows
	Worst        []int     `json:"worst"` // the ten largest blocks, skipped ones included
	Skipped      []Skipped `json:"-"`
	SkippedPairs int64     `json:"skipped_pairs"`
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

// entry is a row under a key.
type entry struct {
	key uint64
	row uint32
}

// entries returns the rows with a key of the rule, by row; a row has several if the rule explodes.
func (b *Blocking) entries(keys []BlockKey) (list []entry, explodes bool) {
	cols := make([]keyColumn, len(keys))
	for i, k := range keys {
		cols[i] = b.keys(k)
		explodes = explodes || cols[i].many != nil
	}
	list = make([]entry, 0, b.t.n)
	for r := range b.t.n {
		list = appendKeys(list, cols, b.t.row(uint32(r)), uint32(r))
	}
	return list, explodes
}

func appendKeys(list []entry, cols []keyColumn, row []uint32, r uint32) []entry {
	from := len(list)
	list = append(list, entry{row: r, key: hashSeed})
	for i := range cols {
		code := row[cols[i].field]
		if cols[i].many == nil {
			k := cols[i].one[code]
			if k == 0 {
				return list[:from]
			}
			for e := from; e < len(list); e++ {
				list[e].key = combine(list[e].key, k)
			}
			continue
		}
		keys := cols[i].many[code]
		if len(keys) == 0 {
			return list[:from]
		}
		now := len(list)
		for _, k := range keys[1:] {
			for e := from; e < now; e++ {
				list = append(list, entry{row: r, key: combine(list[e].key, k)})
			}
		}
		for e := from; e < now; e++ {
			list[e].key = combine(list[e].key, keys[0])
		}
	}
	return list
}

// grouping puts entries into groups of equal keys, in the order in which keys turn up, by an open-addressed table.
type grouping struct {
	of    []uint32 // group of each entry, from 0
	count []uint32
}

func groupKeys(list []entry) grouping {
	size := 16
	for size < 2*len(list) {
		size *= 2
	}
	type slot struct {
		key   uint64
		group uint32
	}
	slots := make([]slot, size)
	g := grouping{of: make([]uint32, len(list))}
	for i, e := range list {
		at := int(e.key) & (size - 1)
		for slots[at].key != 0 && slots[at].key != e.key {
			at = (at + 1) & (size - 1)
		}
		if slots[at].key == 0 {
			slots[at] = slot{key: e.key, group: uint32(len(g.count))}
			g.count = append(g.count, 0)
		}
		g.of[i] = slots[at].group
		g.count[g.of[i]]++
	}
	return g
}

// cut makes the blocks of a rule.
func (b *Blocking) cut(rule int, r BlockRule) ruleBlocks {
	list, explodes := b.entries(r.Keys)
	g := groupKeys(list)
	st := &b.stats[rule]
	st.Rule = r.String()
	limit := b.blocks.maxSize()
	for depth := 0; depth < len(r.Refine); depth++ {
		if !refine(b, &list, &g, limit, r.Refine[depth]) {
			break
		}
	}
	number := make([]uint32, len(g.count)) // group → block, 0 = none
	blocks := uint32(0)
	for i, n := range g.count {
		switch {
		case n < 2:
		case int(n) > limit:
			pairs := pairsOf(int64(n))
			st.Skipped = append(st.Skipped, Skipped{Rule: rule, Size: int(n), Pairs: pairs})
			st.SkippedPairs += pairs
			st.Worst = append(st.Worst, int(n))
		default:
			blocks++
			number[i] = blocks
			st.note(int(n))
		}
	}
	st.finish()
	out := ruleBlocks{start: make([]uint32, blocks+1)}
	for i := range list {
		if n := number[g.of[i]]; n > 0 {
			out.start[n]++
		}
	}
	for i := 1; i < len(out.start); i++ {
		out.start[i] += out.start[i-1]
	}
	at := slices.Clone(out.start)
	out.rows = make([]uint32, out.start[blocks])
	if explodes {
		out.many = make([][]uint32, b.t.n)
	}
	for i, e := range list {
		n := number[g.of[i]]
		if n == 0 {
			continue
		}
		out.rows[at[n-1]] = e.row
		at[n-1]++
		if explodes {
			out.many[e.row] = append(out.many[e.row], n)
		} else {
			b.ids[int(e.row)*len(b.blocks.Rules)+rule] = n
		}
	}
	for _, m := range out.many {
		slices.Sort(m)
	}
	return out
}

// refine splits the groups above the limit by one more key; it reports whether there were any.
func refine(b *Blocking, list *[]entry, g *grouping, limit int, k BlockKey) bool {
	large := false
	for _, n := range g.count {
		large = large || int(n) > limit
	}
	if !large {
		return false
	}
	col := b.keys(k)
	out := make([]entry, 0, len(*list))
	for i, e := range *list {
		if int(g.count[g.of[i]]) <= limit {
			out = append(out, e)
			continue
		}
		code := b.t.row(e.row)[col.field]
		if col.many != nil {
			for _, h := range col.many[code] {
				out = append(out, entry{key: combine(e.key, h), row: e.row})
			}
		} else if h := col.one[code]; h != 0 {
			out = append(out, entry{key: combine(e.key, h), row: e.row})
		}
	}
	*list = out
	*g = groupKeys(out)
	return true
}

func pairsOf(n int64) int64 { return n * (n - 1) / 2 }

func (s *RuleStat) note(n int) {
	s.Blocks++
	s.Rows += n
	s.Pairs += pairsOf(int64(n))
	bin := 0
	for m := 2; m < n; m *= 2 {
		bin++
	}
	for len(s.Sizes) <= bin {
		s.Sizes = append(s.Sizes, 0)
	}
	s.Sizes[bin]++
	s.Worst = append(s.Worst, n)
	if len(s.Worst) > 64 {
		s.finish()
	}
}

func (s *RuleStat) finish() {
	slices.SortFunc(s.Worst, func(a, b int) int { return b - a })
	s.Worst = s.Worst[:min(len(s.Worst), 10)]
}

// Stats says what each rule does, in order; Owned is counted by [Blocking.Analyse] and else 0.
func (b *Blocking) Stats() []RuleStat { return slices.Clone(b.stats) }

// Analyse counts the pairs of each rule before and after ownership, by going through all of them.
func (b *Blocking) Analyse() []RuleStat {
	out := b.Stats()
	for rule := range b.Pairs() {
		out[rule].Owned++
	}
	return out
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

// job is a run of blocks of one rule.
type job struct{ rule, from, to int }

// jobs cuts the blocks into runs of about the same number of pairs, the same for any number of workers.
func (b *Blocking) jobs() []job {
	const chunk = 1 << 17
	var out []job
	for rule := range b.rules {
		r := &b.rules[rule]
		from, pairs := 1, int64(0)
		for i := 1; i < len(r.start); i++ {
			pairs += pairsOf(int64(r.start[i] - r.start[i-1]))
			if pairs >= chunk {
				out = append(out, job{rule, from, i + 1})
				from, pairs = i+1, 0
			}
		}
		if from < len(r.start) {
			out = append(out, job{rule, from, len(r.start)})
		}
	}
	return out
}

// inParallel runs n jobs on some workers and waits; each job knows its number, so that results keep their order.
func inParallel(workers, n int, run func(i int)) {
	if workers <= 1 || n <= 1 {
		for i := range n {
			run(i)
		}
		return
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	next := 0
	for range min(workers, n) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= n {
					return
				}
				run(i)
			}
		})
	}
	wg.Wait()
}
