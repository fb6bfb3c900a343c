package touchpoint

import "github.com/buyerjourney/b2b"

// Rank is the place of one item in a ranking and how stable it is. The zero value is no rank. It is an immutable value.
type Rank struct {
	Rank      int          // 1 is the highest; ties by name
	Low, High int          // 2.5–97.5 % range over replicates; both equal Rank without replicates
	Kept      b2b.Fraction // share of the replicates that keep the rank; unknown without replicates
}
