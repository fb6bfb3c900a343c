// Package stream gives keyed streams of random numbers: a result drawn for one record depends on the seed and on the record's
// own key, never on the order or the partition in which records are met.
//
// A caller's rand.Source is asked for exactly two numbers, the [Root]. Every stream is derived from the root, a purpose, the
// number of a replicate and a key by splitmix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators",
// OOPSLA 2014). Two purposes never share a stream. Changing what is drawn here changes results with the same seed: a breaking
// change.
//
// Use [Root.SourceN] and [Rand] in loops (no allocation), or [Root.Purpose] where one purpose has many streams and [NewGamma] where one
// law is drawn from often; [Root.Source] where a *rand.PCG is wanted for math/rand/v2.
package stream
