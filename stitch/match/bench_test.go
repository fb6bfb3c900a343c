package match_test

import (
	"encoding/csv"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/buyerjourney/b2b/internal/gen/persons"
	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/stitch/match"
)

// entries are records of a benchmark with their true classes.
type entries struct {
	fields  []match.Field
	records []match.Record
	class   []uint32
}

func generated(n int) entries {
	e := entries{fields: personFields}
	for i, r := range persons.Records(rand.NewPCG(7, 0), n) {
		e.records = append(e.records, match.Record{ID: strconv.Itoa(i), Cells: []string{r.Given, r.Surname, r.Born, r.City, r.Mail}})
		e.class = append(e.class, uint32(r.Person))
	}
	return e
}

// historical reads the people of splink's historical_50k, or skips the benchmark.
func historical(b *testing.B) entries {
	b.Helper()
	e := entries{}
	r := csv.NewReader(realdata.Open(b, "stitch/splink/historical_50k.csv"))
	header, err := r.Read()
	if err != nil {
		b.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range header {
		at[name] = i
	}
	kinds := []struct {
		name string
		kind match.Kind
	}{
		{"first_name", match.GivenName},
		{"surname", match.Surname},
		{"dob", match.Date},
		{"birth_place", match.City},
		{"postcode_fake", match.Postcode},
		{"occupation", match.Text},
		{"gender", match.Code},
	}
	for _, k := range kinds {
		e.fields = append(e.fields, match.Field{Name: k.name, Kind: k.kind})
	}
	classes := map[string]uint32{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return e
		}
		if err != nil {
			b.Fatal(err)
		}
		record := match.Record{ID: row[at["unique_id"]]}
		for _, k := range kinds {
			record.Cells = append(record.Cells, row[at[k.name]])
		}
		class, ok := classes[row[at["cluster"]]]
		if !ok {
			class = uint32(len(classes))
			classes[row[at["cluster"]]] = class
		}
		e.records, e.class = append(e.records, record), append(e.class, class)
	}
}

// table holds the records.
func (e *entries) table(b *testing.B) *match.Table {
	b.Helper()
	build, err := match.NewBuilder(e.fields)
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range e.records {
		if err := build.Add(r); err != nil {
			b.Fatal(err)
		}
	}
	return build.Table()
}

// link does what a batch does: table, blocks, training, scores, clusters.
func (e *entries) link(b *testing.B) match.Evaluation {
	b.Helper()
	t := e.table(b)
	m, _, err := match.Train(t, match.TrainConfig{Source: rand.NewPCG(1, 0), Workers: 2})
	if err != nil {
		b.Fatal(err)
	}
	blocking, err := match.NewBlocking(t, match.AutoBlocks(t, false), false)
	if err != nil {
		b.Fatal(err)
	}
	s, err := match.NewScorer(m, t)
	if err != nil {
		b.Fatal(err)
	}
	found := s.Predict(blocking, .2, 2)
	s.Calibrate(&found, match.AllPairs(t, false), 6)
	clusters, err := s.Cluster(found.Pairs, match.ClusterConfig{Auto: .95, Mean: .5, Workers: 2})
	if err != nil {
		b.Fatal(err)
	}
	predicted, class := make([]uint32, t.Len()), make([]uint32, t.Len())
	for row := range predicted {
		predicted[row], class[row] = clusters.Of[row], e.class[t.Input(row)]
	}
	return match.Evaluate(predicted, class)
}

// peakMemory is the largest resident memory of the process so far in megabytes, where the system tells; it is that of one
// benchmark if only that one was run.
func peakMemory() (mb float64, ok bool) {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(data)) {
		if v, is := strings.CutPrefix(line, "VmHWM:"); is {
			kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(v), " kB"), 64)
			return kb / 1024, err == nil
		}
	}
	return 0, false
}

// BenchmarkLink measures a batch in memory with two workers, and reports how good it is.
func BenchmarkLink(b *testing.B) {
	for _, c := range []struct {
		name string
		make func(b *testing.B) entries
		long bool
	}{
		{"persons_1e3", func(*testing.B) entries { return generated(1000) }, false},
		{"persons_1e5", func(*testing.B) entries { return generated(100_000) }, true},
		{"historical_50k", historical, true},
		{"persons_1e6", func(*testing.B) entries { return generated(1_000_000) }, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			if c.long && testing.Short() {
				b.Skip("takes seconds per run")
			}
			e := c.make(b)
			var result match.Evaluation
			b.ReportAllocs()
			for b.Loop() {
				result = e.link(b)
			}
			b.ReportMetric(result.Pairwise.F1, "F1")
			if mb, ok := peakMemory(); ok {
				b.ReportMetric(mb, "peak-MB")
			}
		})
	}
}
