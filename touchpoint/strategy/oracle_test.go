package strategy_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/touchpoint"
	"github.com/buyerjourney/b2b/touchpoint/strategy"
)

// Oracle values: ../shared/oracles/touchpoint/worked_examples.json, computed by independent code.

func oracle[T any](t testing.TB) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(realdata.Oracle(t, "touchpoint/worked_examples.json"), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func near(t testing.TB, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

// The example has four phases of its own; they stand for the four sales phases in order.
var phaseOf = map[string]b2b.Phase{"aware": b2b.Attract, "consider": b2b.Convince, "evaluate": b2b.Retain, "buy": b2b.Grow}

func TestCoveragePlanOracle(t *testing.T) {
	o := oracle[struct {
		C struct {
			Needs       [][4]any
			Touchpoints map[string]struct {
				Cost   float64
				Covers [][4]any
			}
			All       map[string]float64 `json:"all_coverage"`
			ByPhase   map[string]float64 `json:"gap_by_phase"`
			ByPersona map[string]float64 `json:"gap_by_persona"`
			Index     float64            `json:"coverage_index"`
			Budget    float64
			Best      struct {
				Value, Cost float64
				Set         []touchpoint.ID
			}
		} `json:"contact_strategy"`
	}](t).C
	var needs []strategy.Need
	for _, n := range o.Needs {
		needs = append(needs, strategy.Need{Persona: n[0].(string), Phase: phaseOf[n[1].(string)], Topic: n[2].(string), Weight: n[3].(float64)})
	}
	one := b2b.MustFraction(1)
	var supplies []strategy.Supply
	var offers []strategy.Offer
	for id, x := range o.Touchpoints {
		offers = append(offers, strategy.Offer{Touchpoint: touchpoint.ID(id), Cost: x.Cost})
		for _, c := range x.Covers {
			supplies = append(supplies, strategy.Supply{
				Touchpoint: touchpoint.ID(id), Persona: c[0].(string), Phase: phaseOf[c[1].(string)], Topic: c[2].(string),
				Fit: b2b.MustFraction(c[3].(float64)), Reach: one, Quality: one, Control: one,
			})
		}
	}
	c, ok, err := strategy.Cover(needs, supplies, strategy.CoverageConfig{})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	near(t, "index", c.Index, o.Index)
	names := map[b2b.Phase]string{}
	for name, p := range phaseOf {
		names[p] = name
	}
	for _, n := range c.Needs {
		key := strings.Join([]string{n.Persona, names[n.Phase], n.Topic}, "|")
		near(t, key, n.Coverage, o.All[key])
	}
	for _, g := range c.ByPhase {
		p, _ := b2b.ParsePhase(g.Label)
		near(t, g.Label, g.Gap, o.ByPhase[names[p]])
	}
	for _, g := range c.ByPersona {
		near(t, g.Label, g.Gap, o.ByPersona[g.Label])
	}
	plan, err := strategy.MakePlan(t.Context(), needs, supplies, offers, o.Budget, strategy.CoverageConfig{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "value", plan.Value, o.Best.Value)
	near(t, "cost", plan.Cost, o.Best.Cost)
	if diff := cmp.Diff(o.Best.Set, plan.Touchpoints); diff != "" || !plan.Exact {
		t.Error(diff)
	}
}

func TestPriorityOracle(t *testing.T) {
	o := oracle[struct {
		P struct {
			Items []struct {
				ID                                           touchpoint.ID
				Imp, Perf, Bench, Reach, Control, Cost, Gain float64
				Gap, Priority, Benefit                       float64
				Opportunity                                  float64 `json:"opportunity_ulwick"`
			}
			Budget float64
			Best   struct {
				Benefit float64
				IDs     []touchpoint.ID
			}
			Rank []touchpoint.ID
		} `json:"priority"`
	}](t).P
	var candidates []strategy.Candidate
	for _, x := range o.Items {
		candidates = append(candidates, strategy.Candidate{
			Touchpoint: x.ID, Importance: b2b.Point(x.Imp, "given"), Performance: b2b.Point(x.Perf, "given"), Benchmark: b2b.Point(x.Bench, "given"),
			Reach: b2b.MustFraction(x.Reach), Control: b2b.MustFraction(x.Control), Cost: x.Cost, Gain: x.Gain,
		})
	}
	r, err := strategy.Rank(t.Context(), candidates, strategy.RankConfig{ScaleMin: 1, ScaleMax: 5})
	if err != nil {
		t.Fatal(err)
	}
	var order []touchpoint.ID
	for _, p := range r.Items {
		order = append(order, p.Touchpoint)
		for _, x := range o.Items {
			if x.ID == p.Touchpoint {
				near(t, string(x.ID)+" priority", p.Priority, x.Priority)
				near(t, string(x.ID)+" gap", p.Gap, x.Gap)
				near(t, string(x.ID)+" opportunity", p.Opportunity, x.Opportunity)
				near(t, string(x.ID)+" product", p.Importance*p.Gap*p.Reach*p.Control, p.Priority)
			}
		}
	}
	if diff := cmp.Diff(o.Rank, order); diff != "" {
		t.Error(diff)
	}
	c, err := strategy.Choose(t.Context(), candidates, o.Budget)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "benefit", c.Benefit, o.Best.Benefit)
	if diff := cmp.Diff(o.Best.IDs, c.Touchpoints); diff != "" {
		t.Error(diff)
	}
}
