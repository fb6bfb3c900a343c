package match

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/buyerjourney/b2b/internal/company"
	"github.com/buyerjourney/b2b/internal/fold"
)

// dateValue is a date as eight digits, and as a day number where it is one of the calendar.
type dateValue struct {
	digits [8]byte
	day    int32
	year   int32
	valid  bool
	yearly bool // only the year is known
}

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

// freeze counts values and words over the rows, and drops what only reading needs.
func (c *column) freeze(codes []uint32, stride, at int) {
	c.count = make([]uint32, len(c.text))
	if c.usesTokens() {
		c.wordDF = make([]uint32, len(c.word))
	}
	for i := at; i < len(codes); i += stride {
		code := codes[i]
		if code == 0 {
			continue
		}
		c.held++
		c.count[c.class(code)]++
		if c.wordDF != nil {
			for _, w := range c.tokens[code] {
				c.wordDF[w]++
			}
		}
	}
	//exhaustive:ignore
	switch c.field.Kind {
	case GivenName, Surname, City, Text, Code, Postcode, Phone, PersonName:
		c.shapes = make([]shape, len(c.text))
		for code, s := range c.text {
			c.shapes[code] = shapeOf(s)
		}
	default:
	}
	//exhaustive:ignore
	switch c.field.Kind {
	case FreeText:
		c.weigh()
		c.wordShapes = make([]shape, len(c.word))
		for id, s := range c.word {
			c.wordShapes[id] = shapeOf(s)
		}
	case Email:
		c.auxID, c.restID = numbered(c.aux, len(c.text)), numbered(c.rest, len(c.text))
	default:
	}
	if c.field.Kind == GivenName {
		c.nicks = make([][]uint32, len(c.text))
		for code := 1; code < len(c.text); code++ {
			c.nicks[code] = nicknameGroups(c.text[code])
		}
	}
}

// extend prepares the values that came after the table was made; they count as held by nobody.
func (c *column) extend() {
	for code := len(c.count); code < len(c.text); code++ {
		s := c.text[code]
		c.count = append(c.count, 0)
		if c.shapes != nil {
			c.shapes = append(c.shapes, shapeOf(s))
		}
		if c.nicks != nil {
			c.nicks = append(c.nicks, nicknameGroups(s))
		}
		if c.auxID != nil {
			c.auxID = append(c.auxID, c.numberOf(partLocal+c.aux[code]))
			c.restID = append(c.restID, c.numberOf(partDomain+c.rest[code]))
		}
		for len(c.wordDF) < len(c.word) && c.wordDF != nil {
			c.wordDF = append(c.wordDF, 0)
		}
		if c.vector != nil {
			c.vector = append(c.vector, c.weighed(code))
		}
	}
}

// Marks of the parts of a mail address in partID.
const (
	partLocal  = "\x00"
	partDomain = "\x01"
)

// numberParts makes the numbers of mail parts ready for look-up.
func (c *column) numberParts() {
	if c.auxID == nil {
		return
	}
	c.partID = map[string]uint32{}
	for i := 1; i < len(c.auxID); i++ {
		c.partID[partLocal+c.aux[i]] = c.auxID[i]
		c.partID[partDomain+c.rest[i]] = c.restID[i]
	}
	c.nextID = uint32(len(c.partID) + len(c.auxID) + 1)
}

// numberOf is the number of a mail part, a new one if it has none.
func (c *column) numberOf(part string) uint32 {
	id, ok := c.partID[part]
	if !ok {
		c.nextID++
		id = c.nextID
		c.partID[part] = id
	}
	return id
}

// numbered gives equal texts equal numbers, 0 to texts that are not there.
func numbered(texts []string, n int) []uint32 {
	out := make([]uint32, n)
	ids := map[string]uint32{}
	for i, s := range texts {
		if i == 0 {
			continue
		}
		id, ok := ids[s]
		if !ok {
			id = uint32(len(ids)) + 1
			ids[s] = id
		}
		out[i] = id
	}
	return out
}

// weigh gives each text its normalised tf-idf vector.
func (c *column) weigh() {
	c.vector = make([][]weightedID, len(c.text))
	for code := 1; code < len(c.text); code++ {
		c.vector[code] = c.weighed(code)
	}
}

// weighed is the normalised tf-idf vector of a value; words that no row holds count as held by one.
func (c *column) weighed(code int) []weightedID {
	v := make([]weightedID, 0, len(c.tokens[code]))
	norm := 0.0
	for _, id := range c.tokens[code] {
		w := math.Log(float64(c.held) / float64(max(c.wordCount(id), 1)))
		if w <= 0 {
			w = 1e-3
		}
		v = append(v, weightedID{id, float32(w)})
		norm += float64(w * w)
	}
	for i := range v {
		v[i].weight = float32(float64(v[i].weight) / math.Sqrt(norm))
	}
	return v
}

func normalMail(raw string) string {
	s := strings.ToLower(strings.TrimSpace(raw))
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 {
		return strings.TrimSuffix(s, "@")
	}
	local, domain := s[:at], s[at+1:]
	if tag := strings.IndexByte(local, '+'); tag > 0 {
		local = local[:tag]
	}
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if local+"@"+domain == s {
		return s
	}
	return local + "@" + domain
}

func normalPhone(raw, country string) string {
	var b []byte
	plus := false
	for i := range len(raw) {
		switch c := raw[i]; {
		case '0' <= c && c <= '9':
			b = append(b, c)
		case c == '+' && len(b) == 0:
			plus = true
		case (c == 'x' || c == 'X' || c == '#') && len(b) >= 6:
			raw = raw[:i]
		}
		if i >= len(raw)-1 {
			break
		}
	}
	s := string(b)
	switch {
	case plus:
	case strings.HasPrefix(s, "00"):
		s = s[2:]
	case callingCode[country] != "" && strings.HasPrefix(s, "0"):
		s = callingCode[country] + s[1:]
	case country == "US" && len(s) == 10:
		s = "1" + s
	}
	if strings.Trim(s, "0") == "" {
		return ""
	}
	return s
}

