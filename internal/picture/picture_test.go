package picture_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/internal/picture"
)

func TestEscape(t *testing.T) {
	for _, c := range []struct{ in, mermaid, dot, xml string }{
		{"Chief Buyer", "Chief Buyer", "Chief Buyer", "Chief Buyer"},
		{`"q"`, "#quot;q#quot;", `\"q\"`, "&#34;q&#34;"},
		{"a#1;b", "a#35;1#59;b", "a#1;b", "a#1;b"},
		{"x[0]{1}(2)", "x#91;0#93;#123;1#125;#40;2#41;", "x[0]{1}(2)", "x[0]{1}(2)"},
		{"a<b>&c", "a#60;b#62;#38;c", "a<b>&amp;c", "a&lt;b&gt;&amp;c"},
		{"two\r\nlines", "two lines", `two \nlines`, "two  lines"},
		{`\N`, "#92;N", `\\N`, `\N`},
		{"5% %% it's", "5% #37;#37; it's", "5% %% it's", "5% %% it&#39;s"},
		{"\xff\x00", "\ufffd ", "\ufffd ", "\ufffd "},
		{"Käufer 買", "Käufer 買", "Käufer 買", "Käufer 買"},
	} {
		got := []string{picture.EscapeMermaid(c.in), picture.EscapeDOT(c.in), picture.EscapeXML(c.in)}
		if diff := cmp.Diff([]string{c.mermaid, c.dot, c.xml}, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.in, diff)
		}
	}
	if got := picture.MermaidID(12); got != "n12" {
		t.Error(got)
	}
}

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"Käufer", 6, "Käufer"}, {"Käufer", 5, "Käuf…"}, {"Käufer", 1, "…"}, {"Käufer", 0, ""}, {"", 3, ""}} {
		if got := picture.Shorten(c.in, c.n); got != c.want {
			t.Errorf("Shorten(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{`"#;[]`, "%%{init}", "a\nb", `\"`, "\xff", "&lt;", "]]>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := picture.EscapeMermaid(s)
		bare := strings.ReplaceAll(m, "#quot;", "")
		for {
			i := strings.IndexByte(bare, '#')
			if i < 0 {
				break
			}
			j := strings.IndexByte(bare[i:], ';')
			if j < 2 || strings.Trim(bare[i+1:i+j], "0123456789") != "" {
				t.Fatalf("%q: # begins no entity in %q", s, m)
			}
			bare = bare[:i] + bare[i+j+1:]
		}
		if strings.ContainsAny(bare, "\"#;&<>[](){}|\\`\n\r") || strings.Contains(m, "%%") || !utf8.ValidString(m) {
			t.Fatalf("%q gives %q", s, m)
		}

		d := picture.EscapeDOT(s)
		plain := strings.NewReplacer(`\\`, "", `\"`, "", `\n`, "").Replace(d)
		if strings.ContainsAny(plain, "\"\\\n\r") || !utf8.ValidString(d) {
			t.Fatalf("%q gives DOT %q", s, d)
		}

		x := picture.EscapeXML(s)
		if strings.ContainsAny(x, "<>\"'\n\r") {
			t.Fatalf("%q gives XML %q", s, x)
		}
		svg := picture.NewSVG(10, 10)
		svg.Group(func() { svg.Title(s); svg.Text(1, 2, s, "class", s, s, "1") }, "id", s)
		if got := parse(t, svg.String()); len(got) != 2 || got[0] != got[1] || picture.EscapeXML(got[0]) != x {
			t.Fatalf("%q is read back as %q", s, got)
		}
	})
}

// parse reads an SVG strictly and returns its texts.
func parse(t *testing.T, s string) (texts []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(s))
	inside := ""
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatalf("%v in %q", err, s)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			if inside = e.Name.Local; inside == "text" || inside == "title" {
				texts = append(texts, "")
			}
		case xml.EndElement:
			inside = ""
		case xml.CharData:
			if inside == "text" || inside == "title" {
				texts[len(texts)-1] += string(e)
			}
		}
	}
}

func TestSVG(t *testing.T) {
	s := picture.NewSVG(200, 100.5)
	s.Title("A & B")
	s.Group(func() {
		s.Rect(0, 0.125, 10, 20.999, "fill", "#fff", "bad name", "x", "odd")
		s.Line(1, 2, math.NaN(), -0.001)
		s.Circle(5, 5, 2.50)
	}, "stroke", "black")
	s.Polygon([]float64{0, 0, 1.5, 2, 9})
	s.Polyline([]float64{0, 0, 100, 1e3})
	s.Text(3, 4, "<x>", "font-size", "9")
	want := `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100.5" viewBox="0 0 200 100.5">
<title>A &amp; B</title>
<g stroke="black">
<rect x="0" y="0.12" width="10" height="21" fill="#fff"/>
<line x1="1" y1="2" x2="0" y2="0"/>
<circle cx="5" cy="5" r="2.5"/>
</g>
<polygon points="0,0 1.5,2"/>
<polyline points="0,0 100,1000"/>
<text x="3" y="4" font-size="9">&lt;x&gt;</text>
</svg>
`
	if diff := cmp.Diff(want, s.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	parse(t, s.String())
	if s.String() != s.String() {
		t.Error("String differs the second time")
	}
}

type named string

func TestJSON(t *testing.T) {
	n := 3
	o := picture.Object{
		{"$schema", "https://vega.github.io/schema/vega-lite/v5.json"},
		{"z", 1},
		{"a", int64(-2)},
		{"u", uint8(7)},
		{"f", 0.1},
		{"f32", float32(0.1)},
		{"big", 1e21},
		{"tiny", 1e-7},
		{"nan", math.NaN()},
		{"s", "<a> & \"b\"\\\n\t\x01é\u2028"},
		{"named", named("x")},
		{"nil", nil},
		{"ptr", &n},
		{"noptr", (*int)(nil)},
		{"list", []picture.Object{{{"k", true}}, {}}},
		{"none", []string(nil)},
		{"mixed", picture.Array{1, "x", nil, []float64{1, 2.5}}},
		{"obj", picture.Object(nil)},
	}
	want := `{"$schema":"https://vega.github.io/schema/vega-lite/v5.json","z":1,"a":-2,"u":7,"f":0.1,"f32":0.1,"big":1e+21,"tiny":1e-7,"nan":null,` +
		`"s":"<a> & \"b\"\\\n\t\u0001é\u2028","named":"x","nil":null,"ptr":3,"noptr":null,` +
		`"list":[{"k":true},{}],"none":[],"mixed":[1,"x",null,[1,2.5]],"obj":{}}`
	want = strings.ReplaceAll(want, "\u2028", `\u2028`)
	if diff := cmp.Diff(want, o.JSON()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	defer func() {
		if recover() == nil {
			t.Error("a map is written")
		}
	}()
	picture.Object{{"m", map[string]int{}}}.JSON()
}

// Strings and numbers have the bytes that encoding/json gives them without HTML escaping.
func TestJSONStandard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.ToValidUTF8(rapid.String().Draw(t, "s"), "?")
		f := rapid.Float64().Draw(t, "f")
		g := rapid.Float32().Draw(t, "g")
		i := rapid.Int64().Draw(t, "i")
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode([]any{s, f, g, i}); err != nil {
			t.Fatal(err)
		}
		got := picture.Object{{"v", picture.Array{s, f, g, i}}}.JSON()
		if want := `{"v":` + strings.TrimSuffix(b.String(), "\n") + "}"; got != want {
			t.Fatalf("%s, want %s", got, want)
		}
		if !json.Valid([]byte(got)) {
			t.Fatalf("not JSON: %s", got)
		}
	})
}
