package inference

// ExpectedCalibrationError is the error of answers given with probability p, of which some were right.
func ExpectedCalibrationError(bins int, p []float64, right []bool) float64 {
	c := make(calibration, bins)
	for i := range p {
		c.add(p[i], right[i])
	}
	return c.err()
}
