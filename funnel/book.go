package funnel

import (
	"cmp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/buyerjourney/b2b"
)

// BookConfig sets up a [Book]. The zero value is valid: the pipeline [FourV], UTC, everything observed.
type BookConfig struct {
	Pipelines  []*Pipeline    // a deal that names none belongs to the first; empty is [FourV]
	Zone       *time.Location // in which days are read; nil is UTC
	Observed   b2b.Window     // From: a passage that began earlier is at risk from then on; To: nothing is known after
	StaleAfter time.Duration  // age in a stage from which an open deal is stale; 0: older than the last observed exit
}

// Book holds the recorded changes of deals and answers how things stood at any time, as known at any time. The order in
// which changes are added has no meaning. Use [NewBook]. [Book.At] may be called by many goroutines at once; everything
// else by one, while nobody reads.
type Book struct {
	config    BookConfig
	pipelines []*Pipeline // those of the configuration, then those that changes name besides
	byName    map[string]uint32

	stages, accounts, owners, sources, segments *names

	deals  []dealLog
	byDeal map[b2b.DealID]int32
	last   int64 // the latest instant of all rows, recording included

	mu    sync.Mutex
	order []int32 // the deals by id, without those that were forgotten; nil after a change
}

// dealLog is the rows of one deal in total order, without duplicates.
type dealLog struct {
	id     b2b.DealID
	rows   []record
	coarse bool // some row has no exact time
}

// Report says what became of the changes that were added.
type Report struct {
	Accepted   int             // changes kept, duplicates included
	Duplicates int             // accepted changes that the book held already
	Rejected   []b2b.Rejection // by input order
	Flagged    []Flagged       // deals of this call with something remarkable, by id
}

// Flagged is a deal and everything remarkable about its history as known now.
type Flagged struct {
	Deal  b2b.DealID
	Flags Flags
}

// NewBook returns an empty book. Problems: a nil pipeline, one without an id, two of one id, a window that is empty, a negative StaleAfter.
func NewBook(c BookConfig) (*Book, error) {
	var p b2b.Problems
	b := &Book{
		config: c, last: noTime, byName: map[string]uint32{}, byDeal: map[b2b.DealID]int32{},
		stages: newNames(), accounts: newNames(), owners: newNames(), sources: newNames(), segments: newNames(),
	}
	b.pipelines = slices.Clone(c.Pipelines)
	if len(b.pipelines) == 0 {
		b.pipelines = []*Pipeline{FourV()}
	}
	for i, pl := range b.pipelines {
		path := "config.pipelines[" + strconv.Itoa(i) + "]"
		if pl == nil {
			p.Add(path, "nil")
			continue
		}
		if pl.id == "" {
			p.Add(path+".id", "empty")
		} else if _, ok := b.byName[pl.id]; ok {
			p.Add(path+".id", "named twice")
		}
		b.byName[pl.id] = uint32(i)
	}
	b.byName[""] = noPipeline
	p.Join("config.observed", c.Observed.Check())
	if c.StaleAfter < 0 {
		p.Add("config.stale_after", "negative")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	b.config.Pipelines = slices.Clone(b.pipelines)
	b.config.Zone = orUTC(c.Zone)
	b.config.Observed = c.Observed.UTC()
	return b, nil
}

// Len returns the number of deals held.
func (b *Book) Len() int { return len(b.byDeal) }

// Add records changes. A change is rejected for an empty deal, for saying nothing of stage, outcome or amount, for a time
// that is missing, before 1900 or backwards; all else is kept, and flagged where remarkable. A change that the book holds
// already counts once.
func (b *Book) Add(changes ...Change) Report {
	var rep Report
	touched := map[int32]int{} // deal to its number of rows before
	for i := range changes {
		c := &changes[i]
		if rejected := c.check(i); len(rejected) > 0 {
			rep.Rejected = append(rep.Rejected, rejected...)
			continue
		}
		rep.Accepted++
		d, ok := b.byDeal[c.Deal]
		if !ok {
			d = int32(len(b.deals))
			b.deals = append(b.deals, dealLog{id: c.Deal})
			b.byDeal[c.Deal] = d
		}
		log := &b.deals[d]
		if _, ok := touched[d]; !ok {
			touched[d] = len(log.rows)
		}
		r := b.record(c)
		log.coarse = log.coarse || r.coarse()
		log.rows = append(log.rows, r)
		b.last = max(b.last, r.latest, r.recorded)
	}
	if len(touched) == 0 {
		return rep
	}
	b.order = nil
	w := b.walker(b2b.View{}, 0)
	for d := range touched {
		log := &b.deals[d]
		slices.SortFunc(log.rows, func(x, y record) int { return b.compare(&x, &y) })
		before := len(log.rows)
		log.rows = slices.CompactFunc(log.rows, func(x, y record) bool { return b.compare(&x, &y) == 0 })
		rep.Duplicates += before - len(log.rows)
		if f := w.flagsOf(d); f != 0 {
			rep.Flagged = append(rep.Flagged, Flagged{Deal: log.id, Flags: f})
		}
	}
	slices.SortFunc(rep.Flagged, func(x, y Flagged) int { return cmp.Compare(x.Deal, y.Deal) })
	return rep
}

func (b *Book) pipelineID(code uint32) string {
	if code == noPipeline {
		return ""
	}
	return b.pipelines[code].id
}

func (b *Book) record(c *Change) record {
	pl, ok := b.byName[c.Pipeline]
	if !ok {
		pl = uint32(len(b.pipelines))
		b.pipelines = append(b.pipelines, &Pipeline{id: c.Pipeline})
		b.byName[c.Pipeline] = pl
	}
	r := record{
		earliest: toMicro(c.At.Earliest), latest: toMicro(c.At.Latest), recorded: toMicro(c.RecordedAt), seq: c.Seq,
		amount: c.Amount, recurring: c.Recurring, probability: c.Probability,
		account: b.accounts.intern(string(c.Account)), stage: b.stages.intern(string(c.Stage)),
		owner: b.owners.intern(c.Owner), source: b.sources.intern(c.LeadSource), segment: b.segments.intern(c.Segment),
		closeDate: toDays(c.CloseDate), pipeline: pl, outcome: c.Outcome, category: c.Category, precision: c.At.Precision,
	}
	if r.earliest == noTime && r.precision != b2b.OrderOnly {
		r.earliest = r.latest
	}
	return r
}

// index returns the deals by id, sorting them once after a change.
func (b *Book) index() []int32 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.order == nil {
		b.order = make([]int32, 0, len(b.byDeal))
		for i := range b.deals {
			if b.deals[i].id != "" {
				b.order = append(b.order, int32(i))
			}
		}
		slices.SortFunc(b.order, func(x, y int32) int { return cmp.Compare(b.deals[x].id, b.deals[y].id) })
	}
	return b.order
}

