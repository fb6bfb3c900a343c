package main

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
)

func kind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Float64:
		return "a number"
	case reflect.Int64, reflect.Int:
		return "a whole number"
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "an array"
	default:
		return "an object"
	}
}

// unknownKeys compares the keys of the input with the tags of the type, in the order of the keys.
func unknownKeys(p *b2b.Problems, path string, v any, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := v.(type) {
	case map[string]any:
		if t.Kind() != reflect.Struct {
			return // a wrong type, which decoding reports
		}
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			at := strings.TrimPrefix(path+"."+k, ".")
			field, known := tagged(t, k)
			if !known {
				p.Add(at, "unknown key")
				continue
			}
			unknownKeys(p, at, v[k], field)
		}
	case []any:
		if t.Kind() == reflect.Slice {
			for i, x := range v {
				unknownKeys(p, path+"["+strconv.Itoa(i)+"]", x, t.Elem())
			}
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
