package stream_test

// From an implementation of the derivation, of splitmix64 and of PCG-DXSM in Python, written apart from this one.
const (
	fixedN = 0x7ef4f0fa3c26cfe8
	fixedS = 0x1b84d32fbd518174
)
