package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/inference"
	"github.com/buyerjourney/b2b/examples/internal/cli"
)

var errTwoLabels = errors.New("fewer than two labels: nothing can be told apart")

// fitCap replaces the cap by the best of the grid, and says so.
func fitCap(stderr io.Writer, s *settings, p people) error {
	if len(s.fitCaps) == 0 {
		return nil
	}
	best, _, err := inference.FitCap(p.list, s.config, s.fitCaps)
	if errors.Is(err, b2b.ErrTooFew) {
		return errTwoLabels
	}
	if err != nil {
		return err
	}
	s.maxEvents, s.config.Cap = best.Cap, orNone(best.Cap)
	fmt.Fprintf(stderr, "cap=%s log_loss=%s\n", cli.Num(best.Cap), fixed(best.LogLoss))
	return nil
}

// scored is one person's answer.
type scored struct {
	explanation inference.Explanation
	posterior   []float64
	joint       b2b.SeatID
	pJoint      float64
}

func score(w, stderr io.Writer, s settings, p people) error {
	_, labels := p.labelled()
	if len(labels) < 2 {
		return errTwoLabels
	}
	for _, l := range s.limits {
		if !slices.Contains(labels, string(l.Seat)) {
			return usageError{fmt.Errorf("-limits: no person has the label %s", l.Seat)}
		}
	}
	if err := fitCap(stderr, &s, p); err != nil {
		return err
	}
	var t inference.Trainer
	for _, x := range p.list {
		if err := t.Add(x); err != nil {
			return err
		}
	}
	m, err := t.Model(s.config)
	if err != nil {
		return err
	}
	answers := make([]scored, len(p.list))
	for i, x := range p.list {
		without, err := m.Without(x)
		if err != nil {
			return err
		}
		a := &answers[i]
		a.posterior = make([]float64, len(labels))
		without.Score(a.posterior, x.Steps, x.Title)
		a.explanation = without.Explain(x.Steps, x.Title)
	}
	if len(s.limits) > 0 {
		joint(stderr, s, p, m.Seats(), answers)
	}
	return writeScores(w, s, p, labels, answers)
}

// joint assigns each group within the limits. A group for which that is impossible keeps empty cells, with the reason on
// standard error. Without a column of groups all persons are one group.
func joint(stderr io.Writer, s settings, p people, seats []b2b.SeatID, answers []scored) {
	members := map[string][]int{}
	var names []string
	for i, g := range p.groups {
		if g == "" && s.group != "" {
			continue // of no group
		}
		if members[g] == nil {
			names = append(names, g)
		}
		members[g] = append(members[g], i)
	}
	slices.Sort(names)
	for k, g := range names {
		cfg := inference.JointConfig{Seats: seats, Limits: s.limits}
		for _, i := range members[g] {
			cfg.P = append(cfg.P, answers[i].posterior)
		}
		a, err := inference.Joint(cfg)
		if err != nil {
			fmt.Fprintf(stderr, "group %d of %d, %d persons: %v\n", k+1, len(names), len(cfg.P), err)
			continue
		}
		for j, i := range members[g] {
			answers[i].joint = a.Seats[j]
			answers[i].pJoint = a.Marginals[j][slices.Index(seats, a.Seats[j])]
		}
	}
}

func writeScores(w io.Writer, s settings, p people, labels []string, answers []scored) error {
	header := []string{
		"person", "given", "verdict", "best", "p_best", "runner_up", "p_runner_up", "kl_nats", "margin",
		"effective_n", "evidence",
	}
	for _, l := range labels {
		header = append(header, "p("+l+")")
	}
	if len(s.limits) > 0 {
		header = append(header, "joint_best", "p_joint_best")
	}
	out := newWriter(w, s.format)
	out.row(header)
	for i, x := range p.list {
		a := answers[i]
		v := a.explanation.Verdict
		verdict := "insufficient"
		if v.Decided {
			verdict = "decided"
		}
		row := []string{
			string(x.Person), string(x.Seat), verdict, string(v.Best), fixed(v.P), string(v.RunnerUp), fixed(v.PRunnerUp),
			fixed(v.KL), fixed(v.Margin), fixed(v.EffectiveN), evidence(a.explanation.Parts, s.top),
		}
		for _, q := range a.posterior {
			row = append(row, fixed(q))
		}
		if len(s.limits) > 0 {
			cell := ""
			if a.joint != "" {
				cell = fixed(a.pJoint)
			}
			row = append(row, string(a.joint), cell)
		}
		out.row(row)
	}
	return out.close()
}

