package experience_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/touchpoint/experience"
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
	if !(math.Abs(got-want) <= tol*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

func interval(t testing.TB, what string, e b2b.Estimate, value, low, high, tol float64) {
	t.Helper()
	near(t, what, e.Value, value, tol)
	near(t, what+" low", e.Low, low, tol)
	near(t, what+" high", e.High, high, tol)
}

type bounds struct {
	NPS, SE, Lo, Hi float64
	Adjusted        float64 `json:"nps_adj"`
}

type npsOracle struct {
	Counts   [3]int64
	Wald     bounds
	Adjusted bounds `json:"adjusted_wald_3"`
	Score    bounds
}

func (o npsOracle) check(t *testing.T, what string, counts [3]int64) {
	t.Helper()
	const tol = 1e-10
	share := func(i experience.Interval) b2b.Estimate {
		e, ok, err := experience.NetShare(counts[0], counts[1], counts[2], i, 0)
		if err != nil || !ok {
			t.Fatal(what, i, ok, err)
		}
		return e
	}
	interval(t, what+" score", share(experience.Score), o.Wald.NPS, o.Score.Lo, o.Score.Hi, tol)
	// The oracle does not clip.
	interval(t, what+" adjusted", share(experience.AdjustedWald), o.Wald.NPS, max(-1, o.Adjusted.Lo), min(1, o.Adjusted.Hi), tol)
	if o.Wald.SE > 0 {
		interval(t, what+" Wald", share(experience.Wald), o.Wald.NPS, o.Wald.Lo, o.Wald.Hi, tol)
	} else if _, _, err := experience.NetShare(counts[0], counts[1], counts[2], experience.Wald, 0); err == nil {
		t.Errorf("%s: a Wald interval of zero width is given", what)
	}
}

func TestEdgeOracle(t *testing.T) {
	o := oracle[struct {
		Edge map[string]npsOracle `json:"edge_nps"`
	}](t, "cx_metrics.json").Edge
	for key, want := range o {
		var c [3]int64
		if _, err := fmt.Sscanf(key, "(%d, %d, %d)", &c[0], &c[1], &c[2]); err != nil {
			t.Fatal(err)
		}
		want.check(t, key, c)
	}
}

func csvRows(t testing.TB, file string) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(realdata.Open(t, "touchpoint/"+file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range all[1:] {
		m := map[string]string{}
		for j, name := range all[0] {
			m[name] = r[j]
		}
		out = append(out, m)
	}
	return out
}

func result(t testing.TB, tally *experience.Tally, cfg experience.MetricConfig) experience.Metric {
	t.Helper()
	m, ok, err := tally.Result(cfg)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	return m
}

func TestB2BNPSOracle(t *testing.T) {
	type full struct {
		npsOracle
		T       bounds `json:"trinomial_t"`
		Wald90  bounds
		Score99 bounds
		Cluster struct {
			Clusters int
			SE       float64 `json:"se_cr1"`
			Lo       float64 `json:"lo_t"`
			Hi       float64 `json:"hi_t"`
			Deff     float64
			Mean     float64 `json:"account_mean_nps"`
			MeanSE   float64 `json:"account_mean_se"`
		} `json:"cluster_by_account"`
		ByAccount map[string]npsOracle `json:"by_account"`
		ByRegion  map[string]struct {
			Counts [3]int64
			Wald   bounds
		} `json:"by_region"`
		Diff struct{ Diff, SE, Z, P, Lo, Hi float64 } `json:"diff_NAM_vs_EMEA"`
	}
	o := oracle[struct {
		B full `json:"b2b_nps"`
	}](t, "cx_metrics.json").B
	rows := csvRows(t, "nps_b2b_testdata.csv")
	responses := make([]experience.Response, len(rows))
	for i, r := range rows {
		score, _ := strconv.ParseFloat(r["REC"], 64)
		responses[i] = experience.Response{ID: strconv.Itoa(i), Instrument: experience.NPS, Score: score, Account: b2b.AccountID(r["Account"])}
	}
	all, nameless := new(experience.Tally), new(experience.Tally)
	regions, accounts := map[string]*experience.Tally{}, map[string]*experience.Tally{}
	add := func(m map[string]*experience.Tally, key string, r experience.Response) {
		if m[key] == nil {
			m[key] = new(experience.Tally)
		}
		if err := m[key].Add(r); err != nil {
			t.Fatal(err)
		}
	}
	for i, r := range responses {
		if err := all.Add(r); err != nil {
			t.Fatal(err)
		}
		r.Account = ""
		if err := nameless.Add(r); err != nil {
			t.Fatal(err)
		}
		add(regions, rows[i]["Region"], r)
		add(accounts, rows[i]["Account"], r)
	}
	const tol = 1e-10
	m := result(t, all, experience.MetricConfig{})
	c := o.Cluster
	interval(t, "cluster", m.Estimate, .1, c.Lo, c.Hi, tol)
	near(t, "cluster se", m.SE, c.SE, tol)
	near(t, "design effect", m.DesignEffect, c.Deff, tol)
	near(t, "account-equal", m.AccountMean.Value, c.Mean, tol)
	// Student t with 25 degrees of freedom, 97.5 %: 2.0595385528.
	near(t, "account-equal se", m.AccountMean.Width()/2/2.0595385527532946, c.MeanSE, tol)
	if m.Accounts != c.Clusters || [3]int64{m.Low, m.Middle, m.High} != o.Counts {
		t.Errorf("%+v", m)
	}
	o.check(t, "all", o.Counts)
	interval(t, "t", result(t, nameless, experience.MetricConfig{Interval: experience.StudentT}).Estimate, .1, o.T.Lo, o.T.Hi, tol)
	interval(t, "Wald 90", result(t, nameless, experience.MetricConfig{Interval: experience.Wald, Level: .9}).Estimate, .1, o.Wald90.Lo, o.Wald90.Hi, tol)
	interval(t, "score 99", result(t, nameless, experience.MetricConfig{Level: .99}).Estimate, .1, o.Score99.Lo, o.Score99.Hi, tol)
	for name, want := range o.ByAccount {
		m := result(t, accounts[name], experience.MetricConfig{})
		if [3]int64{m.Low, m.Middle, m.High} != want.Counts {
			t.Errorf("%s: %+v", name, m)
		}
		want.check(t, name, want.Counts)
	}
	for name, want := range o.ByRegion {
		m := result(t, regions[name], experience.MetricConfig{Interval: experience.Wald})
		interval(t, name, m.Estimate, want.Wald.NPS, want.Wald.Lo, want.Wald.Hi, tol)
	}
	d, ok, err := experience.Compare(regions["NAM"], regions["EMEA"], experience.MetricConfig{})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	interval(t, "difference", d.Estimate, o.Diff.Diff, o.Diff.Lo, o.Diff.Hi, tol)
	near(t, "z", d.Z, o.Diff.Z, tol)
	near(t, "p", d.P, o.Diff.P, tol)
}

func TestBankNPSOracle(t *testing.T) {
	want := oracle[map[string]json.RawMessage](t, "bank_nps.json")
	tallies := map[string]*experience.Tally{}
	for _, r := range csvRows(t, "bank_nps_timeseries.csv") {
		score, _ := strconv.ParseFloat(r["rating"], 64)
		for _, key := range []string{"market=" + r["market"], "quarter=" + r["quarter"], "month=" + r["month"]} {
			if tallies[key] == nil {
				tallies[key] = new(experience.Tally)
			}
			if err := tallies[key].Add(experience.Response{Instrument: experience.NPS, Score: score}); err != nil {
				t.Fatal(err)
			}
		}
	}
	tested := 0
	for key, raw := range want {
		var o npsOracle
		if json.Unmarshal(raw, &o) != nil || tallies[key] == nil {
			continue
		}
		tested++
		m := result(t, tallies[key], experience.MetricConfig{})
		if [3]int64{m.Low, m.Middle, m.High} != o.Counts {
			t.Errorf("%s: %+v, want %v", key, m, o.Counts)
		}
		o.check(t, key, o.Counts)
	}
	if tested < 7 {
		t.Errorf("%d groups tested of %d", tested, len(want))
	}
	// Merged markets are all there is.
	all := new(experience.Tally)
	for _, key := range []string{"market=UK", "market=US", "market=MEX"} {
		if err := all.Merge(tallies[key]); err != nil {
			t.Fatal(err)
		}
	}
	if m := result(t, all, experience.MetricConfig{}); m.N != 5000 {
		t.Errorf("%d responses", m.N)
	}
}

func TestCES2Oracle(t *testing.T) {
	o := oracle[struct {
		CES struct {
			Counts map[string]int64
			Mean   struct{ Mean, SD, SE, Lo, Hi float64 } `json:"mean_t"`
			Easy   struct{ P, Lo, Hi float64 }            `json:"pct_easy_5to7"`
			Net    struct {
				Value       float64
				Wald, Score bounds
			} `json:"net_67_minus_123"`
		} `json:"ces2_cys_example"`
	}](t, "cx_metrics.json").CES
	tally := new(experience.Tally)
	for score, n := range o.Counts {
		x, _ := strconv.ParseFloat(score, 64)
		if err := tally.AddCounts("", experience.CES2, x, n); err != nil {
			t.Fatal(err)
		}
	}
	const tol = 1e-10
	interval(t, "mean", result(t, tally, experience.MetricConfig{Figure: experience.MeanScore}).Estimate, o.Mean.Mean, o.Mean.Lo, o.Mean.Hi, tol)
	interval(t, "easy", result(t, tally, experience.MetricConfig{Figure: experience.ShareEasy}).Estimate, o.Easy.P, o.Easy.Lo, o.Easy.Hi, tol)
	interval(t, "net", result(t, tally, experience.MetricConfig{Figure: experience.NetEasy}).Estimate, o.Net.Value, o.Net.Score.Lo, o.Net.Score.Hi, tol)
	interval(t, "net Wald", result(t, tally, experience.MetricConfig{Figure: experience.NetEasy, Interval: experience.Wald}).Estimate, o.Net.Value, o.Net.Wald.Lo, o.Net.Wald.Hi, tol)
	if _, _, err := tally.Result(experience.MetricConfig{}); err == nil || !strings.Contains(err.Error(), "name one") {
		t.Errorf("an unnamed figure of CES2: %v", err)
	}
	level, err := tally.Level()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "sd", level.SD, o.Mean.SD, tol)
	near(t, "se", level.SE, o.Mean.SE, tol)
}

var day0 = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

func day(n float64) time.Time { return day0.Add(time.Duration(n * float64(24*time.Hour))) }

func TestAggregatorsOracle(t *testing.T) {
	o := oracle[struct {
		Temporal map[string]struct {
			X       []float64
			Neutral float64
			Agg     map[string]float64
			Timed   map[string]float64 `json:"agg_times"`
		}
	}](t, "worked_examples.json").Temporal
	for name, s := range o {
		evenly, timed := make([]experience.Moment, len(s.X)), make([]experience.Moment, len(s.X))
		for i, x := range s.X {
			id := fmt.Sprintf("%02d", i)
			evenly[i] = experience.Moment{At: day(float64(i)), ID: id, Score: x}
			timed[i] = experience.Moment{At: day(float64(i*(i+1)) / 2), ID: id, Score: x} // gaps 1, 2, 3, …
		}
		for text, want := range s.Agg {
			a, err := experience.ParseAggregator(text)
			if err != nil {
				t.Fatal(text, err)
			}
			for _, m := range [][]experience.Moment{evenly, timed} {
				if &m[0] == &timed[0] {
					want = s.Timed[text]
				}
				got, ok, err := a.Aggregate(m, experience.AggregatorConfig{Neutral: s.Neutral})
				if err != nil || !ok {
					t.Fatal(err)
				}
				near(t, name+" "+text, got, want, 1e-12)
			}
		}
	}
}

func TestDynamicsOracle(t *testing.T) {
	o := oracle[struct {
		D struct {
			Kalman struct {
				Prior  struct{ Mean, Var float64 }
				Obs    [][2]float64
				Omega2 float64
				DT     []float64
				States []struct{ K, Mean, Var float64 }
			}
			Asymmetric struct {
				E0       float64
				Obs, DT  []float64
				Up       float64 `json:"alpha_pos"`
				Down     float64 `json:"alpha_neg"`
				Baseline float64
				HalfLife float64
				States   []float64
			}
		} `json:"dynamic_ce"`
	}](t, "worked_examples.json").D
	b := experience.Bayes{Mean: o.Kalman.Prior.Mean, Var: o.Kalman.Prior.Var, Drift: o.Kalman.Omega2}
	for i, obs := range o.Kalman.Obs {
		var k float64
		var err error
		if b, k, err = b.Observe(obs[0], obs[1], o.Kalman.DT[i]); err != nil {
			t.Fatal(err)
		}
		want := o.Kalman.States[i]
		near(t, "K", k, want.K, 1e-12)
		near(t, "mean", b.Mean, want.Mean, 1e-12)
		near(t, "var", b.Var, want.Var, 1e-12)
	}
	s := o.Asymmetric
	a := experience.Asymmetric{Level: s.E0, Up: s.Up, Down: s.Down, Baseline: s.Baseline, HalfLife: s.HalfLife}
	for i, x := range s.Obs {
		var err error
		if a, err = a.Observe(x, s.DT[i]); err != nil {
			t.Fatal(err)
		}
		near(t, "asymmetric", a.Level, s.States[i], 1e-12)
	}
}

func TestBenchmarkOracle(t *testing.T) {
	o := oracle[struct {
		B struct {
			X      []float64
			Mu, SD float64
			NB     int64
			Result struct {
				Mean, Gap, Percentile, DF, P, Index float64
				T                                   float64 `json:"welch_t"`
				D                                   float64 `json:"cohen_d"`
			}
			EB struct {
				Means, Vars []float64
				Result      struct {
					Tau2, Mu     float64
					Shrink, Post []float64
				}
			} `json:"empirical_bayes"`
		} `json:"benchmark"`
	}](t, "worked_examples.json").B
	scale := experience.Scale{Min: 1, Max: 5, Neutral: 3}
	level, err := experience.LevelOf(scale, o.X, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := experience.Benchmark{Mean: o.Mu, SD: o.SD, N: o.NB, Scale: scale}
	c, err := level.Against(b, .5)
	if err != nil {
		t.Fatal(err)
	}
	const tol = 1e-12
	near(t, "mean", level.Mean, o.Result.Mean, tol)
	near(t, "gap", c.Gap.Value, o.Result.Gap, tol)
	near(t, "index", c.Index, o.Result.Index, tol)
	near(t, "percentile", c.Percentile, o.Result.Percentile, 1e-9)
	near(t, "t", c.T, o.Result.T, tol)
	near(t, "df", c.DF, o.Result.DF, tol)
	near(t, "p", c.P, o.Result.P, 1e-9)
	near(t, "d", c.D, o.Result.D, tol)
	// Specification, section 5, figure 11.
	near(t, "se", c.SE, .2637717, 1e-6)
	near(t, "low", c.Gap.Low, -.15456, 1e-5)
	near(t, "high", c.Gap.High, .78790, 1e-5)
	if c.Verdict != experience.Inconclusive {
		t.Errorf("margin .5: %s", c.Verdict)
	}
	if c, _ := level.Against(b, .8); c.Verdict != experience.At {
		t.Errorf("margin .8: %s", c.Verdict)
	}
	s, err := experience.Shrink(o.EB.Means, o.EB.Vars)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "tau2", s.Tau2, o.EB.Result.Tau2, tol)
	near(t, "mu", s.Mean, o.EB.Result.Mu, tol)
	for i, it := range s.Items {
		near(t, "shrink", it.Weight, o.EB.Result.Shrink[i], tol)
		near(t, "post", it.Mean, o.EB.Result.Post[i], tol)
	}
}

func TestExternalAndLensOracle(t *testing.T) {
	o := oracle[struct {
		External struct {
			Influence struct{ Beta, Valence, Reach, Value float64 }
			Wilson    float64 `json:"wilson_lower_helpful"`
		}
		Lens struct {
			Quality   map[string]float64
			Weights   map[string]map[string]float64
			Perceived map[string]float64
			Equation  struct{ G, Re, Rs, C, Ra float64 } `json:"lens_model_equation"`
		}
	}](t, "worked_examples.json")
	in, err := experience.External(experience.Scale{Min: 1, Max: 5, Neutral: 3}, []experience.Factor{{
		Name: "reviews", Beta: .4, Credibility: 1, Exposure: 1, N: 12, Mean: 4.6, Prior: 3.8, PriorWeight: 20, HalfReach: 20,
		Control: b2b.MustFraction(.3),
	}, {Name: "press", Beta: -.1, Credibility: .5, Exposure: .5, N: 5, Mean: 5, HalfReach: 5}})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "influence", in.Parts[0].Value, o.External.Influence.Value, 1e-12)
	near(t, "valence", in.Parts[0].Valence, 4.1, 1e-12)
	near(t, "reach", in.Parts[0].Reach, o.External.Influence.Reach, 1e-12)
	near(t, "sum of parts", in.Parts[0].Value+in.Parts[1].Value, in.Total, 1e-15)
	near(t, "steerable", in.SteerableShare.Or(-1), .3, 1e-15)
	low, ok := experience.HelpfulLow(45, 60, 0)
	if !ok {
		t.Error("no bound")
	}
	near(t, "helpful", low, o.External.Wilson, 1e-10)
	var quality []experience.DimensionRating
	for name, q := range o.Lens.Quality {
		d, err := experience.ParseDimension(name)
		if err != nil {
			t.Fatal(err)
		}
		quality = append(quality, experience.DimensionRating{Dimension: d, Score: q})
	}
	for segment, weights := range o.Lens.Weights {
		l := experience.Lens{Segment: segment}
		for name, w := range weights {
			d, _ := experience.ParseDimension(name)
			l.Weights = append(l.Weights, experience.LensWeight{Dimension: d, Weight: b2b.Point(w, "given")})
		}
		got, ok := l.Perceived(quality)
		if !ok {
			t.Error("a dimension is missing")
		}
		near(t, segment, got, o.Lens.Perceived[segment], 1e-12)
	}
	e := o.Lens.Equation
	ra, err := experience.LensModel(e.G, e.Re, e.Rs, e.C)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "lens model", ra, e.Ra, 1e-12)
}

