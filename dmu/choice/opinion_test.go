package choice_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/dmu/choice"
)

// opinions is opinion.json: exact linear algebra and long iteration agree; Hegselmann-Krause on rationals.
type opinions struct {
	DeGroot []struct {
		Name            string
		W               []rats
		X0              rats
		SocialInfluence *dist   `json:"social_influence"`
		Consensus       *scalar `json:"consensus"`
		Lambda2         float64 `json:"second_largest_eigenvalue_modulus"`
	}
	Periodic struct {
		W      []rats
		X0     rats
		Cesaro string `json:"cesaro_limit"`
	} `json:"degroot_periodic"`
	TwoClasses struct {
		W     []rats
		X0    rats
		Limit dist
	} `json:"degroot_two_closed_classes"`
	FriedkinJohnsen []struct {
		Name           string
		W              []rats
		Susceptibility rats
		Initial        rats
		Steady         dist                        `json:"steady_state"`
		V              struct{ Float [][]float64 } `json:"V"`
		Total          dist                        `json:"mean_total_influence"`
	} `json:"friedkin_johnsen"`
	Outside struct {
		Cases []struct {
			Name           string
			B              []rats
			Opinion        rats `json:"outside_opinion"`
			Susceptibility rats
			Initial        rats
			Steady         dist `json:"steady_state"`
		}
	} `json:"outside_influencers"`
	HK []struct {
		Name     string
		X0       rats
		Eps      string
		Steps    int `json:"steps_to_fixpoint"`
		Clusters []struct {
			Opinion scalar
			Members []int
		}
	} `json:"hegselmann_krause"`
	Measures struct {
		Tastle []struct {
			Dist, Values []float64
			Want         float64 `json:"tastle_wierman"`
		} `json:"tastle_wierman"`
		Kendall []struct {
			Ranks [][]any
			W     scalar
		} `json:"kendall_w"`
		Esteban []struct {
			Pi, Y        []float64
			Alpha, Value float64
		} `json:"esteban_ray"`
		GC1 struct {
			P        []rats
			Agree    scalar  `json:"prob_all_agree"`
			Pairwise scalar  `json:"mean_pairwise_agreement"`
			Entropy  float64 `json:"pooled_entropy_normalised"`
			JS       float64 `json:"jensen_shannon_bits"`
		}
	} `json:"consensus_measures"`
}

func column(x []float64) [][]float64 {
	out := make([][]float64, len(x))
	for i, v := range x {
		out[i] = []float64{v}
	}
	return out
}

func closeTo(t *testing.T, what string, got [][]float64, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d rows, want %d", what, len(got), len(want))
	}
	for i, row := range got {
		if math.Abs(row[0]-want[i]) > tol {
			t.Errorf("%s of %d: %v, want %v", what, i, row[0], want[i])
		}
	}
}

func TestOracleDeGroot(t *testing.T) {
	var o opinions
	load(t, "opinion.json", &o)
	for _, tt := range o.DeGroot {
		t.Run(tt.Name, func(t *testing.T) {
			g, err := choice.NewDeGroot(rows(t, tt.W))
			if err != nil {
				t.Fatal(err)
			}
			if !g.Converged || len(g.Classes) != 1 {
				t.Fatalf("%+v", g.Classes)
			}
			if tt.SocialInfluence != nil {
				pi := make([]float64, len(tt.W))
				for k, i := range g.Classes[0].Members {
					pi[i] = g.Classes[0].Influence[k]
				}
				closeTo(t, "social influence", column(pi), tt.SocialInfluence.Float, 1e-12)
			}
			x, err := g.Limit(column(tt.X0.floats(t)))
			if err != nil {
				t.Fatal(err)
			}
			closeTo(t, "limit", x, slices.Repeat([]float64{tt.Consensus.Float}, len(x)), 1e-12)
			if l, ok := g.Speed(); !ok || math.Abs(l-tt.Lambda2) > 1e-9 {
				t.Errorf("λ₂ %v %v, want %v", l, ok, tt.Lambda2)
			}
		})
	}
	g, err := choice.NewDeGroot(rows(t, o.Periodic.W))
	if err != nil {
		t.Fatal(err)
	}
	x, err := g.Limit(column(o.Periodic.X0.floats(t)))
	if err != nil || g.Converged || g.Classes[0].Period != 2 {
		t.Errorf("%+v %v", g.Classes, err)
	}
	closeTo(t, "Cesàro limit", x, slices.Repeat(rats{o.Periodic.Cesaro}.floats(t), 2), 1e-15)
	if _, ok := g.Speed(); ok {
		t.Error("a periodic class has a speed")
	}
	g, err = choice.NewDeGroot(rows(t, o.TwoClasses.W))
	if err != nil {
		t.Fatal(err)
	}
	x, err = g.Limit(column(o.TwoClasses.X0.floats(t)))
	if err != nil || len(g.Classes) != 2 || !g.Converged {
		t.Errorf("%+v %v", g.Classes, err)
	}
	closeTo(t, "limit of two classes", x, o.TwoClasses.Limit.Float, 1e-12)
}

