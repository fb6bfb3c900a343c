package stitch

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

// Running on several machines: Holders over all facts → Shared; Components over the keys of each fact → the component of
// each fact; ResolveComponent on the facts of each component; AppendAnswer over the parts equals the answer of Batch.

// ResolveComponent resolves the facts of one component: the pure function that partitions run. Facts must be whole
// components by [Compiled.Keys]; shared is the result of [Holders] over all facts. The error lists every bad fact.
func ResolveComponent(c *Compiled, facts []Fact, shared *Shared, v b2b.View) (*Snapshot, error) {
	if v.At.IsZero() {
		return nil, &b2b.InvalidError{Path: "view.at", Reason: "missing"}
	}
	var report Report
	d := door{c: c, report: &report}
	l := loader{s: newStore(c)}
	l.s.decided = shared
	for i := range facts {
		g, ok := d.admit(i, &facts[i])
		if _, twice := l.s.factOf(g.ID); ok && !twice && (v.Known.IsZero() || !g.RecordedAt.After(v.Known)) {
			l.keep(g)
		}
	}
	return l.resolve(v, c.config.Workers), report.Err()
}

// AppendAnswer appends the answer of all parts together: what [Snapshot.AppendBinary] of one resolution of all facts gives.
func AppendAnswer(dst []byte, parts ...*Snapshot) ([]byte, error) {
	type blob struct {
		id   string
		text []byte
	}
	dst = append(dst, answerVersion)
	for _, l := range [...]Level{Person, Account} {
		var all []blob
		for _, p := range parts {
			for _, e := range p.sorted(l) {
				all = append(all, blob{e.id, p.appendEntity(nil, e)})
			}
		}
		slices.SortFunc(all, func(a, b blob) int { return cmp.Compare(a.id, b.id) })
		dst = bin.AppendUvarint(dst, uint64(len(all)))
		for _, x := range all {
			dst = append(dst, x.text...)
		}
	}
	var found []Contradiction
	for _, p := range parts {
		found = append(found, p.contradictions()...)
	}
	slices.SortFunc(found, compareContradictions)
	return appendContradictions(dst, found), nil
}
