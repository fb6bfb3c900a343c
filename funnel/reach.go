package funnel

import (
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel/survival"
	"github.com/buyerjourney/b2b/internal/bin"
)

// ReachAcc accumulates how far units come in a chain of steps: one record is all rows of one unit. Its state is counts,
// so that every partition by unit gives the same bytes. The configuration needs an AsOf, so that a unit on its own can be
// told to be still in its window. Use [NewReachAcc], or the zero value to merge into. It is not safe for concurrent use.
type ReachAcc struct {
	config  ReachConfig
	byLevel []int64
	fates   [InWindow + 1]int64
	times   survival.CurveAcc // of completion, in microseconds since the start; cause 1
	search  search
	rows    []stepRow
}

// NewReachAcc returns an empty accumulator.
func NewReachAcc(c ReachConfig) (*ReachAcc, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	c.AsOf = micro(c.AsOf)
	a := &ReachAcc{config: c, byLevel: make([]int64, c.Steps+1)}
	a.search = search{steps: c.Steps, within: c.within(), mode: c.Mode}
	return a, nil
}

// Add counts one unit; the rows are in any order and their Unit is not read. On an error nothing is counted.
func (a *ReachAcc) Add(rows []StepEvent) error { return a.change(rows, false) }

// Sub takes one unit out that was added.
func (a *ReachAcc) Sub(rows []StepEvent) error { return a.change(rows, true) }

func (a *ReachAcc) change(rows []StepEvent, sub bool) error {
	if a.config.Steps == 0 || a.config.AsOf.IsZero() {
		return &b2b.InvalidError{Path: "config", Reason: "an accumulator needs steps and an end of observation"}
	}
	if len(rows) == 0 {
		return &b2b.InvalidError{Path: "rows", Reason: "empty"}
	}
	var p b2b.Problems
	a.rows = a.rows[:0]
	for i := range rows {
		r := &rows[i]
		if r.Step < Excluded || r.Step >= a.config.Steps || r.At.IsZero() {
			rej := rejectStep(i, r, a.config.Steps)
			p.Add(rej.Path, rej.Reason)
			continue
		}
		a.rows = append(a.rows, stepRow{at: r.At.UnixMicro(), index: int32(i), step: int32(r.Step)})
	}
	if err := p.Err(); err != nil {
		return err
	}
	sortRows(a.rows, rows)
	r := a.search.run(a.rows, rows)
	if !sub {
		a.count(r, a.config.AsOf.UnixMicro())
		return nil
	}
	fate, spell, timed := a.fate(r, a.config.AsOf.UnixMicro())
	if a.byLevel[r.level] == 0 || a.fates[fate] == 0 {
		return &b2b.InvalidError{Path: "rows", Reason: "not held"}
	}
	if timed {
		if err := a.times.Sub(spell); err != nil {
			return &b2b.InvalidError{Path: "rows", Reason: "not held"}
		}
	}
	a.byLevel[r.level]--
	a.fates[fate]--
	return nil
}

func (a *ReachAcc) count(r reached, asOf int64) Fate {
	fate, spell, timed := a.fate(r, asOf)
	if timed {
		_ = a.times.Add(spell) // well-formed by construction
	}
	a.byLevel[r.level]++
	a.fates[fate]++
	return fate
}

// fate says what became of a unit and how long it was watched.
func (a *ReachAcc) fate(r reached, asOf int64) (fate Fate, spell survival.Spell, timed bool) {
	switch {
	case !r.started:
		return NotStarted, spell, false
	case r.level == a.config.Steps:
		return Complete, survival.Spell{Exit: float64(r.end - r.start), Cause: 1}, true
	case !r.interrupted && asOf-r.start < a.search.within:
		fate, spell = InWindow, survival.Spell{Exit: float64(asOf - r.start)}
	case a.config.Within == 0: // a search that its mode ended will never come to the end
		fate, spell = Failed, survival.Spell{Exit: float64(max(asOf-r.start, 0))}
	default:
		fate, spell = Failed, survival.Spell{Exit: float64(a.search.within)}
	}
	return fate, spell, spell.Exit > 0
}

