package inference_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/inference"
)

// naive computes the log prior and log joint of a person's steps by the formulas, from the persons as they stand.
func naive(persons []dmu.PersonSteps, seats []b2b.SeatID, vocabulary int, cfg inference.Config, steps []dmu.StepCount) (prior, joint []float64) {
	n := map[b2b.SeatID]map[string]float64{}
	heads := map[b2b.SeatID]float64{}
	for _, s := range seats {
		n[s] = map[string]float64{}
	}
	all := 0.0
	for _, p := range persons {
		if p.Seat == "" {
			continue
		}
		all++
		heads[p.Seat]++
		for _, sc := range p.Steps {
			n[p.Seat][sc.Step] += float64(sc.N)
		}
	}
	own := 0.0
	for _, sc := range steps {
		own += float64(sc.N)
	}
	kappa := 1.0
	if cfg.Cap > 0 {
		kappa = min(1, cfg.Cap/max(own, 1))
	}
	for _, s := range seats {
		total := 0.0
		for _, x := range n[s] {
			total += x
		}
		pi := (heads[s] + 1) / (all + float64(len(seats)))
		if cfg.Prior == inference.Uniform {
			pi = 1 / float64(len(seats))
		}
		l := 0.0
		for _, sc := range steps {
			if sc.N > 0 {
				l += float64(sc.N) * math.Log((n[s][sc.Step]+cfg.Alpha)/(total+cfg.Alpha*float64(vocabulary)))
			}
		}
		prior, joint = append(prior, math.Log(pi)), append(joint, math.Log(pi)+kappa*l)
	}
	return prior, joint
}

// same is what rounding must not tell apart.
const same = 1e-11

// Evaluate equals retraining without each person, and every metric its definition; what ties but for rounding goes to the
// smaller seat, and to the lower bin.
func propEvaluate(t *rapid.T) {
	cfg := inference.Config{
		Alpha: rapid.SampledFrom([]float64{1, .5}).Draw(t, "alpha"),
		Cap:   rapid.SampledFrom([]float64{-1, 2, 5}).Draw(t, "cap"),
		Prior: rapid.SampledFrom([]inference.PriorKind{inference.Empirical, inference.Uniform}).Draw(t, "prior"),
	}
	var persons []dmu.PersonSteps
	steps := map[string]bool{}
	holders := map[b2b.SeatID]int{}
	few := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) dmu.StepCount {
		return dmu.StepCount{Step: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "step"), N: rapid.Int64Range(0, 4).Draw(t, "n")}
	}), 0, 3)
	for range rapid.IntRange(2, 9).Draw(t, "persons") {
		p := dmu.PersonSteps{Seat: genSeat.Draw(t, "seat"), Steps: few.Draw(t, "steps")}
		persons = append(persons, p)
		holders[p.Seat]++
		for _, sc := range p.Steps {
			steps[sc.Step] = steps[sc.Step] || sc.N > 0
		}
	}
	delete(holders, "")
	if len(holders) < 2 {
		t.Skip("nothing to tell apart")
	}
	vocabulary := 0
	for _, taken := range steps {
		if taken {
			vocabulary++
		}
	}
	var seats []b2b.SeatID
	for s := range holders {
		seats = append(seats, s)
	}
	slices.Sort(seats)

	want := inference.Evaluation{Seats: len(seats)}
	said, hit := map[b2b.SeatID]float64{}, map[b2b.SeatID]float64{}
	var bins [10]struct{ n, confidence, right float64 }
	decidedRight := 0.0
	for i, p := range persons {
		if p.Seat == "" {
			continue
		}
		want.N++
		prior, joint := naive(slices.Delete(slices.Clone(persons), i, i+1), seats, vocabulary, cfg, p.Steps)
		peak := slices.Max(joint)
		best := slices.IndexFunc(joint, func(x float64) bool { return x >= peak-same })
		sum := 0.0
		for _, x := range joint {
			sum += math.Exp(x - peak)
		}
		kl, second := 0.0, 0.0
		truth := slices.Index(seats, p.Seat)
		for r, x := range joint {
			q := math.Exp(x-peak) / sum
			kl += q * (math.Log(q) - prior[r])
			if r != best {
				second = max(second, q)
			}
			y := 0.0
			if r == truth {
				y = 1
			}
			want.Brier += (q - y) * (q - y)
		}
		top := 1 / sum
		b := slices.IndexFunc([]float64{.1, .2, .3, .4, .5, .6, .7, .8, .9, 1}, func(x float64) bool { return top <= x+same })
		bins[b].n++
		bins[b].confidence += top
		want.LogLoss -= joint[truth] - peak - math.Log(sum)
		want.PriorLogLoss -= prior[truth]
		said[seats[best]]++
		right := 0.0
		if best == truth {
			right = 1
			hit[seats[best]]++
		}
		bins[b].right += right
		want.Accuracy += right
		if p.Total() > 0 && kl >= .1-same && top-second >= .15-same {
			want.Decided++
			decidedRight += right
		}
	}
	n := float64(want.N)
	want.Accuracy, want.Brier, want.LogLoss, want.PriorLogLoss = want.Accuracy/n, want.Brier/n, want.LogLoss/n, want.PriorLogLoss/n
	for _, b := range bins {
		want.ECE += math.Abs(b.confidence-b.right) / n
	}
	for s, k := range holders {
		want.Majority = max(want.Majority, float64(k)/n)
		if hit[s] > 0 {
			precision, recall := hit[s]/said[s], hit[s]/float64(k)
			want.MacroF1 += 2 * precision * recall / (precision + recall) / float64(len(seats))
		}
	}
	got, err := inference.Evaluate(persons, cfg)
	if err != nil {
		t.Fatal(err)
	}
	share, known := got.DecidedAccuracy.Value()
	if known != (want.Decided > 0) || (known && math.Abs(share-decidedRight/float64(want.Decided)) > 1e-9) {
		t.Fatalf("decided accuracy %v of %d, want %v", share, got.Decided, decidedRight)
	}
	got.DecidedAccuracy = b2b.Fraction{}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9), cmpopts.EquateComparable(b2b.Fraction{})); diff != "" {
		t.Fatal(diff)
	}
}

