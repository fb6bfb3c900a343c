package conformance

import (
	"math"
	"slices"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/internal/exact"
	"github.com/buyerjourney/b2b/journey"
)

// ProfileConfig says how times are judged. The zero value is valid.
type ProfileConfig struct {
	Zeta     float64   // most deviations from the mean; 0 is 3
	MinN     int       // least number of times behind a pair that is judged; 0 is 2
	Calendar *Calendar // nil counts all time
}

// Profile is the temporal profile of journeys (Stertz, Mangler & Rinderle-Ma 2020): for every pair of steps of which the
// second comes some time after the first in one journey, mean and deviation of the time from the one to the other. It is
// an accumulator with exact sums; use [NewProfile]. The zero value takes over the configuration of the first that it is
// merged with. The cost is the square of a journey's length. Not safe for concurrent use while it is changed.
type Profile struct {
	config   ProfileConfig
	calendar *calendar
	key      string
	index    map[string]uint32
	names    []string
	pairs    map[uint64]*moments
	codes    []uint32
}

// moments are the exact sums of a pair.
type moments struct {
	n       int64
	sum, sq exact.Wide
}

// NewProfile makes an empty profile.
func NewProfile(c ProfileConfig) (*Profile, error) {
	var p b2b.Problems
	if c.Zeta < 0 || math.IsNaN(c.Zeta) || math.IsInf(c.Zeta, 0) {
		p.Add("config.zeta", "not a finite number ≥ 0")
	}
	if c.MinN < 0 {
		p.Add("config.min_n", "below 0")
	}
	cal, err := c.Calendar.compile()
	p.Join("config", err)
	if err := p.Err(); err != nil {
		return nil, err
	}
	return &Profile{config: c, calendar: cal, key: c.Calendar.key()}, nil
}

func (p *Profile) code(s string) uint32 {
	if i, ok := p.index[s]; ok {
		return i
	}
	if p.index == nil {
		p.index = make(map[string]uint32)
	}
	i := uint32(len(p.names))
	p.names = append(p.names, s)
	p.index[s] = i
	return i
}

// Add takes in the times of a journey; one of a log without times has none. The zero Journey is an error.
func (p *Profile) Add(j journey.Journey) error {
	return p.each(j, func(m *moments, us int64) {
		m.n++
		m.sum.Add(us)
		m.sq.AddSquare(us)
	})
}

// Sub takes a journey out again. Where that would make a count negative, p is unchanged and the error is a
// [*b2b.InvalidError].
func (p *Profile) Sub(j journey.Journey) error {
	err := p.each(j, func(m *moments, us int64) {
		m.n--
		m.sum.Sub(us)
		m.sq.SubSquare(us)
	})
	if err != nil {
		return err
	}
	if p.prune() {
		_ = p.Add(j)
		p.prune()
		return &b2b.InvalidError{Path: "journey", Reason: "was not added before: a count would be negative"}
	}
	return nil
}

// prune drops pairs that nothing is left of, and reports whether some pair has less than nothing.
func (p *Profile) prune() (negative bool) {
	for key, m := range p.pairs {
		if m.n < 0 || m.n == 0 && (!m.sum.IsZero() || !m.sq.IsZero()) {
			negative = true
		} else if m.n == 0 {
			delete(p.pairs, key)
		}
	}
	return negative
}

// each visits all pairs of events of a journey.
func (p *Profile) each(j journey.Journey, do func(*moments, int64)) error {
	if j.Log() == nil {
		return &b2b.InvalidError{Path: "journey", Reason: "the zero value is no journey"}
	}
	if !j.Log().Timed() {
		return nil
	}
	if p.pairs == nil {
		p.pairs = make(map[uint64]*moments)
	}
	p.codes = p.codes[:0]
	for i := range j.Len() {
		p.codes = append(p.codes, p.code(string(j.Step(i))))
	}
	from, _ := j.Rows()
	at := j.Log().Rows().At[from:]
	for i, a := range p.codes {
		for k := i + 1; k < len(p.codes); k++ {
			key := uint64(a)<<32 | uint64(p.codes[k])
			m := p.pairs[key]
			if m == nil {
				m = new(moments)
				p.pairs[key] = m
			}
			do(m, p.calendar.between(at[i], at[k]))
		}
	}
	return nil
}

