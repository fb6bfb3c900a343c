package stitch_test

import (
	"maps"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/stitch"
)

// TestIndex compares the index with a map, under hashes that collide, and with copies that must not change.
func TestIndex(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		type version struct {
			x    *stitch.Index
			want map[uint32]uint64
		}
		now := version{stitch.NewIndex(), map[uint32]uint64{}}
		versions := []*version{&now}
		for code := range uint32(rapid.IntRange(1, 120).Draw(t, "steps")) {
			switch v := versions[rapid.IntRange(0, len(versions)-1).Draw(t, "version")]; rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				versions = append(versions, &version{v.x.Share(), maps.Clone(v.want)})
			case 1, 2, 3:
				victim := rapid.Uint32Range(0, code).Draw(t, "victim")
				if hash, ok := v.want[victim]; ok {
					v.x.Remove(hash, victim)
					delete(v.want, victim)
				}
			default:
				hash := rapid.Uint64Range(0, 9).Draw(t, "hash")<<32 | rapid.Uint64Range(0, 1).Draw(t, "table")
				v.x.Insert(hash, code)
				v.want[code] = hash
			}
			for _, v := range versions {
				for c := range code + 1 {
					hash, ok := v.want[c]
					for h := range uint64(10) {
						for table := range uint64(2) {
							if got, want := v.x.Has(h<<32|table, c), ok && hash == h<<32|table; got != want {
								t.Fatalf("code %d under %x: %v, want %v", c, h<<32|table, got, want)
							}
						}
					}
				}
			}
		}
	})
}