func TestOracleFriedkinJohnsen(t *testing.T) {
	var o opinions
	load(t, "opinion.json", &o)
	for _, tt := range o.FriedkinJohnsen {
		t.Run(tt.Name, func(t *testing.T) {
			f, err := choice.NewInfluence(choice.InfluenceConfig{W: rows(t, tt.W), Susceptibility: tt.Susceptibility.floats(t)})
			if err != nil {
				t.Fatal(err)
			}
			x, err := f.Steady(column(tt.Initial.floats(t)), nil)
			if err != nil {
				t.Fatal(err)
			}
			closeTo(t, "steady state", x, tt.Steady.Float, 1e-9)
			closeTo(t, "total influence", column(f.Total()), tt.Total.Float, 1e-12)
			for i, row := range f.V() {
				closeTo(t, "V", column(row), tt.V.Float[i], 1e-12)
			}
		})
	}
	var five [][]float64
	for _, g := range o.DeGroot {
		if len(g.W) == 5 {
			five = rows(t, g.W)
		}
	}
	for _, tt := range o.Outside.Cases {
		t.Run(tt.Name, func(t *testing.T) {
			cfg := choice.InfluenceConfig{W: five, Outsiders: rows(t, tt.B)}
			initial := make([]float64, 5)
			if tt.Susceptibility != nil {
				cfg.Susceptibility, initial = tt.Susceptibility.floats(t), tt.Initial.floats(t)
			}
			f, err := choice.NewInfluence(cfg)
			if err != nil {
				t.Fatal(err)
			}
			x, err := f.Steady(column(initial), column(tt.Opinion.floats(t)))
			if err != nil {
				t.Fatal(err)
			}
			closeTo(t, "steady state", x, tt.Steady.Float, 1e-9)
			share := f.OutsiderShare()
			for i, row := range f.V() {
				sum := 0.0
				for _, v := range row {
					sum += v
				}
				for _, s := range share[i] {
					sum += s
				}
				if math.Abs(sum-1) > 1e-12 {
					t.Errorf("row %d of members and outsiders sums to %v", i, sum)
				}
			}
		})
	}
	// The float trap: without a tolerance eleven members split into 8 + 3.
	for _, tt := range o.HK {
		t.Run(tt.Name, func(t *testing.T) {
			x := tt.X0.floats(t)
			cfg := choice.Confidence{Epsilon: rats{tt.Eps}.floats(t)[0]}
			scalarCamps, err := choice.HegselmannKrause(x, cfg)
			if err != nil {
				t.Fatal(err)
			}
			two := make([][]float64, len(x)) // the same distances as total variation
			for i, v := range x {
				two[i] = []float64{v, 1 - v}
			}
			rowCamps, err := choice.HegselmannKrauseRows(two, cfg)
			if err != nil {
				t.Fatal(err)
			}
			for _, got := range []choice.Camps{scalarCamps, rowCamps} {
				if !got.Converged || got.Steps != tt.Steps || len(got.Camps) != len(tt.Clusters) {
					t.Fatalf("%+v, want %d steps and %d clusters", got, tt.Steps, len(tt.Clusters))
				}
				for k, c := range tt.Clusters {
					if math.Abs(got.Camps[k].Opinion[0]-c.Opinion.Float) > 1e-9 || !slices.Equal(got.Camps[k].Members, c.Members) {
						t.Errorf("%+v, want %+v", got.Camps[k], c)
					}
				}
			}
		})
	}
}

