package main

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
)

// checkShape compares decoded JSON with the type it is meant for and reports every unknown key and every value of another
// type by its path; keys in byte order. A field that is null is absent; an element of an array is never null.
func checkShape(p *b2b.Problems, path string, v any, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := v.(type) {
	case map[string]any:
		if t.Kind() == reflect.Struct {
			checkFields(p, path, v, t)
			return
		}
	case []any:
		if t.Kind() == reflect.Slice {
			for i, x := range v {
				checkShape(p, path+"["+strconv.Itoa(i)+"]", x, t.Elem())
			}
			return
		}
	case json.Number:
		if t.Kind() == reflect.Float64 {
			if _, err := v.Float64(); err != nil {
				p.Add(path, "a number too large")
			}
			return
		}
		if isWhole(t) {
			if _, err := v.Int64(); err != nil {
				p.Add(path, "a number where a whole number of at most 63 bits is needed")
			}
			return
		}
	case string:
		if t.Kind() == reflect.String {
			return
		}
	case bool:
		if t.Kind() == reflect.Bool {
			return
		}
	}
	p.Add(path, found(v)+" where "+needed(t)+" is needed")
}

func checkFields(p *b2b.Problems, path string, v map[string]any, t reflect.Type) {
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		at := strings.TrimPrefix(path+"."+k, ".")
		field, known := tagged(t, k)
		switch {
		case !known:
			p.Add(at, "unknown key")
		case v[k] != nil:
			checkShape(p, at, v[k], field)
		}
	}
}

func tagged(t reflect.Type, key string) (reflect.Type, bool) {
	for f := range t.Fields() {
		if f.Tag.Get("json") == key {
			return f.Type, true
		}
	}
	return nil, false
}

func isWhole(t reflect.Type) bool { return t.Kind() == reflect.Int64 || t.Kind() == reflect.Int }

// found names what stands in the file.
func found(v any) string {
	switch v.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	case json.Number:
		return "a number"
	case string:
		return "a string"
	case bool:
		return "a bool"
	default:
		return "null"
	}
}

// needed names what should.
func needed(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Float64:
		return "a number"
	case isWhole(t):
		return "a whole number"
	case t.Kind() == reflect.String:
		return "a text"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Slice:
		return "an array"
	default:
		return "an object"
	}
}
