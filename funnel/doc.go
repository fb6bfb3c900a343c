// Package funnel keeps the stage histories of deals and says how they convert.
package funnel
