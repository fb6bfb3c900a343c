package b2b

import (
	"cmp"
	"errors"
	"math/big"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// ErrOverflow says that an amount does not fit in 64 bits of minor units.
var ErrOverflow = errors.New("amount overflows")

// CurrencyError says that two amounts of different currencies were added, subtracted or compared.
type CurrencyError struct {
	A, B string // ISO 4217 codes
}

// Error names both currencies.
func (e *CurrencyError) Error() string { return "currencies differ: " + e.A + " and " + e.B }

// Unwrap returns [ErrInvalid].
func (e *CurrencyError) Unwrap() error { return ErrInvalid }

// Money is an amount in whole minor units (cents) of one ISO 4217 currency. The zero value has no currency: it means
// that no amount was given, which is not 0 EUR, and it is the identity of [Money.Add]. Values are immutable and
// comparable with ==. The text form is "1234.50 EUR".
type Money struct {
	minor    int64
	currency [3]byte // a code of the table, or zero
}

// NewMoney returns an amount of minor units: NewMoney(123450, "EUR") is 1234.50 EUR. An unknown currency is an error.
func NewMoney(minor int64, currency string) (Money, error) {
	code := strings.ToUpper(strings.TrimSpace(currency))
	if _, ok := minorDigits(code); !ok {
		return Money{}, &InvalidError{Path: "currency", Reason: "not an ISO 4217 code"}
	}
	return Money{minor: minor, currency: [3]byte([]byte(code))}, nil
}

// MustMoney is [NewMoney] for literals; it panics on an error.
func MustMoney(minor int64, currency string) Money {
	m, err := NewMoney(minor, currency)
	if err != nil {
		panic(err)
	}
	return m
}

// ParseAmount reads a decimal number of major units in the given currency: ParseAmount("1234.5", "EUR"). The decimal
// sign is a point. More decimals than the currency has are an error unless they are zero: nothing is rounded. The empty
// amount is no amount, whatever the currency.
func ParseAmount(amount, currency string) (Money, error) {
	amount = strings.TrimSpace(amount)
	if amount == "" {
		return Money{}, nil
	}
	m, err := NewMoney(0, currency)
	if err != nil {
		return Money{}, err
	}
	digits, _ := minorDigits(m.Currency())
	number, negative := amount, false
	switch number[0] {
	case '-':
		number, negative = number[1:], true
	case '+':
		number = number[1:]
	}
	whole, part, _ := strings.Cut(number, ".")
	if len(part) > digits {
		if strings.Trim(part[digits:], "0") != "" {
			return Money{}, &InvalidError{Path: "amount", Reason: "more decimals than the currency has"}
		}
		part = part[:digits]
	}
	text := whole + part + strings.Repeat("0", digits-len(part))
	if whole+part == "" || strings.Trim(text, "0123456789") != "" {
		return Money{}, &InvalidError{Path: "amount", Reason: "not a decimal number"}
	}
	if negative {
		text = "-" + text
	}
	m.minor, err = strconv.ParseInt(text, 10, 64)
	if err != nil {
		return Money{}, &InvalidError{Path: "amount", Reason: ErrOverflow.Error()}
	}
	return m, nil
}

// ParseMoney reads "1234.50 EUR" or "EUR 1234.50"; the empty text is no amount.
func ParseMoney(text string) (Money, error) {
	fields := strings.Fields(text)
	switch {
	case len(fields) == 0:
		return Money{}, nil
	case len(fields) != 2:
		return Money{}, &InvalidError{Reason: "not an amount and a currency"}
	case fields[0][0] >= 'A':
		return ParseAmount(fields[1], fields[0])
	}
	return ParseAmount(fields[0], fields[1])
}

// Minor returns the amount in minor units.
func (m Money) Minor() int64 { return m.minor }

// Currency returns the ISO 4217 code, or "" where no amount was given.
func (m Money) Currency() string {
	if m.currency == [3]byte{} {
		return ""
	}
	return string(m.currency[:])
}

// IsGiven reports whether the amount has a currency; 0 EUR is given, the zero Money is not.
func (m Money) IsGiven() bool { return m.currency != [3]byte{} }

// Sign returns −1, 0 or 1.
func (m Money) Sign() int { return cmp.Compare(m.minor, 0) }

// Digits returns the number of decimals of the currency: 2 for EUR, 0 for JPY, 3 for KWD.
func (m Money) Digits() int {
	d, _ := minorDigits(m.Currency())
	return d
}

// Add returns m + n. Adding the zero Money changes nothing; otherwise different currencies are a [*CurrencyError], and
// a sum beyond 64 bits is [ErrOverflow].
func (m Money) Add(n Money) (Money, error) {
	switch {
	case !n.IsGiven():
		return m, nil
	case !m.IsGiven():
		return n, nil
	case m.currency != n.currency:
		return Money{}, &CurrencyError{A: m.Currency(), B: n.Currency()}
	}
	sum := m.minor + n.minor
	if (sum > m.minor) != (n.minor > 0) && n.minor != 0 {
		return Money{}, ErrOverflow
	}
	m.minor = sum
	return m, nil
}

// Neg returns −m.
func (m Money) Neg() (Money, error) {
	if m.minor == -m.minor && m.minor != 0 {
		return Money{}, ErrOverflow
	}
	m.minor = -m.minor
	return m, nil
}

// Sub returns m − n, with the rules of [Money.Add].
func (m Money) Sub(n Money) (Money, error) {
	if !m.IsGiven() || m.currency != n.currency {
		n, err := n.Neg()
		if err != nil {
			return Money{}, err
		}
		return m.Add(n)
	}
	difference := m.minor - n.minor
	if (difference < m.minor) != (n.minor > 0) && n.minor != 0 {
		return Money{}, ErrOverflow
	}
	m.minor = difference
	return m, nil
}

// Mul returns k times m.
func (m Money) Mul(k int64) (Money, error) {
	hi, lo := bits.Mul64(magnitude(m.minor), magnitude(k))
	negative := (m.minor < 0) != (k < 0)
	switch {
	case hi != 0, lo > 1<<63, lo == 1<<63 && !negative:
		return Money{}, ErrOverflow
	case negative:
		m.minor = -int64(lo)
	default:
		m.minor = int64(lo)
	}
	return m, nil
}

// Compare returns −1, 0 or 1 as m is less than, equal to or more than n; different currencies are a [*CurrencyError].
func (m Money) Compare(n Money) (int, error) {
	if m.currency != n.currency {
		return 0, &CurrencyError{A: m.Currency(), B: n.Currency()}
	}
	return cmp.Compare(m.minor, n.minor), nil
}

// Convert returns the amount in another currency at rate units of it for one unit of m's currency, rounded half to even
// in minor units. The rate is not changed.
func (m Money) Convert(rate *big.Rat, currency string) (Money, error) {
	if !m.IsGiven() {
		return m, nil
	}
	to, err := NewMoney(0, currency)
	if err != nil {
		return Money{}, err
	}
	x := new(big.Rat).Mul(new(big.Rat).SetInt64(m.minor), rate)
	shift := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(abs(to.Digits()-m.Digits()))), nil))
	if to.Digits() < m.Digits() {
		shift.Inv(shift)
	}
	n := roundHalfEven(x.Mul(x, shift))
	if !n.IsInt64() {
		return Money{}, ErrOverflow
	}
	to.minor = n.Int64()
	return to, nil
}

