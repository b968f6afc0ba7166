package importer_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/importer"
)

// A scope is a place of a format's files where keys may stand, with those of its schema.
type scope struct {
	format importer.Format
	name   string
	file   string // with %s where a key stands
	keys   string
}

const clabNode = "image image-pull-policy kind license type group startup-config startup-delay enforce-startup-config " +
	"suppress-startup-config auto-remove exec binds devices cap-add shm-size tmpfs ports env env-files user entrypoint cmd labels " +
	"runtime mgmt-ipv4 mgmt-ipv6 network-mode cpu cpu-set memory sysctls extras stages dns certificate healthcheck aliases " +
	"components config wait-for restart-policy position credentials security-opts publish not-in-the-schema"

const (
	netlabNode = "id name device box role provider image memory cpu libvirt clab config files module bgp ospf isis eigrp ripv2 mpls sr " +
		"evpn vxlan vrfs vlans vlan gateway lag stp dhcp routing loopback mgmt interfaces group hostname netlab_x unmanaged mtu"
	netlabLink = "prefix bridge type role pool mtu bandwidth gateway bgp ospf isis vlan vrf lag stp dhcp libvirt clab name linkname " +
		"disable unnumbered mpls ra ripv2 eigrp evpn vxlan group allocation interfaces"
)

