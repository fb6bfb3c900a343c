// Package law holds the laws of accumulators, which every accumulator of the library is tested against with one call:
//
//	law.Accumulator(t, func() *Counts { return New(cfg) }, genEvent())
//
// An accumulator is a mutable sum of records: its zero value is the identity, Add takes a record, Merge takes another
// accumulator, and AppendBinary gives canonical bytes. The laws say that for every partition of the records, every order and
// every tree of merges the bytes are those of one pass, that the bytes decode to the same state, and that a failed operation
// leaves its receiver as it was.
//
// The checks themselves ([Check], [CheckMismatch]) return an error, so that a broken accumulator can be shown to be found out.
package law

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
)

// Of is an accumulator of X with the state type A. If it has a method Sub(X) error as well, that is tested too.
type Of[X, A any] interface {
	*A
	Add(x X) error
	Merge(other *A) error
	AppendBinary(dst []byte) ([]byte, error)
	UnmarshalBinary(data []byte) error
}

type suber[X any] interface{ Sub(x X) error }

// maxItems is the number of records that are drawn at most.
const maxItems = 24

// Accumulator tests the laws with records from x. fresh returns a new empty accumulator with its configuration; records that a
// fresh one refuses are drawn as well and must leave it as it is.
func Accumulator[X any, A any, P Of[X, A]](t *testing.T, fresh func() P, x *rapid.Generator[X]) {
	t.Helper()
	rapid.Check(t, Property(fresh, x))
}

// Property is the law as a property of rapid, for [rapid.Check] and, through rapid.MakeFuzz, for f.Fuzz.
func Property[X any, A any, P Of[X, A]](fresh func() P, x *rapid.Generator[X]) func(*rapid.T) {
	return func(t *rapid.T) {
		items := rapid.SliceOfN(x, 0, maxItems).Draw(t, "items")
		seed := rapid.Uint64().Draw(t, "seed")
		if err := Check[X, A](fresh, items, rand.NewPCG(seed, 0)); err != nil {
			t.Fatal(err)
		}
	}
}

// Mismatch tests that two non-empty accumulators of different configurations refuse each other with b2b.ErrConfigMismatch, and
// that both are then unchanged.
func Mismatch[X any, A any, P Of[X, A]](t *testing.T, a, b P) {
	t.Helper()
	if err := CheckMismatch[X, A](a, b); err != nil {
		t.Fatal(err)
	}
}

// CheckMismatch is [Mismatch] as a function.
func CheckMismatch[X any, A any, P Of[X, A]](a, b P) error {
	was, err := all[X, A](a, b)
	if err != nil {
		return err
	}
	for _, m := range [][2]P{{a, b}, {b, a}} {
		if err := m[0].Merge((*A)(m[1])); !errors.Is(err, b2b.ErrConfigMismatch) {
			return fmt.Errorf("merge of another configuration: error is %w, want ErrConfigMismatch", err)
		}
		is, err := all[X, A](a, b)
		if err != nil {
			return err
		}
		for i := range is {
			if !bytes.Equal(is[i], was[i]) {
				return fmt.Errorf("merge of another configuration, refused, has changed a side: %s", diff(is[i], was[i]))
			}
		}
	}
	return nil
}

// Check tests the laws for one list of records. src chooses orders, partitions and trees.
func Check[X any, A any, P Of[X, A]](fresh func() P, items []X, src rand.Source) error {
	c := checker[X, A, P]{fresh: fresh, rng: rand.New(src)}
	if err := c.refused(&items); err != nil {
		return err
	}
	one, err := c.pass(items)
	if err != nil {
		return err
	}
	want, err := encode[X, A](one)
	if err != nil {
		return err
	}
	for _, f := range []func([]X, []byte) error{c.order, c.identity, c.merges, c.laws, c.codec, c.sub} {
		if err := f(items, want); err != nil {
			return err
		}
	}
	return nil
}

type checker[X any, A any, P Of[X, A]] struct {
	fresh func() P
	rng   *rand.Rand
}

