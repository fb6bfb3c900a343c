// Package persons makes a table of dirty person records with planted truth, of the kind that linking at size is measured on:
// names with a long tail, a share of free mailboxes, and duplicates with typing errors, swapped names and dates, moves,
// second mailboxes and gaps.
//
// Everything follows from the source: same source and size, same records.
package persons

import (
	"fmt"
	"math/rand/v2"
	"strconv"
)

// Record is one record of a person. Empty texts are missing.
type Record struct {
	Given, Surname, Born, City, Mail string
	Person                           int // the truth
}

// Shares of what happens to a duplicate.
const (
	more    = 0.6 // that a person has one record more, up to maxCopies
	typing  = 0.1 // an error in a name
	swapped = 0.03
	dates   = 0.08 // day and month swapped, or a digit off
	moved   = 0.15
	mailbox = 0.2 // another mail address
	gap     = 0.1 // in each field

	maxCopies = 12
)

var freeMail = [...]string{"gmail.com", "outlook.com", "yahoo.com", "hotmail.com", "icloud.com"}

// pool is words with a long tail: the k-th is drawn about 1/(k+10) as often as all together.
type pool struct {
	words []string
	zipf  *rand.Zipf
}

func newPool(r *rand.Rand, n, syllables int) pool {
	const first, second, last = "bcdfghjklmnprstvwz", "aeiou", "lnrst"
	p := pool{words: make([]string, n), zipf: rand.NewZipf(r, 1.1, 10, uint64(n-1))}
	for i := range p.words {
		var b []byte
		for range syllables {
			b = append(b, first[r.IntN(len(first))], second[r.IntN(len(second))])
		}
		p.words[i] = string(append(b, last[r.IntN(len(last))]))
	}
	return p
}

func (p *pool) draw() string { return p.words[p.zipf.Uint64()] }

// maker draws records.
type maker struct {
	r                      *rand.Rand
	given, surnames, towns pool
	firms                  pool
}

// Records returns n records; those of one person follow one another.
func Records(src rand.Source, n int) []Record {
	r := rand.New(src)
	m := maker{r: r, given: newPool(r, 800, 2), surnames: newPool(r, 20_000, 3), towns: newPool(r, 2_000, 3), firms: newPool(r, 40_000, 4)}
	out := make([]Record, 0, n)
	for person := 0; len(out) < n; person++ {
		clean := m.person()
		clean.Person = person
		out = append(out, clean)
		for copies := 1; copies < maxCopies && len(out) < n && r.Float64() < more; copies++ {
			out = append(out, m.dirty(clean))
		}
	}
	return out
}

func (m *maker) person() Record {
	r := Record{Given: m.given.draw(), Surname: m.surnames.draw(), City: m.towns.draw()}
	r.Born = date(1935+m.r.IntN(70), 1+m.r.IntN(12), 1+m.r.IntN(28))
	r.Mail = m.mail(r.Given, r.Surname)
	return r
}

func date(year, month, day int) string { return fmt.Sprintf("%04d-%02d-%02d", year, month, day) }

func (m *maker) mail(given, surname string) string {
	domain := m.firms.draw() + ".com"
	if m.r.Float64() < .35 {
		domain = freeMail[m.r.IntN(len(freeMail))]
	}
	local := [...]string{given + "." + surname, given[:1] + surname, given + strconv.Itoa(m.r.IntN(1000)), given[:1] + "." + surname}
	return local[m.r.IntN(len(local))] + "@" + domain
}

// dirty is another record of a person.
func (m *maker) dirty(p Record) Record {
	r := m.r
	if r.Float64() < mailbox {
		p.Mail = m.mail(p.Given, p.Surname)
	}
	if r.Float64() < moved {
		p.City = m.towns.draw()
	}
	if r.Float64() < dates {
		p.Born = m.wrongDate(p.Born)
	}
	for _, name := range [...]*string{&p.Given, &p.Surname} {
		if r.Float64() < typing {
			*name = m.mistyped(*name)
		}
	}
	if r.Float64() < swapped {
		p.Given, p.Surname = p.Surname, p.Given
	}
	for _, cell := range [...]*string{&p.Given, &p.Surname, &p.Born, &p.City, &p.Mail} {
		if r.Float64() < gap {
			*cell = ""
		}
	}
	return p
}

func (m *maker) wrongDate(born string) string {
	year, month, day := born[:4], born[5:7], born[8:]
	if day <= "12" && m.r.IntN(2) == 0 {
		return year + "-" + day + "-" + month
	}
	return year + "-" + month + "-" + string(day[0]) + strconv.Itoa(1+m.r.IntN(8))
}

// mistyped leaves a letter out, doubles one, or swaps two.
func (m *maker) mistyped(s string) string {
	i := m.r.IntN(len(s) - 1)
	switch m.r.IntN(3) {
	case 0:
		return s[:i] + s[i+1:]
	case 1:
		return s[:i] + s[i:i+1] + s[i:]
	}
	return s[:i] + s[i+1:i+2] + s[i:i+1] + s[i+2:]
}
