package match_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/buyerjourney/b2b/stitch"
	"github.com/buyerjourney/b2b/stitch/match"
)

func newIndex(t testing.TB, n int) (*match.Index, *match.Table, *match.Model) {
	t.Helper()
	tab, _ := people(t, n, 3)
	m, _, err := match.Train(tab, match.TrainConfig{Source: rand.NewPCG(1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	x, err := match.NewIndex(match.IndexConfig{Model: m, Table: tab})
	if err != nil {
		t.Fatal(err)
	}
	return x, tab, m
}

func rowRecord(tab *match.Table, row int) match.Record {
	source, id := tab.ID(row)
	r := match.Record{Source: source, ID: id}
	for f := range tab.Fields() {
		r.Cells = append(r.Cells, tab.Value(row, f))
	}
	return r
}

func TestIndexSearch(t *testing.T) {
	x, tab, m := newIndex(t, 800)
	s, err := match.NewScorer(m, tab)
	if err != nil {
		t.Fatal(err)
	}
	for row := range 50 {
		r := rowRecord(tab, row)
		r.Source, r.ID = "new", "1"
		hits, _ := x.Search(r, 5)
		source, id := tab.ID(row)
		at := slices.IndexFunc(hits, func(h match.Hit) bool { return h.ID == (stitch.ProfileID{Source: source, ID: id}) })
		if r.Cells[0] != "" && r.Cells[1] != "" && r.Cells[2] != "" && (at < 0 || hits[at].Probability < .99) {
			t.Fatalf("row %d does not find itself: %v", row, hits)
		}
		if at >= 0 {
			if want, _ := s.Pair(uint32(row), uint32(row)); math.Abs(want-hits[at].Bits) > 1e-9 {
				t.Fatalf("row %d: %v bits, the scorer says %v", row, hits[at].Bits, want)
			}
		}
	}
}

// Adding and removing leave no trace: answers are as without.
func TestIndexPutRemove(t *testing.T) {
	x, tab, _ := newIndex(t, 300)
	q := rowRecord(tab, 7)
	q.Source, q.ID = "q", "q"
	before, _ := x.Search(q, 0)
	n := x.Len()
	for i := range 20 {
		x.Put(match.Record{Source: "tmp", ID: strconv.Itoa(i), Cells: q.Cells})
	}
	if during, _ := x.Search(q, 0); len(during) < len(before)+20 {
		t.Errorf("%d hits after 20 records were added to %d", len(during), len(before))
	}
	for i := range 20 {
		x.Remove(stitch.ProfileID{Source: "tmp", ID: strconv.Itoa(i)})
	}
	after, _ := x.Search(q, 0)
	if !slices.EqualFunc(before, after, func(a, b match.Hit) bool { return a.ID == b.ID && a.Bits == b.Bits }) || x.Len() != n {
		t.Errorf("before %v, after %v", before, after)
	}
}

func TestIndexScorer(t *testing.T) {
	x, tab, _ := newIndex(t, 300)
	profile := func(row int) stitch.Profile {
		r := rowRecord(tab, row)
		p := stitch.Profile{ID: stitch.ProfileID{Source: r.Source, ID: r.ID}}
		for f, field := range tab.Fields() {
			p.Fields = append(p.Fields, stitch.Field{Name: field.Name, Value: r.Cells[f]})
		}
		return p
	}
	for row := range 20 {
		p := profile(row)
		for id := range x.Candidates(p) {
			if id == p.ID {
				t.Fatal("a profile is its own candidate")
			}
		}
		s, back := x.Score(p, profile(row+1)), x.Score(profile(row+1), p)
		sum := 0.0
		for _, part := range s.Parts {
			sum += part.Bits
		}
		if math.Abs(sum-s.Bits) > 1e-9 || s.Bits != back.Bits {
			t.Fatalf("parts %v, total %v, reversed %v", sum, s.Bits, back.Bits)
		}
	}
}

// BenchmarkSearch looks up records that are in the index under another id; it reports the median and the 99th percentile
// of the time of one search in microseconds.
func BenchmarkSearch(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("%.0e", float64(n)), func(b *testing.B) {
			if testing.Short() && n > 10_000 {
				b.Skip("takes seconds to train")
			}
			e := generated(n)
			tab := e.table(b)
			m, _, err := match.Train(tab, match.TrainConfig{Source: rand.NewPCG(1, 0), Workers: 2})
			if err != nil {
				b.Fatal(err)
			}
			x, err := match.NewIndex(match.IndexConfig{Model: m, Table: tab})
			if err != nil {
				b.Fatal(err)
			}
			var list []match.Record
			for i := range min(n, 1000) {
				r := e.records[i*(n/min(n, 1000))]
				r.Source = "new"
				list = append(list, r)
			}
			b.ReportAllocs()
			var took []time.Duration
			for b.Loop() {
				start := b.Elapsed()
				x.Search(list[len(took)%len(list)], 10)
				took = append(took, b.Elapsed()-start)
			}
			slices.Sort(took)
			at := func(share float64) float64 {
				return float64(took[int(share*float64(len(took)-1))].Nanoseconds()) / 1000
			}
			b.ReportMetric(at(.5), "p50-µs")
			b.ReportMetric(at(.99), "p99-µs")
		})
	}
}
