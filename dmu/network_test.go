package dmu_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/internal/realdata"
)

func network(t testing.TB, members []dmu.Member, ties []dmu.Tie) (dmu.Network, map[string]dmu.Centrality) {
	t.Helper()
	n := dmu.NewNetwork(must[dmu.Unit](t)(dmu.NewUnit(dmu.UnitConfig{Members: members, Ties: ties})))
	by := map[string]dmu.Centrality{}
	for _, c := range n.Members {
		by[string(c.Person)] = c
	}
	return n, by
}

// compare checks the measures of the oracle that this package has.
func compare(t *testing.T, by map[string]dmu.Centrality, want map[string]json.RawMessage, undirected bool) {
	t.Helper()
	compared := 0
	for name, get := range map[string]func(dmu.Centrality) float64{
		"in_degree":         func(c dmu.Centrality) float64 { return float64(c.In) },
		"out_degree":        func(c dmu.Centrality) float64 { return float64(c.Out) },
		"harmonic_in":       func(c dmu.Centrality) float64 { return c.HarmonicIn },
		"harmonic_out":      func(c dmu.Centrality) float64 { return c.HarmonicOut },
		"pagerank_0.85":     func(c dmu.Centrality) float64 { return c.PageRank },
		"constraint_burt":   func(c dmu.Centrality) float64 { return c.Constraint },
		"degree_centrality": func(c dmu.Centrality) float64 { return 2 * c.Bounded.Or(math.NaN()) },
		"betweenness_raw": func(c dmu.Centrality) float64 {
			if undirected {
				return c.Undirected
			}
			return c.Betweenness
		},
	} {
		raw, ok := want[name]
		if !ok || (undirected && (name == "degree_centrality" || name == "out_degree")) {
			continue
		}
		var values map[string]*float64
		if err := json.Unmarshal(raw, &values); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for id, v := range values {
			if v == nil {
				continue
			}
			compared++
			if got := get(by[id]); math.Abs(got-*v) > 1e-9 {
				t.Errorf("%s of %s: %v, want %v", name, id, got, *v)
			}
		}
	}
	if compared < 20 {
		t.Errorf("only %d comparisons", compared)
	}
}

// network.json: graph library and linear algebra.
func TestOracleNetwork(t *testing.T) {
	var o struct {
		Small struct {
			Members []struct {
				ID         string
				Level      int
				Department string
			}
			Edges          [][2]b2b.PersonID
			JohnstonBonoma map[string]float64         `json:"johnston_bonoma"`
			Centralities   map[string]json.RawMessage `json:"centralities"`
		} `json:"small_buying_centre"`
		Standard map[string]struct {
			Nodes        []string
			Edges        [][2]b2b.PersonID
			Centralities map[string]json.RawMessage
		} `json:"standard_graphs"`
	}
	read(t, "network.json", &o)
	var members []dmu.Member
	for _, m := range o.Small.Members {
		members = append(members, dmu.Member{ID: b2b.PersonID(m.ID), Level: strconv.Itoa(m.Level), OrgUnit: m.Department})
	}
	var ties []dmu.Tie
	for _, e := range o.Small.Edges {
		ties = append(ties, dmu.Tie{From: e[0], To: e[1]})
	}
	ties = append(ties, ties[0], dmu.Tie{From: "user", To: "user"}) // dropped and counted
	n, by := network(t, members, ties)
	jb := o.Small.JohnstonBonoma
	if float64(n.Vertical) != jb["vertical_involvement"] || float64(n.Lateral) != jb["lateral_involvement"] ||
		float64(n.Extensivity) != jb["extensivity"] || !isFraction(n.Connectedness, jb["connectedness"]) ||
		n.SelfTies != 1 || n.Repeats != 1 {
		t.Errorf("%+v", n)
	}
	if b := by["buyer"]; !near(b.Central, jb["centrality_pm"]) || !isFraction(b.Bounded, jb["centrality_pm_normalised"]) || !b.Articulation {
		t.Errorf("%+v", b)
	}
	compare(t, by, o.Small.Centralities, false)
	var reciprocity float64
	if err := json.Unmarshal(o.Small.Centralities["reciprocity"], &reciprocity); err != nil || !isFraction(n.Reciprocity, reciprocity) {
		t.Errorf("reciprocity %v, want %v (%v)", n.Reciprocity, reciprocity, err)
	}
	for name, g := range o.Standard {
		t.Run(name, func(t *testing.T) {
			var members []dmu.Member
			var ties []dmu.Tie
			for _, id := range g.Nodes {
				members = append(members, dmu.Member{ID: b2b.PersonID(id)})
			}
			for _, e := range g.Edges {
				ties = append(ties, dmu.Tie{From: e[0], To: e[1]}, dmu.Tie{From: e[1], To: e[0]})
			}
			_, by := network(t, members, ties)
			compare(t, by, g.Centralities, true)
			var cuts []json.Number
			if err := json.Unmarshal(g.Centralities["articulation_points_undirected"], &cuts); err != nil {
				t.Fatal(err)
			}
			want := map[string]bool{}
			for _, c := range cuts {
				want[c.String()] = true
			}
			for id, c := range by {
				if c.Articulation != want[id] {
					t.Errorf("%s: articulation %v", id, c.Articulation)
				}
			}
		})
	}
}

