package discovery

import (
	"maps"
	"math"
	"math/bits"
	"slices"

	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/internal/exact"
)

// Times summarises durations, in seconds. The zero value summarises none. It is a plain value.
type Times struct {
	N              int64
	Mean, SD       float64 // SD is that of a sample, 0 for one duration
	Min, Max, Sum  float64
	Median         float64 // where MedianLow and MedianHigh are equal; else their middle
	MedianLow      float64 // the median lies in [MedianLow, MedianHigh],
	MedianHigh     float64 // which is at most 1 % wide
	HasExactMedian bool
}

// spread sums up durations in microseconds, exactly: sums of values and squares as wide integers, and the counts of
// buckets that are less than 1 % wide. The zero value is empty.
type spread struct {
	n        int64
	sum, sq  exact.Wide
	min, max int64
	buckets  map[uint32]int64
}

func (s *spread) add(us int64) {
	if s.n == 0 {
		s.min, s.max = us, us
	}
	s.n++
	s.min, s.max = min(s.min, us), max(s.max, us)
	s.sum.Add(us)
	s.sq.AddSquare(us)
	if s.buckets == nil {
		s.buckets = make(map[uint32]int64)
	}
	s.buckets[bucketOf(us)]++
}

func (s *spread) merge(o *spread) {
	if o.n == 0 {
		return
	}
	if s.n == 0 {
		s.min, s.max = o.min, o.max
	}
	s.n += o.n
	s.min, s.max = min(s.min, o.min), max(s.max, o.max)
	s.sum.Merge(&o.sum)
	s.sq.Merge(&o.sq)
	if s.buckets == nil {
		s.buckets = make(map[uint32]int64)
	}
	for b, n := range maps.Clone(o.buckets) {
		s.buckets[b] += n
	}
}

// Buckets: values below 128 have one each; above, each power of two is cut into 128 equal parts. Negative values, which
// an order by time does not give, share the first.
const bucketBits = 7

func bucketOf(us int64) uint32 {
	if us < 1<<bucketBits {
		return uint32(max(us, 0))
	}
	shift := bits.Len64(uint64(us)) - bucketBits - 1
	return uint32(shift)<<bucketBits + uint32(us>>shift)
}

// bucketRange returns the least and the greatest value of a bucket.
func bucketRange(b uint32) (lo, hi int64) {
	if b < 1<<(bucketBits+1) {
		return int64(b), int64(b)
	}
	shift := b>>bucketBits - 1
	lo = int64(b-shift<<bucketBits) << shift
	return lo, lo + 1<<shift - 1
}

// bucketCount is the number of buckets of an int64.
const bucketCount = 1 << (bucketBits + 6)

// times returns the summary; the median comes from the buckets.
func (s *spread) times() Times {
	t := moments(s.n, &s.sum, &s.sq)
	if s.n == 0 {
		return t
	}
	t.Min, t.Max = seconds(s.min), seconds(s.max)
	lower, upper := (s.n-1)/2, s.n/2
	var seen int64
	var lo, hi int64
	found := false
	for _, b := range slices.Sorted(maps.Keys(s.buckets)) {
		seen += s.buckets[b]
		l, h := bucketRange(b)
		if !found && seen > lower {
			lo, hi, found = l, h, true
		}
		if seen > upper {
			lo, hi = lo+l, hi+h
			break
		}
	}
	t.MedianLow, t.MedianHigh = max(float64(lo)/2e6, t.Min), min(float64(hi)/2e6, t.Max)
	t.Median = t.MedianLow + (t.MedianHigh-t.MedianLow)/2
	return t
}

func seconds(us int64) float64 { return float64(us) / 1e6 }

// moments fills in what follows from the sums, which are exact.
func moments(n int64, sum, sq *exact.Wide) Times {
	t := Times{N: n}
	t.Sum, t.Mean, t.SD = exact.Moments(n, microsPerSecond, sum, sq)
	return t
}

const microsPerSecond = 1_000_000

// exactTimes summarises durations and finds their median; it changes the order of us.
func exactTimes(us []int64) Times {
	var sum, sq exact.Wide
	least, most := int64(math.MaxInt64), int64(math.MinInt64)
	for _, x := range us {
		sum.Add(x)
		sq.AddSquare(x)
		least, most = min(least, x), max(most, x)
	}
	t := moments(int64(len(us)), &sum, &sq)
	t.HasExactMedian = true
	if len(us) == 0 {
		return t
	}
	t.Min, t.Max = seconds(least), seconds(most)
	k := len(us) / 2
	upper := nth(us, k)
	t.Median = seconds(upper)
	if len(us)%2 == 0 {
		t.Median = float64(slices.Max(us[:k])+upper) / 2e6
	}
	t.MedianLow, t.MedianHigh = t.Median, t.Median
	return t
}

// nth puts the k-th smallest value in its place, the smaller ones before it, and returns it (Hoare 1961).
func nth(x []int64, k int) int64 {
	lo, hi := 0, len(x)-1
	for hi-lo > 16 {
		mid := lo + (hi-lo)/2
		if x[mid] < x[lo] {
			x[mid], x[lo] = x[lo], x[mid]
		}
		if x[hi] < x[lo] {
			x[hi], x[lo] = x[lo], x[hi]
		}
		if x[hi] < x[mid] {
			x[hi], x[mid] = x[mid], x[hi]
		}
		pivot := x[mid]
		i, j := lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for pivot < x[j] {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return x[k]
		}
	}
	slices.Sort(x[lo : hi+1])
	return x[k]
}

func (s *spread) append(dst []byte) []byte {
	dst = bin.AppendUvarint(dst, uint64(s.n))
	dst = bin.AppendVarint(dst, s.min)
	dst = bin.AppendVarint(dst, s.max)
	dst = s.sum.AppendBinary(dst)
	dst = s.sq.AppendBinary(dst)
	dst = bin.AppendUvarint(dst, uint64(len(s.buckets)))
	for _, b := range slices.Sorted(maps.Keys(s.buckets)) {
		dst = bin.AppendUvarint(dst, uint64(b))
		dst = bin.AppendUvarint(dst, uint64(s.buckets[b]))
	}
	return dst
}

func readSpread(r *bin.Reader) spread {
	s := spread{n: readCount(r), min: r.Varint(), max: r.Varint()}
	for _, w := range []*exact.Wide{&s.sum, &s.sq} {
		rest, err := w.Decode(r.Rest())
		if err != nil {
			r.Fail(err)
			return s
		}
		r.Skip(r.Len() - len(rest))
	}
	total, last := int64(0), -1
	for range r.Count(2) {
		b, n := r.Uvarint(), readCount(r)
		if b >= bucketCount || int(b) <= last || n == 0 || total > 1<<62-n {
			r.Fail(bin.ErrCorrupt)
			return s
		}
		if s.buckets == nil {
			s.buckets = make(map[uint32]int64)
		}
		s.buckets[uint32(b)] = n
		total, last = total+n, int(b)
	}
	if total != s.n || s.min > s.max || s.n == 0 && (s.min != 0 || s.max != 0) {
		r.Fail(bin.ErrCorrupt)
	}
	return s
}
