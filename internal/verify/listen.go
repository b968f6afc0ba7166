package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A round is the probes that are sent at the same time, and the sockets that they
// need.
type round struct {
	queries   []query
	questions []probe.Question // as many
	uses      map[socket]use
	served    map[socket][]query // the queries that need our listener
}

// rounds run one after the other. Mostly there is one: another is needed where
// probes need a port open and others need it left alone, or need two protocols.
type rounds []*round

// A socket is where a node may listen.
type socket struct {
	node      string
	transport topo.Protocol // TCP or UDP
	number    int           // the port
}

// String returns "b tcp/80".
func (s socket) String() string { return fmt.Sprintf("%s %s/%d", s.node, s.transport, s.number) }

// A use is what probes need of a socket. The zero use: that vethlab does not listen
// there.
type use struct {
	listen   bool
	protocol topo.Protocol // of our listener
}

// needs returns the socket of a target node that a test's probes are sent to, and
// what they need of it. The zero socket: they need none.
func (e *engine) needs(t *compile.Test, node string) (socket, use) {
	if t.Protocol() == topo.ICMP || node == "" {
		return socket{}, use{}
	}
	s := socket{node: node, transport: topo.TCP, number: t.Via.Port}
	switch t.Protocol() {
	case topo.UDP:
		s.transport = topo.UDP
	case topo.DNS:
		s.transport, s.number = topo.UDP, 53
	case topo.HTTP:
		s.number = cmp.Or(s.number, 80)
	}
	if !t.Serves() || e.namespaces[node] == state.Host {
		return s, use{}
	}
	return s, use{listen: true, protocol: t.Protocol()}
}

// add puts a probe into the first round that suits it.
func (rs *rounds) add(q query, question probe.Question, s socket, u use) {
	i := slices.IndexFunc(*rs, func(r *round) bool { return r.suits(s, u) })
	if i < 0 {
		i = len(*rs)
		*rs = append(*rs, &round{uses: map[socket]use{}, served: map[socket][]query{}})
	}
	r := (*rs)[i]
	r.queries, r.questions = append(r.queries, q), append(r.questions, question)
	if s == (socket{}) {
		return
	}
	if r.uses[s].protocol != topo.HTTP { // which uses TCP
		r.uses[s] = u
	}
	if u.listen {
		r.served[s] = append(r.served[s], q)
	}
}

// suits reports whether a round can hold a probe that makes that use of a socket.
func (r *round) suits(s socket, u use) bool {
	have, known := r.uses[s]
	speaksHTTP := have.protocol == topo.HTTP && u.protocol == topo.TCP || have.protocol == topo.TCP && u.protocol == topo.HTTP
	return s == (socket{}) || !known || have == u || speaksHTTP
}

// served says that vethlab listened for a test.
type served struct {
	test int
	at   string // "b tcp/80"
}

// A busyPort is a node where another program listened on the port of a test.
type busyPort struct {
	test int
	node string
}

// run listens where a round needs it, sends its probes, and returns what is found
// and where it listened.
func (e *engine) run(ctx context.Context, tests []*compile.Test, r *round) (findings []finding, served []served) {
	busy := map[busyPort]bool{}
	if sockets := r.sockets(); len(sockets) > 0 {
		listeners, errs := probe.Serve(e.services(tests, r, sockets))
		defer listeners.Close()
		for i, s := range sockets {
			for _, q := range r.first(s) {
				switch {
				case errors.Is(errs[i], probe.ErrPortInUse):
					busy[busyPort{q.test, s.node}] = true
				case errs[i] != nil:
					findings = append(findings, unserved(tests[q.test], q, s, errs[i]))
				default:
					served = append(served, servedAt(q, s))
				}
			}
		}
	}
	findings = slices.Grow(findings, len(r.questions))
	for i, a := range probe.Ask(ctx, r.questions, probe.Options{Namespaces: e.state.Names()}) {
		q := r.queries[i]
		t := tests[q.test]
		findings = append(findings, e.judge(t, q, &a, busy[busyPort{q.test, t.Pairs[q.pair].Node}]))
	}
	return findings, served
}

func servedAt(q query, s socket) served { return served{q.test, s.String()} }

// unserved returns the failure of a test for which vethlab could not listen.
func unserved(t *compile.Test, q query, s socket, err error) finding {
	want := fmt.Sprintf("vethlab listens at %s/%d of %s", s.transport, s.number, s.node)
	return q.fails(t, "serve", want, "an error", err.Error())
}

// sockets returns where vethlab has to listen, in the order of nodes.
func (r *round) sockets() []socket {
	return slices.SortedFunc(maps.Keys(r.served), func(a, b socket) int {
		return cmp.Or(state.CompareNames(a.node, b.node), cmp.Compare(a.transport, b.transport), cmp.Compare(a.number, b.number))
	})
}

// first returns the first query of each test that needs our listener at a socket.
func (r *round) first(s socket) []query {
	var firsts []query
	seen := map[int]bool{}
	for _, q := range r.served[s] {
		if !seen[q.test] {
			seen[q.test] = true
			firsts = append(firsts, q)
		}
	}
	return firsts
}

// services returns the listeners for sockets.
func (e *engine) services(tests []*compile.Test, r *round, sockets []socket) []probe.Service {
	services := make([]probe.Service, len(sockets))
	for i, s := range sockets {
		services[i] = probe.Service{
			Namespace: e.namespaces[s.node], Via: protocol(r.uses[s].protocol), Port: uint16(s.number),
			Text: "vethlab: " + s.node, Names: namesServed(tests, r.served[s]),
		}
	}
	return services
}

// namesServed returns the records of our DNS server: the names that tests query,
// each with the addresses to which these queries are sent.
func namesServed(tests []*compile.Test, queries []query) map[string][]netip.Addr {
	names := map[string][]netip.Addr{}
	for _, q := range queries {
		if name := tests[q.test].Via.Name; name != "" && !slices.Contains(names[name], q.address) {
			names[name] = append(names[name], q.address)
		}
	}
	return names
}
