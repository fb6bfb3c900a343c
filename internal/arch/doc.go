// Package arch holds the module to its import graph: which package may import
// which, what of the standard library the core may use, and that nothing
// depends on the examples. [Check] reads the sources; the test of this package
// runs it over the module.
//
// A package that the graph does not know is a violation too: whoever adds one
// says in graph.go what it may import.
package arch
