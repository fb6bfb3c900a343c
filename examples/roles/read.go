package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/examples/internal/cli"
)

// input is what the files hold.
type input struct {
	persons  map[string]*raw
	rejects  cli.Rejects // of both files, in the order read
	messages []string
	accepted int
}

// raw is one person's rows, added up.
type raw struct {
	steps          map[string]int64
	labels, groups map[string]int64 // events by label and by group
	total          int64
	title          string
}

// load reads the counts and, if there are any, the titles.
func load(s settings, stdin io.Reader) (*input, error) {
	in := &input{persons: map[string]*raw{}}
	if err := in.table(s.counts, stdin, func(t *cli.Table, reject func(column, reason string)) error {
		return in.counts(s, t, reject)
	}); err != nil {
		return nil, err
	}
	if s.titles == "" {
		return in, nil
	}
	if s.titles == "-" && s.counts == "-" {
		return nil, errors.New("standard input cannot hold both the counts and the titles")
	}
	return in, in.table(s.titles, stdin, func(t *cli.Table, reject func(column, reason string)) error {
		return in.titles(s, t, reject)
	})
}

func (in *input) table(path string, stdin io.Reader, read func(*cli.Table, func(column, reason string)) error) error {
	r, err := cli.Open(path, stdin)
	if err != nil {
		return err
	}
	var malformed, refused cli.Rejects
	t, err := cli.NewTable(r, cli.Options{Rejects: &malformed})
	if err == nil {
		err = read(t, func(column, reason string) { refused.Add(t.Line(), column+": "+reason) })
		err = errors.Join(err, t.Err())
		in.accepted += t.Rows() - malformed.Count() - refused.Count()
	}
	if err := errors.Join(err, r.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, m := range malformed.All() {
		refused.Add(m.Line, "record: "+m.Reason)
	}
	for _, m := range refused.All() {
		in.rejects.Add(m.Line, m.Reason)
		in.messages = append(in.messages, fmt.Sprintf("%s:%d: %s", path, m.Line, m.Reason))
	}
	return nil
}

func (in *input) counts(s settings, t *cli.Table, reject func(column, reason string)) error {
	cols, err := t.Cols(s.person, s.step, s.n)
	if err != nil {
		return err
	}
	label, _ := t.Col(s.label)
	group := -1
	if s.group != "" {
		g, err := t.Cols(s.group)
		if err != nil {
			return err
		}
		group = g[0]
	}
	var all int64
	for t.Next() {
		person, step := t.Field(cols[0]), t.Field(cols[1])
		n, err := strconv.ParseInt(strings.TrimSpace(t.Field(cols[2])), 10, 64)
		switch {
		case strings.TrimSpace(person) == "":
			reject(s.person, "empty")
		case strings.TrimSpace(step) == "":
			reject(s.step, "empty")
		case errors.Is(err, strconv.ErrRange) || (err == nil && n > math.MaxInt64-all):
			reject(s.n, "too large")
		case err != nil:
			reject(s.n, "not a whole number")
		case n < 0:
			reject(s.n, "negative")
		default:
			all += n
			in.person(person).add(step, n, t.Field(label), t.Field(group))
		}
	}
	return nil
}

func (in *input) person(id string) *raw {
	p := in.persons[id]
	if p == nil {
		p = &raw{steps: map[string]int64{}, labels: map[string]int64{}, groups: map[string]int64{}}
		in.persons[strings.Clone(id)] = p
	}
	return p
}

func (p *raw) add(step string, n int64, label, group string) {
	p.steps[strings.Clone(step)] += n
	p.total += n
	if label != "" {
		p.labels[strings.Clone(label)] += n
	}
	if group != "" {
		p.groups[strings.Clone(group)] += n
	}
}

func (in *input) titles(s settings, t *cli.Table, reject func(column, reason string)) error {
	cols, err := t.Cols(s.person, s.title)
	if err != nil {
		return err
	}
	for t.Next() {
		id, title := t.Field(cols[0]), strings.Clone(t.Field(cols[1]))
		p := in.persons[id]
		switch {
		case strings.TrimSpace(id) == "":
			reject(s.person, "empty")
		case p == nil: // a person without counts is not asked about
		case p.title != "" && title != "" && p.title != title:
			reject(s.title, "a second title of the person")
		case title != "":
			p.title = title
		}
	}
	return nil
}

func (in *input) complain(stderr io.Writer) {
	for _, m := range in.messages {
		fmt.Fprintln(stderr, m)
	}
}

// people is what is left after the filters, in byte order of the persons.
type people struct {
	list   []dmu.PersonSteps
	groups []string // of each; "" is unknown
}

// choose applies the filters: persons with few events go, then labels of few persons.
func (in *input) choose(s settings) people {
	var out people
	holders := map[b2b.SeatID]int{}
	for _, id := range slices.Sorted(maps.Keys(in.persons)) {
		p := in.persons[id]
		if p.total < s.minCount {
			continue
		}
		x := dmu.PersonSteps{Person: b2b.PersonID(id), Seat: b2b.SeatID(heaviest(p.labels)), Title: p.title}
		for _, step := range slices.Sorted(maps.Keys(p.steps)) {
			x.Steps = append(x.Steps, dmu.StepCount{Step: step, N: p.steps[step]})
		}
		if x.Seat != "" {
			holders[x.Seat]++
		}
		out.list = append(out.list, x)
		out.groups = append(out.groups, heaviest(p.groups))
	}
	for i := range out.list {
		if holders[out.list[i].Seat] < s.minPersons {
			out.list[i].Seat = ""
		}
	}
	return out
}

// heaviest returns the key with the largest number, ties to the smallest key, "" of an empty map.
func heaviest(m map[string]int64) string {
	keys := slices.Sorted(maps.Keys(m))
	if len(keys) == 0 {
		return ""
	}
	return slices.MinFunc(keys, func(a, b string) int { return cmp.Compare(m[b], m[a]) }) // the first of equals
}

// labelled returns the number of labelled persons, and the labels in byte order.
func (p people) labelled() (n int, labels []string) {
	for _, x := range p.list {
		if x.Seat != "" {
			n++
			labels = append(labels, string(x.Seat))
		}
	}
	slices.Sort(labels)
	return n, slices.Compact(labels)
}
