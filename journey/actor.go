package journey

import "github.com/buyerjourney/b2b/internal/enum"

// Process says whether a map describes a fixed or a temporary customer process. It is a closed enumeration; zero is
// [UnknownProcess].
type Process uint8

// The processes. A temporary process, such as a campaign, needs [Map.Valid].
const (
	UnknownProcess Process = iota
	Fixed                  // vast klantproces
	Temporary              // tijdelijk klantproces
)

var processes = enum.New[Process]("process", "unknown", "fixed", "temporary").Alias("vast", Fixed).Alias("tijdelijk", Temporary)

// ParseProcess reads an English or Dutch name; the empty text is [UnknownProcess].
func ParseProcess(text string) (Process, error) { return processes.Parse(text) }

// String returns the English name in lower case.
func (p Process) String() string { return processes.String(p) }

// AppendText implements [encoding.TextAppender].
func (p Process) AppendText(dst []byte) ([]byte, error) { return processes.AppendText(dst, p) }

// MarshalText implements [encoding.TextMarshaler].
func (p Process) MarshalText() ([]byte, error) { return processes.AppendText(nil, p) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseProcess] does.
func (p *Process) UnmarshalText(text []byte) error { return processes.UnmarshalText(p, text) }

// Actor says who makes the move. It is a closed enumeration, so that a misspelt actor is an error and never counts as one who can
// be steered; zero is [UnknownActor].
type Actor uint8

// The actors. OtherCustomer: a peer who recommends or warns. Outsider: someone who pulls strings without a part in the deal.
const (
	UnknownActor Actor = iota
	Buyer
	Seller
	Partner
	OtherCustomer
	Outsider
)

var actors = enum.New[Actor]("actor", "unknown", "buyer", "seller", "partner", "other-customer", "outsider")

// ParseActor reads the name of an actor; the empty text is [UnknownActor].
func ParseActor(text string) (Actor, error) { return actors.Parse(text) }

// String returns the name in lower case.
func (a Actor) String() string { return actors.String(a) }

// AppendText implements [encoding.TextAppender].
func (a Actor) AppendText(dst []byte) ([]byte, error) { return actors.AppendText(dst, a) }

// MarshalText implements [encoding.TextMarshaler].
func (a Actor) MarshalText() ([]byte, error) { return actors.AppendText(nil, a) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseActor] does.
func (a *Actor) UnmarshalText(text []byte) error { return actors.UnmarshalText(a, text) }

// Basis says what a figure of a map rests on. It is a closed enumeration; zero is [Assumed], since a figure without evidence is
// an assumption.
type Basis uint8

// The bases, from the weakest to the strongest.
const (
	Assumed Basis = iota
	Interview
	Observed
)

var bases = enum.New[Basis]("basis", "assumed", "interview", "observed").Alias("unknown", Assumed)

// ParseBasis reads the name of a basis; the empty text is [Assumed].
func ParseBasis(text string) (Basis, error) { return bases.Parse(text) }

// String returns the name in lower case.
func (b Basis) String() string { return bases.String(b) }

// AppendText implements [encoding.TextAppender].
func (b Basis) AppendText(dst []byte) ([]byte, error) { return bases.AppendText(dst, b) }

// MarshalText implements [encoding.TextMarshaler].
func (b Basis) MarshalText() ([]byte, error) { return bases.AppendText(nil, b) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseBasis] does.
func (b *Basis) UnmarshalText(text []byte) error { return bases.UnmarshalText(b, text) }

// Family is a family of distributions of a duration. It is a closed enumeration; zero is [Unset].
type Family uint8

// The families. Constant is named "fixed" in files. Empirical is given by its mean and standard deviation only, and drawn as the
// gamma distribution with those moments.
const (
	Unset Family = iota
	Constant
	Exponential
	Erlang
	Gamma
	LogNormal
	Weibull
	PERT
	Empirical
)

var families = enum.New[Family]("family",
	"unset", "fixed", "exponential", "erlang", "gamma", "log-normal", "weibull", "pert", "empirical").
	Alias("constant", Constant).Alias("unknown", Unset)

// ParseFamily reads the name of a family; the empty text is [Unset].
func ParseFamily(text string) (Family, error) { return families.Parse(text) }

// String returns the name in lower case.
func (f Family) String() string { return families.String(f) }

// AppendText implements [encoding.TextAppender].
func (f Family) AppendText(dst []byte) ([]byte, error) { return families.AppendText(dst, f) }

// MarshalText implements [encoding.TextMarshaler].
func (f Family) MarshalText() ([]byte, error) { return families.AppendText(nil, f) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseFamily] does.
func (f *Family) UnmarshalText(text []byte) error { return families.UnmarshalText(f, text) }
