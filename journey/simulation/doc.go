// Package simulation says before a journey map goes live whether customers will flow through it, where they get stuck, and after
// which step nothing can be changed any more.
package simulation
