package main

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/stitch/match"
)

type partJSON struct {
	Field  string   `json:"field"`
	Level  string   `json:"level"`
	Bits   float64  `json:"bits"`
	M      *float64 `json:"m"`
	U      *float64 `json:"u"`
	TFBits float64  `json:"tf_bits"`
	A      *string  `json:"a,omitempty"`
	B      *string  `json:"b,omitempty"`
}

type edgeJSON struct {
	A    string  `json:"a"`
	B    string  `json:"b"`
	Bits float64 `json:"bits"`
}

type refusedJSON struct {
	A     string `json:"a"`
	B     string `json:"b"`
	Cause string `json:"cause"`
}

type cutJSON struct {
	A string `json:"a"`
	B string `json:"b"`
}

type explainJSON struct {
	A              string        `json:"a"`
	B              string        `json:"b"`
	Same           bool          `json:"same"`
	EntityA        string        `json:"entity_a"`
	EntityB        string        `json:"entity_b"`
	PriorBits      float64       `json:"prior_bits"`
	Parts          []partJSON    `json:"parts"`
	TotalBits      float64       `json:"total_bits"`
	Probability    float64       `json:"probability"`
	BlockedBy      []string      `json:"blocked_by"`
	Path           []edgeJSON    `json:"path"`
	Refused        []refusedJSON `json:"refused"`
	Counterfactual []cutJSON     `json:"counterfactual"`
}

// explainIDs splits "A,B", or a JSON array of two texts.
func explainIDs(text string) ([]string, error) {
	var ids []string
	if json.Unmarshal([]byte(text), &ids) != nil {
		ids = strings.Split(text, ",")
	}
	if len(ids) != 2 {
		return nil, &b2b.InvalidError{Path: "explain", Reason: "must name two records"}
	}
	return ids, nil
}

func (l *linking) explain(w io.Writer) error {
	ids, err := explainIDs(l.o.explain)
	if err != nil {
		return err
	}
	var p b2b.Problems
	var recs [2]int
	for i, id := range ids {
		rec, ok := l.in.find(strings.TrimSpace(id))
		if !ok || l.in.records[rec].row < 0 {
			p.Add("explain["+string(rune('0'+i))+"]", "no such record, or it is in several sources")
			continue
		}
		recs[i] = rec
	}
	if err := p.Err(); err != nil {
		return err
	}
	a, b := uint32(l.in.records[recs[0]].row), uint32(l.in.records[recs[1]].row)
	return cli.WriteJSON(w, l.explanation(a, b))
}

func (l *linking) rowName(r uint32) string { return l.in.name(l.in.byRow[r]) }

func (l *linking) explanation(a, b uint32) *explainJSON {
	s := l.scorer.Explain(a, b)
	out := &explainJSON{
		A: l.rowName(a), B: l.rowName(b), EntityA: l.ids[a], EntityB: l.ids[b], PriorBits: s.Prior, TotalBits: s.Total,
		Probability: s.Probability, Parts: []partJSON{}, BlockedBy: cli.List(l.blocks.Shared(a, b)), Path: []edgeJSON{}, Refused: []refusedJSON{},
		Counterfactual: []cutJSON{},
	}
	out.Same = out.EntityA == out.EntityB
	for _, part := range s.Parts {
		given := part.Level != "missing"
		x := partJSON{Field: part.Field, Level: part.Level, Bits: part.Bits, TFBits: part.TFBits, M: cli.Null(part.M, given), U: cli.Null(part.U, given)}
		if f := l.in.table.Field(part.Field); l.o.showValues && f >= 0 {
			va, vb := l.in.table.Value(int(a), f), l.in.table.Value(int(b), f)
			x.A, x.B = &va, &vb
		}
		out.Parts = append(out.Parts, x)
	}
	for _, r := range l.result.Refused {
		ea, eb := l.ids[r.A], l.ids[r.B]
		if (ea == out.EntityA && eb == out.EntityB) || (ea == out.EntityB && eb == out.EntityA) || (out.Same && (ea == out.EntityA || eb == out.EntityA)) {
			out.Refused = append(out.Refused, refusedJSON{A: l.rowName(r.A), B: l.rowName(r.B), Cause: r.Cause})
		}
	}
	if !out.Same || a == b {
		return out
	}
	g := match.NewLinkGraph(l.links(out.EntityA))
	for _, e := range g.Widest(a, b) {
		out.Path = append(out.Path, edgeJSON{A: l.rowName(e.A), B: l.rowName(e.B), Bits: e.Bits})
	}
	for _, e := range l.cut(g, a, b) {
		out.Counterfactual = append(out.Counterfactual, cutJSON{A: l.rowName(e.A), B: l.rowName(e.B)})
	}
	return out
}

// cut is the fewest links inside the entity without which two rows are apart: a minimum cut, tried by clustering again.
// Where links that were refused step in and keep the rows together, the cut is of all links around.
func (l *linking) cut(inside *match.LinkGraph, a, b uint32) []match.Pair {
	cut := inside.Cut(a, b)
	around := l.around(a)
	without := slices.DeleteFunc(slices.Clone(around), func(p match.Pair) bool { return isIn(cut, p) })
	cfg := l.clusterConfig(l.c.Thresholds.Auto)
	cfg.Always = slices.DeleteFunc(slices.Clone(cfg.Always), func(p match.Pair) bool { return !isIn(without, p) })
	again, err := l.scorer.Cluster(without, cfg)
	if err == nil && again.Of[a] == again.Of[b] {
		return match.NewLinkGraph(around).Cut(a, b)
	}
	return cut
}

func isIn(list []match.Pair, p match.Pair) bool {
	return slices.ContainsFunc(list, func(q match.Pair) bool { return p.A == q.A && p.B == q.B || p.A == q.B && p.B == q.A })
}

// around are the links of all rows that a chain of links joins to a row, refused ones included, by rows.
func (l *linking) around(row uint32) []match.Pair {
	at := map[uint32][]match.Pair{}
	for _, p := range l.result.Links {
		at[p.A] = append(at[p.A], p)
		at[p.B] = append(at[p.B], p)
	}
	seen := map[uint32]bool{row: true}
	var out []match.Pair
	for todo := []uint32{row}; len(todo) > 0; {
		r := todo[0]
		todo = todo[1:]
		for _, p := range at[r] {
			if p.A == r {
				out = append(out, p)
			}
			for _, x := range [...]uint32{p.A, p.B} {
				if !seen[x] {
					seen[x] = true
					todo = append(todo, x)
				}
			}
		}
	}
	slices.SortFunc(out, func(x, y match.Pair) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	return out
}

// links are the pairs at or above the threshold inside an entity.
func (l *linking) links(entity string) []match.Pair {
	var out []match.Pair
	for _, p := range l.result.Links {
		if l.ids[p.A] == entity && l.ids[p.B] == entity {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(x, y match.Pair) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	return out
}
