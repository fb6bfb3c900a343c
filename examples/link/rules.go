package main

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/stitch"
	"github.com/buyerjourney/b2b/stitch/match"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// checkRules holds the business rules against what a table without times and consent can decide.
func (c *config) checkRules(p *b2b.Problems) {
	for i, r := range c.Rules {
		path := "rules[" + strconv.Itoa(i) + "]"
		switch r.Effect {
		case stitch.Same, stitch.Never, stitch.Relate:
		case stitch.UnknownEffect, stitch.Affiliate:
			p.Add(path+".effect", "must be same, never or relate")
		}
		equal := false
		for j, w := range slices.Concat(r.When, r.Unless) {
			at := path + ".when[" + strconv.Itoa(j) + "]"
			if j >= len(r.When) {
				at = path + ".unless[" + strconv.Itoa(j-len(r.When)) + "]"
			}
			if w.Together != "" || w.MinCheck != stitch.UnknownCheck {
				p.Add(at, "neither together nor min_check can be decided here")
			}
			switch {
			case w.Same != "":
				equal = equal || j < len(r.When)
				if !c.hasField(string(w.Same)) {
					p.Add(at+".same", "no such field")
				}
			case w.Differ != "":
				if !c.hasField(string(w.Differ)) {
					p.Add(at+".differ", "no such field")
				}
			case w.Score != nil:
			default:
				p.Add(at, "only same, differ and score can be decided here")
			}
		}
		if !equal && r.Effect != stitch.Never {
			p.Add(path+".when", "needs a same")
		}
		if r.Expire != (stitch.Expire{}) || r.Valid != (b2b.Window{}) {
			p.Add(path, "there are no times in these data: neither expire nor valid can be decided")
		}
		if r.Purpose != "" && r.Purpose != "none" {
			p.Add(path+".purpose", "there is no consent in these data")
		}
	}
}

// ruleBook applies the rules to rows.
type ruleBook struct {
	t      *match.Table
	s      *match.Scorer
	rules  []stitch.Rule
	differ []int
	names  []string
	rel    *match.Relater
}

func newRuleBook(c *config, t *match.Table, s *match.Scorer) *ruleBook {
	b := &ruleBook{t: t, s: s, rel: match.NewRelater(t)}
	for _, r := range c.Rules {
		if !r.Off {
			b.rules = append(b.rules, r)
		}
	}
	for _, v := range c.Veto {
		b.differ = append(b.differ, t.Field(v.Differ))
		b.names = append(b.names, v.Differ)
	}
	return b
}

// active says whether any pair could be vetoed.
func (b *ruleBook) active() bool {
	for _, r := range b.rules {
		if r.Effect == stitch.Never {
			return true
		}
	}
	return len(b.differ) > 0 || b.rel.Active()
}

// veto says why two rows may not be one entity.
func (b *ruleBook) veto(x, y uint32) (string, bool) {
	for i, f := range b.differ {
		if b.t.Differ(x, y, f) {
			return "veto:" + b.names[i], true
		}
	}
	for i := range b.rules {
		if r := &b.rules[i]; r.Effect == stitch.Never && b.holds(r, x, y) {
			return "rule:" + r.Name, true
		}
	}
	if rel, _ := b.rel.Pair(x, y); rel != match.NoRelation {
		return rel.String(), true
	}
	return "", false
}

// holds says whether a rule is met by two rows.
func (b *ruleBook) holds(r *stitch.Rule, x, y uint32) bool {
	sx, _ := b.t.ID(int(x))
	sy, _ := b.t.ID(int(y))
	if r.Across && sx == sy {
		return false
	}
	for _, s := range []string{sx, sy} {
		if (len(r.Only) > 0 && !slices.Contains(r.Only, s)) || slices.Contains(r.Except, s) {
			return false
		}
	}
	for i := range r.When {
		if !b.met(&r.When[i], x, y) {
			return false
		}
	}
	for i := range r.Unless {
		if b.met(&r.Unless[i], x, y) {
			return false
		}
	}
	return true
}

func (b *ruleBook) met(w *stitch.Condition, x, y uint32) bool {
	switch {
	case w.Same != "":
		return b.t.Same(x, y, b.t.Field(string(w.Same)))
	case w.Differ != "":
		return b.t.Differ(x, y, b.t.Field(string(w.Differ)))
	case w.Score != nil:
		bits, _ := b.s.Pair(x, y)
		return bits >= *w.Score
	}
	return false
}

// pairs lists the pairs that meet the rules of an effect, found by the fields that must be equal.
func (b *ruleBook) pairs(effect stitch.Effect, yield func(r *stitch.Rule, x, y uint32)) error {
	for i := range b.rules {
		r := &b.rules[i]
		if r.Effect != effect {
			continue
		}
		var keys []match.BlockKey
		for _, w := range r.When {
			if w.Same != "" {
				keys = append(keys, match.BlockKey{Field: string(w.Same), Transform: match.Whole})
			}
		}
		blocking, err := match.NewBlocking(b.t, match.Blocks{Rules: []match.BlockRule{{Keys: keys}}, MaxSize: 5 * match.DefaultMaxBlock}, false)
		if err != nil {
			return err
		}
		for _, p := range blocking.Pairs() {
			if b.holds(r, p.A, p.B) {
				yield(r, p.A, p.B)
			}
		}
	}
	return nil
}

// always lists the pairs that the rules link.
func (b *ruleBook) always() ([]match.Pair, error) {
	var out []match.Pair
	err := b.pairs(stitch.Same, func(r *stitch.Rule, x, y uint32) {
		strength := r.Strength
		if strength == 0 {
			strength = 20
		}
		out = append(out, match.Pair{A: x, B: y, Bits: math.Min(strength, 40)})
	})
	return out, err
}
