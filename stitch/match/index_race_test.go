package match_test

import (
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/buyerjourney/b2b/stitch"
	"github.com/buyerjourney/b2b/stitch/match"
)

// strange is a record of values that no table has; even and odd ones are near pairs.
func strange(i int) match.Record {
	n := strconv.Itoa(i / 2)
	r := match.Record{Source: "q", ID: strconv.Itoa(i), Cells: []string{
		"Qwé" + n, "Zzyzx" + n, "1907-03-0" + strconv.Itoa(1+i/2%9), "Xanadu " + n, "zz" + n + "@nowhere" + n + ".example",
		"Umbrella" + n + " Trading B.V.", "brolly parasol" + n, "Lane" + n + " 12", "red;blue" + n,
	}}
	if i%2 == 1 {
		r.Cells[1] += "a"
		r.Cells[5] = "umbrella" + n + " bv trading"
		r.Cells[6] = "parasol" + n + " brelly"
	}
	return r
}

func wideIndex(t *testing.T) *match.Index {
	t.Helper()
	fields := slices.Concat(personFields, []match.Field{
		{Name: "firm", Kind: match.CompanyKind},
		{Name: "note", Kind: match.FreeText},
		{Name: "road", Kind: match.Street},
		{Name: "tags", Kind: match.Tokens},
	})
	people, _ := people(t, 300, 5)
	b, err := match.NewBuilder(fields)
	if err != nil {
		t.Fatal(err)
	}
	for row := range people.Len() {
		r := rowRecord(people, row)
		n := strconv.Itoa(row % 40)
		r.Cells = append(r.Cells, "Firm"+n+" Ltd", "word"+n+" common", "Road "+n, "red;green")
		if err := b.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	x, err := match.NewIndex(match.IndexConfig{Model: match.StartModel(fields), Table: b.Table(), Blocks: match.Blocks{Rules: []match.BlockRule{
		{Keys: []match.BlockKey{{Field: "surname", Transform: match.Prefix, N: 4}}},
		{Keys: []match.BlockKey{{Field: "note", Transform: match.RareTokens, N: 3}}},
		{Keys: []match.BlockKey{{Field: "firm", Transform: match.CompanyKey}}},
		{Keys: []match.BlockKey{{Field: "mail", Transform: match.DomainOf}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func profileOf(r match.Record, fields []string) stitch.Profile {
	p := stitch.Profile{ID: stitch.ProfileID{Source: r.Source, ID: r.ID}}
	for i, name := range fields {
		p.Fields = append(p.Fields, stitch.Field{Name: name, Value: r.Cells[i]})
	}
	return p
}

var wideNames = []string{"given", "surname", "born", "city", "mail", "firm", "note", "road", "tags"}

// Values that only questions bring compare as those do that were put.
func TestIndexUnseenValues(t *testing.T) {
	x, stored := wideIndex(t), wideIndex(t)
	for i := range 20 {
		stored.Put(strange(i))
	}
	for i := range 20 {
		for j := range i {
			a, b := profileOf(strange(i), wideNames), profileOf(strange(j), wideNames)
			got, want := x.Score(a, b), stored.Score(a, b)
			if got.Bits != want.Bits || !slices.Equal(got.Parts, want.Parts) {
				t.Fatalf("records %d and %d:\nunseen %v\nstored %v", i, j, got, want)
			}
		}
	}
	// A question finds a near record that was put, and leaves nothing behind.
	x.Put(strange(1))
	for range 2 {
		hits, _ := x.Search(strange(0), 1)
		if len(hits) != 1 || hits[0].ID != (stitch.ProfileID{Source: "q", ID: "1"}) {
			t.Fatalf("found %v", hits)
		}
	}
	if x.Len() != 301 {
		t.Errorf("%d records", x.Len())
	}
}

// Many readers, more than may ask at a time, get the answers that one gets. Run with -race.
func TestIndexManyReaders(t *testing.T) {
	x := wideIndex(t)
	for i := 0; i < 20; i += 2 {
		x.Put(strange(i))
	}
	answer := func(i int) (hits []match.Hit, bits float64, ids []stitch.ProfileID) {
		r := strange(i % 24)
		hits, _ = x.Search(r, 5)
		p := profileOf(r, wideNames)
		return hits, x.Score(p, profileOf(strange((i+1)%24), wideNames)).Bits, slices.Collect(x.Candidates(p))
	}
	type result struct {
		hits []match.Hit
		bits float64
		ids  []stitch.ProfileID
	}
	var want [24]result
	for i := range want {
		want[i].hits, want[i].bits, want[i].ids = answer(i)
	}
	var group sync.WaitGroup
	for g := range 48 {
		group.Go(func() {
			for k := range 24 {
				i := (g + k) % 24
				hits, bits, ids := answer(i)
				if !slices.Equal(hits, want[i].hits) || bits != want[i].bits || !slices.Equal(ids, want[i].ids) {
					t.Errorf("record %d: another answer beside other readers", i)
				}
			}
		})
	}
	group.Wait()
}
