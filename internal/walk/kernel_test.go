//go:build linux

package walk_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/walk"
	"github.com/vethlab/vethlab/topo"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

// What a walk says of a frame, the kernel does with it: where it is seen going out
// and coming in, which namespace takes it, and what bridges have learned after it.
func TestKernelWalksAlike(t *testing.T) {
	if os.Getenv("VETHLAB_STRESS") == "" {
		t.Skip("a hunt of a minute, in which a frame that comes late can fail it: set VETHLAB_STRESS")
	}
	for _, name := range []string{"ip", "bridge"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("needs the program %s: %v", name, err)
		}
	}
	if !netnstest.Isolated(t) {
		return
	}
	netnstest.Need(t)
	counts := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		net := drawNetwork(t)
		defer net.remove(t)
		net.make(t)
		watch := net.watch(t)
		defer watch.close()
		n := walk.New(net.wiring)
		for i := range rapid.IntRange(5, 15).Draw(t, "frames") {
			f := net.frame(t)
			from := rapid.SampledFrom(net.places).Draw(t, "from")
			steps := n.Send(from, f)
			watch.send(from, f, i)
			watch.compare(t, i, steps)
			net.compareDatabases(t, n)
			for _, s := range steps {
				counts[string(s.Reason)]++
				counts["source "+string(s.Learned)]++
			}
			if t.Failed() {
				t.Fatalf("frame %d: %v from %v\n%s", i, f, net.name(from), walk.Text(steps, net.name))
			}
		}
		watch.compareLate(t)
	})
	t.Logf("steps by what became of them: %v", counts)
	for _, often := range []walk.Reason{walk.LinkDown, walk.NoCarrier, walk.OtherMAC} {
		if counts[string(often)] == 0 {
			t.Errorf("no frame ended for the reason %s", often)
		}
	}
}

// network is a random network of namespaces.
type network struct {
	plan   plan.Plan
	ports  []state.Endpoint // of bridges
	after  []string         // commands for what no Op does
	names  []string
	wiring *dump.Wiring
	places []dump.LinkRef
	macs   []topo.MAC
}

// rare is true one time in n.
func rare(t *rapid.T, label string, n int) bool { return rapid.IntRange(1, n).Draw(t, label) == n }

// ofTest makes names of namespaces that no other test has, short of that there may
// be several of this one.
const ofTest = "vtest-walk-"

// drawNetwork returns up to three bridges that form a tree, and hosts at them.
func drawNetwork(t *rapid.T) *network {
	n := &network{}
	bridges := rapid.IntRange(1, 3).Draw(t, "bridges")
	hairpins := 1 // between bridges; two would keep a frame going
	for b := range bridges {
		br := n.namespace(fmt.Sprint("s", b)).link("br0")
		n.plan = append(n.plan, plan.AddLink{Link: br, Kind: state.Bridge{}}, plan.SetLink{Link: br, Up: new(!rare(t, "bridge down", 12))})
		n.drawBridge(t, br)
		if b == 0 {
			continue
		}
		up, down := n.port(b, "up"), n.port(rapid.IntRange(0, b-1).Draw(t, "to"), fmt.Sprint("down", b))
		n.cable(t, up, down)
		for _, p := range []state.Endpoint{up, down} {
			hairpin := hairpins > 0 && rare(t, "hairpin", 6)
			if hairpin {
				hairpins--
			}
			n.drawPort(t, p, hairpin)
		}
	}
	for h := range rapid.IntRange(2, 5).Draw(t, "hosts") {
		p := n.port(rapid.IntRange(0, bridges-1).Draw(t, "at"), fmt.Sprint("h", h))
		n.cable(t, n.namespace(fmt.Sprint("h", h)).link("eth0"), p)
		n.drawPort(t, p, rare(t, "hairpin", 6))
	}
	return n
}

type namespace string

func (ns namespace) link(name string) state.Endpoint {
	return state.Endpoint{Namespace: string(ns), Link: name}
}

