package match

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Linkage says how pairs become clusters. It is a closed enumeration; zero is [UnknownLinkage], which stands for Average.
type Linkage uint8

// The linkages.
const (
	UnknownLinkage Linkage = iota
	Average                // clusters unite while the mean weight over all their cross pairs reaches the threshold
	Single                 // clusters unite on one pair that reaches the threshold
)

var linkages = enum.New[Linkage]("linkage", "unknown", "average", "single")

// String returns the name of the linkage.
func (l Linkage) String() string { return linkages.String(l) }

// AppendText implements [encoding.TextAppender].
func (l Linkage) AppendText(dst []byte) ([]byte, error) { return linkages.AppendText(dst, l) }

// MarshalText implements [encoding.TextMarshaler].
func (l Linkage) MarshalText() ([]byte, error) { return linkages.AppendText(nil, l) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (l *Linkage) UnmarshalText(text []byte) error { return linkages.UnmarshalText(l, text) }

// ClusterConfig says how clusters are made. The zero value is average linkage at a probability of 0.95.
type ClusterConfig struct {
	Auto     float64 // probability from which pairs are linked; 0 = 0.95
	Mean     float64 // average linkage: clusters unite while their mean weight reaches this probability; 0 = Auto
	Linkage  Linkage
	OneToOne bool     // at most one row of each source in a cluster, best pairs first
	Cross    bool     // pairs of one source do not count
	Unique   []string // fields of which a cluster may hold one value only
	// Always lists pairs that are linked whatever their weight, unless a veto or a unique field stands between them.
	Always []Pair
	// Veto, if given, says which pairs may never be in one cluster, and why. It must be pure.
	Veto    func(a, b uint32) (cause string, veto bool)
	Workers int
}

// DefaultAuto is the probability from which pairs are linked.
const DefaultAuto = 0.95

// Refusal is a pair at or above the threshold whose rows are not in one cluster, and why.
type Refusal struct {
	Pair

	Cause string
}

// Clusters is a partition of the rows of a table. It is immutable and safe for concurrent use.
type Clusters struct {
	Of      []uint32  // by row: the smallest row of its cluster
	Refused []Refusal // by rows
	Links   []Pair    // the pairs that reached the threshold, by rows
}

// Members lists the clusters by smallest row, each with its rows ascending; those of one row included.
func (c *Clusters) Members() [][]uint32 {
	at := make(map[uint32]int, len(c.Of))
	var out [][]uint32
	for r, first := range c.Of {
		i, ok := at[first]
		if !ok {
			i = len(out)
			at[first] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], uint32(r))
	}
	return out
}

// averageLimit is the size of a component above which average linkage tests at most sampledPairs cross pairs.
const (
	averageLimit = 2000
	sampledPairs = 64
)

type clusterer struct {
	s       *Scorer
	cfg     ClusterConfig
	auto    float64
	mean    float64
	always  map[[2]uint32]bool
	unique  []int
	guarded bool // vetoes or unique fields exist
}

