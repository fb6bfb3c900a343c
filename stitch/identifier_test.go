package stitch_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/gen/identity"
	"github.com/buyerjourney/b2b/stitch"
)

func TestNormalForms(t *testing.T) {
	nl := &stitch.Normalizer{DefaultCountry: "NL"}
	be := &stitch.Normalizer{DefaultCountry: "BE", KeepTags: true, KeepDots: true}
	for _, c := range []struct {
		kind  stitch.Kind
		raw   string
		n     *stitch.Normalizer
		want  string // "!reason" for a refusal
		check stitch.Check
	}{
		{stitch.Email, "  J.Jansen+news@ACME.nl ", nil, "j.jansen@acme.nl", stitch.FormatOnly},
		{stitch.Email, "J.Jansen+news@ACME.nl", be, "j.jansen+news@acme.nl", stitch.FormatOnly},
		{stitch.Email, "Jan.De.Boer@GoogleMail.com", nil, "jandeboer@gmail.com", stitch.FormatOnly},
		{stitch.Email, "Jan.De.Boer@GoogleMail.com", be, "jan.de.boer@gmail.com", stitch.FormatOnly},
		{stitch.Email, "info@bücher.example.de", nil, "info@xn--bcher-kva.example.de", stitch.FormatOnly},
		{stitch.Email, `"jan"@acme.nl`, nil, "jan@acme.nl", stitch.FormatOnly},
		{stitch.Email, `"a@b"@acme.nl`, nil, `"a@b"@acme.nl`, stitch.FormatOnly},
		{stitch.Email, "a@b@acme.nl", nil, "!format", 0},
		{stitch.Email, "jan@localhost", nil, "!format", 0},
		{stitch.Email, "jan..de@acme.nl", nil, "!format", 0},
		{stitch.Email, "@acme.nl", nil, "!format", 0},
		{stitch.Email, strings.Repeat("a", 65) + "@acme.nl", nil, "!format", 0},
		{stitch.Email, "jan@[1.2.3.4]", nil, "!format", 0},
		{stitch.Email, "N/A", nil, "!blocked", 0},
		{stitch.Domain, "HTTPS://www.Shop.Acme.co.uk:8080/x?y", nil, "acme.co.uk", stitch.FormatOnly},
		{stitch.Domain, "acme.github.io", nil, "acme.github.io", stitch.FormatOnly},
		{stitch.Domain, "github.io", nil, "github.io", stitch.FormatOnly},
		{stitch.Domain, "co.uk", nil, "!format", 0},
		{stitch.Domain, "acme", nil, "!format", 0},
		{stitch.Domain, "10.1.2.3", nil, "!format", 0},
		{stitch.Phone, "+31 (0)20 123 45 67", nil, "+31201234567", stitch.FormatOnly},
		{stitch.Phone, "020-1234567 ext. 12", nl, "+31201234567", stitch.FormatOnly},
		{stitch.Phone, "0032 2 123 45 67", nl, "+3221234567", stitch.FormatOnly},
		{stitch.Phone, "06 1234 5678", &stitch.Normalizer{DefaultCountry: "HU"}, "+3612345678", stitch.FormatOnly},
		{stitch.Phone, "06 1234 5678", &stitch.Normalizer{DefaultCountry: "IT"}, "+390612345678", stitch.FormatOnly},
		{stitch.Phone, "020-1234567", nil, "!format", 0},
		{stitch.Phone, "12345", nl, "!format", 0},
		{stitch.Phone, "call me", nl, "!format", 0},
		{stitch.VAT, "nl 0000.99998.B57", nil, "NL000099998B57", stitch.Checked},
		{stitch.VAT, "NL123456782B90", nil, "NL123456782B90", stitch.Checked},
		{stitch.VAT, "123456782B90", nl, "NL123456782B90", stitch.Checked},
		{stitch.VAT, "NL123456783B90", nil, "!check_digit", 0},
		{stitch.VAT, "BE 0428.759.497", nil, "BE0428759497", stitch.Checked},
		{stitch.VAT, "0428.759.497", be, "BE0428759497", stitch.Checked},
		{stitch.VAT, "DE136695976", nil, "DE136695976", stitch.Checked},
		{stitch.VAT, "FR 44 732 829 320", nil, "FR44732829320", stitch.Checked},
		{stitch.VAT, "FR45732829320", nil, "!check_digit", 0},
		{stitch.VAT, "FRK7399859412", nil, "FRK7399859412", stitch.FormatOnly}, // python-stdnum's example of a key with a letter
		{stitch.VAT, "IT00743110157", nil, "IT00743110157", stitch.Checked},    // python-stdnum, it.iva
		{stitch.VAT, "SE556188840401", nil, "SE556188840401", stitch.Checked},  // python-stdnum, se.vat
		{stitch.VAT, "LU15027442", nil, "LU15027442", stitch.Checked},          // python-stdnum, lu.tva
		{stitch.VAT, "DK13585628", nil, "DK13585628", stitch.Checked},          // python-stdnum, dk.cvr
		{stitch.VAT, "FI20774740", nil, "FI20774740", stitch.Checked},          // python-stdnum, fi.alv
		{stitch.VAT, "PT501964843", nil, "PT501964843", stitch.Checked},        // python-stdnum, pt.nif
		{stitch.VAT, "PL8567346215", nil, "PL8567346215", stitch.Checked},      // python-stdnum, pl.nip
		{stitch.VAT, "ATU13585627", nil, "ATU13585627", stitch.Checked},        // python-stdnum, at.uid
		{stitch.VAT, "GR094259216", nil, "EL094259216", stitch.FormatOnly},
		{stitch.VAT, "US123456789", nil, "!format", 0},
		{stitch.KvK, "1234567", nil, "01234567", stitch.FormatOnly},
		{stitch.KvK, "123456", nil, "!format", 0},
		{stitch.KvKBranch, "0000 1234 5678", nil, "000012345678", stitch.FormatOnly},
		{stitch.RSIN, "1234.56.782", nil, "123456782", stitch.Checked},
		{stitch.RSIN, "123456783", nil, "!check_digit", 0},
		{stitch.RSIN, "000000000", nil, "!blocked", 0},
		{stitch.LEI, "5493001kjtiigc8y1r12", nil, "5493001KJTIIGC8Y1R12", stitch.Checked},
		{stitch.LEI, "5493001KJTIIGC8Y1R13", nil, "!check_digit", 0},
		{stitch.DUNS, "15-048-3782", nil, "150483782", stitch.FormatOnly},
		{stitch.PersonName, "Jansen, Jan  de", nil, "de jan jansen", stitch.UnknownCheck},
		{stitch.PersonName, "JAN JANSEN DE", nil, "de jan jansen", stitch.UnknownCheck},
		{stitch.Cookie, "AbC", nil, "AbC", stitch.UnknownCheck},
		{stitch.Cookie, strings.Repeat("a", 513), nil, "!too_long", 0},
		{stitch.IP, "::ffff:8.8.8.8", nil, "8.8.8.8", stitch.FormatOnly},
		{stitch.IP, "2A00:1450::1", nil, "2a00:1450::1", stitch.FormatOnly},
		{stitch.IP, "192.168.1.1", nil, "!private_range", 0},
		{stitch.IP, "100.64.0.1", nil, "!private_range", 0},
		{stitch.IP, "203.0.113.9", nil, "!private_range", 0},
		{stitch.IP, "2001:db8::1", nil, "!private_range", 0},
		{stitch.IP, "fe80::1", nil, "!private_range", 0},
		{stitch.IP, "8.8.8", nil, "!format", 0},
		{stitch.IPPrefix, "8.8.8.8/22", nil, "8.8.8.0/22", stitch.FormatOnly},
		{stitch.IPPrefix, "8.0.0.0/7", nil, "!format", 0},
		{stitch.IPPrefix, "10.1.0.0/16", nil, "!private_range", 0},
		{"badge", " X-1 ", nil, "X-1", stitch.UnknownCheck},
		{"badge", "a\x00b", nil, "!format", 0},
		{"badge", "--00--", nil, "!blocked", 0},
		{"badge", "Unknown", nil, "!blocked", 0},
		{"badge", "", nil, "!blocked", 0},
		{"badge", strings.Repeat("a", 64<<10+1), nil, "!too_long", 0},
		{"", "x", nil, "!format", 0},
	} {
		id, err := stitch.NewIdentifier(c.kind, "", c.raw, c.n)
		got := id.Value()
		if err != nil {
			e, ok := errors.AsType[*b2b.InvalidError](err)
			if !ok {
				t.Fatalf("%s: %v is no InvalidError", c.kind, err)
			}
			got = "!" + e.Reason
		}
		if len(c.raw) > 80 {
			c.raw = c.raw[:80] + "…"
		}
		if got != c.want || err == nil && id.Check() != c.check {
			t.Errorf("%s %q: %q %v, want %q %v", c.kind, c.raw, got, id.Check(), c.want, c.check)
		}
	}
}

