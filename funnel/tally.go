package funnel

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/internal/exact"
)

// tally is counts and exact sums by key: the state that the accumulators of this package share. The configuration is kept
// as its canonical bytes. The zero value is empty.
type tally struct {
	config []byte
	cells  map[tallyKey]tallySum
}

// tallyKey is what is counted; each accumulator says what its parts mean.
type tallyKey struct {
	a, b, c, d string
	i, j, k    int32
}

type tallySum struct {
	n   int64
	sum exact.Wide
}

// entry is one change of a tally.
type entry struct {
	key tallyKey
	n   int64
	sum int64
}

func compareKeys(x, y tallyKey) int {
	return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.c, y.c), cmp.Compare(x.d, y.d),
		cmp.Compare(x.i, y.i), cmp.Compare(x.j, y.j), cmp.Compare(x.k, y.k))
}

func (t *tally) add(entries []entry) {
	if t.cells == nil {
		t.cells = map[tallyKey]tallySum{}
	}
	for _, e := range entries {
		c := t.cells[e.key]
		c.n += e.n
		c.sum.Add(e.sum)
		t.put(e.key, c)
	}
}

func (t *tally) put(key tallyKey, c tallySum) {
	if c.n == 0 && c.sum.IsZero() {
		delete(t.cells, key)
		return
	}
	t.cells[key] = c
}

// sub takes entries out; if some were not held, nothing changes.
func (t *tally) sub(entries []entry) error {
	for i, e := range entries {
		c := t.cells[e.key]
		c.n -= e.n
		c.sum.Sub(e.sum)
		if c.n < 0 || c.n == 0 && !c.sum.IsZero() {
			t.add(entries[:i])
			return &b2b.InvalidError{Path: "record", Reason: "not held"}
		}
		t.put(e.key, c)
	}
	return nil
}

func (t *tally) merge(other *tally) error {
	if len(other.config) == 0 && len(other.cells) == 0 {
		return nil
	}
	if len(t.config) == 0 && len(t.cells) == 0 {
		t.config = other.config
	}
	if !bytes.Equal(t.config, other.config) {
		return b2b.ErrConfigMismatch
	}
	if t.cells == nil {
		t.cells = make(map[tallyKey]tallySum, len(other.cells))
	}
	for key, c := range other.cells {
		d := t.cells[key]
		d.n += c.n
		d.sum.Merge(&c.sum)
		t.put(key, d)
	}
	return nil
}

// keys returns the keys in order.
func (t *tally) keys() []tallyKey {
	out := make([]tallyKey, 0, len(t.cells))
	for k := range t.cells {
		out = append(out, k)
	}
	slices.SortFunc(out, compareKeys)
	return out
}

func (t *tally) append(dst []byte) []byte {
	dst = append(dst, 1)
	dst = bin.AppendString(dst, string(t.config))
	dst = bin.AppendUvarint(dst, uint64(len(t.cells)))
	for _, k := range t.keys() {
		for _, s := range [...]string{k.a, k.b, k.c, k.d} {
			dst = bin.AppendString(dst, s)
		}
		for _, i := range [...]int32{k.i, k.j, k.k} {
			dst = bin.AppendVarint(dst, int64(i))
		}
		c := t.cells[k]
		dst = bin.AppendUvarint(dst, uint64(c.n))
		dst = c.sum.AppendBinary(dst)
	}
	return dst
}

// decode reads what append wrote.
func decodeTally(data []byte) (tally, error) {
	r := bin.NewReader(data)
	r.Version(1)
	var t tally
	t.config = []byte(r.String())
	n := r.Count(9)
	t.cells = make(map[tallyKey]tallySum, n)
	var last tallyKey
	for i := range n {
		k := tallyKey{a: r.String(), b: r.String(), c: r.String(), d: r.String()}
		for _, p := range [...]*int32{&k.i, &k.j, &k.k} {
			x := r.Varint()
			*p = int32(x)
			if int64(*p) != x {
				r.Fail(bin.ErrCorrupt)
			}
		}
		var c tallySum
		count := r.Uvarint()
		c.n = int64(count)
		if r.Err() != nil {
			break
		}
		rest, err := c.sum.Decode(r.Rest())
		if err != nil {
			r.Fail(err)
			break
		}
		r.Skip(r.Len() - len(rest))
		if count > 1<<62 || c.n == 0 && c.sum.IsZero() || i > 0 && compareKeys(last, k) >= 0 {
			r.Fail(bin.ErrCorrupt)
		}
		t.cells[k], last = c, k
	}
	return t, r.Done()
}
