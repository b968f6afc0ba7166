package compile_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/topo"
)

// FuzzCompile compiles whatever of a file has a wiring, also beside mistakes: it must not
// panic, report mistakes in the order of the file, and report none that topo reports too.
func FuzzCompile(f *testing.F) {
	for _, pattern := range []string{"../../topo/testdata/*/*.yaml", "../../examples/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			f.Fatalf("no files %s: %v", pattern, err)
		}
		for _, file := range found {
			if data, err := os.ReadFile(file); err != nil {
				f.Fatal(err)
			} else if len(data) < 2000 {
				f.Add(data)
			}
		}
	}
	ms := append(topotest.Mistakes(), topotest.CompilerMistakes()...)
	for i := range ms {
		f.Add([]byte(topotest.File(ms, []int{i})))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		checked := topo.ParseChecked("lab.yaml", "lab.yaml", data)
		lab, err := compile.CompileChecked(checked)
		if err == nil {
			if checked.Err() != nil || lab.State == nil {
				t.Fatalf("compiled a lab with mistakes: %v", checked.Err())
			}
			return
		}
		all, known := topo.Errors{}, topo.Errors{}
		if !errors.As(err, &all) || lab != nil {
			t.Fatalf("got %v, %v, want topo.Errors", lab, err)
		}
		_ = errors.As(checked.Err(), &known)
		for i, e := range all {
			if i > 0 && (all[i-1].Pos.Line > e.Pos.Line || all[i-1].Pos.Line == e.Pos.Line && all[i-1].Pos.Col > e.Pos.Col) {
				t.Errorf("%v is after %v", e, all[i-1])
			}
			isKnown := slices.ContainsFunc(known, func(k *topo.Error) bool { return *k == *e })
			if !isKnown && slices.ContainsFunc(known, func(k *topo.Error) bool { return k.Pos == e.Pos && k.Msg == e.Msg }) {
				t.Errorf("%v is reported twice", e)
			}
		}
	})
}
