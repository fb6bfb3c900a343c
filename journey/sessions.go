package journey

import "time"

// DefaultSession is the pause after which [Log.Sessions] begins a new session when none is given.
const DefaultSession = 30 * time.Minute

// Sessions cuts every journey where the pause to the row before exceeds gap; 0 is [DefaultSession]. The second session of a
// journey has its key with "/2", and so on. The lengths of the sessions sum up to the rows. A log without times is returned as
// it is.
func (l *Log) Sessions(gap time.Duration) *Log {
	if gap <= 0 {
		gap = DefaultSession
	}
	if !l.timed {
		return l
	}
	us := gap.Microseconds()
	out := *l
	out.keys, out.heads, out.derived, out.parts = nil, nil, nil, nil
	out.late, out.tied, out.assumed = nil, nil, 0
	out.rows.Offsets = []int{0}
	for j := range l.keys {
		part := uint32(1)
		flush := func(end int) {
			from := out.rows.Offsets[len(out.keys)]
			out.keys = append(out.keys, partKey(l.keys[j], part))
			if l.heads != nil {
				out.heads = append(out.heads, l.headOf(from, end, l.heads[j]))
			}
			out.rows.Offsets = append(out.rows.Offsets, end)
			part++
		}
		for i := l.rows.Offsets[j] + 1; i < l.rows.Offsets[j+1]; i++ {
			if l.rows.At[i]-l.rows.At[i-1] > us {
				flush(i)
			}
		}
		if l.rows.Offsets[j+1] > l.rows.Offsets[j] {
			flush(l.rows.Offsets[j+1])
		}
	}
	out.accounts = out.accountRanges()
	out.finish(nil)
	out.descend(l, func(o *Log) *Log { return o.Sessions(gap) })
	return &out
}

// headOf returns the head of the rows of a part of a journey; account, person and kind stay those of the whole, so that the order
// of journeys holds.
func (l *Log) headOf(from, to int, whole head) head {
	seat := &l.rows.Seat
	if seat.Codes == nil {
		return whole
	}
	for i := from; i < to; i++ {
		if seat.Names[seat.Codes[i]] != "" {
			whole.seat = seat.Codes[i]
			break
		}
	}
	return whole
}
