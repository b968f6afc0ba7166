//go:build linux

package vethlab_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// makeUnmarked makes namespaces, links and bridges without a mark, with names like
// those of a lab called "lab".
func makeUnmarked(t *testing.T) {
	t.Helper()
	makeNetnsDir(t)
	at := func(namespace, link string) state.Endpoint { return state.Endpoint{Namespace: namespace, Link: link} }
	p := plan.Plan{
		plan.AddNamespace{Name: "lab.ns3"},
		plan.AddNamespace{Name: "lab.stranger"},
		plan.SetLink{Link: at("lab.stranger", "lo"), Alias: new("vethlab:lab"), Up: new(true)},
		plan.AddNamespace{Name: "other"},
		plan.SetLink{Link: at("other", "lo"), Alias: new("vethlab:lab2/ns1")},
		plan.AddNamespace{Name: "forged"}, // marked by somebody who has rights in it
		plan.SetLink{Link: at("forged", "lo"), Alias: new("vethlab:lab/ns1")},
		plan.AddLink{Link: at("lab.stranger", "br0"), Index: 100, Kind: state.Bridge{}},
		plan.AddLink{Link: at(state.Host, "br0"), Index: 50, Kind: state.Bridge{}},
		plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at("lab.ns3", "eth0"), Index: 101}, {Link: at("lab.stranger", "eth0"), Index: 102}}},
		plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at(state.Host, "veth0"), Index: 51}, {Link: at(state.Host, "veth1"), Index: 52}}},
		plan.SetLink{Link: at(state.Host, "veth0"), Alias: new("vethlab:lab2/host"), Up: new(true)},
		plan.SetLink{Link: at(state.Host, "veth1"), Alias: new("uplink"), Up: new(true)},
		plan.AddAddress{Link: at(state.Host, "veth1"), Address: netip.MustParsePrefix("192.0.2.1/24")},
	}
	if err := kernel.Apply(t.Context(), p, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(netns.Dir, "lab.file"), []byte("vethlab:lab2/file"), 0o600); err != nil {
		t.Fatal(err)
	}
	settled(t)
}

// makeNetnsDir makes the folder of names as the first `ip netns add` does.
func makeNetnsDir(t *testing.T) {
	t.Helper()
	err := errors.Join(
		os.MkdirAll(netns.Dir, 0o755),
		unix.Mount(netns.Dir, netns.Dir, "none", unix.MS_BIND|unix.MS_REC, ""),
		unix.Mount("", netns.Dir, "none", unix.MS_SHARED|unix.MS_REC, ""),
	)
	if err != nil {
		t.Fatal(err)
	}
}

