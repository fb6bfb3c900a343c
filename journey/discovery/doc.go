// Package discovery finds out from a [journey.Log] which journeys are most used and which process lies behind them.
package discovery
