package match

import (
	"cmp"
	"math"
	"slices"
)

// trait is what bounds the weight of a pair of values from above without their texts.
type trait struct {
	code uint32
	same float32 // the most that a pair of this value weighs
	p, q uint32  // by kind, see traitOf
	// Of the text that the tests of the kind look at: of mail the local part.
	shape shape
}

// rung is a level that two different values may reach, with the most that it can weigh.
type rung struct {
	test Test
	at   float64
	jw   jwBar
	top  float64
}

// ceiling is what bounds the weights of one comparison.
type ceiling struct {
	place  int
	mail   bool
	days   bool
	swap   int       // the place of the other name, −1 if names are not swapped
	known  [2]uint32 // values of this column and of the other name of which swapped ones are told by codes
	bits   []float64 // by level
	rungs  []rung    // the heaviest first; the last holds for all
	traits []trait   // by value
}

// bounds tells pairs that cannot reach a floor from the rest, at a fraction of the cost of a weight. They hold for the
// frequencies of the moment, and are safe for concurrent use but for [bounds.extend].
type bounds struct {
	s     *Scorer
	comps []ceiling // those that cost least first
}

// rounding is what sums of weights in different order and precision may differ by, amply.
const rounding = 1e-3

// newBounds is nil where the weights of comparisons do not simply add up.
func (s *Scorer) newBounds() *bounds {
	if !s.plain {
		return nil
	}
	b := &bounds{s: s}
	for i := range s.comps {
		c := &s.comps[i]
		l := ceiling{place: i, mail: c.mail, days: c.days, swap: -1, bits: s.bits[i], rungs: s.rungs(i)}
		if c.swapAt > 0 {
			l.swap, l.known = c.swap, [2]uint32{uint32(len(c.cross)), uint32(c.names)}
		}
		b.comps = append(b.comps, l)
	}
	slices.SortStableFunc(b.comps, func(x, y ceiling) int { return cmp.Compare(s.comps[x.place].cost(), s.comps[y.place].cost()) })
	b.extend()
	return b
}

// extend takes in the values that came since.
func (b *bounds) extend() {
	for k := range b.comps {
		c := &b.comps[k]
		have, all := len(c.traits), len(b.s.comps[c.place].col.text)
		c.traits = slices.Grow(c.traits, all-have)
		for code := have; code < all; code++ {
			c.traits = append(c.traits, b.s.trait(c.place, uint32(code)))
		}
	}
}

// sides writes down the traits of a row.
func (b *bounds) sides(dst []trait, row []uint32) {
	for k := range b.comps {
		c := &b.comps[k]
		dst[c.place] = c.traits[row[c.place]]
	}
}

// asked writes down the traits of a row of a question, whose values may be its own.
func (b *bounds) asked(dst []trait, row []uint32) {
	for i := range b.comps {
		dst[i] = b.s.trait(i, row[i])
	}
}

// cost ranks comparisons by what a bound of theirs costs.
func (c *comparison) cost() int {
	switch {
	case c.mail:
		return 0
	case c.col.shapes == nil:
		return 1
	case c.swap < 0:
		return 2
	}
	return 3
}

// trait of a value of comparison i.
func (s *Scorer) trait(i int, code uint32) trait {
	c := &s.comps[i]
	if code == 0 {
		return trait{}
	}
	t := c.traitOf(code)
	t.same = float32(s.heaviest[i])
	if c.first {
		t.same = float32(s.bits[i][1] + s.tfBits(i, 1, code, code))
	}
	return t
}

func (c *comparison) traitOf(code uint32) trait {
	t := trait{code: code}
	if c.col.shapes != nil {
		t.shape = c.col.shapes[code]
	}
	//exhaustive:ignore
	switch c.kind {
	case Email: // numbers of local part and domain
		t.p, t.q, t.shape = c.col.auxID[code], c.col.restID[code], shapeOf(c.col.aux[code])
	case Date: // day and digits, of dates of the calendar
		if d := &c.col.dates[code]; d.valid {
			t.p, t.q = uint32(d.day), d.packed
		}
	case GivenName: // groups of nicknames, a bit each
		for _, group := range c.col.nicks[code] {
			t.p |= 1 << (group % 32)
		}
	default:
		if int(code) < len(c.cross) { // the code of the text among given names
			t.p = c.cross[code]
		}
	}
	return t
}

// tops lists the most that each level of comparison i can weigh.
func (s *Scorer) tops(i int) []float64 {
	floor := max(s.model.TFFloor, 1e-9)
	var out []float64
	for l, w := range s.model.Comparisons[i].Levels {
		top := s.bits[i][l+1]
		if w.Level.TF && s.model.TFStrength > 0 {
			top += max(s.logU[i][l+1]-math.Log2(floor), 0)
		}
		out = append(out, top)
	}
	return out
}

