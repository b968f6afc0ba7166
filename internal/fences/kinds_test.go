package fences

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// seam are the packages whose types other packages must not switch on: kinds of link
// and Ops. Other packages have a table with a row for each type.
var seam = map[string]string{"state": "internal/state", "plan": "internal/plan"}

// answering are the methods that identify a type as a kind, a change of one, or an Op.
var answering = []string{"Kind", "Apply"}

// No code distinguishes kinds of link or Ops by a type switch, a type assertion or the
// name of a kind: differences are rows of tables, so that a new kind or Op needs only
// new rows.
func TestKindsAndOpsAnswerForThemselves(t *testing.T) {
	names := map[string][]string{}
	for pkg, dir := range seam {
		names[pkg] = answeringTypes(t, dir)
		if len(names[pkg]) < 3 {
			t.Fatalf("found the types %v in %s only", names[pkg], dir)
		}
	}
	for path, file := range sources(t) {
		own := filepath.Base(filepath.Dir(path))
		of := func(e ast.Expr) string { return seamType(e, own, names) }
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeAssertExpr:
				if name := of(n.Type); name != "" {
					t.Errorf("%s asserts that something is a %s", path, name)
				}
			case *ast.TypeSwitchStmt:
				for _, c := range n.Body.List {
					for _, e := range c.(*ast.CaseClause).List {
						if name := of(e); name != "" {
							t.Errorf("%s has a case for the type %s", path, name)
						}
					}
				}
			case *ast.BinaryExpr:
				if n.Op == token.EQL || n.Op == token.NEQ {
					for _, e := range []ast.Expr{n.X, n.Y} {
						if name := named(e, of); name != "" {
							t.Errorf("%s compares the name of a kind with that of %s", path, name)
						}
					}
				}
			}
			return true
		})
	}
}

// answeringTypes returns the exported types of a package that have an answering
// method.
func answeringTypes(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	for path, file := range sources(t) {
		if filepath.Dir(path) != filepath.Join(root, dir) {
			continue
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || !slices.Contains(answering, f.Name.Name) {
				continue
			}
			if id, ok := f.Recv.List[0].Type.(*ast.Ident); ok && id.IsExported() {
				names = append(names, id.Name)
			}
		}
	}
	return names
}

// seamType returns the name of the kind or Op that an expression is the type of, or
// "".
func seamType(e ast.Expr, own string, names map[string][]string) string {
	if p, ok := e.(*ast.StarExpr); ok {
		e = p.X
	}
	switch e := e.(type) {
	case *ast.SelectorExpr:
		if pkg, ok := e.X.(*ast.Ident); ok && slices.Contains(names[pkg.Name], e.Sel.Name) {
			return pkg.Name + "." + e.Sel.Name
		}
	case *ast.Ident:
		if slices.Contains(names[own], e.Name) {
			return e.Name
		}
	}
	return ""
}

// named returns the kind of which an expression is the name, as state.Veth{}.Kind()
// is, or "".
func named(e ast.Expr, of func(ast.Expr) string) string {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return ""
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || method.Sel.Name != "Kind" {
		return ""
	}
	value := method.X
	if p, ok := value.(*ast.ParenExpr); ok {
		value = p.X
	}
	lit, ok := value.(*ast.CompositeLit)
	if !ok {
		return ""
	}
	return of(lit.Type)
}

// root is the folder of the module, seen from here.
const root = "../.."

// sources returns the parsed files of the module but its tests, by path.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	for _, path := range goFiles(t) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files[path] = file
	}
	return files
}

// goFiles returns the paths of all Go files of the module.
func goFiles(t *testing.T) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := e.Name(); e.IsDir() && (name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") && name != "..") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") {
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
