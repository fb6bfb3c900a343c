package stitch_test

import (
	"bytes"
	"encoding"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/stitch"
)

var (
	ann    = stitch.MustIdentifier(stitch.Email, "", "ann@acme.nl")
	login1 = stitch.MustIdentifier(stitch.Login, "shop", "l1")
	login2 = stitch.MustIdentifier(stitch.Login, "shop", "l2")
	cookie = stitch.MustIdentifier(stitch.Cookie, "web", "c1")
)

// saw is a person seen on a day.
func saw(d int, p stitch.ProfileID, ids ...stitch.Identifier) stitch.Fact {
	return stitch.Fact{Occurred: day(d), Body: stitch.Seen{Profile: p, Level: stitch.Person, Identifiers: ids}}
}

func sawAccount(d int, p stitch.ProfileID, ids ...stitch.Identifier) stitch.Fact {
	return stitch.Fact{Occurred: day(d), Body: stitch.Seen{Profile: p, Level: stitch.Account, Identifiers: ids}}
}

func judge(d int, a, b stitch.ProfileID, v stitch.Verdict) stitch.Fact {
	return stitch.Fact{Occurred: day(d), Body: stitch.Judgement{A: a, B: b, Verdict: v, Reason: "seen on the phone"}}
}

// starter returns a resolver with the starter rules and readable ids.
func starter() *stitch.Resolver {
	cfg := testConfig(stitch.StarterRules())
	return must(stitch.New(cfg))
}

func TestFoundersKeepTheirIDs(t *testing.T) {
	r := starter()
	a, b, c := pid("crm", "1"), pid("shop", "1"), pid("web", "1")
	mustApply(t, r, saw(1, b, login1), saw(2, a, ann), saw(3, c, cookie))
	id := func(p stitch.ProfileID) string { x, _ := r.Snapshot().Person(p); return string(x) }
	if id(a) != "person:crm/1" || id(b) != "person:shop/1" {
		t.Fatal(id(a), id(b))
	}
	mustApply(t, r, saw(4, b, ann)) // the older one wins
	if id(a) != "person:shop/1" {
		t.Fatal(id(a))
	}
	if got := r.Lookup("person:crm/1"); got.Status != stitch.RedirectedID || got.Entity != "person:shop/1" {
		t.Fatal(got)
	}
	changes := mustApply(t, r, judge(5, a, b, stitch.NeverSame)) // a split gives back the id that it always had
	if id(a) != "person:crm/1" || changes[0].Kind != stitch.Split || changes[0].Entity != "person:shop/1" || changes[0].Into != "person:crm/1" {
		t.Fatal(id(a), changes)
	}
	mustApply(t, r, judge(6, a, b, stitch.NoView)) // and merging anew restores the older one
	if id(a) != "person:shop/1" || id(b) != "person:shop/1" {
		t.Fatal(id(a))
	}
	mustApply(t, r, stitch.Fact{ID: "pin", Occurred: day(7), Body: stitch.Pin{Profile: a}})
	if id(b) != "person:crm/1" {
		t.Fatal(id(b))
	}
	mustApply(t, r, stitch.Fact{Occurred: day(8), Body: stitch.Retract{Fact: "pin"}})
	if id(b) != "person:shop/1" {
		t.Fatal(id(b))
	}
	if got := r.Lookup("person:nobody/1"); got.Status != stitch.NeverKnown {
		t.Fatal(got)
	}
}

func TestARetractedFounderIsGone(t *testing.T) {
	r := starter()
	a, b := pid("crm", "1"), pid("shop", "1")
	first := saw(1, a, ann)
	first.ID = "first"
	mustApply(t, r, first, saw(2, b, ann))
	mustApply(t, r, stitch.Fact{Occurred: day(3), Body: stitch.Retract{Fact: "first"}})
	if got := r.Lookup("person:crm/1"); got.Status != stitch.GoneID || !slices.Equal(got.Successors, []string{"person:shop/1"}) {
		t.Fatal(got)
	}
}

func TestIDsDependOnTheKey(t *testing.T) {
	of := func(key []byte) b2b.PersonID {
		r := must(stitch.New(stitch.Config{Key: key}))
		mustApply(t, r, saw(1, pid("crm", "1"), ann))
		id, _ := r.Snapshot().Person(pid("crm", "1"))
		return id
	}
	plain, keyed := of(nil), of(bytes.Repeat([]byte{1}, 32))
	if plain == keyed || !strings.HasPrefix(string(plain), "p_") || len(plain) != 18 {
		t.Error(plain, keyed)
	}
}

