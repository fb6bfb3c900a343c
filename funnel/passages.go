package funnel

import (
	"github.com/buyerjourney/b2b"
)

// Passage is one stay of a deal in one place.
type Passage struct {
	Stage   Stage
	Outcome Outcome
	In, Out Instant // Out is zero while the stay goes on
	Visit   int     // 1 = first entry, 2 = re-entry, …
	Episode int     // 0 = first
	Next    Stage   // "" while the stay goes on, or where an outcome without a stage follows
	Then    Outcome // outcome of what follows; UnknownOutcome while the stay goes on
	Flags   Flags
}

// Episode is one run of a deal from its opening to its close; a deal that is reopened has another.
type Episode struct {
	Opened, Closed Instant // Closed is zero while open
	Outcome        Outcome // of the close; Open while open
	First, Last    int     // passages First ≤ j < Last of the deal
}

// Passages returns the passages of deal i in order.
func (s *State) Passages(i int) []Passage {
	c := &s.sojourns
	out := make([]Passage, 0, c.First[i+1]-c.First[i])
	for j := int(c.First[i]); j < int(c.First[i+1]); j++ {
		p := &s.placeList[c.Place[j]]
		q := Passage{
			Stage: p.Stage, Outcome: p.Outcome, In: s.in(j), Visit: int(c.Visit[j]), Episode: int(c.Episode[j]), Flags: c.Flags[j],
		}
		if c.Next[j] >= 0 {
			n := &s.placeList[c.Next[j]]
			q.Next, q.Then, q.Out = n.Stage, n.Outcome, s.in(j+1)
		}
		out = append(out, q)
	}
	return out
}

// Episodes returns the episodes of deal i in order.
func (s *State) Episodes(i int) []Episode {
	from, to := s.firstEpisode[i], s.firstEpisode[i+1]
	base := int(s.sojourns.First[i])
	out := make([]Episode, 0, to-from)
	for j := from; j < to; j++ {
		e := s.episodes[j]
		end := int(s.sojourns.First[i+1])
		if j+1 < to {
			end = int(s.episodes[j+1].first)
		}
		ep := Episode{Opened: s.in(int(e.first)), Outcome: Open, First: int(e.first) - base, Last: end - base}
		if e.closed >= 0 {
			ep.Closed = s.in(int(e.closed))
			ep.Outcome = s.places[s.sojourns.Place[e.closed]].outcome
		}
		out = append(out, ep)
	}
	return out
}

func (s *State) in(j int) Instant {
	c := &s.sojourns
	return instantOf(c.InEarliest[j], c.In[j], c.Flags[j].Has(TimeUnknown))
}

func instantOf(earliest, latest int64, unknown bool) Instant {
	i := Instant{Earliest: fromMicro(earliest), Latest: fromMicro(latest), Precision: b2b.Microsecond}
	switch {
	case unknown:
		i.Precision = b2b.OrderOnly
	case earliest != latest:
		i.Precision = b2b.UnknownPrecision
	}
	return i
}
