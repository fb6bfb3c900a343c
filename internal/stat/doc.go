// Package stat holds the statistics that several packages need: quantiles, intervals for proportions and rates, compensated
// sums, ranks and a few distributions.
//
// NaN and infinities are never returned for finite arguments unless a function says so. Levels are two-sided confidence levels
// in (0, 1): a level of 0 or less gives an interval of no width where one exists, a level of 1 or more the whole range.
//
// The method of each interval is that of Brown, Cai and DasGupta (2001), "Interval Estimation for a Binomial Proportion",
// Statistical Science 16, unless stated otherwise.
package stat
