package inference

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
)

// Model gives the probability of each seat for a person. Build it with [Trainer.Model]; the zero value knows no seat. It is
// immutable and safe for concurrent use.
type Model struct {
	cfg      Config // resolved
	seats    []b2b.SeatID
	persons  []int64 // by seat
	steps    matrix
	tokens   matrix
	takers   []int64   // by step and seat
	logPrior []float64 // by seat
	left     *leftOut  // the person whose own data do not count; nil is nobody
}

// matrix is a table of counts by name and seat, with the logarithms of the smoothed probabilities beside it.
type matrix struct {
	index  map[string]int
	names  []string // ascending
	counts []int64  // counts[name*R+seat]
	totals []int64  // by seat
	alpha  float64
	cells  int       // names, and one more where unknown names have a cell
	extra  bool      // unknown names have a cell
	log    []float64 // as counts
	logNew []float64 // by seat: of the cell of unknown names
}

// Model returns the model of the present state. The seats are those that labelled persons hold, and with a [Given] prior
// those that it names. No seat at all is [b2b.ErrTooFew].
func (t *Trainer) Model(cfg Config) (*Model, error) {
	cfg, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	cfg.Given = slices.Clone(cfg.Given)
	m := &Model{cfg: cfg}
	for i := range t.seats {
		if t.seats[i].id != "" && t.seats[i].persons > 0 {
			m.seats = append(m.seats, t.seats[i].id)
		}
	}
	if cfg.Prior == Given {
		var p b2b.Problems
		for _, id := range m.seats {
			if !slices.ContainsFunc(cfg.Given, func(sp dmu.SeatP) bool { return sp.Seat == id }) {
				p.Add("config.given", "a trained seat is missing")
			}
		}
		if err := p.Err(); err != nil {
			return nil, err
		}
		m.seats = m.seats[:0]
		for _, sp := range cfg.Given {
			m.seats = append(m.seats, sp.Seat)
		}
	}
	slices.Sort(m.seats)
	if len(m.seats) == 0 {
		return nil, b2b.ErrTooFew
	}
	rows := make([]*tally, len(m.seats))
	m.persons = make([]int64, len(m.seats))
	for r, id := range m.seats {
		rows[r] = &tally{}
		if i, ok := t.seatIndex[id]; ok {
			rows[r] = &t.seats[i]
		}
		m.persons[r] = rows[r].persons
	}
	steps := live(&t.steps, func(s int) bool {
		return t.declared[s] || slices.ContainsFunc(t.seats, func(r tally) bool { return at(r.counts, s) > 0 })
	})
	m.steps = newMatrix(steps, t.steps.names, len(rows), cfg.Alpha, cfg.UnseenCell,
		func(s, r int) int64 { return at(rows[r].counts, s) })
	m.takers = make([]int64, len(steps)*len(rows))
	for i, s := range steps {
		for r := range rows {
			m.takers[i*len(rows)+r] = at(rows[r].takers, s)
		}
	}
	tokens := live(&t.tokens, func(k int) bool {
		return slices.ContainsFunc(rows, func(r *tally) bool { return at(r.tokens, k) > 0 })
	})
	m.tokens = newMatrix(tokens, t.tokens.names, len(rows), cfg.TitleAlpha, true,
		func(k, r int) int64 { return at(rows[r].tokens, k) })
	m.logPrior = m.prior()
	return m, nil
}

func newMatrix(kept []int, names []string, seats int, alpha float64, extra bool, n func(name, seat int) int64) matrix {
	x := matrix{
		index: make(map[string]int, len(kept)), alpha: alpha, extra: extra, cells: len(kept),
		names: make([]string, len(kept)), counts: make([]int64, len(kept)*seats), totals: make([]int64, seats),
	}
	if extra {
		x.cells++
	}
	for i, k := range kept {
		x.names[i] = names[k]
		x.index[names[k]] = i
		for r := range seats {
			x.counts[i*seats+r] = n(k, r)
			x.totals[r] += n(k, r)
		}
	}
	x.log = make([]float64, len(x.counts))
	x.logNew = make([]float64, seats)
	for r := range seats {
		size := math.Log(x.size(x.totals[r], x.cells))
		for i := range kept {
			x.log[i*seats+r] = math.Log(float64(x.counts[i*seats+r])+alpha) - size
		}
		x.logNew[r] = math.Log(alpha) - size
	}
	return x
}

// size is the denominator N + αV of the smoothed probabilities.
func (x *matrix) size(total int64, cells int) float64 {
	return float64(total) + float64(x.alpha*float64(cells))
}

// prior returns log π.
func (m *Model) prior() []float64 {
	logs := make([]float64, len(m.seats))
	switch m.cfg.Prior {
	case Given:
		for r, id := range m.seats {
			i := slices.IndexFunc(m.cfg.Given, func(sp dmu.SeatP) bool { return sp.Seat == id })
			logs[r] = math.Log(m.cfg.Given[i].P)
		}
	case Uniform:
		for r := range logs {
			logs[r] = -math.Log(float64(len(logs)))
		}
	case Empirical:
		total := int64(len(logs))
		for _, n := range m.persons {
			total += n
		}
		for r, n := range m.persons {
			logs[r] = math.Log(float64(n+1) / float64(total))
		}
	}
	return logs
}

// Seats returns the seats in the order of posteriors: ascending.
func (m *Model) Seats() []b2b.SeatID { return slices.Clone(m.seats) }

// Vocabulary returns the number of steps that the model knows.
func (m *Model) Vocabulary() int { return len(m.steps.names) }

// Prior returns the probability of each seat for a person of whom nothing was seen.
func (m *Model) Prior() []dmu.SeatP {
	ps := make([]dmu.SeatP, len(m.seats))
	for r, id := range m.seats {
		ps[r] = dmu.SeatP{Seat: id, P: math.Exp(m.logPrior[r])}
	}
	return ps
}

// theta returns log θ of step i in seat r.
func (m *Model) theta(i, r int) float64 {
	if l := m.left; l != nil && l.seat == r {
		return math.Log(float64(m.steps.counts[i*len(m.seats)+r]-l.steps.of(i))+m.steps.alpha) - l.steps.size
	}
	return m.steps.log[i*len(m.seats)+r]
}

// thetaNew returns log θ of the cell of unknown steps.
func (m *Model) thetaNew(r int) float64 {
	if l := m.left; l != nil && l.seat == r {
		return math.Log(m.steps.alpha) - l.steps.size
	}
	return m.steps.logNew[r]
}

// tau returns log τ of the token with index i, −1 for an unknown one, in seat r.
func (m *Model) tau(i, r int) float64 {
	l := m.left
	if l == nil || l.newSize == nil {
		if i < 0 {
			return m.tokens.logNew[r]
		}
		return m.tokens.log[i*len(m.seats)+r]
	}
	var n int64
	if i >= 0 {
		n = m.tokens.counts[i*len(m.seats)+r]
		if r == l.seat {
			n -= l.tokens.of(i)
		}
	}
	return math.Log(float64(n)+m.tokens.alpha) - l.newSize[r]
}
