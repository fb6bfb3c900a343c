// Package attribution says what each touchpoint, channel, person or seat contributed to conversions and their value, for
// people and for accounts.
//
// Every result is labelled [Association]: observed paths show what goes together with conversions, not what causes them.
//
// # Who should use what
//
//   - Most callers: fill a [PathSet] ([PathSet.AddText], [PathSet.Add], or [Journeys] from recorded touches), take its
//     [PathSet.Result], and call [Attribute] with [Markov] and some replicates. [Disagreement] shows how much of the answer is
//     the choice of the model.
//   - A rule that everybody in the house understands: [U], [J], [HalfLife], [Milestones] for the stages of a B2B sale.
//   - A chain to ask other questions of (the effect of a pair, of a seat, of a sequence): [FitChain], [Chain.Removal].
//   - Which order? [ChooseOrder]. It says so where no order predicts better than the base rate.
//   - A fair division among the people of a buying group: [Owen] with [AttributeAccounts].
//
// # Example
//
//	set := new(attribution.PathSet)
//	err := set.AddText("site > webinar > demo", ">", 2, 1, 9000) // 2 conversions worth 9,000, 1 walk without
//	credits, err := attribution.Attribute(ctx, set.Result(), attribution.Markov{Order: 1},
//		attribution.Config{Replicates: 1000, Source: rand.NewPCG(1, 0)})
//	for _, c := range credits.Names { fmt.Println(c.Name, c.Conversions, c.Rank) }
//	parts, rest, err := credits.Apportion(b2b.MustMoney(900000, "EUR")) // exact to the cent
//
// # Models
//
// Rules divide each converted path among its own steps; the type of each rule states its weights. A chain of order k has the
// sliding windows of k steps as states (a shorter path is one state; equal states in a row are one), moves by counts, and ends
// in conversion or null. With Q the moves between states, r those to conversion and s0 the start, M = (I−Q)⁻¹, h = M·r,
// x = s0·M, P = x·r. The removal effect of a set A of states is RE = f_A·h_A/P with f_A the probabilities of entering A first
// in each of its states: it is the share of conversions whose path visits A, and 1 − P(conversion with A sent to null)/P.
// Credit = total·RE/ΣRE. All of it is exact: no simulation, no bound on the length of paths. P is ΣC/(ΣC+ΣN) for every order.
//
// [MarkovShapley], this library's own, is the Shapley value of the order-1 chain with names sent to null; [TotalWorth] and
// [Ordered] are Shapley values in closed form. [ConversionRate] and [ExactSet] may be negative and favour rare names.
//
// Paths without a conversion carry information: leave [Config.IgnoreNulls] off where they are known.
//
// # Compatibility
//
//	ours                                       what others call it
//	Position with Split                        position based: DP6, fractribution, Snowplow
//	Position with Renormalise                  position based: mta
//	StepDecay                                  time decay: DP6
//	GrowthUnique                               time decay: mta
//	LeaveOneOut                                "Shapley": fractribution
//	PenalisedAUC                               choose_order: ChannelAttribution
//	Config.IgnoreNulls                         what DP6 does to integer values, unasked
//	Exposure, FirstOccurrence, Frequency, All  exposure, first, frequency, unique path: Snowplow, fractribution
//	UShape (also U, U50), WShape, FullPath     U, W, full path: Marketo
//	J, InverseJ                                J, inverse J: Adobe
//
// None of these is a default where the other is wrong.
//
// # Intervals
//
// A replicate gives each account a Poisson(1) weight, or each count of a path without account a Poisson draw of that mean; the
// value of a path scales with its conversions. Intervals are percentile intervals. Streams are keyed by seed, replicate and
// path, so neither order nor workers have any influence. Fewer than 20 units give no interval. [touchpoint.Rank] tells how
// stable each rank is.
//
// # Complexity
//
// Adding a known path costs its length and allocates nothing. Rules cost one pass over the distinct paths. A chain costs one
// pass, and a dense inverse up to 64 states (order 1: up to 512); above, Gauss-Seidel sweeps per name until no component
// changes, and sparse elimination for chains that mix too slowly for that. MarkovShapley costs O(2^K·K) up to 20 names; games
// over subsets are limited to 20 names ([b2b.ErrTooLarge]).
//
// # References
//
//   - Anderl, Becker, von Wangenheim, Schumann (2016). Mapping the customer journey. IJRM 33(3), 457–474.
//   - Zhao, Mahboobi, Bagheri (2018). Shapley value methods for attribution modeling in online advertising. arXiv 1804.05327.
//   - Owen (1977). Values of games with a priori unions. Lecture Notes in Economics and Mathematical Systems 141, 76–88.
//   - Shapley (1953). A value for n-person games. Contributions to the Theory of Games II, 307–317.
package attribution
