// Package journey holds journey maps per role, the log of recorded events, the journey of each person and the composite
// journey of each account, and says what journeys share, what sets them apart and where they cross.
package journey