func TestCompanyNamesMeetWithoutTheirLegalForm(t *testing.T) {
	a := stitch.MustIdentifier(stitch.CompanyName, "NL", "Jansen Bouw B.V.")
	b := stitch.MustIdentifier(stitch.CompanyName, "", "JANSEN  BOUW")
	if a != b {
		t.Errorf("%q and %q differ", a.Value(), b.Value())
	}
}

func TestDerived(t *testing.T) {
	d, ok := stitch.MustIdentifier(stitch.Email, "", "jan@mail.acme.co.uk").Derived()
	if !ok || d != stitch.MustIdentifier(stitch.EmailDomain, "", "acme.co.uk") {
		t.Error(d, ok)
	}
	if d, ok := stitch.MustIdentifier(stitch.Login, "shop", "jan").Derived(); ok {
		t.Error(d)
	}
}

func TestPersonalValuesAreNotShown(t *testing.T) {
	if s := stitch.MustIdentifier(stitch.Login, "shop", "jansen").String(); strings.Contains(s, "jansen") || !strings.Contains(s, "shop") {
		t.Error(s)
	}
	if s := stitch.MustIdentifier(stitch.VAT, "", "NL123456782B90").String(); s != "vat:NL123456782B90" {
		t.Error(s)
	}
}

// Every change of a single digit of a valid number is found out (ISO 7064; 11-proof; 97 is prime).
func TestSingleDigitChangesAreFound(t *testing.T) {
	for _, c := range []struct {
		kind stitch.Kind
		raw  string
	}{
		{stitch.LEI, "5493001KJTIIGC8Y1R12"}, {stitch.RSIN, "123456782"}, {stitch.VAT, "DE136695976"}, {stitch.VAT, "BE0428759497"},
	} {
		for i := range len(c.raw) {
			if c.raw[i] < '0' || c.raw[i] > '9' {
				continue
			}
			for d := byte('0'); d <= '9'; d++ {
				changed := c.raw[:i] + string(d) + c.raw[i+1:]
				if _, err := stitch.NewIdentifier(c.kind, "", changed, nil); (err == nil) != (changed == c.raw) {
					t.Errorf("%s: digit %d changed to %c: %v", c.raw, i, d, err)
				}
			}
		}
	}
}

