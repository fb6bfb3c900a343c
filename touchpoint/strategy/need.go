package strategy

import (
	"cmp"
	"math"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Need is information that somebody needs: which, for whom, when. The zero value needs nothing of nobody, with weight 0. It is
// a comparable value.
type Need struct {
	Persona string
	Phase   b2b.Phase
	Topic   string
	Weight  float64    // ≥ 0
	Window  b2b.Window // when it is needed; zero: always
}

// Supply is information that a touchpoint gives. Its effect is Fit·Reach·Quality·Control: how well it answers the need, whom it
// reaches, how well it is made, and whether the seller can steer it. It is a comparable value.
type Supply struct {
	Touchpoint                   touchpoint.ID
	Persona                      string    // "": every persona
	Phase                        b2b.Phase // unknown: every phase
	Topic                        string
	Fit, Reach, Quality, Control b2b.Fraction // Control unknown: that of the catalogue, if there is one
}

func checkNeeds(p *b2b.Problems, needs []Need) {
	for i, n := range needs {
		at := "needs[" + strconv.Itoa(i) + "]"
		if !(n.Weight >= 0) || math.IsInf(n.Weight, 1) {
			p.Add(at+".weight", "not a finite number ≥ 0")
		}
		if !n.Phase.IsValid() {
			p.Add(at+".phase", "no value of the enumeration")
		}
		p.Join(at+".window", n.Window.Check())
	}
}

func checkSupplies(p *b2b.Problems, supplies []Supply) {
	for i, s := range supplies {
		at := "supplies[" + strconv.Itoa(i) + "]"
		if s.Touchpoint == "" {
			p.Add(at+".touchpoint", "missing")
		}
		if !s.Phase.IsValid() {
			p.Add(at+".phase", "no value of the enumeration")
		}
	}
}

func (n Need) compare(m Need) int {
	return cmp.Or(cmp.Compare(n.Persona, m.Persona), cmp.Compare(n.Phase, m.Phase), cmp.Compare(n.Topic, m.Topic),
		n.Window.From.Compare(m.Window.From), n.Window.To.Compare(m.Window.To), cmp.Compare(n.Weight, m.Weight))
}

// serves reports whether the supply answers the need at all.
func (s Supply) serves(n Need, c *touchpoint.Catalogue, at time.Time) bool {
	if s.Topic != n.Topic || s.Persona != "" && s.Persona != n.Persona || s.Phase != b2b.UnknownPhase && s.Phase != n.Phase {
		return false
	}
	if c == nil {
		return true
	}
	t, ok := c.Lookup(s.Touchpoint)
	if !ok || t.Window == (b2b.Window{}) {
		return true
	}
	if !at.IsZero() {
		return t.Window.Contains(at)
	}
	return t.Window.Overlaps(n.Window)
}

// effect returns Fit·Reach·Quality·Control; ok is false if a factor is unknown and none is 0.
func (s Supply) effect(c *touchpoint.Catalogue) (e float64, ok bool) {
	control := s.Control
	if !control.IsKnown() && c != nil {
		if d, known := c.Control(s.Touchpoint); known {
			control = b2b.MustFraction(d)
		}
	}
	e, ok = 1, true
	for _, f := range [...]b2b.Fraction{s.Fit, s.Reach, s.Quality, control} {
		x, known := f.Value()
		if known {
			e *= x
		}
		ok = ok && known
	}
	return e, ok
}
