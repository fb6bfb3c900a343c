package b2b_test

import (
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

var currencyCodes = []string{"EUR", "USD", "JPY", "KWD", "CLF"}

func genTime(t *rapid.T, label string) time.Time {
	return epoch.Add(time.Duration(rapid.Int64Range(-1e6, 1e6).Draw(t, label)) * time.Millisecond)
}

func genWindow(t *rapid.T, label string) b2b.Window {
	var w b2b.Window
	if rapid.Bool().Draw(t, label+" bounded below") {
		w.From = genTime(t, label+" from")
	}
	if rapid.Bool().Draw(t, label+" bounded above") {
		w.To = genTime(t, label+" to")
	}
	return w
}

func genMoney(t *rapid.T, label string) b2b.Money {
	if !rapid.Bool().Draw(t, label+" given") {
		return b2b.Money{}
	}
	return b2b.MustMoney(rapid.Int64().Draw(t, label+" minor"), rapid.SampledFrom(currencyCodes).Draw(t, label+" currency"))
}

func genFraction(t *rapid.T, label string) b2b.Fraction {
	if !rapid.Bool().Draw(t, label+" known") {
		return b2b.Fraction{}
	}
	return b2b.MustFraction(rapid.Float64Range(0, 1).Draw(t, label))
}
