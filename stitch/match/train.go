package match

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// TrainConfig says how [Train] learns. Source is needed where random pairs are drawn (above a million pairs); all else
// has defaults.
type TrainConfig struct {
	Source        rand.Source
	Cross         bool        // only pairs of different sources
	Prior         float64     // probability that two random rows match; 0 = from the deterministic rules, then from the data
	Recall        float64     // share of matches that the deterministic rules find; 0 = 0.7
	Deterministic [][]string  // rules of exact fields; none = all fields but one
	Rules         []BlockRule // block rules for EM; none = chosen
	Groups        []Group
	Matches       [][2]uint32 // pairs of rows known to match: m is learned from them instead of EM
	FreeU         bool        // learn u by EM as well
	Monotone      bool        // weights fall from level to level
	Draws         int         // random pairs for u; 0 = a million
	Workers       int
}

// Run reports one run of EM.
type Run struct {
	Rule      string
	Pairs     float64 // of the block rule, or of its sample
	Matches   float64 // expected
	Rounds    []Round
	Converged bool // else the limit of 50 rounds ended it
}

// TrainReport says what training did.
type TrainReport struct {
	Prior      float64
	FixedPrior bool // given by the caller
	Draws      int  // pairs that u was learned from
	Labels     int  // pairs known to match that m was learned from, 0 = EM
	Runs       []Run
	Warnings   []string
}

const (
	defaultRecall = 0.7
	defaultDraws  = 1_000_000
	maxTrainPairs = 500_000
	maxTrainRules = 4
)

// Train learns a model from a table: u from random pairs, m by EM over the blocks of training rules, the prior from
// deterministic rules (Fellegi and Sunter 1969; Winkler 1988). It needs no labels; where pairs are known to match, m comes
// from their levels instead, (n + ½) / (Σ n + ½ levels). It is deterministic for a given source.
func Train(t *Table, cfg TrainConfig) (*Model, TrainReport, error) {
	if err := cfg.check(t); err != nil {
		return nil, TrainReport{}, err
	}
	tr := newTrainer(t, cfg)
	if err := tr.sampleU(); err != nil {
		return nil, TrainReport{}, err
	}
	learn := tr.learnBlocks
	if len(cfg.Matches) > 0 {
		learn = tr.learnLabels
	}
	if err := learn(); err != nil {
		return nil, TrainReport{}, err
	}
	m := tr.model()
	return m, tr.report, m.check()
}

// learnBlocks learns m by EM, then the prior.
func (tr *trainer) learnBlocks() error {
	rules := tr.cfg.Rules
	if len(rules) == 0 {
		rules = trainingRules(tr.t, tr.cfg.Cross)
	}
	for _, r := range rules {
		if err := tr.run(r, false); err != nil {
			return err
		}
	}
	if !tr.cfg.FreeU && tr.cleanU(tr.share()) { // once more, with u of pairs that are no matches
		tr.again()
		for _, r := range rules {
			if err := tr.run(r, false); err != nil {
				return err
			}
		}
	}
	if err := tr.learnMail(); err != nil {
		return err
	}
	return tr.prior()
}

// learnLabels learns m from labelled pairs, after that the prior, with which u is cleaned.
func (tr *trainer) learnLabels() error {
	tr.learnMatches()
	if err := tr.prior(); err != nil {
		return err
	}
	tr.cleanU(tr.lambda)
	return tr.learnMail()
}

// learnMail learns how often mail addresses that follow from names are equal among equal names.
func (tr *trainer) learnMail() error {
	r, ok := tr.nameRule()
	if !ok {
		return nil
	}
	return tr.run(r, true)
}