// schemas are the keys of each format by where they stand.
var schemas = []scope{
	{importer.FormatContainerlab, "file", "name: x\n%s\ntopology: {nodes: {a: {kind: linux}, b: {kind: linux}}, links: [{endpoints: [a:eth1, b:eth1]}]}", "name mgmt prefix settings debug version not-in-the-schema"},
	{importer.FormatContainerlab, "topology", "name: x\ntopology:\n  %s\n  nodes: {a: {kind: linux}}", "defaults kinds groups links vars not-in-the-schema"},
	{importer.FormatContainerlab, "mgmt", "name: x\ntopology: {nodes: {a: {kind: linux}}}\n%s", "network bridge ipv4-subnet ipv6-subnet ipv4-gw ipv6-gw ipv4-range ipv6-range mtu external-access driver-opts"},
	{importer.FormatContainerlab, "defaults", "name: x\ntopology:\n  defaults:\n    %s\n  nodes: {a: {}}", clabNode},
	{importer.FormatContainerlab, "kind", "name: x\ntopology:\n  kinds:\n    linux:\n      %s\n  nodes: {a: {kind: linux}}", clabNode},
	{importer.FormatContainerlab, "group", "name: x\ntopology:\n  groups:\n    g:\n      %s\n  nodes: {a: {group: g}}", clabNode},
	{importer.FormatContainerlab, "node", "name: x\ntopology:\n  nodes:\n    a:\n      %s\n    b: {}", clabNode},
	{importer.FormatContainerlab, "link", "name: x\ntopology:\n  nodes: {a: {kind: linux}, b: {kind: linux}}\n  links:\n  - endpoints: [a:eth1, b:eth1]\n    %s", "type mtu vars labels ipv4 ipv6 host-interface mode remote vni udp-port link-speed not-in-the-schema"},
	{importer.FormatContainerlab, "endpoint", "name: x\ntopology:\n  nodes: {a: {kind: linux}, b: {kind: linux}}\n  links:\n  - type: veth\n    endpoints:\n    - {node: b, interface: eth1}\n    - node: a\n      interface: eth1\n      %s", "mac ipv4 ipv6 vars"},

	{importer.FormatTinet, "file", "%s\nnodes: [{name: A}]", "meta preinit precmd postinit postfini switches node_configs test not-in-the-schema"},
	{importer.FormatTinet, "node", "nodes:\n- name: A\n  %s", "type net_base volume image buildfile interfaces sysctls mounts dns dns_search hostname_ignore entrypoint extraargs vnc vars templates env not-in-the-schema"},
	{importer.FormatTinet, "interface", "nodes:\n- name: A\n  interfaces:\n  - name: net0\n    type: direct\n    args: B#net0\n    %s\n- name: B", "addr label peer_netns not-in-the-schema"},
	{importer.FormatTinet, "interface of a peer", "nodes:\n- name: A\n  interfaces: [{name: net0, type: direct, args: B#net0}]\n- name: B\n  interfaces:\n  - name: net0\n    type: direct\n    args: A#net0\n    %s", "addr label not-in-the-schema"},
	{importer.FormatTinet, "switch", "nodes: [{name: A}]\nswitches:\n- name: S\n  %s", "interfaces not-in-the-schema"},
	{importer.FormatTinet, "configuration", "nodes: [{name: A}]\nnode_configs:\n- name: A\n  %s", "cmds not-in-the-schema"},
	{importer.FormatTinet, "test", "nodes: [{name: A}]\ntest:\n- cmds: []\n  %s", "name not-in-the-schema"},

	{importer.FormatNetlab, "file", "%s\nnodes: {a: {device: linux}}", "name provider defaults addressing module plugin validate components groups vrfs vlans bgp ospf isis eigrp ripv2 mpls sr evpn vxlan links tools message version topology_x lag stp dhcp routing"},
	{importer.FormatNetlab, "defaults", "defaults:\n  %s\nnodes: {a: {}}", "device provider devices bgp addressing sources"},
	{importer.FormatNetlab, "pool", "addressing:\n  lan:\n    %s\nnodes: {a: {device: linux}, b: {device: linux}}\nlinks: [a-b]", "ipv4 ipv6 prefix prefix6 start allocation unnumbered mac"},
	{importer.FormatNetlab, "group", "groups:\n  g:\n    members: [a]\n    %s\nnodes: {a: {}}", "device module bgp ospf config node_data vars type"},
	{importer.FormatNetlab, "node", "nodes:\n  a:\n    %s\n  b: {device: linux}", netlabNode},
	{importer.FormatNetlab, "link", "nodes: {a: {device: linux}, b: {device: linux}}\nlinks:\n- a:\n  b:\n  %s", netlabLink},
	{importer.FormatNetlab, "interface", "nodes: {a: {device: linux}, b: {device: linux}}\nlinks:\n- b:\n  a:\n    %s", "ipv4 ipv6 bgp ospf isis vlan vrf ifname ifindex mtu gateway unnumbered"},

	{importer.FormatKathara, "device", "pc1[0]=\"A\"\n%s\n", "image mem cpus port bridged exec ipv6 num_terms shell sysctl env ulimit entrypoint args privileged 1 volume not_in_the_schema"},
	{importer.FormatKathara, "file", "pc1[0]=\"A\"\n%s\n", "LAB_NAME LAB_DESCRIPTION LAB_VERSION LAB_AUTHOR LAB_EMAIL LAB_WEB"},
}

// values are those of keys with a meaning, for which any other value would be an error.
var values = map[string]string{
	"exec": "[ip link set lo mtu 1500 alias q9]", "sysctls": "{net.ipv4.ip_default_ttl: 77}", "kinds": "{linux: {image: q9}}", "groups": "{g: {image: q9}}",
	"nodes": "[]", "mtu": "1400", "links": "[q9]", "interfaces": "[{name: n, node: q9, type: q9, args: q9}]", "cmds": "[{cmd: ip link set lo alias q9}]",
	"mac": "02:00:00:00:00:77", "addr": "02:00:00:00:00:77", "ipv4": "10.77.0.0/16", "ipv6": "fd77::/64", "prefix": "10.77.0.0/24", "id": "77", "members": "[q9]",
	"node_configs": "[{name: A, cmds: [{cmd: ip link set lo alias q9}]}]", "test": "[{cmds: [{cmd: ip link set lo alias q9}]}]", "switches": "[{name: S}]",
	"addressing": "{lan: {ipv4: q9}}", "bridged": "true", "1": "B", "sysctl": "net.ipv4.ip_default_ttl=77", "prefix6": "77", "bridge": "sw9",
}

