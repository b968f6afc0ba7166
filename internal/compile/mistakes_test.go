package compile_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/topo"
)

// found returns the places of the mistakes of a file, in order: lines without their numbers,
// columns. It fails if the mistakes are not in the order of the file.
func found(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string,
) []string {
	t.Helper()
	_, err := compile.CompileChecked(topo.ParseChecked("lab.yaml", "lab.yaml", []byte(text)))
	var es topo.Errors
	if !errors.As(err, &es) {
		t.Fatalf("no mistake in\n%s", text)
	}
	if !slices.IsSortedFunc(es, func(a, b *topo.Error) int { return a.Pos.Line - b.Pos.Line }) {
		t.Fatalf("not in the order of the file: %v", err)
	}
	var places []string
	for _, e := range es {
		places = append(places, fmt.Sprintf("%d of %s", e.Pos.Col, e.Source))
	}
	slices.Sort(places)
	return places
}

// Each of the compiler's mistakes is one, has a place in the file, and is none of topo's.
func TestOneMistake(t *testing.T) {
	ms := topotest.CompilerMistakes()
	for i := range ms {
		text := topotest.File(ms, []int{i})
		if _, err := topo.Parse("lab.yaml", []byte(text)); err != nil {
			t.Errorf("topo finds %v in\n%s", err, text)
		}
		if places := found(t, text); len(places) != 1 || places[0][:2] == "0 " {
			t.Errorf("the mistakes are at %q, want one place in\n%s", places, text)
		}
	}
}

// The compiler's mistakes are reported together, beside those of topo that no link and no
// address depends on, and no others. Beside another mistake of topo they are not.
func TestAllMistakesAtOnce(t *testing.T) {
	others := len(topotest.Mistakes())
	ms := append(topotest.Mistakes(), topotest.CompilerMistakes()...)
	rapid.Check(t, func(t *rapid.T) {
		which := rapid.SliceOfNDistinct(rapid.IntRange(others, len(ms)-1), 1, 3, rapid.ID[int]).Draw(t, "compiler's")
		which = append(which, rapid.SliceOfNDistinct(rapid.IntRange(0, others-1), 0, 3, rapid.ID[int]).Draw(t, "topo's")...)
		which = topotest.Independent(ms, which)
		apart := !slices.ContainsFunc(which, func(i int) bool { return i < others && !ms[i].Apart })
		var want []string
		for _, i := range which {
			if apart || i < others {
				want = append(want, found(t, topotest.File(ms, []int{i}))...)
			}
		}
		slices.Sort(want)
		text := topotest.File(ms, which)
		if got := found(t, text); !slices.Equal(got, want) {
			t.Fatalf("got %q\nwant %q\n%s", got, want, text)
		}
	})
}
