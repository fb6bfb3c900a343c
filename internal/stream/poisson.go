package stream

import "math"

// poisson1 holds 2^64·P(X ≤ k) for X Poisson with mean 1, rounded to the nearest integer; from its end on the rest is below 2^-65.
var poisson1 = [...]uint64{
	0x5e2d58d8b3bcdf1b, 0xbc5ab1b16779be35, 0xeb715e1dc1582dc3, 0xfb23979734a252f2,
	0xff1025f59174dc3e, 0xffd90f3ba4055e1a, 0xfffa8b71fc72c914, 0xffff540c0914b3ca,
	0xffffed1f4aa8f120, 0xfffffe216e641463, 0xffffffd4d85d3183, 0xfffffffc6da262b5,
	0xffffffffba12d179, 0xfffffffffb07c64d, 0xffffffffffab8ea5, 0xfffffffffffabe22,
	0xffffffffffffb11a, 0xfffffffffffffba1, 0xffffffffffffffc5, 0xfffffffffffffffd,
}

// Poisson1 returns a Poisson variate of mean 1, by inversion in a table. Exactly one draw: the weight of a record in an online
// bootstrap (Oza and Russell 2001).
func (r *Rand) Poisson1() int {
	u := r.Uint64()
	for k, c := range poisson1 {
		if u < c {
			return k
		}
	}
	return len(poisson1)
}

// Poisson returns a Poisson variate. A mean that is not positive, or NaN, gives 0 without a draw; means above 2^52 are taken as 2^52.
// Below 10 it is found by sequential inversion with one draw, from 10 on by PTRS (Hörmann 1993, "The transformed rejection
// method for generating Poisson random variables", Insurance: Mathematics and Economics 12).
func (r *Rand) Poisson(mean float64) int {
	switch {
	case !(mean > 0):
		return 0
	case mean < 10:
		return r.poissonInversion(mean)
	}
	return r.poissonPTRS(min(mean, 1<<52))
}

func (r *Rand) poissonInversion(mean float64) int {
	u := r.open()
	p := math.Exp(-mean)
	// The term underflows to 0 before k = 250, so that the loop ends even if rounding keeps the sum below u.
	for k := 0; ; {
		if u < p || p == 0 {
			return k
		}
		u -= p
		k++
		p *= mean / float64(k)
	}
}

func (r *Rand) poissonPTRS(mean float64) int {
	b := 0.931 + float64(2.53*math.Sqrt(mean))
	a := -0.059 + float64(0.02483*b)
	invAlpha := 1.1239 + 1.1328/(b-3.4)
	vr := 0.9277 - 3.6224/(b-2)
	logMean := math.Log(mean)
	for {
		u := r.open() - 0.5
		v := r.open()
		us := 0.5 - math.Abs(u)
		k := math.Floor(float64((2*a/us+b)*u) + mean + 0.43)
		if us >= 0.07 && v <= vr {
			return int(k)
		}
		if k < 0 || us < 0.013 && v > us {
			continue
		}
		lg, _ := math.Lgamma(k + 1)
		if math.Log(v)+math.Log(invAlpha)-math.Log(a/(us*us)+b) <= float64(k*logMean)-mean-lg {
			return int(k)
		}
	}
}
