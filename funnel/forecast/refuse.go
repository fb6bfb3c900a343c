package forecast

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
)

// RefusedError says that the data do not bear a forecast, with all reasons at once.
type RefusedError struct {
	Reasons []string
	Longest time.Duration // the longest horizon that the follow-up bears, where the horizon is a reason; else 0
}

// Error joins the reasons.
func (e *RefusedError) Error() string {
	return "no forecast: " + strings.Join(e.Reasons, "; ")
}

// Unwrap returns [b2b.ErrTooFew].
func (e *RefusedError) Unwrap() error { return b2b.ErrTooFew }

const minResolved = 20 // resolved deals below which nothing is forecast

// refuse returns every reason against a forecast.
func refuse(p *panel, horizon time.Duration) *RefusedError {
	r := &RefusedError{}
	resolved, open := 0, 0
	first := int64(math.MaxInt64)
	for i := range p.deals {
		last := false
		for j := p.from[i]; j < p.from[i+1]; j++ {
			first = min(first, p.rise[j])
			last = last || int(p.to[j]) >= len(p.places)
		}
		if last {
			resolved++
		}
		if p.open[i] >= 0 {
			open++
		}
	}
	if len(p.wins) == 0 {
		r.Reasons = append(r.Reasons, "no deal was ever won")
	}
	if resolved < minResolved {
		r.Reasons = append(r.Reasons, "fewer than 20 deals have ended")
	}
	if open == 0 && resolved > 0 {
		r.Reasons = append(r.Reasons, "extract holds closed deals only: censoring cannot be corrected")
	}
	if p.asOf <= p.begin {
		r.Reasons = append(r.Reasons, "as-of time outside the observation window")
	}
	if first < math.MaxInt64 {
		if follow := time.Duration(p.asOf-first) * time.Microsecond; horizon > follow {
			r.Longest = max(0, follow/day*day)
			r.Reasons = append(r.Reasons, "horizon longer than the observed follow-up; the longest is "+days(r.Longest))
		}
	}
	if len(r.Reasons) == 0 {
		return nil
	}
	return r
}

func days(d time.Duration) string { return strconv.Itoa(int(d/day)) + " days" }
