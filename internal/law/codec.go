package law

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

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
