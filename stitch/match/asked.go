package match

import "slices"

// asked is the room that a column keeps for the values of searches: two codes for each search that runs at a time. A
// search writes into its own places only, so that any number of them may run beside one another.
type asked struct {
	base  uint32     // first code
	tags  []string   // by place: the value as the dictionary would have it, "" = not in use
	fresh [][]string // by search: words that the column does not have
}

// freshWord is the first id of words that a search brings; below it are those of the column.
const freshWord = 1 << 31

// freshBits is how many of the bits below that count the words of one search.
const freshBits = 24

func (a *asked) word(id uint32) string {
	id -= freshWord
	return a.fresh[id>>freshBits][id&(1<<freshBits-1)]
}

// reserve makes room for the values of n searches at a time.
func (c *column) reserve(n int) {
	c.numberParts()
	c.asked = &asked{base: uint32(len(c.text)), tags: make([]string, 2*n), fresh: make([][]string, n)}
	c.text = append(c.text, make([]string, 2*n)...)
	last := uint32(len(c.text) - 1)
	//exhaustive:ignore
	switch c.field.Kind {
	case Email, Street:
		put(&c.aux, last, "")
		put(&c.rest, last, "")
	case Phone, Postcode, URL, PersonName, City, Text:
		put(&c.aux, last, "")
	case Date:
		put(&c.dates, last, dateValue{})
	case Number:
		put(&c.nums, last, 0)
	case CompanyKind:
		put(&c.names, last, CompanyName{})
		for code := uint32(len(c.equal)); code <= last; code++ {
			put(&c.equal, code, code)
		}
	default:
	}
	if c.usesTokens() {
		put(&c.tokens, last, nil)
	}
	c.extend()
}

// ask returns the code of a cell of a search, from the dictionary or, prepared there, at the place of the search. The two
// sides of a search have equal codes for equal values.
func (c *column) ask(raw, country string, search, side uint32) uint32 {
	country = c.country(country)
	if code, ok := c.dict[c.tagged(raw, country)]; ok {
		return code
	}
	norm := c.normal(raw, country)
	if norm == "" {
		return 0
	}
	tag := c.tagged(norm, country)
	if code, ok := c.dict[tag]; ok {
		return code
	}
	place := 2*search + side
	other := place ^ 1
	if c.asked.tags[other] == tag {
		return c.asked.base + other
	}
	code := c.asked.base + place
	c.asked.tags[place] = tag
	c.text[code] = norm
	c.prepare(code, norm, raw, country)
	c.askParts(code, norm, search, other)
	return code
}

// askParts fills what other columns intern: words, classes of equal values and parts of mail addresses.
func (c *column) askParts(code uint32, norm string, search, other uint32) {
	twin := c.asked.tags[other] != ""
	other += c.asked.base
	if c.usesTokens() {
		c.tokens[code] = c.tokenIDs(code, norm, func(w string) uint32 {
			if id, ok := c.words[w]; ok {
				return id
			}
			list := &c.asked.fresh[search]
			at := slices.Index(*list, w)
			if at < 0 {
				at = len(*list)
				*list = append(*list, w)
			}
			return freshWord + search<<freshBits + uint32(at)
		})
	}
	if c.names != nil {
		key := c.names[code].Key()
		first, ok := c.keys[key]
		switch {
		case ok:
		case twin && c.names[other].Key() == key:
			first = c.equal[other]
		default:
			first = code
		}
		c.equal[code] = first
	}
	if c.auxID != nil {
		c.auxID[code] = c.askPart(partLocal+c.aux[code], code, twin && c.aux[other] == c.aux[code], c.auxID[other])
		c.restID[code] = c.askPart(partDomain+c.rest[code], code, twin && c.rest[other] == c.rest[code], c.restID[other])
	}
	if c.shapes != nil {
		c.shapes[code] = shapeOf(norm)
	}
	if c.nicks != nil {
		c.nicks[code] = nicknameGroups(norm)
	}
	if c.vector != nil {
		c.vector[code] = c.weighed(int(code))
	}
}

// askPart is the number of a mail part of a search: that of the column, that of its twin, or one of its own.
func (c *column) askPart(part string, code uint32, same bool, twin uint32) uint32 {
	if id, ok := c.partID[part]; ok {
		return id
	}
	if same {
		return twin
	}
	return ^uint32(0) - (code - c.asked.base)
}

// forget frees the places of a search.
func (c *column) forget(search uint32) {
	c.asked.tags[2*search], c.asked.tags[2*search+1] = "", ""
	c.asked.fresh[search] = c.asked.fresh[search][:0]
}
