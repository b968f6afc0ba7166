package walk_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/walk"
	"github.com/vethlab/vethlab/topo"
)

// mac returns the address that ends in n.
func mac(n byte) topo.MAC { return topo.MAC{2, 0, 0, 0, 0, n} }

var (
	broadcastMAC = topo.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	multicastMAC = topo.MAC{0x01, 0x00, 0x5e, 0, 0, 9}
)

// The switch of the tests is a bridge in namespace 0 with index 1 and the ports 11, 12
// and 13, whose peers are link 2 of the namespaces 1, 2 and 3. The last bytes of a
// link's address are its namespace and its index.
const bridge = 1

func at(ns int32, index int) dump.LinkRef { return dump.LinkRef{Netns: ns, Index: index} }

func ownMAC(p dump.LinkRef) topo.MAC { return topo.MAC{2, 0, 0, 0, byte(p.Netns), byte(p.Index)} }

const running = dump.Up | dump.LowerUp

func veth(p, peer dump.LinkRef) dump.Link {
	own := ownMAC(p)
	return dump.Link{
		Index: p.Index, Name: "eth0", Kind: "veth", MTU: 1500, Flags: running, Address: own[:],
		Parent: peer.Index, ParentNetns: &peer.Netns,
	}
}

func newPort() *dump.Port {
	return &dump.Port{State: 3, Learning: true, Flood: true, MulticastFlood: true, BroadcastFlood: true}
}

// switchWiring returns the wiring of the switch, changed by edit.
func switchWiring(edit func(*dump.Wiring)) *dump.Wiring {
	own := ownMAC(at(0, bridge))
	sw := &dump.Namespace{Name: "sw", Links: []dump.Link{{
		Index: bridge, Name: "br0", Kind: "bridge", MTU: 1500, Flags: running, Address: own[:], Info: dump.Bridge{AgeingTime: 30000},
	}}}
	w := &dump.Wiring{Namespaces: map[int32]*dump.Namespace{0: sw}}
	for n := int32(1); n <= 3; n++ {
		port, host := at(0, 10+int(n)), at(n, 2)
		l := veth(port, host)
		l.Name, l.Master, l.Port = fmt.Sprintf("p%d", n), bridge, newPort()
		sw.Links = append(sw.Links, l)
		w.Namespaces[n] = &dump.Namespace{Name: fmt.Sprintf("h%d", n), Links: []dump.Link{veth(host, port)}}
	}
	if edit != nil {
		edit(w)
	}
	return w
}

func port(w *dump.Wiring, n int) *dump.Port { return w.Link(at(0, 10+n)).Port }

func settings(w *dump.Wiring, edit func(*dump.Bridge)) {
	l := w.Link(at(0, bridge))
	b := l.Info.(dump.Bridge)
	edit(&b)
	l.Info = b
}

// names formats a link as NAMESPACE:LINK.
func names(w *dump.Wiring) func(dump.LinkRef) string {
	return func(p dump.LinkRef) string {
		if l := w.Link(p); l != nil {
			return w.Namespaces[p.Netns].Name + ":" + l.Name
		}
		return fmt.Sprintf("%d:%d", p.Netns, p.Index)
	}
}

// delivered returns the links where a frame is delivered, in order.
func delivered(w *dump.Wiring, steps []walk.Step) string {
	var list []string
	for _, s := range steps {
		if s.Fate == walk.Delivered {
			list = append(list, names(w)(s.At))
		}
	}
	return strings.Join(list, " ")
}

// dropsOf returns link, reason and detail of each dropped copy, except for hairpins.
func dropsOf(w *dump.Wiring, steps []walk.Step) string {
	var list []string
	for _, s := range steps {
		if s.Reason == "" || s.Reason == walk.HairpinOff {
			continue
		}
		text := fmt.Sprintf("%s %s %s", names(w)(s.At), s.Direction, s.Reason)
		if s.Fate != walk.Dropped {
			text += " " + string(s.Fate)
		}
		if s.Detail != "" {
			text += " (" + s.Detail + ")"
		}
		list = append(list, text)
	}
	return strings.Join(list, "; ")
}

