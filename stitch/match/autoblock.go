package match

import (
	"cmp"
	"slices"
)

// autoKeys are the keys that automatic blocking tries per kind, each list from fine to coarse: every later key of one
// chain holds all pairs of the earlier ones.
func autoKeys(f Field) [][]BlockKey {
	k := func(t Transform, n int) BlockKey { return BlockKey{Field: f.Name, Transform: t, N: n} }
	switch f.Kind {
	case GivenName:
		return [][]BlockKey{{k(Whole, 0), k(Prefix, 3)}, {k(Whole, 0), k(SoundexOf, 0)}}
	case Surname:
		return [][]BlockKey{{k(Whole, 0), k(Prefix, 4)}, {k(Whole, 0), k(SoundexOf, 0)}}
	case PersonName:
		return [][]BlockKey{{k(SortedTokens, 0), k(RarestToken, 0)}, {k(Prefix, 5)}}
	case CompanyKind:
		return [][]BlockKey{{k(CompanyKey, 0), k(RarestToken, 0)}, {k(Prefix, 5)}, {k(AcronymOrKey, 0)}}
	case Email:
		return [][]BlockKey{{k(Whole, 0), k(LocalPart, 0)}, {k(DomainOf, 0)}}
	case Phone:
		return [][]BlockKey{{k(TailOf, 0)}}
	case Date:
		return [][]BlockKey{{k(Whole, 0), k(YearMonth, 0)}, {k(Whole, 0), k(MonthDay, 0)}}
	case Postcode:
		return [][]BlockKey{{k(Whole, 0), k(Prefix, 3)}}
	case Street:
		return [][]BlockKey{{k(NumberAndToken, 0)}, {k(Prefix, 8)}}
	case FreeText:
		return [][]BlockKey{{k(RareTokens, 3)}}
	case Tokens:
		return [][]BlockKey{{k(EachToken, 0)}}
	case URL:
		return [][]BlockKey{{k(Whole, 0), k(DomainOf, 0)}}
	case Text, City, Code, Number, VAT, KvK, LEI, DUNS, Login:
		return [][]BlockKey{{k(Whole, 0)}}
	case UnknownKind:
	}
	return nil
}

// Limits of automatic blocking, in pairs per row: of one rule, and of all together.
const (
	rulePairs  = 20
	totalPairs = 60
	sampleRows = 50_000
)

// plan is a possible rule with the number of its pairs, estimated from a sample where the table is large.
type plan struct {
	keys   []BlockKey
	fields []int
	pairs  float64
	order  int
}

// AutoBlocks chooses rules for a table without being told any: single keys and pairs of keys of two fields by kind, each
// with at most 20 pairs per row; finer ones that a coarser one within that limit contains are left out; the rest are
// taken by number of pairs, fewest first, until each field is outside the keys of at least two rules and the total
// reaches 60 pairs per row. Above 50,000 rows the numbers are estimated from a sample that depends on nothing but the
// rows. With cross, pairs of one source do not count.
func AutoBlocks(t *Table, cross bool) Blocks {
	plans := coarsest(t, plansOf(t, cross))
	var out Blocks
	free := make([]int, len(t.fields))
	total := 0.0
	for _, p := range plans {
		if total >= totalPairs*float64(t.n) && enough(free) {
			break
		}
		out.Rules = append(out.Rules, BlockRule{Keys: p.keys})
		total += p.pairs
		for f := range free {
			if !slices.Contains(p.fields, f) {
				free[f]++
			}
		}
	}
	return out
}

func enough(free []int) bool {
	for _, n := range free {
		if n < 2 {
			return false
		}
	}
	return true
}

// plansOf lists the rules within the limit, fewest pairs first.
func plansOf(t *Table, cross bool) []plan {
	var keys []BlockKey
	var fields []int
	for i, f := range t.fields {
		for _, chain := range autoKeys(f) {
			for _, k := range chain {
				if !slices.Contains(keys, k) {
					keys = append(keys, k)
					fields = append(fields, i)
				}
			}
		}
	}
	s := newSample(t, cross, keys)
	var out []plan
	add := func(p plan) {
		p.order = len(out)
		if p.pairs > 0 && p.pairs <= rulePairs*float64(t.n) {
			out = append(out, p)
		}
	}
	for i := range keys {
		add(plan{keys: keys[i : i+1 : i+1], fields: fields[i : i+1 : i+1], pairs: s.pairs(i)})
	}
	for i := range keys {
		for j := i + 1; j < len(keys); j++ {
			if fields[i] != fields[j] {
				add(plan{keys: []BlockKey{keys[i], keys[j]}, fields: []int{fields[i], fields[j]}, pairs: s.pairs(i, j)})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b plan) int { return cmp.Or(cmp.Compare(a.pairs, b.pairs), cmp.Compare(a.order, b.order)) })
	return out
}

// coarsest drops the plans whose pairs another plan has all.
func coarsest(t *Table, plans []plan) []plan {
	var out []plan
	for i, p := range plans {
		contained := false
		for j, q := range plans {
			if i != j && contains(t, q, p) {
				contained = true
				break
			}
		}
		if !contained {
			out = append(out, p)
		}
	}
	return out
}

// contains says whether every pair of p is one of q: each key of q is a key of p, or a coarser one.
func contains(t *Table, q, p plan) bool {
	for _, k := range q.keys {
		ok := false
		for _, l := range p.keys {
			ok = ok || coarser(t, k, l)
		}
		if !ok {
			return false
		}
	}
	return true
}

func coarser(t *Table, k, l BlockKey) bool {
	if k == l {
		return true
	}
	if k.Field != l.Field {
		return false
	}
	for _, chain := range autoKeys(t.fields[t.Field(k.Field)]) {
		i, j := slices.Index(chain, l), slices.Index(chain, k)
		if i >= 0 && j > i {
			return true
		}
	}
	return false
}

// sample counts pairs of keys over some of the rows.
type sample struct {
	t     *Table
	cross bool
	rows  []uint32
	cols  []keyColumn
	scale float64

	list   []entry // buffers
	groups grouper
}

func newSample(t *Table, cross bool, keys []BlockKey) *sample {
	s := &sample{t: t, cross: cross, scale: 1}
	for _, k := range keys {
		s.cols = append(s.cols, keyColumnOf(t, k))
	}
	part := 1.0
	if t.n > sampleRows {
		part = sampleRows / float64(t.n)
	}
	for r := range t.n {
		if part == 1 || float64(mix(uint64(r)+hashSeed)>>11)/(1<<53) < part {
			s.rows = append(s.rows, uint32(r))
		}
	}
	if len(s.rows) > 1 {
		s.scale = float64(t.n) * float64(t.n-1) / (float64(len(s.rows)) * float64(len(s.rows)-1))
	}
	return s
}

// pairs estimates the pairs that agree on all of the keys.
func (s *sample) pairs(keys ...int) float64 {
	cols := make([]keyColumn, len(keys))
	for i, k := range keys {
		cols[i] = s.cols[k]
	}
	list := s.list[:0]
	for _, r := range s.rows {
		list = appendKeys(list, cols, s.t.row(r), r)
	}
	s.list = list
	g := s.groups.group(list)
	total := 0.0
	for _, n := range g.count {
		total += float64(pairsOf(int64(n)))
	}
	if s.cross && len(s.t.names) > 1 { // less the pairs inside one source
		for i := range list {
			list[i].key = combine(list[i].key, uint64(s.t.source[list[i].row])+1)
		}
		for _, n := range s.groups.group(list).count {
			total -= float64(pairsOf(int64(n)))
		}
	}
	return total * s.scale
}
