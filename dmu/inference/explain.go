package inference

import (
	"cmp"
	"math"
	"slices"

	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/internal/enum"
)

// PartKind says what a part of an explanation speaks of. Zero is unknown.
type PartKind uint8

// The kinds of parts.
const (
	UnknownPart  PartKind = iota
	PriorPart             // what was believed before
	StepPart              // a step of the vocabulary
	TitlePart             // a token of the title
	UnseenPart            // all steps outside the vocabulary, with [Config.UnseenCell]
	LengthPart            // the number of events, with [DirichletMultinomial]
	ExternalPart          // the caller's own likelihood
)

var partKinds = enum.New[PartKind]("part", "unknown", "prior", "step", "title", "unseen", "length", "external")

// ParsePartKind reads the name of a kind of part; the empty text is [UnknownPart].
func ParsePartKind(text string) (PartKind, error) { return partKinds.Parse(text) }

// IsValid reports whether k is a value of the enumeration.
func (k PartKind) IsValid() bool { return partKinds.Valid(k) }

// String returns the name in lower case.
func (k PartKind) String() string { return partKinds.String(k) }

// AppendText implements [encoding.TextAppender].
func (k PartKind) AppendText(dst []byte) ([]byte, error) { return partKinds.AppendText(dst, k) }

// MarshalText implements [encoding.TextMarshaler].
func (k PartKind) MarshalText() ([]byte, error) { return partKinds.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParsePartKind] does.
func (k *PartKind) UnmarshalText(text []byte) error { return partKinds.UnmarshalText(k, text) }

// Part is what one piece of evidence adds to the log odds of the best seat against the runner-up.
type Part struct {
	Kind  PartKind
	Name  string // of the step or token; else the name of the kind
	Count int64  // of events or tokens; 1 for a prior, length or external part
	Nats  float64
}

// Decibans returns the weight in Turing's unit, 10·log₁₀ of the odds.
func (p Part) Decibans() float64 { return p.Nats * 10 / math.Ln10 }

// Explanation is a verdict with the parts that sum to its log odds, log(P/PRunnerUp) in nats, by size descending, then name,
// then kind. There are no parts where there is no runner-up.
type Explanation struct {
	Verdict Verdict
	LogOdds float64
	Parts   []Part
}

// Explain returns the verdict of [Model.Score] and its parts.
func (m *Model) Explain(steps []dmu.StepCount, title string) Explanation {
	return m.explain(steps, title, nil)
}

// ExplainWith is [Model.Explain] for [Model.ScoreWith].
func (m *Model) ExplainWith(steps []dmu.StepCount, logLikelihood []float64) (Explanation, error) {
	if err := m.checkExternal(logLikelihood); err != nil {
		return Explanation{}, err
	}
	return m.explain(steps, "", logLikelihood), nil
}

func (m *Model) explain(steps []dmu.StepCount, title string, external []float64) Explanation {
	if len(m.seats) == 0 {
		return Explanation{}
	}
	logs := make([]float64, len(m.seats))
	ev := m.logPosterior(logs, steps, title, external)
	best, second := top(logs)
	if second < 0 {
		return Explanation{Verdict: m.verdict(logs, ev)}
	}
	e := Explanation{LogOdds: logs[best] - logs[second]}
	add := func(kind PartKind, name string, count int64, nats float64) {
		e.Parts = append(e.Parts, Part{Kind: kind, Name: name, Count: count, Nats: nats})
	}
	add(PriorPart, "prior", 1, m.logPrior[best]-m.logPrior[second])
	pairs, _ := m.gather(nil, steps)
	var total int64
	for _, p := range pairs {
		i := int(p.step)
		total = plus(total, p.n)
		add(StepPart, m.steps.names[i], p.n, ev.kappa*(m.stepLog(i, best, p.n)-m.stepLog(i, second, p.n)))
	}
	if ev.unseen > 0 && m.cfg.UnseenCell {
		total = plus(total, ev.unseen)
		add(UnseenPart, "unseen", ev.unseen, ev.kappa*(m.newLog(best, ev.unseen)-m.newLog(second, ev.unseen)))
	}
	if m.cfg.Predictive == DirichletMultinomial && total > 0 {
		add(LengthPart, "length", 1, ev.kappa*(m.rising(m.size(second), total)-m.rising(m.size(best), total)))
	}
	tokens := m.titleTokens(title)
	for i := 0; i < len(tokens); {
		j := i
		for j < len(tokens) && tokens[j].text == tokens[i].text {
			j++
		}
		odds := m.tau(tokens[i].index, best) - m.tau(tokens[i].index, second)
		add(TitlePart, tokens[i].text, int64(j-i), m.titleKappa(len(tokens))*float64(j-i)*odds)
		i = j
	}
	if external != nil {
		add(ExternalPart, "external", 1, external[best]-external[second])
	}
	slices.SortFunc(e.Parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Nats), math.Abs(a.Nats)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind))
	})
	e.Verdict = m.verdict(logs, ev)
	return e
}

// stepLog is what n events of step i add to the log likelihood of seat r, the length part apart.
func (m *Model) stepLog(i, r int, n int64) float64 {
	if m.cfg.Predictive == DirichletMultinomial {
		return m.rising(m.mass(i, r), n)
	}
	return float64(n) * m.theta(i, r)
}

func (m *Model) newLog(r int, n int64) float64 {
	if m.cfg.Predictive == DirichletMultinomial {
		return m.rising(m.steps.alpha, n)
	}
	return float64(n) * m.thetaNew(r)
}
