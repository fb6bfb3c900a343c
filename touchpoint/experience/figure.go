package experience

import "github.com/buyerjourney/b2b/internal/enum"

// Figure names a number that is made of scores. CES2 has three that differ, so it is never reported without a name.
// It is a closed enumeration; zero is [UnknownFigure].
type Figure uint8

// The values of [Figure].
const (
	UnknownFigure Figure = iota
	NetPromoter          // share of high scores minus share of low scores of NPS
	TopBox               // share of satisfied scores
	MeanScore            // mean score; of CES1 on the flipped scale, so that high is good
	ShareEasy            // CES2: share of 5 to 7
	NetEasy              // CES2: share of 6 and 7 minus share of 1 to 3
)

var figures = enum.New[Figure]("figure", "unknown", "net-promoter", "top-box", "mean-score", "share-easy", "net-easy")

// ParseFigure reads a name without regard to case; the empty text is [UnknownFigure].
func ParseFigure(text string) (Figure, error) { return figures.Parse(text) }

// IsValid reports whether f is a value of the enumeration.
func (f Figure) IsValid() bool { return figures.Valid(f) }

// String returns the name in lower case.
func (f Figure) String() string { return figures.String(f) }

// AppendText implements [encoding.TextAppender].
func (f Figure) AppendText(dst []byte) ([]byte, error) { return figures.AppendText(dst, f) }

// MarshalText implements [encoding.TextMarshaler].
func (f Figure) MarshalText() ([]byte, error) { return figures.AppendText(nil, f) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseFigure] does.
func (f *Figure) UnmarshalText(text []byte) error { return figures.UnmarshalText(f, text) }

// Interval says how an interval is found.
// It is a closed enumeration; zero is [UnknownInterval].
type Interval uint8

// The values of [Interval].
const (
	UnknownInterval Interval = iota
	Score                    // of a net share: the score interval of Tango (1998)
	Wald                     // normal interval; refused where its width would be zero
	AdjustedWald             // of a net share: 3/4 added to both ends and 3 to n (Rocks 2016), clipped to [-1,1]
	StudentT                 // t with n-1 degrees of freedom
	Wilson                   // of a share
	ClopperPearson           // of a share: exact, conservative
	AgrestiCoull             // of a share
	ClusterRobust            // t with clusters-1 degrees of freedom, variance between accounts
)

var intervals = enum.New[Interval]("interval", "unknown", "score", "wald", "adjusted-wald", "t", "wilson", "clopper-pearson", "agresti-coull", "cluster-robust")

// ParseInterval reads a name without regard to case; the empty text is [UnknownInterval].
func ParseInterval(text string) (Interval, error) { return intervals.Parse(text) }

// IsValid reports whether i is a value of the enumeration.
func (i Interval) IsValid() bool { return intervals.Valid(i) }

// String returns the name in lower case.
func (i Interval) String() string { return intervals.String(i) }

// AppendText implements [encoding.TextAppender].
func (i Interval) AppendText(dst []byte) ([]byte, error) { return intervals.AppendText(dst, i) }

// MarshalText implements [encoding.TextMarshaler].
func (i Interval) MarshalText() ([]byte, error) { return intervals.AppendText(nil, i) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseInterval] does.
func (i *Interval) UnmarshalText(text []byte) error { return intervals.UnmarshalText(i, text) }