func (cfg *TrainConfig) check(t *Table) error {
	var p b2b.Problems
	if cfg.Prior != 0 && !(cfg.Prior > 0 && cfg.Prior < 1) {
		p.Add("prior", "must lie between 0 and 1")
	}
	if cfg.Recall != 0 && !(cfg.Recall > 0 && cfg.Recall <= 1) {
		p.Add("recall", "must lie in (0, 1]")
	}
	for i, r := range cfg.Deterministic {
		for j, f := range r {
			if t.Field(f) < 0 {
				p.Add("deterministic["+strconv.Itoa(i)+"]["+strconv.Itoa(j)+"]", "no such field")
			}
		}
	}
	Blocks{Rules: cfg.Rules}.check(&p, t.fields)
	checkGroups(&p, cfg.Groups, t.fields)
	checkMatches(&p, cfg.Matches, t.n)
	if t.n < 2 {
		p.Add("table", "has fewer than two rows")
	}
	return p.Err()
}

type trainer struct {
	t       *Table
	cfg     TrainConfig
	comps   []comparison
	units   []unit
	u       [][]float64 // per unit and level
	m       [][]float64 // start values
	fixed   [][]bool
	sumM    [][]float64 // Σ over runs of matches × m
	weight  []float64   // Σ matches over the runs that trained the unit
	by      [][]string
	pairs   float64 // of the whole table
	lambda  float64
	report  TrainReport
	runs    []ruleRun
	counted map[string]countedRule
	mailM   []float64 // levels of mail that follow from names, learned among equal names
	mailU   []float64
}

// countedRule are the outcomes of the pairs of a block rule.
type countedRule struct {
	counts         []patternCount
	pairs, sampled float64
}

// ruleRun is what a run tells about the share of matches.
type ruleRun struct {
	rule             BlockRule
	matches, sampled float64
}

func newTrainer(t *Table, cfg TrainConfig) *trainer {
	tr := &trainer{t: t, cfg: cfg, comps: newComparisons(t), counted: map[string]countedRule{}}
	tr.units = unitsOf(tr.comps, cfg.Groups)
	tr.sumM = make([][]float64, len(tr.units))
	for i, u := range tr.units {
		tr.sumM[i] = make([]float64, u.size)
		fixed := make([]bool, u.size)
		if u.joint < 0 {
			for l, level := range tr.comps[u.comps[0]].levels {
				fixed[l] = level.Bits != nil
			}
		}
		tr.fixed = append(tr.fixed, fixed)
	}
	tr.weight = make([]float64, len(tr.units))
	tr.by = make([][]string, len(tr.units))
	tr.pairs = AllPairs(t, cfg.Cross)
	return tr
}

// AllPairs is the number of pairs of the table; with cross those of different sources.
func AllPairs(t *Table, cross bool) float64 {
	n := float64(t.n)
	total := n * (n - 1) / 2
	if !cross {
		return total
	}
	per := make([]float64, len(t.names))
	for _, s := range t.source {
		per[s]++
	}
	for _, c := range per {
		total -= c * (c - 1) / 2
	}
	return total
}

// patternOf compares two rows.
func patternOf(comps []comparison, t *Table, a, b uint32, m *memo) pattern {
	var p pattern
	ra, rb := t.row(a), t.row(b)
	for i := range comps {
		l := comps[i].level(t, a, b, ra, rb, m)
		p.set(i, l)
	}
	swapped(comps, &p)
	return p
}

// swapped leaves the given name out where the surname says that both names are swapped.
func swapped(comps []comparison, p *pattern) {
	for i := range comps {
		c := &comps[i]
		if c.swap < 0 {
			continue
		}
		if l := p.get(i); l != missing && c.levels[l-1].Test == SwapName {
			p[c.swap/16] &^= 15 << (c.swap % 16 * 4)
		}
	}
}

