package topo_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"testing"

	"github.com/vethlab/vethlab/topo"
)

// WriteAddresses keeps each layout of YAML.
func TestWriteAddressesKeepsLayout(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"links only", "links: [[a, b]]\n", "links: [[a, b]]\nnodes:\n  a: {interfaces: {eth0: 10.0.0.1/30}}\n  b: {interfaces: {eth0: 10.0.0.2/30}}\n"},
		{"no end of line", "links: [[a, b]]", "links: [[a, b]]\nnodes:\n  a: {interfaces: {eth0: 10.0.0.1/30}}\n  b: {interfaces: {eth0: 10.0.0.2/30}}\n"},
		{"CR LF", "links:\r\n- [a, b]\r\nnodes:\r\n  b:\r\n    kind: host\r\n  a: {}\r\n", "links:\r\n- [a, b]\r\nnodes:\r\n  b:\r\n    kind: host\r\n    interfaces: {eth0: 10.0.0.2/30}\r\n  a: {interfaces: {eth0: 10.0.0.1/30}}\r\n"},
		{"null", "nodes:\n  a:\n  b: ~ # b\nlinks: [[a, b]]\n", "nodes:\n  a: {interfaces: {eth0: 10.0.0.1/30}}\n  b:  {interfaces: {eth0: 10.0.0.2/30}} # b\nlinks: [[a, b]]\n"},
		{
			"comments", "# top\nlinks: [[a, b]] # 'it's [one]\nnodes: # all\n  a: # {a\n    kind: host # h\n    # deep\n  # b\n  b: {kind: host, # }\n    }\n# end\n",
			"# top\nlinks: [[a, b]] # 'it's [one]\nnodes: # all\n  a: # {a\n    kind: host # h\n    interfaces: {eth0: 10.0.0.1/30}\n    # deep\n  # b\n  b: {kind: host, # }\n    interfaces: {eth0: 10.0.0.2/30}}\n# end\n",
		},
		{
			"interfaces", "nodes:\n  a: {interfaces: {eth0: {mtu: 1400}}}\n  b:\n    interfaces:\n      eth0:\n        mtu: 1400\n    group: x\nlinks: [[a, b]]\n",
			"nodes:\n  a: {interfaces: {eth0: {mtu: 1400, addresses: 10.0.0.1/30}}}\n  b:\n    interfaces:\n      eth0:\n        mtu: 1400\n        addresses: 10.0.0.2/30\n    group: x\nlinks: [[a, b]]\n",
		},
		{"a list", "nodes:\n  a:\n    routes:\n    - {to: 192.0.2.0/24, via: 10.0.0.2}\n  b: {}\nlinks:\n- [a, b]\n", "nodes:\n  a:\n    routes:\n    - {to: 192.0.2.0/24, via: 10.0.0.2}\n    interfaces: {eth0: 10.0.0.1/30}\n  b: {interfaces: {eth0: 10.0.0.2/30}}\nlinks:\n- [a, b]\n"},
		{"two documents' mark", "---\nlinks: [[a, b]]\n...\n", "---\nlinks: [[a, b]]\nnodes:\n  a: {interfaces: {eth0: 10.0.0.1/30}}\n  b: {interfaces: {eth0: 10.0.0.2/30}}\n...\n"},
		{"nothing left out", "nodes: {a: {interfaces: {eth0: 10.0.0.1/30}}, b: {interfaces: {eth0: []}}}\nlinks: [[a, b]]\n", "nodes: {a: {interfaces: {eth0: 10.0.0.1/30}}, b: {interfaces: {eth0: []}}}\nlinks: [[a, b]]\n"},
		{"an alias", "x-h: &h {kind: host}\nnodes: {a: *h, b: {}}\nlinks: [[a, b]]\n", "cannot write the addresses into lab.yaml: an alias stands for the nodes or interfaces a (want a mapping)"},
		{"JSON", `{"links": [["a", "b"]]}`, `{"links": [["a", "b"]], "nodes": {"a": {"interfaces": {"eth0": "10.0.0.1/30"}}, "b": {"interfaces": {"eth0": "10.0.0.2/30"}}}}`},
		{"a byte order mark", "\ufefflinks: [[a, b]]\n", "\ufefflinks: [[a, b]]\nnodes:\n  a: {interfaces: {eth0: 10.0.0.1/30}}\n  b: {interfaces: {eth0: 10.0.0.2/30}}\n"},
		{
			"null at each level", "nodes:\n  a: {interfaces: {eth0: null}}\n  b: {interfaces: {eth0: {addresses: , mtu: 1400}}}\nlinks: [[a, b]]\n",
			"nodes:\n  a: {interfaces: {eth0:  10.0.0.1/30}}\n  b: {interfaces: {eth0: {addresses: 10.0.0.2/30 , mtu: 1400}}}\nlinks: [[a, b]]\n",
		},
		{"null interfaces", "nodes: {a: {interfaces: ~}, b: {interfaces: {}}}\nlinks: [[a, b]]\n", "nodes: {a: {interfaces:  {eth0: 10.0.0.1/30}}, b: {interfaces: {eth0: 10.0.0.2/30}}}\nlinks: [[a, b]]\n"},
		{
			"quotes and brackets", "nodes: {a: {nftables: \"table ip x {} # }\", group: ['it''s}', \"q\\\"]\"]}, b: {kind: host,}}\nlinks: [[a, b]]\n",
			"nodes: {a: {nftables: \"table ip x {} # }\", group: ['it''s}', \"q\\\"]\"], interfaces: {eth0: 10.0.0.1/30}}, b: {kind: host,interfaces: {eth0: 10.0.0.2/30}}}\nlinks: [[a, b]]\n",
		},
		{
			"anchors and tags", "nodes: {a: {group: [&g '}', !!str \"]\"], kind: &k host}, b: &b {kind: *k}}\nlinks: [[a, b]]\n",
			"nodes: {a: {group: [&g '}', !!str \"]\"], kind: &k host, interfaces: {eth0: 10.0.0.1/30}}, b: &b {kind: *k, interfaces: {eth0: 10.0.0.2/30}}}\nlinks: [[a, b]]\n",
		},
		{"quotes in words", "nodes: {a: {group: [it's, 5\"]}, b: {group: x\"y}}\nlinks: [[a, b]]\n", "nodes: {a: {group: [it's, 5\"], interfaces: {eth0: 10.0.0.1/30}}, b: {group: x\"y, interfaces: {eth0: 10.0.0.2/30}}}\nlinks: [[a, b]]\n"},
		{"an alias of an interface", "x-i: &i {mtu: 1400}\nnodes: {a: {interfaces: {eth0: *i}}, b: {}}\nlinks: [[a, b]]\n", "cannot write the addresses into lab.yaml: an alias stands for the nodes or interfaces a:eth0 (want a mapping)"},
		{"an alias that lacks nothing", "x-h: &h {interfaces: {eth0: 10.0.0.1/30}}\nnodes: {a: *h}\nlinks: [[a, b]]\n", "x-h: &h {interfaces: {eth0: 10.0.0.1/30}}\nnodes: {a: *h, b: {interfaces: {eth0: 10.0.0.2/30}}}\nlinks: [[a, b]]\n"},
		{"a merge key", "x-h: &h {interfaces: {eth0: {mtu: 1400}}}\nnodes: {a: {<<: *h}, b: {}}\nlinks: [[a, b]]\n", "cannot write the addresses into lab.yaml: it would describe another lab (want no anchors or merge keys in its nodes)"},
	} {
		top, err := topo.Parse("lab.yaml", []byte(tt.text))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got, err := topo.WriteAddresses("lab.yaml", []byte(tt.text), addressed(top))
		if err != nil {
			got = []byte(err.Error())
		}
		if string(got) != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
	if _, err := topo.WriteAddresses("lab.yaml", []byte("links: ["), topo.MustParse("links: [[a, b]]")); err == nil {
		t.Error("no error for text that is not YAML")
	}
}

