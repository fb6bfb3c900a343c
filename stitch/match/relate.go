package match

import "github.com/buyerjourney/b2b/internal/enum"

// Relation is what two companies that are not the same have to do with one another. It is a closed enumeration; zero is
// [NoRelation].
type Relation uint8

// The relations.
const (
	NoRelation Relation = iota
	Related             // one address, site or phone, but names that differ: parent, subsidiary, neighbour
	Branch              // one name, but another address
)

var relations = enum.New[Relation]("relation", "none", "related", "branch")

// String returns the name of the relation.
func (r Relation) String() string { return relations.String(r) }

// AppendText implements [encoding.TextAppender].
func (r Relation) AppendText(dst []byte) ([]byte, error) { return relations.AppendText(dst, r) }

// MarshalText implements [encoding.TextMarshaler].
func (r Relation) MarshalText() ([]byte, error) { return relations.AppendText(nil, r) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (r *Relation) UnmarshalText(text []byte) error { return relations.UnmarshalText(r, text) }

// Relater tells relatives from the same company. It needs a company name and some of address, site and phone in the
// table; without them it finds nothing. It is immutable and safe for concurrent use.
type Relater struct {
	t                                        *Table
	name, street, postcode, city, phone, url int
	numbers                                  []int
}

// NewRelater looks up the columns by kind; the first of a kind counts.
func NewRelater(t *Table) *Relater {
	r := &Relater{t: t, name: -1, street: -1, postcode: -1, city: -1, phone: -1, url: -1}
	for i, f := range t.fields {
		switch f.Kind {
		case CompanyKind:
			r.name = first(r.name, i)
		case Street:
			r.street = first(r.street, i)
		case Postcode:
			r.postcode = first(r.postcode, i)
		case City:
			r.city = first(r.city, i)
		case Phone:
			r.phone = first(r.phone, i)
		case URL:
			r.url = first(r.url, i)
		case VAT, KvK, LEI, DUNS:
			r.numbers = append(r.numbers, i)
		case UnknownKind, Text, GivenName, Surname, PersonName, Email, Date, Code, FreeText, Tokens, Number, Login:
		}
	}
	return r
}

// Active says whether the table has the columns that relations need.
func (r *Relater) Active() bool {
	return r.name >= 0 && (r.street >= 0 || r.postcode >= 0 || r.phone >= 0 || r.url >= 0)
}

// agreement of two cells.
type agreement uint8

const (
	unknown agreement = iota
	same
	different
)

func (r *Relater) agree(col int, a, b []uint32, eq func(c *column, x, y uint32) bool) agreement {
	if col < 0 || a[col] == 0 || b[col] == 0 {
		return unknown
	}
	if a[col] == b[col] || eq(r.t.cols[col], a[col], b[col]) {
		return same
	}
	return different
}

func equalAux(c *column, x, y uint32) bool  { return c.aux[x] != "" && c.aux[x] == c.aux[y] }
func equalText(c *column, x, y uint32) bool { return c.text[x] == c.text[y] }

func sameStreet(c *column, x, y uint32) bool {
	return c.aux[x] == c.aux[y] && Indel(c.rest[x], c.rest[y]) >= 0.8
}

func nearCode(c *column, x, y uint32) bool { return OSA(c.text[x], c.text[y], 1) <= 1 }

func nearCity(c *column, x, y uint32) bool { return Indel(c.aux[x], c.aux[y]) >= 0.8 }

// Pair says how two rows are related, with the reason. Equal register numbers (VAT, KvK, LEI, DUNS) mean that there is
// nothing to part.
func (r *Relater) Pair(a, b uint32) (Relation, string) {
	if !r.Active() {
		return NoRelation, ""
	}
	x, y := r.t.row(a), r.t.row(b)
	if x[r.name] == 0 || y[r.name] == 0 {
		return NoRelation, ""
	}
	for _, f := range r.numbers {
		if x[f] != 0 && x[f] == y[f] {
			return NoRelation, ""
		}
	}
	names := r.t.cols[r.name].names
	p, q := &names[x[r.name]], &names[y[r.name]]
	street := r.agree(r.street, x, y, sameStreet)
	postcode := r.agree(r.postcode, x, y, nearCode)
	city := r.agree(r.city, x, y, nearCity)
	if p.Key() == q.Key() || acronymMatch(p, q) > 0 {
		if elsewhere(street, postcode, city) {
			return Branch, "same name, other address"
		}
		return NoRelation, ""
	}
	if !differ(p, q) {
		return NoRelation, ""
	}
	switch {
	case street == same && city != different && postcode != different:
		return Related, "same address, other name"
	case r.agree(r.url, x, y, equalAux) == same:
		return Related, "same site, other name"
	case r.agree(r.phone, x, y, equalText) == same:
		return Related, "same phone, other name"
	}
	return NoRelation, ""
}

// Blocks are the blocks in which relatives are found: equal address, site, phone or name.
func (r *Relater) Blocks() Blocks {
	var out Blocks
	add := func(col int, t Transform) {
		if col >= 0 {
			out.Rules = append(out.Rules, BlockRule{Keys: []BlockKey{{Field: r.t.fields[col].Name, Transform: t}}})
		}
	}
	add(r.url, DomainOf)
	add(r.phone, TailOf)
	add(r.postcode, Whole)
	add(r.street, Whole)
	add(r.name, CompanyKey)
	return out
}

// elsewhere says whether two addresses are surely not one: street and town differ.
func elsewhere(street, postcode, city agreement) bool {
	switch street {
	case different:
		return postcode == different || (postcode == unknown && city == different)
	case unknown:
		return postcode == different && city == different
	case same:
	}
	return false
}

// differ says whether both names have a word that the other lacks.
func differ(p, q *CompanyName) bool {
	if len(p.words) == 0 || len(q.words) == 0 {
		return false
	}
	var al aligner
	al.na, al.nb = copy(al.a[:], p.words), copy(al.b[:], q.words)
	al.join()
	al.align()
	alone := false
	for i := range al.na {
		alone = alone || al.pair[i] < 0
	}
	if !alone {
		return false
	}
	for j := range al.nb {
		if !al.used[j] {
			return true
		}
	}
	return false
}
