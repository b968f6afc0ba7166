package fences

import (
	"go/ast"
	"go/parser"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/state"
)

// No code distinguishes kinds of link or Ops by their type or by the word of a kind:
// differences are rows of tables and files per kind, so that a new kind or Op needs only
// new ones.
func TestKindsAndOpsAnswerForThemselves(t *testing.T) {
	packages, loader := typedPackages(t)
	s := seamOf(packages, module+"/", linkWords())
	if len(s.faces) != len(asked) || len(s.kinds) < 10 || len(s.ops) < 15 {
		t.Fatalf("found %d interfaces, the kinds %v and the Ops %v", len(s.faces), s.kinds, s.ops)
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	s.catches(t, loader)
	for _, p := range packages {
		for path, file := range p.files {
			rel, err := filepath.Rel(abs, path)
			if err != nil {
				t.Fatal(err)
			}
			if s.mayName(filepath.ToSlash(rel)) {
				continue
			}
			for _, fault := range s.check(p, file) {
				t.Errorf("%s %s", rel, fault)
			}
		}
	}
}

// forms are ways to ask for a type or a word, and must be found.
var forms = []string{
	`_, ok := k.(state.Bridge); return ok`,
	`switch k.(type) { case state.Bridge: return true }; return false`,
	`return k.Kind() == state.Bridge{}.Kind()`,
	`_, ok := state.As[state.Bridge](k); return ok`,
	`return k.Kind() == "bridge"`,
	`return l.KindName() == "bridge"`,
	`switch k.Kind() { case "bridge": return true }; return false`,
	`switch k.Kind() { case state.Bridge{}.Kind(): return true }; return false`,
	`return k.Equal(state.Bridge{})`,
	`_, ok := k.(other.Bridge); return ok`,
	`_, ok := f.(*topo.Bridge); return ok`,
	`return f.Word() == "bridge"`,
	`return reflect.TypeOf(k) == nil`,
	`return k == state.Kind(state.Bridge{})`,
	`_, ok := k.(interface{ STP() bool }); return ok`,
	`switch any(k) { case any(state.Bridge{}): return true }; return false`,
	`return d.Kind == "bridge"`,
	`return slices.Contains([]string{"vlan", "macvlan"}, d.Kind)`,
	`_, ok := d.Info.(dump.VLAN); return ok`,
	`_, ok := op.(plan.DelLink); return ok`,
	`_, ok := any(op).(plan.DelLink); return ok`,
	`_, ok := op.(interface{ From() string }); return ok`,
	`return reflect.TypeOf(op) == reflect.TypeFor[plan.DelLink]()`,
	`return op == plan.Op(plan.DelLink{})`,
}

// allowed are what must not be found.
var allowed = []string{
	`return k != nil && k.Traits().Forwards`,
	`return l.KindName() != "" && k.Kind() != l.KindName()`,
	`op = plan.DelLink{}; return op.Traits().Removes`,
	`a := plan.DelLink{}; return a == plan.DelLink{}`,
	`return l.Name == "veth"`,
}

// catches checks that forms are found, and what is allowed is not.
func (s *seam) catches(t *testing.T, l *typeLoader) {
	const head = `package p
import (
	"reflect"; "slices"
	"MODULE/internal/dump"; "MODULE/internal/plan"; "MODULE/internal/state"; other "MODULE/internal/state"; "MODULE/topo"
)
var _, _, _, _ = reflect.TypeOf, slices.Contains[[]string], dump.Up, other.Host
func f(k state.Kind, l *state.Link, d *dump.Link, f topo.LinkKind, op plan.Op) bool { BODY }`
	for i, body := range slices.Concat(forms, allowed) {
		text := strings.NewReplacer("MODULE", module, "BODY", body).Replace(head)
		file, err := parser.ParseFile(l.fset, "p.go", text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		p := l.check(t, "p", map[string]*ast.File{"p.go": file})
		if faults := s.check(p, file); (len(faults) > 0) != (i < len(forms)) {
			t.Errorf("%s: found %q", body, faults)
		}
	}
}

// linkWords returns the words of the kinds of link that ip-link(8) knows.
func linkWords() []string {
	var list []string
	for _, k := range state.Kinds() {
		list = append(list, k.Kind())
	}
	return append(list, iproute2.OtherKinds()...)
}

// mayName reports whether a file is a table or that of one kind.
func (s *seam) mayName(path string) bool {
	if slices.Contains(tables, path) || slices.Contains(foreign, path) {
		return true
	}
	name := strings.TrimSuffix(filepath.Base(path), ".go")
	name = strings.TrimPrefix(strings.TrimSuffix(name, "_linux"), "dump_")
	return s.words[name]
}

// root is the folder of the module, seen from here.
const root = "../.."

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
