// Package segment decides which account gets which treatment, such as an account manager or an online journey, where hours
// can be spent only once.
//
// Means are scarce: an hour for one account is an hour taken from another. Most callers list the accounts with the probability
// of a sale and the hours under each treatment and call [Assign]; each [Decision] comes with its gain and its reason, and the
// plan says what one hour more would be worth. [PolicyFor] says what the treatment means for the work on a buying group.
//
//	plan, err := segment.Assign(accounts, segment.Config{
//		Teams: []segment.Team{{Name: "account manager", Hours: 1600, Cost: b2b.MustMoney(75_00, "EUR")}},
//	})
//	plan.Decisions[0]  // {acme, 1, 1140.00 EUR, 60 h, optimal}
//	plan.Shadows[0]    // one hour more would bring 31.00 EUR
//
// # Model
//
// A multiple-choice knapsack: each account gets one treatment, gains add up, hours of each team are limited. Up to two teams
// are solved exactly by dynamic programming over hours. Accounts do not jump between treatments for small gains or too soon
// (hysteresis), and contractual treatments come first.
//
// # Limits
//
// Probabilities of a sale under each treatment are the caller's, and the answer is no better than they are: differences between
// treatments that were never tried are guesses. Hours are planned for one period; nothing is said of learning or of an
// account's future.
//
// # Complexity
//
// Exact: O(accounts · treatments · Π(hours+1)) after division of hours by their greatest common divisor, and a quarter of a byte per
// account and state. Greedy: O(n log n), and a few hundred passes for the bound.
//
// # References
//
// Lodish (1971), "CALLPLAN: an interactive salesman's call planning system". Homburg, Workman and Jensen (2002), "A configurational
// perspective on key account management". Kellerer, Pferschy and Pisinger (2004), "Knapsack Problems".
package segment
