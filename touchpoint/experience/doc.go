// Package experience measures how touchpoints and journeys are felt: statically and over time, against a benchmark, through the
// lens of each segment, and under influence from outside.
//
// # Who should use what
//
//   - Scores of NPS, CSAT or CES: put responses into [Responses] (repeats, forgetting), add them to a [Tally] and ask for its
//     [Tally.Result]. Give accounts: colleagues answer alike, and the interval is cluster-robust as soon as accounts are known.
//     [Compare] tells whether two tallies differ.
//   - A level against a benchmark: [Tally.Level] or [LevelOf], then [Level.Against] with the margin that would not matter.
//   - A ranking of many touchpoints: [Shrink] first. The same experience in every channel? [Consistent].
//   - The experience of a journey from its moments: [Aggregator.Aggregate]; which aggregator predicts the judgement:
//     [FitAggregator].
//   - How experience develops: [Bayes] or [Asymmetric]; a group: [AccountOf].
//   - What a segment looks at: [FitLens]. Influence from outside: [External], [FitInfluence].
//
// # Example
//
//	tally := new(experience.Tally)
//	err := tally.Add(experience.Response{ID: "1", Instrument: experience.NPS, Score: 9, Account: "acme"})
//	m, ok, err := tally.Result(experience.MetricConfig{})
//	fmt.Println(m.Estimate, m.Accounts, m.DesignEffect)
//
// # Intervals and limits
//
// A net share has the score interval of Tango by default, a share that of Wilson, a mean Student's t; a Wald interval comes only
// by choice and never with zero width, since ten promoters of ten are no proof. Exact coverage of the 95 % score interval
// over a grid of shares is 0.963 (lowest 0.939) at n = 10, where Wald has 0.880 (0.649). The three figures of CES2 differ
// and must be named. Verdicts against a benchmark are by equivalence: P > 0.05 is never "equal".
//
// The neutral point of NPS as a scale is 7.5, between the passives: for other uses give a [Scale] of your own. Peak and end is
// one aggregator among nineteen and no default. LossAverse may leave the scale. Dynamic states use what was known: as of a
// time, later responses do not count.
//
// # Complexity
//
// Tallies are O(1) per response and O(accounts) per result; aggregators O(n log n); FitAggregator O(journeys · log) per
// candidate; FitLens O(replicates · responses · dimensions²).
//
// # References
//
//   - Tango (1998), Statistics in Medicine 17, 891–908; Rocks (2016), The American Statistician 70, 365–372; Wilson (1927).
//   - Reichheld (2003), HBR 81(12), 46–54; Schuirmann (1987), J. Pharmacokin. Biopharm. 15, 657–680.
//   - DerSimonian, Laird (1986), Controlled Clinical Trials 7, 177–188.
//   - Verhoef, Antonides, de Hoog (2002); Fredrickson, Kahneman (1993), J. Personality and Social Psychology 65, 45–55.
//   - Boulding, Kalra, Staelin, Zeithaml (1993), JMR 30, 7–27; Tucker (1964), Psychological Review 71, 528–530.
//   - Baxendale, Macdonald, Wilson (2015), Journal of Retailing 91, 235–253.
package experience
