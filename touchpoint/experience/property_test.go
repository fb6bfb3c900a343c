package experience_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/law"
	"github.com/buyerjourney/b2b/touchpoint/experience"
)

func genResponse() *rapid.Generator[experience.Response] {
	return rapid.Custom(func(t *rapid.T) experience.Response {
		return experience.Response{
			Instrument: experience.NPS, Score: float64(rapid.IntRange(-1, 11).Draw(t, "score")),
			Account: b2b.AccountID(rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "account")),
			Weight:  float64(rapid.IntRange(0, 8).Draw(t, "weight")) / 3,
		}
	})
}

func newTally(t testing.TB, i experience.Instrument) *experience.Tally {
	t.Helper()
	tally, err := experience.NewTally(i)
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

func TestTallyLaws(t *testing.T) {
	law.Accumulator(t, func() *experience.Tally { return newTally(t, experience.NPS) }, genResponse())
}

func TestTallyMismatch(t *testing.T) {
	a, b := newTally(t, experience.NPS), newTally(t, experience.CSAT5)
	for _, x := range []*experience.Tally{a, b} {
		if err := x.Add(experience.Response{Instrument: x.Instrument(), Score: 3}); err != nil {
			t.Fatal(err)
		}
	}
	law.Mismatch(t, a, b)
}

func FuzzTallyDecode(f *testing.F) {
	var tally experience.Tally
	_ = tally.AddCounts("x", experience.CSAT7, 6, 3)
	b, _ := tally.AppendBinary(nil)
	f.Add(b)
	f.Fuzz(func(t *testing.T, data []byte) {
		var s experience.Tally
		if s.UnmarshalBinary(data) != nil {
			return
		}
		if again, err := s.AppendBinary(nil); err != nil || !bytes.Equal(again, data) {
			t.Errorf("% x decodes and encodes to % x", data, again)
		}
	})
}

// propScore: the score interval lies within [−1,1], holds the estimate, mirrors, and its low bound rises with promoters.
func propScore(t *rapid.T) {
	n := rapid.Int64Range(1, 60).Draw(t, "n")
	d := rapid.Int64Range(0, n).Draw(t, "low")
	r := rapid.Int64Range(0, n-d).Draw(t, "high")
	level := rapid.SampledFrom([]float64{.8, .95, .99}).Draw(t, "level")
	share := func(d, r int64) b2b.Estimate {
		e, ok, err := experience.NetShare(d, n-d-r, r, experience.Score, level)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		return e
	}
	e, m := share(d, r), share(r, d)
	if e.Low < -1 || e.High > 1 || e.Low > e.Value || e.High < e.Value {
		t.Errorf("%d/%d of %d: %v", d, r, n, e)
	}
	if math.Abs(e.Low+m.High) > 1e-12 || math.Abs(e.High+m.Low) > 1e-12 {
		t.Errorf("%v does not mirror %v", e, m)
	}
	if r < n-d {
		if up := share(d, r+1); up.Low < e.Low-1e-12 {
			t.Errorf("low falls from %v to %v with one promoter more", e.Low, up.Low)
		}
	}
	z := 1.959963984540054
	if want := (float64(n) - z*z) / (float64(n) + z*z); level == .95 && r == n && math.Abs(e.Low-want) > 1e-12 {
		t.Errorf("all %d promoters: low is %v, want %v", n, e.Low, want)
	}
}

func TestScoreProperties(t *testing.T) { rapid.Check(t, propScore) }
func FuzzScoreProperties(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propScore)) }

