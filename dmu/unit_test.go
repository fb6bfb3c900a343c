package dmu_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func day(n int) time.Time { return epoch.AddDate(0, 0, n) }

// The rules of which assignments hold, as the documentation of Unit states them.
func TestAssignments(t *testing.T) {
	manual := func(seat string, at int) dmu.Assignment {
		return dmu.Assignment{Seat: b2b.SeatID(seat), Source: dmu.Manual, RecordedAt: day(at)}
	}
	from := func(a dmu.Assignment, s dmu.Source) dmu.Assignment { a.Source = s; return a }
	not := func(a dmu.Assignment) dmu.Assignment { a.Dismissed = true; return a }
	for name, tt := range map[string]struct {
		in        []dmu.Assignment
		held      []b2b.SeatID
		conflicts []dmu.Conflict
	}{
		"nothing":                  {},
		"several seats":            {in: []dmu.Assignment{manual("user", 1), manual("legal", 2)}, held: []b2b.SeatID{"legal", "user"}},
		"the same from two":        {in: []dmu.Assignment{manual("user", 1), from(manual("user", 2), dmu.Inferred)}, held: []b2b.SeatID{"user"}},
		"inferred never overrides": {in: []dmu.Assignment{from(manual("user", 1), dmu.Imported), from(manual("legal", 2), dmu.Inferred)}, held: []b2b.SeatID{"user"}, conflicts: []dmu.Conflict{{Person: "p", Seat: "legal", Source: dmu.Inferred, Against: dmu.Imported}}},
		"manual overrides":         {in: []dmu.Assignment{manual("user", 1), from(manual("legal", 2), dmu.Imported)}, held: []b2b.SeatID{"user"}, conflicts: []dmu.Conflict{{Person: "p", Seat: "legal", Source: dmu.Imported, Against: dmu.Manual}}},
		"dismissed":                {in: []dmu.Assignment{from(manual("user", 1), dmu.Inferred), not(manual("user", 2))}},
		"inferred again":           {in: []dmu.Assignment{not(manual("user", 2)), from(manual("user", 3), dmu.Inferred)}, conflicts: []dmu.Conflict{{Person: "p", Seat: "user", Source: dmu.Inferred, Against: dmu.Manual, Dismissed: true}}},
		"imported again":           {in: []dmu.Assignment{not(manual("user", 2)), from(manual("user", 3), dmu.Imported)}, conflicts: []dmu.Conflict{{Person: "p", Seat: "user", Source: dmu.Imported, Against: dmu.Manual, Dismissed: true}}},
		"manual again":             {in: []dmu.Assignment{manual("user", 3), not(manual("user", 2))}, held: []b2b.SeatID{"user"}},
		"manual too early":         {in: []dmu.Assignment{manual("user", 1), not(manual("user", 2))}},
		"same day, later in list":  {in: []dmu.Assignment{not(manual("user", 2)), manual("user", 2)}, held: []b2b.SeatID{"user"}},
		"dismissed, other seat":    {in: []dmu.Assignment{not(manual("user", 2)), from(manual("legal", 3), dmu.Inferred)}, held: []b2b.SeatID{"legal"}},
	} {
		t.Run(name, func(t *testing.T) {
			u := must[dmu.Unit](t)(dmu.NewUnit(dmu.UnitConfig{Members: []dmu.Member{{ID: "p", Assignments: tt.in}}}))
			if got := u.Seats("p"); !slices.Equal(got, tt.held) {
				t.Errorf("holds %v, want %v", got, tt.held)
			}
			if diff := cmp.Diff(tt.conflicts, u.Conflicts()); diff != "" {
				t.Error(diff)
			}
			for _, s := range tt.held {
				if !slices.Equal(u.Holders(s), []b2b.PersonID{"p"}) {
					t.Errorf("nobody holds %s", s)
				}
			}
		})
	}
}

