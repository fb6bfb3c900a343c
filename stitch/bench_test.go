package stitch_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/gen/identity"
	"github.com/buyerjourney/b2b/stitch"
)

// worldFacts turns a generated world into facts.
func worldFacts(w *identity.World) []stitch.Fact {
	facts := make([]stitch.Fact, 0, len(w.Observations))
	for _, o := range w.Observations {
		b := stitch.Seen{Profile: pid(o.Source, o.Profile), Level: stitch.Person}
		if o.Company >= 0 {
			b.Level = stitch.Account
		}
		add := func(k stitch.Kind, system, raw string) {
			if raw == "" {
				return
			}
			if id, err := stitch.NewIdentifier(k, system, raw, nil); err == nil {
				b.Identifiers = append(b.Identifiers, id)
			}
		}
		add(stitch.Email, "", o.Email)
		add(stitch.Phone, "", o.Phone)
		add(stitch.Cookie, "web", o.Cookie)
		add(stitch.Login, o.Source, o.Login)
		add(stitch.Device, "", o.Device)
		add(stitch.IP, "", o.IP)
		add(stitch.VAT, "", o.VAT)
		add(stitch.Domain, "", o.Domain)
		add(stitch.IPPrefix, "", o.Prefix)
		add(stitch.CompanyName, "NL", o.CompanyName)
		if o.Given != "" && o.Surname != "" {
			add(stitch.PersonName, "", o.Given+" "+o.Surname)
		}
		facts = append(facts, stitch.Fact{ID: o.ID, Occurred: o.At, RecordedAt: o.Recorded, By: o.Source, Body: b})
		if o.Consent && o.Grants {
			facts = append(facts, stitch.Fact{
				ID: o.ID + "c", Occurred: o.At, RecordedAt: o.Recorded, By: o.Source,
				Body: stitch.Consent{Profile: b.Profile, Purpose: "analytics", State: stitch.Granted},
			})
		}
	}
	return facts
}

var worlds = map[int][]stitch.Fact{}

func worldOf(n int) *identity.World { return identity.New(rand.NewPCG(1, 0), n) }

func world(n int) []stitch.Fact {
	if worlds[n] == nil {
		worlds[n] = slices.Clone(worldFacts(worldOf(n))[:n]) // and let go of the rest
	}
	return worlds[n]
}

var worldEnd = identity.Epoch.Add(identity.Span)

func sizes(b *testing.B) []int {
	b.Helper()
	if testing.Short() {
		return []int{1e2, 1e4}
	}
	return []int{1e2, 1e4, 1e5, 1e6}
}

func sizeName(n int) string { return fmt.Sprintf("%.0e", float64(n)) }

func BenchmarkBatch(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(sizeName(n), func(b *testing.B) {
			facts := world(n)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := stitch.Batch(context.Background(), stitch.Config{Rules: stitch.StarterRules()}, facts, b2b.View{At: worldEnd}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(facts)), "ns/fact")
		})
	}
}