func TestGeneratedVATNumbersAreValid(t *testing.T) {
	for i := range 200 {
		if _, err := stitch.NewIdentifier(stitch.VAT, "", identity.VAT(i), nil); err != nil {
			t.Fatal(i, err)
		}
	}
}

var allKinds = []stitch.Kind{
	stitch.Email, stitch.EmailDomain, stitch.Domain, stitch.Cookie, stitch.Login, stitch.Device, stitch.CRM, stitch.CRMAccount,
	stitch.Phone, stitch.Switchboard, stitch.VAT, stitch.KvK, stitch.KvKBranch, stitch.RSIN, stitch.LEI, stitch.DUNS, stitch.CompanyName,
	stitch.PersonName, stitch.IP, stitch.IPPrefix, "badge",
}

// propNormalIsFixed: the normal form of a normal form is itself, and no refusal shows the value.
func propNormalIsFixed(t *rapid.T) {
	k := rapid.SampledFrom(allKinds).Draw(t, "kind")
	raw := rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Z]{2}[0-9]{8,12}`), rapid.StringMatching(`\+?[0-9 ()-]{6,16}`),
		rapid.StringMatching(`[a-zA-Z.+"]{1,8}@[a-zA-Zé-]{1,6}\.(nl|co\.uk|github\.io)`), rapid.StringMatching(`(www\.)?[a-z]{1,5}\.[a-z]{2,3}(/x)?`),
		rapid.StringMatching(`[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(/[0-9]{1,2})?`)).Draw(t, "raw")
	n := &stitch.Normalizer{DefaultCountry: rapid.SampledFrom([]string{"", "NL", "BE", "DE", "GB", "RU"}).Draw(t, "country")}
	id, err := stitch.NewIdentifier(k, "sys", raw, n)
	if err != nil {
		if id != (stitch.Identifier{}) || len(raw) > 12 && strings.Contains(err.Error(), raw) {
			t.Fatalf("refused with %v and %v", id, err)
		}
		return
	}
	if k == stitch.CompanyName {
		return // its value is a key of sorted words, which is no name any more
	}
	again, err := stitch.NewIdentifier(k, "sys", id.Value(), n)
	if err != nil || again.Value() != id.Value() {
		t.Fatalf("%s: %q becomes %q and then %q, %v", k, raw, id.Value(), again.Value(), err)
	}
}

