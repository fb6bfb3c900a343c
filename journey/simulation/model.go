package simulation

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/internal/stream"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
)

// EndKind says how a journey ended. It is a closed enumeration; zero is [UnknownEnd].
type EndKind uint8

// The ends. Goal and Exit are steps that the map names as such; Ended is the end of the flow after any other step, and counts as a
// goal in a map without goals; Stuck is a place from which nothing leads on.
const (
	UnknownEnd EndKind = iota
	Goal
	Exit
	Ended
	Stuck
)

var endKinds = enum.New[EndKind]("end", "unknown", "goal", "exit", "ended", "stuck")

// String returns the name in lower case.
func (k EndKind) String() string { return endKinds.String(k) }

// AppendText implements [encoding.TextAppender].
func (k EndKind) AppendText(dst []byte) ([]byte, error) { return endKinds.AppendText(dst, k) }

// MarshalText implements [encoding.TextMarshaler].
func (k EndKind) MarshalText() ([]byte, error) { return endKinds.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (k *EndKind) UnmarshalText(text []byte) error { return endKinds.UnmarshalText(k, text) }

// End is one way in which a journey ends: after which step, "" for the end of a tree. Comparable.
type End struct {
	Kind EndKind
	Step journey.StepID
}

// Department is who carries out steps, with a number of servers and opening hours. A step of the map goes to the department that
// it names; one that is not listed here has servers without limit. A step that has begun stays, and pauses outside the hours.
type Department struct {
	Name    string
	Servers int // ≥ 1
	Hours   []Hours
	Zone    *time.Location // of the hours; nil is UTC
}

// Hours is one stretch of opening in a week, [Open, Close) since midnight of the day.
type Hours struct {
	Day         time.Weekday
	Open, Close time.Duration
}

// Config says what is simulated. The zero value but for Source and Rate is usable for everything that draws nothing.
type Config struct {
	Arrivals    []time.Time   // when journeys begin; nil: a Poisson stream of Rate from Start on
	Rate        float64       // journeys per second; 0: all journeys begin at Start and departments are not shared
	Start       time.Time     // zero: midnight of 1 January 2024, a Monday, in UTC
	Horizon     time.Duration // since Start; who is still inside then is censored; 0: none
	Departments []Department
	Partners    bool    // partners' steps count as controllable
	Draws       int     // of the parameters, the first being the point estimate; 0 is 100
	Journeys    int     // per draw; 0 is 1,000
	Level       float64 // 0 is .95
	Epsilon     float64 // of the ε-boundary; 0 is .05
	Source      rand.Source
	Workers     int // 0 is 1; results are the same for any number
	Progress    func(done, total int)
}

// Model is a map that is ready to be asked. It is immutable and safe for concurrent use, but for Config.Source and Progress, which
// belong to one call at a time. The zero value is not usable.
type Model struct {
	m          *journey.Map
	config     Config
	steps      []journey.Step
	index      map[journey.StepID]int
	assumed    []string // parameters that rest on nothing
	ends       []End
	endOf      map[End]int
	isGoal     []bool
	root       stream.Root
	seeded     bool
	department []int // of each step, −1 none
	edges      []journey.Edge
	out        [][]int // edges that leave a step, by step; last: the start
	tree       journey.Tree
	isTree     bool
	blocked    []journey.StepID
	forks      []fork
	alone      []int // 0, 1, 2, …: place i is active alone after alone[i:i+1]
}

const day = 86_400.0

func itoa(i int) string { return strconv.Itoa(i) }

// New prepares a map. Errors name everything at once: a map without flow, departments without servers, negative rates. Durations that
// are unknown are assumed: log-normal, with the median of the known means (1 day if there is none) and a coefficient of variation of 1.
func New(m *journey.Map, c Config) (*Model, error) { return build(m, c, nil) }

func build(m *journey.Map, c Config, blocked []journey.StepID) (*Model, error) {
	checked, err := journey.NewMap(*m)
	if err != nil {
		return nil, err
	}
	var p b2b.Problems
	c.check(&p)
	if checked.Flow == nil {
		p.Add("map.flow", "the steps have no order")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	c.defaults()
	s := &Model{m: checked, config: c, blocked: blocked, steps: slices.Clone(checked.Steps), index: make(map[journey.StepID]int), endOf: make(map[End]int)}
	if c.Source != nil {
		s.root, _ = stream.New(c.Source)
		s.seeded = true
	}
	for i, x := range s.steps {
		s.index[x.ID] = i
	}
	s.assumeDurations()
	for i := range s.steps {
		k := slices.IndexFunc(c.Departments, func(d Department) bool { return d.Name == s.steps[i].Department && d.Name != "" })
		s.department = append(s.department, k)
	}
	switch f := checked.Flow.(type) {
	case journey.Tree:
		s.tree, s.isTree = f, true
		s.end(End{Kind: Ended})
	case journey.Graph:
		s.edges = f.Edges
		s.out = make([][]int, len(s.steps)+1)
		for i, e := range f.Edges {
			from := len(s.steps)
			if e.From != journey.Start {
				from = s.index[e.From]
			}
			s.out[from] = append(s.out[from], i)
		}
		for _, x := range s.steps {
			if e, ok := s.final(x.ID); ok {
				s.end(e)
				continue
			}
			s.end(End{Ended, x.ID})
			s.end(End{Stuck, x.ID})
		}
		s.end(End{Kind: Ended})
		s.end(End{Kind: Stuck})
	}
	for _, x := range s.steps {
		if e, ok := s.final(x.ID); ok {
			s.end(e)
		}
	}
	if _, ok := s.endOf[End{Kind: Stuck}]; !ok {
		s.end(End{Kind: Stuck})
	}
	s.forks = s.listForks()
	s.alone = make([]int, len(s.steps))
	for i := range s.alone {
		s.alone[i] = i
	}
	return s, nil
}

func (c *Config) check(p *b2b.Problems) {
	for _, f := range [...]struct {
		name string
		bad  bool
	}{
		{"rate", !(c.Rate >= 0) || math.IsInf(c.Rate, 1)},
		{"horizon", c.Horizon < 0},
		{"draws", c.Draws < 0},
		{"journeys", c.Journeys < 0},
		{"level", !(c.Level >= 0 && c.Level < 1)},
		{"epsilon", !(c.Epsilon >= 0 && c.Epsilon < .5)},
	} {
		if f.bad {
			p.Add("config."+f.name, "outside its range")
		}
	}
	for i, d := range c.Departments {
		path := "config.departments[" + strconv.Itoa(i) + "]"
		if d.Name == "" || slices.ContainsFunc(c.Departments[:i], func(o Department) bool { return o.Name == d.Name }) {
			p.Add(path+".name", "empty or given twice")
		}
		if d.Servers < 1 {
			p.Add(path+".servers", "below 1")
		}
		for k, h := range d.Hours {
			if h.Day < time.Sunday || h.Day > time.Saturday || h.Open < 0 || h.Close > 24*time.Hour || h.Open >= h.Close {
				p.Add(path+".hours["+strconv.Itoa(k)+"]", "no stretch of a day")
			}
		}
	}
}

func (c *Config) defaults() {
	c.Draws, c.Journeys = cmp.Or(c.Draws, 100), cmp.Or(c.Journeys, 1000)
	c.Level, c.Epsilon = cmp.Or(c.Level, b2b.DefaultLevel), cmp.Or(c.Epsilon, .05)
	if c.Start.IsZero() {
		c.Start = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	c.Departments = slices.Clone(c.Departments)
	c.Arrivals = slices.Clone(c.Arrivals)
	slices.SortFunc(c.Arrivals, time.Time.Compare)
}

// final returns the end that completing a step means, if it is a goal, an exit or blocked.
func (s *Model) final(id journey.StepID) (End, bool) {
	if slices.Contains(s.blocked, id) {
		return End{Stuck, id}, true
	}
	if slices.Contains(s.m.Goals, id) {
		return End{Goal, id}, true
	}
	if slices.Contains(s.m.Exits, id) {
		return End{Exit, id}, true
	}
	return End{}, false
}

// end gives an end a number, if it has none.
func (s *Model) end(e End) {
	if _, ok := s.endOf[e]; ok {
		return
	}
	s.endOf[e] = len(s.ends)
	s.ends = append(s.ends, e)
	s.isGoal = append(s.isGoal, e.Kind == Goal || (e.Kind == Ended && len(s.m.Goals) == 0))
}

// assumeDurations fills in what is unknown.
func (s *Model) assumeDurations() {
	var means []float64
	for _, x := range s.steps {
		if mean, _, ok := x.Duration.Moments(); ok {
			means = append(means, mean)
		}
	}
	typical := day
	if len(means) > 0 {
		slices.Sort(means)
		typical = (means[(len(means)-1)/2] + means[len(means)/2]) / 2
	}
	for i := range s.steps {
		if s.steps[i].Duration.Family == journey.Unset {
			s.steps[i].Duration = journey.Duration{Family: journey.LogNormal, Mean: typical, SD: typical, N: .5}
			s.assumed = append(s.assumed, "duration of "+string(s.steps[i].ID))
		}
	}
}

// FromDFG returns the model of the observed first-order chain: shares of the edges as counted, times between the steps as measured.
// Its expected length is the mean length of the journeys, its expected duration their mean duration. Steps take no time of their own;
// a journey ends where journeys ended. performance may be nil: then nothing takes time.
func FromDFG(dfg *discovery.DFG, performance []discovery.EdgeTimes, c Config) (*Model, error) {
	m := journey.Map{ID: "observed", Name: "observed first-order chain"}
	out := make(map[string]int64)
	for _, x := range dfg.Steps() {
		m.Steps = append(m.Steps, journey.Step{ID: journey.StepID(x.Name), Duration: journey.Duration{Family: journey.Constant}})
		out[x.Name] = x.Count
	}
	var journeys int64
	for _, x := range dfg.Starts() {
		journeys += x.Count
	}
	delay := make(map[[2]string]journey.Duration)
	for _, e := range performance {
		delay[[2]string{e.From, e.To}] = journey.Duration{Family: journey.Empirical, Mean: e.Mean, SD: e.SD, N: float64(e.N)}
	}
	var edges []journey.Edge
	add := func(from, to journey.StepID, n, of int64, d journey.Duration) error {
		p, err := b2b.NewFraction(float64(n) / float64(of))
		edges = append(edges, journey.Edge{From: from, To: to, P: p, Delay: d, Evidence: journey.Evidence{Basis: journey.Observed, N: float64(of)}})
		return err
	}
	var errs b2b.Problems
	for _, x := range dfg.Starts() {
		errs.Join("dfg", add(journey.Start, journey.StepID(x.Name), x.Count, journeys, journey.Duration{}))
	}
	for _, e := range dfg.Edges() {
		errs.Join("dfg", add(journey.StepID(e.From), journey.StepID(e.To), e.Count, out[e.From], delay[[2]string{e.From, e.To}]))
	}
	for _, x := range dfg.Ends() {
		errs.Join("dfg", add(journey.StepID(x.Name), journey.End, x.Count, out[x.Name], journey.Duration{}))
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	m.Flow = journey.Graph{Edges: edges}
	return New(&m, c)
}

// Map returns the map that is simulated.
func (s *Model) Map() *journey.Map { return s.m }

// Assumed lists the parameters that rest on nothing, in the order of the steps and the flow.
func (s *Model) Assumed() []string { return slices.Clone(s.assumed) }
