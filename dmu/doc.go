// Package dmu holds the group that decides on a purchase: who sits at the table, with which role, authority and stance, who
// pulls from outside, and what is not known.
package dmu
