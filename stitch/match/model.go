package match

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// maxBits bounds the weight of one level.
const maxBits = 40

// bounds of probabilities after each step of training.
const (
	minProb = 1e-6
	maxProb = 1 - 1e-6
)

// Mode says how the comparisons of a [Group] count together. It is a closed enumeration; zero is [UnknownMode], which
// stands for Joint where the levels allow it and Strongest elsewhere.
type Mode uint8

// The modes.
const (
	UnknownMode Mode = iota
	Joint            // one comparison on the tuple of levels, at most 64 of them, missing ones included
	Strongest        // the largest positive weight and the most negative one
)

var modes = enum.New[Mode]("group mode", "unknown", "joint", "strongest")

// String returns the name of the mode.
func (m Mode) String() string { return modes.String(m) }

// AppendText implements [encoding.TextAppender].
func (m Mode) AppendText(dst []byte) ([]byte, error) { return modes.AppendText(dst, m) }

// MarshalText implements [encoding.TextMarshaler].
func (m Mode) MarshalText() ([]byte, error) { return modes.AppendText(nil, m) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (m *Mode) UnmarshalText(text []byte) error { return modes.UnmarshalText(m, text) }

// Group names fields whose comparisons depend on one another.
type Group struct {
	Fields []string `json:"fields"`
	Mode   Mode     `json:"mode,omitzero"`
}

// LevelWeight is a level with what is known of it: M and U are the probabilities of the level among matches and among
// the rest, Bits = log2(M/U) within ±40 unless asserted.
type LevelWeight struct {
	Level Level   `json:"level"`
	M     float64 `json:"m"`
	U     float64 `json:"u"`
	Bits  float64 `json:"bits"`
}

// Comparison is a field, or a joint group of fields, in a [Model].
type Comparison struct {
	Field     string        `json:"field"`
	Levels    []LevelWeight `json:"levels"`
	Table     string        `json:"tf,omitzero"`         // field whose frequencies adjust the weights
	TrainedBy []string      `json:"trained_by,omitzero"` // block rules, "labels", or none: start values
}

// Tuple is one combination of levels of a joint group; a level of −1 is a missing value.
type Tuple struct {
	Levels []int   `json:"levels"`
	M      float64 `json:"m"`
	U      float64 `json:"u"`
	Bits   float64 `json:"bits"`
}

// JointWeights are the weights of a joint group.
type JointWeights struct {
	Fields []string `json:"fields"`
	Tuples []Tuple  `json:"tuples"`
}

// Model is a Fellegi-Sunter model: how much each level of each comparison speaks for or against a match. Models come from
// [Train] or [ParseModel]; the zero value has no fields. It is immutable once made and safe for concurrent use.
type Model struct {
	Fields      []Field        `json:"fields"`
	Prior       float64        `json:"prior"` // probability that two random rows match
	Comparisons []Comparison   `json:"comparisons"`
	Groups      []Group        `json:"groups,omitzero"`
	Joint       []JointWeights `json:"joint,omitzero"`
	TFStrength  float64        `json:"tf_strength"` // share of the frequency adjustment that counts, 0 to 1
	TFFloor     float64        `json:"tf_floor"`    // frequencies below it count as this
}

// ParseModel reads a model as JSON. Unknown keys, and probabilities or weights out of range, are errors.
func ParseModel(data []byte) (*Model, error) {
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	m := &Model{}
	if err := dec.Decode(m); err != nil {
		return nil, &b2b.InvalidError{Path: "model", Reason: err.Error()}
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Model) check() error {
	var p b2b.Problems
	checkFields(&p, m.Fields)
	if !(m.Prior > 0 && m.Prior < 1) {
		p.Add("prior", "must lie between 0 and 1")
	}
	if !(m.TFStrength >= 0 && m.TFStrength <= 1) {
		p.Add("tf_strength", "must lie between 0 and 1")
	}
	if !(m.TFFloor >= 0 && m.TFFloor < 1) {
		p.Add("tf_floor", "must lie between 0 and 1")
	}
	if len(m.Comparisons) != len(m.Fields) {
		p.Add("comparisons", "there must be one for each field")
		return p.Err()
	}
	for i, c := range m.Comparisons {
		path := "comparisons[" + strconv.Itoa(i) + "]"
		if c.Field != m.Fields[i].Name {
			p.Add(path+".field", "must be the field of the same place")
		}
		levels := make([]Level, len(c.Levels))
		for j, l := range c.Levels {
			levels[j] = l.Level
			if !probability(l.M) || !probability(l.U) || !(math.Abs(l.Bits) <= maxBits) {
				p.Addf(path+".levels["+strconv.Itoa(j)+"]", "m and u must be probabilities, bits within ±%d", maxBits)
			}
		}
		if len(levels) == 0 {
			p.Add(path+".levels", "is empty")
		}
		checkLevels(&p, path+".levels", levels)
	}
	checkGroups(&p, m.Groups, m.Fields)
	return p.Err()
}

func probability(x float64) bool { return x >= 0 && x <= 1 }

func checkGroups(p *b2b.Problems, groups []Group, fields []Field) {
	used := map[string]bool{}
	has := map[string]bool{}
	for _, f := range fields {
		has[f.Name] = true
	}
	for i, g := range groups {
		path := "groups[" + strconv.Itoa(i) + "]"
		if len(g.Fields) < 2 {
			p.Add(path, "a group needs two fields")
		}
		for _, f := range g.Fields {
			if !has[f] {
				p.Add(path, "no such field")
			}
			if used[f] {
				p.Add(path, "a field is in two groups")
			}
			used[f] = true
		}
	}
}

// probabilityOf is 1/(1+2^−w).
func probabilityOf(w float64) float64 { return 1 / (1 + math.Exp2(-w)) }

// bitsOf is log2(p/(1−p)).
func bitsOf(p float64) float64 { return math.Log2(p) - math.Log2(1-p) }

// Probability returns the probability that belongs to a total weight in bits.
func Probability(bits float64) float64 { return probabilityOf(bits) }

// Bits returns the weight in bits that belongs to a probability; probabilities are taken within [1e-12, 1−1e-12].
func Bits(p float64) float64 { return bitsOf(min(max(p, 1e-12), 1-1e-12)) }

func clampBits(w float64) float64 { return min(max(w, -maxBits), maxBits) }

// setBits works out the weights from the probabilities; asserted ones stay.
func (m *Model) setBits() {
	for i := range m.Comparisons {
		for j := range m.Comparisons[i].Levels {
			l := &m.Comparisons[i].Levels[j]
			if l.Level.Bits != nil {
				l.Bits = *l.Level.Bits
				continue
			}
			l.Bits = clampBits(math.Log2(l.M / l.U))
		}
	}
	for i := range m.Joint {
		for j := range m.Joint[i].Tuples {
			t := &m.Joint[i].Tuples[j]
			t.Bits = clampBits(math.Log2(t.M / t.U))
		}
	}
}
