package survival_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/buyerjourney/b2b/funnel/survival"
	"github.com/buyerjourney/b2b/internal/realdata"
)

func oracle(t testing.TB, file string, into any) {
	t.Helper()
	if err := json.Unmarshal(realdata.Oracle(t, "funnel/"+file), into); err != nil {
		t.Fatal(err)
	}
}

// columns reads named number columns of a comma-separated file of ../shared/data; an empty cell or NA is NaN.
func columns(t testing.TB, rel string, names ...string) [][]float64 {
	t.Helper()
	rows, err := csv.NewReader(realdata.Open(t, rel)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]float64, len(names))
	for k, name := range names {
		i := slices.Index(rows[0], name)
		if i < 0 {
			t.Fatalf("%s: no column %s", rel, name)
		}
		for _, row := range rows[1:] {
			x, err := strconv.ParseFloat(row[i], 64)
			if err != nil {
				x = math.NaN()
			}
			out[k] = append(out[k], x)
		}
	}
	return out
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.Abs(got-want) > tol*math.Max(1, math.Abs(want)) || math.IsNaN(got) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

// relative compares with a relative tolerance, also for small numbers.
func relative(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tol*math.Abs(want)+1e-300 {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

type kmRow struct {
	T, Surv, SE float64
	NRisk       float64 `json:"n_risk"`
	Lo, Hi      *float64
}

func olistSpells(t testing.TB) []survival.Spell {
	t.Helper()
	c := columns(t, "funnel/olist/leads.csv.gz", "t_days", "event")
	spells := make([]survival.Spell, len(c[0]))
	for i := range spells {
		spells[i] = survival.Spell{Exit: c[0][i], Cause: int(c[1][i]), Case: i}
	}
	return spells
}

func lungSpells(t testing.TB) []survival.Spell {
	t.Helper()
	c := columns(t, "funnel/survival/lung.csv", "time", "status")
	spells := make([]survival.Spell, len(c[0]))
	for i := range spells {
		spells[i] = survival.Spell{Exit: c[0][i], Cause: int(c[1][i]) - 1, Case: i}
	}
	return spells
}

func checkCurve(t *testing.T, spells []survival.Spell, kind survival.Interval, rows []kmRow) {
	t.Helper()
	curve, err := survival.KaplanMeier(spells, survival.Config{Interval: kind})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		e, _ := curve.At(row.T)
		relative(t, "S", e.Value, row.Surv, 1e-12)
		if row.Lo != nil && row.SE > 0 {
			relative(t, "low", e.Low, *row.Lo, 1e-9)
			relative(t, "high", e.High, *row.Hi, 1e-9)
		}
	}
}

func TestKaplanMeierOlist(t *testing.T) {
	var o struct {
		KM map[string]json.RawMessage
	}
	oracle(t, "km_olist.json", &o)
	spells := olistSpells(t)
	for name, kind := range map[string]survival.Interval{"log-log": survival.LogLog, "log": survival.Log, "plain": survival.Plain} {
		var rows []kmRow
		if err := json.Unmarshal(o.KM[name], &rows); err != nil {
			t.Fatal(err)
		}
		checkCurve(t, spells, kind, rows)
	}
}

func TestKaplanMeierLung(t *testing.T) {
	var o struct {
		Lung map[string]json.RawMessage
	}
	oracle(t, "km_lung.json", &o)
	spells := lungSpells(t)
	for name, kind := range map[string]survival.Interval{"log-log": survival.LogLog, "log": survival.Log, "plain": survival.Plain} {
		var rows []kmRow
		if err := json.Unmarshal(o.Lung[name], &rows); err != nil {
			t.Fatal(err)
		}
		checkCurve(t, spells, kind, rows)
	}
}

// At a tie events precede censoring; one peer orders them the other way round and gives 1/4 and 3/4.
func TestTieRule(t *testing.T) {
	curve, err := survival.KaplanMeier([]survival.Spell{
		{Exit: 1, Cause: 1}, {Exit: 1}, {Exit: 1}, {Exit: 2, Cause: 1}, {Exit: 2, Cause: 1}, {Exit: 3},
	}, survival.Config{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "1-S(1)", 1-curve.ValueAt(1), 1./6, 1e-15)
	near(t, "1-S(2)", 1-curve.ValueAt(2), 13./18, 1e-15)
}

func mavenSpells(t testing.TB, truncated bool) []survival.Spell {
	t.Helper()
	c := columns(t, "funnel/maven_crm/opportunities_timed.csv.gz", "t_days", "status", "entry_days")
	var spells []survival.Spell
	for i := range c[0] {
		s := survival.Spell{Exit: c[0][i], Cause: int(c[1][i]), Case: i}
		if truncated {
			s.Entry = math.Max(0, c[2][i])
			if s.Exit <= s.Entry && !(s.Exit == 0 && s.Cause > 0) {
				continue
			}
		}
		spells = append(spells, s)
	}
	return spells
}

type etm struct {
	T       []float64
	Won     []float64
	Lost    []float64
	VarWon  []float64 `json:"var_greenwood_won"`
	VarLost []float64 `json:"var_greenwood_lost"`
}

func TestAalenJohansenMaven(t *testing.T) {
	var o struct {
		Left etm `json:"etm_left_truncated"`
		No   etm `json:"etm_no_truncation"`
	}
	oracle(t, "aj_crm_sales.json", &o)
	for _, c := range []struct {
		name      string
		truncated bool
		want      etm
	}{{"plain", false, o.No}, {"left truncated", true, o.Left}} {
		inc, err := survival.AalenJohansen(mavenSpells(t, c.truncated), 2, survival.Config{})
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range c.want.T {
			for k, want := range [][2][]float64{{c.want.Won, c.want.VarWon}, {c.want.Lost, c.want.VarLost}} {
				f := &inc.Causes[k]
				relative(t, c.name, f.ValueAt(at), want[0][i], 1e-12)
				j := 0
				for j+1 < len(f.Time) && f.Time[j+1] <= at {
					j++
				}
				relative(t, c.name+" variance", f.Variance[j], want[1][i], 1e-9)
			}
		}
	}
}

func TestQuantilesAndMeans(t *testing.T) {
	type quantiles struct{ Quantile, Lower, Upper map[string]*float64 }
	type rmst struct{ Tau, Rmean, SE float64 }
	var olist struct {
		KM struct {
			Quantiles quantiles
			RMST      rmst
		}
	}
	var lung struct {
		Lung struct {
			Quantiles quantiles
			RMST      rmst
		}
	}
	oracle(t, "km_olist.json", &olist)
	oracle(t, "km_lung.json", &lung)
	for _, c := range []struct {
		name   string
		spells []survival.Spell
		q      quantiles
		m      rmst
	}{{"olist", olistSpells(t), olist.KM.Quantiles, olist.KM.RMST}, {"lung", lungSpells(t), lung.Lung.Quantiles, lung.Lung.RMST}} {
		curve, err := survival.KaplanMeier(c.spells, survival.Config{Interval: survival.Log, Midpoint: true}) // R's default scale
		if err != nil {
			t.Fatal(err)
		}
		for key, want := range c.q.Quantile {
			p := map[string]float64{" 1": .01, " 2": .02, " 5": .05, " 8": .08, "10": .1, "25": .25, "50": .5}[key]
			got, ok := curve.Quantile(p)
			if ok != (want != nil) {
				t.Errorf("%s %s: ok %v", c.name, key, ok)
				continue
			}
			if !ok {
				continue
			}
			relative(t, c.name+" quantile "+key, got.Value, *want, 1e-12)
			relative(t, c.name+" lower "+key, got.Low, *c.q.Lower[key], 1e-12)
			if upper := c.q.Upper[key]; upper != nil {
				relative(t, c.name+" upper "+key, got.High, *upper, 1e-12)
			} else if !got.Open {
				t.Errorf("%s %s: the upper bound is not reached, but got %v", c.name, key, got.High)
			}
		}
		mean, err := curve.Mean(c.m.Tau)
		if err != nil {
			t.Fatal(err)
		}
		relative(t, c.name+" mean", mean.Value, c.m.Rmean, 1e-12)
		relative(t, c.name+" se of the mean", (mean.Value-mean.Low)/1.959963984540054, c.m.SE, 1e-9)
	}
}

func TestLogRank(t *testing.T) {
	var o struct {
		KM struct {
			Logrank struct {
				Obs, Exp []float64
				Chisq, P float64
				DF       int
			}
		}
	}
	oracle(t, "km_olist.json", &o)
	olist := o.KM
	rows, err := csv.NewReader(realdata.Open(t, "funnel/olist/leads.csv.gz")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	origin := slices.Index(rows[0], "origin")
	spells := olistSpells(t)
	var names []string
	for _, row := range rows[1:] {
		if !slices.Contains(names, row[origin]) {
			names = append(names, row[origin])
		}
	}
	slices.Sort(names)
	groups := make([][]survival.Spell, len(names))
	for i, row := range rows[1:] {
		g := slices.Index(names, row[origin])
		groups[g] = append(groups[g], spells[i])
	}
	test, ok, err := survival.LogRank(groups...)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	for g := range groups {
		relative(t, "observed "+names[g], test.Observed[g], olist.Logrank.Obs[g], 0)
		relative(t, "expected "+names[g], test.Expected[g], olist.Logrank.Exp[g], 1e-9)
	}
	relative(t, "chi square", test.ChiSquare, olist.Logrank.Chisq, 1e-9)
	relative(t, "p", test.P, olist.Logrank.P, 1e-6)
	if test.Freedom != olist.Logrank.DF {
		t.Errorf("degrees of freedom: got %d, want %d", test.Freedom, olist.Logrank.DF)
	}
}

type pstate struct {
	T      []float64
	Pstate []map[string]any
	SEIJ   []map[string]any `json:"se_ij"`
}

func TestJackknife(t *testing.T) {
	var o struct {
		No   pstate `json:"no_truncation"`
		Left pstate `json:"left_truncated"`
	}
	oracle(t, "aj_crm_sales.json", &o)
	for _, c := range []struct {
		name      string
		truncated bool
		want      pstate
	}{{"plain", false, o.No}, {"left truncated", true, o.Left}} {
		inc, err := survival.AalenJohansen(mavenSpells(t, c.truncated), 2, survival.Config{Robust: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range c.want.T {
			for k, name := range []string{"Won", "Lost"} {
				f := &inc.Causes[k]
				j := 0
				for j+1 < len(f.Time) && f.Time[j+1] <= at {
					j++
				}
				relative(t, c.name+" jackknife se "+name, math.Sqrt(f.Variance[j]), c.want.SEIJ[i][name].(float64), 1e-3)
			}
			f := &inc.Survival
			j := 0
			for j+1 < len(f.Time) && f.Time[j+1] <= at {
				j++
			}
			relative(t, c.name+" jackknife se", math.Sqrt(f.Variance[j]), c.want.SEIJ[i]["(s0)"].(float64), 1e-3)
		}
	}
}

func TestAalenJohansenMgus(t *testing.T) {
	var o struct{ Overall pstate }
	oracle(t, "aj_mgus2.json", &o)
	c := columns(t, "funnel/survival/mgus2.csv", "ptime", "pstat", "futime", "death")
	var spells []survival.Spell
	for i := range c[0] {
		s := survival.Spell{Exit: c[0][i], Cause: 1, Case: i}
		if c[1][i] == 0 {
			s.Exit, s.Cause = c[2][i], 2*int(c[3][i])
		}
		if s.Exit > 0 || s.Cause > 0 {
			spells = append(spells, s)
		}
	}
	inc, err := survival.AalenJohansen(spells, 2, survival.Config{Robust: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range o.Overall.T {
		relative(t, "progression", inc.Causes[0].ValueAt(at), o.Overall.Pstate[i]["pcm"].(float64), 1e-12)
		relative(t, "death", inc.Causes[1].ValueAt(at), o.Overall.Pstate[i]["death"].(float64), 1e-12)
	}
}

// olistAsOf returns the spells as they were known at a day.
func olistAsOf(t testing.TB, date string) []survival.Spell {
	t.Helper()
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(realdata.Open(t, "funnel/olist/leads.csv.gz")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	contact := slices.Index(rows[0], "first_contact_date")
	var out []survival.Spell
	for i, s := range olistSpells(t) {
		from, err := time.Parse(time.DateOnly, rows[i+1][contact])
		if err != nil {
			t.Fatal(err)
		}
		seen := at.Sub(from).Hours() / 24
		if seen <= 0 {
			continue
		}
		if s.Exit > seen {
			s.Exit, s.Cause = seen, 0
		}
		out = append(out, s)
	}
	return out
}
