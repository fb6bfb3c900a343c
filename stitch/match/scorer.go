package match

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
)

// Scorer is a model bound to a table: it scores pairs of rows. It is immutable but for [Scorer.SetPrior], and safe for
// concurrent use.
type Scorer struct {
	t        *Table
	model    *Model
	comps    []comparison
	units    []unit
	group    []int       // per comparison: strongest group, −1 none
	groups   int         // strongest groups
	bits     [][]float64 // per comparison and level, missing first; joint ones are 0
	joint    [][]float64 // per unit: bits of the tuple, nil for single ones
	rare     [][]float32 // per comparison and class of values: −log2 of the frequency, nil without adjustment
	local    [][]float32 // the same of local parts, by code
	logU     [][]float64 // per comparison and level: log2 u
	most     []float64   // per comparison: largest weight of a level other than equal codes
	heaviest []float64   // per comparison: largest weight of any level
	vetoes   [][]bool
	prior    float64
	plain    bool // neither groups of any kind
}

// NewScorer binds a model to a table with the same fields.
func NewScorer(m *Model, t *Table) (*Scorer, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	if len(m.Fields) != len(t.fields) {
		return nil, &b2b.InvalidError{Path: "model.fields", Reason: "differ from the fields of the table"}
	}
	for i, f := range m.Fields {
		if f.Name != t.fields[i].Name || f.Kind != t.fields[i].Kind {
			return nil, &b2b.InvalidError{Path: "model.fields", Reason: "differ from the fields of the table"}
		}
	}
	s := &Scorer{t: t, model: m, comps: newComparisons(t), prior: bitsOf(m.Prior)}
	for i := range s.comps {
		s.comps[i].levels = nil
		for _, l := range m.Comparisons[i].Levels {
			s.comps[i].levels = append(s.comps[i].levels, l.Level)
		}
	}
	prepareAll(s.comps)
	s.units = unitsOf(s.comps, m.Groups)
	s.setGroups()
	for i := range s.comps {
		s.setComparison(i)
	}
	s.setJoint()
	for i := range s.comps {
		s.heaviest = append(s.heaviest, slices.Max(s.tops(i)))
	}
	return s, nil
}

func (s *Scorer) setGroups() {
	s.group = make([]int, len(s.comps))
	for i := range s.group {
		s.group[i] = -1
	}
	s.plain = true
	for _, g := range s.model.Groups {
		s.plain = false
		if resolveMode(s.comps, g) != Strongest {
			continue
		}
		for i := range s.comps {
			for _, f := range g.Fields {
				if s.comps[i].col.field.Name == f {
					s.group[i] = s.groups
				}
			}
		}
		s.groups++
	}
}

func (s *Scorer) setComparison(i int) {
	c := &s.comps[i]
	weights := s.model.Comparisons[i].Levels
	bits, logU := make([]float64, len(weights)+1), make([]float64, len(weights)+1)
	veto := make([]bool, len(weights)+1)
	floor := max(s.model.TFFloor, 1e-9)
	var rare, local []float32
	adjust := s.model.TFStrength > 0
	most := math.Inf(-1)
	for l, w := range weights {
		bits[l+1], logU[l+1] = w.Bits, math.Log2(max(w.U, 1e-12))
		veto[l+1] = w.Level.Veto
		top := w.Bits
		if w.Level.TF && adjust {
			if rare == nil {
				rare = s.rarity(c.col, floor)
			}
			if w.Level.Test == Local && local == nil && c.kind == Email {
				local = c.col.localRarity(c.col.count, float64(c.col.held), floor)
			}
			top += max(logU[l+1]-math.Log2(floor), 0)
		}
		if w.Level.Test == SwapName { // looked at before the bound is asked for
			continue
		}
		if (w.Level.Test != Exact && w.Level.Test != MailDerived) || c.col.equal != nil {
			most = max(most, top)
		}
	}
	s.bits, s.logU, s.vetoes = append(s.bits, bits), append(s.logU, logU), append(s.vetoes, veto)
	s.rare, s.local, s.most = append(s.rare, rare), append(s.local, local), append(s.most, most)
}

func (s *Scorer) setJoint() {
	s.joint = make([][]float64, len(s.units))
	for i := range s.units {
		u := &s.units[i]
		if u.joint < 0 || u.joint >= len(s.model.Joint) {
			continue
		}
		bits := make([]float64, u.size+1)
		for _, t := range s.model.Joint[u.joint].Tuples {
			at := 0
			for k, l := range t.Levels {
				if k < len(u.comps) {
					at = at*(len(s.comps[u.comps[k]].levels)+1) + l + 1
				}
			}
			if at >= 0 && at < len(bits) {
				bits[at] = t.Bits
			}
		}
		s.joint[i] = bits
		for _, c := range u.comps {
			for l := range s.bits[c] {
				s.bits[c][l] = 0
			}
		}
	}
}

// SetPrior changes the probability that two random rows match. It must not run beside scoring.
func (s *Scorer) SetPrior(p float64) { s.prior = bitsOf(p) }

// Prior is the probability that two random rows match.
func (s *Scorer) Prior() float64 { return probabilityOf(s.prior) }
