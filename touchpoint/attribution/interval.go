package attribution

import (
	"context"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/replicate"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/internal/stream"
	"github.com/buyerjourney/b2b/touchpoint"
)

// draws holds the scores of the replicates that had a conversion; why says why there are none.
type draws struct {
	of  []*scores
	why string
}

func (d draws) n() int { return len(d.of) }

// replicate fits the model to replicates of the paths. Units are accounts where they are known, each with one Poisson(1)
// weight for all its paths; a path without an account has Poisson draws for its conversions and its nulls, and its value
// scales with its conversions.
func (p *Paths) replicate(ctx context.Context, f fitter, cfg Config) (draws, error) {
	if cfg.Replicates == 0 {
		return draws{why: "no interval: no replicates"}, nil
	}
	if p.units() < replicate.MinUnits {
		return draws{why: replicate.TooFewUnits}, nil
	}
	root, err := cfg.root()
	if err != nil {
		return draws{}, err
	}
	s := newSampler(p, root, cfg.IgnoreNulls)
	all := make([]*scores, cfg.Replicates)
	err = replicate.Run(ctx, cfg.Replicates, cfg.Workers, cfg.Progress, func() func(int) error {
		fit := f.worker()
		w := s.scratch()
		return func(r int) error {
			s.draw(r, &w)
			out := newScores(len(p.names))
			if fit(&w, out) {
				all[r] = out
			}
			return nil
		}
	})
	if err != nil {
		return draws{}, err
	}
	d := draws{of: all[:0], why: "no interval: no replicate has a conversion"}
	for _, x := range all {
		if x != nil {
			d.of = append(d.of, x)
		}
	}
	return d, nil
}

// units counts what is drawn independently.
func (p *Paths) units() float64 {
	n := float64(len(p.accounts))
	for r := range p.conv {
		if p.account == nil || p.account[r] < 0 {
			n += p.conv[r] + p.null[r]
		}
	}
	return n
}

// sampler draws weightings of the paths.
type sampler struct {
	p       *Paths
	root    stream.Root
	keys    []uint64 // by record
	account []uint64 // by account
	noNulls bool
}

func newSampler(p *Paths, root stream.Root, noNulls bool) *sampler {
	s := &sampler{p: p, root: root, keys: make([]uint64, len(p.conv)), noNulls: noNulls}
	var buf []byte
	for r := range s.keys {
		s.keys[r], buf = p.key(r, buf)
	}
	for _, a := range p.accounts {
		s.account = append(s.account, stream.Hash(a))
	}
	return s
}

func (s *sampler) scratch() weights {
	n := len(s.p.conv)
	return weights{make([]float64, n), make([]float64, n), make([]float64, n)}
}

func (s *sampler) draw(replicate int, w *weights) {
	p, r, root := s.p, uint64(replicate), s.root
	factor := make([]float64, len(s.account))
	for a, key := range s.account {
		g := root.SourceN("account", r, key)
		factor[a] = float64(g.Poisson1())
	}
	for i := range p.conv {
		conv, null := 0.0, 0.0
		if p.account != nil && p.account[i] >= 0 {
			k := factor[p.account[i]]
			conv, null = k*p.conv[i], k*p.null[i]
		} else {
			g := root.SourceN("path", r, s.keys[i])
			if p.conv[i] > 0 {
				conv = float64(g.Poisson(p.conv[i]))
			}
			if p.null[i] > 0 {
				null = float64(g.Poisson(p.null[i]))
			}
		}
		if s.noNulls {
			null = 0
		}
		w.conv[i], w.null[i], w.value[i] = conv, null, 0
		if conv > 0 {
			w.value[i] = p.value[i] * (conv / p.conv[i])
		}
	}
}

// fill makes the credits of the names from the scores.
func (c *Credits) fill(names []string, point *scores, d draws, cfg Config) {
	level := cfg.level()
	c.Replicates = d.n()
	shares := make([][]float64, d.n())
	conv := make([][]float64, d.n())
	for k, s := range d.of {
		shares[k], conv[k] = shareOf(s.conv), s.conv
	}
	share := shareOf(point.conv)
	ranks := replicate.Stability(point.conv, conv)
	column := make([]float64, d.n())
	estimate := func(value float64, at func(k int) float64) b2b.Estimate {
		for k := range column {
			column[k] = at(k)
		}
		return replicate.Estimate(value, column, level, d.why)
	}
	c.Names = make([]Credit, len(names))
	for i, name := range names {
		x := Credit{
			Name:        name,
			Conversions: estimate(point.conv[i], func(k int) float64 { return d.of[k].conv[i] }),
			Value:       estimate(point.value[i], func(k int) float64 { return d.of[k].value[i] }),
			Share:       estimate(share[i], func(k int) float64 { return shares[k][i] }),
			Rank:        touchpoint.Rank{Rank: ranks[i].Rank, Low: ranks[i].Low, High: ranks[i].High},
		}
		if c.HasRemoval {
			x.Removal = estimate(point.removal[i], func(k int) float64 { return d.of[k].removal[i] })
			x.RemovalValue = estimate(point.removalValue[i], func(k int) float64 { return d.of[k].removalValue[i] })
		}
		if d.n() > 0 {
			x.Rank.Kept = b2b.MustFraction(ranks[i].Kept)
		}
		c.Names[i] = x
	}
}

// shareOf divides the credits by their sum; all shares are 0 if that is 0.
func shareOf(credit []float64) []float64 {
	var t total
	for _, x := range credit {
		t.Add(x)
	}
	out := make([]float64, len(credit))
	if all := t.Sum(); all != 0 {
		for i, x := range credit {
			out[i] = x / all
		}
	}
	return out
}

// addErrors gives intervals from the standard errors of a sampled algorithm, where replicates give none.
func (c *Credits) addErrors(conv, value []float64, level float64) {
	const method = "normal interval of the sampling of permutations"
	z := stat.Z(level)
	var credited total
	for _, x := range c.Names {
		credited.Add(x.Conversions.Value)
	}
	around := func(x, se float64) b2b.Estimate {
		return b2b.Estimate{Value: x, Low: x - float64(z*se), High: x + float64(z*se), Level: level, Method: method}
	}
	for i := range c.Names {
		x := &c.Names[i]
		x.Conversions = around(x.Conversions.Value, conv[i])
		x.Value = around(x.Value.Value, value[i])
		if t := credited.Sum(); t > 0 {
			x.Share = around(x.Share.Value, conv[i]/t)
		}
	}
}
