package lifetime_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/buyerjourney/b2b/funnel/lifetime"
	"github.com/buyerjourney/b2b/internal/realdata"
)

var approx = cmpopts.EquateApprox(1e-10, 1e-10)

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, approx); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestChain(t *testing.T) {
	var o struct {
		FourV struct {
			States      []string
			P           [][]float64
			Fundamental [][]float64
			Absorption  [][]float64
			Mean        []float64 `json:"mean_steps"`
			Var         []float64 `json:"var_steps"`
			Reward      []float64
			Discount    float64
			Value       []float64 `json:"value_reward_at_start"`
		}
		Jump struct {
			States      []string
			P           [][]float64
			Fundamental [][]float64
			Absorption  [][]float64
			Mean        []float64 `json:"mean_steps"`
			Var         []float64 `json:"var_steps"`
		} `json:"bpi12_jump_chain"`
		PC struct {
			P    [][]float64
			R    []float64
			D    float64
			VInf []float64 `json:"V_inf"`
			V4   []float64 `json:"V_4"`
		} `json:"pfeifer_carraway"`
	}
	if err := json.Unmarshal(realdata.Oracle(t, "funnel/absorbing_markov.json"), &o); err != nil {
		t.Fatal(err)
	}
	c, err := lifetime.NewChain(o.FourV.States, o.FourV.P)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := c.Absorption()
	equal(t, "fundamental", a.Visits, o.FourV.Fundamental)
	equal(t, "absorption", a.Ends, o.FourV.Absorption)
	equal(t, "steps", a.Steps, o.FourV.Mean)
	if diff := cmp.Diff(o.FourV.Var, a.Variance, cmpopts.EquateApprox(1e-9, 1e-9)); diff != "" {
		t.Error(diff)
	}
	v, err := c.Value(o.FourV.Reward, lifetime.ValueConfig{Discount: o.FourV.Discount})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "value", v[:len(o.FourV.Value)], o.FourV.Value)

	if c, err = lifetime.NewChain(o.Jump.States, o.Jump.P); err != nil {
		t.Fatal(err)
	}
	a, _ = c.Absorption()
	equal(t, "jump chain, fundamental", a.Visits, o.Jump.Fundamental)
	equal(t, "jump chain, absorption", a.Ends, o.Jump.Absorption)

	if c, err = lifetime.NewChain([]string{"1", "2", "3", "4", "gone"}, o.PC.P); err != nil {
		t.Fatal(err)
	}
	if v, err = c.Value(o.PC.R, lifetime.ValueConfig{Discount: o.PC.D}); err != nil {
		t.Fatal(err)
	}
	equal(t, "Pfeifer-Carraway", v, o.PC.VInf)
	if v, err = c.Value(o.PC.R, lifetime.ValueConfig{Discount: o.PC.D, Periods: 5}); err != nil {
		t.Fatal(err)
	}
	equal(t, "Pfeifer-Carraway over four transitions", v, o.PC.V4)

	// Derivatives against differences of the value.
	d, err := c.Elasticities(o.PC.R, lifetime.ValueConfig{Discount: o.PC.D}, 0, 4)
	if err != nil {
		t.Fatal(err)
	}
	const h = 1e-6
	p := [][]float64{}
	for _, row := range o.PC.P {
		p = append(p, append([]float64(nil), row...))
	}
	p[1][0] += h
	p[1][4] += 0
	p[1][2] -= h
	moved, err := lifetime.NewChain([]string{"1", "2", "3", "4", "gone"}, p)
	if err != nil {
		t.Fatal(err)
	}
	w, err := moved.Value(o.PC.R, lifetime.ValueConfig{Discount: o.PC.D})
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "derivative", d[1][0]-d[1][2], (w[0]-o.PC.VInf[0])/h, 1e-5)
}

