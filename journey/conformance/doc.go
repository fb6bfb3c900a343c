// Package conformance holds recorded and running journeys against a model: exact verdicts, cheapest repairs, rules.
package conformance
