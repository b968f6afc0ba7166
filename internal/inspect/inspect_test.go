package inspect

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// router returns a node with two veths, eth0 and eth1, and a setting, an address and a
// neighbour entry on each.
func router() *Node {
	n := &Node{Lab: "x", Node: "r1", Namespace: &dump.Namespace{Name: "x.r1"}, Ends: map[int]kernel.Peer{}}
	for i, name := range []string{"eth0", "eth1"} {
		index := i + 2
		n.Links = append(n.Links, dump.Link{Index: index, Name: name, Kind: "veth", OperState: "UP", MTU: 1500})
		prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i), 1}), 24)
		n.Addresses = append(n.Addresses, dump.Address{Index: index, Prefix: prefix})
		n.Neighbours = append(n.Neighbours, dump.Neighbour{Index: index})
		n.Sysctls = append(n.Sysctls, dump.Setting{Key: "net.ipv4.conf." + name + ".arp_ignore", Value: "1"})
		n.Ends[index] = kernel.Peer{Namespace: "x.h", Mark: state.Mark{Lab: "x", Node: "h"}, Link: name}
	}
	n.Sysctls = append(n.Sysctls, dump.Setting{Key: state.ForwardIPv4, Value: "1"})
	n.Sockets = []dump.Socket{{Protocol: "tcp", Local: netip.MustParseAddrPort("10.0.0.1:80"), Link: 2}}
	n.Kind = n.kind()
	return n
}

func section(t *testing.T, n *Node, heading string) []string {
	t.Helper()
	all, err := n.Sections()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Heading == heading {
			return s.Lines
		}
	}
	return nil
}

func TestSections(t *testing.T) {
	n := router()
	if n.Kind != topo.Router {
		t.Errorf("a node that forwards is a %s, want router", n.Kind)
	}
	if got, want := n.Title(), "r1: router of lab x, namespace x.r1"; got != want {
		t.Errorf("title %q, want %q", got, want)
	}
	links := section(t, n, "Interfaces")
	if len(links) != 3 || !strings.Contains(links[2], "10.0.1.1/24") || !strings.HasSuffix(links[2], "h:eth1") {
		t.Errorf("interfaces: %q", links)
	}
	if got := section(t, n, "Sockets"); !slices.Equal(got, []string{"tcp  10.0.0.1:80%eth0  -"}) {
		t.Errorf("sockets: %q", got)
	}
	if got := section(t, n, "Processes"); got != nil {
		t.Errorf("an empty section is shown: %q", got)
	}
}

func TestSelect(t *testing.T) {
	n := router()
	if err := n.Select("eth1"); err != nil {
		t.Fatal(err)
	}
	if got, want := n.Title(), "r1:eth1: router of lab x, namespace x.r1, peer h:eth1"; got != want {
		t.Errorf("title %q, want %q", got, want)
	}
	if len(n.Links) != 1 || len(n.Addresses) != 1 || len(n.Neighbours) != 1 || n.Sockets != nil {
		t.Errorf("kept what is not eth1's: %+v", n)
	}
	if got := section(t, n, "Sysctls"); !slices.Equal(got, []string{"net.ipv4.conf.eth1.arp_ignore = 1"}) {
		t.Errorf("sysctls: %q", got)
	}
	if got := strings.Join(section(t, n, "Addresses"), "\n"); !strings.Contains(got, "inet 10.0.1.1/24") || strings.Contains(got, "10.0.0.1") {
		t.Errorf("addresses: %q", got)
	}
	err := router().Select("eht1")
	if err == nil || !strings.Contains(err.Error(), `no interface "eht1"`) || !strings.Contains(err.Error(), "eth1") {
		t.Errorf("an unknown interface: %v", err)
	}
}

func TestKind(t *testing.T) {
	for _, test := range []struct {
		node Node
		want topo.Kind
	}{
		{Node{Namespace: &dump.Namespace{Name: state.Host}, Sysctls: []dump.Setting{{Key: state.ForwardIPv4, Value: "1"}}}, topo.Host},
		{Node{Namespace: &dump.Namespace{Name: "a"}, Sysctls: []dump.Setting{{Key: state.ForwardIPv6, Value: "1"}}}, topo.Router},
		{Node{Namespace: &dump.Namespace{Name: "a", Links: []dump.Link{{Name: "lo"}, {Kind: "bridge"}, {Kind: "veth", Master: 2}}}}, topo.Switch},
		{Node{Namespace: &dump.Namespace{Name: "a", Links: []dump.Link{{Kind: "bridge"}, {Kind: "veth"}}}}, topo.Host},
		{Node{Namespace: &dump.Namespace{Name: "a", Links: []dump.Link{{Kind: "veth"}}}}, topo.Host},
	} {
		if got := test.node.kind(); got != test.want {
			t.Errorf("%+v is a %q, want %q", test.node.Namespace, got, test.want)
		}
	}
}

func TestSettingLink(t *testing.T) {
	for key, want := range map[string]string{
		"net.ipv4.conf.eth0.forwarding":    "eth0",
		"net.ipv6.neigh.a/b.retrans_time":  "a.b",
		"net.ipv4.ip_forward":              "",
		"net.ipv4.route.flush.eth0.rubble": "",
	} {
		if got := settingLink(key); got != want {
			t.Errorf("settingLink(%q) = %q, want %q", key, got, want)
		}
	}
}