func TestEvaluate(t *testing.T) { rapid.Check(t, propEvaluate) }

func FuzzEvaluate(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propEvaluate)) }

// Seats whose counts mirror one another are equally probable for a person who stands between them, whoever was left out.
func TestTies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SliceOfN(rapid.Int64Range(0, 1000), 3, 3).Draw(t, "n")
		own := rapid.Int64Range(1, 50).Draw(t, "own")
		person := dmu.PersonSteps{Seat: "legal", Steps: []dmu.StepCount{{Step: "a", N: own}, {Step: "b", N: own}, {Step: "c", N: own}}}
		m, err := train(t, []dmu.PersonSteps{
			{Seat: "buyer", Steps: []dmu.StepCount{{Step: "a", N: n[0]}, {Step: "b", N: n[1]}, {Step: "c", N: n[2]}}},
			{Seat: "legal", Steps: []dmu.StepCount{{Step: "a", N: n[1]}, {Step: "b", N: n[2]}, {Step: "c", N: n[0]}}},
			person,
		}, inference.Config{Cap: -1}).Without(person)
		if err != nil {
			t.Fatal(err)
		}
		e := m.Explain(person.Steps, "")
		if v := e.Verdict; v.Best != "buyer" || v.RunnerUp != "legal" || v.Margin != 0 || e.LogOdds != 0 || v.Decided {
			t.Fatalf("%+v, odds %v", v, e.LogOdds)
		}
	})
}

// What one person does alone tells no steps apart: every factor is 0, and nothing is merged.
func TestDiscoverOnePerson(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := dmu.PersonSteps{Person: "ann", Steps: []dmu.StepCount{
			{Step: "a", N: rapid.Int64Range(1, 1e9).Draw(t, "a")}, {Step: "b", N: rapid.Int64Range(1, 1e9).Draw(t, "b")},
		}}
		d, err := inference.Discover([]dmu.PersonSteps{p}, rapid.SampledFrom([]float64{.1, .5, 1, 7}).Draw(t, "alpha"))
		if err != nil || len(d.Groups) != 2 || !d.HasRejected || d.Rejected > 0 || d.Rejected < -1e-5 {
			t.Fatalf("%+v, %v", d, err)
		}
	})
	many := []dmu.PersonSteps{{Person: "ann", Steps: []dmu.StepCount{{Step: "a", N: math.MaxInt64}}}, {Person: "bob", Steps: []dmu.StepCount{{Step: "a", N: 1}}}}
	if _, err := inference.Discover(many, 2e300); err == nil ||
		err.Error() != "alpha: not a positive number up to 1e300\npersons: more events than can be counted" {
		t.Error(err)
	}
}
