package stitch

import (
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// Compiled is a set of rules that was found to make sense, with what is needed to run it. It is immutable and safe for
// concurrent use.
type Compiled struct {
	source Rules
	rules  []rule
	guards []guard
	config Config
	norm   *Normalizer
	// What follows from the rules together.
	scored  [3]bool // by level: some rule of effect Same asks the scorer
	scorer  bool    // some rule does
	expires bool    // affiliations depend on when an account was last seen with a value
}

// rule is a [Rule] with its texts parsed.
type rule struct {
	index      int
	name       string
	effect     Effect
	level      Level
	same       []sameCondition
	differ     []Kind
	within     bool
	score      float64
	scored     bool
	funcs      []string
	unless     []Condition
	only       []string
	except     []string
	across     bool
	priority   int
	strength   float64
	confidence float64 // of an affiliation by the rule
	from, to   int64   // in force during [from, to)
	lapse      int64   // life after the support
	first      bool    // life counts from the first sight
	purpose    string
	relation   string
	off        bool
	pairwise   bool // links are found by testing pairs
}

type sameCondition struct {
	kind     Kind
	check    Check
	together int64
}

// testsPairs reports whether a link of the rule depends on more than each profile holding a value: then pairs must be
// tested one by one.
func (r *rule) testsPairs() bool {
	if len(r.differ) > 0 || r.scored || len(r.funcs) > 0 || len(r.unless) > 0 || r.across || r.first {
		return true
	}
	return slices.ContainsFunc(r.same, func(c sameCondition) bool { return c.together != unlimited })
}

// combined reports whether the links of the rule come from combinations of values.
func (r *rule) combined() bool { return len(r.same) > 1 && !r.pairwise }

func (r *rule) admits(source string) bool {
	return (len(r.only) == 0 || slices.Contains(r.only, source)) && !slices.Contains(r.except, source)
}

// Compile checks a configuration and its rules. The error lists every problem with its path, such as
// "rules[3].when[0].same"; a set with a problem is refused whole.
func Compile(cfg Config) (*Compiled, error) {
	var p b2b.Problems
	cfg.IPBits, cfg.IPBits6 = orInt(cfg.IPBits, 24), orInt(cfg.IPBits6, 48)
	if cfg.IPBits < minBits || cfg.IPBits > 32 {
		p.Add("ip_bits", "outside 8..32")
	}
	if cfg.IPBits6 < minBits6 || cfg.IPBits6 > 128 {
		p.Add("ip_bits6", "outside 19..128")
	}
	if cfg.Workers < 0 {
		p.Add("workers", "negative")
	}
	if !cfg.OnTombstone.IsValid() {
		p.Add("on_tombstone", "no such policy")
	}
	cfg.Rules = cfg.Rules.clone()
	cfg.Key = slices.Clone(cfg.Key)
	c := &Compiled{source: cfg.Rules, config: cfg, norm: cfg.Normalizer}
	if c.norm == nil {
		c.norm = &defaultNormalizer
	}
	names := map[string]bool{}
	for i, r := range cfg.Rules.Rules {
		path := "rules[" + strconv.Itoa(i) + "]"
		if r.Name == "" || names[r.Name] {
			p.Add(path+".name", "empty or used twice")
		}
		names[r.Name] = true
		c.rules = append(c.rules, c.compileRule(&p, path, i, r))
	}
	c.sum()
	for i, g := range cfg.Rules.Guards {
		c.guards = append(c.guards, compileGuard(&p, "guards["+strconv.Itoa(i)+"]", g))
	}
	for i, f := range cfg.Rules.Survivorship {
		if !f.By.IsValid() {
			p.Add("survivorship["+strconv.Itoa(i)+"].by", "no such way to choose")
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	return c, nil
}

// sum sets what follows from the rules together.
func (c *Compiled) sum() {
	for i := range c.rules {
		r := &c.rules[i]
		if r.off {
			continue
		}
		c.scorer = c.scorer || r.scored
		if r.effect == Same && r.scored && r.level.IsValid() {
			c.scored[r.level] = true
		}
		c.expires = c.expires || r.effect == Affiliate && (r.lapse != unlimited || len(r.same) > 1 ||
			len(r.differ)+len(r.funcs)+len(r.unless) > 0 || slices.ContainsFunc(r.same, func(c sameCondition) bool { return c.together != unlimited }))
	}
}

// Rules returns a copy of the rules.
func (c *Compiled) Rules() Rules { return c.source.clone() }

func (r Rules) clone() Rules {
	r.Rules, r.Guards, r.Survivorship = slices.Clone(r.Rules), slices.Clone(r.Guards), slices.Clone(r.Survivorship)
	for i := range r.Rules {
		x := &r.Rules[i]
		x.When, x.Unless, x.Only, x.Except = slices.Clone(x.When), slices.Clone(x.Unless), slices.Clone(x.Only), slices.Clone(x.Except)
		x.Valid = x.Valid.UTC()
		for _, list := range [][]Condition{x.When, x.Unless} {
			for j := range list {
				if list[j].Score != nil {
					v := *list[j].Score
					list[j].Score = &v
				}
			}
		}
	}
	for i := range r.Guards {
		r.Guards[i].Block, r.Guards[i].BlockPattern = slices.Clone(r.Guards[i].Block), slices.Clone(r.Guards[i].BlockPattern)
	}
	for i := range r.Survivorship {
		r.Survivorship[i].Sources = slices.Clone(r.Survivorship[i].Sources)
	}
	return r
}

func orInt(x, fallback int) int {
	if x == 0 {
		return fallback
	}
	return x
}

func (c *Compiled) compileRule(p *b2b.Problems, path string, index int, in Rule) rule {
	r := rule{
		index: index, name: in.Name, effect: in.Effect, level: in.Level, only: in.Only, except: in.Except, across: in.Across,
		priority: in.Priority, strength: in.Strength, purpose: in.Purpose, relation: in.Relation, off: in.Off, unless: in.Unless,
	}
	if r.purpose == "none" {
		r.purpose = ""
	}
	r.from, r.to = bounds(in.Valid)
	if in.Valid.IsEmpty() {
		p.Add(path+".valid.to", "not after from")
	}
	if math.IsNaN(in.Strength) || math.IsInf(in.Strength, 0) || in.Strength < 0 {
		p.Add(path+".strength", "not a finite number of at least 0")
	}
	c.compileEffect(p, path, in)
	for j, w := range in.When {
		at := path + ".when[" + strconv.Itoa(j) + "]"
		c.checkCondition(p, at, w)
		switch {
		case w.Same != "":
			r.same = append(r.same, sameCondition{kind: w.Same, check: w.MinCheck, together: w.Together.nanos()})
			if w.Same == IP && in.Effect != Affiliate {
				p.Add(at+".same", "ip may appear only in an affiliate rule")
			}
			if w.Same == CompanyName && c.norm.Pseudonyms {
				p.Add(at+".same", "company names cannot be compared as pseudonyms")
			}
		case w.Differ != "":
			r.differ = append(r.differ, w.Differ)
		case w.Within != "":
			r.within = true
			if in.Effect != Affiliate {
				p.Add(at+".within", "ip may appear only in an affiliate rule")
			}
		case w.Score != nil:
			r.score, r.scored = *w.Score, true
			if in.Effect == Affiliate {
				p.Add(at+".score", "not in an affiliate rule")
			}
		case w.Func != "":
			r.funcs = append(r.funcs, w.Func)
		}
	}
	for j, w := range in.Unless {
		at := path + ".unless[" + strconv.Itoa(j) + "]"
		c.checkCondition(p, at, w)
		if w.Score != nil || w.Within != "" {
			p.Add(at, "only same, differ and func can stand in unless")
		}
	}
	if in.Effect != Never && len(r.same) == 0 && !r.within && !r.scored {
		p.Add(path+".when", "needs a same, within or score condition")
	}
	if in.Effect == Never && len(in.When) == 0 {
		p.Add(path+".when", "empty")
	}
	if in.Effect == Same {
		c.checkCarries(p, path, in, r)
	}
	if in.Purpose == "" && (r.within || slices.ContainsFunc(r.same, func(s sameCondition) bool { return s.kind == IP })) {
		p.Add(path+".purpose", "evidence from ip needs a purpose, or the word none")
	}
	c.compileExpire(p, path+".expire", in.Expire, &r)
	r.pairwise = r.testsPairs()
	return r
}

func (c *Compiled) compileExpire(p *b2b.Problems, path string, e Expire, r *rule) {
	checkLapse(p, path+".after", e.After)
	checkLapse(p, path+".half_life", e.HalfLife)
	switch e.Since {
	case "", "last":
	case "first":
		r.first = true
	default:
		p.Add(path+".since", "must be last or first")
	}
	if r.strength == 0 && !r.scored {
		r.strength = 20
	}
	r.confidence, r.lapse = probability(r.strength), e.After.nanos()
	if math.IsNaN(e.Floor) || math.IsInf(e.Floor, 0) || e.Floor < 0 {
		p.Add(path+".floor", "not a finite number of at least 0")
		return
	}
	half := e.HalfLife.nanos()
	if half == unlimited || e.Floor == 0 {
		return
	}
	if r.scored && r.strength == 0 {
		p.Add(path+".half_life", "needs the strength of the rule")
		return
	}
	if e.Floor > r.strength {
		p.Add(path+".floor", "above the strength")
		return
	}
	// Strength·2^(−t/half) ≥ Floor holds up to and including this t; a link ends at support + lapse.
	if t := math.Log2(r.strength/e.Floor) * float64(half); t < float64(unlimited-1) {
		r.lapse = min(r.lapse, int64(t)+1)
	}
}