// callingCode maps countries with a trunk prefix 0 to their calling codes.
var callingCode = map[string]string{
	"NL": "31", "BE": "32", "FR": "33", "GB": "44", "DE": "49", "AT": "43", "CH": "41", "SE": "46", "FI": "358",
	"IE": "353", "AU": "61", "NZ": "64", "ZA": "27", "JP": "81", "IN": "91", "TR": "90", "BG": "359", "RO": "40", "SI": "386", "SK": "421",
}

var dateFormats = []string{
	"2006-01-02", "20060102", "2006/01/02", "2006-1-2", "02/01/2006", "2/1/2006", "01/02/2006", "1/2/2006", "02-01-2006",
	"2-1-2006", "02.01.2006", "2.1.2006", "2006.01.02", "Jan 2, 2006", "2 Jan 2006", "2 January 2006", "January 2, 2006", time.RFC3339,
	"2006-01-02 15:04:05",
}

// normalDate returns eight digits, year, month and day, or four of a year. Text that is no date of the calendar but has
// eight digits is kept: data with typing errors has such.
func normalDate(raw string, formats []string) string {
	s := strings.TrimSpace(raw)
	if s == "" {
		return ""
	}
	if len(formats) == 0 {
		if len(s) == 10 && s[4] == '-' && s[7] == '-' {
			if d := digits(s); len(d) == 8 {
				return d
			}
		}
		if len(s) == 8 {
			if d := digits(s); len(d) == 8 {
				return d
			}
		}
		if len(s) == 4 && len(digits(s)) == 4 {
			return s
		}
		formats = dateFormats
	}
	for _, f := range formats {
		if t, err := time.Parse(f, s); err == nil {
			if f == "2006" {
				return t.Format("2006")
			}
			return t.Format("20060102")
		}
	}
	if d := digits(s); len(d) == 8 {
		return d
	}
	return ""
}

func digits(s string) string {
	n := 0
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			n++
		}
	}
	if n == len(s) {
		return s
	}
	b := make([]byte, 0, n)
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			b = append(b, s[i])
		}
	}
	return string(b)
}

func parseDigits(s string) dateValue {
	var d dateValue
	copy(d.digits[:], s)
	y, err := strconv.Atoi(s[:4])
	if err != nil {
		return d
	}
	d.year = int32(y)
	if len(s) == 4 {
		d.yearly = true
		return d
	}
	m, _ := strconv.Atoi(s[4:6])
	day, _ := strconv.Atoi(s[6:8])
	t := time.Date(y, time.Month(m), day, 0, 0, 0, 0, time.UTC)
	if t.Year() == y && int(t.Month()) == m && t.Day() == day {
		d.day, d.valid = int32(t.Unix()/86400), true
	}
	return d
}

// outward is the part of a postcode that names a district: of British codes all but the last three, of Dutch ones the
// digits, else the first three characters.
func outward(s string) string {
	n := len(s)
	isDigit := func(i int) bool { return '0' <= s[i] && s[i] <= '9' }
	switch {
	case n >= 5 && n <= 7 && !isDigit(0) && isDigit(n-3) && !isDigit(n-2) && !isDigit(n-1):
		return s[:n-3]
	case n == 6 && isDigit(0) && isDigit(3) && !isDigit(4) && !isDigit(5):
		return s[:4]
	}
	return s[:min(n, 3)]
}

func normalURL(raw string) string {
	s := strings.ToLower(strings.TrimSpace(raw))
	if _, after, ok := strings.Cut(s, "://"); ok {
		s = after
	}
	s = strings.TrimPrefix(s, "www.")
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s = s[:i]
	}
	s = strings.TrimRight(s, "/.")
	if host, _, ok := strings.Cut(s, "/"); ok && !strings.Contains(host, ".") {
		return ""
	}
	return s
}

// site is the registrable domain of a normal URL.
func site(s string) string {
	host, _, _ := strings.Cut(s, "/")
	host, _, _ = strings.Cut(host, ":")
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}

var streetWords = map[string]string{
	"st": "street", "str": "street", "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane", "dr": "drive",
	"blvd": "boulevard", "ct": "court", "pl": "place", "sq": "square", "hwy": "highway", "pkwy": "parkway", "terr": "terrace", "cres": "crescent",
	"apt": "apartment", "ste": "suite", "n": "north", "s": "south", "e": "east", "w": "west", "strasse": "street", "stra": "street",
}

func normalStreet(raw string) string {
	words := strings.Fields(fold.Fold(raw))
	for i, w := range words {
		if full, ok := streetWords[w]; ok && i > 0 {
			words[i] = full
		}
	}
	return strings.Join(words, " ")
}

// houseNumber returns the first word that begins with a digit, and the rest.
func houseNumber(s string) (number, rest string) {
	for w := range strings.FieldsSeq(s) {
		if c := w[0]; '0' <= c && c <= '9' {
			number = w
			break
		}
	}
	if number == "" {
		return "", s
	}
	words := strings.Fields(s)
	words = slices.DeleteFunc(words, func(w string) bool { return w == number })
	return number, strings.Join(words, " ")
}

func normalTokens(raw, separator string) string {
	var parts []string
	if separator != "" {
		parts = strings.Split(raw, separator)
	} else {
		parts = strings.FieldsFunc(raw, func(r rune) bool { return r == ',' || r == ';' || r == '|' })
	}
	out := parts[:0]
	for _, p := range parts {
		if f := fold.Fold(p); f != "" {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), "\x1f")
}
