package touchpoint

import "github.com/buyerjourney/b2b/internal/enum"

// Mode says whether a contact is digital or physical.
// It is a closed enumeration; zero is [UnknownMode].
type Mode uint8

// The values of [Mode].
const (
	UnknownMode Mode = iota
	Online           // digitaal
	Offline          // fysiek
	Hybrid           // both at once: a video wall in a shop, a webinar with a room
)

var modes = enum.New[Mode]("mode", "unknown", "online", "offline", "hybrid").
	Alias("digitaal", Online).
	Alias("digital", Online).
	Alias("fysiek", Offline).
	Alias("physical", Offline)

// ParseMode reads a name without regard to case; the empty text is [UnknownMode].
func ParseMode(text string) (Mode, error) { return modes.Parse(text) }

// IsValid reports whether m is a value of the enumeration.
func (m Mode) IsValid() bool { return modes.Valid(m) }

// String returns the name in lower case.
func (m Mode) String() string { return modes.String(m) }

// AppendText implements [encoding.TextAppender].
func (m Mode) AppendText(dst []byte) ([]byte, error) { return modes.AppendText(dst, m) }

// MarshalText implements [encoding.TextMarshaler].
func (m Mode) MarshalText() ([]byte, error) { return modes.AppendText(nil, m) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseMode] does.
func (m *Mode) UnmarshalText(text []byte) error { return modes.UnmarshalText(m, text) }

// Medium says what the customer meets: a person, a machine or a thing.
// It is a closed enumeration; zero is [UnknownMedium].
type Medium uint8

// The values of [Medium].
const (
	UnknownMedium Medium = iota
	Human                // a person: a seller, a service desk
	Machine              // an interactive system: a web site, a chat robot
	Object               // a thing that does not answer: a brochure, a package
	Mixed                // several of these
)

var mediums = enum.New[Medium]("medium", "unknown", "human", "machine", "object", "mixed")

// ParseMedium reads a name without regard to case; the empty text is [UnknownMedium].
func ParseMedium(text string) (Medium, error) { return mediums.Parse(text) }

// IsValid reports whether m is a value of the enumeration.
func (m Medium) IsValid() bool { return mediums.Valid(m) }

// String returns the name in lower case.
func (m Medium) String() string { return mediums.String(m) }

// AppendText implements [encoding.TextAppender].
func (m Medium) AppendText(dst []byte) ([]byte, error) { return mediums.AppendText(dst, m) }

// MarshalText implements [encoding.TextMarshaler].
func (m Medium) MarshalText() ([]byte, error) { return mediums.AppendText(nil, m) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseMedium] does.
func (m *Medium) UnmarshalText(text []byte) error { return mediums.UnmarshalText(m, text) }

// Media says how the channel was come by.
// It is a closed enumeration; zero is [UnknownMedia].
type Media uint8

// The values of [Media].
const (
	UnknownMedia Media = iota
	Owned              // the seller's own
	Earned             // given by others: reviews, word of mouth
	Paid               // bought: advertising
)

var medias = enum.New[Media]("media", "unknown", "owned", "earned", "paid")

// ParseMedia reads a name without regard to case; the empty text is [UnknownMedia].
func ParseMedia(text string) (Media, error) { return medias.Parse(text) }

// IsValid reports whether m is a value of the enumeration.
func (m Media) IsValid() bool { return medias.Valid(m) }

// String returns the name in lower case.
func (m Media) String() string { return medias.String(m) }

// AppendText implements [encoding.TextAppender].
func (m Media) AppendText(dst []byte) ([]byte, error) { return medias.AppendText(dst, m) }

// MarshalText implements [encoding.TextMarshaler].
func (m Media) MarshalText() ([]byte, error) { return medias.AppendText(nil, m) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseMedia] does.
func (m *Media) UnmarshalText(text []byte) error { return medias.UnmarshalText(m, text) }

// Kind says whether a contact is a message or a deed.
// It is a closed enumeration; zero is [UnknownKind].
type Kind uint8

// The values of [Kind].
const (
	UnknownKind   Kind = iota
	Communication      // a message with a sender and a receiver
	Action             // something that somebody does
)

var kinds = enum.New[Kind]("kind", "unknown", "communication", "action")

// ParseKind reads a name without regard to case; the empty text is [UnknownKind].
func ParseKind(text string) (Kind, error) { return kinds.Parse(text) }

// IsValid reports whether k is a value of the enumeration.
func (k Kind) IsValid() bool { return kinds.Valid(k) }

// String returns the name in lower case.
func (k Kind) String() string { return kinds.String(k) }

// AppendText implements [encoding.TextAppender].
func (k Kind) AppendText(dst []byte) ([]byte, error) { return kinds.AppendText(dst, k) }

// MarshalText implements [encoding.TextMarshaler].
func (k Kind) MarshalText() ([]byte, error) { return kinds.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseKind] does.
func (k *Kind) UnmarshalText(text []byte) error { return kinds.UnmarshalText(k, text) }

// Initiator says who begins the contact.
// It is a closed enumeration; zero is [UnknownInitiator].
type Initiator uint8

// The values of [Initiator].
const (
	UnknownInitiator Initiator = iota
	ByFirm                     // the seller
	ByCustomer                 // the customer
	ByPartner                  // a partner of the seller
	ByThird                    // somebody else
)

var initiators = enum.New[Initiator]("initiator", "unknown", "by-firm", "by-customer", "by-partner", "by-third").
	Alias("firm", ByFirm).
	Alias("customer", ByCustomer).
	Alias("partner", ByPartner).
	Alias("third", ByThird)

// ParseInitiator reads a name without regard to case; the empty text is [UnknownInitiator].
func ParseInitiator(text string) (Initiator, error) { return initiators.Parse(text) }

// IsValid reports whether i is a value of the enumeration.
func (i Initiator) IsValid() bool { return initiators.Valid(i) }

// String returns the name in lower case.
func (i Initiator) String() string { return initiators.String(i) }

// AppendText implements [encoding.TextAppender].
func (i Initiator) AppendText(dst []byte) ([]byte, error) { return initiators.AppendText(dst, i) }

// MarshalText implements [encoding.TextMarshaler].
func (i Initiator) MarshalText() ([]byte, error) { return initiators.AppendText(nil, i) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseInitiator] does.
func (i *Initiator) UnmarshalText(text []byte) error { return initiators.UnmarshalText(i, text) }
