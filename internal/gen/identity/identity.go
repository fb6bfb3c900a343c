// Package identity makes dirty identities with planted truth: people who are seen by several systems under several names,
// move from job to job, share devices and mailboxes, mistype, and consent or not. Tests and benchmarks of package stitch use
// it where no public data set knows who somebody was at which moment.
//
// Everything follows from the source: same source and size, same world.
package identity

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// Epoch is the beginning of every world; it lasts for two years.
var Epoch = time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)

// Span is the length of a world.
const Span = 2 * 365 * 24 * time.Hour

// Job is a time at which a person works for a company: [From, To), the last one to the end of the world.
type Job struct {
	Company  int
	From, To time.Time
}

// Person is one planted person.
type Person struct {
	Given, Surname, Born, City, Phone, Private string
	Jobs                                       []Job
	Consents                                   bool
}

// Company is one planted company.
type Company struct{ Name, Domain, VAT, Prefix string }

// Observation is one time that a system saw somebody. Empty texts were not seen.
type Observation struct {
	ID, Source, Profile string
	Person              int // the truth; −1 for a company record
	Company             int // the company of a company record, else −1
	At, Recorded        time.Time
	Given, Surname      string
	Born, City          string
	Email, Phone        string
	Cookie, Login, IP   string
	Device              string
	CompanyName         string
	Domain, VAT, Prefix string
	Consent             bool // the person grants or refuses "analytics" here; see Grants
	Grants              bool
}

// World is people, companies and what was seen of them, in the order of Recorded.
type World struct {
	People       []Person
	Companies    []Company
	Observations []Observation
}

var (
	givens   = strings.Fields("anna bram carla daan eva frits greet hans ilse jan karin leo marie niels olga piet quinta rob sanne tom ursula vera willem xander yara zoe emma luuk noor sem tess finn julia mees sara lars")
	surnames = strings.Fields("jansen de_vries bakker visser smit meijer mulder de_boer bos vos peters hendriks dekker brouwer dijkstra kok jacobs vermeulen schouten koster prins huisman post kuiper veenstra kramer scholten postma müller schmidt dubois martin rossi garcía novák kowalski nielsen hansen lindström o'neill")
	cities   = strings.Fields("amsterdam rotterdam utrecht eindhoven groningen tilburg breda nijmegen zwolle leiden antwerpen gent")
	trades   = strings.Fields("bouw staal logistiek software energie zorg advies transport chemie voeding techniek media")
	forms    = []string{"B.V.", "BV", "b.v.", "N.V.", "Holding B.V.", ""}
)

// VAT returns the i-th Dutch VAT number that passes the eleven-proof.
func VAT(i int) string {
	for base := 10000000 + 13*i; ; base++ {
		digits := strconv.Itoa(base)
		sum := 0
		for k := range 8 {
			sum += (9 - k) * int(digits[k]-'0')
		}
		if r := sum % 11; r < 10 {
			return "NL" + digits + strconv.Itoa(r) + "B01"
		}
	}
}

// New makes a world with about n observations: one person per five of them, one company per ten persons.
func New(src rand.Source, n int) *World {
	r := rand.New(src)
	w := &World{}
	people := max(2, n/5)
	for i := range max(1, people/10) {
		domain := fmt.Sprintf("%s%d.nl", trades[r.IntN(len(trades))], i)
		w.Companies = append(w.Companies, Company{
			Name: fmt.Sprintf("%s %s %d", surnames[r.IntN(len(surnames))], trades[r.IntN(len(trades))], i), Domain: domain,
			VAT: VAT(i), Prefix: fmt.Sprintf("%d.%d.%d.0/24", 20+i/65536, i/256%256, i%256),
		})
	}
	for i := range people {
		w.People = append(w.People, w.person(r, i))
	}
	for i := range w.Companies {
		w.company(r, i)
	}
	for len(w.Observations) < n {
		w.see(r, len(w.Observations)%people)
	}
	return w
}

func pick(r *rand.Rand, words []string) string {
	return strings.ReplaceAll(words[r.IntN(len(words))], "_", " ")
}

