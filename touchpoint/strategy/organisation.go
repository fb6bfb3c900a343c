package strategy

import (
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Link ties a touchpoint to a step of an internal process and the department that has to do with it. The order of the links of
// a touchpoint is the order of its process steps. It is a comparable value.
type Link struct {
	Touchpoint touchpoint.ID
	Process    string // step of a process
	Department string
	Part       Part
}

// Organisation is the register of links. It is immutable and safe for concurrent use. The zero value has no links.
type Organisation struct {
	links       []Link // by touchpoint, in the order given
	touchpoints []touchpoint.ID
	departments []string
}

// NewOrganisation checks the links; one that occurs twice counts once. Errors: a touchpoint, process or department missing, a
// part that is unknown.
func NewOrganisation(links []Link) (*Organisation, error) {
	var p b2b.Problems
	o := &Organisation{}
	seen := make(map[Link]bool)
	for i, l := range links {
		at := "links[" + strconv.Itoa(i) + "]"
		if l.Touchpoint == "" {
			p.Add(at+".touchpoint", "missing")
		}
		if l.Process == "" {
			p.Add(at+".process", "missing")
		}
		if l.Department == "" {
			p.Add(at+".department", "missing")
		}
		if l.Part == UnknownPart || !l.Part.IsValid() {
			p.Add(at+".part", "missing")
		}
		if !seen[l] {
			seen[l] = true
			o.links = append(o.links, l)
			o.touchpoints = append(o.touchpoints, l.Touchpoint)
			o.departments = append(o.departments, l.Department)
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(o.links, func(a, b Link) int {
		switch {
		case a.Touchpoint < b.Touchpoint:
			return -1
		case a.Touchpoint > b.Touchpoint:
			return 1
		}
		return 0
	})
	slices.Sort(o.touchpoints)
	slices.Sort(o.departments)
	o.touchpoints, o.departments = slices.Compact(o.touchpoints), slices.Compact(o.departments)
	return o, nil
}

// Touchpoints returns the touchpoints with links, by ID.
func (o *Organisation) Touchpoints() []touchpoint.ID { return slices.Clone(o.touchpoints) }

// Departments returns the departments with links, by name.
func (o *Organisation) Departments() []string { return slices.Clone(o.departments) }

func (o *Organisation) of(id touchpoint.ID) []Link {
	from, ok := slices.BinarySearchFunc(o.links, id, func(l Link, id touchpoint.ID) int {
		if l.Touchpoint < id {
			return -1
		}
		if l.Touchpoint > id {
			return 1
		}
		return 0
	})
	if !ok {
		return nil
	}
	to := from
	for to < len(o.links) && o.links[to].Touchpoint == id {
		to++
	}
	return o.links[from:to]
}

// DepartmentsOf returns the departments that have to do with the touchpoint, by name.
func (o *Organisation) DepartmentsOf(id touchpoint.ID) []string {
	var out []string
	for _, l := range o.of(id) {
		out = append(out, l.Department)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// HandOff is work that goes from one department to another between two steps that follow each other.
type HandOff struct {
	Touchpoint touchpoint.ID
	From, To   string // departments
	After      string // the step that is handed over
	Before     string // the step that takes over
}

// HandOffs returns the hand-offs of the touchpoint: steps that follow one another and whose responsible departments differ. A
// step without a responsible department is passed over; of several the first counts.
func (o *Organisation) HandOffs(id touchpoint.ID) []HandOff {
	type step struct{ process, department string }
	var steps []step
	seen := make(map[string]bool)
	for _, l := range o.of(id) {
		if l.Part == Responsible && !seen[l.Process] {
			seen[l.Process] = true
			steps = append(steps, step{l.Process, l.Department})
		}
	}
	var out []HandOff
	for i := 1; i < len(steps); i++ {
		if a, b := steps[i-1], steps[i]; a.department != b.department {
			out = append(out, HandOff{id, a.department, b.department, a.process, b.process})
		}
	}
	return out
}

// Accountability lists the touchpoints that nobody, or more than one department, answers for; both by ID.
func (o *Organisation) Accountability() (nobody, several []touchpoint.ID) {
	for _, id := range o.touchpoints {
		var who []string
		for _, l := range o.of(id) {
			if l.Part == Accountable && !slices.Contains(who, l.Department) {
				who = append(who, l.Department)
			}
		}
		switch {
		case len(who) == 0:
			nobody = append(nobody, id)
		case len(who) > 1:
			several = append(several, id)
		}
	}
	return nobody, several
}

// Load is how much improvement work falls to a department: Σ importance·gap of its touchpoints.
type Load struct {
	Department  string
	Load        float64
	Touchpoints int
}

// Loads returns the load of every department, the largest first, ties by name. Priorities come from [Rank]; a touchpoint that
// has none counts nothing.
func (o *Organisation) Loads(priorities []Priority) []Load {
	weight := make(map[touchpoint.ID]float64, len(priorities))
	for _, p := range priorities {
		weight[p.Touchpoint] = p.Importance * p.Gap
	}
	out := make([]Load, len(o.departments))
	for i, d := range o.departments {
		out[i].Department = d
	}
	for _, id := range o.touchpoints {
		for _, d := range o.DepartmentsOf(id) {
			i, _ := slices.BinarySearch(o.departments, d)
			out[i].Load += weight[id]
			out[i].Touchpoints++
		}
	}
	slices.SortStableFunc(out, func(a, b Load) int {
		switch {
		case a.Load > b.Load:
			return -1
		case a.Load < b.Load:
			return 1
		}
		return 0
	})
	return out
}

// SinglePoint is a department on which touchpoints hang alone.
type SinglePoint struct {
	Department  string
	Touchpoints []touchpoint.ID // that no other department has to do with, by ID
}

// SinglePoints returns the single points of failure, by department.
func (o *Organisation) SinglePoints() []SinglePoint {
	var out []SinglePoint
	for _, d := range o.departments {
		s := SinglePoint{Department: d}
		for _, id := range o.touchpoints {
			if who := o.DepartmentsOf(id); len(who) == 1 && who[0] == d {
				s.Touchpoints = append(s.Touchpoints, id)
			}
		}
		if len(s.Touchpoints) > 0 {
			out = append(out, s)
		}
	}
	return out
}
