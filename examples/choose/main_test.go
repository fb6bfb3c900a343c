package main

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func try(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(args, strings.NewReader(stdin), &out, &err)
	return code, out.String(), err.String()
}

// gc1 is the first case of group_choice.json.
const gc1 = `{"buy_class":"new_task","high_risk":true,
"alternatives":[{"id":"XYZ"},{"id":"Ours","ours":true},{"id":"StatusQuo","status_quo":true}],
"members":[{"id":"m1","weight":0.5,"preference":[0.5,0.3,0.2]},{"id":"m2","weight":0.3,"preference":[0.2,0.6,0.2]},
{"id":"m3","weight":0.2,"preference":[0.1,0.3,0.6]}]}`

func answerOf(t *testing.T, text string) output {
	t.Helper()
	var out output
	d := json.NewDecoder(strings.NewReader(text))
	if err := d.Decode(&out); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return out
}

// The check of the specification, section 11: items 1 to 3 of section 9, and the consensus measures.
func TestGC1(t *testing.T) {
	code, text, stderr := try(t, gc1, "-in", "-", "-ties", "split")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	out := answerOf(t, text)
	near := func(what string, got []float64, want ...float64) {
		t.Helper()
		for i := range want {
			if len(got) != len(want) || math.Abs(got[i]-want[i]) > 1e-6 {
				t.Errorf("%s: %v, want %v", what, got, want)
				return
			}
		}
	}
	by := map[string]ruleOutcome{}
	var names []string
	for _, r := range out.Rules {
		by[r.Rule] = r
		names = append(names, r.Rule)
		if r.Method != "exact" || r.StdErr != nil {
			t.Errorf("%+v", r)
		}
	}
	wantNames := "weighted_probability equiprobability autocracy voting weighted_voting majority minimum_endorsement " +
		"weighted_majority unanimity preference_perturbation weighted_perturbation acquiescence acceptability log_pool"
	if got := strings.Join(names, " "); got != wantNames {
		t.Error(got)
	}
	near("voting", by["voting"].P, .242, .434, .324)
	near("majority", by["majority"].Conditional, .207182, .472376, .320442)
	near("tie mass", []float64{by["majority"].NoDecision}, .276)
	near("unanimity", by["unanimity"].Conditional, .113636, .613636, .272727)
	near("perturbation", by["preference_perturbation"].P, .266513, .413039, .320447)
	near("weighted perturbation", by["weighted_perturbation"].P, .309326, .403336, .287338)
	near("acquiescence", by["acquiescence"].P, .157586, .554730, .287684)
	near("consensus", []float64{
		*out.Consensus.AgreementMass, *out.Consensus.PairwiseAgreement, *out.Consensus.PooledEntropy, *out.Consensus.JensenShannonBits,
	}, .088, .3, .987781, .181634)
	want := []whomNext{{"m1", 499. / 1500, 499. / 1500}, {"m3", 499. / 1500, 499. / 1500}, {"m2", 137. / 750, 137. / 750}}
	for i, w := range want {
		if got := out.WhomNext[i]; got.Member != w.Member || math.Abs(got.Gain-w.Gain) > 1e-12 {
			t.Errorf("whom next %+v, want %+v", out.WhomNext, want)
		}
	}
	if out.Suggested.Rule != "majority" || out.AfterVeto != nil || out.Power != nil || out.Pivotality != nil || out.Influence.Applied {
		t.Errorf("%+v", out)
	}
	keys := []string{
		`{"alternatives":[`, `"influence":{"applied":false,"steady":null,"total":null,"outsider_share":null},"rules":[`, `"spread":[`,
		`"suggested":{"rule":`, `"consensus":{`, `"power":null,"pivotality":null,"whom_next":[`, `"notes":[]}` + "\n",
	}
	at := 0
	for _, k := range keys {
		i := strings.Index(text[at:], k)
		if i < 0 {
			t.Fatalf("no %s after byte %d of %s", k, at, text)
		}
		at += i
	}
	_, text, _ = try(t, gc1, "-in", "-", "-ties", "influence")
	for _, r := range answerOf(t, text).Rules {
		if r.Rule == "voting" {
			near("ties by influence", r.P, .36, .384, .256)
		}
	}
	_, text, _ = try(t, gc1, "-in", "-", "-ties", "none", "-rule", "weighted_probability")
	out = answerOf(t, text)
	near("ties are no decision", []float64{out.Rules[3].NoDecision}, .276)
	near("gains", []float64{out.WhomNext[0].Gain, out.WhomNext[1].Gain, out.WhomNext[2].Gain}, .35, .14, .12)
}

