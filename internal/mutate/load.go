package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A source is one file of the package without its tests.
type source struct {
	path    string
	text    []byte
	syntax  *ast.File
	imports map[string]string // names by path
}

// A subject is the package whose code is changed.
type subject struct {
	path, dir, name string
	files           []*source
	fset            *token.FileSet
	info            types.Info
	types           *types.Package
	rapid           bool // its tests take the flags of pgregory.net/rapid
	sites           []*site
}

// listed is a package in the output of go list.
type listed struct {
	ImportPath, Dir, Name, Export      string
	GoFiles, TestImports, XTestImports []string
	DepOnly                            bool
	Error                              *struct{ Err string }
}

func load(ctx context.Context, path string) (*subject, error) {
	s := &subject{fset: token.NewFileSet()}
	s.info = types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	exports := map[string]string{}
	var files []string
	list := exec.CommandContext(ctx, "go", "list", "-deps", "-export", "-json=ImportPath,Dir,Name,Export,GoFiles,TestImports,XTestImports,DepOnly,Error", path)
	out, err := list.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("go list %s: %w: %s", path, err, failed.Stderr)
	}
	if err != nil {
		return nil, err
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if p.Error != nil {
			return nil, errors.New(p.Error.Err)
		}
		exports[p.ImportPath] = p.Export
		if !p.DepOnly {
			s.path, s.dir, s.name, files = p.ImportPath, p.Dir, p.Name, p.GoFiles
			s.rapid = strings.Contains(strings.Join(append(p.TestImports, p.XTestImports...), " "), "pgregory.net/rapid")
		}
	}
	if err := s.parse(files); err != nil {
		return nil, err
	}
	return s, s.check(exports)
}

func (s *subject) parse(files []string) error {
	for _, name := range files {
		f := &source{path: filepath.Join(s.dir, name), imports: map[string]string{}}
		var err error
		if f.text, err = os.ReadFile(f.path); err != nil {
			return err
		}
		if f.syntax, err = parser.ParseFile(s.fset, f.path, f.text, parser.SkipObjectResolution); err != nil {
			return err
		}
		s.files = append(s.files, f)
	}
	return nil
}

// check finds the types of all expressions, with the export data of the imported packages.
func (s *subject) check(exports map[string]string) error {
	open := func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("cannot find export data of %q", path)
		}
		return os.Open(exports[path])
	}
	config := types.Config{Importer: importer.ForCompiler(s.fset, "gc", open)}
	var files []*ast.File
	for _, f := range s.files {
		files = append(files, f.syntax)
	}
	var err error
	if s.types, err = config.Check(s.path, s.fset, files, &s.info); err != nil {
		return err
	}
	for _, f := range s.files {
		f.nameImports(s.types)
	}
	return nil
}

func (f *source) nameImports(pkg *types.Package) {
	for _, spec := range f.syntax.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		if spec.Name != nil {
			f.imports[path] = spec.Name.Name
			continue
		}
		for _, p := range pkg.Imports() {
			if p.Path() == path {
				f.imports[path] = p.Name()
			}
		}
	}
}

// typeText returns a type as source text of a file, "" if the file lacks an import for it.
func (s *subject) typeText(f *source, t types.Type) string {
	known := true
	text := types.TypeString(types.Default(t), func(p *types.Package) string {
		if p == s.types {
			return ""
		}
		name := f.imports[p.Path()]
		known = known && name != "" && name != "_" && name != "."
		return name
	})
	if !known || strings.Contains(text, "untyped") {
		return ""
	}
	return text
}
