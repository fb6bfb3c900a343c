package match

import "github.com/buyerjourney/b2b/internal/enum"

// Kind says what a column holds; it decides how cells are normalised, compared and blocked when nothing else is said. It
// is a closed enumeration; zero is [UnknownKind], which is refused.
type Kind uint8

// The kinds of columns; the defaults of each are in the package documentation.
const (
	UnknownKind Kind = iota
	Text
	GivenName
	Surname
	PersonName
	CompanyKind
	Email
	Phone
	Date
	Postcode
	Street
	City
	Code
	FreeText
	Tokens
	Number
	URL
	VAT
	KvK
	LEI
	DUNS
	Login
)

var kinds = enum.New[Kind]("kind", "unknown", "text", "given_name", "surname", "person_name", "company", "email", "phone", "date", "postcode",
	"street", "city", "code", "free_text", "tokens", "number", "url", "vat", "kvk", "lei", "duns", "login")

// Kinds returns the known kinds.
func Kinds() []Kind { return kinds.All() }

// ParseKind reads the name of a kind; the empty text is [UnknownKind].
func ParseKind(text string) (Kind, error) { return kinds.Parse(text) }

// String returns the name of the kind, such as "given_name".
func (k Kind) String() string { return kinds.String(k) }

// AppendText implements [encoding.TextAppender].
func (k Kind) AppendText(dst []byte) ([]byte, error) { return kinds.AppendText(dst, k) }

// MarshalText implements [encoding.TextMarshaler].
func (k Kind) MarshalText() ([]byte, error) { return kinds.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseKind] does.
func (k *Kind) UnmarshalText(text []byte) error { return kinds.UnmarshalText(k, text) }