// roundHalfEven returns the integer nearest to x, the even one of two that are equally near.
func roundHalfEven(x *big.Rat) *big.Int {
	quotient, rest := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int)) // Euclidean: 0 ≤ rest < denominator
	switch rest.Lsh(rest, 1).Cmp(x.Denom()) {
	case 1:
		quotient.Add(quotient, big.NewInt(1))
	case 0:
		quotient.Add(quotient, new(big.Int).And(quotient, big.NewInt(1)))
	}
	return quotient
}

// Split divides the amount exactly in proportion to the weights, which must be non-negative and have a positive sum: the
// parts sum to m. Minor units that remain after rounding towards zero go one each to the largest remainders, ties to the
// lower index; a zero weight gets nothing.
func (m Money) Split(weights []float64) ([]Money, error) {
	var p Problems
	total := new(big.Rat)
	exact := make([]*big.Rat, len(weights))
	for i, w := range weights {
		exact[i] = new(big.Rat).SetFloat64(w)
		switch {
		case exact[i] == nil:
			p.Addf("weights["+strconv.Itoa(i)+"]", "not a finite number")
		case w < 0:
			p.Addf("weights["+strconv.Itoa(i)+"]", "negative")
		default:
			total.Add(total, exact[i])
		}
	}
	if p.Len() == 0 && total.Sign() == 0 {
		p.Add("weights", "no positive weight")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	parts := make([]Money, len(weights))
	remainders := make([]*big.Rat, len(weights))
	order := make([]int, len(weights))
	left := new(big.Int).Abs(big.NewInt(m.minor))
	size := new(big.Rat).SetInt(left)
	sign := int64(m.Sign())
	for i, w := range exact {
		share := new(big.Rat).Mul(size, w)
		share.Quo(share, total)
		whole := new(big.Int).Quo(share.Num(), share.Denom())
		remainders[i] = share.Sub(share, new(big.Rat).SetInt(whole))
		left.Sub(left, whole)
		parts[i] = Money{currency: m.currency, minor: new(big.Int).Mul(whole, big.NewInt(sign)).Int64()}
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return remainders[j].Cmp(remainders[i]) })
	for _, i := range order[:left.Int64()] {
		parts[i].minor += sign
	}
	return parts, nil
}

