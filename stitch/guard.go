package stitch

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/fold"
)

// guard is a [Guard] with its texts parsed.
type guard struct {
	kind         Kind
	maxPerEntity int
	window       int64
	maxHolders   int
	countBy      Kind
	holderWindow int64
	block        map[string]bool
	patterns     []*regexp.Regexp
}

func (g *guard) blocks(value string) bool {
	if len(g.block) > 0 && g.block[fold.Fold(value)] {
		return true
	}
	return slices.ContainsFunc(g.patterns, func(p *regexp.Regexp) bool { return p.MatchString(value) })
}

func compileGuard(p *b2b.Problems, path string, in Guard) guard {
	g := guard{
		kind: in.Kind, maxPerEntity: in.MaxPerEntity, window: in.Window.nanos(), maxHolders: in.MaxHolders,
		countBy: in.CountBy, holderWindow: in.HolderWindow.nanos(),
	}
	if in.Kind == "" {
		p.Add(path+".kind", "missing")
	}
	if in.MaxPerEntity < 0 {
		p.Add(path+".max_per_entity", "negative")
	}
	if in.MaxHolders < 0 {
		p.Add(path+".max_holders", "negative")
	}
	checkLapse(p, path+".window", in.Window)
	checkLapse(p, path+".holder_window", in.HolderWindow)
	if len(in.Block) > 0 {
		g.block = make(map[string]bool, len(in.Block))
		for _, b := range in.Block {
			g.block[fold.Fold(b)] = true
		}
	}
	for i, text := range in.BlockPattern {
		re, err := regexp.Compile(text)
		if err != nil {
			p.Add(path+".block_pattern["+strconv.Itoa(i)+"]", "not a regular expression (RE2)")
			continue
		}
		g.patterns = append(g.patterns, re)
	}
	return g
}
