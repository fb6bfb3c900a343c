package touchpoint

import "github.com/buyerjourney/b2b"

// ControlPolicy says how far a moment can be influenced by who owns it and who begins it. An unknown field means the
// default in brackets, so the zero value is the default policy. It is a comparable value.
//
// Lemon and Verhoef (2016) name the four owners and publish no numbers: the defaults are this package's own.
type ControlPolicy struct {
	Brand         b2b.Fraction `json:"brand,omitzero"`          // owner Brand (1.0)
	Partner       b2b.Fraction `json:"partner,omitzero"`        // owner Partner (0.6)
	Customer      b2b.Fraction `json:"customer,omitzero"`       // owner Customer (0.2)
	SocialOnline  b2b.Fraction `json:"social_online,omitzero"`  // owner Social, mode Online (0.3)
	SocialOffline b2b.Fraction `json:"social_offline,omitzero"` // owner Social, any other mode (0.1)
	NotByFirm     b2b.Fraction `json:"not_by_firm,omitzero"`    // factor where somebody else begins (0.7)
	Influenceable b2b.Fraction `json:"influenceable,omitzero"`  // least degree that counts as influenceable (0.15)
}

// Degree returns how far the touchpoint can be influenced, in [0,1]. An explicit [Touchpoint.Control] wins. Otherwise ok
// is false if the owner or the initiator is unknown: unknown is not 0.
func (p ControlPolicy) Degree(t Touchpoint) (degree float64, ok bool) {
	if d, ok := t.Control.Value(); ok {
		return d, true
	}
	switch t.Owner {
	case Brand:
		degree = p.Brand.Or(1)
	case Partner:
		degree = p.Partner.Or(0.6)
	case Customer:
		degree = p.Customer.Or(0.2)
	case Social:
		degree = p.SocialOffline.Or(0.1)
		if t.Mode == Online {
			degree = p.SocialOnline.Or(0.3)
		}
	case UnknownOwner:
		return 0, false
	default:
		return 0, false
	}
	switch t.Initiator {
	case ByFirm:
		return degree, true
	case ByCustomer, ByPartner, ByThird:
		return degree * p.NotByFirm.Or(0.7), true
	case UnknownInitiator:
		return 0, false
	default:
		return 0, false
	}
}

// Threshold returns the least degree that counts as influenceable (beïnvloedbaar).
func (p ControlPolicy) Threshold() float64 { return p.Influenceable.Or(0.15) }
