package forecast

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/buyerjourney/b2b/funnel"
)

// Destinations of a stay: the working places 0 … K−1, then the outcomes.
const (
	toWon = iota
	toLost
	toNoDecision
	toDisqualified
	toChurned
	outcomeCount
)

const censored = -1

// panel is a state as columns of stays in working places. It is immutable once made.
type panel struct {
	places []funnel.Place // the K working places
	deals  int
	asOf   int64 // µs
	begin  int64 // of the observation, µs; math.MinInt64 is unbounded
	zone   *time.Location

	from []int32 // stays of deal i: from[i] ≤ j < from[i+1]
	at   []int32 // working place
	to   []int32 // destination, or censored
	in   []int64 // µs
	out  []int64
	rise []int64 // µs: start of the risk where the observation began later, else in
	open []int32 // per deal: the stay in which it is, or −1
	wins []win   // by time

	segments []string // names in order; nil: segments are not told apart
	segment  []int32  // per deal
	cohorts  int      // 0: months of entry are not told apart
	cohort   []int32  // per deal

	created []int64 // per deal: first entry of any place
	start   []int32 // per deal: first working place, −1 for none
	entered []int64 // per deal: entry of the first working place
}

// win is a sale: the first entry of a won place after a working one.
type win struct {
	deal int32
	at   int64
}

// destination returns the code of an outcome.
func destination(o funnel.Outcome, k int) int32 {
	switch o {
	case funnel.Won:
		return int32(k + toWon)
	case funnel.Lost:
		return int32(k + toLost)
	case funnel.NoDecision:
		return int32(k + toNoDecision)
	case funnel.Disqualified:
		return int32(k + toDisqualified)
	case funnel.Churned:
		return int32(k + toChurned)
	case funnel.UnknownOutcome, funnel.Open, funnel.OnHold:
	}
	return censored
}

// newPanel extracts the stays of a state. Stays whose times are not known are left out; those that began before the
// observation did are at risk from its beginning on; those that ended before it are no evidence.
func newPanel(s *funnel.State) *panel {
	places := s.Places()
	c := s.Sojourns()
	p := &panel{deals: s.Len(), asOf: s.AsOf().UnixMicro(), zone: s.Zone()}
	code := make([]int32, len(places))
	for i, pl := range places {
		if pl.Outcome.IsOpen() {
			code[i] = int32(len(p.places))
			p.places = append(p.places, pl)
		}
	}
	k := len(p.places)
	for i, pl := range places {
		if !pl.Outcome.IsOpen() {
			code[i] = destination(pl.Outcome, k)
		}
	}
	begin := int64(math.MinInt64)
	if from := s.Observed().From; !from.IsZero() {
		begin = from.UnixMicro()
	}
	p.begin = begin
	n := len(c.Place)
	p.from = make([]int32, 1, p.deals+1)
	p.at, p.to = make([]int32, 0, n), make([]int32, 0, n)
	p.in, p.out, p.rise = make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n)
	p.open, p.start = make([]int32, p.deals), make([]int32, p.deals)
	p.created, p.entered = make([]int64, p.deals), make([]int64, p.deals)
	for i := range p.deals {
		p.open[i], p.start[i], p.created[i], p.entered[i] = -1, -1, math.MaxInt64, math.MaxInt64
		won := false
		for j := c.First[i]; j < c.First[i+1]; j++ {
			if p.created[i] == math.MaxInt64 {
				p.created[i] = c.In[j]
			}
			at := code[c.Place[j]]
			if at >= int32(k) {
				if at == int32(k+toWon) && !won && c.In[j] > begin {
					p.wins = append(p.wins, win{deal: int32(i), at: c.In[j]})
				}
				won = at == int32(k+toWon)
				continue
			}
			won = false
			if p.start[i] < 0 {
				p.start[i], p.entered[i] = at, c.In[j]
			}
			to := int32(censored)
			if c.Next[j] >= 0 {
				to = code[c.Next[j]]
			}
			if to == censored {
				p.open[i] = int32(len(p.at))
			}
			if c.Flags[j].Has(funnel.TimeUnknown) && to != censored || c.Out[j] <= begin && to != censored {
				continue
			}
			p.at, p.to = append(p.at, at), append(p.to, to)
			p.in, p.out = append(p.in, c.In[j]), append(p.out, c.Out[j])
			p.rise = append(p.rise, max(c.In[j], begin))
		}
		p.from = append(p.from, int32(len(p.at)))
	}
	slices.SortFunc(p.wins, func(a, b win) int {
		if a.at != b.at {
			if a.at < b.at {
				return -1
			}
			return 1
		}
		return int(a.deal - b.deal)
	})
	return p
}

// tell notes what a configuration wants told apart.
func (p *panel) tell(s *funnel.State, c Config) {
	if c.Segments == On {
		p.tellSegments(s)
	}
	if c.Cohorts != Off && c.Kernel == SemiMarkov {
		p.tellCohorts()
	}
}

// tellSegments notes the segment of every deal.
func (p *panel) tellSegments(s *funnel.State) {
	code := map[string]int32{}
	names := make([]string, s.Len())
	for i, d := range s.All() {
		names[i] = d.Segment
		code[d.Segment] = 0
	}
	p.segments = slices.Sorted(maps.Keys(code))
	for i, n := range p.segments {
		code[n] = int32(i)
	}
	p.segment = make([]int32, s.Len())
	for i, n := range names {
		p.segment[i] = code[n]
	}
}

// group is what tells deals apart beside place and age: 0 where they are not told apart, below 0 where it is not known.
type group struct{ segment, cohort int32 }

func (p *panel) groupOf(deal int32) (g group) {
	if p.segments != nil {
		g.segment = p.segment[deal]
	}
	if p.cohorts > 0 {
		g.cohort = p.cohort[deal]
	}
	return g
}

// codes is the number of destinations.
func (p *panel) codes() int { return len(p.places) + outcomeCount }

// wonBetween returns for every deal that is won in (from, to] the time of its first win.
func (p *panel) wonBetween(from, to int64) map[int32]int64 {
	out := map[int32]int64{}
	for _, w := range p.wins {
		if w.at > from && w.at <= to {
			if _, ok := out[w.deal]; !ok {
				out[w.deal] = w.at
			}
		}
	}
	return out
}
