package stitch

import (
	"iter"
	"time"

	"github.com/buyerjourney/b2b"
)

// Fold gives the partition that a feed describes, from nothing: the id of the entity of every profile.
func Fold(feed iter.Seq[Change]) map[ProfileID]string {
	m := map[ProfileID]string{}
	for c := range feed {
		for _, p := range c.Profiles {
			switch c.Kind {
			case Created, Joined:
				m[p] = c.Entity
			case Merged, Split:
				m[p] = c.Into
			case Left:
				delete(m, p)
			case UnknownChange, Retired, AffiliatedChange, AffiliationEnded, RelatedChange, RelationEnded, ContradictionFound, Refused:
			}
		}
	}
	return m
}

// ChurnPeriod is the churn of ids in one period: how many of the profiles known at its end changed their entity in it.
type ChurnPeriod struct {
	Window  b2b.Window
	Known   int
	Changed int
}

// Share returns Changed/Known; ok is false if nothing was known.
func (c ChurnPeriod) Share() (share float64, ok bool) {
	if c.Known == 0 {
		return 0, false
	}
	return float64(c.Changed) / float64(c.Known), true
}

// Churn counts per period, from the first change on, the share of profiles whose entity id changed in it: moved by a
// merge or split, more than once counted once. The feed is in order of Seq. A period that is not positive gives nothing.
func Churn(feed iter.Seq[Change], period time.Duration) []ChurnPeriod {
	if period <= 0 {
		return nil
	}
	var out []ChurnPeriod
	known, moved := map[ProfileID]bool{}, map[ProfileID]bool{}
	closePeriod := func() {
		if n := len(out); n > 0 {
			out[n-1].Known, out[n-1].Changed = len(known), len(moved)
			clear(moved)
		}
	}
	for c := range feed {
		for len(out) == 0 || !c.At.Before(out[len(out)-1].Window.To) {
			closePeriod()
			from := c.At
			if n := len(out); n > 0 {
				from = out[n-1].Window.To
			}
			out = append(out, ChurnPeriod{Window: b2b.Window{From: from, To: from.Add(period)}})
		}
		for _, p := range c.Profiles {
			switch c.Kind {
			case Created, Joined:
				known[p] = true
			case Merged, Split:
				known[p], moved[p] = true, true
			case Left:
				delete(known, p)
				delete(moved, p)
			case UnknownChange, Retired, AffiliatedChange, AffiliationEnded, RelatedChange, RelationEnded, ContradictionFound, Refused:
			}
		}
	}
	closePeriod()
	return out
}
