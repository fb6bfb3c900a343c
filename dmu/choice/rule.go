package choice

import "github.com/buyerjourney/b2b/internal/enum"

// Rule is a way in which a group comes to one choice. It is a closed enumeration; zero is [UnknownRule].
type Rule uint8

// The rules. What follows each is the mass of alternative a before no-decision; D members, J alternatives, weights w that
// sum to 1, P_d(a) the preferences of member d. Choffray and Lilien (1980) is CL.
const (
	UnknownRule Rule = iota
	// WeightedProbability is Σ_d w_d P_d(a) (CL).
	WeightedProbability
	// Equiprobability is the same with equal weights (CL).
	Equiprobability
	// Autocracy is P_k(a) of one member k: [Options.Autocrat], or the member of the largest weight, ties to the smaller id (CL).
	Autocracy
	// Voting: everybody votes independently; most votes win, ties as [Options.Ties] says (CL; the ties are ours).
	Voting
	// WeightedVoting: the largest Σ w of its voters wins; influence does not break its ties but splits them (ours).
	WeightedVoting
	// Majority is [MinimumEndorsement] with more than half of the members.
	Majority
	// MinimumEndorsement is the probability of at least [Options.Quota] votes, the rest no decision (CL).
	MinimumEndorsement
	// WeightedMajority is the probability that the voters for a have more than half of the weight, the rest no decision (ours).
	WeightedMajority
	// Unanimity is Π_d P_d(a), the rest no decision (CL).
	Unanimity
	// PreferencePerturbation: each member ranks by Plackett-Luce from P_d; Q_a is the number of pairwise reversals that
	// would put a first in every ranking; the choice is ∝ 1/Q_a, or among those with Q_a = 0 (CL).
	PreferencePerturbation
	// WeightedPerturbation counts reversals by weight (ours).
	WeightedPerturbation
	// Acquiescence is ∝ Π_d Pr[d ranks a among the first [Options.TopK]] (CL). The events of different alternatives
	// overlap, so that no mass is kept for no decision unless every product is 0: that is our reading.
	Acquiescence
	// Acceptability is the weighted probability among the alternatives with P_d(a) ≥ [Options.Tau] for every member (ours).
	Acceptability
	// LogPool is ∝ Π_d P_d(a)^w_d, members without weight ignored (Genest and Zidek 1986).
	LogPool
)

var rules = enum.New[Rule]("rule", "unknown", "weighted_probability", "equiprobability", "autocracy", "voting",
	"weighted_voting", "majority", "minimum_endorsement", "weighted_majority", "unanimity", "preference_perturbation",
	"weighted_perturbation", "acquiescence", "acceptability", "log_pool")

// Rules returns the fourteen rules in the order of their declaration.
func Rules() []Rule { return rules.All() }

// ParseRule reads the name of a rule, such as "weighted_probability"; the empty text is [UnknownRule].
func ParseRule(text string) (Rule, error) { return rules.Parse(text) }

// IsValid reports whether r is a value of the enumeration.
func (r Rule) IsValid() bool { return rules.Valid(r) }

// String returns the name in lower case, such as "weighted_probability".
func (r Rule) String() string { return rules.String(r) }

// AppendText implements [encoding.TextAppender].
func (r Rule) AppendText(dst []byte) ([]byte, error) { return rules.AppendText(dst, r) }

// MarshalText implements [encoding.TextMarshaler].
func (r Rule) MarshalText() ([]byte, error) { return rules.AppendText(nil, r) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseRule] does.
func (r *Rule) UnmarshalText(text []byte) error { return rules.UnmarshalText(r, text) }

// Ties says what happens when several alternatives have the most votes. Zero is [SplitTies].
type Ties uint8

// The policies for ties.
const (
	SplitTies      Ties = iota // shared equally
	InfluenceTies              // to the side whose voters weigh most; what is still tied is shared equally
	NoDecisionTies             // nothing is chosen
)

var tiePolicies = enum.New[Ties]("tie policy", "split", "influence", "none")

// ParseTies reads split, influence or none; the empty text is [SplitTies].
func ParseTies(text string) (Ties, error) { return tiePolicies.Parse(text) }

// IsValid reports whether t is a value of the enumeration.
func (t Ties) IsValid() bool { return tiePolicies.Valid(t) }

// String returns the name in lower case.
func (t Ties) String() string { return tiePolicies.String(t) }

// AppendText implements [encoding.TextAppender].
func (t Ties) AppendText(dst []byte) ([]byte, error) { return tiePolicies.AppendText(dst, t) }

// MarshalText implements [encoding.TextMarshaler].
func (t Ties) MarshalText() ([]byte, error) { return tiePolicies.AppendText(nil, t) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseTies] does.
func (t *Ties) UnmarshalText(text []byte) error { return tiePolicies.UnmarshalText(t, text) }

// Method says how an outcome was computed. Zero is [Exact].
type Method uint8

// The methods.
const (
	Exact     Method = iota // up to rounding
	Simulated               // Monte Carlo, with [Outcome.StdErr]
)

var methods = enum.New[Method]("method", "exact", "simulated")

// ParseMethod reads the name of a method; the empty text is [Exact].
func ParseMethod(text string) (Method, error) { return methods.Parse(text) }

// IsValid reports whether m is a value of the enumeration.
func (m Method) IsValid() bool { return methods.Valid(m) }

// String returns the name in lower case.
func (m Method) String() string { return methods.String(m) }

// AppendText implements [encoding.TextAppender].
func (m Method) AppendText(dst []byte) ([]byte, error) { return methods.AppendText(dst, m) }

// MarshalText implements [encoding.TextMarshaler].
func (m Method) MarshalText() ([]byte, error) { return methods.AppendText(nil, m) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseMethod] does.
func (m *Method) UnmarshalText(text []byte) error { return methods.UnmarshalText(m, text) }
