package main

import (
	"encoding/json"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/stitch"
	"github.com/buyerjourney/b2b/stitch/match"
)

// keptProbability is the probability from which scored pairs are kept: for the threshold table and the review list.
const keptProbability = 0.002

// likely is the probability from which a pair is more likely a match than not.
const likely = 0.5

// linking is one run.
type linking struct {
	o      *options
	c      *config
	in     *input
	cross  bool
	one    bool
	model  *match.Model
	report match.TrainReport
	scorer *match.Scorer
	blocks *match.Blocking
	scored match.Predicted
	rules  *ruleBook
	always []match.Pair
	result *match.Clusters
	ids    []string // entity id by row

	seconds seconds
}

// clock measures stages.
type clock struct{ at time.Time }

func newClock() clock { return clock{time.Now()} }

func (c *clock) lap() float64 {
	now := time.Now()
	d := now.Sub(c.at).Seconds()
	c.at = now
	return d
}

func link(o *options, c *config, files []string, stdin io.Reader, stdout, stderr io.Writer) error {
	total := newClock()
	lap := newClock()
	var bad b2b.Problems
	in, err := readInput(c, files, o.truth != "", stdin, &bad)
	if err != nil {
		return err
	}
	l := &linking{o: o, c: c, in: in}
	l.cross = c.Mode == "link" || c.Mode == "one_to_one" || (c.Mode == "" && len(files) > 1)
	l.one = c.Mode == "one_to_one"
	actual, err := loadTruth(c, o.truth, in, stdin)
	if err != nil {
		return err
	}
	if o.eval != "" && actual == nil {
		return &b2b.InvalidError{Path: "truth", Reason: "is needed with -eval: a column of the input, or the file of -truth"}
	}
	l.seconds.Read = lap.lap()
	if err := l.run(&lap); err != nil {
		return err
	}
	l.seconds.Total = total.lap()
	if err := l.write(stdout); err != nil {
		return err
	}
	if actual != nil {
		if err := l.evaluate(actual, stderr); err != nil {
			return err
		}
	}
	if in.replaced > 0 {
		bad.Addf("in", "%d bytes were not UTF-8 and were replaced", in.replaced)
		if replacedOnly(&bad) {
			cli.Counts(stderr, "records", len(in.records), "replaced", in.replaced)
			return nil
		}
	}
	if actual != nil && actual.unknown > 0 {
		cli.Counts(stderr, "records", len(in.records), "unknown_truth_ids", actual.unknown)
	}
	return bad.Err()
}

// replacedOnly says whether there is no other problem than replaced bytes, which are no error.
func replacedOnly(p *b2b.Problems) bool {
	err := p.Err()
	if err == nil {
		return true
	}
	many, ok := err.(interface{ Unwrap() []error })
	return !ok || len(many.Unwrap()) == 1
}

// run trains, scores and clusters.
func (l *linking) run(lap *clock) error {
	t := l.in.table
	blocks := l.c.blocks
	if len(blocks.Rules) == 0 {
		auto := match.AutoBlocks(t, l.cross)
		blocks.Rules = auto.Rules
	}
	var err error
	if l.blocks, err = match.NewBlocking(t, blocks, l.cross); err != nil {
		return err
	}
	l.seconds.Block = lap.lap()
	if err := l.train(); err != nil {
		return err
	}
	l.seconds.Train = lap.lap()
	if l.scorer, err = match.NewScorer(l.model, t); err != nil {
		return err
	}
	l.scored = l.scorer.Predict(l.blocks, keptProbability, l.o.workers)
	if l.o.model == "" && !l.report.FixedPrior {
		l.model.Prior = l.scorer.Calibrate(&l.scored, match.AllPairs(t, l.cross), 6)
	}
	l.rules = newRuleBook(l.c, t, l.scorer)
	if l.always, err = l.rules.always(); err != nil {
		return err
	}
	l.seconds.Score = lap.lap()
	// Frequencies are those of entities, and the best guess at these takes every pair that is more likely a match than not.
	guess, err := l.scorer.Cluster(l.scored.Pairs, l.clusterConfig(min(likely, l.c.Thresholds.Auto)))
	if err != nil {
		return err
	}
	l.scorer.Recount(guess.Of)
	l.scorer.Rescore(&l.scored, keptProbability, l.o.workers)
	if l.o.model == "" && !l.report.FixedPrior {
		l.model.Prior = l.scorer.Calibrate(&l.scored, match.AllPairs(t, l.cross), 6)
	}
	if l.result, err = l.scorer.Cluster(l.scored.Pairs, l.clusterConfig(l.c.Thresholds.Auto)); err != nil {
		return err
	}
	l.name()
	l.seconds.Cluster = lap.lap()
	return nil
}

func (l *linking) clusterConfig(auto float64) match.ClusterConfig {
	cfg := match.ClusterConfig{Auto: auto, OneToOne: l.one, Cross: l.cross, Unique: l.c.Unique, Workers: l.o.workers, Always: l.always}
	cfg.Mean = min(auto, l.c.Thresholds.Review)
	if l.c.Linkage == "single" {
		cfg.Linkage = match.Single
	}
	if l.rules.active() {
		cfg.Veto = l.rules.veto
	}
	return cfg
}

// train learns the model, or reads it.
func (l *linking) train() error {
	if l.o.model != "" {
		data, err := os.ReadFile(l.o.model)
		if err != nil {
			return err
		}
		if l.model, err = match.ParseModel(data); err != nil {
			return err
		}
		return l.save()
	}
	m := l.c.Model
	cfg := match.TrainConfig{
		Source: cli.Seed(l.o.seed), Cross: l.cross, Prior: m.Prior, Recall: m.Recall, Deterministic: m.Deterministic,
		Workers: l.o.workers, Monotone: m.Monotone == nil || *m.Monotone, FreeU: m.FreeU,
	}
	var p b2b.Problems
	cfg.Rules = l.c.blockRules(&p, "model.train", m.Train)
	for _, g := range m.Groups {
		cfg.Groups = append(cfg.Groups, match.Group{Fields: g})
	}
	if l.in.table.Len() < 2 {
		l.model = match.StartModel(l.c.fields)
		return l.save()
	}
	var err error
	if l.model, l.report, err = match.Train(l.in.table, cfg); err != nil {
		return err
	}
	return nil
}

func (l *linking) save() error {
	if l.o.saveModel == "" {
		return nil
	}
	data, err := json.MarshalIndent(l.model, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(l.o.saveModel, append(data, '\n'), 0o644)
}

// name gives each row the id of its entity: founder is the smallest (source, id), which is the smallest row.
func (l *linking) name() {
	level := stitch.Person
	for _, f := range l.c.fields {
		if f.Kind == match.CompanyKind {
			level = stitch.Account
		}
	}
	l.ids = make([]string, l.in.table.Len())
	for r, first := range l.result.Of {
		if int(first) == r {
			source, id := l.in.table.ID(r)
			l.ids[r] = entityID(level, source, id)
		} else {
			l.ids[r] = l.ids[first]
		}
	}
}

// describe says on standard error how the model was learned.
func (l *linking) describe(w io.Writer) {
	pairs := []any{"records", len(l.in.records), "candidate_pairs", l.scored.Candidates, "prior", cli.Num(l.scorer.Prior())}
	if ratio, ok := l.blocks.ReductionRatio(l.scored.Candidates); ok {
		pairs = append(pairs, "reduction_ratio", cli.Num(ratio))
	}
	for i, r := range l.report.Runs {
		pairs = append(pairs, "em"+strconv.Itoa(i), len(r.Rounds))
	}
	cli.Counts(w, pairs...)
}
