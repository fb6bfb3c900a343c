package match

import (
	"cmp"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Transform turns a value into block keys. It is a closed enumeration; zero is [UnknownTransform], which is refused.
type Transform uint8

// The transforms.
const (
	UnknownTransform Transform = iota
	Whole                      // the normal form
	Prefix                     // its first N runes
	Suffix                     // its last N runes
	FirstToken                 // its first word
	EachToken                  // every word: a key each
	RarestToken                // the word that fewest rows have; ties by text
	RareTokens                 // the N rarest words: a key each
	SortedTokens               // the words, sorted
	InitialsOf                 // the first letters of the words
	SoundexOf                  // Soundex of the first word
	YearOf                     // the year of a date
	YearMonth                  // year and month
	MonthDay                   // month and day
	LocalPart                  // of a mail address
	DomainOf                   // of a mail address, unless many have mail there; the site of a URL
	CompanyKey                 // the key of a company name
	AcronymOrKey               // its acronyms, and a short name itself: a key each
	DigitsOf                   // the digits
	TailOf                     // the last 8 digits
	NumberAndToken             // house number and first other word
)

var transforms = enum.New[Transform]("transform", "unknown", "exact", "prefix", "suffix", "first_token", "each_token", "rarest_token",
	"rare_tokens", "sorted_tokens", "initials", "soundex", "year", "year_month", "month_day", "local_part", "domain", "company_key",
	"acronym_or_key", "digits", "tail", "number_token")

// String returns the name of the transform, as in configurations.
func (t Transform) String() string { return transforms.String(t) }

// AppendText implements [encoding.TextAppender].
func (t Transform) AppendText(dst []byte) ([]byte, error) { return transforms.AppendText(dst, t) }

// MarshalText implements [encoding.TextMarshaler].
func (t Transform) MarshalText() ([]byte, error) { return transforms.AppendText(nil, t) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (t *Transform) UnmarshalText(text []byte) error { return transforms.UnmarshalText(t, text) }

// explodes says whether a value may have several keys.
func (t Transform) explodes() bool { return t == EachToken || t == RareTokens || t == AcronymOrKey }

// counted says whether the transform takes a number.
func (t Transform) counted() bool { return t == Prefix || t == Suffix || t == RareTokens }

// BlockKey is a transform of a field. Its text is "field" or "field:transform", with a number where the transform takes
// one: "name:prefix4".
type BlockKey struct {
	Field     string
	Transform Transform
	N         int
}

// ParseBlockKey reads the text of a [BlockKey].
func ParseBlockKey(text string) (BlockKey, error) {
	name, tr, ok := strings.Cut(text, ":")
	k := BlockKey{Field: name, Transform: Whole}
	if !ok {
		return k, nil
	}
	word := strings.TrimRight(tr, "0123456789")
	t, err := transforms.Parse(word)
	if err != nil || t == UnknownTransform {
		return BlockKey{}, &b2b.InvalidError{Reason: "unknown transform"}
	}
	k.Transform = t
	switch {
	case t.counted() && len(word) == len(tr):
		k.N = 3
	case t.counted():
		if k.N, err = strconv.Atoi(tr[len(word):]); err != nil || k.N < 1 || k.N > 1000 {
			return BlockKey{}, &b2b.InvalidError{Reason: "the number of the transform must be 1 to 1000"}
		}
	case len(word) != len(tr):
		return BlockKey{}, &b2b.InvalidError{Reason: "the transform takes no number"}
	}
	return k, nil
}

// String returns the text of the key.
func (k BlockKey) String() string {
	switch {
	case k.Transform == Whole || k.Transform == UnknownTransform:
		return k.Field
	case k.Transform.counted():
		return k.Field + ":" + k.Transform.String() + strconv.Itoa(k.N)
	}
	return k.Field + ":" + k.Transform.String()
}

// MarshalText implements [encoding.TextMarshaler].
func (k BlockKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseBlockKey] does.
func (k *BlockKey) UnmarshalText(text []byte) error {
	v, err := ParseBlockKey(string(text))
	if err == nil {
		*k = v
	}
	return err
}

// BlockRule puts rows into one block that agree on all Keys. A block over the maximum is split by the keys of Refine, one
// after the other.
type BlockRule struct {
	Keys   []BlockKey `json:"keys"`
	Refine []BlockKey `json:"refine,omitzero"`
}

// String returns the keys with " + " between them.
func (r BlockRule) String() string {
	s := make([]string, len(r.Keys))
	for i, k := range r.Keys {
		s[i] = k.String()
	}
	return strings.Join(s, " + ")
}

// DefaultMaxBlock is the size above which a block is skipped, if nothing else is said.
const DefaultMaxBlock = 1000

// Blocks says which pairs are compared: those that share a block of one of the rules. The zero value stands for automatic
// rules ([AutoBlocks]).
type Blocks struct {
	Rules   []BlockRule `json:"rules"`
	MaxSize int         `json:"max_size"` // blocks above it are split by Refine or skipped; 0 means DefaultMaxBlock, below 0 no limit
}

func (b Blocks) maxSize() int {
	switch {
	case b.MaxSize == 0:
		return DefaultMaxBlock
	case b.MaxSize < 0:
		return int(^uint(0) >> 1)
	}
	return b.MaxSize
}

// keyColumn is a block key worked out: per code of a column the hashes of its keys, none for code 0.
type keyColumn struct {
	field int
	one   []uint64   // 0 = no key
	many  [][]uint64 // of transforms that explode
}

const hashSeed = 0x9e3779b97f4a7c15

func hashText(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h)
}

func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	h ^= h >> 31
	if h == 0 {
		return hashSeed
	}
	return h
}

