package conformance_test

import (
	"math"
	"testing"
	"time"

	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
)

func TestOracleTemporalProfile(t *testing.T) {
	for _, name := range []string{"running-example", "receipt", "repairExample", "bpic2020_domestic"} {
		t.Run(name, func(t *testing.T) {
			var o struct {
				Profile    [][4]any                         `json:"temporal_profile"`
				Violations struct{ Deviations, Traces int } `json:"temporal_violations_zeta2"`
			}
			oracle(t, "rules_"+name+".json", &o)
			log := realLog(t, name)
			p, err := conformance.NewProfile(conformance.ProfileConfig{Zeta: 2})
			if err != nil {
				t.Fatal(err)
			}
			for i := range log.Journeys() {
				if err := p.Add(log.Journey(i)); err != nil {
					t.Fatal(err)
				}
			}
			pairs := p.Pairs()
			if len(pairs) != len(o.Profile) {
				t.Fatalf("%d pairs, want %d", len(pairs), len(o.Profile))
			}
			for i, want := range o.Profile {
				got := pairs[i]
				mean, sd := want[2].(float64), want[3].(float64)
				if got.From != want[0] || got.To != want[1] || math.Abs(got.Mean-mean) > 1e-9*math.Max(1, mean) || math.Abs(got.SD-sd) > 1e-9*math.Max(1, sd) {
					t.Errorf("%+v, want %v", got, want)
				}
			}
			found := p.Check(log)
			cases := make(map[int]bool)
			for _, d := range found {
				cases[d.Journey] = true
			}
			if len(found) != o.Violations.Deviations || len(cases) != o.Violations.Traces {
				t.Errorf("%d deviations in %d journeys, want %+v", len(found), len(cases), o.Violations)
			}
		})
	}
}

// From Friday 16:00 to Monday 10:00 a business open 9 to 17 on working days is open 1 + 1 hours; with Monday closed, and to
// Tuesday 10:00, again 1 + 1.
func TestCalendar(t *testing.T) {
	var week []conformance.Opening
	for d := time.Monday; d <= time.Friday; d++ {
		week = append(week, conformance.Opening{Day: d, From: 9 * time.Hour, To: 17 * time.Hour})
	}
	friday := time.Date(2024, 3, 1, 16, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name   string
		closed []string
		to     time.Time
		want   float64
	}{
		{"weekend", nil, friday.AddDate(0, 0, 3).Add(-6 * time.Hour), 7200},
		{"holiday", []string{"2024-03-04"}, friday.AddDate(0, 0, 4).Add(-6 * time.Hour), 7200},
		{"a year of weeks", nil, friday.AddDate(0, 0, 364), 52 * 5 * 8 * 3600},
		{"ends on the weekend", nil, friday.AddDate(0, 0, 1), 3600},
	} {
		p, err := conformance.NewProfile(conformance.ProfileConfig{Calendar: &conformance.Calendar{Week: week, Closed: tc.closed}})
		if err != nil {
			t.Fatal(err)
		}
		b, err := journey.NewBuilder(journey.Config{})
		if err != nil {
			t.Fatal(err)
		}
		b.Add(journey.Event{Journey: "j", Step: "a", At: friday}, journey.Event{Journey: "j", Step: "b", At: tc.to})
		log, _ := b.Build(journey.Identities{})
		if err := p.Add(log.Journey(0)); err != nil {
			t.Fatal(err)
		}
		if got := p.Pairs()[0].Mean; got != tc.want {
			t.Errorf("%s: %v s, want %v", tc.name, got, tc.want)
		}
	}
}
