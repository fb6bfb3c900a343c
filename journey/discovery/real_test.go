package discovery_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/buyerjourney/b2b/internal/gen/reallog"
	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/journey"
)

// oracleLogs are the logs that the oracle files are about.
var oracleLogs = []string{"running-example", "roadtraffic100", "receipt", "repairExample", "teleclaims", "purchasing", "bpic2020_domestic", "bpic2020_rfp", "bpic2012"}

// realLog reads one of the logs beside the checkout, once.
func realLog(tb testing.TB, name string) *journey.Log {
	tb.Helper()
	return reallog.Load(tb, name)
}

// oracle reads an oracle file, gzipped or not.
func oracle(tb testing.TB, name string, into any) {
	tb.Helper()
	// A deviation of one value is NaN there; ours is 0 by definition.
	data := bytes.ReplaceAll(realdata.Oracle(tb, "journey/"+name), []byte(":NaN"), []byte(":0"))
	if err := json.Unmarshal(data, into); err != nil {
		tb.Fatal(err)
	}
}

// oracleFields reads some keys of an oracle file whose other keys have other forms.
func oracleFields[T any](tb testing.TB, name string, into *map[string]*T, keys ...string) {
	tb.Helper()
	var raw map[string]json.RawMessage
	oracle(tb, name, &raw)
	*into = make(map[string]*T)
	for _, k := range keys {
		v := new(T)
		if err := json.Unmarshal(raw[k], v); err != nil {
			tb.Fatal(err)
		}
		(*into)[k] = v
	}
}
