package survival_test

import (
	"encoding/csv"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/buyerjourney/b2b/funnel/survival"
	"github.com/buyerjourney/b2b/internal/realdata"
)

var bpiStates = []string{"Submitted", "Preaccepted", "Accepted", "Finalized", "Returned", "Won", "Declined", "Cancelled"}

// bpiStays reads the 33,836 stays of loan applications, in days since submission.
func bpiStays(t testing.TB) []survival.Stay {
	t.Helper()
	rows, err := csv.NewReader(realdata.Open(t, "funnel/bpi12/intervals.csv.gz")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	num := func(s string) float64 {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	var out []survival.Stay
	for _, row := range rows[1:] { // case,tstart,tstop,from,to,amount
		out = append(out, survival.Stay{
			Case: int(num(row[0])), Entry: num(row[1]), Exit: num(row[2]),
			State: slices.Index(bpiStates, row[3]), To: slices.Index(bpiStates, row[4]),
		})
	}
	return out
}

type bpiOracle struct {
	Occupancy pstate
	RMTS      []map[string]any `json:"rmts_90"`
	P030      []map[string]any `json:"transition_matrix_0_30"`
	P1040     []map[string]any `json:"transition_matrix_10_40"`
}

func TestMultiState(t *testing.T) {
	var o bpiOracle
	oracle(t, "aj_bpi12.json", &o)
	stays := bpiStays(t)
	start := []float64{1, 0, 0, 0, 0, 0, 0, 0}
	occ, err := survival.MultiState(stays, 8, survival.MultiStateConfig{Start: start})
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range o.Occupancy.T {
		shares, _ := occ.At(at)
		for h, name := range bpiStates {
			want := o.Occupancy.Pstate[i][name].(float64)
			if math.Abs(shares[h].Value-want) > 1e-9 {
				t.Errorf("share of %s at %g: got %.12g, want %.12g", name, at, shares[h].Value, want)
			}
			if se, _ := o.Occupancy.SEIJ[i][name].(float64); se > 1e-4 {
				if got := occ.StdErr(at, h); math.Abs(got/se-1) > 0.05 {
					t.Errorf("se of %s at %g: got %.8g, jackknife %.8g", name, at, got, se)
				}
			}
		}
	}
	end, _ := occ.At(1e9)
	near(t, "won at last", end[5].Value, 0.1801818, 5e-8) // figure 5 of the specification
	// R merges times that differ by less than 1e-8 of their range before it counts; told not to (survfit of survival 3.5-3,
	// timefix = FALSE, rmean = 90), it gives these.
	exact := []float64{
		.1012307160968945, 1.7352150055777125, .0192570532703791, 5.8289219253493822,
		1.4095891016121493, 13.0890173271156556, 51.4953796845051315, 16.3213891864834260,
	}
	for h, mean := range occ.MeanTimes(90) {
		near(t, "mean time in "+bpiStates[h], mean, exact[h], 1e-12)
		near(t, "mean time in "+bpiStates[h]+", times merged", mean, o.RMTS[h]["rmean"].(float64), 3e-7)
	}
	for _, c := range []struct {
		s, t float64
		want []map[string]any
	}{{0, 30, o.P030}, {10, 40, o.P1040}} {
		p, err := survival.TransitionMatrix(stays, 8, c.s, c.t)
		if err != nil {
			t.Fatal(err)
		}
		for h := range p {
			for j, name := range bpiStates {
				near(t, "P "+bpiStates[h]+" to "+name, p[h][j], c.want[h][name].(float64), 1e-9)
			}
		}
	}
}

func TestMultiStateJackknife(t *testing.T) {
	if testing.Short() {
		t.Skip("the jackknife over 13,087 cases takes two seconds")
	}
	var o bpiOracle
	oracle(t, "aj_bpi12.json", &o)
	occ, err := survival.MultiState(bpiStays(t), 8, survival.MultiStateConfig{Start: []float64{1, 0, 0, 0, 0, 0, 0, 0}, Robust: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range o.Occupancy.T {
		for h, name := range bpiStates {
			if se, _ := o.Occupancy.SEIJ[i][name].(float64); se > 0 {
				if got := occ.StdErr(at, h); math.Abs(got/se-1) > 1e-3 {
					t.Errorf("se of %s at %g: got %.8g, want %.8g", name, at, got, se)
				}
			}
		}
	}
}

func BenchmarkMultiState(b *testing.B) {
	stays := bpiStays(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := survival.MultiState(stays, 8, survival.MultiStateConfig{Start: []float64{1, 0, 0, 0, 0, 0, 0, 0}}); err != nil {
			b.Fatal(err)
		}
	}
}

// Clock-reset curves of each stage, with the times in it: by survfit of R.
func TestClockReset(t *testing.T) {
	var o struct {
		Stages map[string]struct {
			N      int
			CIF    pstate
			Median float64 `json:"median_time_in_stage"`
			RMST   float64 `json:"rmst30"`
		} `json:"per_stage"`
	}
	oracle(t, "aj_bpi12.json", &o)
	stays := bpiStays(t)
	exact := map[string]float64{ // R's survfit, timefix = FALSE, rmean = 30: see TestMultiState
		"Submitted": .1012307160968945, "Preaccepted": 3.043348059142087, "Accepted": .04925884892614391,
		"Finalized": 14.3008038806557, "Returned": 5.287617277139789,
	}
	for name, want := range o.Stages {
		var spells []survival.Spell
		for _, s := range stays {
			if bpiStates[s.State] != name || s.Exit == s.Entry && s.To < 0 {
				continue
			}
			spells = append(spells, survival.Spell{Exit: math.Round((s.Exit-s.Entry)*1e8) / 1e8, Cause: s.To + 1, Case: s.Case})
		}
		if len(spells) != want.N {
			t.Errorf("%s: %d spells, want %d", name, len(spells), want.N)
		}
		inc, err := survival.AalenJohansen(spells, 8, survival.Config{})
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range want.CIF.T {
			for to, state := range bpiStates {
				if p, ok := want.CIF.Pstate[i][state].(float64); ok {
					near(t, name+" to "+state, inc.Causes[to].ValueAt(at), p, 1e-9)
					e, _ := inc.Causes[to].At(at)
					if se, _ := want.CIF.SEIJ[i][state].(float64); se > 1e-3 && e.Level > 0 {
						// the log(−log) band of 1−F, turned back into its standard error
						theta := math.Log(math.Log(1-e.High)/math.Log(1-e.Low)) / 2
						got := theta * (1 - p) * -math.Log(1-p) / 1.959963984540054
						relative(t, name+" to "+state+" se", got, se, 5e-3) // Greenwood against the jackknife
					}
				}
			}
		}
		q, ok := inc.Survival.Quantile(0.5)
		if !ok {
			t.Errorf("%s: no median", name)
		}
		near(t, name+" median", q.Value, want.Median, 1e-12)
		mean, err := inc.Survival.Mean(30)
		if err != nil {
			t.Fatal(err)
		}
		near(t, name+" mean, times merged", mean.Value, want.RMST, 1e-8)
		near(t, name+" mean", mean.Value, exact[name], 1e-12)
	}
}
