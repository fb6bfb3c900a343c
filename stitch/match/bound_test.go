package match_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/buyerjourney/b2b/stitch/match"
)

// scrawl writes words of few letters, so that near pairs of every sort turn up.
func scrawl(r *rand.Rand, words int) string {
	var s strings.Builder
	for i := range words {
		if i > 0 {
			s.WriteString(" ")
		}
		for range 1 + r.IntN(7) {
			s.WriteString(string([]rune("aabbcdé")[r.IntN(7)]))
		}
	}
	return s.String()
}

// scrawledFields has a column of every kind that has bounds of its own.
var scrawledFields = []match.Field{
	{Name: "given", Kind: match.GivenName},
	{Name: "surname", Kind: match.Surname},
	{Name: "born", Kind: match.Date},
	{Name: "city", Kind: match.City},
	{Name: "mail", Kind: match.Email},
	{Name: "zip", Kind: match.Postcode},
	{Name: "firm", Kind: match.CompanyKind},
	{Name: "road", Kind: match.Street},
	{Name: "code", Kind: match.Code},
	{Name: "note", Kind: match.FreeText},
	{Name: "amount", Kind: match.Number},
	{Name: "tags", Kind: match.Tokens},
	{Name: "alias", Kind: match.Text, Levels: []match.Level{
		{Test: match.JW, At: .95}, {Test: match.InitialEqual}, {Test: match.JW, At: .6}, {Test: match.OSAWithin, At: 3}, {Test: match.Else},
	}},
}

// scrawledTable holds n records with the columns at the given places.
func scrawledTable(t testing.TB, n int, places ...int) *match.Table {
	t.Helper()
	r := rand.New(rand.NewPCG(11, 0))
	fields := make([]match.Field, len(places))
	for i, at := range places {
		fields[i] = scrawledFields[at]
	}
	b, err := match.NewBuilder(fields)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"william", "bill", "will", "b", "elizabeth", "liz", "beth", "anna"}
	for i := range n {
		given, surname := names[r.IntN(len(names))], scrawl(r, 1)
		if r.IntN(2) == 0 {
			surname = names[r.IntN(len(names))]
		}
		local := []string{given + "." + surname, given, names[r.IntN(len(names))]}[r.IntN(3)]
		digits := strconv.Itoa(r.IntN(30))
		all := []string{
			given, surname, "19" + strconv.Itoa(10+r.IntN(3)) + "-0" + strconv.Itoa(1+r.IntN(9)) + "-0" + strconv.Itoa(1+r.IntN(9)),
			scrawl(r, 2), local + "@" + names[r.IntN(3)] + ".example", "AB" + digits, scrawl(r, 2) + " ltd",
			scrawl(r, 1) + " " + digits, scrawl(r, 1), scrawl(r, 3), digits, scrawl(r, 1) + ";" + scrawl(r, 1), scrawl(r, 1),
		}
		cells := make([]string, len(places))
		for k, at := range places {
			if r.IntN(8) > 0 {
				cells[k] = all[at]
			}
		}
		if err := b.Add(match.Record{ID: strconv.Itoa(i), Cells: cells}); err != nil {
			t.Fatal(err)
		}
	}
	return b.Table()
}

// checkBounds holds the pairs of a run with a threshold to those of a run without, less the ones below it; thresholds are
// taken from the weights that there are.
func checkBounds(t *testing.T, tab *match.Table, m *match.Model, rules ...match.BlockRule) {
	t.Helper()
	blocking, err := match.NewBlocking(tab, match.Blocks{Rules: rules, MaxSize: -1}, false)
	if err != nil {
		t.Fatal(err)
	}
	s, err := match.NewScorer(m, tab)
	if err != nil {
		t.Fatal(err)
	}
	all := s.Predict(blocking, 0, 1)
	var weights []float64
	for _, p := range all.Pairs {
		weights = append(weights, p.Bits)
	}
	slices.Sort(weights)
	weights = slices.Compact(weights)
	for k := range 6 {
		least := max(match.Probability(weights[(len(weights)-1)*k/5]-1e-9), 1e-9)
		want := slices.DeleteFunc(slices.Clone(all.Pairs), func(p match.Pair) bool { return p.Bits < match.Bits(least) })
		if got := s.Predict(blocking, least, 2); got.Candidates != all.Candidates || !slices.Equal(got.Pairs, want) {
			t.Errorf("from %v: %d pairs of %d, want %d of %d", least, len(got.Pairs), got.Candidates, len(want), all.Candidates)
		}
	}
}

