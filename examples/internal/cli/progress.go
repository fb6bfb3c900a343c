package cli

import (
	"fmt"
	"io"
	"os"
	"time"
)

// Progress shows a person how far a long run is. It writes to a terminal only:
// never into a file or a pipe. Nil shows nothing. It is not safe for concurrent
// use.
type Progress struct {
	w    io.Writer
	what string
	n    int
	next time.Time
	seen bool
}

// NewProgress returns the progress of counting what, such as "rows"; it is nil
// where w is no terminal.
func NewProgress(w io.Writer, what string) *Progress {
	f, ok := w.(*os.File)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return newProgress(w, what)
}

func newProgress(w io.Writer, what string) *Progress {
	return &Progress{w: w, what: what, next: time.Now().Add(time.Second)}
}

// Step counts one more.
func (p *Progress) Step() {
	if p == nil {
		return
	}
	p.n++
	if p.n&0x3fff == 0 {
		p.show(p.n, 0)
	}
}

// Of shows done of total. It has the shape of the library's Progress callbacks.
func (p *Progress) Of(done, total int) {
	if p != nil {
		p.show(done, total)
	}
}

func (p *Progress) show(done, total int) {
	now := time.Now()
	if now.Before(p.next) {
		return
	}
	p.next, p.seen = now.Add(200*time.Millisecond), true
	if total > 0 {
		fmt.Fprintf(p.w, "\r\x1b[K%d of %d %s", done, total, p.what)
	} else {
		fmt.Fprintf(p.w, "\r\x1b[K%d %s", done, p.what)
	}
}

// Done wipes the line, so that the counts come last.
func (p *Progress) Done() {
	if p != nil && p.seen {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
