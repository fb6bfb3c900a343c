package object_test

import (
	"fmt"

	"github.com/buyerjourney/b2b/journey/object"
)

// The same object-centric log, flattened to orders.
func ExampleParseOCEL() {
	o, report, err := object.ParseOCEL([]byte(`{"objects":[{"id":"o1","type":"order"},{"id":"o2","type":"order"}],
		"events":[{"id":"1","type":"place","time":"2024-05-01T10:00:00Z","relationships":[{"objectId":"o1"},{"objectId":"o2"}]},
		          {"id":"2","type":"pay","time":"2024-05-02T10:00:00Z","relationships":[{"objectId":"o1"},{"objectId":"o9"}]}]}`))
	if err != nil {
		panic(err)
	}
	for _, r := range report.Rejected {
		fmt.Println(r.Path, r.Reason)
	}
	log := o.Flatten("order")
	for i := range log.Journeys() {
		fmt.Println(log.Journey(i).Key(), log.Journey(i).Len())
	}
	// Output:
	// events[1].relationships[1].objectId no such object
	// o1 2
	// o2 1
}
