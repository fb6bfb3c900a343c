package choice_test

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/choice"
)

// drawGroup draws preferences in multiples of 1/8 and weights in eighths.
func drawGroup(t *rapid.T, members, alternatives int) (choice.Preferences, []float64) {
	ids := make([]b2b.PersonID, members)
	alts := make([]dmu.Alternative, alternatives)
	for a := range alts {
		alts[a] = dmu.Alternative{ID: dmu.AlternativeID(rune('A' + a)), Ours: a == 0, StatusQuo: a == alternatives-1 && a > 0}
	}
	p, w := make([][]float64, members), make([]float64, members)
	for i := range ids {
		ids[i] = b2b.PersonID("m" + strconv.Itoa(i))
		p[i] = make([]float64, alternatives)
		for range 8 {
			p[i][rapid.IntRange(0, alternatives-1).Draw(t, "likes")] += 1. / 8
		}
		w[i] = float64(rapid.IntRange(0, 4).Draw(t, "weight")) / 8
	}
	w[0] += 1. / 8
	prefs, err := choice.New(ids, alts, p)
	if err != nil {
		t.Fatal(err)
	}
	return prefs, w
}

func decide(t *rapid.T, r choice.Rule, p choice.Preferences, w []float64, opt choice.Options) choice.Outcome {
	o, err := choice.Decide(r, p, w, opt)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func same(t *rapid.T, what string, a, b []float64) {
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-12 {
			t.Fatalf("%s: %v and %v", what, a, b)
		}
	}
}

// Every outcome is a distribution; permuting members with their weights changes nothing, permuting alternatives permutes P;
// and the identities between rules hold.
func propRules(t *rapid.T) {
	members, alternatives := rapid.IntRange(1, 5).Draw(t, "members"), rapid.IntRange(2, 4).Draw(t, "alternatives")
	p, w := drawGroup(t, members, alternatives)
	opt := choice.Options{Ties: rapid.SampledFrom([]choice.Ties{choice.SplitTies, choice.InfluenceTies, choice.NoDecisionTies}).Draw(t, "ties")}
	all, err := choice.All(p, w, opt)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	mo, ao := rng.Perm(members), rng.Perm(alternatives)
	ids, alts, q, v := make([]b2b.PersonID, members), make([]dmu.Alternative, alternatives), make([][]float64, members), make([]float64, members)
	for i, from := range mo {
		ids[i], v[i], q[i] = p.Members()[from], w[from], make([]float64, alternatives)
		for a, b := range ao {
			alts[a] = p.Alternatives()[b]
			q[i][a] = p.Rows()[from][b]
		}
	}
	permuted, err := choice.New(ids, alts, q)
	if err != nil {
		t.Fatal(err)
	}
	other, err := choice.All(permuted, v, opt)
	if err != nil {
		t.Fatal(err)
	}
	for k, o := range all {
		sum := o.NoDecision
		moved := make([]float64, alternatives)
		for _, x := range o.P {
			if !(x >= 0 && x <= 1) {
				t.Fatalf("%v: %+v", o.Rule, o)
			}
			sum += x
		}
		for a, b := range ao {
			moved[a] = o.P[b]
		}
		if math.Abs(sum-1) > 1e-12 || o.NoDecision < 0 || o.Method != choice.Exact || o.StdErr != nil {
			t.Fatalf("%v: %+v", o.Rule, o)
		}
		same(t, o.Rule.String()+" permuted", moved, other[k].P)
	}
	by := func(r choice.Rule) choice.Outcome { return all[slices.Index(choice.Rules(), r)].Outcome }
	if alternatives == 2 {
		same(t, "perturbation of two alternatives", by(choice.PreferencePerturbation).P, by(choice.Equiprobability).P)
		same(t, "weighted perturbation of two alternatives", by(choice.WeightedPerturbation).P, by(choice.WeightedProbability).P)
		if members%2 == 1 {
			same(t, "voting of an odd group on two", by(choice.Voting).P, by(choice.Majority).P)
		}
	}
	unanimous := decide(t, choice.MinimumEndorsement, p, w, choice.Options{Quota: members})
	same(t, "endorsement by all", unanimous.P, by(choice.Unanimity).P)
	if c, ok := by(choice.Unanimity).Conditional(); ok {
		same(t, "acquiescence(1)", c, decide(t, choice.Acquiescence, p, w, choice.Options{TopK: 1}).P)
	}
	for _, r := range choice.Spread(p, all) {
		if r.Min > r.Max || r.Min < 0 || r.Max > 1+1e-12 {
			t.Fatalf("%+v", r)
		}
	}
}

