// Package conformance holds recorded and running journeys against the map: exact verdicts, cheapest repairs, rules, times,
// and four kinds of deviation.
//
// # Who should use what
//
//   - Make a [Model] of a tree or graph ([Compile]), of a map ([CompileMap]) or of a Petri net ([CompileNet]).
//   - [Model.Check] holds all journeys of a log against it, once per variant; [Model.Align] takes sequences.
//   - Journeys that still run: [Model.CheckRunning] and [Model.Prefix], with what is possible next.
//   - How they deviate, by step, person, seat, department, phase or touchpoint: [Result.Count].
//   - How much the model allows that nobody does: [Model.Precision].
//   - Rules instead of a model: [CheckRules], and [DiscoverRules] for those that hold.
//   - Times: [Profile]. What a map should learn from a log: [Enrich].
//
// # A worked example
//
//	tree, err := journey.ParseTree("->( 'ask', X( 'buy', 'leave' ) )")
//	model, err := conformance.Compile(tree)
//	result, err := model.Check(ctx, log, conformance.Config{})
//	fmt.Println(result.Fitting, "of", result.Journeys)
//
// # Verdicts
//
// A journey fits if, and only if, the model has a run with exactly its steps: the cost of its optimal alignment is 0. No
// verdict comes from a token game, which errs both ways. Silent moves and internal steps cost nothing, so a fitting log has
// fitness exactly 1. Of all optimal alignments the canonical one is shown, so that equal input has one answer, in every version
// and for any number of workers. Where a limit is reached, the answer says so (Exact is false) and gives a proven lower bound.
//
// Steps of a map that are internal to the buyer or the seller are part of the model: they match a row where one was recorded,
// and are passed without cost where none was. That is how a step nobody sees can still be on the map.
//
// # Three models
//
// Deviations are of four kinds (Halvorsrud, Kvale & Følstad 2016): a touchpoint at another place in the sequence (irregular),
// one that the map does not have (ad-hoc), one that did not happen (missing), one that broke down (failed). A touchpoint has
// a sender, a receiver and a channel (CJML: Halvorsrud et al. 2023), which is why deviations are counted by department too. One
// event may belong to several journeys (object-centric view: van der Aalst 2019); each journey is aligned by itself here.
//
// # Method, complexity, limits
//
// A model is turned into an automaton over its steps, as far as it is needed: silent moves are made only for the step at hand, by
// searches over stubborn sets (Valmari 1991; Kristensen, Schmidt & Valmari 2006), and of the markings after a step only those are
// kept that no other reaches by silent moves. An alignment is a shortest path over (events explained, state), shared by sequences
// with a common beginning, with a bound on the cost that grows. That is linear in states × events for sequential models and
// exponential in the width of parallelism at worst; nets that gather tokens without end may reach [Config.MaxStates].
//
// # References
//
//   - Adriansyah 2014; van der Aalst, Adriansyah & van Dongen 2012: alignments and fitness.
//   - Muñoz-Gama & Carmona 2010: precision by escaping edges.
//   - Pesic & van der Aalst 2006: Declare. Stertz, Mangler & Rinderle-Ma 2020: temporal profiles.
//   - Murata 1989: reductions that keep a net safe.
//   - Halvorsrud, Kvale & Følstad 2016; Halvorsrud et al. 2023; van der Aalst 2019.
//   - Wilson 1927: intervals of shares.
package conformance
