// Package linear holds the small dense linear algebra that statistics of surveys need: the spectrum of a correlation matrix,
// Cholesky factors with a report of dependent rows, Johnson's relative weights and ordinary least squares. Matrices are row-major
// slices.
package linear
