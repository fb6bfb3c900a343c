package match

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
)

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

func (cfg ClusterConfig) cause() string {
	if cfg.Linkage == Single {
		return "constraint"
	}
	return "average"
}
