// Package choice computes what a group will choose under explicit rules, how influence moves it, who has power, and whom to
// talk to next.
//
// Nobody knows by which rule a group decides. Most callers therefore ask [All] for the outcome under the fourteen rules and
// [Spread] for how far they differ: that is the risk of having the wrong model of the group. [Decide] computes one of them,
// [Suggest] names one that fits the situation, [WhomNext] ranks the members by what winning them over would bring.
//
//	p, err := choice.New(members, alternatives, rows)      // what each member alone would choose
//	all, err := choice.All(p, weights, choice.Options{})
//	choice.Spread(p, all)                                  // Ours between .30 and .61
//	choice.WhomNext(choice.Next{Rule: choice.Voting, Target: "Ours"}, p, weights, choice.Options{})
//
// Preferences come from research, from signals (package dmu) or, by [Logit], from what each member cares for. They are never
// renormalised behind the caller's back.
//
// # Rules
//
// The rules are those of Choffray and Lilien (1980) and some that are ours; see [Rule]. Members choose independently of one
// another given their preferences. Mass that no alternative gets is no decision, an outcome of its own. [Preferences.Fold] adds it to the status quo on request; [Preferences.Veto] lets members stop
// alternatives. Textbook voting formulas that count ties twice are not offered.
//
// # Influence
//
// [Influence] is the model of Friedkin and Johnsen: members listen to one another and to outsiders, and stay with part of
// what they first thought. [DeGroot] is its limit without stubbornness, in which one persistent outsider takes over
// everybody. [HegselmannKrause] is bounded confidence, where members only hear whom they nearly agree with. Apply influence
// once: to the preferences, or as weights.
//
// # Power
//
// [Ballot] is a vote with weights, a quota, vetoers and a least number of members: "half of the influence, and legal must
// agree". [Ballot.Power] counts exactly; [Ballot.Pivotality] says who can turn it, given how likely each is to agree.
//
// # Exactness and complexity
//
// Votes and rankings are summed by dynamic programming over tallies (C(D+J−1, J−1) of them), weight sums in units of 2⁻⁴⁰, or
// rank sums (Σ_k F(J,k)·D^k, the lattice points of a permutohedron), never over the J^D votes or (J!)^D profiles. Up to
// Options.MaxStates states the answer is exact; beyond, it is simulated from Options.Source with a standard error, and
// without a source refused. Power costs O(n·quota·n) integer operations, [Influence] O(D³), a step of bounded confidence O(D).
//
// # References
//
// Choffray and Lilien (1980), "Market Planning for New Industrial Products". Luce (1959), Plackett (1975), on rankings. McFadden
// (1974), on logit. Genest and Zidek (1986), "Combining probability distributions". DeGroot (1974), "Reaching a consensus".
// Friedkin and Johnsen (1990), "Social influence and opinions". Hegselmann and Krause (2002), on bounded confidence. Corfman and
// Lehmann (1987), on relative influence. Banzhaf (1965), Shapley and Shubik (1954), Coleman (1971), on power. Tastle and Wierman
// (2007), Kendall and Babington Smith (1939), Esteban and Ray (1994), Lin (1991), on consensus.
package choice
