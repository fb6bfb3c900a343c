package funnel_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
)

func TestPipelineProblems(t *testing.T) {
	_, err := funnel.NewPipeline(funnel.PipelineConfig{
		ID: "p",
		Stages: []funnel.StageDef{
			{ID: "a", Outcome: funnel.Lost},
			{ID: ""},
			{ID: "a", Outcome: funnel.Lost},
			{ID: "b", Outcome: 99},
			{ID: "c", Outcome: funnel.Lost, Valid: b2b.Window{From: epoch, To: epoch}},
		},
		Allowed: []funnel.Transition{{From: "a", To: "nowhere"}},
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"pipeline.stages[1].id: empty", "pipeline.stages[2].id: defined twice", "pipeline.stages[3].outcome", "pipeline.stages[4].valid.to",
		"pipeline.stages: no stage is won", "pipeline.allowed[0].to: no such stage",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
}

// The two routes of seed 002: a repurchase with and without a new evaluation.
func TestLabels(t *testing.T) {
	p := funnel.FourV()
	for _, c := range []struct {
		from, to funnel.Stage
		want     funnel.Moment
		phase    b2b.Phase
	}{
		{"", "Attract", funnel.InitialConsideration, b2b.Attract},
		{"Attract", "Convince", funnel.ActiveEvaluation, b2b.Convince},
		{"Convince", "Retain", funnel.Purchase, b2b.Retain},
		{"Retain", "Grow", funnel.Purchase, b2b.Grow},
		{"Grow", "Retain", funnel.LoyaltyLoop, b2b.Retain},
		{"Retain", "Convince", funnel.ActiveEvaluation, b2b.Convince},
		{"Convince", "Lost", funnel.UnknownMoment, b2b.UnknownPhase},
		{"Convince", "Elsewhere", funnel.UnknownMoment, b2b.UnknownPhase},
	} {
		l := p.Labels(c.from, c.to)
		if l.Moment != c.want || l.ToPhase != c.phase {
			t.Errorf("%s to %s: got %v in phase %v", c.from, c.to, l.Moment, l.ToPhase)
		}
	}
}

func TestPipelineIsData(t *testing.T) {
	config := funnel.FourV().Config()
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	var back funnel.PipelineConfig
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config, back, cmp.AllowUnexported(b2b.Fraction{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A stage may be defined anew for a later time.
func TestStageOfATime(t *testing.T) {
	p, err := funnel.NewPipeline(funnel.PipelineConfig{ID: "p", Stages: []funnel.StageDef{
		{ID: "offer", Order: 1, Valid: b2b.Window{To: epoch}},
		{ID: "offer", Order: 3, Valid: b2b.Window{From: epoch}},
		{ID: "won", Order: 5, Outcome: funnel.Won},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Time]int{epoch.Add(-time.Hour): 1, epoch: 3, epoch.Add(time.Hour): 3} {
		if d, ok := p.Stage("offer", at); !ok || d.Order != want {
			t.Errorf("%v: order %d, want %d", at, d.Order, want)
		}
	}
}

func TestDates(t *testing.T) {
	ams, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Skip("no time zones on this machine")
	}
	d, err := funnel.ParseDate("2026-03-29") // the clocks go forward
	if err != nil {
		t.Fatal(err)
	}
	if got := d.AddDays(1).Start(ams).Sub(d.Start(ams)); got != 23*time.Hour {
		t.Errorf("the day has %v", got)
	}
	if i := funnel.Within(d.Start(ams), b2b.Day, ams); i.Latest.Sub(i.Earliest) != 23*time.Hour-time.Microsecond {
		t.Errorf("the instant spans %v", i.Latest.Sub(i.Earliest))
	}
	for _, c := range []funnel.Calendar{funnel.Daily, funnel.Weekly, funnel.Monthly, funnel.Quarterly, funnel.Yearly} {
		for h := 0; h < 20000; h += 7 {
			at := time.Date(1969, 11, 20, 3, 0, 0, 0, ams).Add(time.Duration(h) * time.Hour)
			if w := c.Period(c.Index(at, ams), ams); !w.Contains(at) {
				t.Fatalf("%v: %v is not in %v", c, at, w)
			}
		}
	}
	quarters := funnel.Quarterly.Split(b2b.Window{From: day(t, "2026-02-10"), To: day(t, "2026-08-01")}, nil)
	if len(quarters) != 3 || !quarters[1].From.Equal(day(t, "2026-04-01")) {
		t.Errorf("quarters: %v", quarters)
	}
}
