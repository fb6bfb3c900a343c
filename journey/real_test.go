package journey_test

import (
	"encoding/csv"
	"encoding/json"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/journey"
)

// rowsOf reads a table of the real data, without its header.
func rowsOf(tb testing.TB, file string) [][]string {
	tb.Helper()
	r := csv.NewReader(realdata.Open(tb, "journey/"+file))
	rows, err := r.ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	return rows[1:]
}

func oracle(tb testing.TB, file string, into any) {
	tb.Helper()
	if err := json.Unmarshal(realdata.Oracle(tb, "journey/"+file), into); err != nil {
		tb.Fatal(err)
	}
}

func timeOf(tb testing.TB, text string) time.Time {
	tb.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		tb.Fatal(err)
	}
	return at
}

// bpic2020 returns the composite journeys of the travel permits: rows with one event id are one event of several journeys.
func bpic2020(tb testing.TB) *journey.Log {
	tb.Helper()
	rows := rowsOf(tb, "bpic2020_composite.csv.gz")
	var events []journey.Event
	where := make(map[[2]string]int)
	for i, r := range rows { // account,journey,case,activity,timestamp,role,event_id
		k := [2]string{r[0], r[6]}
		if at, ok := where[k]; ok {
			events[at].With = append(events[at].With, journey.Participant{Journey: r[2], Kind: journey.Kind(r[1])})
			continue
		}
		where[k] = len(events)
		events = append(events, journey.Event{
			Journey: r[2], Kind: journey.Kind(r[1]), Account: b2b.AccountID(r[0]), Step: journey.StepID(r[3]), At: timeOf(tb, r[4]),
			Seat: b2b.SeatID(r[5]), Seq: int64(i), Source: r[0], ID: r[6],
		})
	}
	b, err := journey.NewBuilder(journey.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	b.Add(events...)
	l, rep := b.Build(journey.Identities{})
	if len(rep.Rejected) > 0 || rep.Duplicates > 0 {
		tb.Fatalf("%d rejected, %d duplicates", len(rep.Rejected), rep.Duplicates)
	}
	return l
}

// named reads a table of the real data with the positions of its columns.
func named(tb testing.TB, file string) (rows [][]string, at map[string]int) {
	tb.Helper()
	all, err := csv.NewReader(realdata.Open(tb, "journey/"+file)).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	at = make(map[string]int)
	for i, name := range all[0] {
		at[name] = i
	}
	return all[1:], at
}
