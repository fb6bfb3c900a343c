package sample

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

var (
	towns = strings.Fields(`Almere Breda Delft Emmen Gouda Heerlen Hoorn Leiden Meppel Oss Roosendaal Sneek Tiel Venlo Weert Zeist
		Assen Best Deventer Ede Franeker Goes Hulst Kampen Lochem Mill Nijkerk Oirschot Putten Raalte Soest Tilburg Uden Veghel
		Wijchen Zwolle Bergen Culemborg Dalfsen Elst Geldrop Helmond Joure Kerkrade`)
	trades = strings.Fields("Transport Bouw Techniek Zorg Installatie Catering Textiel Media Fruit Metaal Papier Verf")
	forms  = []string{"B.V.", "BV", "N.V.", "V.O.F.", "Holding B.V."}
	given  = strings.Fields("Anna Bram Clara Daan Els Femke Gijs Hanna Ivo Joris Karin Lars Mirte Noor Otto Paula Quinten Roos Sem Tess Vera Wout")
	family = strings.Fields("Bos Claes Dekker Evers Faber Groen Haan Ivens Jonker Kok Linden Maas Nagel Oort Prins Reus Smit Tol Vos Wolf")
	owners = []string{"north", "south", "online"}
	leads  = []string{"web", "event", "referral", "partner"}
)

// role says what somebody in it tends to do: pages of the site and activities with sales, by weight.
type role struct {
	seat, title string
	pages       map[string]int
	activities  []string
}

// roles are in the order in which they join a group.
var roles = []role{
	{"buyer", "Purchasing manager", pages("/pricing 7 /references 2 /product 2 /contract-terms 1 /newsletter 1"), []string{"quote", "negotiation"}},
	{"expert", "IT architect", pages("/product 5 /whitepaper 4 /security 3 /pricing 2 /webinar 2 /references 1"), []string{"demo"}},
	{"decider", "Managing director", pages("/references 5 /pricing 3 /product 2 /newsletter 2"), []string{"demo", "negotiation"}},
	{"legal", "Company lawyer", pages("/contract-terms 6 /sla 5 /security 2 /pricing 1"), []string{"contract review"}},
	{"user", "Team lead service", pages("/product 4 /knowledge-base 4 /webinar 3 /newsletter 1"), []string{"demo"}},
}

func pages(text string) map[string]int {
	weights := map[string]int{}
	fields := strings.Fields(text)
	for i := 0; i+1 < len(fields); i += 2 {
		weights[fields[i]], _ = strconv.Atoi(fields[i+1]) // literals of this file
	}
	return weights
}

// pageOrder fixes the order in which weights are walked.
var pageOrder = strings.Fields("/newsletter /product /whitepaper /webinar /references /pricing /security /sla /contract-terms /knowledge-base")

func (r role) page(rng *rand.Rand) string {
	total := 0
	for _, p := range pageOrder {
		total += r.pages[p]
	}
	n := rng.IntN(total)
	for _, p := range pageOrder {
		if n -= r.pages[p]; n < 0 {
			return p
		}
	}
	return pageOrder[0]
}

// person is a generated contact.
type person struct {
	role          role
	id, email, ip string
	cookie        string
}

const accountCount = 44

// generate writes the accounts that stand around the tender.
func generate(x *exports, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 0))
	for i := range accountCount {
		g := &account{rng: rng, x: x, n: i + 1}
		g.write()
	}
	spoil(x, rng)
}

// account writes one generated account.
type account struct {
	rng     *rand.Rand
	x       *exports
	n       int
	id      string
	domain  string
	people  []person
	counter int
}

func (g *account) key(prefix string) string {
	g.counter++
	return fmt.Sprintf("%s%03d-%03d", prefix, g.n, g.counter)
}

func (g *account) days(low, high float64) time.Duration {
	return time.Duration((low + float64((high-low)*g.rng.Float64())) * 24 * float64(time.Hour)).Truncate(time.Second)
}

// exponential draws a waiting time with the given mean in days.
func (g *account) exponential(mean float64) time.Duration {
	return time.Duration(mean * g.rng.ExpFloat64() * 24 * float64(time.Hour)).Truncate(time.Second)
}