// Amount returns the number of major units with the decimals of the currency: "1234.50". It is empty where no amount was
// given.
func (m Money) Amount() string {
	if !m.IsGiven() {
		return ""
	}
	digits := m.Digits()
	text := strconv.FormatUint(magnitude(m.minor), 10)
	if len(text) <= digits {
		text = strings.Repeat("0", digits+1-len(text)) + text
	}
	if digits > 0 {
		text = text[:len(text)-digits] + "." + text[len(text)-digits:]
	}
	if m.minor < 0 {
		text = "-" + text
	}
	return text
}

// Float64 returns the number of major units, rounded once, for charts and ratios; sums belong in minor units.
func (m Money) Float64() float64 {
	return float64(m.minor) / [...]float64{1, 10, 100, 1000, 10000}[m.Digits()]
}

// String returns "1234.50 EUR", or "" where no amount was given.
func (m Money) String() string {
	if !m.IsGiven() {
		return ""
	}
	return m.Amount() + " " + m.Currency()
}

// AppendText implements [encoding.TextAppender] with the form of [Money.String].
func (m Money) AppendText(dst []byte) ([]byte, error) { return append(dst, m.String()...), nil }

// MarshalText implements [encoding.TextMarshaler] with the form of [Money.String].
func (m Money) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseMoney] does.
func (m *Money) UnmarshalText(text []byte) error {
	v, err := ParseMoney(string(text))
	if err == nil {
		*m = v
	}
	return err
}

// currencies lists the active codes of ISO 4217 (2024), funds and metals left out, by the number of decimals.
var currencies = [...]struct {
	digits int
	codes  string
}{
	{0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"},
	{2, "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP " +
		"CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR " +
		"JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN " +
		"NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP " +
		"SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"},
	{3, "BHD IQD JOD KWD LYD OMR TND"},
	{4, "CLF UYW"},
}

// minorDigits returns the number of decimals of a currency; ok is false for a text that is no code of the table.
func minorDigits(code string) (digits int, ok bool) {
	if len(code) != 3 || strings.ContainsRune(code, ' ') {
		return 0, false
	}
	for _, c := range currencies {
		if strings.Contains(c.codes, code) {
			return c.digits, true
		}
	}
	return 0, false
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

func abs(x int) int { return max(x, -x) }
