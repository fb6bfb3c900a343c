package match

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/stitch"
)

// IndexConfig says what an [Index] holds. Model and Table are required: the table has the same fields as the model, gives
// the frequencies of values, which then stay as they are, and its rows are the first records of the index.
type IndexConfig struct {
	Model  *Model
	Table  *Table
	Blocks Blocks // none = AutoBlocks of the table
	// Cells reads the cells of a profile, in the order of the fields. Nil takes for each field the first identifier whose
	// kind has the name or the kind of the field, else the profile's field of that name.
	Cells func(p stitch.Profile) []string
}

// Index finds and scores records one at a time. It implements [stitch.Scorer]. It is not safe for concurrent use; one
// goroutine at a time. Values that were seen once, in searches too, stay in its dictionaries. The zero value is of no use:
// see [NewIndex].
type Index struct {
	t      *Table
	s      *Scorer
	blocks Blocks
	keys   [][]BlockKey // by rule, refinements left out
	fields [][]int
	rows   []map[uint64][]uint32 // by rule and key: rows, ascending where nothing was removed
	at     map[stitch.ProfileID]uint32
	free   []uint32
	stamp  []uint32
	now    uint32
	cells  func(p stitch.Profile) []string
	memo   *memo
	found  []uint32
	hits   []Hit
	lists  [][]uint32
	hash   []entry
}

// Hit is a record that a search found.
type Hit struct {
	ID          stitch.ProfileID
	Bits        float64 // total weight, prior included
	Probability float64

	row uint32
}

// candidateCap is how many candidates a search scores, those of the smallest blocks first.
const candidateCap = 200

var _ stitch.Scorer = (*Index)(nil)

