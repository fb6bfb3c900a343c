package dmu

import (
	"strconv"

	"github.com/buyerjourney/b2b"
)

// AlternativeID names something that the group can choose.
type AlternativeID string

// Alternative is something that the group can choose at a moment: brands are added to the list and drop off it. The zero
// value is no alternative, since one has an ID.
type Alternative struct {
	ID        AlternativeID
	Ours      bool // our own offer
	StatusQuo bool // leaving things as they are
}

// CheckAlternatives reports ids that are empty or repeated, more than one alternative of ours, and more than one status quo.
func CheckAlternatives(alternatives []Alternative) error {
	var p b2b.Problems
	seen := make(map[AlternativeID]int, len(alternatives))
	ours, quo := -1, -1
	for i, a := range alternatives {
		path := "alternatives[" + strconv.Itoa(i) + "]"
		if a.ID == "" {
			p.Add(path+".id", "empty")
		} else if j, dup := seen[a.ID]; dup {
			p.Addf(path+".id", "same as alternatives[%d]", j)
		} else {
			seen[a.ID] = i
		}
		if a.Ours {
			if ours >= 0 {
				p.Addf(path+".ours", "alternatives[%d] is ours already", ours)
			}
			ours = i
		}
		if a.StatusQuo {
			if quo >= 0 {
				p.Addf(path+".status_quo", "alternatives[%d] is the status quo already", quo)
			}
			quo = i
		}
	}
	return p.Err()
}