// Krackhardt's managers: which measure finds the executives (level 1 and 2)? Figures of role recovery in network.json.
func TestKrackhardt(t *testing.T) {
	table := func(file string) [][]string {
		rows, err := csv.NewReader(realdata.Open(t, "dmu/krackhardt/"+file)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows[1:]
	}
	var members []dmu.Member
	executive := map[string]bool{}
	for _, row := range table("managers.csv") {
		members = append(members, dmu.Member{ID: b2b.PersonID(row[0]), Level: row[1], OrgUnit: row[2]})
		executive[row[0]] = row[1] == "1" || row[1] == "2"
	}
	if len(members) != 21 {
		t.Errorf("%d managers", len(members))
	}
	for _, tt := range []struct {
		file, name string
		get        func(dmu.Centrality) float64
		want       float64
	}{
		{"advice.csv", "in-degree", func(c dmu.Centrality) float64 { return float64(c.In) }, .95625},
		{"advice.csv", "PageRank", func(c dmu.Centrality) float64 { return c.PageRank }, .9625},
		{"advice.csv", "betweenness", func(c dmu.Centrality) float64 { return c.Betweenness }, .75},
		{"friendship.csv", "in-degree", func(c dmu.Centrality) float64 { return float64(c.In) }, .50625},
	} {
		var ties []dmu.Tie
		for _, row := range table(tt.file) {
			ties = append(ties, dmu.Tie{From: b2b.PersonID(row[0]), To: b2b.PersonID(row[1])})
		}
		_, by := network(t, members, ties)
		wins, pairs := 0.0, 0.0
		for a, x := range by {
			for b, y := range by {
				if executive[a] && !executive[b] {
					pairs++
					switch {
					case tt.get(x) > tt.get(y):
						wins++
					case tt.get(x) == tt.get(y):
						wins += .5
					}
				}
			}
		}
		if got := wins / pairs; math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%s, %s: AUC %v, want %v", tt.file, tt.name, got, tt.want)
		}
	}
}

func TestNetworkOfFew(t *testing.T) {
	n, _ := network(t, nil, nil)
	if n.Connectedness.IsKnown() || n.Reciprocity.IsKnown() || len(n.Members) != 0 {
		t.Errorf("%+v", n)
	}
	n, by := network(t, []dmu.Member{{ID: "a"}}, nil)
	if a := by["a"]; n.Connectedness.IsKnown() || n.Vertical != 0 || a.Bounded.IsKnown() || a.Constrained || !near(a.PageRank, 1) {
		t.Errorf("%+v", n)
	}
}

