package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/funnel"
)

// row is one change that a line says. It is small, since there may be millions.
type row struct {
	deal               b2b.DealID
	stage              funnel.Stage
	at, left, recorded moment
	amount             b2b.Money
	more               *more // nil: the line says no more
	line               int32
	outcome            funnel.Outcome
}

// more is what few tables say.
type more struct {
	account, segment, owner, source string
	closeDate                       funnel.Date
	probability                     b2b.Fraction
	category                        funnel.Category
}

// moment is a time in microseconds since 1970; never is no time.
type moment int64

const never moment = math.MinInt64

func momentOf(t time.Time) moment {
	if t.IsZero() {
		return never
	}
	return moment(t.UnixMicro())
}

func (m moment) time() time.Time {
	if m == never {
		return time.Time{}
	}
	return time.UnixMicro(int64(m)).UTC()
}

// table is the input, read and checked.
type table struct {
	s          settings
	deals      bool // one row per deal
	rows       []row
	order      []int // of the rows of a history: by deal, time and line
	read       int
	rejects    cli.Rejects
	notes      []string
	latest     time.Time // of all times
	first      time.Time
	priced     bool // some amount names its currency
	amounts    bool // some row has an amount
	currencies map[string]bool
	present    map[b2b.DealID]funnel.Stage // deals format: the stage that the table names
	flags      map[string]int              // number of deals per flag that only this program knows
	pipeline   *funnel.PipelineConfig
	prices     map[string][]price
	weights    map[funnel.Stage]b2b.Fraction
}

type price struct {
	on   funnel.Date
	rate *big.Rat
}

// Stages that this program makes up.
const (
	openStage   = "open"           // of a table of deals
	unknownExit = "(unknown exit)" // left, nobody says where to
)

// noCurrency stands for amounts without a currency while they are counted.
const noCurrency = "EUR"

func (t *table) note(text string) {
	if !slices.Contains(t.notes, text) {
		t.notes = append(t.notes, text)
	}
}

// base is the currency of all sums.
func (t *table) base() string {
	if t.s.base != "" {
		return t.s.base
	}
	if !t.priced && t.amounts {
		return noCurrency
	}
	return ""
}

func load(s settings, stdin io.Reader) (*table, error) {
	t := &table{s: s, present: map[b2b.DealID]funnel.Stage{}, flags: map[string]int{}, currencies: map[string]bool{}, prices: map[string][]price{}}
	if s.pipeline != "" {
		data, err := cli.ReadAll(s.pipeline, nil)
		if err != nil {
			return nil, err
		}
		t.pipeline = &funnel.PipelineConfig{}
		if err := json.Unmarshal(data, t.pipeline); err != nil {
			return nil, fmt.Errorf("%s: %w", s.pipeline, err)
		}
		if t.pipeline.ID == "" {
			t.pipeline.ID = "pipeline"
		}
		if _, err := funnel.NewPipeline(*t.pipeline); err != nil {
			return nil, fmt.Errorf("%s: %w", s.pipeline, err)
		}
	}
	if err := t.loadRates(); err != nil {
		return nil, err
	}
	if err := t.loadWeights(); err != nil {
		return nil, err
	}
	in, err := cli.Open(s.in, stdin)
	if err != nil {
		return nil, err
	}
	err = t.load(in)
	if errors.Is(err, cli.ErrEmpty) { // an empty file has no usable row
		err = nil
	}
	return t, errors.Join(err, in.Close())
}

func (t *table) load(in io.Reader) error {
	tab, err := cli.NewTable(in, cli.Options{FoldCase: true, Trim: true, Ragged: true, Rejects: &t.rejects})
	if err != nil {
		return err
	}
	_, created := tab.Col("created")
	t.deals = t.s.format == "deals" || t.s.format == "auto" && created
	known := []string{"deal", "stage", "entered_at", "left_at", "amount", "currency", "outcome", "recorded_at", "account", "segment", "owner", "source", "close_date", "probability", "category"}
	need := []string{"deal", "stage", "entered_at"}
	if t.deals {
		known = []string{"deal", "created", "closed", "stage", "amount", "currency", "outcome"}
		need = []string{"deal", "created", "closed"}
	}
	if _, err := tab.Cols(need...); err != nil {
		return err
	}
	var ignored []string
	for _, name := range tab.Header() {
		if name != "" && !slices.Contains(known, strings.ToLower(name)) {
			ignored = append(ignored, name)
		}
	}
	if ignored != nil {
		t.note("columns ignored: " + strings.Join(ignored, ", "))
	}
	columns := map[string]int{}
	for _, name := range known {
		columns[name], _ = tab.Col(name)
	}
	names := map[string]string{} // so that equal cells share memory
	line := reader{t: t, tab: tab, columns: columns, names: names, seen: map[b2b.DealID]bool{}, outcomes: map[string]funnel.Outcome{}}
	for tab.Next() {
		if t.deals {
			line.deal()
		} else {
			line.entry()
		}
	}
	t.read = tab.Rows()
	if tab.Replaced() > 0 {
		t.note(strconv.Itoa(tab.Replaced()) + " bytes were not UTF-8")
	}
	if t.amounts && !t.priced && t.s.base == "" {
		t.note("amounts without a currency: sums have none either")
	}
	if err := tab.Err(); err != nil {
		return err
	}
	if !t.deals {
		t.closeHistories()
	}
	return nil
}

func (t *table) see(at time.Time) {
	if at.IsZero() {
		return
	}
	if at.After(t.latest) {
		t.latest = at
	}
	if t.first.IsZero() || at.Before(t.first) {
		t.first = at
	}
}
