package cli_test

import (
	"bytes"
	"errors"
	"flag"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/examples/internal/cli"
)

func TestCommonFlags(t *testing.T) {
	for _, tt := range []struct {
		args       string
		files      cli.Files
		resampling cli.Resampling
		problems   string
	}{
		{args: "", resampling: cli.Resampling{Replicates: 200, Seed: 1, Level: .95, Workers: 1}},
		{
			args:  "-in a -out b -rejects c -replicates 5 -seed 7 -levels .9 -workers 2",
			files: cli.Files{In: "a", Out: "b", Rejects: "c"}, resampling: cli.Resampling{Replicates: 5, Seed: 7, Level: .9, Workers: 2},
		},
		{
			args:       "-replicates -1 -level 1 -workers -1",
			resampling: cli.Resampling{Replicates: -1, Seed: 1, Level: 1, Workers: -1},
			problems:   "-replicates: negative\n-workers: negative\n-level: outside (0,1)",
		},
	} {
		t.Run(tt.args, func(t *testing.T) {
			var files cli.Files
			var resampling cli.Resampling
			fs := flag.NewFlagSet("prog", flag.ContinueOnError)
			files.Register(fs)
			resampling.Register(fs, 200)
			if code, ok := cli.Parse(fs, strings.Fields(tt.args), new(bytes.Buffer)); !ok {
				t.Fatal(code)
			}
			if diff := cmp.Diff(tt.files, files) + cmp.Diff(tt.resampling, resampling); diff != "" {
				t.Error(diff)
			}
			problems := ""
			if err := resampling.Check(); err != nil {
				problems = err.Error()
			}
			if problems != tt.problems {
				t.Errorf("%q, want %q", problems, tt.problems)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	var r cli.Rejects
	r.Add(3, "then")
	r.Add(2, "first")
	other := errors.New("other")
	if r.Explain(nil) != nil || !errors.Is(r.Explain(other), other) || strings.Contains(r.Explain(other).Error(), "first") {
		t.Error("an error that has other reasons was changed")
	}
	if got := r.Explain(cli.ErrNoRow); !errors.Is(got, cli.ErrNoRow) || got.Error() != cli.ErrNoRow.Error()+"\nline 2: first\nline 3: then" {
		t.Errorf("%q", got)
	}
}
