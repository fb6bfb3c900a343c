package stitch

import (
	"time"

	"github.com/buyerjourney/b2b"
)

// ConsentOf returns what the members of an entity state about a purpose: the least permissive, Withdrawn and Denied
// before Granted; ConsentUnknown if none states anything. Unknown never permits.
func (s *Snapshot) ConsentOf(id, purpose string) ConsentState {
	e, ok := s.store.entityOf(id)
	if !ok {
		return ConsentUnknown
	}
	state := ConsentUnknown
	ev := s.store.eval()
	for _, m := range e.members {
		state = max(state, ev.consentAt(s.store.profiles.at(m), purpose, s.store.at)) // the constants stand in this order
	}
	return state
}

// ConsentAt returns what the members of a person stated about a purpose as of a moment not after the view's: the least
// permissive.
func (s *Snapshot) ConsentAt(person b2b.PersonID, purpose string, at time.Time) ConsentState {
	ent, ok := s.store.entityOf(string(person))
	if !ok {
		return ConsentUnknown
	}
	state := ConsentUnknown
	e := s.store.eval()
	for _, m := range ent.members {
		state = max(state, e.consentAt(s.store.profiles.at(m), purpose, nano(at)))
	}
	return state
}
