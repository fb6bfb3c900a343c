package main

import (
	"cmp"
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

// reader turns one line after another into rows.
type reader struct {
	t        *table
	tab      *cli.Table
	columns  map[string]int
	names    map[string]string
	seen     map[b2b.DealID]bool
	outcomes map[string]funnel.Outcome // texts read so far
	problem  string
}

func (r *reader) cell(name string) string { return r.tab.Field(r.columns[name]) }

// name returns a cell that is kept.
func (r *reader) name(column string) string {
	text := r.cell(column)
	if kept, ok := r.names[text]; ok {
		return kept
	}
	text = strings.Clone(text)
	r.names[text] = text
	return text
}

// reject notes the first problem of a line.
func (r *reader) reject(column, reason string) {
	if r.problem == "" {
		r.problem = column + ": " + reason
	}
}

func (r *reader) time(column string) time.Time {
	text := r.cell(column)
	if text == "" {
		return time.Time{}
	}
	at, _, err := cli.ParseTime(text, r.t.s.zone)
	if err != nil {
		r.reject(column, "not a time")
		return time.Time{}
	}
	if at.Year() < 1900 {
		r.reject(column, "before 1900")
	}
	return at
}

func (r *reader) amount() b2b.Money {
	text, currency := r.cell("amount"), r.cell("currency")
	if text == "" {
		return b2b.Money{}
	}
	given := currency != ""
	if !given {
		if currency = r.t.s.base; currency == "" {
			currency = noCurrency
		}
	}
	m, err := b2b.ParseAmount(text, currency)
	if err != nil {
		if e, ok := errors.AsType[*b2b.InvalidError](err); ok && e.Path == "currency" {
			r.reject("currency", "not an ISO 4217 code")
		} else {
			r.reject("amount", "not an amount of the currency")
		}
		return b2b.Money{}
	}
	if r.problem == "" {
		r.t.amounts = true
		r.t.priced = r.t.priced || given
		if !r.t.currencies[m.Currency()] {
			r.t.currencies[m.Currency()] = true
		}
	}
	return m
}

func (r *reader) outcome() funnel.Outcome {
	text := r.cell("outcome")
	if text == "" {
		return funnel.UnknownOutcome
	}
	o, known := r.outcomes[text]
	if !known {
		var err error
		if o, err = funnel.ParseOutcome(text); err != nil {
			r.reject("outcome", "unknown")
			return o
		}
		r.outcomes[strings.Clone(text)] = o
	}
	return o
}

func (r *reader) category() funnel.Category {
	text := r.cell("category")
	if text == "" {
		return funnel.UnknownCategory
	}
	c, err := funnel.ParseCategory(text)
	if err != nil {
		r.t.note("a category that is none of the known ones was left out")
	}
	return c
}

// common reads what both formats have.
func (r *reader) common() row {
	r.problem = ""
	x := row{deal: b2b.DealID(r.name("deal")), line: int32(r.tab.Line()), left: never, recorded: never}
	if x.deal == "" {
		r.reject("deal", "empty")
	}
	x.amount = r.amount()
	x.outcome = r.outcome()
	return x
}

// take adds rows unless the line has a problem.
func (r *reader) take(rows ...row) {
	if r.problem != "" {
		r.t.rejects.Add(r.tab.Line(), r.problem)
		return
	}
	for _, x := range rows {
		for _, at := range [...]moment{x.at, x.left, x.recorded} {
			r.t.see(at.time())
		}
	}
	r.t.rows = append(r.t.rows, rows...)
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

// entry reads a line of a history.
func (r *reader) entry() {
	x := r.common()
	x.stage = funnel.Stage(r.name("stage"))
	if x.stage == "" {
		r.reject("stage", "empty")
	}
	if r.cell("entered_at") == "" {
		r.reject("entered_at", "empty")
	}
	x.at, x.left, x.recorded = momentOf(r.time("entered_at")), momentOf(r.time("left_at")), momentOf(r.time("recorded_at"))
	if x.left != never && x.left < x.at {
		r.reject("left_at", "before entered_at")
	}
	m := more{account: r.name("account"), segment: r.name("segment"), owner: r.name("owner"), source: r.name("source"), category: r.category()}
	if c := r.time("close_date"); !c.IsZero() {
		m.closeDate = funnel.DateOf(c, r.t.s.zone)
	}
	var err error
	if m.probability, err = b2b.ParseFraction(r.cell("probability")); err != nil {
		r.reject("probability", "not a fraction")
	}
	if m != (more{}) {
		x.more = &m
	}
	r.take(x)
}

// deal reads a line of a table of deals.
func (r *reader) deal() {
	x := r.common()
	if r.cell("created") == "" {
		r.reject("created", "empty")
	}
	created := r.time("created")
	x.at = momentOf(created)
	closed := r.time("closed")
	present := r.name("stage")
	if r.problem == "" && r.seen[x.deal] {
		r.reject("deal", "named twice")
	}
	if !closed.IsZero() && closed.Before(created) {
		r.reject("closed", "before created")
	}
	end := row{deal: x.deal, at: momentOf(closed), left: never, recorded: never, outcome: x.outcome, amount: x.amount, line: x.line}
	x.stage, x.outcome = openStage, funnel.UnknownOutcome
	if closed.IsZero() {
		if r.problem == "" {
			r.seen[x.deal] = true
			r.t.present[x.deal] = funnel.Stage(present)
			if _, ended := terminal(present); ended || !end.outcome.IsOpen() {
				r.t.flags["no_close_time"]++
			}
		}
		r.take(x)
		return
	}
	if end.outcome.IsOpen() {
		end.outcome, _ = terminal(present)
	}
	if end.outcome.IsOpen() {
		end.stage, end.outcome = unknownExit, funnel.UnknownOutcome
	}
	if r.problem == "" {
		r.seen[x.deal] = true
		r.t.present[x.deal] = funnel.Stage(present)
	}
	r.take(x, end)
}

// closeHistories finds how every deal ended: its outcome is that of the latest row that has one, at the time at which that
// row was left or else entered; a last row that was left without an outcome is an exit for an unknown reason.
func (t *table) closeHistories() {
	order := make([]int, len(t.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &t.rows[i], &t.rows[j]
		return cmp.Or(cmp.Compare(a.deal, b.deal), cmp.Compare(a.at, b.at), cmp.Compare(a.line, b.line))
	})
	var ends []row
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && t.rows[order[to]].deal == t.rows[order[from]].deal {
			to++
		}
		held, overlap, named := false, false, -1
		for k := from; k < to; k++ {
			x := &t.rows[order[k]]
			if x.outcome != funnel.UnknownOutcome {
				named = k
			}
			if k+1 < to && x.left != never {
				next := t.rows[order[k+1]].at
				held = held || x.left < next
				overlap = overlap || x.left > next
			}
		}
		if held {
			t.flags["on_hold"]++
		}
		if overlap {
			t.flags["left_after_next"]++
		}
		last := &t.rows[order[to-1]]
		if named >= 0 {
			x := &t.rows[order[named]]
			if o := x.outcome; !o.IsOpen() && !t.ends(x.stage) {
				ends = append(ends, row{deal: x.deal, outcome: o, at: max(x.at, x.left), left: never, recorded: x.recorded, line: x.line})
			}
			for k := from; k < to; k++ { // stages that end a deal keep an outcome of their own; of the others only one counts
				y := &t.rows[order[k]]
				if k != named || !t.ends(y.stage) {
					y.outcome = funnel.UnknownOutcome
				}
			}
		}
		if named < 0 && !t.ends(last.stage) && last.left != never {
			ends = append(ends, row{deal: last.deal, stage: unknownExit, at: last.left, left: never, recorded: last.recorded, line: last.line})
		}
		from = to
	}
	t.rows = append(t.rows, ends...)
}

// ends tells whether a stage ends a deal.
func (t *table) ends(stage funnel.Stage) bool {
	if t.pipeline != nil {
		for _, d := range t.pipeline.Stages {
			if d.ID == stage {
				return !d.Outcome.IsOpen()
			}
		}
	}
	_, ended := terminal(string(stage))
	return ended
}

// stages orders the stages of the rows by the median rank of their first entry over the deals; the stages that end a deal
// come last.
func (t *table) stages() []funnel.StageDef {
	if t.pipeline != nil {
		return t.pipeline.Stages
	}
	if t.deals {
		return []funnel.StageDef{
			{ID: openStage, Order: 1}, {ID: "won", Order: 2, Outcome: funnel.Won}, {ID: "lost", Order: 3, Outcome: funnel.Lost},
		}
	}
	order := make([]int, len(t.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &t.rows[i], &t.rows[j]
		return cmp.Or(cmp.Compare(a.deal, b.deal), cmp.Compare(a.at, b.at), cmp.Compare(a.line, b.line))
	})
	ranks := map[funnel.Stage][]int{}
	var path []funnel.Stage
	for n, i := range order {
		x := &t.rows[i]
		if n == 0 || t.rows[order[n-1]].deal != x.deal {
			path = path[:0]
		}
		if x.stage == "" || x.stage == unknownExit || slices.Contains(path, x.stage) {
			continue
		}
		path = append(path, x.stage)
		ranks[x.stage] = append(ranks[x.stage], len(path))
	}
	type placed struct {
		def    funnel.StageDef
		median float64
	}
	var list []placed
	won := false
	for stage, r := range ranks {
		slices.Sort(r)
		p := placed{def: funnel.StageDef{ID: stage}, median: float64(r[(len(r)-1)/2]+r[len(r)/2]) / 2}
		if o, ok := terminal(string(stage)); ok {
			p.def.Outcome = o
			won = won || o == funnel.Won
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b placed) int {
		return cmp.Or(cmp.Compare(rankOf(a.def.Outcome), rankOf(b.def.Outcome)), cmp.Compare(a.median, b.median), cmp.Compare(a.def.ID, b.def.ID))
	})
	var out []funnel.StageDef
	for i, p := range list {
		p.def.Order = i + 1
		out = append(out, p.def)
	}
	if !won {
		out = append(out, funnel.StageDef{ID: "(won)", Order: len(out) + 1, Outcome: funnel.Won})
	}
	return out
}

// rankOf puts working stages before the stages that end a deal.
func rankOf(o funnel.Outcome) int {
	if o.IsOpen() {
		return 0
	}
	return 1
}

// book records all rows.
func (t *table) book() (*funnel.Book, error) {
	stages := slices.Clone(t.stages())
	stages = append(stages, funnel.StageDef{ID: unknownExit, Order: len(stages) + 1, Outcome: funnel.Disqualified})
	config := funnel.PipelineConfig{ID: "pipeline", Stages: stages}
	if t.pipeline != nil {
		config.ID, config.Allowed, config.Moments = t.pipeline.ID, t.pipeline.Allowed, t.pipeline.Moments
	}
	if !slices.ContainsFunc(stages, func(d funnel.StageDef) bool { return d.Outcome.IsOpen() }) {
		config.Stages = append(config.Stages, funnel.StageDef{ID: "(open)"})
	}
	pipeline, err := funnel.NewPipeline(config)
	if err != nil {
		return nil, err
	}
	c := funnel.BookConfig{Pipelines: []*funnel.Pipeline{pipeline}, Zone: t.s.zone}
	if t.s.from != "" {
		c.Observed.From, _, _ = cli.ParseTime(t.s.from, t.s.zone) // checked with the flags
	}
	book, err := funnel.NewBook(c)
	if err != nil {
		return nil, err
	}
	const batch = 1 << 14
	changes := make([]funnel.Change, 0, batch)
	lines := make([]int, 0, batch)
	flush := func() {
		for _, r := range book.Add(changes...).Rejected {
			t.rejects.Add(lines[r.Index], r.Reason)
		}
		changes, lines = changes[:0], lines[:0]
	}
	for i := range t.rows {
		x := &t.rows[i]
		c := funnel.Change{
			Deal: x.deal, Stage: x.stage, Outcome: x.outcome, At: funnel.Exact(x.at.time()), RecordedAt: x.recorded.time(),
			Seq: int64(i + 1), Amount: x.amount,
		}
		if m := x.more; m != nil {
			c.Account, c.Segment, c.Owner, c.LeadSource = b2b.AccountID(m.account), m.segment, m.owner, m.source
			c.CloseDate, c.Probability, c.Category = m.closeDate, m.probability, m.category
		}
		changes = append(changes, c)
		lines = append(lines, int(x.line))
		if len(changes) == batch {
			flush()
		}
	}
	flush()
	return book, nil
}

// loadRates reads currency, date, rate.
func (t *table) loadRates() error {
	return t.file(t.s.rates, []string{"currency", "date", "rate"}, func(cell []string) error {
		m, err := b2b.NewMoney(0, cell[0])
		if err != nil {
			return errors.New("currency: not an ISO 4217 code")
		}
		on, err := funnel.ParseDate(cell[1])
		if err != nil || on.IsZero() {
			return errors.New("date: not a date")
		}
		rate, ok := new(big.Rat).SetString(cell[2])
		if !ok || rate.Sign() <= 0 {
			return errors.New("rate: not a positive number")
		}
		t.prices[m.Currency()] = append(t.prices[m.Currency()], price{on: on, rate: rate})
		return nil
	})
}

// rates gives the latest rate on or before a day.
func (t *table) rates(currency string, on funnel.Date) (*big.Rat, bool) {
	var best *price
	for i := range t.prices[currency] {
		p := &t.prices[currency][i]
		if p.on.Compare(on) <= 0 && (best == nil || p.on.Compare(best.on) >= 0) {
			best = p
		}
	}
	if best == nil {
		return nil, false
	}
	return best.rate, true
}

// loadWeights reads stage, probability.
func (t *table) loadWeights() error {
	t.weights = map[funnel.Stage]b2b.Fraction{}
	return t.file(t.s.weights, []string{"stage", "probability"}, func(cell []string) error {
		p, err := b2b.ParseFraction(cell[1])
		if err != nil || !p.IsKnown() {
			return errors.New("probability: not a fraction")
		}
		t.weights[funnel.Stage(strings.Clone(cell[0]))] = p
		return nil
	})
}

// file reads a small table in which every line must be right.
func (t *table) file(path string, names []string, use func(cell []string) error) error {
	if path == "" {
		return nil
	}
	in, err := cli.Open(path, nil)
	if err != nil {
		return err
	}
	tab, err := cli.NewTable(in, cli.Options{FoldCase: true, Trim: true})
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", path, err), in.Close())
	}
	cols, err := tab.Cols(names...)
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", path, err), in.Close())
	}
	var problems []error
	cell := make([]string, len(cols))
	for tab.Next() {
		for i, c := range cols {
			cell[i] = tab.Field(c)
		}
		if err := use(cell); err != nil {
			problems = append(problems, fmt.Errorf("%s: line %d: %w", path, tab.Line(), err))
		}
	}
	return errors.Join(append(problems, tab.Err(), in.Close())...)
}
