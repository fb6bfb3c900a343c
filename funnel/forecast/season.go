package forecast

import "time"

// calendar tells the season class of a local day: the month of the fiscal quarter, 0, 1 or 2.
type calendar struct {
	zone  *time.Location
	start time.Month
	days  []uint8 // of the days from first on
	first int64   // days since 1970, of local days read as if they were UTC
}

const (
	seasonClasses = 3
	dayMicros     = int64(day / time.Microsecond)
)

// newCalendar covers the instants from … to, in microseconds.
func newCalendar(zone *time.Location, start time.Month, from, to int64) *calendar {
	if start == 0 {
		start = time.January
	}
	c := &calendar{zone: zone, start: start, first: from/dayMicros - 3}
	n := (to-from)/dayMicros + 8
	c.days = make([]uint8, n)
	for i := range c.days {
		m := time.Unix((c.first+int64(i))*86400, 0).UTC().Month()
		c.days[i] = uint8((int(m) - int(start) + 12) % seasonClasses)
	}
	return c
}

// dayOf returns the index of the local day of an instant.
func (c *calendar) dayOf(at int64) int {
	t := time.UnixMicro(at)
	_, offset := t.In(c.zone).Zone()
	local := at + int64(offset)*1_000_000
	d := local / dayMicros
	if local%dayMicros < 0 {
		d--
	}
	return int(min(max(d-c.first, 0), int64(len(c.days)-1)))
}

func (c *calendar) class(at int64) uint8 { return c.days[c.dayOf(at)] }

// ageBands is the number of bands of age, by the quartiles of the ages of exits, in which a season may work differently.
const ageBands = 4

// seasonal holds the factor of every season class on the exits towards a destination. A factor of the class comes first,
// r = (d+κ)/(E+κ), E being exposure × base rate; within a band of age it is r·(d+κ)/(r·E+κ), so that a band with few
// exits keeps the factor of its class.
type seasonal struct {
	codes  int
	band   []uint8   // [destination·cells + cell]
	factor []float64 // [(class·destinations + destination)·bands + band]
	shape  []float64 // d + κ of each, for drawing
}

func (s *seasonal) at(q, to, band int) int { return (q*s.codes+to)*ageBands + band }

// newSeasonal estimates the factors. The base rate is estimated anew with exposure × factor, two rounds for the classes
// and one for the bands. k holds the raw rates and receives the adjustment that the season makes to them, with which
// the expected and the observed exits of each destination agree.
func newSeasonal(p *panel, k *kernel, cal *calendar, halfLife time.Duration) *seasonal {
	b := k.b
	codes, cells := b.k+outcomeCount, b.cells
	s := &seasonal{codes: codes, band: bandsOfAge(b), factor: make([]float64, seasonClasses*codes*ageBands), shape: make([]float64, seasonClasses*codes*ageBands)}
	events := make([]float64, len(s.factor))
	expect := make([]float64, len(s.factor))
	risk := exposures(p, b, cal, halfLife, s, events)
	for i := range s.factor {
		s.factor[i] = 1
	}
	// base is the rate before the season, d / Σ exposure × factor.
	base := func(place int, c column, l int) float64 {
		m := b.mass[c.off+l]
		if m == 0 {
			return 0
		}
		var n float64
		band := int(s.band[int(c.to)*cells+l])
		for q := range seasonClasses {
			n += float64(risk[(q*b.k+place)*cells+l] * s.factor[s.at(q, int(c.to), band)])
		}
		if n <= 0 {
			return 0
		}
		return m / n
	}
	expected := func() {
		clear(expect)
		for place := range b.k {
			for _, c := range b.exits(place) {
				for l := range cells {
					if h := base(place, c, l); h > 0 {
						for q := range seasonClasses {
							expect[s.at(q, int(c.to), int(s.band[int(c.to)*cells+l]))] += float64(risk[(q*b.k+place)*cells+l] * h)
						}
					}
				}
			}
		}
	}
	for range 3 {
		expected()
		for i := 0; i < len(s.factor); i += ageBands {
			d, e := priorEvents, priorEvents
			for g := range ageBands {
				d += events[i+g]
				e += expect[i+g]
			}
			for g := range ageBands {
				s.factor[i+g] = d / e
			}
		}
	}
	expected()
	for i, r := range s.factor {
		s.shape[i] = events[i] + priorEvents
		s.factor[i] = r * s.shape[i] / (float64(r*expect[i]) + priorEvents)
	}
	k.adj = make([]float64, b.size)
	for place := range b.k {
		for i, c := range b.exits(place) {
			row := k.row(b.first[place] + i)
			total := 0.0
			for l := range cells {
				k.adj[c.off+l] = 1
				total += b.mass[c.off+l]
			}
			if int(c.to) >= b.k && total < fewExits {
				continue // pooled: the rates are not this place's own
			}
			for l := range cells {
				if h := base(place, c, l); h > 0 && row[l] > 0 {
					k.adj[c.off+l] = h / row[l]
				}
			}
		}
	}
	return s
}

