package segment

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Online is the index of the treatment that is free and unlimited: the journey without a person of ours. The teams of
// [Config] follow from 1 on.
const Online = 0

// Team treats accounts with hours of people. The zero value has no hours.
type Team struct {
	Name  string
	Hours int64     // whole hours that can be spent
	Cost  b2b.Money // of one hour; not given is free
}

// Account is a candidate for the treatments.
type Account struct {
	ID     b2b.AccountID
	Margin b2b.Money // contribution of a sale
	// P is the probability of a sale and Hours the whole hours spent, by treatment: index 0 is online, where Hours is 0.
	P     []float64
	Hours []int64
	// Pinned is the team that the account must have, by contract or strategy; 0 is none.
	Pinned int
	// OptOut lists the teams that the account does not want.
	OptOut []int
	// Current is the treatment that the account has had since Since; a zero Since is a new account.
	Current int
	Since   time.Time
}

// Config says what can be spent. The zero value has no teams: everybody is treated online.
type Config struct {
	Teams []Team
	// Kappa is what an account must gain at least, and more than that, to leave its treatment; not given is 0. CoolDown is how
	// long it must have had it. Neither holds for new and pinned accounts.
	Kappa    b2b.Money
	CoolDown time.Duration
	AsOf     time.Time // needed where an account has a Since
	// MaxWork bounds accounts × hour states of the exact solution; 0 is [DefaultMaxWork].
	MaxWork int64
}

// DefaultMaxWork is the bound of the exact solution where [Config.MaxWork] is 0.
const DefaultMaxWork = 200_000_000

// Reason says why an account has its treatment. Zero is unknown.
type Reason uint8

// The reasons.
const (
	UnknownReason Reason = iota
	Pinned               // the account must have it
	Optimal              // the best use of the hours
	Hysteresis           // kept: leaving would gain too little, or is too soon
	Capacity             // online, since others use the hours better
	NoGain               // online: no team gains anything here
)

var reasons = enum.New[Reason]("reason", "unknown", "pinned", "optimal", "hysteresis", "capacity", "no gain")

// ParseReason reads the name of a reason; the empty text is [UnknownReason].
func ParseReason(text string) (Reason, error) { return reasons.Parse(text) }

// IsValid reports whether r is a value of the enumeration.
func (r Reason) IsValid() bool { return reasons.Valid(r) }

// String returns the name in lower case.
func (r Reason) String() string { return reasons.String(r) }

// AppendText implements [encoding.TextAppender].
func (r Reason) AppendText(dst []byte) ([]byte, error) { return reasons.AppendText(dst, r) }

// MarshalText implements [encoding.TextMarshaler].
func (r Reason) MarshalText() ([]byte, error) { return reasons.AppendText(nil, r) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseReason] does.
func (r *Reason) UnmarshalText(text []byte) error { return reasons.UnmarshalText(r, text) }

// PinsError says that the accounts pinned to a team need more hours than it has.
type PinsError struct {
	Team     int // index of the treatment
	Need     int64
	Hours    int64
	Accounts []b2b.AccountID // ascending
}

// Error names the team and the hours, not the accounts.
func (e *PinsError) Error() string {
	return fmt.Sprintf("treatment %d: %d pinned accounts need %d hours of %d", e.Team, len(e.Accounts), e.Need, e.Hours)
}

// problem is the checked input in minor units.
type problem struct {
	accounts []Account
	teams    int
	hours    []int64   // by team, from 0
	delta    [][]int64 // by account and treatment; delta[i][0] = 0
	allowed  [][]bool
	kappa    int64
	currency string
	leave    map[int][]int // by account: the treatments that a bound one may leave for
}

