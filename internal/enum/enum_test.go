package enum_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/internal/enum"
)

type colour uint8

func TestTable(t *testing.T) {
	table := enum.New[colour]("colour", "unknown", "dark red", "green").Alias("vert", 2)
	for text, want := range map[string]colour{"": 0, "unknown": 0, "Dark_Red": 1, "dark-red": 1, " VERT": 2, "green": 2} {
		if got, err := table.Parse(text); err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	c := colour(2)
	if err := table.UnmarshalText(&c, []byte("blue")); err == nil || c != 2 {
		t.Errorf("an unknown text gave %v, %v", c, err)
	}
	if got, err := table.AppendText([]byte("x"), 3); err == nil || string(got) != "x" {
		t.Errorf("a number outside gave %q, %v", got, err)
	}
	if diff := cmp.Diff([]colour{1, 2}, table.All()); diff != "" {
		t.Error(diff)
	}
	if got := table.String(9); got != "colour(9)" {
		t.Error(got)
	}
	defer func() {
		if recover() == nil {
			t.Error("two values with one name were accepted")
		}
	}()
	table.Alias("green", 1)
}