// forgot brings what is derived from all rows up to date.
func (b *Book) forgot() {
	b.order = nil
	b.last = noTime
	for i := range b.deals {
		for j := range b.deals[i].rows {
			r := &b.deals[i].rows[j]
			b.last = max(b.last, r.latest, r.recorded)
		}
	}
}

// ForgetDeal takes out every change of a deal.
func (b *Book) ForgetDeal(id b2b.DealID) b2b.Removed {
	rem := b.drop(id)
	if !rem.IsEmpty() {
		b.forgot()
	}
	return rem
}

func (b *Book) drop(id b2b.DealID) b2b.Removed {
	var rem b2b.Removed
	d, ok := b.byDeal[id]
	if !ok {
		return rem
	}
	rem.Add("deals", 1)
	rem.Add("changes", int64(len(b.deals[d].rows)))
	b.deals[d] = dealLog{}
	delete(b.byDeal, id)
	return rem
}

// ForgetAccount takes out every deal that ever named the account.
func (b *Book) ForgetAccount(id b2b.AccountID) b2b.Removed {
	var rem b2b.Removed
	code, ok := b.accounts.forget(string(id))
	if !ok {
		return rem
	}
	for i := range b.deals {
		if slices.ContainsFunc(b.deals[i].rows, func(r record) bool { return r.account == code }) {
			rem.Merge(b.drop(b.deals[i].id))
		}
	}
	b.forgot()
	return rem
}

// ForgetOwner blanks a seller's name in every change; the changes stay.
func (b *Book) ForgetOwner(owner string) b2b.Removed {
	var rem b2b.Removed
	code, ok := b.owners.forget(owner)
	if !ok {
		return rem
	}
	for i := range b.deals {
		log := &b.deals[i]
		n := int64(0)
		for j := range log.rows {
			if log.rows[j].owner == code {
				log.rows[j].owner = 0
				n++
			}
		}
		if n > 0 {
			rem.Add("owners", n)
			slices.SortFunc(log.rows, func(x, y record) int { return b.compare(&x, &y) })
			log.rows = slices.CompactFunc(log.rows, func(x, y record) bool { return b.compare(&x, &y) == 0 })
		}
	}
	b.forgot()
	return rem
}
