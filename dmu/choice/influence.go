package choice

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// InfluenceConfig says who listens to whom.
type InfluenceConfig struct {
	// W[i][j] is the weight that member i gives to member j, i itself included; each row sums to 1 within 1e−9.
	W [][]float64
	// Susceptibility θ of each member in [0,1]: 1 follows the others wholly, 0 stays with the own initial opinion. Nil is 1.
	Susceptibility []float64
	// Outsiders[k][i] is the weight of outsider k, whose opinion is constant, in what member i hears; the sum over k is at
	// most 1 and comes off W's row.
	Outsiders [][]float64
}

// Influence is the opinion dynamics of Friedkin and Johnsen (1990) with a unique steady state: x(t+1) = ΘWx(t) + (I−Θ)u,
// where u are the initial opinions. Outsiders of constant opinion are part of what members hear.
//
// Beware of susceptibility 1 for all: under pure averaging one persistent outsider takes over everybody in the end.
// Stubbornness is what makes the model usable.
//
// Apply it once: either decide on [Influence.Apply] of the preferences with the weights that members have in the decision,
// or on the preferences as they are with the weights [Influence.Total]. Doing both counts the same influence twice. It is
// immutable and safe for concurrent use; the zero value is of no use.
type Influence struct {
	theta     []float64
	outsiders [][]float64
	lu        lu // of I − ΘW_F
}

// NoSteadyStateError says that the steady state is not unique: these members follow others wholly and hear, even through
// others, neither anybody with an opinion of his own nor an outsider. [NewDeGroot] knows their limit.
type NoSteadyStateError struct {
	Members []int // positions
}

// Error counts the members.
func (e *NoSteadyStateError) Error() string {
	return fmt.Sprintf("no unique steady state: %d members hear nobody with an opinion of their own", len(e.Members))
}

