package inference_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/inference"
)

func TestConfigErrors(t *testing.T) {
	var tr inference.Trainer
	if _, err := tr.Model(inference.Config{}); !errors.Is(err, b2b.ErrTooFew) {
		t.Errorf("a model of nothing: %v", err)
	}
	for _, p := range labelled() {
		if err := tr.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		cfg  inference.Config
		want string
	}{
		{inference.Config{Alpha: -1, Cap: math.NaN(), MinKL: math.Inf(1), Prior: 9, Predictive: 9}, "config.alpha: negative\n" +
			"config.cap: not a finite number\nconfig.min_kl: not a finite number\nconfig.prior: no such value\nconfig.predictive: no such value"},
		{inference.Config{Prior: inference.Given}, "config.given: does not sum to 1"},
		{inference.Config{Prior: inference.Given, Given: []dmu.SeatP{{Seat: "user", P: 0}, {P: .5}, {Seat: "user", P: .5}}}, "config.given[0].p: outside (0,1]\n" +
			"config.given[1].seat: empty\nconfig.given[2].seat: repeated"},
		{inference.Config{Prior: inference.Given, Given: []dmu.SeatP{{Seat: "user", P: 1}}}, "config.given: a trained seat is missing\nconfig.given: a trained seat is missing"},
	} {
		if _, err := tr.Model(tt.cfg); err == nil || err.Error() != tt.want {
			t.Errorf("%+v: %v", tt.cfg, err)
		}
	}
	m, err := tr.Model(inference.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for what, p := range map[string]dmu.PersonSteps{
		"seat: the model holds no such person":    {Seat: "pilot"},
		"steps[0].n: more than the model holds":   {Seat: "user", Steps: []dmu.StepCount{{Step: "flying", N: 1}}},
		"steps: more than the model holds":        {Seat: "user", Steps: []dmu.StepCount{{Step: "price request", N: 2}}},
		"title: not in the model":                 {Seat: "user", Title: "Pilot"},
		"title: more than the model holds":        {Seat: "user", Title: "Counsel"},
		"steps[0].n: negative\nsteps[1].step: em": {Seat: "user", Steps: []dmu.StepCount{{Step: "x", N: -1}, {N: 1}}},
	} {
		if _, err := m.Without(p); err == nil || !strings.HasPrefix(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestTrainerErrors(t *testing.T) {
	var tr inference.Trainer
	p := labelled()[0]
	if err := tr.Add(p); err != nil {
		t.Fatal(err)
	}
	before, _ := tr.AppendBinary(nil)
	for what, do := range map[string]func() error{
		"steps[0].n: below zero: the person was not added\nsteps[1].n: below zero: the person was not added": func() error {
			return tr.Sub(dmu.PersonSteps{Seat: "user", Steps: []dmu.StepCount{{Step: "product page", N: 10}, {Step: "x", N: 1}}})
		},
		"title: below zero: the person was not added": func() error { return tr.Sub(dmu.PersonSteps{Seat: "user", Title: "Pilot"}) },
		"seat: no person of this seat is left":        func() error { return tr.Sub(dmu.PersonSteps{Seat: "legal"}) },
		"steps[0].n: more events than can be counted": func() error {
			return tr.Add(dmu.PersonSteps{Seat: "user", Steps: []dmu.StepCount{{Step: "product page", N: math.MaxInt64}}})
		},
		"step: empty": func() error { return tr.Declare("") },
	} {
		if err := do(); err == nil || err.Error() != what || !errors.Is(err, b2b.ErrInvalid) {
			t.Errorf("%v, want %s", err, what)
		}
		if after, _ := tr.AppendBinary(nil); string(after) != string(before) {
			t.Errorf("%s: the trainer has changed", what)
		}
	}
}

// A declared step widens the vocabulary; an unknown one says nothing, or shares a cell with all others that are unknown.
func TestVocabulary(t *testing.T) {
	var tr inference.Trainer
	for _, p := range labelled() {
		if err := tr.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tr.Declare("demo"), tr.Add(dmu.PersonSteps{Steps: []dmu.StepCount{{Step: "trial", N: 1}, {Step: "never", N: 0}}})); err != nil {
		t.Fatal(err)
	}
	m, err := tr.Model(inference.Config{})
	if err != nil || m.Vocabulary() != 5 {
		t.Fatal(m.Vocabulary(), err)
	}
	unseen := []dmu.StepCount{{Step: "never", N: 2}, {Step: "nowhere", N: 1}}
	if v := m.Score(nil, unseen, ""); v.UnseenSteps != 3 || v.Decided || v.KL != 0 || v.EffectiveN != 0 {
		t.Errorf("%+v", v)
	}
	if m, err = tr.Model(inference.Config{UnseenCell: true}); err != nil {
		t.Fatal(err)
	}
	if v := m.Score(nil, unseen, ""); v.UnseenSteps != 3 || v.KL == 0 || v.EffectiveN != 3 {
		t.Errorf("%+v", v)
	}
}

// With one seat there is nothing to tell apart.
func TestOneSeat(t *testing.T) {
	var tr inference.Trainer
	if err := tr.Add(labelled()[0]); err != nil {
		t.Fatal(err)
	}
	m, err := tr.Model(inference.Config{MinKL: -1, MinMargin: -1})
	if err != nil {
		t.Fatal(err)
	}
	v := m.Score(nil, labelled()[0].Steps, "")
	if v.Best != "user" || v.P != 1 || v.Decided || v.Margin != 0 || v.RunnerUp != "" {
		t.Errorf("%+v", v)
	}
	if e := m.Explain(labelled()[0].Steps, "x"); len(e.Parts) != 0 || e.Verdict.Best != "user" {
		t.Errorf("%+v", e)
	}
	if _, err := inference.Evaluate(labelled()[:2], inference.Config{}); !errors.Is(err, b2b.ErrTooFew) {
		t.Errorf("%v", err)
	}
	if v := new(inference.Model).Score(nil, nil, "x"); v != (inference.Verdict{}) {
		t.Errorf("%+v", v)
	}
}

// Twenty persons take a step, all of them in legal: its signature. Everybody takes the other: nobody's.
func TestSignature(t *testing.T) {
	var tr inference.Trainer
	for i := range 40 {
		p := dmu.PersonSteps{Seat: "legal", Steps: []dmu.StepCount{{Step: "terms", N: 1}, {Step: "page", N: 1}}}
		if i >= 20 {
			p.Seat, p.Steps = "user", p.Steps[1:]
		}
		if err := tr.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	m, err := tr.Model(inference.Config{})
	if err != nil {
		t.Fatal(err)
	}
	d := m.Diagnose()
	// The 5 % quantile of Beta(20.5, 0.5) is 0.90952, by numerical integration.
	if d[0].Step != "terms" || d[0].Signature != "legal" || d[0].Takers != 20 || math.Abs(d[0].Low-.90952) > 1e-5 || d[1].Signature != "" {
		t.Errorf("%+v", d)
	}
	if diff := cmp.Diff([]dmu.SeatStep{{Seat: "legal", Step: "terms", Bits: d[0].Bits}, {Seat: "user", Step: "page", Bits: d[1].Bits}}, m.Telling()); diff != "" {
		t.Error(diff)
	}
}

func TestJointErrors(t *testing.T) {
	_, err := inference.Joint(inference.JointConfig{
		Seats:  []b2b.SeatID{"a", "", "a"},
		P:      [][]float64{{1}, {0, 0, 0}, {math.NaN(), -1, 1}},
		Limits: []inference.Limit{{Seat: "z"}, {Seat: "a", Min: -1}, {Seat: "a", Min: 2, Max: 1}},
	})
	want := "seats[1]: empty or repeated\nseats[2]: empty or repeated\np[0]: not one number per seat\np[1]: no seat is possible\n" +
		"p[2][0]: not a finite number ≥ 0\np[2][1]: not a finite number ≥ 0\nlimits[0].seat: no such seat\nlimits[1].min: negative\n" +
		"limits[2].seat: repeated"
	if err == nil || err.Error() != want {
		t.Error(err)
	}
	cfg := inference.JointConfig{MaxWork: 10}
	for r := range 7 {
		id := b2b.SeatID(rune('a' + r))
		cfg.Seats, cfg.Limits = append(cfg.Seats, id), append(cfg.Limits, inference.Limit{Seat: id, Max: 2})
	}
	for range 12 {
		cfg.P = append(cfg.P, []float64{1, 1, 1, 1, 1, 1, 1})
	}
	if _, err := inference.Joint(cfg); !errors.Is(err, b2b.ErrTooLarge) {
		t.Error(err)
	}
}
