package topo_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/topo"
)

// found returns where the mistakes of a file are: lines without their numbers, columns.
func found(t interface{ Fatalf(string, ...any) }, text string) []string {
	_, err := topo.Parse("lab.yaml", []byte(text))
	var es topo.Errors
	if !errors.As(err, &es) {
		t.Fatalf("no mistake in\n%s", text)
	}
	var places []string
	for _, e := range es {
		places = append(places, fmt.Sprintf("%d of %s", e.Pos.Col, e.Source))
	}
	slices.Sort(places)
	return places
}

// Each of the mistakes is one, and has a place.
func TestOneMistake(t *testing.T) {
	ms := topotest.Mistakes()
	for i := range ms {
		text := topotest.File(ms, []int{i})
		if places := found(t, text); len(places) != 1 || strings.HasPrefix(places[0], "0 of") {
			_, err := topo.Parse("lab.yaml", []byte(text))
			t.Errorf("%d mistakes instead of one:\n%v\n%s", len(places), err, text)
		}
	}
}

// Mistakes of any kinds are all reported at once, at the places that they have alone, and
// no others.
func TestAllMistakesAtOnce(t *testing.T) {
	ms := topotest.Mistakes()
	rapid.Check(t, func(t *rapid.T) {
		which := rapid.SliceOfNDistinct(rapid.IntRange(0, len(ms)-1), 2, 5, rapid.ID[int]).Draw(t, "which")
		which = topotest.Independent(ms, which)
		var want []string
		for _, i := range which {
			want = append(want, found(t, topotest.File(ms, []int{i}))...)
		}
		slices.Sort(want)
		text := topotest.File(ms, which)
		if got := found(t, text); !slices.Equal(got, want) {
			_, err := topo.Parse("lab.yaml", []byte(text))
			t.Fatalf("got %q\nwant %q\n%s\n%v", got, want, text, err)
		}
	})
}
