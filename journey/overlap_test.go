package journey_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

type overlapOracle struct {
	Chi2, CramersV   float64
	Dof              int
	N                int64
	Roles, Steps     []string
	Table            [][]int64
	Lift             [][]float64
	AdjustedResidual [][]float64                   `json:"adjusted_residual"`
	V                float64                       `json:"cramers_v"`
	MI               float64                       `json:"mutual_information_bits"`
	H                float64                       `json:"role_entropy_bits"`
	U                float64                       `json:"uncertainty_coefficient"`
	RoleGivenStep    [][]float64                   `json:"role_given_step"`
	StepEntropy      []float64                     `json:"step_role_entropy_bits"`
	Exclusive        map[string][]string           `json:"exclusive"`
	SharedByAll      []string                      `json:"shared_by_all"`
	Jaccard          map[string][]float64          `json:"jaccard"`
	JS               map[string]float64            `json:"jensen_shannon_divergence_bits"`
	Fisher           map[string]map[string]float64 `json:"fisher_two_sided_p"`
}

// TestOverlapOracle compares with scipy on the tables of the oracle files: every statistic of the specification, unit Events.
func TestOverlapOracle(t *testing.T) {
	for _, file := range []string{"purchasing", "bpic2020_roles", "bpic2020_journeys", "order_management_roles", "bpic2012_subprocess"} {
		t.Run(file, func(t *testing.T) {
			var want overlapOracle
			oracle(t, "overlap_"+file+".json", &want)
			var table journey.OverlapTable
			for s, row := range want.Table {
				for r, n := range row {
					if n == 0 {
						continue
					}
					if err := table.Add(journey.OverlapRow{Seat: b2b.SeatID(want.Roles[r]), Step: journey.StepID(want.Steps[s]), N: n}); err != nil {
						t.Fatal(err)
					}
				}
			}
			o := table.Overlap(journey.Events)
			d := o.Dependence()
			got := []float64{float64(o.N()), d.ChiSquare, float64(d.DoF), d.V, d.MutualInformation, d.SeatEntropy, d.Uncertainty.Or(-1)}
			wantList := []float64{float64(want.N), want.Chi2, float64(want.Dof), want.V, want.MI, want.H, want.U}
			near(t, "dependence", wantList, got)
			near(t, "entropy", want.StepEntropy, o.Entropy())
			for i, c := range o.Cells() {
				s, r := i/len(want.Roles), i%len(want.Roles)
				near(t, "cell "+string(c.Step)+"|"+string(c.Seat),
					[]float64{float64(want.Table[s][r]), want.Lift[s][r], want.AdjustedResidual[s][r], want.RoleGivenStep[s][r]},
					[]float64{float64(c.N), c.Lift, c.Residual, c.Share})
				p, ok := o.Fisher(c.Step, c.Seat)
				w, listed := want.Fisher[string(c.Step)][string(c.Seat)]
				if listed && w > 1e-300 && (!ok || math.Abs(p-w) > 1e-7*w) {
					t.Errorf("fisher %s %s: %g, want %g", c.Step, c.Seat, p, w)
				}
			}
			for _, r := range want.Roles {
				var steps []string
				for _, s := range o.Exclusive(b2b.SeatID(r)) {
					steps = append(steps, string(s))
				}
				if d := cmp.Diff(want.Exclusive[r], steps, cmpopts.EquateEmpty()); d != "" {
					t.Errorf("exclusive %s: %s", r, d)
				}
			}
			if len(o.SharedByAll()) != len(want.SharedByAll) {
				t.Errorf("shared by all %v, want %v", o.SharedByAll(), want.SharedByAll)
			}
			for _, p := range o.Pairs() {
				k := string(p.A) + "|" + string(p.B)
				if want.Jaccard[k] == nil {
					k = string(p.B) + "|" + string(p.A)
				}
				near(t, "pair "+k, append(want.Jaccard[k], want.JS[k]),
					[]float64{float64(p.Shared), float64(p.Shared + p.OnlyA + p.OnlyB), p.Jaccard.Or(-1), p.Divergence.Or(-1)})
			}
		})
	}
}