// TestScoreCoverage computes the exact coverage of the 95 % intervals over a grid of shares: the bar of the specification,
// and what the Wald interval reaches there.
func TestScoreCoverage(t *testing.T) {
	for _, c := range []struct {
		n                    int
		mean, low, wMean, wL float64
	}{{10, .963, .939, .880, .649}, {20, .954, .943, .920, .740}, {50, .950, .944, .937, .884}} {
		if c.n > 20 && testing.Short() {
			t.Log("short: n = 50 left out")
			continue
		}
		n := c.n
		var score, wald [][]b2b.Estimate
		logs := make([]float64, n+1)
		for i := 2; i <= n; i++ {
			logs[i] = logs[i-1] + math.Log(float64(i))
		}
		for d := range n + 1 {
			var s, w []b2b.Estimate
			for r := range n - d + 1 {
				e, _, err := experience.NetShare(int64(d), int64(n-d-r), int64(r), experience.Score, 0)
				if err != nil {
					t.Fatal(err)
				}
				s = append(s, e)
				e, _, err = experience.NetShare(int64(d), int64(n-d-r), int64(r), experience.Wald, 0)
				if err != nil {
					e = b2b.Estimate{Value: e.Value, Low: float64(r-d) / float64(n), High: float64(r-d) / float64(n)} // zero width
				}
				w = append(w, e)
			}
			score, wald = append(score, s), append(wald, w)
		}
		coverage := func(table [][]b2b.Estimate) (mean, low float64) {
			low = 1
			cells := 0.0
			for i := 1; i <= 19; i++ {
				for j := 1; i+j <= 19; j++ {
					pd, pr := float64(i)/20, float64(j)/20
					pp := 1 - pd - pr
					got := 0.0
					for d := range n + 1 {
						for r := range n - d + 1 {
							if e := table[d][r]; e.Low <= pr-pd+1e-12 && pr-pd <= e.High+1e-12 {
								got += math.Exp(logs[n] - logs[d] - logs[r] - logs[n-d-r] + float64(d)*math.Log(pd) + float64(r)*math.Log(pr) + float64(n-d-r)*math.Log(pp))
							}
						}
					}
					mean += got
					low = min(low, got)
					cells++
				}
			}
			return mean / cells, low
		}
		mean, low := coverage(score)
		wMean, wLow := coverage(wald)
		t.Logf("n=%d: score %.4f, lowest %.4f; Wald %.4f, lowest %.4f", n, mean, low, wMean, wLow)
		if mean < c.mean-.0005 || low < c.low-.0005 {
			t.Errorf("n=%d: score covers %.4f, lowest %.4f; want %.3f, %.3f", n, mean, low, c.mean, c.low)
		}
		if math.Abs(wMean-c.wMean) > .002 || math.Abs(wLow-c.wL) > .002 {
			t.Errorf("n=%d: Wald covers %.4f, lowest %.4f; published %.3f, %.3f", n, wMean, wLow, c.wMean, c.wL)
		}
	}
}

// TestClusterOfOne: accounts of one response each give the simple variance times n/(n−1); weights of 1 change nothing.
func TestClusterOfOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	clustered, plain := new(experience.Tally), new(experience.Tally)
	for i := range 50 {
		r := experience.Response{Instrument: experience.NPS, Score: float64(rng.IntN(11)), Account: b2b.AccountID(strconv.Itoa(i))}
		if err := clustered.Add(r); err != nil {
			t.Fatal(err)
		}
		r.Account, r.Weight = "", 1
		if err := plain.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	robust := result(t, clustered, experience.MetricConfig{})
	wald := result(t, plain, experience.MetricConfig{Interval: experience.Wald})
	near(t, "se", robust.SE, wald.SE*math.Sqrt(50./49), 1e-12)
	near(t, "nameless clusters", result(t, plain, experience.MetricConfig{Interval: experience.ClusterRobust}).SE, robust.SE, 1e-12)
	weighted := result(t, plain, experience.MetricConfig{Weighted: true})
	interval(t, "weights of 1", weighted.Estimate, wald.Estimate.Value, wald.Estimate.Low, wald.Estimate.High, 1e-12)
	near(t, "effective n", weighted.EffectiveN, 50, 1e-12)
	// Everybody was asked: no uncertainty is left.
	census := result(t, clustered, experience.MetricConfig{Population: 50})
	near(t, "census", census.SE, 0, 1e-15)
}

