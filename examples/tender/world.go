package main

import (
	"errors"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/stitch"
)

// world is everything that was read, resolved and built, before one account is looked at.
type world struct {
	in       *input
	settings *settings
	folder   *folder
	who      *stitch.Snapshot
	log      *journey.Log
	report   journey.Report
	book     *funnel.Book
	state    *funnel.State
	roles    *roleBook
	rowsOf   map[b2b.AccountID]int
	asOf     time.Time
}

// build reads the folder and makes the world of it, as it was known at asOf; a zero asOf is the latest time in the data,
// with all that is known now.
func build(f *folder, asOf time.Time) (*world, error) {
	s, err := readSettings(f)
	if err != nil {
		return nil, err
	}
	w := &world{settings: s, folder: f}
	if w.in, err = load(f, s.catalogue); err != nil {
		return nil, err
	}
	if len(w.in.facts) == 0 && len(w.in.changes) == 0 {
		return nil, errors.New("no usable row in any file")
	}
	view := b2b.View{At: latest(asOf, w.in.last), Known: asOf}
	w.asOf = view.At
	if w.who, err = resolve(w.in, s.rules, view); err != nil {
		return nil, err
	}
	if w.log, w.report, err = buildLog(w.in, w.who); err != nil {
		return nil, err
	}
	if !asOf.IsZero() {
		w.log = w.log.AsOf(view)
	}
	if w.book, err = funnel.NewBook(funnel.BookConfig{Pipelines: []*funnel.Pipeline{s.pipeline}}); err != nil {
		return nil, err
	}
	for i := range w.in.changes {
		c := &w.in.changes[i]
		c.Account = w.who.AccountOf(c.Account, "", c.At.Latest)
	}
	added := w.book.Add(w.in.changes...)
	for _, r := range added.Rejected {
		f.rejects = append(f.rejects, rejected{File: "deals", Line: 0, Reason: r.Path + ": " + r.Reason})
	}
	w.state = w.book.At(view)
	w.rowsOf = map[b2b.AccountID]int{}
	for _, t := range w.log.Touches() {
		w.rowsOf[t.Account]++
	}
	w.roles, err = learnRoles(w.log, w.in.seats(w.who), w.in.titles(w.who))
	return w, err
}

// latest is asOf, or last where none is given.
func latest(asOf, last time.Time) time.Time {
	if asOf.IsZero() {
		return last
	}
	return asOf
}

// counts says what became of the rows.
func (w *world) counts() counts {
	profiles, persons, accounts := w.who.Counts()
	return counts{
		Rows: w.in.rows, Accepted: w.in.accepted, Rejected: w.in.rows - w.in.accepted,
		Profiles: profiles, Persons: persons, Accounts: accounts,
		Repeated: w.in.repeated, Touches: len(w.in.touches), Events: w.report.Accepted, Late: w.report.LateEvents,
		Journeys: w.log.Journeys(), Deals: w.state.Len(),
	}
}
