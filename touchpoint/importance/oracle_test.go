package importance_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/touchpoint/importance"
)

// Oracle values: ../shared/oracles/touchpoint, computed by independent code; see its README.

func oracle[T any](t testing.TB, file string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(realdata.Oracle(t, "touchpoint/"+file), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func near(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*max(1e-3, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

// airlineTable holds the ratings in the order of the oracle, the outcome and the kind of travel.
type airlineTable struct {
	ratings [][]float64
	happy   []float64
	travel  []string
}

var airlineColumns = []string{
	"Ease of Online Booking", "Departure and Arrival Time Convenience", "Check-in Service", "Gate Location", "Online Boarding",
	"Seat Comfort", "Leg Room Service", "Cleanliness", "Food and Drink", "In-flight Wifi Service", "In-flight Entertainment",
	"On-board Service", "In-flight Service", "Baggage Handling",
}

var (
	airlineOnce sync.Once
	airlineData airlineTable
)

func airline(t testing.TB) *airlineTable {
	t.Helper()
	f := realdata.Open(t, "touchpoint/airline_passenger_satisfaction_129880.csv")
	airlineOnce.Do(func() {
		c := csv.NewReader(f)
		c.ReuseRecord = true
		header, err := c.Read()
		if err != nil {
			t.Fatal(err)
		}
		header = slices.Clone(header)
		for {
			rec, err := c.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			row := make([]float64, len(airlineColumns))
			for j, name := range airlineColumns {
				row[j], _ = strconv.ParseFloat(rec[slices.Index(header, name)], 64)
			}
			happy := 0.0
			if strings.EqualFold(strings.TrimSpace(rec[slices.Index(header, "Satisfaction")]), "satisfied") {
				happy = 1
			}
			airlineData.ratings = append(airlineData.ratings, row)
			airlineData.happy = append(airlineData.happy, happy)
			airlineData.travel = append(airlineData.travel, strings.Clone(rec[slices.Index(header, "Type of Travel")]))
		}
	})
	return &airlineData
}

// survey fills a survey with the rows of one kind of travel ("" is all); missing are the ratings that are no rating.
func (a *airlineTable) survey(t testing.TB, travel string, missing ...float64) *importance.Survey {
	t.Helper()
	s, err := importance.NewSurvey(importance.SurveyConfig{Outcome: "Satisfaction", Drivers: airlineColumns, Missing: missing})
	if err != nil {
		t.Fatal(err)
	}
	row := importance.Row{Drivers: make([]importance.Answer, len(airlineColumns))}
	for i, ratings := range a.ratings {
		if travel != "" && a.travel[i] != travel {
			continue
		}
		for j, x := range ratings {
			row.Drivers[j] = importance.Answered(x)
		}
		row.Outcome = importance.Answered(a.happy[i])
		if err := s.Add(row); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func analyse(t testing.TB, s *importance.Survey, cfg importance.Config) *importance.Analysis {
	t.Helper()
	a, err := importance.Analyse(t.Context(), s.Result(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

type ipaOracle struct {
	CutP     float64           `json:"cut_performance"`
	CutI     float64           `json:"cut_importance"`
	Quadrant map[string]string `json:"quadrant"`
}

type driversOracle struct {
	N         int64
	R2        float64 `json:"R2"`
	AdjR2     float64 `json:"adjR2"`
	Intercept float64
	Mean, SD  map[string]float64
	Corr      map[string]float64
	B         map[string]float64
	BSE       map[string]float64 `json:"b_se"`
	Beta      map[string]float64
	VIF       map[string]float64
	First     map[string]float64
	Last      map[string]float64
	Pratt     map[string]float64
	CAR       map[string]float64
	Johnson   map[string]float64
	LMG       map[string]float64
	MeanLMG   ipaOracle `json:"ipa_mean_lmg"`
	MedianLMG ipaOracle `json:"ipa_median_lmg"`
	MeanCorr  ipaOracle `json:"ipa_mean_corr"`
	MeanBeta  ipaOracle `json:"ipa_mean_beta"`
	MeanJohn  ipaOracle `json:"ipa_mean_johnson"`
	MiddleLMG ipaOracle `json:"ipa_mid3_lmg"`
}

var quadrantCodes = map[importance.Quadrant]string{
	importance.KeepUp: "Q1", importance.Concentrate: "Q2", importance.LowPriority: "Q3", importance.PossibleOverkill: "Q4",
}

func TestDriversOracle(t *testing.T) {
	want := oracle[struct{ Results map[string]driversOracle }](t, "airline_keydrivers.json").Results
	table := airline(t)
	if testing.Short() {
		t.Log("short: the segments are left out")
	}
	for name, s := range map[string]*importance.Survey{
		"all_rows_zero_as_rating":  table.survey(t, ""),
		"complete_cases_no_zero":   table.survey(t, "", 0),
		"complete_business_travel": table.survey(t, "Business", 0),
		"complete_personal_travel": table.survey(t, "Personal", 0),
	} {
		if testing.Short() && name != "complete_cases_no_zero" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			o := want[name]
			a := analyse(t, s, importance.Config{})
			if a.Rows != o.N || len(a.Drivers) != 14 {
				t.Fatalf("%d rows, %d drivers, want %d", a.Rows, len(a.Drivers), o.N)
			}
			const tol = 1e-10
			near(t, "R2", a.R2.Value, o.R2, tol)
			near(t, "adjusted R2", a.AdjR2, o.AdjR2, tol)
			near(t, "intercept", a.Intercept, o.Intercept, tol)
			for _, d := range a.Drivers {
				n := d.Name
				near(t, n+" mean", d.Mean, o.Mean[n], tol)
				near(t, n+" sd", d.SD, o.SD[n], tol)
				near(t, n+" r", d.Correlation, o.Corr[n], tol)
				near(t, n+" b", d.B, o.B[n], tol)
				near(t, n+" se", d.SE, o.BSE[n], tol)
				near(t, n+" beta", d.Beta, o.Beta[n], tol)
				near(t, n+" VIF", d.VIF, o.VIF[n], tol)
				near(t, n+" first", d.First, o.First[n], tol)
				near(t, n+" last", d.Last, o.Last[n], tol)
				near(t, n+" Pratt", d.Pratt, o.Pratt[n], tol)
				near(t, n+" CAR", d.CAR, o.CAR[n], tol)
				near(t, n+" Johnson", d.Johnson, o.Johnson[n], tol)
				near(t, n+" LMG", d.LMG, o.LMG[n], tol)
			}
			if name == "complete_cases_no_zero" {
				for _, d := range a.Drivers { // specification, section 5, figure 8
					if d.SignFlag != (d.Name == "Food and Drink") {
						t.Errorf("%s: sign flag %v", d.Name, d.SignFlag)
					}
				}
			}
			for _, c := range []struct {
				cfg  importance.Config
				want ipaOracle
			}{
				{importance.Config{}, o.MeanLMG},
				{importance.Config{Cut: importance.MedianCut}, o.MedianLMG},
				{importance.Config{Method: importance.Correlation}, o.MeanCorr},
				{importance.Config{Method: importance.Beta}, o.MeanBeta},
				{importance.Config{Method: importance.Johnson}, o.MeanJohn},
				{importance.Config{Cut: importance.MiddleCut, ScaleMin: 1, ScaleMax: 5}, o.MiddleLMG},
			} {
				a := analyse(t, s, c.cfg)
				near(t, "cut of performance", a.CutPerformance, c.want.CutP, tol)
				near(t, "cut of importance", a.CutImportance, c.want.CutI, tol)
				for _, d := range a.Drivers {
					if code := quadrantCodes[d.Quadrant]; !strings.HasPrefix(c.want.Quadrant[d.Name], code) {
						t.Errorf("%v: %s is %s, want %s", c.cfg, d.Name, code, c.want.Quadrant[d.Name])
					}
				}
			}
		})
	}
}

func TestLogisticOracle(t *testing.T) {
	o := oracle[struct {
		Weights struct {
			R2  float64 `json:"R2_O"`
			Raw map[string]float64
		} `json:"airline_logistic_relative_weights"`
		Logit struct {
			Intercept  float64
			Coef, SE   map[string]float64
			LL, LL0    float64
			McFadden   float64
			CoxSnell   float64 `json:"cox_snell"`
			Nagelkerke float64
		} `json:"airline_logit"`
	}](t, "airline_cx2.json")
	a := analyse(t, airline(t).survey(t, "", 0), importance.Config{Method: importance.Logistic})
	const tol = 1e-9
	near(t, "intercept", a.Logit.Intercept, o.Logit.Intercept, tol)
	near(t, "log-likelihood", a.Logit.LogLikelihood, o.Logit.LL, tol)
	near(t, "null", a.Logit.Null, o.Logit.LL0, tol)
	near(t, "McFadden", a.Logit.McFadden, o.Logit.McFadden, tol)
	near(t, "Cox-Snell", a.Logit.CoxSnell, o.Logit.CoxSnell, tol)
	near(t, "Nagelkerke", a.Logit.Nagelkerke, o.Logit.Nagelkerke, tol)
	near(t, "R2", a.Logit.R2, o.Weights.R2, tol)
	sum := 0.0
	for j, d := range a.Drivers {
		near(t, d.Name+" b", a.Logit.B[j], o.Logit.Coef[d.Name], tol)
		near(t, d.Name+" se", a.Logit.SE[j], o.Logit.SE[d.Name], tol)
		near(t, d.Name, d.Importance, o.Weights.Raw[d.Name], tol)
		sum += d.Importance
	}
	near(t, "sum of weights", sum, a.Logit.R2, 1e-12)
}

func TestJohnsonBootstrapOracle(t *testing.T) {
	if testing.Short() {
		t.Skip("short: 4,000 replicates")
	}
	o := oracle[struct {
		R2SE    float64 `json:"R2_se"`
		Drivers map[string]struct {
			SE    float64    `json:"share_se"`
			Share [2]float64 `json:"share_95"`
		}
	}](t, "airline_johnson_bootstrap.json")
	a := analyse(t, airline(t).survey(t, "", 0), importance.Config{
		Method: importance.Johnson, Replicates: 4000, Source: rand.NewPCG(1, 0), Workers: 2,
	})
	for _, d := range a.Drivers {
		se, want := d.Share.Width()/(2*1.959964), o.Drivers[d.Name].SE
		if math.Abs(se-want) > .15*want {
			t.Errorf("%s: se %v, want %v", d.Name, se, want)
		}
	}
	if se := a.R2.Width() / (2 * 1.959964); math.Abs(se-o.R2SE) > .15*o.R2SE {
		t.Errorf("R²: se %v, want %v", se, o.R2SE)
	}
}

func TestKanoOracle(t *testing.T) {
	o := oracle[struct {
		Kano struct {
			Table    map[string]string
			Examples map[string]struct {
				Counts   map[string]int64
				Category string
				Better   float64
				Worse    float64
				Total    float64 `json:"total_strength"`
				Strength float64 `json:"category_strength"`
				Fong     bool    `json:"fong_not_significant"`
			}
		}
	}](t, "worked_examples.json").Kano
	for cell, want := range o.Table {
		c, ok := importance.KanoAnswer{Functional: int(cell[0] - '0'), Dysfunctional: int(cell[1] - '0')}.Category()
		w, err := importance.ParseKanoCategory(want)
		if !ok || err != nil || c != w {
			t.Errorf("%s: %v, want %s", cell, c, want)
		}
	}
	for name, e := range o.Examples {
		var tally importance.KanoTally
		for code, n := range e.Counts {
			c, err := importance.ParseKanoCategory(code)
			if err != nil {
				t.Fatal(err)
			}
			if err := tally.AddCount(c, n); err != nil {
				t.Fatal(err)
			}
		}
		k, ok := tally.Result()
		want, _ := importance.ParseKanoCategory(e.Category)
		if !ok || k.Category != want || k.Indistinct != e.Fong {
			t.Errorf("%s: %v, %v", name, k.Category, k.Indistinct)
		}
		near(t, "better", k.Better.Value, e.Better, 1e-12)
		near(t, "worse", k.Worse.Value, e.Worse, 1e-12)
		near(t, "total strength", k.TotalStrength, e.Total, 1e-12)
		near(t, "category strength", k.CategoryStrength, e.Strength, 1e-12)
		if !k.Better.Contains(k.Better.Value) || !k.Worse.Contains(k.Worse.Value) {
			t.Errorf("%s: %v, %v", name, k.Better, k.Worse)
		}
	}
}