// Merge adds what b holds; different configurations are [b2b.ErrConfigMismatch].
func (a *ReachAcc) Merge(b *ReachAcc) error {
	if b.config.Steps == 0 {
		return nil
	}
	if a.config.Steps == 0 {
		fresh, err := NewReachAcc(b.config)
		if err != nil {
			return err
		}
		*a = *fresh
	}
	if a.config != b.config {
		return b2b.ErrConfigMismatch
	}
	if err := a.times.Merge(&b.times); err != nil {
		return err
	}
	for i, n := range b.byLevel {
		a.byLevel[i] += n
	}
	for i, n := range b.fates {
		a.fates[i] += n
	}
	return nil
}

// Result returns the counts and the rate; Units is nil.
func (a *ReachAcc) Result() Reached {
	var r Reached
	for _, n := range a.byLevel {
		r.ByLevel = append(r.ByLevel, int(n))
	}
	at := 0
	for level := len(a.byLevel) - 1; level >= 1; level-- {
		at += int(a.byLevel[level])
		r.Steps = append([]int{at}, r.Steps...)
	}
	r.Completed, r.Failures, r.Censored = int(a.fates[Complete]), int(a.fates[Failed]), int(a.fates[InWindow])
	r.Started = r.Completed + r.Failures + r.Censored
	r.Rate = Rate{AtRisk: r.Started, Events: r.Completed, Censored: r.Censored}
	curve, err := a.times.Survival(survival.Config{Level: a.config.Level})
	switch {
	case err != nil || r.Started == 0:
		r.Rate.Why = "no unit started"
	case len(curve.Time) == 0:
		r.Rate.Why = "nobody was watched for any time"
	default:
		last := curve.Time[len(curve.Time)-1]
		if a.config.Within > 0 && last < float64(a.search.within) && curve.Last() > 0 {
			r.Rate.Why = "the window is longer than any unit was watched"
			break
		}
		e, _ := curve.At(last)
		r.Rate.Estimate = b2b.Estimate{Value: 1 - e.Value, Low: 1 - e.High, High: 1 - e.Low, Level: e.Level, Method: e.Method}
		r.Rate.Unresolved = float64(r.Censored) / float64(r.Started)
	}
	return r
}

// AppendBinary appends the canonical form: a version, the configuration, the counts.
func (a *ReachAcc) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, 1)
	dst = bin.AppendUvarint(dst, uint64(a.config.Steps))
	if a.config.Steps == 0 {
		return dst, nil
	}
	dst = bin.AppendVarint(dst, int64(a.config.Within))
	dst = append(dst, byte(a.config.Mode))
	dst = bin.AppendTime(dst, a.config.AsOf)
	dst = bin.AppendFloat64(dst, a.config.Level)
	for _, n := range a.byLevel {
		dst = bin.AppendUvarint(dst, uint64(n))
	}
	for _, n := range a.fates {
		dst = bin.AppendUvarint(dst, uint64(n))
	}
	return a.times.AppendBinary(dst)
}

// UnmarshalBinary sets the accumulator to what [ReachAcc.AppendBinary] wrote; on an error it is unchanged.
func (a *ReachAcc) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(1)
	steps := r.Uvarint()
	if r.Err() == nil && steps == 0 {
		if err := r.Done(); err != nil {
			return err
		}
		*a = ReachAcc{}
		return nil
	}
	c := ReachConfig{Steps: int(min(steps, maxSteps+1)), Within: time.Duration(r.Varint())}
	if m := r.Bytes(1); len(m) == 1 {
		c.Mode = ReachMode(m[0])
	}
	c.AsOf = r.Time()
	c.Level = r.Finite()
	if err := r.Err(); err != nil {
		return err
	}
	fresh, err := NewReachAcc(c)
	if err != nil || !fresh.config.AsOf.Equal(c.AsOf) {
		return bin.ErrCorrupt
	}
	count := func() int64 {
		n := r.Uvarint()
		if n > 1<<62 {
			r.Fail(bin.ErrCorrupt)
		}
		return int64(n)
	}
	for i := range fresh.byLevel {
		fresh.byLevel[i] = count()
	}
	for i := range fresh.fates {
		fresh.fates[i] = count()
	}
	if err := r.Err(); err != nil {
		return err
	}
	if err := fresh.times.UnmarshalBinary(r.Bytes(r.Len())); err != nil {
		return err
	}
	*a = *fresh
	return nil
}