// addressed gives eth0 of the nodes a and b an address if the lab leaves it out.
func addressed(t *topo.Topology) *topo.Topology {
	t = t.Clone()
	for k, name := range []string{"a", "b"} {
		if t.Node(name) == nil {
			t.Nodes = append(t.Nodes, topo.Node{Name: name})
		}
		n := t.Node(name)
		if len(n.Interfaces) == 0 {
			n.Interfaces = topo.Interfaces{{Name: "eth0"}}
		}
		if i := &n.Interfaces[0]; i.Addresses == nil {
			i.Addresses = []netip.Prefix{netip.MustParsePrefix(fmt.Sprintf("10.0.0.%d/30", k+1))}
		}
	}
	return t
}

// FuzzWriteAddresses writes an address for each end of a link into a file that leaves it
// out. That fails only for aliases and merge keys.
func FuzzWriteAddresses(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "../examples/*.yaml"} {
		for _, file := range files(f, pattern) {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			if len(data) < 2000 {
				f.Add(data)
			}
		}
	}
	for _, text := range []string{"links: [[a, b]]", "nodes: {a: , b: {group: ['it''s', \"}\"]}}\nlinks: [[a, b]]\n", "nodes:\n  a:\n  b:\n    interfaces:\n      eth0:\n# end\nlinks: [[a, b]]\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := topo.ParseChecked("lab.yaml", "lab.yaml", data)
		if c.Err() != nil || len(data) > 10_000 {
			t.Skip("not a lab")
		}
		lab := withAddresses(c)
		if lab.Validate() != nil {
			t.Skip("the addresses do not suit the lab")
		}
		got, err := topo.WriteAddresses("lab.yaml", data, lab)
		switch {
		case err == nil:
			if again, err := topo.Parse("lab.yaml", got); err != nil || !bytes.Equal(again.Format(), lab.Format()) {
				t.Fatalf("%v\n%s\nbecame\n%s", err, data, got)
			}
		case !bytes.ContainsAny(data, "&*") && !bytes.Contains(data, []byte("<<")):
			t.Fatalf("%v\n%s", err, data)
		}
	})
}

// withAddresses returns the lab with an address for each end of a link that has none.
func withAddresses(c *topo.Checked) *topo.Topology {
	t := c.Topology().Clone()
	for _, n := range c.Wiring().Nodes {
		for _, i := range n.Interfaces {
			if n.IsHost() || i.Link == nil || i.IsBridged() || i.Decl.Addresses != nil {
				continue
			}
			if t.Node(n.Name) == nil {
				t.Nodes = append(t.Nodes, topo.Node{Name: n.Name})
			}
			decl := t.Node(n.Name)
			at := slices.IndexFunc(decl.Interfaces, func(d topo.Interface) bool { return d.Name == i.Name })
			if at < 0 {
				at = len(decl.Interfaces)
				decl.Interfaces = append(decl.Interfaces, topo.Interface{Name: i.Name})
			}
			segment := slices.Index(c.Wiring().Segments, i.Segment)
			place := slices.Index(i.Segment.Interfaces, i)
			decl.Interfaces[at].Addresses = []netip.Prefix{netip.MustParsePrefix(fmt.Sprintf("10.200.%d.%d/24", segment%256, 1+place%254))}
		}
	}
	return t
}
