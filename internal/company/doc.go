// Package company takes company names apart: legal form, core words, ordinary words, initials, numbers and places.
//
// It is shared by package stitch, whose company_name identifiers use [Key], and by stitch/match, which compares the
// parts. Parsing never fails: a name that is all legal form keeps it as its core.
//
// Legal forms are matched by alias, longest first, at the end of the name, then at its start, then anywhere after the
// second word. The table covers the usual forms of more than 45 countries (compare ISO 20275 and the GLEIF list of entity
// legal forms); each alias belongs to a canonical form and a [Class].
package company