// Pairs that are left out by their bounds do not reach the threshold, whatever level of whatever column decides.
func TestPredictBounds(t *testing.T) {
	for at, f := range scrawledFields {
		t.Run(f.Name, func(t *testing.T) {
			places := []int{at}
			if f.Kind == match.Surname || f.Kind == match.Email { // which look at the names beside them
				places = slices.Compact([]int{0, 1, at})
			}
			tab := scrawledTable(t, 120, places...)
			levels := match.StartModel(tab.Fields()).Comparisons[len(places)-1].Levels
			for heaviest := range levels {
				m := match.StartModel(tab.Fields())
				m.Prior = .5
				for l := range levels {
					m.Comparisons[len(places)-1].Levels[l].Bits = float64((l-heaviest+len(levels))%len(levels)) * -4
				}
				checkBounds(t, tab, m, match.BlockRule{Keys: []match.BlockKey{{Field: f.Name, Transform: match.Prefix, N: 1}}},
					match.BlockRule{Keys: []match.BlockKey{{Field: tab.Fields()[0].Name, Transform: match.Prefix, N: 1}}},
					match.BlockRule{Keys: []match.BlockKey{{Field: tab.Fields()[0].Name, Transform: match.Suffix, N: 1}}})
			}
		})
	}
	t.Run("all", func(t *testing.T) {
		tab := scrawledTable(t, 300, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
		m, _, err := match.Train(tab, match.TrainConfig{Source: rand.NewPCG(1, 0), Prior: .01})
		if err != nil {
			t.Fatal(err)
		}
		checkBounds(t, tab, m, match.BlockRule{Keys: []match.BlockKey{{Field: "mail", Transform: match.DomainOf}}},
			match.BlockRule{Keys: []match.BlockKey{{Field: "born", Transform: match.YearOf}}})
	})
}

// The levels of dates by words of digits are those of the tests one by one.
func TestDateLevels(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 0))
	levels := match.DefaultLevels(match.Date, false)
	oneByOne := slices.Insert(slices.Clone(levels), len(levels)-1, match.Level{Test: match.Within, At: 1e6}) // not the default, so not taken together
	fields := []match.Field{{Name: "default", Kind: match.Date}, {Name: "one by one", Kind: match.Date, Levels: oneByOne}}
	b, err := match.NewBuilder(fields)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 400 {
		d := strconv.Itoa(1960+r.IntN(3)*10+r.IntN(3)) + "-" + []string{"01", "10", "02", "12", "11"}[r.IntN(5)] + "-" +
			[]string{"01", "10", "11", "12", "21", "02", "20"}[r.IntN(7)]
		if err := b.Add(match.Record{ID: strconv.Itoa(i), Cells: []string{d, d}}); err != nil {
			t.Fatal(err)
		}
	}
	tab := b.Table()
	s, err := match.NewScorer(match.StartModel(fields), tab)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for x := range uint32(tab.Len()) {
		for y := range x {
			parts := s.Explain(y, x).Parts
			got, want := parts[0].Level, parts[1].Level
			if want == "within 1e+06" {
				want = "else"
			}
			if got != want {
				t.Fatalf("%s and %s: %s, one by one %s", tab.Value(int(y), 0), tab.Value(int(x), 0), got, want)
			}
			seen[got]++
		}
	}
	if len(seen) != len(levels) {
		t.Errorf("only the levels %v were tried", seen)
	}
}
