package attribution_test

import "time"

const hour = time.Hour
