package picture

import (
	"math"
	"strconv"
	"strings"
)

// SVG builds a picture of the size that [NewSVG] is given. Coordinates are pixels from the upper left corner, written with at most two
// decimals; NaN and infinities are written as 0. Attributes come as pairs of name and value and are written in the order
// given; a name without a value, or that is no XML name, is dropped. All text is escaped. The zero SVG is an empty picture
// without size. Not safe for concurrent use.
type SVG struct {
	width, height float64
	body          strings.Builder
}

// NewSVG returns a picture of a width and a height.
func NewSVG(width, height float64) *SVG { return &SVG{width: width, height: height} }

// Rect draws a rectangle.
func (s *SVG) Rect(x, y, width, height float64, attrs ...string) {
	s.element("rect", "", attrs, "x", x, "y", y, "width", width, "height", height)
}

// Line draws a straight line.
func (s *SVG) Line(x1, y1, x2, y2 float64, attrs ...string) {
	s.element("line", "", attrs, "x1", x1, "y1", y1, "x2", x2, "y2", y2)
}

// Circle draws a circle.
func (s *SVG) Circle(x, y, r float64, attrs ...string) {
	s.element("circle", "", attrs, "cx", x, "cy", y, "r", r)
}

// Text writes a line of text.
func (s *SVG) Text(x, y float64, text string, attrs ...string) {
	s.element("text", text, attrs, "x", x, "y", y)
}

// Polygon draws a closed polygon through points x0, y0, x1, y1, …; a last odd number is dropped.
func (s *SVG) Polygon(points []float64, attrs ...string) { s.points("polygon", points, attrs) }

// Polyline draws an open line through points x0, y0, x1, y1, …; a last odd number is dropped.
func (s *SVG) Polyline(points []float64, attrs ...string) { s.points("polyline", points, attrs) }

func (s *SVG) points(name string, points []float64, attrs []string) {
	var b strings.Builder
	for i := 0; i+1 < len(points); i += 2 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(Number(points[i]))
		b.WriteByte(',')
		b.WriteString(Number(points[i+1]))
	}
	s.body.WriteString("<" + name)
	s.attr("points", b.String())
	s.attrs(attrs)
	s.body.WriteString("/>\n")
}

// Title adds the text that a reader shows for, or reads out instead of, the picture or the group that is open.
func (s *SVG) Title(text string) { s.body.WriteString("<title>" + EscapeXML(text) + "</title>\n") }

// Group opens a group, draws what is in it by calling draw, and closes it.
func (s *SVG) Group(draw func(), attrs ...string) {
	s.body.WriteString("<g")
	s.attrs(attrs)
	s.body.WriteString(">\n")
	if draw != nil {
		draw()
	}
	s.body.WriteString("</g>\n")
}

func (s *SVG) element(name, text string, attrs []string, fixed ...any) {
	s.body.WriteString("<" + name)
	for i := 0; i+1 < len(fixed); i += 2 {
		s.attr(fixed[i].(string), Number(fixed[i+1].(float64)))
	}
	s.attrs(attrs)
	if name != "text" {
		s.body.WriteString("/>\n")
		return
	}
	s.body.WriteString(">" + EscapeXML(text) + "</" + name + ">\n")
}

func (s *SVG) attrs(attrs []string) {
	for i := 0; i+1 < len(attrs); i += 2 {
		if isName(attrs[i]) {
			s.attr(attrs[i], attrs[i+1])
		}
	}
}

func (s *SVG) attr(name, value string) {
	s.body.WriteString(" " + name + `="` + EscapeXML(value) + `"`)
}

func isName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		if !letter && (i == 0 || r != '-' && (r < '0' || r > '9')) {
			return false
		}
	}
	return s != ""
}

// String returns the whole document, ending in a line feed.
func (s *SVG) String() string {
	w, h := Number(s.width), Number(s.height)
	return `<svg xmlns="http://www.w3.org/2000/svg" width="` + w + `" height="` + h + `" viewBox="0 0 ` + w + ` ` + h + `">` + "\n" +
		s.body.String() + "</svg>\n"
}

// Number returns x with at most two decimals, without trailing zeros, exponent or negative zero; NaN and infinities give 0.
func Number(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "0"
	}
	b := strconv.AppendFloat(nil, x, 'f', 2, 64)
	b = []byte(strings.TrimRight(strings.TrimRight(string(b), "0"), "."))
	if string(b) == "-0" || len(b) == 0 {
		return "0"
	}
	return string(b)
}