// sampleU learns u from random pairs, of exact levels from the counts of values.
func (tr *trainer) sampleU() error {
	counts := map[pattern]int64{}
	m := newMemo(tr.comps, memoSize)
	draws := tr.cfg.Draws
	if draws <= 0 {
		draws = defaultDraws
	}
	if tr.pairs <= float64(draws) {
		for a := range uint32(tr.t.n) {
			for b := a + 1; b < uint32(tr.t.n); b++ {
				if !tr.cfg.Cross || !tr.t.sameSource(a, b) {
					counts[patternOf(tr.comps, tr.t, a, b, m)]++
					tr.report.Draws++
				}
			}
		}
	} else {
		if tr.cfg.Source == nil {
			return &b2b.InvalidError{Path: "source", Reason: "is needed to draw random pairs"}
		}
		list := tr.draw(draws)
		tr.report.Draws = len(list)
		chunks := 8
		part := make([]map[pattern]int64, chunks)
		inParallel(tr.cfg.Workers, chunks, func(i int) {
			part[i] = map[pattern]int64{}
			mm := newMemo(tr.comps, memoSize)
			for _, c := range list[len(list)*i/chunks : len(list)*(i+1)/chunks] {
				part[i][patternOf(tr.comps, tr.t, uint32(c>>32), uint32(c), mm)]++
			}
		})
		for _, p := range part {
			for k, n := range p {
				counts[k] += n
			}
		}
	}
	tr.u = like(tr.sumM)
	for p, n := range counts {
		for i := range tr.units {
			if l := tr.units[i].level(tr.comps, &p); l != missing {
				tr.u[i][l-1] += float64(n)
			}
		}
	}
	for i := range tr.units {
		tr.smoothU(i)
	}
	tr.start()
	return nil
}

// draw returns distinct random pairs as row<<32|row, ascending.
func (tr *trainer) draw(draws int) []uint64 {
	r := rand.New(tr.cfg.Source)
	n := uint64(tr.t.n)
	list := make([]uint64, 0, draws)
	for len(list) < draws {
		for len(list) < draws {
			a, b := r.Uint64N(n), r.Uint64N(n)
			if a == b || (tr.cfg.Cross && tr.t.sameSource(uint32(a), uint32(b))) {
				continue
			}
			list = append(list, min(a, b)<<32|max(a, b))
		}
		slices.Sort(list)
		list = slices.Compact(list)
	}
	return list
}

// smoothU turns the counts of a unit into probabilities.
func (tr *trainer) smoothU(i int) {
	u := tr.u[i]
	total := 0.0
	for _, n := range u {
		total += n
	}
	all := total + float64(len(u))
	for l := range u {
		if u[l] == 0 {
			u[l] = 1 / all
		} else {
			u[l] /= total
		}
	}
	if c := &tr.comps[tr.units[i].comps[0]]; tr.units[i].joint < 0 && c.levels[0].Test == Exact {
		u[0] = c.col.collision()
	}
	normalise(u)
}

func normalise(p []float64) {
	sum := 0.0
	for l := range p {
		p[l] = min(max(p[l], minProb), maxProb)
		sum += p[l]
	}
	for l := range p {
		p[l] = min(max(p[l]/sum, minProb), maxProb)
	}
}

// collision is the probability that two random rows with a value have equal ones.
func (c *column) collision() float64 {
	if c.held < 2 {
		return minProb
	}
	sum := 0.0
	for _, n := range c.count {
		sum += float64(n) * float64(max(n, 1)-1)
	}
	return sum / (float64(c.held) * float64(c.held-1))
}

// start sets the start values of m: most matches agree exactly, few not at all.
func (tr *trainer) start() {
	single := func(c *comparison) []float64 {
		n := len(c.levels)
		m := make([]float64, n)
		for l := range m {
			m[l] = 0.15 / float64(max(n-2, 1))
		}
		m[0], m[n-1] = 0.75, 0.10
		normalise(m)
		return m
	}
	for i := range tr.units {
		u := &tr.units[i]
		if u.joint < 0 {
			m := single(&tr.comps[u.comps[0]])
			for l, level := range tr.comps[u.comps[0]].levels {
				if level.Bits != nil {
					m[l] = min(max(tr.u[i][l]*math.Exp2(*level.Bits), minProb), maxProb)
				}
			}
			tr.m = append(tr.m, m)
			continue
		}
		m := make([]float64, u.size)
		for l := range m {
			p := 1.0
			for k, level := range u.tuple(tr.comps, l+1) {
				if level == missing {
					p *= 0.1
				} else {
					p *= single(&tr.comps[u.comps[k]])[level-1]
				}
			}
			m[l] = p
		}
		normalise(m)
		tr.m = append(tr.m, m)
	}
}

