// Package strategy turns what is known of touchpoints into a contact strategy: which information is missing where, what to
// improve first, and which departments must join.
//
// # Who should use what
//
//   - Which information is missing where? Write down [Need]s (who needs what, when, how much) and [Supply]s (what touchpoints
//     give) and call [Cover].
//   - Which touchpoints should we have, within a budget? [MakePlan].
//   - What should we improve first? [Rank]; within a budget, [Choose]; what would it do? [WhatIf].
//   - Who must be at the table? [NewOrganisation] with the links of touchpoints, processes and departments, then
//     [Organisation.Team] for the touchpoints of [Core] importance.
//
// # Example
//
//	c, ok, err := strategy.Cover(
//		[]strategy.Need{{Persona: "cfo", Phase: b2b.Convince, Topic: "price", Weight: 5}},
//		[]strategy.Supply{{Touchpoint: "pricing page", Persona: "cfo", Phase: b2b.Convince, Topic: "price",
//			Fit: b2b.MustFraction(0.8), Reach: b2b.MustFraction(1), Quality: b2b.MustFraction(1)}},
//		strategy.CoverageConfig{Catalogue: catalogue}) // control comes from the catalogue
//	for _, n := range c.Needs { fmt.Println(n.Topic, n.Coverage, n.Gap) }
//
// # Model and limits
//
// The effect of a supply is Fit·Reach·Quality·Control, that of several on one need 1−Π(1−e): they work independently of each
// other. An unknown factor makes a need unknown; it counts in neither the numerator nor the denominator of the index, and its
// weight is reported. Coverage is monotone and submodular in the set of touchpoints, which [MakePlan] relies on.
//
// Priority is importance·max(benchmark−performance, 0)·reach·control; it is 0 only if one of these is. Importance is
// association (packages importance and attribution): the order says where to look first, not what will happen.
//
// # Complexity
//
// Cover is O(needs·supplies); MakePlan exact up to 25 touchpoints by branch and bound (exponential at worst), above lazy greedy;
// Choose is branch and bound on a knapsack; Team looks at 2^departments teams up to 20 departments.
//
// # References
//
//   - Khuller, Moss, Naor (1999). The budgeted maximum coverage problem. Information Processing Letters 70, 39–45.
//   - Nemhauser, Wolsey, Fisher (1978). An analysis of approximations for maximizing submodular set functions. Math. Prog. 14.
//   - Ulwick (2002). Turn customer input into innovation. HBR 80(1), 91–97.
package strategy
