package match

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/buyerjourney/b2b/internal/enum"
)

// Test is the condition of a [Level]. It is a closed enumeration; zero is [UnknownTest], which is refused.
type Test uint8

// The tests. Those that take a threshold read it from Level.At.
const (
	UnknownTest  Test = iota
	Exact             // equal normal forms; for companies, equal keys
	SwapDate          // day and month swapped
	SwapName          // given name and surname swapped, both sides holding both
	Nickname          // one is a nickname of the other, or both of one name
	JW                // Jaro-Winkler ≥ At
	OSAWithin         // OSA distance ≤ At
	DLWithin          // Damerau-Levenshtein distance ≤ At; of dates, of their ISO text
	InitialEqual      // equal first letters, one side being no more than an initial
	SortedEqual       // equal after sorting words
	TokenSortMin      // TokenSort ≥ At
	TokenSetMin       // TokenSet ≥ At
	AllTokens         // share of the shorter text's words that the other has, initials and nicknames too, ≥ At
	CompanyMin        // CompareCompany ≥ At
	AcronymEqual      // one name is the acronym of the other
	MailDerived       // equal mail addresses whose local part follows from the person's names
	Local             // equal local parts that do not follow from the names
	LocalDerived      // equal local parts that follow from the names
	LocalJW           // Jaro-Winkler of local parts ≥ At, and equal domains
	Tail              // equal last 8 digits
	Outward           // equal outward part of the postcode
	NumberStreet      // equal house numbers, and TokenSort ≥ At
	WeightedMin       // soft tf-idf ≥ At
	JaccardMin        // Jaccard of the token sets ≥ At
	SharedToken       // any token in common
	Relative          // |a−b|/max(|a|,|b|) ≤ At
	Within            // |a−b| ≤ At: of numbers; of dates in days
	SiteEqual         // equal registrable domains
	PrefixEqual       // equal first At runes
	Else              // whatever is left
)

var tests = enum.New[Test]("test", "unknown", "exact", "swap_date", "swap_name", "nickname", "jw", "osa", "dl", "initial", "sorted",
	"token_sort", "token_set", "all_tokens", "company", "acronym", "mail_derived", "local", "local_derived", "local_jw", "tail", "outward",
	"number_street", "weighted", "jaccard", "shared", "relative", "within", "site", "prefix", "else")

// String returns the name of the test, as in configurations.
func (t Test) String() string { return tests.String(t) }

// AppendText implements [encoding.TextAppender].
func (t Test) AppendText(dst []byte) ([]byte, error) { return tests.AppendText(dst, t) }

// MarshalText implements [encoding.TextMarshaler].
func (t Test) MarshalText() ([]byte, error) { return tests.AppendText(nil, t) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (t *Test) UnmarshalText(text []byte) error { return tests.UnmarshalText(t, text) }

// threshold says whether the test reads Level.At.
func (t Test) threshold() bool {
	switch t {
	case JW, OSAWithin, DLWithin, TokenSortMin, TokenSetMin, AllTokens, CompanyMin, LocalJW, NumberStreet, WeightedMin, JaccardMin, Relative,
		Within, PrefixEqual:
		return true
	case UnknownTest, Exact, SwapDate, SwapName, Nickname, InitialEqual, SortedEqual, AcronymEqual, MailDerived, Local, LocalDerived, Tail,
		Outward, SharedToken, SiteEqual, Else:
	}
	return false
}

// Level is one outcome of a comparison. Levels are tried in order and the first that holds counts. In JSON a level is an
// object with the test as key: {"jw": 0.92}, {"exact": true, "tf": true}, {"else": true, "veto": true}. The zero value is
// invalid.
type Level struct {
	Test Test
	At   float64  // threshold of the tests that have one
	TF   bool     // adjust by the frequency of the value
	Veto bool     // a pair at this level is never linked
	Bits *float64 // asserted weight, which training leaves alone
}

// String returns the test and its threshold, such as "jw 0.92".
func (l Level) String() string {
	if l.Test.threshold() {
		return fmt.Sprintf("%v %v", l.Test, l.At)
	}
	return l.Test.String()
}

// MarshalJSON implements [json.Marshaler].
func (l Level) MarshalJSON() ([]byte, error) {
	b := append([]byte{'{', '"'}, l.Test.String()...)
	b = append(b, '"', ':')
	if l.Test.threshold() {
		at, err := json.Marshal(l.At)
		if err != nil {
			return nil, err
		}
		b = append(b, at...)
	} else {
		b = append(b, "true"...)
	}
	if l.TF {
		b = append(b, `,"tf":true`...)
	}
	if l.Veto {
		b = append(b, `,"veto":true`...)
	}
	if l.Bits != nil {
		v, err := json.Marshal(*l.Bits)
		if err != nil {
			return nil, err
		}
		b = append(append(b, `,"bits":`...), v...)
	}
	return append(b, '}'), nil
}

var errLevel = errors.New("a level is an object with one test, and tf, veto, bits beside it")

// UnmarshalJSON implements [json.Unmarshaler]. Unknown keys are errors.
func (l *Level) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return errLevel
	}
	var out Level
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return errLevel
		}
		var v any
		if err := dec.Decode(&v); err != nil {
			return errLevel
		}
		if err := setLevel(&out, key.(string), v); err != nil {
			return err
		}
	}
	if out.Test == UnknownTest {
		return errLevel
	}
	*l = out
	return nil
}

