package journey

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
)

// Atlas holds the maps of an organisation by role, kind and version. The zero value is empty. It is immutable and safe for
// concurrent use.
type Atlas struct {
	maps []*Map // by seat, kind, start of validity, version
}

// NewAtlas returns the atlas of maps. Two maps of one role and kind whose windows overlap are an error, as is a map twice.
func NewAtlas(maps ...*Map) (*Atlas, error) {
	var p b2b.Problems
	for i, m := range maps {
		if m == nil {
			p.Add("maps["+strconv.Itoa(i)+"]", "nil")
			continue
		}
		for k := range i {
			o := maps[k]
			if o != nil && o.Seat == m.Seat && o.Kind == m.Kind && o.Valid.Overlaps(m.Valid) {
				p.Addf("maps["+strconv.Itoa(i)+"].valid", "overlaps that of maps[%d], which has the same role and kind", k)
			}
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	a := &Atlas{maps: slices.Clone(maps)}
	slices.SortStableFunc(a.maps, func(x, y *Map) int {
		return cmp.Or(cmp.Compare(x.Seat, y.Seat), cmp.Compare(x.Kind, y.Kind), x.Valid.From.Compare(y.Valid.From), cmp.Compare(x.Version, y.Version))
	})
	return a, nil
}

// Maps returns the maps by role, kind and start of validity.
func (a *Atlas) Maps() []*Map { return slices.Clone(a.maps) }

// At returns the map of a role and kind that is valid at t; ok is false if there is none.
func (a *Atlas) At(seat b2b.SeatID, kind Kind, t time.Time) (m *Map, ok bool) {
	for _, m := range a.maps {
		if m.Seat == seat && m.Kind == kind && m.Valid.Contains(t) {
			return m, true
		}
	}
	return nil, false
}

// Of returns the map by which a journey is judged: the one valid at its start. spans says that another version, or none, is valid
// at its end.
func (a *Atlas) Of(j Journey) (m *Map, spans, ok bool) {
	m, ok = a.At(j.Seat(), j.Kind(), j.Start())
	if !ok {
		return nil, false, false
	}
	return m, !m.Valid.Contains(j.End()), true
}
