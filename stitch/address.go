package stitch

import "net/netip"

// notPublic lists the ranges beside those that package netip knows: shared address space (RFC 6598), "this network",
// benchmarking, documentation (RFC 5737, 3849, 9637) and reserved.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("3fff::/20"),
}

func isPublic(a netip.Addr) bool {
	if a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// publicAddr returns an address in its shortest form, without an IPv4 mapping and without a zone.
func publicAddr(raw string) (string, error) {
	a, err := netip.ParseAddr(raw)
	if err != nil {
		return "", refuse(reasonFormat)
	}
	a = a.WithZone("").Unmap()
	if !isPublic(a) {
		return "", refuse(reasonPrivate)
	}
	return a.String(), nil
}

// Shortest prefixes that can belong to one owner.
const minBits, minBits6 = 8, 19

// publicPrefix returns a range with the host bits cleared.
func publicPrefix(raw string) (string, error) {
	p, err := netip.ParsePrefix(raw)
	if err != nil {
		return "", refuse(reasonFormat)
	}
	a := p.Addr().WithZone("")
	bits := p.Bits()
	if a.Is4In6() {
		a, bits = a.Unmap(), bits-96
	}
	if p, err = a.Prefix(bits); err != nil {
		return "", refuse(reasonFormat)
	}
	if !isPublic(p.Addr()) {
		return "", refuse(reasonPrivate)
	}
	if bits < minBits || a.Is6() && bits < minBits6 {
		return "", refuse(reasonFormat)
	}
	return p.String(), nil
}

// coarse cuts an address to the prefix under which it is stored, and refuses a prefix that is longer.
func (i Identifier) coarse(bits, bits6 int) (Identifier, error) {
	if i.kind() != IP && i.kind() != IPPrefix || isPseudonym(i.value) {
		return i, nil
	}
	if i.kind() == IPPrefix {
		p, err := netip.ParsePrefix(i.value)
		if err != nil || p.Addr().Is4() && p.Bits() > bits || p.Addr().Is6() && p.Bits() > bits6 {
			return Identifier{}, refuse(reasonFormat)
		}
		return i, nil
	}
	a, err := netip.ParseAddr(i.value)
	if err != nil { // cut already
		p, err := netip.ParsePrefix(i.value)
		if err != nil {
			return Identifier{}, refuse(reasonFormat)
		}
		a = p.Addr()
	}
	if a.Is6() {
		bits = bits6
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return Identifier{}, refuse(reasonFormat)
	}
	var text [64]byte
	i.value = string(p.AppendTo(text[:0]))
	return i, nil
}

// parsePrefix returns the range of a stored address or prefix; ok is false for a pseudonym.
func parsePrefix(i Identifier) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(i.value)
	return p, err == nil
}

// family returns 0 for IPv4 and 1 for IPv6.
func family(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}
