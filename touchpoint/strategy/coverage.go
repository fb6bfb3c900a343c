package strategy

import (
	"cmp"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// CoverageConfig says as of when coverage is measured and where touchpoints are looked up. The zero value takes all needs and
// supplies as they are.
type CoverageConfig struct {
	Catalogue *touchpoint.Catalogue // for control and for windows of temporary touchpoints; its touchpoints may be orphans too
	At        time.Time             // needs outside their window at this moment do not count, nor do touchpoints; zero: all needs, and touchpoints whose window overlaps
}

// Coverage says which information is missing where. It is immutable: do not change its slices.
type Coverage struct {
	Index         float64 // Σw·coverage/Σw over needs that can be judged, in [0,1]
	Needs         []NeedCoverage
	ByPhase       []Gap // by phase
	ByPersona     []Gap // by name
	ByTopic       []Gap // by name
	Redundancy    float64
	UnknownWeight float64         // weight of needs that cannot be judged, since a factor of a supply is unknown
	Orphans       []touchpoint.ID // touchpoints that serve no need, by ID
}

// NeedCoverage is one need: those without any supply come first, then those with the largest gap, ties by persona, phase, topic.
type NeedCoverage struct {
	Need
	Coverage    float64         // 1 − Π(1−effect), in [0,1]
	Unknown     bool            // a factor of a supply is unknown: Coverage counts the known ones only, and the index leaves the need out
	Gap         float64         // weight·(1−coverage); 0 if Unknown
	Redundancy  float64         // Σeffect − coverage, at least 0
	Touchpoints []touchpoint.ID // that serve it, by ID
}

// Gap sums the gaps of the needs with one label.
type Gap struct {
	Label  string
	Gap    float64
	Weight float64
}

// Cover measures how well the supplies answer the needs. ok is false if no need with a weight can be judged. Malformed needs
// and supplies are errors, all at once. O(needs·supplies).
func Cover(needs []Need, supplies []Supply, cfg CoverageConfig) (c *Coverage, ok bool, err error) {
	var p b2b.Problems
	checkNeeds(&p, needs)
	checkSupplies(&p, supplies)
	if err := p.Err(); err != nil {
		return nil, false, err
	}
	c = &Coverage{}
	serving := make(map[touchpoint.ID]bool)
	covered, weight := 0.0, 0.0
	for _, n := range slices.SortedFunc(slices.Values(needs), Need.compare) {
		if !cfg.At.IsZero() && !n.Window.Contains(cfg.At) {
			continue
		}
		x := NeedCoverage{Need: n}
		left, sum := 1.0, 0.0
		for _, e := range cfg.effects(n, supplies) {
			serving[e.id] = true
			x.Touchpoints = append(x.Touchpoints, e.id)
			if !e.known {
				x.Unknown = true
				continue
			}
			left *= 1 - e.effect
			sum += e.effect
		}
		x.Touchpoints = slices.Compact(x.Touchpoints)
		x.Coverage = 1 - left
		x.Redundancy = max(0, sum-x.Coverage)
		if x.Unknown {
			c.UnknownWeight += n.Weight
		} else {
			x.Gap = n.Weight * (1 - x.Coverage)
			covered += float64(n.Weight * x.Coverage)
			weight += n.Weight
			c.Redundancy += x.Redundancy
		}
		c.Needs = append(c.Needs, x)
	}
	c.gaps()
	c.orphans(supplies, cfg.Catalogue, serving)
	slices.SortStableFunc(c.Needs, func(a, b NeedCoverage) int {
		return cmp.Or(cmp.Compare(min(len(a.Touchpoints), 1), min(len(b.Touchpoints), 1)), -cmp.Compare(a.Gap, b.Gap))
	})
	if weight == 0 {
		return c, false, nil
	}
	c.Index = min(1, covered/weight)
	return c, true, nil
}

// effect is what one supply does for a need.
type effect struct {
	id     touchpoint.ID
	effect float64
	known  bool
}

// effects returns those of the supplies that serve the need, by ID and size.
func (cfg CoverageConfig) effects(n Need, supplies []Supply) []effect {
	var out []effect
	for _, s := range supplies {
		if s.serves(n, cfg.Catalogue, cfg.At) {
			e, known := s.effect(cfg.Catalogue)
			out = append(out, effect{s.Touchpoint, e, known})
		}
	}
	slices.SortFunc(out, func(a, b effect) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.effect, b.effect))
	})
	return out
}

// gaps sums the gaps by phase, persona and topic.
func (c *Coverage) gaps() {
	by := func(key func(n Need) string, less func(a, b Need) int) []Gap {
		sorted := slices.SortedStableFunc(slices.Values(c.Needs), func(a, b NeedCoverage) int { return less(a.Need, b.Need) })
		var out []Gap
		for _, n := range sorted {
			if n.Unknown {
				continue
			}
			if k := len(out) - 1; k < 0 || out[k].Label != key(n.Need) {
				out = append(out, Gap{Label: key(n.Need)})
			}
			g := &out[len(out)-1]
			g.Gap += n.Gap
			g.Weight += n.Weight
		}
		return out
	}
	c.ByPhase = by(func(n Need) string { return n.Phase.String() }, func(a, b Need) int { return cmp.Compare(a.Phase, b.Phase) })
	c.ByPersona = by(func(n Need) string { return n.Persona }, func(a, b Need) int { return cmp.Compare(a.Persona, b.Persona) })
	c.ByTopic = by(func(n Need) string { return n.Topic }, func(a, b Need) int { return cmp.Compare(a.Topic, b.Topic) })
}

func (c *Coverage) orphans(supplies []Supply, catalogue *touchpoint.Catalogue, serving map[touchpoint.ID]bool) {
	for _, s := range supplies {
		if !serving[s.Touchpoint] {
			c.Orphans = append(c.Orphans, s.Touchpoint)
		}
	}
	if catalogue != nil {
		for t := range catalogue.All() {
			if !serving[t.ID] {
				c.Orphans = append(c.Orphans, t.ID)
			}
		}
	}
	slices.Sort(c.Orphans)
	c.Orphans = slices.Compact(c.Orphans)
}
