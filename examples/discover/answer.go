package main

import (
	"slices"

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/examples/internal/eventlog"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
)

// answer is the output. Pointers are nil for sections that were not asked for.
type answer struct {
	Events      int          `json:"events"`
	Cases       int          `json:"cases"`
	Rejected    int          `json:"rejected"`
	Activities  []tuple      `json:"activities"`
	DFG         *[]tuple     `json:"dfg,omitempty"`
	Start       *[]tuple     `json:"start,omitempty"`
	End         *[]tuple     `json:"end,omitempty"`
	Performance *[]edgeTimes `json:"performance,omitempty"`
	Total       *int         `json:"variants_total,omitempty"`
	Digest      *string      `json:"variants_sha256,omitempty"`
	Variants    *[]variant   `json:"variants,omitempty"`
	Durations   *durations   `json:"durations,omitempty"`
	EFG         *[]tuple     `json:"efg,omitempty"`
	Footprints  *footprints  `json:"footprints,omitempty"`
	Rework      *[]tuple     `json:"rework,omitempty"`
	Distance    *[]tuple     `json:"min_self_distance,omitempty"`
	Tree        *string      `json:"tree,omitempty"`
	Dependency  *[]tuple     `json:"dependency,omitempty"`
	Ties        ties         `json:"ties"`
}

// tuple is names and a number.
type tuple []any

type edgeTimes struct {
	From   string   `json:"from"`
	To     string   `json:"to"`
	Count  int64    `json:"count"`
	Mean   *float64 `json:"mean_s"`
	Median *float64 `json:"median_s"`
	Min    *float64 `json:"min_s"`
	Max    *float64 `json:"max_s"`
	Sum    *float64 `json:"sum_s"`
	SD     *float64 `json:"stdev_s"`
}

type durations struct {
	Min    *float64 `json:"min_s"`
	Max    *float64 `json:"max_s"`
	Mean   *float64 `json:"mean_s"`
	Median *float64 `json:"median_s"`
	Sum    *float64 `json:"sum_s"`
}

type variant struct {
	Steps []journey.StepID `json:"steps"`
	Count int64            `json:"count"`
}

type footprints struct {
	Sequence [][2]string `json:"sequence"`
	Parallel [][2]string `json:"parallel"`
}

type ties struct {
	Cases     int `json:"cases"`
	AsOrdered int `json:"variants_as_ordered"`
	Canonical int `json:"variants_canonical"`
}

// tables are the results, counted at once or in parts. Those that no section needs are left empty.
type tables struct {
	graph    *discovery.DFG
	follows  *discovery.Follows
	rework   *discovery.Rework
	variants []discovery.Variant
	edges    []discovery.EdgeTimes
	cases    discovery.Times
}

// dependent is the least dependency of an edge of the dependency graph.
const dependent = .9

func (o *options) answer(log *eventlog.Log, want map[string]bool) (*answer, error) {
	var t tables
	var err error
	needVariants := want["variants"] || want["tree"]
	if o.accumulate == 0 {
		t = atOnce(log, want, needVariants)
	} else if t, err = inParts(log, o.accumulate); err != nil {
		return nil, err
	}
	a := &answer{Events: log.Len(), Cases: log.Journeys(), Rejected: log.Rejected, Activities: counts(t.graph.Steps())}
	x := log.Ties()
	a.Ties = ties{x.Journeys, x.VariantsAsOrdered, x.VariantsCanonical}
	timed := log.Timed()
	for name := range want {
		switch name {
		case "dfg":
			a.DFG = new(edges(t.graph.Edges()))
		case "start":
			a.Start = new(counts(t.graph.Starts()))
		case "end":
			a.End = new(counts(t.graph.Ends()))
		case "performance":
			a.Performance = new(t.performance(timed))
		case "variants":
			a.Total, a.Digest = new(len(t.variants)), new(discovery.Digest(t.variants))
			n := len(t.variants)
			if o.top > 0 {
				n = min(n, o.top)
			}
			list := make([]variant, n)
			for i, v := range t.variants[:n] {
				list[i] = variant{cli.List(v.Steps), v.Count}
			}
			a.Variants = &list
		case "durations":
			d := t.cases
			a.Durations = &durations{
				cli.Null(d.Min, timed && d.N > 0), cli.Null(d.Max, timed && d.N > 0), cli.Null(d.Mean, timed && d.N > 0),
				cli.Null(d.Median, timed && d.N > 0 && d.HasExactMedian), cli.Null(d.Sum, timed && d.N > 0),
			}
		case "efg":
			a.EFG = new(edges(t.follows.Pairs()))
		case "footprints":
			f := t.graph.Footprint()
			a.Footprints = &footprints{cli.List(f.Sequence), cli.List(f.Parallel)}
		case "rework":
			a.Rework, a.Distance = new(counts(t.rework.Journeys())), new(counts(t.rework.MinSelfDistance()))
		case "tree":
			tree, err := discovery.Inductive(t.variants, o.noise)
			if err != nil {
				return nil, err
			}
			a.Tree = new(tree.String())
		case "dependency":
			list, err := t.graph.Dependencies(dependent)
			if err != nil {
				return nil, err
			}
			a.Dependency = new(dependencies(list))
		}
	}
	return a, nil
}

