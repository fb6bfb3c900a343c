// Package importance finds from surveys which touchpoints matter (belangrijk) for an overall judgement and which matter less,
// and says how sure that is.
//
// # Who should use what
//
//   - Most callers: fill a [Survey] with [Survey.Add], take its Result, and call [Analyse] with 200 replicates or more. Read the
//     shares with their intervals, the value classes and whether they are settled, and the quadrants of the
//     importance-performance chart.
//   - [LMG] (the default) is the fair division of R² among correlated drivers; [Johnson] gives nearly the same at any number
//     of drivers; [Logistic] is for an outcome of 0 and 1.
//   - Stated importance may be given beside the ratings. [Conflict] says how far the two agree; they are never merged.
//   - [KanoTally] evaluates pairs of Kano questions about a feature.
//
// # Example
//
//	s, err := importance.NewSurvey(importance.SurveyConfig{Outcome: "recommend", Drivers: []string{"site", "demo", "contract"}})
//	err = s.Add(importance.Row{Outcome: importance.Answered(9), Drivers: []importance.Answer{ … }, Group: "acme"})
//	a, err := importance.Analyse(ctx, s.Result(), importance.Config{Replicates: 500, Source: rand.NewPCG(1, 0)})
//	for _, d := range a.Drivers { fmt.Println(d.Name, d.Share, d.Class, d.Quadrant) }
//
// # Model and limits
//
// All measures but the logistic one follow from the correlations R of the drivers and r with the outcome: β = R⁻¹r,
// R² = r'β, VIF = diag R⁻¹, First = r², Last = β²/VIF, Pratt = βr, CAR = (R^−½r)², Johnson Σ_k Λ_jk²b_k² with Λ = R^½ and
// b = Λ⁻¹r, LMG the Shapley value of R². LMG, Johnson and CAR sum to R². A sign flag marks a driver whose β and r have
// different signs: other drivers suppress it, and its coefficient must not be read alone.
//
// Missing answers are left out by row, over outcome, drivers and stated importance, and counted by column. A value declared
// "not applicable" is missing, not a low rating. Importance is association in one sample: ratings that are given after the
// overall judgement echo it.
//
// # Intervals
//
// Units are groups (accounts) where rows have one, else rows; above 5,000 rows, 1,000 groups of rows by a stable hash. Each
// replicate weights the units by Poisson(1) draws; intervals are percentile intervals, and fewer than 20 units give none. A
// value class is settled if at least 90 % of the replicates give the same one.
//
// # Complexity
//
// Moments O(rows·p²), exact whatever the order of the rows. LMG O(2^p) time and 2^p numbers of memory, for at most 24 drivers
// ([b2b.ErrTooLarge] above). Logistic O(rows·p²) per Newton step. A replicate costs O(units·p²) and what the method needs.
//
// # References
//
//   - Lindeman, Merenda, Gold (1980). Introduction to Bivariate and Multivariate Analysis; Grömping (2006), J. Stat. Software 17(1).
//   - Johnson (2000). A heuristic method for estimating the relative weight of predictor variables. MBR 35, 1–19; Genizi (1993).
//   - Tonidandel, LeBreton (2010). Determining the relative importance of predictors in logistic regression. ORM 13, 767–781.
//   - Zuber, Strimmer (2011). High-dimensional regression and variable selection using CAR scores. SAGMB 10(1).
//   - Martilla, James (1977). Importance-performance analysis. Journal of Marketing 41(1), 77–79.
//   - Kano (1984); Berger and others (1993). Kano's methods for understanding customer-defined quality. CQM Journal 2(4).
package importance
