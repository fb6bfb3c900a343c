package match

import "testing"

func TestGenerationsDiffer(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"dobbins jr david", "david dobbins senior", true},
		{"morris i klein", "morris ii klein", true},
		{"morris ii klein", "klein morris jr", false},
		{"robert smith sr", "robert smith", false},
		{"john i smith", "john smith sr", false},
		{"john i smith", "john smith", false},
		{"juniors", "seniors", false},
		{"", "john smith iii", false},
	} {
		if generationsDiffer(c.a, c.b) != c.want || generationsDiffer(c.b, c.a) != c.want {
			t.Errorf("%q and %q: not %v", c.a, c.b, c.want)
		}
	}
}

// Names of persons at their default levels: father and son are different, and a nickname is as good as an initial.
func TestPersonNameLevels(t *testing.T) {
	b, err := NewBuilder([]Field{{Name: "name", Kind: PersonName}})
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"Robert Smith", "Smith, Bob", "R Smith", "Robert Smith Jr", "Robert Smith Sr.", "Alice Smith"} {
		if err := b.Add(Record{ID: string(rune('0' + i)), Cells: []string{name}}); err != nil {
			t.Fatal(err)
		}
	}
	table := b.Table()
	c := newComparisons(table)[0]
	for _, want := range []struct {
		a, b uint32
		test Test
	}{{0, 1, AllTokens}, {0, 2, AllTokens}, {0, 3, AllTokens}, {3, 4, Else}, {0, 5, Else}} {
		l := c.level(table, want.a, want.b, table.row(want.a), table.row(want.b), nil)
		if got := c.levels[l-1].Test; got != want.test {
			t.Errorf("%q and %q: %v, not %v", table.Value(int(want.a), 0), table.Value(int(want.b), 0), got, want.test)
		}
	}
}
