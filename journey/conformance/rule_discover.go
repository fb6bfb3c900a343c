package conformance

import (
	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
)

// DiscoverRules returns the rules, without conditions and with n = 1, that hold in a log: those whose share of activated
// journeys is at least minSupport and whose confidence is at least minConfidence, in order of template, a, b. Both are in
// [0,1]. Rules that are never activated are left out. The cost per variant is its length times its distinct steps, and
// k² for k steps.
func DiscoverRules(log *journey.Log, minSupport, minConfidence float64) ([]RuleCount, error) {
	var p b2b.Problems
	if !(minSupport >= 0 && minSupport <= 1) {
		p.Add("min_support", "outside [0,1]")
	}
	if !(minConfidence >= 0 && minConfidence <= 1) {
		p.Add("min_confidence", "outside [0,1]")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	v := discovery.NewVariants(log)
	t := newTally(len(log.Steps()))
	rows := log.Rows()
	var codes []uint32
	for i := range v.Len() {
		codes = codes[:0]
		from, to := log.Journey(v.First(i)).Rows()
		for k := from; k < to; k++ {
			codes = append(codes, rows.Code(k))
		}
		t.add(codes, v.Count(i))
	}
	return t.rules(log, minSupport, minConfidence), nil
}

// tally counts, over variants, what decides on the rules.
type tally struct {
	k, words  int
	journeys  int64
	has       []int64                         // per step: journeys with it
	one       []int64                         // exactly once
	init, end []int64                         // first, last
	both      []int64                         // k×k: journeys with both
	pair      [NotChainSuccession + 1][]int64 // per binary template: k×k, journeys that fulfil it and have what it needs

	first, last, count []int32
	met                []uint32
	before             []uint64 // row b: steps since the previous b, of the journey at hand
	since              []uint64 // row a: steps since the last a
	altResp, altPrec   []uint64
	next, previous     []int64 // the only step directly after a (before b): step + 1, 0 none yet, -1 several
	direct             []uint64
}

// pairTemplates are the templates whose fulfilled journeys have to be counted one by one.
var pairTemplates = []Template{
	Response, Precedence, Succession, AlternateResponse, AlternatePrecedence, AlternateSuccession,
	ChainResponse, ChainPrecedence, ChainSuccession, NotSuccession, NotChainSuccession,
}

func newTally(k int) *tally {
	w := (k + 63) / 64
	t := &tally{k: k, words: w}
	for _, p := range []*[]int64{&t.has, &t.one, &t.init, &t.end, &t.next, &t.previous} {
		*p = make([]int64, k)
	}
	t.both = make([]int64, k*k)
	for _, p := range pairTemplates {
		t.pair[p] = make([]int64, k*k)
	}
	for _, p := range []*[]int32{&t.first, &t.last, &t.count} {
		*p = make([]int32, k)
	}
	for _, p := range []*[]uint64{&t.before, &t.since, &t.altResp, &t.altPrec, &t.direct} {
		*p = make([]uint64, k*w)
	}
	return t
}

func (t *tally) row(m []uint64, a uint32) []uint64 { return m[int(a)*t.words : (int(a)+1)*t.words] }

func setBit(r []uint64, b uint32) { r[b/64] |= 1 << (b % 64) }

func hasBit(r []uint64, b uint32) bool { return r[b/64]>>(b%64)&1 != 0 }

func and(dst, src []uint64) {
	for i, w := range src {
		dst[i] &= w
	}
}

// add counts n journeys with the given steps.
func (t *tally) add(codes []uint32, n int64) {
	t.journeys += n
	if len(codes) == 0 {
		return
	}
	t.scan(codes)
	t.init[codes[0]] += n
	t.end[codes[len(codes)-1]] += n
	for _, a := range t.met {
		t.has[a] += n
		if t.count[a] == 1 {
			t.one[a] += n
		}
		for _, b := range t.met {
			at := int(a)*t.k + int(b)
			t.both[at] += n
			bump := func(p Template, holds bool) {
				if holds {
					t.pair[p][at] += n
				}
			}
			response, precedence := t.last[a] < t.last[b], t.first[a] < t.first[b]
			altResponse, altPrecedence := hasBit(t.row(t.altResp, a), b), hasBit(t.row(t.altPrec, b), a)
			chainResponse, chainPrecedence := t.next[a] == int64(b)+1, t.previous[b] == int64(a)+1
			bump(Response, response)
			bump(Precedence, precedence)
			bump(Succession, response && precedence)
			bump(AlternateResponse, altResponse)
			bump(AlternatePrecedence, altPrecedence)
			bump(AlternateSuccession, altResponse && altPrecedence)
			bump(ChainResponse, chainResponse)
			bump(ChainPrecedence, chainPrecedence)
			bump(ChainSuccession, chainResponse && chainPrecedence)
			bump(NotSuccession, t.first[a] >= t.last[b])
			bump(NotChainSuccession, !hasBit(t.row(t.direct, a), b))
		}
	}
}

// scan reads one journey.
func (t *tally) scan(codes []uint32) {
	for _, a := range t.met {
		t.count[a], t.next[a], t.previous[a] = 0, 0, 0
		clear(t.row(t.direct, a))
	}
	t.met = t.met[:0]
	for i, x := range codes {
		if t.count[x] == 0 {
			t.met = append(t.met, x)
			t.first[x] = int32(i)
			for _, m := range [][]uint64{t.before, t.since, t.altResp, t.altPrec} {
				clear(t.row(m, x))
			}
			for w := range t.words {
				t.row(t.altResp, x)[w], t.row(t.altPrec, x)[w] = ^uint64(0), ^uint64(0)
			}
			for _, y := range codes[:i] { // all before the first
				setBit(t.row(t.before, x), y)
			}
		}
		and(t.row(t.altPrec, x), t.row(t.before, x))
		clear(t.row(t.before, x))
		if t.count[x] > 0 {
			and(t.row(t.altResp, x), t.row(t.since, x))
			clear(t.row(t.since, x))
		}
		t.count[x]++
		t.last[x] = int32(i)
		for _, a := range t.met {
			if a != x {
				setBit(t.row(t.since, a), x)
				setBit(t.row(t.before, a), x)
			}
		}
		if i > 0 {
			a := codes[i-1]
			setBit(t.row(t.direct, a), x)
			only(&t.next[a], x)
			only(&t.previous[x], a)
		} else {
			t.previous[x] = -1
		}
	}
	t.next[codes[len(codes)-1]] = -1
	for _, a := range t.met {
		and(t.row(t.altResp, a), t.row(t.since, a))
	}
}

// only notes a neighbour; several different ones are none.
func only(p *int64, x uint32) {
	switch *p {
	case 0:
		*p = int64(x) + 1
	case int64(x) + 1:
	default:
		*p = -1
	}
}

// rules turns the counts into rules.
func (t *tally) rules(log *journey.Log, minSupport, minConfidence float64) []RuleCount {
	var out []RuleCount
	names := log.Steps()
	keep := func(p Template, a, b int, activated, fulfilled int64) {
		if activated == 0 || float64(activated) < float64(minSupport*float64(t.journeys)) || float64(fulfilled) < float64(minConfidence*float64(activated)) {
			return
		}
		r := Rule{Template: p, A: journey.StepID(names[a])}
		if b >= 0 {
			r.B = journey.StepID(names[b])
		}
		out = append(out, RuleCount{Rule: r, Activated: activated, Fulfilled: fulfilled, Confidence: wilson(int(fulfilled), int(activated))})
	}
	for _, p := range Templates() {
		for a := range t.k {
			if t.has[a] == 0 {
				continue
			}
			if p.Unary() {
				activated, fulfilled := t.journeys, t.has[a]
				if p == Absence {
					fulfilled = t.journeys - t.has[a]
				}
				if p == Exactly {
					activated, fulfilled = t.has[a], t.one[a]
				}
				if p == Init {
					fulfilled = t.init[a]
				}
				if p == Finally {
					fulfilled = t.end[a]
				}
				keep(p, a, -1, activated, fulfilled)
				continue
			}
			for b := range t.k {
				if a == b || t.has[b] == 0 {
					continue
				}
				activated, fulfilled := t.binary(p, a, b)
				keep(p, a, b, activated, fulfilled)
			}
		}
	}
	return out
}

// binary returns the counts of a rule about two steps.
func (t *tally) binary(p Template, a, b int) (activated, fulfilled int64) {
	at := a*t.k + b
	either := t.has[a] + t.has[b] - t.both[at]
	switch p {
	case RespondedExistence:
		return t.has[a], t.both[at]
	case Coexistence:
		return either, t.both[at]
	case Choice:
		return t.journeys, either
	case NotCoexistence:
		return either, either - t.both[at]
	case Precedence, AlternatePrecedence, ChainPrecedence:
		return t.has[b], t.pair[p][at]
	case Succession, AlternateSuccession, ChainSuccession:
		return either, t.pair[p][at]
	case NotSuccession, NotChainSuccession:
		return t.has[a], t.has[a] - t.both[at] + t.pair[p][at]
	case Response, AlternateResponse, ChainResponse:
		return t.has[a], t.pair[p][at]
	case UnknownTemplate, Existence, Absence, Exactly, Init, Finally:
	}
	return 0, 0
}
