package replicate_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/internal/replicate"
)

func TestRunCallsEachOnce(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 5, 200} {
		out := make([]int, 101)
		made := 0
		var seen []int
		err := replicate.Run(t.Context(), len(out), workers, func(done, total int) {
			if total != len(out) {
				t.Errorf("total %d", total)
			}
			seen = append(seen, done)
		}, func() func(int) error {
			made++
			return func(r int) error { out[r]++; return nil }
		})
		if err != nil || slices.Min(out) != 1 || slices.Max(out) != 1 {
			t.Errorf("%d workers: %v, %v", workers, err, out)
		}
		if want := max(1, min(workers, len(out))); made != want {
			t.Errorf("%d workers: %d made", workers, made)
		}
		if !slices.IsSorted(seen) || seen[len(seen)-1] != len(out) {
			t.Errorf("%d workers: progress %v", workers, seen)
		}
	}
}

func TestRunStops(t *testing.T) {
	first, second := errors.New("7"), errors.New("9")
	for _, workers := range []int{1, 3} {
		err := replicate.Run(t.Context(), 20, workers, nil, func() func(int) error {
			return func(r int) error {
				switch r {
				case 7:
					return first
				case 9:
					return second
				}
				return nil
			}
		})
		if !errors.Is(err, first) {
			t.Errorf("%d workers: %v, want the first error", workers, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err = replicate.Run(ctx, 20, workers, nil, func() func(int) error { return func(int) error { return nil } })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d workers: %v, want Canceled", workers, err)
		}
	}
}

func TestEstimate(t *testing.T) {
	// Quantiles of type 7 of 1 … 5 at 10 % and 90 %: 1.4 and 4.6.
	e := replicate.Estimate(3, []float64{5, 1, 4, 2, 3}, .8, "")
	if e.Low != 1.4 || e.High != 4.6 || e.Level != .8 || e.Method != replicate.Method {
		t.Errorf("%+v", e)
	}
	if e := replicate.Estimate(3, nil, .8, "why not"); e.Level != 0 || e.Low != 3 || e.Method != "why not" {
		t.Errorf("%+v", e)
	}
}

func TestStability(t *testing.T) {
	draws := make([][]float64, 100)
	for k := range draws {
		draws[k] = []float64{9, 5, 4, 5}
		if k%10 == 0 {
			draws[k] = []float64{9, 4, 5, 3}
		}
	}
	// Ties go to the lower index: items 1 and 3 tie in the point and in most draws.
	want := []replicate.Rank{
		{Rank: 1, Low: 1, High: 1, Kept: 1},
		{Rank: 2, Low: 2, High: 3, Kept: .9},
		{Rank: 4, Low: 2, High: 4, Kept: .9},
		{Rank: 3, Low: 3, High: 4, Kept: .9},
	}
	if diff := cmp.Diff(want, replicate.Stability([]float64{9, 5, 4, 5}, draws)); diff != "" {
		t.Error(diff)
	}
	if r := replicate.Stability([]float64{1, 2}, nil); r[0] != (replicate.Rank{Rank: 2, Low: 2, High: 2}) {
		t.Errorf("%+v", r)
	}
}
