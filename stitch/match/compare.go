package match

import (
	"math"
	"slices"
	"unicode/utf8"
)

// comparison is one field with its levels, bound to a table.
type comparison struct {
	field  int
	kind   Kind
	levels []Level
	col    *column
	swap   int      // SwapName: the column of the other name, −1 none
	swapAt uint8    // SwapName: its level, 0 if there is none
	first  bool     // the first level is Exact, so that equal codes need no more
	mail   bool     // mail with levels on its parts only
	days   bool     // the default levels of dates
	cross  []uint32 // SwapName: by value, the code of the same text in the other column; noCode if it has none
	names  int      // values of the other column when cross was made
	memo   int      // place in a memo, −1 where the level is not a function of the two values
	bars   []jwBar  // by level, of Jaro-Winkler
}

// prepare works out what the levels allow.
func (c *comparison) prepare(memo *int) {
	c.first = c.levels[0].Test == Exact && !c.hasDerived()
	c.mail, c.swapAt = c.kind == Email, 0
	c.bars = make([]jwBar, len(c.levels))
	for i := range c.levels {
		c.bars[i] = newJWBar(c.levels[i].At)
		if c.swap >= 0 && c.swapAt == 0 && c.levels[i].Test == SwapName {
			c.swapAt = uint8(i + 1)
		}
		//exhaustive:ignore
		switch c.levels[i].Test {
		case MailDerived, Exact, Local, LocalDerived, LocalJW, Else:
		default:
			c.mail = false
		}
	}
	c.days = c.kind == Date && slices.EqualFunc(c.levels, DefaultLevels(Date, false), func(a, b Level) bool { return a.Test == b.Test && a.At == b.At })
	c.memo = -1
	if c.kind != Email && c.kind != Date {
		c.memo = *memo
		*memo++
	}
}

func newComparisons(t *Table) []comparison {
	out := make([]comparison, len(t.fields))
	for i, f := range t.fields {
		out[i] = comparison{field: i, kind: f.Kind, levels: levelsOf(f, t.fields), col: t.cols[i], swap: -1}
	}
	for i := range out {
		if out[i].kind != Surname {
			continue
		}
		for j := range out {
			if out[j].kind == GivenName {
				out[i].swap = j
				out[i].cross, out[i].names = crossCodes(t.cols[i], t.cols[j]), len(t.cols[j].text)
				break
			}
		}
	}
	prepareAll(out)
	return out
}

const noCode = ^uint32(0)

// crossCodes finds the texts of one column in another.
func crossCodes(from, to *column) []uint32 {
	at := make(map[string]uint32, len(to.text))
	for code := 1; code < len(to.text); code++ {
		at[to.text[code]] = uint32(code)
	}
	out := make([]uint32, len(from.text))
	for code := range out {
		out[code] = noCode
		if c, ok := at[from.text[code]]; ok {
			out[code] = c
		}
	}
	return out
}

// swapHolds says whether two rows hold each other's names.
func (c *comparison) swapHolds(t *Table, ra, rb []uint32) bool {
	x, y, g, h := ra[c.field], rb[c.field], ra[c.swap], rb[c.swap]
	if x == 0 || y == 0 || g == 0 || h == 0 {
		return false
	}
	if int(max(x, y)) < len(c.cross) && int(max(g, h)) < c.names { // values of the table as it was made
		return c.cross[x] == h && c.cross[y] == g
	}
	names := t.cols[c.swap].text
	return c.col.text[x] == names[h] && c.col.text[y] == names[g]
}

func prepareAll(comps []comparison) {
	memos := 0
	for i := range comps {
		comps[i].prepare(&memos)
	}
}

// missing is the outcome of a comparison of which a side has no value.
const missing = 0

// level returns 1 + the position of the first level that holds, or missing.
func (c *comparison) level(t *Table, a, b uint32, ra, rb []uint32, m *memo) uint8 {
	x, y := ra[c.field], rb[c.field]
	switch {
	case x == 0 || y == 0:
		return missing
	case x == y && c.first:
		return 1
	case c.mail && x != y && c.col.auxID[x] != c.col.auxID[y] && c.col.restID[x] != c.col.restID[y]:
		return uint8(len(c.levels))
	case c.days && c.col.dates[x].valid && c.col.dates[y].valid:
		p, q := &c.col.dates[x], &c.col.dates[y]
		return dateLevel(p.packed, q.packed, p.day-q.day)
	}
	var l uint8
	if m == nil || c.memo < 0 {
		l = c.search(t, a, b, ra, rb)
	} else {
		l = c.remembered(t, a, b, ra, rb, m)
	}
	if c.swapAt > 0 && c.swapAt < l && x != y && c.swapHolds(t, ra, rb) { // not a matter of these values alone
		return c.swapAt
	}
	return l
}

