package match

import (
	"cmp"
	"math"
	"slices"
)

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
	in := emInput{counts: counts, lambda: 0.3, prior: startMatches, fixed: tr.fixed, held: make([]bool, len(tr.units))}
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
	in.blockU = !names && !tr.cfg.FreeU
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
			tr.sumM[i][l] += float64(matches * in.m[i][l])
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
	part := make([]tally, len(jobs))
	fresh := func() *memo { return newMemo(tr.comps, memoSize) }
	inParallelWith(tr.cfg.Workers, len(jobs), fresh, func(j int, mm *memo) {
		p := pairer{b: b}
		for i := jobs[j].from; i < jobs[j].to; i++ {
			if mix(uint64(b.rules[0].rows[b.rules[0].start[i-1]])+hashSeed) > keep {
				continue
			}
			p.pairs(0, i, func(x, y int) bool {
				part[j].add(patternOf(tr.comps, tr.t, p.rows[x], p.rows[y], mm), 1)
				return true
			})
		}
	})
	total := sumTallies(part)
	out := make([]patternCount, len(total))
	for k := range total {
		out[k] = patternCount{levels: make([]uint8, len(tr.units)), n: float64(total[k].n)}
		for i := range tr.units {
			out[k].levels[i] = tr.units[i].level(tr.comps, &total[k].pattern)
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
