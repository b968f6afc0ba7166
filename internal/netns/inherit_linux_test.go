package netns

import (
	"math"
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWithout(t *testing.T) {
	for _, tt := range []struct {
		keep []int
		want [][2]uintptr
	}{
		{nil, [][2]uintptr{{3, math.MaxUint32}}},
		{[]int{-1, 0, 2}, [][2]uintptr{{3, math.MaxUint32}}},
		{[]int{3}, [][2]uintptr{{4, math.MaxUint32}}},
		{[]int{9, -1, 5, 5, 6}, [][2]uintptr{{3, 4}, {7, 8}, {10, math.MaxUint32}}},
	} {
		if got := without(tt.keep...); !slices.Equal(got, tt.want) {
			t.Errorf("without %v: got %v, want %v", tt.keep, got, tt.want)
		}
	}
}

// Descriptors that Go opens are not inherited, unlike those that a shell opens.
func TestInherited(t *testing.T) {
	file, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	fd := int(file.Fd())
	shells, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(shells)
	if got := inherited(); slices.Contains(got, fd) || !slices.Contains(got, shells) {
		t.Errorf("got %v, with %d and without %d", got, shells, fd)
	}
}
