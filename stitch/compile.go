package stitch

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/fold"
)

// Compiled is a set of rules that was found to make sense, with what is needed to run it. It is immutable and safe for
// concurrent use.
type Compiled struct {
	source Rules
	rules  []rule
	guards []guard
	config Config
	norm   *Normalizer
}

// rule is a [Rule] with its texts parsed.
type rule struct {
	index    int
	name     string
	effect   Effect
	level    Level
	same     []sameCondition
	differ   []Kind
	within   bool
	score    float64
	scored   bool
	funcs    []string
	unless   []Condition
	only     []string
	except   []string
	across   bool
	priority int
	strength float64
	from, to int64 // in force during [from, to)
	lapse    int64 // life after the support
	first    bool  // life counts from the first sight
	purpose  string
	relation string
	off      bool
}

type sameCondition struct {
	kind     Kind
	check    Check
	together int64
}

// pairwise reports whether a link of the rule depends on more than each profile holding a value: then pairs must be
// tested one by one.
func (r *rule) pairwise() bool {
	if len(r.differ) > 0 || r.scored || len(r.funcs) > 0 || len(r.unless) > 0 || r.across || r.first {
		return true
	}
	return slices.ContainsFunc(r.same, func(c sameCondition) bool { return c.together != unlimited })
}

// combined reports whether the links of the rule come from combinations of values.
func (r *rule) combined() bool { return len(r.same) > 1 && !r.pairwise() }

func (r *rule) admits(source string) bool {
	return (len(r.only) == 0 || slices.Contains(r.only, source)) && !slices.Contains(r.except, source)
}

// guard is a [Guard] with its texts parsed.
type guard struct {
	kind         Kind
	maxPerEntity int
	window       int64
	maxHolders   int
	countBy      Kind
	holderWindow int64
	block        map[string]bool
	patterns     []*regexp.Regexp
}

func (g *guard) blocks(value string) bool {
	if len(g.block) > 0 && g.block[fold.Fold(value)] {
		return true
	}
	return slices.ContainsFunc(g.patterns, func(p *regexp.Regexp) bool { return p.MatchString(value) })
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
	return r
}

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
	r.lapse = e.After.nanos()
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

func compileGuard(p *b2b.Problems, path string, in Guard) guard {
	g := guard{
		kind: in.Kind, maxPerEntity: in.MaxPerEntity, window: in.Window.nanos(), maxHolders: in.MaxHolders,
		countBy: in.CountBy, holderWindow: in.HolderWindow.nanos(),
	}
	if in.Kind == "" {
		p.Add(path+".kind", "missing")
	}
	if in.MaxPerEntity < 0 {
		p.Add(path+".max_per_entity", "negative")
	}
	if in.MaxHolders < 0 {
		p.Add(path+".max_holders", "negative")
	}
	checkLapse(p, path+".window", in.Window)
	checkLapse(p, path+".holder_window", in.HolderWindow)
	if len(in.Block) > 0 {
		g.block = make(map[string]bool, len(in.Block))
		for _, b := range in.Block {
			g.block[fold.Fold(b)] = true
		}
	}
	for i, text := range in.BlockPattern {
		re, err := regexp.Compile(text)
		if err != nil {
			p.Add(path+".block_pattern["+strconv.Itoa(i)+"]", "not a regular expression (RE2)")
			continue
		}
		g.patterns = append(g.patterns, re)
	}
	return g
}

// bounds returns a window in nanoseconds; an unbounded side is the extreme of int64.
func bounds(w b2b.Window) (from, to int64) {
	from, to = math.MinInt64, math.MaxInt64
	if !w.From.IsZero() {
		from = nano(w.From)
	}
	if !w.To.IsZero() {
		to = nano(w.To)
	}
	return from, to
}

// nano returns the instant in nanoseconds since 1970, clamped to what 64 bits hold.
func nano(t time.Time) int64 {
	switch y := t.Year(); {
	case y < 1700:
		return math.MinInt64
	case y > 2250:
		return math.MaxInt64
	}
	return t.UnixNano()
}

// moment is the reverse of nano: the extremes are the zero time.
func moment(n int64) time.Time {
	if n == math.MinInt64 || n == -unlimited || n == math.MaxInt64 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

func window(from, to int64) b2b.Window { return b2b.Window{From: moment(from), To: moment(to)} }