// namespace adds a namespace without IPv6, which would send frames of its own.
func (n *network) namespace(name string) namespace {
	full := ofTest + name
	n.names = append(n.names, full)
	n.plan = append(n.plan, plan.AddNamespace{Name: full},
		plan.SetSysctl{Namespace: full, Key: "net.ipv6.conf.default.disable_ipv6", Value: "1"})
	return namespace(full)
}

func (n *network) port(bridge int, name string) state.Endpoint {
	p := namespace(fmt.Sprint(ofTest, "s", bridge)).link(name)
	n.ports = append(n.ports, p)
	return p
}

// cable adds a cable with ends that are mostly up.
func (n *network) cable(t *rapid.T, a, b state.Endpoint) {
	n.plan = append(n.plan, plan.AddVeth{Ends: [2]plan.VethEnd{{Link: a}, {Link: b}}})
	for _, e := range []state.Endpoint{a, b} {
		change := plan.SetLink{Link: e, Up: new(!rare(t, "down", 12))}
		if rare(t, "MTU", 5) {
			change.MTU = 1400
		}
		if slices.Contains(n.ports, e) {
			change.Master = new("br0")
		}
		n.plan = append(n.plan, change)
	}
}

func (n *network) drawBridge(t *rapid.T, br state.Endpoint) {
	for _, option := range []struct {
		words string
		odds  int
	}{{"ageing_time 0", 10}, {"group_fwd_mask 16384", 4}} { // the mask lets LLDP through
		if rare(t, option.words, option.odds) {
			n.after = append(n.after, fmt.Sprintf("ip -n %s link set %s type bridge %s", br.Namespace, br.Link, option.words))
		}
	}
}

// drawPort gives a port some of the flags that bridge(8) can.
func (n *network) drawPort(t *rapid.T, p state.Endpoint, hairpin bool) {
	words := ""
	if hairpin {
		words += " hairpin on"
	}
	for _, flag := range []struct {
		words string
		odds  int
	}{
		{"isolated on", 3}, {"learning off", 6}, {"flood off", 5}, {"mcast_flood off", 6}, {"bcast_flood off", 6}, {"locked on", 8},
	} {
		if rare(t, flag.words, flag.odds) {
			words += " " + flag.words
		}
	}
	if words != "" {
		n.after = append(n.after, fmt.Sprintf("bridge -n %s link set dev %s%s", p.Namespace, p.Link, words))
	}
	if rare(t, "state", 6) { // refused of a port without a carrier, which is disabled then
		state := rapid.IntRange(0, 2).Draw(t, "state")
		n.after = append(n.after, fmt.Sprintf("?bridge -n %s link set dev %s state %d", p.Namespace, p.Link, state))
	}
	if rare(t, "entry", 4) { // refused of a disabled port, or where there is one
		kind := rapid.SampledFrom([]string{"static", "static sticky", "dynamic", "permanent"}).Draw(t, "entry")
		n.after = append(n.after, fmt.Sprintf("?bridge -n %s fdb add %s dev %s master %s", p.Namespace, mac(byte(rapid.IntRange(1, 5).Draw(t, "MAC"))), p.Link, kind))
	}
}

// make brings the network into being and waits until the kernel has noticed all
// changes of carriers.
func (n *network) make(t *rapid.T) {
	if err := kernel.Apply(t.Context(), n.plan, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	n.settle(t)
	for _, command := range n.after {
		line, mayFail := strings.CutPrefix(command, "?")
		words := strings.Fields(line)
		if out, err := exec.CommandContext(t.Context(), words[0], words[1:]...).CombinedOutput(); err != nil && !mayFail {
			t.Fatalf("%s: %s", line, out)
		}
	}
	n.settle(t)
	n.read(t)
}

func (n *network) settle(t *rapid.T) {
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		unsettled := ""
		for _, name := range n.names {
			for _, l := range n.dump(t, name).Links {
				if l.Name != state.Lo && l.Flags.Has(works) != (l.OperState == "up") {
					unsettled = name + " " + l.Name + " " + l.OperState
				}
			}
		}
		if unsettled == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("does not come to rest: %s", unsettled)
		}
	}
}

func (n *network) dump(t *rapid.T, name string) *dump.Namespace {
	ns, err := kernel.Dump(name)
	if err != nil {
		t.Fatal(err)
	}
	return ns
}