// A game, vetoes, influence with an outsider, interests, costs.
const full = `{"account":"A1","offer":"CRM","buy_class":"modified_rebuy","consensus_culture":false,
"alternatives":[{"id":"XYZ"},{"id":"Ours","ours":true},{"id":"StatusQuo","status_quo":true}],
"members":[
 {"id":"m1","seat":"decider","weight":2,"preference":[0.5,0.3,0.2],"susceptibility":0.3,"votes":40,"cost":10,"veto":[0.1,0,0],
  "interests":[{"criterion":"price","weight":2}]},
 {"id":"m2","interests":[{"criterion":"price","weight":2},{"criterion":"fit","weight":2}],"votes":20,"susceptibility":0.8},
 {"id":"m3","preference":[0.1,0.3,0.6],"votes":15}],
"performance":[{"criterion":"price","scores":[0.2,0.6,0.9]},{"criterion":"fit","scores":[0.9,0.8,0]}],"beta":2,
"outsiders":[{"id":"xyz-sales","preference":[1,0,0],"edges":[{"member":"m1","weight":0.1}]}],
"influence":[[0.5,0.25,0.25],[0.5,0.5,0],[1,0,0]],
"game":{"quota":51,"vetoers":["m3"],"min_members":2}}`

func TestFull(t *testing.T) {
	code, text, stderr := try(t, full, "-in", "-")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	out := answerOf(t, text)
	if !out.Influence.Applied || len(out.Influence.Steady) != 3 || len(out.Influence.OutsiderShare[0]) != 1 {
		t.Errorf("%+v", out.Influence)
	}
	for i, row := range out.Influence.Steady {
		if sum := row[0] + row[1] + row[2]; math.Abs(sum-1) > 1e-12 {
			t.Errorf("steady row %d sums to %v", i, sum)
		}
	}
	total := 0.0
	for i, w := range out.Influence.Total {
		total += w + out.Influence.OutsiderShare[i][0]/3
	}
	if math.Abs(total-1) > 1e-12 {
		t.Errorf("influence of members and outsider sums to %v", total)
	}
	if len(out.AfterVeto) != 14 || math.Abs(out.AfterVeto[0].P[0]-.9*out.Rules[0].P[0]) > 1e-12 {
		t.Errorf("%+v", out.AfterVeto)
	}
	// [51; 40, 20, 15], m3 has a veto: only m1, m3 and all win. m1 and m3 have two swings, m2 none.
	p := out.Power
	if string(p.Winning) != "2" || string(p.Swings[0]) != "2" || p.Banzhaf[0] != .5 || len(p.Vetoers) != 2 || len(p.Dummies) != 1 || p.Dictator != nil {
		t.Errorf("%+v", p)
	}
	yes := out.Influence.Steady
	if want := yes[0][1] * yes[2][1]; math.Abs(out.Pivotality.PWin-want) > 1e-12 {
		t.Errorf("%+v, want %v", out.Pivotality, want)
	}
	if !strings.Contains(text, `"notes":["members[0]: both preference and interests are given; preference counts"]`) {
		t.Error(out.Notes)
	}
	code, plain, _ := try(t, full, "-in", "-", "-no-influence")
	if code != 0 || answerOf(t, plain).Influence.Applied {
		t.Error(plain)
	}
	code, again, _ := try(t, full, "-in", "-", "-max-states", "2", "-draws", "1000", "-seed", "5")
	code2, same, _ := try(t, full, "-in", "-", "-max-states", "2", "-draws", "1000", "-seed", "5")
	if code != 0 || code2 != 0 || again != same || !strings.Contains(again, `"method":"simulated","std_err":[0.`) {
		t.Errorf("%s", again)
	}
	code, picture, _ := try(t, full, "-in", "-", "-format", "text")
	for _, want := range []string{"after vetoes", "Shapley-Shubik", "total influence", "note: ", "next"} {
		if code != 0 || !strings.Contains(picture, want) {
			t.Errorf("no %q in\n%s", want, picture)
		}
	}
}