func (g *account) write() {
	rng := g.rng
	g.id = fmt.Sprintf("A%03d", g.n)
	town := towns[g.n-1]
	trade := trades[rng.IntN(len(trades))]
	g.domain = strings.ToLower(town+"-"+trade) + ".example"
	start := time.Date(2024, 7, 1, 8, 0, 0, 0, time.UTC).Add(g.days(0, 600))
	keyAccount := "no"
	if rng.IntN(6) == 0 {
		keyAccount = "yes"
	}
	block := fmt.Sprintf("25.1.%d.0/24", g.n)
	g.x.accounts.add(g.id, town+" "+trade+" "+forms[rng.IntN(len(forms))], g.domain, strconv.Itoa(30000000+g.n*7919), block, keyAccount)
	for i := range 2 + rng.IntN(len(roles)-1) {
		r := roles[i]
		first, last := given[rng.IntN(len(given))], family[rng.IntN(len(family))]
		p := person{
			role: r, id: fmt.Sprintf("C%03d%d", g.n, i+1), ip: fmt.Sprintf("25.1.%d.%d", g.n, 10+i),
			email:  strings.ToLower(first+"."+last+strconv.Itoa(i)) + "@" + g.domain,
			cookie: fmt.Sprintf("ck-%03d%d", g.n, i+1),
		}
		g.people = append(g.people, p)
		seat := r.seat
		if rng.IntN(4) == 0 {
			seat = "" // nobody filled the pick-list
		}
		title := r.title
		if rng.IntN(5) == 0 {
			title = ""
		}
		g.x.contacts.add(p.id, g.id, p.email, title, seat, stamp(start.Add(g.days(0, 20))))
	}
	at := start
	for d := 1; at.Before(AsOf); d++ {
		at = g.deal(fmt.Sprintf("D%03d%d", g.n, d), at).Add(g.days(40, 160))
	}
}

// deal writes one purchase from the first touch to its end, or to the moment of the export, and returns when it ended.
func (g *account) deal(id string, at time.Time) time.Time {
	rng := g.rng
	amount := strconv.Itoa(1000 * (8 + rng.IntN(60)))
	owner, source := owners[rng.IntN(len(owners))], leads[rng.IntN(len(leads))]
	enter := func(stage string, at time.Time) {
		if at.After(AsOf) {
			return
		}
		recorded := at.Add(time.Duration(rng.IntN(180)) * time.Minute)
		if rng.IntN(12) == 0 {
			recorded = at.Add(g.days(2, 9)) // entered in the CRM days later
		}
		if recorded.After(AsOf) {
			recorded = AsOf
		}
		g.x.deals.add(id, g.id, stage, stamp(at), stamp(recorded), amount, "EUR", owner, source)
	}
	stages := []struct {
		name     string
		mean     float64
		progress float64
	}{{"lead", 14, .72}, {"evaluation", 24, .70}, {"proposal", 18, .72}, {"negotiation", 14, .80}}
	begin := at
	for i := 0; i < len(stages); i++ {
		s := stages[i]
		enter(s.name, at)
		next := at.Add(g.exponential(s.mean)).Add(g.days(1, 4))
		g.touches(id, s.name, at, next)
		at = next
		if rng.Float64() > s.progress {
			enter([]string{"lost", "lost", "no decision"}[rng.IntN(3)], at)
			return at
		}
		if i == 2 && rng.IntN(7) == 0 {
			i = 0 // back to the evaluation: the stage runs backwards
		}
	}
	enter("won", at)
	g.customer(at)
	if rng.IntN(3) == 0 {
		enter("expansion", at.Add(g.days(60, 200)))
	}
	return at.Add(at.Sub(begin) / 4)
}

