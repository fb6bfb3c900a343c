package stitch

import (
	"cmp"
	"slices"
)

// sight is one time at which a profile was seen with a value, or said to have it no longer.
type sight struct {
	t    int64
	fact uint32
}

// holding is what a profile has to do with a value. Two holdings of one value differ in via, the value that it is derived
// from.
type holding struct {
	value, via  uint32
	first, last int64 // of the current period; first > last: not held
	seen        []sight
}

func (h *holding) held() bool { return h.first <= h.last }

// ending is one time at which somebody said that a value is no longer the profile's.
type ending struct {
	sight
	value uint32
}

// findHolding returns the position of a holding, or where it belongs.
func (p *profile) findHolding(value, via uint32) (int, bool) {
	return slices.BinarySearchFunc(p.holdings, [2]uint32{value, via}, func(h holding, k [2]uint32) int {
		return cmp.Or(cmp.Compare(h.value, k[0]), cmp.Compare(h.via, k[1]))
	})
}

// sum returns the union of the current periods in which the profile holds a value.
func (p *profile) sum(value uint32) (first, last int64, ok bool) {
	i, _ := p.findHolding(value, 0)
	first, last = unlimited, -unlimited
	for ; i < len(p.holdings) && p.holdings[i].value == value; i++ {
		if h := &p.holdings[i]; h.held() {
			first, last, ok = min(first, h.first), max(last, h.last), true
		}
	}
	return first, last, ok
}

// lastEnd returns the latest time, t at most, at which somebody said that a holding is over: its value, or the one that it
// derives from.
func (p *profile) lastEnd(h *holding, t int64) int64 {
	if p.said == nil {
		return -unlimited
	}
	for _, x := range slices.Backward(p.said.ends) {
		if x.t <= t && (x.value == h.value || x.value == h.via) {
			return x.t
		}
	}
	return -unlimited
}

// resum sets the current period of a holding from its sights and endings. At one moment a Seen comes before an Ended.
func (p *profile) resum(h *holding) {
	h.first, h.last = unlimited, -unlimited
	if len(h.seen) == 0 {
		return
	}
	last, end := h.seen[len(h.seen)-1].t, p.lastEnd(h, unlimited)
	if last <= end {
		return
	}
	i, _ := slices.BinarySearchFunc(h.seen, end+1, func(x sight, t int64) int { return cmp.Compare(x.t, t) })
	h.first, h.last = h.seen[i].t, last
}

// insertSight puts a sight into a list ordered by (occurred, fact id).
func (s *store) insertSight(list []sight, x sight) []sight {
	if n := len(list); n == 0 || list[n-1].t < x.t {
		return append(list, x)
	}
	i, _ := slices.BinarySearchFunc(list, x, func(a, b sight) int {
		return cmp.Or(cmp.Compare(a.t, b.t), cmp.Compare(s.facts[a.fact].id, s.facts[b.fact].id))
	})
	return slices.Insert(list, i, x)
}

func removeSight(list []sight, fact uint32) []sight {
	return slices.DeleteFunc(list, func(x sight) bool { return x.fact == fact })
}

// consent returns an active statement of consent in codes.
func (s *store) consent(f uint32) consent {
	rec := &s.facts[f]
	b, _ := rec.body.(Consent)
	x := consent{t: rec.occurred, until: unlimited, fact: f, purpose: s.internName(b.Purpose), state: b.State}
	if !b.Until.IsZero() {
		x.until = nano(b.Until)
	}
	return x
}

// compareConsents orders by (occurred, fact id).
func (s *store) compareConsents(a, b consent) int {
	return cmp.Or(cmp.Compare(a.t, b.t), cmp.Compare(s.facts[a.fact].id, s.facts[b.fact].id))
}

// addHolder lists a profile among the holders of the value.
func (v *value) addHolder(code uint32, l Level) {
	v.holders = append(v.holders, code)
	if l == Account {
		last := len(v.holders) - 1
		v.holders[v.accounts], v.holders[last] = code, v.holders[v.accounts]
		v.accounts++
	}
}

// dropHolder takes a profile out of the holders.
func (v *value) dropHolder(code uint32) {
	k := slices.Index(v.holders, code)
	if k < 0 {
		return
	}
	if k < int(v.accounts) { // the last account, and then the last of all, move up
		v.accounts--
		v.holders[k] = v.holders[v.accounts]
		k = int(v.accounts)
	}
	last := len(v.holders) - 1
	v.holders[k] = v.holders[last]
	v.holders = v.holders[:last]
}
