package stream

// Poisson1Table shows the table of Poisson1.
func Poisson1Table() []uint64 { return poisson1[:] }
