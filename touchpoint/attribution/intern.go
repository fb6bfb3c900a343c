package attribution

import (
	"math/bits"
	"strings"
)

// table interns strings. Code 0 of an account is the empty string. The zero value is empty.
type table struct {
	list  []string
	code  map[string]uint32
	near  [256]uint32 // one more than the code met last with this length, first and last byte: most look-ups end here
	words [256]word   // the words met last, by their hash
}

// word is a string of at most 7 bytes, first byte lowest, and one more than its code.
type word struct {
	bytes uint64
	code  uint32
}

func (t *table) intern(s string) uint32 {
	slot := &t.near[0]
	if n := len(s); n > 0 {
		slot = &t.near[uint8(n*31)^s[0]*7^s[n-1]]
	}
	if c := *slot; c > 0 && t.list[c-1] == s {
		return c - 1
	}
	c, ok := t.code[s]
	if !ok {
		if t.code == nil {
			t.code = make(map[string]uint32)
		}
		c = uint32(len(t.list))
		s = strings.Clone(s)
		t.list = append(t.list, s)
		t.code[s] = c
	}
	*slot = c + 1
	return c
}

// internWord interns the string that text begins with, of which w holds all bytes, the last one not 0.
func (t *table) internWord(w uint64, text string) uint32 {
	slot := &t.words[w*0x9e3779b97f4a7c15>>56]
	if slot.code == 0 || slot.bytes != w {
		*slot = word{w, t.intern(text[:(bits.Len64(w)+7)/8]) + 1}
	}
	return slot.code - 1
}
