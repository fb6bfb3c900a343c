package funnel

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
)

// At returns how all deals stood as of a view: View{At: t, Known: t} is the answer given at t, View{At: t} the answer
// about t as known now. At zero is the end of the observation window, or else the latest time in the book. A view after
// the end of the observation window is taken at that end.
func (b *Book) At(v b2b.View) *State {
	deals := b.index()
	rows := 0
	for _, d := range deals {
		rows += len(b.deals[d].rows)
	}
	w := b.walker(v, rows+rows/4)
	s := w.s
	s.firstEpisode = append(make([]int32, 0, len(deals)+1), 0)
	s.deals = make([]attributes, 0, len(deals))
	s.episodes = make([]episode, 0, len(deals))
	s.sojourns.First = append(make([]int32, 0, len(deals)+1), 0)
	s.ids = make([]b2b.DealID, 0, len(deals))
	for _, d := range deals {
		if w.deal(d) {
			s.ids = append(s.ids, b.deals[d].id)
		}
	}
	s.sortPlaces()
	s.markStale()
	return s
}

// sortPlaces renumbers the places so that their order does not hang on the order of input: by pipeline as configured,
// position of the stage, stage, outcome.
func (s *State) sortPlaces() {
	at := fromMicro(s.asOf)
	list := make([]Place, len(s.places))
	for i, k := range s.places {
		pl := s.pipelines[k.pipeline]
		p := Place{Pipeline: pl.id, Stage: Stage(s.stages[k.stage]), Outcome: k.outcome, Known: true}
		if p.Stage != "" {
			p.Def, p.Known = pl.Stage(p.Stage, at)
		}
		list[i] = p
	}
	position := func(p *Place) int {
		switch {
		case p.Stage == "":
			return math.MaxInt
		case !p.Known:
			return math.MaxInt - 1
		}
		return p.Def.Order
	}
	index := make([]int32, len(list))
	for i := range index {
		index[i] = int32(i)
	}
	slices.SortFunc(index, func(x, y int32) int {
		p, q := &list[x], &list[y]
		i, j := min(int(s.places[x].pipeline), len(s.config.Pipelines)), min(int(s.places[y].pipeline), len(s.config.Pipelines))
		return cmp.Or(cmp.Compare(i, j), cmp.Compare(p.Pipeline, q.Pipeline), cmp.Compare(position(p), position(q)),
			cmp.Compare(p.Stage, q.Stage), cmp.Compare(p.Outcome, q.Outcome))
	})
	code := make([]int32, len(list))
	keys := make([]placeKey, len(list))
	s.placeList = make([]Place, len(list))
	for to, from := range index {
		code[from] = int32(to)
		s.placeList[to], keys[to] = list[from], s.places[from]
	}
	s.places = keys
	c := &s.sojourns
	for i := range c.Place {
		c.Place[i] = code[c.Place[i]]
		if c.Next[i] >= 0 {
			c.Next[i] = code[c.Next[i]]
		}
	}
}

// markStale flags open deals that are older in their place than every deal that left it, or than StaleAfter.
func (s *State) markStale() {
	c := &s.sojourns
	limit := make([]int64, len(s.places))
	for i := range limit {
		limit[i] = math.MaxInt64
	}
	if after := s.config.StaleAfter; after > 0 {
		for i := range limit {
			limit[i] = int64(after / time.Microsecond)
		}
	} else {
		for i, p := range c.Place {
			if c.Next[i] < 0 {
				continue
			}
			if d := c.Out[i] - c.In[i]; limit[p] == math.MaxInt64 || d > limit[p] {
				limit[p] = d
			}
		}
	}
	for i := range s.deals {
		last := c.First[i+1] - 1
		if last < c.First[i] || !s.places[c.Place[last]].outcome.IsOpen() {
			continue
		}
		if c.Out[last]-c.In[last] > limit[c.Place[last]] && c.Flags[last]&TimeUnknown == 0 {
			c.Flags[last] |= Stale
			s.deals[i].flags |= Stale
		}
	}
}
