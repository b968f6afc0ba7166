//go:build linux

package probe_test

import (
	"fmt"
	"testing"

	"github.com/vethlab/vethlab/internal/probe"
)

// BenchmarkAsk asks all pairs of hosts on one switch, which know each other.
func BenchmarkAsk(b *testing.B) {
	for _, hosts := range []int{10, 50, 100} {
		b.Run(fmt.Sprintf("hosts=%d", hosts), func(b *testing.B) {
			l := upStar(b, hosts)
			targets := l.pairs(hosts)
			roomForNeighbours(b, 2*len(targets))
			reachAll(b, targets)
			for b.Loop() {
				reachAll(b, targets)
			}
			questions := float64(b.N) * float64(len(targets))
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/questions, "ns/question")
		})
	}
}

func reachAll(b *testing.B, targets []probe.Question) {
	for _, r := range probe.Ask(b.Context(), targets, probe.Options{}) {
		if r.Found != probe.Reachable {
			b.Fatalf("%+v", r)
		}
	}
}
