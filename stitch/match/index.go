package match

import (
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
	// kind has the name or the kind of the field, else the profile's field of that name. It must be safe for concurrent readers.
	Cells func(p stitch.Profile) []string
}

// Index finds and scores records one at a time. It implements [stitch.Scorer]. One writer or many readers: Search,
// Candidates, Score and Len may run beside one another (more than 32 at a time wait), Put, Add and Remove only alone.
// Values that were put once stay in its dictionaries, those of questions do not. The zero value is of no use: see [NewIndex].
type Index struct {
	t      *Table
	s      *Scorer
	limits *bounds // nil where there are none
	blocks Blocks
	keys   [][]BlockKey // by rule, refinements left out
	fields [][]int
	rows   []map[uint64][]uint32 // by rule and key: rows, ascending where nothing was removed
	at     map[stitch.ProfileID]uint32
	free   []uint32
	cells  func(p stitch.Profile) []string
	hash   []entry        // of the writer
	idle   chan *question // questions that are not being asked
}

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
	x := &Index{t: cfg.Table, s: s, blocks: cfg.Blocks, at: map[stitch.ProfileID]uint32{}, cells: cfg.Cells}
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
	for r := range x.t.n {
		source, id := x.t.ID(r)
		x.at[stitch.ProfileID{Source: source, ID: id}] = uint32(r)
		x.enter(uint32(r))
	}
	x.reserve()
	return x, nil
}

// Len is the number of records in the index.
func (x *Index) Len() int { return len(x.at) }

// rowKeys lists the keys of a row under a rule, in the buffer, which it returns.
func (x *Index) rowKeys(buf []entry, rule int, row uint32) []entry {
	buf = append(buf[:0], entry{key: hashSeed})
	for i, k := range x.keys[rule] {
		c := x.t.cols[x.fields[rule][i]]
		code := x.t.row(row)[x.fields[rule][i]]
		if code == 0 {
			return buf[:0]
		}
		if !k.Transform.explodes() {
			s := keyOf(c, code, k)
			if s == "" {
				return buf[:0]
			}
			h := hashText(s)
			for e := range buf {
				buf[e].key = combine(buf[e].key, h)
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
			return buf[:0]
		}
		now := len(buf)
		for _, h := range hs[1:] {
			for e := range now {
				buf = append(buf, entry{key: combine(buf[e].key, h)})
			}
		}
		for e := range now {
			buf[e].key = combine(buf[e].key, hs[0])
		}
	}
	return buf
}

func (x *Index) enter(row uint32) {
	for rule := range x.keys {
		x.hash = x.rowKeys(x.hash, rule, row)
		for _, e := range x.hash {
			x.rows[rule][e.key] = append(x.rows[rule][e.key], row)
		}
	}
}

func (x *Index) leave(row uint32) {
	for rule := range x.keys {
		x.hash = x.rowKeys(x.hash, rule, row)
		for _, e := range x.hash {
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
		t.grow(t.n + 1)
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
			codes[i] = c.code(r.Cells[i], r.country(i))
			c.extend()
			x.s.extend(i)
		}
	}
	t.deriveRow(row)
	if x.limits != nil {
		x.limits.extend()
	}
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

// Candidates runs through the profiles that share a block with p, by id. Blocks above the maximum have none, whoever was
// added first. It is part of [stitch.Scorer].
func (x *Index) Candidates(p stitch.Profile) iter.Seq[stitch.ProfileID] {
	return func(yield func(stitch.ProfileID) bool) {
		for _, id := range x.candidates(p) {
			if !yield(id) {
				return
			}
		}
	}
}

func (x *Index) candidates(p stitch.Profile) []stitch.ProfileID {
	q := x.ask()
	defer x.done(q)
	rows, _ := x.gather(q, q.enter(x.t, 0, x.record(p)), 0)
	ids := make([]stitch.ProfileID, 0, len(rows))
	for _, r := range rows {
		source, id := x.t.ID(int(r))
		if c := (stitch.ProfileID{Source: source, ID: id}); c != p.ID {
			ids = append(ids, c)
		}
	}
	slices.SortFunc(ids, stitch.ProfileID.Compare)
	return ids
}

// Score compares two profiles; the first part is the prior. A pair that a level forbids has the lowest weight of all,
// −40 bits for the part "veto" beside the rest. It is part of [stitch.Scorer].
func (x *Index) Score(a, b stitch.Profile) stitch.Score {
	if b.ID.Compare(a.ID) < 0 {
		a, b = b, a
	}
	q := x.ask()
	defer x.done(q)
	s := x.s.Explain(q.enter(x.t, 0, x.record(a)), q.enter(x.t, 1, x.record(b)))
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
