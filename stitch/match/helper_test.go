package match_test

import (
	"encoding/csv"
	"errors"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/stitch/match"
)

type namePair struct {
	schema, a, b, quality string
	match, odd            bool
}

// nameBench reads the labelled name pairs of nomenklatura's contrib/name_bench.
func nameBench(t testing.TB) []namePair {
	t.Helper()
	r := csv.NewReader(realdata.Open(t, "stitch/name_bench/cases.csv"))
	var out []namePair
	if _, err := r.Read(); err != nil {
		t.Fatal(err)
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		h := fnv.New64a()
		_, _ = h.Write([]byte(row[2] + "\x00" + row[3]))
		out = append(out, namePair{schema: row[1], a: row[2], b: row[3], quality: row[5], match: row[4] == "true", odd: h.Sum64()%2 == 1})
	}
}

var personFields = []match.Field{
	{Name: "given", Kind: match.GivenName},
	{Name: "surname", Kind: match.Surname},
	{Name: "born", Kind: match.Date},
	{Name: "city", Kind: match.City},
	{Name: "mail", Kind: match.Email},
}

// people makes n records of persons with 1 to 4 records each, with typing errors and gaps; it returns the true person of
// each record by id.
func people(t testing.TB, n int, seed uint64) (*match.Table, map[string]int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	word := func(k int) string {
		b := make([]byte, k)
		for i := range b {
			b[i] = "bcdfghklmnprstaeiou"[r.IntN(19)]
		}
		return string(b)
	}
	given, surnames, cities := make([]string, 60), make([]string, 300), make([]string, 25)
	for i := range given {
		given[i] = word(4 + r.IntN(4))
	}
	for i := range surnames {
		surnames[i] = word(5 + r.IntN(5))
	}
	for i := range cities {
		cities[i] = word(6 + r.IntN(3))
	}
	b, err := match.NewBuilder(personFields)
	if err != nil {
		t.Fatal(err)
	}
	truth := map[string]int{}
	for i, person := 0, 0; i < n; person++ {
		g, s, c := given[r.IntN(60)], surnames[r.IntN(300)], cities[r.IntN(25)]
		born := strconv.Itoa(1940+r.IntN(60)) + "-" + strconv.Itoa(10+r.IntN(3)) + "-" + strconv.Itoa(10+r.IntN(18))
		mail := g + "." + s + "@" + word(6) + ".com"
		for range 1 + r.IntN(4) {
			if i == n {
				break
			}
			cells := []string{g, s, born, c, mail}
			for k := range cells {
				switch {
				case r.Float64() < .1:
					cells[k] = ""
				case r.Float64() < .1 && k != 2:
					at := r.IntN(len(cells[k]))
					cells[k] = cells[k][:at] + cells[k][at+1:]
				}
			}
			id := strconv.Itoa(i)
			if err := b.Add(match.Record{Source: "crm", ID: id, Cells: cells}); err != nil {
				t.Fatal(err)
			}
			truth[id] = person
			i++
		}
	}
	return b.Table(), truth
}

// small draws a table of few rows with colliding values.
func small(t *rapid.T) *match.Table {
	b, err := match.NewBuilder([]match.Field{{Name: "a", Kind: match.Text}, {Name: "b", Kind: match.Text}, {Name: "c", Kind: match.FreeText}})
	if err != nil {
		t.Fatal(err)
	}
	word := rapid.SampledFrom([]string{"", "x", "y", "x y", "z"})
	for i := range rapid.IntRange(0, 12).Draw(t, "rows") {
		r := match.Record{
			Source: rapid.SampledFrom([]string{"p", "q"}).Draw(t, "source"), ID: strconv.Itoa(i),
			Cells: []string{word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")},
		}
		if err := b.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	return b.Table()
}