func TestClosedClassWithRewardIsRefused(t *testing.T) {
	c, err := lifetime.NewChain([]string{"on", "for ever"}, [][]float64{{0.5, 0.5}, {0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Value([]float64{1, 1}, lifetime.ValueConfig{})
	if d, ok := errors.AsType[*lifetime.DivergentError](err); !ok || d.Class[0] != "for ever" {
		t.Errorf("got %v", err)
	}
}

func TestLoop(t *testing.T) {
	var o struct {
		L struct {
			P       [][]float64
			G       [][]float64 `json:"G_offspring_per_period"`
			R       float64     `json:"reproduction_number"`
			Totals  [][]float64 `json:"total_person_periods (I-P-G)^-1"`
			Mult    float64     `json:"multiplier_vs_no_referral_from_Attract"`
			Without []float64   `json:"value_without"`
			With    []float64   `json:"value_with"`
			Growth  float64     `json:"dominant_growth_rate_per_period"`
			Disc    []float64   `json:"discounted_1pct_with"`
		} `json:"advocacy_loop"`
	}
	if err := json.Unmarshal(realdata.Oracle(t, "funnel/misc.json"), &o); err != nil {
		t.Fatal(err)
	}
	states := []string{"Attract", "Convince", "Retain", "Grow"}
	reward := []float64{-20, -150, 400, 900}
	l, err := lifetime.NewLoop(states, o.L.P, o.L.G)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "R", l.Reproduction(), o.L.R)
	equal(t, "growth", l.Growth(), o.L.Growth)
	_, totals, err := l.Totals()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "totals", totals, o.L.Totals)
	v, err := l.Value(reward, lifetime.ValueConfig{})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "without", v.Without, o.L.Without)
	equal(t, "with", v.With, o.L.With)
	if v, err = l.Value(reward, lifetime.ValueConfig{Discount: 0.01}); err != nil {
		t.Fatal(err)
	}
	equal(t, "with, discounted", v.With, o.L.Disc)

	none := [][]float64{{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}}
	alone, err := lifetime.NewLoop(states, o.L.P, none)
	if err != nil {
		t.Fatal(err)
	}
	if v, err = alone.Value(reward, lifetime.ValueConfig{}); err != nil {
		t.Fatal(err)
	}
	equal(t, "multiplier without referrals", v.Multiplier, []float64{1, 1, 1, 1})

	// R is linear in G; four times the referrals are too many for totals without end.
	for i := range o.L.G {
		for j := range o.L.G[i] {
			none[i][j] = 4 * o.L.G[i][j]
		}
	}
	many, err := lifetime.NewLoop(states, o.L.P, none)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "R of four times G", many.Reproduction(), 4*o.L.R)
	if _, err := many.Value(reward, lifetime.ValueConfig{}); !errors.Is(err, lifetime.ErrSupercritical) {
		t.Errorf("got %v", err)
	}
	if v, err = many.Value(reward, lifetime.ValueConfig{Periods: 12}); err != nil || v.With[3] <= v.Without[3] {
		t.Errorf("over 12 periods: %v, %v", v, err)
	}
}

func TestReproductionFromReferrals(t *testing.T) {
	p := [][]float64{{0.55, 0.25, 0, 0}, {0.05, 0.6, 0.15, 0}, {0, 0, 0.8, 0.12}, {0, 0, 0.05, 0.9}}
	r := lifetime.Referrals{
		Count:    [][]int64{{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 20, 0, 0}, {30, 60, 0, 0}},
		Exposure: []float64{500, 500, 1000, 1000},
	}
	e, err := lifetime.ReproductionFrom([]string{"Attract", "Convince", "Retain", "Grow"}, p, r, 0.8, 500, rand.NewPCG(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "R", e.Value, 0.32238805970149265, 1e-10)
	if !e.Contains(e.Value) || e.Width() > 0.3 {
		t.Errorf("interval: %v", e)
	}
}

func TestRenewal(t *testing.T) {
	type cohort struct {
		Survivors   []int64
		Alpha, Beta float64
		LL          float64
		Retention   []float64
		Survival    []float64
		DEL         float64 `json:"DEL_d10"`
	}
	var o struct {
		SBG struct{ Regular, HighEnd cohort } `json:"sbg"`
	}
	clv(t, &o)
	for _, c := range []cohort{o.SBG.Regular, o.SBG.HighEnd} {
		m, err := lifetime.FitRenewal(lifetime.RenewalCohort{Survivors: c.Survivors[:8]}) // fitted to years 0 to 7
		if err != nil {
			t.Fatal(err)
		}
		relative(t, "alpha", m.Alpha, c.Alpha, 1e-4)
		relative(t, "beta", m.Beta, c.Beta, 1e-4)
		if m.LogLik < c.LL-1e-6 {
			t.Errorf("log-likelihood: got %.9f, want %.9f", m.LogLik, c.LL)
		}
		at, err := lifetime.NewRenewal(c.Alpha, c.Beta)
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.Retention {
			relative(t, "retention", at.Retention(i+1), c.Retention[i], 1e-10)
			relative(t, "survival", at.Survival(i+1), c.Survival[i], 1e-10)
		}
		v, err := at.Value(0.10)
		if err != nil {
			t.Fatal(err)
		}
		relative(t, "value", v, c.DEL, 1e-8)
		// The value of a new customer is his first payment and what he pays from the first renewal on, discounted once.
		rest, err := at.Residual(1, 0.10)
		if err != nil {
			t.Fatal(err)
		}
		relative(t, "value by parts", 1+rest/1.1, v, 1e-10)
	}
	// Cohorts of different age in one likelihood are one cohort, cut.
	a, err := lifetime.FitRenewal(lifetime.RenewalCohort{Survivors: []int64{1000, 631, 468}}, lifetime.RenewalCohort{Survivors: []int64{1000, 640, 470, 380}})
	if err != nil || !(a.Alpha > 0) {
		t.Errorf("two cohorts: %v, %v", a, err)
	}
	if _, err := lifetime.FitRenewal(lifetime.RenewalCohort{Survivors: []int64{10, 10}}); err == nil {
		t.Error("nobody left, and yet there is a fit")
	}
}
