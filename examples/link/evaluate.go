package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/stitch/match"
)

type rateJSON struct {
	Precision *float64 `json:"precision"`
	Recall    *float64 `json:"recall"`
	F1        *float64 `json:"f1"`
}

// intervalJSON is a rate with 95 % intervals; an interval of a rate that does not exist is null.
type intervalJSON struct {
	rateJSON

	PrecisionCI *[2]float64 `json:"precision_ci"`
	RecallCI    *[2]float64 `json:"recall_ci"`
}

type thresholdJSON struct {
	P         float64  `json:"p"`
	EdgeP     *float64 `json:"edge_precision"`
	EdgeR     *float64 `json:"edge_recall"`
	EdgeF1    *float64 `json:"edge_f1"`
	ClusterP  *float64 `json:"cluster_precision"`
	ClusterR  *float64 `json:"cluster_recall"`
	ClusterF1 *float64 `json:"cluster_f1"`
	BCubedF1  *float64 `json:"bcubed_f1"`
}

type seconds struct {
	Read    float64 `json:"read"`
	Block   float64 `json:"block"`
	Train   float64 `json:"train"`
	Score   float64 `json:"score"`
	Cluster float64 `json:"cluster"`
	Total   float64 `json:"total"`
}

// evaluationJSON is the evaluation in the order of the contract.
type evaluationJSON struct {
	Records          int             `json:"records"`
	InTruth          int             `json:"in_truth"`
	TruePairs        int64           `json:"true_pairs"`
	PredictedPairs   int64           `json:"predicted_pairs"`
	TruePositive     int64           `json:"true_positive_pairs"`
	Pairwise         intervalJSON    `json:"pairwise"`
	BCubed           rateJSON        `json:"bcubed"`
	Cluster          rateJSON        `json:"cluster"`
	LargestPredicted int             `json:"largest_predicted"`
	LargestTrue      int             `json:"largest_true"`
	PairCompleteness *float64        `json:"pair_completeness"`
	CandidatePairs   int64           `json:"candidate_pairs"`
	AveragePrecision *float64        `json:"average_precision"`
	Thresholds       []thresholdJSON `json:"thresholds"`
	Seconds          seconds         `json:"seconds"`
	PeakRSS          *int64          `json:"peak_rss_bytes"`
}

func rateOf(r match.Rate) rateJSON {
	return rateJSON{Precision: cli.Null(r.Precision, r.HasPrecision), Recall: cli.Null(r.Recall, r.HasRecall), F1: cli.Null(r.F1, r.HasF1())}
}

// labels are the clusters of the records that the truth speaks of.
func (l *linking) labels(of []uint32, t *truth) (predicted, actual []uint32) {
	for i := range l.in.records {
		if !t.known[i] {
			continue
		}
		predicted = append(predicted, of[l.in.records[i].row])
		actual = append(actual, t.of[i])
	}
	return predicted, actual
}

// truthByRow is the truth in the order of the rows of the table.
func (l *linking) truthByRow(t *truth) match.Truth {
	out := match.Truth{Class: make([]uint32, l.in.table.Len()), Known: make([]bool, l.in.table.Len())}
	for row, rec := range l.in.byRow {
		out.Class[row], out.Known[row] = t.of[rec], t.known[rec]
	}
	return out
}

