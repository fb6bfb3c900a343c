package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Violation is one use of something that a package may not use. It is an
// immutable value.
type Violation struct {
	File    string // path in the module
	Line    int
	Package string // folder in the module, "." for the root
	Uses    string // a folder in the module, a package or a name of the standard library
	Why     string
}

// String writes it as compilers write errors.
func (v Violation) String() string {
	return fmt.Sprintf("%s:%d: package %s uses %s: %s", v.File, v.Line, v.Package, v.Uses, v.Why)
}

// Check reads all Go files of the module in fsys, whatever their build
// constraints, and lists the violations in the order of files and lines. Nested
// modules, testdata, and folders whose name starts with a dot or an underscore
// are left out. The error is of reading or parsing.
func Check(fsys fs.FS) ([]Violation, error) {
	var found []Violation
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && outside(fsys, name) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		more, err := checkFile(name, src)
		found = append(found, more...)
		return err
	})
	return found, err
}

// outside says whether the folder is no part of the module.
func outside(fsys fs.FS, folder string) bool {
	base := path.Base(folder)
	if base == "testdata" || base == "vendor" || base[0] == '.' || base[0] == '_' {
		return true
	}
	_, err := fs.Stat(fsys, folder+"/go.mod")
	return err == nil
}

func checkFile(name string, src []byte) ([]Violation, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, src, 0)
	if err != nil {
		return nil, err
	}
	var (
		pkg   = path.Dir(name)
		test  = strings.HasSuffix(name, "_test.go")
		core  = !test && !isTestOnly(pkg) && !within(pkg, "examples")
		names = map[string]string{} // how the file calls a package → its path
		found []Violation
	)
	report := func(at token.Pos, uses, why string) {
		if why != "" {
			found = append(found, Violation{name, set.Position(at).Line, pkg, uses, why})
		}
	}
	if !known(pkg) {
		report(file.Name.Pos(), "no entry of the graph", "say in internal/arch/graph.go what it may import")
	}
	for _, spec := range file.Imports {
		to, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if within(to, module) {
			to = path.Clean("." + strings.TrimPrefix(to, module))
			report(spec.Pos(), to, whyNot(pkg, to, test))
			continue
		}
		if !core {
			continue
		}
		report(spec.Pos(), to, whyNotStd(to))
		called := defaultName(to)
		if spec.Name != nil {
			called = spec.Name.Name
		}
		if called == "." && hasForbiddenNames(to) {
			report(spec.Pos(), to, "no dot import: its names could not be checked")
		}
		names[called] = to
	}
	if !core {
		return found, nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		// A name that the file itself declares has an Obj: it hides the package.
		if x, ok := sel.X.(*ast.Ident); ok && x.Obj == nil {
			to := names[x.Name]
			report(sel.Pos(), to+"."+sel.Sel.Name, whyNotName(to, sel.Sel.Name))
		}
		return true
	})
	return found, nil
}

// defaultName is the name of a package that is imported without one.
func defaultName(pkg string) string {
	if pkg == "math/rand/v2" {
		return "rand"
	}
	return path.Base(pkg)
}

func hasForbiddenNames(pkg string) bool {
	return pkg == "time" || pkg == "math/rand/v2" || pkg == "fmt"
}
