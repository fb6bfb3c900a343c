package attribution

import (
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/buyerjourney/b2b/touchpoint"
)

// journey is what one key has.
type journey struct {
	touches []touchpoint.Touch
	won     []Conversion
}

// Paths iterates over the paths, by key and then by time. A journey ends at each conversion, a touch at that very moment
// included; what is left after the last one is a null path. By account, touches of one moment (equal Source and ID) are one
// step; by person each participant has one. A conversion before which nothing was touched comes as a path without steps,
// which [PathSet.Add] refuses: [Journeys.PathSet] counts it as unattributed. Times are left out where a touch has none.
func (j *Journeys) Paths() iter.Seq[Path] {
	return func(yield func(Path) bool) {
		all := j.group()
		for _, key := range slices.Sorted(maps.Keys(all)) {
			if !j.walk(all[key], yield) {
				return
			}
		}
	}
}

func (j *Journeys) group() map[string]*journey {
	all := make(map[string]*journey)
	of := func(key string) *journey {
		if all[key] == nil {
			all[key] = new(journey)
		}
		return all[key]
	}
	for _, t := range j.touches {
		key, _, _ := j.key(t.Person, t.Account)
		of(key).touches = append(of(key).touches, t)
	}
	for _, t := range j.loose {
		key, _, _ := j.key(t.Person, t.Account)
		of(key).touches = append(of(key).touches, t)
	}
	for _, c := range j.won {
		key, _, _ := j.key(c.Person, c.Account)
		of(key).won = append(of(key).won, c)
	}
	for _, c := range j.wonMore {
		key, _, _ := j.key(c.Person, c.Account)
		of(key).won = append(of(key).won, c)
	}
	return all
}

func (j *Journeys) walk(x *journey, yield func(Path) bool) bool {
	slices.SortFunc(x.touches, touchpoint.Touch.Compare)
	slices.SortFunc(x.won, Conversion.compare)
	touches := x.touches
	if j.cfg.By == ByAccount {
		touches = moments(touches)
	}
	for _, c := range x.won {
		n := 0
		for n < len(touches) && !touches[n].At.After(c.At) {
			n++
		}
		p := j.path(touches[:n])
		p.Conversions, p.Value, p.ConvertedAt = 1, c.Value, c.At
		if len(p.Times) == 0 {
			p.ConvertedAt = time.Time{}
		}
		if p.Account == "" {
			p.Account = c.Account
		}
		if !yield(p) {
			return false
		}
		touches = touches[n:]
	}
	if len(touches) == 0 {
		return true
	}
	p := j.path(touches)
	p.Nulls = 1
	return yield(p)
}

// moments keeps the first of the touches with equal Source and ID.
func moments(touches []touchpoint.Touch) []touchpoint.Touch {
	seen := make(map[touchID]bool, len(touches))
	var out []touchpoint.Touch
	for _, t := range touches {
		id := touchID{source: t.Source, id: t.ID}
		if t.ID != "" && seen[id] {
			continue
		}
		seen[id] = true
		out = append(out, t)
	}
	return out
}

func (j *Journeys) path(touches []touchpoint.Touch) Path {
	var p Path
	timed := true
	for _, t := range touches {
		p.Steps = append(p.Steps, j.name(t))
		p.Times = append(p.Times, t.At)
		p.Actors = append(p.Actors, Actor{t.Person, t.Seat})
		p.Account = t.Account
		timed = timed && !t.At.IsZero()
	}
	if !timed {
		p.Times = nil
	}
	return p
}

// PathSet returns all paths as a set, with the conversions before which nothing was touched as unattributed.
func (j *Journeys) PathSet() (*PathSet, error) {
	set := new(PathSet)
	for p := range j.Paths() {
		var err error
		if len(p.Steps) == 0 {
			err = set.AddUnattributed(p.Conversions, p.Value)
		} else {
			err = set.Add(p)
		}
		if err != nil {
			return nil, err
		}
	}
	return set, nil
}
