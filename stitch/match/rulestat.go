package match

import (
	"slices"
)

// Skipped is a block that was above the maximum and could not be split.
type Skipped struct {
	Rule  int   // position of the rule
	Size  int   // rows
	Pairs int64 // pairs that the block would have given
}

// RuleStat says what one rule does. Pairs counts those of its blocks (an exploding rule counts a pair once per shared
// block); Owned those that no earlier rule has.
type RuleStat struct {
	Rule         string    `json:"rule"`
	Blocks       int       `json:"blocks"`
	Rows         int       `json:"rows"` // in blocks of two and more
	Pairs        int64     `json:"pairs"`
	Owned        int64     `json:"owned"`
	Sizes        []int     `json:"sizes"` // blocks of 2, 3–4, 5–8, 9–16, … rows
	Worst        []int     `json:"worst"` // the ten largest blocks, skipped ones included
	Skipped      []Skipped `json:"-"`
	SkippedPairs int64     `json:"skipped_pairs"`
}

func pairsOf(n int64) int64 { return n * (n - 1) / 2 }

func (s *RuleStat) note(n int) {
	s.Blocks++
	s.Rows += n
	s.Pairs += pairsOf(int64(n))
	bin := 0
	for m := 2; m < n; m *= 2 {
		bin++
	}
	for len(s.Sizes) <= bin {
		s.Sizes = append(s.Sizes, 0)
	}
	s.Sizes[bin]++
	s.Worst = append(s.Worst, n)
	if len(s.Worst) > 64 {
		s.finish()
	}
}

func (s *RuleStat) finish() {
	slices.SortFunc(s.Worst, func(a, b int) int { return b - a })
	s.Worst = s.Worst[:min(len(s.Worst), 10)]
}

// Stats says what each rule does, in order; Owned is counted by [Blocking.Analyse] and else 0.
func (b *Blocking) Stats() []RuleStat { return slices.Clone(b.stats) }

// Analyse counts the pairs of each rule before and after ownership, by going through all of them.
func (b *Blocking) Analyse() []RuleStat {
	out := b.Stats()
	for rule := range b.Pairs() {
		out[rule].Owned++
	}
	return out
}
