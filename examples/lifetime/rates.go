package main

import (
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/funnel"
)

// price is what one unit of a currency costs from a day on.
type price struct {
	on   funnel.Date
	rate *big.Rat
}

// prices are those of each currency, by day.
type prices map[string][]price

// loadRates reads currency, date, rate; every line must be right.
func loadRates(path string, stdin io.Reader) (prices, error) {
	if path == "" {
		return nil, nil
	}
	r, err := cli.Open(path, stdin)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	var malformed cli.Rejects
	t, err := cli.NewTable(r, cli.Options{FoldCase: true, Trim: true, Rejects: &malformed})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	cols, err := t.Cols("currency", "date", "rate")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out := prices{}
	for t.Next() {
		m, err1 := b2b.NewMoney(0, t.Field(cols[0]))
		on, err2 := funnel.ParseDate(t.Field(cols[1]))
		rate, ok := new(big.Rat).SetString(t.Field(cols[2]))
		if err1 != nil || err2 != nil || on.IsZero() || !ok || rate.Sign() <= 0 {
			return nil, fmt.Errorf("%s:%d: not a currency, a date and a rate above 0", path, t.Line())
		}
		out[m.Currency()] = append(out[m.Currency()], price{on: on, rate: rate})
	}
	for _, bad := range malformed.All() {
		return nil, fmt.Errorf("%s:%d: %s", path, bad.Line, bad.Reason)
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b price) int { return a.on.Compare(b.on) })
	}
	return out, t.Err()
}

// rate returns the latest price on or before a day, nil if there is none.
func (p prices) rate(currency string, on funnel.Date) (rate *big.Rat) {
	for _, x := range p[currency] {
		if x.on.Compare(on) <= 0 {
			rate = x.rate
		}
	}
	return rate
}

// convert turns all amounts into those of the base currency: the one named, else the only one without rates. Where every
// currency has rates the base needs no name. Two currencies without rates stay what they are, and are refused later. A row
// older than the first rate of its currency is rejected.
func (in *input) convert(p prices, base string, zone *time.Location, rejects *cli.Rejects) {
	if !in.currencies {
		return
	}
	if base == "" {
		bare := map[string]bool{}
		for _, t := range in.transactions {
			if c := t.Amount.Currency(); t.Amount.IsGiven() && len(p[c]) == 0 {
				bare[c] = true
			}
		}
		names := slices.Collect(maps.Keys(bare))
		switch len(names) {
		case 0:
			base = plainCurrency
		case 1:
			base = names[0]
		default:
			return
		}
	}
	kept := in.transactions[:0]
	for i, t := range in.transactions {
		if t.Amount.IsGiven() && t.Amount.Currency() != base {
			rate := p.rate(t.Amount.Currency(), funnel.DateOf(t.At, zone))
			if rate == nil {
				rejects.Add(in.lines[i], "currency: no rate for the day")
				continue
			}
			var err error
			if t.Amount, err = t.Amount.Convert(rate, base); err != nil {
				rejects.Add(in.lines[i], reason(err))
				continue
			}
		}
		kept = append(kept, t)
	}
	in.transactions = kept
}
