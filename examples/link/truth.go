package main

import (
	"io"
	"strings"

	"github.com/buyerjourney/b2b"
)

// cell is the true cluster in a cell: what the expression extracts, if there is one. An empty cell, or one that the
// expression does not fit, has none.
func (t *truthConfig) cell(text string) (string, bool) {
	if t.extract != nil {
		m := t.extract.FindStringSubmatch(text)
		if m == nil {
			return "", false
		}
		text = m[1]
	}
	return strings.Clone(text), text != ""
}

// truth is the true partition of the records that it speaks of.
type truth struct {
	of      []uint32 // by record: class
	known   []bool   // by record
	records int      // that the truth speaks of
	unknown int      // ids of the truth that the input does not have
}

// loadTruth reads the truth from the column that was read with the input, or from a file; nil where there is none.
func loadTruth(c *config, path string, in *input, stdin io.Reader) (*truth, error) {
	cfg := c.Truth
	if cfg == nil {
		cfg = &truthConfig{}
	}
	switch {
	case path == "" && cfg.Column != "":
		return columnTruth(in), nil
	case path == "":
		return nil, nil
	case cfg.A != "":
		return pairTruth(c, cfg, path, in, stdin)
	}
	return clusterTruth(c, cfg, path, in, stdin)
}

func newTruth(in *input) *truth {
	return &truth{of: make([]uint32, len(in.records)), known: make([]bool, len(in.records))}
}

func (t *truth) set(rec int, class uint32) {
	if !t.known[rec] {
		t.records++
	}
	t.of[rec], t.known[rec] = class, true
}

func columnTruth(in *input) *truth {
	t := newTruth(in)
	classes := map[string]uint32{}
	for i := range in.records {
		r := &in.records[i]
		if !r.hasTruth || r.bad {
			continue
		}
		class, ok := classes[r.cluster]
		if !ok {
			class = uint32(len(classes))
			classes[r.cluster] = class
		}
		t.set(i, class)
	}
	return t
}

func clusterTruth(c *config, cfg *truthConfig, path string, in *input, stdin io.Reader) (*truth, error) {
	plain := *c
	plain.Header, plain.comma = nil, ','
	f, closer, err := plain.openTable(path, stdin, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = closer.Close() }()
	id, cluster, source := 0, 1, -1
	var p b2b.Problems
	need := func(at *int, name, what string) {
		if name == "" {
			return
		}
		i, ok := column(f, name)
		if !ok {
			p.Add("truth."+what, "the file has no such column")
		}
		*at = i
	}
	need(&id, cfg.ID, "id")
	need(&cluster, cfg.Cluster, "cluster")
	need(&source, cfg.Source, "source")
	if err := p.Err(); err != nil {
		return nil, err
	}
	t := newTruth(in)
	classes := map[string]uint32{}
	for f.Next() {
		rec, ok := in.lookup(f.Field(id), source >= 0, f.Field(source))
		if !ok {
			t.unknown++
			continue
		}
		text, ok := cfg.cell(f.Field(cluster))
		if !ok {
			continue
		}
		class, ok := classes[text]
		if !ok {
			class = uint32(len(classes))
			classes[text] = class
		}
		t.set(rec, class)
	}
	return t, f.Err()
}

// lookup finds a record of the truth by id, and source where it is given.
func (in *input) lookup(id string, bySource bool, source string) (int, bool) {
	if bySource {
		i, ok := in.index[stitchKey{source, id}]
		return i, ok
	}
	if in.byID == nil {
		in.byID = map[string]int{}
		for i := range in.records {
			if in.records[i].bad {
				continue
			}
			if _, twice := in.byID[in.records[i].id]; twice {
				in.byID[in.records[i].id] = -1
			} else {
				in.byID[in.records[i].id] = i
			}
		}
	}
	i, ok := in.byID[id]
	return i, ok && i >= 0
}

// pairTruth reads pairs and closes them transitively; records without a pair are alone.
func pairTruth(c *config, cfg *truthConfig, path string, in *input, stdin io.Reader) (*truth, error) {
	plain := *c
	plain.Header, plain.comma = nil, ','
	f, closer, err := plain.openTable(path, stdin, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = closer.Close() }()
	a, okA := column(f, cfg.A)
	b, okB := column(f, cfg.B)
	source := -1
	var p b2b.Problems
	if cfg.Source != "" {
		var ok bool
		if source, ok = column(f, cfg.Source); !ok {
			p.Add("truth.source", "the file has no such column")
		}
	}
	if !okA {
		p.Add("truth.a", "the file has no such column")
	}
	if !okB {
		p.Add("truth.b", "the file has no such column")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	parent := make([]int, len(in.records))
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	t := newTruth(in)
	for f.Next() {
		sourceA, sourceB := cfg.SourceA, cfg.SourceB
		if source >= 0 {
			sourceA, sourceB = f.Field(source), f.Field(source)
		}
		x, okX := in.lookup(f.Field(a), sourceA != "", sourceA)
		y, okY := in.lookup(f.Field(b), sourceB != "", sourceB)
		if !okX {
			t.unknown++
		}
		if !okY {
			t.unknown++
		}
		if okX && okY {
			x, y = find(x), find(y)
			parent[max(x, y)] = min(x, y)
		}
	}
	for i := range in.records {
		if !in.records[i].bad {
			t.set(i, uint32(find(i)))
		}
	}
	return t, f.Err()
}