// bandsOfAge cuts the cells of each destination at the quartiles of the ages of its exits, all places together.
func bandsOfAge(b *bins) []uint8 {
	codes := b.k + outcomeCount
	total := make([]float64, codes*b.cells)
	sum := make([]float64, codes)
	for s := range b.k {
		for _, c := range b.exits(s) {
			for l, m := range b.mass[c.off : c.off+b.cells] {
				total[int(c.to)*b.cells+l] += m
				sum[c.to] += m
			}
		}
	}
	band := make([]uint8, codes*b.cells)
	for c := range codes {
		below := 0.0
		for l := range b.cells {
			if sum[c] > 0 {
				band[c*b.cells+l] = uint8(min(ageBands-1, int(ageBands*below/sum[c])))
			}
			below += total[c*b.cells+l]
		}
	}
	return band
}

// exposures counts the mass at risk by (class, place, cell), and the exits by (class, destination, band) into events.
func exposures(p *panel, b *bins, cal *calendar, halfLife time.Duration, sea *seasonal, events []float64) []float64 {
	cells := b.cells
	diff := make([]float64, seasonClasses*b.k*(cells+1))
	half := micros(halfLife)
	run := make([]int, len(cal.days)) // first later day of another class
	next := len(cal.days)
	for d := len(cal.days) - 1; d >= 0; d-- {
		if d+1 < len(cal.days) && cal.days[d+1] != cal.days[d] {
			next = d + 1
		}
		run[d] = next
	}
	perDay := float64(dayMicros) / float64(b.step)
	for j, s := range p.at {
		if p.rise[j] > p.in[j] && p.out[j] <= p.rise[j] {
			continue
		}
		w := recency(p.asOf, p.in[j], half)
		age := func(at int64) int { return int((at - p.in[j]) / b.step) }
		from := 0
		if p.rise[j] > p.in[j] {
			from = age(p.rise[j]) + 1
		}
		to := age(p.out[j]) // last cell at risk
		if p.to[j] >= 0 {
			if (p.out[j]-p.in[j])%b.step > 0 {
				to++
			}
		}
		to = min(to, cells-1)
		if c := int(p.to[j]); c >= 0 {
			events[sea.at(int(cal.class(p.out[j])), c, int(sea.band[c*cells+to]))] += w
		}
		// Cell l ends at in + l·step: runs of cells whose ends lie in one class.
		d := cal.dayOf(p.in[j])
		for l := from; l <= to; {
			at := min(d+int(float64(l)/perDay), len(cal.days)-1)
			q := int(cal.days[at])
			end := min(to, int(float64(run[at]-d)*perDay)-1)
			end = max(end, l)
			base := (q*b.k + int(s)) * (cells + 1)
			diff[base+l] += w
			diff[base+end+1] -= w
			l = end + 1
		}
	}
	risk := make([]float64, seasonClasses*b.k*cells)
	for i := range seasonClasses * b.k {
		sum := 0.0
		for l := range cells {
			sum += diff[i*(cells+1)+l]
			risk[i*cells+l] = max(0, sum)
		}
	}
	return risk
}
