package eventlog

import (
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/journey"
)

// row is one record as text.
type row struct {
	line                                          int
	name, activity, resource, role, lifecycle, id string // name of the case
	at, start                                     string
	damaged                                       bool // a name has lost bytes that are not UTF-8: names that differ may look the same
}

// rows gathers records in columns.
type rows struct {
	o       *Options
	rejects *cli.Rejects
	c       journey.Columns
	lines   []int
	offered int

	cases, steps, resources, roles, lifecycles dictionary
	timed                                      bool
}

// dictionary numbers names in order of first use; the empty name is 0.
type dictionary struct {
	names []string
	index map[string]uint32
	last  uint32
}

func (d *dictionary) code(name string) uint32 {
	if len(d.names) > 0 && d.names[d.last] == name {
		return d.last
	}
	i, ok := d.index[name]
	if !ok {
		if d.index == nil {
			d.index = map[string]uint32{}
		}
		i = uint32(len(d.names))
		name = strings.Clone(name)
		d.names = append(d.names, name)
		d.index[name] = i
	}
	d.last = i
	return i
}

// add takes a record or rejects it.
func (r *rows) add(x row) {
	if r.o.Only != "" && !strings.EqualFold(strings.TrimSpace(x.lifecycle), r.o.Only) {
		return
	}
	r.offered++
	switch {
	case x.damaged:
		r.rejects.Add(x.line, "not UTF-8")
		return
	case x.name == "":
		r.rejects.Add(x.line, "no case")
		return
	case x.activity == "":
		r.rejects.Add(x.line, "no activity")
		return
	}
	at, precision, ok := r.time(x.at)
	start, _, ok2 := r.time(x.start)
	switch {
	case !ok:
		r.rejects.Add(x.line, "timestamp is not a time")
		return
	case !ok2:
		r.rejects.Add(x.line, "start is not a time")
		return
	}
	r.timed = r.timed || at != journey.NoTime
	r.c.Journey.Codes = append(r.c.Journey.Codes, r.cases.code(x.name))
	r.c.Step.Codes = append(r.c.Step.Codes, r.steps.code(x.activity))
	r.c.Resource.Codes = append(r.c.Resource.Codes, r.resources.code(x.resource))
	r.c.Seat.Codes = append(r.c.Seat.Codes, r.roles.code(x.role))
	r.c.Lifecycle.Codes = append(r.c.Lifecycle.Codes, r.lifecycles.code(x.lifecycle))
	r.c.At, r.c.Started = append(r.c.At, at), append(r.c.Started, start)
	r.c.Precision = append(r.c.Precision, precision)
	seq := int64(0)
	if r.o.Ties == "file" {
		seq = int64(r.offered)
	}
	r.c.Seq = append(r.c.Seq, seq)
	r.c.ID = append(r.c.ID, strings.Clone(x.id))
	r.lines = append(r.lines, x.line)
}

// time reads a time; the empty text is none.
func (r *rows) time(text string) (us int64, p b2b.Precision, ok bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return journey.NoTime, b2b.UnknownPrecision, true
	}
	var t time.Time
	var err error
	switch {
	case r.o.Layout != "":
		t, err = time.ParseInLocation(r.o.Layout, text, r.o.zone)
		p = b2b.Microsecond
	default:
		t, p, err = cli.ParseTime(text, r.o.zone)
		if err != nil {
			t, err = time.ParseInLocation("2006/01/02 15:04:05", text, r.o.zone)
			p = b2b.Second
		}
	}
	if err != nil {
		return 0, b2b.UnknownPrecision, false
	}
	return t.UnixMicro(), p, true
}

// Log is what was read.
type Log struct {
	*journey.Log
	Rejected int
	accepted int
}

// log builds the log.
func (r *rows) log() (*Log, error) {
	c := &r.c
	c.Journey.Names, c.Step.Names, c.Resource.Names = r.cases.names, r.steps.names, r.resources.names
	c.Seat.Names, c.Lifecycle.Names = r.roles.names, r.lifecycles.names
	b, err := journey.NewBuilder(journey.Config{})
	if err != nil {
		return nil, err
	}
	if err := b.AddColumns(*c); err != nil {
		return nil, err
	}
	l, report := b.Build(journey.Identities{})
	for _, x := range report.Rejected {
		line := 0
		if x.Index < len(r.lines) {
			line = r.lines[x.Index]
		}
		field := x.Path[strings.LastIndexByte(x.Path, '.')+1:]
		r.rejects.Add(line, field+": "+x.Reason)
	}
	return &Log{Log: l, Rejected: r.rejects.Count(), accepted: report.Accepted}, nil
}
