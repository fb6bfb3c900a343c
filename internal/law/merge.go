package law

import (
	"fmt"
	"slices"
)

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