// NewInfluence checks the weights and prepares the steady state in O(D³). Where it is not unique, which is found on the graph
// before any arithmetic, the error is a [*NoSteadyStateError].
func NewInfluence(cfg InfluenceConfig) (*Influence, error) {
	var problems b2b.Problems
	n := len(cfg.W)
	checkStochastic(&problems, "w", cfg.W)
	f := &Influence{theta: slices.Clone(cfg.Susceptibility), outsiders: cloneRows(cfg.Outsiders)}
	if cfg.Susceptibility == nil {
		f.theta = slices.Repeat([]float64{1}, n)
	}
	if len(f.theta) != n {
		problems.Add("susceptibility", "not one per member")
	}
	for i, x := range f.theta {
		if !(x >= 0 && x <= 1) {
			problems.Add("susceptibility["+strconv.Itoa(i)+"]", "outside [0,1]")
		}
	}
	outside := make([]float64, n) // Σ_k b_ik
	for k, row := range f.outsiders {
		path := "outsiders[" + strconv.Itoa(k) + "]"
		if len(row) != n {
			problems.Add(path, "not one weight per member")
			continue
		}
		for i, b := range row {
			if !(b >= 0 && b <= 1) {
				problems.Add(path+"["+strconv.Itoa(i)+"]", "outside [0,1]")
			}
			outside[i] += b
		}
	}
	for i, b := range outside {
		if b > 1+tolerance {
			problems.Addf("outsiders", "the weights on member %d sum to more than 1", i)
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	a := make([][]float64, n) // ΘW_F
	for i := range a {
		a[i] = make([]float64, n)
		for j, w := range cfg.W[i] {
			a[i][j] = f.theta[i] * max(0, 1-outside[i]) * w
		}
	}
	if stuck := f.stuck(a, outside); len(stuck) > 0 {
		return nil, &NoSteadyStateError{Members: stuck}
	}
	for i := range a {
		for j := range a[i] {
			a[i][j] = -a[i][j]
		}
		a[i][i]++
	}
	var ok bool
	if f.lu, ok = factor(a); !ok {
		return nil, &NoSteadyStateError{Members: indices(n)}
	}
	return f, nil
}

func checkStochastic(problems *b2b.Problems, path string, w [][]float64) {
	if len(w) == 0 {
		problems.Add(path, "empty")
	}
	for i, row := range w {
		checkDistribution(problems, path+"["+strconv.Itoa(i)+"]", row, len(w))
	}
}

// stuck lists the members from whom no path leads to a member that keeps something of its own or hears an outsider.
func (f *Influence) stuck(a [][]float64, outside []float64) []int {
	n := len(a)
	free := make([]bool, n)
	var queue []int
	for i := range n {
		if f.theta[i] < 1 || outside[i] > 0 {
			free[i] = true
			queue = append(queue, i)
		}
	}
	for len(queue) > 0 {
		j := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for i := range n {
			if !free[i] && a[i][j] > 0 {
				free[i] = true
				queue = append(queue, i)
			}
		}
	}
	var list []int
	for i, ok := range free {
		if !ok {
			list = append(list, i)
		}
	}
	return list
}

// Steady returns the steady opinions x* = (I−ΘW_F)⁻¹(ΘW_O x_O + (I−Θ)u). u has a row per member and outside one per
// outsider; columns are topics, such as alternatives, each moved alike.
func (f *Influence) Steady(u, outside [][]float64) ([][]float64, error) {
	var problems b2b.Problems
	if len(u) != len(f.theta) {
		problems.Add("opinions", "not one row per member")
	}
	if len(outside) != len(f.outsiders) {
		problems.Add("outside", "not one row per outsider")
	}
	columns := 0
	if len(u) > 0 {
		columns = len(u[0])
	}
	for _, group := range []struct {
		path string
		rows [][]float64
	}{{"opinions", u}, {"outside", outside}} {
		for i, row := range group.rows {
			if len(row) != columns || !finite(row) {
				problems.Add(group.path+"["+strconv.Itoa(i)+"]", "not finite numbers, one per column")
			}
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	b := make([][]float64, len(u))
	for i, row := range u {
		b[i] = make([]float64, columns)
		for c, x := range row {
			b[i][c] = float64((1 - f.theta[i]) * x)
			for k, o := range outside {
				b[i][c] += float64(float64(f.theta[i]*f.outsiders[k][i]) * o[c])
			}
		}
	}
	return f.lu.solve(b), nil
}

// Apply returns the steady preferences of members with initial preferences p, and of outsiders with constant ones.
func (f *Influence) Apply(p Preferences, outside [][]float64) (Preferences, error) {
	x, err := f.Steady(p.p, outside)
	if err != nil {
		return Preferences{}, err
	}
	var problems b2b.Problems
	for k, row := range outside {
		checkDistribution(&problems, "outside["+strconv.Itoa(k)+"]", row, len(p.alternatives))
	}
	if err := problems.Err(); err != nil {
		return Preferences{}, err
	}
	for i := range x { // rounding must not leave the simplex
		for a := range x[i] {
			x[i][a] = max(0, x[i][a])
		}
		x[i] = scaled(x[i])
	}
	p.p = x
	return p, nil
}

// Total returns each member's total influence on the group: the column means of V. They sum to 1 where there are no
// outsiders, and to less by what outsiders have.
func (f *Influence) Total() []float64 {
	n := len(f.theta)
	y := f.lu.solveTransposed(slices.Repeat([]float64{1 / float64(n)}, n))
	for i := range y {
		y[i] *= 1 - f.theta[i]
	}
	return y
}

// V returns the matrix (I−ΘW_F)⁻¹(I−Θ) of effects of initial on steady opinions, in O(D³). Its rows sum to 1 without
// outsiders.
func (f *Influence) V() [][]float64 {
	b := make([][]float64, len(f.theta))
	for i := range b {
		b[i] = make([]float64, len(f.theta))
		b[i][i] = 1 - f.theta[i]
	}
	return f.lu.solve(b)
}

// OutsiderShare returns by member and outsider the share of the steady opinion that comes from the outsider.
func (f *Influence) OutsiderShare() [][]float64 {
	b := make([][]float64, len(f.theta))
	for i := range b {
		b[i] = make([]float64, len(f.outsiders))
		for k := range b[i] {
			b[i][k] = f.theta[i] * f.outsiders[k][i]
		}
	}
	return f.lu.solve(b)
}
