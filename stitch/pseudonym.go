package stitch

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/buyerjourney/b2b"
)

// minKey is the shortest key in bytes that hides values against guessing.
const minKey = 32

// pseudonymPrefix marks a pseudonym and its version.
const pseudonymPrefix = "k1:"

func isPseudonym(s string) bool { return strings.HasPrefix(s, pseudonymPrefix) }

// Pseudonymizer replaces values by keyed hashes, so that a store needs no personal value: equality is all that the
// resolver asks for. It is immutable and safe for concurrent use; the zero value refuses everything.
type Pseudonymizer struct {
	key []byte
}

// NewPseudonymizer returns a pseudonymizer with a secret key of at least 32 bytes.
func NewPseudonymizer(key []byte) (Pseudonymizer, error) {
	if len(key) < minKey {
		return Pseudonymizer{}, &b2b.InvalidError{Path: "key", Reason: "shorter than 32 bytes"}
	}
	return Pseudonymizer{key: append([]byte(nil), key...)}, nil
}

// ID returns the identifier with its value replaced by "k1:" and the base64url of HMAC-SHA-256(key, kind ‖ 0 ‖ value).
// Kind, system and check stay. A pseudonym is returned as it is; without a key the result is no identifier.
func (p Pseudonymizer) ID(i Identifier) Identifier {
	if i.IsZero() || isPseudonym(i.value) {
		return i
	}
	if len(p.key) < minKey {
		return Identifier{}
	}
	sum := mac(p.key, string(i.kind()), i.value)
	i.value = pseudonymPrefix + base64.RawURLEncoding.EncodeToString(sum[:])
	return i
}

// Rotate returns, for a store that holds the raw values, the pseudonyms under the new key by those under the old one.
// Values that are pseudonyms already are left out: a hash cannot be rotated.
func Rotate(old, renewed Pseudonymizer, raw []Identifier) map[Identifier]Identifier {
	m := make(map[Identifier]Identifier, len(raw))
	for _, i := range raw {
		if !i.IsZero() && !isPseudonym(i.value) {
			m[old.ID(i)] = renewed.ID(i)
		}
	}
	return m
}

// mac hashes parts that are separated by a zero byte; without a key it is a plain SHA-256.
func mac(key []byte, parts ...string) (sum [sha256.Size]byte) {
	if len(key) > 0 {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(strings.Join(parts, "\x00")))
		copy(sum[:], h.Sum(nil))
		return sum
	}
	var space [128]byte
	text := space[:0]
	for i, p := range parts {
		if i > 0 {
			text = append(text, 0)
		}
		text = append(text, p...)
	}
	return sha256.Sum256(text)
}
