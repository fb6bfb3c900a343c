package conformance_test

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/law"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
)

// genJourney draws a journey of a log of its own; now and then the zero value.
var genJourney = rapid.Custom(func(t *rapid.T) journey.Journey {
	if rapid.IntRange(0, 9).Draw(t, "zero") == 9 {
		return journey.Journey{}
	}
	return drawLog(t, 1).Journey(0)
})

func drawLog(t *rapid.T, n int) *journey.Log {
	var b journey.Builder
	for i := range rapid.IntRange(1, n).Draw(t, "journeys") {
		at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
		for k := range rapid.IntRange(1, 6).Draw(t, "length") {
			at = at.Add(time.Duration(rapid.SampledFrom([]int64{0, 1, 60, 86_400, 1_000_000}).Draw(t, "pause")) * time.Second)
			b.Add(journey.Event{
				Journey: strconv.Itoa(i), Step: journey.StepID(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "step")),
				Seat: b2b.SeatID(rapid.SampledFrom([]string{"", "legal", "buyer"}).Draw(t, "seat")), At: at, Seq: int64(k),
			})
		}
	}
	l, _ := b.Build(journey.Identities{})
	return l
}

// allRules are rules of every template, some with conditions.
func allRules() []conformance.Rule {
	var rules []conformance.Rule
	for _, t := range conformance.Templates() {
		r := conformance.Rule{Template: t, A: "a"}
		if !t.Unary() {
			r.B = "b"
			rules = append(rules, conformance.Rule{Template: t, A: "a", B: "b", Within: time.Minute, SameRole: true})
		}
		rules = append(rules, r)
	}
	return rules
}

