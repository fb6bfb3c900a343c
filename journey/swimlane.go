package journey

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/picture"
	"github.com/buyerjourney/b2b/touchpoint"
)

const (
	laneHeight = 64.0
	laneLeft   = 120.0
	stepWidth  = 96.0
	boxWidth   = 86.0
	boxHeight  = 34.0
)

// mark is one step in a swim lane: where it stands and how it looks.
type mark struct {
	row      int
	lane     int
	phase    b2b.Phase
	internal bool
	label    string
}

// SwimLane draws the composite journey as SVG: a lane per role, columns by phase and inside a phase in the total order, joint steps as
// vertical links between their lanes, internal steps hatched. Phases, names and visibility come from the maps of the atlas where the
// events do not give them; a nil atlas is none. Roles are shown, no persons. The picture depends on the journey only, byte by byte.
func (c Composite) SwimLane(atlas *Atlas) string {
	var lanes []string
	rows := c.byEvent()
	r := &c.log.rows
	seatOf := func(row int) string {
		if s := r.Seat.At(row); s != "" {
			return s
		}
		return cmp.Or(string(c.log.Journey(c.log.journeyOf(row)).Kind()), "unknown")
	}
	for _, row := range rows {
		lanes = append(lanes, seatOf(row))
	}
	slices.Sort(lanes)
	lanes = slices.Compact(lanes)
	marks := make([]mark, len(rows))
	for i, row := range rows {
		marks[i] = c.mark(row, atlas)
		marks[i].lane, _ = slices.BinarySearch(lanes, seatOf(row))
	}
	for i := 1; i < len(marks); i++ { // a joint event has one phase: the first that is known
		for k := i; k > 0 && r.Event[marks[k].row] == r.Event[marks[k-1].row]; k-- {
			if marks[k-1].phase == b2b.UnknownPhase {
				marks[k-1].phase = marks[k].phase
			} else {
				marks[k].phase = marks[k-1].phase
			}
		}
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(phaseRank(a.phase), phaseRank(b.phase)) })
	column := make([]int, len(marks)) // equal for the rows of one event in one phase
	columns := 0
	for i := range marks {
		if i == 0 || r.Event[marks[i].row] != r.Event[marks[i-1].row] || marks[i].phase != marks[i-1].phase {
			columns++
		}
		column[i] = columns - 1
	}
	svg := picture.NewSVG(laneLeft+float64(columns)*stepWidth+20, 50+float64(len(lanes))*laneHeight)
	svg.Title("Swim lanes by role and phase")
	for i, lane := range lanes {
		y := 40 + float64(i)*laneHeight
		fill := "#f6f6f6"
		if i%2 == 1 {
			fill = "#ffffff"
		}
		svg.Rect(0, y, laneLeft+float64(columns)*stepWidth+20, laneHeight, "fill", fill)
		svg.Text(8, y+laneHeight/2+4, picture.Shorten(lane, 16), "font-size", "12", "font-family", "sans-serif")
	}
	drawPhases(svg, marks, column, len(lanes))
	for i := range marks { // links first, so that boxes lie on them
		if i > 0 && column[i] == column[i-1] {
			x := laneLeft + float64(column[i])*stepWidth + stepWidth/2
			svg.Line(x, laneMiddle(marks[i-1].lane), x, laneMiddle(marks[i].lane), "stroke", "#333333", "stroke-width", "2")
		}
	}
	for i, m := range marks {
		drawMark(svg, m, column[i])
	}
	return svg.String()
}

func phaseRank(p b2b.Phase) int {
	if p == b2b.UnknownPhase {
		return math.MaxInt
	}
	return int(p)
}

func laneMiddle(lane int) float64 { return 40 + float64(lane)*laneHeight + laneHeight/2 }