// rungs lists what two different values of comparison i may reach, the heaviest first, as far as the one that holds for
// all. Swapped names are left out.
func (s *Scorer) rungs(i int) []rung {
	c := &s.comps[i]
	var out []rung
	for l, top := range s.tops(i) {
		level := &c.levels[l]
		r := rung{test: level.Test, at: level.At, jw: newJWBar(level.At), top: top}
		//exhaustive:ignore
		switch level.Test {
		case Exact, MailDerived:
			if c.col.equal == nil {
				continue
			}
		case SwapName:
			continue
		case JW, OSAWithin, TokenSortMin, InitialEqual:
			if c.kind == Email {
				r.test = UnknownTest // the shape is of the local part
			}
		case Local, LocalDerived, LocalJW:
			if c.kind != Email {
				continue
			}
		case Nickname:
			if c.kind != GivenName {
				continue
			}
		default:
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(x, y rung) int { return cmp.Compare(y.top, x.top) })
	return out[:1+slices.IndexFunc(out, func(r rung) bool { return r.test == Else })]
}

// most is the most that the comparison of two different values weighs, or less than need if that is out of reach.
func (c *ceiling) most(t, u *trait, need float64) float64 {
	for k := range c.rungs {
		if r := &c.rungs[k]; r.top < need || r.may(t, u) {
			return r.top
		}
	}
	return c.rungs[len(c.rungs)-1].top
}

// may says whether two different values can be at the level.
func (r *rung) may(t, u *trait) bool {
	shaped := t.shape.n > 0 && u.shape.n > 0
	//exhaustive:ignore
	switch r.test {
	case JW:
		return !shaped || r.jw.mayReach(t.shape, u.shape)
	case OSAWithin:
		return !shaped || mayBeWithin(t.shape, u.shape, int(r.at))
	case TokenSortMin:
		return !shaped || mayReachIndel(t.shape, u.shape, r.at)
	case InitialEqual:
		return !shaped || (byte(t.shape.head) == byte(u.shape.head) && (t.shape.n == 1 || u.shape.n == 1))
	case Nickname:
		return t.p&u.p != 0
	case Local, LocalDerived:
		return t.p == u.p
	case LocalJW:
		return t.q == u.q && (!shaped || r.jw.mayReach(t.shape, u.shape))
	default:
		return true
	}
}

// maySwap says whether names may be swapped between two rows, given the traits of this name and of the other one. Names
// that came late are left to a comparison of their texts.
func (c *ceiling) maySwap(t, u, g, h *trait) bool {
	if max(t.code, u.code) >= c.known[0] || max(g.code, h.code) >= c.known[1] {
		return true
	}
	return t.p == h.code && u.p == g.code
}

// may says whether two rows can reach a floor, given their traits by comparison.
func (b *bounds) may(x, y []trait, floor float64) bool {
	floor -= rounding
	bound := b.s.prior
	var open [maxFields]int8
	n := 0
	for k := range b.comps {
		c := &b.comps[k]
		t, u := &x[c.place], &y[c.place]
		switch {
		case t.code == 0 || u.code == 0:
		case t.code == u.code:
			bound += float64(t.same)
		case c.mail && t.p != u.p && t.q != u.q:
			bound += c.bits[len(c.bits)-1]
		case c.days && t.q != 0 && u.q != 0:
			bound += c.bits[dateLevel(t.q, u.q, int32(t.p)-int32(u.p))]
		case c.swap >= 0 && c.maySwap(t, u, &x[c.swap], &y[c.swap]):
			return true // which is rare
		default:
			open[n] = int8(k)
			n++
			bound += c.rungs[0].top
		}
	}
	for _, k := range open[:n] {
		if bound < floor {
			return false
		}
		c := &b.comps[k]
		others := bound - c.rungs[0].top
		bound = others + c.most(&x[c.place], &y[c.place], floor-others)
	}
	return bound >= floor
}

// bench holds the traits of the rows of one block side by side. It belongs to one goroutine.
type bench struct {
	of     *bounds
	traits []trait
	width  int
}

// take puts the rows of a block on the bench.
func (b *bench) take(rows []uint32) {
	b.width = len(b.of.comps)
	b.traits = sized(b.traits, len(rows)*b.width)
	for k, r := range rows {
		b.of.sides(b.side(k), b.of.s.t.row(r))
	}
}

// side is the traits of the row at a place.
func (b *bench) side(k int) []trait { return b.traits[k*b.width : (k+1)*b.width] }
