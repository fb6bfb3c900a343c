package match

import (
	"math"
)

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
