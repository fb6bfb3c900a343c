package segment

import (
	"cmp"
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
)

// Decision is the treatment of one account.
type Decision struct {
	Account   b2b.AccountID
	Treatment int
	Delta     b2b.Money // gain over online
	Hours     int64
	Reason    Reason
}

// Shadow is what one hour of a team is worth.
type Shadow struct {
	Team  int       // index of the treatment
	More  b2b.Money // gain of one hour more
	Less  b2b.Money // loss of one hour less; not given where the team has none to give
	Known bool      // false where the solution is not exact
}

// Plan is the treatment of all accounts.
type Plan struct {
	Decisions []Decision // in the order of the accounts
	Value     b2b.Money  // Σ Delta
	Used      []int64    // hours by treatment; those of online are 0
	Exact     bool       // no other plan has a larger value
	// Bound is a value that no plan exceeds: the fractional relaxation, or Value itself where exact. Gap is Bound − Value.
	Bound, Gap b2b.Money
	Shadows    []Shadow // by team
}

// Assign gives each account one treatment so that the sum of gains Δ = margin·(p − p_online) − cost·hours is as large as the
// hours of the teams allow. Δ is rounded half to even to minor units once per account and treatment. A treatment with Δ ≤ 0
// is never chosen anew.
//
// In this order: pinned accounts take their hours, else a [*PinsError]; an account keeps its treatment unless it may leave it
// (gain above Kappa, CoolDown over); where those kept need more hours than a team has, the ones that gain least per hour give
// way, as far as needed; all others are optimised.
//
// With up to two teams and accounts × hour states within MaxWork the optimum is exact (multiple-choice knapsack by dynamic
// programming); otherwise it is the better of the greedy plan by Δ per hour and the greedy plan behind the single best
// account, with a bound. Ties go to fewer hours, then to the smaller id. Compare CALLPLAN (Lodish 1971) and key account
// management (Homburg, Workman and Jensen 2002).
func Assign(accounts []Account, cfg Config) (Plan, error) {
	pr, err := newProblem(accounts, cfg)
	if err != nil {
		return Plan{}, err
	}
	if cfg.MaxWork == 0 {
		cfg.MaxWork = DefaultMaxWork
	}
	left := slices.Clone(pr.hours)
	if err := pr.pin(left); err != nil {
		return Plan{}, err
	}
	bound := pr.bindings(cfg, left)
	main := pr.solve(pr.options(bound), left, cfg.MaxWork)
	free := main
	if slices.ContainsFunc(bound, func(b bool) bool { return b }) {
		free = pr.solve(pr.options(make([]bool, len(bound))), left, cfg.MaxWork)
	}
	return pr.plan(main, free, bound), nil
}

// pin takes the hours of pinned accounts from left.
func (pr *problem) pin(left []int64) error {
	for t := 1; t <= pr.teams; t++ {
		var ids []b2b.AccountID
		need := int64(0)
		for _, a := range pr.accounts {
			if a.Pinned == t {
				ids = append(ids, a.ID)
				need = min(math.MaxInt64-a.Hours[t], need) + a.Hours[t]
			}
		}
		if need > pr.hours[t-1] {
			slices.Sort(ids)
			return &PinsError{Team: t, Need: need, Hours: pr.hours[t-1], Accounts: ids}
		}
		left[t-1] -= need
	}
	return nil
}

// bindings returns which accounts are bound to their treatment by hysteresis. Where those need more hours than are left, the
// ones that gain least per hour are released, ties the larger id first.
func (pr *problem) bindings(cfg Config, left []int64) []bool {
	bound := make([]bool, len(pr.accounts))
	for i, a := range pr.accounts {
		bound[i] = a.Pinned == Online && !a.Since.IsZero() && pr.allowed[i][a.Current]
	}
	for t := 1; t <= pr.teams; t++ {
		var kept []int
		need := int64(0)
		for i, a := range pr.accounts {
			if bound[i] && a.Current == t {
				kept = append(kept, i)
				need = min(math.MaxInt64-a.Hours[t], need) + a.Hours[t]
			}
		}
		slices.SortFunc(kept, func(i, j int) int {
			return cmp.Or(
				cmp.Compare(rate(pr.delta[i][t], pr.accounts[i].Hours[t]), rate(pr.delta[j][t], pr.accounts[j].Hours[t])),
				cmp.Compare(pr.accounts[j].ID, pr.accounts[i].ID))
		})
		for k := 0; need > left[t-1]; k++ {
			bound[kept[k]] = false
			need -= pr.accounts[kept[k]].Hours[t]
		}
	}
	// An account that may leave for something better is bound to what it has or better.
	for i, a := range pr.accounts {
		if bound[i] && cfg.AsOf.Sub(a.Since) >= cfg.CoolDown {
			for t := range pr.teams + 1 {
				if t != a.Current && pr.allowed[i][t] && pr.delta[i][t]-pr.delta[i][a.Current] > pr.kappa {
					pr.mayLeave(i, t)
				}
			}
		}
	}
	return bound
}