// naive goes through all votes (J^D) or profiles of rankings ((J!)^D).
func naive(rule choice.Rule, p [][]float64, w []float64, ties choice.Ties) []float64 {
	members, alternatives := len(p), len(p[0])
	out := make([]float64, alternatives)
	total := 0.0
	for _, x := range w {
		total += x
	}
	var orders [][]int
	var perm func(prefix []int)
	perm = func(prefix []int) {
		if len(prefix) == alternatives {
			orders = append(orders, slices.Clone(prefix))
			return
		}
		for a := range alternatives {
			if !slices.Contains(prefix, a) {
				perm(append(slices.Clone(prefix), a))
			}
		}
	}
	perm(nil)
	best := func(score []float64, among []int) (list []int) {
		top := math.Inf(-1)
		for _, a := range among {
			top = max(top, score[a])
		}
		for _, a := range among {
			if score[a] >= top-1e-9 {
				list = append(list, a)
			}
		}
		return list
	}
	everything := make([]int, alternatives)
	for a := range everything {
		everything[a] = a
	}
	vote := func(chosen []int, q float64) {
		count, weight := make([]float64, alternatives), make([]float64, alternatives)
		for i, a := range chosen {
			count[a]++
			weight[a] += w[i]
		}
		var winners []int
		if rule == choice.WeightedVoting {
			winners = best(weight, everything)
		} else {
			winners = best(count, everything)
			if ties == choice.InfluenceTies {
				winners = best(weight, winners)
			}
		}
		if len(winners) > 1 && ties == choice.NoDecisionTies {
			return
		}
		for _, a := range winners {
			out[a] += q / float64(len(winners))
		}
	}
	rank := func(chosen []int, q float64) {
		cost := make([]float64, alternatives)
		for i, k := range chosen {
			for pos, a := range orders[k] {
				weight := 1.0
				if rule == choice.WeightedPerturbation {
					weight = w[i] / total
				}
				cost[a] += weight * float64(pos)
			}
		}
		if zero := best(negated(cost), everything); cost[zero[0]] == 0 {
			for _, a := range zero {
				out[a] += q / float64(len(zero))
			}
			return
		}
		inverse := 0.0
		for _, c := range cost {
			inverse += 1 / c
		}
		for a, c := range cost {
			out[a] += q / c / inverse
		}
	}
	luce := func(row []float64, order []int) float64 {
		q := 1.0
		for k := range order {
			rest := 0.0
			for _, a := range order[k:] {
				rest += row[a]
			}
			if rest <= 0 {
				q /= float64(len(order) - k)
			} else {
				q *= row[order[k]] / rest
			}
		}
		return q
	}
	var walk func(i int, chosen []int, q float64)
	walk = func(i int, chosen []int, q float64) {
		switch {
		case q == 0:
		case i == members && (rule == choice.Voting || rule == choice.WeightedVoting):
			vote(chosen, q)
		case i == members:
			rank(chosen, q)
		case rule == choice.Voting || rule == choice.WeightedVoting:
			for a, x := range p[i] {
				walk(i+1, append(slices.Clone(chosen), a), q*x)
			}
		default:
			for k, order := range orders {
				walk(i+1, append(slices.Clone(chosen), k), q*luce(p[i], order))
			}
		}
	}
	walk(0, nil, 1)
	return out
}

func negated(x []float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = -x[i]
	}
	return y
}

