package b2b

// PersonID names one natural person, or the profile key under which that person's traces are stored until package
// stitch resolves it. The empty string is unknown: an anonymous visitor has no person yet.
type PersonID string

// AccountID names one organisation that buys. The empty string is unknown.
type AccountID string

// DealID names one purchase under negotiation: an opportunity, a tender, a quotation. The empty string is unknown.
type DealID string

// SeatID names a kind of place at the table of a buying group, such as "expert", "legal" or "buyer". Seats are an open
// vocabulary; the closed roles of Webster and Wind (1972) are dmu.Role. Files call a seat "role". The empty string is
// unknown.
type SeatID string