// Without stubbornness and outsiders the steady state is a consensus, by DeGroot; with an outsider it is the outsider's.
func TestAveraging(t *testing.T) {
	const plain = `{"alternatives":[{"id":"a"},{"id":"b"}],"members":[{"id":"x","preference":[1,0]},{"id":"y","preference":[0,1]}],
"influence":[[0.5,0.5],[0.25,0.75]]}`
	code, text, stderr := try(t, plain, "-in", "-")
	out := answerOf(t, text)
	if code != 0 || math.Abs(out.Influence.Steady[0][0]-1./3) > 1e-12 || math.Abs(out.Influence.Total[1]-2./3) > 1e-12 || len(out.WhomNext) != 0 {
		t.Errorf("exit %d %s: %s", code, stderr, text)
	}
	round := strings.Replace(plain, "[[0.5,0.5],[0.25,0.75]]", "[[0,1],[1,0]]", 1)
	if _, text, _ = try(t, round, "-in", "-"); !strings.Contains(text, "opinions go round for ever") {
		t.Error(text)
	}
	sold := strings.Replace(plain, `"influence"`, `"outsiders":[{"id":"o","preference":[1,0],"edges":[{"member":"x","weight":0.1}]}],"influence"`, 1)
	code, text, stderr = try(t, sold, "-in", "-")
	if code != 0 || math.Abs(answerOf(t, text).Influence.Steady[1][0]-1) > 1e-12 || !strings.Contains(text, "outsiders take over everybody") {
		t.Errorf("exit %d %s: %s", code, stderr, text)
	}
	stuck := strings.Replace(strings.Replace(plain, `"preference":[1,0]`, `"preference":[1,0],"susceptibility":0.5`, 1), "[0.25,0.75]", "[0,1]", 1)
	if code, _, stderr = try(t, stuck, "-in", "-"); code != 1 || stderr !=
		"choose: influence: no unique steady state: 1 members hear nobody with an opinion of their own (the first is members[1]); lower a susceptibility\n" {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// Members of one mind stay of it, whoever they listen to, and accept what they accepted: rounding excludes nothing. Without
// outsiders each member's row of shares is empty.
func TestOfOneMind(t *testing.T) {
	const group = `{"alternatives":[{"id":"a"},{"id":"b"}],"members":[
{"id":"x","preference":[0.1,0.9],"susceptibility":0.7},{"id":"y","preference":[0.1,0.9],"susceptibility":0.6},{"id":"z","preference":[0.1,0.9]}],
"influence":[[0.3,0.3,0.4],[0.7,0.1,0.2],[0.6,0.2,0.2]]}`
	code, text, stderr := try(t, group, "-in", "-", "-tau", "0.1")
	if code != 0 || !strings.Contains(text, `"outsider_share":[[],[],[]]`) {
		t.Fatalf("exit %d %s: %s", code, stderr, text)
	}
	for _, r := range answerOf(t, text).Rules {
		if r.Rule == "acceptability" && math.Abs(r.P[0]-.1) > 1e-12 {
			t.Errorf("%+v", r)
		}
	}
}

func TestErrors(t *testing.T) {
	change := func(was, is string) string {
		if !strings.Contains(full, was) {
			t.Fatalf("no %s in the example", was)
		}
		return strings.Replace(full, was, is, 1)
	}
	for _, tt := range []struct {
		name, stdin, args string
		code              int
		stderr            string
	}{
		{"no input", "", "", 2, "-in: missing"},
		{"no JSON", "{", "-in -", 1, "not JSON: unexpected EOF"},
		{"two values", "{} {}", "-in -", 1, "not JSON: something follows the object"},
		{"no object", "[]", "-in -", 1, "the input is no JSON object"},
		{"empty", "{}", "-in -", 1, "alternatives: fewer than two\nmembers: empty"},
		{"unknown keys", change(`"seat":"decider"`, `"set":"decider","Weight":1`), "-in -", 1, "members[0].Weight: unknown key\nmembers[0].set: unknown key"},
		{"wrong type", change(`"quota":51`, `"quota":"x"`), "-in -", 1, "game.quota: a string where a whole number is needed"},
		{"votes missing", change(`"votes":20,`, ""), "-in -", 1, "members[1].votes: missing, and the game needs it"},
		{"no such vetoer", change(`["m3"]`, `["m9"]`), "-in -", 1, "game.vetoers[0]: not a member"},
		{"no influence", change(`"influence":[[0.5,0.25,0.25],[0.5,0.5,0],[1,0,0]],`, ""), "-in -", 1, "outsiders[0].edges: influence is absent, so that nobody can be moved"},
		{"no such criterion", change(`"criterion":"fit","weight":2`, `"criterion":"speed","weight":2`), "-in -", 1, "members[1].interests[1].criterion: no performance is given for it"},
		{"short scores", change(`[0.9,0.8,0]`, `[0.9,0.8]`), "-in -", 1, "performance[1].scores: not one score per alternative"},
		{"veto of what is", change(`[0.1,0,0]`, `[0,0,0.1]`), "-in -", 1, "members[0].veto[2]: a veto of the status quo"},
		{"preference", change(`[0.1,0.3,0.6]`, `[0.1,0.3,0.7]`), "-in -", 1, "members[2].preference: does not sum to 1"},
		{"row of influence", change(`[1,0,0]],`, `[1,0.5,0]],`), "-in -", 1, "influence[2]: does not sum to 1"},
		{"number of preferences", change(`[0.1,0.3,0.6]`, `[0.4,0.6]`), "-in -", 1, "members[2].preference: has 2 numbers, not 3"},
		{"negative preference", change(`[0.1,0.3,0.6]`, `[0.7,-0.3,0.6]`), "-in -", 1, "members[2].preference[1]: outside [0,1]"},
		{"no id", change(`"id":"m2",`, ``), "-in -", 1, "members[1].id: empty"},
		{"the same id", change(`"id":"m2",`, `"id":"m1",`), "-in -", 1, "members[1].id: same as members[0]"},
		{"influence of another size", change(`,[1,0,0]],`, `],`), "-in -", 1, "influence: not one row per member"},
		{"weight of an edge", change(`"weight":0.1`, `"weight":1.1`), "-in -", 1, "outsiders[0].edges[0].weight: outside [0,1]"},
		{"outsider's preference", change(`"preference":[1,0,0],"edges"`, `"preference":[1,1,0],"edges"`), "-in -", 1, "outsiders[0].preference: does not sum to 1"},
		{"buy class", change(`"modified_rebuy"`, `"new"`), "-in -", 1, "buy_class: not new_task, modified_rebuy or straight_rebuy"},
		{"wrong types", change(`"preference":[0.1,0.3,0.6],"votes":15`, `"preference":[0.1,null,"x"],"votes":1.5,"cost":1e999`), "-in -", 1, "members[2].cost: a number too large\n" +
			"members[2].preference[1]: null where a number is needed\nmembers[2].preference[2]: a string where a number is needed\nmembers[2].votes: a number where a whole number of at most 63 bits is needed"},
		{"everything at once", `{"buy_class":"x","alternatives":[{"id":"a","ours":true},{"id":"a","ours":true}],
"members":[{"id":"m","weight":0,"cost":0,"susceptibility":2,"votes":-1},{"id":"m","weight":0,"preference":[1,1],"votes":3},{"weight":0,"interests":[],"votes":1}],
"performance":[{"criterion":"c","scores":[1]},{"criterion":"c","scores":[1,2]}],"beta":-1,
"outsiders":[{"id":"o","preference":[1,0],"edges":[{"member":"m","weight":0.6},{"member":"m","weight":0.6}]},{"id":"o","preference":[2,0]},{"id":"","preference":[1]}],
"influence":[[1,0,0],[0,1,1],[0,0]],"game":{"quota":9}}`, "-in -", 1, "buy_class: not new_task, modified_rebuy or straight_rebuy\n" +
			"members[0].cost: not above 0\nmembers[0].susceptibility: outside [0,1]\nmembers[0]: neither preference nor interests\n" +
			"members: no positive weight\nmembers[1].id: same as members[0]\nmembers[2].id: empty\n" +
			"alternatives[1].id: same as alternatives[0]\nalternatives[1].ours: alternatives[0] is ours already\nmembers[1].preference: does not sum to 1\n" +
			"beta: not above 0\nperformance[0].scores: not one score per alternative\nperformance[1].criterion: same as performance[0]\n" +
			"outsiders[1].id: same as outsiders[0]\noutsiders[1].preference[0]: outside [0,1]\noutsiders[2].id: empty\noutsiders[2].preference: has 1 numbers, not 2\n" +
			"outsiders: the weights on members[0] sum to more than 1\ninfluence[1]: does not sum to 1\ninfluence[2]: has 2 numbers, not 3\n" +
			"members[0].votes: negative\ngame.quota: not between 1 and the sum of the weights"},
		{"utilities", strings.Replace(change(`"scores":[0.9,0.8,0]`, `"scores":[1e308,-1e308,0]`), `"beta":2`, `"beta":9`, 1), "-in -", 1, "performance: utilities are too large"},
		{"tiny cost", change(`"cost":10`, `"cost":1e-305`), "-in -", 1, "members[0].cost: below 1e-300"},
		{"flags", full, "-in - -ties x -rule y -format z -tau 2 -delta 0 -topk 0 -draws 0", 2, "-ties: not split, influence or none\n-rule: not a rule\n-format: not json or text\n-tau: outside [0,1]\n-delta: outside (0,1]\n-topk: below 1\n-draws: below 1"},
		{"flags against the file", full, "-in - -autocrat m9 -target Z -endorse 1 -topk 3", 2, "-autocrat: not a member\n-target: not an alternative\n-endorse: not above half of the members and at most all\n-topk: not below the number of alternatives"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, stdout, stderr := try(t, tt.stdin, strings.Fields(tt.args)...)
			want := "choose: " + strings.ReplaceAll(tt.stderr, "\n", "\nchoose: ") + "\n"
			if code != tt.code || stderr != want || stdout != "" {
				t.Errorf("exit %d, want %d\n%s", code, tt.code, cmp.Diff(want, stderr))
			}
		})
	}
}

// Integers that a float cannot hold are written as text.
func TestLargeIntegers(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"alternatives":[{"id":"a","ours":true},{"id":"b"}],"game":{"quota":31},"members":[`)
	for i := range 60 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"id":"m` + strings.Repeat("x", i) + `","votes":1,"preference":[0.5,0.5]}`)
	}
	b.WriteString("]}")
	code, text, stderr := try(t, b.String(), "-in", "-", "-rule", "weighted_probability")
	// Σ_{k≥31} C(60,k) and C(59,30).
	if code != 0 || !strings.Contains(text, `"power":{"winning":"517328461520992776","swings":["59132290782430712",`) {
		t.Errorf("exit %d %s\n%.3000s", code, stderr, text)
	}
}
