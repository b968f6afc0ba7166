package importer

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A ping is a ping command of a script.
type ping struct {
	pingOptions
	from    string // namespace
	to      netip.Addr
	negated bool
	command shell.Command
}

// pingOptions are the target of a ping and the options that change what is tested.
type pingOptions struct {
	target string
	source string   // -I: a link or an address
	others []string // with their values
}

// pingValues are the options with a value, see ping(8). Those of pingPlain set only
// the number of packets, times and output.
const (
	pingValues = "cCiIWwMsQlmptTSFNe"
	pingPlain  = "46aAbBdDfhHLnOqRrUvVciWwl"
)

// readPing reads the arguments of ping.
func readPing(args []string) pingOptions {
	var o pingOptions
	for i := 0; i < len(args); i++ {
		w := args[i]
		if w == "--" {
			continue
		}
		if len(w) < 2 || w[0] != '-' {
			o.target = w // the last one; those before are hops of a source route
			continue
		}
		for j := 1; j < len(w); j++ {
			letter, value := w[j:j+1], ""
			if strings.Contains(pingValues, letter) {
				value = w[j+1:]
				if j = len(w); value == "" && i+1 < len(args) {
					i++
					value = args[i]
				}
			}
			switch {
			case letter == "I":
				o.source = value
			case letter == "L" || letter == "r" || letter == "R" || letter == "b" || !strings.Contains(pingPlain, letter):
				o.others = append(o.others, strings.TrimSpace("-"+letter+" "+value))
			}
		}
	}
	return o
}

// ping records a ping, for a test with the outcome that the script expects.
func (d *Draft) ping(c shell.Command) shell.Result {
	d.commands++
	o := readPing(c.Words[1:])
	to, err := netip.ParseAddr(strings.Split(o.target, "%")[0])
	if err != nil {
		d.note(c, fmt.Sprintf("cannot test a ping to %s (want a node or an address)", escape.Shell(o.target)))
	} else {
		d.pings = append(d.pings, ping{o, c.Where, to, c.Negated, c})
	}
	return shell.Result{Status: map[bool]int{true: 1}[c.Negated]}
}

// noteOptions notes the options that tests do not support. It reports whether the
// ping's outcome implies the outcome without them: a target that answers to large
// packets answers to small ones, but one that answers to another source may not answer
// to this one.
func (d *Draft) noteOptions(p ping, owners map[netip.Addr]string) bool {
	if p.source != "" && !d.defaultSource(p, owners) {
		d.note(p.command, "tests do not support the source -I "+p.source)
		return false
	}
	if len(p.others) > 0 {
		d.note(p.command, fmt.Sprintf("tests do not support %q", strings.Join(p.others, " ")))
	}
	return len(p.others) == 0 || !p.negated
}

// defaultSource reports whether a ping without -I has the same source, since the
// namespace has no other link, or no other address of the family.
func (d *Draft) defaultSource(p ping, owners map[netip.Addr]string) bool {
	ns := d.state.Namespace(p.from)
	if ns == nil || p.from == state.Host {
		return false
	}
	links, addresses := 0, 0
	for name, l := range ns.Links {
		if name == state.Lo {
			continue
		}
		links++
		for _, a := range l.Addresses {
			if a.Addr().Is4() == p.to.Is4() {
				addresses++
			}
		}
	}
	source, err := netip.ParseAddr(p.source)
	if err != nil {
		return links == 1 && ns.Links[p.source] != nil && p.source != state.Lo
	}
	return addresses == 1 && owners[source] == p.from
}

// addTests adds a test to the lab for each ping.
func (d *Draft) addTests(t *topo.Topology) {
	owners := d.owners()
	var tests []topo.Test
	var pings []ping
	added := map[testKey]bool{}
	for _, p := range d.pings {
		test, ok := d.test(t, p, owners)
		key := testKey{test.From[0], test.To[0], test.Expect}
		switch {
		case !ok || added[key]:
		case len(tests) == topo.MaxTests:
			d.note(p.command, fmt.Sprintf("a lab file has at most %d tests", topo.MaxTests))
		default:
			added[key] = true
			tests, pings = append(tests, test), append(pings, p)
		}
	}
	faults := testFaults(t, tests)
	for i, test := range tests {
		if why, ok := faults[i]; ok {
			d.note(pings[i].command, why)
		} else {
			t.Tests = append(t.Tests, test)
		}
	}
}

// testFaults returns why the lab can't have some of the tests, by index. All are checked at
// once, since each check looks at the whole lab: their positions are their numbers, so that
// an error says which it is of.
func testFaults(t *topo.Topology, tests []topo.Test) map[int]string {
	numbered := slices.Clone(tests)
	for i := range numbered {
		numbered[i].Pos = topo.Pos{Line: i + 1}
	}
	faults := map[int]string{}
	err := t.Check().CheckTests(numbered)
	if list := topo.Errors(nil); errors.As(err, &list) {
		for _, e := range list {
			faults[e.Pos.Line-1] = e.Msg
		}
	}
	if why, ok := faults[-1]; ok { // the lab itself has the mistake
		for i := range tests {
			faults[i] = why
		}
	}
	return faults
}

// A testKey identifies a test of a ping.
type testKey struct {
	from, to string
	expect   topo.Expect
}

// test returns the test of a ping. False: it has none, which is noted.
func (d *Draft) test(t *topo.Topology, p ping, owners map[netip.Addr]string) (topo.Test, bool) {
	test := topo.Test{From: []string{nodeName(t, p.from)}, To: []string{p.to.String()}}
	owner, ok := owners[p.to]
	switch {
	case !ok && !p.negated:
		d.note(p.command, "no node of the lab has the address "+p.to.String())
		return test, false
	case p.from != state.Host && d.state.Namespace(p.from) == nil:
		d.note(p.command, "unknown namespace "+escape.Shell(p.from))
		return test, false
	case !d.noteOptions(p, owners):
		return test, false
	}
	if ok {
		test.To[0] = d.target(t, owner, p.to)
	}
	if p.negated {
		test.Expect = topo.Unreachable
	}
	return test, true
}

// nodeName returns the node of a namespace in the lab file.
func nodeName(t *topo.Topology, namespace string) string {
	if namespace == state.Host {
		return topo.HostNode
	}
	if t.Prefix == nil {
		return strings.TrimPrefix(namespace, t.Name+".")
	}
	return namespace
}

// owners returns the namespace of each address.
func (d *Draft) owners() map[netip.Addr]string {
	owners := map[netip.Addr]string{}
	for _, name := range d.state.Names() {
		ns := d.state.Namespaces[name]
		for _, link := range ns.LinkNames() {
			for _, a := range ns.Links[link].Addresses {
				owners[a.Addr()] = name
			}
		}
	}
	return owners
}

// target returns an address as the target of a test: its node, if that has no other
// address.
func (d *Draft) target(t *topo.Topology, owner string, a netip.Addr) string {
	others := 0
	ns := d.state.Namespaces[owner]
	for _, l := range ns.Links {
		for _, p := range l.Addresses {
			if p.Addr() != a {
				others++
			}
		}
	}
	if others > 0 {
		return a.String()
	}
	return nodeName(t, owner)
}
