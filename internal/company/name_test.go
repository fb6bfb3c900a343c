package company_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/internal/company"
)

//nolint:misspell // Dutch names
func TestKey(t *testing.T) {
	same := [][]string{
		{"Siemens Aktiengesellschaft", "Siemens AG", "SiemensAG", "SIEMENS  A.G."},
		{"ООО АЯС 2000", `ООО "АЯС 2000"`},
		{"A.B.C. Company", "ABC Company", "A B C Co."},
		{"Faberlic Europe Sp. z o.o.", "FABERLIC EUROPE sp.z.o.o."},
		{"Brigade Forty-Four", "Brigade 44"},
		{"Procter & Gamble Co.", "Procter and Gamble Co.", "The Procter & Gamble Company"},
		{"Müller GmbH & Co. KG", "Muller GmbH"},
		{"Textiles, Penhale Ltd.", "Penhale Textiles LLP"},
		{"Coca-Cola Company", "Coca Cola Co"},
		{"1st International Bank", "First Int'l Bank"},
		{"Stichting Pieter Haverkorn", "Pieter Haverkorn"},
		{"TACTICAL MISSILES CORPORATION JOINT STOCK COMPANY", "JSC TACTICAL MISSILES CORP."},
		{"3%ers", "Three Percenters"},
		{"Fitness 100 %", "Fitness 100%", "100 Percent Fitness"},
		{"100% %Fitness", "100 Percent Fitness"},
		{"Vitro I Dutch Holdco B.V.", "Vitro I. Dutch Holdco BV"},
		{"Ferrer i Guardia", "Ferrer & Guardia"},
		{"FERRER I GUARDIA", "FERRER & GUARDIA"},
		{"Lloyds Banking Group Public Limited Company", "Lloyds Banking Group p.l.c."},
	}
	for _, group := range same {
		want := company.Key(group[0], "")
		if want == "" {
			t.Errorf("Key(%q) is empty", group[0])
		}
		for _, s := range group[1:] {
			if got := company.Key(s, ""); got != want {
				t.Errorf("Key(%q) = %q, want %q as of %q", s, got, want, group[0])
			}
		}
	}
}

//nolint:misspell // Dutch names
func TestParseKeepsAllLegalForm(t *testing.T) {
	for _, s := range []string{"B.V.", "Limited", "Company", "Stichting"} {
		if n := company.Parse(s, ""); n.Key == "" {
			t.Errorf("Parse(%q) has no core", s)
		}
	}
	if n := company.Parse("", ""); n.Key != "" || len(n.Tokens) != 0 {
		t.Errorf("empty name: %+v", n)
	}
}

//nolint:misspell // Dutch names
func TestForm(t *testing.T) {
	for _, c := range []struct {
		name, form string
		class      company.Class
	}{
		{"Bakkerij Jansen V.O.F.", "vof", company.Partnership},
		{"Stichting De Brug", "stichting", company.Foundation},
		{"PT Astra International", "pt", company.PrivateLimited},
		{"Acme S.A.R.L.", "sarl", company.PrivateLimited},
		{"Samsung Electronics Co., Ltd.", "ltd", company.PrivateLimited},
		{"Coöperatie Avebe U.A.", "cooperatie", company.Cooperative},
		{"株式会社 東芝", "kk", company.PublicLimited},
		{"Acme", "", company.UnknownClass},
	} {
		n := company.Parse(c.name, "")
		if n.Form.Name != c.form || n.Form.Class != c.class {
			t.Errorf("Parse(%q).Form = %+v, want %s %v", c.name, n.Form, c.form, c.class)
		}
	}
}

func propIdempotent(t *rapid.T) {
	s := rapid.StringOf(rapid.RuneFrom([]rune("abBV.& -'IX1éß股"))).Draw(t, "name")
	k := company.Key(s, "")
	company.Parse(k, "")
	if again := company.Key(s, ""); again != k {
		t.Fatalf("Key(%q) gives %q, then %q", s, k, again)
	}
}

func TestParseTotal(t *testing.T) { rapid.Check(t, propIdempotent) }

func FuzzParse(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propIdempotent)) }
