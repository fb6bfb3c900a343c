// Package funnel keeps the stage histories of deals and says how they convert: which share of those who enter a stage comes
// to another, how long it takes, and what became of the leads that marketing handed over.
//
// Most callers should use [NewBook], [Book.Add] and [Convert]; package funnel/forecast turns the same book into a forecast of
// revenue, package funnel/lifetime values what comes after the sale, and package funnel/survival holds the statistics of
// durations for data of your own.
//
// # A worked example
//
//	book, err := funnel.NewBook(funnel.BookConfig{})   // the pipeline Attract, Convince, Retain, Grow
//	report := book.Add(
//		funnel.Change{Deal: "d1", Stage: "Attract", At: funnel.Exact(t0)},
//		funnel.Change{Deal: "d1", Stage: "Convince", At: funnel.Exact(t1), Amount: amount},
//		funnel.Change{Deal: "d1", Stage: "Retain", At: funnel.Exact(t2)},
//		…)
//	state := book.At(b2b.View{At: asOf, Known: asOf})  // the answer given then
//	c, err := funnel.Convert(state, funnel.ConversionQuery{Horizon: 90 * 24 * time.Hour})
//	// c.ByHorizon: won within 90 days of entry, with its interval
//
// # Model
//
// A [Pipeline] is data: stages with their order, outcome, sales phase and moment of the customer's decision journey.
// A [Change] is one recorded row. The [Book] puts the changes of a deal in order by (At.Latest, Seq, RecordedAt, content),
// whatever the order in which they came, and makes passages of them: an entry into a place (a stage under an outcome) ends
// the passage before it. Nothing is refused for an impossible order: regressions, skips, re-entries, late arrivals and
// contradictions are kept and flagged (see [Flags]).
//
// There are two clocks: when it happened and when it became known. [Book.At] answers for both. A time may be known to the
// day, or as a mere position in the order: then the passage is counted but keeps out of durations; it is never put at a
// midpoint. Where a coarse time and the order of Seq disagree, Seq narrows the time.
//
// A place without a stage is an outcome that was recorded on its own; a deal that is closed while in a working stage leaves
// the stage for such a place. Won is where the sale counts, not where the history ends. A deal that opens again after a close
// has a further [Episode].
//
// Limits: rates are of the past, with censoring and late entry corrected but without covariates other than segments; deals
// are taken as independent; a book that holds closed deals only cannot be corrected, and says so.
//
// # Plain values
//
// Settings, questions and answers are structs of exported fields without hidden state: the zero value of settings means the
// defaults stated at their fields, that of an answer is empty, and all are safe to read by many goroutines. Other types say
// their zero value and their concurrency themselves.
//
// # Cost
//
// Adding is O(n log n) in the rows of the deals concerned; a view is O(rows), without a map or a string in its inner loop:
// some milliseconds for fifty thousand rows. Everything after that works on columns (see [Sojourns]).
//
// # References
//
// Aalen and Johansen 1978, Scand J Statist 5:141. Brown, Cai and DasGupta 2001, Statistical Science 16:101. Newcombe 1998,
// Statistics in Medicine 17:873. Kleinman 1973, JASA 68:46. Court, Elzinga, Mulder and Vetvik 2009, The consumer decision
// journey, McKinsey Quarterly.
package funnel