func TestSend(t *testing.T) {
	h1, h2, h3 := at(1, 2), at(2, 2), at(3, 2)
	br, p2 := at(0, bridge), at(0, 12)
	broadcast := walk.Frame{Src: ownMAC(h1), Dst: broadcastMAC}
	to2 := walk.Frame{Src: ownMAC(h1), Dst: ownMAC(h2)}
	// known makes the switch know h2 at port 2.
	known := func(w *dump.Wiring) {
		w.Namespaces[0].FDB = []dump.FDBEntry{{Address: w.Link(h2).Address, Index: 12, Master: bridge, State: 2}}
	}
	for _, c := range []struct {
		name      string
		edit      func(*dump.Wiring)
		from      dump.LinkRef
		frame     walk.Frame
		delivered string
		ends      string
	}{
		{"to all", nil, h1, broadcast, "sw:br0 h2:eth0 h3:eth0", ""},
		{"unknown", nil, h1, to2, "h2:eth0", "h3:eth0 in other-mac (the link has 02:00:00:00:03:02)"},
		{"known", known, h1, to2, "h2:eth0", ""},
		{"to the bridge", nil, h1, walk.Frame{Src: ownMAC(h1), Dst: ownMAC(br)}, "sw:br0", ""},
		{"to the port itself", nil, h1, walk.Frame{Src: ownMAC(h1), Dst: ownMAC(at(0, 11))}, "sw:br0", ""},
		{"to another port", nil, h1, walk.Frame{Src: ownMAC(h1), Dst: ownMAC(p2)}, "", "sw:br0 in other-mac (the link has 02:00:00:00:00:01)"},
		{"by a port", nil, p2, walk.Frame{Src: ownMAC(p2), Dst: ownMAC(h2)}, "h2:eth0", ""},
		{"by the bridge, to all", nil, br, walk.Frame{Src: ownMAC(br), Dst: broadcastMAC}, "h1:eth0 h2:eth0 h3:eth0", ""},
		{"by the bridge, known", known, br, walk.Frame{Src: ownMAC(br), Dst: ownMAC(h2)}, "h2:eth0", ""},
		{"by the bridge, to itself", nil, br, walk.Frame{Src: ownMAC(br), Dst: ownMAC(br)}, "", "sw:br0 out to-itself"},
		{
			"by the bridge, to its port", nil, br,
			walk.Frame{Src: ownMAC(br), Dst: ownMAC(p2)},
			"", "h2:eth0 in other-mac (the link has 02:00:00:00:02:02)",
		},

		{"sender down", func(w *dump.Wiring) { w.Link(h1).Flags = 0 }, h1, broadcast, "", "h1:eth0 out link-down"},
		{"peer down", func(w *dump.Wiring) {
			w.Link(h1).Flags, w.Link(at(0, 11)).Flags = dump.Up, 0
		}, h1, broadcast, "", "h1:eth0 out no-carrier (its peer is down)"},
		{"peer down, not noticed yet", func(w *dump.Wiring) { w.Link(h2).Flags = 0 }, h1, broadcast, "sw:br0 h3:eth0", "h2:eth0 in link-down"},
		{"bridge without ports that work", func(w *dump.Wiring) {
			w.Link(br).Flags = dump.Up
			for n := 1; n <= 3; n++ {
				port(w, n).State = 0
			}
		}, br, broadcast, "", "sw:br0 out no-carrier (none of its ports is forwarding)"},
		{"bridge without ports", func(w *dump.Wiring) {
			w.Link(br).Flags = dump.Up
			w.Namespaces[0].Links = w.Namespaces[0].Links[:1]
		}, br, broadcast, "", "sw:br0 out no-carrier (it has no ports)"},
		{"peer not read", func(w *dump.Wiring) { delete(w.Namespaces, 2) }, h1, broadcast, "sw:br0 h3:eth0", "sw:p2 out peer-not-read undecided"},
		{"no such link", nil, at(7, 7), broadcast, "", "7:7 out not-read undecided"},

		{"receiving port disabled", func(w *dump.Wiring) { port(w, 1).State = 0 }, h1, broadcast, "", "sw:p1 in port-state (disabled)"},
		{"receiving port listening", func(w *dump.Wiring) { port(w, 1).State = 1 }, h1, broadcast, "", "sw:p1 in port-state (listening)"},
		{"receiving port learning", func(w *dump.Wiring) { port(w, 1).State = 2 }, h1, broadcast, "", "sw:p1 in port-state (learning)"},
		{"sending port blocking", func(w *dump.Wiring) { port(w, 2).State = 4 }, h1, broadcast, "sw:br0 h3:eth0", "sw:p2 out port-state (blocking)"},
		{"sending port learning", func(w *dump.Wiring) { known(w); port(w, 2).State = 2 }, h1, to2, "", "sw:p2 out port-state (learning)"},
		{
			"isolated from each other", func(w *dump.Wiring) { port(w, 1).Isolated, port(w, 2).Isolated = true, true },
			h1, broadcast, "sw:br0 h3:eth0", "sw:p2 out isolated",
		},
		{
			"isolated ports and the bridge", func(w *dump.Wiring) { port(w, 1).Isolated, port(w, 2).Isolated = true, true },
			br, broadcast, "h1:eth0 h2:eth0 h3:eth0", "",
		},
		{"hairpin", func(w *dump.Wiring) { port(w, 1).Hairpin = true }, h1, broadcast, "sw:br0 h1:eth0 h2:eth0 h3:eth0", ""},
		{"unicast flood off", func(w *dump.Wiring) { port(w, 2).Flood = false }, h1, to2, "", "sw:p2 out flood-off; h3:eth0 in other-mac (the link has 02:00:00:00:03:02)"},
		{"unicast flood off, known", func(w *dump.Wiring) { known(w); port(w, 2).Flood = false }, h1, to2, "h2:eth0", ""},
		{"unicast flood off, to all", func(w *dump.Wiring) { port(w, 2).Flood = false }, h1, broadcast, "sw:br0 h2:eth0 h3:eth0", ""},
		{"broadcast flood off", func(w *dump.Wiring) { port(w, 2).BroadcastFlood = false }, h1, broadcast, "sw:br0 h3:eth0", "sw:p2 out broadcast-flood-off"},
		{"broadcast flood off, own", func(w *dump.Wiring) { port(w, 2).BroadcastFlood = false }, br, broadcast, "h1:eth0 h2:eth0 h3:eth0", ""},
		{
			"multicast flood off", func(w *dump.Wiring) { port(w, 2).MulticastFlood = false },
			h1,
			walk.Frame{Src: ownMAC(h1), Dst: multicastMAC},
			"sw:br0 h3:eth0", "sw:p2 out multicast-flood-off",
		},
		{"proxy ARP", func(w *dump.Wiring) { port(w, 2).ProxyARP = true }, h1, broadcast, "sw:br0 h3:eth0", "sw:p2 out proxy-arp"},
		{"locked", func(w *dump.Wiring) { port(w, 1).Locked = true }, h1, broadcast, "", "sw:p1 in locked (the database does not have 02:00:00:00:01:02 at this port)"},
		{"locked, known there", func(w *dump.Wiring) {
			port(w, 2).Locked = true
			known(w)
		}, h2, walk.Frame{Src: ownMAC(h2), Dst: broadcastMAC}, "sw:br0 h1:eth0 h3:eth0", ""},
		{"source is a group", nil, h1, walk.Frame{Src: multicastMAC, Dst: broadcastMAC}, "", "sw:p1 in bad-source (01:00:5e:00:00:09)"},
		{"source is zero", nil, h1, walk.Frame{Dst: broadcastMAC}, "", "sw:p1 in bad-source (00:00:00:00:00:00)"},
		{"filters by VLAN", func(w *dump.Wiring) {
			settings(w, func(b *dump.Bridge) { b.VLANFiltering = true })
		}, h1, broadcast, "", "sw:p1 in filters-vlans undecided"},
		{"promiscuous bridge", func(w *dump.Wiring) { known(w); w.Link(br).Promiscuity = 1 }, h1, to2, "h2:eth0", "sw:br0 in other-mac (the link has 02:00:00:00:00:01)"},

		{"as long as the MTU", nil, h1, walk.Frame{Src: ownMAC(h1), Dst: broadcastMAC, Size: 1500}, "sw:br0 h2:eth0 h3:eth0", ""},
		{"longer than the MTU", nil, h1, walk.Frame{Src: ownMAC(h1), Dst: broadcastMAC, Size: 1501}, "", "h1:eth0 out too-long (1501 bytes, MTU 1500)"},
		{"longer than a port's MTU", func(w *dump.Wiring) {
			w.Link(p2).MTU = 1400
		}, h1, walk.Frame{Src: ownMAC(h1), Dst: broadcastMAC, Size: 1405}, "sw:br0 h3:eth0", "sw:p2 out too-long (1405 bytes, MTU 1400)"},
		{"longer than the peer's MTU, by a VLAN tag", func(w *dump.Wiring) {
			w.Link(h2).MTU, w.Link(h3).MTU = 1400, 1399
		}, h1, walk.Frame{Src: ownMAC(h1), Dst: broadcastMAC, Size: 1404}, "sw:br0 h2:eth0", "h3:eth0 in too-long (1404 bytes, MTU 1399)"},

		{"a kind without a row", func(w *dump.Wiring) { w.Link(h1).Kind = "vxlan" }, h1, broadcast, "", "h1:eth0 out unknown-kind undecided (a vxlan)"},
		{"a device", func(w *dump.Wiring) { w.Link(h1).Kind = "" }, h1, broadcast, "", "h1:eth0 out unknown-kind undecided (a device without a kind)"},
		{"a master of a kind without a row", func(w *dump.Wiring) { w.Link(br).Kind = "bond" }, h1, broadcast, "", "sw:p1 in unknown-kind undecided (a bond)"},
		{"a master that was not read", func(w *dump.Wiring) {
			w.Namespaces[0].Links = w.Namespaces[0].Links[1:]
		}, h1, broadcast, "", "sw:p1 in not-read undecided (its master, link 1)"},
		{"a dummy", func(w *dump.Wiring) { w.Link(h1).Kind = "dummy" }, h1, broadcast, "", "h1:eth0 out discards (dummy)"},
		{"an upper device", func(w *dump.Wiring) {
			w.Namespaces[2].Links = append(w.Namespaces[2].Links, dump.Link{Index: 5, Name: "m0", Kind: "ipvlan", Parent: 2})
		}, h1, to2, "h2:eth0", "h3:eth0 in other-mac (the link has 02:00:00:00:03:02); h2:m0 in unknown-kind undecided (a ipvlan)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := switchWiring(c.edit)
			steps := walk.New(w).Send(c.from, c.frame)
			if got := delivered(w, steps); got != c.delivered {
				t.Errorf("delivered at %q, want %q", got, c.delivered)
			}
			if got := dropsOf(w, steps); got != c.ends {
				t.Errorf("ends:\n%s\nwant\n%s", got, c.ends)
			}
			for _, s := range steps {
				if words, _, _ := strings.Cut(s.Why(), "("); s.Reason != "" && strings.TrimSpace(words) == "" {
					t.Errorf("reason %s has no text", s.Reason)
				}
			}
			if t.Failed() {
				t.Log("\n" + walk.Text(steps, names(w)))
			}
		})
	}
}

