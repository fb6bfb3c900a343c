package stitch

import (
	"net/netip"
	"slices"
)

// ipIndex finds the stored addresses that lie within a prefix: buckets of /16 and /32 with the values in them. It can be
// shared as the other tables are.
type ipIndex struct {
	buckets cowMap[netip.Prefix, []ipEntry]
}

type ipEntry struct {
	addr  netip.Addr
	value uint32
}

func newIPIndex() ipIndex { return ipIndex{buckets: newCowMap[netip.Prefix, []ipEntry](hashPrefix)} }

func bucketBits(a netip.Addr) int {
	if a.Is4() {
		return 16
	}
	return 32
}

// bucketOf returns the bucket of a stored address; ok is false for a pseudonym.
func bucketOf(id Identifier) (key netip.Prefix, a netip.Addr, ok bool) {
	p, ok := parsePrefix(id)
	if !ok {
		return key, a, false
	}
	key, _ = p.Addr().Prefix(min(bucketBits(p.Addr()), p.Bits()))
	return key, p.Addr(), true
}

func (x *ipIndex) add(id Identifier, value uint32) {
	if key, a, ok := bucketOf(id); ok {
		entries, _ := x.buckets.get(key)
		x.buckets.set(key, append(entries, ipEntry{addr: a, value: value}))
	}
}

func (x *ipIndex) remove(id Identifier, value uint32) {
	if key, _, ok := bucketOf(id); ok {
		entries, _ := x.buckets.get(key)
		x.buckets.set(key, slices.DeleteFunc(slices.Clone(entries), func(e ipEntry) bool { return e.value == value }))
	}
}

// within calls yield for every address value inside a prefix, in no order.
func (x *ipIndex) within(p netip.Prefix, yield func(value uint32)) {
	visit := func(entries []ipEntry) {
		for _, e := range entries {
			if p.Contains(e.addr) {
				yield(e.value)
			}
		}
	}
	bits := bucketBits(p.Addr())
	switch {
	case p.Bits() >= bits:
		for n := minBits; n <= bits; n++ { // addresses may be stored under fewer bits than a bucket has
			key, _ := p.Addr().Prefix(n)
			entries, _ := x.buckets.get(key)
			visit(entries)
		}
	case x.buckets.n < 1<<(bits-p.Bits()):
		for _, shard := range x.buckets.shards {
			for _, entries := range shard {
				visit(entries)
			}
		}
	default:
		for n := minBits; n < bits; n++ {
			if n > p.Bits() {
				break
			}
			key, _ := p.Addr().Prefix(n)
			entries, _ := x.buckets.get(key)
			visit(entries)
		}
		for a := p.Addr(); a.IsValid() && p.Contains(a); a = nextBlock(a, bits) {
			key, _ := a.Prefix(bits)
			entries, _ := x.buckets.get(key)
			visit(entries)
		}
	}
}

// nextBlock returns the first address of the next block of the given size, or the zero Addr after the last one.
func nextBlock(a netip.Addr, bits int) netip.Addr {
	b := a.AsSlice()
	step := byte(1) << (7 - (bits-1)%8)
	for i := (bits - 1) / 8; i >= 0; i-- {
		b[i] += step
		if b[i] >= step {
			next, _ := netip.AddrFromSlice(b)
			return next
		}
		step = 1
	}
	return netip.Addr{}
}
