package compile_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/topo"
)

// A lab with any of its pins in the file compiles to the same State, if each segment keeps
// both address families.
func TestPinnedFileCompilesEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lab := mustCompile(t, drawAny(t))
		pins := slices.DeleteFunc(slices.Clone(lab.Pins()), func(compile.Pin) bool { return rapid.Bool().Draw(t, "left out") })
		if !slices.ContainsFunc(lab.Pins(), oneFamily(lab)) {
			comparePinned(t, lab, lab.WithPins(pins))
		}
		comparePinned(t, lab, lab.WithPins(lab.Pins()))
	})
}

// oneFamily reports whether an interface lacks a family of its segment.
func oneFamily(lab *compile.Lab) func(compile.Pin) bool {
	families := map[topo.Endpoint]int{}
	for _, s := range lab.Segments {
		for _, e := range s.Interfaces {
			families[topo.Endpoint{Node: e.Node, Interface: e.Interface}] = len(s.Subnets)
		}
	}
	return func(p compile.Pin) bool {
		return len(p.Addresses) != families[topo.Endpoint{Node: p.Node, Interface: p.Interface}]
	}
}

func comparePinned(t *rapid.T, lab *compile.Lab, pinned *topo.Topology) {
	again, err := compile.Compile(pinned)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(statesOf(t, lab), statesOf(t, again)); d != "" {
		t.Fatalf("%s\n(-left out +pinned):\n%s", pinned.Format(), d)
	}
}

// statesOf returns the State of a lab, by namespace.
func statesOf(t *rapid.T, lab *compile.Lab) map[string]string {
	states := map[string]string{}
	for name, ns := range lab.State.Namespaces {
		text, err := json.Marshal(ns)
		if err != nil {
			t.Fatal(err)
		}
		states[name] = string(text)
	}
	return states
}

// addressesOf returns the addresses of the interfaces that the file leaves them out of.
func addressesOf(lab *compile.Lab) string {
	var list []string
	for _, p := range lab.Pins() {
		list = append(list, fmt.Sprintf("%s:%s %v", p.Node, p.Interface, p.Addresses))
	}
	return strings.Join(list, ", ")
}

// An address in the file changes only the addresses of its interface.
func TestWrittenAddressMovesOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lab := mustCompile(t, drawAny(t))
		if len(lab.Pins()) == 0 || slices.ContainsFunc(lab.Pins(), oneFamily(lab)) {
			t.Skip("no pins")
		}
		pin := rapid.SampledFrom(lab.Pins()).Draw(t, "pin")
		if len(pin.Addresses) == 0 {
			t.Skip("no addresses")
		}
		pin.Addresses = slices.Clone(pin.Addresses)
		which := rapid.IntRange(0, len(pin.Addresses)-1).Draw(t, "which")
		p := pin.Addresses[which]
		a := p.Masked().Addr()
		for range rapid.IntRange(1, 20).Draw(t, "host") {
			a = a.Next()
		}
		pin.Addresses[which] = netip.PrefixFrom(a, p.Bits())
		if !p.Contains(a) {
			t.Skip("no such host in the subnet")
		}
		after, err := compile.Compile(lab.WithPins([]compile.Pin{pin}))
		if err != nil {
			t.Skip("no address of a host, or one that the file gives to another")
		}
		moved := after.Moved(lab)
		if len(moved) > 1 || len(moved) == 1 && moved[0].Was[which].Addr() != a {
			t.Fatalf("%s:%s %v changes %v\nbefore %s\nafter  %s", pin.Node, pin.Interface, pin.Addresses, moved, addressesOf(lab), addressesOf(after))
		}
	})
}