// The sixteen reserved groups are not forwarded unless group_fwd_mask has them. The
// port's namespace receives them.
func TestReservedGroups(t *testing.T) {
	h1 := at(1, 2)
	flooded, kept := "sw:br0 h2:eth0 h3:eth0", "sw:p1"
	for _, c := range []struct {
		name  string
		last  byte
		edit  func(*dump.Wiring)
		where string
	}{
		{"STP, off at the bridge", 0, nil, flooded},
		{"STP", 0, func(w *dump.Wiring) { settings(w, func(b *dump.Bridge) { b.STP = true }) }, kept},
		{"STP, in the bridge's mask", 0, func(w *dump.Wiring) {
			settings(w, func(b *dump.Bridge) { b.STP, b.GroupForwardMask = true, 1 })
		}, kept},
		{"STP, in the port's mask", 0, func(w *dump.Wiring) {
			settings(w, func(b *dump.Bridge) { b.STP = true })
			port(w, 1).GroupForwardMask = 1
		}, flooded},
		{"pause", 1, func(w *dump.Wiring) { port(w, 1).GroupForwardMask = 2 }, ""},
		{"LLDP", 14, nil, kept},
		{"LLDP, in the bridge's mask", 14, func(w *dump.Wiring) {
			settings(w, func(b *dump.Bridge) { b.GroupForwardMask = 1 << 14 })
		}, flooded},
		{"LLDP at a blocking port", 14, func(w *dump.Wiring) { port(w, 1).State = 4 }, kept},
		{"not reserved", 16, nil, flooded},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := switchWiring(c.edit)
			steps := walk.New(w).Send(h1, walk.Frame{Src: ownMAC(h1), Dst: topo.MAC{0x01, 0x80, 0xc2, 0, 0, c.last}})
			if got := delivered(w, steps); got != c.where {
				t.Errorf("delivered at %q, want %q\n%s", got, c.where, walk.Text(steps, names(w)))
			}
		})
	}
}

