// Package object holds object-centric logs: events that are each about any number of typed objects, such as an order, its items and the
// persons who dealt with them.
//
// # Which part to use
//
//   - A file of another tool: [ParseOCEL] reads the JSON form of OCEL 2.0, [Log.AppendOCEL] writes it.
//   - A log of journeys: [FromLog] makes persons, accounts and the objects of events its objects.
//   - Journeys again: [Log.Flatten] makes one journey of each object of a type; [Log.Quality] says beforehand what that loses.
//   - What belongs together: [Log.Components], or [Log.Executions] around the objects of one type where nearly everything is connected.
//
// The directly-follows graph of a log is in package discovery (ObjectDFG).
//
// # The model
//
// A journey belongs to one person or case; an event may be about many things at once, and every flattening to one kind of case repeats
// some events and loses others (van der Aalst 2019). Nothing is dropped when a file is read: what does not fit is reported.
//
// # Cost
//
// Reading, flattening and components are O(events and relations), sorting apart. Executions are O(objects of the leading type × what they
// reach).
//
// # References
//
// Van der Aalst 2019, "Object-centric process mining", SEFM. Adams, Schuster, Schmitz, Schuh & van der Aalst 2022, "Defining cases and
// variants for object-centric event data", ICPM. Berti et al. 2024, "OCEL (Object-centric event log) 2.0 specification".
package object
