// Package match finds records that are one person or one company where no identifier says so: by likeness of names,
// addresses, dates and the like, with probabilities, learned without labels.
//
// # Who should use what
//
// Most callers want a batch: a [Builder] makes a [Table] of records, [AutoBlocks] (or rules of their own in [Blocks])
// says which pairs are worth a look, [Train] learns a [Model], a [Scorer] scores the pairs ([Scorer.Predict]), and
// [Scorer.Cluster] makes entities of them. The program examples/link is this chain with files around it.
//
// Who resolves as records come uses an [Index]: it searches one record at a time, and is the [stitch.Scorer] of a
// [stitch.Resolver]. Who compares two names uses [CompareCompany], [ComparePerson] or one of the comparators directly.
// Comparators work on folded text; see [Fold].
//
// # The model
//
// A comparison is a field with ordered levels, of which the first that holds counts. Fellegi and Sunter (1969): a level
// that occurs with probability m among matches and u among other pairs weighs log2(m/u) bits, within ±40; a missing value
// weighs nothing. The sum of the weights and of the prior log2(λ/(1−λ)) is the total W, and 1/(1+2^−W) the probability of a
// match. u comes from random pairs (of exact levels from the counts of values), less the matches among them; m from EM over
// the outcomes of the pairs of some block rules, comparisons on fields of the rule left out, or from pairs known to match;
// λ from pairs that agree on all fields but one, then from the scores themselves ([Scorer.Calibrate]).
//
// Three things keep small and odd tables from teaching nonsense. What a field starts with, a chance by its kind and an m of
// mostly equal values, counts as a hundred random pairs and as ten matches. While EM runs over a block, u gives way to what
// the rest of the block shows, because pairs of one block agree by habit. And with [TrainConfig.Monotone] no level weighs more
// than one that is nearer to equal.
//
// Agreement on a rare value weighs more: log2 u is replaced by log2 of the share of rows, or after a first clustering of
// entities ([Scorer.Recount]), that hold the value, the pair at hand left out; a value that nobody else holds is as frequent as
// Good and Turing expect.
//
// The model takes comparisons as independent given match or no match. Where they are not, a [Group] counts them jointly,
// or only the strongest. A mail address whose local part follows from the person's names ("j.smith") has levels of its
// own, whose weights are learned among pairs of equal names: it says little that the names have not said.
//
// # Defaults by kind
//
//	given_name   = tf; nickname; JW ≥ .92; JW ≥ .80; initial; else            exact, prefix 3, soundex
//	surname      = tf; JW ≥ .92; OSA ≤ 1; JW ≥ .80; swapped names; else       exact, prefix 4, soundex
//	person_name  = tf; sorted =; token sort ≥ .92; all tokens; ≥ .75; else;
//	             names of father and son (Sr, Jr, II) are different           sorted tokens, rarest token, prefix 5
//	company      key = tf; ≥ .95; ≥ .85; acronym; ≥ .70; else                 key, rarest token, prefix 5, acronym or key
//	email        = ; local =; each apart where it follows from names;
//	             JW(local) ≥ .92 and domain =; else                           exact, local part, domain
//	phone        = ; last 8 digits; OSA ≤ 1; else                             last 8 digits
//	date         = ; day and month swapped; DL ≤ 1; ≤ 31, 366, 3653 days; else  exact, year+month, month+day
//	postcode     = ; OSA ≤ 1; outward part; else                              exact, prefix 3
//	street       = ; number = and token sort ≥ .85; token sort ≥ .85; else    number + first word, prefix 8
//	city, text   = tf; token sort ≥ .90; ≥ .75; else                          exact
//	code         = tf; OSA ≤ 1; else                                          exact
//	free_text    weighted tokens ≥ .9; .75; .6; .45; .3; else                 each of the 3 rarest tokens
//	tokens       Jaccard ≥ .8; ≥ .5; any shared; else                         each token
//	number       = ; within 2 %; within 10 %; else                            exact
//	url          = ; registrable domain; else                                 exact, domain
//	vat kvk lei duns login   = ; else                                         exact
//
// # Limits
//
// Pairs that share no block are never seen: [Blocking.Analyse] and, with a truth, [Blocking.PairCompleteness] say how many
// those are; [Scorer.WorstMistakes] shows where a clustering errs. Blocks above the
// maximum are skipped and reported. A table has at most 32 fields with at most 15 levels each. Probabilities are as good
// as the independence assumption; the review list is for what lies between the thresholds. Companies at one address with
// different names, and companies of one name at different addresses, are told apart by [Relater] and never merged.
//
// # Complexity
//
// A table holds each distinct value once, in prepared form, and four bytes per cell. Blocking is O(rows × rules),
// scoring O(pairs) with an early end where the threshold is out of reach, average linkage O(k²) in memory for a component
// of k ≤ 2000 rows; larger ones are united link by link with sampled means. All results are the same for any number of
// workers and any order of input.
//
// # References
//
// Fellegi and Sunter (1969), "A Theory for Record Linkage", doi 10.1080/01621459.1969.10501049. Winkler (1988), "Using the EM
// algorithm for weight computation in the Fellegi-Sunter model of record linkage"; (1990), "String comparator metrics and
// enhanced decision rules". Jaro (1989), doi 10.1080/01621459.1989.10478785. Cohen, Ravikumar and Fienberg (2003), "A
// comparison of string distance metrics for name-matching tasks". Bagga and Baldwin (1998), "Algorithms for scoring
// coreference chains".
package match
