//go:build linux

package probe_test

import (
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/probe"
)

// hunt is how often the search for wrong verdicts makes each kind of lab.
var hunt = flag.Int("hunt", 1, "how often to search each kind of lab for wrong verdicts")

// huntedLabs are labs with hosts named h0 and so on.
var huntedLabs = []struct {
	name string
	make func() string
	// unused are addresses without a node, which all hosts have a route to.
	unused []string
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

// In a new lab all neighbour tables are empty, so the first packets may be lost.
func TestNoWrongVerdicts(t *testing.T) {
	for _, c := range huntedLabs {
		for i := range *hunt {
			t.Run(fmt.Sprintf("%s/%d", c.name, i), func(t *testing.T) {
				file := c.make()
				raiseNeighLimit(t, 20000)
				l := up(t, file)
				hosts := l.hosts()
				l.echoOn(hosts)
				questions, want := l.allQuestions(hosts, c.unused)
				start := time.Now()
				wrong := 0
				for i, a := range probe.Ask(t.Context(), questions, probe.Options{}) {
					if a.Found != want[i] || (a.Err == nil) != (want[i] == probe.Reachable) {
						wrong++
						t.Errorf("want %s: %+v", want[i], a)
					}
				}
				t.Logf("%d questions, %d wrong, took %s", len(questions), wrong, time.Since(start))
			})
		}
	}
}

// A peer is a host with its addresses.
type peer struct {
	namespace string
	addresses []netip.Addr
}

// hosts returns h0, h1 and so on.
func (l *lab) hosts() (hosts []peer) {
	for i := 0; ; i++ {
		name := fmt.Sprintf("h%d", i)
		n, ok := l.Node(name)
		if !ok {
			return hosts
		}
		h := peer{namespace: n.Namespace}
		for _, ipv6 := range []bool{false, true} {
			if a := l.Address(name, ipv6); a.IsValid() {
				h.addresses = append(h.addresses, a)
			}
		}
		hosts = append(hosts, h)
	}
}

// echoOn runs TCP and UDP echo servers on port 7 of all hosts until the test ends.
func (l *lab) echoOn(hosts []peer) {
	var services []probe.Service
	for _, h := range hosts {
		for _, via := range []probe.Protocol{probe.TCP, probe.UDP} {
			services = append(services, probe.Service{Namespace: h.namespace, Via: via, Port: 7})
		}
	}
	servers, errs := probe.Serve(services)
	l.tb.Cleanup(func() { servers.Close() })
	if err := errors.Join(errs...); err != nil {
		l.tb.Fatal(err)
	}
}

// allQuestions returns questions and their expected verdicts: over ICMP from all
// hosts to all addresses of all others and to unused ones; over TCP and UDP from
// each host to the next, at an open port and at a closed one.
func (l *lab) allQuestions(hosts []peer, unused []string) (questions []probe.Question, want []probe.Verdict) {
	add := func(from peer, to netip.Addr, via probe.Protocol, port uint16, v probe.Verdict) {
		questions = append(questions, probe.Question{Target: probe.Target{From: from.namespace, To: to}, Via: via, Port: port})
		want = append(want, v)
	}
	for i, from := range hosts {
		for k, to := range hosts {
			for _, a := range to.addresses {
				if i != k {
					add(from, a, probe.ICMP, 0, probe.Reachable)
				}
				if k == (i+1)%len(hosts) {
					for _, via := range []probe.Protocol{probe.TCP, probe.UDP} {
						add(from, a, via, 7, probe.Reachable)
						add(from, a, via, 8, probe.Refused)
					}
				}
			}
		}
		for _, a := range unused {
			add(from, netip.MustParseAddr(a), probe.ICMP, 0, probe.Unreachable)
		}
	}
	return questions, want
}
