package importer

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A ping is what a script tries.
type ping struct {
	pingOptions
	from    string // namespace
	to      netip.Addr
	negated bool
	command shell.Command
}

// pingOptions are those that make a ping claim something else than that its target
// answers.
type pingOptions struct {
	target string
	source string   // -I: a link or an address
	more   []string // other options, with their values
}

// pingValues are the letters that take a value; see ping(8). Those of pingPlain only
// say how often and how long it asks, and what it prints.
const (
	pingValues = "cCiIWwMsQlmptTSFNe"
	pingPlain  = "46aAbBdDfhHLnOqRrUvVciWwl"
)

// readPing reads the arguments of ping, with letters together or apart.
func readPing(args []string) pingOptions {
	var o pingOptions
	for i := 0; i < len(args); i++ {
		w := args[i]
		if w == "--" {
			continue
		}
		if len(w) < 2 || w[0] != '-' {
			o.target = w // the last one: those before are hops
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
				o.more = append(o.more, strings.TrimSpace("-"+letter+" "+value))
			}
		}
	}
	return o
}

// ping makes a test of what a script tries. It is supposed to come out as the
// script wants it.
func (d *Draft) ping(c shell.Command) shell.Result {
	d.commands++
	o := readPing(c.Words[1:])
	to, err := netip.ParseAddr(strings.Split(o.target, "%")[0])
	if err != nil {
		d.note(c, "a test needs a node or an address, and "+escape.Shell(o.target)+" is none")
	} else {
		d.pings = append(d.pings, ping{o, c.Where, to, c.Negated, c})
	}
	return shell.Result{Status: map[bool]int{true: 1}[c.Negated]}
}

// noteOptions notes what a test can't ask. It reports whether what is left of the
// ping is true if the ping is: that a target answers to large packets says that it
// answers; that it answers to another source says nothing.
func (d *Draft) noteOptions(p ping) bool {
	if p.source != "" && !d.usualSource(p) {
		d.note(p.command, "a test has no place for the source -I "+p.source)
		return false
	}
	if len(p.more) > 0 {
		d.note(p.command, fmt.Sprintf("a test has no place for %q", strings.Join(p.more, " ")))
	}
	return len(p.more) == 0 || !p.negated
}

// usualSource reports whether a ping without -I would have the same source: there
// is no other link, or no other address of the family.
func (d *Draft) usualSource(p ping) bool {
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
	return addresses == 1 && d.owners()[source] == p.from
}

// contract makes tests of what was tried.
func (d *Draft) contract(t *topo.Topology) {
	owners := d.owners()
	for _, p := range d.pings {
		from := nodeName(t, p.from)
		owner, ok := owners[p.to]
		switch {
		case !ok && !p.negated:
			d.note(p.command, p.to.String()+" is nobody's address in the lab")
			continue
		case p.from != state.Host && d.state.Namespace(p.from) == nil:
			d.note(p.command, "there is no namespace "+escape.Shell(p.from))
			continue
		}
		if !d.noteOptions(p) {
			continue
		}
		test := topo.Test{From: []string{from}, To: []string{p.to.String()}}
		if ok {
			test.To[0] = d.target(t, owner, p.to)
		}
		if p.negated {
			test.Expect = topo.Unreachable
		}
		add(t, test)
	}
}

// nodeName returns what a namespace is called in the file.
func nodeName(t *topo.Topology, namespace string) string {
	if namespace == state.Host {
		return topo.HostNode
	}
	if t.Prefix == nil {
		return strings.TrimPrefix(namespace, t.Name+".")
	}
	return namespace
}

// owners returns whose each address is.
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

// target returns the word for an address in a test: its node, if that has no
// other.
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

// add adds a test to the lab, if the lab with it is one and says it for the first
// time.
func add(t *topo.Topology, test topo.Test) {
	same := func(o topo.Test) bool {
		return slices.Equal(o.From, test.From) && slices.Equal(o.To, test.To) && o.Expect == test.Expect
	}
	if slices.ContainsFunc(t.Tests, same) {
		return
	}
	t.Tests = append(t.Tests, test)
	if t.Validate() != nil {
		t.Tests = t.Tests[:len(t.Tests)-1]
	}
}
