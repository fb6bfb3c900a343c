package importance

import "github.com/buyerjourney/b2b/internal/enum"

// KanoCategory is what a feature means to a customer (Kano 1984).
// It is a closed enumeration; zero is [UnknownKanoCategory].
type KanoCategory uint8

// The values of [KanoCategory].
const (
	UnknownKanoCategory KanoCategory = iota
	MustBe                           // M: its lack annoys, its presence is taken for granted
	OneDimensional                   // O: the more the better
	Attractive                       // A: its presence delights, its lack is not missed
	Indifferent                      // I
	Reverse                          // R: its presence annoys
	Questionable                     // Q: the answers contradict one another
)

var kanoCategories = enum.New[KanoCategory]("Kano category", "unknown", "must-be", "one-dimensional", "attractive", "indifferent", "reverse", "questionable").
	Alias("M", MustBe).
	Alias("O", OneDimensional).
	Alias("A", Attractive).
	Alias("I", Indifferent).
	Alias("R", Reverse).
	Alias("Q", Questionable)

// ParseKanoCategory reads a name without regard to case; the empty text is [UnknownKanoCategory].
func ParseKanoCategory(text string) (KanoCategory, error) { return kanoCategories.Parse(text) }

// IsValid reports whether k is a value of the enumeration.
func (k KanoCategory) IsValid() bool { return kanoCategories.Valid(k) }

// String returns the name in lower case.
func (k KanoCategory) String() string { return kanoCategories.String(k) }

// AppendText implements [encoding.TextAppender].
func (k KanoCategory) AppendText(dst []byte) ([]byte, error) {
	return kanoCategories.AppendText(dst, k)
}

// MarshalText implements [encoding.TextMarshaler].
func (k KanoCategory) MarshalText() ([]byte, error) { return kanoCategories.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseKanoCategory] does.
func (k *KanoCategory) UnmarshalText(text []byte) error { return kanoCategories.UnmarshalText(k, text) }
