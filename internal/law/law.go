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
