package main

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

var header = []string{
	"channel", "conversions", "conversions_low", "conversions_high", "value", "value_low", "value_high",
	"share", "share_low", "share_high", "removal_effect", "removal_effect_value", "rank", "rank_low", "rank_high",
}

// write writes one row per channel, sorted by channel, and what is unattributed.
func write(o *options, c *attribution.Credits, stdout io.Writer) (err error) {
	out, err := cli.Create(o.Out, stdout)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	w := csv.NewWriter(out)
	_ = w.Write(header) // the writer keeps its error
	for _, x := range c.Names {
		row := append([]string{x.Name}, estimate(x.Conversions, true)...)
		row = append(row, estimate(x.Value, o.value)...)
		row = append(row, estimate(x.Share, true)...)
		row = append(row, cli.Optional(x.Removal.Value, c.HasRemoval), cli.Optional(x.RemovalValue.Value, c.HasRemoval && o.value))
		row = append(row, strconv.Itoa(x.Rank.Rank))
		if x.Rank.Kept.IsKnown() {
			row = append(row, strconv.Itoa(x.Rank.Low), strconv.Itoa(x.Rank.High))
		} else {
			row = append(row, "", "")
		}
		_ = w.Write(row)
	}
	if u := c.Unattributed; u != (attribution.Amount{}) {
		row := make([]string, len(header))
		row[0], row[1], row[4] = "(unattributed)", cli.Num(u.Conversions), cli.Optional(u.Value, o.value)
		_ = w.Write(row)
	}
	w.Flush()
	return w.Error()
}

// estimate returns value, low and high; unavailable ones are empty.
func estimate(e b2b.Estimate, given bool) []string {
	low, high, ok := e.Interval()
	return []string{cli.Optional(e.Value, given), cli.Optional(low, given && ok), cli.Optional(high, given && ok)}
}
