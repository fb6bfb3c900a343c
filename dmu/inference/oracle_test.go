package inference_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/inference"
)

// oracle is testdata/role_inference.json: exact rationals and log-gamma routes of independent code.
type oracle struct {
	Roles, Steps []string
	Training     map[string][]int64 `json:"training_counts"`
	Single       []struct {
		Name     string
		Counts   map[string]int64
		Bayes    floats `json:"naive_bayes"`
		DM       floats `json:"dirichlet_multinomial"`
		Evidence map[string]struct {
			Count int64
			LLR   float64 `json:"llr_vs_second_nats"`
		}
	} `json:"single_person"`
	Diagnosticity []struct {
		Step      string
		Posterior floats `json:"posterior_of_role_given_one_step"`
		Best      string
		Lift      float64
		Bits      float64 `json:"information_bits"`
	} `json:"step_diagnosticity"`
	Title struct {
		Steps   map[string]int64
		Without floats `json:"without_title"`
		With    floats `json:"with_title"`
	} `json:"title_plus_steps"`
	Persons map[string]map[string]int64
	Joint   []struct {
		Name      string
		Min, Max  map[string]int
		Map       map[string]string
		P         floats1           `json:"map_posterior"`
		Marginals map[string]floats `json:"marginals"`
	} `json:"joint_assignment"`
	Calibration struct {
		P, Y []float64
		ECE  float64 `json:"ece_5_equal_width_bins_right_closed"`
	}
}

type floats struct{ Float map[string]float64 }

type floats1 struct{ Float float64 }

func readOracle(t testing.TB) (o oracle, trainer *inference.Trainer, given []dmu.SeatP) {
	t.Helper()
	data, err := os.ReadFile("testdata/role_inference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	trainer = new(inference.Trainer)
	for i, r := range o.Roles {
		p := dmu.PersonSteps{Seat: b2b.SeatID(r)}
		for s, n := range o.Training[r] {
			p.Steps = append(p.Steps, dmu.StepCount{Step: o.Steps[s], N: n})
		}
		if err := trainer.Add(p); err != nil {
			t.Fatal(err)
		}
		given = append(given, dmu.SeatP{Seat: b2b.SeatID(r), P: []float64{.3, .25, .2, .15, .1}[i]})
	}
	return o, trainer, given
}

func counts(m map[string]int64) (steps []dmu.StepCount) {
	for s, n := range m {
		steps = append(steps, dmu.StepCount{Step: s, N: n})
	}
	return steps
}

func posterior(m *inference.Model, steps []dmu.StepCount) map[string]float64 {
	p := make([]float64, len(m.Seats()))
	m.Score(p, steps, "")
	out := map[string]float64{}
	for i, s := range m.Seats() {
		out[string(s)] = p[i]
	}
	return out
}

func TestOracleSinglePerson(t *testing.T) {
	o, trainer, given := readOracle(t)
	for _, tt := range []struct {
		name string
		kind inference.PredictiveKind
		tol  float64
		want func(i int) map[string]float64
	}{
		{"plug-in", inference.PlugIn, 1e-12, func(i int) map[string]float64 { return o.Single[i].Bayes.Float }},
		{"dirichlet-multinomial", inference.DirichletMultinomial, 1e-9, func(i int) map[string]float64 { return o.Single[i].DM.Float }},
	} {
		m, err := trainer.Model(inference.Config{Cap: -1, Prior: inference.Given, Given: given, Predictive: tt.kind})
		if err != nil {
			t.Fatal(err)
		}
		for i, person := range o.Single {
			t.Run(tt.name+"/"+person.Name, func(t *testing.T) {
				got := posterior(m, counts(person.Counts))
				if diff := cmp.Diff(tt.want(i), got, cmpopts.EquateApprox(0, tt.tol)); diff != "" {
					t.Error(diff)
				}
				if tt.kind != inference.PlugIn {
					return
				}
				e := m.Explain(counts(person.Counts), "")
				for _, part := range e.Parts {
					want, ok := person.Evidence[part.Name]
					if part.Kind == inference.StepPart && (!ok || want.Count != part.Count || math.Abs(want.LLR-part.Nats) > 1e-9) {
						t.Errorf("%s: %+v, want %+v", part.Name, part, want)
					}
				}
			})
		}
	}
}

func TestOracleDiagnosticity(t *testing.T) {
	o, trainer, given := readOracle(t)
	m, err := trainer.Model(inference.Config{Prior: inference.Given, Given: given})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]inference.Diagnosis{}
	for _, d := range m.Diagnose() {
		got[d.Step] = d
	}
	for _, want := range o.Diagnosticity {
		d := got[want.Step]
		if string(d.Best) != want.Best || math.Abs(d.Lift-want.Lift) > 1e-12 || math.Abs(d.Bits-want.Bits) > 1e-12 {
			t.Errorf("%s: %+v, want %+v", want.Step, d, want)
		}
		for _, sp := range d.Posterior {
			if math.Abs(sp.P-want.Posterior.Float[string(sp.Seat)]) > 1e-12 {
				t.Errorf("%s: %+v", want.Step, sp)
			}
		}
	}
}