// refused takes out the records that a fresh accumulator refuses; a used one must refuse them too and be unchanged.
func (c checker[X, A, P]) refused(items *[]X) error {
	var good, bad []X
	for _, x := range *items {
		if c.fresh().Add(x) == nil {
			good = append(good, x)
		} else {
			bad = append(bad, x)
		}
	}
	*items = good
	for _, from := range [][]X{nil, good} {
		a, err := c.pass(from)
		if err != nil {
			return err
		}
		for _, x := range bad {
			err := same[X, A](a, "a refused Add has changed the accumulator", func() error {
				if a.Add(x) == nil {
					return fmt.Errorf("%v is refused by an empty accumulator, but accepted by one of %d records", x, len(from))
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (c checker[X, A, P]) pass(items []X) (P, error) {
	a := c.fresh()
	for i, x := range items {
		if err := a.Add(x); err != nil {
			return nil, fmt.Errorf("add of record %d, which an empty accumulator takes: %w", i, err)
		}
	}
	return a, nil
}

// order: a permutation of the records changes nothing.
func (c checker[X, A, P]) order(items []X, want []byte) error {
	items = slices.Clone(items)
	c.rng.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	a, err := c.pass(items)
	if err != nil {
		return err
	}
	return expect[X, A](a, want, "other order of the records")
}

// identity: an empty accumulator, fresh or the zero value, is neutral on both sides.
func (c checker[X, A, P]) identity(items []X, want []byte) error {
	for _, side := range []struct {
		name string
		zero func() P
	}{
		{"fresh one", c.fresh},
		{"zero value", func() P { return P(new(A)) }},
	} {
		name, z := side.name, side.zero()
		a, err := c.pass(items)
		if err != nil {
			return err
		}
		if err := merge[X, A](a, z); err != nil {
			return fmt.Errorf("merge of the %s into it: %w", name, err)
		}
		if err := expect[X, A](a, want, "after merge of the "+name); err != nil {
			return err
		}
		z = side.zero()
		if err := merge[X, A](z, a); err != nil {
			return fmt.Errorf("merge into the %s: %w", name, err)
		}
		if err := expect[X, A](z, want, "the "+name+" after a merge into it"); err != nil {
			return err
		}
		// The copy must not share memory with its origin.
		for _, x := range items {
			if err := z.Add(x); err != nil {
				return fmt.Errorf("add to the %s after a merge into it: %w", name, err)
			}
		}
		if err := expect[X, A](a, want, "after adding to another that it was merged into"); err != nil {
			return err
		}
	}
	return nil
}

// merges: every partition and tree of merges gives the bytes of one pass.
func (c checker[X, A, P]) merges(items []X, want []byte) error {
	for range 4 {
		parts := make([]P, 1+c.rng.IntN(len(items)+2))
		for i := range parts {
			parts[i] = c.fresh()
		}
		for i, x := range items {
			if err := parts[c.rng.IntN(len(parts))].Add(x); err != nil {
				return fmt.Errorf("add of record %d in a partition: %w", i, err)
			}
		}
		for len(parts) > 1 {
			i := c.rng.IntN(len(parts))
			a := parts[i]
			parts = slices.Delete(parts, i, i+1)
			if err := merge[X, A](parts[c.rng.IntN(len(parts))], a); err != nil {
				return fmt.Errorf("merge of a partition: %w", err)
			}
		}
		if err := expect[X, A](parts[0], want, "merged from a partition"); err != nil {
			return err
		}
	}
	return nil
}

// laws: commutativity and associativity, stated as such so that the message names the law.
func (c checker[X, A, P]) laws(items []X, want []byte) error {
	i := c.rng.IntN(len(items) + 1)
	j := i + c.rng.IntN(len(items)-i+1)
	build := func() (p [3]P, err error) {
		for k, part := range [][]X{items[:i], items[i:j], items[j:]} {
			if p[k], err = c.pass(part); err != nil {
				return p, err
			}
		}
		return p, nil
	}
	for _, law := range []struct {
		name  string
		steps [][2]int
		into  int
	}{
		{"(a+b)+c", [][2]int{{0, 1}, {0, 2}}, 0},
		{"a+(b+c)", [][2]int{{1, 2}, {0, 1}}, 0},
		{"(b+a)+c", [][2]int{{1, 0}, {1, 2}}, 1},
		{"c+(a+b)", [][2]int{{0, 1}, {2, 0}}, 2},
	} {
		p, err := build()
		if err != nil {
			return err
		}
		for _, s := range law.steps {
			if err := merge[X, A](p[s[0]], p[s[1]]); err != nil {
				return fmt.Errorf("%s: %w", law.name, err)
			}
		}
		if err := expect[X, A](p[law.into], want, law.name); err != nil {
			return err
		}
	}
	return nil
}

// codec: the bytes decode to the same state, into whatever receiver; anything less or more is refused and changes nothing.
func (c checker[X, A, P]) codec(items []X, want []byte) error {
	a, err := c.pass(items)
	if err != nil {
		return err
	}
	if got, err := a.AppendBinary([]byte("before")); err != nil || !bytes.Equal(got, append([]byte("before"), want...)) {
		return fmt.Errorf("AppendBinary does not append: %q, %w", got, err)
	}
	used, err := c.pass(items[:len(items)/2])
	if err != nil {
		return err
	}
	for _, r := range []P{c.fresh(), used} {
		in := slices.Clone(want)
		if err := r.UnmarshalBinary(in); err != nil {
			return fmt.Errorf("own bytes are refused: %w", err)
		}
		if !bytes.Equal(in, want) {
			return errors.New("UnmarshalBinary has changed its argument")
		}
		clear(in) // the contract of encoding.BinaryUnmarshaler: no reference is kept
		if err := expect[X, A](r, want, "decoded"); err != nil {
			return err
		}
		// What was decoded must go on working.
		for _, x := range items {
			if err := r.Add(x); err != nil {
				return fmt.Errorf("add to a decoded accumulator: %w", err)
			}
		}
		b, err := c.pass(slices.Concat(items, items))
		if err != nil {
			return err
		}
		twice, err := encode[X, A](b)
		if err != nil {
			return err
		}
		if err := expect[X, A](r, twice, "decoded and added to"); err != nil {
			return err
		}
	}
	// A zero value may need its configuration before it can decode; if it does without, it must give the same.
	if z := P(new(A)); z.UnmarshalBinary(want) == nil {
		if err := expect[X, A](z, want, "decoded into the zero value"); err != nil {
			return err
		}
	}
	r, err := c.pass(items)
	if err != nil {
		return err
	}
	for n := range want {
		if err := refuse[X, A](r, want[:n:n], want, fmt.Sprintf("%d of %d bytes", n, len(want))); err != nil {
			return err
		}
	}
	return refuse[X, A](r, append(slices.Clone(want), 0), want, "its bytes and one more")
}

// sub: Sub undoes Add, and one below zero, if refused, changes nothing.
func (c checker[X, A, P]) sub(items []X, want []byte) error {
	if _, ok := any(c.fresh()).(suber[X]); !ok {
		return nil
	}
	a, err := c.pass(items)
	if err != nil {
		return err
	}
	s := any(a).(suber[X])
	for i, x := range items {
		if err := a.Add(x); err != nil {
			return err
		}
		if err := s.Sub(x); err != nil {
			return fmt.Errorf("sub of record %d, just added: %w", i, err)
		}
		if err := expect[X, A](a, want, "after Add and Sub of the same record"); err != nil {
			return err
		}
	}
	// Take a part out again, in any order: what is left is one pass over the rest.
	order := c.rng.Perm(len(items))
	cut := c.rng.IntN(len(items) + 1)
	for _, i := range order[:cut] {
		if err := s.Sub(items[i]); err != nil {
			return fmt.Errorf("sub of record %d: %w", i, err)
		}
	}
	var rest []X
	for _, i := range order[cut:] {
		rest = append(rest, items[i])
	}
	b, err := c.pass(rest)
	if err != nil {
		return err
	}
	left, err := encode[X, A](b)
	if err != nil {
		return err
	}
	if err := expect[X, A](a, left, "after Sub of a part"); err != nil {
		return err
	}
	for _, i := range order[cut:] {
		if err := s.Sub(items[i]); err != nil {
			return fmt.Errorf("sub of record %d: %w", i, err)
		}
	}
	empty, err := encode[X, A](c.fresh())
	if err != nil {
		return err
	}
	if err := expect[X, A](a, empty, "after Sub of everything"); err != nil {
		return err
	}
	for _, x := range items {
		if err := s.Sub(x); err == nil {
			break // signed sums go below zero
		} else if err := expect[X, A](a, empty, "after a refused Sub"); err != nil {
			return err
		}
	}
	return nil
}

// merge merges b into a and checks that b is unchanged.
func merge[X any, A any, P Of[X, A]](a, b P) error {
	return same[X, A](b, "Merge has changed its argument", func() error { return a.Merge((*A)(b)) })
}

func same[X any, A any, P Of[X, A]](a P, what string, f func() error) error {
	was, err := encode[X, A](a)
	if err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	return expect[X, A](a, was, what)
}

func refuse[X any, A any, P Of[X, A]](r P, b, was []byte, what string) error {
	if r.UnmarshalBinary(b) == nil {
		return fmt.Errorf("%s are decoded without an error", what)
	}
	return expect[X, A](r, was, "after the refusal of "+what)
}

func expect[X any, A any, P Of[X, A]](a P, want []byte, what string) error {
	got, err := encode[X, A](a)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%s: %s", what, diff(got, want))
	}
	return nil
}

func encode[X any, A any, P Of[X, A]](a P) ([]byte, error) {
	b, err := a.AppendBinary(nil)
	if err != nil {
		return nil, fmt.Errorf("AppendBinary: %w", err)
	}
	again, err := a.AppendBinary(nil)
	if err != nil || !bytes.Equal(again, b) {
		return nil, fmt.Errorf("AppendBinary twice: %s, %w", diff(again, b), err)
	}
	return b, nil
}

func all[X any, A any, P Of[X, A]](accs ...P) ([][]byte, error) {
	var bs [][]byte
	for _, a := range accs {
		b, err := encode[X, A](a)
		if err != nil {
			return nil, err
		}
		bs = append(bs, b)
	}
	return bs, nil
}

func diff(got, want []byte) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	clip := func(b []byte) []byte { return b[max(i-8, 0):min(i+24, len(b))] }
	return fmt.Sprintf("bytes differ from byte %d on: got …% x… (%d bytes), want …% x… (%d)", i, clip(got), len(got), clip(want), len(want))
}
