package stitch

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

const (
	storeMagic   = "b2b.stitch"
	storeVersion = 1
	checksumSize = 16
)

// AppendBinary appends the store: the facts in canonical order, the versions of the rules, the clock, the tombstones, and a
// checksum. What follows from the facts is not stored. The key, predicates and scorer are not part of it: they come from
// the configuration of the resolver that reads it.
func (r *Resolver) AppendBinary(dst []byte) ([]byte, error) {
	start := len(dst)
	dst = append(append(dst, storeMagic...), storeVersion)
	dst = bin.AppendUvarint(bin.AppendVarint(dst, r.clock), r.seq)
	dst = bin.AppendUvarint(dst, uint64(len(r.history)))
	for _, v := range r.history {
		text, err := json.Marshal(v.c.source)
		if err != nil {
			return nil, err
		}
		dst = bin.AppendString(bin.AppendVarint(dst, v.at), string(text))
	}
	for _, set := range [...]map[string]bool{r.tombs, r.erased} {
		dst = bin.AppendUvarint(dst, uint64(len(set)))
		for _, x := range slices.Sorted(maps.Keys(set)) {
			dst = bin.AppendString(dst, x)
		}
	}
	dst = bin.AppendUvarint(dst, uint64(len(r.gone)))
	for _, id := range slices.Sorted(maps.Keys(r.gone)) {
		var members []ProfileID
		for _, m := range r.gone[id] {
			if p := r.engine.s.profiles.at(m); !p.gone() {
				members = append(members, p.id)
			}
		}
		dst = bin.AppendUvarint(bin.AppendString(dst, id), uint64(len(members)))
		for _, m := range members {
			dst = appendProfileID(dst, m)
		}
	}
	order := make([]uint32, 0, len(r.engine.s.facts))
	for i := range r.engine.s.facts {
		if r.engine.s.facts[i].state != factErased {
			order = append(order, uint32(i))
		}
	}
	slices.SortFunc(order, r.engine.s.knownBefore)
	dst = bin.AppendUvarint(dst, uint64(len(order)))
	for _, code := range order {
		dst = appendFact(dst, r.engine.s.fact(code))
	}
	sum := sha256.Sum256(dst[start:])
	return append(dst, sum[:checksumSize]...), nil
}

// UnmarshalBinary reads what [Resolver.AppendBinary] wrote. The receiver comes from [New]: its key, predicates, scorer,
// normaliser and options stay, its facts, rules and clock are replaced. On error it is unchanged.
func (r *Resolver) UnmarshalBinary(data []byte) error {
	if len(data) < checksumSize {
		return bin.ErrTruncated
	}
	body := data[:len(data)-checksumSize]
	if sum := sha256.Sum256(body); string(sum[:checksumSize]) != string(data[len(body):]) {
		return bin.ErrCorrupt
	}
	in := bin.NewReader(body)
	if string(in.Bytes(len(storeMagic))) != storeMagic {
		return bin.ErrCorrupt
	}
	in.Version(storeVersion)
	fresh := &Resolver{
		retracts: map[string][]uint32{}, tombs: map[string]bool{}, erased: map[string]bool{},
		gone: map[string][]uint32{}, clock: in.Varint(), seq: in.Uvarint(),
	}
	if err := fresh.readHistory(in, r.compiled().config); err != nil {
		return err
	}
	for _, set := range [...]map[string]bool{fresh.tombs, fresh.erased} {
		for range in.Count(1) {
			set[in.String()] = true
		}
	}
	gone := map[string][]ProfileID{}
	for range in.Count(2) {
		id := in.String()
		gone[id] = nil
		for range in.Count(2) {
			gone[id] = append(gone[id], readProfileID(in))
		}
	}
	c := fresh.compiled()
	fresh.engine = engine{s: newStore(c), workers: c.config.Workers}
	fresh.engine.s.at = fresh.clock
	if err := fresh.readFacts(in, c); err != nil {
		return err
	}
	if err := in.Done(); err != nil {
		return err
	}
	if r.engine.s.c.scorer {
		r.engine.unindex()
	}
	fresh.refill()
	for id, members := range gone {
		fresh.gone[id] = nil
		for _, m := range members {
			fresh.gone[id] = append(fresh.gone[id], fresh.engine.s.internProfile(m))
		}
	}
	*r = *fresh
	return nil
}

func (r *Resolver) readHistory(in *bin.Reader, cfg Config) error {
	var p b2b.Problems
	for i := range in.Count(3) {
		at, text := in.Varint(), in.String()
		if in.Err() != nil {
			return in.Err()
		}
		rules, err := ParseRules([]byte(text))
		if err != nil {
			return err
		}
		cfg.Rules = rules
		c, err := Compile(cfg)
		p.Join("", err)
		if (i == 0) != (at == math.MinInt64) {
			return bin.ErrCorrupt
		}
		r.history = append(r.history, ruleVersion{at, c})
	}
	if len(r.history) == 0 {
		return bin.ErrCorrupt
	}
	return p.Err()
}

// readFacts keeps the facts; a fact that is not in normal form is no fact of a store.
func (r *Resolver) readFacts(in *bin.Reader, c *Compiled) error {
	var report Report
	d := door{c: c, report: &report}
	for i := range in.Count(8) {
		f := readFact(in)
		if in.Err() != nil {
			return in.Err()
		}
		g, ok := d.admit(i, &f)
		if _, twice := r.engine.s.factOf(f.ID); !ok || twice || len(report.Rejections) > 0 || !sameFact(f, g.fact()) {
			return bin.ErrCorrupt
		}
		r.engine.s.keep(g)
	}
	return nil
}

// refill lets the facts that were kept count, all in one go.
func (r *Resolver) refill() {
	s := r.engine.s
	for i := range s.facts {
		if b, ok := s.facts[i].body.(Retract); ok {
			r.retracts[b.Fact] = append(r.retracts[b.Fact], uint32(i))
		}
	}
	for i := range s.facts {
		rec := &s.facts[i]
		switch {
		case rec.kind == bodyRetract:
			rec.state = factActive
		case len(r.retracts[rec.id]) > 0:
			rec.state = factRetracted
		case rec.occurred > r.clock:
			r.engine.wait(due{t: rec.occurred, code: uint32(i), what: dueFact})
		}
	}
	s.fill(unlimited)
	r.engine.all()
}

// MarshalBinary implements [encoding.BinaryMarshaler] as [Resolver.AppendBinary] does.
func (r *Resolver) MarshalBinary() ([]byte, error) { return r.AppendBinary(nil) }
