package main

import (
	"fmt"
	"io"
	"strings"
)

// printer writes lines and keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *printer) section(title string) {
	p.line("")
	p.line("%s", title)
	p.line("%s", strings.Repeat("─", len([]rune(title))))
}

func percent(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) }

func (n *numbers) String() string {
	if n == nil {
		return "–"
	}
	return fmt.Sprintf("%s [%s, %s]", percent(n.Value), percent(n.Low), percent(n.High))
}

// print writes the brief for people. Persons are shown by their part, never by name.
func (b *brief) print(w io.Writer) error {
	p := &printer{w: w}
	c := b.Import
	if b.Account == nil {
		p.line("As of %s", b.AsOf)
	} else {
		b.Account.print(p, b.AsOf)
	}
	p.line("Read %d rows: %d accepted (%d of them repeated), %d rejected; %d profiles are %d persons and %d accounts;",
		c.Rows, c.Accepted, c.Repeated, c.Rejected, c.Profiles, c.Persons, c.Accounts)
	p.line("%d touches are %d events in %d journeys, %d of them entered late; %d deals.", c.Touches, c.Events, c.Journeys, c.Late, c.Deals)
	if b.Account != nil {
		b.printAccount(p)
	}

	p.section("Conversion over the four phases")
	for _, r := range b.Conversion {
		within := r.Within.String()
		if r.Why != "" {
			within += " (" + r.Why + ")"
		}
		p.line("  %-8s → %-8s of %d entered: so far %s; within 180 days, the running ones counted rightly, %s", r.From, r.To, r.AtRisk, r.Counted, within)
	}
	b.printForecast(p)

	if len(b.Touchpoints) > 0 {
		p.section("Touchpoints: what won deals went through (association, not cause)")
	}
	for i, t := range b.Touchpoints {
		if i < 3 || i >= len(b.Touchpoints)-3 {
			p.line("  %-20s %5.1f %% of credit [%.1f, %.1f], rank %d–%d", t.Touchpoint, 100*t.Share, 100*t.Low, 100*t.High, t.RankLow, t.RankHigh)
		} else if i == 3 {
			p.line("  …")
		}
	}

	if len(b.Actions) > 0 {
		p.section("What to do next, and why")
	}
	for i, x := range b.Actions {
		p.line("  %d. %s: %s", i+1, x.What, x.Why)
	}
	return p.err
}

// print writes what is known of the account and its open deal.
func (a *accountBrief) print(p *printer, asOf string) {
	kind := "account"
	if a.KeyAccount {
		kind = "key account"
	}
	p.line("%s — %s %s, as of %s", a.Name, kind, a.CRM, asOf)
	if a.Deal == "" {
		return
	}
	p.line("Open deal %s: %s, stage %s (%s) for %.0f days", a.Deal, a.Amount, a.Stage, a.Phase, a.AgeDays)
	if len(a.Flags) > 0 {
		p.line("Its history was accepted with flags: %s", strings.Join(a.Flags, ", "))
	}
}

// printAccount writes the sections that are about the account.
func (b *brief) printAccount(p *printer) {
	p.section("Who is who, and why")
	for _, id := range b.Who {
		p.line("  %-12s %s; belongs by %s", id.Label, strings.Join(id.Systems, ", "), id.Belongs)
		for _, l := range id.Links {
			p.line("  %-12s   %s", "", l)
		}
	}
	if b.Mailboxes > 0 {
		p.line("  shared mailboxes: %d; several people read them, so they join nobody and hold no seat", b.Mailboxes)
	}
	if b.Visitors > 0 {
		p.line("  visitors known by their network only: %d; they count for the account and are nobody yet", b.Visitors)
	}

	p.section("The buying group")
	for _, m := range b.Group.Members {
		p.line("  %-12s %s, %s, p = %.2f", m.Label, m.Source, m.Reach, m.P)
		if m.Source != "imported" {
			for _, e := range m.Evidence {
				p.line("  %-12s   %s", "", e)
			}
		}
	}
	for _, o := range b.Group.Outsiders {
		p.line("  outside: %s", o)
	}
	for _, g := range b.Group.Gaps {
		p.line("  gap: %s is %s", g.Seat, g.State)
	}
	if b.Group.Covered != nil {
		p.line("  covered by importance: %s", percent(*b.Group.Covered))
	}
	if d := b.Decision; d != nil {
		p.section("What the group will probably choose")
		for i, alt := range d.Alternatives {
			p.line("  %-12s %s (without the pull from outside %s)", alt, percent(d.P[i]), percent(d.WithoutPull[i]))
		}
		p.line("  by the rule %s: %s; over all rules we are between %s and %s", d.Rule, d.Why, percent(d.OursLow), percent(d.OursHigh))
	}

	p.section("The composite journey, by role and phase")
	last := ""
	for _, l := range b.Journey {
		if l.Role != last {
			p.line("  %s", l.Role)
			last = l.Role
		}
		p.line("    %-9s %s", l.Phase, strings.Join(l.Steps, " → "))
		if len(l.Unmet) > 0 {
			p.line("    %-9s on the map, not seen: %s", "", strings.Join(l.Unmet, ", "))
		}
	}
	for _, j := range b.Joint {
		p.line("  together: %s", j)
	}

	p.section("Shared and revealing steps, over all accounts")
	if len(b.Shared) > 0 {
		p.line("  shared by two or more roles: %s", strings.Join(b.Shared, ", "))
	} else {
		p.line("  shared by two or more roles: none")
	}
	for _, r := range b.Revealing {
		p.line("  %s reveals the %s (z = %.1f)", r.Step, r.Role, r.Z)
	}

	p.section("Crossings with support and invoicing")
	for _, x := range b.Crossings {
		p.line("  %s: %s on %s: %s", x.Severity, x.Step, x.At, x.Reason)
	}
	if len(b.Crossings) == 0 {
		p.line("  none")
	}
}
