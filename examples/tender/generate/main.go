// Command generate writes the data of the tender example.
//
//	go run ./examples/tender/generate -dir examples/tender/data
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/buyerjourney/b2b/examples/tender/internal/sample"
)

func main() {
	dir := flag.String("dir", ".", "the folder to write to")
	seed := flag.Uint64("seed", sample.Seed, "seed of the generated accounts")
	flag.Parse()
	for _, f := range sample.Files(*seed) {
		if err := os.WriteFile(filepath.Join(*dir, f.Name), f.Data, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "generate:", err)
			os.Exit(1)
		}
	}
}
