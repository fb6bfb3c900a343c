package attribution

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Conversion is a success to be credited: a won deal, with its value. The zero value is a conversion of nobody.
type Conversion struct {
	ID      string // conversions with equal ID count once; "" never equals another
	Person  b2b.PersonID
	Account b2b.AccountID
	Deal    b2b.DealID
	At      time.Time
	Value   float64 // of money: its minor units; one currency per set
}

func (c Conversion) compare(d Conversion) int {
	return cmp.Or(c.At.Compare(d.At), cmp.Compare(c.ID, d.ID), cmp.Compare(c.Deal, d.Deal), cmp.Compare(c.Person, d.Person),
		cmp.Compare(c.Account, d.Account), cmp.Compare(c.Value, d.Value))
}

// Key says whose touches make one journey. It is a closed choice; zero is ByPerson.
type Key uint8

// The keys.
const (
	ByPerson  Key = iota
	ByAccount     // the composite journey of all persons of the account
)

// JourneysConfig says how journeys become paths. The zero value takes touches by person and names steps by touchpoint.
type JourneysConfig struct {
	By   Key
	Name func(touchpoint.Touch) string // of a step; nil: the id of the touchpoint. [SeatAndTouchpoint] is another
}

// Journeys is a set of touches and conversions from which paths are built. It holds persons, so it can forget them; the
// aggregate that holds none is [PathSet]. Repeats of a touch (equal Source, ID, person) and of a conversion (equal ID) count
// once: of different versions of a touch the one recorded last holds, of a conversion the greatest in (At, ID, Deal, Person,
// Account, Value). Touches and conversions without an ID are all kept. The zero value is empty, with the zero configuration.
// Not safe for concurrent use; one goroutine at a time.
type Journeys struct {
	cfg     JourneysConfig
	touches map[touchID]touchpoint.Touch
	loose   []touchpoint.Touch
	won     map[string]Conversion
	wonMore []Conversion
}

type touchID struct {
	source, id string
	person     b2b.PersonID
}

// NewJourneys returns an empty set with the configuration; a key outside the enumeration is an error.
func NewJourneys(cfg JourneysConfig) (*Journeys, error) {
	if cfg.By > ByAccount {
		return nil, &b2b.InvalidError{Path: "config.by", Reason: "no value of the enumeration"}
	}
	return &Journeys{cfg: cfg}, nil
}

func (j *Journeys) name(t touchpoint.Touch) string {
	if j.cfg.Name == nil {
		return string(t.Touchpoint)
	}
	return j.cfg.Name(t)
}

// key returns whose journey it is, and the reason for a refusal where that is unknown.
func (j *Journeys) key(person b2b.PersonID, account b2b.AccountID) (key, path, missing string) {
	if j.cfg.By == ByAccount {
		return string(account), "account", "no account"
	}
	return string(person), "person", "no person"
}

// Add adds a touch. A touch without the key ("no person", "no account") or without a name is an error, as is one that
// [touchpoint.Touch.Check] refuses; the set is then unchanged.
func (j *Journeys) Add(t touchpoint.Touch) error {
	var p b2b.Problems
	p.Join("", t.Check())
	if key, path, missing := j.key(t.Person, t.Account); key == "" {
		p.Add(path, missing)
	}
	if j.name(t) == "" {
		p.Add("touchpoint", "no name for the step")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if t.ID == "" {
		j.loose = append(j.loose, t)
		return nil
	}
	id := touchID{t.Source, t.ID, t.Person}
	if old, ok := j.touches[id]; ok && !supersedes(t, old) {
		return nil
	}
	if j.touches == nil {
		j.touches = make(map[touchID]touchpoint.Touch)
	}
	j.touches[id] = t
	return nil
}

// supersedes reports whether t is the version of a touch that holds, of t and old.
func supersedes(t, old touchpoint.Touch) bool {
	a, _ := t.Known()
	b, _ := old.Known()
	if c := a.Compare(b); c != 0 {
		return c > 0
	}
	return t.Compare(old) > 0
}

// AddConversion adds a conversion. One without the key, or with a value that is not finite, is an error. Take conversions
// from won deals, and those of a deal without a person by account: [Owen] divides them among persons.
func (j *Journeys) AddConversion(c Conversion) error {
	var p b2b.Problems
	if key, path, missing := j.key(c.Person, c.Account); key == "" {
		p.Add(path, missing)
	}
	if math.IsNaN(c.Value) || math.IsInf(c.Value, 0) {
		p.Add("value", "not a finite number")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if c.ID == "" {
		j.wonMore = append(j.wonMore, c)
		return nil
	}
	if old, ok := j.won[c.ID]; ok && c.compare(old) <= 0 {
		return nil
	}
	if j.won == nil {
		j.won = make(map[string]Conversion)
	}
	j.won[c.ID] = c
	return nil
}

// Merge adds all that other holds; other is unchanged. A different key is [b2b.ErrConfigMismatch]; that both name steps
// alike is for the caller to see to.
func (j *Journeys) Merge(other *Journeys) error {
	empty := len(j.touches)+len(j.loose)+len(j.won)+len(j.wonMore) == 0
	switch {
	case empty:
		j.cfg = other.cfg
	case j.cfg.By != other.cfg.By:
		return b2b.ErrConfigMismatch
	}
	var p b2b.Problems
	loose, more := slices.Clone(other.loose), slices.Clone(other.wonMore)
	for _, t := range other.touches {
		p.Join("touches", j.Add(t))
	}
	for _, t := range loose {
		p.Join("touches", j.Add(t))
	}
	for _, c := range other.won {
		p.Join("conversions", j.AddConversion(c))
	}
	for _, c := range more {
		p.Join("conversions", j.AddConversion(c))
	}
	return p.Err()
}

// Forget takes out the touches and conversions of the persons. By account a conversion stays, without the person's name;
// the touches of others in the same meeting stay.
func (j *Journeys) Forget(persons ...b2b.PersonID) b2b.Removed {
	gone := make(map[b2b.PersonID]bool, len(persons))
	for _, p := range persons {
		gone[p] = p != ""
	}
	var r b2b.Removed
	n := len(j.touches) + len(j.loose)
	maps.DeleteFunc(j.touches, func(_ touchID, t touchpoint.Touch) bool { return gone[t.Person] })
	j.loose = slices.DeleteFunc(j.loose, func(t touchpoint.Touch) bool { return gone[t.Person] })
	r.Add("touches", int64(n-len(j.touches)-len(j.loose)))
	if j.cfg.By == ByPerson {
		n = len(j.won) + len(j.wonMore)
		maps.DeleteFunc(j.won, func(_ string, c Conversion) bool { return gone[c.Person] })
		j.wonMore = slices.DeleteFunc(j.wonMore, func(c Conversion) bool { return gone[c.Person] })
		r.Add("conversions", int64(n-len(j.won)-len(j.wonMore)))
		return r
	}
	for id, c := range j.won {
		if gone[c.Person] {
			c.Person = ""
			j.won[id] = c
			r.Add("persons of conversions", 1)
		}
	}
	for i := range j.wonMore {
		if gone[j.wonMore[i].Person] {
			j.wonMore[i].Person = ""
			r.Add("persons of conversions", 1)
		}
	}
	return r
}