func propEnumeration(t *rapid.T) {
	p, w := drawGroup(t, rapid.IntRange(1, 4).Draw(t, "members"), rapid.IntRange(2, 3).Draw(t, "alternatives"))
	ties := rapid.SampledFrom([]choice.Ties{choice.SplitTies, choice.InfluenceTies, choice.NoDecisionTies}).Draw(t, "ties")
	for _, r := range []choice.Rule{choice.Voting, choice.WeightedVoting, choice.PreferencePerturbation, choice.WeightedPerturbation} {
		o := decide(t, r, p, w, choice.Options{Ties: ties})
		same(t, r.String(), o.P, naive(r, p.Rows(), w, ties))
	}
}

// Simulations agree with the exact value within five standard errors, and give the same bytes for the same source.
func propSimulation(t *rapid.T) {
	p, w := drawGroup(t, rapid.IntRange(2, 4).Draw(t, "members"), rapid.IntRange(2, 3).Draw(t, "alternatives"))
	seed := rapid.Uint64().Draw(t, "seed")
	ties := rapid.SampledFrom([]choice.Ties{choice.SplitTies, choice.InfluenceTies, choice.NoDecisionTies}).Draw(t, "ties")
	for _, r := range []choice.Rule{
		choice.Voting, choice.WeightedVoting, choice.WeightedMajority, choice.PreferencePerturbation, choice.WeightedPerturbation,
	} {
		exact := decide(t, r, p, w, choice.Options{Ties: ties})
		opt := choice.Options{Ties: ties, MaxStates: 1, Draws: 4000, Source: rand.NewPCG(seed, 1)}
		got, err := choice.Decide(r, p, w, opt)
		if err != nil {
			t.Fatal(err)
		}
		if got.Method == choice.Exact {
			continue // one state is enough
		}
		for a, x := range got.P {
			sd := math.Sqrt(exact.P[a]*(1-exact.P[a])/4000) + 1e-9
			if math.Abs(x-exact.P[a]) > 5.5*sd {
				t.Fatalf("%v: simulated %v ± %v, exact %v", r, got.P, got.StdErr, exact.P)
			}
		}
		opt.Source = rand.NewPCG(seed, 1)
		if again := decide(t, r, p, w, opt); !slices.Equal(again.P, got.P) {
			t.Fatalf("%v: %v, then %v", r, got.P, again.P)
		}
		opt.Source = nil
		if _, err := choice.Decide(r, p, w, opt); !errors.Is(err, b2b.ErrTooLarge) {
			t.Fatalf("%v without a source: %v", r, err)
		}
	}
}

// The table of the weighted game equals the bitmask over the same predicate; indices sum to 1, are monotone in weight, and
// even votes give the absolute Banzhaf index as pivotality.
func propPower(t *rapid.T) {
	n := rapid.IntRange(1, 7).Draw(t, "members")
	b := choice.Ballot{}
	sum := int64(0)
	for range n {
		w := rapid.Int64Range(0, 6).Draw(t, "weight")
		b.Weights = append(b.Weights, w)
		sum += w
	}
	if sum == 0 {
		b.Weights[0], sum = 1, 1
	}
	b.Quota = rapid.Int64Range(1, sum).Draw(t, "quota")
	b.MinMembers = rapid.IntRange(0, n).Draw(t, "least")
	for i := range n {
		if rapid.IntRange(0, 3).Draw(t, "veto") == 3 {
			b.Vetoers = append(b.Vetoers, i)
		}
	}
	p, err := b.Power()
	if err != nil {
		t.Fatal(err)
	}
	wins := func(s uint32) bool {
		weight, size := int64(0), 0
		for i, w := range b.Weights {
			if s>>i&1 == 1 {
				weight += w
				size++
			} else if slices.Contains(b.Vetoers, i) {
				return false
			}
		}
		return weight >= b.Quota && size >= b.MinMembers
	}
	q, err := choice.PredicatePower(n, wins)
	if err != nil {
		t.Fatal(err)
	}
	if p.Winning.Cmp(q.Winning) != 0 || !slices.Equal(p.Vetoers, q.Vetoers) || !slices.Equal(p.Dummies, q.Dummies) || p.Dictator != q.Dictator {
		t.Fatalf("%+v: %+v, by bitmask %+v", b, p, q)
	}
	one, both := new(big.Rat), new(big.Rat)
	even, err := b.Pivotality(slices.Repeat([]float64{.5}, n))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if p.Swings[i].Cmp(q.Swings[i]) != 0 || p.ShapleyShubikRat(i).Cmp(q.ShapleyShubikRat(i)) != 0 {
			t.Fatalf("%+v member %d: %v %v, by bitmask %v %v", b, i, p.Swings[i], p.ShapleyShubikRat(i), q.Swings[i], q.ShapleyShubikRat(i))
		}
		one.Add(one, p.NormalisedBanzhafRat(i))
		both.Add(both, p.ShapleyShubikRat(i))
		if math.Abs(even.Pivot[i]-p.Banzhaf()[i]) > 1e-12 {
			t.Fatalf("%+v: pivots %v, Banzhaf %v", b, even.Pivot, p.Banzhaf())
		}
		for j := range n {
			if b.Weights[i] >= b.Weights[j] && slices.Contains(b.Vetoers, i) == slices.Contains(b.Vetoers, j) &&
				(p.Swings[i].Cmp(p.Swings[j]) < 0 || p.ShapleyShubikRat(i).Cmp(p.ShapleyShubikRat(j)) < 0) {
				t.Fatalf("%+v: %d has more weight than %d and less power", b, i, j)
			}
		}
	}
	if one.Cmp(big.NewRat(1, 1)) != 0 || both.Cmp(big.NewRat(1, 1)) != 0 {
		t.Fatalf("indices sum to %v and %v", one, both)
	}
}

