package law

import (
	"fmt"
)

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
