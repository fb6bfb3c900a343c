package stitch

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

// fingerprint identifies a configuration: its rules and the widths of addresses.
func (c *Compiled) fingerprint() string {
	text, err := json.Marshal(c.source)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(append(text, strconv.Itoa(c.config.IPBits)+"/"+strconv.Itoa(c.config.IPBits6)...))
	return string(sum[:16])
}

// Holders counts who holds what, for values that may turn out to be shared. It is an accumulator over facts: adding a fact
// twice changes nothing, and any order and any tree of merges give the same bytes. Make it with [NewHolders]; the zero
// value is the identity of Merge. It is not safe for concurrent use.
type Holders struct {
	c           *Compiled
	fingerprint string
	facts       map[string]string // fact id → binary form of what matters of the fact
}

// NewHolders returns an empty accumulator for a configuration.
func NewHolders(c *Compiled) *Holders { return &Holders{c: c, fingerprint: c.fingerprint()} }

// Add takes a fact in. A bad fact, or a fact whose id has other content, is an error, and nothing changes.
func (h *Holders) Add(f Fact) error {
	if h.c == nil {
		return &b2b.InvalidError{Path: "holders", Reason: "made without a configuration"}
	}
	var report Report
	d := door{c: h.c, report: &report}
	admitted, ok := d.admit(0, &f)
	if !ok {
		return report.Err()
	}
	f, matters := h.reduce(admitted.fact())
	if !matters {
		return nil
	}
	text := string(appendFact(nil, f))
	if old, known := h.facts[f.ID]; known {
		if old != text {
			return &b2b.InvalidError{Path: "facts[0].id", Reason: reasonDuplicate}
		}
		return nil
	}
	if h.facts == nil {
		h.facts = map[string]string{}
	}
	h.facts[f.ID] = text
	return nil
}

// reduce drops what does not matter to sharing: everything but guarded values, the kinds that guards count by, prefixes,
// and retractions.
func (h *Holders) reduce(f Fact) (Fact, bool) {
	keep := func(id Identifier) bool {
		d, derived := id.Derived()
		for _, g := range h.c.guards {
			if g.maxHolders > 0 && (id.kind() == g.kind || id.kind() == g.countBy || derived && (d.kind() == g.kind || d.kind() == g.countBy)) {
				return true
			}
		}
		return id.kind() == IPPrefix
	}
	switch b := f.Body.(type) {
	case Seen:
		ids := make([]Identifier, 0, len(b.Identifiers))
		for _, id := range b.Identifiers {
			if keep(id) || id.kind() == Domain && b.Level == Account && keep(tagged(EmailDomain, "", "", UnknownCheck)) {
				ids = append(ids, id)
			}
		}
		b.Identifiers, b.Fields = ids, nil
		f.Body, f.By = b, ""
		return f, len(ids) > 0
	case Ended:
		f.By = ""
		return f, keep(b.Identifier) || b.Identifier.kind() == Email || b.Identifier.kind() == Domain
	case Retract:
		f.By = ""
		return f, true
	default:
		return f, false
	}
}

// Merge takes in what another accumulator of the same configuration has; the other is unchanged. On error neither is.
func (h *Holders) Merge(o *Holders) error {
	if o.fingerprint == "" {
		return nil
	}
	if h.fingerprint != "" && h.fingerprint != o.fingerprint {
		return b2b.ErrConfigMismatch
	}
	for id, text := range o.facts {
		if old, known := h.facts[id]; known && old != text {
			return &b2b.InvalidError{Path: "facts", Reason: reasonDuplicate}
		}
	}
	if h.c == nil {
		h.c = o.c
	}
	h.fingerprint = o.fingerprint
	if h.facts == nil {
		h.facts = map[string]string{}
	}
	maps.Copy(h.facts, o.facts)
	return nil
}

// AppendBinary appends the canonical form.
func (h *Holders) AppendBinary(dst []byte) ([]byte, error) {
	dst = bin.AppendString(append(dst, 1), h.fingerprint)
	dst = bin.AppendUvarint(dst, uint64(len(h.facts)))
	for _, id := range slices.Sorted(maps.Keys(h.facts)) {
		dst = bin.AppendString(dst, h.facts[id])
	}
	return dst, nil
}

// UnmarshalBinary reads the canonical form. A receiver with a configuration takes only bytes of that configuration.
func (h *Holders) UnmarshalBinary(data []byte) error {
	in := bin.NewReader(data)
	in.Version(1)
	fresh := Holders{c: h.c, fingerprint: in.String()}
	last := ""
	for i := range in.Count(1) {
		text := in.String()
		r := bin.NewReader([]byte(text))
		f := readFact(r)
		if in.Err() != nil || r.Done() != nil || i > 0 && f.ID <= last {
			return cmp.Or(in.Err(), bin.ErrCorrupt)
		}
		last = f.ID
		if fresh.facts == nil {
			fresh.facts = map[string]string{}
		}
		fresh.facts[f.ID] = text
	}
	if err := in.Done(); err != nil {
		return err
	}
	if h.c != nil && fresh.fingerprint != h.fingerprint {
		if fresh.fingerprint != "" || len(fresh.facts) > 0 {
			return b2b.ErrConfigMismatch
		}
		fresh.fingerprint = h.fingerprint
	}
	*h = fresh
	return nil
}

// Shared is what one must know of all facts before they can be resolved apart: the values that are shared, the address
// prefixes that somebody owns, and the facts that are retracted. It is immutable and safe for concurrent use.
type Shared struct {
	values    map[Identifier]bool
	prefixes  map[Identifier]bool
	retracted map[string]bool
}

// Has reports whether a value is shared.
func (s *Shared) Has(i Identifier) bool { return s != nil && s.values[i] }

// Result returns what is shared in a view. It is an error for an accumulator that was decoded without a configuration.
func (h *Holders) Result(v b2b.View) (*Shared, error) {
	if h.c == nil {
		return nil, &b2b.InvalidError{Path: "holders", Reason: "made without a configuration"}
	}
	l := loader{s: newStore(h.c)}
	out := &Shared{values: map[Identifier]bool{}, prefixes: map[Identifier]bool{}, retracted: map[string]bool{}}
	for _, id := range slices.Sorted(maps.Keys(h.facts)) {
		f := readFact(bin.NewReader([]byte(h.facts[id])))
		if !v.Known.IsZero() && f.RecordedAt.After(v.Known) {
			continue
		}
		if b, ok := f.Body.(Retract); ok {
			out.retracted[b.Fact] = true
		}
		l.keep(admittedFact(f))
	}
	l.enter(v)
	e := l.s.eval()
	for i := range uint32(l.s.values.len()) {
		x := l.s.values.at(i)
		if x.id.kind() == IPPrefix && len(x.holders) > 0 {
			out.prefixes[x.id] = true
		}
		if l.s.use(i).counted && e.countShared(i, x) {
			out.values[x.id] = true
		}
	}
	return out, nil
}
