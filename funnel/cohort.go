package funnel

import (
	"bytes"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

// Cohort is one unit of a [Triangle]: when it entered, when it came to the target (zero: not yet), and with what amount.
type Cohort struct {
	Entered, Reached time.Time
	Amount           b2b.Money // of the target
}

// TriangleConfig sets up a [TriangleAcc]. By is required.
type TriangleConfig struct {
	By   Calendar       // periods of rows and columns; not WholeTime
	Zone *time.Location // nil is UTC
}

// TriangleAcc counts units by the period in which they entered and that in which they came to the target. The state is
// counts and minor units. Use [NewTriangleAcc], or the zero value to merge into. It is not safe for concurrent use.
type TriangleAcc struct {
	t      tally
	config TriangleConfig
}

// Triangle is cohorts by period of entry, seen at one time.
type Triangle struct {
	By   Calendar
	Rows []TriangleRow // ascending, without gaps
}

// TriangleRow is one cohort: the units that entered in a period. Cells[a] is what happened a periods after it.
type TriangleRow struct {
	Period  b2b.Window
	Entered int64
	Cells   []TriangleCell
}

// TriangleCell is what came to the target in one period. Exposure is the share of the period that was observed: at 0
// nobody could have been seen there, and the counts say nothing; they are not 0.
type TriangleCell struct {
	Period   b2b.Window
	Count    int64
	Amounts  []b2b.Money // by currency
	Exposure float64
}

// IsObserved reports whether any of the cell was observed.
func (c TriangleCell) IsObserved() bool { return c.Exposure > 0 }

// NewTriangleAcc returns an empty accumulator.
func NewTriangleAcc(c TriangleConfig) (*TriangleAcc, error) {
	if !c.By.IsValid() || c.By == WholeTime {
		return nil, &b2b.InvalidError{Path: "config.by", Reason: "no calendar"}
	}
	c.Zone = orUTC(c.Zone)
	return &TriangleAcc{config: c, t: tally{config: bin.AppendString([]byte{1, byte(c.By)}, c.Zone.String())}}, nil
}

// Add counts one unit; one that never entered, or came to the target before it entered, is refused.
func (a *TriangleAcc) Add(c Cohort) error {
	entries, err := a.entries(c)
	if err == nil {
		a.t.add(entries)
	}
	return err
}

// Sub takes one unit out that was added.
func (a *TriangleAcc) Sub(c Cohort) error {
	entries, err := a.entries(c)
	if err != nil {
		return err
	}
	return a.t.sub(entries)
}

// Merge adds what b holds; different configurations are [b2b.ErrConfigMismatch].
func (a *TriangleAcc) Merge(b *TriangleAcc) error {
	if err := a.t.merge(&b.t); err != nil {
		return err
	}
	if a.config.Zone == nil {
		a.config = b.config
	}
	return nil
}

// entries: key i is the row, k is 0 for the entry itself and 1 for the target, with its column in j and its currency in a.
func (a *TriangleAcc) entries(c Cohort) ([]entry, error) {
	switch {
	case a.config.Zone == nil:
		return nil, &b2b.InvalidError{Path: "config", Reason: "not given"}
	case c.Entered.IsZero():
		return nil, &b2b.InvalidError{Path: "cohort.entered", Reason: "no time"}
	case !c.Reached.IsZero() && c.Reached.Before(c.Entered):
		return nil, &b2b.InvalidError{Path: "cohort.reached", Reason: "before entered"}
	}
	row := int32(a.config.By.Index(c.Entered, a.config.Zone))
	out := []entry{{key: tallyKey{i: row}, n: 1}}
	if !c.Reached.IsZero() {
		key := tallyKey{a: c.Amount.Currency(), i: row, j: int32(a.config.By.Index(c.Reached, a.config.Zone)), k: 1}
		out = append(out, entry{key: key, n: 1, sum: c.Amount.Minor()})
	}
	return out, nil
}

// Result returns the triangle as observed in a window: rows from the first cohort to the last, columns to the period in
// which the window ends. Both bounds of the window matter: what lies outside is not observed. An unbounded end takes the
// last period that was counted in as complete.
func (a *TriangleAcc) Result(observed b2b.Window) Triangle {
	t := Triangle{By: a.config.By}
	keys := a.t.keys()
	if len(keys) == 0 {
		return t
	}
	first, last, end := keys[0].i, keys[0].i, keys[0].i
	for _, k := range keys {
		first, last, end = min(first, k.i), max(last, k.i), max(end, k.i)
		if k.k == 1 {
			end = max(end, k.j)
		}
	}
	if !observed.To.IsZero() {
		end = max(end, int32(a.config.By.Index(observed.To.Add(-time.Microsecond), a.config.Zone)))
	}
	t.Rows = make([]TriangleRow, last-first+1)
	for i := range t.Rows {
		row := first + int32(i)
		r := &t.Rows[i]
		r.Period = a.config.By.Period(int(row), a.config.Zone)
		r.Cells = make([]TriangleCell, end-first+1)
		for age := range r.Cells {
			c := &r.Cells[age]
			c.Period = a.config.By.Period(int(row)+age, a.config.Zone)
			if int(row)+age <= int(end) {
				c.Exposure = share(c.Period, observed)
			}
		}
	}
	for _, k := range keys {
		c := a.t.cells[k]
		r := &t.Rows[k.i-first]
		if k.k == 0 {
			r.Entered = c.n
			continue
		}
		cell := &r.Cells[k.j-k.i]
		cell.Count += c.n
		if minor, ok := c.sum.Int64(); ok && k.a != "" {
			if m, err := b2b.NewMoney(minor, k.a); err == nil {
				cell.Amounts = append(cell.Amounts, m)
			}
		}
	}
	return t
}

// share returns the share of a period that lies in a window.
func share(period, observed b2b.Window) float64 {
	in := period.Intersect(observed)
	if in.IsEmpty() {
		return 0
	}
	part, ok1 := in.Duration()
	whole, ok2 := period.Duration()
	if !ok1 || !ok2 || whole <= 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// AppendBinary appends the canonical form.
func (a *TriangleAcc) AppendBinary(dst []byte) ([]byte, error) { return a.t.append(dst), nil }

// UnmarshalBinary sets the accumulator to what [TriangleAcc.AppendBinary] wrote; on an error it is unchanged. A zone that
// this machine does not know is an error.
func (a *TriangleAcc) UnmarshalBinary(data []byte) error {
	t, err := decodeTally(data)
	if err != nil {
		return err
	}
	var c TriangleConfig
	if len(t.config) > 0 {
		r := bin.NewReader(t.config)
		r.Version(1)
		if b := r.Bytes(1); len(b) == 1 {
			c.By = Calendar(b[0])
		}
		zone := r.String()
		if err := r.Done(); err != nil {
			return err
		}
		if c.Zone, err = time.LoadLocation(zone); err != nil {
			return bin.ErrCorrupt
		}
		if fresh, err := NewTriangleAcc(c); err != nil || !bytes.Equal(fresh.t.config, t.config) {
			return bin.ErrCorrupt
		}
	} else if len(t.cells) > 0 {
		return bin.ErrCorrupt
	}
	for k := range t.cells {
		_, err := b2b.NewMoney(0, k.a)
		if k.b+k.c+k.d != "" || k.k < 0 || k.k > 1 || k.k == 1 && k.j < k.i || k.k == 0 && (k.a != "" || k.j != 0) || k.a != "" && err != nil || t.cells[k].n <= 0 {
			return bin.ErrCorrupt
		}
	}
	*a = TriangleAcc{t: t, config: c}
	return nil
}

// Cohorts returns the triangle of a state: units by the period in which they entered from (empty: their opening), and the
// period in which they came to the target (empty: Won). Times that are no times are left out.
func Cohorts(s *State, by Calendar, q ConversionQuery) (Triangle, error) {
	if q.To.IsZero() {
		q.To = Target{Outcomes: []Outcome{Won}}
	}
	var from []bool
	if !q.From.IsZero() {
		from = q.From.in(s)
	}
	acc, err := NewTriangleAcc(TriangleConfig{By: by, Zone: s.Zone()})
	if err != nil {
		return Triangle{}, err
	}
	for _, x := range s.courses(from, q.To.in(s), q.Unit) {
		if x.untimed {
			continue
		}
		c := Cohort{Entered: fromMicro(x.entry)}
		if x.end == Won {
			c.Reached, c.Amount = fromMicro(x.exit), s.deals[x.deal].amount
		}
		if err := acc.Add(c); err != nil {
			return Triangle{}, err
		}
	}
	observed := s.Observed()
	observed.To = fromMicro(s.asOf + 1)
	return acc.Result(observed), nil
}