// Pivotality equals the sum over all votes, and is the derivative of the probability to win.
func propPivotality(t *rapid.T) {
	n := rapid.IntRange(1, 6).Draw(t, "members")
	b := choice.Ballot{MinMembers: rapid.IntRange(0, n).Draw(t, "least")}
	scale := rapid.SampledFrom([]int64{1, 1_000_003}).Draw(t, "scale") // the large one does not fit a dense table
	yes := make([]float64, n)
	sum := int64(0)
	for i := range n {
		b.Weights = append(b.Weights, rapid.Int64Range(1, 5).Draw(t, "weight")*scale+int64(i))
		sum += b.Weights[i]
		yes[i] = float64(rapid.IntRange(0, 4).Draw(t, "yes")) / 4
	}
	b.Quota = rapid.Int64Range(1, sum).Draw(t, "quota")
	if rapid.Bool().Draw(t, "veto") {
		b.Vetoers = []int{0}
	}
	got, err := b.Pivotality(yes)
	if err != nil {
		t.Fatal(err)
	}
	win := func(p []float64) (sum float64) {
		for s := range 1 << n {
			q, weight, size := 1.0, int64(0), 0
			for i := range n {
				if s>>i&1 == 1 {
					q *= p[i]
					weight += b.Weights[i]
					size++
				} else {
					q *= 1 - p[i]
				}
			}
			if weight >= b.Quota && size >= b.MinMembers && (b.Vetoers == nil || s&1 == 1) {
				sum += q
			}
		}
		return sum
	}
	if w := win(yes); math.Abs(w-got.PWin) > 1e-12 {
		t.Fatalf("%+v: wins with %v, want %v", b, got.PWin, w)
	}
	for i := range n {
		up, down := slices.Clone(yes), slices.Clone(yes)
		up[i], down[i] = 1, 0
		if d := win(up) - win(down); math.Abs(d-got.Pivot[i]) > 1e-12 || math.Abs(got.GainIfWon[i]-(win(up)-win(yes))) > 1e-12 {
			t.Fatalf("%+v: pivot %v, want %v", b, got, d)
		}
	}
}

