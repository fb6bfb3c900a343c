package simulation

import (
	"github.com/buyerjourney/b2b/journey"
)

// Load is the traffic of a department in the long run, at Config.Rate. Utilisation is λ·E[S]/(servers × share of open time). Wait is the
// mean wait in seconds of the M/M/c queue (Erlang C); it is known for a stable department that is always open and all of whose steps
// are exponential, exact if they have one mean.
type Load struct {
	Department  string
	Arrivals    float64 // per second
	Utilisation float64
	Wait        float64
	WaitKnown   bool
}

// loads solves the traffic equations λ = γ + λQ: the visits are their solution for a rate of one.
func (a *Analysis) loads() {
	s := a.model
	for d, x := range s.config.Departments {
		l := Load{Department: x.Name}
		work, exponential := 0.0, true
		for i, step := range s.steps {
			if s.department[i] == d {
				mean, _, _ := step.Duration.Moments()
				l.Arrivals += float64(s.config.Rate * a.Steps[i].Visits)
				work += float64(s.config.Rate * a.Steps[i].Visits * mean)
				exponential = exponential && (step.Duration.Family == journey.Exponential || a.Steps[i].Visits == 0)
			}
		}
		l.Utilisation = work / (float64(x.Servers) * x.openShare())
		if l.Arrivals > 0 && l.Utilisation < 1 && exponential && len(x.Hours) == 0 {
			if wait, ok := ErlangC(x.Servers, work); ok {
				mean := work / l.Arrivals
				l.Wait, l.WaitKnown = wait*mean/(float64(x.Servers)-work), true
			}
		}
		a.Loads = append(a.Loads, l)
	}
}

// ErlangC returns the probability that an arrival has to wait in an M/M/c queue with an offered load (arrival rate × mean service time);
// ok is false where the load is not below the number of servers. With 3 servers and load 2 it is 4/9.
func ErlangC(servers int, load float64) (p float64, ok bool) {
	if servers < 1 || !(load >= 0) || load >= float64(servers) {
		return 0, false
	}
	b := 1.0 // Erlang B by its recursion
	for k := 1; k <= servers; k++ {
		b = load * b / (float64(k) + float64(load*b))
	}
	rho := load / float64(servers)
	return b / (1 - rho + float64(rho*b)), true
}