func (w *World) person(r *rand.Rand, i int) Person {
	p := Person{
		Given: pick(r, givens), Surname: pick(r, surnames), City: pick(r, cities),
		Born:  time.Date(1955+r.IntN(45), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
		Phone: fmt.Sprintf("+316%08d", 10000000+i), Consents: r.IntN(10) < 7,
	}
	p.Private = fmt.Sprintf("%s%d@gmail.com", p.Given, i)
	for from := Epoch; ; {
		to := Epoch.Add(Span)
		if r.IntN(4) == 0 {
			to = from.Add(time.Duration(60+r.IntN(500)) * 24 * time.Hour)
		}
		p.Jobs = append(p.Jobs, Job{Company: r.IntN(len(w.Companies)), From: from, To: to})
		if !to.Before(Epoch.Add(Span)) {
			return p
		}
		from = to
	}
}

// EmployerAt returns the company that a person works for at a moment of the world.
func (w *World) EmployerAt(person int, t time.Time) int {
	for _, j := range w.People[person].Jobs {
		if !t.Before(j.From) && t.Before(j.To) {
			return j.Company
		}
	}
	return -1
}

func (w *World) add(o Observation) {
	o.ID = "o" + strconv.Itoa(len(w.Observations))
	w.Observations = append(w.Observations, o)
}

// company lets two systems see a company.
func (w *World) company(r *rand.Rand, i int) {
	c := w.Companies[i]
	name := c.Name + " " + forms[r.IntN(len(forms))]
	w.add(Observation{Source: "erp", Profile: "d" + strconv.Itoa(i), Person: -1, Company: i, At: Epoch, Recorded: Epoch, CompanyName: name, VAT: c.VAT, Domain: c.Domain})
	w.add(Observation{
		Source: "crm", Profile: "a" + strconv.Itoa(i), Person: -1, Company: i, At: Epoch, Recorded: Epoch.Add(time.Hour),
		CompanyName: c.Name, VAT: c.VAT, Prefix: c.Prefix,
	})
}

// typo exchanges two neighbouring letters now and then.
func typo(r *rand.Rand, s string) string {
	x := []rune(s)
	if len(x) < 3 || r.IntN(12) > 0 {
		return s
	}
	i := r.IntN(len(x) - 1)
	x[i], x[i+1] = x[i+1], x[i]
	return string(x)
}

// see lets one system see a person.
func (w *World) see(r *rand.Rand, i int) {
	p := &w.People[i]
	at := Epoch.Add(time.Duration(r.Int64N(int64(Span/time.Minute))) * time.Minute)
	employer := w.EmployerAt(i, at)
	c := w.Companies[employer]
	o := Observation{Person: i, Company: -1, At: at, Recorded: at.Add(time.Duration(r.IntN(48)) * time.Hour)}
	work := fmt.Sprintf("%s.%s%d@%s", p.Given, strings.ReplaceAll(p.Surname, " ", ""), i, c.Domain)
	switch r.IntN(10) {
	case 0, 1: // the CRM: one record per job, typed by hand
		o.Source, o.Profile = "crm", fmt.Sprintf("c%d-%d", i, employer)
		o.Given, o.Surname, o.Born, o.City = typo(r, p.Given), typo(r, p.Surname), p.Born, p.City
		o.Email, o.Phone, o.CompanyName = work, p.Phone, c.Name
		if r.IntN(20) == 0 {
			o.Email = "info@" + c.Domain
		}
	case 2: // the helpdesk: a login and a mail address
		o.Source, o.Profile = "desk", fmt.Sprintf("h%d", i)
		o.Login, o.Email, o.Given = "u"+strconv.Itoa(i), work, p.Given
	case 3: // the shop: a private address
		o.Source, o.Profile = "shop", fmt.Sprintf("s%d", i)
		o.Login, o.Email, o.Phone, o.Surname = "s"+strconv.Itoa(i), p.Private, p.Phone, p.Surname
	default: // the site: a cookie that changes every 90 days, the address of the office or of home
		o.Source, o.Profile = "web", fmt.Sprintf("v%d-%d", i, at.Sub(Epoch)/(90*24*time.Hour))
		o.Cookie = o.Profile
		o.Device = fmt.Sprintf("m%d", i/(1+r.IntN(50)/49)) // a few people use a machine in the hall
		o.IP = strings.TrimSuffix(c.Prefix, "0/24") + strconv.Itoa(1+r.IntN(250))
		if r.IntN(3) == 0 {
			o.IP = fmt.Sprintf("80.%d.%d.%d", r.IntN(256), r.IntN(256), 1+r.IntN(250))
		}
		if r.IntN(4) == 0 {
			o.Email = work
		}
		o.Consent, o.Grants = true, p.Consents
	}
	w.add(o)
}