// What-if without a move changes nothing; a member with no weight who joins changes no weighted pool.
func propWhatIf(t *rapid.T) {
	p, w := drawGroup(t, rapid.IntRange(1, 4).Draw(t, "members"), 3)
	same0, err := choice.WhatIf(p, w, nil, choice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	joins, err := choice.WhatIf(p, w, []choice.Move{{Member: "new", P: []float64{1, 0, 0}}}, choice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	zero := []float64{0, 0, 0}
	weighed := []choice.Rule{
		choice.WeightedProbability, choice.LogPool, choice.WeightedVoting, choice.WeightedMajority, choice.WeightedPerturbation,
	}
	for k, d := range same0 {
		same(t, d.Rule.String(), d.Change, zero)
		if slices.Contains(weighed, d.Rule) {
			same(t, d.Rule.String()+" with a newcomer", joins[k].Change, zero)
		}
	}
}

func TestRules(t *testing.T)       { rapid.Check(t, propRules) }
func TestEnumeration(t *testing.T) { rapid.Check(t, propEnumeration) }
func TestSimulation(t *testing.T)  { rapid.Check(t, propSimulation) }
func TestPower(t *testing.T)       { rapid.Check(t, propPower) }
func TestPivotality(t *testing.T)  { rapid.Check(t, propPivotality) }
func TestWhatIf(t *testing.T)      { rapid.Check(t, propWhatIf) }

func FuzzRules(f *testing.F)       { f.Fuzz(rapid.MakeFuzz(propRules)) }
func FuzzEnumeration(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propEnumeration)) }
func FuzzPower(f *testing.F)       { f.Fuzz(rapid.MakeFuzz(propPower)) }
func FuzzPivotality(f *testing.F)  { f.Fuzz(rapid.MakeFuzz(propPivotality)) }

