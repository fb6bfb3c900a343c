package identity_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/internal/gen/identity"
)

func TestSameSourceSameWorld(t *testing.T) {
	a, b := identity.New(rand.NewPCG(1, 0), 500), identity.New(rand.NewPCG(1, 0), 500)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	if n := len(a.Observations); n < 500 {
		t.Errorf("%d observations", n)
	}
}

func TestJobsFollowOneAnother(t *testing.T) {
	w := identity.New(rand.NewPCG(2, 0), 2000)
	moves := 0
	for i, p := range w.People {
		at := identity.Epoch
		for _, j := range p.Jobs {
			if !j.From.Equal(at) || !j.To.After(j.From) {
				t.Fatalf("person %d: job %v after %v", i, j, at)
			}
			if w.EmployerAt(i, j.From) != j.Company {
				t.Fatalf("person %d does not work where the job is", i)
			}
			at = j.To
		}
		moves += len(p.Jobs) - 1
		if w.EmployerAt(i, identity.Epoch.Add(-time.Hour)) != -1 {
			t.Fatal("somebody works before the world begins")
		}
	}
	if moves == 0 {
		t.Error("nobody changes jobs")
	}
}

func TestVATPassesTheElevenProof(t *testing.T) {
	for i := range 1000 {
		v := identity.VAT(i)
		sum := 0
		for k, weight := range []int{9, 8, 7, 6, 5, 4, 3, 2, -1} {
			sum += weight * int(v[2+k]-'0')
		}
		if sum%11 != 0 {
			t.Fatal(v)
		}
	}
}
