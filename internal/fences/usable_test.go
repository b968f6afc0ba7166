package fences

import (
	"encoding/json"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// public are the packages that other modules import.
var public = []string{"", "/topo", "/labtest"}

// No exported function, method or field of a public package has a type of an internal
// package, unless a public package has an alias for it.
func TestExportedIsUsable(t *testing.T) {
	packages := load(t)
	named := map[types.Type]bool{} // types of internal packages that have a public name
	for _, p := range packages {
		for _, name := range p.Scope().Names() {
			if o, ok := p.Scope().Lookup(name).(*types.TypeName); ok && o.Exported() {
				named[types.Unalias(o.Type())] = true
			}
		}
	}
	for _, p := range packages {
		u := &usable{t: t, named: named, seen: map[types.Type]bool{}}
		for _, name := range p.Scope().Names() {
			if o := p.Scope().Lookup(name); o.Exported() {
				u.object(p.Name()+"."+name, o)
			}
		}
		if len(u.seen) < 10 {
			t.Errorf("package %s: only %d types were checked", p.Name(), len(u.seen))
		}
	}
}

// usable checks the types of exported declarations.
type usable struct {
	t     *testing.T
	named map[types.Type]bool
	seen  map[types.Type]bool
}

func (u *usable) object(path string, o types.Object) {
	if name, ok := o.(*types.TypeName); ok {
		u.declared(path, types.Unalias(name.Type()))
		return
	}
	u.check(path, o.Type())
}

// declared checks the methods and fields of a type with a public name.
func (u *usable) declared(path string, typ types.Type) {
	if named, ok := typ.(*types.Named); ok {
		for m := range named.Methods() {
			if m.Exported() {
				u.check(path+"."+m.Name(), m.Type())
			}
		}
		typ = named.Underlying()
	}
	u.check(path, typ)
}

// check checks a type in an exported declaration.
func (u *usable) check(path string, typ types.Type) {
	typ = types.Unalias(typ)
	if named, ok := typ.(*types.Named); ok {
		if pkg := named.Obj().Pkg(); pkg != nil && strings.Contains(pkg.Path(), "/internal/") &&
			strings.HasPrefix(pkg.Path(), module) && !u.named[named.Origin()] {
			u.t.Errorf("%s: has the type %s, which has no public name", path, named)
		}
		for arg := range named.TypeArgs().Types() {
			u.check(path, arg)
		}
		return
	}
	if u.seen[typ] {
		return
	}
	u.seen[typ] = true
	switch typ := typ.(type) {
	case *types.Pointer:
		u.check(path, typ.Elem())
	case *types.Slice:
		u.check(path, typ.Elem())
	case *types.Array:
		u.check(path, typ.Elem())
	case *types.Chan:
		u.check(path, typ.Elem())
	case *types.Map:
		u.check(path, typ.Key())
		u.check(path, typ.Elem())
	case *types.Signature:
		for v := range typ.Params().Variables() {
			u.check(path, v.Type())
		}
		for v := range typ.Results().Variables() {
			u.check(path, v.Type())
		}
	case *types.Struct:
		for f := range typ.Fields() {
			if f.Exported() {
				u.check(path+"."+f.Name(), f.Type())
			}
		}
	case *types.Interface:
		for m := range typ.ExplicitMethods() {
			u.check(path+"."+m.Name(), m.Type())
		}
	}
}

// load returns the public packages, with the types of all that they import.
func load(t *testing.T) []*types.Package {
	args := []string{"list", "-export", "-deps", "-json=ImportPath,Export"}
	for _, p := range public {
		args = append(args, module+p)
	}
	out, err := exec.CommandContext(t.Context(), "go", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{} // files by import path
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct{ ImportPath, Export string }
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
	}
	imports := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	var packages []*types.Package
	for _, path := range public {
		p, err := imports.Import(module + path)
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	return packages
}