// touches writes what the people of the account did between two moments.
func (g *account) touches(deal, stage string, from, to time.Time) {
	rng := g.rng
	span := to.Sub(from)
	for _, p := range g.people {
		if stage == "lead" && p.role.seat == "legal" {
			continue
		}
		for range 1 + rng.IntN(3) {
			at := from.Add(time.Duration(rng.Float64() * float64(span))).Truncate(time.Second)
			if at.After(AsOf) {
				continue
			}
			email, ip, consent := "", p.ip, "yes"
			if rng.IntN(3) == 0 {
				email = p.email // filled in a form, so that cookie and address meet
			}
			if rng.IntN(5) == 0 {
				ip = fmt.Sprintf("25.200.%d.7", rng.IntN(200)) // from home
			}
			if rng.IntN(15) == 0 {
				consent = "no"
			}
			g.x.web.add(g.key("V"), p.cookie, email, ip, p.role.page(rng), stamp(at), consent)
		}
		if stage != "lead" && rng.IntN(2) == 0 {
			at := from.Add(time.Duration(rng.Float64() * float64(span))).Truncate(time.Second)
			if at.After(AsOf) {
				continue
			}
			recorded := at.Add(time.Duration(math.Abs(rng.NormFloat64()) * 20 * float64(time.Hour))).Truncate(time.Second)
			g.x.activities.add(g.key("X"), p.id, deal, p.role.activities[rng.IntN(len(p.role.activities))], stamp(at), stamp(recorded))
		}
	}
}

// customer writes support, invoices and mailings after a sale.
func (g *account) customer(won time.Time) {
	rng := g.rng
	helped := g.people[len(g.people)-1]
	for range rng.IntN(3) {
		ticket, at := g.key("T"), won.Add(g.days(5, 160))
		for _, status := range []string{"opened", "answered", "solved"} {
			if at.After(AsOf) {
				break
			}
			g.x.tickets.add(ticket+"-"+status, ticket, helped.email, status, stamp(at), stamp(at))
			at = at.Add(g.exponential(3))
		}
	}
	invoice, at := g.key("I"), won.Add(g.days(10, 40))
	steps := []string{"sent", "paid"}
	if rng.IntN(5) == 0 {
		steps = []string{"sent", "disputed", "settled", "paid"}
	}
	for _, status := range steps {
		if at.After(AsOf) {
			break
		}
		g.x.invoices.add(invoice+"-"+status, invoice, fmt.Sprintf("DEB%03d", g.n), strconv.Itoa(30000000+g.n*7919), status,
			stamp(at), stamp(at.Add(2*time.Hour)), "12000", "EUR")
		at = at.Add(g.days(8, 30))
	}
	for i, p := range g.people {
		if at := won.Add(g.days(40, 200)); i < 2 && at.Before(AsOf) {
			g.x.mailings.add(g.key("M"), "cross-sell", p.email, "sent", stamp(at))
			if rng.IntN(2) == 0 {
				g.x.mailings.add(g.key("M"), "cross-sell", p.email, "clicked", stamp(at.Add(g.days(0, 2))))
			}
		}
	}
}

// spoil repeats some rows and breaks others, as exports do.
func spoil(x *exports, rng *rand.Rand) {
	for range 12 {
		x.web.rows = append(x.web.rows, x.web.rows[rng.IntN(len(x.web.rows))])
	}
	x.web.add("V999-001", "ck-0011", "", "25.1.1.9", "/pricing", "30/06/2026 10:00", "yes")
	x.web.add("V999-002", "ck-0011", "not an address", "25.1.1.9", "/pricing", "2026-03-02T10:00:00Z", "yes")
	x.web.add("V999-003", "", "", "", "/product", "2026-03-03T10:00:00Z", "no")
	x.deals.add("", "A001", "proposal", "2026-02-02T10:00:00Z", "2026-02-02T10:00:00Z", "9000", "EUR", "north", "web")
	x.deals.add("D9991", "A002", "proposal", "2026-02-02T10:00:00Z", "2026-02-02T10:00:00Z", "9000", "EURO", "north", "web")
	x.activities.add("X999-001", "C0011", "D0011", "demo", "", "2026-02-02T10:00:00Z")
	x.tickets.add("T999-001-opened", "T999-001", "", "opened", "2026-02-02T10:00:00Z", "2026-02-02T10:00:00Z")
	x.contacts.add("C9991", "A999", "ghost@nowhere.example", "Consultant", "sponsor", "2026-01-05T09:00:00Z")
}