func counts(list []discovery.Count) []tuple {
	out := make([]tuple, len(list))
	for i, c := range list {
		out[i] = tuple{c.Name, c.Count}
	}
	return out
}

func edges(list []discovery.Edge) []tuple {
	out := make([]tuple, len(list))
	for i, e := range list {
		out[i] = tuple{e.From, e.To, e.Count}
	}
	return out
}

func dependencies(list []discovery.Dependency) []tuple {
	out := make([]tuple, len(list))
	for i, e := range list {
		out[i] = tuple{e.From, e.To, e.Value}
	}
	return out
}

// performance lists the edges of the graph with their times, which are null in a log without times.
func (t *tables) performance(timed bool) []edgeTimes {
	out := []edgeTimes{}
	if !timed {
		for _, e := range t.graph.Edges() {
			out = append(out, edgeTimes{From: e.From, To: e.To, Count: e.Count})
		}
		return out
	}
	for _, e := range t.edges {
		out = append(out, edgeTimes{
			e.From, e.To, e.N, &e.Mean, cli.Null(e.Median, e.HasExactMedian), &e.Min, &e.Max, &e.Sum, &e.SD,
		})
	}
	return out
}

// atOnce counts in one pass per table.
func atOnce(log *eventlog.Log, want map[string]bool, needVariants bool) tables {
	t := tables{graph: discovery.NewDFG(log.Log)}
	if want["efg"] {
		t.follows = discovery.NewFollows(log.Log)
	}
	if want["rework"] {
		t.rework = discovery.NewRework(log.Log)
	}
	if needVariants {
		t.variants = discovery.NewVariants(log.Log).List(0)
	}
	if want["performance"] {
		t.edges, _ = discovery.Performance(log.Log)
	}
	if want["durations"] {
		t.cases, _ = discovery.Durations(log.Log)
	}
	return t
}

// inParts counts with one set of accumulators per part of the cases, and merges them, the last first.
func inParts(log *eventlog.Log, parts int) (tables, error) {
	type part struct {
		graph    discovery.DFG
		follows  discovery.Follows
		rework   discovery.Rework
		variants discovery.VariantCounts
		edges    discovery.EdgeSums
		cases    discovery.DurationSums
	}
	all := make([]part, min(parts, max(1, log.Journeys())))
	for i := range log.Journeys() {
		p, j := &all[i%len(all)], log.Journey(i)
		for _, add := range []func(journey.Journey) error{p.graph.Add, p.follows.Add, p.rework.Add, p.variants.Add, p.edges.Add, p.cases.Add} {
			if err := add(j); err != nil {
				return tables{}, err
			}
		}
	}
	slices.Reverse(all)
	p := &all[0]
	for i := range all[1:] {
		q := &all[i+1]
		for _, err := range []error{
			p.graph.Merge(&q.graph), p.follows.Merge(&q.follows), p.rework.Merge(&q.rework),
			p.variants.Merge(&q.variants), p.edges.Merge(&q.edges), p.cases.Merge(&q.cases),
		} {
			if err != nil {
				return tables{}, err
			}
		}
	}
	return tables{&p.graph, &p.follows, &p.rework, p.variants.List(), p.edges.Edges(), p.cases.Times()}, nil
}