// The order of members and ties changes nothing but the alignment of rows; PageRank is a distribution; without an articulation
// point the network falls apart, and without any other member it does not.
func propNetwork(t *rapid.T) {
	size := rapid.IntRange(1, 7).Draw(t, "members")
	var cfg dmu.UnitConfig
	for i := range size {
		cfg.Members = append(cfg.Members, dmu.Member{ID: b2b.PersonID(rune('a' + i))})
	}
	id := rapid.Custom(func(t *rapid.T) b2b.PersonID { return cfg.Members[rapid.IntRange(0, size-1).Draw(t, "i")].ID })
	for range rapid.IntRange(0, 12).Draw(t, "ties") {
		cfg.Ties = append(cfg.Ties, dmu.Tie{From: id.Draw(t, "from"), To: id.Draw(t, "to")})
	}
	u, err := dmu.NewUnit(cfg)
	if err != nil {
		t.Fatal(err)
	}
	n := dmu.NewNetwork(u)
	shuffled := dmu.UnitConfig{Members: append([]dmu.Member(nil), cfg.Members...), Ties: append([]dmu.Tie(nil), cfg.Ties...)}
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	rng.Shuffle(size, func(i, j int) {
		shuffled.Members[i], shuffled.Members[j] = shuffled.Members[j], shuffled.Members[i]
	})
	rng.Shuffle(len(cfg.Ties), func(i, j int) { shuffled.Ties[i], shuffled.Ties[j] = shuffled.Ties[j], shuffled.Ties[i] })
	v, err := dmu.NewUnit(shuffled)
	if err != nil {
		t.Fatal(err)
	}
	m := dmu.NewNetwork(v)
	if n.Edges != m.Edges || n.Reciprocity != m.Reciprocity || n.Edges+n.SelfTies+n.Repeats != len(cfg.Ties) {
		t.Fatalf("%+v, shuffled %+v", n, m)
	}
	rank := 0.0
	whole := components(u)
	for i, c := range n.Members {
		rank += c.PageRank
		for _, d := range m.Members {
			if d.Person == c.Person && (d.In != c.In || math.Abs(d.Betweenness-c.Betweenness) > 1e-9 ||
				math.Abs(d.PageRank-c.PageRank) > 1e-9 || math.Abs(d.Constraint-c.Constraint) > 1e-9 || d.Articulation != c.Articulation) {
				t.Fatalf("%+v, shuffled %+v", c, d)
			}
		}
		rest, _ := u.Forget(cfg.Members[i].ID)
		if parts := components(rest); (parts > whole) != c.Articulation {
			t.Fatalf("%s: articulation %v, but without: %d parts of %d", c.Person, c.Articulation, parts, whole)
		}
	}
	if !near(rank, 1) {
		t.Fatalf("PageRank sums to %v", rank)
	}
}

// components counts the parts of the graph, directions aside.
func components(u dmu.Unit) (n int) {
	part := map[b2b.PersonID]b2b.PersonID{}
	for _, m := range u.Members() {
		part[m.ID] = m.ID
	}
	for range part {
		for _, tie := range u.Ties() {
			p := min(part[tie.From], part[tie.To])
			part[tie.From], part[tie.To] = p, p
		}
	}
	for id, p := range part {
		if id == p {
			n++
		}
	}
	return n
}

func TestNetworkProperties(t *testing.T) { rapid.Check(t, propNetwork) }

func BenchmarkNetwork(b *testing.B) {
	for _, size := range []struct {
		name           string
		members, edges int
	}{{"1e2", 30, 100}, {"1e4", 1000, 10_000}} {
		b.Run(size.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			var cfg dmu.UnitConfig
			for i := range size.members {
				cfg.Members = append(cfg.Members, dmu.Member{ID: b2b.PersonID(strconv.Itoa(i))})
			}
			for range size.edges {
				cfg.Ties = append(cfg.Ties, dmu.Tie{
					From: cfg.Members[rng.IntN(size.members)].ID, To: cfg.Members[rng.IntN(size.members)].ID,
				})
			}
			u, err := dmu.NewUnit(cfg)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				dmu.NewNetwork(u)
			}
		})
	}
}
