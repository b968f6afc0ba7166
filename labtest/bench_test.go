package labtest

import (
	"testing"

	"github.com/vethlab/vethlab/topo"
)

// BenchmarkStart is of making a lab of two nodes for a test and removing it.
func BenchmarkStart(b *testing.B) {
	needGround(b)
	t := topo.MustParse("links: [[a, b]]")
	for b.Loop() {
		var end func()
		start(b, t, func(fn func()) { end = fn })
		end()
	}
}
