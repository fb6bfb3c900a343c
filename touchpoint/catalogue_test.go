package touchpoint_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

func day(n int) time.Time { return time.Date(2024, 1, n, 0, 0, 0, 0, time.UTC) }

func catalogue(t testing.TB, points ...touchpoint.Touchpoint) *touchpoint.Catalogue {
	t.Helper()
	c, err := touchpoint.NewCatalogue(points, touchpoint.ControlPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestControl: the degrees are this library's own; the three in words are demanded by the specification, 2.1.
func TestControl(t *testing.T) {
	for _, c := range []struct {
		name  string
		point touchpoint.Touchpoint
		want  float64
		known bool
		in    bool // influenceable
	}{
		{"website visit", touchpoint.Touchpoint{Mode: touchpoint.Online, Owner: touchpoint.Brand, Initiator: touchpoint.ByCustomer}, 0.7, true, true},
		{"online review", touchpoint.Touchpoint{Mode: touchpoint.Online, Owner: touchpoint.Social, Initiator: touchpoint.ByThird}, 0.21, true, true},
		{"talk at a network drink", touchpoint.Touchpoint{Mode: touchpoint.Offline, Owner: touchpoint.Social, Initiator: touchpoint.ByThird}, 0.07, true, false},
		{"newsletter", touchpoint.Touchpoint{Owner: touchpoint.Brand, Initiator: touchpoint.ByFirm}, 1, true, true},
		{"dealer calls", touchpoint.Touchpoint{Owner: touchpoint.Partner, Initiator: touchpoint.ByPartner}, 0.42, true, true},
		{"customer's own use", touchpoint.Touchpoint{Owner: touchpoint.Customer, Initiator: touchpoint.ByCustomer}, 0.14, true, false},
		{"explicit wins", touchpoint.Touchpoint{Control: b2b.MustFraction(0)}, 0, true, false},
		{"owner unknown", touchpoint.Touchpoint{Initiator: touchpoint.ByFirm}, 0, false, false},
		{"initiator unknown", touchpoint.Touchpoint{Owner: touchpoint.Brand}, 0, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.point.ID, c.point.Phase, c.point.LeadsTo = "x", b2b.Grow, b2b.Attract // the loyalty loop leads back
			cat := catalogue(t, c.point)
			got, ok := cat.Control("x")
			if math.Abs(got-c.want) > 1e-15 || ok != c.known {
				t.Errorf("control %v, %v; want %v, %v", got, ok, c.want, c.known)
			}
			if in, ok := cat.InContactStrategy("x"); in != c.in || ok != c.known {
				t.Errorf("in the contact strategy: %v, %v", in, ok)
			}
		})
	}
}

func TestInContactStrategyNeedsPhases(t *testing.T) {
	base := touchpoint.Touchpoint{ID: "x", Owner: touchpoint.Brand, Initiator: touchpoint.ByFirm}
	for _, c := range []struct {
		phase, to b2b.Phase
		want      bool
	}{{b2b.Attract, b2b.Convince, true}, {b2b.Attract, b2b.Attract, false}, {b2b.UnknownPhase, b2b.Convince, false}, {b2b.Retain, b2b.UnknownPhase, false}} {
		base.Phase, base.LeadsTo = c.phase, c.to
		if in, ok := catalogue(t, base).InContactStrategy("x"); in != c.want || !ok {
			t.Errorf("%s to %s: %v, %v", c.phase, c.to, in, ok)
		}
	}
	if _, ok := catalogue(t, base).InContactStrategy("other"); ok {
		t.Error("a touchpoint that is not there has an answer")
	}
}

func TestCatalogueErrors(t *testing.T) {
	_, err := touchpoint.NewCatalogue([]touchpoint.Touchpoint{
		{ID: "a", Aliases: []string{"one", "b"}},
		{ID: "a", Recurrence: touchpoint.Temporary},
		{ID: "b", Aliases: []string{"one", ""}, Window: b2b.Window{From: day(3), To: day(3)}},
		{Mode: 99},
	}, touchpoint.ControlPolicy{})
	if !errors.Is(err, b2b.ErrInvalid) {
		t.Fatal(err)
	}
	var got []string
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		got = append(got, e.Error())
	}
	want := []string{
		"touchpoints[0].aliases[1]: is the id of touchpoints[2]",
		"touchpoints[1].window: missing on a temporary touchpoint",
		"touchpoints[1].id: same as touchpoints[0].id",
		"touchpoints[2].window: given on a touchpoint that is not temporary",
		"touchpoints[2].window.to: not after from",
		"touchpoints[2].aliases[1]: empty",
		"touchpoints[2].aliases[0]: claimed by touchpoints[0] too",
		"touchpoints[3].id: missing",
		"touchpoints[3].mode: no value of the enumeration",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestResolve(t *testing.T) {
	c := catalogue(t, touchpoint.Touchpoint{ID: "site", Aliases: []string{"www", "web"}}, touchpoint.Touchpoint{ID: "mail"})
	for name, want := range map[string]touchpoint.ID{"www": "site", "site": "site", "mail": "mail"} {
		if id, ok := c.Resolve(name); id != want || !ok {
			t.Errorf("%s is %q", name, id)
		}
	}
	if _, ok := c.Resolve("fax"); ok {
		t.Error("fax is known")
	}
	if _, ok := c.Lookup("www"); ok {
		t.Error("Lookup takes an alias")
	}
	if p := c.Phase("fax"); p != b2b.UnknownPhase {
		t.Error(p)
	}
}

func genTouchpoint(id string) *rapid.Generator[touchpoint.Touchpoint] {
	return rapid.Custom(func(t *rapid.T) touchpoint.Touchpoint {
		n := func(what string, most int) uint8 { return uint8(rapid.IntRange(0, most).Draw(t, what)) }
		p := touchpoint.Touchpoint{
			ID: touchpoint.ID(id), Name: rapid.SampledFrom([]string{"", "beurs <é> & \"co\""}).Draw(t, "name"),
			Channel: touchpoint.Channel(rapid.SampledFrom([]string{"", "website", "日本"}).Draw(t, "channel")),
			Mode:    touchpoint.Mode(n("mode", 3)), Medium: touchpoint.Medium(n("medium", 4)), Media: touchpoint.Media(n("media", 3)),
			Owner: touchpoint.Owner(n("owner", 4)), Initiator: touchpoint.Initiator(n("initiator", 4)), Kind: touchpoint.Kind(n("kind", 2)),
			Recurrence: touchpoint.Recurrence(n("recurrence", 3)), Visibility: touchpoint.Visibility(n("visibility", 3)),
			Phase: b2b.Phase(n("phase", 4)), LeadsTo: b2b.Phase(n("leads to", 4)),
		}
		if p.Recurrence == touchpoint.Temporary {
			p.Window = b2b.Window{From: day(1 + int(n("from", 5)))}
		}
		if n("explicit", 1) == 1 {
			p.Control = b2b.MustFraction(float64(n("control", 10)) / 10)
		}
		for i := range n("aliases", 2) {
			p.Aliases = append(p.Aliases, fmt.Sprint(id, " alias ", i))
		}
		if n("persona", 1) == 1 {
			p.Personas = []string{"cfo"}
		}
		return p
	})
}

// propCatalogue: JSON round trip is identity, the order of the argument changes nothing, indices lie in [0,1] and do not hang
// on the scale of the weights.
func propCatalogue(t *rapid.T) {
	var points []touchpoint.Touchpoint
	weights, scaled := map[touchpoint.ID]float64{"not there": 1}, map[touchpoint.ID]float64{"not there": 8}
	for i := range rapid.IntRange(0, 5).Draw(t, "n") {
		p := genTouchpoint(fmt.Sprint("t", i)).Draw(t, "touchpoint")
		points = append(points, p)
		w := float64(rapid.IntRange(0, 9).Draw(t, "weight"))
		weights[p.ID], scaled[p.ID] = w, 8*w
	}
	c, err := touchpoint.NewCatalogue(points, touchpoint.ControlPolicy{Partner: b2b.MustFraction(.5)})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back touchpoint.Catalogue
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	equal := cmp.AllowUnexported(b2b.Fraction{})
	if diff := cmp.Diff(slices.Collect(c.All()), slices.Collect(back.All()), equal); diff != "" || back.Policy() != c.Policy() {
		t.Fatal(diff)
	}
	rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
	other, err := touchpoint.NewCatalogue(points, c.Policy())
	if err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(other)
	if err != nil || string(again) != string(data) {
		t.Fatalf("%s\n%s\n%v", data, again, err)
	}
	g, err := c.Grip(weights)
	if err != nil {
		t.Fatal(err)
	}
	h, err := other.Grip(scaled)
	if err != nil || g != h { // a power of two: the same bits
		t.Errorf("%+v, scaled %+v, %v", g, h, err)
	}
	if i, b := g.ControlIndex.Or(0), g.BlindSpot.Or(0); i < 0 || i > 1 || b < 0 || b > 1 || g.UnknownWeight < 0 || g.UnknownWeight > 1 {
		t.Errorf("%+v", g)
	}
}

func TestCatalogueProperties(t *testing.T) { rapid.Check(t, propCatalogue) }
func FuzzCatalogueProperties(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propCatalogue)) }