// filled returns a resolver that holds a world, and the bytes of memory per fact.
func filled(b *testing.B, n int) (*stitch.Resolver, float64) {
	b.Helper()
	facts := world(n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r, err := stitch.New(stitch.Config{Rules: stitch.StarterRules()})
	if err != nil {
		b.Fatal(err)
	}
	for part := range slices.Chunk(facts, 10000) {
		if _, _, err := r.Apply(part...); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	return r, float64(after.HeapAlloc-before.HeapAlloc) / float64(len(facts))
}

// BenchmarkResolverApply takes one Seen with three identifiers of a person who may be known.
func BenchmarkResolverApply(b *testing.B) {
	for _, n := range []int{1e4, 1e5, 1e6} {
		if testing.Short() && n > 1e4 {
			continue
		}
		b.Run(sizeName(n), func(b *testing.B) {
			r, perFact := filled(b, n)
			b.ReportAllocs()
			var took []time.Duration
			i := 0
			at := worldEnd.AddDate(0, 0, 3)
			r.Advance(at) // what expires by then is not the facts' to pay
			for b.Loop() {
				i++
				p := (i * 7919) % (n / 5)
				if i%(n/5) == 0 {
					b.Fatal("more turns than people: entities would grow without end")
				}
				f := stitch.Fact{ID: fmt.Sprint("new", i), Occurred: at, Body: stitch.Seen{Profile: pid("web", fmt.Sprint("n", i)), Level: stitch.Person, Identifiers: []stitch.Identifier{
					stitch.MustIdentifier(stitch.Cookie, "web", fmt.Sprint("n", i)), stitch.MustIdentifier(stitch.Login, "desk", fmt.Sprint("u", p)),
					stitch.MustIdentifier(stitch.Email, "", fmt.Sprintf("n%d@bouw%d.nl", i, p%max(1, n/50))),
				}}}
				start := time.Now() //nolint:forbidigo // a benchmark of single calls
				if _, _, err := r.Apply(f); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start)) //nolint:forbidigo // likewise
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
			b.ReportMetric(perFact, "bytes/fact")
		})
	}
}

// clique applies g profiles that share one login, beside a world.
func clique(b *testing.B, n, g int) *stitch.Resolver {
	b.Helper()
	r, _ := filled(b, n)
	var facts []stitch.Fact
	for i := range g {
		facts = append(facts, stitch.Fact{ID: fmt.Sprint("k", i), Occurred: worldEnd.Add(time.Duration(i) * time.Second), Body: stitch.Seen{
			Profile: pid("k", strconv.Itoa(i)), Level: stitch.Person,
			Identifiers: []stitch.Identifier{stitch.MustIdentifier(stitch.Login, "k", "one")},
		}})
	}
	if _, _, err := r.Apply(facts...); err != nil {
		b.Fatal(err)
	}
	return r
}

// BenchmarkUnlink says Never, and retracts it, in turn, in a component of g profiles.
func BenchmarkUnlink(b *testing.B) {
	for _, n := range []int{1e4, 1e6} {
		if testing.Short() && n > 1e4 {
			continue
		}
		for _, g := range []int{10, 1000} {
			b.Run(fmt.Sprintf("store=%s/component=%d", sizeName(n), g), func(b *testing.B) {
				r := clique(b, n, g)
				r.Advance(worldEnd.AddDate(0, 0, 4))
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					i++
					f := stitch.Fact{ID: fmt.Sprint("n", i), Occurred: worldEnd.AddDate(0, 0, 4).Add(time.Duration(i) * time.Millisecond)}
					f.Body = stitch.Judgement{A: pid("k", "0"), B: pid("k", "1"), Verdict: stitch.NeverSame}
					if i%2 == 0 {
						f.Body = stitch.Retract{Fact: fmt.Sprint("n", i-1)}
					}
					if _, _, err := r.Apply(f); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkVisitor resolves one person whom the site saw n times from one address, with a word on consent each time.
func BenchmarkVisitor(b *testing.B) {
	for _, n := range []int{1e2, 1e3, 1e4} {
		b.Run(sizeName(n), func(b *testing.B) {
			facts := []stitch.Fact{{ID: "owner", Occurred: worldEnd.AddDate(0, -2, 0), Body: stitch.Seen{
				Profile: pid("erp", "1"), Level: stitch.Account, Identifiers: []stitch.Identifier{stitch.MustIdentifier(stitch.IPPrefix, "", "20.0.0.0/24")},
			}}}
			for i := range n {
				at := worldEnd.Add(time.Duration(i-n) * time.Hour)
				facts = append(facts,
					stitch.Fact{ID: fmt.Sprint("c", i), Occurred: at, Body: stitch.Consent{Profile: pid("web", "1"), Purpose: "analytics", State: stitch.Granted}},
					stitch.Fact{ID: fmt.Sprint("v", i), Occurred: at, Body: stitch.Seen{
						Profile: pid("web", "1"), Level: stitch.Person, Identifiers: []stitch.Identifier{stitch.MustIdentifier(stitch.IP, "", "20.0.0.7")},
					}})
			}
			b.ReportAllocs()
			for b.Loop() {
				s, _, err := stitch.Batch(context.Background(), stitch.Config{Rules: stitch.StarterRules()}, facts, b2b.View{At: worldEnd})
				if err != nil || len(s.Affiliations(slices.Collect(s.Entities(stitch.Person))[0], worldEnd)) != 1 {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(facts)), "ns/fact")
		})
	}
}

func BenchmarkExplain(b *testing.B) {
	s := clique(b, 1e4, 100).Snapshot()
	b.ReportAllocs()
	for b.Loop() {
		if !s.Explain(pid("k", "7"), pid("k", "93")).Together {
			b.Fatal("apart")
		}
	}
}

func BenchmarkCounterfactual(b *testing.B) {
	s := clique(b, 1e4, 100).Snapshot()
	b.ReportAllocs()
	for b.Loop() {
		if c := s.Counterfactual(pid("k", "7"), pid("k", "93")); len(c.Links) != 99 || !c.Verified {
			b.Fatal(len(c.Links))
		}
	}
}

// BenchmarkComponents finds the components of 3e6 keys under 5e6 edges.
func BenchmarkComponents(b *testing.B) {
	nodes, edges := 3_000_000, 5_000_000
	if testing.Short() {
		nodes, edges = 3000, 5000
	}
	r := rand.New(rand.NewPCG(1, 0))
	pairs := make([][2]uint32, edges)
	for i := range pairs {
		pairs[i] = [2]uint32{uint32(r.IntN(nodes)), uint32(r.IntN(nodes))}
	}
	b.Run(fmt.Sprintf("%.0ex%.0e", float64(nodes), float64(edges)), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			stitch.ComponentsOf(nodes, pairs)
		}
	})
}