func TestLearning(t *testing.T) {
	h1, h2 := at(1, 2), at(2, 2)
	br := at(0, bridge)
	other := mac(0x99)
	withEntry := func(state uint16, flags uint8) func(*dump.Wiring) {
		return func(w *dump.Wiring) {
			w.Namespaces[0].FDB = []dump.FDBEntry{{Address: other[:], Index: 12, Master: bridge, State: state, Flags: flags}}
		}
	}
	for _, c := range []struct {
		name string
		edit func(*dump.Wiring)
		dst  topo.MAC
		want walk.Learned
		port int // where the address is afterwards; 0: nowhere
	}{
		{"new", nil, broadcastMAC, walk.NewEntry, 11},
		{"moved", withEntry(2, 0), broadcastMAC, walk.Moved, 11},
		{"static moves too", withEntry(0x40, 0), broadcastMAC, walk.Moved, 11},
		{"sticky does not", withEntry(0x40, 0x40), broadcastMAC, walk.StickyAtOther, 12},
		{"own", withEntry(0x80, 0), broadcastMAC, walk.LocalAddress, 12},
		{"off", func(w *dump.Wiring) { port(w, 1).Learning = false }, broadcastMAC, walk.LearningOff, 0},
		{"never", func(w *dump.Wiring) { settings(w, func(b *dump.Bridge) { b.AgeingTime = 0 }) }, broadcastMAC, walk.AgeingTimeZero, 0},
		{"in state learning", func(w *dump.Wiring) { port(w, 1).State = 2 }, broadcastMAC, walk.NewEntry, 11},
		{"in state blocking", func(w *dump.Wiring) { port(w, 1).State = 4 }, broadcastMAC, "", 0},
		{"by a reserved group", nil, topo.MAC{0x01, 0x80, 0xc2, 0, 0, 3}, walk.NewEntry, 11},
		{"by a reserved group, off", func(w *dump.Wiring) {
			settings(w, func(b *dump.Bridge) { b.NoLinkLocalLearn = true })
		}, topo.MAC{0x01, 0x80, 0xc2, 0, 0, 3}, "", 0},
		{"by a reserved group, blocking", func(w *dump.Wiring) { port(w, 1).State = 4 }, topo.MAC{0x01, 0x80, 0xc2, 0, 0, 3}, "", 0},
		{"an entry of a VLAN is ignored", func(w *dump.Wiring) {
			withEntry(2, 0)(w)
			w.Namespaces[0].FDB[0].VLAN = 7
		}, broadcastMAC, walk.NewEntry, 11},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := switchWiring(c.edit)
			n := walk.New(w)
			steps := n.Send(h1, walk.Frame{Src: other, Dst: c.dst})
			if got := steps[1].Learned; got != c.want {
				t.Errorf("learned: %q, want %q", got, c.want)
			}
			at := 0
			for _, e := range n.FDB(br) {
				if string(e.Address) == string(other[:]) {
					at = e.Index
				}
			}
			if at != c.port {
				t.Errorf("the address is at %d, want %d", at, c.port)
			}
		})
	}
	// A learned address is used for the next frame.
	n := walk.New(switchWiring(nil))
	n.Send(h1, walk.Frame{Src: ownMAC(h1), Dst: ownMAC(h2)})
	answer := n.Send(h2, walk.Frame{Src: ownMAC(h2), Dst: ownMAC(h1)})
	if len(answer) != 4 || answer[1].Lookup != walk.Known {
		t.Errorf("the answer goes %v", answer)
	}
	if again := n.Send(h2, walk.Frame{Src: ownMAC(h2), Dst: ownMAC(h1)}); again[1].Learned != walk.AlreadyKnown {
		t.Errorf("the source is %q", again[1].Learned)
	}
}

