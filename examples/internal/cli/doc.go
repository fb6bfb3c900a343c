// Package cli is the kit that the example programs share: opening input,
// reading tables, parsing times, writing numbers, JSON and rejects, flags and
// exit codes. It does I/O, which the library never does.
//
// A program is a function that a test can call, and a main of one line:
//
//	func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
//
//	func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
//		fs := flag.NewFlagSet("prog", flag.ContinueOnError)
//		in := fs.String("in", "", "input `FILE` (default: standard input)")
//		cli.Alias(fs, "in", "log")
//		if code, ok := cli.Parse(fs, args, stderr); !ok {
//			return code
//		}
//		r, err := cli.Open(*in, stdin)
//		if err != nil {
//			return cli.Fail(stderr, "prog", cli.Unusable, err)
//		}
//		defer r.Close()
//		var rejects cli.Rejects
//		t, err := cli.NewTable(r, cli.Options{Rejects: &rejects})
//		…
//		for t.Next() {
//			use(t.Line(), t.Field(person), t.Field(at))
//		}
//		if err := t.Err(); err != nil { … }
//		cli.Counts(stderr, "rows", t.Rows(), "rejected", rejects.Count())
//		return cli.Done
//	}
package cli
