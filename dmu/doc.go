// Package dmu holds the group that decides on a purchase: who sits at the table, with which role, authority and stance, who
// pulls from outside, and what is not known.
//
// In business nobody buys alone. The user wants the best solution, purchasing the most economical, the lawyer reads the small
// print, and a department that likes another vendor pulls strings from outside. Most callers build a [Unit] with [NewUnit],
// change it with [Unit.With] and ask [Cover] which seats have not been reached and whom to contact next. Which seat a person
// probably holds comes from package inference; what the group will choose from package choice; whether an account deserves
// an account manager from package segment.
//
//	unit, err := dmu.NewUnit(dmu.UnitConfig{
//		Account: "acme", Deal: "crm", BuyClass: dmu.NewTask,
//		Members: []dmu.Member{
//			{ID: "p1", Reach: dmu.Engaged, Assignments: []dmu.Assignment{{Seat: "user", Source: dmu.Manual}}},
//			{ID: "p2", Reach: dmu.Known, Posterior: []dmu.SeatP{{Seat: "legal", P: 0.8}, {Seat: "buyer", P: 0.2}}},
//		},
//		Outsiders: []dmu.Outsider{{ID: "sales", Kind: dmu.Department, Edges: []dmu.Edge{{Member: "p1", Weight: 0.1}}}},
//	})
//	coverage, err := dmu.Cover(unit, dmu.CoverageConfig{})
//	coverage.Gaps[0]  // the seat that matters most and is not covered, who may hold it, and what would tell
//	coverage.Next[0]  // whom to contact
//
// # Four axes
//
// Pick-lists of CRM systems mix what one does in the decision ([Role]), what one may ([Authority]), what one wants ([Attitude])
// and how one behaves as an ally ([Profile]). Here they are four axes of [Facets]. A [Crosswalk] translates to and from the
// lists of other systems and names every loss on the way.
//
// A [Seat] is a kind of place at the table. Seats are an open vocabulary; a [Template] lists those that a purchase needs.
//
// # What is known, and since when
//
// Assignments of persons to seats are records with a source and two times. Manual ones override imported ones, those override
// inferred ones, and nothing is overwritten: [Unit.Conflicts] lists what yields to what. A dismissal is remembered. [Unit.AsOf]
// shows the group as it was at a moment, as known at a moment. [Unit.Forget] and [Signals.Forget] take a person out.
//
// Unknown is not zero. A seat is [Covered], [Uncovered] or [Unknown]; a member without a posterior claims nothing; a stance
// without signals has no score and stands apart on the [Map].
//
// # Models and their limits
//
// Coverage takes members as independent given their posteriors; for groups that meet daily that is too simple, and the
// probability that all required seats are covered is then too small. [UnseenSeats] rests on a mean group size that is a
// judgement. The stance of [Signals.Stances] is a design of this package: weights and reliabilities are the caller's. In
// [NewNetwork] the distinct people who turn to a member are the proxy of power: on Krackhardt's managers they find the
// executives, friendship does not.
//
// # Complexity
//
// [Cover] costs O(n·seats·needed) and, for all required seats together, O(n·seats·Π(needed+1)); [NewNetwork] O(n·ties); changes
// O(n). Units have tens of members: nothing here is tuned for millions of them in one unit.
//
// # References
//
// Webster and Wind (1972), "A general model for understanding organizational buying behavior". Bonoma (1982), "Major sales: who
// really does the buying?". Robinson, Faris and Wind (1967), "Industrial Buying and Creative Marketing". French and Raven
// (1959), "The bases of social power". Dixon and Adamson (2015), "The Challenger Customer". Johnston and Bonoma (1981), "The
// buying center: structure and interaction patterns". Nemhauser, Wolsey and Fisher (1978), on submodular maximisation. Brandes
// (2001), "A faster algorithm for betweenness centrality". Burt (1992), "Structural Holes". Krackhardt (1987), "Cognitive
// social structures".
package dmu
