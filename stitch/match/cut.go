package match

import (
	"slices"
)

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
	list = b.list[:0]
	for r := range uint32(b.t.n) {
		list = appendKeys(list, cols, b.t.row(r), r)
	}
	b.list = list
	return list, explodes
}

// appendKeys appends the keys of a row, several if some of the columns explode.
func appendKeys(list []entry, cols []keyColumn, row []uint32, r uint32) []entry {
	key := uint64(hashSeed)
	for i := range cols {
		code := row[cols[i].field]
		if cols[i].many != nil {
			return appendMany(list, cols, row, r)
		}
		k := cols[i].one[code]
		if k == 0 {
			return list
		}
		key = combine(key, k)
	}
	return append(list, entry{key: key, row: r})
}

// appendMany appends the keys of a row where some of the columns explode.
func appendMany(list []entry, cols []keyColumn, row []uint32, r uint32) []entry {
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

// cut makes the blocks of a rule.
func (b *Blocking) cut(rule int, r BlockRule) ruleBlocks {
	list, explodes := b.entries(r.Keys)
	g := b.groups.group(list)
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
	*g = b.groups.group(out)
	return true
}
