package touchpoint

import "github.com/buyerjourney/b2b/internal/enum"

// Owner says who owns the moment (Lemon and Verhoef 2016, Journal of Marketing 80(6):69).
// It is a closed enumeration; zero is [UnknownOwner].
type Owner uint8

// The values of [Owner].
const (
	UnknownOwner Owner = iota
	Brand              // eigen: the seller
	Partner            // uitbesteed: an agency, a dealer, a carrier
	Customer           // klant: the customer alone
	Social             // andere klanten, onafhankelijk: other customers, reviewers, the press
)

var owners = enum.New[Owner]("owner", "unknown", "brand", "partner", "customer", "social").
	Alias("eigen", Brand).
	Alias("uitbesteed", Partner).
	Alias("klant", Customer).
	Alias("andere klanten", Social).
	Alias("onafhankelijk", Social)

// ParseOwner reads a name without regard to case; the empty text is [UnknownOwner].
func ParseOwner(text string) (Owner, error) { return owners.Parse(text) }

// IsValid reports whether o is a value of the enumeration.
func (o Owner) IsValid() bool { return owners.Valid(o) }

// String returns the name in lower case.
func (o Owner) String() string { return owners.String(o) }

// AppendText implements [encoding.TextAppender].
func (o Owner) AppendText(dst []byte) ([]byte, error) { return owners.AppendText(dst, o) }

// MarshalText implements [encoding.TextMarshaler].
func (o Owner) MarshalText() ([]byte, error) { return owners.AppendText(nil, o) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseOwner] does.
func (o *Owner) UnmarshalText(text []byte) error { return owners.UnmarshalText(o, text) }

// Visibility says who can see a step or a touchpoint. Package journey uses it too.
// It is a closed enumeration; zero is [UnknownVisibility].
type Visibility uint8

// The values of [Visibility].
const (
	UnknownVisibility Visibility = iota
	Shared                       // both sides see it
	BuyerInternal                // interne stap bij de koper: invisible to the seller, and still it counts
	SellerInternal               // backstage: invisible to the buyer
)

var visibilities = enum.New[Visibility]("visibility", "unknown", "shared", "buyer-internal", "seller-internal").
	Alias("backstage", SellerInternal)

// ParseVisibility reads a name without regard to case; the empty text is [UnknownVisibility].
func ParseVisibility(text string) (Visibility, error) { return visibilities.Parse(text) }

// IsValid reports whether v is a value of the enumeration.
func (v Visibility) IsValid() bool { return visibilities.Valid(v) }

// String returns the name in lower case.
func (v Visibility) String() string { return visibilities.String(v) }

// AppendText implements [encoding.TextAppender].
func (v Visibility) AppendText(dst []byte) ([]byte, error) { return visibilities.AppendText(dst, v) }

// MarshalText implements [encoding.TextMarshaler].
func (v Visibility) MarshalText() ([]byte, error) { return visibilities.AppendText(nil, v) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseVisibility] does.
func (v *Visibility) UnmarshalText(text []byte) error { return visibilities.UnmarshalText(v, text) }