// A walk also works over the dump of a State.
func TestWalkModel(t *testing.T) {
	s := state.New()
	sw := s.Add("sw")
	sw.Links["br0"] = &state.Link{Name: "br0", Kind: state.Bridge{}, MTU: 1500, Up: true, MAC: mac(1)}
	for n := byte(1); n <= 3; n++ {
		host, eth0 := s.Add(fmt.Sprintf("h%d", n)), state.Endpoint{Namespace: fmt.Sprintf("h%d", n), Link: "eth0"}
		p := state.Endpoint{Namespace: "sw", Link: fmt.Sprintf("p%d", n)}
		sw.Links[p.Link] = &state.Link{Name: p.Link, Index: 10 + int(n), Kind: state.Veth{Peer: eth0}, MTU: 1500, Up: n < 3, Master: "br0", MAC: mac(10 + n)}
		host.Links["eth0"] = &state.Link{Name: "eth0", Index: 20 + int(n), Kind: state.Veth{Peer: p}, MTU: 1500, Up: true, MAC: mac(20 + n)}
	}
	w := wiringOf(s)
	n := walk.New(w)
	steps := n.Send(at(0, 21), walk.Frame{Src: mac(21), Dst: broadcastMAC})
	if got := delivered(w, steps); got != "sw:br0 h2:eth0" {
		t.Errorf("delivered at %q", got)
	}
	if got := dropsOf(w, steps); got != "sw:p3 out port-state (disabled)" {
		t.Errorf("ends %q", got)
	}
	if answer := n.Send(at(1, 22), walk.Frame{Src: mac(22), Dst: mac(21)}); answer[1].Lookup != walk.Known {
		t.Errorf("the model's bridge did not learn: %v", answer[1])
	}
}

