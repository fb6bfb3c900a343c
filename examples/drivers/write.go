package main

import (
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/touchpoint/importance"
)

var header = []string{
	"driver", "n", "mean", "sd", "r", "beta", "vif", "first", "last", "pratt", "car", "johnson", "lmg", "importance",
	"share", "share_low", "share_high", "rank", "rank_low", "rank_high", "sign_flag", "quadrant", "quadrant_stability",
	"value_class", "settled", "stated", "quadrant_stated",
}

// write writes one row per driver, the most important first, ties by name.
func write(o *options, a *importance.Analysis, stdout io.Writer) (err error) {
	out, err := cli.Create(o.Out, stdout)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	drivers := slices.SortedFunc(slices.Values(a.Drivers), func(x, y importance.Driver) int {
		return cmp.Or(-cmp.Compare(x.Importance, y.Importance), cmp.Compare(x.Name, y.Name))
	})
	w := csv.NewWriter(out)
	_ = w.Write(header) // the writer keeps its error
	for _, d := range drivers {
		_ = w.Write(row(a, &d))
	}
	w.Flush()
	return w.Error()
}

// row returns the fields of one driver; what is unavailable is empty.
func row(a *importance.Analysis, d *importance.Driver) []string {
	regular := len(a.Dependent) == 0
	low, high, interval := d.Share.Interval()
	resampled := d.Rank.Kept.IsKnown()
	integer := func(n int, given bool) string {
		if !given {
			return ""
		}
		return strconv.Itoa(n)
	}
	settled := ""
	if x, ok := d.Settled.Value(); ok {
		settled = strconv.FormatBool(x == 1)
	}
	stated, quadrantStated := "", ""
	if a.Conflict != nil {
		stated, quadrantStated = cli.Num(d.Stated), d.StatedQuadrant.String()
	}
	return []string{
		d.Name, strconv.FormatInt(a.Rows, 10), cli.Num(d.Mean), cli.Num(d.SD), cli.Num(d.Correlation),
		cli.Optional(d.Beta, regular), cli.Optional(d.VIF, regular), cli.Num(d.First), cli.Optional(d.Last, regular),
		cli.Optional(d.Pratt, regular), cli.Num(d.CAR), cli.Num(d.Johnson), cli.Optional(d.LMG, a.HasLMG), cli.Num(d.Importance),
		cli.Num(d.Share.Value), cli.Optional(low, interval), cli.Optional(high, interval),
		strconv.Itoa(d.Rank.Rank), integer(d.Rank.Low, resampled), integer(d.Rank.High, resampled),
		strconv.FormatBool(d.SignFlag), d.Quadrant.String(), fraction(d.QuadrantStability),
		d.Class.String(), settled, stated, quadrantStated,
	}
}

func fraction(f b2b.Fraction) string {
	x, ok := f.Value()
	return cli.Optional(x, ok)
}
