package match_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/stitch/match"
)

// propBlocking holds the pairs of a blocking against the naive union: each pair once, under the first rule that has it.
func propBlocking(t *rapid.T) {
	tab := small(t)
	rules := []match.BlockRule{}
	for range rapid.IntRange(1, 3).Draw(t, "rules") {
		r := match.BlockRule{}
		for range rapid.IntRange(1, 2).Draw(t, "keys") {
			k, err := match.ParseBlockKey(rapid.SampledFrom([]string{"a", "b", "a:prefix1", "c:each_token"}).Draw(t, "key"))
			if err != nil {
				t.Fatal(err)
			}
			r.Keys = append(r.Keys, k)
		}
		rules = append(rules, r)
	}
	cross := rapid.Bool().Draw(t, "cross")
	limit := rapid.SampledFrom([]int{-1, 3}).Draw(t, "limit")
	b, err := match.NewBlocking(tab, match.Blocks{Rules: rules, MaxSize: limit}, cross)
	if err != nil {
		t.Fatal(err)
	}
	got := map[match.Candidate]int{}
	for rule, p := range b.Pairs() {
		if _, twice := got[p]; twice || p.A >= p.B {
			t.Fatalf("pair %v twice, or out of order", p)
		}
		got[p] = rule
	}
	want := map[match.Candidate]int{}
	for rule, r := range rules {
		blocks := map[string][]uint32{}
		for row := range tab.Len() {
			for _, key := range naiveKeys(tab, row, r) {
				blocks[key] = append(blocks[key], uint32(row))
			}
		}
		for _, rows := range blocks {
			if limit > 0 && len(rows) > limit {
				continue
			}
			for i, x := range rows {
				for _, y := range rows[i+1:] {
					sx, _ := tab.ID(int(x))
					sy, _ := tab.ID(int(y))
					if _, has := want[match.Candidate{A: x, B: y}]; !has && (!cross || sx != sy) {
						want[match.Candidate{A: x, B: y}] = rule
					}
				}
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	for a := range tab.Len() {
		for c := a + 1; c < tab.Len(); c++ {
			if _, has := want[match.Candidate{A: uint32(a), B: uint32(c)}]; has != b.Has(uint32(a), uint32(c)) {
				t.Fatalf("Has(%d, %d) = %v", a, c, !has)
			}
		}
	}
	total := int64(0)
	for _, s := range b.Analyse() {
		total += s.Owned
	}
	if total != int64(len(want)) {
		t.Fatalf("analysis counts %d pairs of %d", total, len(want))
	}
}

func naiveKeys(t *match.Table, row int, r match.BlockRule) []string {
	keys := []string{""}
	for _, k := range r.Keys {
		v := t.Value(row, t.Field(k.Field))
		parts := []string{v}
		//exhaustive:ignore
		switch k.Transform {
		case match.Prefix:
			parts = []string{v[:min(len(v), k.N)]}
		case match.EachToken:
			parts = strings.Fields(v)
		}
		var next []string
		for _, p := range parts {
			if p == "" {
				continue
			}
			for _, have := range keys {
				next = append(next, have+"\x00"+p)
			}
		}
		keys = next
	}
	return keys
}

func TestBlocking(t *testing.T) { rapid.Check(t, propBlocking) }

func FuzzBlocking(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propBlocking)) }

func TestSkippedBlocksAreReported(t *testing.T) {
	b, err := match.NewBuilder([]match.Field{{Name: "a", Kind: match.Text}, {Name: "b", Kind: match.Text}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		if err := b.Add(match.Record{ID: string(rune('a' + i)), Cells: []string{"same", string(rune('p' + i/2))}}); err != nil {
			t.Fatal(err)
		}
	}
	tab := b.Table()
	key := func(text string) match.BlockKey {
		k, err := match.ParseBlockKey(text)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	skip, err := match.NewBlocking(tab, match.Blocks{Rules: []match.BlockRule{{Keys: []match.BlockKey{key("a")}}}, MaxSize: 5}, false)
	if err != nil {
		t.Fatal(err)
	}
	if s := skip.Stats()[0]; len(s.Skipped) != 1 || s.Skipped[0].Size != 6 || s.SkippedPairs != 15 || s.Pairs != 0 {
		t.Errorf("skipped: %+v", s)
	}
	refined, err := match.NewBlocking(tab, match.Blocks{Rules: []match.BlockRule{{Keys: []match.BlockKey{key("a")}, Refine: []match.BlockKey{key("b")}}}, MaxSize: 5}, false)
	if err != nil {
		t.Fatal(err)
	}
	if s := refined.Stats()[0]; s.Pairs != 3 || len(s.Skipped) != 0 {
		t.Errorf("refined: %+v", s)
	}
}

func TestParseBlockKey(t *testing.T) {
	for _, text := range []string{"name", "name:prefix4", "mail:domain", "tags:each_token", "title:rare_tokens3"} {
		k, err := match.ParseBlockKey(text)
		if err != nil || k.String() != text {
			t.Errorf("%s: %v %v", text, k, err)
		}
	}
	for _, text := range []string{"name:nothing", "name:prefix0", "name:soundex3"} {
		if k, err := match.ParseBlockKey(text); err == nil {
			t.Errorf("%s gives %v", text, k)
		}
	}
}
