// Package apigolden writes down the exported API of the module, one line per
// name, so that a change of it shows up in review: see api.txt at the root. It
// reads the syntax only; a constant or variable without a stated type has none
// here.
package apigolden

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// API returns the sorted lines of the module in fsys: of all packages but
// commands, internal packages and those under examples or testdata.
func API(fsys fs.FS) ([]string, error) {
	var lines []string
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := path.Base(name); entry.IsDir() {
			if name != "." && (base[0] == '.' || base[0] == '_' || slices.Contains([]string{"internal", "testdata", "examples", "vendor"}, base)) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if file.Name.Name != "main" {
			a := api{pkg: path.Dir(name)}
			a.file(file)
			lines = append(lines, a.lines...)
		}
		return nil
	})
	slices.Sort(lines)
	return slices.Compact(lines), err // files of several systems may declare one name
}

// Diff lists the lines that only one side has, with - before those of old and +
// before those of new. Both are sorted, as is the result but for its signs.
func Diff(old, changed []string) []string {
	var diff []string
	for len(old) > 0 || len(changed) > 0 {
		order := -1
		switch {
		case len(old) == 0:
			order = 1
		case len(changed) > 0:
			order = cmp.Compare(old[0], changed[0])
		}
		switch {
		case order < 0:
			diff, old = append(diff, "-"+old[0]), old[1:]
		case order > 0:
			diff, changed = append(diff, "+"+changed[0]), changed[1:]
		default:
			old, changed = old[1:], changed[1:]
		}
	}
	return diff
}

type api struct {
	pkg   string
	lines []string
}

func (a *api) add(format string, args ...any) {
	a.lines = append(a.lines, "pkg "+a.pkg+", "+fmt.Sprintf(format, args...))
}

func (a *api) file(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		if f, ok := n.(*ast.FuncType); ok {
			withoutNames(f.Params)
			withoutNames(f.Results)
		}
		return true
	})
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			a.function(d)
		case *ast.GenDecl:
			switch d.Tok {
			case token.CONST:
				a.constants(d)
			case token.VAR:
				for _, spec := range d.Specs {
					a.variable(spec.(*ast.ValueSpec))
				}
			case token.TYPE:
				for _, spec := range d.Specs {
					a.typ(spec.(*ast.TypeSpec))
				}
			}
		}
	}
}

// withoutNames drops the names of parameters, which are no part of the API.
func withoutNames(list *ast.FieldList) {
	if list == nil {
		return
	}
	var types []*ast.Field
	for _, f := range list.List {
		for range max(1, len(f.Names)) {
			types = append(types, &ast.Field{Type: f.Type})
		}
	}
	list.List = types
}

func (a *api) function(d *ast.FuncDecl) {
	if !d.Name.IsExported() {
		return
	}
	signature := strings.TrimPrefix(text(d.Type), "func")
	if d.Recv == nil {
		a.add("func %s%s", d.Name.Name, signature)
		return
	}
	receiver := d.Recv.List[0].Type
	if ast.IsExported(strings.TrimLeft(text(receiver), "*")) {
		a.add("method (%s) %s%s", text(receiver), d.Name.Name, signature)
	}
}

func (a *api) variable(s *ast.ValueSpec) {
	for _, name := range s.Names {
		if name.IsExported() {
			a.add("%s", join("var "+name.Name, s.Type))
		}
	}
}

// constants writes the expression of each constant, and its place where that
// counts: reordering an enumeration changes its values.
func (a *api) constants(d *ast.GenDecl) {
	var typ ast.Expr
	var values []ast.Expr
	for place, spec := range d.Specs {
		s := spec.(*ast.ValueSpec)
		if s.Type != nil || s.Values != nil {
			typ, values = s.Type, s.Values
		}
		for i, name := range s.Names {
			if !name.IsExported() || i >= len(values) {
				continue
			}
			line := join("const "+name.Name, typ) + " = " + text(values[i])
			if usesIota(values[i]) {
				line += fmt.Sprintf(" with iota %d", place)
			}
			a.add("%s", line)
		}
	}
}

func usesIota(e ast.Expr) bool {
	uses := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == "iota" {
			uses = true
		}
		return true
	})
	return uses
}

func (a *api) typ(s *ast.TypeSpec) {
	if !s.Name.IsExported() {
		return
	}
	name := s.Name.Name + parameters(s.TypeParams)
	switch t := s.Type.(type) {
	case *ast.StructType:
		a.add("type %s struct", name)
		for _, f := range t.Fields.List {
			tag := ""
			if f.Tag != nil {
				tag = " " + f.Tag.Value
			}
			if f.Names == nil && ast.IsExported(baseName(f.Type)) {
				a.add("type %s struct, embedded %s%s", s.Name.Name, text(f.Type), tag)
			}
			for _, field := range f.Names {
				if field.IsExported() {
					a.add("type %s struct, %s %s%s", s.Name.Name, field.Name, text(f.Type), tag)
				}
			}
		}
	case *ast.InterfaceType:
		a.add("type %s interface", name)
		for _, f := range t.Methods.List {
			if f.Names == nil {
				a.add("type %s interface, embedded %s", s.Name.Name, text(f.Type))
			}
			for _, method := range f.Names {
				// One that is not exported matters too: others cannot implement it.
				a.add("type %s interface, %s%s", s.Name.Name, method.Name, strings.TrimPrefix(text(f.Type), "func"))
			}
		}
	default:
		if s.Assign.IsValid() {
			name += " ="
		}
		a.add("type %s %s", name, text(s.Type))
	}
}

// baseName is the name of an embedded type, without package and pointer.
func baseName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return baseName(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.IndexExpr:
		return baseName(e.X)
	case *ast.IndexListExpr:
		return baseName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func parameters(list *ast.FieldList) string {
	if list == nil {
		return ""
	}
	var all []string
	for _, f := range list.List {
		for _, name := range f.Names {
			all = append(all, name.Name+" "+text(f.Type))
		}
	}
	return "[" + strings.Join(all, ", ") + "]"
}

func join(s string, e ast.Expr) string {
	if e == nil {
		return s
	}
	return s + " " + text(e)
}

// text prints a node on one line.
func text(n ast.Node) string {
	var b bytes.Buffer
	// A fresh file set: positions would only bring back the line breaks.
	if err := printer.Fprint(&b, token.NewFileSet(), n); err != nil {
		return "?"
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