// The title's likelihood comes from outside: up to a constant .9 for legal.
func TestOracleTitle(t *testing.T) {
	o, trainer, given := readOracle(t)
	m, err := trainer.Model(inference.Config{Cap: -1, Prior: inference.Given, Given: given})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(o.Title.Without.Float, posterior(m, counts(o.Title.Steps)), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Error(diff)
	}
	likelihood := map[b2b.SeatID]float64{"user": .01, "influencer": .03, "buyer": .01, "decider": .05, "legal": .9}
	var logs []float64
	for _, s := range m.Seats() {
		logs = append(logs, math.Log(likelihood[s]))
	}
	p := make([]float64, len(logs))
	v, err := m.ScoreWith(p, counts(o.Title.Steps), logs)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range m.Seats() {
		if math.Abs(p[i]-o.Title.With.Float[string(s)]) > 1e-12 {
			t.Errorf("%s: %v, want %v", s, p[i], o.Title.With.Float[string(s)])
		}
	}
	if v.Best != "legal" || !v.Decided {
		t.Errorf("verdict %+v", v)
	}
	if _, err := m.ScoreWith(p, nil, logs[1:]); err == nil {
		t.Error("a likelihood of the wrong length is accepted")
	}
}

func TestOracleJoint(t *testing.T) {
	o, trainer, given := readOracle(t)
	m, err := trainer.Model(inference.Config{Cap: -1, Prior: inference.Given, Given: given})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"ann", "bob", "cas", "dee", "eva"}
	for _, tt := range o.Joint {
		t.Run(tt.Name, func(t *testing.T) {
			cfg := inference.JointConfig{Seats: m.Seats()}
			for _, n := range names {
				p := make([]float64, len(m.Seats()))
				m.Score(p, counts(o.Persons[n]), "")
				cfg.P = append(cfg.P, p)
			}
			for _, s := range m.Seats() {
				if l := (inference.Limit{Seat: s, Min: tt.Min[string(s)], Max: tt.Max[string(s)]}); l.Min > 0 || l.Max > 0 {
					cfg.Limits = append(cfg.Limits, l)
				}
			}
			got, err := inference.Joint(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(got.P-tt.P.Float) > 1e-12 {
				t.Errorf("P = %v, want %v", got.P, tt.P.Float)
			}
			for i, n := range names {
				if string(got.Seats[i]) != tt.Map[n] {
					t.Errorf("%s: %s, want %s", n, got.Seats[i], tt.Map[n])
				}
				for r, s := range m.Seats() {
					if math.Abs(got.Marginals[i][r]-tt.Marginals[n].Float[string(s)]) > 1e-12 {
						t.Errorf("%s %s: %v, want %v", n, s, got.Marginals[i][r], tt.Marginals[n].Float[string(s)])
					}
				}
			}
		})
	}
}

// The bins alone, on answers whose probabilities lie on borders: the rest of the block is of two seats, which Evaluate's
// tests cover for any number.
func TestOracleCalibration(t *testing.T) {
	o, _, _ := readOracle(t)
	var right []bool
	for _, y := range o.Calibration.Y {
		right = append(right, y == 1)
	}
	if got := inference.ExpectedCalibrationError(5, o.Calibration.P, right); len(right) != 8 || math.Abs(got-o.Calibration.ECE) > 1e-12 {
		t.Errorf("%v of %d answers, want %v", got, len(right), o.Calibration.ECE)
	}
}