// read puts together what an observer sees and the databases.
func (n *network) read(t *rapid.T) {
	o, err := kernel.NewObserver()
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	numbers := map[string]int32{}
	for _, name := range n.names {
		fd, err := netns.OpenFd(name)
		if err != nil {
			t.Fatal(err)
		}
		numbers[name], err = o.Add(fd)
		if err = errors.Join(err, unix.Close(fd)); err != nil {
			t.Fatal(err)
		}
	}
	if n.wiring, err = o.Read(); err != nil {
		t.Fatal(err)
	}
	for name, id := range numbers {
		ns := n.wiring.Namespaces[id]
		ns.Name, ns.FDB = name, n.dump(t, name).FDB
	}
	for _, p := range n.wiring.LinkRefs() {
		l := n.wiring.Link(p)
		if l.Name == state.Lo || !slices.Contains(n.names, n.wiring.Namespaces[p.Netns].Name) {
			continue
		}
		n.places = append(n.places, p)
		n.macs = append(n.macs, topo.MAC(l.Address))
	}
	n.macs = append(n.macs, mac(1), mac(2), mac(3), mac(4), mac(5), mac(6))
}

func (n *network) name(p dump.LinkRef) string {
	return strings.TrimPrefix(names(n.wiring)(p), ofTest)
}

func (n *network) remove(t *rapid.T) {
	if err := netns.Remove(n.names...); err != nil {
		t.Error(err)
	}
}

// frame draws a frame that is mostly from one of few to one of few.
func (n *network) frame(t *rapid.T) walk.Frame {
	f := walk.Frame{
		Src: rapid.SampledFrom(n.macs).Draw(t, "src"), Dst: rapid.SampledFrom(n.macs).Draw(t, "dst"),
		Size: rapid.SampledFrom([]int{50, 50, 50, 1400, 1401, 1404, 1405, 1500, 1501}).Draw(t, "size"),
	}
	if rare(t, "group", 3) {
		f.Dst = rapid.SampledFrom([]topo.MAC{
			everybody, some, {0x01, 0x80, 0xc2}, {0x01, 0x80, 0xc2, 0, 0, 1}, {0x01, 0x80, 0xc2, 0, 0, 3}, {0x01, 0x80, 0xc2, 0, 0, 14},
		}).Draw(t, "dst")
	}
	if rare(t, "bad source", 12) {
		f.Src = rapid.SampledFrom([]topo.MAC{some, {}}).Draw(t, "src")
	}
	return f
}

