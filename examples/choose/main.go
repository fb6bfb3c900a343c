// Choose reads a buying group and says what it will probably choose under fourteen rules, who has influence and power, and
// whom to talk to next.
//
//	choose -in group.json
//
// The input is one JSON object; keys that are not known are an error. Arrays follow the order of alternatives and members:
//
//	{"account":"A1","offer":"CRM","buy_class":"new_task","high_risk":false,"consensus_culture":false,
//	 "alternatives":[{"id":"XYZ"},{"id":"Ours","ours":true},{"id":"StatusQuo","status_quo":true}],
//	 "members":[{"id":"m1","seat":"decider","weight":0.5,"preference":[0.5,0.3,0.2],"susceptibility":0.3,"votes":40,
//	   "cost":1,"veto":[0.1,0,0],"interests":[{"criterion":"price","weight":2}]}],
//	 "performance":[{"criterion":"price","scores":[0.2,0.6,0.9]}],"beta":1,
//	 "outsiders":[{"id":"xyz-sales","preference":[1,0,0],"edges":[{"member":"m1","weight":0.1}]}],
//	 "influence":[[1]],"game":{"quota":21,"vetoers":["m1"],"min_members":1}}
//
// In the output, "banzhaf" is the normalised index; the absolute one is swings/2^(members−1).
package main

import (
	"errors"
	"flag"
	"io"
	"os"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/choice"
	"github.com/buyerjourney/b2b/examples/internal/cli"
)

const program = "choose"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// settings is what the flags say.
type settings struct {
	in, out, format  string
	rawTies, rawRule string
	autocrat, target string
	endorse, topK    int
	tau, delta       float64
	maxStates, draws int
	seed             uint64
	noInfluence      bool
	givenTopK        bool
	ties             choice.Ties
	rule             choice.Rule
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s, code, ok := parse(args, stderr)
	if !ok {
		return code
	}
	data, err := cli.ReadAll(s.in, stdin)
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	g, err := readGroup(data)
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	if err := s.fit(g); err != nil {
		return cli.Fail(stderr, program, cli.Usage, err)
	}
	a, err := answer(s, g)
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	w, err := cli.Create(s.out, stdout)
	if err == nil {
		if s.format == "text" {
			err = writeText(w, a)
		} else {
			err = cli.WriteJSON(w, a)
		}
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	return cli.Done
}

func parse(args []string, stderr io.Writer) (s settings, code int, ok bool) {
	fs := flag.NewFlagSet(program, flag.ContinueOnError)
	fs.StringVar(&s.in, "in", "", "input `FILE`; - is standard input")
	fs.StringVar(&s.out, "out", "", "output `FILE` (default: standard output)")
	fs.StringVar(&s.format, "format", "json", "json or text")
	fs.StringVar(&s.rawTies, "ties", "split", "split, influence or none (a tie is no decision)")
	fs.IntVar(&s.endorse, "endorse", 0, "votes of minimum_endorsement, more than half of the members (0: two thirds)")
	fs.IntVar(&s.topK, "topk", 2, "ranks that count in acquiescence, below the number of alternatives")
	fs.Float64Var(&s.tau, "tau", choice.DefaultTau, "preference that each member needs in acceptability")
	fs.StringVar(&s.autocrat, "autocrat", "", "member who decides in autocracy (default: the largest weight)")
	fs.StringVar(&s.target, "target", "", "alternative that is to win (default: the one that is ours)")
	fs.StringVar(&s.rawRule, "rule", "voting", "rule for whom_next")
	fs.Float64Var(&s.delta, "delta", 1, "how far a member is won over, above 0 and up to 1")
	fs.IntVar(&s.maxStates, "max-states", choice.DefaultMaxStates, "states up to which a rule is computed exactly")
	fs.IntVar(&s.draws, "draws", choice.DefaultDraws, "draws of a simulation")
	fs.Uint64Var(&s.seed, "seed", 1, "seed of simulations")
	fs.BoolVar(&s.noInfluence, "no-influence", false, "leave out the influence of members and outsiders on each other")
	if code, ok = cli.Parse(fs, args, stderr); !ok {
		return s, code, false
	}
	s.givenTopK = cli.Given(fs, "topk")
	if err := s.check(); err != nil {
		return s, cli.Fail(stderr, program, cli.Usage, err), false
	}
	return s, cli.Done, true
}

func (s *settings) check() error {
	var p b2b.Problems
	need := func(ok bool, flag, reason string) {
		if !ok {
			p.Add("-"+flag, reason)
		}
	}
	var err error
	s.ties, err = choice.ParseTies(s.rawTies)
	need(err == nil && s.rawTies != "", "ties", "not split, influence or none")
	s.rule, err = choice.ParseRule(s.rawRule)
	need(err == nil && s.rule != choice.UnknownRule, "rule", "not a rule")
	need(s.in != "", "in", "missing")
	need(s.format == "json" || s.format == "text", "format", "not json or text")
	need(s.tau >= 0 && s.tau <= 1, "tau", "outside [0,1]")
	need(s.delta > 0 && s.delta <= 1, "delta", "outside (0,1]")
	need(s.endorse >= 0, "endorse", "negative")
	need(s.topK >= 1, "topk", "below 1")
	need(s.maxStates >= 1, "max-states", "below 1")
	need(s.draws >= 1, "draws", "below 1")
	return p.Err()
}

// fit checks the flags that speak of the group.
func (s *settings) fit(g *group) error {
	var p b2b.Problems
	members, alternatives := len(g.Members), len(g.Alternatives)
	if s.autocrat != "" && g.member(s.autocrat) < 0 {
		p.Add("-autocrat", "not a member")
	}
	if s.target != "" && g.prefs.Index(dmu.AlternativeID(s.target)) < 0 {
		p.Add("-target", "not an alternative")
	}
	if s.endorse != 0 && (2*s.endorse <= members || s.endorse > members) {
		p.Add("-endorse", "not above half of the members and at most all")
	}
	if s.topK >= alternatives {
		if s.givenTopK {
			p.Add("-topk", "not below the number of alternatives")
		}
		s.topK = 0 // the default fits
	}
	return p.Err()
}
