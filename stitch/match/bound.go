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
	bits   []float64 // by level
	rungs  []rung    // the heaviest first; the last holds for all
	traits []trait   // by value
}

// bounds tells pairs that cannot reach a floor from the rest, at a fraction of the cost of a weight. They hold for one
// floor and the frequencies and prior of the moment, are immutable and safe for concurrent use.
type bounds struct {
	t     *Table
	prior float64
	floor float64
	comps []ceiling // those that cost least first
}

// rounding is what sums of weights in different order and precision may differ by, amply.
const rounding = 1e-3

// newBounds is nil where the weights of comparisons do not simply add up.
func (s *Scorer) newBounds(floor float64) *bounds {
	if !s.plain || math.IsInf(floor, -1) {
		return nil
	}
	b := &bounds{t: s.t, prior: s.prior, floor: floor - rounding}
	for i := range s.comps {
		c := &s.comps[i]
		l := ceiling{place: i, mail: c.mail, days: c.days, swap: -1, bits: s.bits[i], rungs: s.rungs(i), traits: s.traits(i)}
		if c.swapAt > 0 {
			l.swap = c.swap
		}
		b.comps = append(b.comps, l)
	}
	slices.SortStableFunc(b.comps, func(x, y ceiling) int { return cmp.Compare(s.comps[x.place].cost(), s.comps[y.place].cost()) })
	return b
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

// traits of the values of comparison i.
func (s *Scorer) traits(i int) []trait {
	c := &s.comps[i]
	out := make([]trait, len(c.col.text))
	heaviest := slices.Max(s.tops(i))
	for code := range out {
		if code == 0 {
			continue
		}
		out[code] = c.traitOf(uint32(code))
		out[code].same = float32(heaviest)
		if c.first {
			out[code].same = float32(s.bits[i][1] + s.tfBits(i, 1, uint32(code), uint32(code)))
		}
	}
	return out
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
		if c.swap >= 0 { // the code of the text among given names
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

// may says whether two rows can reach the floor, given their traits by comparison.
func (b *bounds) may(x, y []trait) bool {
	bound := b.prior
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
		case c.swap >= 0 && t.p == y[c.swap].code && u.p == x[c.swap].code:
			return true // swapped names, which are rare
		default:
			open[n] = int8(k)
			n++
			bound += c.rungs[0].top
		}
	}
	for _, k := range open[:n] {
		if bound < b.floor {
			return false
		}
		c := &b.comps[k]
		others := bound - c.rungs[0].top
		bound = others + c.most(&x[c.place], &y[c.place], b.floor-others)
	}
	return bound >= b.floor
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
	b.traits = slices.Grow(b.traits[:0], len(rows)*b.width)[:len(rows)*b.width]
	for k, r := range rows {
		codes, side := b.of.t.row(r), b.traits[k*b.width:(k+1)*b.width]
		for i := range b.of.comps {
			c := &b.of.comps[i]
			side[c.place] = c.traits[codes[c.place]]
		}
	}
}

// may says whether the rows at two places can reach the floor.
func (b *bench) may(j, k int) bool {
	return b.of.may(b.traits[j*b.width:(j+1)*b.width], b.traits[k*b.width:(k+1)*b.width])
}
