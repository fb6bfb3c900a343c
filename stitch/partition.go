package stitch

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

// Running on several machines: Holders over all facts → Shared; Components over the keys of each fact → the component of
// each fact; ResolveComponent on the facts of each component; AppendAnswer over the parts equals the answer of Batch.

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
	f, ok := d.admit(0, f)
	if !ok {
		return report.Err()
	}
	f, matters := h.reduce(f)
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
			if g.maxHolders > 0 && (id.kind == g.kind || id.kind == g.countBy || derived && (d.kind == g.kind || d.kind == g.countBy)) {
				return true
			}
		}
		return id.kind == IPPrefix
	}
	switch b := f.Body.(type) {
	case Seen:
		ids := make([]Identifier, 0, len(b.Identifiers))
		for _, id := range b.Identifiers {
			if keep(id) || id.kind == Domain && b.Level == Account && keep(Identifier{kind: EmailDomain}) {
				ids = append(ids, id)
			}
		}
		b.Identifiers, b.Fields = ids, nil
		f.Body, f.By = b, ""
		return f, len(ids) > 0
	case Ended:
		f.By = ""
		return f, keep(b.Identifier) || b.Identifier.kind == Email || b.Identifier.kind == Domain
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
	l := loader{s: newStore(h.c), facts: map[string]uint32{}}
	out := &Shared{values: map[Identifier]bool{}, prefixes: map[Identifier]bool{}, retracted: map[string]bool{}}
	for _, id := range slices.Sorted(maps.Keys(h.facts)) {
		f := readFact(bin.NewReader([]byte(h.facts[id])))
		if !v.Known.IsZero() && f.RecordedAt.After(v.Known) {
			continue
		}
		if b, ok := f.Body.(Retract); ok {
			out.retracted[b.Fact] = true
		}
		l.keep(f)
	}
	l.enter(v)
	e := l.s.eval()
	for i := range uint32(l.s.values.len()) {
		x := l.s.values.at(i)
		if x.id.kind == IPPrefix && len(x.holders) > 0 {
			out.prefixes[x.id] = true
		}
		if x.use.counted && e.countShared(i, x) {
			out.values[x.id] = true
		}
	}
	return out, nil
}

// Key routes facts: facts with a common key, directly or by others, must be resolved together.
type Key string

// Keys yields the keys of a fact: its profiles, the values that the rules can use and that are not shared, and the facts
// that it retracts. A bad fact has none.
func (c *Compiled) Keys(f Fact, shared *Shared) iter.Seq[Key] {
	return func(yield func(Key) bool) {
		var report Report
		d := door{c: c, report: &report}
		g, ok := d.admit(0, f)
		if !ok {
			return
		}
		for _, k := range c.keys(g, shared) {
			if !yield(k) {
				return
			}
		}
	}
}

func profileKey(p ProfileID) Key { return Key("profile:" + p.String()) }

func (c *Compiled) keys(f Fact, shared *Shared) (keys []Key) {
	switch b := f.Body.(type) {
	case Seen:
		keys = append(keys, profileKey(b.Profile))
		for _, id := range b.Identifiers {
			keys = c.valueKeys(keys, id, b.Level, shared)
		}
	case Ended:
		keys = append(keys, profileKey(b.Profile))
	case Consent:
		keys = append(keys, profileKey(b.Profile))
	case Judgement:
		keys = append(keys, profileKey(b.A), profileKey(b.B))
	case Apart:
		for _, g := range b.Groups {
			for _, p := range g {
				keys = append(keys, profileKey(p))
			}
		}
	case Affiliated:
		keys = append(keys, profileKey(b.Person), profileKey(b.Account))
	case Related:
		keys = append(keys, profileKey(b.A), profileKey(b.B))
	case Pin:
		keys = append(keys, profileKey(b.Profile))
	case Retract:
		keys = append(keys, Key("fact:"+b.Fact), Key("fact:"+f.ID))
	}
	if shared != nil && shared.retracted[f.ID] {
		keys = append(keys, Key("fact:"+f.ID))
	}
	return keys
}

// valueKeys appends the keys of an identifier and of what derives from it.
func (c *Compiled) valueKeys(keys []Key, id Identifier, level Level, shared *Shared) []Key {
	ids := []Identifier{id}
	if d, ok := id.Derived(); ok {
		ids = append(ids, d)
	}
	if id.kind == Domain && level == Account {
		ids = append(ids, Identifier{kind: EmailDomain, value: id.value, check: id.check})
	}
	for _, id := range ids {
		if id.kind == IP || id.kind == IPPrefix {
			keys = c.rangeKeys(keys, id, shared)
		}
		unites, affiliates := c.routes(id.kind)
		t := c.norm.traits(id)
		if t&traitWeak == 0 && (affiliates || unites && !shared.Has(id) && t&traitRole == 0) {
			keys = append(keys, Key(string(id.kind)+":"+id.system+"\x00"+id.value))
		}
	}
	return keys
}

