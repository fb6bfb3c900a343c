package match

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b/internal/company"
	"github.com/buyerjourney/b2b/internal/fold"
)

// column holds the distinct values of a field in prepared form; index 0 is the missing value.
type column struct {
	field      Field
	dict       map[string]uint32 // raw and normal form → code; nil when the table is frozen
	text       []string          // normal form
	aux        []string          // by kind: local part, last digits, outward part, site, house number, sorted words
	rest       []string          // mail: domain; street: without the number
	auxID      []uint32          // mail: equal numbers for equal local parts
	restID     []uint32          // mail: the same of domains
	dates      []dateValue
	nums       []float64
	tokens     [][]uint32 // ids of the words, sorted and unique
	words      map[string]uint32
	word       []string // by id
	wordDF     []uint32 // rows that hold the word
	names      []CompanyName
	equal      []uint32 // class of equal values: the code of the first value with the same key
	keys       map[string]uint32
	count      []uint32 // rows per class of equal values
	held       uint32   // rows with a value
	nicks      [][]uint32
	shapes     []shape // of the normal forms
	wordShapes []shape
	partID     map[string]uint32 // mail: numbers of local parts and domains, made when values come later
	nextID     uint32
	vector     [][]weightedID
	asked      *asked // room for the values of searches, nil without an index
}

type weightedID struct {
	id     uint32
	weight float32
}

func newColumn0(f Field) *column {
	c := &column{field: f, dict: map[string]uint32{}}
	c.add("")
	return c
}

func (c *column) usesTokens() bool {
	switch c.field.Kind {
	case PersonName, FreeText, Tokens, CompanyKind, Street, City, Text:
		return true
	case UnknownKind, GivenName, Surname, Email, Phone, Date, Postcode, Code, Number, URL, VAT, KvK, LEI, DUNS, Login:
	}
	return false
}

// code interns a raw cell.
func (c *column) code(raw, country string) uint32 {
	country = c.country(country)
	look := c.tagged(raw, country)
	if code, ok := c.dict[look]; ok {
		return code
	}
	norm := c.normal(raw, country)
	if norm == "" {
		c.dict[strings.Clone(look)] = 0
		return 0
	}
	tagged := c.tagged(norm, country)
	code, ok := c.dict[tagged]
	if !ok {
		tagged = strings.Clone(tagged)
		norm = tagged[:len(norm)]
		code = c.add(norm)
		c.prepare(code, norm, raw, country)
		c.classify(code)
		if c.usesTokens() {
			put(&c.tokens, code, c.tokenIDs(code, norm, c.intern))
		}
		c.dict[tagged] = code
	}
	if look != tagged {
		c.dict[strings.Clone(look)] = code
	}
	return code
}

// country is the country of a cell: its own or that of the field.
func (c *column) country(own string) string {
	if own == "" {
		return c.field.Country
	}
	return own
}

// tagged is a text as the dictionary has it: with the country where that is not the country of the field.
func (c *column) tagged(text, country string) string {
	if country == c.field.Country {
		return text
	}
	return text + "\x00" + country
}

func (c *column) add(norm string) uint32 {
	c.text = append(c.text, norm)
	return uint32(len(c.text) - 1)
}

func put[T any](s *[]T, code uint32, v T) {
	for uint32(len(*s)) <= code {
		var zero T
		*s = append(*s, zero)
	}
	(*s)[code] = v
}

// normal returns the normal form of a raw cell; empty = missing.
func (c *column) normal(raw, country string) string {
	switch c.field.Kind {
	case Email:
		return normalMail(raw)
	case Phone:
		return normalPhone(raw, country)
	case Date:
		return normalDate(raw, c.field.Formats)
	case Postcode, Code, VAT, KvK, LEI, DUNS:
		return strings.ToUpper(strings.ReplaceAll(fold.Fold(raw), " ", ""))
	case Number:
		f, err := strconv.ParseFloat(strings.TrimSpace(strings.ReplaceAll(raw, ",", "")), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return ""
		}
		return strconv.FormatFloat(f, 'g', -1, 64)
	case URL:
		return normalURL(raw)
	case Login:
		return strings.TrimSpace(raw)
	case Street:
		return normalStreet(raw)
	case CompanyKind:
		return strings.ToLower(strings.Join(strings.Fields(raw), " "))
	case Tokens:
		return normalTokens(raw, c.field.Separator)
	case UnknownKind, Text, GivenName, Surname, PersonName, City, FreeText:
	}
	return fold.Fold(raw)
}

// prepare fills the columns that belong to the kind, but for words and classes of equal values.
func (c *column) prepare(code uint32, norm, raw, country string) {
	switch c.field.Kind {
	case Email:
		local, domain, _ := strings.Cut(norm, "@")
		put(&c.aux, code, local)
		put(&c.rest, code, domain)
	case Phone:
		put(&c.aux, code, norm[max(len(norm)-8, 0):])
	case Date:
		put(&c.dates, code, parseDigits(norm))
	case Postcode:
		put(&c.aux, code, outward(norm))
	case Number:
		f, _ := strconv.ParseFloat(norm, 64)
		put(&c.nums, code, f)
	case URL:
		put(&c.aux, code, site(norm))
	case Street:
		number, rest := houseNumber(norm)
		put(&c.aux, code, number)
		put(&c.rest, code, sortedTokens(rest))
	case PersonName, City, Text:
		put(&c.aux, code, sortedTokens(norm))
	case CompanyKind:
		put(&c.names, code, newCompanyName(company.Parse(raw, country)))
	case UnknownKind, GivenName, Surname, Code, FreeText, Tokens, VAT, KvK, LEI, DUNS, Login:
	}
}

// classify puts a company name into the class of the names with its key.
func (c *column) classify(code uint32) {
	if c.field.Kind != CompanyKind {
		return
	}
	if c.keys == nil {
		c.keys = map[string]uint32{}
	}
	key := c.names[code].Key()
	first, ok := c.keys[key]
	if !ok {
		first = code
		c.keys[key] = code
	}
	put(&c.equal, code, first)
}

// intern is the id of a word, a new one if it has none.
func (c *column) intern(w string) uint32 {
	if c.words == nil {
		c.words = map[string]uint32{}
	}
	id, ok := c.words[w]
	if !ok {
		id = uint32(len(c.word))
		c.words[w] = id
		c.word = append(c.word, w)
	}
	return id
}

// tokenIDs lists the ids of the words of a value, sorted and unique.
func (c *column) tokenIDs(code uint32, norm string, id func(word string) uint32) []uint32 {
	var list []uint32
	//exhaustive:ignore
	switch c.field.Kind {
	case Tokens:
		for w := range strings.SplitSeq(norm, "\x1f") {
			list = append(list, id(w))
		}
	case CompanyKind:
		for _, w := range c.names[code].words {
			list = append(list, id(w.text))
		}
	default:
		for w := range strings.FieldsSeq(norm) {
			list = append(list, id(w))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// wordText is the text of a word, of those of a search too.
func (c *column) wordText(id uint32) string {
	if id >= freshWord {
		return c.asked.word(id)
	}
	return c.word[id]
}

// wordCount is how many rows hold a word.
func (c *column) wordCount(id uint32) uint32 {
	if int(id) < len(c.wordDF) {
		return c.wordDF[id]
	}
	return 0
}

// class is the class of equal values that a code belongs to.
func (c *column) class(code uint32) uint32 {
	if c.equal != nil {
		return c.equal[code]
	}
	return code
}

// Marks of the parts of a mail address in partID.
const (
	partLocal  = "\x00"
	partDomain = "\x01"
)
