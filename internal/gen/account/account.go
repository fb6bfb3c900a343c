// Package account generates composite accounts whose truth is known: who plays which role, which steps are joint, which support journey
// crosses which offer. Tests must recover it. It is calibrated on two public logs: the composite travel permits of BPI Challenge 2020
// (journeys per account, the share of joint events) and the purchasing log of the Simod family (roles, durations).
package account

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

// Config says how many accounts there are and how they behave. The zero value has no accounts.
type Config struct {
	Accounts  int
	Complaint float64 // probability that an account has a complaint while it buys
	Typical   float64 // how much of what a person does is typical of the role, in [0,1]; 0: seats say nothing
	Joint     float64 // probability that a meeting has a second participant
	Seed      uint64
}

// Truth is what the generator knows of an account.
type Truth struct {
	Account b2b.AccountID
	Seats   map[b2b.PersonID]b2b.SeatID
	Joint   int // events with two participants
	Crossed int // cross-sell offers strictly inside an open complaint
	Inside  int // purchase rows strictly inside an open complaint
}

// Roles are the seats of a buying group, in the order of the purchasing log's frequency.
var Roles = []b2b.SeatID{"requester", "buyer", "legal", "finance"}

// Common are the steps that every role takes.
var Common = []journey.StepID{"website", "newsletter", "meeting", "demo", "call"}

// Typical returns the steps that are typical of a role.
func Typical(seat b2b.SeatID) []journey.StepID {
	return []journey.StepID{journey.StepID(seat + " brief"), journey.StepID(seat + " check"), journey.StepID(seat + " sign")}
}

// CrossSell is the step that must not fall into an open complaint.
const CrossSell journey.StepID = "cross-sell offer"

// Epoch is when every account begins to be observed; Observed is for how long.
var Epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// Observed is the length of the observation of each account.
const Observed = 200 * 24 * time.Hour

// Generate returns the events of all accounts, by account, and what is true of each. Equal configurations give equal events.
func Generate(c Config) ([]journey.Event, []Truth) {
	const usual = 64 // events of an account
	events := make([]journey.Event, 0, usual*c.Accounts)
	var truths []Truth
	for a := range c.Accounts {
		r := rand.New(rand.NewPCG(c.Seed, uint64(a)))
		id := b2b.AccountID(fmt.Sprintf("account %04d", a))
		g := generator{c: c, r: r, id: id, events: make([]journey.Event, 0, usual), truth: Truth{Account: id, Seats: make(map[b2b.PersonID]b2b.SeatID)}}
		g.account()
		events, truths = append(events, g.events...), append(truths, g.truth)
	}
	return events, truths
}

type generator struct {
	c      Config
	r      *rand.Rand
	id     b2b.AccountID
	n      int
	events []journey.Event
	truth  Truth
}

func (g *generator) add(e journey.Event) *journey.Event {
	e.Account, e.Source, e.Seq = g.id, "generator", int64(g.n)
	e.ID = fmt.Sprintf("%s/%d", g.id, g.n)
	e.RecordedAt = e.At.Add(time.Duration(g.r.ExpFloat64() * float64(time.Hour)))
	g.n++
	g.events = append(g.events, e)
	return &g.events[len(g.events)-1]
}

// at draws a time between two, to the second, never equal to another one of the account for practical purposes.
func (g *generator) at(from, to time.Time) time.Time {
	return from.Add(time.Duration(g.r.Float64() * float64(to.Sub(from)))).Truncate(time.Microsecond)
}

func (g *generator) account() {
	end := Epoch.Add(Observed)
	var persons []b2b.PersonID
	for i, seat := range Roles {
		for k := range 1 + g.r.IntN(2) {
			p := b2b.PersonID(fmt.Sprintf("%s/%d%d", g.id, i, k))
			g.truth.Seats[p] = seat
			persons = append(persons, p)
		}
	}
	from, to, complaint := g.complaint(end)
	inside := func(t time.Time) bool { return complaint && t.After(from) && t.Before(to) }
	for _, p := range persons {
		seat := g.truth.Seats[p]
		// durations of the purchasing log: about two weeks on average, log-normal
		begin := g.at(Epoch, end.Add(-60*24*time.Hour))
		length := time.Duration(min(59, 14*math.Exp(float64(.8*g.r.NormFloat64())-.32)) * 24 * float64(time.Hour))
		for range 4 + g.r.IntN(8) {
			steps := Common
			if g.r.Float64() < g.c.Typical {
				steps = Typical(seat)
			}
			t := g.at(begin, begin.Add(length))
			e := g.add(journey.Event{Step: steps[g.r.IntN(len(steps))], Kind: journey.Purchase, Person: p, Seat: seat, At: t, Phase: b2b.Convince})
			if inside(t) {
				g.truth.Inside++
			}
			if e.Step == "meeting" && g.r.Float64() < g.c.Joint {
				if other := persons[g.r.IntN(len(persons))]; other != p {
					e.With = []journey.Participant{{Person: other, Seat: g.truth.Seats[other]}}
					g.truth.Joint++
					if inside(t) {
						g.truth.Inside++
					}
				}
			}
		}
	}
	for range g.r.IntN(4) {
		t := g.at(Epoch, end)
		g.add(journey.Event{Step: CrossSell, Kind: journey.Campaign, Journey: string(g.id) + "/campaign", At: t})
		if inside(t) {
			g.truth.Crossed++
		}
	}
	slices.SortFunc(g.events, func(a, b journey.Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
}

// complaint adds a support journey of three rows, if there is one.
func (g *generator) complaint(end time.Time) (from, to time.Time, ok bool) {
	if g.r.Float64() >= g.c.Complaint {
		return from, to, false
	}
	from = g.at(Epoch, end.Add(-40*24*time.Hour))
	to = from.Add(time.Duration((5 + float64(30*g.r.Float64())) * 24 * float64(time.Hour))).Truncate(time.Microsecond)
	key := string(g.id) + "/complaint"
	g.add(journey.Event{Step: "complaint", Kind: journey.Support, Journey: key, At: from})
	g.add(journey.Event{Step: "answer", Kind: journey.Support, Journey: key, At: g.at(from, to)})
	g.add(journey.Event{Step: "solved", Kind: journey.Support, Journey: key, At: to})
	return from, to, true
}
