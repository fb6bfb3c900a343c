package stitch

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/buyerjourney/b2b"
)

// maxIdentifiers is the largest number of identifiers in one fact.
const maxIdentifiers = 1000

// earliest and latest are the times that a fact may name.
var (
	earliest = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// admitted is a fact in normal form. An observation stands beside the fact, whose body is nil then: most facts are one, and
// need no box of their own.
type admitted struct {
	Fact
	kind bodyKind
	seen Seen
}

// admittedFact takes a fact that is in normal form apart.
func admittedFact(f Fact) *admitted {
	a := &admitted{Fact: f, kind: f.Body.body()}
	if b, ok := f.Body.(Seen); ok {
		a.seen, a.Body = b, nil
	}
	return a
}

// fact puts the fact together again.
func (a *admitted) fact() Fact {
	f := a.Fact
	if a.kind == bodySeen {
		f.Body = a.seen
	}
	return f
}

// door checks facts and brings them into normal form before they enter a store.
type door struct {
	c      *Compiled
	report *Report
	index  int
	failed bool
	out    admitted     // the fact in hand
	ids    []Identifier // of the fact in hand; a store keeps codes, so the list is used again
	// forgotten tells the identifiers of people who have been forgotten; nil = nobody.
	forgotten func(Identifier) bool
}

// rest lets go of the fact in hand; the space stays.
func (d *door) rest() {
	d.report, d.out = nil, admitted{}
	clear(d.ids[:cap(d.ids)])
}

func (d *door) reject(field, reason string) {
	path := "facts[" + strconv.Itoa(d.index) + "]"
	if field != "" {
		path += "." + field
	}
	d.report.Rejections = append(d.report.Rejections, b2b.Rejection{Index: d.index, Path: path, Reason: reason})
}

func (d *door) fail(field, reason string) {
	d.reject(field, reason)
	d.failed = true
}

// text returns a valid UTF-8 text of bearable length.
func (d *door) text(field, s string) string {
	if len(s) > maxValue {
		d.fail(field, reasonLong)
		return ""
	}
	if !utf8.ValidString(s) {
		d.report.Replaced++
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return s
}

func (d *door) time(field string, t time.Time) time.Time {
	if t.Before(earliest) || !t.Before(latest) {
		d.fail(field, reasonTime)
	}
	return t.UTC().Round(0)
}

func (d *door) profile(field string, p ProfileID) ProfileID {
	p = ProfileID{Source: d.text(field, p.Source), ID: d.text(field, p.ID)}
	if !d.failed && (p.Source == "" || p.ID == "") {
		d.fail(field, reasonFormat)
	}
	return p
}

func (d *door) window(field string, w b2b.Window) b2b.Window {
	for _, t := range [...]time.Time{w.From, w.To} {
		if !t.IsZero() && (t.Before(earliest) || t.After(latest)) {
			d.fail(field, reasonTime)
		}
	}
	if w.IsEmpty() {
		d.fail(field, reasonTime)
	}
	return w.UTC()
}

// admit returns the normal form of a fact, which is good until the next call; ok is false if it was rejected.
func (d *door) admit(index int, in *Fact) (f *admitted, ok bool) {
	d.index, d.failed = index, false
	f = &d.out
	*f = admitted{Fact: Fact{ID: d.text("id", in.ID), By: d.text("by", in.By), Occurred: d.time("occurred", in.Occurred)}}
	f.RecordedAt = in.RecordedAt
	if f.RecordedAt.IsZero() {
		f.RecordedAt = f.Occurred
	}
	f.RecordedAt = d.time("recorded_at", f.RecordedAt)
	switch b := in.Body.(type) {
	case Seen:
		d.seen(&f.seen, &b)
	case Ended:
		b.Profile = d.profile("ended.profile", b.Profile)
		if b.Identifier.IsZero() {
			d.fail("ended.identifier", reasonFormat)
		} else if id, err := b.Identifier.coarse(d.c.config.IPBits, d.c.config.IPBits6); err != nil {
			d.fail("ended.identifier", reasonOf(err))
		} else {
			b.Identifier = id
		}
		f.Body = b
	case Retract:
		b.Fact = d.text("retract.fact", b.Fact)
		if b.Fact == "" || b.Fact == f.ID {
			d.fail("retract.fact", reasonFormat)
		}
		f.Body = b
	case Consent:
		f.Body = in.Body
		if c := d.consent(b, f.Occurred); c != b {
			f.Body = c
		}
	case Judgement:
		b.A, b.B, b.Reason = d.profile("judgement.a", b.A), d.profile("judgement.b", b.B), d.text("judgement.reason", b.Reason)
		if b.A == b.B || !b.Verdict.IsValid() {
			d.fail("judgement", reasonFormat)
		}
		if b.A.Compare(b.B) > 0 {
			b.A, b.B = b.B, b.A
		}
		f.Body = b
	case Apart:
		f.Body = d.apart(b)
	case Affiliated:
		b.Person, b.Account = d.profile("affiliated.person", b.Person), d.profile("affiliated.account", b.Account)
		b.Title, b.Valid = d.text("affiliated.title", b.Title), d.window("affiliated.valid", b.Valid)
		if !(b.Confidence >= 0 && b.Confidence <= 1) || b.Person == b.Account {
			d.fail("affiliated", reasonFormat)
		}
		f.Body = b
	case Related:
		b.A, b.B = d.profile("related.a", b.A), d.profile("related.b", b.B)
		b.Relation, b.Valid = d.text("related.relation", b.Relation), d.window("related.valid", b.Valid)
		if b.A == b.B || b.Relation == "" {
			d.fail("related", reasonFormat)
		}
		f.Body = b
	case Pin:
		b.Profile = d.profile("pin.profile", b.Profile)
		f.Body = b
	default: // nil, and pointers to bodies
		d.fail("body", reasonFormat)
	}
	if d.failed {
		return f, false
	}
	f.kind = in.Body.body()
	if f.ID == "" {
		f.ID = contentID(f.fact())
	}
	return f, true
}

func (d *door) seen(out, b *Seen) {
	out.Profile, out.Level = d.profile("seen.profile", b.Profile), b.Level
	if b.Level != Person && b.Level != Account {
		d.fail("seen.level", reasonLevel)
	}
	given := b.Identifiers
	if len(given) > maxIdentifiers {
		d.fail("seen.identifiers", reasonLong)
		given = nil
	}
	ids := d.ids[:0]
	for j, id := range given {
		if id.IsZero() {
			d.reject(identifierPath(j), reasonFormat)
			continue
		}
		coarse, err := id.coarse(d.c.config.IPBits, d.c.config.IPBits6)
		if err != nil {
			d.reject(identifierPath(j), reasonOf(err))
			continue
		}
		if d.forgotten != nil && d.forgotten(coarse) {
			if d.c.config.OnTombstone == Refuse {
				d.fail(identifierPath(j), reasonForgotten)
			} else {
				d.reject(identifierPath(j), reasonForgotten)
			}
			continue
		}
		ids = append(ids, coarse)
	}
	slices.SortFunc(ids, Identifier.Compare)
	d.ids = ids
	out.Identifiers = slices.Compact(ids)
	if len(b.Fields) == 0 {
		return
	}
	fields := make([]Field, 0, len(b.Fields))
	for j, f := range b.Fields {
		at := "seen.fields[" + strconv.Itoa(j) + "]"
		f = Field{Name: d.text(at+".name", f.Name), Value: d.text(at+".value", f.Value)}
		if f.Name != "" && f.Value != "" {
			fields = append(fields, f)
		}
	}
	slices.SortFunc(fields, compareFields)
	out.Fields = slices.Compact(fields)
}

func identifierPath(j int) string { return "seen.identifiers[" + strconv.Itoa(j) + "]" }

func compareFields(a, b Field) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
}

func (d *door) consent(b Consent, occurred time.Time) Consent {
	b.Profile, b.Purpose = d.profile("consent.profile", b.Profile), d.text("consent.purpose", b.Purpose)
	if b.Purpose == "" || !b.State.IsValid() {
		d.fail("consent", reasonFormat)
	}
	if !b.Until.IsZero() {
		if b.Until = d.time("consent.until", b.Until); !b.Until.After(occurred) {
			d.fail("consent.until", reasonTime)
		}
	}
	return b
}

func (d *door) apart(b Apart) Apart {
	groups := make([][]ProfileID, 0, len(b.Groups))
	all := map[ProfileID]bool{}
	for i, g := range b.Groups {
		at := "apart.groups[" + strconv.Itoa(i) + "]"
		out := make([]ProfileID, 0, len(g))
		for _, p := range g {
			out = append(out, d.profile(at, p))
		}
		slices.SortFunc(out, ProfileID.Compare)
		out = slices.Compact(out)
		for _, p := range out {
			if all[p] {
				d.fail(at, reasonFormat)
			}
			all[p] = true
		}
		if len(out) > 0 {
			groups = append(groups, out)
		}
	}
	slices.SortFunc(groups, func(x, y []ProfileID) int { return x[0].Compare(y[0]) })
	if len(groups) < 2 {
		d.fail("apart.groups", reasonFormat)
	}
	return Apart{Groups: groups, Reason: d.text("apart.reason", b.Reason)}
}

func reasonOf(err error) string {
	if e, ok := err.(*b2b.InvalidError); ok { //nolint:errorlint // made in this package, never wrapped
		return e.Reason
	}
	return reasonFormat
}

// contentID is the id of a fact that came without one.
func contentID(f Fact) string {
	sum := sha256.Sum256(appendFact(nil, f))
	return "content-" + idText.EncodeToString(sum[:16])
}