// Six alternatives are too many for a table of rankings: they are drawn without replacement, zeros last.
func TestDrawnRankings(t *testing.T) {
	p := group(t, []string{"a", "b"}, []string{"A", "B", "C", "D", "E", "F"}, [][]float64{
		{.5, .2, .1, .1, .05, .05}, {0, 0, .5, .25, .25, 0},
	})
	for _, r := range []choice.Rule{choice.PreferencePerturbation, choice.WeightedPerturbation} {
		exact, err := choice.Decide(r, p, []float64{3, 2}, choice.Options{})
		if err != nil || exact.Method != choice.Exact {
			t.Fatal(exact, err)
		}
		const draws = 50_000
		got, err := choice.Decide(r, p, []float64{3, 2}, choice.Options{MaxStates: 1, Draws: draws, Source: rand.NewPCG(7, 0)})
		if err != nil || got.Method != choice.Simulated {
			t.Fatal(got, err)
		}
		for a, x := range got.P {
			if math.Abs(x-exact.P[a]) > 5*math.Sqrt(exact.P[a]*(1-exact.P[a])/draws) {
				t.Errorf("%v: simulated %v, exact %v", r, got.P, exact.P)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	two := []dmu.Alternative{{ID: "x"}, {ID: "y", StatusQuo: true}}
	_, err := choice.New([]b2b.PersonID{"a", "", "a"}, append(two, dmu.Alternative{ID: "x"}),
		[][]float64{{.5, .6, 0}, {math.NaN(), 1, 0}})
	want := "members[1]: empty\nmembers[2]: same as members[0]\nalternatives[2].id: same as alternatives[0]\n" +
		"preferences: not one row per member\npreferences[0]: does not sum to 1\npreferences[1][0]: outside [0,1]"
	if err == nil || err.Error() != want {
		t.Error(err)
	}
	p, err := choice.New([]b2b.PersonID{"a", "b"}, two, [][]float64{{.5, .5}, {1, 0}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = choice.All(p, []float64{-1, math.Inf(1)}, choice.Options{Quota: 1, TopK: 2, Tau: 2, Autocrat: "z", MaxStates: -1, Ties: 9})
	want = "weights[0]: not a finite number ≥ 0\nweights[1]: not a finite number ≥ 0\n" +
		"options.quota: not above half of the members and at most all\n" +
		"options.top_k: not at least 1 and below the number of alternatives\noptions.tau: above 1\n" +
		"options: a negative limit\noptions.ties: no such value\noptions.autocrat: not a member"
	if err == nil || err.Error() != want {
		t.Error(err)
	}
	if _, err := choice.Decide(choice.UnknownRule, p, []float64{0, 0}, choice.Options{}); err == nil {
		t.Error("no error")
	}
	if _, err := p.Veto(choice.Outcome{P: []float64{1, 0}}, [][]float64{{.5, .5}, {2, 0}, {1}}); err == nil || err.Error() !=
		"veto[0][1]: a veto of the status quo\nveto[1][0]: outside [0,1]\nveto[2]: not one probability per alternative" {
		t.Error(err)
	}
	if o, err := p.Fold(choice.Outcome{P: []float64{.25, .25}, NoDecision: .5}); err != nil || o.P[1] != .75 || o.NoDecision != 0 {
		t.Error(o, err)
	}
	if _, err := choice.WhomNext(choice.Next{Rule: choice.Voting, Target: "z", Delta: 2, Cost: []float64{0}}, p, nil, choice.Options{}); err == nil ||
		err.Error() != "target: not an alternative\ndelta: outside (0,1]\ncost: not one per member\ncost[0]: not a positive finite number" {
		t.Error(err)
	}
	if _, err := choice.WhatIf(p, nil, []choice.Move{{Member: "z", Leaves: true}}, choice.Options{}); err == nil {
		t.Error("a stranger leaves")
	}
	_, err = choice.Ballot{Weights: []int64{1, -1}, Quota: 5, Vetoers: []int{0, 0, 9}, MinMembers: 3}.Power()
	want = "weights[1]: negative\nquota: not between 1 and the sum of the weights\nvetoers[1]: repeated\n" +
		"vetoers[2]: no such member\nmin_members: not between 0 and the number of members"
	if err == nil || err.Error() != want {
		t.Error(err)
	}
	_, err = choice.PredicatePower(3, func(s uint32) bool { return s == 1 || s == 7 })
	if bad, ok := errors.AsType[*choice.NotMonotoneError](err); !ok || bad.Wins != 1 || bad.Loses != 3 {
		t.Error(err)
	}
	if _, err := choice.PredicatePower(21, nil); !errors.Is(err, b2b.ErrTooLarge) {
		t.Error(err)
	}
	if _, err := (choice.Ballot{Weights: slices.Repeat([]int64{1 << 50, 3}, 15), Quota: 1 << 53}).Power(); !errors.Is(err, b2b.ErrTooLarge) {
		t.Error(err)
	}
	for i, c := range []struct {
		interests []dmu.Interest
		beta      float64
		want      string
	}{
		{nil, 1, "interests: no positive weight"},
		{[]dmu.Interest{{Criterion: "speed", Weight: 1}}, 1, "interests[0].criterion: no performance is given for it"},
		{[]dmu.Interest{{Criterion: "price", Weight: 1}}, 0, "beta: not a positive finite number"},
	} {
		_, err := choice.Logit(c.interests, []choice.Performance{{Criterion: "price", Scores: []float64{1, 2}}}, c.beta)
		if err == nil || err.Error() != c.want {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// Weights whose quota does not fit a table go through the coalitions.
func TestPowerOfLargeWeights(t *testing.T) {
	small, err := choice.Ballot{Weights: []int64{40, 20, 15, 15, 10}, Quota: 51}.Power()
	if err != nil {
		t.Fatal(err)
	}
	const k = 1_000_000_007
	large, err := choice.Ballot{Weights: []int64{40 * k, 20*k + 1, 15 * k, 15 * k, 10 * k}, Quota: 51 * k}.Power()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(small.ShapleyShubik(), large.ShapleyShubik()) || small.Winning.Cmp(large.Winning) != 0 {
		t.Errorf("%v, %v", small.ShapleyShubik(), large.ShapleyShubik())
	}
	if p, err := (choice.Ballot{Weights: []int64{3, 1, 1}, Quota: 2}).Power(); err != nil || !p.Improper || p.Dictator != -1 {
		t.Errorf("%+v %v", p, err)
	}
	if p, err := (choice.Ballot{Weights: []int64{5, 1, 1}, Quota: 4}).Power(); err != nil || p.Improper || p.Dictator != 0 || !slices.Equal(p.Dummies, []int{1, 2}) {
		t.Errorf("%+v %v", p, err)
	}
}
