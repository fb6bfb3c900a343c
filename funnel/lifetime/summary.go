package lifetime

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
)

// Units of time that a customer's history is told in.
const (
	Day   = 24 * time.Hour
	Week  = 7 * Day
	Month = 365*Day/12 + Day/48 // 30.4375 days
)

// Transaction is one purchase, or a refund if the amount is negative. An amount that is not given says that something was
// bought.
type Transaction struct {
	Customer string
	At       time.Time
	Amount   b2b.Money
}

// SummaryConfig sets up [Summaries]. AsOf is required.
type SummaryConfig struct {
	AsOf     time.Time
	Unit     time.Duration  // of Tx and T; 0 is Week
	Collapse time.Duration  // purchases within so long after midnight of the first day count as one; 0 is Day
	Zone     *time.Location // in which days begin; nil is UTC
}

// Summary is all that the models need of a customer. Times are in units since the first purchase.
type Summary struct {
	Customer  string
	X         int     // repeat purchase days: the first does not count
	Tx        float64 // last purchase
	T         float64 // end of observation
	MeanSpend float64 // per repeat purchase day, in major units; 0 unless Priced
	Priced    bool    // MeanSpend is known: there was a repeat purchase, and every one had an amount
}

// Report is what [Summaries] took, and what it did not.
type Report struct {
	Transactions int // taken
	Rejected     []b2b.Rejection
	Later        int // after AsOf: left out
	NoPurchase   int // days whose purchases and refunds net to 0 or less: no purchase
	Currency     string
}

// CurrenciesError says that amounts come in several currencies, which cannot be added. It is a [b2b.ErrInvalid].
type CurrenciesError struct {
	Currencies []string // ascending
}

// Error lists the currencies.
func (e *CurrenciesError) Error() string {
	return "amounts in several currencies: " + strings.Join(e.Currencies, ", ")
}

// Unwrap returns [b2b.ErrInvalid].
func (e *CurrenciesError) Unwrap() error { return b2b.ErrInvalid }

// purchase is a transaction of one customer.
type purchase struct {
	bucket int32
	priced bool
	minor  int64
}

// Summaries returns one summary for each customer with a purchase, in order of first appearance. Purchases of one day
// collapse into one; amounts of a day add up, and a day on which refunds take back all is no purchase; what was had for
// nothing, without a refund, is one. Transactions without a customer or a time are rejected. Amounts in several currencies are a
// [*CurrenciesError].
func Summaries(transactions []Transaction, c SummaryConfig) ([]Summary, Report, error) {
	var rep Report
	var p b2b.Problems
	if c.AsOf.IsZero() {
		p.Add("config.as_of", "no time")
	}
	if c.Unit < 0 || c.Collapse < 0 {
		p.Add("config.unit", "negative")
	}
	if err := p.Err(); err != nil {
		return nil, rep, err
	}
	if c.Unit == 0 {
		c.Unit = Week
	}
	if c.Collapse == 0 {
		c.Collapse = Day
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	bucketOf := func(t time.Time) int32 {
		if c.Zone == time.UTC && c.Collapse == Day {
			return int32(floorDiv(t.Unix(), 86400))
		}
		y, m, d := t.In(c.Zone).Date()
		days := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
		if c.Collapse == Day {
			return int32(days)
		}
		since := t.Sub(time.Date(y, m, d, 0, 0, 0, 0, c.Zone))
		return int32((time.Duration(days)*Day + since) / c.Collapse)
	}
	cut := bucketOf(c.AsOf)
	few := len(transactions) / 3 // customers, more or less
	code := make(map[string]int32, few)
	names := make([]string, 0, few)
	of := make([]int32, 0, len(transactions)) // customers of the purchases
	all := make([]purchase, 0, len(transactions))
	together := true // the purchases of each customer lie together
	counts := make([]int32, 0, few)
	currencies := map[string]bool{}
	last := ""
	customer := int32(-1) // of the row before
	var previous b2b.Money
	for i := range transactions {
		t := &transactions[i]
		if t.Customer == "" || t.At.IsZero() {
			field, reason := "customer", "empty"
			if t.Customer != "" {
				field, reason = "at", "no time"
			}
			rep.Rejected = append(rep.Rejected, b2b.Rejection{Index: i, Path: "transactions[" + strconv.Itoa(i) + "]." + field, Reason: reason})
			continue
		}
		b := bucketOf(t.At)
		if b > cut {
			rep.Later++
			continue
		}
		if t.Amount.IsGiven() {
			if _, err := previous.Compare(t.Amount); err != nil || last == "" {
				last = t.Amount.Currency()
				currencies[last] = true
			}
			previous = t.Amount
		}
		if customer < 0 || names[customer] != t.Customer { // rows of one customer often lie together
			k, ok := code[t.Customer]
			if !ok {
				k = int32(len(names))
				code[t.Customer] = k
				names = append(names, t.Customer)
				counts = append(counts, 0)
			}
			customer = k
		}
		k := customer
		together = together && (len(of) == 0 || k >= of[len(of)-1])
		rep.Transactions++
		of = append(of, k)
		counts[k]++
		all = append(all, purchase{bucket: b, priced: t.Amount.IsGiven(), minor: t.Amount.Minor()})
	}
	if len(currencies) > 1 {
		e := &CurrenciesError{}
		for cur := range currencies {
			e.Currencies = append(e.Currencies, cur)
		}
		slices.Sort(e.Currencies)
		return nil, rep, e
	}
	rep.Currency = last
	start := make([]int32, len(names)+1)
	for k, n := range counts {
		start[k+1] = start[k] + n
	}
	grouped := all
	if !together {
		grouped = make([]purchase, len(all))
		next := slices.Clone(start)
		for i, k := range of {
			grouped[next[k]] = all[i]
			next[k]++
		}
	}
	scale := 1.0
	if last != "" {
		scale = b2b.MustMoney(1, last).Float64()
	}
	out := make([]Summary, 0, len(names))
	for k, name := range names {
		part := grouped[start[k]:start[k+1]]
		if byDay := func(x, y purchase) int { return cmp.Compare(x.bucket, y.bucket) }; !slices.IsSortedFunc(part, byDay) {
			slices.SortFunc(part, byDay)
		}
		if s, ok := summarise(part, cut, float64(c.Unit)/float64(c.Collapse), scale, &rep); ok {
			s.Customer = name
			out = append(out, s)
		}
	}
	return out, rep, nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// summarise makes the summary of one customer from purchases in order of time.
func summarise(part []purchase, cut int32, perUnit, scale float64, rep *Report) (s Summary, ok bool) {
	first, lastDay := int32(0), int32(0)
	days := 0
	var total int64
	priced := true
	for i := 0; i < len(part); {
		j := i
		var net int64
		given, blank, refund := false, false, false
		for ; j < len(part) && part[j].bucket == part[i].bucket; j++ {
			refund = refund || part[j].minor < 0
			net += part[j].minor
			given = given || part[j].priced
			blank = blank || !part[j].priced
		}
		day := part[i].bucket
		i = j
		if refund && !blank && net <= 0 {
			rep.NoPurchase++
			continue
		}
		days++
		lastDay = day
		if days == 1 {
			first = day
			continue
		}
		priced = priced && given
		total += net
	}
	if days == 0 {
		return s, false
	}
	s.X = days - 1
	s.Tx = float64(lastDay-first) / perUnit
	s.T = float64(cut-first) / perUnit
	if s.X > 0 && priced && total > 0 {
		s.Priced, s.MeanSpend = true, float64(total)*scale/float64(s.X)
	}
	return s, true
}