// settled waits until the links of makeUnmarked have their link-local addresses.
func settled(t *testing.T) {
	t.Helper()
	want := state.New()
	want.Add(state.Host).Links["veth0"] = &state.Link{Name: "veth0", Up: true, Kind: state.Veth{Peer: state.Endpoint{Link: "veth1"}}}
	want.Namespaces[state.Host].Links["veth1"] = &state.Link{Name: "veth1", Up: true, Kind: state.Veth{Peer: state.Endpoint{Link: "veth0"}}}
	if err := kernel.Settle(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for tentative(t) && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
}

// tentative reports whether duplicate address detection of an IPv6 address of the host,
// which takes 1 s, is still running.
func tentative(t *testing.T) bool {
	t.Helper()
	return slices.ContainsFunc(columns(t, "/proc/net/if_inet6", 4), func(flags string) bool {
		bits, err := strconv.ParseUint(flags, 16, 32)
		return err == nil && bits&unix.IFA_F_TENTATIVE != 0
	})
}

// Objects without a mark are not changed, whatever their names.
func TestUnmarkedObjectsAreLeftAlone(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	makeUnmarked(t)
	before := look(t)
	lab := parse(t, "name: lab\nnodes: {sw: {kind: switch}}\nlinks: [[ns1, sw], [ns2, sw], [host, sw]]\n")
	for range 2 {
		up(t, lab)
		down(t, lab)
		before.unchanged(t)
	}
	infos, err := vethlab.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range infos {
		if i.Name == "lab" {
			t.Errorf("a lab that is down is listed: %+v", i)
		}
	}
}

// If a name is taken, Up fails before it changes anything.
func TestTakenNamesAreRefused(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	makeUnmarked(t)
	before := look(t)
	tests := []struct{ name, file, want string }{
		{"a namespace", "links: [[ns2, ns3]]", "/run/netns/lab.ns3 exists already and is not of lab lab"},
		{"a namespace of another lab", "prefix: ''\nlinks: [[ns2, other]]", "/run/netns/other exists already"},
		{"a file", "links: [[ns2, file]]", "/run/netns/lab.file exists already"},
		{"a link of the host", "links: [['host:veth1', ns2]]", "the host has a link veth1 already"},
		{"a network of the host", "links: [{endpoints: [host, ns2], subnet: 192.0.2.0/24}]", "192.0.2.0/24 on veth1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lab := parse(t, "name: lab\n"+tt.file)
			_, err := lab.Up(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			before.unchanged(t)
			down(t, lab)
			before.unchanged(t)
		})
	}
}

// Routes and neighbour entries that others add to a lab's links in the host namespace stay
// over each Up, and are reported. Those of the lab have its number there; what a version
// without it has made is marked.
func TestOthersOnHostLinksAreLeftAlone(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	const file = "name: lab\nnodes: {gw: {kind: router}, host: {interfaces: {vlmark0: {neighbours: {198.18.77.5: '02:00:00:00:00:05'}}}}}\n" +
		"links: [{endpoints: ['host:vlmark0', gw], subnet: 198.18.77.0/29}, {endpoints: [gw, far], subnet: 198.18.SUBNET.0/24}]\n"
	first := parse(t, strings.Replace(file, "SUBNET", "78", 1))
	edited := parse(t, strings.Replace(file, "SUBNET", "79", 1))
	before := look(t)
	up(t, first)
	route := func(to string) state.Route {
		return state.Route{To: netip.MustParsePrefix(to), Via: netip.MustParseAddr("198.18.77.2"), Dev: "vlmark0"}
	}
	apply := func(p ...plan.Op) {
		t.Helper()
		if err := kernel.Apply(t.Context(), p, state.New(), kernel.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	theirs := state.Neighbour{Address: netip.MustParseAddr("198.18.77.4"), MAC: [6]byte{2, 5: 4}, Dev: "vlmark0"}
	apply(plan.AddRoute{Route: route("203.0.113.0/24")}, plan.AddNeighbour{Neighbour: theirs})
	for _, lab := range []*vethlab.Lab{first, edited, first} {
		up(t, lab)
		checkHostThings(t, lab, "203.0.113.0/24 via 198.18.77.2 dev vlmark0", "198.18.77.4 lladdr 02:00:00:00:00:04 dev vlmark0")
	}
	ours := route("198.18.78.0/24")
	apply(plan.DelRoute{Route: ours, Protocol: state.Protocol}, plan.AddRoute{Route: ours})
	up(t, first)
	checkHostThings(t, first, "203.0.113.0/24 via 198.18.77.2 dev vlmark0", "198.18.77.4 lladdr 02:00:00:00:00:04 dev vlmark0")
	down(t, first)
	before.unchanged(t)
}

// checkHostThings checks who has made the routes and neighbour entries in the host namespace
// on the link of a lab.
func checkHostThings(t *testing.T, lab *vethlab.Lab, route, neighbour string) {
	t.Helper()
	p, err := lab.Plan()
	if err != nil {
		t.Fatal(err)
	}
	want := []vethlab.Unmanaged{
		{Node: "host", What: "routes through interfaces of the lab", Detail: route},
		{Node: "host", What: "permanent neighbour entries on interfaces of the lab", Detail: neighbour},
	}
	if got := p.Unmanaged(); !p.Empty() || !slices.Equal(got, want) {
		t.Errorf("plan %v; unmanaged %+v, want %+v", p, got, want)
	}
	ns, err := kernel.Dump(state.Host)
	if err != nil {
		t.Fatal(err)
	}
	dev := ns.LinkNamed("vlmark0").Index
	var marked []string
	for _, r := range ns.Routes {
		if r.Index == dev && r.Protocol == state.Protocol {
			marked = append(marked, r.To.String())
		}
	}
	for _, n := range ns.Neighbours {
		if n.Index == dev && n.Protocol == state.Protocol {
			marked = append(marked, n.To.String())
		}
	}
	subnet := "198.18.78.0/24"
	if strings.Contains(fmt.Sprint(lab.Described().Addresses("far")), "198.18.79.") {
		subnet = "198.18.79.0/24"
	}
	if wanted := []string{subnet, "198.18.77.5"}; !slices.Equal(marked, wanted) {
		t.Errorf("marked: %v, want %v", marked, wanted)
	}
}
