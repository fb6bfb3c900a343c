package inference_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/inference"
	"github.com/buyerjourney/b2b/internal/realdata"
)

// TestOracleDiscover holds the groups of the purchasing log to role_discovery.json (independent Python), for each alpha:
// the partition, the best rejected factor, and the adjusted Rand index against the role of each step's events.
func TestOracleDiscover(t *testing.T) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(realdata.Oracle(t, "dmu/role_discovery.json"), &all); err != nil {
		t.Fatal(err)
	}
	var truth map[string]string
	if err := json.Unmarshal(all["true_event_role"], &truth); err != nil {
		t.Fatal(err)
	}
	file := realdata.Open(t, "dmu/purchasing/person_step_counts.csv")
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var persons []dmu.PersonSteps
	for _, r := range rows[1:] { // person,step,n,label
		n, err := strconv.ParseInt(r[2], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		persons = append(persons, dmu.PersonSteps{Person: b2b.PersonID(r[0]), Steps: []dmu.StepCount{{Step: r[1], N: n}}})
	}
	for _, alpha := range []string{"0.1", "0.5", "1.0"} {
		var want struct {
			Roles    [][]string `json:"roles"`
			Rand     float64    `json:"adjusted_rand_vs_event_role"`
			Rejected float64    `json:"best_rejected_log_bayes_factor"`
		}
		if err := json.Unmarshal(all["bayes_factor_alpha"+alpha], &want); err != nil {
			t.Fatal(err)
		}
		a, _ := strconv.ParseFloat(alpha, 64)
		got, err := inference.Discover(persons, a)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Roles, got.Groups); diff != "" {
			t.Errorf("alpha %s: %s", alpha, diff)
		}
		if !got.HasRejected || math.Abs(got.Rejected-want.Rejected) > 1e-9*math.Abs(want.Rejected) {
			t.Errorf("alpha %s: best rejected %v, want %v", alpha, got.Rejected, want.Rejected)
		}
		var groups, roles []string
		for i, g := range got.Groups {
			for _, s := range g {
				groups, roles = append(groups, strconv.Itoa(i)), append(roles, truth[s])
			}
		}
		if index, ok := inference.AdjustedRand(groups, roles); !ok || math.Abs(index-want.Rand) > 1e-12 {
			t.Errorf("alpha %s: adjusted Rand %v, want %v", alpha, index, want.Rand)
		}
	}
}
