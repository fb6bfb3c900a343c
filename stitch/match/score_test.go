package match_test

import (
	"encoding/csv"
	"hash/fnv"
	"io"
	"testing"

	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/stitch/match"
)

type namePair struct {
	schema, a, b, quality string
	match, odd            bool
}

func nameBench(t testing.TB) []namePair {
	t.Helper()
	r := csv.NewReader(realdata.Open(t, "stitch/name_bench/cases.csv"))
	var out []namePair
	if _, err := r.Read(); err != nil {
		t.Fatal(err)
	}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		h := fnv.New64a()
		h.Write([]byte(row[2] + "\x00" + row[3]))
		out = append(out, namePair{schema: row[1], a: row[2], b: row[3], quality: row[5], match: row[4] == "true", odd: h.Sum64()%2 == 1})
	}
}

func TestNameBenchCompany(t *testing.T) {
	var all, odd, even []match.Scored
	for _, p := range nameBench(t) {
		if p.schema != "Company" {
			continue
		}
		s, parts := match.CompareCompany(match.Company(p.a, ""), match.Company(p.b, ""))
		all = append(all, match.Scored{Score: s, Match: p.match})
		if p.odd {
			odd = append(odd, match.Scored{Score: s, Match: p.match})
		} else {
			even = append(even, match.Scored{Score: s, Match: p.match})
		}
		if testing.Verbose() {
			t.Logf("%.3f %v %q %q %v", s, p.match, p.a, p.b, parts)
		}
	}
	a, o, e := match.ScorePairs(all), match.ScorePairs(odd), match.ScorePairs(even)
	t.Logf("all %+v\nodd %+v\neven %+v", a, o, e)
}
