package match

import "math/bits"

// shape is a summary of a text from which bounds of its likeness to others follow at once: which characters it has, its
// first four, and its length. It exists for ASCII text of 1 to 64 bytes; n is 0 for others.
type shape struct {
	mask uint64
	head uint32 // the first character lowest, 0 behind a short text
	n    uint8
}

func shapeOf(s string) shape {
	if len(s) == 0 || len(s) > 64 || !isASCII(s) {
		return shape{}
	}
	out := shape{n: uint8(len(s))}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z':
			out.mask |= 1 << (c - 'a')
		case '0' <= c && c <= '9':
			out.mask |= 1 << (26 + c - '0')
		default:
			out.mask |= 1 << (36 + c%28)
		}
		if i < maxPrefix {
			out.head |= uint32(s[i]) << (8 * i)
		}
	}
	return out
}

// alone counts at least how many characters of either text have no partner in the other.
func alone(a, b shape) (x, y int) {
	return bits.OnesCount64(a.mask &^ b.mask), bits.OnesCount64(b.mask &^ a.mask)
}

// mayMatch bounds the characters that two different texts match, and gives the length of their common prefix.
func mayMatch(a, b shape) (matches, prefix int) {
	x, y := alone(a, b)
	return min(int(a.n)-x, int(b.n)-y), min(bits.TrailingZeros32(a.head^b.head)/8, maxPrefix)
}

// jwBar says what a Jaro-Winkler similarity t asks of m matches of texts of lengths a and b that share a prefix of ℓ
// characters: m/a + m/b ≥ jwBar[ℓ]. It follows from t ≤ j + 0.1·ℓ·(1−j) and j ≤ (m/a + m/b + 1)/3.
type jwBar [maxPrefix + 1]float64

func newJWBar(t float64) (bar jwBar) {
	for l := range bar {
		p := float64(prefixShare * float64(l))
		bar[l] = 3*(t-p)/(1-p) - 1
	}
	return bar
}

// mayReach says whether the similarity of two different texts can reach the bar.
func (bar *jwBar) mayReach(a, b shape) bool {
	m, l := mayMatch(a, b)
	const rounding = 1e-6
	return float64(m*(int(a.n)+int(b.n))) >= float64(bar[l]*float64(int(a.n)*int(b.n)))-rounding
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
