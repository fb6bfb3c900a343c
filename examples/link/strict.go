package main

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
)

// unknownKeys adds a problem for every key of the JSON that the type does not have, at any depth, with its path. Types that
// read themselves decide for themselves. JSON that does not parse is left to the decoder.
func unknownKeys(p *b2b.Problems, path string, data json.RawMessage, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		var object map[string]json.RawMessage
		if json.Unmarshal(data, &object) != nil {
			return
		}
		for _, key := range sortedKeys(object) {
			at := strings.TrimPrefix(path+"."+key, ".")
			if f, ok := keyField(t, key); ok {
				unknownKeys(p, at, object[key], f)
			} else {
				p.Add(at, "unknown key")
			}
		}
	case reflect.Slice:
		var list []json.RawMessage
		if json.Unmarshal(data, &list) == nil {
			for i, x := range list {
				unknownKeys(p, path+"["+strconv.Itoa(i)+"]", x, t.Elem())
			}
		}
	default:
	}
}

// keyField is the type of the field that a key of JSON names.
func keyField(t reflect.Type, key string) (reflect.Type, bool) {
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		if f.IsExported() && strings.EqualFold(name, key) {
			return f.Type, true
		}
	}
	return nil, false
}
