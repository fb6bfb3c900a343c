// Package lifetime says what customers will still buy and what they are worth: repeat purchase, renewal, customer value
// and the loop in which loyal customers bring new ones.
//
// Most callers should use [Summaries], then [Fit], then [Model.Project]: transactions in, purchases and value of each
// customer and of all out, with intervals. For contracts that are renewed or not, use [FitRenewal]. For a known chain of
// stages use [NewChain]; for customers who recommend the brand, [NewLoop].
//
// # A worked example
//
//	summaries, report, err := lifetime.Summaries(transactions, lifetime.SummaryConfig{AsOf: asOf, Unit: lifetime.Week})
//	model, err := lifetime.Fit(summaries, lifetime.MBGNBD)
//	alive := model.Alive(summaries[0])          // probability that the first customer is still one
//	visits := model.Purchases(summaries[0], 52) // expected purchases in the next 52 weeks
//
// # Models and their limits
//
// BG/NBD (Fader, Hardie and Lee 2005): purchases at a rate λ ~ Gamma(r, α) of each customer; after each purchase the
// customer leaves for good with a probability p ~ Beta(a, b). It holds every customer who never came back for alive.
// MBG/NBD (Batislam, Denizel and Filiztekin 2007) lets him leave after the very first purchase, and is the default.
// Neither knows seasons, marketing or covariates; a holdout (see [Holdout]) tells how far they can be trusted, and gives a
// funnel.Verdict.
//
// Gamma-Gamma (Fader and Hardie 2013): the mean spend of a customer varies between customers and does not depend on how
// often he comes; [Spend.Correlation] says how far the data agree.
//
// sBG (Fader and Hardie 2007): at each renewal a customer leaves with his own probability θ ~ Beta(α, β).
//
// Chains are those of Pfeifer and Carraway (2000); the loop is a multi-type branching process in its mean (Caswell 2001,
// Matrix Population Models).
//
// # Plain values
//
// Settings, questions and answers are structs of exported fields without hidden state: the zero value of settings means the
// defaults stated at their fields, that of an answer is empty, and all are safe to read by many goroutines. Other types say
// their zero value and their concurrency themselves.
//
// # Cost
//
// [Summaries] is O(n) beyond sorting the days of each customer. [Fit] is a damped Newton method with exact derivatives over
// distinct (x, t_x, T): ten passes or so.
package lifetime
