package attribution

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// Model is a way to credit names with conversions: a [Rule], [Markov], [Ordered], [MarkovShapley], [ConversionRate],
// [ExactSet] or [LeaveOneOut]. The set of models is closed. Models are immutable values. String names a model with its
// parameters.
type Model interface {
	String() string
	check(p *b2b.Problems)
}

// Rule is a model that divides each converted path among its own steps by fixed weights: [First], [Last], [LastNon],
// [Linear], [LinearUnique], [Position], [LinearGrowth], [GrowthUnique], [HalfLife], [StepDecay], [Custom] or
// [Participation]. Weights sum to 1 in each path, but for Participation.
type Rule interface {
	Model
	// weigh fills w, one weight per step, which comes zeroed.
	weigh(s *walk, w []float64)
}

// single is a rule that gives all to one step.
type single interface {
	Rule
	pick(s *walk) int
}

// walk is one path as rules see it.
type walk struct {
	codes []uint32
	ages  []int64 // nil without times
	names []string
	seen  []int32 // by code: the last walk in which the name was met
	turn  int32
}

func newWalk(p *Paths) *walk { return &walk{names: p.names, seen: make([]int32, len(p.names))} }

// to moves on to path r.
func (s *walk) to(p *Paths, r int) {
	s.codes, s.ages = p.of(r), p.agesOf(r)
	s.turn++
}

// first reports whether the step is the first of its name; steps are asked in order, each once per sweep.
func (s *walk) first(i int) bool {
	c := s.codes[i]
	if s.seen[c] == s.turn {
		return false
	}
	s.seen[c] = s.turn
	return true
}

// First gives all to the first step.
type First struct{}

// Last gives all to the last step.
type Last struct{}

// LastNon gives all to the last step that is not Name (often "direct"); a path of nothing else, to the last step.
type LastNon struct{ Name string }

// Linear gives each step the same: a name that occurs twice gets twice.
type Linear struct{}

// LinearUnique gives each distinct name of the path the same, at its first occurrence. It is the Shapley value of the game
// in which a set of names is worth the conversions of the paths that need no other name (total worth).
type LinearUnique struct{}

// TotalWorth is [LinearUnique] under the name of the game whose Shapley value it is, in closed form for any number of names.
type TotalWorth = LinearUnique

// LinearGrowth gives step i of n the weight i.
type LinearGrowth struct{}

// GrowthUnique gives the distinct name that occurs as the i-th the weight i, at its first occurrence.
type GrowthUnique struct{}

// Participation gives each distinct name of the path 1: it answers how many conversions a name took part in, and does not
// sum to the total ([Credits.Additive] is false).
type Participation struct{}

// Custom multiplies the weights of Rule by a weight per name and makes them sum to 1 again; a name without a weight keeps
// the factor 1. Where all become 0 the path is divided as [Linear] does.
type Custom struct {
	Rule    Rule
	Weights map[string]float64 // ≥ 0
}

func (First) String() string         { return "first" }
func (Last) String() string          { return "last" }
func (r LastNon) String() string     { return "last-non(" + r.Name + ")" }
func (Linear) String() string        { return "linear" }
func (LinearUnique) String() string  { return "linear-unique" }
func (LinearGrowth) String() string  { return "growth" }
func (GrowthUnique) String() string  { return "growth-unique" }
func (Participation) String() string { return "participation" }
func (r Custom) String() string {
	if r.Rule == nil {
		return "custom"
	}
	return "custom(" + r.Rule.String() + ")"
}

func (First) check(*b2b.Problems)         {}
func (Last) check(*b2b.Problems)          {}
func (Linear) check(*b2b.Problems)        {}
func (LinearUnique) check(*b2b.Problems)  {}
func (LinearGrowth) check(*b2b.Problems)  {}
func (GrowthUnique) check(*b2b.Problems)  {}
func (Participation) check(*b2b.Problems) {}

func (r LastNon) check(p *b2b.Problems) {
	if r.Name == "" {
		p.Add("model.name", "missing")
	}
}

func (r Custom) check(p *b2b.Problems) {
	if r.Rule == nil {
		p.Add("model.rule", "missing")
	} else {
		r.Rule.check(p)
	}
	checkWeights(p, "model.weights", r.Weights)
}

func (First) pick(*walk) int  { return 0 }
func (Last) pick(s *walk) int { return len(s.codes) - 1 }

func (r LastNon) pick(s *walk) int {
	for i, c := range slices.Backward(s.codes) {
		if s.names[c] != r.Name {
			return i
		}
	}
	return len(s.codes) - 1
}

func (r First) weigh(s *walk, w []float64)   { w[r.pick(s)] = 1 }
func (r Last) weigh(s *walk, w []float64)    { w[r.pick(s)] = 1 }
func (r LastNon) weigh(s *walk, w []float64) { w[r.pick(s)] = 1 }

func (Linear) weigh(_ *walk, w []float64) {
	share := 1 / float64(len(w))
	for i := range w {
		w[i] = share
	}
}

func (LinearUnique) weigh(s *walk, w []float64) {
	n := 0
	for i := range w {
		if s.first(i) {
			w[i] = 1
			n++
		}
	}
	share := 1 / float64(n)
	for i := range w {
		w[i] *= share // 0 or 1
	}
}

func (LinearGrowth) weigh(_ *walk, w []float64) {
	n := float64(len(w))
	for i := range w {
		w[i] = float64(i+1) / (n * (n + 1) / 2)
	}
}

func (GrowthUnique) weigh(s *walk, w []float64) {
	n := 0.0
	for i := range w {
		if s.first(i) {
			n++
			w[i] = n
		}
	}
	for i := range w {
		w[i] /= n * (n + 1) / 2
	}
}

func (Participation) weigh(s *walk, w []float64) {
	for i := range w {
		if s.first(i) {
			w[i] = 1
		}
	}
}

func (r Custom) weigh(s *walk, w []float64) {
	r.Rule.weigh(s, w)
	for i, c := range s.codes {
		if f, ok := r.Weights[s.names[c]]; ok {
			w[i] *= f
		}
	}
	if !normalise(w) {
		Linear{}.weigh(s, w)
	}
}

// normalise makes w sum to 1; it reports false if the sum is 0.
func normalise(w []float64) bool {
	sum := 0.0
	for _, x := range w {
		sum += x
	}
	if sum <= 0 {
		return false
	}
	for i := range w {
		w[i] /= sum
	}
	return true
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// checkWeights reports weights that are not finite or below 0, in the order of the names.
func checkWeights[K ~string](p *b2b.Problems, path string, weights map[K]float64) {
	for _, k := range slices.Sorted(maps.Keys(weights)) {
		if w := weights[k]; !(w >= 0) || math.IsInf(w, 1) {
			p.Add(path+"["+string(k)+"]", "not a finite number ≥ 0")
		}
	}
}
