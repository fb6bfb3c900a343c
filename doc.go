// Package b2b is the vocabulary of a library for composite B2B buyer journeys.
package b2b
