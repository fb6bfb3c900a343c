package strategy

import (
	"math/bits"
	"slices"

	"github.com/buyerjourney/b2b/touchpoint"
	"github.com/buyerjourney/b2b/touchpoint/importance"
)

// MaxExactTeam is the number of departments up to which [Organisation.Team] searches all teams.
const MaxExactTeam = 20

// Team is a multidisciplinary team. It is immutable: do not change its slices.
type Team struct {
	Departments []string        // by name
	Exact       bool            // no smaller team reaches as much; false: found greedily
	Uncoverable []touchpoint.ID // that no department has to do with, by ID
}

// Core returns the touchpoints whose drivers an analysis puts into the class Core. touchpointOf names the touchpoint of a
// driver; nil takes the driver's name.
func Core(a *importance.Analysis, touchpointOf func(driver string) touchpoint.ID) []touchpoint.ID {
	var out []touchpoint.ID
	for _, d := range a.Drivers {
		if d.Class != importance.Core {
			continue
		}
		id := touchpoint.ID(d.Name)
		if touchpointOf != nil {
			id = touchpointOf(d.Name)
		}
		out = append(out, id)
	}
	return out
}

// Team returns the fewest departments that together have to do with all of the touchpoints, whatever their part. Of several
// such teams the one whose names come first is taken. Up to 20 departments the answer is exact; above, departments are added
// one by one that reach the most touchpoints still missing, ties by name.
func (o *Organisation) Team(touchpoints []touchpoint.ID) Team {
	wanted := slices.Sorted(slices.Values(touchpoints))
	wanted = slices.Compact(wanted)
	reach := make([][]bool, len(o.departments)) // by department, then by touchpoint
	for d := range reach {
		reach[d] = make([]bool, 0, len(wanted))
	}
	t := Team{Exact: true}
	n := 0
	for _, id := range wanted {
		who := o.DepartmentsOf(id)
		if len(who) == 0 {
			t.Uncoverable = append(t.Uncoverable, id)
			continue
		}
		for d := range reach {
			_, in := slices.BinarySearch(who, o.departments[d])
			reach[d] = append(reach[d], in)
		}
		n++
	}
	var chosen []int
	if len(o.departments) <= MaxExactTeam {
		chosen = smallest(reach, n)
	} else {
		t.Exact = false
		chosen = greedyTeam(reach, n)
	}
	for _, d := range chosen {
		t.Departments = append(t.Departments, o.departments[d])
	}
	return t
}

// smallest returns the smallest set of departments that reaches all n touchpoints, the first in order of those.
func smallest(reach [][]bool, n int) []int {
	k := len(reach)
	masks := make([]uint32, n) // by touchpoint: the departments that reach it
	for d, row := range reach {
		for i, in := range row {
			if in {
				masks[i] |= 1 << d
			}
		}
	}
	slices.Sort(masks)
	masks = slices.Compact(masks)
	var best []int
	size := k + 1
	for set := range uint32(1) << k {
		if bits.OnesCount32(set) > size {
			continue
		}
		covers := true
		for _, m := range masks {
			if m&set == 0 {
				covers = false
				break
			}
		}
		if !covers {
			continue
		}
		members := make([]int, 0, k)
		for d := range k {
			if set>>d&1 == 1 {
				members = append(members, d)
			}
		}
		if len(members) < size || slices.Compare(members, best) < 0 {
			best, size = members, len(members)
		}
	}
	return best
}

func greedyTeam(reach [][]bool, n int) []int {
	missing := make([]bool, n)
	for i := range missing {
		missing[i] = true
	}
	var chosen []int
	for {
		best, most := -1, 0
		for d, row := range reach {
			c := 0
			for i, in := range row {
				if in && missing[i] {
					c++
				}
			}
			if c > most {
				best, most = d, c
			}
		}
		if best < 0 {
			break
		}
		for i, in := range reach[best] {
			if in {
				missing[i] = false
			}
		}
		chosen = append(chosen, best)
	}
	slices.Sort(chosen)
	return chosen
}
