package picture

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// EscapeMermaid returns a label that stands between double quotes, or bare in a node, in a Mermaid diagram: quotes, brackets,
// angles, bars, backslashes, backticks, #, ; and & become entity codes of Mermaid (#quot;, #35;), a run of line breaks and other
// control characters becomes one space, and per cent signs are coded where two stand together, which would begin a comment.
// Invalid UTF-8 becomes U+FFFD.
func EscapeMermaid(label string) string {
	var b strings.Builder
	var last rune
	for i, r := range label {
		switch {
		case control(r):
			if last != ' ' {
				b.WriteByte(' ')
			}
			r = ' '
		case r == '"':
			b.WriteString("#quot;")
		case strings.ContainsRune("#;&<>[](){}|\\`", r), r == '%' && (last == '%' || strings.HasPrefix(label[i+1:], "%")):
			b.WriteByte('#')
			b.WriteString(strconv.Itoa(int(r)))
			b.WriteByte(';')
		default:
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// control reports whether r is no character that a label can show: C0, DEL, C1, and the line and paragraph separators.
func control(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\ufffe' || r == '\uffff'
}

// MermaidID returns the identifier of the i-th node, which is no keyword of Mermaid: n0, n1, ….
func MermaidID(i int) string { return "n" + strconv.Itoa(i) }

// EscapeDOT returns the inside of a quoted string of Graphviz DOT, in which a backslash shows as such: quotes and backslashes are
// escaped, & becomes &amp;, a line break becomes \n and other control characters a space. Invalid UTF-8 becomes U+FFFD.
func EscapeDOT(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '&':
			b.WriteString("&amp;") // Graphviz resolves entities in labels
		case r == '\n':
			b.WriteString(`\n`)
		case control(r):
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// EscapeXML returns s for text and for attribute values in either kind of quotes: & < > " ' become references, control
// characters, which XML 1.0 cannot hold or would change, a space, and invalid UTF-8 U+FFFD.
func EscapeXML(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&#34;")
		case r == '\'':
			b.WriteString("&#39;")
		case control(r):
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Shorten returns s cut to at most n characters, the last of them an ellipsis if something was cut. n below 1 gives "".
func Shorten(s string, n int) string {
	if n < 1 {
		return ""
	}
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	return string(r[:n-1]) + "…"
}
