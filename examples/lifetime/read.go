package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/funnel/lifetime"
)

// plainCurrency stands for amounts that come without a currency: one with four decimals, so that none is refused for
// having three.
const plainCurrency = "CLF"

// input is the table, read.
type input struct {
	transactions []lifetime.Transaction
	rows         int
	amounts      bool // there is a column of amounts
	ignored      []string
	lines        []int // of the transactions
	currencies   bool  // there is a column of currencies
	rounded      int   // amounts without a currency that were rounded to four decimals
}

func read(path string, stdin io.Reader, zone *time.Location, rejects *cli.Rejects) (*input, error) {
	r, err := cli.Open(path, stdin)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	t, err := cli.NewTable(r, cli.Options{FoldCase: true, Trim: true, Rejects: rejects})
	if err != nil {
		return nil, err
	}
	must, err := t.Cols("customer", "date")
	if err != nil {
		return nil, err
	}
	customer, date := must[0], must[1]
	in := &input{}
	amount, hasAmount := t.Col("amount")
	currency, hasCurrency := t.Col("currency")
	in.amounts, in.currencies = hasAmount, hasCurrency
	for i, name := range t.Header() {
		if i != customer && i != date && i != amount && i != currency {
			in.ignored = append(in.ignored, name)
		}
	}
	for t.Next() {
		tx := lifetime.Transaction{Customer: strings.Clone(t.Field(customer))}
		at, _, err := cli.ParseTime(t.Field(date), zone)
		switch {
		case tx.Customer == "":
			rejects.Add(t.Line(), "no customer")
			continue
		case err != nil:
			rejects.Add(t.Line(), "date: not a time")
			continue
		}
		tx.At = at
		if text := t.Field(amount); hasAmount && text != "" {
			code := plainCurrency
			if hasCurrency {
				if code = t.Field(currency); code == "" {
					rejects.Add(t.Line(), "amount without a currency")
					continue
				}
			}
			if tx.Amount, err = b2b.ParseAmount(text, code); err != nil && !hasCurrency {
				if tx.Amount, err = round(text); err == nil {
					in.rounded++
				}
			}
			if err != nil {
				rejects.Add(t.Line(), reason(err))
				continue
			}
		}
		in.transactions = append(in.transactions, tx)
		in.lines = append(in.lines, t.Line())
	}
	in.rows = t.Rows()
	return in, t.Err()
}

// round reads a number that is no amount of any currency, as programs write them, to four decimals.
func round(text string) (b2b.Money, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !(math.Abs(x) < 1e14) {
		return b2b.Money{}, errors.New("amount: not a decimal number")
	}
	return b2b.NewMoney(int64(math.RoundToEven(x*1e4)), plainCurrency)
}

// reason says what is wrong with an amount, without its value.
func reason(err error) string {
	if text := err.Error(); strings.HasPrefix(text, "amount") || strings.HasPrefix(text, "currency") {
		return text
	}
	return fmt.Sprintf("amount: %v", err)
}