// Every key of each format's schema, and any that is in none, changes the lab or is a
// note that counts.
func TestEveryKeyOfASchemaIsSaid(t *testing.T) {
	for _, s := range schemas {
		for key := range strings.FieldsSeq(s.keys) {
			value := values[key]
			if value == "" {
				value = "q9"
			}
			if s.format == importer.FormatNetlab && (s.name == "pool" && key == "prefix") {
				value = "28"
			}
			if at := map[string]string{"ipv4": "172.16.0.77/24", "ipv6": "fd77::9/64"}[key]; s.format == importer.FormatNetlab && s.name == "interface" && at != "" {
				value = at
			}
			line := key + ": " + value
			switch {
			case s.name == "mgmt":
				line = "mgmt: {" + line + "}"
			case s.format == importer.FormatKathara && s.name == "file":
				line = key + "=\"" + value + "\""
			case s.format == importer.FormatKathara:
				line = "pc1[" + key + "]=\"" + strings.Trim(value, "[]") + "\""
			}
			t.Run(fmt.Sprint(s.format, "/", s.name, "/", key), func(t *testing.T) {
				without := imported(t, s.format, fmt.Sprintf(s.file, ""))
				with := imported(t, s.format, fmt.Sprintf(s.file, line))
				said := string(with.Topology.Format()) != string(without.Topology.Format())
				said = said || slices.ContainsFunc(with.Lost(), func(n importer.Note) bool { return !slices.Contains(without.Lost(), n) })
				if !said {
					t.Errorf("%q is not said:\n%s", line, with.File())
				}
			})
		}
	}
}