func newProblem(accounts []Account, cfg Config) (*problem, error) {
	var p b2b.Problems
	pr := &problem{teams: len(cfg.Teams), accounts: slices.Clone(accounts)}
	one := func(path string, m b2b.Money) int64 {
		if !m.IsGiven() {
			return 0
		}
		if pr.currency == "" {
			pr.currency = m.Currency()
		}
		if m.Currency() != pr.currency {
			p.Add(path, "currencies differ: "+pr.currency+" and "+m.Currency())
		}
		return m.Minor()
	}
	cost := make([]int64, len(cfg.Teams))
	for t, team := range cfg.Teams {
		path := "config.teams[" + strconv.Itoa(t) + "]"
		if team.Hours < 0 {
			p.Add(path+".hours", "negative")
		}
		if cost[t] = one(path+".cost", team.Cost); cost[t] < 0 {
			p.Add(path+".cost", "negative")
		}
		pr.hours = append(pr.hours, team.Hours)
	}
	if pr.kappa = one("config.kappa", cfg.Kappa); pr.kappa < 0 {
		p.Add("config.kappa", "negative")
	}
	if cfg.CoolDown < 0 {
		p.Add("config.cool_down", "negative")
	}
	if cfg.MaxWork < 0 {
		p.Add("config.max_work", "negative")
	}
	seen := make(map[b2b.AccountID]int, len(accounts))
	total := new(big.Int)
	for i, a := range accounts {
		path := "accounts[" + strconv.Itoa(i) + "]"
		if j, dup := seen[a.ID]; dup {
			p.Addf(path+".id", "same as accounts[%d]", j)
		} else {
			seen[a.ID] = i
		}
		margin := one(path+".margin", a.Margin)
		a.check(&p, path, len(cfg.Teams), cfg.AsOf)
		if p.Len() > 0 {
			continue
		}
		delta, allowed := make([]int64, len(cfg.Teams)+1), make([]bool, len(cfg.Teams)+1)
		allowed[Online] = true
		largest := new(big.Int)
		for t := 1; t < len(delta); t++ {
			d := gain(margin, a.P[t], a.P[Online], cost[t-1], a.Hours[t])
			if d.CmpAbs(largest) > 0 {
				largest = d
			}
			delta[t] = d.Int64()
			allowed[t] = !slices.Contains(a.OptOut, t)
		}
		total.Add(total, largest.Abs(largest))
		pr.delta, pr.allowed = append(pr.delta, delta), append(pr.allowed, allowed)
	}
	if p.Len() == 0 && total.BitLen() > 61 {
		p.Add("accounts", "the gains do not fit in 61 bits of minor units")
	}
	return pr, p.Err()
}

func (a Account) check(p *b2b.Problems, path string, teams int, asOf time.Time) {
	if a.ID == "" {
		p.Add(path+".id", "empty")
	}
	if !a.Margin.IsGiven() {
		p.Add(path+".margin", "missing")
	}
	if len(a.P) != teams+1 || len(a.Hours) != teams+1 {
		p.Add(path, "not one probability and one number of hours per treatment")
		return
	}
	for t := range teams + 1 {
		if !(a.P[t] >= 0 && a.P[t] <= 1) {
			p.Add(path+".p["+strconv.Itoa(t)+"]", "outside [0,1]")
		}
		if a.Hours[t] < 0 || (t == Online && a.Hours[t] != 0) {
			p.Add(path+".hours["+strconv.Itoa(t)+"]", "negative, or not 0 online")
		}
	}
	out := false
	for k, t := range a.OptOut {
		if t < 1 || t > teams {
			p.Add(path+".opt_out["+strconv.Itoa(k)+"]", "no such team")
		}
		out = out || (t == a.Pinned && t != Online)
	}
	if a.Pinned < 0 || a.Pinned > teams {
		p.Add(path+".pinned", "no such team")
	} else if out {
		p.Add(path+".pinned", "the account opts out of it")
	}
	if a.Current < 0 || a.Current > teams {
		p.Add(path+".current", "no such treatment")
	}
	if !a.Since.IsZero() && asOf.IsZero() {
		p.Add(path+".since", "config.as_of is missing")
	}
}

// gain returns m(p − p₀) − c·h in minor units, rounded half to even once. Floats decide where their error cannot matter; near
// a half, and beyond 2⁵⁰, exact rationals do.
func gain(margin int64, p, p0 float64, cost, hours int64) *big.Int {
	m, c := float64(margin), float64(float64(cost)*float64(hours))
	x := float64(m*(p-p0)) - c
	size := math.Abs(m) + c
	if half := math.Abs(x - math.Floor(x) - 0.5); size < 1<<50 && half > size*0x1p-50 {
		return big.NewInt(int64(math.Floor(x + 0.5)))
	}
	return exactGain(margin, p, p0, cost, hours)
}

func exactGain(margin int64, p, p0 float64, cost, hours int64) *big.Int {
	x := new(big.Rat).SetFloat64(p)
	x.Sub(x, new(big.Rat).SetFloat64(p0))
	x.Mul(x, new(big.Rat).SetInt64(margin))
	x.Sub(x, new(big.Rat).SetInt(new(big.Int).Mul(big.NewInt(cost), big.NewInt(hours))))
	quotient, rest := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int))
	switch rest.Lsh(rest, 1).Cmp(x.Denom()) {
	case 1:
		quotient.Add(quotient, big.NewInt(1))
	case 0:
		quotient.Add(quotient, new(big.Int).And(quotient, big.NewInt(1)))
	}
	return quotient
}