func TestAsOf(t *testing.T) {
	u := must[dmu.Unit](t)(dmu.NewUnit(dmu.UnitConfig{Members: []dmu.Member{{
		ID: "p", Reach: dmu.Engaged, ReachedAt: day(20),
		Assignments: []dmu.Assignment{
			{Seat: "user", Source: dmu.Manual, Valid: b2b.Window{From: day(1), To: day(10)}, RecordedAt: day(2)},
			{Seat: "decider", Source: dmu.Manual, Valid: b2b.Window{From: day(10)}, RecordedAt: day(15)},
		},
	}}}))
	for _, tt := range []struct {
		at, known int
		want      []b2b.SeatID
		reach     dmu.Reach
	}{
		{0, 100, nil, 0},
		{1, 100, []b2b.SeatID{"user"}, 0},
		{9, 1, nil, 0},
		{10, 100, []b2b.SeatID{"decider"}, 0},
		{12, 12, nil, 0},
		{12, 15, []b2b.SeatID{"decider"}, 0},
		{20, 100, []b2b.SeatID{"decider"}, dmu.Engaged},
	} {
		v := u.AsOf(b2b.View{At: day(tt.at), Known: day(tt.known)})
		m, _ := v.Member("p")
		if got := v.Seats("p"); !slices.Equal(got, tt.want) || m.Reach != tt.reach {
			t.Errorf("as of day %d, known at day %d: %v %v, want %v %v", tt.at, tt.known, got, m.Reach, tt.want, tt.reach)
		}
	}
	all := u.AsOf(b2b.View{})
	if diff := cmp.Diff(u.Members(), all.Members()); diff != "" {
		t.Errorf("no bound: %s", diff)
	}
}

