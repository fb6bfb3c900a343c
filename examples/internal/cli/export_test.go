package cli

// NewProgressOn shows progress on any writer, from the first step on.
var NewProgressOn = func(p *Progress) *Progress { p.next = p.next.Add(-1 << 40); return p }

// NewProgressFor is newProgress.
var NewProgressFor = newProgress
