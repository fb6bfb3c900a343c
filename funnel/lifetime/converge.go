package lifetime

import "github.com/buyerjourney/b2b/internal/newton"

// ErrNotConverged says that a likelihood has no maximum inside its parameter space that could be found: most often the
// data do not show what the model wants to know, as when no customer ever left.
var ErrNotConverged = newton.ErrNotConverged
