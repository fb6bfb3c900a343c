package discovery_test

import (
	"io"
	"testing"

	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/journey/discovery"
	"github.com/buyerjourney/b2b/journey/object"
)

func TestOracleObjectDFG(t *testing.T) {
	for _, name := range []string{"ocel2_spec_example", "ocel2_order_management"} {
		t.Run(name, func(t *testing.T) {
			var want struct {
				Couples map[string][][3]any `json:"ocdfg_event_couples"`
				Unique  map[string][][3]any `json:"ocdfg_unique_objects"`
				Total   map[string][][3]any `json:"ocdfg_total_objects"`
			}
			oracle(t, "own_"+name+".json", &want)
			data, err := io.ReadAll(realdata.Open(t, "journey/"+name+".json.gz"))
			if err != nil {
				t.Fatal(err)
			}
			o, _, err := object.ParseOCEL(data)
			if err != nil {
				t.Fatal(err)
			}
			got := make(map[[3]string]discovery.ObjectEdge)
			for _, e := range discovery.ObjectDFG(o) {
				got[[3]string{e.Type, e.From, e.To}] = e
			}
			n := 0
			for _, list := range want.Couples {
				n += len(list)
			}
			if len(got) != n {
				t.Errorf("%d edges, want %d", len(got), n)
			}
			check := func(what string, want map[string][][3]any, count func(discovery.ObjectEdge) int) {
				for kind, list := range want {
					for _, e := range list {
						if x := count(got[[3]string{kind, e[0].(string), e[1].(string)}]); x != int(e[2].(float64)) {
							t.Errorf("%s of %s %v: %d", what, kind, e, x)
						}
					}
				}
			}
			check("event pairs", want.Couples, func(e discovery.ObjectEdge) int { return e.Events })
			check("objects", want.Unique, func(e discovery.ObjectEdge) int { return e.Objects })
			check("total", want.Total, func(e discovery.ObjectEdge) int { return e.Total })
		})
	}
}