func TestFitInfluenceOracle(t *testing.T) {
	o := oracle[struct {
		B struct {
			Coef, SE     []float64
			R2           float64
			R2Frequency  float64 `json:"r2_frequency_only"`
			F            float64 `json:"F_added_positivity"`
			DF           [2]int
			P            float64
			Standardised map[string]float64 `json:"standardised_elasticity"`
		} `json:"baxendale"`
	}](t, "worked_examples.json").B
	var encounters []experience.Encounter
	for _, r := range csvRows(t, "baxendale_sim.csv") {
		num := func(name string) float64 {
			x, err := strconv.ParseFloat(r[name], 64)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		encounters = append(encounters, experience.Encounter{
			Post: num("post"), Pre: num("pre"),
			Frequency: []float64{num("f1"), num("f2"), num("f3")}, Positivity: []float64{num("p1"), num("p2"), num("p3")},
		})
	}
	fit, err := experience.FitInfluence(encounters, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"", "pre", "f1", "f2", "f3", "p1", "p2", "p3"}
	for i, term := range fit.Terms {
		near(t, term.Name, term.Coef, o.Coef[i], 1e-12)
		near(t, term.Name+" se", term.SE, o.SE[i], 1e-12)
		if i > 0 {
			near(t, term.Name+" standardised", term.Standardised, o.Standardised[names[i]], 1e-12)
		}
	}
	near(t, "R2", fit.R2, o.R2, 1e-12)
	near(t, "R2 of frequency", fit.R2Frequency, o.R2Frequency, 1e-12)
	near(t, "F", fit.F, o.F, 1e-11)
	if math.Abs(fit.P/o.P-1) > 1e-9 || [2]int{fit.DF1, fit.DF2} != o.DF {
		t.Errorf("P = %v, want %v; df %d, %d", fit.P, o.P, fit.DF1, fit.DF2)
	}
}
