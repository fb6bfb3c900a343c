package journey_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/journey"
)

// TestCompositeOracle compares with counts by plain loops over the travel permits of BPI Challenge 2020.
func TestCompositeOracle(t *testing.T) {
	var want struct {
		Accounts      int                       `json:"accounts"`
		Events        int                       `json:"events"`
		Cases         map[string]int            `json:"cases"`
		ByKinds       map[string]int            `json:"accounts_by_journey_kinds"`
		Shared        map[string]int            `json:"shared_event_ids"`
		Allen         map[string]map[string]int `json:"allen_case_pairs"`
		During        [][]any                   `json:"crossings_step_while_other_open"`
		LR            [][]any                   `json:"interleavings_LR"`
		LRClosed      [][]any                   `json:"interleavings_LR_closed"`
		LRTotal       int                       `json:"interleavings_LR_total"`
		LRClosedTotal int                       `json:"interleavings_LR_closed_total"`
	}
	oracle(t, "composite_bpic2020.json", &want)
	l := bpic2020(t)
	if l.Len() != want.Events {
		t.Errorf("%d rows, want %d", l.Len(), want.Events)
	}
	composites := journey.Composites(l)
	if len(composites) != want.Accounts {
		t.Errorf("%d accounts, want %d", len(composites), want.Accounts)
	}
	cases, byKinds := map[string]int{}, map[string]int{}
	for _, c := range composites {
		var kinds []string
		for i := range c.Len() {
			k := string(c.Journey(i).Kind())
			cases[k]++
			if len(kinds) == 0 || kinds[len(kinds)-1] != k {
				kinds = append(kinds, k)
			}
		}
		byKinds[strings.Join(kinds, "+")]++
	}
	diff(t, "cases", want.Cases, cases)
	diff(t, "kinds", want.ByKinds, byKinds)
	shared := map[string]int{}
	for _, s := range journey.SharedEvents(l) {
		shared[string(s.A)+"|"+string(s.B)] = s.N
	}
	diff(t, "shared events", want.Shared, shared)

	if timeline := l.Timelines(); timeline.Journeys() != want.Accounts || timeline.Len() != l.Events() {
		t.Errorf("%d timelines with %d rows, want %d with %d", timeline.Journeys(), timeline.Len(), want.Accounts, l.Events())
	}

	if j := l.Timelines().Journey(0); j.Kind() != "" || j.Person() != "" || j.Account() == "" || j.Key() != string(j.Account()) {
		t.Errorf("timeline of %q: kind %q, person %q", j.Account(), j.Kind(), j.Person())
	}
	c, err := journey.NewCrossings(l, journey.SpanConfig{})
	if err != nil {
		t.Fatal(err)
	}
	allen := map[string]map[string]int{}
	for _, a := range c.Allen() {
		k := string(a.A) + "|" + string(a.B)
		if allen[k] == nil {
			allen[k] = map[string]int{}
		}
		allen[k][a.Relations.String()] = a.N
	}
	diff(t, "allen", want.Allen, allen)

	during := map[string]int{}
	for _, d := range c.During() {
		during[string(d.A)+"|"+string(d.Step)+"|"+string(d.B)] = d.N
	}
	wantDuring := map[string]int{}
	for _, d := range want.During {
		wantDuring[d[0].(string)+"|"+d[1].(string)+"|"+d[2].(string)] = int(d[3].(float64))
	}
	if len(wantDuring) < len(during) { // the oracle lists the most frequent ones
		for k := range during {
			if _, ok := wantDuring[k]; !ok {
				delete(during, k)
			}
		}
	}
	diff(t, "during", wantDuring, during)

	for _, closed := range []bool{false, true} {
		list, total := want.LR, want.LRTotal
		if closed {
			list, total = want.LRClosed, want.LRClosedTotal
		}
		wantLR, got, sum := map[string]int{}, map[string]int{}, 0
		for _, e := range list {
			wantLR[e[2].(string)+"|"+e[0].(string)+"|"+e[1].(string)] = int(e[3].(float64))
		}
		for _, k := range [][2]journey.Kind{{"declaration", "prepaid"}, {"prepaid", "declaration"}} {
			for _, e := range c.Interleavings(k[0], k[1], closed) {
				got[string(e.A)+">"+string(e.B)+"|"+string(e.From)+"|"+string(e.To)] = e.N
				sum += e.N
			}
		}
		if sum != total {
			t.Errorf("%d interleavings, want %d", sum, total)
		}
		diff(t, "interleavings", wantLR, got)
	}
}

func diff(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		if len(d) > 2000 {
			d = d[:2000]
		}
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}
