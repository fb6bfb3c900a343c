package discovery

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b/journey/object"
)

// ObjectEdge is one edge of the object-centric directly-follows graph (van der Aalst 2019): To comes directly after From in
// the life of an object of Type.
type ObjectEdge struct {
	Type, From, To string
	Events         int // distinct pairs of events
	Objects        int // distinct objects
	Total          int // over all objects, each time it happened
}

// ObjectDFG returns the object-centric directly-follows graph, in order of type, from, to. Three counts are needed, since
// one pair of events may be about many objects, and one object may take an edge many times.
func ObjectDFG(o *object.Log) []ObjectEdge {
	var out []ObjectEdge
	for _, t := range o.ObjectTypes() {
		log := o.Flatten(t.Name)
		type key struct{ from, to uint32 }
		type tally struct {
			events  map[[2]uint32]bool
			objects int
			last    int // journey + 1
			total   int
		}
		found := make(map[key]*tally)
		r := log.Rows()
		for j := range log.Journeys() {
			for i := r.Offsets[j] + 1; i < r.Offsets[j+1]; i++ {
				k := key{r.Code(i - 1), r.Code(i)}
				x := found[k]
				if x == nil {
					x = &tally{events: make(map[[2]uint32]bool)}
					found[k] = x
				}
				x.events[[2]uint32{r.Event[i-1], r.Event[i]}] = true
				x.total++
				if x.last != j+1 {
					x.last = j + 1
					x.objects++
				}
			}
		}
		for k, x := range found {
			out = append(out, ObjectEdge{t.Name, log.Steps()[k.from], log.Steps()[k.to], len(x.events), x.objects, x.total})
		}
	}
	slices.SortFunc(out, func(a, b ObjectEdge) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return out
}
