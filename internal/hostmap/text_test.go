package hostmap

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

const (
	idA = "3f2a77c1b0de5a6bb1f6a0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9"
	idB = "aa2a77c1b0de5a6bb1f6a0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9"
)

// example is a machine with a container on a bridge, a pod, VLANs, a macvlan and a
// virtual machine.
func example() *Map {
	host := &Namespace{Name: "net:[1]", Inode: 1, Host: true, Interfaces: []Interface{
		{Name: "lo", Index: 1, State: "up", Addresses: prefixes("127.0.0.1/8", "::1/128")},
		{Name: "eth0", Index: 2, State: "up", Addresses: prefixes("192.0.2.10/24", "fe80::1/64"), Default: []netip.Addr{netip.MustParseAddr("192.0.2.1")}},
		{Name: "docker0", Index: 3, Kind: "bridge", State: "up", Addresses: prefixes("172.17.0.1/16"), Ports: []string{"veth1"}},
		{Name: "veth1", Index: 4, Kind: "veth", State: "no carrier", Master: "docker0", Peer: &End{"net:[2]", "eth0", 2}},
		{Name: "eth0.5", Index: 5, Kind: "vlan", ID: 5, State: "up", Lower: &End{"net:[1]", "eth0", 2}},
		{Name: "vnet0", Index: 6, Kind: "tun", Tap: true, State: "down", HeldBy: []Process{{PID: 9, Command: "qemu-system-x86", Args: []string{"/usr/bin/qemu-system-x86_64", "-name", "guest=vm1,debug-threads=on"}}}},
		{Name: "vx", Index: 7, Kind: "vxlan", ID: 42, State: "up", Remote: netip.MustParseAddr("192.0.2.20"), Lower: &End{"net:[1]", "eth0", 2}},
	}}
	web := &Namespace{Name: "net:[2]", Inode: 2, Engine: "docker", Why: []string{byCgroup}, Containers: []Container{{Engine: "docker", ID: idA, Name: "web"}}, Processes: []Process{{PID: 42, Command: "nginx"}}, Interfaces: []Interface{
		{Name: "eth0", Index: 2, Kind: "veth", State: "up", Addresses: prefixes("172.17.0.2/16"), Peer: &End{"net:[1]", "veth1", 4}},
	}}
	other := &Namespace{Name: "net:[3]", Inode: 3, Engine: "netns", Files: []File{{Path: "/run/netns/web"}}, Interfaces: []Interface{
		{Name: "mv0", Index: 3, Kind: "macvlan", Mode: "bridge", State: "up", Lower: &End{"net:[1]", "eth0", 2}},
	}}
	pod := &Namespace{Name: "net:[4]", Inode: 4, Engine: "containerd", Why: []string{byCNI}, Containers: []Container{
		{Engine: "containerd", ID: idB, Pod: "db-0", PodNamespace: "shop", Infra: true},
		{Engine: "containerd", ID: idA, Name: "postgres", Pod: "db-0", PodNamespace: "shop"},
	}, Interfaces: []Interface{}}
	lone := &Namespace{Name: "net:[5]", Inode: 5, Processes: []Process{{PID: 77, Command: "chrome"}}, Interfaces: []Interface{{Name: "lo", Index: 1, State: "down"}}}
	m := &Map{Namespaces: []*Namespace{pod, web, other, lone, host}}
	m.name()
	return m
}

func prefixes(list ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(list))
	for i, s := range list {
		all[i] = netip.MustParsePrefix(s)
	}
	return all
}

