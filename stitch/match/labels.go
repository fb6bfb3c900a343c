package match

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// checkMatches reports labelled pairs that are no pairs of the table.
func checkMatches(p *b2b.Problems, matches [][2]uint32, rows int) {
	for i, m := range matches {
		if m[0] == m[1] || int(max(m[0], m[1])) >= rows {
			p.Add("matches["+strconv.Itoa(i)+"]", "must be two different rows of the table")
		}
	}
}

// learnMatches takes m from the labelled pairs instead of EM, each level counted half a time beforehand. A pair counts
// once, however often it is listed. A comparison that is missing in all of them keeps its start values.
func (tr *trainer) learnMatches() {
	list := make([][2]uint32, len(tr.cfg.Matches))
	for i, m := range tr.cfg.Matches {
		list[i] = [2]uint32{min(m[0], m[1]), max(m[0], m[1])}
	}
	slices.SortFunc(list, func(a, b [2]uint32) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	list = slices.Compact(list)
	count := like(tr.sumM)
	m := newMemo(tr.comps, memoSize)
	for _, pair := range list {
		p := patternOf(tr.comps, tr.t, pair[0], pair[1], m)
		for i := range tr.units {
			if l := tr.units[i].level(tr.comps, &p); l != missing {
				count[i][l-1]++
			}
		}
	}
	for i := range tr.units {
		total := 0.0
		for _, n := range count[i] {
			total += n
		}
		if total == 0 {
			continue
		}
		tr.by[i], tr.weight[i] = []string{"labels"}, total
		for l, n := range count[i] {
			tr.sumM[i][l] = total * (n + 0.5) / (total + 0.5*float64(len(count[i])))
		}
	}
	tr.report.Labels = len(list)
}