func imported(t *testing.T, format importer.Format, text string) *importer.Result {
	t.Helper()
	source := func(string) (string, error) { return "", fs.ErrNotExist }
	r, err := importAs(format, importer.File{Name: "x.yml", Data: []byte(text), Source: source}, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return r
}

// Anchors and merges are read where they are used.
func TestAnchorsOfOtherTools(t *testing.T) {
	r := imported(t, importer.FormatContainerlab, `
name: x
x-linux: &l {kind: linux, exec: [ip link set lo up], sysctls: {net.ipv4.ip_default_ttl: 9}}
topology:
  nodes:
    a: *l
    b: {<<: *l, image: q9}
    c: {<<: [*l, {sysctls: {net.ipv4.ip_default_ttl: 10}}], kind: linux}
  links: [{endpoints: [a:eth1, b:eth1]}]
`)
	lost := r.Lost()
	if len(lost) != 1 || !strings.Contains(lost[0].String(), "topology.nodes.b.image: q9") || lost[0].Node != "b" {
		t.Errorf("lost are %q", lost)
	}
	for node, ttl := range map[string]string{"a": "9", "b": "9", "c": "10"} {
		if n := r.Topology.Node(node); n == nil || n.Sysctls["net.ipv4.ip_default_ttl"] != ttl {
			t.Errorf("%s: %+v", node, n)
		}
	}
	if r := imported(t, importer.FormatContainerlab, "name: x\ntopology: &t {nodes: {a: {kind: linux}}, again: *t}"); r == nil {
		t.Error("a file that contains itself is not read")
	}
}

// A lab that loses what its nodes run says so of each.
func TestContainersAreSaid(t *testing.T) {
	r := imported(t, importer.FormatContainerlab, `
name: frr
topology:
  nodes:
    r1: {kind: linux, image: "frrouting/frr:latest", binds: ["r1/daemons:/etc/frr/daemons", "r1/frr.conf:/etc/frr/frr.conf"], env: {A: b}}
    r2: {kind: linux, image: "frrouting/frr:latest"}
  links: [{endpoints: [r1:eth1, r2:eth1]}]
`)
	var got []string
	for _, n := range r.Lost() {
		got = append(got, n.Node+" "+n.Text)
	}
	want := []string{
		"r1 topology.nodes.r1.image: frrouting/frr:latest", "r1 topology.nodes.r1.binds", "r1 topology.nodes.r1.env", "r2 topology.nodes.r2.image: frrouting/frr:latest",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Forms that other tools accept, with the lab or the comment that they become.
func TestFormsOfOtherTools(t *testing.T) {
	const clab, netlab = "name: x\ntopology:\n  nodes: {a: {kind: linux}, b: {kind: linux}}\n  links:\n  - ", "nodes: {a: {device: linux}, b: {device: linux}, c: {device: linux}}\n"
	for _, tt := range []struct {
		format     importer.Format
		text       string
		want, lost string
	}{
		{importer.FormatContainerlab, clab + "{type: dummy, endpoint: {node: a, interface: d7}, mtu: 1400}", "d7: {dummy: {}, addresses: [], mtu: 1400}", ""},
		{importer.FormatContainerlab, clab + "endpoints: [\"a:d7\", \"dummy\"]", "d7: {dummy: {}, addresses: []}", ""},
		{importer.FormatContainerlab, clab + "{type: macvlan, endpoint: {node: a, interface: d7}, host-interface: eno0}", "a: {}", "type: macvlan of a:d7: lab files do not support such links"},
		{importer.FormatNetlab, netlab + "links:\n- {group: g, members: [a-b, b-c]}", "[b:eth2, c:eth1]", ""},
		{importer.FormatNetlab, netlab + "links:\n- {group: g, type: q9, members: [a-b]}", "[a:eth1, b:eth1]", "links[0].type: q9"},
		{importer.FormatNetlab, netlab + "addressing: {zork: {ipv4: 10.9.0.0/16}}\nlinks: [a-b]", "[a:eth1, b:eth1]", "addressing.zork: no link uses this pool"},
		{importer.FormatNetlab, netlab + "addressing: {zork: {ipv4: 10.9.0.0/16}}\nlinks: [{a: , b: , pool: zork}]", "10.9.0.1/24", ""},
	} {
		r := imported(t, tt.format, tt.text)
		file := string(r.File())
		if !strings.Contains(file, tt.want) || strings.Contains(file, "lan2") {
			t.Errorf("%s\n%s\nwant %s", tt.text, file, tt.want)
		}
		if lost := fmt.Sprint(r.Lost()); tt.lost == "" && lost != "[]" || !strings.Contains(lost, tt.lost) {
			t.Errorf("%s\nlost %s, want %s", tt.text, lost, tt.lost)
		}
	}
}

// A template is refused with its line; text of templates in a command is none.
func TestTemplates(t *testing.T) {
	for text, line := range map[string]int{
		"name: x\ntopology:\n  nodes:\n{{ range .nodes }}\n    a: {}\n{{ end }}\n": 4,
		"name: {{ .name }}\ntopology: {nodes: {a: {}}}\n":                          1,
		"name: x\n{% for n in nodes %}\n{% endfor %}\n":                            2,
		"topology: {nodes: {a: {exec: [\"docker inspect -f '{{.Name}}'\"]}}}\n":    0,
		"topology:\n  nodes:\n    a:\n      exec:\n      - echo '{{x}}'\n":         0,
		"# {{ comment }}\ntopology: {nodes: {a: {}}}\n":                            0,
	} {
		_, err := importAs(importer.FormatContainerlab, importer.File{Name: "x.yml", Data: []byte(text)}, nil)
		if line == 0 && err != nil || line > 0 && (err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("x.yml:%d: cannot import a template", line))) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if got := importer.Guess("net.clab.gotmpl", nil); got != importer.FormatContainerlab {
		t.Errorf("a template is taken for %s", got)
	}
	if got := importer.Guess("t.yml", []byte("nodes: {a: {device: frr}}\nlinks: [a-b]")); got != importer.FormatNetlab {
		t.Errorf("a topology of netlab is taken for %s", got)
	}
}
