package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/csv"
	"io"
	"slices"
	"strings"

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/stitch"
	"github.com/buyerjourney/b2b/stitch/match"
)

var idText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// entityID is the id that stitch gives an entity with this founder and no key.
func entityID(l stitch.Level, source, id string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{l.String(), source, id}, "\x00")))
	prefix := "p_"
	if l == stitch.Account {
		prefix = "a_"
	}
	return prefix + idText.EncodeToString(sum[:10])
}

// write writes all outputs that were asked for.
func (l *linking) write(stdout io.Writer) error {
	if l.o.model == "" {
		if err := l.save(); err != nil {
			return err
		}
	}
	if l.o.explain != "" {
		if err := l.explain(stdout); err != nil {
			return err
		}
	}
	if l.o.explain == "" || l.o.out != "" {
		if err := writeCSV(l.o.out, stdout, l.entities); err != nil {
			return err
		}
	}
	if l.o.review != "" {
		if err := writeCSV(l.o.review, stdout, l.review); err != nil {
			return err
		}
	}
	if l.o.related != "" {
		return writeCSV(l.o.related, stdout, l.related)
	}
	return nil
}

func writeCSV(path string, stdout io.Writer, fill func(w *csv.Writer) error) error {
	f, err := cli.Create(path, stdout)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	err = fill(w)
	w.Flush()
	if err == nil {
		err = w.Error()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

func (l *linking) entities(w *csv.Writer) error {
	head := []string{"record_id", "entity_id"}
	if l.in.sources {
		head = append([]string{"source"}, head...)
	}
	if err := w.Write(head); err != nil {
		return err
	}
	line := make([]string, len(head))
	for i := range l.in.records {
		r := &l.in.records[i]
		at := line
		if l.in.sources {
			line[0] = r.source
			at = line[1:]
		}
		at[0], at[1] = r.id, ""
		if r.row >= 0 {
			at[1] = l.ids[r.row]
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// review lists the pairs that a person should look at.
func (l *linking) review(w *csv.Writer) error {
	type doubt struct {
		a, b, cause string
		bits        float64
	}
	var list []doubt
	add := func(p match.Pair, cause string) {
		a, b := l.in.name(l.in.byRow[p.A]), l.in.name(l.in.byRow[p.B])
		list = append(list, doubt{a, b, cause, p.Bits})
	}
	low, high := match.Bits(l.c.Thresholds.Review), match.Bits(l.c.Thresholds.Auto)
	for _, p := range l.scored.Pairs {
		if p.Bits >= low && p.Bits < high {
			add(p, "")
		}
	}
	for _, p := range l.scored.Vetoed {
		if p.Bits >= low {
			add(p, "veto")
		}
	}
	for _, r := range l.result.Refused {
		add(r.Pair, r.Cause)
	}
	slices.SortFunc(list, func(x, y doubt) int {
		return cmp.Or(cmp.Compare(y.bits, x.bits), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	if err := w.Write([]string{"record_a", "record_b", "probability", "cause"}); err != nil {
		return err
	}
	for _, d := range list {
		if err := w.Write([]string{d.a, d.b, cli.Num(match.Probability(d.bits)), d.cause}); err != nil {
			return err
		}
	}
	return nil
}

// related lists the entities that are related but not the same, each pair of entities once.
func (l *linking) related(w *csv.Writer) error {
	type line struct{ a, b, relation, reason string }
	seen := map[line]bool{}
	var list []line
	add := func(x, y uint32, relation, reason string) {
		a, b := l.ids[x], l.ids[y]
		if a == b {
			return
		}
		e := line{min(a, b), max(a, b), relation, reason}
		if !seen[e] {
			seen[e] = true
			list = append(list, e)
		}
	}
	if l.rules.rel.Active() {
		blocking, err := match.NewBlocking(l.in.table, l.rules.rel.Blocks(), false)
		if err != nil {
			return err
		}
		for _, p := range blocking.Pairs() {
			if rel, reason := l.rules.rel.Pair(p.A, p.B); rel != match.NoRelation {
				add(p.A, p.B, rel.String(), reason)
			}
		}
	}
	err := l.rules.pairs(stitch.Relate, func(r *stitch.Rule, x, y uint32) {
		relation := r.Relation
		if relation == "" {
			relation = match.Related.String()
		}
		add(x, y, relation, r.Name)
	})
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(x, y line) int {
		return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.relation, y.relation), cmp.Compare(x.reason, y.reason))
	})
	if err := w.Write([]string{"entity_a", "entity_b", "relation", "reason"}); err != nil {
		return err
	}
	for _, e := range list {
		if err := w.Write([]string{e.a, e.b, e.relation, e.reason}); err != nil {
			return err
		}
	}
	return nil
}
