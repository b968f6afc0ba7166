//go:build linux

package walk_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/walk"
	"github.com/vethlab/vethlab/topo"
)

// network is a random network of namespaces.
type network struct {
	plan     plan.Plan
	ports    []state.Endpoint // of bridges
	commands []string         // for settings without an Op; "?" before one that may fail
	names    []string
	wiring   *dump.Wiring
	links    []dump.LinkRef
	macs     []topo.MAC
}

// rare returns true one time in n.
func rare(t *rapid.T, label string, n int) bool { return rapid.IntRange(1, n).Draw(t, label) == n }

// namePrefix begins the names of the test's namespaces.
const namePrefix = "vtest-walk-"

// drawNetwork returns up to three bridges that form a tree, with hosts.
func drawNetwork(t *rapid.T) *network {
	n := &network{}
	bridges := rapid.IntRange(1, 3).Draw(t, "bridges")
	hairpins := 1 // between bridges; a frame would loop between two
	for b := range bridges {
		br := n.namespace(fmt.Sprint("s", b)).link("br0")
		n.plan = append(n.plan, plan.AddLink{Link: br, Kind: state.Bridge{}}, plan.SetLink{Link: br, Up: new(!rare(t, "bridge down", 12))})
		n.drawBridge(t, br)
		if b == 0 {
			continue
		}
		up, down := n.port(b, "up"), n.port(rapid.IntRange(0, b-1).Draw(t, "to"), fmt.Sprint("down", b))
		n.veth(t, up, down)
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
		n.veth(t, n.namespace(fmt.Sprint("h", h)).link("eth0"), p)
		n.drawPort(t, p, rare(t, "hairpin", 6))
	}
	return n
}

type namespace string

func (ns namespace) link(name string) state.Endpoint {
	return state.Endpoint{Namespace: string(ns), Link: name}
}

// namespace adds a namespace whose kernel sends no frames of its own: without IPv6, and
// without the IGMP report with which a bridge that snoops joins 224.0.0.106
// (br_multicast_join_snoopers), up to a second after it is up: other bridges would learn
// its address from it, at a random moment.
func (n *network) namespace(name string) namespace {
	full := namePrefix + name
	n.names = append(n.names, full)
	n.plan = append(n.plan, plan.AddNamespace{Name: full},
		plan.SetSysctl{Namespace: full, Key: "net.ipv6.conf.default.disable_ipv6", Value: "1"},
		plan.SetSysctl{Namespace: full, Key: "net.ipv4.igmp_link_local_mcast_reports", Value: "0"})
	return namespace(full)
}

func (n *network) port(bridge int, name string) state.Endpoint {
	p := namespace(fmt.Sprint(namePrefix, "s", bridge)).link(name)
	n.ports = append(n.ports, p)
	return p
}

// veth adds a veth pair, its ends mostly up.
func (n *network) veth(t *rapid.T, a, b state.Endpoint) {
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
	}{{"ageing_time 0", 10}, {"group_fwd_mask 16384", 4}} { // the mask forwards LLDP
		if rare(t, option.words, option.odds) {
			n.commands = append(n.commands, fmt.Sprintf("ip -n %s link set %s type bridge %s", br.Namespace, br.Link, option.words))
		}
	}
}

// drawPort gives a port some of the flags of bridge(8).
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
		n.commands = append(n.commands, fmt.Sprintf("bridge -n %s link set dev %s%s", p.Namespace, p.Link, words))
	}
	if rare(t, "state", 6) { // fails for a port without a carrier, which is disabled
		state := rapid.IntRange(0, 2).Draw(t, "state")
		n.commands = append(n.commands, fmt.Sprintf("?bridge -n %s link set dev %s state %d", p.Namespace, p.Link, state))
	}
	if rare(t, "entry", 4) { // fails for a disabled port, and if the entry exists
		kind := rapid.SampledFrom([]string{"static", "static sticky", "dynamic", "permanent"}).Draw(t, "entry")
		n.commands = append(n.commands, fmt.Sprintf("?bridge -n %s fdb add %s dev %s master %s", p.Namespace, mac(byte(rapid.IntRange(1, 5).Draw(t, "MAC"))), p.Link, kind))
	}
}

