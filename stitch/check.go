package stitch

import (
	"math"
	"strconv"

	"github.com/buyerjourney/b2b"
)

func (c *Compiled) compileEffect(p *b2b.Problems, path string, in Rule) {
	level := in.Level == Person || in.Level == Account
	switch in.Effect {
	case Same, Relate, Never:
		if !level {
			p.Add(path+".level", "must be person or account")
		}
	case Affiliate:
		if in.Level != UnknownLevel {
			p.Add(path+".level", "an affiliate rule has none")
		}
	case UnknownEffect:
		p.Add(path+".effect", "missing")
	default:
		p.Add(path+".effect", "no such effect")
	}
	if in.Effect == Relate && in.Relation == "" {
		p.Add(path+".relation", "missing")
	}
}

// checkCarries refuses a rule that would unite on evidence that cannot tell entities apart.
func (c *Compiled) checkCarries(p *b2b.Problems, path string, in Rule, r rule) {
	if r.scored {
		return
	}
	names, strong := 0, false
	for _, s := range r.same {
		strong = strong || s.kind.carries(in.Level)
		if s.kind == PersonName {
			names++
		}
	}
	switch {
	case strong:
	case in.Level == Person && names > 0 && len(r.same) > names: // a name with something that narrows it
	default:
		for j, w := range in.When {
			if w.Same != "" {
				p.Add(path+".when["+strconv.Itoa(j)+"].same", string(w.Same)+" alone cannot say that two "+in.Level.String()+"s are the same")
				return
			}
		}
	}
}

func (c *Compiled) checkCondition(p *b2b.Problems, path string, w Condition) {
	n := 0
	for _, set := range [...]bool{w.Same != "", w.Differ != "", w.Within != "", w.Score != nil, w.Func != ""} {
		if set {
			n++
		}
	}
	if n != 1 {
		p.Add(path, "needs exactly one of same, differ, within, score and func")
	}
	if w.Within != "" && w.Within != IP {
		p.Add(path+".within", "only ip can lie within a prefix")
	}
	if w.Within != "" && c.norm.Pseudonyms {
		p.Add(path+".within", "pseudonyms cannot be compared with prefixes")
	}
	if w.Score != nil && (math.IsNaN(*w.Score) || math.IsInf(*w.Score, 0)) {
		p.Add(path+".score", "not a finite number")
	}
	if w.Score != nil && c.config.Scorer == nil {
		p.Add(path+".score", "there is no scorer")
	}
	if w.Func != "" && c.config.Predicates[w.Func] == nil {
		p.Add(path+".func", "there is no such predicate")
	}
	if !w.MinCheck.IsValid() {
		p.Add(path+".min_check", "no such degree")
	}
	checkLapse(p, path+".together", w.Together)
}

func checkLapse(p *b2b.Problems, path string, l Lapse) {
	if _, _, err := l.Duration(); err != nil {
		p.Join(path, err)
	}
}
