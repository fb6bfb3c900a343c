package eventlog

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/buyerjourney/b2b/examples/internal/cli"
)

// Read reads the log that the flags name, and writes the rejected rows where they say.
func Read(o *Options, stdin io.Reader) (*Log, error) {
	in, err := cli.Open(o.In, stdin)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	b := bufio.NewReader(in)
	format := o.Format
	if format == "auto" {
		if format, err = sniff(b); err != nil {
			return nil, err
		}
	}
	var rejects cli.Rejects
	r := &rows{o: o, rejects: &rejects}
	if format == "xes" {
		err = r.xes(b)
	} else {
		err = r.csv(b)
	}
	if err != nil {
		return nil, err
	}
	l, err := r.log()
	if err != nil {
		return nil, err
	}
	return l, rejects.WriteFile(o.Rejects)
}

// sniff tells XML from anything else by its first sign.
func sniff(b *bufio.Reader) (string, error) {
	head, err := b.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<")) {
		return "xes", nil
	}
	return "csv", nil
}

// csv reads comma-separated values. The columns of the case and the activity must be there.
func (r *rows) csv(in io.Reader) error {
	t, err := cli.NewTable(in, cli.Options{Comma: r.o.comma, Rejects: r.rejects})
	if err != nil {
		return err
	}
	need, err := t.Cols(r.o.Case, r.o.Activity)
	if err != nil {
		return err
	}
	at, start, id := column(t, r.o.Timestamp), column(t, r.o.Start), column(t, r.o.ID)
	resource, role, lifecycle := column(t, r.o.Resource), column(t, r.o.Role), column(t, r.o.Lifecycle)
	replaced := t.Replaced()
	for t.Next() {
		x := row{
			line: t.Line(), name: t.Field(need[0]), activity: t.Field(need[1]), at: t.Field(at), start: t.Field(start),
			resource: t.Field(resource), role: t.Field(role), lifecycle: t.Field(lifecycle), id: t.Field(id),
		}
		if n := t.Replaced(); n != replaced { // bytes of this record were no text
			replaced = n
			x.damaged = strings.ContainsRune(x.name+x.activity+x.resource+x.role+x.lifecycle+x.id, utf8.RuneError)
		}
		r.add(x)
	}
	return t.Err()
}

func column(t *cli.Table, name string) int {
	i, _ := t.Col(name)
	return i
}

// Keys of XES (IEEE 1849-2016).
const (
	keyName      = "concept:name"
	keyTime      = "time:timestamp"
	keyResource  = "org:resource"
	keyRole      = "org:role"
	keyLifecycle = "lifecycle:transition"
)

// xes reads traces of events. Attributes of other keys, and attributes inside attributes, are passed by.
func (r *rows) xes(in io.Reader) error {
	d := Decoder(in)
	traces := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("xes: %w", err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "trace":
			traces++
			if err := r.trace(d, traces); err != nil {
				return fmt.Errorf("xes: %w", err)
			}
		case "log":
		default:
			if err := d.Skip(); err != nil {
				return fmt.Errorf("xes: %w", err)
			}
		}
	}
}

// trace reads one trace, whose start has been read. The name may come after the events.
func (r *rows) trace(d *xml.Decoder, number int) error {
	name := ""
	var events []row
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.EndElement:
			if name == "" {
				name = fmt.Sprintf("#%d", number)
			}
			for _, x := range events {
				x.name = name
				r.add(x)
			}
			return nil
		case xml.StartElement:
			if e.Name.Local == "event" {
				x, err := event(d)
				if err != nil {
					return err
				}
				events = append(events, x)
				continue
			}
			if k, v := attribute(e); k == keyName {
				name = v
			}
			if err := d.Skip(); err != nil {
				return err
			}
		}
	}
}

func event(d *xml.Decoder) (row, error) {
	line, _ := d.InputPos()
	x := row{line: line}
	for {
		token, err := d.Token()
		if err != nil {
			return x, err
		}
		switch e := token.(type) {
		case xml.EndElement:
			return x, nil
		case xml.StartElement:
			switch k, v := attribute(e); k {
			case keyName:
				x.activity = v
			case keyTime:
				x.at = v
			case keyResource:
				x.resource = v
			case keyRole:
				x.role = v
			case keyLifecycle:
				x.lifecycle = v
			}
			if err := d.Skip(); err != nil {
				return x, err
			}
		}
	}
}

func attribute(e xml.StartElement) (key, value string) {
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "key":
			key = a.Value
		case "value":
			value = a.Value
		}
	}
	return key, value
}

// Decoder reads XML in UTF-8, ASCII or Latin-1.
func Decoder(in io.Reader) *xml.Decoder {
	d := xml.NewDecoder(in)
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "utf-8", "utf8", "us-ascii", "ascii":
			return in, nil
		case "iso-8859-1", "latin1", "latin-1", "windows-1252":
			return &latin1{in: bufio.NewReader(in)}, nil
		}
		return nil, fmt.Errorf("encoding %q is not known", charset)
	}
	return d
}

// latin1 turns ISO 8859-1 into UTF-8.
type latin1 struct {
	in      *bufio.Reader
	pending []byte
}

func (l *latin1) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(l.pending) == 0 {
			c, err := l.in.ReadByte()
			if err != nil {
				if n > 0 {
					return n, nil
				}
				return 0, err
			}
			l.pending = []byte(string(rune(c)))
		}
		k := copy(p[n:], l.pending)
		l.pending = l.pending[k:]
		n += k
	}
	return n, nil
}

// Summary writes the last line of standard error.
func (l *Log) Summary(w io.Writer) {
	cli.Counts(w, "accepted", l.accepted, "rejected", l.Rejected, "cases", l.Journeys(), "activities", l.activities())
}

// activities returns the number of steps that occur.
func (l *Log) activities() int {
	seen := make([]bool, len(l.Steps()))
	n := 0
	for i := range l.Len() {
		if c := l.Rows().Code(i); !seen[c] {
			seen[c] = true
			n++
		}
	}
	return n
}