// compareDatabases holds the bridges' databases against the kernel's.
func (n *network) compareDatabases(t *rapid.T, model *walk.Network) {
	for _, p := range n.places {
		if n.wiring.Link(p).Kind != "bridge" {
			continue
		}
		want, got := entries(model.FDB(p), p.Index), []string(nil)
		for end := time.Now().Add(2 * time.Second); ; time.Sleep(time.Millisecond) {
			got = entries(n.dump(t, n.wiring.Namespaces[p.Netns].Name).FDB, p.Index)
			if slices.Equal(got, want) || time.Now().After(end) {
				break
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("database of %s (-model +kernel):\n%s", n.name(p), d)
		}
	}
}

func entries(fdb []dump.FDBEntry, bridge int) []string {
	var list []string
	for _, e := range fdb {
		if e.Master == bridge && e.VLAN == 0 {
			list = append(list, fmt.Sprintf("%s at %d local=%v sticky=%v", e.Address, e.Index, e.Local(), e.Sticky()))
		}
	}
	slices.Sort(list)
	return list
}

// watch sees all frames at all links.
type watch struct {
	net     *network
	sockets map[dump.LinkRef]int
	senders map[dump.LinkRef]int
	seen    map[int][]string // by the frame's number
	want    map[int][]string
}

// experimental is ETH_P_802_EX1, a protocol that nobody else uses.
const experimental = 0x88b5

// swapped is experimental in network byte order.
const swapped = 0xb588

func (n *network) watch(t *rapid.T) *watch {
	w := &watch{n, map[dump.LinkRef]int{}, map[dump.LinkRef]int{}, map[int][]string{}, map[int][]string{}}
	for _, p := range n.places {
		err := netns.Do(n.wiring.Namespaces[p.Netns].Name, func() (err error) {
			// The sender must not listen: a socket does not see what it sends.
			if w.senders[p], err = packetSocket(p.Index, 0); err != nil {
				return err
			}
			w.sockets[p], err = packetSocket(p.Index, unix.ETH_P_ALL)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func packetSocket(index int, protocol uint16) (int, error) {
	protocol = protocol<<8 | protocol>>8
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, err
	}
	return fd, unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: protocol, Ifindex: index})
}

func (w *watch) close() {
	for _, sockets := range []map[dump.LinkRef]int{w.sockets, w.senders} {
		for _, fd := range sockets {
			unix.Close(fd)
		}
	}
}

// send sends a frame with a number. That it is refused says the walk, too.
func (w *watch) send(from dump.LinkRef, f walk.Frame, number int) {
	b := slices.Concat(f.Dst[:], f.Src[:], binary.BigEndian.AppendUint16(nil, experimental))
	b = binary.BigEndian.AppendUint32(b, uint32(number))
	b = append(b, make([]byte, 14+f.Size-len(b))...)
	_ = unix.Sendto(w.senders[from], b, 0, &unix.SockaddrLinklayer{Ifindex: from.Index, Protocol: swapped})
}

// compare waits until what is seen of a frame is at least what a walk says.
func (w *watch) compare(t *rapid.T, number int, steps []walk.Step) {
	for _, s := range steps {
		if text := w.visible(s); text != "" {
			w.want[number] = append(w.want[number], text)
		}
	}
	slices.Sort(w.want[number])
	for end := time.Now().Add(2 * time.Second); ; time.Sleep(200 * time.Microsecond) {
		w.read()
		if len(w.seen[number]) >= len(w.want[number]) || time.Now().After(end) {
			break
		}
	}
	w.differ(t, number)
}

// compareLate finds copies that came after what was waited for.
func (w *watch) compareLate(t *rapid.T) {
	time.Sleep(10 * time.Millisecond)
	w.read()
	for number := range w.want {
		w.differ(t, number)
	}
}

func (w *watch) differ(t *rapid.T, number int) {
	slices.Sort(w.seen[number])
	if d := cmp.Diff(w.want[number], w.seen[number]); d != "" {
		t.Errorf("frame %d is seen (-model +kernel):\n%s", number, d)
	}
}

// visible says what a listener at the link sees of a step; "": nothing.
func (w *watch) visible(s walk.Step) string {
	switch {
	case s.Direction == walk.Out && (s.Fate == walk.Passed || s.Reason == walk.ToItself):
		return w.net.name(s.At) + " out"
	case s.Direction == walk.In && s.Reason != walk.LinkDown && s.Reason != walk.TooLong:
		return w.arrival(s.At, s.Reason != walk.OtherMAC)
	}
	return ""
}

// arrival says that a frame comes in, and of a link without a master whether its
// namespace takes it.
func (w *watch) arrival(p dump.LinkRef, taken bool) string {
	text := w.net.name(p) + " in"
	if w.net.wiring.Link(p).Master == 0 {
		text += fmt.Sprintf(", taken: %v", taken)
	}
	return text
}

func (w *watch) read() {
	for p, fd := range w.sockets {
		for {
			var b [2048]byte
			n, from, err := unix.Recvfrom(fd, b[:], 0)
			if errors.Is(err, unix.ENETDOWN) {
				continue // said once, of a link that is down
			}
			if err != nil {
				break
			}
			at, ok := from.(*unix.SockaddrLinklayer)
			if !ok || n < 18 || binary.BigEndian.Uint16(b[12:]) != experimental {
				continue
			}
			text := w.arrival(p, at.Pkttype != unix.PACKET_OTHERHOST)
			if at.Pkttype == unix.PACKET_OUTGOING {
				text = w.net.name(p) + " out"
			}
			number := int(binary.BigEndian.Uint32(b[14:]))
			w.seen[number] = append(w.seen[number], text)
		}
	}
}
