package match

import (
	"math"
	"strings"

	"github.com/buyerjourney/b2b"
)

// Scorer is a model bound to a table: it scores pairs of rows. It is immutable but for [Scorer.SetPrior], and safe for
// concurrent use.
type Scorer struct {
	t      *Table
	model  *Model
	comps  []comparison
	units  []unit
	group  []int       // per comparison: strongest group, −1 none
	groups int         // strongest groups
	bits   [][]float64 // per comparison and level, missing first; joint ones are 0
	joint  [][]float64 // per unit: bits of the tuple, nil for single ones
	rare   [][]float32 // per comparison and class of values: −log2 of the frequency, nil without adjustment
	local  [][]float32 // the same of local parts, by code
	logU   [][]float64 // per comparison and level: log2 u
	most   []float64   // per comparison: largest weight of a level other than equal codes
	vetoes [][]bool
	prior  float64
	plain  bool // neither groups of any kind
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
			if w.Level.Test == Local && local == nil {
				local = localRarity(c.col, floor)
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

// rarity is −log2 of the share of rows that hold each value.
func (s *Scorer) rarity(c *column, floor float64) []float32 {
	out := make([]float32, len(c.text))
	for code := range out {
		f := float64(c.count[code]) / float64(max(c.held, 1))
		out[code] = float32(-math.Log2(max(f, floor)))
	}
	return out
}

func localRarity(c *column, floor float64) []float32 {
	sum := map[string]uint32{}
	for code := 1; code < len(c.text); code++ {
		sum[c.aux[code]] += c.count[code]
	}
	out := make([]float32, len(c.text))
	for code := 1; code < len(c.text); code++ {
		f := float64(sum[c.aux[code]]) / float64(max(c.held, 1))
		out[code] = float32(-math.Log2(max(f, floor)))
	}
	return out
}

// Recount takes the frequencies of values from entities instead of rows: a value that ten rows of one entity hold is held
// once. It needs a first clustering and changes the scorer, so it must not run beside scoring.
func (s *Scorer) Recount(of []uint32) {
	floor := max(s.model.TFFloor, 1e-9)
	for i := range s.comps {
		if s.rare[i] == nil {
			continue
		}
		c := s.comps[i].col
		count, held := entityCounts(s.t, s.comps[i].field, of)
		for code := range s.rare[i] {
			s.rare[i][code] = float32(-math.Log2(max(float64(max(count[code], 1))/held, floor)))
		}
		if s.local[i] == nil {
			continue
		}
		sum := map[string]uint32{}
		for code := 1; code < len(c.text); code++ {
			sum[c.aux[code]] += count[code]
		}
		for code := 1; code < len(c.text); code++ {
			s.local[i][code] = float32(-math.Log2(max(float64(max(sum[c.aux[code]], 1))/held, floor)))
		}
	}
}

// entityCounts counts the clusters that hold each class of values of a field, and all clusters that hold any value, each
// as often as it has different values.
func entityCounts(t *Table, field int, of []uint32) (count []uint32, held float64) {
	c := t.cols[field]
	count = make([]uint32, len(c.text))
	last := make([]uint32, len(c.text)) // 1 + the cluster that held the value last, while clusters come in a row
	next, head := make([]uint32, t.n), make([]uint32, t.n)
	for r := t.n - 1; r >= 0; r-- { // lists of members: next is 1 + the following row of the cluster
		first := of[r]
		if int(first) != r {
			next[r] = head[first]
			head[first] = uint32(r) + 1
		}
	}
	for r := range t.n {
		if int(of[r]) != r {
			continue
		}
		for at := uint32(r) + 1; at != 0; {
			code := t.row(at - 1)[field]
			if code != 0 {
				k := c.class(code)
				if last[k] != uint32(r)+1 {
					last[k] = uint32(r) + 1
					count[k]++
					held++
				}
			}
			if at == uint32(r)+1 {
				at = head[r]
			} else {
				at = next[at-1]
			}
		}
	}
	return count, max(held, 1)
}

// extend gives values that came later the frequency floor.
func (s *Scorer) extend(i int) {
	c := s.comps[i].col
	rarest := float32(-math.Log2(max(s.model.TFFloor, 1e-9)))
	for s.rare[i] != nil && len(s.rare[i]) < len(c.text) {
		s.rare[i] = append(s.rare[i], rarest)
	}
	for s.local[i] != nil && len(s.local[i]) < len(c.text) {
		s.local[i] = append(s.local[i], rarest)
	}
}

// Rescore scores the pairs again, in place, and drops those below the probability.
func (s *Scorer) Rescore(p *Predicted, least float64, workers int) {
	floor := bitsOf(least)
	const chunk = 1 << 16
	n := (len(p.Pairs) + chunk - 1) / chunk
	inParallel(workers, n, func(j int) {
		m := newMemo(s.comps, memoSize)
		for i := j * chunk; i < min((j+1)*chunk, len(p.Pairs)); i++ {
			p.Pairs[i].Bits, _, _ = s.pair(p.Pairs[i].A, p.Pairs[i].B, math.Inf(-1), m)
		}
	})
	out := p.Pairs[:0]
	for _, x := range p.Pairs {
		if x.Bits >= floor {
			out = append(out, x)
		}
	}
	p.Pairs = out
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

// tfBits is the adjustment of comparison i at a level for the frequency of the values.
func (s *Scorer) tfBits(i int, level uint8, x, y uint32) float64 {
	if level == missing || !s.comps[i].levels[level-1].TF || s.rare[i] == nil {
		return 0
	}
	c := s.comps[i].col
	rare := s.rare[i]
	var r float32
	if s.comps[i].levels[level-1].Test == Local && s.local[i] != nil {
		r = min(s.local[i][x], s.local[i][y])
	} else {
		r = min(rare[c.class(x)], rare[c.class(y)])
	}
	return s.model.TFStrength * (s.logU[i][level] + float64(r))
}

// Pair returns the total weight of two rows in bits, prior included, and whether a level forbids that they match.
func (s *Scorer) Pair(a, b uint32) (bits float64, veto bool) {
	bits, veto, _ = s.pair(a, b, math.Inf(-1), nil)
	return bits, veto
}

// pair scores two rows; ok is false, and the weight of no use, where the total must stay below the floor. What costs
// little comes first: missing and equal values, mail and dates.
func (s *Scorer) pair(a, b uint32, floor float64, m *memo) (total float64, veto, ok bool) {
	ra, rb := s.t.row(a), s.t.row(b)
	if !s.plain {
		total, veto = s.grouped(a, b, ra, rb, m)
		return total, veto, total >= floor
	}
	var weight [maxFields]float64
	var open [maxFields]int8
	n, swap := 0, -1
	bound := s.prior
	for i := range s.comps {
		x, y := ra[i], rb[i]
		c := &s.comps[i]
		switch {
		case c.swap >= 0 && x != y && c.swapHolds(s.t, ra, rb):
			l := c.level(s.t, a, b, ra, rb, m)
			weight[i] = s.bits[i][l] + s.tfBits(i, l, x, y)
			veto = veto || s.vetoes[i][l]
			bound += math.Abs(weight[i]) + 2*maxBits // rare: no early end
			if c.levels[l-1].Test == SwapName {
				swap = c.swap
			}
		case x == 0 || y == 0:
		case x == y || c.kind == Date || (c.mail && (c.col.restID[x] != c.col.restID[y] || c.col.auxID[x] == c.col.auxID[y])):
			l := c.level(s.t, a, b, ra, rb, m)
			w := s.bits[i][l] + s.tfBits(i, l, x, y)
			veto = veto || s.vetoes[i][l]
			weight[i] = w
			bound += w
		default:
			open[n] = int8(i)
			n++
			bound += s.most[i]
		}
	}
	if bound < floor {
		return 0, false, false
	}
	for k := range n {
		i := int(open[k])
		c := &s.comps[i]
		l := c.level(s.t, a, b, ra, rb, m)
		w := s.bits[i][l] + s.tfBits(i, l, ra[i], rb[i])
		veto = veto || s.vetoes[i][l]
		weight[i] = w
		bound += w - s.most[i]
		if bound < floor {
			return 0, false, false
		}
	}
	if swap >= 0 {
		weight[swap] = 0
	}
	total = s.prior
	for i := range s.comps {
		total += weight[i]
	}
	return total, veto, total >= floor
}

// levels compares two rows in full.
func (s *Scorer) levels(a, b uint32) pattern { return patternOf(s.comps, s.t, a, b, nil) }

// grouped scores with joint and strongest groups.
func (s *Scorer) grouped(a, b uint32, ra, rb []uint32, m *memo) (total float64, veto bool) {
	p := patternOf(s.comps, s.t, a, b, m)
	var plus, minus [maxFields]float64
	total = s.prior
	for i := range s.comps {
		l := p.get(i)
		if l == missing {
			continue
		}
		veto = veto || s.vetoes[i][l]
		w := s.bits[i][l] + s.tfBits(i, l, ra[i], rb[i])
		if g := s.group[i]; g >= 0 {
			plus[g], minus[g] = max(plus[g], w), min(minus[g], w)
			continue
		}
		total += w
	}
	for g := range s.groups {
		total += plus[g] + minus[g]
	}
	for i := range s.units {
		if s.joint[i] != nil {
			total += s.joint[i][s.units[i].level(s.comps, &p)]
		}
	}
	return total, veto
}

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
