package persons_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/buyerjourney/b2b/internal/gen/persons"
)

// The same source gives the same records; some persons have several that differ, and no person too many.
func TestRecords(t *testing.T) {
	list := persons.Records(rand.NewPCG(7, 0), 3000)
	if len(list) != 3000 || !slices.Equal(list, persons.Records(rand.NewPCG(7, 0), 3000)) {
		t.Fatal("records differ from run to run")
	}
	count := map[int]int{}
	differ := 0
	for i, r := range list {
		count[r.Person]++
		if i > 0 && list[i-1].Person == r.Person && list[i-1] != r {
			differ++
		}
	}
	if len(count) < 900 || len(count) > 1600 || differ < 900 {
		t.Errorf("%d persons, %d records differ from the one before", len(count), differ)
	}
	for person, n := range count {
		if n > 12 {
			t.Errorf("person %d has %d records", person, n)
		}
	}
}
