package segment_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/segment"
)

func euro(cents int64) b2b.Money { return b2b.MustMoney(cents, "EUR") }

func assign(t testing.TB, accounts []segment.Account, cfg segment.Config) segment.Plan {
	t.Helper()
	p, err := segment.Assign(accounts, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// chosen lists the accounts with a team, in the order of the decisions.
func chosen(p segment.Plan) (ids []string) {
	for _, d := range p.Decisions {
		if d.Treatment != segment.Online {
			ids = append(ids, string(d.Account))
		}
	}
	return ids
}

// segment_treatment.json: enumeration and dynamic programming agree; 34.9 with a1, a2, a6 at 150 hours, and the trap of the
// greedy rule, 220 against 160.
func TestOracle(t *testing.T) {
	var o struct {
		HourCost float64 `json:"hour_cost"`
		Capacity int64   `json:"capacity_hours"`
		Accounts []struct {
			ID      string
			Margin  int64
			POnline float64 `json:"p_online"`
			PAM     float64 `json:"p_am"`
			Hours   int64
			Delta   float64
		}
		Exact struct {
			Value float64
			AM    []string `json:"account_manager"`
			Hours int64
		}
		Trap struct {
			Items []struct {
				ID           string
				Delta, Hours int64
			}
			Capacity int64 `json:"capacity_hours"`
			Exact    struct {
				Value int64
				AM    []string `json:"account_manager"`
			}
			Greedy struct{ Value int64 } `json:"greedy_by_delta_per_hour"`
		} `json:"greedy_trap"`
	}
	data, err := os.ReadFile("testdata/segment_treatment.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	var accounts []segment.Account
	for _, a := range o.Accounts {
		accounts = append(accounts, segment.Account{
			ID: b2b.AccountID(a.ID), Margin: euro(100 * a.Margin), P: []float64{a.POnline, a.PAM}, Hours: []int64{0, a.Hours},
		})
	}
	p := assign(t, accounts, segment.Config{Teams: []segment.Team{{Name: "account manager", Hours: o.Capacity, Cost: euro(int64(100 * o.HourCost))}}})
	if !slices.Equal(chosen(p), o.Exact.AM) || p.Value != euro(int64(o.Exact.Value*100+.5)) || p.Used[1] != o.Exact.Hours || !p.Exact {
		t.Errorf("%+v, want %+v", p, o.Exact)
	}
	for i, a := range o.Accounts {
		if d := p.Decisions[i]; d.Treatment == 1 && d.Delta != euro(int64(a.Delta*100+.5)) {
			t.Errorf("%s: delta %v, want %v", a.ID, d.Delta, a.Delta)
		}
	}
	accounts = nil
	for _, a := range o.Trap.Items {
		accounts = append(accounts, segment.Account{ID: b2b.AccountID(a.ID), Margin: euro(a.Delta), P: []float64{0, 1}, Hours: []int64{0, a.Hours}})
	}
	teams := []segment.Team{{Hours: o.Trap.Capacity}}
	p = assign(t, accounts, segment.Config{Teams: teams})
	if !slices.Equal(chosen(p), o.Trap.Exact.AM) || p.Value != euro(o.Trap.Exact.Value) {
		t.Errorf("trap: %+v", p)
	}
	// Without work for the exact solution the greedy one is at least what the rule of thumb gets, and says how far it may be off.
	p = assign(t, accounts, segment.Config{Teams: teams, MaxWork: 1})
	if p.Exact || p.Value.Minor() < o.Trap.Greedy.Value || p.Bound.Minor() < o.Trap.Exact.Value || p.Gap.Minor() != p.Bound.Minor()-p.Value.Minor() {
		t.Errorf("greedy: %+v", p)
	}
}

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// drawProblem draws up to 6 accounts and 2 teams, with pins, opt-outs and history.
func drawProblem(t *rapid.T) ([]segment.Account, segment.Config) {
	cfg := segment.Config{AsOf: start.AddDate(1, 0, 0), CoolDown: 24 * time.Hour, Kappa: euro(rapid.Int64Range(0, 40).Draw(t, "kappa"))}
	teams := rapid.IntRange(0, 2).Draw(t, "teams")
	for range teams {
		cfg.Teams = append(cfg.Teams, segment.Team{Hours: rapid.Int64Range(0, 12).Draw(t, "hours"), Cost: euro(rapid.Int64Range(0, 3).Draw(t, "cost"))})
	}
	var accounts []segment.Account
	for i := range rapid.IntRange(0, 6).Draw(t, "accounts") {
		a := segment.Account{ID: b2b.AccountID("a" + strconv.Itoa(i)), Margin: euro(rapid.Int64Range(0, 100).Draw(t, "margin")), P: []float64{.25}, Hours: []int64{0}}
		for range teams {
			a.P = append(a.P, rapid.SampledFrom([]float64{0, .25, .5, 1}).Draw(t, "p"))
			a.Hours = append(a.Hours, rapid.Int64Range(0, 8).Draw(t, "h"))
		}
		if teams > 0 {
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 3:
				a.OptOut = []int{1}
			case 4:
				a.Current, a.Since = rapid.IntRange(0, teams).Draw(t, "current"), start
			case 5:
				a.Pinned = teams
			}
		}
		accounts = append(accounts, a)
	}
	return accounts, cfg
}

// free strips what the enumeration does not model.
func free(accounts []segment.Account) []segment.Account {
	out := slices.Clone(accounts)
	for i := range out {
		out[i].Since, out[i].Current, out[i].Pinned = time.Time{}, 0, 0
	}
	return out
}

// enumerate is the naive model: the best value over all assignments.
func enumerate(accounts []segment.Account, cfg segment.Config) (best int64) {
	treatments := len(cfg.Teams) + 1
	z := make([]int, len(accounts))
	for {
		used := make([]int64, treatments)
		value, ok := int64(0), true
		for i, t := range z {
			a := accounts[i]
			used[t] += a.Hours[t]
			ok = ok && !slices.Contains(a.OptOut, t)
			if t > 0 {
				value += delta(a, cfg, t)
			}
		}
		for t := 1; t < treatments; t++ {
			ok = ok && used[t] <= cfg.Teams[t-1].Hours
		}
		if ok {
			best = max(best, value)
		}
		i := len(z) - 1
		for ; i >= 0 && z[i] == treatments-1; i-- {
			z[i] = 0
		}
		if i < 0 {
			return best
		}
		z[i]++
	}
}

// delta is exact in floats here: probabilities are multiples of ¼, amounts small.
func delta(a segment.Account, cfg segment.Config, t int) int64 {
	x := float64(a.Margin.Minor())*(a.P[t]-a.P[0]) - float64(cfg.Teams[t-1].Cost.Minor()*a.Hours[t])
	r := int64(x)
	for _, c := range []int64{r - 1, r, r + 1} {
		if d := x - float64(c); d > -.5 && d < .5 || (d == .5 || d == -.5) && c%2 == 0 {
			return c
		}
	}
	panic("unreachable")
}

// Exact plans are optimal, feasible and no worse than greedy ones; more hours never lower the value; shadows are differences.
func propAssign(t *rapid.T) {
	accounts, cfg := drawProblem(t)
	accounts = free(accounts)
	p, err := segment.Assign(accounts, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if want := enumerate(accounts, cfg); !p.Exact || p.Value.Minor() != want {
		t.Fatalf("value %v, want %d", p.Value, want)
	}
	greedyCfg := cfg
	greedyCfg.MaxWork = 1
	g, err := segment.Assign(accounts, greedyCfg)
	if err != nil {
		t.Fatal(err)
	}
	if g.Value.Minor() > p.Value.Minor() || g.Bound.Minor() < p.Value.Minor() {
		t.Fatalf("exact %v, greedy %v, bound %v", p.Value, g.Value, g.Bound)
	}
	feasible(t, p, accounts, cfg)
	feasible(t, g, accounts, cfg)
	for k := range cfg.Teams {
		for _, step := range []int64{-1, 1} {
			other := cfg
			other.Teams = slices.Clone(cfg.Teams)
			if other.Teams[k].Hours += step; other.Teams[k].Hours < 0 {
				continue
			}
			want := enumerate(accounts, other) - p.Value.Minor()
			got := p.Shadows[k].More.Minor()
			if step < 0 {
				got = -p.Shadows[k].Less.Minor()
			}
			if len(accounts) > 0 && got != want {
				t.Fatalf("team %d, %+d hour: %d, want %d", k+1, step, got, want)
			}
		}
	}
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	shuffled := slices.Clone(accounts)
	rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	q, err := segment.Assign(shuffled, cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range q.Decisions {
		if !slices.Contains(p.Decisions, d) {
			t.Fatalf("the order of accounts changed %+v", d)
		}
	}
}

func feasible(t *rapid.T, p segment.Plan, accounts []segment.Account, cfg segment.Config) {
	used, total := make([]int64, len(cfg.Teams)+1), int64(0)
	for i, d := range p.Decisions {
		used[d.Treatment] += accounts[i].Hours[d.Treatment]
		total += d.Delta.Minor()
		if slices.Contains(accounts[i].OptOut, d.Treatment) || d.Hours != accounts[i].Hours[d.Treatment] {
			t.Fatalf("%+v", d)
		}
	}
	for k, team := range cfg.Teams {
		if used[k+1] > team.Hours || used[k+1] != p.Used[k+1] {
			t.Fatalf("team %d uses %d of %d hours, says %d", k+1, used[k+1], team.Hours, p.Used[k+1])
		}
	}
	if total != p.Value.Minor() {
		t.Fatalf("decisions sum to %d, value %v", total, p.Value)
	}
}

// With pins and history plans stay feasible, pins hold, and a kappa above every gain keeps everybody whose hours fit.
func propHistory(t *rapid.T) {
	accounts, cfg := drawProblem(t)
	p, err := segment.Assign(accounts, cfg)
	if pins, ok := errors.AsType[*segment.PinsError](err); ok {
		if pins.Need <= pins.Hours {
			t.Fatal(pins)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	feasible(t, p, accounts, cfg)
	for i, d := range p.Decisions {
		a := accounts[i]
		if a.Pinned > 0 && (d.Treatment != a.Pinned || d.Reason != segment.Pinned) {
			t.Fatalf("pinned to %d: %+v", a.Pinned, d)
		}
		if d.Reason == segment.Hysteresis && (a.Since.IsZero() || d.Treatment != a.Current) {
			t.Fatalf("%+v", d)
		}
	}
	cfg.Kappa = euro(1_000_000)
	need := make([]int64, len(cfg.Teams)+1)
	for _, a := range accounts {
		if a.Pinned > 0 {
			need[a.Pinned] += a.Hours[a.Pinned]
		} else if !a.Since.IsZero() {
			need[a.Current] += a.Hours[a.Current]
		}
	}
	for k, team := range cfg.Teams {
		if need[k+1] > team.Hours {
			return
		}
	}
	if p, err = segment.Assign(accounts, cfg); err != nil {
		t.Fatal(err)
	}
	for i, d := range p.Decisions {
		if a := accounts[i]; a.Pinned == 0 && !a.Since.IsZero() && d.Treatment != a.Current {
			t.Fatalf("left %d although nothing is worth it: %+v", a.Current, d)
		}
	}
}

func TestAssign(t *testing.T)  { rapid.Check(t, propAssign) }
func TestHistory(t *testing.T) { rapid.Check(t, propHistory) }

func FuzzAssign(f *testing.F)  { f.Fuzz(rapid.MakeFuzz(propAssign)) }
func FuzzHistory(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propHistory)) }

func TestErrors(t *testing.T) {
	good := segment.Account{ID: "a", Margin: euro(100), P: []float64{.1, .2}, Hours: []int64{0, 1}}
	teams := []segment.Team{{Hours: 10}}
	for want, change := range map[string]func(*segment.Account, *segment.Config){
		"accounts[0].id":           func(a *segment.Account, _ *segment.Config) { a.ID = "" },
		"accounts[0].margin":       func(a *segment.Account, _ *segment.Config) { a.Margin = b2b.Money{} },
		"accounts[0]":              func(a *segment.Account, _ *segment.Config) { a.P = a.P[:1] },
		"accounts[0].p[1]":         func(a *segment.Account, _ *segment.Config) { a.P = []float64{.1, 1.5} },
		"accounts[0].hours[1]":     func(a *segment.Account, _ *segment.Config) { a.Hours = []int64{0, -1} },
		"accounts[0].opt_out[0]":   func(a *segment.Account, _ *segment.Config) { a.OptOut = []int{2} },
		"accounts[0].pinned":       func(a *segment.Account, _ *segment.Config) { a.Pinned, a.OptOut = 1, []int{1} },
		"accounts[0].current":      func(a *segment.Account, _ *segment.Config) { a.Current = 3 },
		"accounts[0].since":        func(a *segment.Account, _ *segment.Config) { a.Since = start },
		"config.teams[0].hours":    func(_ *segment.Account, c *segment.Config) { c.Teams[0].Hours = -1 },
		"config.teams[0].cost":     func(_ *segment.Account, c *segment.Config) { c.Teams[0].Cost = euro(-1) },
		"config.kappa":             func(_ *segment.Account, c *segment.Config) { c.Kappa = b2b.MustMoney(-1, "EUR") },
		"config.cool_down":         func(_ *segment.Account, c *segment.Config) { c.CoolDown = -1 },
		"accounts[0].margin (2nd)": func(_ *segment.Account, c *segment.Config) { c.Kappa = b2b.MustMoney(1, "USD") },
		"config.max_work":          func(_ *segment.Account, c *segment.Config) { c.MaxWork = -1 },
	} {
		a, cfg := good, segment.Config{Teams: slices.Clone(teams)}
		change(&a, &cfg)
		_, err := segment.Assign([]segment.Account{a}, cfg)
		invalid, ok := errors.AsType[*b2b.InvalidError](err)
		if !ok || (invalid.Path != want && invalid.Path+" (2nd)" != want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	pinned := good
	pinned.Pinned, pinned.Hours = 1, []int64{0, 11}
	_, err := segment.Assign([]segment.Account{pinned}, segment.Config{Teams: teams})
	pins, ok := errors.AsType[*segment.PinsError](err)
	if !ok || pins.Team != 1 || pins.Need != 11 || pins.Hours != 10 || !slices.Equal(pins.Accounts, []b2b.AccountID{"a"}) {
		t.Error(err)
	}
}

func TestPolicy(t *testing.T) {
	online := segment.PolicyFor(segment.Online, dmu.NewTask, 1)
	if !online.OnePerson || online.NamedMembers {
		t.Errorf("%+v", online)
	}
	var required []b2b.SeatID
	for _, s := range online.Template.Seats() {
		if s.Required {
			required = append(required, s.ID)
		}
	}
	if !slices.Equal(required, []b2b.SeatID{"user", "buyer"}) {
		t.Error(required)
	}
	manager := segment.PolicyFor(1, dmu.NewTask, 4)
	if legal, _ := manager.Template.Seat("legal"); manager.OnePerson || !manager.NamedMembers || !legal.Required {
		t.Errorf("%+v", manager)
	}
}

func ExampleAssign() {
	accounts := []segment.Account{
		{ID: "Acme", Margin: b2b.MustMoney(12_000_00, "EUR"), P: []float64{.30, .42}, Hours: []int64{0, 60}},
		{ID: "Bolt", Margin: b2b.MustMoney(8_000_00, "EUR"), P: []float64{.25, .40}, Hours: []int64{0, 40}},
		{ID: "Corp", Margin: b2b.MustMoney(30_000_00, "EUR"), P: []float64{.10, .16}, Hours: []int64{0, 120}},
	}
	plan, err := segment.Assign(accounts, segment.Config{
		Teams: []segment.Team{{Name: "account manager", Hours: 120, Cost: b2b.MustMoney(5_00, "EUR")}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range plan.Decisions {
		fmt.Println(d.Account, d.Treatment, d.Delta, d.Reason)
	}
	fmt.Println("total", plan.Value)
	// Output:
	// Acme 1 1140.00 EUR optimal
	// Bolt 1 1000.00 EUR optimal
	// Corp 0 0.00 EUR capacity
	// total 2140.00 EUR
}

func BenchmarkSegment(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"1e2", 100}, {"1e4", 10_000}} {
		b.Run(size.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			accounts := make([]segment.Account, size.n)
			for i := range accounts {
				p := rng.Float64() / 2
				accounts[i] = segment.Account{
					ID: b2b.AccountID(strconv.Itoa(i)), Margin: euro(rng.Int64N(10_000_000)),
					P: []float64{p, p + rng.Float64()/2}, Hours: []int64{0, 1 + rng.Int64N(60)},
				}
			}
			cfg := segment.Config{Teams: []segment.Team{{Hours: 1000, Cost: euro(5000)}}}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := segment.Assign(accounts, cfg); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
