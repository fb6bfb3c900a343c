package attribution

import "hash/maphash"

// slots is an open-addressing table from hashes to numbers that the caller keeps elsewhere, so that a key costs no memory of
// its own. The zero value is empty. Its order is never seen.
type slots struct {
	slot []slot // length is a power of two
	used int
}

type slot struct {
	hash  uint64
	index int32 // one more than the number; 0 is a free slot
}

// find returns the number with the hash for which equal is true.
func (t *slots) find(hash uint64, equal func(index int32) bool) (index int32, ok bool) {
	if len(t.slot) == 0 {
		return 0, false
	}
	mask := uint64(len(t.slot) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		s := t.slot[i]
		if s.index == 0 {
			return 0, false
		}
		if s.hash == hash && equal(s.index-1) {
			return s.index - 1, true
		}
	}
}

// put adds a number that find has not found.
func (t *slots) put(hash uint64, index int32) {
	if 2*t.used >= len(t.slot) {
		old := t.slot
		factor := 4 // small tables grow fast, large ones without waste
		if len(old) > 1<<16 {
			factor = 2
		}
		t.slot = make([]slot, max(64, factor*len(old)))
		for _, s := range old {
			if s.index != 0 {
				t.place(s)
			}
		}
	}
	t.place(slot{hash, index + 1})
	t.used++
}

func (t *slots) place(s slot) {
	mask := uint64(len(t.slot) - 1)
	i := s.hash & mask
	for t.slot[i].index != 0 {
		i = (i + 1) & mask
	}
	t.slot[i] = s
}

// hashSeed has no influence on any result: tables are only asked for equal keys.
var hashSeed = maphash.MakeSeed()

func hashText(s string) uint64 { return maphash.String(hashSeed, s) }

// hashPath hashes what makes a record.
func hashPath(account uint32, codes []uint32, ages []int64) uint64 {
	h := uint64(account) + 0x9e3779b97f4a7c15
	for _, c := range codes {
		h = (h ^ uint64(c)) * 0xd6e8feb86659fd93
		h ^= h >> 32
	}
	h ^= uint64(len(ages)) << 40
	for _, a := range ages {
		h = (h ^ uint64(a)) * 0xd6e8feb86659fd93
		h ^= h >> 32
	}
	return h
}

// texts remembers the records of texts.
type texts struct {
	slots
	bytes []byte
	list  []textRecord
}

type textRecord struct {
	from, to int
	record   int32
}

func (t *texts) lookup(text string) (record int32, hash uint64, ok bool) {
	hash = hashText(text)
	i, ok := t.find(hash, func(i int32) bool { return string(t.bytes[t.list[i].from:t.list[i].to]) == text })
	if !ok {
		return 0, hash, false
	}
	return t.list[i].record, hash, true
}

func (t *texts) remember(text string, hash uint64, record int32) {
	from := len(t.bytes)
	t.bytes = append(t.bytes, text...)
	t.put(hash, int32(len(t.list)))
	t.list = append(t.list, textRecord{from, len(t.bytes), record})
}