// remembered is the level from the memo, which is filled where it has none.
func (c *comparison) remembered(t *Table, a, b uint32, ra, rb []uint32, m *memo) uint8 {
	x, y := ra[c.field], rb[c.field]
	x, y = min(x, y), max(x, y)
	table := m.tables[c.memo]
	e := &table[int((uint64(x)*hashSeed^uint64(y))*hashSeed>>40)&(len(table)-1)]
	if e.x != x || e.y != y || e.level == missing {
		*e = memoEntry{x, y, c.search(t, a, b, ra, rb)}
	}
	return e.level
}

// search tries the levels in order, but for swapped names.
func (c *comparison) search(t *Table, a, b uint32, ra, rb []uint32) uint8 {
	x, y := ra[c.field], rb[c.field]
	jw, ts, ws := -1.0, -1.0, -1.0
	var p, q shape
	if c.col.shapes != nil {
		p, q = c.col.shapes[x], c.col.shapes[y]
	}
	shaped := p.n > 0 && q.n > 0
	equal := x == y || (c.col.equal != nil && c.col.equal[x] == c.col.equal[y])
	if c.kind == PersonName && !equal && generationsDiffer(c.col.text[x], c.col.text[y]) {
		return uint8(len(c.levels))
	}
	for i := range c.levels {
		l := &c.levels[i]
		hit := false
		//exhaustive:ignore
		switch l.Test {
		case Exact:
			hit = equal && !(c.kind == Email && c.hasDerived() && t.isDerived(c.field, a, b))
		case MailDerived:
			hit = equal && t.isDerived(c.field, a, b)
		case JW:
			if shaped && !c.bars[i].mayReach(p, q) {
				continue
			}
			if jw < 0 {
				jw = JaroWinkler(c.col.text[x], c.col.text[y])
			}
			hit = jw >= l.At
		case OSAWithin:
			if shaped && !mayBeWithin(p, q, int(l.At)) {
				continue
			}
			hit = equal || OSA(c.col.text[x], c.col.text[y], int(l.At)) <= int(l.At)
		case DLWithin:
			hit = c.dlWithin(x, y, int(l.At))
		case TokenSortMin:
			if shaped && c.kind != Street && !mayReachIndel(p, q, l.At) {
				continue
			}
			if ts < 0 {
				ts = c.tokenSort(x, y)
			}
			hit = ts >= l.At
		case WeightedMin:
			if ws < 0 {
				ws = c.col.weighted(x, y)
			}
			hit = ws >= l.At
		case SwapName:
		case Else:
			hit = true
		case InitialEqual:
			if shaped && !equal {
				hit = byte(p.head) == byte(q.head) && (p.n == 1 || q.n == 1)
				break
			}
			hit = equal || initialEqual(c.col.text[x], c.col.text[y])
		default:
			hit = equal && l.Test != SwapDate || c.other(l, t, a, b, x, y)
		}
		if hit {
			return uint8(i + 1)
		}
	}
	return uint8(len(c.levels))
}

func (c *comparison) hasDerived() bool {
	for i := range c.levels {
		if c.levels[i].Test == MailDerived {
			return true
		}
	}
	return false
}

