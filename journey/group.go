package journey

import (
	"slices"
	"strconv"
	"strings"
)

// group gives each row the number of its journey, [none] for a row in no journey, and returns the base key of each journey and
// whether the grouping made it, nil being no.
func (d *draft) group(rep *Report) (of []uint32, keys []string, derived []bool) {
	type triple struct{ account, person, kind uint32 }
	if of = d.journey; of == nil { // a row's key is read before its journey is written
		of = make([]uint32, d.n)
	}
	byKey := slices.Repeat([]uint32{none}, len(d.keys))
	byTriple := make(map[triple]uint32)
	if d.config.Group == ByKey {
		keys = make([]string, 0, len(d.keys))
	}
	for i, key := range of {
		t := triple{at(d.account.Codes, i, 0), at(d.person.Codes, i, 0), at(d.kind.Codes, i, 0)}
		nobody := name(&d.person, t.person) == "" && name(&d.account, t.account) == ""
		if key != 0 && (d.config.Group == ByKey || nobody) {
			if byKey[key] == none {
				byKey[key] = uint32(len(keys))
				keys = append(keys, d.keys[key])
			}
			of[i] = byKey[key]
			continue
		}
		if nobody {
			of[i] = none
			if d.with == nil || d.with[i] < 0 {
				rep.Unassigned++
			}
			continue
		}
		switch d.config.Group {
		case ByPerson:
			t.kind = 0
		case ByAccountKind:
			t.person = 0
		case ByKey:
		}
		g, ok := byTriple[t]
		if !ok {
			g = uint32(len(keys))
			byTriple[t] = g
			keys = append(keys, d.derivedKey(t.account, t.person, t.kind))
			derived = append(extended(derived, int(g)), true)
		}
		of[i] = g
	}
	if derived != nil {
		derived = extended(derived, len(keys))
	}
	return of, keys, derived
}

// extended returns list with n values.
func extended(list []bool, n int) []bool { return append(list, make([]bool, n-len(list))...) }

func (d *draft) derivedKey(account, person, kind uint32) string {
	parts := [...]string{name(&d.account, account), name(&d.person, person), name(&d.kind, kind)}
	switch d.config.Group {
	case ByPerson:
		return parts[0] + "/" + parts[1]
	case ByAccountKind:
		return parts[0] + "/" + parts[2]
	case ByKey:
	}
	return strings.Join(parts[:], "/")
}

// partKey returns the key of the p-th part of a journey that was cut on silence, counted from 1.
func partKey(key string, p uint32) string {
	if p <= 1 {
		return key
	}
	return key + "/" + strconv.FormatUint(uint64(p), 10)
}

// trimPart is the reverse of [partKey].
func trimPart(key string, p uint32) string {
	if p <= 1 {
		return key
	}
	return strings.TrimSuffix(key, "/"+strconv.FormatUint(uint64(p), 10))
}
