// Package b2b is the vocabulary and the handbook of a library for composite B2B buyer journeys.
//
// In B2B nobody buys alone. A purchase is a composite journey: the business wants the best solution, purchasing the most
// economical one, the lawyer reads the small print, and a sales department that likes another vendor pulls strings from
// outside. Their journeys share steps, differ in steps that give a role away, cross the support and invoicing journeys
// of the same account, and leave traces in many systems under many names. The library turns those traces into who is
// who, who plays which part, what each journey looks like and where they touch, what each touchpoint is worth, what the
// group will choose, and what will be sold, when, with which uncertainty.
//
// # Where to begin
//
// Run the main example, go run ./examples/tender, and read its brief beside examples/tender/brief.go. Then:
//
//   - to link profiles of several systems into persons and accounts by your own rules, use package stitch; where nothing
//     is shared but likeness, stitch/match;
//   - to record contact moments, define touchpoints with package touchpoint; to value them, touchpoint/attribution (from
//     paths) and touchpoint/importance (from surveys); how they were felt is touchpoint/experience, what to do with them
//     touchpoint/strategy;
//   - to build journeys from events, compare them and find where they cross, use package journey; the process behind
//     them is journey/discovery, deviations from a map journey/conformance, a map before it goes live
//     journey/simulation; events about many objects at once, as in OCEL files, are journey/object;
//   - to describe the group that decides, use package dmu; roles from behaviour are dmu/inference, what the group will
//     choose dmu/choice, which account deserves which treatment dmu/segment;
//   - to follow deals through stages, use package funnel; durations with censoring are funnel/survival, revenue
//     funnel/forecast, customer value funnel/lifetime.
//
// # How data flow
//
//	profiles, identifiers ─ stitch ─▶ person and account ids, each with its why
//	contact moments keyed by those ids ─▶ journey.Log ─▶ journeys per person ─▶ composite journey per account
//	journey maps ─ conformance, overlap, signatures ─▶ dmu/inference ─▶ roles ─▶ dmu.Unit ─▶ coverage, choice
//	composite journeys, deals ─▶ funnel histories ─▶ conversion ─▶ forecast
//	log ─▶ paths ─▶ touchpoint/attribution        surveys ─▶ touchpoint/experience, importance
//
// Data move one way, left to right. Where a step needs something from a later one, the caller passes it in: package
// journey takes identities as two functions and never imports stitch.
//
// # Contracts
//
// They hold in every package.
//
//   - Pure: no I/O, no logging, no clock, no goroutines behind the caller's back, no global state. Time is an argument,
//     randomness a rand.Source of math/rand/v2; a nil source is an error where a draw would be needed.
//   - Deterministic: the same input gives the same bytes, whatever the order of input that carries no meaning, the
//     number of workers, or the way the data were split. Events order by (At, Seq, Source, ID, canonical bytes), At
//     being completion.
//   - Nothing is lost silently: imports return what was accepted and every [Rejection] with its reason. Contradictions
//     are accepted and flagged. Text outside a closed enumeration is kept as Unknown and listed as [Unmapped]; open
//     names pass through.
//   - Unknown is not zero: missing is a value of its own ([Fraction], (value, ok)); NaN and Inf never cross the API.
//   - Every number has its uncertainty: an [Estimate] has an interval or says why not.
//   - Explanations add up: the parts sum to the whole.
//   - As of: what changes over time can be asked for a [View], as it was known then or as it is known now.
//   - Forget: whatever holds a person can forget that person and says in a [Removed] what it took away.
//   - Accumulators: the zero value is the identity; Add, Merge and the binary form give the same bytes for every
//     partition and merge tree, so that they run on any engine.
//   - Bad input gets all its problems in one error, each an [InvalidError] with its path, and changes nothing.
//
// # The vocabulary
//
// This package holds the nouns that three or more packages need, and nothing else: [PersonID], [AccountID], [DealID]
// and [SeatID]; the four sales phases [Phase] over the consumer decision journey; [Money]; [Estimate]; [Window], [View]
// and [Precision]; [Fraction]; and the reports and errors.
//
// # A short worked example
//
//	// 1. Who is who. Facts from every system, rules as data.
//	snapshot, report, err := stitch.Batch(ctx, stitch.Config{Rules: stitch.StarterRules()}, facts, b2b.View{At: now})
//
//	// 2. What happened. Touches are stored under profile keys; ids appear when the log is built.
//	builder, err := journey.NewBuilder(journey.Config{Default: journey.Purchase})
//	builder.Add(journey.FromTouches(journey.TouchConfig{Catalogue: catalogue}, touches)...)
//	log, built := builder.Build(journey.Identities{Person: snapshot.PersonOf, Account: snapshot.AccountOf})
//
//	// 3. Who plays which part. Labelled persons train, the others are inferred, or not if their steps do not tell.
//	var trainer inference.Trainer
//	for _, p := range journey.StepCounts(log, nil) {
//		err = trainer.Add(p)
//	}
//	model, err := trainer.Model(inference.Config{})
//
//	// 4. What will be sold.
//	pipeline, err := forecast.Fit(ctx, book.At(b2b.View{At: now, Known: now}), forecast.Config{Horizon: 90 * 24 * time.Hour, Source: source})
//
// The whole of it, on dirty data and with every step explained, is examples/tender.
//
// # Beyond one machine
//
// One process does tens of millions of events. Who outgrows it runs the same accumulators on an engine of their choice:
// partition by account, never by time. For linking, the engine only finds connected components; the pure rule
// resolution then runs inside each.
package b2b
