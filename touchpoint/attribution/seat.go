package attribution

import (
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// JoinSeat names a step by who took it and what it was: "legal/website". "%" and "/" inside the seat are written %25 and %2F,
// so that [SplitSeat] finds both again. A chain over such steps answers what a seat contributes, see [Chain.Removal].
func JoinSeat(seat b2b.SeatID, name string) string {
	return strings.NewReplacer("%", "%25", "/", "%2F").Replace(string(seat)) + "/" + name
}

// SplitSeat takes a step of [JoinSeat] apart; ok is false for any other text.
func SplitSeat(step string) (seat b2b.SeatID, name string, ok bool) {
	s, name, ok := strings.Cut(step, "/")
	if !ok {
		return "", "", false
	}
	return b2b.SeatID(strings.NewReplacer("%2F", "/", "%25", "%").Replace(s)), name, true
}

// SeatAndTouchpoint names a touch by seat and touchpoint, for [JourneysConfig.Name].
func SeatAndTouchpoint(t touchpoint.Touch) string { return JoinSeat(t.Seat, string(t.Touchpoint)) }
