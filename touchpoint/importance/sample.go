package importance

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/buyerjourney/b2b/internal/exact"
	"github.com/buyerjourney/b2b/internal/stream"
)

// Sample is what a [Survey] held at one moment. It is immutable and safe for concurrent use.
type Sample struct {
	cfg     SurveyConfig
	seen    int64
	missing []int64
	rows
	names []string
}

// Result returns what the survey holds now. Rows are only ever appended, so that the sample shares their memory.
func (s *Survey) Result() *Sample {
	return &Sample{
		cfg: s.cfg.clone(), seen: s.seen, missing: slices.Clone(s.missing), rows: s.rows.view(), names: slices.Clip(s.names),
	}
}

// Rows returns how many rows were added, and how many of them are complete.
func (s *Sample) Rows() (all, used int64) { return s.seen, int64(s.n) }

// Missing returns how many rows lack an answer in each column: outcome, drivers, stated, in this order.
func (s *Sample) Missing() []int64 { return slices.Clone(s.missing) }

func (s *Sample) drivers() int { return len(s.cfg.Drivers) }

// moments are what every measure but the logistic one is computed from.
type moments struct {
	p    int
	n    float64   // rows
	w    float64   // sum of weights
	mean []float64 // of drivers, outcome, stated
	cov  []float64 // (p+1)² matrix of Σw(x−m)(y−m) of drivers and outcome
}

// moments returns those of the sample; sums are exact, so that the order of the rows has no influence.
func (s *Sample) moments() *moments {
	if m := s.integerMoments(); m != nil {
		return m
	}
	p := s.drivers()
	m := &moments{p: p, n: float64(s.n), mean: make([]float64, s.q), cov: make([]float64, (p+1)*(p+1))}
	var w exact.Sum
	sums := make([]exact.Sum, s.q)
	for i := range s.n {
		weight := s.tag(i).weight
		w.Add(weight)
		for j, x := range s.row(i) {
			sums[j].AddProduct(weight, x)
		}
	}
	m.w = w.Float64()
	for j := range sums {
		m.mean[j] = sums[j].Float64() / m.w
	}
	cross := make([]exact.Sum, (p+1)*(p+1))
	c := make([]float64, p+1)
	varies := make([]bool, p+1) // a mean may round, so that a constant column seems to vary around it
	for i := range s.n {
		for j, x := range s.row(i)[:p+1] {
			c[j] = x - m.mean[j]
			varies[j] = varies[j] || x != s.row(0)[j]
		}
		for j := range c {
			wc := s.tag(i).weight * c[j]
			for k := j; k <= p; k++ {
				cross[j*(p+1)+k].AddProduct(wc, c[k])
			}
		}
	}
	for j := range c {
		for k := j; k <= p; k++ {
			x := 0.0
			if varies[j] && varies[k] {
				x = cross[j*(p+1)+k].Float64()
			}
			m.cov[j*(p+1)+k], m.cov[k*(p+1)+j] = x, x
		}
	}
	return m
}

// integerMoments is the quick way for ratings: whole numbers below 2^20 and no weights; nil for any other data.
func (s *Sample) integerMoments() *moments {
	const limit = 1 << 20
	if s.n > 1<<22 {
		return nil
	}
	p := s.drivers()
	sums := make([]int64, s.q)
	cross := newProducts(p + 1)
	row := make([]int64, s.q)
	for i := range s.n {
		if s.tag(i).weight != 1 {
			return nil
		}
		bits := uint64(0)
		for j, x := range s.row(i) {
			k := int64(x)
			if float64(k) != x || k <= -limit || k >= limit {
				return nil
			}
			row[j] = k
			sums[j] += k
			bits |= uint64(k)
		}
		if bits < packable {
			cross.addPacked(row[:p+1])
		} else {
			cross.add(row[:p+1])
		}
	}
	products := cross.result()
	n := int64(s.n)
	m := &moments{p: p, n: float64(n), w: float64(n), mean: make([]float64, s.q), cov: make([]float64, (p+1)*(p+1))}
	for j, x := range sums {
		m.mean[j] = float64(x) / float64(n)
	}
	for j := range p + 1 {
		for k := j; k <= p; k++ { // Σxy − ΣxΣy/n, one rounding
			var d exact.Wide
			d.AddProduct(n, products[j*(p+1)+k])
			d.SubProduct(sums[j], sums[k])
			x := d.Float64() / float64(n)
			m.cov[j*(p+1)+k], m.cov[k*(p+1)+j] = x, x
		}
	}
	return m
}

// units is the division of the rows into what is resampled.
type units struct {
	order []int32  // rows, in canonical order
	of    []int32  // unit of each row of order
	keys  []uint64 // stable key of each unit
}

// Above maxRowUnits rows, rows are resampled in manyUnits groups.
const (
	maxRowUnits = 5000
	manyUnits   = 1000
)

// resampling returns the units: groups if any row has one, else rows, or groups of rows by a stable hash.
func (s *Sample) resampling() *units {
	type item struct {
		key uint64
		row int32
	}
	items := make([]item, s.n)
	var buf []byte
	for i := range items {
		t := s.tag(i)
		key := t.key
		if key == 0 {
			buf = buf[:0]
			for _, x := range s.row(i) {
				buf = binary.BigEndian.AppendUint64(buf, math.Float64bits(x))
			}
			buf = binary.BigEndian.AppendUint64(buf, math.Float64bits(t.weight))
			buf = append(buf, s.names[t.group]...)
			key = hash(buf)
		}
		items[i] = item{key, int32(i)}
	}
	slices.SortFunc(items, func(a, b item) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		return slices.Compare(s.row(int(a.row)), s.row(int(b.row)))
	})
	u := &units{order: make([]int32, s.n), of: make([]int32, s.n)}
	grouped := len(s.names) > 1
	named := slices.Sorted(slices.Values(s.names[1:]))
	for _, n := range named {
		u.keys = append(u.keys, stream.Hash(n))
	}
	if !grouped && s.n > maxRowUnits {
		for g := range uint64(manyUnits) {
			u.keys = append(u.keys, stream.Hash("group")+g)
		}
	}
	repeats := uint64(0)
	for i, it := range items {
		u.order[i] = it.row
		if i > 0 && items[i-1].key == it.key {
			repeats++ // equal rows without a key are still independent units
		} else {
			repeats = 0
		}
		key := it.key + repeats*0x9e3779b97f4a7c15
		switch group := s.tag(int(it.row)).group; {
		case group != 0:
			g, _ := slices.BinarySearch(named, s.names[group])
			u.of[i] = int32(g)
		case !grouped && s.n > maxRowUnits:
			u.of[i] = int32(key % manyUnits)
		default:
			u.of[i] = int32(len(u.keys))
			u.keys = append(u.keys, key)
		}
	}
	return u
}

// hash is FNV-1a over words of eight bytes, with the finaliser of splitmix64.
func hash(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for len(b) >= 8 {
		h = (h ^ binary.BigEndian.Uint64(b)) * 0xd6e8feb86659fd93
		h ^= h >> 32
		b = b[8:]
	}
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