// evidence lists the largest parts: name×count:+0.831; title:token×1:-0.100; prior:+0.250.
func evidence(parts []inference.Part, top int) string {
	var list []string
	for _, part := range parts[:min(top, len(parts))] {
		name := part.Name
		switch part.Kind {
		case inference.StepPart:
			name += "×" + strconv.FormatInt(part.Count, 10)
		case inference.TitlePart:
			name = "title:" + name + "×" + strconv.FormatInt(part.Count, 10)
		case inference.PriorPart, inference.UnseenPart, inference.LengthPart, inference.ExternalPart, inference.UnknownPart:
		}
		list = append(list, fmt.Sprintf("%s:%+.3f", name, part.Nats))
	}
	return strings.Join(list, "; ")
}

func evaluate(w, stderr io.Writer, s settings, p people) error {
	if err := fitCap(stderr, &s, p); err != nil {
		return err
	}
	e, err := inference.Evaluate(p.list, s.config)
	if errors.Is(err, b2b.ErrTooFew) {
		return errTwoLabels
	}
	if err != nil {
		return err
	}
	decided := ""
	if share, ok := e.DecidedAccuracy.Value(); ok {
		decided = fixed(share)
	}
	out := newWriter(w, s.format)
	out.row([]string{
		"n", "labels", "accuracy", "macro_f1", "log_loss", "prior_log_loss", "brier", "ece10", "majority",
		"decided", "accuracy_decided", "cap",
	})
	out.row([]string{
		strconv.Itoa(e.N), strconv.Itoa(e.Seats), fixed(e.Accuracy), fixed(e.MacroF1), fixed(e.LogLoss),
		fixed(e.PriorLogLoss), fixed(e.Brier), fixed(e.ECE), fixed(e.Majority), strconv.Itoa(e.Decided), decided,
		fixed(s.maxEvents),
	})
	return out.close()
}

func discover(w, stderr io.Writer, s settings, p people) error {
	d, err := inference.Discover(p.list, s.discoverAlpha)
	if err != nil {
		return err
	}
	out := newWriter(w, s.format)
	out.row([]string{"step", "group"})
	var steps, groups []string
	for g, group := range d.Groups {
		for _, step := range group {
			out.row([]string{step, strconv.Itoa(g + 1)})
			steps, groups = append(steps, step), append(groups, strconv.Itoa(g+1))
		}
	}
	rejected := "none"
	if d.HasRejected {
		rejected = cli.Num(d.Rejected)
	}
	pairs := []any{"groups", len(d.Groups), "best_rejected_log_bayes_factor", rejected}
	if agreement, ok := againstLabels(p.list, steps, groups); ok {
		pairs = append(pairs, "adjusted_rand", fixed(agreement))
	}
	cli.Counts(stderr, pairs...)
	return out.close()
}

// againstLabels compares the groups with the label that most events of each step have; steps without a labelled event are
// left out.
func againstLabels(list []dmu.PersonSteps, steps, groups []string) (index float64, ok bool) {
	events := map[string]map[string]int64{}
	for _, x := range list {
		if x.Seat == "" {
			continue
		}
		for _, sc := range x.Steps {
			if events[sc.Step] == nil {
				events[sc.Step] = map[string]int64{}
			}
			events[sc.Step][string(x.Seat)] += sc.N
		}
	}
	var found, truth []string
	for i, step := range steps {
		if label := heaviest(events[step]); label != "" {
			found, truth = append(found, groups[i]), append(truth, label)
		}
	}
	return inference.AdjustedRand(found, truth)
}