func TestNames(t *testing.T) {
	var got []string
	for _, ns := range example().Namespaces {
		got = append(got, ns.Name+": "+ns.About())
	}
	want := []string{
		"host: host namespace",
		"chrome(77): chrome (77)",
		"docker:web: Docker container 3f2a77c1b0de, nginx (42)",
		"netns:web: named namespace",
		"shop/db-0: containerd pod of postgres",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestLines(t *testing.T) {
	m := example()
	var got []string
	for _, ns := range m.Namespaces {
		for _, l := range ns.Lines(false) {
			got = append(got, strings.Join([]string{l.Tree + l.Name, l.State, strings.Join(l.Address, " "), l.Note}, "|"))
		}
	}
	want := []string{
		"eth0|up|192.0.2.10/24|default via 192.0.2.1",
		"├─ eth0.5|up||vlan 5",
		"└─ vx|up||vxlan 42 to 192.0.2.20",
		"docker0|up|172.17.0.1/16|bridge",
		"└─ veth1|no carrier||→ docker:web/eth0",
		"vnet0|down||tap, held by qemu-system-x86 (9) for vm1",
		"eth0|up|172.17.0.2/16|→ host/veth1",
		"mv0|up||macvlan bridge, on host/eth0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !m.Namespace("chrome(77)").Isolated() || m.Namespace("shop/db-0").Isolated() {
		t.Error("want the browser's namespace isolated and the pod's not")
	}
}

// Interfaces that are each other's lower device (a bridge whose port is a VLAN on that
// bridge) are listed once each.
func TestLinesOfARing(t *testing.T) {
	ns := &Namespace{Name: "a", Interfaces: []Interface{
		{Name: "br0", Index: 1, Kind: "bridge", State: "up"},
		{Name: "br0.5", Index: 2, Kind: "vlan", State: "up", Lower: &End{"a", "br0", 1}, Master: "br0"},
		{Name: "x", Index: 3, Kind: "vlan", State: "up", Lower: &End{"a", "y", 4}},
		{Name: "y", Index: 4, Kind: "vlan", State: "up", Lower: &End{"a", "x", 3}},
	}}
	if got := len(ns.Lines(false)); got != 4 {
		t.Errorf("%d lines, want one for each of 4 interfaces", got)
	}
}

func TestFind(t *testing.T) {
	m := example()
	for word, want := range map[string]string{
		"veth1":           "host/veth1 is the peer of docker:web/eth0, and it has no carrier; it is a port of docker0",
		"172.17.0.2":      "docker:web/eth0 is the peer of host/veth1, 172.17.0.2/16",
		"docker:web/eth0": "docker:web/eth0 is the peer of host/veth1, 172.17.0.2/16",
		"vx":              "host/vx is a vxlan 42 to 192.0.2.20 on host/eth0",
		"host/eth0":       "host/eth0 is a physical device, 192.0.2.10/24; host has its default route via 192.0.2.1",
		"mv0":             "netns:web/mv0 is a macvlan bridge on host/eth0",
	} {
		found, err := m.Find(word)
		if err != nil || len(found) != 1 || found[0].Interface == nil {
			t.Errorf("%s: %v, %v", word, found, err)
			continue
		}
		if got := found[0].Sentence(); got != want {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
	for word, want := range map[string]string{
		"42": "docker:web", "nginx": "docker:web", "3f2a77": "docker:web", "net:[4]": "shop/db-0", "postgres": "shop/db-0", "/run/netns/web": "netns:web",
	} {
		found, err := m.Find(word)
		if err != nil || !slices.ContainsFunc(found, func(f Found) bool { return f.Namespace.Name == want }) {
			t.Errorf("%s: %v, %v", word, found, err)
		}
	}
	if found, _ := m.Find("web"); len(found) != 2 {
		t.Errorf("web matches %d namespaces, want 2", len(found))
	}
	if _, err := m.Find("docker1"); err == nil || !strings.Contains(err.Error(), "did you mean docker0?") {
		t.Error(err)
	}
}

// A node is found by its name without the lab, in every lab that has it.
func TestFindNode(t *testing.T) {
	m := &Map{Namespaces: []*Namespace{
		{Name: "one/bob", Lab: "one", Node: "bob"},
		{Name: "two/bob", Lab: "two", Node: "bob", Interfaces: []Interface{{Name: "eth0", Index: 2, State: "up"}}},
	}}
	for word, want := range map[string]int{"bob": 2, "one/bob": 1, "two/bob/eth0": 1, "bob/eth0": 1} {
		if found, err := m.Find(word); err != nil || len(found) != want {
			t.Errorf("%s: %v, %v", word, found, err)
		}
	}
}

func TestFilters(t *testing.T) {
	m := example()
	for text, want := range map[string]string{
		"engine=docker,netns":   "docker:web netns:web",
		"name=shop/*":           "shop/db-0",
		"kind=veth":             "host docker:web",
		"address=172.17.0.0/16": "host docker:web",
		"state=no carrier":      "host",
		"pid=77":                "chrome(77)",
		"engine=host":           "host",
	} {
		f, err := ParseFilter(text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, ns := range m.Select([]Filter{f}).Namespaces {
			got = append(got, ns.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s selects %v, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"engin=docker": "did you mean engine?", "zzz=1": "(want address, ", "veth": "(want KEY=VALUE",
		"pid=one": "(want a number)", "address=1.2.3": "(want an address or a subnet)", "name=[": "unclosed bracket",
	} {
		if _, err := ParseFilter(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	f, _ := ParseFilter("kind=vteh")
	if err := m.Mistaken([]Filter{f}); err == nil || !strings.Contains(err.Error(), "did you mean veth?") {
		t.Error(err)
	}
}
