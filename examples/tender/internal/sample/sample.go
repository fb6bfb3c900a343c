// Package sample makes the data of the tender example: exports of a CRM, a web site, a helpdesk, an ERP and a mail tool
// in which one hand-written tender stands among some tens of generated accounts.
//
// The data are dirty on purpose. The hand-written rows (tender.go) hold a shared mailbox, a free-mail address, a home
// office behind a provider's range, a lawyer without a role, a disputed invoice during a cross-sell campaign and an
// influencer from outside; the generated rows (accounts.go) hold repeated rows, rows that were entered late, stages
// that run backwards and rows that cannot be read.
//
// Companies, persons and addresses are invented; domains end in .example, addresses lie in a block that no network announces.
package sample

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"time"
)

// File is one export.
type File struct {
	Name string
	Data []byte
}

// AsOf is the moment at which the exports were made.
var AsOf = time.Date(2026, 6, 30, 18, 0, 0, 0, time.UTC)

// Seed is the seed of the data that the example embeds.
const Seed = 7

// table collects the rows of one CSV file.
type table struct {
	name   string
	header string
	rows   [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// exports are the files of one data set. Each row is what one system knows, in its own words.
type exports struct {
	accounts, contacts, deals, activities, web, tickets, invoices, mailings table
}

func newExports() *exports {
	return &exports{
		accounts:   table{name: "accounts.csv", header: "account_id,name,domain,kvk,ip_range,key_account"},
		contacts:   table{name: "contacts.csv", header: "contact_id,account_id,email,title,buying_role,created_at"},
		deals:      table{name: "deals.csv", header: "deal,account_id,stage,entered_at,recorded_at,amount,currency,owner,source"},
		activities: table{name: "activities.csv", header: "activity_id,contact_id,deal,kind,at,recorded_at"},
		web:        table{name: "web.csv", header: "visit_id,cookie,email,ip,page,at,consent"},
		tickets:    table{name: "tickets.csv", header: "row_id,ticket,email,status,at,recorded_at"},
		invoices:   table{name: "invoices.csv", header: "row_id,invoice,customer_no,kvk,status,at,recorded_at,amount,currency"},
		mailings:   table{name: "mailings.csv", header: "row_id,campaign,email,action,at"},
	}
}

// Files returns the CSV exports for a seed, always the same bytes for the same seed.
func Files(seed uint64) []File {
	x := newExports()
	generate(x, seed)
	tender(x)
	var files []File
	for _, t := range []*table{&x.accounts, &x.contacts, &x.deals, &x.activities, &x.web, &x.tickets, &x.invoices, &x.mailings} {
		files = append(files, t.file())
	}
	return files
}

// file writes the table in the order of its keys, as a database would export it; repeated rows stay where they fall.
func (t *table) file() File {
	slices.SortStableFunc(t.rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(strings.Split(t.header, ",")) // a bytes.Buffer does not fail
	_ = w.WriteAll(t.rows)
	return File{Name: t.name, Data: b.Bytes()}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