func TestTwoFoundersWithOneID(t *testing.T) {
	r := must(stitch.New(stitch.Config{IDs: func(stitch.Level, stitch.ProfileID) string { return "x" }}))
	if _, _, err := r.Apply(saw(1, pid("crm", "1"), ann), saw(1, pid("crm", "2"), login1)); err == nil {
		t.Error("no error")
	}
}

func TestWhyNot(t *testing.T) {
	r := starter()
	a, b, c, firm := pid("crm", "1"), pid("shop", "1"), pid("web", "1"), pid("erp", "1")
	info := stitch.MustIdentifier(stitch.Email, "", "info@acme.nl")
	mustApply(t, r, saw(1, a, login1, info, ann), saw(1, b, login2, info, ann), saw(1, c, cookie), saw(1, pid("web", "2"), cookie),
		sawAccount(1, firm, stitch.MustIdentifier(stitch.Domain, "", "acme.nl")))
	r.Advance(day(100))
	s := r.Snapshot()
	gap := s.WhyNot(a, b)
	mail := gap.Rules[slices.IndexFunc(gap.Rules, func(g stitch.RuleGap) bool { return g.Rule == "mail address" })]
	login := gap.Rules[slices.IndexFunc(gap.Rules, func(g stitch.RuleGap) bool { return g.Rule == "login" })]
	if !mail.Holds || !slices.Equal(login.Missing, []string{"same login: different"}) {
		t.Errorf("%+v %+v", mail, login)
	}
	if len(gap.Blocked) != 1 || gap.Blocked[0].Cause != stitch.RefusedByGuard || gap.Blocked[0].By != "login" {
		t.Errorf("%+v", gap.Blocked)
	}
	expired := s.WhyNot(c, pid("web", "2")).Rules[5]
	if expired.Rule != "cookie" || !expired.Expired || expired.Holds {
		t.Errorf("%+v", expired)
	}
	if g := s.WhyNot(a, firm); !g.Levels {
		t.Errorf("%+v", g)
	}
	if g := s.WhyNot(a, pid("x", "y")); !slices.Equal(g.Unknown, []stitch.ProfileID{pid("x", "y")}) {
		t.Errorf("%+v", g)
	}
	x := s.Explain(a, b)
	if x.Together || len(x.Gap.Rules) == 0 {
		t.Errorf("%+v", x)
	}
}

