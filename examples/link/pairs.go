package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/stitch/match"
)

type pairEvalJSON struct {
	Pairs            int      `json:"pairs"`
	Matches          int      `json:"matches"`
	BestF1           *float64 `json:"best_f1"`
	BestThreshold    *float64 `json:"best_threshold"`
	AveragePrecision *float64 `json:"average_precision"`
	AUC              *float64 `json:"auc"`
	AccuracyAtHalf   *float64 `json:"accuracy_at_half"`
}

// pairKind is the kind of a pair by the cell of its kind column.
func pairKind(cell string, given match.Kind) match.Kind {
	switch strings.TrimSpace(cell) {
	case "":
		return given
	case "Person":
		return match.PersonName
	case "Company", "Organization", "LegalEntity":
		return match.CompanyKind
	}
	return match.Text
}

func positive(label string) bool {
	switch label {
	case "true", "True", "1", "yes":
		return true
	}
	return false
}

// scorePairs scores each row of the input as a pair of names.
func scorePairs(o *options, c *config, files []string, stdin io.Reader, stdout, stderr io.Writer) error {
	var p b2b.Problems
	if c.Pair == nil {
		p.Add("pair", "is needed with -pairs")
		return p.Err()
	}
	kind := match.Text
	if c.Pair.Kind != "" {
		k, err := match.ParseKind(c.Pair.Kind)
		if err != nil || k == match.UnknownKind {
			p.Add("pair.kind", "is unknown")
		}
		kind = k
	}
	if c.Pair.A == "" || c.Pair.B == "" {
		p.Add("pair", "a and b are needed")
	}
	if o.eval != "" && c.Pair.Label == "" {
		p.Add("pair.label", "is needed with -eval")
	}
	if err := p.Err(); err != nil {
		return err
	}
	var scored []match.Scored
	err := writeCSV(o.out, stdout, func(w *csv.Writer) error {
		if err := w.Write([]string{"row", "score"}); err != nil {
			return err
		}
		row := 0
		for _, path := range files {
			if err := c.scoreFile(path, kind, stdin, w, &row, &scored); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || c.Pair.Label == "" {
		return err
	}
	return writePairEval(o, match.ScorePairs(scored), stderr)
}

func (c *config) scoreFile(path string, kind match.Kind, stdin io.Reader, w *csv.Writer, row *int, scored *[]match.Scored) error {
	t, closer, err := c.openTable(path, stdin, nil)
	if err != nil {
		return err
	}
	defer func() { _ = closer.Close() }()
	var p b2b.Problems
	at := func(what, name string) int {
		if name == "" {
			return -1
		}
		i, ok := column(t, name)
		if !ok {
			p.Add("pair."+what, "the file has no such column")
		}
		return i
	}
	a, b, kinds, label := at("a", c.Pair.A), at("b", c.Pair.B), at("kind_column", c.Pair.KindColumn), at("label", c.Pair.Label)
	if err := p.Err(); err != nil {
		return err
	}
	for t.Next() {
		*row++
		k := kind
		if kinds >= 0 {
			k = pairKind(t.Field(kinds), kind)
		}
		s := match.Similarity(k, t.Field(a), t.Field(b), strings.ToUpper(c.Pair.Country))
		if err := w.Write([]string{strconv.Itoa(*row), strconv.FormatFloat(s, 'f', 6, 64)}); err != nil {
			return err
		}
		*scored = append(*scored, match.Scored{Score: s, Match: label >= 0 && positive(t.Field(label))})
	}
	return t.Err()
}

func writePairEval(o *options, r match.ScoreReport, stderr io.Writer) error {
	has := r.Matches > 0
	both := has && r.Matches < r.Pairs
	out := pairEvalJSON{
		Pairs: r.Pairs, Matches: r.Matches, BestF1: cli.Null(r.BestF1, has), BestThreshold: cli.Null(r.BestThreshold, has),
		AveragePrecision: cli.Null(r.AveragePrecision, has), AUC: cli.Null(r.AUC, both), AccuracyAtHalf: cli.Null(r.AccuracyAtHalf, r.Pairs > 0),
	}
	if o.eval != "" {
		f, err := cli.Create(o.eval, io.Discard)
		if err != nil {
			return err
		}
		if err := cli.WriteJSON(f, out); err != nil {
			_ = f.Close()
			return err
		}
		return f.Close()
	}
	_, err := fmt.Fprintf(stderr, "pairs=%d matches=%d best_f1=%.4f best_threshold=%s average_precision=%.4f auc=%.4f accuracy_at_half=%.4f\n",
		r.Pairs, r.Matches, r.BestF1, cli.Num(r.BestThreshold), r.AveragePrecision, r.AUC, r.AccuracyAtHalf)
	return err
}
