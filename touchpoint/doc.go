// Package touchpoint says what a touchpoint (klantcontactpunt) is, who controls it and how it recurs, and keeps the
// catalogue of them.
//
// A touchpoint is an influenceable moment of contact within one phase of the decision journey that leads to the next
// phase. Build a [Catalogue] with [NewCatalogue], resolve the names of other systems with [Catalogue.Resolve], and ask
// [Catalogue.Control] and [Catalogue.InContactStrategy] the question of every contact strategy: can we steer or initiate
// this moment? A [Touch] is one recorded contact of one person; package journey turns touches into journeys, package
// attribution into paths.
//
// # Who should use what
//
//   - experience: how a touchpoint was felt (NPS, CSAT, CES, level against a benchmark, development over time);
//   - importance: which touchpoints matter, from surveys;
//   - attribution: what each contributed to conversions, from recorded paths;
//   - strategy: which information is missing where, and what to improve first.
//
// # Example
//
//	c, err := touchpoint.NewCatalogue([]touchpoint.Touchpoint{{
//		ID: "site", Channel: "website", Mode: touchpoint.Online, Owner: touchpoint.Brand, Initiator: touchpoint.ByCustomer,
//		Phase: b2b.Attract, LeadsTo: b2b.Convince, Aliases: []string{"www.example.org"},
//	}}, touchpoint.ControlPolicy{})
//	degree, ok := c.Control("site")        // 0.7, true: ours, but the customer comes to us
//	in, ok := c.InContactStrategy("site")  // true, true
//
// # Control
//
// The degree of control is a base by owner (Brand 1.0, Partner 0.6, Customer 0.2, Social 0.3 online and 0.1 otherwise),
// times 0.7 unless the firm begins the contact. Lemon and Verhoef name the four owners but publish no numbers: these are
// ours, and [ControlPolicy] changes them. An explicit degree wins. Unknown owner or initiator: unknown, never 0. A
// touchpoint is influenceable (beïnvloedbaar) from 0.15: an online review (0.3·0.7 = 0.21) is, talk at a network drink
// (0.1·0.7 = 0.07) is not. Control is not the question whether the seller moves here; package journey asks that one.
//
// # Two axes that must not be mixed
//
// A one-off touchpoint is sometimes called "static customer experience" and a recurring one "dynamic". In the literature
// (Kranzbühler and others 2018) static experience is the experience at one moment and dynamic experience is how it
// develops. So [Recurrence] is a property of a touchpoint, static and dynamic are ways to evaluate, and recurrence only
// gives a default emphasis ([Recurrence.Emphasis]): OneOff is looked at statically, Recurring dynamically, Temporary
// statically inside its window.
//
// # Limits
//
// Channels and personas are open names. Whether a touchpoint is shared between roles or identifies one is asked of
// journeys, not of the catalogue. Lookups are O(1), construction O(n log n).
//
// # References
//
//   - Lemon, K.N., Verhoef, P.C. (2016). Understanding customer experience throughout the customer journey. Journal of
//     Marketing 80(6), 69–96.
//   - Kranzbühler, A.-M., Kleijnen, M.H.P., Morgan, R.E., Teerling, M. (2018). The multilevel nature of customer experience
//     research. International Journal of Management Reviews 20(2), 433–456.
package touchpoint
