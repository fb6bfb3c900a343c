package match

import "math/bits"

// shape is a summary of a text from which bounds of its likeness to others follow at once: which characters it has, and
// its length. It exists for ASCII text of 1 to 64 bytes; n is 0 for others.
type shape struct {
	mask uint64
	n    uint8
}

func shapeOf(s string) shape {
	if len(s) == 0 || len(s) > 64 || !isASCII(s) {
		return shape{}
	}
	var m uint64
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z':
			m |= 1 << (c - 'a')
		case '0' <= c && c <= '9':
			m |= 1 << (26 + c - '0')
		default:
			m |= 1 << (36 + c%28)
		}
	}
	return shape{mask: m, n: uint8(len(s))}
}

// alone counts at least how many characters of either text have no partner in the other.
func alone(a, b shape) (x, y int) {
	return bits.OnesCount64(a.mask &^ b.mask), bits.OnesCount64(b.mask &^ a.mask)
}

// mayReachJW says whether the Jaro-Winkler similarity of two different texts can be at least t: their matches are at most
// the characters that have a partner.
func mayReachJW(a, b shape, t float64) bool {
	x, y := alone(a, b)
	m := float64(min(int(a.n)-x, int(b.n)-y))
	j := (m/float64(a.n) + m/float64(b.n) + 1) / 3
	return j+float64(0.4*(1-j)) >= t
}

// mayReachIndel says the same of the Indel similarity.
func mayReachIndel(a, b shape, t float64) bool {
	x, y := alone(a, b)
	return 2*float64(min(int(a.n)-x, int(b.n)-y)) >= t*float64(int(a.n)+int(b.n))
}

// mayBeWithin says whether the edit distance can be at most k.
func mayBeWithin(a, b shape, k int) bool {
	x, y := alone(a, b)
	return max(x, y) <= k && max(int(a.n)-int(b.n), int(b.n)-int(a.n)) <= k
}
