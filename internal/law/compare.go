package law

import (
	"bytes"
	"fmt"
)

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
