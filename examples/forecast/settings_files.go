package main

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/funnel"
)

// loadRates reads currency, date, rate.
func (t *table) loadRates() error {
	return t.file(t.s.rates, []string{"currency", "date", "rate"}, func(cell []string) error {
		m, err := b2b.NewMoney(0, cell[0])
		if err != nil {
			return errors.New("currency: not an ISO 4217 code")
		}
		on, err := funnel.ParseDate(cell[1])
		if err != nil || on.IsZero() {
			return errors.New("date: not a date")
		}
		rate, ok := new(big.Rat).SetString(cell[2])
		if !ok || rate.Sign() <= 0 {
			return errors.New("rate: not a positive number")
		}
		t.prices[m.Currency()] = append(t.prices[m.Currency()], price{on: on, rate: rate})
		return nil
	})
}

// rates gives the latest rate on or before a day.
func (t *table) rates(currency string, on funnel.Date) (*big.Rat, bool) {
	var best *price
	for i := range t.prices[currency] {
		p := &t.prices[currency][i]
		if p.on.Compare(on) <= 0 && (best == nil || p.on.Compare(best.on) >= 0) {
			best = p
		}
	}
	if best == nil {
		return nil, false
	}
	return best.rate, true
}

// loadWeights reads stage, probability.
func (t *table) loadWeights() error {
	t.weights = map[funnel.Stage]b2b.Fraction{}
	return t.file(t.s.weights, []string{"stage", "probability"}, func(cell []string) error {
		p, err := b2b.ParseFraction(cell[1])
		if err != nil || !p.IsKnown() {
			return errors.New("probability: not a fraction")
		}
		t.weights[funnel.Stage(strings.Clone(cell[0]))] = p
		return nil
	})
}

// file reads a small table in which every line must be right.
func (t *table) file(path string, names []string, use func(cell []string) error) error {
	if path == "" {
		return nil
	}
	in, err := cli.Open(path, nil)
	if err != nil {
		return err
	}
	tab, err := cli.NewTable(in, cli.Options{FoldCase: true, Trim: true})
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", path, err), in.Close())
	}
	cols, err := tab.Cols(names...)
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", path, err), in.Close())
	}
	var problems []error
	cell := make([]string, len(cols))
	for tab.Next() {
		for i, c := range cols {
			cell[i] = tab.Field(c)
		}
		if err := use(cell); err != nil {
			problems = append(problems, fmt.Errorf("%s: line %d: %w", path, tab.Line(), err))
		}
	}
	return errors.Join(append(problems, tab.Err(), in.Close())...)
}
