//go:build linux

package probe_test

import (
	"flag"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/probe"
)

// hunt is how many fresh labs of each kind are asked for wrong verdicts.
var hunt = flag.Int("hunt", 2, "how many fresh labs are asked for wrong verdicts")

// huntedLabs are labs whose hosts are called h0 and so on.
var huntedLabs = []struct {
	name string
	make func() string
	// nobody is an address that is nobody's, in everybody's reach.
	nobody []string
}{
	{"star", func() string { return starFile(50, `subnet: [10.7.0.0/24, "fd07::/64"]`) }, []string{"10.7.0.250", "fd07::250"}},
	{"IPv4 star", func() string { return starFile(50, "subnet: 10.7.0.0/24") }, []string{"10.7.0.250"}},
	{"routed", routedFile, []string{"10.7.0.250", "fd07:0:0:4::250"}},
}

// routedFile describes five routers in a row, each with a switch and eight
// hosts.
func routedFile() string {
	var b strings.Builder
	b.WriteString("nodes:\n")
	var links []string
	for r := range 5 {
		fmt.Fprintf(&b, "  r%d: {kind: router}\n  s%d: {kind: switch, subnet: [10.7.%d.0/24, 'fd07:0:0:%d::/64']}\n", r, r, r, r)
		links = append(links, fmt.Sprintf("[r%d, s%d]", r, r))
		if r > 0 {
			links = append(links, fmt.Sprintf("{endpoints: [r%d, r%d], subnet: [10.8.%d.0/30, 'fd08:0:0:%d::/64']}", r-1, r, r, r))
		}
		for h := range 8 {
			links = append(links, fmt.Sprintf("[h%d, s%d]", 8*r+h, r))
		}
	}
	return b.String() + "links: [" + strings.Join(links, ", ") + "]\n"
}

// In a fresh lab nobody knows a neighbour: the first packets decide.
func TestNoWrongVerdicts(t *testing.T) {
	for _, c := range huntedLabs {
		for i := range *hunt {
			t.Run(fmt.Sprintf("%s/%d", c.name, i), func(t *testing.T) {
				file := c.make()
				roomForNeighbours(t, 20000)
				l := up(t, file)
				questions, reachable := l.everybody(c.nobody)
				start := time.Now()
				wrong := 0
				for i, a := range probe.Ask(t.Context(), questions, probe.Options{}) {
					if (a.Found == probe.Reachable) != reachable[i] || a.Err == nil != reachable[i] {
						wrong++
						t.Errorf("%+v", a)
					}
				}
				t.Logf("%d questions, %d wrong, took %s", len(questions), wrong, time.Since(start))
			})
		}
	}
}

// everybody returns questions from all hosts to all addresses of all others, and
// to those that are nobody's, and whether each is to be answered.
func (l *lab) everybody(nobody []string) (questions []probe.Question, reachable []bool) {
	var from []string
	addresses := map[string][]netip.Addr{}
	for i := 0; ; i++ {
		name := fmt.Sprintf("h%d", i)
		n, ok := l.Node(name)
		if !ok {
			break
		}
		from = append(from, n.Namespace)
		for _, ipv6 := range []bool{false, true} {
			if a := l.Address(name, ipv6); a.IsValid() {
				addresses[n.Namespace] = append(addresses[n.Namespace], a)
			}
		}
	}
	add := func(from string, to netip.Addr, is bool) {
		questions = append(questions, probe.Question{Target: probe.Target{From: from, To: to}})
		reachable = append(reachable, is)
	}
	for _, f := range from {
		for _, t := range from {
			for _, a := range addresses[t] {
				if f != t {
					add(f, a, true)
				}
			}
		}
		for _, a := range nobody {
			add(f, netip.MustParseAddr(a), false)
		}
	}
	return questions, reachable
}
