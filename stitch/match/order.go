package match

import "slices"

// sortByRow sorts a list by a row of its elements, of which there are n, and elements of one row as compare says. Rows are
// dense, so that counting puts them in order.
func sortByRow[T any](list []T, n int, row func(T) uint32, compare func(a, b T) int) []T {
	if len(list) < 2 {
		return list
	}
	ends := make([]uint32, n+1)
	for _, x := range list {
		ends[row(x)+1]++
	}
	for r := 1; r <= n; r++ {
		ends[r] += ends[r-1]
	}
	out := make([]T, len(list))
	for _, x := range list {
		at := &ends[row(x)]
		out[*at] = x
		*at++
	}
	from := uint32(0)
	for _, to := range ends[:n] {
		if to-from > 1 {
			slices.SortFunc(out[from:to], compare)
		}
		from = to
	}
	return out
}
