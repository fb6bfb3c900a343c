// Package forecast turns the stage histories of deals into a revenue forecast with an honest interval.
package forecast
