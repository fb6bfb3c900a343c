package stitch

import (
	"cmp"
	"slices"
)

// fill lets every waiting fact that is known by a time count, as know and activate do one by one: the observations and
// consents are sorted by profile once, and the lists of a profile are laid out one after the other.
func (s *store) fill(known int64) {
	var seen, consents []uint32
	for i := range s.facts {
		rec := &s.facts[i]
		if rec.state != factWaiting || rec.recorded > known {
			continue
		}
		happened := rec.occurred <= s.at
		switch {
		case rec.kind == bodySeen:
			seen = append(seen, uint32(i))
		case !happened:
			continue
		case rec.kind == bodyConsent:
			consents = append(consents, uint32(i))
		default:
			s.activate(uint32(i), nil)
		}
		if happened {
			rec.state = factActive
		}
	}
	order, first := s.byProfiles(consents)
	for p := range uint32(s.profiles.len()) {
		if facts := order[first[p]:first[p+1]]; len(facts) > 0 {
			x := s.profiles.at(p)
			x.consents = s.slabs.consents.take(len(facts))
			for _, f := range facts {
				x.consents = append(x.consents, s.consent(f))
			}
			slices.SortFunc(x.consents, s.compareConsents)
		}
	}
	order, first = s.byProfiles(seen)
	held := make([]uint32, s.values.len()) // by how many profiles
	var scratch []mention
	for p := range uint32(s.profiles.len()) {
		facts := order[first[p]:first[p+1]:first[p+1]]
		if len(facts) == 0 {
			continue
		}
		slices.SortFunc(facts, s.knownBefore)
		x := s.profiles.at(p)
		x.seens, x.level, x.recorded = facts, s.facts[facts[0]].level, s.facts[facts[0]].recorded
		scratch = s.mentioned(scratch[:0], x)
		s.observe(x, scratch)
		for i := range x.holdings {
			if i == 0 || x.holdings[i-1].value != x.holdings[i].value {
				held[x.holdings[i].value]++
			}
		}
	}
	s.list(held)
}

// byProfiles sorts facts about one profile each by profile, stably; those of p are order[first[p]:first[p+1]].
func (s *store) byProfiles(facts []uint32) (order, first []uint32) {
	first = make([]uint32, s.profiles.len()+2)
	for _, f := range facts {
		first[s.facts[f].profile+2]++
	}
	for i := 2; i < len(first); i++ {
		first[i] += first[i-1]
	}
	order = make([]uint32, len(facts))
	for _, f := range facts { // first[p+1] moves from the beginning of p to its end
		at := &first[s.facts[f].profile+1]
		order[*at] = f
		*at++
	}
	return order, first[:len(first)-1]
}

// mention is one value in one observation.
type mention struct {
	value, via, fact uint32
	t                int64
}

// mentioned appends what the observations of a profile that count mention, by value, via and time.
func (s *store) mentioned(out []mention, p *profile) []mention {
	for _, f := range p.seens {
		rec := &s.facts[f]
		if rec.state != factActive {
			continue
		}
		p.active++
		for _, v := range s.named(rec) {
			out = append(out, mention{value: v, via: none, fact: f, t: rec.occurred})
			if d := s.derived(v, rec.level); d != none {
				out = append(out, mention{value: d, via: v, fact: f, t: rec.occurred})
			}
		}
	}
	slices.SortFunc(out, func(a, b mention) int {
		if a.value != b.value {
			return cmp.Compare(a.value, b.value)
		}
		return cmp.Or(cmp.Compare(a.via, b.via), cmp.Compare(a.t, b.t), cmp.Compare(s.facts[a.fact].id, s.facts[b.fact].id))
	})
	return out
}

// observe makes the holdings of a profile from its sorted mentions.
func (s *store) observe(p *profile, mentions []mention) {
	n := 0
	for i, m := range mentions {
		if i == 0 || m.value != mentions[i-1].value || m.via != mentions[i-1].via {
			n++
		}
	}
	p.holdings = s.slabs.holdings.take(n)
	sights := s.slabs.sights.take(len(mentions))
	for i := 0; i < len(mentions); {
		m, from := mentions[i], len(sights)
		for ; i < len(mentions) && mentions[i].value == m.value && mentions[i].via == m.via; i++ {
			sights = append(sights, sight{mentions[i].t, mentions[i].fact})
		}
		h := holding{value: m.value, via: m.via, seen: sights[from:len(sights):len(sights)]}
		p.resum(&h)
		p.holdings = append(p.holdings, h)
	}
}

// list sets the holders of every value, accounts first, of which there are as many as counted.
func (s *store) list(held []uint32) {
	total := 0
	for _, n := range held {
		total += int(n)
	}
	all := make([]uint32, total)
	next := make([]uint32, len(held))
	at := uint32(0)
	for v, n := range held {
		next[v] = at
		at += n
	}
	write := func(accounts bool) {
		for p := range uint32(s.profiles.len()) {
			x := s.profiles.at(p)
			if (x.level == Account) != accounts {
				continue
			}
			for i := range x.holdings {
				if v := x.holdings[i].value; i == 0 || x.holdings[i-1].value != v {
					all[next[v]] = p
					next[v]++
				}
			}
		}
	}
	write(true)
	at = 0
	for v, n := range held {
		s.values.at(uint32(v)).accounts = next[v] - at
		at += n
	}
	write(false)
	at = 0
	for v, n := range held {
		if n > 0 {
			s.values.at(uint32(v)).holders = all[at : at+n : at+n]
		}
		at += n
	}
}
