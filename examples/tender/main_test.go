package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/tender/internal/sample"
	"github.com/buyerjourney/b2b/internal/realdata"
)

// call runs the program and returns standard output, standard error and the exit code.
func call(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs strings.Builder
	code = run(args, strings.NewReader(""), &out, &errs)
	return out.String(), errs.String(), code
}

// tenderBrief is the brief of the hand-written account, as JSON.
func tenderBrief(t *testing.T, args ...string) brief {
	t.Helper()
	out, errs, code := call(t, append([]string{"-json"}, args...)...)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	var b brief
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTender holds the brief to what internal/sample planted.
func TestTender(t *testing.T) {
	b := tenderBrief(t)
	if b.Account.Name != "Meer Logistics B.V." || !b.Account.KeyAccount || b.Account.Stage != "negotiation" || b.Account.Phase != "convince" {
		t.Errorf("account: %+v", b.Account)
	}
	for _, flag := range []string{"regressed", "re_entered"} { // IT asked for a second demo
		if !slices.Contains(b.Account.Flags, flag) {
			t.Errorf("the stage that ran backwards is not flagged %s: %v", flag, b.Account.Flags)
		}
	}
	if b.Import.Rejected != 8 || len(b.Rejected) != 8 || b.Import.Repeated != 12 || b.Import.Rows != b.Import.Accepted+b.Import.Rejected {
		t.Errorf("import: %+v", b.Import)
	}
	members := map[string]member{}
	for _, m := range b.Group.Members {
		members[m.Label] = m
	}
	if len(members) != 5 { // Rob never left a trace, info@ is a mailbox
		t.Errorf("members: %v", members)
	}
	lawyer := members["legal"]
	if lawyer.Source != "inferred" || lawyer.P < .9 || len(lawyer.Evidence) == 0 || !strings.HasPrefix(lawyer.Evidence[0], "read contract terms×2") {
		t.Errorf("the lawyer without a role in the CRM: %+v", lawyer)
	}
	for _, label := range []string{"buyer", "decider", "expert", "expert 2"} {
		if members[label].Source != "imported" {
			t.Errorf("%s: %+v", label, members[label])
		}
	}
	if b.Mailboxes != 1 || b.Visitors != 1 {
		t.Errorf("%d mailboxes, %d visitors known by network; want 1 and 1", b.Mailboxes, b.Visitors)
	}
	if len(b.Group.Gaps) != 1 || b.Group.Gaps[0].Seat != "user" || b.Group.Gaps[0].State != "unknown" {
		t.Errorf("gaps: %+v", b.Group.Gaps)
	}
	// The sales department that likes XYZ takes from our chance and adds to theirs.
	if d := b.Decision; d.P[0] <= d.WithoutPull[0] || d.P[1] >= d.WithoutPull[1] || d.OursLow > d.OursHigh {
		t.Errorf("decision: %+v", d)
	}
	held := map[string]bool{}
	for _, c := range b.Crossings {
		held[c.Rule+" "+c.At] = c.Severity == "hold" && c.Step == "offer extension"
	}
	for _, want := range []string{
		"disputed-invoice 2026-06-18", "disputed-invoice 2026-06-25", "open-complaint 2026-06-18", "open-complaint 2026-06-25",
	} {
		if !held[want] {
			t.Errorf("crossing %q is not held back: %v", want, b.Crossings)
		}
	}
	if len(b.Crossings) != 4 {
		t.Errorf("%d crossings, want 4", len(b.Crossings))
	}
	if !slices.Equal(b.Joint, []string{"demo: expert with expert 2", "negotiation: buyer with decider"}) {
		t.Errorf("joint steps: %v", b.Joint)
	}
	if len(b.Actions) == 0 || b.Actions[0].What != "hold back the cross-sell campaign" {
		t.Errorf("actions: %v", b.Actions)
	}
	reveals := map[string]bool{}
	for _, r := range b.Revealing {
		reveals[r.Step+" → "+r.Role] = true
	}
	if !reveals["read contract terms → legal"] || !reveals["download whitepaper → expert"] {
		t.Errorf("revealing steps: %v", b.Revealing)
	}
	for _, r := range b.Conversion {
		if r.Counted == nil || r.Within == nil || r.Counted.Low > r.Counted.Value || r.Counted.High < r.Counted.Value {
			t.Errorf("conversion: %+v", r)
		}
	}
	f := b.Forecast
	if f.Revenue == nil || f.Revenue.Low > f.Revenue.Mean || f.Revenue.High < f.Revenue.Mean || f.Currency != "EUR" || f.Deal == nil || f.Verdict == "too little history" {
		t.Errorf("forecast: %+v", f)
	}
	sum := 0.
	for _, c := range b.Touchpoints {
		sum += c.Share
	}
	if sum < 1-1e-9 || sum > 1+1e-9 {
		t.Errorf("shares of credit sum to %v", sum)
	}
}

// TestNoNames holds that no address or name of a person is in the brief.
func TestNoNames(t *testing.T) {
	text, _, _ := call(t)
	data, _, _ := call(t, "-json")
	for _, secret := range []string{"lidia", "pieter", "kuiper", "privat", "info@", "@meer"} {
		if strings.Contains(strings.ToLower(text+data), secret) {
			t.Errorf("the brief tells %q", secret)
		}
	}
}

// TestRepeatable holds that the same data give the same bytes, and that the user's own folder gives what the embedded
// one gives.
func TestRepeatable(t *testing.T) {
	first, _, _ := call(t, "-json")
	again, _, _ := call(t, "-json")
	dir := t.TempDir()
	files, err := embedded.ReadDir("data")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := embedded.ReadFile("data/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name()), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	own, _, _ := call(t, "-json", "-dir", dir, "-account", defaultAccount)
	if first != again || first != own {
		t.Error("the same data gave different briefs")
	}
}

// TestAsOf holds that a view gives what was known then: that the deal had gone back to the evaluation on 21 April was
// typed in six days later.
func TestAsOf(t *testing.T) {
	for at, want := range map[string]string{"2026-04-23": "proposal", "2026-04-28": "evaluation", "2026-06-16": "negotiation"} {
		if got := tenderBrief(t, "-asof", at).Account.Stage; got != want {
			t.Errorf("as of %s the stage is %q, want %q", at, got, want)
		}
	}
	if n := len(tenderBrief(t, "-asof", "2026-06-01").Crossings); n != 0 {
		t.Errorf("%d crossings before the invoice was disputed", n)
	}
}

func TestSampleIsEmbedded(t *testing.T) {
	for _, f := range sample.Files(sample.Seed) {
		data, err := embedded.ReadFile("data/" + f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(data, f.Data) {
			t.Errorf("%s is not what the generator writes: run go run ./examples/tender/generate -dir examples/tender/data", f.Name)
		}
	}
}

func TestUnusable(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		code int
	}{
		{"no such folder", []string{"-dir", filepath.Join(t.TempDir(), "absent")}, 1},
		{"an empty folder", []string{"-dir", t.TempDir()}, 1},
		{"no such account", []string{"-account", "A999"}, 1},
		{"no such flag", []string{"-nonsense"}, 2},
		{"no time", []string{"-asof", "yesterday"}, 2},
	} {
		out, errs, code := call(t, c.args...)
		if code != c.code || errs == "" || out != "" {
			t.Errorf("%s: exit %d, %q, %q", c.name, code, out, errs)
		}
	}
}

// A time that nobody can mean rejects its row and nothing else.
func TestImpossibleTimes(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"accounts.csv": "account_id,name,created_at\nA1,Acme,2026-01-05\nA2,Beta,0001-01-01\nA3,Gamma,9999-12-31\n",
		"contacts.csv": "contact_id,email,account_id,created_at\nC1,ann@acme.example,A1,2026-01-06\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, errs, code := call(t, "-dir", dir, "-account", "A1")
	const want = "tender: accounts.csv:3: created_at: not between 1900 and 2200\ntender: accounts.csv:4: created_at: not between 1900 and 2200\n"
	if code != 0 || !strings.HasPrefix(errs, want) || !strings.HasPrefix(out, "Acme — account A1, as of 2026-01-06") {
		t.Errorf("exit %d, %s\n%.200s", code, errs, out)
	}
}

// realWorld builds the world of a real data set and checks that every row is accounted for.
func realWorld(t *testing.T, rel string) *world {
	t.Helper()
	folder, err := newFolder(filepath.Dir(realdata.Path(t, rel)), time.UTC, nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := build(folder, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if c := w.counts(); c.Rows != c.Accepted+len(folder.rejects) {
		t.Errorf("%d rows, %d accepted, %d rejected", c.Rows, c.Accepted, len(folder.rejects))
	}
	return w
}

// TestOrganisations reads the real event set of persons with several identifiers, 27 UTC offsets and late events.
func TestOrganisations(t *testing.T) {
	w := realWorld(t, "crm/organisations_events.csv.gz")
	c := w.counts()
	// Counted by an independent union-find over (person_key, identifier_key): 4,146 identifiers, 3,560 components.
	if c.Rows != 69506 || c.Accepted != 69506 || c.Persons != 3560 || c.Accounts != 1074 || c.Profiles != 4146+1074 {
		t.Errorf("%+v", c)
	}
	// Every touch is in exactly one journey: one row per event and person, however many identifiers the person used.
	type participation struct {
		event  string
		person b2b.PersonID
	}
	distinct := map[participation]bool{}
	for _, touch := range w.in.touches {
		distinct[participation{touch.ID, w.who.PersonOf(touch.Person)}] = true
	}
	rows := 0
	for i := range w.log.Journeys() {
		rows += w.log.Journey(i).Len()
	}
	if rows != w.log.Len() || rows != len(distinct) || w.report.Unassigned != 0 {
		t.Errorf("%d rows in journeys, %d in the log, %d distinct touches, %d unassigned", rows, w.log.Len(), len(distinct), w.report.Unassigned)
	}
	if w.report.LateEvents == 0 {
		t.Error("no event is late, though 22,922 were recorded after they occurred")
	}
}

// TestLoans reads the real stage histories of loan applications.
func TestLoans(t *testing.T) {
	w := realWorld(t, "funnel/bpi12/stage_history.csv.gz")
	if c := w.counts(); c.Rows != 46524 || c.Accepted != 46524 || c.Deals != 13087 {
		t.Errorf("%+v", c)
	}
	won := 0
	for i := range w.state.All() {
		if _, ok := firstWin(w.state, i); ok {
			won++
		}
	}
	if won != 2246 { // the rows with stage Won, BPI Challenge 2012
		t.Errorf("%d deals won, want 2246", won)
	}
	rates, err := conversions(w.state, w.settings.pipeline)
	if err != nil || len(rates) != 2 {
		t.Fatalf("%v, %v", rates, err)
	}
	if r := rates[0]; r.AtRisk != 13087 || r.Counted.Value != 7367./13087 { // Preaccepted among Submitted
		t.Errorf("attract → convince: %+v", r.Counted)
	}
	if w.settings.pipeline.ID() != "loans" || w.state.Pipelines()[0].ID() != "loans" {
		t.Error("not the pipeline of the loans")
	}
}