func TestMetricChoices(t *testing.T) {
	csat := new(experience.Tally)
	for score, n := range map[float64]int64{1: 2, 2: 3, 3: 10, 4: 20, 5: 15} {
		if err := csat.AddCounts("", experience.CSAT5, score, n); err != nil {
			t.Fatal(err)
		}
	}
	top := result(t, csat, experience.MetricConfig{})
	if top.Estimate.Value != .7 || top.Estimate.Method != "wilson" {
		t.Errorf("%+v", top)
	}
	if m := result(t, csat, experience.MetricConfig{Low: 4, High: 5}); m.Estimate.Value != .3 {
		t.Errorf("another box: %+v", m)
	}
	for _, i := range []experience.Interval{experience.ClopperPearson, experience.AgrestiCoull, experience.Wald} {
		m := result(t, csat, experience.MetricConfig{Interval: i})
		if m.Estimate.Method != i.String() || !m.Estimate.Contains(.7) || m.Estimate.Low == top.Estimate.Low {
			t.Errorf("%s: %+v", i, m.Estimate)
		}
	}
	if _, _, err := csat.Result(experience.MetricConfig{Figure: experience.NetPromoter}); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("NPS of CSAT: %v", err)
	}
	if _, _, err := csat.Result(experience.MetricConfig{Interval: experience.Score}); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("a net interval of a share: %v", err)
	}
	ces := new(experience.Tally)
	for _, x := range []float64{1, 2, 2, 5} {
		if err := ces.Add(experience.Response{Instrument: experience.CES1, Score: x, Account: "only"}); err != nil {
			t.Fatal(err)
		}
	}
	m := result(t, ces, experience.MetricConfig{})
	if m.Estimate.Value != 3.5 || m.Note == "" || m.Estimate.Method != "t" { // 6 − 2.5
		t.Errorf("CES1 on the flipped scale, one account: %+v", m)
	}
	// Cut points are honoured: the peer ignores them.
	nps := new(experience.Tally)
	for x := range 11 {
		if err := nps.Add(experience.Response{Instrument: experience.NPS, Score: float64(x)}); err != nil {
			t.Fatal(err)
		}
	}
	if m := result(t, nps, experience.MetricConfig{Low: 5, High: 8}); m.Low != 6 || m.High != 3 {
		t.Errorf("cut points: %+v", m)
	}
	if _, ok, err := new(experience.Tally).Result(experience.MetricConfig{}); ok || err != nil {
		t.Errorf("an empty tally: %v, %v", ok, err)
	}
	got := nps.AddAll([]experience.Response{{Instrument: experience.NPS, Score: 3}, {Instrument: experience.NPS, Score: 11}, {Instrument: experience.NPS, Score: 2.5}, {Instrument: experience.CSAT5, Score: 2}})
	want := []b2b.Rejection{
		{Index: 1, Path: "responses[1].score", Reason: "off the scale of the instrument"},
		{Index: 2, Path: "responses[2].score", Reason: "not a whole number"},
		{Index: 3, Path: "responses[3].instrument", Reason: "not that of the tally"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSharedAccountsCovary(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	before, after, other := new(experience.Tally), new(experience.Tally), new(experience.Tally)
	for i := range 40 {
		mood := rng.IntN(7)
		for _, x := range []*experience.Tally{before, after, other} {
			account := strconv.Itoa(i)
			if x == other {
				account = fmt.Sprint("other ", i)
			}
			for range 3 {
				if err := x.Add(experience.Response{Instrument: experience.NPS, Score: float64(mood + rng.IntN(5)), Account: b2b.AccountID(account)}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	paired, _, err := experience.Compare(before, after, experience.MetricConfig{})
	if err != nil {
		t.Fatal(err)
	}
	apart, _, err := experience.Compare(before, other, experience.MetricConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if paired.SE > .8*apart.SE {
		t.Errorf("shared accounts: se %v, other accounts: %v", paired.SE, apart.SE)
	}
}

func TestResponses(t *testing.T) {
	var a, b experience.Responses
	add := func(s *experience.Responses, id, person string, score, at float64) {
		if err := s.Add(experience.Response{ID: id, Person: b2b.PersonID(person), Instrument: experience.NPS, Score: score, At: day(at)}); err != nil {
			t.Fatal(err)
		}
	}
	add(&a, "1", "p", 3, 5)
	add(&a, "1", "p", 9, 7) // a correction
	add(&a, "2", "q", 5, 1)
	add(&b, "1", "p", 3, 5)
	add(&b, "", "p", 4, 2)
	if err := a.Merge(&b); err != nil {
		t.Fatal(err)
	}
	var got []string
	for r := range a.All() {
		got = append(got, fmt.Sprint(r.ID, ":", r.Score))
	}
	if diff := cmp.Diff([]string{"2:5", ":4", "1:9"}, got); diff != "" || a.Repeats() != 2 || a.Len() != 3 {
		t.Errorf("%s; repeats %d", diff, a.Repeats())
	}
	if r := a.Forget("p", ""); r.N("responses") != 2 || a.Len() != 1 || !a.Forget("p").IsEmpty() {
		t.Errorf("removed %v", r)
	}
	if err := a.Add(experience.Response{Instrument: experience.NPS, Score: math.NaN(), Weight: -1}); err == nil || len(err.(interface{ Unwrap() []error }).Unwrap()) != 2 {
		t.Errorf("not all problems: %v", err)
	}
}

// propAggregators: equivariant to shift and scale of scores and neutral point, within the range of the scores where the name
// says so, and indifferent to the order in which moments come.
func propAggregators(t *rapid.T) {
	n := rapid.IntRange(1, 8).Draw(t, "n")
	var m []experience.Moment
	for i := range n {
		m = append(m, experience.Moment{
			At: day(float64(rapid.IntRange(0, 5).Draw(t, "day"))), ID: strconv.Itoa(i),
			Score: float64(rapid.IntRange(1, 7).Draw(t, "score")), Weight: float64(rapid.IntRange(0, 3).Draw(t, "weight")),
		})
	}
	const shift, factor = 3.0, 2.0
	moved := slices.Clone(m)
	for i := range moved {
		moved[i].Score = factor*moved[i].Score + shift
	}
	shuffled := slices.Clone(m)
	rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Shuffle(n, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for _, a := range experience.Aggregators() {
		cfg := experience.AggregatorConfig{Neutral: 4}
		x, ok, err := a.Aggregate(m, cfg)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		y, _, _ := a.Aggregate(moved, experience.AggregatorConfig{Neutral: factor*4 + shift})
		z, _, _ := a.Aggregate(shuffled, cfg)
		if x != z {
			t.Errorf("%s hangs on the order: %v, %v", a, x, z)
		}
		want := factor*x + shift
		if slices.Contains([]experience.Aggregator{experience.Trend, experience.SD, experience.Range, experience.LossAverse}, a) {
			want = factor * x // differences
		}
		if a == experience.Sum {
			want = factor*x + float64(n)*shift
		}
		if math.Abs(y-want) > 1e-9 {
			t.Errorf("%s: %v becomes %v, want %v", a, x, y, want)
		}
		if a == experience.Peak && !slices.ContainsFunc(m, func(m experience.Moment) bool { return m.Score == x }) {
			t.Errorf("peak %v is no score", x)
		}
	}
}

func TestAggregatorProperties(t *testing.T) { rapid.Check(t, propAggregators) }
func FuzzAggregatorProperties(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propAggregators)) }

// propShrink: shrunk means lie between their own and the common mean; verdicts exclude each other and leave nothing out.
func propShrink(t *rapid.T) {
	k := rapid.IntRange(1, 6).Draw(t, "k")
	var m, v []float64
	for range k {
		m = append(m, rapid.Float64Range(-5, 5).Draw(t, "mean"))
		v = append(v, rapid.Float64Range(.01, 4).Draw(t, "var"))
	}
	s, err := experience.Shrink(m, v)
	if err != nil {
		t.Fatal(err)
	}
	for i, it := range s.Items {
		low, high := min(m[i], s.Mean), max(m[i], s.Mean)
		if it.Mean < low-1e-9 || it.Mean > high+1e-9 || it.Weight < 0 || it.Weight > 1 || s.Changed != (k > 1) {
			t.Errorf("%+v outside [%v, %v]", it, low, high)
		}
	}
	b := experience.Bayes{Mean: 0, Var: 1}
	for i, x := range m {
		after, gain, err := b.Observe(x, v[i], 0)
		if err != nil || after.Var >= b.Var || gain <= 0 || gain >= 1 {
			t.Fatalf("%+v becomes %+v, gain %v, %v", b, after, gain, err)
		}
		b = after
	}
}

func TestShrinkProperties(t *testing.T) { rapid.Check(t, propShrink) }
func FuzzShrinkProperties(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propShrink)) }

func TestVerdictsAndConsistency(t *testing.T) {
	scale := experience.Scale{Min: 1, Max: 7, Neutral: 4}
	level := func(mean float64) experience.Level {
		return experience.Level{N: 100, Mean: mean, SD: 1, SE: .1, DF: 99, Scale: scale}
	}
	b := experience.Benchmark{Mean: 5, SD: 1, N: 10000, Scale: scale}
	for mean, want := range map[float64]experience.Verdict{5: experience.At, 5.9: experience.Above, 4.1: experience.Below, 5.15: experience.Inconclusive} {
		c, err := level(mean).Against(b, .3)
		if err != nil || c.Verdict != want {
			t.Errorf("%v: %s, want %s (%v)", mean, c.Verdict, want, err)
		}
	}
	effort := experience.Scale{Min: 1, Max: 5, Neutral: 3, LowIsGood: true}
	c, err := experience.Level{N: 100, Mean: 2, SD: 1, SE: .1, DF: 99, Scale: effort}.Against(experience.Benchmark{Mean: 3, SD: 1, N: 1000, Scale: effort}, .3)
	if err != nil || c.Verdict != experience.Above {
		t.Errorf("less effort is better: %s, %v", c.Verdict, err)
	}
	if _, err := level(5).Against(experience.Benchmark{Mean: 3, SD: 1, N: 100, Scale: effort}, .3); !errors.Is(err, experience.ErrScaleMismatch) {
		t.Error(err)
	}
	if _, err := level(5).Against(b, 0); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("no margin: %v", err)
	}
	got, err := experience.Consistent([]experience.ChannelLevel{{"web", level(5)}, {"shop", level(5.05)}, {"phone", level(3)}}, .4)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Pairs) != 3 || got.Pairs[0].Verdict != experience.Below || got.Pairs[2].Verdict != experience.At || !(got.Index > 0 && got.Index < 1) {
		t.Errorf("%+v", got)
	}
	if one, _ := experience.Consistent([]experience.ChannelLevel{{"web", level(5)}}, .4); one.Index != 1 {
		t.Errorf("one channel: %v", one.Index)
	}
}

func TestScale(t *testing.T) {
	effort, _ := experience.CES1.Scale()
	stars := experience.Scale{Min: 0, Max: 10, Neutral: 5}
	if x, err := effort.Convert(1, stars); x != 10 || err != nil {
		t.Errorf("no effort is %v of 10, %v", x, err)
	}
	if x, err := stars.Convert(2.5, effort); x != 4 || err != nil {
		t.Errorf("2.5 of 10 is effort %v, %v", x, err)
	}
	if _, err := stars.Unit(10.5); !errors.Is(err, b2b.ErrInvalid) {
		t.Error(err)
	}
}

func TestTrackAsOf(t *testing.T) {
	m := []experience.Moment{{At: day(4), ID: "b", Score: 2}, {At: day(1), ID: "a", Score: 5}, {At: day(9), ID: "c", Score: 4}}
	prior := experience.Bayes{Mean: 3, Var: 1, Drift: .01}
	all, err := prior.Track(m, .5, day(0).AddDate(1, 0, 0), 0)
	if err != nil || len(all) != 3 {
		t.Fatal(len(all), err)
	}
	then, err := prior.Track(m, .5, day(4), 0)
	if err != nil || !cmp.Equal(all[:2], then) {
		t.Errorf("as of day 4: %v, %v", then, err)
	}
	if pic := experience.VegaLite(all); len(pic) < 100 || pic != experience.VegaLite(all) {
		t.Error(pic)
	}
}

func TestAccountLevel(t *testing.T) {
	a, ok, err := experience.AccountOf([]experience.Member{{Level: 5, Weight: 2}, {Level: 2}, {Level: 5}})
	if err != nil || !ok || a.Mean != 4.25 || a.Lowest != 2 || math.Abs(a.Dispersion-math.Sqrt(1.6875)) > 1e-12 {
		t.Errorf("%+v, %v", a, err)
	}
	if _, ok, err := experience.AccountOf(nil); ok || err != nil {
		t.Error(ok, err)
	}
}

func TestFitLens(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var responses []experience.Response
	for i := range 400 {
		q := []float64{rng.NormFloat64(), rng.NormFloat64()}
		seat, overall := "cfo", 4+1.2*q[0]+.1*q[1]
		if i%2 == 0 {
			seat, overall = "user", 4+.3*q[0]+1.1*q[1]
		}
		if i%50 == 0 {
			seat = "rare"
		}
		responses = append(responses, experience.Response{
			ID: strconv.Itoa(i), Seat: b2b.SeatID(seat), Instrument: experience.CSAT7, Score: math.Round(min(7, max(1, overall+.5*rng.NormFloat64()))),
			Ratings: []experience.DimensionRating{{Dimension: experience.Cognitive, Score: q[0]}, {Dimension: experience.Emotional, Score: q[1]}},
		})
	}
	fit, err := experience.FitLens(t.Context(), responses, func(r experience.Response) string { return string(r.Seat) },
		experience.LensConfig{Replicates: 100, Source: rand.NewPCG(1, 0), Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"rare"}, fit.TooFew); diff != "" || len(fit.Lenses) != 2 {
		t.Error(diff)
	}
	for _, l := range fit.Lenses {
		near(t, l.Segment+" sum", l.Weights[0].Weight.Value+l.Weights[1].Weight.Value, 1, 1e-12)
		if l.Weights[0].Weight.Level != .95 {
			t.Errorf("no interval: %+v", l.Weights[0])
		}
	}
	d, ok := fit.Difference("cfo", "user", experience.Cognitive)
	if !ok || !(d.Value > .5) || !(d.Low > .3) {
		t.Errorf("difference %v", d)
	}
	if _, err := experience.FitLens(t.Context(), responses[:10], func(experience.Response) string { return "" }, experience.LensConfig{}); !errors.Is(err, b2b.ErrTooFew) {
		t.Error(err)
	}
}