func setLevel(l *Level, key string, v any) error {
	flag, isFlag := v.(bool)
	num, isNum := v.(float64)
	switch key {
	case "tf", "veto":
		if !isFlag {
			return fmt.Errorf("%s must be true or false", key)
		}
		if key == "tf" {
			l.TF = flag
		} else {
			l.Veto = flag
		}
		return nil
	case "bits":
		if !isNum || math.Abs(num) > maxBits {
			return fmt.Errorf("bits must be a number within ±%d", maxBits)
		}
		l.Bits = &num
		return nil
	}
	t, err := tests.Parse(key)
	if err != nil || t == UnknownTest {
		return errors.New("unknown test")
	}
	switch {
	case l.Test != UnknownTest:
		return errLevel
	case t.threshold() != isNum, !isNum && (!isFlag || !flag):
		return fmt.Errorf("%s takes %s", t, map[bool]string{true: "a number", false: "true"}[t.threshold()])
	case isNum && num < 0:
		return fmt.Errorf("%s takes a number from 0", t)
	}
	l.Test, l.At = t, num
	return nil
}

func lv(t Test, at float64) Level { return Level{Test: t, At: at} }

func tf(t Test) Level { return Level{Test: t, TF: true} }

// DefaultLevels returns the levels of a kind. names says that the columns of one person's names are mapped too, which
// gives mail addresses and surnames more levels.
func DefaultLevels(k Kind, names bool) []Level {
	var l []Level
	switch k {
	case GivenName:
		l = []Level{tf(Exact), lv(Nickname, 0), lv(JW, .92), lv(JW, .80), lv(InitialEqual, 0)}
	case Surname:
		l = []Level{tf(Exact), lv(JW, .92), lv(OSAWithin, 1), lv(JW, .80)}
		if names {
			l = append(l, lv(SwapName, 0))
		}
	case PersonName:
		l = []Level{tf(Exact), tf(SortedEqual), lv(TokenSortMin, .92), lv(AllTokens, 1), lv(TokenSortMin, .75)}
	case CompanyKind:
		l = []Level{tf(Exact), lv(CompanyMin, .95), lv(CompanyMin, .85), lv(AcronymEqual, 0), lv(CompanyMin, .70)}
	case Email:
		l = []Level{tf(Exact), tf(Local), lv(LocalJW, .92)}
		if names {
			l = []Level{lv(MailDerived, 0), tf(Exact), tf(Local), lv(LocalDerived, 0), lv(LocalJW, .92)}
		}
	case Phone:
		l = []Level{tf(Exact), lv(Tail, 0), lv(OSAWithin, 1)}
	case Date:
		l = []Level{lv(Exact, 0), lv(SwapDate, 0), lv(DLWithin, 1), lv(Within, 31), lv(Within, 366), lv(Within, 3653)}
	case Postcode:
		l = []Level{tf(Exact), lv(OSAWithin, 1), lv(Outward, 0)}
	case Street:
		l = []Level{tf(Exact), lv(NumberStreet, .85), lv(TokenSortMin, .85)}
	case City, Text:
		l = []Level{tf(Exact), lv(TokenSortMin, .90), lv(TokenSortMin, .75)}
	case Code:
		l = []Level{tf(Exact), lv(OSAWithin, 1)}
	case FreeText:
		l = []Level{lv(WeightedMin, .9), lv(WeightedMin, .75), lv(WeightedMin, .6), lv(WeightedMin, .45), lv(WeightedMin, .3)}
	case Tokens:
		l = []Level{lv(JaccardMin, .8), lv(JaccardMin, .5), lv(SharedToken, 0)}
	case Number:
		l = []Level{tf(Exact), lv(Relative, .02), lv(Relative, .10)}
	case URL:
		l = []Level{tf(Exact), lv(SiteEqual, 0)}
	case VAT, KvK, LEI, DUNS, Login:
		l = []Level{lv(Exact, 0)}
	case UnknownKind:
		return nil
	}
	return append(l, lv(Else, 0))
}