// trainingRules chooses block rules for EM: exact keys of one or two fields, fewest pairs first, until each comparison is
// free in two of them.
func trainingRules(t *Table, cross bool) []BlockRule {
	var keys []BlockKey
	var fields []int
	for i, f := range t.fields {
		//exhaustive:ignore
		switch f.Kind {
		case FreeText:
			keys = append(keys, BlockKey{Field: f.Name, Transform: RarestToken})
		case Tokens:
			keys = append(keys, BlockKey{Field: f.Name, Transform: EachToken})
		default:
			keys = append(keys, BlockKey{Field: f.Name, Transform: Whole})
		}
		fields = append(fields, i)
	}
	s := newSample(t, cross, keys)
	var plans []plan
	least := max(20, float64(t.n)/50)
	add := func(p plan) {
		p.order = len(plans)
		if p.pairs >= least && p.pairs <= 2*rulePairs*float64(t.n) {
			plans = append(plans, p)
		}
	}
	for i := range keys {
		add(plan{keys: keys[i : i+1], fields: fields[i : i+1], pairs: s.pairs(i)})
	}
	for i := range keys {
		for j := i + 1; j < len(keys); j++ {
			add(plan{keys: []BlockKey{keys[i], keys[j]}, fields: []int{i, j}, pairs: s.pairs(i, j)})
		}
	}
	slices.SortStableFunc(plans, func(a, b plan) int {
		return cmp.Or(cmp.Compare(len(a.keys), len(b.keys)), cmp.Compare(a.pairs, b.pairs), cmp.Compare(a.order, b.order))
	})
	free := make([]int, len(t.fields))
	var out []BlockRule
	for _, p := range plans {
		if len(out) == maxTrainRules || (len(out) > 1 && enough(free)) {
			break
		}
		useful := len(out) < 2
		for f, n := range free {
			useful = useful || (n < 2 && !slices.Contains(p.fields, f))
		}
		if !useful {
			continue
		}
		out = append(out, BlockRule{Keys: p.keys})
		for f := range free {
			if !slices.Contains(p.fields, f) {
				free[f]++
			}
		}
	}
	return out
}

// run trains on the pairs of one block rule. With names, it learns how often mail addresses that follow from the names
// are equal among pairs of equal names, matches and others: such agreement says little that the names have not said.
func (tr *trainer) run(r BlockRule, names bool) error {
	seen, ok := tr.counted[r.String()]
	if !ok {
		var err error
		if seen.counts, seen.pairs, seen.sampled, err = tr.countPatterns(r); err != nil {
			return err
		}
		tr.counted[r.String()] = seen
	}
	counts, pairs, sampled := seen.counts, seen.pairs, seen.sampled
	in := emInput{counts: counts, lambda: 0.3, fixed: tr.fixed, held: make([]bool, len(tr.units))}
	for i := range tr.units {
		in.m = append(in.m, slices.Clone(tr.m[i]))
		in.u = append(in.u, slices.Clone(tr.u[i]))
		for _, c := range tr.units[i].comps {
			for _, k := range r.Keys {
				in.held[i] = in.held[i] || tr.comps[c].col.field.Name == k.Field
			}
		}
	}
	mail := -1
	switch {
	case names:
		if mail = tr.mailUnit(); mail < 0 {
			return nil
		}
		in.freeU = make([][]bool, len(tr.units))
		in.freeU[mail] = make([]bool, tr.units[mail].size)
		for l, level := range tr.comps[tr.units[mail].comps[0]].levels {
			in.freeU[mail][l] = level.Test == MailDerived || level.Test == LocalDerived
		}
	case tr.cfg.FreeU:
		in.freeU = make([][]bool, len(tr.units))
		for i := range in.freeU {
			in.freeU[i] = slices.Repeat([]bool{true}, tr.units[i].size)
		}
	}
	rounds, matches, converged := em(&in)
	run := Run{Rule: r.String(), Pairs: pairs, Matches: matches, Rounds: rounds, Converged: converged}
	if names {
		if pairs-matches >= 50 && matches >= 50 {
			tr.mailM, tr.mailU = in.m[mail], in.u[mail]
			run.Rule += " (mail among equal names)"
			tr.report.Runs = append(tr.report.Runs, run)
		}
		return nil
	}
	tr.report.Runs = append(tr.report.Runs, run)
	tr.runs = append(tr.runs, ruleRun{rule: r, matches: matches, sampled: sampled})
	for i := range tr.units {
		if in.held[i] || matches <= 0 {
			continue
		}
		tr.by[i] = append(tr.by[i], run.Rule)
		tr.weight[i] += matches
		for l := range in.m[i] {
			tr.sumM[i][l] += matches * in.m[i][l]
		}
		if tr.cfg.FreeU {
			tr.u[i] = in.u[i]
		}
	}
	return nil
}

