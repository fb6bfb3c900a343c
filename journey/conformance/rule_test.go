package conformance_test

import (
	"strings"
	"testing"

	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
)

func TestOracleRules(t *testing.T) {
	for _, name := range []string{"running-example", "receipt", "repairExample", "bpic2020_domestic", "purchasing"} {
		t.Run(name, func(t *testing.T) {
			var o struct{ Templates map[string][][]any }
			oracle(t, "declare_"+name+".json", &o)
			log := realLog(t, name)
			found, err := conformance.DiscoverRules(log, 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			got := make(map[conformance.Rule][2]int64)
			var rules []conformance.Rule
			for _, r := range found {
				got[r.Rule] = [2]int64{r.Activated, r.Fulfilled}
				rules = append(rules, r.Rule)
			}
			checked := 0
			for text, list := range o.Templates {
				template, err := conformance.ParseTemplate(strings.TrimSuffix(text, "_one"))
				if err != nil {
					t.Fatal(text, err)
				}
				for _, x := range list {
					r := conformance.Rule{Template: template, A: journey.StepID(x[0].(string))}
					n := x[1:]
					if !template.Unary() {
						r.B, n = journey.StepID(x[1].(string)), x[2:]
					}
					want := [2]int64{int64(n[0].(float64)), int64(n[1].(float64))}
					if got[r] != want && !(want[0] == 0 && got[r] == [2]int64{}) {
						t.Errorf("%s %s %s: %v, want %v", r.Template, r.A, r.B, got[r], want)
					}
					checked++
				}
			}
			if checked < 50 {
				t.Errorf("only %d rules compared", checked)
			}
			// The two ways to judge agree: counts over tables, and one rule at a time over positions.
			again, err := conformance.CheckRules(log, rules, 1)
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range again {
				if r.Activated != found[i].Activated || r.Fulfilled != found[i].Fulfilled {
					t.Errorf("%s %s %s: %d/%d by positions, %d/%d by tables", r.Template, r.A, r.B, r.Fulfilled, r.Activated, found[i].Fulfilled, found[i].Activated)
				}
				if (r.Fulfilled < r.Activated) != (len(r.Violations) == 1) {
					t.Errorf("%s %s %s: %d violations listed", r.Template, r.A, r.B, len(r.Violations))
				}
			}
		})
	}
}