// An edit can change automatic addresses.
func TestEditMovesAddresses(t *testing.T) {
	const lan = "addressing: {ipv6: none}\nnodes: {s: {kind: switch}, r: {kind: router}%s}\nlinks: [%s[a, s], [b, s], [c, s], [r, s], [r, d]]\n"
	before := fmt.Sprintf(lan, "", "")
	pinned := func(addr string) string { return fmt.Sprintf(lan, ", b: {interfaces: {eth0: "+addr+"}}", "") }
	for _, tt := range []struct{ name, before, after, want string }{
		{"nothing", before, before, ""},
		{"a node at the end", before, strings.Replace(before, "[r, d]", "[r, d], [e, s]", 1), ""},
		{"a node before others", before, fmt.Sprintf(lan, "", "[x, s], "), "r:eth0 [10.0.0.4/16], a:eth0 [10.0.0.1/16], b:eth0 [10.0.0.2/16], c:eth0 [10.0.0.3/16]"},
		{"a link before others", before, fmt.Sprintf(lan, "", "[r, x], "), "r:eth1 [10.0.0.4/16], r:eth2 [10.1.0.1/30], a:eth0 [10.0.0.1/16], b:eth0 [10.0.0.2/16], c:eth0 [10.0.0.3/16], d:eth0 [10.1.0.2/30]"},
		{"a link less", before, strings.Replace(before, "[a, s], ", "", 1), "r:eth0 [10.0.0.4/16], b:eth0 [10.0.0.2/16], c:eth0 [10.0.0.3/16]"},
		{"two links of a switch swapped", before, strings.Replace(before, "[b, s], [c, s]", "[c, s], [b, s]", 1), "c:eth0 [10.0.0.3/16], b:eth0 [10.0.0.2/16]"},
		{"the own address", before, pinned("10.0.0.2/16"), ""},
		{"a free address", before, pinned("10.0.0.77/16"), ""},
		{"another's address", before, pinned("10.0.0.3/16"), "c:eth0 [10.0.0.3/16]"},
		{"a router's address", before, pinned("10.0.0.4/16"), "r:eth0 [10.0.0.4/16]"},
		{"none", before, pinned("[]"), ""},
		{"lines above", before, "# a comment\n" + strings.Replace(before, "[a, s]", "[x, s], [a, s]", 1), "r:eth0 [10.0.0.4/16], a:eth0 [10.0.0.1/16], b:eth0 [10.0.0.2/16], c:eth0 [10.0.0.3/16]"},
		{"a larger pool", before, strings.Replace(before, "{ipv6", "{ipv4: 172.16.0.0/12, ipv6", 1), ""},
		{"a subnet", before, strings.Replace(before, "[r, d]", "[r, d, {subnet: 192.0.2.0/30}]", 1), ""},
	} {
		old, edited := mustCompile(t, topo.MustParse(tt.before)), mustCompile(t, topo.MustParse(tt.after))
		var got []string
		for _, p := range edited.Moved(old) {
			got = append(got, fmt.Sprintf("%s:%s %v", p.Node, p.Interface, p.Was))
		}
		if text := strings.Join(got, ", "); text != tt.want {
			t.Errorf("%s: addresses change %q, want %q", tt.name, text, tt.want)
		}
		// With the old addresses in the file, the edit changes no address.
		kept, err := compile.Compile(edited.WithPins(edited.Keeping(old)))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		for _, p := range edited.Keeping(old) {
			var now []string
			for _, a := range p.Addresses {
				now = append(now, a.String())
			}
			if got := addresses(kept, p.Node, p.Interface); !slices.Equal(got, now) {
				t.Errorf("%s: pinned, %s has %v, want %v", tt.name, p.Node, got, now)
			}
		}
	}
}

// If the file gives an interface the automatic address of another one, they swap
// addresses; an interface that had none leaves the other one the last free address.
func TestWrittenAddressOrder(t *testing.T) {
	const lan = "addressing: {ipv6: none}\nnodes: {s: {kind: switch%s}%s}\nlinks: [[a, s, {subnet: 10.9.0.0/29}], [b, s], [c, s]]\n"
	for _, tt := range []struct{ name, bridge, node, want string }{
		{"no addresses in the file", "", "", "a:eth0 [10.9.0.1/29], b:eth0 [10.9.0.2/29], c:eth0 [10.9.0.3/29]"},
		{"two swapped", "", ", c: {interfaces: {eth0: 10.9.0.1/29}}", "a:eth0 [10.9.0.3/29], b:eth0 [10.9.0.2/29]"},
		{"three in a cycle", "", ", c: {interfaces: {eth0: 10.9.0.1/29}}, b: {interfaces: {eth0: 10.9.0.3/29}}", "a:eth0 [10.9.0.2/29]"},
		{"the bridge has no automatic address", ", interfaces: {br0: 10.9.0.1/29}", "", "b:eth0 [10.9.0.2/29], c:eth0 [10.9.0.3/29], a:eth0 [10.9.0.6/29]"},
		{"two addresses", "", ", c: {interfaces: {eth0: [10.9.0.1/29, 10.9.0.2/29]}}", "a:eth0 [10.9.0.3/29], b:eth0 [10.9.0.6/29]"},
	} {
		lab := mustCompile(t, topo.MustParse(fmt.Sprintf(lan, tt.bridge, tt.node)))
		got, want := strings.Split(addressesOf(lab), ", "), strings.Split(tt.want, ", ")
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, want)
		}
	}
}

// Addresses are written into any file, YAML or JSON, and all its text is kept.
func TestWriteAddresses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := drawAny(t)
		lab := mustCompile(t, top)
		pinned := lab.WithPins(lab.Pins())
		text := top.Format()
		if rapid.Bool().Draw(t, "as JSON") {
			var err error
			if text, err = json.Marshal(top); err != nil {
				t.Fatal(err)
			}
		}
		amended, err := topo.WriteAddresses("lab.yaml", text, pinned)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if json.Valid(text) != json.Valid(amended) {
			t.Fatalf("JSON became invalid:\n%s", amended)
		}
		if rest := amended; !subsequence(text, rest) {
			t.Fatalf("text is missing of\n%s\nin\n%s", text, rest)
		}
		again, err := topo.Parse("lab.yaml", amended)
		if err != nil {
			t.Fatal(err)
		}
		comparePinned(t, lab, again)
	})
}

// subsequence reports whether longer is text with insertions.
func subsequence(text, longer []byte) bool {
	for _, c := range longer {
		if len(text) > 0 && text[0] == c {
			text = text[1:]
		}
	}
	return len(text) == 0
}