func TestOracleConsensus(t *testing.T) {
	var o opinions
	load(t, "opinion.json", &o)
	check := func(what string, got float64, ok bool, want float64) {
		t.Helper()
		if !ok || math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v %v, want %v", what, got, ok, want)
		}
	}
	for _, tt := range o.Measures.Tastle {
		got, ok := choice.TastleWierman(tt.Dist, tt.Values)
		check("Tastle-Wierman", got, ok, tt.Want)
	}
	for _, tt := range o.Measures.Kendall {
		var ranks [][]float64
		for _, row := range tt.Ranks {
			var r []float64
			for _, x := range row {
				switch x := x.(type) {
				case float64:
					r = append(r, x)
				case string:
					r = append(r, rats{x}.floats(t)[0])
				}
			}
			ranks = append(ranks, r)
		}
		got, ok := choice.KendallW(ranks)
		check("Kendall", got, ok, tt.W.Float)
	}
	for _, tt := range o.Measures.Esteban {
		got, ok := choice.EstebanRay(tt.Pi, tt.Y, tt.Alpha)
		check("Esteban-Ray", got, ok, tt.Value)
	}
	gc1 := o.Measures.GC1
	p := group(t, []string{"a", "b", "c"}, []string{"x", "y", "z"}, rows(t, gc1.P))
	got, ok := p.AgreementMass()
	check("agreement", got, ok, gc1.Agree.Float)
	got, ok = p.PairwiseAgreement()
	check("pairwise", got, ok, gc1.Pairwise.Float)
	got, ok = p.PooledEntropy()
	check("entropy", got, ok, gc1.Entropy)
	got, ok = p.JensenShannon()
	check("Jensen-Shannon", got, ok, gc1.JS)
	one := group(t, []string{"a"}, []string{"x"}, [][]float64{{1}})
	for name, f := range map[string]func() (float64, bool){
		"pairwise": one.PairwiseAgreement, "entropy": one.PooledEntropy, "Jensen-Shannon": one.JensenShannon,
	} {
		if x, ok := f(); ok || x != 0 {
			t.Errorf("%s of one member and one alternative: %v", name, x)
		}
	}
	for name, ok := range map[string]bool{
		"one value":       second(choice.TastleWierman([]float64{.5, .5}, []float64{2, 2})),
		"no distribution": second(choice.TastleWierman([]float64{.5, .6}, []float64{1, 2})),
		"one judge":       second(choice.KendallW([][]float64{{1, 2}})),
		"all tied":        second(choice.KendallW([][]float64{{1, 1}, {2, 2}})),
		"NaN":             second(choice.KendallW([][]float64{{1, math.NaN()}, {2, 2}})),
		"one group":       second(choice.EstebanRay([]float64{1}, []float64{1}, 0)),
	} {
		if ok {
			t.Errorf("%s is defined", name)
		}
	}
}

func second(_ float64, ok bool) bool { return ok }

func TestInfluenceErrors(t *testing.T) {
	_, err := choice.NewInfluence(choice.InfluenceConfig{
		W: [][]float64{{.5, .4}, {1}}, Susceptibility: []float64{2}, Outsiders: [][]float64{{.7, -1}, {.7, 0}, {1}},
	})
	want := []string{
		"w[0]: does not sum to 1", "w[1]: has 1 numbers, not 2", "susceptibility: not one per member",
		"susceptibility[0]: outside [0,1]", "outsiders[0][1]: outside [0,1]", "outsiders[2]: not one weight per member",
		"outsiders: the weights on member 0 sum to more than 1",
	}
	if err == nil || !slices.Equal(strings.Split(err.Error(), "\n"), want) {
		t.Error(err)
	}
	// Members 0 and 1 hear only one another; 2 hears himself and them.
	_, err = choice.NewInfluence(choice.InfluenceConfig{
		W: [][]float64{{.5, .5, 0}, {1, 0, 0}, {.2, .3, .5}}, Susceptibility: []float64{1, 1, .5},
	})
	if stuck, ok := errors.AsType[*choice.NoSteadyStateError](err); !ok || !slices.Equal(stuck.Members, []int{0, 1}) {
		t.Error(err)
	}
}

// drawW draws a row-stochastic matrix of multiples of 1/8.
func drawW(t *rapid.T, n int) [][]float64 {
	w := make([][]float64, n)
	for i := range w {
		w[i] = make([]float64, n)
		for range 8 {
			w[i][rapid.IntRange(0, n-1).Draw(t, "to")] += 1. / 8
		}
	}
	return w
}

