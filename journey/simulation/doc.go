// Package simulation says before a journey map goes live whether customers will flow through it, where they get stuck, and after
// which step nothing can be changed any more.
//
// Most callers should use [New] on a map and then ask [Model.Analytic] for the exact answer and [Model.Simulate] for what queues, opening
// hours and uncertain parameters make of it; [Model.Obstacles] says what to remove, [Diff] what a change would bring, [Model.Boundary] where
// a journey is decided and by whom. [FromDFG] makes the observed first-order chain of a log, for comparison.
//
// # A worked example
//
// Half of the visitors get an offer, of which six in ten buy and two come back for another visit:
//
//	visit → offer .5, leave .5        offer → buy .6, visit .2, leave .2
//
// The flow-through h solves h(visit) = .5·h(offer) and h(offer) = .6 + .2·h(visit): one third of the visits end in a sale. When nobody leaves
// after a visit any more it is .75: the obstacle at the visit has a gain of .42. The points of no return are visit → leave, offer → leave and
// offer → buy; the seller, who decides what follows an offer, can bring the flow-through anywhere between 0 and .5.
//
// # The model
//
// A journey goes from step to step. In a graph the next step depends on the last one only (Markov); in a tree it depends on the block
// structure, and branches of a parallel block run at the same time. A journey is over once it has completed a goal or an exit; a flow that
// ends elsewhere gives the end "ended", which counts as a goal in a map that names none; a place from which nothing leads on gives "stuck".
//
// Two independent answers must agree. The exact one solves the absorbing chain (Kemeny & Snell 1960) by elimination without subtraction
// (Grassmann, Taksar & Heyman 1985), sparse, with the diagonal of the inverse from the factors alone (Takahashi, Fagan & Chen 1973). The other
// plays journeys event by event. Probabilities of trees do not depend on how fast parallel branches are, unless a goal or exit lies inside
// one; times inside parallel blocks are exact for exponential and Erlang durations, and otherwise left to the simulation.
//
// # Uncertainty
//
// Shares of ways on are drawn from a Dirichlet distribution with N·p, N being the evidence behind the branching (10 for an interview, one per
// branch for an assumption, ones where no share is known); mean durations are log-normal around the design with log-deviation
// min(1, CV/√max(N, 0.5)). A duration that nobody knows is log-normal with the median of the known means. So a map that was never observed
// works, with wide intervals, and [Result.Assumptions] lists what carries them. Intervals are percentiles over the draws
// (quantiles of type 6, which are not too narrow where draws are few); [Figure.Sampling] and [Figure.Parameter] split the error by the law
// of total variance.
//
// Every draw comes from the stream of (seed, replicate, journey, step, occurrence, purpose). Two variants of a map therefore share their luck
// wherever they agree, adding journeys never changes earlier ones, and no result depends on the number of workers.
//
// # Limits
//
// Servers are alike, queues are first come, first served, and steps are not interrupted but by closing time. Batching, priorities and branching
// by attributes of the customer are not modelled. Influence takes the shares of everybody else as they are. The wait by Erlang C is the long
// run of Poisson arrivals; feedback makes it an approximation.
//
// # Cost
//
// The exact answer costs the fill of a sparse elimination: O(n) for flows that are nearly sequential, O(n³) at worst. A simulated step costs a
// few tens of nanoseconds, with queues O(log of the journeys inside) more; nothing is allocated per step. A tree may have 2,000 markings.
//
// # References
//
// Kemeny & Snell 1960, Finite Markov Chains. Jensen 1953, Skandinavisk Aktuarietidskrift 36:87 (uniformisation). Erlang 1917. Grassmann, Taksar
// & Heyman 1985, Operations Research 33:1107. Takahashi, Fagan & Chen 1973, PICA. Kobialka, Mannhardt, Tapia Tarifa & Johnsen 2022, "Building
// user journey games from multi-party event logs". Kaplan & Meier 1958, JASA 53:457. Wilson 1927, JASA 22:209.
// Hyndman & Fan 1996, The American Statistician 50:361 (quantiles). Chen & Asai 1974, AFIPS 43:173 (guide tables).
package simulation
