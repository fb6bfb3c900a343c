package segment

import (
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
)

// Policy is how far an account is worked out under a treatment.
type Policy struct {
	Template     dmu.Template // the seats that coverage is measured against
	NamedMembers bool         // each required seat needs a person by name, not a probability
	// OnePerson: a group of one decides alone, so that its choice is the preference of that person (choice.Autocracy).
	OnePerson bool
}

// PolicyFor returns the policy of a treatment for a purchase of the class by a group of the given number of members. A team
// works out every required seat by name. Online only users and buyers are required: nobody of ours asks for the others.
func PolicyFor(treatment int, class dmu.BuyClass, members int) Policy {
	p := Policy{Template: dmu.DefaultTemplate(class), NamedMembers: treatment != Online, OnePerson: members == 1}
	if treatment == Online {
		seats := p.Template.Seats()
		for i := range seats {
			seats[i].Required = slices.Contains([]b2b.SeatID{"user", "buyer"}, seats[i].ID)
		}
		p.Template = dmu.MustTemplate(seats...)
	}
	return p
}