func near(t *testing.T, what string, want, got []float64) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateApprox(1e-9, 2e-9)); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// TestOverlapOfLog makes the tables of the travel permits from the log itself: by role and by kind of journey.
func TestOverlapOfLog(t *testing.T) {
	l := bpic2020(t)
	for file, label := range map[string]func(journey.Journey, int) b2b.SeatID{
		"bpic2020_journeys": func(j journey.Journey, _ int) b2b.SeatID { return b2b.SeatID(j.Kind()) },
		"bpic2020_roles":    nil,
	} {
		var want overlapOracle
		oracle(t, "overlap_"+file+".json", &want)
		o := journey.OverlapOf(l, label).Overlap(journey.Events)
		if o.N() != want.N || len(o.Seats()) != len(want.Roles) {
			t.Errorf("%s: N %d, seats %v", file, o.N(), o.Seats())
		}
		near(t, file, []float64{want.V, want.MI}, []float64{o.Dependence().V, o.Dependence().MutualInformation})
	}
	// The trap: step names contain the role. Without the suffix the roles do share steps.
	var suffixes []string
	for _, r := range []string{"ADMINISTRATION", "BUDGET OWNER", "DIRECTOR", "EMPLOYEE", "MISSING", "PRE_APPROVER", "SUPERVISOR", "UNDEFINED"} {
		suffixes = append(suffixes, " by "+r)
	}
	o := journey.OverlapOf(l.Strip(suffixes...), nil).Overlap(journey.Events)
	if p, ok := o.Pair("SUPERVISOR", "DIRECTOR"); !ok || p.Shared == 0 {
		t.Errorf("supervisor and director share no step: %+v", p)
	}
}

// TestSignificance plants what it looks for: legal persons do steps of their own, experts and buyers do the same.
func TestSignificance(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var table journey.OverlapTable
	for a := range 30 {
		for _, seat := range []b2b.SeatID{"buyer", "expert", "legal"} {
			for s := range 6 {
				step := journey.StepID(fmt.Sprint("common", s))
				if seat == "legal" && s >= 3 {
					step = journey.StepID(fmt.Sprint("legal", s))
				}
				if r.Float64() < .5 {
					_ = table.Add(journey.OverlapRow{
						Account: b2b.AccountID(fmt.Sprint("a", a)), Person: b2b.PersonID(fmt.Sprint(a, seat)), Seat: seat, Step: step, N: 1 + int64(r.IntN(3)),
					})
				}
			}
		}
	}
	o := table.Overlap(journey.Persons)
	var first journey.Significance
	for workers := 1; workers <= 3; workers++ {
		s, err := o.Significance(t.Context(), journey.SignificanceConfig{Permutations: 199, Replicates: 199, Source: rand.NewPCG(7, 0), Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if workers == 1 {
			first = s
		} else if d := cmp.Diff(first, s); d != "" {
			t.Errorf("%d workers differ: %s", workers, d)
		}
	}
	for _, p := range first.Pairs {
		legal := p.B == "legal"
		if !p.Tested || legal != (p.PDistinct <= .05) || !p.Jaccard.Contains(p.Jaccard.Value) {
			t.Errorf("%+v", p)
		}
	}
	for _, c := range first.Cells {
		if strings.HasPrefix(string(c.Step), "legal") && c.Seat == "legal" && c.Q > .05 {
			t.Errorf("%+v", c)
		}
	}
	sig, ok := o.Signature("legal")
	if !ok || !strings.HasPrefix(string(sig[0].Step), "legal") || !sig[0].Distinctive {
		t.Errorf("signature %+v", sig)
	}
	if shared := o.SharedSteps(); len(shared) != 6 {
		t.Errorf("shared steps %v", shared)
	}
}
