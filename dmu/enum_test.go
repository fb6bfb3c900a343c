package dmu_test

import (
	"encoding"
	"testing"

	"github.com/buyerjourney/b2b/dmu"
)

type enumeration interface {
	~uint8
	String() string
	IsValid() bool
	encoding.TextAppender
	encoding.TextMarshaler
}

// roundTrip goes through the values of an enumeration: text and back, any case, and nothing beyond the last.
func roundTrip[E enumeration](t *testing.T, last E, parse func(string) (E, error)) {
	t.Helper()
	seen := map[string]bool{}
	for e := range last + 1 {
		text, err := e.MarshalText()
		if err != nil || !e.IsValid() || seen[string(text)] || string(text) != e.String() {
			t.Errorf("%d: %q, %v", e, text, err)
		}
		seen[string(text)] = true
		if back, err := parse(string(text)); err != nil || back != e {
			t.Errorf("%q: %d, %v", text, back, err)
		}
	}
	if _, err := (last + 1).AppendText(nil); err == nil || (last + 1).IsValid() {
		t.Errorf("%d is a value", last+1)
	}
	if zero, err := parse(""); err != nil || zero != 0 {
		t.Errorf("the empty text: %v, %v", zero, err)
	}
	if _, err := parse("no such name"); err == nil {
		t.Error("any text is accepted")
	}
}

func TestEnumerations(t *testing.T) {
	roundTrip(t, dmu.Approver, dmu.ParseRole)
	roundTrip(t, dmu.Technical, dmu.ParseAuthority)
	roundTrip(t, dmu.Champion, dmu.ParseAttitude)
	roundTrip(t, dmu.Blocker, dmu.ParseProfile)
	roundTrip(t, dmu.StraightRebuy, dmu.ParseBuyClass)
	roundTrip(t, dmu.Committed, dmu.ParseReach)
	roundTrip(t, dmu.Manual, dmu.ParseSource)
	roundTrip(t, dmu.OtherOutsider, dmu.ParseOutsiderKind)
}

func TestDutchRoles(t *testing.T) {
	for text, want := range map[string]dmu.Role{
		"Initiatiefnemer": dmu.Initiator, "GEBRUIKER": dmu.User, "beïnvloeder": dmu.Influencer, "BEÏNVLOEDER": dmu.Influencer,
		"beslisser": dmu.Decider, "koper": dmu.Buyer, "Inkoper": dmu.Buyer, "poortwachter": dmu.Gatekeeper, "goedkeurder": dmu.Approver,
	} {
		if got, err := dmu.ParseRole(text); err != nil || got != want {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
}

func TestSets(t *testing.T) {
	s := dmu.AuthoritiesOf(dmu.Technical, dmu.Budget, dmu.Legal, dmu.UnknownAuthority, 99)
	if s.String() != "budget+legal+technical" || !s.Has(dmu.Legal) || s.Has(dmu.Security) || s.Has(0) || s.Has(200) {
		t.Errorf("%v", s)
	}
	for set := range dmu.Authorities(64) {
		back, err := dmu.ParseAuthorities(set.String())
		if err != nil || back != set {
			t.Errorf("%q: %v %v", set.String(), back, err)
		}
	}
	for _, text := range []string{"budget+", "+", "unknown", "budget+none"} {
		if _, err := dmu.ParseAuthorities(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
	p := dmu.PowerBasesOf(dmu.StatusPower, dmu.ExpertPower)
	if back, err := dmu.ParsePowerBases("Status+EXPERT"); err != nil || back != p || p.String() != "expert+status" {
		t.Errorf("%v %v", back, err)
	}
	if (dmu.Facets{Authorities: 1 << 7}).IsValid() || !(dmu.Facets{Role: dmu.User, Authorities: s}).IsValid() {
		t.Error("validity of facets")
	}
}