func TestGrip(t *testing.T) {
	c := catalogue(t,
		touchpoint.Touchpoint{ID: "mail", Owner: touchpoint.Brand, Initiator: touchpoint.ByFirm},
		touchpoint.Touchpoint{ID: "drink", Owner: touchpoint.Social, Initiator: touchpoint.ByThird},
		touchpoint.Touchpoint{ID: "riddle"})
	g, err := c.Grip(map[touchpoint.ID]float64{"mail": 3, "drink": 1, "riddle": 4})
	if err != nil || math.Abs(g.ControlIndex.Or(-1)-(3+.07)/4) > 1e-15 || g.BlindSpot.Or(-1) != .25 || g.UnknownWeight != .5 {
		t.Errorf("%+v, %v", g, err)
	}
	if g, _ := c.Grip(nil); g.ControlIndex.IsKnown() || g.BlindSpot.IsKnown() {
		t.Errorf("without weights: %+v", g)
	}
	if _, err := c.Grip(map[touchpoint.ID]float64{"mail": math.NaN(), "drink": -1}); err == nil || len(err.(interface{ Unwrap() []error }).Unwrap()) != 2 {
		t.Error(err)
	}
}

func TestImportKeepsUnknownText(t *testing.T) {
	data := []byte(`{"policy":{},"touchpoints":[{"id":"a","owner":"klant","mode":"telepathic"},{"id":"b","recurrence":"eenmalig"}]}`)
	c, unmapped, err := touchpoint.ImportCatalogue(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]b2b.Unmapped{{Index: 0, Path: "touchpoints[0].mode", Text: "telepathic"}}, unmapped); diff != "" {
		t.Error(diff)
	}
	if a, _ := c.Lookup("a"); a.Owner != touchpoint.Customer || a.Mode != touchpoint.UnknownMode {
		t.Errorf("%+v", a)
	}
	if b, _ := c.Lookup("b"); b.Recurrence != touchpoint.OneOff || b.Recurrence.Emphasis() != touchpoint.Static {
		t.Errorf("%+v", b)
	}
	var strict touchpoint.Catalogue
	if err := strict.UnmarshalJSON(data); !errors.Is(err, b2b.ErrInvalid) || strict.Len() != 0 {
		t.Errorf("a configuration with unknown text: %v", err)
	}
}

