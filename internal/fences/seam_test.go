package fences

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// asked are the interfaces through which kinds of link, changes of them and Ops answer
// questions. Code that has one calls its methods. To ask for the type of an Op is not
// allowed, to name it is: Ops are what Diff and the parsers make.
var asked = map[string]struct{ namable bool }{
	"internal/state.Kind":   {},
	"internal/state.Change": {},
	"internal/dump.Info":    {},
	"topo.LinkKind":         {},
	"internal/plan.Op":      {namable: true},
}

// wordMethods return the word of a kind of link.
var wordMethods = []string{"Kind", "KindName", "Word"}

// foreign are files whose words are those of other tools, such as containerlab's kinds
// of nodes.
var foreign = []string{"internal/importer/containerlab.go", "internal/importer/tinet.go"}

// tables are the files that may name kinds: one per kind, called by its word, and those
// with the table of a package.
var tables = []string{
	"internal/compile/kinds.go",
	"internal/decompile/kind.go",
	"internal/dump/kind.go",
	"internal/dump/modelkind.go",
	"internal/dump/upper.go",
	"internal/explain/kind.go",
	"internal/explain/explain.go",
	"internal/feature/needed.go",
	"internal/hostmap/kind.go",
	"internal/iproute2/brctl.go", // a program for bridges
	"internal/iproute2/kind.go",
	"internal/iproute2/print.go",
	"internal/ipshow/kind.go",
	"internal/kernel/dump_kind_linux.go",
	"internal/kernel/kind_linux.go",
	"internal/kernel/op_linux.go",
	"internal/kernel/kind_required_linux.go",
	"internal/plan/table.go",
	"internal/state/kind.go",
	"internal/state/other.go", // all kinds without a row
	"internal/topotest/kind.go",
	"internal/walk/fdb.go", // of bridges
	"internal/walk/kind.go",
	"internal/walk/reserved.go", // groups that bridges don't forward
	"topo/kind.go",
	"topo/wiring.go", // with the kinds of interfaces that no file names
}

// A seam is the types of a program that answer for themselves.
type seam struct {
	faces map[types.Type]bool     // the interfaces, by whether they are namable
	kinds map[types.Object]string // concrete types that must not be named
	ops   map[types.Object]string // concrete types that must not be asked for
	words map[string]bool         // the words of kinds
}

// A typed is a package with the types of its expressions.
type typed struct {
	*types.Package
	files map[string]*ast.File // by path
	info  *types.Info
}

// seamOf finds the types of the seam in packages.
func seamOf(packages []typed, module string, words []string) *seam {
	s := &seam{map[types.Type]bool{}, map[types.Object]string{}, map[types.Object]string{}, map[string]bool{}}
	for _, w := range words {
		s.words[w] = true
	}
	for name, face := range asked {
		dot := strings.LastIndex(name, ".")
		for _, p := range packages {
			if p.Path() == module+name[:dot] {
				s.faces[p.Scope().Lookup(name[dot+1:]).Type()] = face.namable
			}
		}
	}
	for _, p := range packages {
		for _, name := range p.Scope().Names() {
			o, ok := p.Scope().Lookup(name).(*types.TypeName)
			if !ok || o.IsAlias() || types.IsInterface(o.Type()) {
				continue
			}
			if named, ok := o.Type().(*types.Named); ok && named.TypeParams().Len() > 0 {
				continue
			}
			for face, namable := range s.faces {
				if face.(*types.Named).Obj().Pkg() != p.Package {
					continue
				}
				i := face.Underlying().(*types.Interface)
				if !types.Implements(o.Type(), i) && !types.Implements(types.NewPointer(o.Type()), i) {
					continue
				}
				if namable {
					s.ops[o] = p.Name() + "." + name
				} else {
					s.kinds[o] = p.Name() + "." + name
				}
			}
		}
	}
	return s
}

// isFace reports whether a type is an interface of the seam, or a type parameter for one.
func (s *seam) isFace(t types.Type) bool {
	if t == nil {
		return false
	}
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		t = p.Constraint()
	}
	_, ok := s.faces[types.Unalias(t)]
	return ok
}

// concrete returns the name of the kind or Op that a type, or what it points to, is; ""
// for others.
func (s *seam) concrete(t types.Type) string {
	if t == nil {
		return ""
	}
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	named, ok := t.(*types.Named)
	if !ok {
		return ""
	}
	if name := s.kinds[named.Obj()]; name != "" {
		return name
	}
	return s.ops[named.Obj()]
}

// check returns what a file does with types of the seam that only tables may do.
func (s *seam) check(p typed, file *ast.File) []string {
	c := &seamCheck{seam: s, info: p.info}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			c.name(n)
		case *ast.TypeAssertExpr:
			c.assertion(n)
		case *ast.TypeSwitchStmt:
			for _, clause := range n.Body.List {
				for _, e := range clause.(*ast.CaseClause).List {
					c.asksFor(e)
				}
			}
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				c.comparison(n.X, n.Y)
			}
		case *ast.SwitchStmt:
			for _, clause := range n.Body.List {
				for _, e := range clause.(*ast.CaseClause).List {
					if n.Tag != nil {
						c.comparison(n.Tag, e)
					}
				}
			}
		case *ast.CallExpr:
			c.call(n)
		}
		return true
	})
	return c.faults
}

type seamCheck struct {
	*seam
	info   *types.Info
	faults []string
}

func (c *seamCheck) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// name reports the name of a kind, under which alias ever, and of an Op as a type
// argument.
func (c *seamCheck) name(id *ast.Ident) {
	if o, ok := c.info.Uses[id].(*types.TypeName); ok {
		if named, ok := types.Unalias(o.Type()).(*types.Named); ok && c.kinds[named.Obj()] != "" {
			c.fault("names the kind %s", c.kinds[named.Obj()])
		}
	}
	if args := c.info.Instances[id].TypeArgs; args != nil {
		for t := range args.Types() {
			if name := c.concrete(t); name != "" {
				c.fault("has the type argument %s", name)
			}
		}
	}
}

