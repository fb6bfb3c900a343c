// Package choice computes what a group will choose under explicit rules, how influence moves it, who has power, and whom to
// talk to next.
package choice