// The steady state equals long iteration and stays in the simplex; V is row-stochastic; Equiprobability on VP is
// WeightedProbability on P with the total influence.
func propInfluence(t *rapid.T) {
	n := rapid.IntRange(1, 5).Draw(t, "members")
	cfg := choice.InfluenceConfig{W: drawW(t, n)}
	p, w := drawGroup(t, n, 3)
	_ = w
	for range n {
		cfg.Susceptibility = append(cfg.Susceptibility, rapid.SampledFrom([]float64{0, .5, .9}).Draw(t, "theta"))
	}
	f, err := choice.NewInfluence(cfg)
	if err != nil {
		t.Fatal(err)
	}
	q, err := f.Apply(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	u := p.Rows()
	x := p.Rows()
	for range 400 {
		next := p.Rows()
		for i := range next {
			for a := range next[i] {
				next[i][a] = (1 - cfg.Susceptibility[i]) * u[i][a]
				for j, v := range cfg.W[i] {
					next[i][a] += cfg.Susceptibility[i] * v * x[j][a]
				}
			}
		}
		x = next
	}
	for i, row := range q.Rows() {
		for a, v := range row {
			if math.Abs(v-x[i][a]) > 1e-9 || v < 0 {
				t.Fatalf("steady %v, iterated %v", q.Rows(), x)
			}
		}
	}
	total := f.Total()
	sum := 0.0
	for _, v := range total {
		sum += v
	}
	if math.Abs(sum-1) > 1e-12 {
		t.Fatalf("total influence sums to %v", sum)
	}
	one, err := choice.Decide(choice.Equiprobability, q, nil, choice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	two, err := choice.Decide(choice.WeightedProbability, p, total, choice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for a := range one.P {
		if math.Abs(one.P[a]-two.P[a]) > 1e-12 {
			t.Fatalf("%v on VP, %v with the total influence", one.P, two.P)
		}
	}
}

// The limit is what long iteration comes to, on average over a period.
func propDeGroot(t *rapid.T) {
	n := rapid.IntRange(1, 5).Draw(t, "members")
	w := drawW(t, n)
	g, err := choice.NewDeGroot(w)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(rapid.IntRange(0, 4).Draw(t, "x")) / 4
	}
	limit, err := g.Limit(column(x))
	if err != nil {
		t.Fatal(err)
	}
	mean := make([]float64, n)
	const burn, window = 3000, 60 // 60 is a multiple of every period up to 5
	for k := range burn + window {
		next := make([]float64, n)
		for i := range next {
			for j, v := range w[i] {
				next[i] += v * x[j]
			}
		}
		x = next
		if k >= burn {
			for i := range mean {
				mean[i] += x[i] / window
			}
		}
	}
	for i := range mean {
		if math.Abs(mean[i]-limit[i][0]) > 1e-6 {
			t.Fatalf("limit %v, iterated %v", limit, mean)
		}
	}
}

// naiveHK is the pairwise loop of Hegselmann and Krause.
func naiveHK(x []float64, epsilon float64, steps int) []float64 {
	span := slices.Max(x) - slices.Min(x)
	for range steps {
		next := make([]float64, len(x))
		for i, v := range x {
			sum, n := 0.0, 0.0
			for _, u := range x {
				if math.Abs(u-v) <= epsilon+1e-9*span {
					sum += u
					n++
				}
			}
			next[i] = sum / n
		}
		x = next
	}
	return x
}

// The sliding window does what the pairwise loop does; the range never grows.
func propBounded(t *rapid.T) {
	x := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 100), func(k int) float64 { return float64(k) / 100 }), 1, 20).Draw(t, "x")
	epsilon := float64(rapid.IntRange(0, 50).Draw(t, "epsilon")) / 100
	got, err := choice.HegselmannKrause(x, choice.Confidence{Epsilon: epsilon})
	if err != nil {
		t.Fatal(err)
	}
	want := naiveHK(x, epsilon, got.Steps)
	seen := 0
	for _, c := range got.Camps {
		for _, i := range c.Members {
			seen++
			if math.Abs(want[i]-c.Opinion[0]) > 1e-9 {
				t.Fatalf("%+v, pairwise %v", got, want)
			}
		}
		if c.Opinion[0] < slices.Min(x)-1e-12 || c.Opinion[0] > slices.Max(x)+1e-12 {
			t.Fatalf("the range has grown: %+v", c)
		}
	}
	if seen != len(x) || !got.Converged {
		t.Fatalf("%+v", got)
	}
}

