// Package stitch says who is who: which profiles of which systems are one person, which are one company, and who works
// where, under the user's own rules that say when to link, when not, and when no longer.
//
// Most callers collect [Fact] values, give them to a [Resolver] made by [New] with [StarterRules], and read a [Snapshot].
// Who has all facts at hand calls [Batch]; who runs on several machines uses [Holders], [Components] and
// [ResolveComponent]. Events stay stored under [ProfileID.String]; [Snapshot.PersonOf] and [Snapshot.AccountOf] turn
// these keys into ids when a log is built.
//
//	r, err := stitch.New(stitch.Config{Rules: stitch.StarterRules()})
//	…
//	mail, err := stitch.NewIdentifier(stitch.Email, "", "J.Jansen@Acme.nl", nil)
//	changes, report, err := r.Apply(stitch.Fact{
//		Occurred: then, RecordedAt: imported,
//		Body: stitch.Seen{Profile: stitch.ProfileID{Source: "crm", ID: "17"}, Level: stitch.Person, Identifiers: []stitch.Identifier{mail}},
//	})
//	person, ok := r.Snapshot().Person(stitch.ProfileID{Source: "crm", ID: "17"})
//
// # Model
//
// A resolution is a pure function of facts, rules and a [b2b.View]. A profile holds an identifier from the first time that
// it was seen with it until somebody says [Ended]; a later [Seen] begins a new period. An identifier that too many profiles
// hold is shared and proves nothing. Rules of effect [Same] give links; the links of one level, in a total order, unite
// clusters of profiles unless a judgement, a [Never] rule or a [Guard] stands between them (a constrained union in the
// manner of Kruskal 1956). The founder of a cluster, its pinned or first known member, gives the entity its id, so that ids
// too depend on nothing but the members: a merge keeps the older id, a split gives the parts the ids that they always had.
//
// Nothing is undone by guesswork: a link ends because its evidence does, and the component is derived anew. The same facts
// in any order and in batches of any size give the same answer, byte for byte.
//
// An account profile with a domain also holds that domain as a mail domain, and a person with an e-mail address holds its
// domain: that is how a person is affiliated with a company. An account is known from the first time that it was seen:
// importers of account records set Fact.Occurred to the time from which the record is true, and Fact.RecordedAt to the
// time of the import.
//
// # Limits
//
// A profile is of one level for good, the one that was recorded first. Guards count values of kinds that belong to a system
// (logins, cookies, CRM ids) per system. A rule with several Same conditions looks at no more than 16384 combinations of
// values of one profile. Names never unite persons by themselves, network addresses never unite anybody. Two facts with one
// id and different contents depend on the order of arrival: the first stays.
//
// # Cost
//
// [Resolver.Apply] takes time in the size of the components that the facts touch, whatever the size of the store; [Batch]
// takes O(n log n). A group of g holders of one value costs g steps, not g². Taking a [Snapshot] costs a small part of the
// store; [Resolver.View] resolves everything anew. A resolver keeps about 800 bytes per fact of three identifiers.
//
// # References
//
// J. B. Kruskal, On the shortest spanning subtree of a graph, Proc. AMS 7 (1956). R. T. Snodgrass, Developing
// Time-Oriented Database Applications in SQL (2000), for the two times of a view. ISO 7064, ISO 17442, ITU-T E.164, UTS 46.
package stitch
