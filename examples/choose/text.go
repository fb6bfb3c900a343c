package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// writeText writes the answer for people to read.
func writeText(w io.Writer, a *output) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { fmt.Fprintln(t, strings.Join(cells, "\t")) }
	number := func(x float64) string { return fmt.Sprintf("%.4f", x) }
	numbers := func(xs []float64) (out []string) {
		for _, x := range xs {
			out = append(out, number(x))
		}
		return out
	}
	row(append([]string{"rule"}, append(a.Alternatives, "no decision", "method")...)...)
	for _, list := range [][]ruleOutcome{a.Rules, a.AfterVeto} {
		for _, r := range list {
			row(append([]string{r.Rule}, append(numbers(r.P), number(r.NoDecision), r.Method)...)...)
		}
		if len(a.AfterVeto) > 0 && &list[0] == &a.Rules[0] {
			row("")
			row("after vetoes")
		}
	}
	row("")
	for _, s := range a.Spread {
		row(s.Alternative, "from", number(s.Min), "to", number(s.Max))
	}
	row("suggested", a.Suggested.Rule, a.Suggested.Why)
	if a.Influence.Applied {
		row("")
		row("member", "total influence")
		for i, m := range a.members {
			row(string(m), number(a.Influence.Total[i]))
		}
	}
	if a.Power != nil {
		row("")
		row("member", "Banzhaf", "Shapley-Shubik")
		for i, m := range a.members {
			row(string(m), number(a.Power.Banzhaf[i]), number(a.Power.ShapleyShubik[i]))
		}
	}
	row("")
	for _, n := range a.WhomNext {
		row("next", n.Member, "gain", number(n.Gain), "per cost", number(n.GainPerCost))
	}
	for _, n := range a.Notes {
		row("note: " + n)
	}
	return t.Flush()
}