func (c *seamCheck) assertion(n *ast.TypeAssertExpr) {
	if c.isFace(c.info.TypeOf(n.X)) {
		c.fault("asserts or switches on the type of a %s", c.info.TypeOf(n.X))
	}
	if n.Type != nil {
		c.asksFor(n.Type)
	}
}

func (c *seamCheck) asksFor(e ast.Expr) {
	if name := c.concrete(c.info.TypeOf(e)); name != "" {
		c.fault("asks for the type %s", name)
	}
}

// comparison reports comparisons of kinds and Ops, but with nil, and of words of kinds
// with constants.
func (c *seamCheck) comparison(x, y ast.Expr) {
	for _, side := range [][2]ast.Expr{{x, y}, {y, x}} {
		e, other := c.bare(side[0]), side[1]
		if t := c.info.TypeOf(e); !c.info.Types[other].IsNil() && (c.isFace(t) || c.isFace(c.info.TypeOf(other)) && c.concrete(t) != "") {
			c.fault("compares a %s", t)
		}
		value := c.info.Types[other].Value
		if value == nil || value.Kind() != constant.String {
			value = constant.MakeString("")
		}
		if word := constant.StringVal(value); c.isWord(e) && word != "" || c.words[word] && saysKind(e) {
			c.fault("compares the word of a kind with %q", word)
		}
	}
}

// bare returns an expression without parentheses and conversions.
func (c *seamCheck) bare(e ast.Expr) ast.Expr {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
			continue
		case *ast.CallExpr:
			if len(x.Args) == 1 && c.info.Types[x.Fun].IsType() {
				e = x.Args[0]
				continue
			}
		}
		return e
	}
}

// isWord reports whether an expression calls a method that returns a kind's word.
func (c *seamCheck) isWord(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains(wordMethods, method.Sel.Name) {
		return false
	}
	t := c.info.TypeOf(method.X)
	return c.isFace(t) || c.concrete(t) != "" || method.Sel.Name == "KindName"
}

// saysKind reports whether an expression is a variable or field called kind.
func saysKind(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return strings.EqualFold(e.Name, "kind")
	case *ast.SelectorExpr:
		return strings.EqualFold(e.Sel.Name, "kind")
	}
	return false
}

// call reports reflection on a kind or Op, and a kind given to a method of another one.
func (c *seamCheck) call(n *ast.CallExpr) {
	f, ok := n.Fun.(*ast.SelectorExpr)
	if !ok || len(n.Args) == 0 {
		return
	}
	if o := c.info.Uses[f.Sel]; o != nil && o.Pkg() != nil && o.Pkg().Path() == "reflect" {
		for _, arg := range n.Args {
			if t := c.info.TypeOf(c.bare(arg)); c.isFace(t) || c.concrete(t) != "" {
				c.fault("reflects on a %s", t)
			}
		}
	}
	for _, arg := range n.Args {
		if t := c.info.TypeOf(c.bare(arg)); c.isFace(c.info.TypeOf(f.X)) && c.concrete(t) != "" {
			c.fault("compares with a %s", t)
		}
	}
	if f.Sel.Name == "Contains" {
		for _, arg := range n.Args {
			if list, ok := n.Args[0].(*ast.CompositeLit); ok && saysKind(arg) {
				c.fault("looks for the word of a kind in a list of %d", len(list.Elts))
			}
		}
	}
}

// typedPackages returns the packages of the module with their types, and what checks
// further ones.
func typedPackages(t *testing.T) ([]typed, *typeLoader) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,Export", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	l := &typeLoader{fset: token.NewFileSet(), own: map[string]*types.Package{}, exports: map[string]string{}}
	l.others = importer.ForCompiler(l.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(l.exports[path]) })
	var packages []typed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; { // dependencies come first
		var p struct {
			ImportPath, Dir, Export string
			GoFiles                 []string
		}
		if err := d.Decode(&p); err == io.EOF {
			return packages, l
		} else if err != nil {
			t.Fatal(err)
		}
		l.exports[p.ImportPath] = p.Export
		if p.ImportPath != module && !strings.HasPrefix(p.ImportPath, module+"/") {
			continue
		}
		files := map[string]*ast.File{}
		for _, name := range p.GoFiles {
			path := filepath.Join(p.Dir, name)
			if files[path], err = parser.ParseFile(l.fset, path, nil, parser.SkipObjectResolution); err != nil {
				t.Fatal(err)
			}
		}
		packages = append(packages, l.check(t, p.ImportPath, files))
	}
}

// A typeLoader finds the types of packages: of this module from their sources, so that
// a type is the same wherever it is used, and of others from their export data.
type typeLoader struct {
	fset    *token.FileSet
	own     map[string]*types.Package
	exports map[string]string // files, by import path
	others  types.Importer
}

// Import implements [types.Importer].
func (l *typeLoader) Import(path string) (*types.Package, error) {
	if p := l.own[path]; p != nil {
		return p, nil
	}
	return l.others.Import(path)
}

func (l *typeLoader) check(t *testing.T, path string, files map[string]*ast.File) typed {
	t.Helper()
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{},
		Defs: map[*ast.Ident]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
	}
	var list []*ast.File
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list = append(list, files[name])
	}
	config := types.Config{Importer: l}
	p, err := config.Check(path, l.fset, list, info)
	if err != nil {
		t.Fatal(err)
	}
	l.own[path] = p
	return typed{p, files, info}
}