func TestInfluenceProperties(t *testing.T) { rapid.Check(t, propInfluence) }
func TestDeGrootProperties(t *testing.T)   { rapid.Check(t, propDeGroot) }
func TestBoundedProperties(t *testing.T)   { rapid.Check(t, propBounded) }

func FuzzInfluence(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propInfluence)) }
func FuzzDeGroot(f *testing.F)   { f.Fuzz(rapid.MakeFuzz(propDeGroot)) }
func FuzzBounded(f *testing.F)   { f.Fuzz(rapid.MakeFuzz(propBounded)) }

func TestBoundedErrors(t *testing.T) {
	for _, cfg := range []choice.Confidence{{Epsilon: -1}, {Epsilon: math.NaN()}, {MaxSteps: -1}} {
		if _, err := choice.HegselmannKrause([]float64{1}, cfg); err == nil {
			t.Errorf("%+v is accepted", cfg)
		}
	}
	for _, x := range [][]float64{nil, {math.NaN()}, {math.Inf(1)}, {1e301}} {
		if _, err := choice.HegselmannKrause(x, choice.Confidence{}); err == nil {
			t.Errorf("%v is accepted", x)
		}
	}
	if got, err := choice.HegselmannKrause([]float64{0, .4, 1}, choice.Confidence{Epsilon: .6, MaxSteps: 1}); err != nil || got.Converged || got.Steps != 1 {
		t.Errorf("%+v %v", got, err)
	}
}

func TestRelativeInfluence(t *testing.T) {
	w, err := choice.RelativeInfluence([]float64{1, 2}, [][]float64{{0, 0}, {1, .5}})
	if want := 1 / (1 + math.Exp(2)); err != nil || math.Abs(w[0]-want) > 1e-15 || math.Abs(w[0]+w[1]-1) > 1e-15 {
		t.Error(w, err)
	}
	if _, err := choice.RelativeInfluence([]float64{1}, [][]float64{{1, 2}}); err == nil {
		t.Error("no error")
	}
}

func BenchmarkFriedkinJohnsen(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"1e2", 100}, {"1e3", 1000}} {
		b.Run(size.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			cfg := choice.InfluenceConfig{}
			u := make([][]float64, size.n)
			for i := range size.n {
				row := make([]float64, size.n)
				sum := 0.0
				for j := range row {
					row[j] = rng.Float64()
					sum += row[j]
				}
				for j := range row {
					row[j] /= sum
				}
				cfg.W, cfg.Susceptibility = append(cfg.W, row), append(cfg.Susceptibility, .8)
				u[i] = []float64{rng.Float64(), rng.Float64(), rng.Float64()}
			}
			b.ReportAllocs()
			for b.Loop() {
				f, err := choice.NewInfluence(cfg)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := f.Steady(u, nil); err != nil {
					b.Fatal(err)
				}
				f.Total()
			}
		})
	}
}

func BenchmarkHegselmannKrause(b *testing.B) {
	opinionsOf := func(n int) []float64 {
		rng := rand.New(rand.NewPCG(1, 2))
		x := make([]float64, n)
		for i := range x {
			x[i] = rng.Float64()
		}
		return x
	}
	for _, size := range []struct {
		name string
		n    int
	}{{"1e2", 100}, {"1e4", 10_000}, {"1e6", 1_000_000}} {
		b.Run(size.name, func(b *testing.B) {
			x := opinionsOf(size.n)
			steps := 0
			b.ReportAllocs()
			for b.Loop() {
				c, err := choice.HegselmannKrause(x, choice.Confidence{Epsilon: .02, MaxSteps: 20})
				if err != nil {
					b.Fatal(err)
				}
				steps += c.Steps
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(max(1, steps)), "ns/step")
		})
	}
	b.Run("naive/1e4", func(b *testing.B) {
		x := opinionsOf(10_000)
		for b.Loop() {
			naiveHK(x, .02, 1)
		}
	})
}
