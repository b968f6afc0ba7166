package verify

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A round is what is asked at the same time, and who listens meanwhile.
type round struct {
	queries   []query
	questions []probe.Question // as many
	open      map[port]topo.Protocol
	served    map[port][]query // what each port is opened for
}

// rounds are asked one after the other. As a rule there is one: another is needed
// where a port has to be open to some and left alone for others, or speak two
// protocols.
type rounds []*round

// A port is where somebody has to listen, or ours must not.
type port struct {
	node      string
	transport topo.Protocol // TCP or UDP
	number    int
	want      topo.Protocol // what is to be spoken there; leftAlone
}

// leftAlone is wanted of a port at which ours must not listen.
const leftAlone topo.Protocol = "left alone"

// port returns what a pair needs of a port of who is asked. The zero port:
// nothing.
func (t *engine) port(c *testRun, pair int) port {
	node := c.Pairs[pair].Node
	if c.Protocol() == topo.ICMP || node == "" {
		return port{}
	}
	p := port{node: node, transport: topo.TCP, number: c.Via.Port, want: c.Protocol()}
	switch c.Protocol() {
	case topo.UDP:
		p.transport = topo.UDP
	case topo.DNS:
		p.transport, p.number = topo.UDP, 53
	case topo.HTTP:
		p.number = cmp.Or(p.number, 80)
	}
	if !c.Serves() || t.namespaces[node] == state.Host {
		p.want = leftAlone
	}
	return p
}

// key returns the port without what is wanted of it.
func (p port) key() port {
	p.want = ""
	return p
}

// add puts a question into the first round that suits it.
func (ws *rounds) add(q query, question probe.Question, p port) {
	i := slices.IndexFunc(*ws, func(w *round) bool { return w.suits(p) })
	if i < 0 {
		i = len(*ws)
		*ws = append(*ws, &round{open: map[port]topo.Protocol{}, served: map[port][]query{}})
	}
	w := (*ws)[i]
	w.queries, w.questions = append(w.queries, q), append(w.questions, question)
	if p.node == "" {
		return
	}
	if key := p.key(); w.open[key] != topo.HTTP { // which is spoken over TCP
		w.open[key] = p.want
	}
	if p.want != leftAlone {
		w.served[p.key()] = append(w.served[p.key()], q)
	}
}

// suits reports whether a round has that port as it is wanted, or doesn't know it.
func (w *round) suits(p port) bool {
	open, known := w.open[p.key()]
	speaksHTTP := open == topo.HTTP && p.want == topo.TCP || open == topo.TCP && p.want == topo.HTTP
	return p.node == "" || !known || open == p.want || speaksHTTP
}

// serve listens where a round wants it while fn runs, and tells the tests where.
func (t *engine) serve(w *round, fn func()) {
	ports := slices.SortedFunc(maps.Keys(w.served), func(a, b port) int {
		return cmp.Or(state.CompareNames(a.node, b.node), cmp.Compare(a.transport, b.transport), cmp.Compare(a.number, b.number))
	})
	if len(ports) == 0 {
		fn()
		return
	}
	services := make([]probe.Service, len(ports))
	for i, p := range ports {
		services[i] = probe.Service{
			Namespace: t.namespaces[p.node], Via: protocols[w.open[p]], Port: uint16(p.number),
			Text: "vethlab: " + p.node, Names: namesServed(w.served[p]),
		}
	}
	serving, errs := probe.Serve(services)
	defer serving.Close()
	for i, p := range ports {
		w.tell(p, errs[i])
	}
	fn()
}

// namesServed returns what a name server of ours has to know: the names that
// are asked for, each with the addresses at which they are asked.
func namesServed(queries []query) map[string][]netip.Addr {
	names := map[string][]netip.Addr{}
	for _, q := range queries {
		if name := q.testRun.Via.Name; name != "" && !slices.Contains(names[name], q.address) {
			names[name] = append(names[name], q.address)
		}
	}
	return names
}

// tell notes with the tests that vethlab listens for them, or why not.
func (w *round) tell(p port, err error) {
	told := map[*testRun]bool{}
	for _, q := range w.served[p] {
		c := q.testRun
		switch {
		case told[c]:
		case errors.Is(err, probe.ErrServed):
			c.taken[p.node] = true
		case err != nil:
			c.failPair(q.pair, q.address, "serve", fmt.Sprintf("vethlab listens at %s/%d of %s", p.transport, p.number, p.node), "an error", err.Error())
		default:
			c.serving = append(c.serving, fmt.Sprintf("%s %s/%d", p.node, p.transport, p.number))
		}
		told[c] = true
	}
}
