package funnel

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel/survival"
)

// HandOffQuery says which places of a deal are a hand-over from marketing to sales, and the answers to it. Handed is
// required; Accepted may be empty if Won is answer enough.
type HandOffQuery struct {
	By       Dimension // ByLeadSource, ByOwner, BySegment, …
	Handed   Target    // the lead is handed over on first entering one of these; empty: at the opening
	Accepted Target    // sales took it on; empty: any later place that is open or won
	Rejected Target    // sales refused it; empty: any exit
	Level    float64   // 0 is 0.95
}

// HandOffRow is the feedback for one source of leads (seller, segment). Accepted, rejected and unanswered add up to handed
// over.
type HandOffRow struct {
	Name                                       string // "" are the leads without one
	HandedOver, Accepted, Rejected, Unanswered int
	Recycled                                   int                // handed over again later
	Answer                                     survival.StepCurve // share not yet answered by days since hand-over (Kaplan-Meier)
	Won                                        survival.StepCurve // share won by days since hand-over (Aalen-Johansen)
	WonCount                                   int
	Value                                      []b2b.Money // won, by currency
	Acceptance                                 Rate        // of answered leads
	WinRate                                    Rate        // won of decided leads, drawn towards the common rate (beta-binomial)
}

// HandOffReport is the regular feedback on what became of leads. Ranking orders the rows by win rate where their intervals
// separate: rows within one group cannot be told apart.
type HandOffReport struct {
	Rows    []HandOffRow // by name
	Ranking [][]string   // best first; one group: nothing can be told apart
}

// HandOff returns what became of the leads that were handed over, by source, seller or segment.
func HandOff(s *State, q HandOffQuery) (HandOffReport, error) {
	var p b2b.Problems
	q.Handed.check(&p, "query.handed")
	q.Accepted.check(&p, "query.accepted")
	q.Rejected.check(&p, "query.rejected")
	if !q.By.IsValid() {
		p.Add("query.by", "unknown")
	}
	if !(q.Level >= 0 && q.Level < 1) {
		p.Add("query.level", "outside [0,1)")
	}
	if err := p.Err(); err != nil {
		return HandOffReport{}, err
	}
	won := make([]bool, len(s.placeList))
	handed, accepted, rejected := q.Handed.in(s), q.Accepted.in(s), q.Rejected.in(s)
	for i, place := range s.placeList {
		won[i] = place.Outcome == Won
		if q.Accepted.IsZero() {
			accepted[i] = !place.Outcome.IsExit() && !handed[i]
		}
		if q.Rejected.IsZero() {
			rejected[i] = place.Outcome.IsExit()
		}
	}
	var from []bool
	if !q.Handed.IsZero() {
		from = handed
	}
	names, parts := s.bySegment(s.courses(from, won, PerDeal), q.By)
	var rep HandOffReport
	var rates []Rate
	for k, part := range parts {
		row := HandOffRow{Name: names[k], HandedOver: len(part)}
		var answers []survival.Spell
		decided := 0
		for _, x := range part {
			answer, times := s.answered(int(x.deal), from, accepted, rejected)
			row.Recycled += count(times > 1)
			sp := survival.Spell{Exit: float64(s.asOf-x.entry) / microPerDay}
			if answer >= 0 {
				sp = survival.Spell{Exit: float64(s.sojourns.In[answer]-x.entry) / microPerDay, Cause: 1}
				if accepted[s.sojourns.Place[answer]] {
					row.Accepted++
				} else {
					row.Rejected++
				}
			} else {
				row.Unanswered++
			}
			if !x.untimed && (sp.Exit > 0 || sp.Exit == 0 && sp.Cause > 0) {
				answers = append(answers, sp)
			}
			if x.end != UnknownOutcome {
				decided++
			}
			if x.end == Won {
				row.WonCount++
				row.Value = addMoney(row.Value, s.deals[x.deal].amount)
			}
		}
		var err error
		if row.Answer, err = survival.KaplanMeier(answers, survival.Config{Level: q.Level}); err != nil {
			return HandOffReport{}, err
		}
		spells, causes, _ := s.spells(part)
		inc, err := survival.AalenJohansen(spells, len(causes), survival.Config{Level: q.Level})
		if err != nil {
			return HandOffReport{}, err
		}
		row.Won = inc.Causes[0]
		row.Acceptance = Share(row.Accepted, row.Accepted+row.Rejected, q.Level, Wilson)
		rates = append(rates, Rate{AtRisk: decided, Events: row.WonCount, Censored: len(part) - decided})
		rep.Rows = append(rep.Rows, row)
	}
	for k, r := range Shrink(rates, q.Level) {
		rep.Rows[k].WinRate = r
	}
	rep.Ranking = separate(rep.Rows)
	return rep, nil
}

// answered returns the first passage after the hand-over that answers it, −1 if there is none, and how often the deal was
// handed over. A nil set stands for the opening.
func (s *State) answered(deal int, handed, accepted, rejected []bool) (answer, times int) {
	c := &s.sojourns
	answer = -1
	for j := int(c.First[deal]); j < int(c.First[deal+1]); j++ {
		place := c.Place[j]
		switch {
		case handed == nil && j == int(c.First[deal]), handed != nil && handed[place]:
			times++
		case times > 0 && answer < 0 && (accepted[place] || rejected[place]):
			answer = j
		}
		if handed == nil && j > int(c.First[deal]) && place == c.Place[c.First[deal]] {
			times++
		}
	}
	return answer, times
}

// addMoney adds an amount to a list by currency. A sum that does not fit stays as it was.
func addMoney(list []b2b.Money, m b2b.Money) []b2b.Money {
	if !m.IsGiven() {
		return list
	}
	i, found := slices.BinarySearchFunc(list, m.Currency(), func(x b2b.Money, c string) int { return cmp.Compare(x.Currency(), c) })
	if !found {
		return slices.Insert(list, i, m)
	}
	if sum, err := list[i].Add(m); err == nil {
		list[i] = sum
	}
	return list
}

// separate groups rows, best first: a new group begins where every row of it lies below every row of the groups before.
func separate(rows []HandOffRow) [][]string {
	var known []HandOffRow
	for _, r := range rows {
		if r.WinRate.Why == "" {
			known = append(known, r)
		}
	}
	slices.SortStableFunc(known, func(x, y HandOffRow) int {
		return cmp.Or(cmp.Compare(y.WinRate.Value, x.WinRate.Value), cmp.Compare(x.Name, y.Name))
	})
	var out [][]string
	lowest := 1.0 // lower bound of all before
	for i, r := range known {
		highest := 0.0 // upper bound of this and all after
		for _, q := range known[i:] {
			highest = max(highest, q.WinRate.High)
		}
		if i == 0 || highest < lowest {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], r.Name)
		lowest = min(lowest, r.WinRate.Low)
	}
	return out
}