func TestLaws(t *testing.T) {
	rules := func(r []conformance.Rule) func() *conformance.RuleCounts {
		return func() *conformance.RuleCounts {
			c, err := conformance.NewRuleCounts(r)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
	}
	profile := func(c conformance.ProfileConfig) func() *conformance.Profile {
		return func() *conformance.Profile {
			p, err := conformance.NewProfile(c)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
	}
	t.Run("RuleCounts", func(t *testing.T) { law.Accumulator(t, rules(allRules()), genJourney) })
	t.Run("Profile", func(t *testing.T) { law.Accumulator(t, profile(conformance.ProfileConfig{}), genJourney) })
	rapid.Check(t, func(rt *rapid.T) {
		j := drawLog(rt, 1).Journey(0)
		a, b := rules(allRules()[:1])(), rules(allRules()[1:2])()
		p, q := profile(conformance.ProfileConfig{Zeta: 2})(), profile(conformance.ProfileConfig{Zeta: 1})()
		for _, err := range []error{a.Add(j), b.Add(j), p.Add(j), q.Add(j)} {
			if err != nil {
				rt.Fatal(err)
			}
		}
		law.Mismatch[journey.Journey](t, a, b)
		law.Mismatch[journey.Journey](t, p, q)
	})
}

// naive is a rule's definition, word by word, over all pairs of positions.
func naive(template conformance.Template, q []journey.StepID, ok func(i, k int) bool) (activated, fulfilled bool) {
	var a, b []int
	for i, s := range q {
		if s == "a" {
			a = append(a, i)
		}
		if s == "b" {
			b = append(b, i)
		}
	}
	all := func(list []int, holds func(int) bool) bool {
		for _, i := range list {
			if !holds(i) {
				return false
			}
		}
		return true
	}
	some := func(list []int, holds func(int) bool) bool { return !all(list, func(i int) bool { return !holds(i) }) }
	none := func(list []int, from, to int) bool {
		return !some(list, func(i int) bool { return i > from && i < to })
	}
	response := func(i int) bool { return some(b, func(k int) bool { return k > i && ok(i, k) }) }
	precedence := func(k int) bool { return some(a, func(i int) bool { return i < k && ok(i, k) }) }
	altResponse := func(i int) bool { return some(b, func(k int) bool { return k > i && none(a, i, k) && ok(i, k) }) }
	altPrecedence := func(k int) bool { return some(a, func(i int) bool { return i < k && none(b, i, k) && ok(i, k) }) }
	chainResponse := func(i int) bool { return some(b, func(k int) bool { return k == i+1 && ok(i, k) }) }
	chainPrecedence := func(k int) bool { return some(a, func(i int) bool { return k == i+1 && ok(i, k) }) }
	near := func(i int) bool { return some(b, func(k int) bool { return ok(i, k) }) }
	nearB := func(k int) bool { return some(a, func(i int) bool { return ok(i, k) }) }
	either, hasA, hasB := len(a)+len(b) > 0, len(a) > 0, len(b) > 0
	switch template {
	case conformance.Existence:
		return true, hasA
	case conformance.Absence:
		return true, !hasA
	case conformance.Exactly:
		return hasA, len(a) == 1
	case conformance.Init:
		return true, q[0] == "a"
	case conformance.Finally:
		return true, q[len(q)-1] == "a"
	case conformance.RespondedExistence:
		return hasA, hasA && all(a, near)
	case conformance.Response:
		return hasA, hasA && all(a, response)
	case conformance.Precedence:
		return hasB, hasB && all(b, precedence)
	case conformance.Succession:
		return either, either && all(a, response) && all(b, precedence)
	case conformance.Coexistence:
		return either, either && all(a, near) && all(b, nearB)
	case conformance.Choice:
		return true, either
	case conformance.AlternateResponse:
		return hasA, hasA && all(a, altResponse)
	case conformance.AlternatePrecedence:
		return hasB, hasB && all(b, altPrecedence)
	case conformance.AlternateSuccession:
		return either, either && all(a, altResponse) && all(b, altPrecedence)
	case conformance.ChainResponse:
		return hasA, hasA && all(a, chainResponse)
	case conformance.ChainPrecedence:
		return hasB, hasB && all(b, chainPrecedence)
	case conformance.ChainSuccession:
		return either, either && all(a, chainResponse) && all(b, chainPrecedence)
	case conformance.NotCoexistence:
		return either, either && !some(a, near)
	case conformance.NotSuccession:
		return hasA, hasA && !some(a, response)
	case conformance.NotChainSuccession:
		return hasA, hasA && !some(a, chainResponse)
	case conformance.UnknownTemplate:
	}
	return false, false
}

func propRules(t *rapid.T) {
	log := drawLog(t, 4)
	rules := allRules()
	got, err := conformance.CheckRules(log, rules, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rules {
		activated, fulfilled := int64(0), int64(0)
		for n := range log.Journeys() {
			j := log.Journey(n)
			q := make([]journey.StepID, j.Len())
			for k := range q {
				q[k] = j.Step(k)
			}
			x, y := naive(r.Template, q, func(i, k int) bool {
				d := j.At(k).Sub(j.At(i)).Abs()
				seat := j.Event(i).Seat
				return (r.Within == 0 || d <= r.Within) && (!r.SameRole || seat != "" && seat == j.Event(k).Seat)
			})
			if x {
				activated++
			}
			if x && y {
				fulfilled++
			}
		}
		if got[i].Activated != activated || got[i].Fulfilled != fulfilled {
			t.Fatalf("%+v: %d/%d, want %d/%d", r, got[i].Fulfilled, got[i].Activated, fulfilled, activated)
		}
	}
}

func TestRulesAgainstDefinition(t *testing.T) { rapid.Check(t, propRules) }
func FuzzRulesAgainstDefinition(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propRules)) }

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte("\x01\x00"))
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var c conformance.RuleCounts
		if c.UnmarshalBinary(data) == nil {
			if again, err := c.AppendBinary(nil); err != nil || string(again) != string(data) {
				t.Errorf("rules: %x is not canonical: %x (%v)", data, again, err)
			}
		}
		var p conformance.Profile
		if p.UnmarshalBinary(data) == nil {
			if again, err := p.AppendBinary(nil); err != nil || string(again) != string(data) {
				t.Errorf("profile: %x is not canonical: %x (%v)", data, again, err)
			}
		}
	})
}
