package attribution

import (
	"math"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// The usual milestones of a sale. Others may have any name.
const (
	FirstTouch  = "FT" // the first touch; it needs no time
	LeadCreated = "LC"
	Opportunity = "OC"
	ClosedWon   = "CW"
)

// Milestones divides an account's journey by the moments at which the sale moved: each milestone gives its weight to the last
// touch at or before it (FirstTouch to the first), and Middle is divided equally among the touches strictly between the
// first and the last of these that hold no milestone. These rules are this library's own, for what the products with such
// models leave undocumented:
//
//   - a touch that holds several milestones adds their weights;
//   - without a touch in the middle its share goes to the milestones, pro rata;
//   - a milestone that was not reached, or before which nobody was touched, gives its weight to the others, pro rata;
//   - with none left the conversion is unattributed.
//
// A meeting of several persons is one touch.
type Milestones struct {
	Label   string // name of the model
	Weights []MilestoneWeight
	Middle  float64 // weights and middle are ≥ 0 and sum to 1
}

// MilestoneWeight is the share of one milestone.
type MilestoneWeight struct {
	Milestone string
	Weight    float64
}

func weighted(label string, middle, each float64, names ...string) Milestones {
	m := Milestones{Label: label, Middle: middle}
	for _, n := range names {
		m.Weights = append(m.Weights, MilestoneWeight{n, each})
	}
	return m
}

// FirstTouchModel gives all to the first touch.
func FirstTouchModel() Milestones { return weighted("first touch", 0, 1, FirstTouch) }

// LeadCreation gives all to the touch that made the lead.
func LeadCreation() Milestones { return weighted("lead creation", 0, 1, LeadCreated) }

// UShape gives half each to the first touch and the lead.
func UShape() Milestones { return weighted("u-shape", 0, 0.5, FirstTouch, LeadCreated) }

// WShape gives 30 % each to first touch, lead and opportunity, 10 % to the middle.
func WShape() Milestones { return weighted("w-shape", 0.1, 0.3, FirstTouch, LeadCreated, Opportunity) }

// FullPath gives 22.5 % each to first touch, lead, opportunity and the close, 10 % to the middle.
func FullPath() Milestones {
	return weighted("full path", 0.1, 0.225, FirstTouch, LeadCreated, Opportunity, ClosedWon)
}

// String returns the label, or "milestones".
func (m Milestones) String() string {
	if m.Label == "" {
		return "milestones"
	}
	return m.Label
}

func (m Milestones) check(p *b2b.Problems) {
	sum := m.Middle
	if !(m.Middle >= 0) {
		p.Add("model.middle", "negative")
	}
	if len(m.Weights) == 0 {
		p.Add("model.weights", "none")
	}
	seen := make(map[string]bool)
	for i, w := range m.Weights {
		at := "model.weights[" + strconv.Itoa(i) + "]"
		if !(w.Weight >= 0) {
			p.Add(at+".weight", "negative")
		}
		if seen[w.Milestone] {
			p.Add(at+".milestone", "twice")
		}
		seen[w.Milestone] = true
		sum += w.Weight
	}
	if !(math.Abs(sum-1) <= 1e-9) {
		p.Add("model", "weights and middle do not sum to 1")
	}
}

func (m Milestones) divide(all []touchpoint.Touch, milestones []Milestone) []float64 {
	first := once(all)
	var touches []int
	for i := range all {
		if first[i] {
			touches = append(touches, i)
		}
	}
	place := make([]int, len(m.Weights)) // in touches, −1 for none
	low, high, held := len(touches), -1, 0.0
	for k, w := range m.Weights {
		place[k] = holder(all, touches, w.Milestone, milestones)
		if at := place[k]; at >= 0 && w.Weight > 0 {
			held += w.Weight
			low, high = min(low, at), max(high, at)
		}
	}
	if held == 0 {
		return nil
	}
	holds := make([]bool, len(touches))
	for k, w := range m.Weights {
		if place[k] >= 0 && w.Weight > 0 {
			holds[place[k]] = true
		}
	}
	between := 0
	for i := low + 1; i < high; i++ {
		if !holds[i] {
			between++
		}
	}
	middle := m.Middle
	if between == 0 {
		middle = 0
	}
	scale := (1 - middle) / held // what is missing goes to the milestones that are there
	out := make([]float64, len(all))
	for k, w := range m.Weights {
		if place[k] >= 0 {
			out[touches[place[k]]] += float64(w.Weight * scale)
		}
	}
	for i := low + 1; i < high; i++ {
		if !holds[i] {
			out[touches[i]] += middle / float64(between)
		}
	}
	return out
}

// holder returns which of the touches holds the milestone, −1 for none.
func holder(all []touchpoint.Touch, touches []int, name string, milestones []Milestone) int {
	if len(touches) == 0 {
		return -1
	}
	if name == FirstTouch {
		return 0
	}
	for _, m := range milestones {
		if m.Name != name || m.At.IsZero() {
			continue
		}
		at := -1
		for k, i := range touches {
			if !all[i].At.After(m.At) {
				at = k
			}
		}
		return at
	}
	return -1
}
