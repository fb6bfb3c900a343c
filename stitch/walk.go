package stitch

// walker finds components. It marks what it has seen with a generation, so that starting anew costs nothing.
type walker struct {
	profiles, values, combos []uint32
	components               []uint32 // by their first member
	generation               uint32
	queue                    []uint32
	level                    Level
}

// start begins a new walk over a store.
func (w *walker) start(s *store) {
	w.profiles, w.values, w.combos = grow(w.profiles, s.profiles.len()), grow(w.values, s.values.len()), grow(w.combos, s.combos.len())
	w.components = grow(w.components, s.profiles.len())
	w.generation++
}

func grow(marks []uint32, n int) []uint32 {
	if n <= len(marks) {
		return marks
	}
	return append(marks, make([]uint32, n-len(marks)+n/4)...)
}

// seen reports whether a profile was reached in this walk.
func (w *walker) seen(p uint32) bool { return w.profiles[p] == w.generation }

// first reports whether a component, named by its first member, comes up for the first time in this walk.
func (w *walker) first(member uint32) bool {
	seen := w.components[member] == w.generation
	w.components[member] = w.generation
	return !seen
}

// explore returns the profiles that rules and judgements can reach from a start, by profile id. The list is good until the
// next call.
func (w *walker) explore(e *eval, start uint32) []uint32 {
	w.level = e.s.profiles.at(start).level
	w.profiles[start] = w.generation
	w.queue = append(w.queue[:0], start)
	for i := 0; i < len(w.queue); i++ {
		w.neighbours(e, w.queue[i])
	}
	e.s.sortProfiles(w.queue)
	return w.queue
}

// reach adds a profile of the level that is walked, once.
func (w *walker) reach(e *eval, q uint32) {
	if w.profiles[q] == w.generation {
		return
	}
	if p := e.s.profiles.at(q); p.level == w.level && p.active > 0 {
		w.profiles[q] = w.generation
		w.queue = append(w.queue, q)
	}
}

// neighbours reaches every profile that may be linked with a profile; each value is walked once.
func (w *walker) neighbours(e *eval, i uint32) {
	p := e.s.profiles.at(i)
	p.eachHeld(func(v uint32, _, last int64) {
		rules := e.s.use(v).same[p.level]
		if len(rules) == 0 || w.values[v] == w.generation {
			return
		}
		x := e.s.values.at(v)
		if len(x.holders) < 2 || !x.unites() || !e.anyAlive(rules, last) {
			return
		}
		w.values[v] = w.generation
		for _, q := range x.holders {
			w.reach(e, q)
		}
	})
	for _, code := range p.words().combos {
		c := e.s.combos.at(code)
		if r := &e.s.c.rules[c.rule]; r.effect == Same && r.level == p.level && len(c.holders) > 1 && w.combos[code] != w.generation {
			w.combos[code] = w.generation
			for _, q := range c.holders {
				w.reach(e, q)
			}
		}
	}
	for _, f := range p.words().judgements {
		if j, ok := e.s.facts[f].body.(Judgement); ok && j.Verdict == Always {
			for _, id := range [...]ProfileID{j.A, j.B} {
				if q, ok := e.s.codeOf(id); ok {
					w.reach(e, q)
				}
			}
		}
	}
	if e.s.c.scored[p.level] {
		for id := range e.s.c.config.Scorer.Candidates(e.s.profile(p)) {
			if q, ok := e.s.codeOf(id); ok {
				w.reach(e, q)
			}
		}
	}
}

// anyAlive reports whether a value last seen at a time can still carry a link by one of the rules.
func (e *eval) anyAlive(rules []int, last int64) bool {
	alive := false
	for _, i := range rules {
		r := &e.s.c.rules[i]
		if e.inForce(r) && (r.first || e.live(after(last, r.lapse))) {
			alive = true
		}
	}
	return alive
}
