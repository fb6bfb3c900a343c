package survival_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"testing"

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
	c := columns(t, "funnel/olist/leads.csv.gz", "t_days", "event")
	spells := make([]survival.Spell, len(c[0]))
	for i := range spells {
		spells[i] = survival.Spell{Exit: c[0][i], Cause: int(c[1][i]), Case: i}
	}
	return spells
}

func lungSpells(t testing.TB) []survival.Spell {
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
