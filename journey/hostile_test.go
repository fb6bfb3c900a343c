package journey_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/touchpoint"
)

// ask calls everything that answers questions about a log; whatever the log, nothing may panic.
func ask(t *testing.T, l *journey.Log) {
	t.Helper()
	for range l.Accounts() {
	}
	for range l.Touches() {
	}
	l.Ties()
	l.Late()
	journey.Composites(l)
	journey.SharedEvents(l)
	journey.StepCounts(l, nil)
	journey.Changes(l, []journey.StageRule{{Step: "a", Pipeline: "p", Stage: "s"}})
	o := journey.OverlapOf(l, nil).Overlap(journey.Persons)
	o.Cells()
	o.Dependence()
	o.Entropy()
	o.Pairs()
	o.SharedSteps()
	o.SVG()
	if _, err := o.Significance(t.Context(), journey.SignificanceConfig{Permutations: 3, Replicates: 3, Source: rand.NewPCG(1, 1)}); err != nil {
		t.Error(err)
	}
	for _, closing := range [][]journey.Closing{nil, {{Kind: "", Steps: []journey.StepID{"a"}}}} {
		c, err := journey.NewCrossings(l, journey.SpanConfig{Closings: closing})
		if err != nil {
			t.Error(err)
			continue
		}
		c.Allen()
		c.During()
		c.Interleavings("", "k", true)
	}
	found, err := l.Crossings([]journey.CrossingRule{{ID: "r", Hold: journey.Match{Steps: []journey.StepID{"a"}}, Severity: journey.Note}}, journey.RuleConfig{})
	if err != nil {
		t.Error(err)
	}
	if _, err := l.Effect(found, journey.EffectConfig{Goals: []journey.StepID{"a"}}); err != nil {
		t.Error(err)
	}
	if _, err := l.Chance(t.Context(), journey.ChanceConfig{Shifts: 3, Open: "k", Source: rand.NewPCG(1, 1)}); err != nil {
		t.Error(err)
	}
	l.VegaLite()
}

// TestOddLogs: logs that hold next to nothing, or odd things, answer every question, and so do the logs that are made of them.
func TestOddLogs(t *testing.T) {
	end := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	zero := new(journey.Log)
	empty, _ := build(journey.Config{})
	one, _ := build(journey.Config{}, journey.Event{Step: "a", Journey: "j", At: epoch})
	ordered, _ := build(journey.Config{}, journey.Event{Step: "a", Person: "p", Kind: "k"}, journey.Event{Step: "b", Person: "p", Kind: "k", Seq: 1})
	nobody, rep := build(journey.Config{}, journey.Event{Step: "a", At: epoch})
	if rep.Unassigned != 1 || rep.Accepted != 1 || nobody.Len() != 0 {
		t.Errorf("%+v, %d rows", rep, nobody.Len())
	}
	never, _ := build(journey.Config{},
		journey.Event{Step: "a", Account: "x", Kind: "k", Journey: "1", At: time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), RecordedAt: end, Precision: b2b.Year},
		journey.Event{Step: "b", Account: "x", Kind: "k", Journey: "1", At: end, Precision: b2b.Year},
		journey.Event{Step: "a", Account: "x", Kind: "l", Journey: "2", At: epoch.In(time.FixedZone("", 14*3600)), RecordedAt: epoch},
	)
	for what, l := range map[string]*journey.Log{"zero": zero, "empty": empty, "one row": one, "order only": ordered, "in no journey": nobody, "sentinel dates": never} {
		t.Run(what, func(t *testing.T) {
			ask(t, l)
			for _, made := range []*journey.Log{
				l.Where(journey.Filter{Steps: []journey.StepID{"nowhere"}}), l.Sessions(0), l.Timelines(), l.Strip("a"), l.AsOf(b2b.View{Known: epoch}),
			} {
				ask(t, made)
			}
			without, _ := l.Forget("p")
			ask(t, without)
		})
	}
	if late := never.Late(); late.P99 < 0 || late.P99 < 200*365*24*time.Hour {
		t.Errorf("a lag of 8,000 years is %v", late.P99)
	}
	found, err := never.Crossings([]journey.CrossingRule{{
		ID: "r", While: journey.Match{Kinds: []journey.Kind{"k"}}, Hold: journey.Match{Kinds: []journey.Kind{"l"}}, Severity: journey.Note,
	}}, journey.RuleConfig{})
	if err != nil || len(found) != 1 || found[0].OpenFor != time.Duration(math.MaxInt64/1000*1000) {
		t.Errorf("open for 2,000 years: %+v, %v", found, err)
	}
}

// TestMeetingOfRows: the participants of one meeting are rows of their source, so their sequence numbers and exposures differ; they
// are one event all the same, whatever their order, and nobody's part is taken for a correction of another's.
func TestMeetingOfRows(t *testing.T) {
	touches := []touchpoint.Touch{
		{ID: "m", Source: "crm", Seq: 4, Touchpoint: "fair", Person: "ben", Account: "a", Seat: "legal", At: epoch.In(time.FixedZone("", 3600))},
		{ID: "m", Source: "crm", Seq: 3, Touchpoint: "fair", Person: "anna", Account: "a", Seat: "buyer", At: epoch, Exposure: touchpoint.Own},
		{ID: "m", Source: "crm", Seq: 5, Touchpoint: "fair", Person: "anna", Account: "a", Seat: "buyer", At: epoch},
	}
	config := journey.TouchConfig{Step: func(t touchpoint.Touch) journey.StepID { return journey.StepID("by " + t.Seat) }}
	for range 2 {
		events := journey.FromTouches(config, touches)
		l, rep := build(journey.Config{}, events...)
		if len(events) != 1 || events[0].Step != "by buyer" || events[0].Seq != 3 || l.Len() != 2 || l.Events() != 1 || rep.Accepted != 1 || len(rep.Superseded) != 0 {
			t.Errorf("%+v, %+v", events, rep)
		}
		touches[0], touches[2] = touches[2], touches[0]
	}
}
