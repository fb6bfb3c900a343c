package choice_test

import (
	"encoding/json"
	"math"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/choice"
)

// rats is a list of exact rationals.
type rats []string

func (r rats) floats(t testing.TB) []float64 {
	t.Helper()
	out := make([]float64, len(r))
	for i, s := range r {
		x, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("not a rational: %q", s)
		}
		out[i], _ = x.Float64()
	}
	return out
}

func rows(t testing.TB, r []rats) [][]float64 {
	t.Helper()
	out := make([][]float64, len(r))
	for i := range r {
		out[i] = r[i].floats(t)
	}
	return out
}

type dist struct{ Float []float64 }

type scalar struct{ Float float64 }

type mass struct {
	Mass, Renormalized *dist
	NoDecision         scalar `json:"no_decision"`
}

func load(t testing.TB, file string, v any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

func group(t testing.TB, members []string, alternatives []string, p [][]float64) choice.Preferences {
	t.Helper()
	ids := make([]b2b.PersonID, len(members))
	for i, m := range members {
		ids[i] = b2b.PersonID(m)
	}
	alts := make([]dmu.Alternative, len(alternatives))
	for i, a := range alternatives {
		alts[i] = dmu.Alternative{ID: dmu.AlternativeID(a), Ours: a == "Ours", StatusQuo: a == "StatusQuo"}
	}
	prefs, err := choice.New(ids, alts, p)
	if err != nil {
		t.Fatal(err)
	}
	return prefs
}

var approx = cmpopts.EquateApprox(0, 1e-12)

// group_choice.json: exact rationals by enumeration of all votes and profiles.
func TestOracleRules(t *testing.T) {
	var o struct {
		Cases []struct {
			Name                  string
			Alternatives, Members []string
			P                     []rats `json:"choice_prob"`
			Weights               rats   `json:"influence_weights"`
			Expected              map[string]json.RawMessage
		}
	}
	load(t, "group_choice.json", &o)
	seen := 0
	for _, c := range o.Cases {
		t.Run(c.Name, func(t *testing.T) {
			p := group(t, c.Members, c.Alternatives, rows(t, c.P))
			w := c.Weights.floats(t)
			decide := func(r choice.Rule, opt choice.Options) choice.Outcome {
				t.Helper()
				out, err := choice.Decide(r, p, w, opt)
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
			check := func(name string, got, want []float64) {
				t.Helper()
				seen++
				if diff := cmp.Diff(want, got, approx); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
			for name, raw := range c.Expected {
				read := func(v any) {
					t.Helper()
					if err := json.Unmarshal(raw, v); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
				masses := func(r choice.Rule, opt choice.Options) {
					t.Helper()
					var m mass
					read(&m)
					out := decide(r, opt)
					check(name, out.P, m.Mass.Float)
					if math.Abs(out.NoDecision-m.NoDecision.Float) > 1e-12 {
						t.Errorf("%s: no decision %v, want %v", name, out.NoDecision, m.NoDecision.Float)
					}
					conditional, ok := out.Conditional()
					if ok != (m.Renormalized != nil && m.Renormalized.Float != nil) {
						t.Errorf("%s: conditional %v %v", name, conditional, ok)
					} else if ok {
						check(name+" conditional", conditional, m.Renormalized.Float)
					}
				}
				plain := func(r choice.Rule, opt choice.Options) {
					t.Helper()
					var d dist
					read(&d)
					check(name, decide(r, opt).P, d.Float)
				}
				votes := func(r choice.Rule) {
					t.Helper()
					var v struct {
						Strict, Split dist
						TieMass       scalar `json:"tie_mass"`
					}
					read(&v)
					check(name+" split", decide(r, choice.Options{}).P, v.Split.Float)
					none := decide(r, choice.Options{Ties: choice.NoDecisionTies})
					check(name+" strict", none.P, v.Strict.Float)
					check(name+" ties", []float64{none.NoDecision}, []float64{v.TieMass.Float})
				}
				switch key, number, _ := strings.Cut(name, "_Q"); {
				case name == "weighted_probability":
					plain(choice.WeightedProbability, choice.Options{})
				case name == "equiprobability":
					plain(choice.Equiprobability, choice.Options{})
				case name == "autocracy":
					var a struct{ Dist dist }
					read(&a)
					check(name, decide(choice.Autocracy, choice.Options{}).P, a.Dist.Float)
				case name == "log_opinion_pool":
					var want []float64
					read(&want)
					check(name, decide(choice.LogPool, choice.Options{}).P, want)
				case name == "voting_plurality":
					votes(choice.Voting)
				case name == "voting_plurality_ties_by_influence":
					plain(choice.Voting, choice.Options{Ties: choice.InfluenceTies})
				case name == "weighted_voting_plurality":
					votes(choice.WeightedVoting)
				case name == "majority":
					masses(choice.Majority, choice.Options{})
				case key == "minimum_endorsement":
					q, err := strconv.Atoi(number)
					if err != nil {
						t.Fatal(err)
					}
					masses(choice.MinimumEndorsement, choice.Options{Quota: q})
				case name == "weighted_majority_gt_half":
					masses(choice.WeightedMajority, choice.Options{})
				case name == "unanimity":
					masses(choice.Unanimity, choice.Options{})
				case name == "preference_perturbation":
					plain(choice.PreferencePerturbation, choice.Options{})
				case name == "preference_perturbation_weighted":
					plain(choice.WeightedPerturbation, choice.Options{})
				case strings.HasPrefix(name, "acquiescence_top"):
					k, err := strconv.Atoi(strings.TrimPrefix(name, "acquiescence_top"))
					if err != nil {
						t.Fatal(err)
					}
					var m mass
					read(&m)
					check(name, decide(choice.Acquiescence, choice.Options{TopK: k}).P, m.Renormalized.Float)
				case strings.HasPrefix(name, "acceptability_tau_"):
					tau, err := strconv.ParseFloat(strings.TrimPrefix(name, "acceptability_tau_"), 64)
					if err != nil {
						t.Fatal(err)
					}
					var a struct {
						Dist       *dist
						NoDecision scalar `json:"no_decision"`
					}
					read(&a)
					out := decide(choice.Acceptability, choice.Options{Tau: tau})
					want := make([]float64, len(c.Alternatives))
					if a.Dist != nil {
						want = a.Dist.Float
					}
					check(name, out.P, want)
					check(name+" rest", []float64{out.NoDecision}, []float64{a.NoDecision.Float})
				case strings.HasPrefix(name, "rankings_"): // the profile of a degenerate case, shown for readers
				default:
					t.Errorf("nothing tests %s", name)
				}
			}
		})
	}
	if seen < 100 {
		t.Errorf("only %d comparisons", seen)
	}
}

// Condorcet's jury: GC J = 2, the correct alternative with p, by exact rationals.
func TestOracleJuryVetoAdoption(t *testing.T) {
	var o struct {
		Cases []struct {
			Name                  string
			Alternatives, Members []string
			P                     []rats `json:"choice_prob"`
			Weights               rats   `json:"influence_weights"`
		}
		Jury []struct {
			N        int
			P        string
			Majority scalar
		} `json:"condorcet_jury"`
		Veto struct {
			Base  string          `json:"base_case"`
			Q     map[string]rats `json:"veto_probability"`
			Dist  dist
			Extra scalar `json:"extra_no_decision_mass"`
		} `json:"veto_wrapper"`
		Chain struct {
			Awareness map[string]string
			Any       scalar `json:"P_aware_any"`
			Three     scalar `json:"P_aware_at_least_3"`
			Feasible  string `json:"P_feasible"`
			Chosen    scalar `json:"P_group_choice_given_feasible_and_aware"`
			AdoptAny  scalar `json:"P_adopt_any"`
			AdoptAll  scalar `json:"P_adopt_all"`
		} `json:"choffray_lilien_adoption_chain"`
	}
	load(t, "group_choice.json", &o)
	for _, j := range o.Jury {
		p := rats{j.P}.floats(t)[0]
		var members []string
		var prefs [][]float64
		for i := range j.N {
			members, prefs = append(members, strconv.Itoa(i)), append(prefs, []float64{p, 1 - p})
		}
		g := group(t, members, []string{"right", "wrong"}, prefs)
		for _, r := range []choice.Rule{choice.Majority, choice.Voting} {
			out, err := choice.Decide(r, g, nil, choice.Options{})
			if err != nil || math.Abs(out.P[0]-j.Majority.Float) > 1e-12 {
				t.Errorf("jury of %d under %v: %v %v, want %v", j.N, r, out.P, err, j.Majority.Float)
			}
		}
	}
	for _, c := range o.Cases {
		if !strings.HasPrefix(c.Name, o.Veto.Base) {
			continue
		}
		p := group(t, c.Members, c.Alternatives, rows(t, c.P))
		out, err := choice.Decide(choice.WeightedProbability, p, c.Weights.floats(t), choice.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Veto(out, [][]float64{o.Veto.Q["legal"].floats(t), o.Veto.Q["cfo"].floats(t)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(choice.Outcome{P: o.Veto.Dist.Float, NoDecision: o.Veto.Extra.Float}, got, approx); diff != "" {
			t.Error(diff)
		}
	}
	var aware []float64
	for _, s := range o.Chain.Awareness {
		aware = append(aware, rats{s}.floats(t)[0])
	}
	feasible := rats{o.Chain.Feasible}.floats(t)[0]
	for _, tt := range []struct {
		needed                 int
		feasible, chosen, want float64
	}{
		{1, 1, 1, o.Chain.Any.Float},
		{3, 1, 1, o.Chain.Three.Float},
		{1, feasible, o.Chain.Chosen.Float, o.Chain.AdoptAny.Float},
		{len(aware), feasible, o.Chain.Chosen.Float, o.Chain.AdoptAll.Float},
	} {
		got, err := choice.Adoption{Aware: aware, Needed: tt.needed, Feasible: tt.feasible, Chosen: tt.chosen}.P()
		if err != nil || math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%+v: %v %v", tt, got, err)
		}
	}
}

// Specification, oracle item 3: whom to talk to next in GC1.
func TestOracleWhomNext(t *testing.T) {
	p := group(t, []string{"m1", "m2", "m3"}, []string{"XYZ", "Ours", "StatusQuo"},
		[][]float64{{.5, .3, .2}, {.2, .6, .2}, {.1, .3, .6}})
	w := []float64{.5, .3, .2}
	for _, tt := range []struct {
		rule choice.Rule
		want []choice.Gain
	}{
		{choice.Voting, []choice.Gain{{"m1", 499. / 1500, 499. / 1500}, {"m3", 499. / 1500, 499. / 1500}, {"m2", 137. / 750, 137. / 750}}},
		{choice.WeightedProbability, []choice.Gain{{"m1", .35, .35}, {"m3", .14, .14}, {"m2", .12, .12}}},
	} {
		got, err := choice.WhomNext(choice.Next{Rule: tt.rule, Target: "Ours"}, p, w, choice.Options{})
		if err != nil {
			t.Fatal(err)
		}
		byID := func(a, b choice.Gain) int { return strings.Compare(string(a.Member), string(b.Member)) }
		if tt.rule == choice.Voting { // m1 and m3 are equal up to rounding
			slices.SortFunc(got, byID)
			slices.SortFunc(tt.want, byID)
		}
		if diff := cmp.Diff(tt.want, got, approx); diff != "" {
			t.Errorf("%v: %s", tt.rule, diff)
		}
	}
}

// power_indices.json: coalition enumeration, generating functions and permutations agree.
func TestOraclePower(t *testing.T) {
	type ratsOf struct{ Exact rats }
	type ratOf struct{ Exact string }
	var o struct {
		Games []struct {
			Name       string
			Quota      int64
			Weights    []int64
			MinMembers *int `json:"min_members"`
			Rule       *struct {
				Weights    []int64
				Quota      int64
				Vetoers    []int
				MinMembers int `json:"min_members"`
			}
			Yes      rats `json:"yes_probability"`
			Expected struct {
				Winning    json.Number   `json:"winning_coalitions"`
				Swings     []json.Number `json:"swings"`
				Absolute   *ratsOf       `json:"absolute_banzhaf"`
				Normalised *ratsOf       `json:"normalized_banzhaf"`
				Shapley    *ratsOf       `json:"shapley_shubik"`
				Act        *ratOf        `json:"coleman_power_to_act"`
				Prevent    *ratsOf       `json:"coleman_prevent"`
				Initiate   *ratsOf       `json:"coleman_initiate"`
				Dummies    []int
				Vetoers    []int
				Dictator   *int
				PWin       *scalar `json:"p_win"`
				Pivotality *dist
				GainIfWon  *dist `json:"expected_gain_if_won"`
			}
		}
	}
	load(t, "power_indices.json", &o)
	rat := func(s string) *big.Rat {
		x, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("not a rational: %q", s)
		}
		return x
	}
	compared := 0
	for _, g := range o.Games {
		t.Run(g.Name, func(t *testing.T) {
			b := choice.Ballot{Weights: g.Weights, Quota: g.Quota}
			if g.MinMembers != nil {
				b.MinMembers = *g.MinMembers
			}
			if g.Rule != nil {
				b = choice.Ballot{Weights: g.Rule.Weights, Quota: g.Rule.Quota, Vetoers: g.Rule.Vetoers, MinMembers: g.Rule.MinMembers}
			}
			e := g.Expected
			if e.PWin != nil {
				got, err := b.Pivotality(g.Yes.floats(t))
				if err != nil {
					t.Fatal(err)
				}
				want := choice.Pivotality{PWin: e.PWin.Float, Pivot: e.Pivotality.Float, GainIfWon: e.GainIfWon.Float}
				if diff := cmp.Diff(want, got, approx); diff != "" {
					t.Error(diff)
				}
				return
			}
			p, err := b.Power()
			if err != nil {
				t.Fatal(err)
			}
			if e.Winning != "" && p.Winning.String() != e.Winning.String() {
				t.Errorf("winning %v, want %v", p.Winning, e.Winning)
			}
			for i, s := range e.Swings {
				if p.Swings[i].String() != s.String() {
					t.Errorf("swings of %d: %v, want %v", i, p.Swings[i], s)
				}
				compared++
			}
			lists := []struct {
				name string
				want *ratsOf
				got  func(int) *big.Rat
			}{
				{"absolute Banzhaf", e.Absolute, p.BanzhafRat},
				{"normalised Banzhaf", e.Normalised, p.NormalisedBanzhafRat},
				{"Shapley-Shubik", e.Shapley, p.ShapleyShubikRat},
				{"prevent", e.Prevent, p.ColemanPrevent},
				{"initiate", e.Initiate, p.ColemanInitiate},
			}
			for _, l := range lists {
				if l.want == nil {
					continue
				}
				for i, s := range l.want.Exact {
					compared++
					if x := l.got(i); x.Cmp(rat(s)) != 0 {
						t.Errorf("%s of %d: %v, want %v", l.name, i, x, s)
					}
				}
			}
			if e.Act != nil && p.ColemanAct().Cmp(rat(e.Act.Exact)) != 0 {
				t.Errorf("power to act %v, want %v", p.ColemanAct(), e.Act.Exact)
			}
			if e.Swings != nil && e.Dummies != nil {
				if !slices.Equal(p.Dummies, e.Dummies) || !slices.Equal(p.Vetoers, e.Vetoers) {
					t.Errorf("dummies %v, vetoers %v, want %v, %v", p.Dummies, p.Vetoers, e.Dummies, e.Vetoers)
				}
				dictator := -1
				if e.Dictator != nil {
					dictator = *e.Dictator
				}
				if p.Dictator != dictator {
					t.Errorf("dictator %d, want %d", p.Dictator, dictator)
				}
			}
		})
	}
	if compared < 300 {
		t.Errorf("only %d comparisons", compared)
	}
}
