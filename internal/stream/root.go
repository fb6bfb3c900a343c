package stream

import (
	"errors"
	"math/bits"
	"math/rand/v2"
)

// ErrNoSource says that a source of randomness is needed and is nil.
var ErrNoSource = errors.New("stream: source is nil")

// Root is the key from which streams are derived. It is an immutable comparable value, safe for concurrent use. The zero Root is
// a fixed key like any other; take one from [New].
type Root struct{ A, B uint64 }

// New draws a root from src: exactly two numbers. A nil src is ErrNoSource.
func New(src rand.Source) (Root, error) {
	if src == nil {
		return Root{}, ErrNoSource
	}
	a := src.Uint64()
	return Root{A: a, B: src.Uint64()}, nil
}

const golden = 0x9e3779b97f4a7c15

// mix is the finaliser of splitmix64 (variant 13 of Stafford).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Hash is a stable 64-bit hash of s: FNV-1a and the finaliser of splitmix64. It is not for adversaries.
func Hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h)
}

// derive absorbs the words into two lanes of 64 bits each, so that distinct streams collide with a probability of 2^-128.
func (r Root) derive(purpose, replicate, key uint64) (a, b uint64) {
	return r.purpose(purpose).derive(replicate, key)
}

func (r Root) purpose(hash uint64) Purpose {
	return Purpose{mix(r.A + golden), mix(r.B + golden)}.absorb(hash)
}

// Purpose is a [Root] that has taken in a purpose: it gives the same streams as [Root.SourceN] with that purpose, at less cost where
// many are wanted. It is an immutable comparable value; take one from [Root.Purpose].
type Purpose struct{ a, b uint64 }

// Purpose returns the root of all streams of a purpose.
func (r Root) Purpose(purpose string) Purpose { return r.purpose(Hash(purpose)) }

// SourceN returns the generator for the stream of a replicate and a numeric key, without allocation.
func (p Purpose) SourceN(replicate, key uint64) Rand {
	return newRand(p.derive(replicate, key))
}

func (p Purpose) derive(replicate, key uint64) (a, b uint64) {
	p = p.absorb(replicate).absorb(key)
	return mix(p.a + p.b + golden), mix((p.b ^ bits.RotateLeft64(p.a, 17)) + 0xd1342543de82ef95)
}

// absorb takes in one word. Distinct constants keep the lanes apart where they are equal.
func (p Purpose) absorb(w uint64) Purpose {
	return Purpose{mix((p.a ^ w) + golden), mix((bits.RotateLeft64(p.b, 32) ^ w) + 0xd1342543de82ef95)}
}

// Source returns a new generator for the stream of a purpose, a replicate and a textual key.
func (r Root) Source(purpose string, replicate uint64, key string) *rand.PCG {
	return rand.NewPCG(r.derive(Hash(purpose), replicate, Hash(key)))
}

// SourceN returns the generator for the stream of a purpose, a replicate and a numeric key, without allocation.
func (r Root) SourceN(purpose string, replicate, key uint64) Rand {
	a, b := r.derive(Hash(purpose), replicate, key)
	return newRand(a, b)
}

// SourceS is [Root.SourceN] with a textual key.
func (r Root) SourceS(purpose string, replicate uint64, key string) Rand {
	return r.SourceN(purpose, replicate, Hash(key))
}

// Uint64 returns the first number of the stream that [Root.SourceN] gives.
func (r Root) Uint64(purpose string, replicate, key uint64) uint64 {
	g := r.SourceN(purpose, replicate, key)
	return g.Uint64()
}

// Sub returns the root of a sub-tree of streams, for a part that derives streams of its own.
func (r Root) Sub(purpose string, replicate, key uint64) Root {
	a, b := r.derive(Hash(purpose), replicate, key)
	return Root{A: a, B: b}
}