// wiringOf returns the dumps of all namespaces of a State, with nsids in order.
func wiringOf(s *state.State) *dump.Wiring {
	w := &dump.Wiring{Namespaces: map[int32]*dump.Namespace{}}
	nsids := map[string]int32{}
	for i, name := range s.Names() {
		nsids[name] = int32(i)
	}
	for name, nsid := range nsids {
		ns := dump.Model(s, name)
		for i := range ns.Links {
			if id := ns.Links[i].ParentNetns; id != nil {
				ns.Links[i].ParentNetns = new(nsids[ns.Peers[*id]])
			}
		}
		w.Namespaces[nsid] = ns
	}
	return w
}

func TestText(t *testing.T) {
	h1 := at(1, 2)
	w := switchWiring(func(w *dump.Wiring) {
		port(w, 1).Isolated, port(w, 2).Isolated = true, true
		port(w, 3).Hairpin = true
		w.Link(at(3, 2)).MTU = 1300
	})
	n := walk.New(w)
	var b strings.Builder
	for _, c := range []struct {
		title string
		from  dump.LinkRef
		frame walk.Frame
	}{
		{"to all", h1, walk.Frame{Src: ownMAC(h1), Dst: broadcastMAC}},
		{"to an unknown address", h1, walk.Frame{Src: ownMAC(h1), Dst: mac(0x77)}},
		{"to a learned address", at(3, 2), walk.Frame{Src: mac(0x78), Dst: ownMAC(h1)}},
		{"too long for one host", h1, walk.Frame{Src: ownMAC(h1), Dst: multicastMAC, Size: 1400}},
		{"a learned source moves to another port", at(2, 2), walk.Frame{Src: ownMAC(h1), Dst: ownMAC(h1)}},
		{"by the bridge", at(0, bridge), walk.Frame{Src: ownMAC(at(0, bridge)), Dst: ownMAC(h1)}},
		{"from outside", at(0, 12), walk.Frame{Src: mac(0x79), Dst: ownMAC(at(0, bridge))}},
	} {
		send := n.Send
		if c.title == "from outside" {
			send = n.Receive
		}
		fmt.Fprintf(&b, "# %s\n%s\n", c.title, walk.Text(send(c.from, c.frame), names(w)))
	}
	golden.Compare(t, "testdata/switch.golden", b.String())
}