// rangeKeys appends the owned prefixes that an address or prefix lies in.
func (c *Compiled) rangeKeys(keys []Key, id Identifier, shared *Shared) []Key {
	p, ok := parsePrefix(id)
	if !ok || shared == nil {
		return keys
	}
	for bits := p.Bits(); bits >= minBits; bits-- {
		q, err := p.Addr().Prefix(bits)
		if err != nil {
			break
		}
		if shared.prefixes[Identifier{kind: IPPrefix, value: q.String(), check: FormatOnly}] {
			keys = append(keys, Key("range:"+q.String()))
		}
	}
	return keys
}

// routes reports whether some rule can connect two profiles of one level, or of two, by a value of a kind. Of a rule with
// several conditions one is enough, since all must hold.
func (c *Compiled) routes(k Kind) (unites, affiliates bool) {
	for i := range c.rules {
		r := &c.rules[i]
		if r.off || len(r.same) == 0 || r.same[0].kind != k {
			continue
		}
		unites = unites || r.effect == Same || r.effect == Relate
		affiliates = affiliates || r.effect == Affiliate
	}
	return unites, affiliates
}

// Edge connects two keys.
type Edge struct{ A, B Key }

// Components finds connected components of keys: union by smallest key. It is an accumulator over edges; an edge from a
// key to itself adds the key. The encoded size is linear in the number of keys. The zero value is empty and ready to use.
// It is not safe for concurrent use.
type Components struct {
	code   map[Key]uint32
	keys   []Key
	forest forest
}

// Add connects the ends of an edge. An empty key is an error, and nothing changes.
func (c *Components) Add(e Edge) error {
	if e.A == "" || e.B == "" {
		return &b2b.InvalidError{Path: "edge", Reason: "empty key"}
	}
	c.forest.unite(c.intern(e.A), c.intern(e.B))
	return nil
}

func (c *Components) intern(k Key) uint32 {
	i, ok := c.code[k]
	if !ok {
		if c.code == nil {
			c.code = map[Key]uint32{}
		}
		i = uint32(len(c.keys))
		c.code[k], c.keys = i, append(c.keys, k)
		c.forest.grow(len(c.keys))
	}
	return i
}

// Merge connects what the other connects; the other is unchanged.
func (c *Components) Merge(o *Components) error {
	for i, p := range o.forest.parent {
		c.forest.unite(c.intern(o.keys[i]), c.intern(o.keys[p]))
	}
	return nil
}

// Result returns the component of every key: its smallest key.
func (c *Components) Result() map[Key]Key {
	smallest := slices.Clone(c.keys) // of the set of each root
	for i, k := range c.keys {
		r := c.forest.root(uint32(i))
		smallest[r] = min(smallest[r], k)
	}
	m := make(map[Key]Key, len(c.keys))
	for i, k := range c.keys {
		m[k] = smallest[c.forest.root(uint32(i))]
	}
	return m
}

// AppendBinary appends the canonical form: each key with its component, by key.
func (c *Components) AppendBinary(dst []byte) ([]byte, error) {
	m := c.Result()
	dst = bin.AppendUvarint(append(dst, 1), uint64(len(m)))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		dst = bin.AppendString(bin.AppendString(dst, string(k)), string(m[k]))
	}
	return dst, nil
}

// UnmarshalBinary reads the canonical form.
func (c *Components) UnmarshalBinary(data []byte) error {
	in := bin.NewReader(data)
	in.Version(1)
	fresh := Components{}
	isRoot := map[Key]Key{}
	last := Key("")
	for range in.Count(2) {
		k, root := Key(in.String()), Key(in.String())
		_, known := fresh.code[root]
		if k <= last || root > k || root != k && (!known || isRoot[root] == "") {
			in.Fail(bin.ErrCorrupt)
			break
		}
		if root == k {
			isRoot[k] = k
		}
		last = k
		fresh.forest.unite(fresh.intern(k), fresh.intern(root))
	}
	if err := in.Done(); err != nil {
		return err
	}
	*c = fresh
	return nil
}

// ResolveComponent resolves the facts of one component: the pure function that partitions run. Facts must be whole
// components by [Compiled.Keys]; shared is the result of [Holders] over all facts. The error lists every bad fact.
func ResolveComponent(c *Compiled, facts []Fact, shared *Shared, v b2b.View) (*Snapshot, error) {
	if v.At.IsZero() {
		return nil, &b2b.InvalidError{Path: "view.at", Reason: "missing"}
	}
	var report Report
	d := door{c: c, report: &report}
	l := loader{s: newStore(c), facts: make(map[string]uint32, len(facts))}
	l.s.decided = shared
	for i, f := range facts {
		g, ok := d.admit(i, f)
		if _, twice := l.facts[g.ID]; ok && !twice && (v.Known.IsZero() || !g.RecordedAt.After(v.Known)) {
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
