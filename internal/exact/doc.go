// Package exact sums numbers without error, so that the order and the partition of a sum cannot be seen in its result.
//
// [Sum] adds float64 values and exact products of two of them. It is a superaccumulator: an integer in fixed point, wide
// enough for every finite float64 and every product of two (Kulisch, "Computer Arithmetic and Validity", 2008), of which only
// the 64-bit limbs that are in use are held. Integers go through a single int64. [Wide] adds int64 values and their products
// in 192 bits; it is the right choice for microseconds and minor units of money.
//
// Both have one canonical byte form: equal values have equal bytes, whatever additions, subtractions and merges led to them.
package exact