func (l *linking) evaluate(t *truth, stderr io.Writer) error {
	out, err := l.evaluation(t)
	if err != nil {
		return err
	}
	if l.o.eval == "" {
		l.describe(stderr)
		if err := writeText(stderr, out); err != nil {
			return err
		}
		return l.writeMistakes(stderr, t)
	}
	f, err := cli.Create(l.o.eval, io.Discard)
	if err != nil {
		return err
	}
	if err := cli.WriteJSON(f, out); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

func (l *linking) evaluation(t *truth) (*evaluationJSON, error) {
	predicted, actual := l.labels(l.result.Of, t)
	e := match.Evaluate(predicted, actual)
	out := &evaluationJSON{
		Records: len(l.in.records), InTruth: t.records, TruePairs: e.TruePairs, PredictedPairs: e.PredictedPairs,
		TruePositive: e.TruePositive, Pairwise: intervalJSON{rateJSON: rateOf(e.Pairwise)}, BCubed: rateOf(e.BCubed), Cluster: rateOf(e.Cluster),
		LargestPredicted: e.LargestPredicted, LargestTrue: e.LargestTrue, CandidatePairs: l.scored.Candidates, Seconds: l.seconds,
	}
	precision, recall := match.Bootstrap(predicted, actual, rand.NewPCG(l.o.seed, 0), 200)
	if e.Pairwise.HasPrecision {
		out.Pairwise.PrecisionCI = &precision
	}
	if e.Pairwise.HasRecall {
		out.Pairwise.RecallCI = &recall
	}
	byRow := l.truthByRow(t)
	isTrue := func(a, b uint32) bool { return byRow.Class[a] == byRow.Class[b] }
	var pairs []match.Pair
	for _, p := range l.scored.Pairs {
		if byRow.Known[p.A] && byRow.Known[p.B] {
			pairs = append(pairs, p)
		}
	}
	share, ok := l.blocks.PairCompleteness(byRow)
	out.PairCompleteness = cli.Null(share, ok)
	ap, ok := match.AveragePrecision(pairs, e.TruePairs, isTrue)
	out.AveragePrecision = cli.Null(ap, ok)
	for _, p := range match.Thresholds() {
		row, err := l.threshold(p, t, pairs, isTrue, e.TruePairs)
		if err != nil {
			return nil, err
		}
		out.Thresholds = append(out.Thresholds, row)
	}
	out.PeakRSS = peakRSS()
	return out, nil
}

func (l *linking) threshold(p float64, t *truth, pairs []match.Pair, isTrue func(a, b uint32) bool, truePairs int64) (thresholdJSON, error) {
	bits := match.Bits(p)
	tp, n := 0, 0
	for _, x := range pairs {
		if x.Bits >= bits {
			n++
			if isTrue(x.A, x.B) {
				tp++
			}
		}
	}
	edge := match.Ratio(tp, n, int(truePairs))
	clusters, err := l.scorer.Cluster(l.scored.Pairs, l.clusterConfig(p))
	if err != nil {
		return thresholdJSON{}, err
	}
	predicted, actual := l.labels(clusters.Of, t)
	e := match.Evaluate(predicted, actual)
	c, b := rateOf(e.Pairwise), rateOf(e.BCubed)
	r := rateOf(edge)
	return thresholdJSON{
		P: p, EdgeP: r.Precision, EdgeR: r.Recall, EdgeF1: r.F1, ClusterP: c.Precision, ClusterR: c.Recall, ClusterF1: c.F1,
		BCubedF1: b.F1,
	}, nil
}

// worstShown is how many mistakes of each kind the text shows.
const worstShown = 20

// writeMistakes writes the worst wrong and missing pairs with the weights of their levels, without values.
func (l *linking) writeMistakes(w io.Writer, t *truth) error {
	wrong, lacking := l.scorer.WorstMistakes(l.blocks, l.result.Of, l.truthByRow(t), worstShown)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, kind := range []struct {
		name string
		list []match.Mistake
	}{{"false_positive", wrong}, {"false_negative", lacking}} {
		for _, m := range kind.list {
			fmt.Fprintf(out, "%s\t%s\t%s\t%.6f\tblocks %d", kind.name, l.rowName(m.A), l.rowName(m.B), m.Score.Probability, len(m.BlockedBy))
			for _, part := range m.Score.Parts {
				fmt.Fprintf(out, "\t%s %s %+.1f", part.Field, part.Level, part.Bits+part.TFBits)
			}
			fmt.Fprintln(out)
		}
	}
	return out.Flush()
}

// peakRSS is the largest memory of the process so far, where the system tells it.
func peakRSS() *int64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil
	}
	_, rest, ok := bytes.Cut(data, []byte("VmHWM:"))
	if !ok {
		return nil
	}
	f := strings.Fields(string(rest))
	if len(f) == 0 {
		return nil
	}
	kb, err := strconv.ParseInt(f[0], 10, 64)
	if err != nil {
		return nil
	}
	kb *= 1024
	return &kb
}

// writeText writes the evaluation as aligned text.
func writeText(w io.Writer, e *evaluationJSON) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	num := func(f *float64) string {
		if f == nil {
			return "-"
		}
		return strconv.FormatFloat(*f, 'f', 4, 64)
	}
	fmt.Fprintf(t, "records\t%d\nin_truth\t%d\ntrue_pairs\t%d\npredicted_pairs\t%d\ntrue_positive_pairs\t%d\n", e.Records, e.InTruth, e.TruePairs,
		e.PredictedPairs, e.TruePositive)
	fmt.Fprintf(t, "\tprecision\trecall\tf1\n")
	for _, r := range []struct {
		name string
		r    rateJSON
	}{{"pairwise", e.Pairwise.rateJSON}, {"bcubed", e.BCubed}, {"cluster", e.Cluster}} {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", r.name, num(r.r.Precision), num(r.r.Recall), num(r.r.F1))
	}
	fmt.Fprintf(t, "largest_predicted\t%d\nlargest_true\t%d\npair_completeness\t%s\ncandidate_pairs\t%d\naverage_precision\t%s\n", e.LargestPredicted,
		e.LargestTrue, num(e.PairCompleteness), e.CandidatePairs, num(e.AveragePrecision))
	fmt.Fprintf(t, "p\tedge_precision\tedge_recall\tedge_f1\tcluster_precision\tcluster_recall\tcluster_f1\tbcubed_f1\n")
	for _, x := range e.Thresholds {
		fmt.Fprintf(t, "%v\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.P, num(x.EdgeP), num(x.EdgeR), num(x.EdgeF1), num(x.ClusterP), num(x.ClusterR),
			num(x.ClusterF1), num(x.BCubedF1))
	}
	s := e.Seconds
	fmt.Fprintf(t, "seconds\tread %.2f\tblock %.2f\ttrain %.2f\tscore %.2f\tcluster %.2f\ttotal %.2f\n", s.Read, s.Block, s.Train, s.Score, s.Cluster,
		s.Total)
	if e.PeakRSS != nil {
		fmt.Fprintf(t, "peak_rss_bytes\t%d\n", *e.PeakRSS)
	}
	return t.Flush()
}