func TestWhyNotNamesTheReason(t *testing.T) {
	rules := stitch.Rules{
		Rules: []stitch.Rule{
			{Name: "mail", Effect: stitch.Same, Level: stitch.Person, When: same(stitch.Email)},
			{Name: "cookie", Effect: stitch.Same, Level: stitch.Person, When: same(stitch.Cookie), Purpose: "link"},
			{Name: "phone", Effect: stitch.Same, Level: stitch.Person, When: []stitch.Condition{{Same: stitch.Phone, MinCheck: stitch.Checked}}},
			{Name: "badge", Effect: stitch.Same, Level: stitch.Person, When: []stitch.Condition{{Same: "badge", Together: "1h"}}},
			{Name: "device", Effect: stitch.Same, Level: stitch.Person, When: same(stitch.Device)},
			{Name: "crm", Effect: stitch.Same, Level: stitch.Person, When: same(stitch.CRM)},
		},
		Guards: []stitch.Guard{{Kind: stitch.Device, MaxHolders: 1}, {Kind: stitch.CRM, BlockPattern: []string{"^0"}}},
	}
	r := must(stitch.New(testConfig(rules)))
	phone, badge := stitch.MustIdentifier(stitch.Phone, "", "+31201234567"), stitch.MustIdentifier("badge", "", "b")
	device, crm := stitch.MustIdentifier(stitch.Device, "", "d"), stitch.MustIdentifier(stitch.CRM, "x", "0/1")
	a, b := pid("a", "1"), pid("b", "1")
	mustApply(t, r, saw(1, a, ann, cookie, phone, badge, device, crm), saw(2, b, ann, cookie, phone, badge, device, crm),
		stitch.Fact{Occurred: day(3), Body: stitch.Ended{Profile: b, Identifier: ann}})
	var got []string
	for _, g := range r.Snapshot().WhyNot(a, b).Rules {
		got = append(got, g.Rule+": "+strings.Join(g.Missing, ", "))
	}
	want := []string{
		"mail: same email: ended", "cookie: consent link, same cookie: no consent", "phone: same phone: not verified",
		"badge: same badge: not together", "device: same device: shared", "crm: same crm: blocked",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestValuesAreShownOnRequest(t *testing.T) {
	r := starter()
	mustApply(t, r, saw(1, pid("crm", "1"), ann), saw(2, pid("shop", "1"), ann))
	x := r.Snapshot().Explain(pid("crm", "1"), pid("shop", "1"))
	hidden, shown := x.Shared(0), x.WithValues().Shared(0)
	if len(hidden) != 1 || strings.Contains(hidden[0], "ann") || !slices.Equal(shown, []string{"ann@acme.nl"}) {
		t.Error(hidden, shown)
	}
	if x.Shared(7) != nil {
		t.Error("there is no eighth link")
	}
}

func TestRefusedLinksMayComeIn(t *testing.T) {
	r := starter()
	a, b := pid("crm", "1"), pid("shop", "1")
	mustApply(t, r, saw(1, a, login1, ann), saw(1, b, login2, ann))
	if _, ok := r.Snapshot().Person(b); !ok || together(r.Snapshot(), a, b) {
		t.Fatal("two logins may not meet")
	}
	changes := mustApply(t, r, stitch.Fact{Occurred: day(2), Body: stitch.Ended{Profile: b, Identifier: login2}})
	if !together(r.Snapshot(), a, b) || len(changes) == 0 || changes[0].Kind != stitch.Merged || changes[0].Cause.Rule != "mail address" {
		t.Fatal(changes)
	}
}

func TestAlwaysOutranksGuardsAndIsListed(t *testing.T) {
	r := starter()
	a, b := pid("crm", "1"), pid("shop", "1")
	mustApply(t, r, saw(1, a, login1), saw(1, b, login2), judge(2, a, b, stitch.Always))
	if !together(r.Snapshot(), a, b) {
		t.Fatal("they are apart")
	}
	var kinds []string
	for c := range r.Contradictions() {
		kinds = append(kinds, c.Kind.String()+" "+c.Entity)
	}
	if want := []string{"too-many-values person:crm/1", "always-against-rule person:crm/1"}; !slices.Equal(kinds, want) {
		t.Error(kinds)
	}
	mustApply(t, r, judge(3, a, b, stitch.NeverSame))
	if together(r.Snapshot(), a, b) {
		t.Error("the later word holds")
	}
	for c := range r.Contradictions() {
		if c.Kind != stitch.AlwaysAgainstNever {
			t.Error(c)
		}
	}
}

func TestContradictions(t *testing.T) {
	r := must(stitch.New(testConfig(houseRules())))
	prefix := stitch.MustIdentifier(stitch.IPPrefix, "", "8.8.8.0/24")
	mustApply(t, r, sawAccount(1, pid("erp", "a"), prefix), sawAccount(1, pid("erp", "b"), prefix), sawAccount(2, pid("crm", "1")), saw(3, pid("crm", "1"), ann))
	var got []stitch.Contradiction
	for c := range r.Contradictions() {
		got = append(got, c)
	}
	want := []stitch.Contradiction{
		{Kind: stitch.TwoOwners, Profiles: []stitch.ProfileID{pid("erp", "a"), pid("erp", "b")}, Value: stitch.IPPrefix},
		{Kind: stitch.TwoLevels, Entity: "account:crm/1", Profiles: []stitch.ProfileID{pid("crm", "1")}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRanges(t *testing.T) {
	wide, narrow := stitch.MustIdentifier(stitch.IPPrefix, "", "8.8.0.0/16"), stitch.MustIdentifier(stitch.IPPrefix, "", "8.8.8.0/24")
	ip := stitch.MustIdentifier(stitch.IP, "", "8.8.8.77")
	p := pid("web", "1")
	consent := stitch.Fact{Occurred: day(0), Body: stitch.Consent{Profile: p, Purpose: "analytics", State: stitch.Granted}}
	facts := []stitch.Fact{
		consent, sawAccount(0, pid("erp", "wide"), wide), sawAccount(5, pid("erp", "narrow"), narrow), saw(1, p, ip), saw(6, p, ip),
		{Occurred: day(8), Body: stitch.Ended{Profile: pid("erp", "narrow"), Identifier: narrow}},
	}
	r := starter()
	mustApply(t, r, facts...)
	r.Advance(day(9))
	s := r.Snapshot()
	for d, want := range map[int]b2b.AccountID{0: "", 1: "account:erp/wide", 4: "account:erp/wide", 5: "account:erp/narrow", 7: "account:erp/narrow", 8: "account:erp/wide", 179: "account:erp/wide", 180: ""} {
		if got := s.AccountOf("", s.PersonOf("web/1"), day(d)); got != want {
			t.Errorf("day %d: %q, want %q", d, got, want)
		}
	}
	if got := s.AccountOf("erp/wide", "", day(1)); got != "account:erp/wide" {
		t.Error(got)
	}
	if got := s.AccountOf("x/y", s.PersonOf("web/1"), day(1)); got != "x/y" {
		t.Error("a key that is not known must come back:", got)
	}
	withdrawn := stitch.Fact{Occurred: day(9), Body: stitch.Consent{Profile: p, Purpose: "analytics", State: stitch.Withdrawn}}
	changes := mustApply(t, r, withdrawn)
	if len(changes) != 2 || changes[0].Kind != stitch.AffiliationEnded || changes[1].Kind != stitch.AffiliationEnded || r.Snapshot().AccountOf("", "person:web/1", day(1)) != "" {
		t.Error(changes)
	}
	cfg := testConfig(stitch.StarterRules())
	cfg.Normalizer = &stitch.Normalizer{Lists: stitch.Lists{Datacenter: mustPrefixes("8.8.0.0/14")}}
	hosted := must(stitch.New(cfg))
	mustApply(t, hosted, facts...)
	if got := hosted.Snapshot().Refusals("person:web/1"); len(got) != 1 || got[0].Cause != stitch.SharedRange {
		t.Errorf("%+v", got)
	}
}

func TestAffiliationsAreChosen(t *testing.T) {
	r := starter()
	p := pid("crm", "1")
	state := func(account string, primary bool, confidence float64) stitch.Fact {
		return stitch.Fact{Occurred: day(1), By: "hr", Body: stitch.Affiliated{Person: p, Account: pid("erp", account), Title: "buyer", Primary: primary, Confidence: confidence, Valid: b2b.Window{From: day(1), To: day(9)}}}
	}
	mustApply(t, r, saw(0, p, ann), sawAccount(0, pid("erp", "a")), sawAccount(0, pid("erp", "b")), sawAccount(0, pid("erp", "c"), stitch.MustIdentifier(stitch.Domain, "", "acme.nl")),
		state("a", false, 1), state("b", true, 0.5))
	r.Advance(day(5))
	s := r.Snapshot()
	if got := s.AccountOf("", "person:crm/1", time.Time{}); got != "account:erp/b" {
		t.Error("Primary comes first:", got)
	}
	if got := s.AccountOf("", "person:crm/1", day(9)); got != "account:erp/c" {
		t.Error("the window is over:", got)
	}
	if got := s.Affiliations("account:erp/b", day(5)); len(got) != 1 || got[0].Person != "person:crm/1" || got[0].Title != "buyer" || got[0].By != "hr" {
		t.Errorf("%+v", got)
	}
}

func TestConsentOf(t *testing.T) {
	r := starter()
	a, b := pid("crm", "1"), pid("shop", "1")
	say := func(d int, p stitch.ProfileID, state stitch.ConsentState, until int) stitch.Fact {
		c := stitch.Consent{Profile: p, Purpose: "news", State: state}
		if until > 0 {
			c.Until = day(until)
		}
		return stitch.Fact{Occurred: day(d), Body: c}
	}
	mustApply(t, r, saw(1, a, ann), saw(1, b, ann))
	id := "person:crm/1"
	for _, step := range []struct {
		fact stitch.Fact
		want stitch.ConsentState
	}{
		{say(2, a, stitch.Granted, 0), stitch.Granted},
		{say(3, b, stitch.Denied, 6), stitch.Denied},
		{say(4, a, stitch.Withdrawn, 0), stitch.Withdrawn},
		{say(7, a, stitch.Granted, 0), stitch.Granted}, // the denial has run out
	} {
		mustApply(t, r, step.fact)
		if got := r.Snapshot().ConsentOf(id, "news"); got != step.want {
			t.Errorf("%v, want %v", got, step.want)
		}
	}
	if got := r.Snapshot().ConsentOf(id, "other"); got != stitch.ConsentUnknown {
		t.Error(got)
	}
	if got := r.Snapshot().ConsentAt(b2b.PersonID(id), "news", day(5)); got != stitch.Withdrawn {
		t.Error(got)
	}
}

func TestMergedRecord(t *testing.T) {
	rules := stitch.StarterRules()
	rules.Survivorship = []stitch.FieldRule{
		{Field: "name", By: stitch.BySource, Sources: []string{"shop", "crm"}}, {Field: "city", By: stitch.ByFrequency}, {Field: "title", By: stitch.ByLength},
	}
	r := must(stitch.New(testConfig(rules)))
	with := func(d int, p stitch.ProfileID, fields ...stitch.Field) stitch.Fact {
		return stitch.Fact{ID: p.Source + day(d).Format("02"), Occurred: day(d), Body: stitch.Seen{Profile: p, Level: stitch.Person, Identifiers: []stitch.Identifier{ann}, Fields: fields}}
	}
	mustApply(t, r,
		with(1, pid("crm", "1"), stitch.Field{Name: "name", Value: "A. Ek"}, stitch.Field{Name: "city", Value: "Leiden"}, stitch.Field{Name: "phone", Value: "1"}),
		with(2, pid("crm", "1"), stitch.Field{Name: "name", Value: "Anna Ek"}, stitch.Field{Name: "title", Value: "boss"}),
		with(3, pid("shop", "1"), stitch.Field{Name: "name", Value: "Ann"}, stitch.Field{Name: "city", Value: "Leiden"}, stitch.Field{Name: "title", Value: "head of purchasing"}),
		with(4, pid("web", "1"), stitch.Field{Name: "city", Value: "Breda"}, stitch.Field{Name: "phone", Value: "2"}))
	s := r.Snapshot()
	var got []string
	for v := range s.Merged("person:crm/1") {
		got = append(got, v.Name+"="+v.Value+" "+v.Profile.String()+" "+v.Fact)
	}
	want := []string{"city=Leiden shop/1 shop04", "name=Ann shop/1 shop04", "phone=2 web/1 web05", "title=head of purchasing shop/1 shop04"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var sync []string
	for _, d := range s.Sync("person:crm/1", "crm") {
		sync = append(sync, d.Merged.Name+": "+d.Own.Value+" → "+d.Merged.Value)
	}
	if diff := cmp.Diff([]string{"name: Anna Ek → Ann", "phone: 1 → 2", "title: boss → head of purchasing"}, sync); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestProbeChangesNothing(t *testing.T) {
	r := starter()
	mustApply(t, r, saw(1, pid("crm", "1"), ann), saw(1, pid("shop", "1"), login1), saw(2, pid("web", "1"), cookie))
	before := answer(t, r.Snapshot())
	got := r.Probe(stitch.Profile{ID: pid("web", "9"), Level: stitch.Person, Identifiers: []stitch.Held{{Identifier: cookie}, {Identifier: ann}, {Identifier: stitch.MustIdentifier(stitch.Login, "shop", "new")}}})
	var ids []string
	for _, c := range got {
		ids = append(ids, c.Entity+" by "+c.Link.Rule)
	}
	if want := []string{"person:crm/1 by mail address", "person:web/1 by cookie"}; !slices.Equal(ids, want) {
		t.Error(ids)
	}
	if !bytes.Equal(before, answer(t, r.Snapshot())) {
		t.Error("a probe changed the answer")
	}
}

func TestForgetNeedsAKeyAndAPerson(t *testing.T) {
	r := must(stitch.New(stitch.Config{Rules: stitch.StarterRules()}))
	mustApply(t, r, saw(1, pid("crm", "1"), ann))
	id, _ := r.Snapshot().Person(pid("crm", "1"))
	if _, _, err := r.Forget(id, day(2), "dpo"); err == nil {
		t.Error("without a key nothing may be forgotten")
	}
	if _, ok := r.Snapshot().Person(pid("crm", "1")); !ok {
		t.Error("a failed Forget changed the store")
	}
	if _, _, err := starter().Forget("p_nobody", day(2), "dpo"); err == nil {
		t.Error("nobody was forgotten")
	}
}

func TestForgetProfileAndAnonymise(t *testing.T) {
	cfg := testConfig(stitch.StarterRules())
	cfg.OnTombstone = stitch.Anonymise
	r := must(stitch.New(cfg))
	info := stitch.MustIdentifier(stitch.Email, "", "info@acme.nl")
	mustApply(t, r, saw(1, pid("crm", "1"), ann, info, login1), saw(1, pid("shop", "1"), ann))
	receipt, _, err := r.ForgetProfile(pid("crm", "1"), day(2), "dpo")
	if err != nil || receipt.Tombstones != 1 || receipt.Removed.N("identifiers") != 3 { // only the login: the shop holds the address too, the role mailbox is nobody's
		t.Fatalf("%+v %v", receipt, err)
	}
	if _, ok := r.Snapshot().Person(pid("shop", "1")); !ok {
		t.Error("the other profile is gone too")
	}
	_, report, err := r.Apply(saw(3, pid("desk", "1"), login1, info))
	if err != nil || report.Rejected != 0 || report.Count("forgotten") != 1 {
		t.Fatal(report, err)
	}
	p, _ := r.Snapshot().Profile(pid("desk", "1"))
	if len(p.Values(stitch.Login)) != 0 || len(p.Values(stitch.Email)) != 1 {
		t.Errorf("%+v", p)
	}
}

func TestExportAndExpire(t *testing.T) {
	r := starter()
	mustApply(t, r, saw(1, pid("crm", "1"), ann), saw(30, pid("shop", "1"), ann), judge(31, pid("crm", "1"), pid("web", "9"), stitch.NeverSame), saw(40, pid("web", "2"), cookie))
	rec, err := r.Export("person:crm/1")
	if err != nil || len(rec.Facts) != 3 || len(rec.Links) != 1 || len(rec.Profiles) != 2 {
		t.Fatalf("%+v %v", rec, err)
	}
	if _, err := r.Export("person:nobody/1"); err == nil {
		t.Error("nobody was exported")
	}
	if got := r.Expire(day(32), stitch.RetentionPolicy{After: "30d"}); !slices.Equal(got, []stitch.ProfileID{pid("crm", "1")}) {
		t.Error(got)
	}
	if got := r.Expire(day(32), stitch.RetentionPolicy{}); got != nil {
		t.Error(got)
	}
}

func TestPseudonymsResolveAlike(t *testing.T) {
	p := must(stitch.NewPseudonymizer(bytes.Repeat([]byte{3}, 32)))
	rules := houseRules()
	rules.Rules = slices.DeleteFunc(rules.Rules, func(r stitch.Rule) bool { return r.Name == "domain and name" || r.Name == "range" })
	rules.Guards = slices.DeleteFunc(rules.Guards, func(g stitch.Guard) bool { return g.Kind == stitch.CompanyName })
	cfg := testConfig(rules)
	hidden := cfg
	hidden.Normalizer = &stitch.Normalizer{Pseudonyms: true}
	open, closed := must(stitch.New(cfg)), must(stitch.New(hidden))
	for d, ids := range [][]stitch.Identifier{{ann, login1}, {ann}, {login1, cookie}, {login2}} {
		profile := pid("s", string(rune('a'+d)))
		mustApply(t, open, saw(d, profile, ids...))
		var masked []stitch.Identifier
		for _, id := range ids {
			masked = append(masked, p.ID(id))
		}
		mustApply(t, closed, saw(d, profile, masked...))
	}
	if d := stitch.DiffOf(open.Snapshot(), closed.Snapshot()); !d.IsEmpty() {
		t.Errorf("%+v", d)
	}
	if x := p.ID(ann); !strings.HasPrefix(x.Value(), "k1:") || p.ID(x) != x {
		t.Error(x)
	}
	renewed := must(stitch.NewPseudonymizer(bytes.Repeat([]byte{4}, 32)))
	if got := stitch.Rotate(p, renewed, []stitch.Identifier{ann}); got[p.ID(ann)] != renewed.ID(ann) {
		t.Error(got)
	}
	if _, err := stitch.NewPseudonymizer(make([]byte, 31)); err == nil {
		t.Error("31 bytes are no key")
	}
}

func TestChurn(t *testing.T) {
	r := starter()
	var feed []stitch.Change
	feed = append(feed, mustApply(t, r, saw(0, pid("crm", "1"), login1), saw(0, pid("shop", "1"), ann))...)
	feed = append(feed, mustApply(t, r, saw(15, pid("crm", "1"), ann))...)
	got := stitch.Churn(slices.Values(feed), 10*24*time.Hour)
	if len(got) != 2 || got[0].Known != 2 || got[0].Changed != 0 || got[1].Changed != 1 {
		t.Errorf("%+v", got)
	}
	if share, ok := got[1].Share(); !ok || share != 0.5 {
		t.Error(share)
	}
	if stitch.Churn(slices.Values(feed), 0) != nil {
		t.Error("no period, no churn")
	}
}

func TestPicture(t *testing.T) {
	r := starter()
	mustApply(t, r, saw(1, pid("crm", "secret"), login1, ann), saw(1, pid("web", "secret"), ann), saw(1, pid("shop", "secret"), login2, ann))
	p := r.Snapshot().Picture("person:crm/secret")
	mermaid := "flowchart LR\n  n0[\"crm 1\"]\n  n1[\"shop 1\"]\n"
	if got := p.Mermaid(); !strings.HasPrefix(got, "flowchart LR\n  n0[\"crm 1\"]\n") || !strings.Contains(got, "-.-|\"guard: mail address\"|") || strings.Contains(got, "secret") {
		t.Errorf("%s\nwant something like\n%s", got, mermaid)
	}
	if got := p.DOT(); !strings.Contains(got, "n0 -- n1 [label=\"mail address\"]") || !strings.Contains(got, "style=dotted") || !strings.HasSuffix(got, "}\n") {
		t.Error(got)
	}
	if got := r.Snapshot().Picture("nobody").Mermaid(); got != "flowchart LR\n" {
		t.Error(got)
	}
}

func TestRuleChangesAreDated(t *testing.T) {
	r := starter()
	a, b := pid("crm", "1"), pid("shop", "1")
	mustApply(t, r, saw(1, a, ann), saw(1, b, ann))
	rules := stitch.StarterRules()
	rules.Version = "strict"
	rules.Rules = slices.DeleteFunc(rules.Rules, func(r stitch.Rule) bool { return r.Name == "mail address" })
	if d := must(r.DryRun(stitch.StarterRules())); !d.IsEmpty() {
		t.Errorf("the rules in force change something: %+v", d)
	}
	d := must(r.DryRun(rules))
	if len(d.Split) != 1 || len(d.Moved) != 1 {
		t.Errorf("%+v", d)
	}
	if _, err := r.SetRules(stitch.Rules{Rules: []stitch.Rule{{}}}, day(5)); err == nil {
		t.Error("a bad set was taken")
	}
	must(r.SetRules(rules, day(5)))
	if together(r.Snapshot(), a, b) || r.Snapshot().Rules().Version != "strict" {
		t.Error("the new rules are not in force")
	}
	if then := r.View(b2b.View{At: day(4), Known: day(4)}); !together(then, a, b) || then.Rules().Version != "starter-1" {
		t.Error("what was answered then changed")
	}
	if now := r.View(b2b.View{At: day(4)}); together(now, a, b) {
		t.Error("what is now known follows the rules of now")
	}
}

func TestLateFactsWaitForTheirTime(t *testing.T) {
	r := starter()
	a, b := pid("crm", "1"), pid("shop", "1")
	mustApply(t, r, saw(1, a, ann), stitch.Fact{Occurred: day(9), RecordedAt: day(1), Body: stitch.Seen{Profile: b, Level: stitch.Person, Identifiers: []stitch.Identifier{ann}}})
	if _, ok := r.Snapshot().Person(b); ok {
		t.Error("it has not happened yet")
	}
	changes := r.Advance(day(20))
	if len(changes) != 1 || changes[0].Kind != stitch.Joined || !changes[0].At.Equal(day(9)) || !together(r.Snapshot(), a, b) {
		t.Error(changes)
	}
}

func TestRelationsInsideOneEntityAreRefused(t *testing.T) {
	r := must(stitch.New(testConfig(houseRules())))
	vat := stitch.MustIdentifier(stitch.VAT, "", "NL123456782B90")
	mustApply(t, r, sawAccount(1, pid("crm", "a"), vat), sawAccount(1, pid("erp", "a"), vat),
		stitch.Fact{Occurred: day(1), Body: stitch.Related{A: pid("crm", "a"), B: pid("erp", "a"), Relation: "parent_of"}})
	s := r.Snapshot()
	if got := s.Relations("account:crm/a"); len(got) != 0 {
		t.Error(got)
	}
	if got := s.Refusals("account:crm/a"); len(got) != 1 || got[0].Cause != stitch.SameEntity {
		t.Errorf("%+v", got)
	}
}

func TestManyIdentifiersDoNotHang(t *testing.T) {
	r := must(stitch.New(testConfig(houseRules())))
	var facts []stitch.Fact
	for i := range 100 {
		var ids []stitch.Identifier
		for j := range 1000 {
			ids = append(ids, stitch.MustIdentifier(stitch.Cookie, "web", fmt.Sprint("c", i, "-", j)))
		}
		facts = append(facts, saw(i, pid("web", "1"), ids...))
	}
	start := time.Now() //nolint:forbidigo // a time limit
	mustApply(t, r, facts...)
	if took := time.Since(start); took > 20*time.Second { //nolint:forbidigo // likewise
		t.Error(took)
	}
}

func mustPrefixes(texts ...string) (ps []netip.Prefix) {
	for _, x := range texts {
		ps = append(ps, netip.MustParsePrefix(x))
	}
	return ps
}

// TestEnumerations round-trips every closed enumeration.
func TestEnumerations(t *testing.T) {
	enumeration(t, stitch.ParseLevel, stitch.Person, stitch.Account)
	enumeration(t, stitch.ParseCheck, stitch.FormatOnly, stitch.Checked)
	enumeration(t, stitch.ParseConsentState, stitch.Granted, stitch.Denied, stitch.Withdrawn)
	enumeration(t, stitch.ParseVerdict, stitch.NoView, stitch.Always, stitch.NeverSame)
	enumeration(t, stitch.ParseEffect, stitch.Same, stitch.Affiliate, stitch.Relate, stitch.Never)
	enumeration(t, stitch.ParseSurvivorship, stitch.ByLatest, stitch.BySource, stitch.ByFrequency, stitch.ByLength)
	enumeration(t, stitch.ParseTombstonePolicy, stitch.Refuse, stitch.Anonymise)
	enumeration(t, stitch.ParseRefusalCause, stitch.VetoedByJudgement, stitch.SameEntity)
	enumeration(t, stitch.ParseContradictionKind, stitch.TooManyValues, stitch.TwoLevels)
	enumeration(t, stitch.ParseChangeKind, stitch.Created, stitch.Refused)
	enumeration(t, stitch.ParseLookupStatus, stitch.CurrentID, stitch.ForgottenID)
}

func enumeration[E interface {
	comparable
	String() string
	IsValid() bool
	encoding.TextMarshaler
	encoding.TextAppender
}](t *testing.T, parse func(string) (E, error), values ...E) {
	t.Helper()
	for _, v := range values {
		text, err := v.MarshalText()
		if err != nil || !v.IsValid() || string(text) != v.String() {
			t.Errorf("%v: %q %v", v, text, err)
		}
		if again, err := v.AppendText([]byte("x")); err != nil || string(again) != "x"+string(text) {
			t.Errorf("%q %v", again, err)
		}
		if got, err := parse(string(text)); err != nil || got != v {
			t.Errorf("%q is read as %v, %v", text, got, err)
		}
	}
	if _, err := parse("no such name"); err == nil {
		t.Errorf("%T: nonsense is read", values[0])
	}
}

// TestPredicates: a function that a rule names narrows it, and is named in the explanation of a gap.
func TestPredicates(t *testing.T) {
	cfg := testConfig(stitch.Rules{Rules: []stitch.Rule{
		{Name: "phone of one town", Effect: stitch.Same, Level: stitch.Person, When: []stitch.Condition{{Same: stitch.Phone}, {Func: "town"}}},
		{Name: "mail domain", Effect: stitch.Affiliate, When: []stitch.Condition{{Same: stitch.EmailDomain}, {Func: "town"}}},
		{Name: "mail", Effect: stitch.Same, Level: stitch.Person, When: []stitch.Condition{{Same: stitch.Email}}, Unless: []stitch.Condition{{Func: "elsewhere"}}},
	}})
	town := func(p stitch.Profile) string {
		for _, f := range p.Fields {
			if f.Name == "town" {
				return f.Value
			}
		}
		return ""
	}
	cfg.Predicates = map[string]func(a, b stitch.Profile, v time.Time) bool{
		"town":      func(a, b stitch.Profile, _ time.Time) bool { return town(a) == town(b) },
		"elsewhere": func(a, b stitch.Profile, _ time.Time) bool { return town(a) != town(b) },
	}
	r := must(stitch.New(cfg))
	phone := stitch.MustIdentifier(stitch.Phone, "", "+31201234567")
	in := func(town string, level stitch.Level, p stitch.ProfileID, ids ...stitch.Identifier) stitch.Fact {
		return stitch.Fact{Occurred: day(1), Body: stitch.Seen{Profile: p, Level: level, Identifiers: ids, Fields: []stitch.Field{{Name: "town", Value: town}}}}
	}
	a, b, c := pid("crm", "1"), pid("crm", "2"), pid("crm", "3")
	mustApply(t, r, in("Leiden", stitch.Person, a, phone, ann), in("Leiden", stitch.Person, b, phone), in("Breda", stitch.Person, c, phone, ann),
		in("Leiden", stitch.Account, pid("erp", "1"), stitch.MustIdentifier(stitch.Domain, "", "acme.nl")),
		in("Breda", stitch.Account, pid("erp", "2"), stitch.MustIdentifier(stitch.Domain, "", "acme.nl")))
	s := r.Snapshot()
	if !together(s, a, b) || together(s, a, c) {
		t.Error("only those of one town are one")
	}
	if got := s.Affiliations("person:crm/1", day(1)); len(got) != 1 || got[0].Account != "account:erp/1" {
		t.Errorf("%+v", got)
	}
	if g := s.WhyNot(a, c); !slices.Contains(g.Rules[0].Missing, "func town") || !slices.Contains(g.Rules[1].Missing, "unless: an exception holds") {
		t.Errorf("%+v", g.Rules)
	}
}
