package funnel

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
)

// Transition is a passage from one stage to another; From "" is the start of a deal. Moment is the part of the decision
// journey that the passage opens; zero takes the moment of the stage entered.
type Transition struct {
	From   Stage  `json:"from,omitzero"`
	To     Stage  `json:"to"`
	Moment Moment `json:"moment,omitzero"`
}

// PipelineConfig is a pipeline as data, which people store and change. The zero value is no pipeline and is refused.
type PipelineConfig struct {
	ID      string       `json:"id"`
	Stages  []StageDef   `json:"stages"`
	Allowed []Transition `json:"allowed,omitzero"` // empty: all; others are accepted and flagged [Disallowed]
	Moments []Transition `json:"moments,omitzero"` // moments of single passages, before those of the stage entered
}

// Pipeline is a checked sequence of stages. It is immutable and safe for concurrent use; the zero value has no stages.
type Pipeline struct {
	id      string
	stages  []StageDef        // by (order, id, valid from)
	byID    map[Stage][]int   // indices into stages
	allowed map[[2]Stage]bool // nil: all
	moments map[[2]Stage]Moment
	raw     PipelineConfig
}

// NewPipeline checks a pipeline: every stage has an id, no id is defined twice at one time, some stage is working, some
// is Won, and transitions name stages that exist. All problems are reported at once, as in
// "pipeline.stages[3].probability".
func NewPipeline(c PipelineConfig) (*Pipeline, error) {
	var p b2b.Problems
	pl := &Pipeline{id: c.ID, byID: make(map[Stage][]int, len(c.Stages))}
	working, won := false, false
	for i, s := range c.Stages {
		path := "pipeline.stages[" + strconv.Itoa(i) + "]"
		if s.ID == "" {
			p.Add(path+".id", "empty")
		}
		if !s.Outcome.IsValid() {
			p.Add(path+".outcome", "unknown")
		}
		if !s.Phase.IsValid() {
			p.Add(path+".phase", "unknown")
		}
		if !s.Moment.IsValid() {
			p.Add(path+".moment", "unknown")
		}
		if !s.Category.IsValid() {
			p.Add(path+".category", "unknown")
		}
		p.Join(path+".valid", s.Valid.Check())
		for j := range i {
			if t := c.Stages[j]; t.ID == s.ID && s.ID != "" && t.Valid.Overlaps(s.Valid) {
				p.Addf(path+".id", "defined twice at one time, as stages[%d]", j)
			}
		}
		working = working || s.outcome().IsOpen()
		won = won || s.Outcome == Won
	}
	if !working {
		p.Add("pipeline.stages", "no working stage")
	}
	if !won {
		p.Add("pipeline.stages", "no stage is won")
	}
	exists := func(id Stage) bool { return slices.ContainsFunc(c.Stages, func(s StageDef) bool { return s.ID == id }) }
	check := func(name string, list []Transition) {
		for i, t := range list {
			path := "pipeline." + name + "[" + strconv.Itoa(i) + "]"
			if t.From != "" && !exists(t.From) {
				p.Add(path+".from", "no such stage")
			}
			if !exists(t.To) {
				p.Add(path+".to", "no such stage")
			}
			if !t.Moment.IsValid() {
				p.Add(path+".moment", "unknown")
			}
		}
	}
	check("allowed", c.Allowed)
	check("moments", c.Moments)
	if err := p.Err(); err != nil {
		return nil, err
	}
	pl.raw = PipelineConfig{ID: c.ID, Stages: slices.Clone(c.Stages), Allowed: slices.Clone(c.Allowed), Moments: slices.Clone(c.Moments)}
	pl.stages = slices.Clone(c.Stages)
	for i := range pl.stages {
		pl.stages[i].Outcome = pl.stages[i].outcome()
		pl.stages[i].Valid = pl.stages[i].Valid.UTC()
	}
	slices.SortStableFunc(pl.stages, func(a, b StageDef) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID), a.Valid.From.Compare(b.Valid.From))
	})
	for i, s := range pl.stages {
		pl.byID[s.ID] = append(pl.byID[s.ID], i)
	}
	if len(c.Allowed) > 0 {
		pl.allowed = make(map[[2]Stage]bool, len(c.Allowed))
		for _, t := range c.Allowed {
			pl.allowed[[2]Stage{t.From, t.To}] = true
		}
	}
	pl.moments = make(map[[2]Stage]Moment, len(c.Moments)+len(c.Allowed))
	for _, t := range slices.Concat(c.Allowed, c.Moments) {
		if t.Moment != UnknownMoment {
			pl.moments[[2]Stage{t.From, t.To}] = t.Moment
		}
	}
	return pl, nil
}

