package simulation_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
	"github.com/buyerjourney/b2b/journey/simulation"
)

// caseLog reads one of the case logs: rows in the order of the file.
func caseLog(tb testing.TB, file string) *journey.Log {
	tb.Helper()
	rows, err := csv.NewReader(realdata.Open(tb, "journey/"+file+".csv.gz")).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	var b journey.Builder
	for i, r := range rows[1:] {
		at, err := time.Parse(time.RFC3339Nano, r[2])
		if err != nil {
			tb.Fatal(err)
		}
		b.Add(journey.Event{Journey: r[0], Step: journey.StepID(r[1]), At: at, Seq: int64(i)})
	}
	l, _ := b.Build(journey.Identities{})
	return l
}

type markov struct {
	Absorption map[string]float64 `json:"absorption"`
	Duration   float64            `json:"expected_duration_s"`
	Length     float64            `json:"expected_length"`
	Visits     map[string]float64 `json:"expected_visits"`
	Ever       map[string]float64 `json:"probability_ever"`
	Block      struct {
		Share float64 `json:"completing_share"`
		Step  string
	} `json:"whatif_block"`
}

var markovLogs = []string{"running-example", "receipt", "purchasing", "bpic2020_domestic", "retentioneering_ecom", "bpic2012"}

// TestChainOracle compares with absorbing chains solved by plain linear algebra in another language.
func TestChainOracle(t *testing.T) {
	for _, file := range markovLogs {
		t.Run(file, func(t *testing.T) {
			var want markov
			if err := json.Unmarshal(realdata.Oracle(t, "journey/markov_"+file+".json"), &want); err != nil {
				t.Fatal(err)
			}
			l := caseLog(t, file)
			times, _ := discovery.Performance(l)
			m, err := simulation.FromDFG(discovery.NewDFG(l), times, simulation.Config{})
			if err != nil {
				t.Fatal(err)
			}
			a, err := m.Analytic()
			if err != nil {
				t.Fatal(err)
			}
			near(t, "length", want.Length, a.Length)
			near(t, "duration", want.Duration, a.Mean)
			near(t, "flow-through", 1, a.FlowThrough)
			sum := 0.0
			for _, e := range a.Ends {
				near(t, "absorption "+string(e.Step), want.Absorption[string(e.Step)], e.P)
				sum += e.P
			}
			near(t, "sum of the ends", 1, sum)
			for _, s := range a.Steps {
				near(t, "visits "+string(s.Step), want.Visits[string(s.Step)], s.Visits)
				near(t, "ever "+string(s.Step), want.Ever[string(s.Step)], s.Ever)
				if string(s.Step) == want.Block.Step {
					near(t, "without "+string(s.Step), want.Block.Share, s.Without)
				}
			}
		})
	}
}

func near(t *testing.T, what string, want, got float64) {
	t.Helper()
	if math.Abs(want-got) > 1e-9*max(1, math.Abs(want)) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
