package discovery

import "github.com/buyerjourney/b2b/journey"

// Handover counts, over all journeys of a log, how often one name of a column comes directly before another, such as
// resources (who hands over to whom) or departments. of gives the name of a row; the empty name, unknown, stands apart as a
// name of its own. Edges are in the order of the names.
func Handover(log *journey.Log, of func(row int) string) []Edge {
	var n names
	var count pairs
	r := log.Rows()
	for j := range log.Journeys() {
		last, known := uint32(0), false
		for i := r.Offsets[j]; i < r.Offsets[j+1]; i++ {
			c := n.number(of(i))
			count.room(len(n.list))
			if known {
				count.add(last, c, 1)
			}
			last, known = c, true
		}
	}
	return edgeList(&n, count.all(n.sorted(func(uint32) bool { return true })))
}
