package match

import (
	"strings"
)

// Part is what one comparison adds to a score: Bits of the level, TFBits for the frequency of the value. M and U are the
// probabilities of the level.
type Part struct {
	Field  string
	Level  string
	Bits   float64
	M, U   float64
	TFBits float64
	Veto   bool
}

// Score is the full account of a pair: Prior and the parts' Bits and TFBits sum to Total.
type Score struct {
	Prior       float64
	Parts       []Part
	Total       float64
	Probability float64
	Veto        bool
}

// Explain scores a pair in full.
func (s *Scorer) Explain(a, b uint32) Score {
	p := s.levels(a, b)
	ra, rb := s.t.row(a), s.t.row(b)
	out := Score{Prior: s.prior, Total: s.prior}
	var plus, minus [maxFields]int
	for g := range s.groups {
		plus[g], minus[g] = -1, -1
	}
	for i := range s.comps {
		l := p.get(i)
		part := Part{Field: s.comps[i].col.field.Name, Level: "missing"}
		if l != missing {
			w := s.model.Comparisons[i].Levels[l-1]
			part.Level, part.M, part.U = w.Level.String(), w.M, w.U
			part.Bits, part.TFBits, part.Veto = s.bits[i][l], s.tfBits(i, l, ra[i], rb[i]), s.vetoes[i][l]
		}
		if g := s.group[i]; g >= 0 {
			weight := part.Bits + part.TFBits
			if weight > 0 && (plus[g] < 0 || weight > out.Parts[plus[g]].Bits+out.Parts[plus[g]].TFBits) {
				plus[g] = i
			}
			if weight < 0 && (minus[g] < 0 || weight < out.Parts[minus[g]].Bits+out.Parts[minus[g]].TFBits) {
				minus[g] = i
			}
		}
		out.Veto = out.Veto || part.Veto
		out.Parts = append(out.Parts, part)
	}
	for i := range out.Parts {
		if g := s.group[i]; g >= 0 && plus[g] != i && minus[g] != i {
			out.Parts[i].Bits, out.Parts[i].TFBits = 0, 0 // a stronger one of its group counts
		}
	}
	for i := range s.units {
		if s.joint[i] == nil {
			continue
		}
		u := &s.units[i]
		l := u.level(s.comps, &p)
		part := Part{Field: s.model.Joint[u.joint].name(), Level: "joint", Bits: s.joint[i][l]}
		if l > 0 {
			for _, t := range s.model.Joint[u.joint].Tuples {
				if u.index(s.comps, t.Levels) == int(l) {
					part.M, part.U = t.M, t.U
				}
			}
		}
		out.Parts = append(out.Parts, part)
	}
	for _, part := range out.Parts {
		out.Total += part.Bits + part.TFBits
	}
	out.Probability = probabilityOf(out.Total)
	return out
}

func (j JointWeights) name() string {
	return strings.Join(j.Fields, "+")
}

// index is the level of a tuple given by positions, −1 for missing.
func (u *unit) index(comps []comparison, levels []int) int {
	at := 0
	for k, l := range levels {
		if k < len(u.comps) {
			at = at*(len(comps[u.comps[k]].levels)+1) + l + 1
		}
	}
	return at
}

// levels compares two rows in full.
func (s *Scorer) levels(a, b uint32) pattern { return patternOf(s.comps, s.t, a, b, nil) }
