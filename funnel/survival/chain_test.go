package survival_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/buyerjourney/b2b/funnel/survival"
)

// Figures of ctmc_exact_bpi12.json, by msm; for exactly timed data msm itself cannot start, and N/T is the answer.
func TestChain(t *testing.T) {
	var o struct {
		N, Q, SE  [][]float64
		T         []float64
		Loglik    float64
		P1        [][]float64 `json:"P_1"`
		P10       [][]float64 `json:"P_10"`
		P30       [][]float64 `json:"P_30"`
		Absorbing struct {
			Fundamental, Absorb [][]float64
			Mean                []float64 `json:"mean_time_to_absorption"`
		}
	}
	oracle(t, "ctmc_exact_bpi12.json", &o)
	c, err := survival.FitChain(bpiStays(t), 8, 0)
	if err != nil {
		t.Fatal(err)
	}
	approx := cmpopts.EquateApprox(1e-10, 1e-12)
	same := func(what string, got, want any) {
		t.Helper()
		if diff := cmp.Diff(want, got, approx); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	same("N", c.N, o.N)
	same("T", c.T, o.T)
	same("Q", c.Q, o.Q)
	near(t, "log-likelihood", c.LogLik, o.Loglik, 1e-10)
	for r := range o.SE {
		for s, se := range o.SE[r] {
			if r != s {
				near(t, "se", c.StdErr(r, s), se, 1e-12)
			}
		}
	}
	for at, want := range map[float64][][]float64{1: o.P1, 10: o.P10, 30: o.P30} {
		p, err := c.P(at)
		if err != nil {
			t.Fatal(err)
		}
		same("P", p, want)
	}
	e, ok := c.Absorption()
	if !ok {
		t.Fatal("no end")
	}
	same("time", e.Time, o.Absorbing.Fundamental)
	same("ends", e.Probability, o.Absorbing.Absorb)
	same("mean", e.Mean, o.Absorbing.Mean)
}

func TestChainFirstPassage(t *testing.T) {
	// Two states that alternate after 2 and 4 on average.
	stays := []survival.Stay{{State: 0, To: 1, Exit: 2, Case: 1}, {State: 1, To: 0, Entry: 2, Exit: 6, Case: 1}, {State: 0, To: -1, Entry: 6, Exit: 6.5, Case: 1}}
	c, err := survival.FitChain(stays, 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	mean, ok := c.FirstPassage(1)
	if !ok {
		t.Fatal("not reached")
	}
	near(t, "first passage", mean[0], 2.5, 1e-12) // one transition in 2.5
	if _, ok := c.Absorption(); ok {
		t.Error("a chain that never ends has an end")
	}
	next, ok := c.Next(0)
	if !ok || next[1] != 1 {
		t.Errorf("next: %v", next)
	}
}
