package dmu

import (
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/picture"
)

// Map is the picture of a buying group: stance to the right, influence upwards. Build it with [NewMap]; the zero value is an
// empty picture. It is immutable and safe for concurrent use.
type Map struct {
	marks     []mark
	outsiders []string // labels
	top       float64  // of the axis of influence
	offer     string
}

// MapConfig is what a [Map] shows.
type MapConfig struct {
	Unit    Unit
	Stances []Stance  // one per member in order; nil: all unknown
	Weights []float64 // influence by member in order, ≥ 0, shown as shares; nil: equal
	Names   bool      // show the ids of persons beside their seats; off by default
}

type mark struct {
	label string
	x     float64
	known bool
	y     float64 // share of influence
	reach Reach
}

// NewMap checks the configuration.
func NewMap(cfg MapConfig) (Map, error) {
	var p b2b.Problems
	u := cfg.Unit
	n := len(u.members)
	if cfg.Stances != nil && len(cfg.Stances) != n {
		p.Add("stances", "not one per member")
	}
	weights := cfg.Weights
	if weights == nil {
		weights = slices.Repeat([]float64{1}, n)
	}
	if len(weights) != n {
		p.Add("weights", "not one per member")
	}
	total := 0.0
	for i, w := range weights {
		if !(w >= 0 && w <= 1e300) {
			p.Add("weights["+strconv.Itoa(i)+"]", "not a finite number ≥ 0")
		}
		total += w
	}
	if err := p.Err(); err != nil {
		return Map{}, err
	}
	m := Map{top: 0.1}
	for i, member := range u.members {
		k := mark{label: member.label(cfg.Names), reach: member.Reach}
		if total > 0 {
			k.y = weights[i] / total
		}
		if cfg.Stances != nil {
			k.x, k.known = cfg.Stances[i].Score()
		}
		m.top = max(m.top, k.y)
		m.marks = append(m.marks, k)
	}
	for _, o := range u.outsiders {
		label := o.Kind.String()
		if cfg.Names {
			label = o.ID
		}
		m.outsiders = append(m.outsiders, label)
	}
	for _, a := range u.alternatives {
		if a.Ours {
			m.offer = string(a.ID)
		}
	}
	return m, nil
}

// label names a member by the seats held, else by the most probable seat with a question mark, else by a question mark.
func (m Member) label(names bool) string {
	var parts []string
	held, _ := m.held()
	for _, h := range held {
		parts = append(parts, string(h.seat))
	}
	if len(parts) == 0 && len(m.Posterior) > 0 {
		posterior := slices.Clone(m.Posterior)
		sortPosterior(posterior)
		parts = append(parts, string(posterior[0].Seat)+"?")
	}
	if len(parts) == 0 {
		parts = append(parts, "?")
	}
	label := strings.Join(parts, " + ")
	if names {
		label += " (" + string(m.ID) + ")"
	}
	return label
}

// Geometry of the map in pixels.
const (
	mapWidth, mapHeight   = 760.0, 480.0
	stripLeft, stripRight = 20.0, 110.0
	plotLeft, plotRight   = 170.0, 730.0
	plotTop, plotBottom   = 50.0, 410.0
)

// SVG draws the map: members as circles labelled by seat, larger the further we have come with them, outsiders as diamonds on
// the upper border. Members of unknown stance stand in a strip of their own at the left, never at 0. Equal maps give equal
// bytes.
func (m Map) SVG() string {
	s := picture.NewSVG(mapWidth, mapHeight)
	title := "Influence and stance"
	if m.offer != "" {
		title += " towards " + m.offer
	}
	s.Title(title)
	s.Rect(0, 0, mapWidth, mapHeight, "fill", "#ffffff")
	s.Rect(stripLeft, plotTop, stripRight-stripLeft, plotBottom-plotTop, "fill", "#f3f3f3", "stroke", "#999999")
	s.Rect(plotLeft, plotTop, plotRight-plotLeft, plotBottom-plotTop, "fill", "none", "stroke", "#999999")
	middle := (plotLeft + plotRight) / 2
	s.Line(middle, plotTop, middle, plotBottom, "stroke", "#cccccc", "stroke-dasharray", "4 4")
	text := func(x, y float64, anchor, label string) {
		s.Text(x, y, label, "font-family", "sans-serif", "font-size", "12", "text-anchor", anchor)
	}
	text(mapWidth/2, 20, "middle", title)
	text((stripLeft+stripRight)/2, plotBottom+18, "middle", "stance unknown")
	text(plotLeft, plotBottom+18, "middle", "−1 against")
	text(middle, plotBottom+18, "middle", "0")
	text(plotRight, plotBottom+18, "end", "in favour 1")
	text(plotLeft-6, plotBottom, "end", "0 %")
	text(plotLeft-6, plotTop+10, "end", strconv.FormatFloat(100*m.top, 'f', 0, 64)+" %")
	text(middle, plotBottom+40, "middle", "→ stance     ↑ share of influence     ● size: reach     ◆ outsider")
	for _, k := range m.marks {
		x := (stripLeft + stripRight) / 2
		fill := "#bbbbbb"
		if k.known {
			x = middle + float64(k.x*(plotRight-plotLeft)/2)
			fill = stanceColour(AttitudeOf(k.x))
		}
		y := plotBottom
		if m.top > 0 {
			y -= float64(k.y / m.top * (plotBottom - plotTop))
		}
		r := 4 + 2*float64(k.reach)
		s.Group(func() {
			s.Title(k.label + ", reach " + k.reach.String())
			s.Circle(x, y, r, "fill", fill, "stroke", "#333333")
			anchor, at := "start", x+r+3
			if x > plotRight-80 {
				anchor, at = "end", x-r-3
			}
			text(at, y+4, anchor, k.label)
		})
	}
	for i, label := range m.outsiders {
		x := plotLeft + (plotRight-plotLeft)*float64(i+1)/float64(len(m.outsiders)+1)
		s.Polygon([]float64{x, plotTop - 7, x + 7, plotTop, x, plotTop + 7, x - 7, plotTop}, "fill", "#7b3294", "stroke", "#333333")
		text(x, plotTop-11, "middle", label)
	}
	return s.String()
}

// stanceColour goes from red to blue, which readers with any colour vision tell apart.
func stanceColour(a Attitude) string {
	switch a {
	case Opponent:
		return "#ca0020"
	case Sceptic:
		return "#f4a582"
	case Neutral:
		return "#f7f7f7"
	case Supporter:
		return "#92c5de"
	case Champion:
		return "#0571b0"
	case UnknownAttitude:
	}
	return "#bbbbbb"
}
