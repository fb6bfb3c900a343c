package journey

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

// builderVersion is the first byte of the binary form of a [Builder].
const builderVersion = 1

// AppendBinary appends the canonical form of the set: equal sets under equal configurations have equal bytes, in whatever order and
// however often their events were added. Reports are no part of it.
func (b *Builder) AppendBinary(dst []byte) ([]byte, error) {
	b.compact()
	t := &b.t
	order := make([]uint32, t.n)
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, t.compareRows)
	dst = append(dst, builderVersion)
	dst = bin.AppendUvarint(dst, uint64(b.config.Group))
	dst = bin.AppendVarint(dst, int64(b.config.Gap))
	dst = bin.AppendString(dst, string(b.config.Default))
	dst = bin.AppendUvarint(dst, uint64(t.n))
	if t.n == 0 {
		return dst, nil
	}
	var codes [numNames][]uint32
	for i := range codes {
		sorted := sortNames(Column{Names: t.dicts[i].names, Codes: t.codesOf(i, order)})
		codes[i] = sorted.Codes
		dst = bin.AppendUvarint(dst, uint64(len(sorted.Names)))
		for _, n := range sorted.Names {
			dst = bin.AppendString(dst, n)
		}
	}
	for i, r := range order {
		for _, c := range codes {
			if c != nil {
				dst = bin.AppendUvarint(dst, uint64(c[i]))
			}
		}
		b, row := t.locate(r)
		dst = bin.AppendVarint(dst, at(b.at, row, NoTime))
		dst = bin.AppendVarint(dst, at(b.started, row, NoTime))
		dst = bin.AppendVarint(dst, at(b.recordedAt, row, NoTime))
		dst = bin.AppendVarint(dst, at(b.seq, row, 0))
		dst = bin.AppendVarint(dst, int64(at(b.zone, row, 0)))
		dst = append(dst, byte(at(b.precision, row, 0)), byte(at(b.phase, row, 0)), byte(at(b.outcome, row, 0)))
		dst = bin.AppendString(dst, at(b.id, row, ""))
		var x extra
		if t.extra[r] != nil {
			x = *t.extra[r]
		}
		dst = bin.AppendUvarint(dst, uint64(len(x.with)))
		for _, p := range x.with {
			for _, s := range [...]string{string(p.Person), string(p.Account), string(p.Seat), p.Journey, string(p.Kind)} {
				dst = bin.AppendString(dst, s)
			}
		}
		dst = bin.AppendUvarint(dst, uint64(len(x.objects)))
		for _, o := range x.objects {
			for _, s := range [...]string{o.Type, o.ID, o.Qualifier} {
				dst = bin.AppendString(dst, s)
			}
		}
		dst = bin.AppendUvarint(dst, uint64(len(x.attrs)))
		for _, a := range x.attrs {
			dst = bin.AppendString(bin.AppendString(dst, a.Name), a.Value)
		}
	}
	return dst, nil
}

// UnmarshalBinary replaces the set by the one whose canonical form data is. Anything else is an error, and then the receiver is
// unchanged.
func (b *Builder) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	if v := r.Bytes(1); len(v) == 1 && v[0] != builderVersion {
		return fmt.Errorf("journey: builder version %d: %w", v[0], bin.ErrCorrupt)
	}
	var d Builder
	group := r.Uvarint()
	if group > uint64(ByAccountKind) {
		r.Fail(bin.ErrCorrupt)
	}
	d.config = Config{Group: Group(group), Gap: time.Duration(r.Varint()), Default: Kind(r.String())}
	n := r.Uvarint()
	if r.Err() == nil && n > 0 {
		d.read(r, n)
	}
	if err := r.Done(); err != nil {
		return fmt.Errorf("journey: builder: %w", err)
	}
	if err := d.config.Check(); err != nil {
		return fmt.Errorf("journey: builder: %w", bin.ErrCorrupt)
	}
	if again, _ := d.AppendBinary(nil); !bytes.Equal(again, data) || len(d.rejected) > 0 {
		return fmt.Errorf("journey: builder: %w", bin.ErrCorrupt)
	}
	*b = d
	return nil
}

func (b *Builder) read(r *bin.Reader, n uint64) {
	var names [numNames][]string
	for i := range names {
		for range r.Uvarint() {
			if r.Err() != nil {
				return
			}
			names[i] = append(names[i], r.String())
		}
	}
	for range n {
		var e Event
		var text [numNames]string
		for i := range text {
			if names[i] == nil {
				continue
			}
			code := r.Uvarint()
			if code >= uint64(len(names[i])) {
				r.Fail(bin.ErrCorrupt)
				return
			}
			text[i] = names[i][code]
		}
		e.setNames(text)
		us := [3]int64{r.Varint(), r.Varint(), r.Varint()}
		e.Seq = r.Varint()
		zone := r.Varint()
		flags := r.Bytes(3)
		if zone < -1<<15 || zone >= 1<<15 || len(flags) != 3 {
			r.Fail(bin.ErrCorrupt)
			return
		}
		e.At, e.Started, e.RecordedAt = instant(us[0], int16(zone)), instant(us[1], int16(zone)), instant(us[2], int16(zone))
		e.Precision, e.Phase, e.Outcome = b2b.Precision(flags[0]), b2b.Phase(flags[1]), Outcome(flags[2])
		e.ID = r.String()
		for range r.Uvarint() {
			p := Participant{Person: b2b.PersonID(r.String()), Account: b2b.AccountID(r.String()), Seat: b2b.SeatID(r.String()), Journey: r.String(), Kind: Kind(r.String())}
			if r.Err() != nil {
				return
			}
			e.With = append(e.With, p)
		}
		for range r.Uvarint() {
			o := ObjectRef{Type: r.String(), ID: r.String(), Qualifier: r.String()}
			if r.Err() != nil {
				return
			}
			e.Objects = append(e.Objects, o)
		}
		for range r.Uvarint() {
			a := Attribute{Name: r.String(), Value: r.String()}
			if r.Err() != nil {
				return
			}
			e.Attributes = append(e.Attributes, a)
		}
		if r.Err() != nil {
			return
		}
		b.Add(e)
		if len(b.rejected) > 0 {
			r.Fail(bin.ErrCorrupt)
			return
		}
	}
}