func TestNormalIsFixed(t *testing.T) { rapid.Check(t, propNormalIsFixed) }
func FuzzNormalIsFixed(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propNormalIsFixed)) }

func TestProfileKeys(t *testing.T) {
	for _, c := range []struct {
		p   stitch.ProfileID
		key string
	}{
		{pid("crm", "17"), "crm/17"}, {pid("a/b", "x/y"), "a%2Fb/x/y"}, {pid("50%", "%2F"), "50%25/%2F"},
	} {
		if got := c.p.String(); got != c.key {
			t.Errorf("%v has the key %q, want %q", c.p, got, c.key)
		}
		if got, err := stitch.ParseProfileID(c.key); err != nil || got != c.p {
			t.Errorf("%q is read as %v, %v", c.key, got, err)
		}
	}
	for _, bad := range []string{"", "crm", "/1", "crm/", "a%2/1", "%zz/1"} {
		if p, err := stitch.ParseProfileID(bad); err == nil {
			t.Errorf("%q is read as %v", bad, p)
		}
	}
}

func propProfileKey(t *rapid.T) {
	p := pid(rapid.StringN(1, 8, -1).Draw(t, "source"), rapid.StringN(1, 8, -1).Draw(t, "id"))
	if got, err := stitch.ParseProfileID(p.String()); err != nil || got != p {
		t.Fatalf("%q: %v %v", p.String(), got, err)
	}
}

func TestProfileKeyRoundTrip(t *testing.T) { rapid.Check(t, propProfileKey) }
func FuzzProfileKeyRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propProfileKey)) }

func TestLists(t *testing.T) {
	facts := []stitch.Fact{
		{Occurred: day(0), Body: stitch.Seen{Profile: pid("crm", "1"), Level: stitch.Person, Identifiers: []stitch.Identifier{stitch.MustIdentifier(stitch.Email, "", "ann@house.nl")}}},
		{Occurred: day(0), Body: stitch.Seen{Profile: pid("erp", "1"), Level: stitch.Account, Identifiers: []stitch.Identifier{stitch.MustIdentifier(stitch.Domain, "", "house.nl")}}},
	}
	for _, weak := range []bool{false, true} {
		n := &stitch.Normalizer{Lists: stitch.Lists{FreeMail: func(d string) bool { return weak && d == "house.nl" }}}
		r := must(stitch.New(stitch.Config{Rules: stitch.StarterRules(), Normalizer: n}))
		mustApply(t, r, facts...)
		s := r.Snapshot()
		if got := s.AccountOf("", s.PersonOf("crm/1"), day(1)); (got == "") != weak {
			t.Errorf("free mail %v: account %q", weak, got)
		}
	}
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

func mustApply(t failer, r *stitch.Resolver, facts ...stitch.Fact) []stitch.Change {
	t.Helper()
	changes, report, err := r.Apply(facts...)
	if err != nil || report.Rejected+len(report.Rejections) > 0 {
		t.Fatal(report, err)
	}
	return changes
}

func TestTenMegabytesDoNotHang(t *testing.T) {
	for _, k := range allKinds {
		if _, err := stitch.NewIdentifier(k, "", strings.Repeat("a.", 5<<20), nil); err == nil {
			t.Errorf("%s: 10 MB are no value", k)
		}
	}
	if _, err := stitch.NewIdentifier(stitch.Email, "", strings.Repeat("é.", 16<<10-10)+"@x.nl", nil); err == nil {
		t.Error("a local part of 48 KiB is no address")
	}
}
