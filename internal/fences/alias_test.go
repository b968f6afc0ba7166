package fences

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// `go doc` does not show what an alias of a type of an internal package has, so the comment
// of the alias lists its fields and methods, all of them and with their types.
func TestAliasesListTheirFields(t *testing.T) {
	aliases := 0
	for _, p := range load(t) {
		docs := typeComments(t, filepath.Join(root, strings.TrimPrefix(strings.TrimPrefix(p.Path(), module), "/")))
		for _, name := range p.Scope().Names() {
			o, ok := p.Scope().Lookup(name).(*types.TypeName)
			if !ok || !o.Exported() || !o.IsAlias() {
				continue
			}
			named, ok := types.Unalias(o.Type()).(*types.Named)
			if !ok || named.Obj().Pkg() == p {
				continue
			}
			aliases++
			want, got := membersOf(named), listedMembers(docs[name])
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("the comment of %s.%s lists\n%s\nwant\n%s", p.Name(), name, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
	if aliases < 10 {
		t.Errorf("found only %d aliases", aliases)
	}
}

// typeComments returns the comments of the types in a folder, by name.
func typeComments(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			d, ok := d.(*ast.GenDecl)
			if !ok || d.Tok != token.TYPE {
				continue
			}
			for _, s := range d.Specs {
				docs[s.(*ast.TypeSpec).Name.Name] = d.Doc.Text() + s.(*ast.TypeSpec).Doc.Text()
			}
		}
	}
	return docs
}

// membersOf returns the exported fields and methods of a type as Go writes them, without
// methods for JSON.
func membersOf(named *types.Named) []string {
	qualify := func(p *types.Package) string {
		if p == named.Obj().Pkg() {
			return "" // its types have aliases too
		}
		return p.Name()
	}
	var list []string
	if s, ok := named.Underlying().(*types.Struct); ok {
		for f := range s.Fields() {
			if f.Exported() {
				list = append(list, f.Name()+" "+types.TypeString(f.Type(), qualify))
			}
		}
	}
	for m := range named.Methods() {
		if m.Exported() && m.Name() != "MarshalJSON" {
			signature := strings.TrimPrefix(types.TypeString(m.Type(), qualify), "func")
			list = append(list, "func (*"+named.Obj().Name()+") "+m.Name()+signature)
		}
	}
	return list
}

var spaces = regexp.MustCompile(` +`)

// listedMembers returns the lines of code in a comment, without their own comments.
func listedMembers(doc string) []string {
	var list []string
	for line := range strings.Lines(doc) {
		if code, ok := strings.CutPrefix(line, "\t"); ok {
			code, _, _ = strings.Cut(code, "//")
			list = append(list, spaces.ReplaceAllString(strings.TrimSpace(code), " "))
		}
	}
	return list
}
