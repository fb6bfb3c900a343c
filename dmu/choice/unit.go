package choice

import (
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
)

// FromUnit returns the preferences of a unit's members over its alternatives, each by [Logit] from the member's interests. A
// member without interests is an error with its path: nobody's preference is made up.
func FromUnit(u dmu.Unit, performance []Performance, beta float64) (Preferences, error) {
	var problems b2b.Problems
	alternatives := u.Alternatives()
	for k, perf := range performance {
		if len(perf.Scores) != len(alternatives) {
			problems.Add("performance["+strconv.Itoa(k)+"].scores", "not one score per alternative")
		}
	}
	if err := problems.Err(); err != nil {
		return Preferences{}, err
	}
	var ids []b2b.PersonID
	var rows [][]float64
	for i, m := range u.Members() {
		row, err := Logit(m.Interests, performance, beta)
		problems.Join("members["+strconv.Itoa(i)+"]", err)
		ids, rows = append(ids, m.ID), append(rows, row)
	}
	if err := problems.Err(); err != nil {
		return Preferences{}, err
	}
	return New(ids, alternatives, rows)
}

// OutsidersOf returns the weights of a unit's outsiders on its members, as [InfluenceConfig] wants them: a row per outsider,
// a number per member.
func OutsidersOf(u dmu.Unit) [][]float64 {
	members := u.Members()
	var rows [][]float64
	for _, o := range u.Outsiders() {
		row := make([]float64, len(members))
		for _, e := range o.Edges {
			row[slices.IndexFunc(members, func(m dmu.Member) bool { return m.ID == e.Member })] = e.Weight
		}
		rows = append(rows, row)
	}
	return rows
}