// Cluster makes clusters of scored pairs, which [Scorer.Predict] gives in order. Vetoed pairs and values of unique fields
// keep clusters apart.
func (s *Scorer) Cluster(pairs []Pair, cfg ClusterConfig) (*Clusters, error) {
	c := &clusterer{s: s, cfg: cfg}
	var p b2b.Problems
	if cfg.Auto == 0 {
		c.cfg.Auto = DefaultAuto
	} else if !(cfg.Auto > 0 && cfg.Auto < 1) {
		p.Add("auto", "must lie between 0 and 1")
	}
	for i, name := range cfg.Unique {
		f := s.t.Field(name)
		if f < 0 {
			p.Add("unique["+strconv.Itoa(i)+"]", "no such field")
		}
		c.unique = append(c.unique, f)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	c.auto = bitsOf(c.cfg.Auto)
	c.mean = c.auto
	if cfg.Mean > 0 && cfg.Mean < c.cfg.Auto {
		c.mean = bitsOf(cfg.Mean)
	}
	c.guarded = cfg.Veto != nil || len(c.unique) > 0 || cfg.OneToOne
	for _, v := range s.vetoes {
		c.guarded = c.guarded || slices.Contains(v, true)
	}
	var links []Pair
	for _, x := range pairs {
		if x.Bits >= c.auto {
			links = append(links, x)
		}
	}
	if len(cfg.Always) > 0 {
		links = c.withAlways(links)
	}
	out := &Clusters{Of: make([]uint32, s.t.n), Links: links}
	parts := c.components(links)
	results := make([][]Refusal, len(parts))
	inParallel(cfg.Workers, len(parts), func(i int) { results[i] = c.component(parts[i], out.Of) })
	for _, r := range results {
		out.Refused = append(out.Refused, r...)
	}
	slices.SortFunc(out.Refused, func(a, b Refusal) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return out, nil
}

// withAlways adds the pairs that are linked anyway, with the largest weight; the result is sorted by rows.
func (c *clusterer) withAlways(links []Pair) []Pair {
	c.always = map[[2]uint32]bool{}
	var extra []Pair
	for _, p := range c.cfg.Always {
		key := [2]uint32{min(p.A, p.B), max(p.A, p.B)}
		if p.A == p.B || c.always[key] {
			continue
		}
		c.always[key] = true
		extra = append(extra, Pair{A: key[0], B: key[1], Bits: maxBits})
	}
	links = slices.DeleteFunc(slices.Clone(links), func(p Pair) bool { return c.always[[2]uint32{p.A, p.B}] })
	links = append(links, extra...)
	slices.SortFunc(links, func(a, b Pair) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return links
}

// part is a run of components for one job: rows and links of each.
type part struct {
	rows  [][]uint32
	links [][]Pair
}

// components cuts the rows into those that links connect. Rows alone are left to the caller: their cluster is set here.
func (c *clusterer) components(links []Pair) []part {
	n := c.s.t.n
	parent := make([]uint32, n)
	for i := range parent {
		parent[i] = uint32(i)
	}
	find := func(i uint32) uint32 {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for _, l := range links {
		a, b := find(l.A), find(l.B)
		if a != b {
			parent[max(a, b)] = min(a, b)
		}
	}
	count := make([]uint32, n+1)
	for i := range n {
		count[find(uint32(i))+1]++
	}
	for i := range n {
		count[i+1] += count[i]
	}
	at := slices.Clone(count[:n])
	rows := make([]uint32, n)
	for i := range n {
		root := find(uint32(i))
		rows[at[root]] = uint32(i)
		at[root]++
	}
	edges := make([]uint32, n+1)
	for _, l := range links {
		edges[find(l.A)+1]++
	}
	for i := range n {
		edges[i+1] += edges[i]
	}
	byRoot := make([]Pair, len(links))
	next := slices.Clone(edges[:n])
	for _, l := range links {
		root := find(l.A)
		byRoot[next[root]] = l
		next[root]++
	}
	const run = 4096
	var out []part
	size := run
	for root := range n {
		members := rows[count[root]:count[root+1]]
		if len(members) == 0 {
			continue
		}
		if size >= run {
			out = append(out, part{})
			size = 0
		}
		p := &out[len(out)-1]
		p.rows = append(p.rows, members)
		p.links = append(p.links, byRoot[edges[root]:edges[root+1]])
		size += len(members)
	}
	return out
}

// component resolves the components of a part and writes the clusters.
func (c *clusterer) component(p part, of []uint32) []Refusal {
	var refused []Refusal
	var m *memo
	for i, rows := range p.rows {
		if m == nil && len(rows) > 2 {
			m = newMemo(c.s.comps, memoSize)
		}
		switch {
		case len(rows) == 1:
			of[rows[0]] = rows[0]
		case len(rows) == 2 && !c.guarded:
			of[rows[0]], of[rows[1]] = rows[0], rows[0]
		case c.cfg.Linkage == Single || c.cfg.OneToOne:
			refused = append(refused, c.inOrder(rows, p.links[i], of, nil)...)
		case len(rows) > averageLimit:
			refused = append(refused, c.inOrder(rows, p.links[i], of, c.meanOfSome)...)
		default:
			refused = append(refused, c.average(rows, p.links[i], of, m)...)
		}
	}
	return refused
}

// apart says why two rows may not be in one cluster.
func (c *clusterer) apart(a, b uint32) string {
	if c.cfg.OneToOne && c.s.t.sameSource(a, b) {
		return "one_to_one"
	}
	for k, f := range c.unique {
		col := c.s.t.cols[f]
		x, y := c.s.t.row(a)[f], c.s.t.row(b)[f]
		if x != 0 && y != 0 && col.class(x) != col.class(y) {
			return "unique:" + c.cfg.Unique[k]
		}
	}
	if c.cfg.Veto != nil {
		if cause, veto := c.cfg.Veto(a, b); veto {
			return cause
		}
	}
	return ""
}

// blocked says why two clusters may not unite.
func (c *clusterer) blocked(a, b []uint32) string {
	if !c.guarded {
		return ""
	}
	for _, x := range a {
		for _, y := range b {
			if cause := c.apart(x, y); cause != "" {
				return cause
			}
			if _, veto, _ := c.s.pair(x, y, math.Inf(-1), nil); veto {
				return "veto"
			}
		}
	}
	return ""
}

// inOrder unites clusters link by link, the strongest first, ties by rows; mean, if given, is asked as well.
func (c *clusterer) inOrder(rows []uint32, links []Pair, of []uint32, mean func(a, b []uint32) float64) []Refusal {
	sorted := slices.Clone(links)
	slices.SortFunc(sorted, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.Bits, a.Bits), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	place := make(map[uint32]int, len(rows))
	cluster := make([]int, len(rows))
	members := make([][]uint32, len(rows))
	for i, r := range rows {
		place[r], cluster[i], members[i] = i, i, []uint32{r}
	}
	var refused []Refusal
	for _, l := range sorted {
		a, b := cluster[place[l.A]], cluster[place[l.B]]
		if a == b {
			continue
		}
		cause := c.blocked(members[a], members[b])
		if cause == "" && mean != nil && !c.always[[2]uint32{l.A, l.B}] && mean(members[a], members[b]) < c.mean {
			cause = "average"
		}
		if cause != "" {
			refused = append(refused, Refusal{Pair: l, Cause: cause})
			continue
		}
		if len(members[a]) < len(members[b]) {
			a, b = b, a
		}
		for _, r := range members[b] {
			cluster[place[r]] = a
		}
		members[a] = append(members[a], members[b]...)
		members[b] = nil
	}
	for _, list := range members {
		if len(list) == 0 {
			continue // taken up by another cluster
		}
		first := slices.Min(list)
		for _, r := range list {
			of[r] = first
		}
	}
	return slices.DeleteFunc(refused, func(r Refusal) bool { return of[r.A] == of[r.B] })
}

// meanOfSome is the mean weight over at most 64 cross pairs, evenly spaced in the order of rows.
func (c *clusterer) meanOfSome(a, b []uint32) float64 {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	all := len(a) * len(b)
	n := min(all, sampledPairs)
	sum := 0.0
	for i := range n {
		at := i * all / n
		w, _, _ := c.s.pair(a[at/len(b)], b[at%len(b)], math.Inf(-1), nil)
		sum += w
	}
	return sum / float64(n)
}

// average is agglomerative clustering by mean weight (unweighted pair groups, UPGMA) inside a component.
func (c *clusterer) average(rows []uint32, links []Pair, of []uint32, m *memo) []Refusal {
	a := newAgglomeration(c, rows, links, m)
	for a.merge(c) {
	}
	for i, r := range rows {
		of[r] = rows[a.first[a.cluster[i]]]
	}
	var refused []Refusal
	for _, l := range links {
		if of[l.A] != of[l.B] {
			cause := c.between(l)
			refused = append(refused, Refusal{Pair: l, Cause: cause})
		}
	}
	return refused
}

// between says why a link did not unite its rows.
func (c *clusterer) between(l Pair) string {
	if cause := c.apart(l.A, l.B); cause != "" {
		return cause
	}
	if _, veto, _ := c.s.pair(l.A, l.B, math.Inf(-1), nil); veto {
		return "veto"
	}
	return c.cfg.cause()
}

func (cfg ClusterConfig) cause() string {
	if cfg.Linkage == Single {
		return "constraint"
	}
	return "average"
}

// agglomeration holds the sums of weights between the live clusters of a component.
type agglomeration struct {
	k       int
	sum     []float64 // k×k
	num     []float64 // k×k cross pairs that count
	barred  []bool    // k×k
	first   []int     // smallest member of a cluster, −1 if merged away
	best    []int     // best partner, −1 none
	cluster []int
}

func newAgglomeration(c *clusterer, rows []uint32, links []Pair, m *memo) *agglomeration {
	k := len(rows)
	a := &agglomeration{
		k: k, sum: make([]float64, k*k), num: make([]float64, k*k), barred: make([]bool, k*k), first: make([]int, k),
		best: make([]int, k), cluster: make([]int, k),
	}
	known := make([]bool, k*k)
	for _, l := range links {
		i, _ := slices.BinarySearch(rows, l.A)
		j, _ := slices.BinarySearch(rows, l.B)
		a.put(i, j, l.Bits, 1)
		known[i*k+j] = true
	}
	for i := range k {
		a.first[i], a.cluster[i] = i, i
		for j := i + 1; j < k; j++ {
			x, y := rows[i], rows[j]
			if c.guarded {
				bar := c.apart(x, y) != ""
				if !bar {
					_, bar, _ = c.s.pair(x, y, math.Inf(-1), m)
				}
				a.barred[i*k+j], a.barred[j*k+i] = bar, bar
			}
			switch {
			case known[i*k+j]:
			case c.cfg.Cross && c.s.t.sameSource(x, y):
			default:
				w, _, _ := c.s.pair(x, y, math.Inf(-1), m)
				a.put(i, j, w, 1)
			}
		}
	}
	for i := range k {
		a.find(i)
	}
	if len(c.always) > 0 {
		for _, l := range links {
			if !c.always[[2]uint32{l.A, l.B}] {
				continue
			}
			i, _ := slices.BinarySearch(rows, l.A)
			j, _ := slices.BinarySearch(rows, l.B)
			i, j = a.cluster[i], a.cluster[j]
			if i != j && !a.barred[i*k+j] {
				a.unite(min(i, j), max(i, j))
			}
		}
	}
	return a
}

func (a *agglomeration) put(i, j int, w, n float64) {
	a.sum[i*a.k+j], a.sum[j*a.k+i] = w, w
	a.num[i*a.k+j], a.num[j*a.k+i] = n, n
}

// mean is the mean weight between two clusters; −Inf where they may not unite.
func (a *agglomeration) mean(i, j int) float64 {
	at := i*a.k + j
	if a.barred[at] || a.num[at] == 0 {
		return math.Inf(-1)
	}
	return a.sum[at] / a.num[at]
}

// find sets the best partner of cluster i among the later ones: every pair is looked at from its smaller side.
func (a *agglomeration) find(i int) {
	a.best[i] = -1
	if a.first[i] < 0 {
		return
	}
	top := math.Inf(-1)
	for j := i + 1; j < a.k; j++ {
		if a.first[j] < 0 {
			continue
		}
		if m := a.mean(i, j); m > top {
			top, a.best[i] = m, j
		}
	}
}

// merge unites the best pair of clusters if its mean reaches the threshold.
func (a *agglomeration) merge(c *clusterer) bool {
	at, top := -1, math.Inf(-1)
	for i := range a.k {
		if a.first[i] < 0 || a.best[i] < 0 {
			continue
		}
		if m := a.mean(i, a.best[i]); m > top {
			at, top = i, m
		}
	}
	if at < 0 || top < c.mean {
		return false
	}
	a.unite(at, a.best[at])
	return true
}

// unite puts cluster j into i < j, which keeps the smaller first member.
func (a *agglomeration) unite(i, j int) {
	for k := range a.k {
		if a.first[k] < 0 || k == i || k == j {
			continue
		}
		a.put(i, k, a.sum[i*a.k+k]+a.sum[j*a.k+k], a.num[i*a.k+k]+a.num[j*a.k+k])
		bar := a.barred[i*a.k+k] || a.barred[j*a.k+k]
		a.barred[i*a.k+k], a.barred[k*a.k+i] = bar, bar
	}
	a.first[j] = -1
	for k, cl := range a.cluster {
		if cl == j {
			a.cluster[k] = i
		}
	}
	for k := range a.k {
		if a.first[k] < 0 {
			continue
		}
		switch {
		case k == i || a.best[k] == j || a.best[k] == i:
			a.find(k)
		case k < i && a.best[k] >= 0:
			if m, best := a.mean(k, i), a.mean(k, a.best[k]); m > best || (m == best && i < a.best[k]) {
				a.best[k] = i
			}
		case k < i:
			a.find(k)
		}
	}
}
