package stitch

import (
	"maps"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

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
