package stitch

import (
	"context"
	"iter"
	"math"

	"github.com/buyerjourney/b2b"
)

// Batch resolves facts in one go: the pure function that a [Resolver] keeps up to date. The view's At is needed; a zero
// Known stands for all that is recorded. Duplicates and bad facts are reported as by [Resolver.Apply].
func Batch(ctx context.Context, cfg Config, facts []Fact, v b2b.View) (*Snapshot, Report, error) {
	var report Report
	c, err := Compile(cfg)
	if err != nil {
		return nil, report, err
	}
	if v.At.IsZero() {
		return nil, report, &b2b.InvalidError{Path: "view.at", Reason: "missing"}
	}
	l := loader{s: newStore(c)}
	l.s.facts = make([]factRec, 0, len(facts))
	l.s.mentions = make([]uint32, 0, 2*len(facts))
	l.s.byFact.expect(len(facts))
	l.s.byProfile.expect(len(facts) / 2)
	l.s.byValue.expect(len(facts) / 2)
	d := door{c: c, report: &report}
	for i := range facts {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, report, ctx.Err()
		}
		f, ok := d.admit(i, &facts[i])
		if !ok {
			report.Rejected++
			continue
		}
		if code, known := l.s.factOf(f.ID); known {
			if !sameFact(l.s.fact(code), f.fact()) {
				d.reject("id", reasonDuplicate)
				report.Rejected++
				continue
			}
			report.Duplicates++
			report.Accepted++
			continue
		}
		report.Accepted++
		l.keep(f)
	}
	s := l.resolve(v, c.config.Workers)
	if l.s.collisions > 0 {
		return nil, report, errCollision
	}
	return s, report, ctx.Err()
}

// loader fills a store in one go.
type loader struct {
	s        *store
	retracts []uint32
}

func (l *loader) keep(f *admitted) {
	code := l.s.keep(f)
	if f.kind == bodyRetract {
		l.retracts = append(l.retracts, code)
	}
}

// resolveFacts answers a view over facts in normal form.
func resolveFacts(c *Compiled, facts iter.Seq[Fact], v b2b.View) *Snapshot {
	l := loader{s: newStore(c)}
	for f := range facts {
		if v.Known.IsZero() || !f.RecordedAt.After(v.Known) {
			l.keep(admittedFact(f))
		}
	}
	return l.resolve(v, c.config.Workers)
}

// resolve lets the facts of the view count and finds the entities.
func (l *loader) resolve(v b2b.View, workers int) *Snapshot {
	l.enter(v)
	g := engine{s: l.s, workers: workers, once: true}
	g.all()
	g.unindex()
	return &Snapshot{store: l.s.share(), view: v}
}

// enter lets the facts of the view count.
func (l *loader) enter(v b2b.View) {
	s := l.s
	s.at = nano(v.At)
	known := int64(math.MaxInt64)
	if !v.Known.IsZero() {
		known = nano(v.Known)
	}
	for _, code := range l.retracts {
		rec := &s.facts[code]
		if rec.recorded > known {
			continue
		}
		rec.state = factActive
		if target, ok := s.factOf(rec.body.(Retract).Fact); ok && s.facts[target].kind != bodyRetract {
			s.facts[target].state = factRetracted
		}
	}
	s.fill(known)
}
