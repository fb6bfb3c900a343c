package attribution

import (
	"math/bits"
	"strings"
)

// parse interns the steps of a text and leaves their codes in s.codes. Steps are trimmed of white space, empty ones dropped.
func (s *PathSet) parse(text, sep string) {
	s.codes = s.codes[:0]
	for {
		if len(sep) == 1 {
			for text != "" && text[0] == ' ' {
				text = text[1:]
			}
			if w, n := firstWord(text, sep[0]); w != 0 {
				s.codes = append(s.codes, s.names.internWord(w, text))
				if n == len(text) {
					return
				}
				text = text[n+1:]
				continue
			}
		}
		step, rest, more := strings.Cut(text, sep)
		if step = strings.TrimSpace(step); step != "" {
			s.codes = append(s.codes, s.names.intern(step))
		}
		if !more {
			return
		}
		text = rest
	}
}

// firstWord returns the first step of the text, which starts with no blank, as one word, first byte lowest, and where the
// step's separator or the end of the text is. The word is 0 for what takes more care: a step of more than 7 bytes with the
// blanks behind it, an empty one, or one that does not begin and end with a visible ASCII character.
func firstWord(text string, sep byte) (w uint64, n int) {
	const ones = 0x0101010101010101
	seps := ones * uint64(sep)
	if len(text) >= 8 {
		w = uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
			uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
	} else {
		w = seps
		for i := len(text) - 1; i >= 0; i-- {
			w = w<<8 | uint64(text[i])
		}
	}
	x := w ^ seps
	found := (x - ones) &^ x & (ones << 7) // the lowest bit set is in the first byte that is a separator
	if found == 0 {
		return 0, 0
	}
	n = bits.TrailingZeros64(found) / 8
	end := n
	for end > 0 && text[end-1] == ' ' {
		end--
	}
	if end == 0 || !visible(text[0]) || !visible(text[end-1]) {
		return 0, 0
	}
	return w & (1<<(8*end) - 1), n
}

// visible reports whether the byte is an ASCII character that is seen: no white space begins or ends with it.
func visible(b byte) bool { return b-'!' <= '~'-'!' }
