// Package survival computes how long things last and how they end, from durations of which some are not yet over.
//
// It is pure statistics: it knows spells, causes and curves, and nothing of deals or funnels. Most callers should use
// package funnel, which makes the spells; use this package for durations of your own.
//
// # A worked example
//
// Six leads, of which three converted, after 1, 2 and 2 days, and three were only watched for 1, 1 and 3 days:
//
//	curve, err := survival.KaplanMeier([]survival.Spell{
//		{Exit: 1, Cause: 1}, {Exit: 1}, {Exit: 1}, {Exit: 2, Cause: 1}, {Exit: 2, Cause: 1}, {Exit: 3},
//	}, survival.Config{})
//	e, ok := curve.At(2)   // e.Value = 5/18: still not converted after two days
//
// # Model
//
// A [Spell] is at risk on (Entry, Exit]: a spell that enters at t is not at risk at t. At a tie events precede
// censoring. An event with Exit = Entry has no length and is mass at that instant; whoever enters at 0 is at risk for
// the events at 0. Censoring and late entry must not depend on what would have happened: then the curves are
// consistent, without any assumption on the shape.
//
//   - [KaplanMeier]: the share that has not yet ended (Kaplan and Meier 1958), any cause.
//   - [AalenJohansen]: the share that has ended by each of several competing causes (Aalen and Johansen 1978). Counting
//     the other causes as censored in [KaplanMeier] instead answers no question about this world.
//   - [MultiState]: the share in each of several states over time, with returns.
//   - [Chain]: constant rates between states; [FitChain] from exactly observed times.
//   - [FitCure]: the share that will ever convert, with its refusal where the data cannot tell.
//   - [LogRank]: whether groups differ.
//
// # Plain values
//
// Settings, questions and answers are structs of exported fields without hidden state: the zero value of settings means the
// defaults stated at their fields, that of an answer is empty, and all are safe to read by many goroutines. Other types say
// their zero value and their concurrency themselves.
//
// # Cost
//
// O(n log n) for n spells, O(n) for whole numbers of days. Memory is proportional to the number of distinct times.
//
// # References
//
// Kaplan and Meier 1958, JASA 53:457. Greenwood 1926. Brookmeyer and Crowley 1982, Biometrics 38:29. Aalen and Johansen
// 1978, Scand J Statist 5:141. Andersen, Borgan, Gill and Keiding 1993, Statistical Models Based on Counting Processes.
// Mantel 1966. Maller and Zhou 1996, Survival Analysis with Long-Term Survivors. Prentice 1974, Biometrika 61:539.
package survival
