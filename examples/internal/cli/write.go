package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Num writes a number in its shortest form that reads back as the same, as
// JSON does: 1000000, 0.1, 1e+21. A number that is none is the empty text.
func Num(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return ""
	}
	if f == 0 {
		return "0" // never -0
	}
	if a := math.Abs(f); a >= 1e-6 && a < 1e21 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	b := strconv.AppendFloat(nil, f, 'e', -1, 64)
	if n := len(b); n >= 4 && b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' { // e-09 is e-9 in JSON
		b = append(b[:n-2], b[n-1])
	}
	return string(b)
}

// Optional is [Num] of a value that may be absent: the empty cell then.
func Optional(f float64, ok bool) string {
	if !ok {
		return ""
	}
	return Num(f)
}

// Null makes JSON of a value that may be absent: null then.
func Null[T any](v T, ok bool) *T {
	if !ok {
		return nil
	}
	return &v
}

// List makes JSON of a slice that may be nil: [] then, not null.
func List[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// WriteJSON writes v on one line with a final line feed. Give it structs, whose
// keys come in the order of the fields, and no maps; pass slices through [List].
// Nothing is escaped for HTML.
func WriteJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// Counts writes `key=value key=value` as one line, the last that a program
// writes to standard error: pairs are keys and values in turn.
func Counts(w io.Writer, pairs ...any) {
	var b strings.Builder
	for i, p := range pairs {
		switch {
		case i%2 == 1:
			b.WriteByte('=')
		case i > 0:
			b.WriteByte(' ')
		}
		if f, ok := p.(float64); ok {
			b.WriteString(Num(f))
		} else {
			fmt.Fprint(&b, p)
		}
	}
	b.WriteByte('\n')
	_, _ = io.WriteString(w, b.String())
}