// share estimates the share of matches among all pairs from the runs: the matches of a block rule are those that agree on
// its keys. The median over the runs counts.
func (tr *trainer) share() float64 {
	var list []float64
	for _, r := range tr.runs {
		p := 1.0
		for _, k := range r.rule.Keys {
			for i := range tr.units {
				u := &tr.units[i]
				c := &tr.comps[u.comps[0]]
				if u.joint < 0 && c.col.field.Name == k.Field && tr.weight[i] > 0 {
					held := float64(c.col.held) / float64(tr.t.n)
					p *= tr.agree(i) * held * held
				}
			}
		}
		if p > 0 {
			list = append(list, r.matches/r.sampled/p/tr.pairs)
		}
	}
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return min(list[len(list)/2], 0.5)
}

// agree is the learned probability that a match agrees exactly.
func (tr *trainer) agree(i int) float64 {
	p := 0.0
	for l, level := range tr.comps[tr.units[i].comps[0]].levels {
		if level.Test == Exact || level.Test == MailDerived {
			p += tr.sumM[i][l] / tr.weight[i]
		}
	}
	if p == 0 {
		p = tr.sumM[i][0] / tr.weight[i]
	}
	return p
}

// cleanU takes the matches out of u: random pairs hold some, which matters where they are few of few. At least a tenth of
// each share stays.
func (tr *trainer) cleanU(lambda float64) bool {
	if lambda <= 0 {
		return false
	}
	for i := range tr.units {
		if tr.weight[i] <= 0 {
			continue
		}
		for l := range tr.u[i] {
			if tr.fixed[i][l] {
				continue
			}
			m := tr.sumM[i][l] / tr.weight[i]
			tr.u[i][l] = max((tr.u[i][l]-lambda*m)/(1-lambda), tr.u[i][l]/10)
		}
		normalise(tr.u[i])
	}
	return true
}

// again forgets the runs.
func (tr *trainer) again() {
	for i := range tr.units {
		clear(tr.sumM[i])
		tr.weight[i], tr.by[i] = 0, nil
	}
	tr.runs, tr.report.Runs = nil, nil
}