// mark says what the map of the row's role knows about its step.
func (c Composite) mark(row int, atlas *Atlas) mark {
	r := &c.log.rows
	m := mark{row: row, label: r.Step.Names[r.Code(row)], phase: at(r.Phase, row, b2b.UnknownPhase)}
	if atlas == nil {
		return m
	}
	j := c.log.Journey(c.log.journeyOf(row))
	seat := b2b.SeatID(cmp.Or(r.Seat.At(row), string(j.Seat())))
	if drawn, ok := atlas.At(seat, j.Kind(), j.Start()); ok {
		if s, ok := drawn.Step(m.label); ok {
			m.label = s.label()
			m.internal = s.Visibility == touchpoint.BuyerInternal || s.Visibility == touchpoint.SellerInternal
			if m.phase == b2b.UnknownPhase {
				m.phase = s.Phase
			}
		}
	}
	return m
}

func drawPhases(svg *picture.SVG, marks []mark, column []int, lanes int) {
	for i := 0; i < len(marks); {
		end := i
		for end < len(marks) && marks[end].phase == marks[i].phase {
			end++
		}
		x := laneLeft + float64(column[i])*stepWidth
		svg.Text(x+4, 24, marks[i].phase.String(), "font-size", "12", "font-weight", "bold", "font-family", "sans-serif")
		svg.Line(x, 30, x, 40+float64(lanes)*laneHeight, "stroke", "#bbbbbb", "stroke-dasharray", "2 3")
		i = end
	}
}

func drawMark(svg *picture.SVG, m mark, column int) {
	x := laneLeft + float64(column)*stepWidth + (stepWidth-boxWidth)/2
	y := laneMiddle(m.lane) - boxHeight/2
	svg.Rect(x, y, boxWidth, boxHeight, "rx", "5", "fill", "#ffffff", "stroke", "#333333")
	if m.internal {
		for d := 8.0; d < boxWidth+boxHeight; d += 8 { // hatching, clipped to the box by hand
			x1, x2 := max(0, d-boxHeight), min(d, boxWidth)
			svg.Line(x+x1, y+(d-x1), x+x2, y+(d-x2), "stroke", "#cccccc")
		}
	}
	svg.Group(func() {
		svg.Title(m.label)
		svg.Text(x+boxWidth/2, y+boxHeight/2+4, picture.Shorten(m.label, 13), "font-size", "10", "text-anchor", "middle", "font-family", "sans-serif")
	})
}

// SVG draws the overlap matrix: steps down, seats across, each cell shaded by the share of the step that falls to the seat, with the
// count in it. A cell whose adjusted residual is above 2 has a thick frame: the step reveals the seat.
func (o *Overlap) SVG() string {
	const cell, left, top = 54.0, 220.0, 60.0
	svg := picture.NewSVG(left+cell*float64(len(o.seats))+20, top+22*float64(len(o.steps))+20)
	svg.Title("Overlap of journeys: steps by role")
	for r, seat := range o.seats {
		svg.Text(left+cell*float64(r)+cell/2, top-8, picture.Shorten(string(seat), 9), "font-size", "11", "text-anchor", "middle", "font-family", "sans-serif")
	}
	for s, step := range o.steps {
		y := top + 22*float64(s)
		svg.Text(left-8, y+15, picture.Shorten(string(step), 34), "font-size", "11", "text-anchor", "end", "font-family", "sans-serif")
		for r := range o.seats {
			c := o.cell(s, r)
			frame, width := "#dddddd", "1"
			if c.Residual > 2 {
				frame, width = "#000000", "2"
			}
			shade := strconv.Itoa(int(math.Round(255 - float64(155*c.Share))))
			x := left + cell*float64(r)
			svg.Rect(x+1, y+1, cell-2, 20, "fill", "rgb("+shade+","+shade+",255)", "stroke", frame, "stroke-width", width)
			svg.Text(x+cell/2, y+15, strconv.FormatInt(c.N, 10), "font-size", "10", "text-anchor", "middle", "font-family", "sans-serif")
		}
	}
	return svg.String()
}
