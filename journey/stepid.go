package journey

// StepID names a step of a journey, as a map or a log calls it. It is an open name: any text passes through; "" is
// unknown. Comparable; the zero value is the unknown step.
type StepID string