// NewIndex makes an index of the rows of a table. The table must not be used elsewhere afterwards.
func NewIndex(cfg IndexConfig) (*Index, error) {
	var p b2b.Problems
	if cfg.Model == nil {
		p.Add("model", "is needed")
	}
	if cfg.Table == nil {
		p.Add("table", "is needed")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	s, err := NewScorer(cfg.Model, cfg.Table)
	if err != nil {
		return nil, err
	}
	x := &Index{t: cfg.Table, s: s, blocks: cfg.Blocks, at: map[stitch.ProfileID]uint32{}, cells: cfg.Cells, memo: newMemo(s.comps)}
	if len(x.blocks.Rules) == 0 {
		x.blocks.Rules = AutoBlocks(cfg.Table, false).Rules
	}
	x.blocks.check(&p, cfg.Table.fields)
	if err := p.Err(); err != nil {
		return nil, err
	}
	if x.cells == nil {
		x.cells = x.defaultCells
	}
	for _, r := range x.blocks.Rules {
		var fields []int
		for _, k := range r.Keys {
			fields = append(fields, x.t.Field(k.Field))
		}
		x.keys, x.fields = append(x.keys, r.Keys), append(x.fields, fields)
		x.rows = append(x.rows, map[uint64][]uint32{})
	}
	x.stamp = make([]uint32, x.t.n)
	for r := range x.t.n {
		source, id := x.t.ID(r)
		x.at[stitch.ProfileID{Source: source, ID: id}] = uint32(r)
		x.enter(uint32(r))
	}
	return x, nil
}

// Len is the number of records in the index.
func (x *Index) Len() int { return len(x.at) }

// rowKeys lists the keys of a row under a rule, in x.hash.
func (x *Index) rowKeys(rule int, row uint32) []entry {
	x.hash = append(x.hash[:0], entry{key: hashSeed})
	for i, k := range x.keys[rule] {
		c := x.t.cols[x.fields[rule][i]]
		code := x.t.row(row)[x.fields[rule][i]]
		if code == 0 {
			return nil
		}
		if !k.Transform.explodes() {
			s := keyOf(c, code, k)
			if s == "" {
				return nil
			}
			h := hashText(s)
			for e := range x.hash {
				x.hash[e].key = combine(x.hash[e].key, h)
			}
			continue
		}
		var hs []uint64
		for _, s := range keysOf(c, code, k) {
			hs = append(hs, hashText(s))
		}
		slices.Sort(hs)
		hs = slices.Compact(hs)
		if len(hs) == 0 {
			return nil
		}
		now := len(x.hash)
		for _, h := range hs[1:] {
			for e := range now {
				x.hash = append(x.hash, entry{key: combine(x.hash[e].key, h)})
			}
		}
		for e := range now {
			x.hash[e].key = combine(x.hash[e].key, hs[0])
		}
	}
	return x.hash
}

func (x *Index) enter(row uint32) {
	for rule := range x.keys {
		for _, e := range x.rowKeys(rule, row) {
			x.rows[rule][e.key] = append(x.rows[rule][e.key], row)
		}
	}
}

func (x *Index) leave(row uint32) {
	for rule := range x.keys {
		for _, e := range x.rowKeys(rule, row) {
			list := x.rows[rule][e.key]
			if i := slices.Index(list, row); i >= 0 {
				list = slices.Delete(list, i, i+1)
			}
			if len(list) == 0 {
				delete(x.rows[rule], e.key)
			} else {
				x.rows[rule][e.key] = list
			}
		}
	}
}

// place writes a record into a row of the table, a new one if row is the number of rows.
func (x *Index) place(r Record, row uint32) {
	t := x.t
	if int(row) == t.n {
		t.n++
		t.codes = append(t.codes, make([]uint32, t.stride)...)
		t.ids = append(t.ids, "")
		t.source = append(t.source, 0)
		t.input = append(t.input, int(row))
		x.stamp = append(x.stamp, 0)
		for i := range t.derived {
			if t.derived[i] != nil && len(t.derived[i])*64 < t.n {
				t.derived[i] = append(t.derived[i], 0)
			}
		}
	}
	at := slices.Index(t.names, r.Source)
	if at < 0 {
		at = len(t.names)
		t.names = append(t.names, r.Source)
	}
	t.ids[row], t.source[row] = r.ID, uint32(at)
	codes := t.row(row)
	for i, c := range t.cols {
		codes[i] = 0
		if i < len(r.Cells) && r.Cells[i] != "" {
			country := ""
			if i < len(r.Countries) {
				country = r.Countries[i]
			}
			codes[i] = c.code(r.Cells[i], country)
			c.extend()
			x.s.extend(i)
		}
	}
	t.deriveRow(row)
}

// Put adds a record, or replaces the one of the same source and id.
func (x *Index) Put(r Record) {
	id := stitch.ProfileID{Source: r.Source, ID: r.ID}
	x.Remove(id)
	row := uint32(x.t.n)
	if n := len(x.free); n > 0 {
		row = x.free[n-1]
		x.free = x.free[:n-1]
	}
	x.place(r, row)
	x.at[id] = row
	x.enter(row)
}

// Add adds a profile, or replaces what is there of it. It is part of [stitch.Scorer].
func (x *Index) Add(p stitch.Profile) { x.Put(x.record(p)) }

// Remove takes a record out; an unknown one changes nothing. It is part of [stitch.Scorer].
func (x *Index) Remove(id stitch.ProfileID) {
	row, ok := x.at[id]
	if !ok {
		return
	}
	x.leave(row)
	delete(x.at, id)
	x.free = append(x.free, row)
}

// scratch puts a record into a row of its own for the time of a question.
func (x *Index) scratch(r Record) uint32 {
	row := uint32(x.t.n)
	if n := len(x.free); n > 0 {
		row = x.free[n-1]
	} else {
		x.free = append(x.free, row)
	}
	x.place(r, row)
	return row
}

// gather collects the rows that share a block with a row; with a cap, those of the smallest blocks first until it is
// reached. It reports whether the cap cut candidates off.
func (x *Index) gather(row uint32, limit int) (rows []uint32, cut bool) {
	x.lists = x.lists[:0]
	for rule := range x.keys {
		for _, e := range x.rowKeys(rule, row) {
			if list := x.rows[rule][e.key]; len(list) > 0 && len(list) <= x.blocks.maxSize() {
				x.lists = append(x.lists, list)
			}
		}
	}
	slices.SortStableFunc(x.lists, func(a, b []uint32) int { return cmp.Compare(len(a), len(b)) })
	x.now++
	x.stamp[row] = x.now
	x.found = x.found[:0]
	for _, list := range x.lists {
		for _, r := range list {
			if x.stamp[r] == x.now {
				continue
			}
			if limit > 0 && len(x.found) >= limit {
				return x.found, true
			}
			x.stamp[r] = x.now
			x.found = append(x.found, r)
		}
	}
	return x.found, false
}

// Search returns the records that are most likely the same as r, best first, ties by id, at most max of them (0 = all).
// At most 200 candidates are scored, those of the smallest blocks first; cut says that there were more. A record of the
// same source and id as r is left out.
func (x *Index) Search(r Record, limit int) (hits []Hit, cut bool) {
	row := x.scratch(r)
	self, known := x.at[stitch.ProfileID{Source: r.Source, ID: r.ID}]
	rows, cut := x.gather(row, candidateCap)
	x.hits = x.hits[:0]
	for _, c := range rows {
		if known && c == self {
			continue
		}
		bits, veto, _ := x.s.pair(row, c, math.Inf(-1), x.memo)
		if !veto {
			x.hits = append(x.hits, Hit{Bits: bits, row: c})
		}
	}
	slices.SortFunc(x.hits, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Bits, a.Bits), x.compareID(a.row, b.row)) })
	if limit > 0 && len(x.hits) > limit {
		x.hits = x.hits[:limit]
	}
	hits = slices.Clone(x.hits)
	for i := range hits {
		source, id := x.t.ID(int(hits[i].row))
		hits[i].ID = stitch.ProfileID{Source: source, ID: id}
		hits[i].Probability = probabilityOf(hits[i].Bits)
	}
	return hits, cut
}