// ID returns the pipeline's name.
func (p *Pipeline) ID() string { return p.id }

// Config returns a copy of the configuration that the pipeline was made from.
func (p *Pipeline) Config() PipelineConfig {
	return PipelineConfig{ID: p.raw.ID, Stages: slices.Clone(p.raw.Stages), Allowed: slices.Clone(p.raw.Allowed), Moments: slices.Clone(p.raw.Moments)}
}

// Stages returns the definitions in order of (Order, ID, Valid.From).
func (p *Pipeline) Stages() []StageDef { return slices.Clone(p.stages) }

// Stage returns the definition that holds at a time; a zero time takes the first definition. ok is false for a stage
// that the pipeline lacks. Where no definition holds at the time, the nearest one does.
func (p *Pipeline) Stage(id Stage, at time.Time) (def StageDef, ok bool) {
	i, ok := p.def(id, at)
	if !ok {
		return StageDef{ID: id}, false
	}
	return p.stages[i], true
}

func (p *Pipeline) def(id Stage, at time.Time) (int, bool) {
	list := p.byID[id]
	if len(list) == 0 {
		return 0, false
	}
	best := list[0]
	for _, i := range list {
		v := p.stages[i].Valid
		if at.IsZero() || v.Contains(at) {
			return i, true
		}
		if v.From.IsZero() || !v.From.After(at) {
			best = i
		}
	}
	return best, true
}

// Allows reports whether the pipeline foresees a passage.
func (p *Pipeline) Allows(from, to Stage) bool {
	return p.allowed == nil || p.allowed[[2]Stage{from, to}]
}

// Labels are the three names of one transition: the stages of the CRM, the sales phases (4V), and the moment of the
// consumer decision journey.
type Labels struct {
	From, To           Stage
	FromPhase, ToPhase b2b.Phase
	Moment             Moment
}

// Labels returns the three labels of a passage; from "" is the start of a deal. A stage that the pipeline lacks has no
// phase and no moment.
func (p *Pipeline) Labels(from, to Stage) Labels {
	a, _ := p.Stage(from, time.Time{})
	b, _ := p.Stage(to, time.Time{})
	m, ok := p.moments[[2]Stage{from, to}]
	if !ok {
		m = b.Moment
	}
	return Labels{From: from, To: to, FromPhase: a.Phase, ToPhase: b.Phase, Moment: m}
}

// FourV returns the default pipeline, named "4V": Attract, Convince, Retain, Grow (Verleiden, Veroveren, Vasthouden,
// Verhogen), and the exits Lost and Churned. Entering Retain is the sale; the history goes on from there.
//
// Over the decision journey: entering Attract is initial consideration; to Convince is active evaluation, also for an
// existing customer; Convince to Retain is the purchase; Retain to Grow an additional purchase; back to Retain without a
// passage through Convince is the loyalty loop.
func FourV() *Pipeline {
	p, err := NewPipeline(PipelineConfig{
		ID: "4V",
		Stages: []StageDef{
			{ID: "Attract", Label: "Verleiden", Order: 1, Outcome: Open, Phase: b2b.Attract, Moment: InitialConsideration, Category: PipelineCategory},
			{ID: "Convince", Label: "Veroveren", Order: 2, Outcome: Open, Phase: b2b.Convince, Moment: ActiveEvaluation, Category: PipelineCategory},
			{ID: "Retain", Label: "Vasthouden", Order: 3, Outcome: Won, Phase: b2b.Retain, Moment: PostPurchase, Category: Closed},
			{ID: "Grow", Label: "Verhogen", Order: 4, Outcome: Won, Phase: b2b.Grow, Moment: PostPurchase, Category: Closed},
			{ID: "Lost", Order: 5, Outcome: Lost, Category: Omitted},
			{ID: "Churned", Order: 6, Outcome: Churned, Category: Omitted},
		},
		Moments: []Transition{
			{From: "Attract", To: "Retain", Moment: Purchase},
			{From: "Convince", To: "Retain", Moment: Purchase},
			{From: "Convince", To: "Grow", Moment: Purchase},
			{From: "Retain", To: "Grow", Moment: Purchase},
			{From: "Retain", To: "Retain", Moment: LoyaltyLoop},
			{From: "Grow", To: "Retain", Moment: LoyaltyLoop},
		},
	})
	if err != nil {
		panic("funnel: " + err.Error()) // a literal of this package
	}
	return p
}
