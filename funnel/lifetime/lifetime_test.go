package lifetime_test

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel/lifetime"
	"github.com/buyerjourney/b2b/internal/realdata"
)

func relative(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tol*math.Abs(want) {
		t.Errorf("%s: got %.12g, want %.12g", what, got, want)
	}
}

func num(t testing.TB, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func clv(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal(realdata.Oracle(t, "funnel/clv.json"), into); err != nil {
		t.Fatal(err)
	}
}

// cdnowSummaries reads the published summary of 2,357 customers, in weeks.
func cdnowSummaries(t testing.TB, spend bool) []lifetime.Summary {
	t.Helper()
	file := "funnel/cdnow/summary.csv"
	if spend {
		file = "funnel/cdnow/summary_with_spend.csv"
	}
	rows, err := csv.NewReader(realdata.Open(t, file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []lifetime.Summary
	for _, row := range rows[1:] {
		s := lifetime.Summary{Customer: row[0], X: int(num(t, row[1])), Tx: num(t, row[2]), T: num(t, row[3])}
		if spend {
			s.MeanSpend = num(t, row[4])
			s.Priced = s.X > 0 && s.MeanSpend > 0
		}
		out = append(out, s)
	}
	return out
}

// cdnow reads the transactions of the sample (2,357 customers) or of the master (23,570).
func cdnow(t testing.TB, file string, id, date, amount int) []lifetime.Transaction {
	t.Helper()
	sc := bufio.NewScanner(realdata.Open(t, "funnel/cdnow/"+file))
	var out []lifetime.Transaction
	for sc.Scan() {
		f := strings.Fields(sc.Text())
		if len(f) <= amount {
			continue
		}
		at, err := time.Parse("20060102", f[date])
		if err != nil {
			continue // a header
		}
		m, err := b2b.ParseAmount(f[amount], "USD")
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, lifetime.Transaction{Customer: f[id], At: at, Amount: m})
	}
	return out
}

type bgOracle struct {
	BG struct {
		Params map[string]float64
		Own    map[string]any `json:"own_mle"`
		SE     map[string]float64
		Points []struct {
			X      int
			Tx     float64 `json:"t_x"`
			T      float64
			PAlive float64 `json:"p_alive"`
			E39    float64 `json:"cond_exp_39"`
			E10    float64 `json:"cond_exp_10"`
		}
		New map[string]float64 `json:"expected_purchases_E_X_t"`
		Sum float64            `json:"sum_cond_exp_39"`
	} `json:"bgnbd"`
	MBG struct{ Params map[string]float64 } `json:"mbgnbd"`
	GG  struct {
		Own  map[string]float64 `json:"own_mle"`
		Cond []struct {
			X    int
			M, E float64
		} `json:"cond_exp_profit"`
	} `json:"gammagamma"`
}

// Figures of clv.json, by the Python package lifetimes and direct maximisation.
func TestBGNBD(t *testing.T) {
	var o bgOracle
	clv(t, &o)
	own := o.BG.Own
	at, err := lifetime.NewModel(lifetime.BGNBD, own["r"].(float64), own["alpha"].(float64), own["a"].(float64), own["b"].(float64))
	if err != nil {
		t.Fatal(err)
	}
	summaries := cdnowSummaries(t, false)
	ll, err := at.LogLikelihood(summaries)
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "log-likelihood", ll, own["LL"].(float64), 1e-12)
	for _, pt := range o.BG.Points {
		s := lifetime.Summary{X: pt.X, Tx: pt.Tx, T: pt.T}
		relative(t, "alive", at.Alive(s), pt.PAlive, 1e-8)
		relative(t, "purchases in 39", at.Purchases(s, 39), pt.E39, 1e-8)
		relative(t, "purchases in 10", at.Purchases(s, 10), pt.E10, 1e-8)
	}
	for key, want := range o.BG.New {
		relative(t, "purchases of a new customer by "+key, at.PurchasesOfNew(num(t, key)), want, 1e-8)
	}
	sum := 0.0
	for _, s := range summaries {
		sum += at.Purchases(s, 39)
	}
	relative(t, "purchases of all", sum, o.BG.Sum, 1e-8)
	t.Logf("%.12g", at.Purchases(lifetime.Summary{X: 2, Tx: 30.43, T: 38.86}, 39))

	fit, err := lifetime.Fit(summaries, lifetime.BGNBD)
	if err != nil {
		t.Fatal(err)
	}
	if fit.LogLik < own["LL"].(float64)-1e-6 {
		t.Errorf("log-likelihood of the fit: got %.9f, want %.9f", fit.LogLik, own["LL"])
	}
	for _, q := range fit.Parameters(0) {
		relative(t, q.Name, q.Value, own[q.Name].(float64), 1e-4)
	}
	for i, se := range own["se_log"].([]any) {
		relative(t, "se of a logarithm", fit.Parameters(0)[i].StdErr/fit.Parameters(0)[i].Value, se.(float64), 1e-3)
	}
}

func TestMBGNBD(t *testing.T) {
	var o bgOracle
	clv(t, &o)
	fit, err := lifetime.Fit(cdnowSummaries(t, false), lifetime.MBGNBD)
	if err != nil {
		t.Fatal(err)
	}
	if fit.LogLik < -9582.132685-1e-6 {
		t.Errorf("log-likelihood: got %.9f, want -9582.132685", fit.LogLik)
	}
	for i, q := range fit.Parameters(0) { // the specification's figures, by direct maximisation
		relative(t, q.Name, q.Value, [...]float64{0.5248383, 6.182991, 0.8913548, 1.613995}[i], 1e-4)
	}
	// BG/NBD holds every one-time buyer for alive; MBG/NBD does not.
	if p := fit.Alive(lifetime.Summary{T: 30}); p >= 1 || p <= 0 {
		t.Errorf("a one-time buyer is alive with probability %g", p)
	}
}

func TestGammaGamma(t *testing.T) {
	var o bgOracle
	clv(t, &o)
	own := o.GG.Own
	fit, err := lifetime.FitSpend(cdnowSummaries(t, true))
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "p", fit.P, own["p"], 1e-4)
	relative(t, "q", fit.Q, own["q"], 1e-4)
	relative(t, "gamma", fit.Gamma, own["v"], 1e-4)
	if fit.LogLik < own["LL"]-1e-6 {
		t.Errorf("log-likelihood: got %.9f, want %.9f", fit.LogLik, own["LL"])
	}
	at, err := lifetime.NewSpend(own["p"], own["q"], own["v"])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range o.GG.Cond {
		mean, ok := at.Mean(lifetime.Summary{X: c.X, MeanSpend: c.M, Priced: true})
		if !ok {
			t.Fatal("no mean")
		}
		relative(t, "mean spend", mean, c.E, 1e-5)
	}
}