func (x *Index) compareID(a, b uint32) int {
	return cmp.Or(cmp.Compare(x.t.names[x.t.source[a]], x.t.names[x.t.source[b]]), cmp.Compare(x.t.ids[a], x.t.ids[b]))
}

// Candidates runs through the profiles that share a block with p, by id. Blocks above the maximum have none, whoever was
// added first. It is part of [stitch.Scorer].
func (x *Index) Candidates(p stitch.Profile) iter.Seq[stitch.ProfileID] {
	return func(yield func(stitch.ProfileID) bool) {
		rows, _ := x.gather(x.scratch(x.record(p)), 0)
		ids := make([]stitch.ProfileID, 0, len(rows))
		for _, r := range rows {
			source, id := x.t.ID(int(r))
			if c := (stitch.ProfileID{Source: source, ID: id}); c != p.ID {
				ids = append(ids, c)
			}
		}
		slices.SortFunc(ids, stitch.ProfileID.Compare)
		for _, id := range ids {
			if !yield(id) {
				return
			}
		}
	}
}

// Score compares two profiles; the first part is the prior. A pair that a level forbids has the lowest weight of all,
// −40 bits for the part "veto" beside the rest. It is part of [stitch.Scorer].
func (x *Index) Score(a, b stitch.Profile) stitch.Score {
	if b.ID.Compare(a.ID) < 0 {
		a, b = b, a
	}
	row := x.scratch(x.record(a))
	x.free = slices.DeleteFunc(x.free, func(r uint32) bool { return r == row })
	other := x.scratch(x.record(b))
	s := x.s.Explain(row, other)
	x.free = append(x.free, row)
	out := stitch.Score{Bits: s.Total, Parts: []stitch.ScorePart{{Name: "prior", Bits: s.Prior}}}
	for _, p := range s.Parts {
		out.Parts = append(out.Parts, stitch.ScorePart{Name: p.Field, Bits: p.Bits + p.TFBits})
	}
	if s.Veto {
		out.Parts = append(out.Parts, stitch.ScorePart{Name: "veto", Bits: -maxBits - math.Abs(s.Total)})
		out.Bits += -maxBits - math.Abs(s.Total)
	}
	return out
}

func (x *Index) record(p stitch.Profile) Record {
	return Record{Source: p.ID.Source, ID: p.ID.ID, Cells: x.cells(p)}
}

func (x *Index) defaultCells(p stitch.Profile) []string {
	cells := make([]string, len(x.t.fields))
	for i, f := range x.t.fields {
		for _, k := range []stitch.Kind{stitch.Kind(f.Name), stitch.Kind(f.Kind.String())} {
			if ids := p.Values(k); len(ids) > 0 && cells[i] == "" {
				cells[i] = ids[0].Value()
			}
		}
		for _, v := range p.Fields {
			if v.Name == f.Name && cells[i] == "" {
				cells[i] = v.Value
			}
		}
	}
	return cells
}
