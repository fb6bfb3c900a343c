package main

import (
	"errors"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/funnel"
)

// reader turns one line after another into rows.
type reader struct {
	t        *table
	tab      *cli.Table
	columns  map[string]int
	names    map[string]string
	seen     map[b2b.DealID]bool
	outcomes map[string]funnel.Outcome // texts read so far
	problem  string
}

func (r *reader) cell(name string) string { return r.tab.Field(r.columns[name]) }

// name returns a cell that is kept.
func (r *reader) name(column string) string {
	text := r.cell(column)
	if kept, ok := r.names[text]; ok {
		return kept
	}
	text = strings.Clone(text)
	r.names[text] = text
	return text
}

// reject notes the first problem of a line.
func (r *reader) reject(column, reason string) {
	if r.problem == "" {
		r.problem = column + ": " + reason
	}
}

func (r *reader) time(column string) time.Time {
	text := r.cell(column)
	if text == "" {
		return time.Time{}
	}
	at, _, err := cli.ParseTime(text, r.t.s.zone)
	if err != nil {
		r.reject(column, "not a time")
		return time.Time{}
	}
	if at.Year() < 1900 {
		r.reject(column, "before 1900")
	}
	return at
}

func (r *reader) amount() b2b.Money {
	text, currency := r.cell("amount"), r.cell("currency")
	if text == "" {
		return b2b.Money{}
	}
	given := currency != ""
	if !given {
		if currency = r.t.s.base; currency == "" {
			currency = noCurrency
		}
	}
	m, err := b2b.ParseAmount(text, currency)
	if err != nil {
		if e, ok := errors.AsType[*b2b.InvalidError](err); ok && e.Path == "currency" {
			r.reject("currency", "not an ISO 4217 code")
		} else {
			r.reject("amount", "not an amount of the currency")
		}
		return b2b.Money{}
	}
	if r.problem == "" {
		r.t.amounts = true
		r.t.priced = r.t.priced || given
		if !r.t.currencies[m.Currency()] {
			r.t.currencies[m.Currency()] = true
		}
	}
	return m
}

func (r *reader) outcome() funnel.Outcome {
	text := r.cell("outcome")
	if text == "" {
		return funnel.UnknownOutcome
	}
	o, known := r.outcomes[text]
	if !known {
		var err error
		if o, err = funnel.ParseOutcome(text); err != nil {
			r.reject("outcome", "unknown")
			return o
		}
		r.outcomes[strings.Clone(text)] = o
	}
	return o
}

func (r *reader) category() funnel.Category {
	text := r.cell("category")
	if text == "" {
		return funnel.UnknownCategory
	}
	c, err := funnel.ParseCategory(text)
	if err != nil {
		r.t.note("a category that is none of the known ones was left out")
	}
	return c
}

// common reads what both formats have.
func (r *reader) common() row {
	r.problem = ""
	x := row{deal: b2b.DealID(r.name("deal")), line: int32(r.tab.Line()), left: never, recorded: never}
	if x.deal == "" {
		r.reject("deal", "empty")
	}
	x.amount = r.amount()
	x.outcome = r.outcome()
	return x
}

// take adds rows unless the line has a problem.
func (r *reader) take(rows ...row) {
	if r.problem != "" {
		r.t.rejects.Add(r.tab.Line(), r.problem)
		return
	}
	for _, x := range rows {
		for _, at := range [...]moment{x.at, x.left, x.recorded} {
			r.t.see(at.time())
		}
	}
	r.t.rows = append(r.t.rows, rows...)
}

// entry reads a line of a history.
func (r *reader) entry() {
	x := r.common()
	x.stage = funnel.Stage(r.name("stage"))
	if x.stage == "" {
		r.reject("stage", "empty")
	}
	if r.cell("entered_at") == "" {
		r.reject("entered_at", "empty")
	}
	x.at, x.left, x.recorded = momentOf(r.time("entered_at")), momentOf(r.time("left_at")), momentOf(r.time("recorded_at"))
	if x.left != never && x.left < x.at {
		r.reject("left_at", "before entered_at")
	}
	m := more{account: r.name("account"), segment: r.name("segment"), owner: r.name("owner"), source: r.name("source"), category: r.category()}
	if c := r.time("close_date"); !c.IsZero() {
		m.closeDate = funnel.DateOf(c, r.t.s.zone)
	}
	var err error
	if m.probability, err = b2b.ParseFraction(r.cell("probability")); err != nil {
		r.reject("probability", "not a fraction")
	}
	if m != (more{}) {
		x.more = &m
	}
	r.take(x)
}

// deal reads a line of a table of deals.
func (r *reader) deal() {
	x := r.common()
	if r.cell("created") == "" {
		r.reject("created", "empty")
	}
	created := r.time("created")
	x.at = momentOf(created)
	closed := r.time("closed")
	present := r.name("stage")
	if r.problem == "" && r.seen[x.deal] {
		r.reject("deal", "named twice")
	}
	if !closed.IsZero() && closed.Before(created) {
		r.reject("closed", "before created")
	}
	end := row{deal: x.deal, at: momentOf(closed), left: never, recorded: never, outcome: x.outcome, amount: x.amount, line: x.line}
	x.stage, x.outcome = openStage, funnel.UnknownOutcome
	if closed.IsZero() {
		if r.problem == "" {
			r.seen[x.deal] = true
			r.t.present[x.deal] = funnel.Stage(present)
			if _, ended := terminal(present); ended || !end.outcome.IsOpen() {
				r.t.flags["no_close_time"]++
			}
		}
		r.take(x)
		return
	}
	if end.outcome.IsOpen() {
		end.outcome, _ = terminal(present)
	}
	if end.outcome.IsOpen() {
		end.stage, end.outcome = unknownExit, funnel.UnknownOutcome
	}
	if r.problem == "" {
		r.seen[x.deal] = true
		r.t.present[x.deal] = funnel.Stage(present)
	}
	r.take(x, end)
}
