package attribution

import (
	"encoding/binary"

	"github.com/buyerjourney/b2b"
)

// LeaveOneOut divides each converted path by what its steps seem to add: the conversion rate of the path less that of the
// same path without the step (0 if nobody walked it), floored at 0 and normalised; where all are 0 the last step gets all. It
// is what fractribution computes under the name of Shapley, which it is not.
type LeaveOneOut struct{}

func (LeaveOneOut) String() string      { return "leave-one-out" }
func (LeaveOneOut) check(*b2b.Problems) {}

func (LeaveOneOut) compile(p *Paths) fitter {
	l := &leaveOneOut{p: p, group: make([]int32, len(p.conv)), without: make([]int32, len(p.steps))}
	index := make(map[string]int32)
	var key []byte
	for r := range p.conv { // paths that differ in times or account only are one
		key = appendCodes(key[:0], p.of(r))
		g, ok := index[string(key)]
		if !ok {
			g = int32(len(index))
			index[string(key)] = g
		}
		l.group[r] = g
	}
	l.groups = len(index)
	for r := range p.conv {
		steps := p.of(r)
		for i := range steps {
			key = appendCodes(appendCodes(key[:0], steps[:i]), steps[i+1:])
			g, ok := index[string(key)]
			if !ok {
				g = -1
			}
			l.without[p.start[r]+i] = g
		}
	}
	return l
}

func appendCodes(key []byte, codes []uint32) []byte {
	for _, c := range codes {
		key = binary.BigEndian.AppendUint32(key, c)
	}
	return key
}

type leaveOneOut struct {
	p       *Paths
	group   []int32 // of each path: those with the same steps
	without []int32 // by step: the group of the path without it, −1 for none
	groups  int
}

func (l *leaveOneOut) worker() func(*weights, *scores) bool {
	p := l.p
	conv, walks := make([]float64, l.groups), make([]float64, l.groups)
	shares := &linear{p: p, w: make([]float64, len(p.steps))}
	divide := shares.worker()
	return func(w *weights, out *scores) bool {
		clear(conv)
		clear(walks)
		for r, g := range l.group {
			conv[g] += w.conv[r]
			walks[g] += w.conv[r] + w.null[r]
		}
		for r, g := range l.group {
			if w.conv[r] == 0 {
				continue
			}
			part := shares.w[p.start[r]:p.start[r+1]]
			rate := conv[g] / walks[g]
			for i := range part {
				other := 0.0
				if o := l.without[p.start[r]+i]; o >= 0 && walks[o] > 0 {
					other = conv[o] / walks[o]
				}
				part[i] = max(0, rate-other)
			}
			if !normalise(part) {
				part[len(part)-1] = 1
			}
		}
		return divide(w, out)
	}
}