func TestNewUnitReportsEverything(t *testing.T) {
	_, err := dmu.NewUnit(dmu.UnitConfig{
		BuyClass: 9,
		Members: []dmu.Member{
			{ID: "a", Primary: true},
			{ID: "a", Primary: true, Reach: 9},
			{Assignments: []dmu.Assignment{{Valid: b2b.Window{From: day(2), To: day(1)}}}, Interests: []dmu.Interest{{Weight: -1}}},
			{ID: "d", Posterior: []dmu.SeatP{{P: .6}, {Seat: "x", P: .6}, {Seat: "x", P: -1}}},
		},
		Outsiders:    []dmu.Outsider{{}, {ID: "o", Edges: []dmu.Edge{{"a", .5}, {"a", 2}, {"z", 0}}}},
		Alternatives: []dmu.Alternative{{ID: "x", Ours: true}, {ID: "x", Ours: true, StatusQuo: true}, {StatusQuo: true}},
		Ties:         []dmu.Tie{{"a", "z"}, {"", "a"}},
	})
	want := []string{
		"buy_class: no such value",
		"members[1].reach: no such value",
		"members[1].id: same as members[0]",
		"members[1].primary: members[0].primary is set already",
		"members[2].id: empty",
		"members[2].assignments[0].seat: empty",
		"members[2].assignments[0].source: unknown",
		"members[2].assignments[0].valid.to: not after from",
		"members[2].interests[0].criterion: empty",
		"members[2].interests[0].weight: not a finite number ≥ 0",
		"members[3].posterior[0].seat: empty",
		"members[3].posterior[2].seat: repeated",
		"members[3].posterior[2].p: outside [0,1]",
		"outsiders[0].id: empty",
		"outsiders[1].edges[1].member: repeated",
		"outsiders[1].edges[1].weight: outside [0,1]",
		"outsiders[1].edges[2].member: not a member",
		"alternatives[1].id: same as alternatives[0]",
		"alternatives[1].ours: alternatives[0] is ours already",
		"alternatives[2].id: empty",
		"alternatives[2].status_quo: alternatives[1] is the status quo already",
		"ties[0].to: not a member",
		"ties[1].from: not a member",
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
	if !errors.Is(err, b2b.ErrInvalid) {
		t.Error("not ErrInvalid")
	}
}

// base is a unit with two members who know one another and an outsider.
func base(t testing.TB) dmu.Unit {
	t.Helper()
	return must[dmu.Unit](t)(dmu.NewUnit(dmu.UnitConfig{
		Members: []dmu.Member{
			{ID: "a", Title: "CIO", Reach: dmu.Known, Assignments: []dmu.Assignment{{Seat: "decider", Source: dmu.Manual}}},
			{
				ID: "b", Primary: true, Reach: dmu.Engaged, Interests: []dmu.Interest{{"price", 1}},
				Posterior:   []dmu.SeatP{{"user", .5}},
				Assignments: []dmu.Assignment{{Seat: "user", Source: dmu.Imported}},
			},
			{ID: "c"},
		},
		Outsiders: []dmu.Outsider{{ID: "o", Kind: dmu.Department, Edges: []dmu.Edge{{"a", .1}, {"b", .3}}}},
		Ties:      []dmu.Tie{{"a", "b"}, {"b", "a"}, {"c", "a"}, {"c", "b"}},
	}))
}

func TestWith(t *testing.T) {
	u := base(t)
	dismiss := dmu.Dismiss{Person: "a", Seat: "decider", At: day(3)}
	changes := []dmu.Change{
		dmu.AddMember{dmu.Member{ID: "d"}},
		dmu.RemoveMember{"nobody"}, // no change
		dmu.SetReach{"a", dmu.Contacted, day(1)},
		dmu.SetReach{"a", dmu.Contacted, day(1)}, // again: no change
		dismiss,
		dismiss, // again: no change
		dmu.Assign{"d", dmu.Assignment{Seat: "legal", Source: dmu.Manual}},
		dmu.ReplaceMember{dmu.Member{ID: "c", Title: "COO"}},
		dmu.Rename{"nobody", "x"}, // no change
	}
	v, done, err := u.With(changes...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]dmu.Change{changes[0], changes[2], changes[4], changes[6], changes[7]}, done); diff != "" {
		t.Error(diff)
	}
	m, _ := v.Member("c")
	if v.Len() != 4 || len(v.Seats("a")) != 0 || m.Title != "COO" || !slices.Equal(v.Seats("d"), []b2b.SeatID{"legal"}) {
		t.Errorf("%+v", v.Members())
	}
	if diff := cmp.Diff(base(t).Members(), u.Members()); diff != "" {
		t.Errorf("the receiver changed: %s", diff)
	}
	_, done, err = u.With(dmu.AddMember{dmu.Member{ID: "a"}}, dmu.SetReach{Person: "z"}, nil, dmu.SetReach{"a", 9, day(1)}, dmu.Rename{"a", ""})
	want := "changes[0].member.id: a member already\nchanges[1].person: not a member\nchanges[2]: nil\n" +
		"changes[3].members[0].reach: no such value\nchanges[4].to: empty"
	if err == nil || err.Error() != want || done != nil {
		t.Errorf("%v\n%v", err, done)
	}
}

// Two profiles turn out to be one person: what is known is united, contradictions show.
func TestRename(t *testing.T) {
	v, done, err := base(t).With(dmu.Rename{From: "b", To: "a"})
	if err != nil || len(done) != 1 {
		t.Fatal(err, done)
	}
	a, _ := v.Member("a")
	if a.Title != "CIO" || a.Reach != dmu.Engaged || !a.Primary || len(a.Assignments) != 2 || len(a.Interests) != 1 || len(a.Posterior) != 1 {
		t.Errorf("%+v", a)
	}
	if diff := cmp.Diff([]dmu.Conflict{{Person: "a", Seat: "user", Source: dmu.Imported, Against: dmu.Manual}}, v.Conflicts()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]dmu.Tie{{"c", "a"}}, v.Ties()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]dmu.Edge{{"a", .3}}, v.Outsiders()[0].Edges); diff != "" {
		t.Error(diff)
	}
	w, _, err := base(t).With(dmu.Rename{From: "b", To: "z"})
	if err != nil || !slices.Equal(w.Seats("z"), []b2b.SeatID{"user"}) || w.Len() != 3 || w.Ties()[0] != (dmu.Tie{"a", "z"}) {
		t.Error(w, err)
	}
}