func TestSummaries(t *testing.T) {
	var o struct {
		RFM struct {
			N         int
			Frequency float64 `json:"sum_frequency"`
			Recency   float64 `json:"sum_recency"`
			T         float64 `json:"sum_T"`
			Monetary  float64 `json:"sum_monetary"`
		}
	}
	clv(t, &o)
	got, rep, err := lifetime.Summaries(cdnow(t, "sample.txt.gz", 1, 2, 4), lifetime.SummaryConfig{AsOf: time.Date(1997, 9, 30, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	var x, tx, end, spend float64
	for _, s := range got {
		x += float64(s.X)
		tx += s.Tx
		end += s.T
		spend += s.MeanSpend
	}
	if len(got) != o.RFM.N || rep.Currency != "USD" {
		t.Errorf("customers: got %d in %s, want %d", len(got), rep.Currency, o.RFM.N)
	}
	relative(t, "repeats", x, o.RFM.Frequency, 0)
	relative(t, "recency", tx, o.RFM.Recency, 1e-12)
	relative(t, "T", end, o.RFM.T, 1e-12)
	t.Logf("spend %g want %g, no purchase %d", spend, o.RFM.Monetary, rep.NoPurchase)
}

// Near a = 1 the closed form is 0/0; the two sides and the integral agree.
func TestPurchasesNearOne(t *testing.T) {
	s := lifetime.Summary{X: 2, Tx: 20, T: 30}
	value := func(a float64) float64 {
		m, err := lifetime.NewModel(lifetime.MBGNBD, 0.5, 6, a, 1.6)
		if err != nil {
			t.Fatal(err)
		}
		return m.Purchases(s, 40)
	}
	relative(t, "at 1", value(1), (value(1-2e-4)+value(1+2e-4))/2, 1e-7)
	relative(t, "just below", value(1-0.99e-4), value(1-1.01e-4), 1e-5)
}

func BenchmarkBGNBD(b *testing.B) {
	master, _, err := lifetime.Summaries(cdnow(b, "master.txt.gz", 0, 1, 3), lifetime.SummaryConfig{AsOf: time.Date(1997, 9, 30, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data []lifetime.Summary
	}{{"2357", cdnowSummaries(b, false)}, {"23570", master}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := lifetime.Fit(c.data, lifetime.BGNBD); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSummaries(b *testing.B) {
	tx := cdnow(b, "master.txt.gz", 0, 1, 3)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := lifetime.Summaries(tx, lifetime.SummaryConfig{AsOf: time.Date(1998, 6, 30, 0, 0, 0, 0, time.UTC)}); err != nil {
			b.Fatal(err)
		}
	}
}