func combine(a, b uint64) uint64 { return mix(bits.RotateLeft64(a, 23)*hashSeed + b) }

// keyColumnOf works out the keys of every value of the column.
func keyColumnOf(t *Table, k BlockKey) keyColumn {
	f := t.Field(k.Field)
	c := t.cols[f]
	out := keyColumn{field: f}
	if k.Transform.explodes() {
		out.many = make([][]uint64, len(c.text))
		for code := 1; code < len(c.text); code++ {
			for _, s := range keysOf(c, uint32(code), k) {
				out.many[code] = append(out.many[code], hashText(s))
			}
			slices.Sort(out.many[code])
			out.many[code] = slices.Compact(out.many[code])
		}
		return out
	}
	out.one = make([]uint64, len(c.text))
	for code := 1; code < len(c.text); code++ {
		if s := keyOf(c, uint32(code), k); s != "" {
			out.one[code] = hashText(s)
		}
	}
	return out
}

// keyOf returns the one key of a value, empty if it has none.
func keyOf(c *column, code uint32, k BlockKey) string {
	s := c.text[code]
	switch k.Transform {
	case Whole:
		if c.field.Kind == CompanyKind {
			return c.names[code].Key()
		}
		return s
	case Prefix:
		return prefixRunes(plainText(c, code), k.N)
	case Suffix:
		s = plainText(c, code)
		for n := runeLen(s); n > k.N; n-- {
			s = s[len(prefixRunes(s, 1)):]
		}
		return s
	case FirstToken:
		s, _, _ = strings.Cut(plainText(c, code), " ")
		return s
	case RarestToken:
		if words := rareWords(c, code, 1); len(words) > 0 {
			return words[0]
		}
		return ""
	case SortedTokens:
		return sortedTokens(s)
	case InitialsOf:
		return initials(plainText(c, code))
	case SoundexOf:
		return Soundex(firstWord(s))
	case YearOf, YearMonth, MonthDay:
		return dateKey(c, code, k.Transform)
	case LocalPart:
		if c.field.Kind == Email && len(c.aux[code]) >= 3 {
			return c.aux[code]
		}
		return ""
	case DomainOf:
		return domainKey(c, code)
	case CompanyKey:
		if c.names != nil {
			return c.names[code].Key()
		}
		return s
	case DigitsOf:
		return digits(s)
	case TailOf:
		d := digits(s)
		if len(d) < 6 {
			return ""
		}
		return d[max(len(d)-8, 0):]
	case NumberAndToken:
		if c.field.Kind != Street || c.aux[code] == "" {
			return ""
		}
		return c.aux[code] + " " + firstWord(c.rest[code])
	case UnknownTransform, EachToken, RareTokens, AcronymOrKey:
	}
	return ""
}

