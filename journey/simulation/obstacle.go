package simulation

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/touchpoint"
)

// ObstacleKind says what stands in the way. It is a closed enumeration; zero is [UnknownObstacle].
type ObstacleKind uint8

// The obstacles, in the order in which they are listed.
const (
	UnknownObstacle ObstacleKind = iota
	NoPathToGoal                 // a step from which no goal can be reached, and that is no exit
	DeadEnd                      // nothing follows
	Livelock                     // a journey goes round for ever
	Unreachable                  // no way leads here
	Overload                     // a department gets more work than it can do
	Bottleneck                   // ≥ 25 % of all time is waiting for one department
	DropOff                      // ≥ 10 % of the visits end the journey without a goal
	SlowInternal                 // an internal step takes ≥ 25 % of all time
	NoOwner                      // a step of the seller without a department
	NoActor                      // nobody knows who makes the step
	Guesswork                    // a parameter that rests on nothing carries ≥ 25 % of the variance
)

var obstacleKinds = enum.New[ObstacleKind]("obstacle", "unknown", "no-path-to-goal", "dead-end", "livelock", "unreachable", "overload",
	"bottleneck", "drop-off", "slow-internal", "no-owner", "no-actor", "guesswork")

// String returns the name in lower case.
func (k ObstacleKind) String() string { return obstacleKinds.String(k) }

// AppendText implements [encoding.TextAppender].
func (k ObstacleKind) AppendText(dst []byte) ([]byte, error) { return obstacleKinds.AppendText(dst, k) }

// MarshalText implements [encoding.TextMarshaler].
func (k ObstacleKind) MarshalText() ([]byte, error) { return obstacleKinds.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (k *ObstacleKind) UnmarshalText(text []byte) error { return obstacleKinds.UnmarshalText(k, text) }

// Obstacle is one thing in the way. Place is a step, a department or a parameter. Size is a share or a utilisation, as Text says. Gain is
// how much more of the journeys would reach a goal without it, where that can be said without another run.
type Obstacle struct {
	Kind      ObstacleKind
	Place     string
	Size      float64
	Text      string
	Gain      float64
	GainKnown bool
}

// Obstacles lists what stands in the way, by kind, then by gain and size, the greatest first, then by place. result may be nil: then
// queues and assumptions are judged by the traffic equations alone.
func (s *Model) Obstacles(result *Result) ([]Obstacle, error) {
	a, err := s.Analytic()
	if err != nil {
		return nil, err
	}
	var out []Obstacle
	add := func(kind ObstacleKind, place string, size float64, text string) {
		out = append(out, Obstacle{Kind: kind, Place: place, Size: size, Text: text})
	}
	for _, id := range a.Livelock {
		add(Livelock, string(id), 1, "no end can be reached from here")
	}
	lost := make(map[journey.StepID]bool)
	for _, f := range s.m.Check() {
		switch f.Code {
		case "dead-end":
			add(DeadEnd, string(f.Step), 1, f.Text)
			lost[f.Step] = true
		case "no-path-to-goal":
			add(NoPathToGoal, string(f.Step), 1, f.Text)
		case "unreachable":
			add(Unreachable, string(f.Step), 1, f.Text)
		case "no-department":
			add(NoOwner, string(f.Step), 1, f.Text)
		case "unknown-actor":
			add(NoActor, string(f.Step), 1, f.Text)
		}
	}
	for _, x := range a.Steps {
		i := s.index[x.Step]
		if _, isEnd := s.final(x.Step); isEnd || lost[x.Step] || x.Exit < .1 || len(s.m.Goals) == 0 {
			continue
		}
		out = append(out, Obstacle{
			Kind: DropOff, Place: string(s.steps[i].ID), Size: x.Exit, Gain: x.Gain, GainKnown: x.GainKnown,
			Text: fmt.Sprintf("%.1f %% of the visits end the journey", 100*x.Exit),
		})
	}
	s.exits(a, &out)
	if a.Timed && a.Mean > 0 {
		for i, x := range a.Steps {
			mean, _, _ := s.steps[i].Duration.Moments()
			v := s.steps[i].Visibility
			if part := x.Visits * mean / a.Mean; part >= .25 && (v == touchpoint.BuyerInternal || v == touchpoint.SellerInternal) {
				add(SlowInternal, string(x.Step), part, fmt.Sprintf("%.1f %% of the time, out of sight", 100*part))
			}
		}
	}
	s.queues(a, result, add)
	if result != nil {
		for _, x := range result.Assumptions {
			if x.Assumed && x.Share >= .25 {
				add(Guesswork, x.Parameter, x.Share, fmt.Sprintf("rests on nothing and carries %.0f %% of the variance", 100*x.Share))
			}
		}
	}
	slices.SortStableFunc(out, func(x, y Obstacle) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(y.Gain, x.Gain), cmp.Compare(y.Size, x.Size), cmp.Compare(x.Place, y.Place))
	})
	return out, nil
}

// exits adds steps from which ≥ 10 % of the visits go straight to an exit of the map.
func (s *Model) exits(a *Analysis, out *[]Obstacle) {
	if s.isTree {
		return
	}
	p := s.point()
	for i, x := range s.steps {
		if a.Steps[i].Visits == 0 {
			continue
		}
		part := 0.0
		for k, e := range s.out[i] {
			if end, ok := s.final(s.edges[e].To); ok && end.Kind == Exit {
				part += p.share[i][k]
			}
		}
		if part < .1 {
			continue
		}
		o := Obstacle{Kind: DropOff, Place: string(x.ID), Size: part, Text: fmt.Sprintf("%.1f %% of the visits go on to an exit", 100*part)}
		if part < 1 {
			if g, ok := s.withoutExits(i); ok {
				o.Gain, o.GainKnown = max(0, g-a.FlowThrough), true
			}
		}
		*out = append(*out, o)
	}
}

// withoutExits returns the flow-through when the ways from step i to exits are closed and their share goes to the others.
func (s *Model) withoutExits(i int) (float64, bool) {
	p := s.point()
	shares := slices.Clone(p.share[i])
	rest := 0.0
	for k, e := range s.out[i] {
		if end, ok := s.final(s.edges[e].To); ok && end.Kind == Exit {
			shares[k] = 0
		}
		rest += shares[k]
	}
	if rest == 0 {
		return 0, false
	}
	for k := range shares {
		shares[k] /= rest
	}
	p.share[i] = shares
	a, err := s.analyse(p)
	if err != nil {
		return 0, false
	}
	return a.FlowThrough, true
}

func (s *Model) queues(a *Analysis, result *Result, add func(ObstacleKind, string, float64, string)) {
	for d, l := range a.Loads {
		grows := false
		if result != nil {
			r := result.Departments[d]
			grows = r.LastThird > 2*r.FirstThird && r.LastThird > 0 && r.Wait.Value > 0
			if r.WaitShare >= .25 {
				add(Bottleneck, l.Department, r.WaitShare, fmt.Sprintf("%.1f %% of the time is waiting for it", 100*r.WaitShare))
			}
		}
		switch {
		case l.Utilisation >= 1:
			add(Overload, l.Department, l.Utilisation, fmt.Sprintf("gets %.2f times the work that it can do", l.Utilisation))
		case grows && l.Utilisation > .8:
			add(Overload, l.Department, l.Utilisation, "the wait grows over the run")
		}
	}
}