func TestTouchOrder(t *testing.T) {
	base := touchpoint.Touch{ID: "1", Source: "crm", At: day(2), Seq: 1}
	later, seq, source, id, person := base, base, base, base, base
	later.At, seq.Seq, source.Source, id.ID, person.Person = day(3), 2, "web", "2", "p"
	sorted := []touchpoint.Touch{base, person, id, source, seq, later}
	got := []touchpoint.Touch{later, seq, source, id, person, base}
	slices.SortFunc(got, touchpoint.Touch.Compare)
	if diff := cmp.Diff(sorted, got); diff != "" {
		t.Error(diff)
	}
	zoned := base
	zoned.At = base.At.In(time.FixedZone("", 3600))
	if base.Compare(zoned) != 0 {
		t.Error("a zone changes the order")
	}
	if err := (touchpoint.Touch{Started: day(3), At: day(2), Exposure: 9}).Check(); err == nil || len(err.(interface{ Unwrap() []error }).Unwrap()) != 2 {
		t.Error(err)
	}
	if d := (touchpoint.Touch{Started: day(2), At: day(3)}).Duration(); d != 24*time.Hour {
		t.Error(d)
	}
	if at, assumed := base.Known(); at != base.At || !assumed {
		t.Error(at, assumed)
	}
}

func ExampleNewCatalogue() {
	c, err := touchpoint.NewCatalogue([]touchpoint.Touchpoint{{
		ID: "site", Channel: "website", Mode: touchpoint.Online, Owner: touchpoint.Brand, Initiator: touchpoint.ByCustomer,
		Phase: b2b.Attract, LeadsTo: b2b.Convince, Aliases: []string{"www.example.org"},
	}, {
		ID: "network drink", Mode: touchpoint.Offline, Owner: touchpoint.Social, Initiator: touchpoint.ByThird,
		Phase: b2b.Attract, LeadsTo: b2b.Convince,
	}}, touchpoint.ControlPolicy{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for t := range c.All() {
		degree, _ := c.Control(t.ID)
		in, _ := c.InContactStrategy(t.ID)
		fmt.Printf("%s: control %.2f, in the contact strategy: %v\n", t.ID, degree, in)
	}
	id, _ := c.Resolve("www.example.org")
	fmt.Println(id)
	// Output:
	// network drink: control 0.07, in the contact strategy: false
	// site: control 0.70, in the contact strategy: true
	// site
}
