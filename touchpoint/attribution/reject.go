package attribution

import (
	"errors"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// rejections adds every item and lists what was refused, one rejection per problem.
func rejections(paths []Path, add func(Path) error) []b2b.Rejection {
	var out []b2b.Rejection
	for i, p := range paths {
		err := add(p)
		if err == nil {
			continue
		}
		var all b2b.Problems
		all.Join("paths["+strconv.Itoa(i)+"]", err)
		if many, ok := all.Err().(interface{ Unwrap() []error }); ok {
			for _, e := range many.Unwrap() {
				if bad, ok := errors.AsType[*b2b.InvalidError](e); ok {
					out = append(out, b2b.Rejection{Index: i, Path: bad.Path, Reason: bad.Reason})
				}
			}
		}
	}
	return out
}