// other decides the rarer tests; the values differ.
func (c *comparison) other(l *Level, t *Table, a, b, x, y uint32) bool {
	col := c.col
	switch l.Test {
	case SwapDate:
		return swappedDates(col, x, y)
	case Nickname:
		return col.nicks != nil && shareSorted(col.nicks[x], col.nicks[y])
	case TokenSetMin:
		return TokenSet(col.text[x], col.text[y]) >= l.At
	case SortedEqual:
		return col.aux != nil && col.aux[x] == col.aux[y]
	case AllTokens:
		return allTokens(col.text[x], col.text[y]) >= l.At
	case CompanyMin:
		return col.names != nil && compareCompany(&col.names[x], &col.names[y], nil) >= l.At
	case AcronymEqual:
		return col.names != nil && acronymMatch(&col.names[x], &col.names[y]) >= acronymScore
	case Local:
		return c.kind == Email && col.auxID[x] == col.auxID[y] && !(c.hasDerived() && t.isDerived(c.field, a, b))
	case LocalDerived:
		return c.kind == Email && col.auxID[x] == col.auxID[y]
	case LocalJW:
		return c.kind == Email && col.restID[x] == col.restID[y] && JaroWinkler(col.aux[x], col.aux[y]) >= l.At
	case Tail, Outward, SiteEqual:
		return col.aux != nil && col.aux[x] != "" && col.aux[x] == col.aux[y]
	case NumberStreet:
		return col.rest != nil && col.aux[x] == col.aux[y] && Indel(col.rest[x], col.rest[y]) >= l.At
	case JaccardMin:
		n := sharedSorted(col.tokens[x], col.tokens[y])
		return float64(n) >= l.At*float64(len(col.tokens[x])+len(col.tokens[y])-n)
	case SharedToken:
		return shareSorted(col.tokens[x], col.tokens[y])
	case Relative, Within:
		return c.near(l, x, y)
	case PrefixEqual:
		return prefixRunes(col.text[x], int(l.At)) == prefixRunes(col.text[y], int(l.At))
	case UnknownTest, Exact, SwapName, InitialEqual, JW, OSAWithin, DLWithin, TokenSortMin, WeightedMin, MailDerived, Else:
	}
	return false
}

func (c *comparison) tokenSort(x, y uint32) float64 {
	switch {
	case c.col.rest != nil && c.kind == Street:
		return Indel(c.col.rest[x], c.col.rest[y])
	case c.col.aux != nil && c.col.usesTokens():
		return Indel(c.col.aux[x], c.col.aux[y])
	}
	return TokenSort(c.col.text[x], c.col.text[y])
}

func (c *comparison) near(l *Level, x, y uint32) bool {
	switch {
	case c.kind == Number && l.Test == Relative:
		p, q := c.col.nums[x], c.col.nums[y]
		return math.Abs(p-q) <= l.At*max(math.Abs(p), math.Abs(q))
	case c.kind == Number:
		return math.Abs(c.col.nums[x]-c.col.nums[y]) <= l.At
	case c.kind == Date:
		p, q := &c.col.dates[x], &c.col.dates[y]
		switch {
		case p.yearly || q.yearly:
			return l.At >= 366 && math.Abs(float64(p.year-q.year))*366 <= l.At-366
		case p.valid && q.valid:
			return math.Abs(float64(p.day)-float64(q.day)) <= l.At
		}
	}
	return false
}

func (c *comparison) dlWithin(x, y uint32, k int) bool {
	if x == y {
		return true
	}
	if c.kind != Date {
		return DamerauLevenshtein(c.col.text[x], c.col.text[y], k) <= k
	}
	p, q := &c.col.dates[x], &c.col.dates[y]
	if p.yearly || q.yearly {
		return false
	}
	if k != 1 {
		return DamerauLevenshtein(c.col.text[x], c.col.text[y], k) <= k
	}
	return nearDigits(p, q)
}

func initialEqual(a, b string) bool {
	r, n := utf8.DecodeRuneInString(a)
	s, m := utf8.DecodeRuneInString(b)
	return r == s && (n == len(a) || m == len(b))
}

// allTokens is the share of the shorter text's words that are in the other text, as they are, as initials or as nicknames.
// Both texts need a common whole word.
func allTokens(a, b string) float64 {
	x, y := uniqueTokens(a), uniqueTokens(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	got, whole := 0.0, false
	for _, w := range x {
		best := 0.0
		for _, v := range y {
			switch {
			case w == v && len(w) > 1:
				best = 1
				whole = true
			case best == 0 && (len(w) == 1 || len(v) == 1) && w[0] == v[0]:
				best = 1
			case best == 0 && shareSorted(nicknameOf[w], nicknameOf[v]):
				best = 1
			}
		}
		got += best
	}
	if !whole {
		return 0
	}
	return got / float64(len(x))
}

func prefixRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

func shareSorted(a, b []uint32) bool {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			return true
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return false
}