func firstWord(s string) string {
	w, _, _ := strings.Cut(s, " ")
	return w
}

// plainText is the text that prefixes are taken of: of companies the key in the order of the name.
func plainText(c *column, code uint32) string {
	if c.names == nil {
		return c.text[code]
	}
	var b strings.Builder
	for i, w := range c.names[code].words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.text)
	}
	return b.String()
}

func dateKey(c *column, code uint32, t Transform) string {
	if c.dates == nil {
		return ""
	}
	d := &c.dates[code]
	switch {
	case t == YearOf:
		return string(d.digits[:4])
	case d.yearly:
		return ""
	case t == YearMonth:
		return string(d.digits[:6])
	}
	return string(d.digits[4:])
}

func domainKey(c *column, code uint32) string {
	//exhaustive:ignore
	switch c.field.Kind {
	case Email:
		return c.rest[code]
	case URL:
		return c.aux[code]
	default:
		return ""
	}
}

// keysOf returns the keys of a value of a transform that explodes.
func keysOf(c *column, code uint32, k BlockKey) []string {
	//exhaustive:ignore
	switch k.Transform {
	case EachToken:
		out := make([]string, 0, len(c.tokens))
		if c.usesTokens() {
			for _, id := range c.tokens[code] {
				out = append(out, c.wordText(id))
			}
			return out
		}
		return strings.Fields(c.text[code])
	case RareTokens:
		return rareWords(c, code, k.N)
	case AcronymOrKey:
		if c.names == nil {
			return nil
		}
		n := &c.names[code]
		var out []string
		if n.acronym != "" {
			out = append(out, n.acronym)
		}
		if n.formed != "" {
			out = append(out, n.formed)
		}
		if n.full != "" {
			out = append(out, n.full)
		}
		if len(n.words) == 1 && n.words[0].runes >= 2 && n.words[0].runes <= 6 {
			out = append(out, n.words[0].text)
		}
		return out
	default:
		return nil
	}
}

// rareWords returns the n words of a value that fewest rows hold, ties by text.
func rareWords(c *column, code uint32, n int) []string {
	if !c.usesTokens() {
		w := strings.Fields(c.text[code])
		return w[:min(n, len(w))]
	}
	ids := slices.Clone(c.tokens[code])
	slices.SortFunc(ids, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(c.wordCount(a), c.wordCount(b)), strings.Compare(c.wordText(a), c.wordText(b)))
	})
	out := make([]string, 0, n)
	for _, id := range ids[:min(n, len(ids))] {
		out = append(out, c.wordText(id))
	}
	return out
}

// check reports what is wrong with the rules.
func (b Blocks) check(p *b2b.Problems, fields []Field) {
	has := map[string]bool{}
	for _, f := range fields {
		has[f.Name] = true
	}
	for i, r := range b.Rules {
		path := "blocking[" + strconv.Itoa(i) + "]"
		if len(r.Keys) == 0 {
			p.Add(path, "a rule needs at least one key")
		}
		for j, k := range slices.Concat(r.Keys, r.Refine) {
			if !has[k.Field] {
				p.Add(path+"["+strconv.Itoa(j)+"]", "no such field")
			}
		}
	}
}