func TestForget(t *testing.T) {
	u := base(t)
	v, gone := u.Forget("b")
	want := b2b.Removed{Items: []b2b.RemovedItem{
		{What: "assignments", N: 1}, {What: "edges", N: 4}, {What: "interests", N: 1}, {What: "members", N: 1}, {What: "posteriors", N: 1},
	}}
	if diff := cmp.Diff(want, gone); diff != "" {
		t.Error(diff)
	}
	if v.Len() != 2 || len(v.Ties()) != 1 || len(v.Outsiders()[0].Edges) != 1 || u.Len() != 3 || len(u.Outsiders()[0].Edges) != 2 {
		t.Errorf("%+v", v)
	}
	if _, again := v.Forget("b"); !again.IsEmpty() {
		t.Error(again)
	}
}

// What a caller does to slices that it gave or got must not reach the unit.
func TestUnitSharesNothing(t *testing.T) {
	cfg := dmu.UnitConfig{
		Members:   []dmu.Member{{ID: "a", Assignments: []dmu.Assignment{{Seat: "user", Source: dmu.Manual}}}},
		Outsiders: []dmu.Outsider{{ID: "o", Edges: []dmu.Edge{{"a", .1}}}},
		Ties:      []dmu.Tie{{"a", "a"}},
	}
	u := must[dmu.Unit](t)(dmu.NewUnit(cfg))
	cfg.Members[0].Assignments[0].Seat, cfg.Outsiders[0].Edges[0].Weight, cfg.Ties[0].To = "x", 9, "x"
	u.Members()[0].Assignments[0].Seat, u.Outsiders()[0].Edges[0].Weight, u.Ties()[0].To = "x", 9, "x"
	m, _ := u.Member("a")
	m.Assignments[0].Seat = "x"
	if !slices.Equal(u.Seats("a"), []b2b.SeatID{"user"}) || u.Outsiders()[0].Edges[0].Weight != .1 || u.Ties()[0].To != "a" {
		t.Errorf("%+v", u)
	}
}

// State machine: changes against a naive model that keeps who is a member, with which records; an empty list of changes and
// a repeated one change nothing.
func propChanges(t *rapid.T) {
	var u dmu.Unit
	model := map[b2b.PersonID][]dmu.Assignment{}
	reach := map[b2b.PersonID]dmu.Reach{}
	person := rapid.SampledFrom([]b2b.PersonID{"a", "b", "c"})
	seat := rapid.SampledFrom([]b2b.SeatID{"user", "legal"})
	do := func(c dmu.Change, changes, fails bool) {
		v, done, err := u.With(c)
		if (err != nil) != fails || (err == nil && (len(done) == 1) != changes) {
			t.Fatalf("%+v: error %v, changed %v; want failure %v, change %v", c, err, done, fails, changes)
		}
		if err == nil {
			u = v
		}
	}
	t.Repeat(map[string]func(*rapid.T){
		"add": func(t *rapid.T) {
			id := person.Draw(t, "person")
			_, known := model[id]
			do(dmu.AddMember{dmu.Member{ID: id}}, true, known)
			if !known {
				model[id], reach[id] = []dmu.Assignment{}, dmu.ReachUnknown
			}
		},
		"remove": func(t *rapid.T) {
			id := person.Draw(t, "person")
			_, known := model[id]
			do(dmu.RemoveMember{id}, known, false)
			delete(model, id)
		},
		"assign": func(t *rapid.T) {
			id := person.Draw(t, "person")
			a := dmu.Assignment{
				Seat: seat.Draw(t, "seat"), Source: rapid.SampledFrom([]dmu.Source{dmu.Inferred, dmu.Imported, dmu.Manual}).Draw(t, "source"),
				RecordedAt: day(rapid.IntRange(0, 3).Draw(t, "recorded")), Dismissed: rapid.Bool().Draw(t, "dismissed"),
			}
			list, known := model[id]
			do(dmu.Assign{id, a}, known && !slices.Contains(list, a), !known)
			if known && !slices.Contains(list, a) {
				model[id] = append(list, a)
			}
		},
		"reach": func(t *rapid.T) {
			id := person.Draw(t, "person")
			r := rapid.SampledFrom([]dmu.Reach{dmu.Known, dmu.Engaged}).Draw(t, "reach")
			_, known := model[id]
			do(dmu.SetReach{Person: id, Reach: r}, known && reach[id] != r, !known)
			if known {
				reach[id] = r
			}
		},
		"": func(t *rapid.T) {
			if u.Len() != len(model) {
				t.Fatalf("%d members, want %d", u.Len(), len(model))
			}
			for id, list := range model {
				m, ok := u.Member(id)
				if !ok || !slices.Equal(m.Assignments, list) || m.Reach != reach[id] {
					t.Fatalf("%s: %+v, want %+v", id, m, list)
				}
				if got, want := u.Seats(id), naiveSeats(list); !slices.Equal(got, want) {
					t.Fatalf("%s holds %v, want %v of %+v", id, got, want, list)
				}
			}
			if _, done, err := u.With(); err != nil || done != nil {
				t.Fatal(err, done)
			}
		},
	})
}

