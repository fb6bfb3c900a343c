// Package discovery finds the most-used journeys of a log and the process behind them, and compares journeys as sequences.
//
// # Who should use what
//
//   - What happens after what: [NewDFG], the directly-follows graph, with [DFG.Footprint] and [DFG.Dependencies]; [NewFollows]
//     for what comes at any time later; [JourneysWith] names the journeys behind an edge.
//   - How long it takes: [Performance] per edge and [Durations] per journey, with exact medians.
//   - Which routes people take: [NewVariants]; [Realistic] keeps the few per seat that most of them take, with intervals.
//   - Which process allows all of that: [Inductive], a process tree; hold journeys against it with package conformance.
//   - How alike journeys are: [NewSequences] and [Sequences.Compare], with medoid and representatives.
//   - Logs about several kinds of object at once: [ObjectDFG].
//
// A map is what somebody designed; these are what people did.
//
// # A worked example
//
//	log, report := builder.Build(journey.Identities{})
//	graph := discovery.NewDFG(log)
//	for _, e := range graph.Edges() {
//		fmt.Println(e.From, "→", e.To, e.Count)
//	}
//	tree, err := discovery.Inductive(discovery.NewVariants(log).List(0), 0.2)
//
// # Batch and accumulators
//
// Each table has a function of a whole log, which is the fast way, and an accumulator of journeys for engines that split the
// work: [DFG], [Follows], [Rework], [Loops], [VariantCounts] with Add, Sub and Merge, [EdgeSums] and [DurationSums] with
// Add and Merge. Their binary forms carry step names, so parts of different logs can be merged; equal states have equal
// bytes. Batch and accumulator give the same figures, but for medians: a sum cannot know them, so that [EdgeSums] gives
// bounds at most 1 % apart.
//
// # The model and its limits
//
// The order of a journey is the total order of package journey. Where equal times let it hang on a tie rule, the results
// say how many journeys that concerns (TieJourneys). All neighbours are rows of one journey: a joint step is a row in each of
// them, so counts over journeys count it more than once; the account timeline of journey.Composites does not.
//
// A directly-follows graph cannot tell choice from parallelism and shows loops that no journey took; the tree can, and
// overgeneralises instead where the log has no structure. Heuristics nets, alpha and ILP miners are left out: their models may be
// unsound, and a verdict against an unsound model says nothing.
//
// # Complexity
//
// Tables are O(rows) array arithmetic over codes; eventually-follows O(length × distinct steps) per journey; the inductive
// miner O(k³) per level for k steps; distances O(n·m) per pair of distinct sequences, O(n·m/64) for the longest common
// subsequence.
//
// # References
//
//   - van der Aalst, Weijters & Maruster 2004, Workflow mining: footprints.
//   - Weijters & Ribeiro 2011, Flexible heuristics miner: dependency measures.
//   - Leemans, Fahland & van der Aalst 2013 and 2014: inductive miner, and its infrequent variant.
//   - van der Aalst 2019, Object-centric process mining: three counts per edge.
//   - Gabadinho, Ritschard, Müller & Studer 2011, TraMineR; Gabadinho et al. 2010: complexity; Elzinga & Liefbroer 2007:
//     turbulence; Hyyrö 2004: bit-parallel longest common subsequence; Needleman & Wunsch 1970.
//   - Wilson 1927, Newcombe 1998: intervals.
package discovery
