package attribution_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

// The worked examples count days; day 0 is arbitrary.
var day0 = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

func day(n float64) time.Time { return day0.Add(time.Duration(n * float64(24*time.Hour))) }

type workedTouch struct {
	Day           float64
	Person, Names string
}

func (w *workedTouch) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&w.Day, &w.Person, &w.Names})
}

type milestoneOracle struct {
	Touches    []workedTouch
	Milestones map[string]float64
	Cases      map[string]map[string]struct{ Credit []float64 }
}

func workedTouches(list []workedTouch) []touchpoint.Touch {
	var out []touchpoint.Touch
	for i, w := range list {
		out = append(out, touchpoint.Touch{
			ID: strconv.Itoa(i), Source: "test", At: day(w.Day), Touchpoint: touchpoint.ID(w.Names),
			Person: b2b.PersonID(w.Person), Seat: b2b.SeatID(w.Person), Account: "acme",
		})
	}
	return out
}

func TestMilestonesOracle(t *testing.T) {
	o := oracle[struct {
		M milestoneOracle `json:"b2b_milestone"`
	}](t, "worked_examples.json").M
	touches := workedTouches(o.Touches)
	at := func(lc, oc, cw float64) []attribution.Milestone {
		ms := []attribution.Milestone{{Name: "LC", At: day(lc)}, {Name: "OC", At: day(oc)}}
		if cw > 0 {
			ms = append(ms, attribution.Milestone{Name: "CW", At: day(cw)})
		}
		return ms
	}
	cases := map[string]attribution.AccountJourney{
		"base":               {Touches: touches, Milestones: at(5, 21, 40)},
		"missing_CW":         {Touches: touches, Milestones: at(5, 21, 0)},
		"collision_LC_eq_FT": {Touches: touches, Milestones: at(1, 21, 40)},
		"two_touches":        {Touches: touches[:2], Milestones: at(5, 21, 40)},
		"single_touch":       {Touches: touches[:1], Milestones: at(5, 21, 40)},
		"no_middle":          {Touches: touches[:4], Milestones: at(5, 9, 14)},
	}
	models := map[string]attribution.Milestones{
		"first": attribution.FirstTouchModel(), "lead_creation": attribution.LeadCreation(), "u_50_50": attribution.UShape(),
		"w_30_30_30_10": attribution.WShape(), "full_path": attribution.FullPath(),
		"u_40_40_20":            {Weights: []attribution.MilestoneWeight{{"FT", .4}, {"LC", .4}}, Middle: .2},
		"custom_10_20_30_25_15": {Weights: []attribution.MilestoneWeight{{"FT", .1}, {"LC", .2}, {"OC", .3}, {"CW", .25}}, Middle: .15},
	}
	if len(cases) != len(o.Cases) {
		t.Errorf("%d cases of %d", len(cases), len(o.Cases))
	}
	for name, j := range cases {
		for model, m := range models {
			got, ok, err := attribution.DivideAccount(j, m)
			if err != nil || !ok {
				t.Fatal(name, model, ok, err)
			}
			want := o.Cases[name][model].Credit
			if len(got) != len(want) {
				t.Fatalf("%s %s: %d touches, want %d", name, model, len(got), len(want))
			}
			for i := range want {
				if math.Abs(got[i]-want[i]) > 1e-12 {
					t.Errorf("%s %s: touch %d gets %v, want %v", name, model, i, got[i], want[i])
				}
			}
		}
	}
}

func TestMilestonesWithoutTouchBefore(t *testing.T) {
	j := attribution.AccountJourney{Touches: workedTouches([]workedTouch{{5, "a", "x"}}), Milestones: []attribution.Milestone{{Name: "LC", At: day(1)}}}
	if _, ok, err := attribution.DivideAccount(j, attribution.LeadCreation()); ok || err != nil {
		t.Errorf("a lead before every touch is credited: %v, %v", ok, err)
	}
	j.Account, j.Conversions, j.Value = "acme", 1, 10
	c, err := attribution.AttributeAccounts(t.Context(), []attribution.AccountJourney{j}, attribution.LeadCreation(), nil, attribution.Config{})
	if err != nil || c.Unattributed != (attribution.Amount{Conversions: 1, Value: 10}) || len(c.Names) != 0 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestOwenOracle(t *testing.T) {
	o := oracle[struct {
		M    milestoneOracle `json:"b2b_milestone"`
		Owen struct {
			Person map[string]float64 `json:"by_person"`
			Name   map[string]float64 `json:"by_channel"`
		} `json:"b2b_owen_unanimity"`
		Seat struct {
			Weights map[b2b.SeatID]float64 `json:"role_weights"`
			Credit  []float64
		} `json:"b2b_role_weighted_linear"`
	}](t, "worked_examples.json")
	j := attribution.AccountJourney{Account: "acme", Touches: workedTouches(o.M.Touches), Conversions: 1}
	byPerson := func(t touchpoint.Touch) string { return string(t.Person) }
	for want, by := range map[*map[string]float64]func(touchpoint.Touch) string{&o.Owen.Person: byPerson, &o.Owen.Name: nil} {
		c, err := attribution.AttributeAccounts(t.Context(), []attribution.AccountJourney{j}, attribution.Owen{}, by, attribution.Config{})
		if err != nil {
			t.Fatal(err)
		}
		compareCredits(t, c, *want, nil, 1e-12)
	}
	got, _, err := attribution.DivideAccount(j, attribution.SeatLinear{Weights: o.Seat.Weights})
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range o.Seat.Credit {
		near(t, "seat", got[i], w, 1e-12)
	}
}

func TestAccountsAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var journeys []attribution.AccountJourney
	for a := range 30 {
		j := attribution.AccountJourney{Account: b2b.AccountID(fmt.Sprint("a", a%25)), Conversions: 1, Value: rng.Float64()}
		for i := range rng.IntN(6) {
			j.Touches = append(j.Touches, touchpoint.Touch{ID: fmt.Sprint(a, i), At: day(rng.Float64() * 40), Touchpoint: touchpoint.ID(rune('a' + rng.IntN(4))), Person: b2b.PersonID(rune('p' + rng.IntN(3)))})
		}
		journeys = append(journeys, j)
	}
	fit := func(workers int) *attribution.Credits {
		c, err := attribution.AttributeAccounts(t.Context(), journeys, attribution.Owen{}, nil, attribution.Config{Replicates: 40, Source: rand.NewPCG(1, 0), Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	want := fit(1)
	rng.Shuffle(len(journeys), func(i, j int) { journeys[i], journeys[j] = journeys[j], journeys[i] })
	if diff := cmp.Diff(want, fit(2), cmp.AllowUnexported(b2b.Fraction{})); diff != "" {
		t.Error(diff)
	}
	sum := want.Unattributed.Conversions
	for _, x := range want.Names {
		sum += x.Conversions.Value
	}
	near(t, "sum", sum, 30, 1e-12)
	if want.Replicates != 40 {
		t.Errorf("%d replicates", want.Replicates)
	}
}
