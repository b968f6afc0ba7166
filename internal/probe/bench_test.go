//go:build linux

package probe_test

import (
	"fmt"
	"testing"

	"github.com/vethlab/vethlab/internal/probe"
)

var benchSizes = []int{10, 100, 300}

// BenchmarkAsk asks all pairs of hosts on one switch, with resolved neighbours.
func BenchmarkAsk(b *testing.B) {
	for _, hosts := range benchSizes {
		b.Run(fmt.Sprintf("hosts=%d", hosts), func(b *testing.B) {
			questions := hosts * (hosts - 1)
			raiseNeighLimit(b, 2*questions)
			l := upStar(b, hosts)
			askAll(b, l.pairs(hosts))
			for b.Loop() {
				askAll(b, l.pairs(hosts))
			}
			reportPerQuestion(b, questions)
		})
	}
}

// BenchmarkAskUnresolved asks all pairs of hosts on one switch, with empty neighbour
// tables.
func BenchmarkAskUnresolved(b *testing.B) {
	for _, hosts := range benchSizes {
		b.Run(fmt.Sprintf("hosts=%d", hosts), func(b *testing.B) {
			questions := hosts * (hosts - 1)
			raiseNeighLimit(b, 2*questions)
			l := upStar(b, hosts)
			for b.Loop() {
				b.StopTimer()
				for i := range hosts {
					l.ip(fmt.Sprintf("h%d", i), "neigh", "flush", "all")
				}
				b.StartTimer()
				askAll(b, l.pairs(hosts))
			}
			reportPerQuestion(b, questions)
		})
	}
}

// BenchmarkCalls opens a TCP connection for each pair of hosts on one switch.
func BenchmarkCalls(b *testing.B) {
	const hosts = 30
	l := upStar(b, hosts)
	questions := l.pairs(hosts)
	var services []probe.Service
	for i := range questions {
		questions[i].Via, questions[i].Port = probe.TCP, 7
	}
	for i := range hosts {
		n, _ := l.Node(fmt.Sprintf("h%d", i))
		services = append(services, probe.Service{Namespace: n.Namespace, Via: probe.TCP, Port: 7})
	}
	servers, _ := probe.Serve(services)
	defer servers.Close()
	for b.Loop() {
		askAll(b, questions)
	}
	reportPerQuestion(b, len(questions))
}

func askAll(b *testing.B, questions []probe.Question) {
	for _, a := range probe.Ask(b.Context(), questions, probe.Options{}) {
		if a.Found != probe.Reachable {
			b.Fatalf("%+v", a)
		}
	}
}

func reportPerQuestion(b *testing.B, questions int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*questions), "ns/question")
}