// create creates the network and waits until the kernel has updated all carriers.
func (n *network) create(t *rapid.T) {
	if err := kernel.Apply(t.Context(), n.plan, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	planned := state.New()
	if err := n.plan.Apply(planned); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := kernel.Settle(ctx, planned); err != nil {
		t.Fatal(err)
	}
	n.waitForCarriers(t)
	for _, command := range n.commands {
		line, mayFail := strings.CutPrefix(command, "?")
		words := strings.Fields(line)
		if out, err := exec.CommandContext(t.Context(), words[0], words[1:]...).CombinedOutput(); err != nil && !mayFail {
			t.Fatalf("%s: %s", line, out)
		}
	}
	n.waitForCarriers(t)
	n.read(t)
}

func (n *network) waitForCarriers(t *rapid.T) {
	// A bridge takes note of a port's carrier some time after the port shows it.
	const enough = 5 // times in a row
	ready := 0
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		unsettled := ""
		for _, name := range n.names {
			for _, l := range n.dump(t, name).Links {
				if l.Name != state.Lo && l.Flags.Has(running) != (l.OperState == "up") {
					unsettled = name + " " + l.Name + " " + l.OperState
				}
			}
		}
		if ready++; unsettled != "" {
			ready = 0
		}
		if ready == enough {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("not ready after 10 s: %s", unsettled)
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

// read reads the wiring and the forwarding databases.
func (n *network) read(t *rapid.T) {
	o, err := kernel.NewObserver()
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	n.links, n.macs = nil, nil
	nsids := map[string]int32{}
	for _, name := range n.names {
		fd, err := netns.OpenFd(name)
		if err != nil {
			t.Fatal(err)
		}
		nsids[name], err = o.Add(fd)
		if err = errors.Join(err, unix.Close(fd)); err != nil {
			t.Fatal(err)
		}
	}
	if n.wiring, err = o.Read(); err != nil {
		t.Fatal(err)
	}
	for name, id := range nsids {
		ns := n.wiring.Namespaces[id]
		ns.Name, ns.FDB = name, n.dump(t, name).FDB
	}
	for _, p := range n.wiring.LinkRefs() {
		l := n.wiring.Link(p)
		if l.Name == state.Lo || !slices.Contains(n.names, n.wiring.Namespaces[p.Netns].Name) {
			continue
		}
		n.links = append(n.links, p)
		n.macs = append(n.macs, topo.MAC(l.Address))
	}
	n.macs = append(n.macs, mac(1), mac(2), mac(3), mac(4), mac(5), mac(6))
}

func (n *network) name(p dump.LinkRef) string {
	return strings.TrimPrefix(names(n.wiring)(p), namePrefix)
}

func (n *network) remove(t *rapid.T) {
	if err := netns.Remove(n.names...); err != nil {
		t.Error(err)
	}
}

// A send is a frame that is sent from a link of a network, by the numbers of its
// addresses, which differ each time that the network is created.
type send struct {
	from     int // in links
	src, dst int // in macs
	group    *topo.MAC
	bad      *topo.MAC // the source
	size     int
}

func (s send) frame(macs []topo.MAC) walk.Frame {
	f := walk.Frame{Src: macs[s.src], Dst: macs[s.dst], Size: s.size}
	if s.group != nil {
		f.Dst = *s.group
	}
	if s.bad != nil {
		f.Src = *s.bad
	}
	return f
}

// drawSends draws frames, mostly between addresses of the network.
func (n *network) drawSends(t *rapid.T) []send {
	var list []send
	for range rapid.IntRange(5, 15).Draw(t, "frames") {
		s := send{
			from: rapid.IntRange(0, len(n.links)-1).Draw(t, "from"),
			src:  rapid.IntRange(0, len(n.macs)-1).Draw(t, "src"), dst: rapid.IntRange(0, len(n.macs)-1).Draw(t, "dst"),
			size: rapid.SampledFrom([]int{50, 50, 50, 1400, 1401, 1404, 1405, 1500, 1501}).Draw(t, "size"),
		}
		if rare(t, "group", 3) {
			group := rapid.SampledFrom([]topo.MAC{
				broadcastMAC, multicastMAC, {0x01, 0x80, 0xc2}, {0x01, 0x80, 0xc2, 0, 0, 1}, {0x01, 0x80, 0xc2, 0, 0, 3}, {0x01, 0x80, 0xc2, 0, 0, 14},
			}).Draw(t, "dst")
			s.group = &group
		}
		if rare(t, "bad source", 12) {
			bad := rapid.SampledFrom([]topo.MAC{multicastMAC, {}}).Draw(t, "src")
			s.bad = &bad
		}
		list = append(list, s)
	}
	return list
}

// compareDatabases returns the difference of the forwarding databases of all bridges and
// the kernel's.
func (n *network) compareDatabases(t *rapid.T, model *walk.Network) string {
	var text string
	for _, p := range n.links {
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
			text += fmt.Sprintf("database of %s (-model +kernel):\n%s", n.name(p), d)
		}
	}
	return text
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
