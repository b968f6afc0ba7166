package adopt

import (
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
	from    string // namespace
	to      netip.Addr
	negated bool
	command shell.Command
}

// ping makes a test of what a script tries. It is supposed to come out as the
// script wants it.
func (d *Draft) ping(c shell.Command) shell.Result {
	d.commands++
	target := ""
	for i := 1; i < len(c.Words); i++ {
		w := c.Words[i]
		if len(w) == 2 && w[0] == '-' && strings.ContainsAny(w[1:], "cisIWwtMmpQlSTNF") {
			i++
		} else if !strings.HasPrefix(w, "-") {
			target = w
		}
	}
	to, err := netip.ParseAddr(strings.Split(target, "%")[0])
	if err != nil {
		d.note(c, "a test needs a node or an address, and "+escape.Shell(target)+" is none")
	} else {
		d.pings = append(d.pings, ping{c.Where, to, c.Negated, c})
	}
	return shell.Result{Status: map[bool]int{true: 1}[c.Negated]}
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