// option is a treatment that an account may get.
type option struct {
	treatment int
	hours     int64
	value     int64
}

// mayLeave notes that account i may leave its treatment for t.
func (pr *problem) mayLeave(i, t int) {
	if pr.leave == nil {
		pr.leave = make(map[int][]int)
	}
	pr.leave[i] = append(pr.leave[i], t)
}

// options lists what each account may get, the treatment that it gets if nothing else is chosen first. Pinned accounts have
// none.
func (pr *problem) options(bound []bool) [][]option {
	all := make([][]option, len(pr.accounts))
	for i, a := range pr.accounts {
		if a.Pinned != Online {
			continue
		}
		if bound[i] {
			all[i] = append(all[i], pr.option(i, a.Current))
			for _, t := range pr.leave[i] {
				all[i] = append(all[i], pr.option(i, t))
			}
			continue
		}
		all[i] = append(all[i], pr.option(i, Online))
		for t := 1; t <= pr.teams; t++ {
			if pr.allowed[i][t] && pr.delta[i][t] > 0 {
				all[i] = append(all[i], pr.option(i, t))
			}
		}
	}
	return all
}

func (pr *problem) option(i, t int) option { return option{t, pr.accounts[i].Hours[t], pr.delta[i][t]} }

func rate(delta, hours int64) float64 {
	if hours == 0 {
		if delta > 0 {
			return math.Inf(1)
		}
		return math.Inf(-1)
	}
	return float64(delta) / float64(hours)
}

// plan turns the solution into decisions with their reasons.
func (pr *problem) plan(main, free solution, bound []bool) Plan {
	money := func(minor int64) b2b.Money {
		if pr.currency == "" {
			return b2b.Money{}
		}
		return b2b.MustMoney(minor, pr.currency)
	}
	out := Plan{Used: make([]int64, pr.teams+1), Exact: main.exact}
	total := int64(0)
	for i, a := range pr.accounts {
		d := Decision{Account: a.ID, Treatment: a.Pinned, Reason: Pinned}
		if a.Pinned == Online {
			d.Treatment = main.treatment[i]
			switch {
			case bound[i] && d.Treatment == a.Current && free.treatment[i] != a.Current:
				d.Reason = Hysteresis
			case d.Treatment != Online:
				d.Reason = Optimal
			case pr.gains(i):
				d.Reason = Capacity
			default:
				d.Reason = NoGain
			}
		}
		delta := pr.delta[i][d.Treatment]
		d.Delta, d.Hours = money(delta), a.Hours[d.Treatment]
		total += delta
		out.Used[d.Treatment] += d.Hours
		out.Decisions = append(out.Decisions, d)
	}
	pinned := total - main.value
	out.Value, out.Bound, out.Gap = money(total), money(main.bound+pinned), money(main.bound-main.value)
	for t := 1; t <= pr.teams; t++ {
		s := Shadow{Team: t, Known: main.exact}
		if main.exact {
			s.More = money(main.more[t-1])
			if main.less[t-1] >= 0 {
				s.Less = money(main.less[t-1])
			}
		}
		out.Shadows = append(out.Shadows, s)
	}
	return out
}

// gains reports whether any team that the account accepts would gain something.
func (pr *problem) gains(i int) bool {
	for t := 1; t <= pr.teams; t++ {
		if pr.allowed[i][t] && pr.delta[i][t] > 0 {
			return true
		}
	}
	return false
}
