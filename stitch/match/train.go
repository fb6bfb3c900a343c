package match

import (
	"math/rand/v2"
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
	Monotone      bool        // weights fall from level to level, from equal to different
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
	startMatches  = 10 // what start values of m are worth, in matches
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
	if !tr.cfg.FreeU && tr.ownU(tr.share()) { // once more, with u of pairs that are no matches
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
	pairs   float64   // of the whole table
	all     []tallied // outcomes of all pairs, where they are few enough
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
