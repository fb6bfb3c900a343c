package law_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/internal/law"
)

// toy counts words, a correct accumulator with a configuration (a scale) and Sub. flaw breaks it in one place.
type toy struct {
	scale  uint64 // 0 = not configured
	counts map[string]uint64
	order  []string // only for flaws
	flaw   string
}

var errBad = errors.New("bad word")

func (a *toy) Add(x string) error {
	if a.flaw == "refused add changes" && x == "bad" {
		a.put("other", 1)
	}
	if x == "bad" {
		return errBad
	}
	a.put(x, 1)
	return nil
}

func (a *toy) put(x string, n uint64) {
	if a.counts == nil {
		a.counts = map[string]uint64{}
	}
	if a.counts[x] == 0 {
		a.order = append(a.order, x)
	}
	a.counts[x] += n
}

func (a *toy) Sub(x string) error {
	if a.flaw == "sub below zero changes" && a.counts[x] == 0 {
		a.put(x, 1)
		return b2b.ErrInvalid
	}
	if a.counts[x] == 0 {
		return b2b.ErrInvalid
	}
	a.counts[x]--
	if a.counts[x] == 0 && a.flaw != "sub leaves a zero" {
		delete(a.counts, x)
	}
	return nil
}

func (a *toy) Merge(b *toy) error {
	if a.scale != 0 && b.scale != 0 && a.scale != b.scale {
		switch a.flaw {
		case "mismatch accepted":
		case "mismatch changes":
			a.put("x", 1)
			return b2b.ErrConfigMismatch
		default:
			return b2b.ErrConfigMismatch
		}
	}
	if a.scale == 0 && a.flaw != "zero value keeps no configuration" {
		a.scale = b.scale
	}
	if a.flaw == "merge shares memory" && len(a.counts) == 0 && b.counts != nil {
		a.counts, a.order = b.counts, b.order
		return nil
	}
	for _, x := range b.order {
		if n := b.counts[x]; n > 0 {
			a.put(x, n)
		}
	}
	switch a.flaw {
	case "merge empties its argument":
		clear(b.counts)
	case "merge drops":
		delete(a.counts, "a")
	case "merge counts merges":
		a.put("merges", 1)
	}
	return nil
}

func (a *toy) AppendBinary(dst []byte) ([]byte, error) {
	if a.flaw == "does not append" {
		dst = nil
	}
	keys := slices.Clone(a.order)
	if a.flaw != "order of arrival" {
		slices.Sort(keys)
	}
	keys = slices.DeleteFunc(slices.Compact(keys), func(k string) bool { _, ok := a.counts[k]; return !ok })
	dst = append(dst, 1)
	dst = bin.AppendUvarint(dst, a.scale)
	dst = bin.AppendUvarint(dst, uint64(len(keys)))
	for _, k := range keys {
		dst = bin.AppendString(dst, k)
		dst = bin.AppendUvarint(dst, a.counts[k])
	}
	return dst, nil
}

func (a *toy) UnmarshalBinary(b []byte) error {
	r := bin.NewReader(b)
	r.Version(1)
	scale := r.Uvarint()
	if a.flaw == "receiver changes on a decoding error" {
		a.scale = scale + 1
	}
	d := toy{scale: scale, flaw: a.flaw}
	for range r.Count(2) {
		d.put(r.String(), r.Uvarint())
	}
	if a.flaw == "decoding adds up" {
		for k, n := range a.counts {
			d.put(k, n)
		}
	}
	if a.flaw == "accepts truncation" && errors.Is(r.Err(), bin.ErrTruncated) && len(b) > 3 {
		*a = d
		return nil
	}
	if a.flaw == "accepts more" && r.Err() == nil {
		*a = d
		return nil
	}
	if err := r.Done(); err != nil {
		return err
	}
	*a = d
	return nil
}

func words() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"a", "b", "c", "bad", "longer"})
}

func TestCorrect(t *testing.T) {
	law.Accumulator(t, func() *toy { return &toy{scale: 7} }, words())
	law.Accumulator(t, func() *toy { return new(toy) }, words())
	a, b := &toy{scale: 7}, &toy{scale: 8}
	for _, x := range []*toy{a, b} {
		if err := x.Add("a"); err != nil {
			t.Fatal(err)
		}
	}
	law.Mismatch[string](t, a, b)
}

func FuzzCorrect(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(law.Property(func() *toy { return &toy{scale: 7} }, words())))
}

// verdict returns the first error that the check gives for a toy with a flaw.
func verdict(flaw string) error {
	rng := rand.New(rand.NewPCG(1, 2))
	vocabulary := []string{"a", "b", "c", "bad", "longer"}
	for range 200 {
		items := make([]string, rng.IntN(12))
		for i := range items {
			items[i] = vocabulary[rng.IntN(len(vocabulary))]
		}
		if err := law.Check(func() *toy { return &toy{scale: 7, flaw: flaw} }, items, rng); err != nil {
			return err
		}
	}
	return nil
}

func TestBroken(t *testing.T) {
	if err := verdict(""); err != nil {
		t.Fatalf("the correct one fails: %v", err)
	}
	for flaw, message := range map[string]string{
		"refused add changes":                  "refused Add has changed",
		"sub leaves a zero":                    "Sub",
		"sub below zero changes":               "after a refused Sub",
		"merge empties its argument":           "Merge has changed its argument",
		"merge drops":                          "bytes differ",
		"merge counts merges":                  "after merge of the fresh one",
		"does not append":                      "does not append",
		"order of arrival":                     "other order",
		"receiver changes on a decoding error": "after the refusal of",
		"decoding adds up":                     "decoded",
		"accepts truncation":                   "are decoded without an error",
		"accepts more":                         "one more are decoded",
	} {
		if err := verdict(flaw); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("%s: %v, want %q", flaw, err, message)
		}
	}
}

// The zero value of toy has no flaw, so flaws that show on it alone have a type of their own.
type zeroToy struct{ toy }

func (a *zeroToy) Merge(b *zeroToy) error {
	a.flaw = "zero value keeps no configuration"
	return a.toy.Merge(&b.toy)
}

type shareToy struct{ toy }

func (a *shareToy) Merge(b *shareToy) error {
	a.flaw = "merge shares memory"
	return a.toy.Merge(&b.toy)
}

func TestBrokenZero(t *testing.T) {
	items := []string{"a", "b", "a"}
	err := law.Check(func() *zeroToy { return &zeroToy{toy{scale: 7}} }, items, rand.NewPCG(1, 2))
	if err == nil || !strings.Contains(err.Error(), "zero value after a merge into it") {
		t.Errorf("a zero value that takes over no configuration: %v", err)
	}
	err = law.Check(func() *shareToy { return &shareToy{toy{scale: 7}} }, items, rand.NewPCG(1, 2))
	if err == nil || !strings.Contains(err.Error(), "after adding to another") {
		t.Errorf("a merge that shares memory: %v", err)
	}
}

func TestBrokenMismatch(t *testing.T) {
	for flaw, message := range map[string]string{
		"mismatch accepted": "want ErrConfigMismatch",
		"mismatch changes":  "has changed a side",
	} {
		a, b := &toy{scale: 7, flaw: flaw}, &toy{scale: 8, flaw: flaw}
		a.put("a", 1)
		b.put("b", 1)
		if err := law.CheckMismatch[string](a, b); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("%s: %v, want %q", flaw, err, message)
		}
	}
}
