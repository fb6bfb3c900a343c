package dmu_test

import (
	"testing"

	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/internal/gen/codec"
)

func TestEnumerations(t *testing.T) {
	codec.Check(t, dmu.ParseRole)
	codec.Check(t, dmu.ParseAuthority)
	codec.Check(t, dmu.ParsePowerBase)
	codec.Check(t, dmu.ParseAttitude)
	codec.Check(t, dmu.ParseProfile)
	codec.Check(t, dmu.ParseBuyClass)
	codec.Check(t, dmu.ParseReach)
	codec.Check(t, dmu.ParseSource)
	codec.Check(t, dmu.ParseOutsiderKind)
	codec.Check(t, dmu.ParseCoverState)
	codec.Check(t, dmu.ParseAxis)
	codec.Check(t, dmu.ParseLossKind)
	codec.Check(t, dmu.ParseUse)
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
