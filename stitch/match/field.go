package match

import (
	"strconv"

	"github.com/buyerjourney/b2b"
)

// Field describes one column of a [Table]. Name and Kind are required; the rest has defaults by kind.
type Field struct {
	Name      string   `json:"name"`
	Kind      Kind     `json:"kind"`
	Country   string   `json:"country,omitzero"`   // ISO 3166 alpha-2: legal forms, phone numbers
	Formats   []string `json:"formats,omitzero"`   // of dates, in the notation of package time; none = the usual ones
	Separator string   `json:"separator,omitzero"` // of Tokens; "" = comma, semicolon and bar
	Levels    []Level  `json:"levels,omitzero"`    // none = DefaultLevels
	NoTF      bool     `json:"no_tf,omitzero"`     // no frequency adjustment, whatever the levels say
}

// maxFields and maxLevels bound a pattern of levels to 128 bits.
const (
	maxFields = 32
	maxLevels = 15
)

func checkFields(p *b2b.Problems, fields []Field) {
	if len(fields) == 0 {
		p.Add("fields", "at least one field is needed")
	}
	if len(fields) > maxFields {
		p.Addf("fields", "more than %d fields", maxFields)
	}
	seen := map[string]bool{}
	for i, f := range fields {
		path := "fields[" + strconv.Itoa(i) + "]"
		switch {
		case f.Name == "":
			p.Add(path+".name", "is empty")
		case seen[f.Name]:
			p.Add(path+".name", "is used twice")
		}
		seen[f.Name] = true
		if f.Kind == UnknownKind || !kinds.Valid(f.Kind) {
			p.Add(path+".kind", "is unknown")
		}
		checkLevels(p, path+".levels", f.Levels)
	}
}

func checkLevels(p *b2b.Problems, path string, levels []Level) {
	if len(levels) == 0 {
		return
	}
	if len(levels) > maxLevels {
		p.Addf(path, "more than %d levels", maxLevels)
	}
	for i, l := range levels {
		switch {
		case l.Test == UnknownTest || !tests.Valid(l.Test):
			p.Add(path+"["+strconv.Itoa(i)+"]", "unknown test")
		case (l.Test == Else) != (i == len(levels)-1):
			p.Add(path+"["+strconv.Itoa(i)+"]", "else must be the last level, and the last level must be else")
		}
	}
}

// HasNames says whether both names of a person are mapped, in one column or two.
func HasNames(fields []Field) bool {
	given, sur := false, false
	for _, f := range fields {
		given = given || f.Kind == GivenName
		sur = sur || f.Kind == Surname
		if f.Kind == PersonName {
			return true
		}
	}
	return given && sur
}

// levelsOf returns the levels of a field, with the defaults put in.
func levelsOf(f Field, fields []Field) []Level {
	levels := f.Levels
	if len(levels) == 0 {
		levels = DefaultLevels(f.Kind, HasNames(fields))
	}
	out := make([]Level, len(levels))
	copy(out, levels)
	if f.NoTF {
		for i := range out {
			out[i].TF = false
		}
	}
	return out
}
