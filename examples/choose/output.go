package main

import (
	"encoding/json"
	"math/big"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// output is written in the order of its fields.
type output struct {
	Alternatives []string       `json:"alternatives"`
	Influence    influence      `json:"influence"`
	Rules        []ruleOutcome  `json:"rules"`
	AfterVeto    []ruleOutcome  `json:"after_veto,omitempty"`
	Spread       []spread       `json:"spread"`
	Suggested    suggested      `json:"suggested"`
	Consensus    consensus      `json:"consensus"`
	Power        *power         `json:"power"`
	Pivotality   *pivotality    `json:"pivotality"`
	WhomNext     []whomNext     `json:"whom_next"`
	Notes        []string       `json:"notes"`
	members      []b2b.PersonID // for the text form
}

type influence struct {
	Applied       bool        `json:"applied"`
	Steady        [][]float64 `json:"steady"`
	Total         []float64   `json:"total"`
	OutsiderShare [][]float64 `json:"outsider_share"`
}

type ruleOutcome struct {
	Rule        string    `json:"rule"`
	P           []float64 `json:"p"`
	NoDecision  float64   `json:"no_decision"`
	Conditional []float64 `json:"conditional"`
	Method      string    `json:"method"`
	StdErr      []float64 `json:"std_err"`
}

type spread struct {
	Alternative string  `json:"alternative"`
	Min         float64 `json:"min"`
	Max         float64 `json:"max"`
}

type suggested struct {
	Rule string `json:"rule"`
	Why  string `json:"why"`
}

type consensus struct {
	AgreementMass     *float64 `json:"agreement_mass"`
	PairwiseAgreement *float64 `json:"pairwise_agreement"`
	PooledEntropy     *float64 `json:"pooled_entropy"`
	JensenShannonBits *float64 `json:"jensen_shannon_bits"`
}

type power struct {
	Winning       json.RawMessage   `json:"winning"`
	Swings        []json.RawMessage `json:"swings"`
	Banzhaf       []float64         `json:"banzhaf"`
	ShapleyShubik []float64         `json:"shapley_shubik"`
	ColemanAct    float64           `json:"coleman_act"`
	Vetoers       []string          `json:"vetoers"`
	Dummies       []string          `json:"dummies"`
	Dictator      *string           `json:"dictator"`
}

type pivotality struct {
	PWin      float64   `json:"p_win"`
	Pivot     []float64 `json:"pivot"`
	GainIfWon []float64 `json:"gain_if_won"`
}

type whomNext struct {
	Member      string  `json:"member"`
	Gain        float64 `json:"gain"`
	GainPerCost float64 `json:"gain_per_cost"`
}

// whole writes an integer as a JSON number up to 2^53 and as a text beyond, where readers would round it.
func whole(n *big.Int) json.RawMessage {
	if n.Cmp(big.NewInt(1<<53)) <= 0 {
		return json.RawMessage(n.String())
	}
	return json.RawMessage(strconv.Quote(n.String()))
}