// countPatterns counts the outcomes of the pairs of a block rule, of a sample of its blocks where there are many.
func (tr *trainer) countPatterns(r BlockRule) (counts []patternCount, pairs, sampled float64, err error) {
	b, err := NewBlocking(tr.t, Blocks{Rules: []BlockRule{r}, MaxSize: 5 * DefaultMaxBlock}, tr.cfg.Cross)
	if err != nil {
		return nil, 0, 0, err
	}
	keep := uint64(math.MaxUint64)
	if all := float64(b.stats[0].Pairs); all > maxTrainPairs {
		keep = uint64(maxTrainPairs / all * (1 << 63) * 2)
	}
	jobs := b.jobs()
	part := make([]map[pattern]int64, len(jobs))
	inParallel(tr.cfg.Workers, len(jobs), func(j int) {
		part[j] = map[pattern]int64{}
		mm := newMemo(tr.comps, memoSize)
		for i := jobs[j].from; i < jobs[j].to; i++ {
			if mix(uint64(b.rules[0].rows[b.rules[0].start[i-1]])+hashSeed) > keep {
				continue
			}
			b.block(0, i, func(x, y uint32) bool {
				part[j][patternOf(tr.comps, tr.t, x, y, mm)]++
				return true
			})
		}
	})
	total := map[pattern]int64{}
	for _, m := range part {
		for p, n := range m {
			total[p] += n
		}
	}
	keys := make([]pattern, 0, len(total))
	for p := range total {
		keys = append(keys, p)
	}
	slices.SortFunc(keys, func(a, b pattern) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	out := make([]patternCount, len(keys))
	for k, p := range keys {
		out[k] = patternCount{levels: make([]uint8, len(tr.units)), n: float64(total[p])}
		for i := range tr.units {
			out[k].levels[i] = tr.units[i].level(tr.comps, &p)
		}
		pairs += out[k].n
	}
	sampled = 1
	if all := float64(b.stats[0].Pairs); all > 0 && !tr.cfg.Cross {
		sampled = max(pairs/all, 1e-9)
	}
	return out, pairs, sampled, nil
}

// mailUnit is the unit of a mail comparison with levels that depend on the names, −1 if there is none.
func (tr *trainer) mailUnit() int {
	for i := range tr.units {
		if c := &tr.comps[tr.units[i].comps[0]]; tr.units[i].joint < 0 && c.kind == Email && c.hasDerived() {
			return i
		}
	}
	return -1
}

// nameRule blocks on equal names.
func (tr *trainer) nameRule() (BlockRule, bool) {
	if tr.mailUnit() < 0 {
		return BlockRule{}, false
	}
	var r BlockRule
	for _, want := range []Kind{GivenName, Surname} {
		for _, f := range tr.t.fields {
			if f.Kind == want {
				r.Keys = append(r.Keys, BlockKey{Field: f.Name, Transform: Whole})
				break
			}
		}
	}
	if len(r.Keys) == 2 {
		return r, true
	}
	for _, f := range tr.t.fields {
		if f.Kind == PersonName {
			return BlockRule{Keys: []BlockKey{{Field: f.Name, Transform: SortedTokens}}}, true
		}
	}
	return BlockRule{}, false
}

// prior estimates the share of matches among all pairs.
func (tr *trainer) prior() error {
	if tr.cfg.Prior > 0 {
		tr.lambda, tr.report.FixedPrior = tr.cfg.Prior, true
		tr.report.Prior = tr.lambda
		return nil
	}
	found, err := tr.deterministic()
	if err != nil {
		return err
	}
	recall := tr.cfg.Recall
	if recall == 0 {
		recall = defaultRecall
	}
	if found == 0 {
		tr.report.Warnings = append(tr.report.Warnings, "no pair meets a deterministic rule: the prior comes from the training pairs")
		found = float64(tr.report.Labels)
		for _, r := range tr.report.Runs {
			found = max(found, r.Matches)
		}
	}
	tr.lambda = min(max(found/(recall*tr.pairs), 1/max(tr.pairs, 2)), 0.5)
	tr.report.Prior = tr.lambda
	return nil
}

// deterministic counts the pairs that meet any deterministic rule.
func (tr *trainer) deterministic() (float64, error) {
	var rules []BlockRule
	for _, fields := range tr.cfg.Deterministic {
		var r BlockRule
		for _, f := range fields {
			r.Keys = append(r.Keys, BlockKey{Field: f, Transform: Whole})
		}
		rules = append(rules, r)
	}
	if len(rules) == 0 {
		for skip := range tr.t.fields {
			var r BlockRule
			for i, f := range tr.t.fields {
				if i != skip || len(tr.t.fields) == 1 {
					r.Keys = append(r.Keys, BlockKey{Field: f.Name, Transform: Whole})
				}
			}
			rules = append(rules, r)
		}
	}
	b, err := NewBlocking(tr.t, Blocks{Rules: rules, MaxSize: -1}, tr.cfg.Cross)
	if err != nil {
		return 0, err
	}
	n := 0.0
	for range b.Pairs() {
		if n++; n >= tr.pairs*tr.recall() {
			break
		}
	}
	return n, nil
}

func (tr *trainer) recall() float64 {
	if tr.cfg.Recall > 0 {
		return tr.cfg.Recall
	}
	return defaultRecall
}

// model puts the parts together.
func (tr *trainer) model() *Model {
	m := &Model{Prior: tr.lambda, TFStrength: 1, TFFloor: max(1e-6, 1/float64(max(tr.t.n, 1))), Groups: slices.Clone(tr.cfg.Groups)}
	for _, f := range tr.t.fields {
		f.Levels = levelsOf(f, tr.t.fields)
		m.Fields = append(m.Fields, f)
	}
	m.Comparisons = make([]Comparison, len(tr.comps))
	for i := range tr.units {
		u := &tr.units[i]
		p := slices.Clone(tr.m[i])
		if tr.weight[i] > 0 {
			for l := range p {
				p[l] = min(max(tr.sumM[i][l]/tr.weight[i], minProb), maxProb)
			}
		} else {
			tr.report.Warnings = append(tr.report.Warnings, "no training pair tells of "+tr.comps[u.comps[0]].col.field.Name+": start values")
		}
		if u.joint >= 0 {
			m.Joint = append(m.Joint, tr.jointWeights(u, p, tr.u[i]))
		}
		for _, c := range u.comps {
			m.Comparisons[c] = tr.comparison(u, i, c, p)
		}
	}
	m.setBits()
	if tr.cfg.Monotone {
		m.monotone()
	}
	return m
}

func (tr *trainer) comparison(u *unit, i, c int, p []float64) Comparison {
	out := Comparison{Field: tr.comps[c].col.field.Name, TrainedBy: tr.by[i]}
	for l, level := range tr.comps[c].levels {
		w := LevelWeight{Level: level}
		if u.joint < 0 {
			w.M, w.U = p[l], tr.u[i][l]
			if tr.mailM != nil && (level.Test == MailDerived || level.Test == LocalDerived) && tr.mailUnit() == i {
				w.U = max(tr.mailU[l], tr.u[i][l])
				if tr.report.Labels == 0 {
					w.M = tr.mailM[l]
				}
			}
		} else {
			w.M, w.U = tr.marginal(u, c, l+1, p), tr.marginal(u, c, l+1, tr.u[i])
		}
		if level.TF {
			out.Table = out.Field
		}
		out.Levels = append(out.Levels, w)
	}
	return out
}

// marginal sums the tuples in which comparison c has a level.
func (tr *trainer) marginal(u *unit, c, level int, p []float64) float64 {
	sum, held := 0.0, 0.0
	at := slices.Index(u.comps, c)
	for l := range p {
		switch t := u.tuple(tr.comps, l+1)[at]; {
		case int(t) == level:
			sum += p[l]
			held += p[l]
		case t != missing:
			held += p[l]
		}
	}
	if held == 0 {
		return minProb
	}
	return min(max(sum/held, minProb), maxProb)
}

func (tr *trainer) jointWeights(u *unit, m, q []float64) JointWeights {
	var out JointWeights
	for _, c := range u.comps {
		out.Fields = append(out.Fields, tr.comps[c].col.field.Name)
	}
	for l := range m {
		t := Tuple{M: m[l], U: q[l]}
		for _, level := range u.tuple(tr.comps, l+1) {
			t.Levels = append(t.Levels, int(level)-1)
		}
		out.Tuples = append(out.Tuples, t)
	}
	return out
}

// StartModel is a model with start values: for tables that are too small to learn from.
func StartModel(fields []Field) *Model {
	m := &Model{Prior: 0.01, TFStrength: 1, TFFloor: 1e-6}
	for _, f := range fields {
		f.Levels = levelsOf(f, fields)
		m.Fields = append(m.Fields, f)
		c := Comparison{Field: f.Name}
		n := len(f.Levels)
		for l, level := range f.Levels {
			w := LevelWeight{Level: level, M: 0.15 / float64(max(n-2, 1)), U: 0.05 / float64(max(n-1, 1))}
			switch l {
			case n - 1:
				w.M, w.U = 0.10, 0.95
			case 0:
				w.M = 0.75
			}
			c.Levels = append(c.Levels, w)
		}
		m.Comparisons = append(m.Comparisons, c)
	}
	m.setBits()
	return m
}
