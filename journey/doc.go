// Package journey holds journey maps per role, the log of recorded events, the journey of each person and the composite journey of each
// account, and says what journeys share, what sets them apart and where they cross.
//
// A journey (klantreis) is what one person does in one kind of process; a composite journey (samengestelde journey) is the set of journeys of
// one account: in B2B nobody buys alone.
//
// # Which part to use
//
//   - Recorded events: put them into a [Builder], in any order and as often as they come, and [Builder.Build] a [Log]. A million rows and more
//     go in by columns ([Builder.AddColumns]). Touches of package touchpoint become events by [FromTouches].
//   - What one account does: [Composites]: joint and common steps, the timeline, [Composite.SwimLane].
//   - What sets roles apart: [OverlapOf] and [OverlapTable.Overlap]: shared and exclusive steps, their significance, the signature of a role.
//   - Where journeys cross: [NewCrossings] for relations in time, [Log.Crossings] for rules such as "no offer during a complaint", [Try] to see
//     what a rule would have held, [Log.Chance] whether it happens more often than chance has it.
//   - The design: [NewMap], [Map.Check], [Atlas] for the versions and roles, JSON by [Map.UnmarshalJSON].
//   - What others need: [StepCounts] for role inference (dmu/inference), [Changes] for the funnel, [Log.Touches] for attribution.
//
// The sub-packages work on logs and maps: object has the object-centric view, discovery finds the most-used journeys and the process behind them, conformance holds recorded
// journeys against a map, simulation says before a campaign whether customers will flow through.
//
// # A worked example
//
//	b, err := journey.NewBuilder(journey.Config{})
//	b.Add(
//		journey.Event{Account: "acme", Person: "anna", Seat: "buyer", Step: "meeting", At: t1,
//			With: []journey.Participant{{Person: "ben", Seat: "legal"}}},
//		journey.Event{Account: "acme", Person: "ben", Seat: "legal", Step: "contract review", At: t2},
//	)
//	log, report := b.Build(journey.Identities{})
//	for _, c := range journey.Composites(log) {
//		c.Joint() // the meeting: one event, a row in the journey of each
//	}
//
// # The model
//
// Events are a set, identified by (Source, ID); of several versions the one recorded last counts, and the others answer as-of questions
// ([Log.AsOf]). They are stored under profile keys; whose they are is decided when a log is built ([Identities]), so that a merge or split of
// profiles is another Build and no patch. Inside a journey rows have the total order (At, Seq, Source, ID, content), At being completion: what is
// not complete cannot be known. The order in which events were added never matters. What cannot be used is in the [Report], with its reason;
// late, tied and contradictory rows are kept and flagged.
//
// A Log is columnar: names are codes in name order, a journey is a range of rows ([Rows]). Its core is 14 to 16 bytes per row; other columns
// exist only if some row has them.
//
// Three models of the field stand behind the vocabulary. The deviations between a designed and a recorded journey come in four kinds: missing
// and ad-hoc touchpoints, irregular sequence, failed touchpoints (Halvorsrud, Kvale & Følstad 2016); package conformance finds them. A touchpoint
// has a sender, a receiver and a channel (CJML: Halvorsrud et al. 2023); [Step] has them. An event may be about many objects at once, and every
// flattening to one kind of case loses something (van der Aalst 2019); package object keeps them, and says what is lost.
//
// # Limits
//
// Steps are compared by name; mapping the names of a log to those of a map is what aliases are for. Times are microseconds; finer is cut off.
// A log may have 2³²−1 rows. Crossings and their effects are associations in time, not causes. In logs whose step names contain the role,
// overlap is trivially zero: see [Log.Strip].
//
// # Cost
//
// Build is O(n) for events in the order of their journeys, O(n log m) at worst, m being the longest journey. All that a builder and a Build
// allocate stays below three times the memory of the log, so that is the most that it can peak at. Filters, ties and lateness are
// O(rows). Crossings are O(pairs of journeys of an account) and O(rows × kinds × log journeys). A permutation of [Overlap.Significance] is
// O(persons × their distinct steps).
//
// # References
//
// Halvorsrud, Kvale & Følstad 2016, J. Service Theory and Practice 26:840. Halvorsrud et al. 2023, Software and Systems Modeling (CJML). van der
// Aalst 2019, "Object-centric process mining". Allen 1983, CACM 26:832. Haberman 1973, Biometrics 29:205. Monroe, Colaresi & Quinn 2008, Political
// Analysis 16:372. Phipson & Smyth 2010, SAGMB 9:39. Benjamini & Hochberg 1995, JRSS B 57:289. Newcombe 1998, Stat. Med. 17:873. Wilson 1927, JASA
// 22:209. Hyndman & Fan 1996, Am. Stat. 50:361. Leemans, Fahland & van der Aalst 2013 (process trees).
package journey
