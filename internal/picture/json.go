package picture

import (
	"math"
	"reflect"
	"strconv"
	"strings"
)

// Member is one member of an [Object].
type Member struct {
	Key   string
	Value any
}

// Object is a JSON object whose members are written in their order, as Vega-Lite specifications are. Values are nil, booleans,
// integers, floats, strings, [Object], pointers to them and slices of them, of whatever named types. NaN and infinities are
// written as null; a nil slice and a nil Object are [] and {}. Any other kind of value is a mistake in the program and panics.
type Object []Member

// Array is a JSON array of mixed values.
type Array []any

// JSON returns the object in compact form, without HTML escaping and without a final line feed. It does not use encoding/json,
// so that its bytes depend on no version of it; they are those of the first version with HTML escaping off.
func (o Object) JSON() string {
	var b strings.Builder
	write(&b, reflect.ValueOf(o))
	return b.String()
}

// MarshalJSON returns [Object.JSON]. Note that json.Marshal of encoding/json escapes <, > and & again; [Object.JSON] does not.
func (o Object) MarshalJSON() ([]byte, error) { return []byte(o.JSON()), nil }

var objectType = reflect.TypeFor[Object]()

func write(b *strings.Builder, v reflect.Value) {
	if !v.IsValid() {
		b.WriteString("null")
		return
	}
	if v.Type() == objectType {
		b.WriteByte('{')
		for i, m := range v.Interface().(Object) {
			if i > 0 {
				b.WriteByte(',')
			}
			quote(b, m.Key)
			b.WriteByte(':')
			write(b, reflect.ValueOf(m.Value))
		}
		b.WriteByte('}')
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		b.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		b.WriteString(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		b.WriteString(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32:
		float(b, v.Float(), 32)
	case reflect.Float64:
		float(b, v.Float(), 64)
	case reflect.String:
		quote(b, v.String())
	case reflect.Slice, reflect.Array:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			write(b, v.Index(i))
		}
		b.WriteByte(']')
	case reflect.Pointer, reflect.Interface:
		write(b, v.Elem())
	default:
		panic("picture: " + v.Type().String() + " in a JSON object")
	}
}

// float writes the shortest form that round-trips, as ECMA-262 and encoding/json do.
func float(b *strings.Builder, x float64, size int) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		b.WriteString("null")
		return
	}
	format := byte('f')
	if a := math.Abs(x); a != 0 {
		if size == 64 && (a < 1e-6 || a >= 1e21) || size == 32 && (float32(a) < 1e-6 || float32(a) >= 1e21) {
			format = 'e'
		}
	}
	s := strconv.FormatFloat(x, format, -1, size)
	if n := len(s); format == 'e' && n >= 4 && s[n-4] == 'e' && s[n-3] == '-' && s[n-2] == '0' {
		s = s[:n-2] + s[n-1:]
	}
	b.WriteString(s)
}

const hex = "0123456789abcdef"

func quote(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteByte(byte(r))
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ':
			b.WriteString(`\u00`)
			b.WriteByte(hex[r>>4])
			b.WriteByte(hex[r&15])
		case r == '\u2028':
			b.WriteString(`\u2028`) // so that the text can stand in a script
		case r == '\u2029':
			b.WriteString(`\u2029`)
		default:
			b.WriteRune(r) // utf8.RuneError for invalid bytes
		}
	}
	b.WriteByte('"')
}
