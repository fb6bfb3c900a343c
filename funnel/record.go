package funnel

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
)

// names interns strings; code 0 is "".
type names struct {
	list []string
	code map[string]uint32
}

func newNames() *names { return &names{list: []string{""}, code: map[string]uint32{"": 0}} }

func (n *names) intern(s string) uint32 {
	if c, ok := n.code[s]; ok {
		return c
	}
	c := uint32(len(n.list))
	s = strings.Clone(s)
	n.list = append(n.list, s)
	n.code[s] = c
	return c
}

// forget blanks a string, so that the interner no longer holds it; its code stays taken.
func (n *names) forget(s string) (code uint32, ok bool) {
	code, ok = n.code[s]
	if !ok || code == 0 {
		return 0, false
	}
	n.list = slices.Clone(n.list) // states that were made before keep their list
	n.list[code] = ""
	delete(n.code, s)
	return code, true
}

// record is a Change with interned strings and times as microseconds since 1970.
type record struct {
	earliest, latest, recorded int64 // noTime where not given
	seq                        int64
	amount, recurring          b2b.Money
	probability                b2b.Fraction
	account, stage             uint32
	owner, source, segment     uint32
	closeDate                  int32  // days since 1970, or noDate
	pipeline                   uint32 // noPipeline: that of the row before, or the first
	outcome                    Outcome
	category                   Category
	precision                  b2b.Precision
}

const (
	noTime     = math.MinInt64
	noDate     = math.MinInt32
	noPipeline = math.MaxUint32
)

func toMicro(t time.Time) int64 {
	if t.IsZero() {
		return noTime
	}
	return t.UnixMicro() // rounds down
}

func fromMicro(t int64) time.Time {
	if t == noTime {
		return time.Time{}
	}
	return time.UnixMicro(t).UTC()
}

func toDays(d Date) int32 {
	if d.IsZero() {
		return noDate
	}
	return int32(d.Start(nil).Unix() / 86400)
}

func fromDays(d int32) Date {
	if d == noDate {
		return Date{}
	}
	return DateOf(time.Unix(int64(d)*86400, 0), nil)
}

// coarse reports whether the position of the row may hang on its neighbours.
func (r *record) coarse() bool { return r.precision == b2b.OrderOnly || r.earliest != r.latest }

// known returns when the row became known: noTime where nobody can say.
func (r *record) known() int64 {
	if r.recorded != noTime {
		return r.recorded
	}
	return r.latest
}

// compare is the total order of a deal's rows: (Latest, Seq, RecordedAt, canonical bytes). Equal rows are duplicates.
func (b *Book) compare(x, y *record) int {
	if c := cmp.Compare(x.latest, y.latest); c != 0 {
		return c
	}
	if c := cmp.Compare(x.seq, y.seq); c != 0 {
		return c
	}
	if c := cmp.Compare(x.recorded, y.recorded); c != 0 {
		return c
	}
	p, q := x.probability.Or(-1), y.probability.Or(-1)
	return cmp.Or(
		cmp.Compare(x.earliest, y.earliest),
		cmp.Compare(x.precision, y.precision),
		cmp.Compare(b.pipelineID(x.pipeline), b.pipelineID(y.pipeline)),
		cmp.Compare(b.stages.list[x.stage], b.stages.list[y.stage]),
		cmp.Compare(x.outcome, y.outcome),
		cmp.Compare(b.accounts.list[x.account], b.accounts.list[y.account]),
		compareMoney(x.amount, y.amount),
		compareMoney(x.recurring, y.recurring),
		cmp.Compare(x.closeDate, y.closeDate),
		cmp.Compare(p, q),
		cmp.Compare(x.category, y.category),
		cmp.Compare(b.owners.list[x.owner], b.owners.list[y.owner]),
		cmp.Compare(b.sources.list[x.source], b.sources.list[y.source]),
		cmp.Compare(b.segments.list[x.segment], b.segments.list[y.segment]),
	)
}

func compareMoney(a, b b2b.Money) int {
	return cmp.Or(cmp.Compare(a.Currency(), b.Currency()), cmp.Compare(a.Minor(), b.Minor()))
}