// Merge adds the times of other, which is unchanged. Another configuration is [b2b.ErrConfigMismatch].
func (p *Profile) Merge(other *Profile) error {
	if len(other.pairs) == 0 && other.key == "" && other.config == (ProfileConfig{}) {
		return nil
	}
	if len(p.pairs) == 0 && p.key == "" && p.config == (ProfileConfig{}) {
		p.config, p.calendar, p.key = other.config, other.calendar, other.key
	}
	if p.key != other.key || p.zeta() != other.zeta() || p.minN() != other.minN() {
		return b2b.ErrConfigMismatch
	}
	if p.pairs == nil {
		p.pairs = make(map[uint64]*moments)
	}
	to := make([]uint32, len(other.names))
	for i, s := range other.names {
		to[i] = p.code(s)
	}
	for _, key := range sortedKeys(other.pairs) {
		o := *other.pairs[key]
		k := uint64(to[key>>32])<<32 | uint64(to[uint32(key)])
		m := p.pairs[k]
		if m == nil {
			m = new(moments)
			p.pairs[k] = m
		}
		m.n += o.n
		m.sum.Merge(&o.sum)
		m.sq.Merge(&o.sq)
	}
	return nil
}

func sortedKeys(m map[uint64]*moments) []uint64 {
	keys := make([]uint64, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (p *Profile) zeta() float64 {
	if p.config.Zeta == 0 {
		return 3
	}
	return p.config.Zeta
}

func (p *Profile) minN() int64 {
	if p.config.MinN == 0 {
		return 2
	}
	return int64(p.config.MinN)
}

// PairTimes is the time from one step to another, in seconds. SD is that of a sample, 0 for one time.
type PairTimes struct {
	From, To string
	N        int64
	Mean, SD float64
}

// Pairs returns the profile in the order of the names.
func (p *Profile) Pairs() []PairTimes {
	keys := p.ordered()
	out := make([]PairTimes, len(keys))
	for i, key := range keys {
		m := p.pairs[key]
		mean, sd := m.moments()
		out[i] = PairTimes{p.names[key>>32], p.names[uint32(key)], m.n, mean / 1e6, sd / 1e6}
	}
	return out
}

func (p *Profile) ordered() []uint64 {
	keys := sortedKeys(p.pairs)
	slices.SortFunc(keys, func(x, y uint64) int {
		if c := strings.Compare(p.names[x>>32], p.names[y>>32]); c != 0 {
			return c
		}
		return strings.Compare(p.names[uint32(x)], p.names[uint32(y)])
	})
	return keys
}

// moments returns mean and sample deviation in microseconds.
func (m *moments) moments() (mean, sd float64) {
	_, mean, sd = exact.Moments(m.n, 1, &m.sum, &m.sq)
	return mean, sd
}

// TimeDeviation is a pair of events of a journey whose time lies outside the profile. Seconds is the time, Z how many
// deviations it lies from the mean; a Z of a pair without spread is not known and 0.
type TimeDeviation struct {
	Journey, From, To int
	Seconds, Z        float64
}

// Judge returns the deviations of a journey: pairs whose time is strictly outside mean ± ζ·deviation, of those with enough
// times behind them. Pairs that the profile does not know are not judged.
func (p *Profile) Judge(j journey.Journey) []TimeDeviation {
	return p.judge(j, make(map[*moments]bounds))
}

// bounds are what a pair is judged by, in microseconds.
type bounds struct {
	mean, sd, low, high float64
}

func (p *Profile) judge(j journey.Journey, known map[*moments]bounds) []TimeDeviation {
	if j.Log() == nil || !j.Log().Timed() {
		return nil
	}
	var out []TimeDeviation
	from, _ := j.Rows()
	at := j.Log().Rows().At[from:]
	codes := make([]int64, j.Len())
	for i := range codes {
		codes[i] = -1
		if c, ok := p.index[string(j.Step(i))]; ok {
			codes[i] = int64(c)
		}
	}
	for i, a := range codes {
		for k := i + 1; k < len(codes); k++ {
			if a < 0 || codes[k] < 0 {
				continue
			}
			m := p.pairs[uint64(a)<<32|uint64(codes[k])]
			if m == nil || m.n < p.minN() {
				continue
			}
			b, ok := known[m]
			if !ok {
				b.mean, b.sd = m.moments()
				width := float64(p.zeta() * b.sd)
				b.low, b.high = b.mean-width, b.mean+width
				known[m] = b
			}
			d := float64(p.calendar.between(at[i], at[k]))
			if d < b.low || d > b.high {
				x := TimeDeviation{Journey: j.Index(), From: i, To: k, Seconds: d / 1e6}
				if b.sd > 0 {
					x.Z = (d - b.mean) / b.sd
				}
				out = append(out, x)
			}
		}
	}
	return out
}

// Check judges all journeys of a log, in order.
func (p *Profile) Check(log *journey.Log) []TimeDeviation {
	var out []TimeDeviation
	known := make(map[*moments]bounds)
	for i := range log.Journeys() {
		out = append(out, p.judge(log.Journey(i), known)...)
	}
	return out
}

// AppendBinary appends the canonical binary form, with names and the fingerprint of the configuration.
func (p *Profile) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, version)
	dst = bin.AppendString(dst, p.key)
	dst = bin.AppendFloat64(dst, p.config.Zeta)
	dst = bin.AppendUvarint(dst, uint64(p.config.MinN))
	keys := p.ordered()
	dst = bin.AppendUvarint(dst, uint64(len(keys)))
	for _, key := range keys {
		m := p.pairs[key]
		dst = bin.AppendString(dst, p.names[key>>32])
		dst = bin.AppendString(dst, p.names[uint32(key)])
		dst = bin.AppendUvarint(dst, uint64(m.n))
		dst = m.sum.AppendBinary(dst)
		dst = m.sq.AppendBinary(dst)
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote into a profile with the same configuration, or into the zero value where
// the calendar is always open; else the error is [b2b.ErrConfigMismatch]. On an error p is unchanged.
func (p *Profile) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(version)
	n := Profile{key: r.String(), pairs: make(map[uint64]*moments)}
	n.config.Zeta, n.config.MinN = r.Finite(), int(r.Uvarint())
	var last [2]string
	for i := range r.Count(6) {
		pair := [2]string{r.String(), r.String()}
		c := r.Uvarint()
		m := &moments{n: int64(c)}
		for _, w := range []*exact.Wide{&m.sum, &m.sq} {
			rest, err := w.Decode(r.Rest())
			if err != nil {
				r.Fail(err)
				break
			}
			r.Skip(r.Len() - len(rest))
		}
		if r.Err() == nil && (c == 0 || c > 1<<62 || i > 0 && (pair[0] < last[0] || pair[0] == last[0] && pair[1] <= last[1])) {
			r.Fail(bin.ErrCorrupt)
		}
		if r.Err() != nil {
			break
		}
		last = pair
		n.pairs[uint64(n.code(pair[0]))<<32|uint64(n.code(pair[1]))] = m
	}
	if err := r.Done(); err != nil {
		return err
	}
	if n.config.Zeta < 0 || n.config.MinN < 0 {
		return bin.ErrCorrupt
	}
	if n.key != p.key {
		return b2b.ErrConfigMismatch
	}
	n.config.Calendar, n.calendar = p.config.Calendar, p.calendar
	*p = n
	return nil
}
