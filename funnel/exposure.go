package funnel

import (
	"bytes"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

// ExposureConfig sets up an [ExposureAcc]. The zero value is valid: one age bin, no season, UTC.
type ExposureConfig struct {
	Bins        []time.Duration // ages at which bins begin after the first, ascending
	Seasonal    bool            // tell the months of a quarter apart
	FiscalStart time.Month      // first month of the fiscal year; 0 is January
	Zone        *time.Location
}

// ExposureAcc counts, for each place, age bin and month of the quarter, the time spent at risk and the exits by what
// followed: all that hazards by age and season need. The state is whole microseconds and counts. Use [NewExposureAcc], or
// the zero value to merge into. It is not safe for concurrent use.
type ExposureAcc struct {
	t      tally
	config ExposureConfig
}

// Exposure is one cell of an [ExposureAcc].
type Exposure struct {
	Pipeline string
	Stage    Stage
	Outcome  Outcome
	Bin      int     // age bin, from 0
	Month    int     // month of the quarter 0..2; 0 where the season is off
	AtRisk   float64 // days
	Exits    []ExitCount
}

// ExitCount is how often a place was left for another.
type ExitCount struct {
	Next    Stage
	Outcome Outcome
	N       int64
}

// NewExposureAcc returns an empty accumulator. Bins that do not ascend from above 0 are an error.
func NewExposureAcc(c ExposureConfig) (*ExposureAcc, error) {
	var p b2b.Problems
	for i, d := range c.Bins {
		if d <= 0 || i > 0 && d <= c.Bins[i-1] {
			p.Addf("config.bins", "bin %d does not ascend", i)
		}
	}
	if c.FiscalStart < 0 || c.FiscalStart > 12 {
		p.Add("config.fiscal_start", "no month")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	c.Bins = append([]time.Duration(nil), c.Bins...)
	c.Zone = orUTC(c.Zone)
	return &ExposureAcc{config: c, t: tally{config: c.fingerprint()}}, nil
}

func (c ExposureConfig) fingerprint() []byte {
	b := bin.AppendUvarint([]byte{1}, uint64(len(c.Bins)))
	for _, d := range c.Bins {
		b = bin.AppendVarint(b, int64(d))
	}
	b = bin.AppendBool(b, c.Seasonal)
	b = append(b, byte(c.FiscalStart))
	return bin.AppendString(b, c.Zone.String())
}

// Add counts one deal. An accumulator without a configuration refuses it.
func (a *ExposureAcc) Add(h History) error {
	if a.config.Zone == nil {
		return &b2b.InvalidError{Path: "config", Reason: "not given"}
	}
	a.t.add(a.entries(h))
	return nil
}

// Sub takes one deal out that was added.
func (a *ExposureAcc) Sub(h History) error {
	if a.config.Zone == nil {
		return &b2b.InvalidError{Path: "config", Reason: "not given"}
	}
	return a.t.sub(a.entries(h))
}

// Merge adds what b holds; different configurations are [b2b.ErrConfigMismatch].
func (a *ExposureAcc) Merge(b *ExposureAcc) error {
	if err := a.t.merge(&b.t); err != nil {
		return err
	}
	if a.config.Zone == nil {
		a.config = b.config
	}
	return nil
}

const exits = 1 // tallyKey.k holds 0 for exposure, exits + outcome for exits

// entries splits the passages at bins of age and, with a season, at months.
func (a *ExposureAcc) entries(h History) []entry {
	var out []entry
	end := toMicro(h.AsOf)
	for _, p := range h.Passages {
		if p.Flags.Has(TimeUnknown) {
			continue
		}
		from, to := toMicro(p.In.Latest), end
		if !p.Out.IsZero() {
			to = toMicro(p.Out.Latest)
		}
		if from == noTime || to == noTime || to < from {
			continue
		}
		key := tallyKey{a: h.Pipeline, b: string(p.Stage), i: int32(p.Outcome)}
		bin, at := 0, from
		for {
			next := to
			if bin < len(a.config.Bins) {
				next = min(next, from+int64(a.config.Bins[bin]/time.Microsecond))
			}
			month, until := a.month(at)
			next = min(next, until)
			key.j = int32(bin*3 + month)
			if next > at {
				out = append(out, entry{key: key, n: 1, sum: next - at})
			}
			if next == to {
				break
			}
			at = next
			if bin < len(a.config.Bins) && at == from+int64(a.config.Bins[bin]/time.Microsecond) {
				bin++
			}
		}
		if !p.Out.IsZero() { // an exit at the edge of a bin belongs to the bin before: at risk on (from, to]
			key.c, key.k = string(p.Next), exits+int32(p.Then)
			out = append(out, entry{key: key, n: 1})
		}
	}
	return out
}

// month returns the month of the quarter at a time, and when it ends; without a season it never does.
func (a *ExposureAcc) month(at int64) (month int, until int64) {
	if !a.config.Seasonal {
		return 0, 1<<63 - 1
	}
	t := fromMicro(at)
	i := Monthly.Index(t, a.config.Zone)
	start := max(int(a.config.FiscalStart), 1) - 1
	return ((i-start)%3 + 3) % 3, Monthly.Period(i, a.config.Zone).To.UnixMicro()
}

// Result returns the cells by pipeline, stage, outcome, bin and month.
func (a *ExposureAcc) Result() []Exposure {
	type place struct {
		pipeline, stage string
		outcome, cell   int32
	}
	var out []Exposure
	index := map[place]int{}
	for _, k := range a.t.keys() {
		p := place{k.a, k.b, k.i, k.j}
		at, ok := index[p]
		if !ok {
			at = len(out)
			index[p] = at
			out = append(out, Exposure{Pipeline: k.a, Stage: Stage(k.b), Outcome: Outcome(k.i), Bin: int(k.j / 3), Month: int(k.j % 3)})
		}
		c := a.t.cells[k]
		if k.k == 0 {
			out[at].AtRisk = c.sum.Float64() / microPerDay
			continue
		}
		out[at].Exits = append(out[at].Exits, ExitCount{Next: Stage(k.c), Outcome: Outcome(k.k - exits), N: c.n})
	}
	return out
}

// AppendBinary appends the canonical form.
func (a *ExposureAcc) AppendBinary(dst []byte) ([]byte, error) { return a.t.append(dst), nil }

// UnmarshalBinary sets the accumulator to what [ExposureAcc.AppendBinary] wrote; on an error it is unchanged. A zone that
// this machine does not know is an error.
func (a *ExposureAcc) UnmarshalBinary(data []byte) error {
	t, err := decodeTally(data)
	if err != nil {
		return err
	}
	var c ExposureConfig
	if len(t.config) > 0 {
		r := bin.NewReader(t.config)
		r.Version(1)
		for range r.Count(1) {
			c.Bins = append(c.Bins, time.Duration(r.Varint()))
		}
		c.Seasonal = r.Bool()
		if m := r.Bytes(1); len(m) == 1 {
			c.FiscalStart = time.Month(m[0])
		}
		zone := r.String()
		if err := r.Done(); err != nil {
			return err
		}
		if c.Zone, err = time.LoadLocation(zone); err != nil {
			return bin.ErrCorrupt
		}
		if fresh, err := NewExposureAcc(c); err != nil || !bytes.Equal(fresh.t.config, t.config) {
			return bin.ErrCorrupt
		}
	} else if len(t.cells) > 0 {
		return bin.ErrCorrupt
	}
	for k := range t.cells {
		if k.d != "" || !inEnum(k.i) || k.j < 0 || k.k < 0 || k.k > 0 && !inEnum(k.k-exits) || t.cells[k].n <= 0 {
			return bin.ErrCorrupt
		}
	}
	*a = ExposureAcc{t: t, config: c}
	return nil
}
