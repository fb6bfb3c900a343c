package main

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/funnel"
)

// closeHistories finds how every deal ended: its outcome is that of the latest row that has one, at the time at which that
// row was left or else entered; a last row that was left without an outcome is an exit for an unknown reason.
func (t *table) closeHistories() {
	order := make([]int, len(t.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &t.rows[i], &t.rows[j]
		return cmp.Or(cmp.Compare(a.deal, b.deal), cmp.Compare(a.at, b.at), cmp.Compare(a.line, b.line))
	})
	t.order = order
	var ends []row
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && t.rows[order[to]].deal == t.rows[order[from]].deal {
			to++
		}
		held, overlap, named := false, false, -1
		for k := from; k < to; k++ {
			x := &t.rows[order[k]]
			if x.outcome != funnel.UnknownOutcome {
				named = k
			}
			if k+1 < to && x.left != never {
				next := t.rows[order[k+1]].at
				held = held || x.left < next
				overlap = overlap || x.left > next
			}
		}
		if held {
			t.flags["on_hold"]++
		}
		if overlap {
			t.flags["left_after_next"]++
		}
		last := &t.rows[order[to-1]]
		if named >= 0 {
			x := &t.rows[order[named]]
			if o := x.outcome; !o.IsOpen() && !t.ends(x.stage) {
				ends = append(ends, row{deal: x.deal, outcome: o, at: max(x.at, x.left), left: never, recorded: x.recorded, line: x.line})
			}
			for k := from; k < to; k++ { // stages that end a deal keep an outcome of their own; of the others only one counts
				y := &t.rows[order[k]]
				if k != named || !t.ends(y.stage) {
					y.outcome = funnel.UnknownOutcome
				}
			}
		}
		if named < 0 && !t.ends(last.stage) && last.left != never {
			ends = append(ends, row{deal: last.deal, stage: unknownExit, at: last.left, left: never, recorded: last.recorded, line: last.line})
		}
		from = to
	}
	t.rows = append(t.rows, ends...)
}

// ends tells whether a stage ends a deal.
func (t *table) ends(stage funnel.Stage) bool {
	if t.pipeline != nil {
		for _, d := range t.pipeline.Stages {
			if d.ID == stage {
				return !d.Outcome.IsOpen()
			}
		}
	}
	_, ended := terminal(string(stage))
	return ended
}

// stages orders the stages of the rows by the median rank of their first entry over the deals; the stages that end a deal
// come last.
func (t *table) stages() []funnel.StageDef {
	if t.pipeline != nil {
		return t.pipeline.Stages
	}
	if t.deals {
		return []funnel.StageDef{
			{ID: openStage, Order: 1}, {ID: "won", Order: 2, Outcome: funnel.Won}, {ID: "lost", Order: 3, Outcome: funnel.Lost},
		}
	}
	ranks := map[funnel.Stage][]int{}
	var path []funnel.Stage
	for n, i := range t.order {
		x := &t.rows[i]
		if n == 0 || t.rows[t.order[n-1]].deal != x.deal {
			path = path[:0]
		}
		if x.stage == "" || x.stage == unknownExit || slices.Contains(path, x.stage) {
			continue
		}
		path = append(path, x.stage)
		ranks[x.stage] = append(ranks[x.stage], len(path))
	}
	type placed struct {
		def    funnel.StageDef
		median float64
	}
	var list []placed
	won := false
	for stage, r := range ranks {
		slices.Sort(r)
		p := placed{def: funnel.StageDef{ID: stage}, median: float64(r[(len(r)-1)/2]+r[len(r)/2]) / 2}
		if o, ok := terminal(string(stage)); ok {
			p.def.Outcome = o
			won = won || o == funnel.Won
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b placed) int {
		return cmp.Or(cmp.Compare(rankOf(a.def.Outcome), rankOf(b.def.Outcome)), cmp.Compare(a.median, b.median), cmp.Compare(a.def.ID, b.def.ID))
	})
	var out []funnel.StageDef
	for i, p := range list {
		p.def.Order = i + 1
		out = append(out, p.def)
	}
	if !won {
		out = append(out, funnel.StageDef{ID: "(won)", Order: len(out) + 1, Outcome: funnel.Won})
	}
	return out
}

// rankOf puts working stages before the stages that end a deal.
func rankOf(o funnel.Outcome) int {
	if o.IsOpen() {
		return 0
	}
	return 1
}

// book records all rows.
func (t *table) book() (*funnel.Book, error) {
	stages := slices.Clone(t.stages())
	stages = append(stages, funnel.StageDef{ID: unknownExit, Order: len(stages) + 1, Outcome: funnel.Disqualified})
	config := funnel.PipelineConfig{ID: "pipeline", Stages: stages}
	if t.pipeline != nil {
		config.ID, config.Allowed, config.Moments = t.pipeline.ID, t.pipeline.Allowed, t.pipeline.Moments
	}
	if !slices.ContainsFunc(stages, func(d funnel.StageDef) bool { return d.Outcome.IsOpen() }) {
		config.Stages = append(config.Stages, funnel.StageDef{ID: "(open)"})
	}
	pipeline, err := funnel.NewPipeline(config)
	if err != nil {
		return nil, err
	}
	c := funnel.BookConfig{Pipelines: []*funnel.Pipeline{pipeline}, Zone: t.s.zone}
	if t.s.from != "" {
		c.Observed.From, _, _ = cli.ParseTime(t.s.from, t.s.zone) // checked with the flags
	}
	book, err := funnel.NewBook(c)
	if err != nil {
		return nil, err
	}
	const batch = 1 << 14
	changes := make([]funnel.Change, 0, batch)
	lines := make([]int, 0, batch)
	flush := func() {
		for _, r := range book.Add(changes...).Rejected {
			t.rejects.Add(lines[r.Index], r.Reason)
		}
		changes, lines = changes[:0], lines[:0]
	}
	for i := range t.rows {
		x := &t.rows[i]
		c := funnel.Change{
			Deal: x.deal, Stage: x.stage, Outcome: x.outcome, At: funnel.Exact(x.at.time()), RecordedAt: x.recorded.time(),
			Seq: int64(i + 1), Amount: x.amount,
		}
		if m := x.more; m != nil {
			c.Account, c.Segment, c.Owner, c.LeadSource = b2b.AccountID(m.account), m.segment, m.owner, m.source
			c.CloseDate, c.Probability, c.Category = m.closeDate, m.probability, m.category
		}
		changes = append(changes, c)
		lines = append(lines, int(x.line))
		if len(changes) == batch {
			flush()
		}
	}
	flush()
	return book, nil
}
