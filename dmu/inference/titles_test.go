package inference_test

import (
	"crypto/sha1"
	"encoding/csv"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/inference"
	"github.com/buyerjourney/b2b/internal/realdata"
)

func TestTokens(t *testing.T) {
	for title, want := range map[string][]string{
		"":                        nil,
		" – ":                     nil,
		"Head of Legal":           {"head", "of", "legal"},
		"CTO/CIO (a.i.)":          {"cto", "cio", "a", "i"},
		"EINKÄUFER 2.Stufe, Köln": {"einkäufer", "2", "stufe", "köln"},
		"Директор по закупкам№5": {"директор", "по", "закупкам", "5"},
		"buyer_buyer":               {"buyer", "buyer"},
		"采购经理 (Purchasing Manager)": {"采购经理", "purchasing", "manager"},
	} {
		if diff := cmp.Diff(want, slices.Collect(inference.Tokens(title))); diff != "" {
			t.Errorf("%q: %s", title, diff)
		}
	}
}

// The title model on 31,117 English job titles of ESCO (European Commission), five folds by SHA-1 of the title. Figures of
// independent code: role_benchmarks.json.
func TestTitlesESCO(t *testing.T) {
	if testing.Short() {
		t.Skip("short: 31,117 titles in five folds, twice")
	}
	rows, err := csv.NewReader(realdata.Open(t, "dmu/titles/esco_titles.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows = rows[1:]
	fold := make([]int, len(rows))
	for i, row := range rows {
		sum := sha1.Sum([]byte(strings.ToLower(strings.TrimSpace(row[0]))))
		fold[i] = int(new(big.Int).Mod(new(big.Int).SetBytes(sum[:]), big.NewInt(5)).Int64())
	}
	major := func(isco string) b2b.SeatID { return b2b.SeatID(isco[:1]) }
	manager := func(isco string) b2b.SeatID {
		if isco[0] == '1' {
			return "manager"
		}
		return "other"
	}
	for _, tt := range []struct {
		name               string
		label              func(string) b2b.SeatID
		cap                float64
		accuracy, loss, ec float64
	}{
		{"major uncapped", major, -1, .788026, .631793, .043698},
		{"major cap 3", major, 0, .791015, .619199, .022271},
		{"manager uncapped", manager, -1, .943986, .177338, .030869},
		{"manager cap 3", manager, 0, .952277, .129142, .010923},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var right, loss float64
			var n, hits, sure [10]float64
			for f := range 5 {
				var tr inference.Trainer
				for i, row := range rows {
					if fold[i] != f {
						if err := tr.Add(dmu.PersonSteps{Seat: tt.label(row[1]), Title: row[0]}); err != nil {
							t.Fatal(err)
						}
					}
				}
				m, err := tr.Model(inference.Config{TitleCap: tt.cap})
				if err != nil {
					t.Fatal(err)
				}
				seats := m.Seats()
				p := make([]float64, len(seats))
				for i, row := range rows {
					if fold[i] != f {
						continue
					}
					v := m.Score(p, nil, row[0])
					truth := tt.label(row[1])
					k, _ := slices.BinarySearch(seats, truth)
					loss -= math.Log(max(p[k], 1e-15))
					b := min(9, int(math.Ceil(v.P*10))-1)
					n[b]++
					sure[b] += v.P
					if v.Best == truth {
						right++
						hits[b]++
					}
				}
			}
			total, ece := float64(len(rows)), 0.0
			for b := range n {
				ece += math.Abs(sure[b]-hits[b]) / total
			}
			for what, x := range map[string][2]float64{
				"accuracy": {right / total, tt.accuracy}, "log loss": {loss / total, tt.loss}, "ECE": {ece, tt.ec},
			} {
				if math.Abs(x[0]-x[1]) > 1e-5 {
					t.Errorf("%s %.6f, want %.6f", what, x[0], x[1])
				}
			}
		})
	}
}