// naiveSeats reads the rules word by word, quadratically.
func naiveSeats(list []dmu.Assignment) []b2b.SeatID {
	later := func(i, j int) bool { // record i is later than j
		c := list[i].RecordedAt.Compare(list[j].RecordedAt)
		return c > 0 || (c == 0 && i > j)
	}
	stands := func(i int) bool {
		for j, d := range list {
			if d.Dismissed && d.Seat == list[i].Seat && (!later(i, j) || list[i].Source != dmu.Manual) {
				return false
			}
		}
		return !list[i].Dismissed
	}
	strongest := dmu.UnknownSource
	for i, a := range list {
		if stands(i) {
			strongest = max(strongest, a.Source)
		}
	}
	seats := []b2b.SeatID{}
	for i, a := range list {
		if stands(i) && a.Source == strongest {
			seats = append(seats, a.Seat)
		}
	}
	slices.Sort(seats)
	return slices.Compact(seats)
}

func TestChanges(t *testing.T) { rapid.Check(t, propChanges) }

func TestTemplates(t *testing.T) {
	required := func(c dmu.BuyClass) (ids []b2b.SeatID) {
		for _, s := range dmu.DefaultTemplate(c).Seats() {
			if s.Required {
				ids = append(ids, s.ID)
			}
		}
		return ids
	}
	for c, want := range map[dmu.BuyClass][]b2b.SeatID{
		dmu.NewTask:         {"user", "influencer", "decider", "buyer", "legal", "budget"},
		dmu.ModifiedRebuy:   {"user", "decider", "buyer", "budget"},
		dmu.StraightRebuy:   {"user", "buyer"},
		dmu.UnknownBuyClass: {"user", "buyer"},
	} {
		if got := required(c); !slices.Equal(got, want) {
			t.Errorf("%v requires %v, want %v", c, got, want)
		}
	}
	legal, ok := dmu.DefaultTemplate(dmu.NewTask).Seat("legal")
	if !ok || legal.Importance != 2 || legal.Facets.Authorities != dmu.AuthoritiesOf(dmu.Legal) || legal.Max != 0 {
		t.Errorf("%+v", legal)
	}
	_, err := dmu.NewTemplate(dmu.Seat{}, dmu.Seat{ID: "a", Min: 2, Max: 1}, dmu.Seat{ID: "a", Min: -1, Importance: -1})
	want := "seats[0].id: empty\nseats[1].max: below min\nseats[2].id: same as seats[1]\nseats[2].min: negative\n" +
		"seats[2].importance: not a finite number ≥ 0"
	if err == nil || err.Error() != want {
		t.Error(err)
	}
}
