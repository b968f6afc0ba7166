//go:build linux

package kernel_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

// namespaceWithAll makes a namespace with one of each object that this kernel supports,
// and another one with a peer. It returns their names and the commands that failed.
func namespaceWithAll(t *testing.T) (name, other string, lacking []string) {
	t.Helper()
	name, other = netnstest.Name(t, "here"), netnstest.Name(t, "there")
	for _, n := range []string{name, other} {
		if err := netns.CreateAll([]netns.Spec{{Name: n}}); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSpace(`
link set lo up
link add br0 type bridge forward_delay 400
link add eth0 mtu 1400 type veth peer name eth0 netns OTHER
link add eth1 type veth peer name eth2
link set eth1 master br0 up
link set eth2 up alias a_cable
link set br0 up
link property add dev eth0 altname to-the-other
link set eth0 up
addr add 10.0.0.1/24 brd + dev eth0
addr add 10.0.0.7/24 dev eth0 label eth0:x
addr add 10.9.0.1 peer 10.9.0.2/32 dev eth0
addr add fd00::1/64 dev eth0 nodad valid_lft 5000 preferred_lft 4000
route add 10.1.0.0/16 via 10.0.0.2 metric 7 mtu 1300
route add 10.2.0.0/16 nexthop via 10.0.0.2 weight 3 nexthop via 10.0.0.3
route add unreachable 10.3.0.0/16
route add 10.4.0.0/16 via 10.0.0.2 table 1000 proto static src 10.0.0.1
route add 10.5.0.0/16 via inet6 fd00::2 dev eth0
route add fd01::/64 via fd00::2
rule add from 10.0.0.0/8 to 10.2.0.0/16 iif eth0 fwmark 1/255 table 1000 priority 100
-6 rule add not from fd00::/8 table 1001 priority 101
neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0
neigh add proxy 10.0.0.9 dev eth0
link add link eth2 eth2.5 type vlan id 5
link add link eth2 mv0 type macvlan mode bridge
link add link eth2 mv1 type macvlan mode private bcqueuelen 0
link add link eth2 mv2 type macvlan mode vepa
link add link eth2 mv3 type macvlan mode source
link set mv3 type macvlan macaddr add 02:00:00:00:00:33
link set mv3 type macvlan macaddr add 02:00:00:00:00:34
link add link eth2 mv4 type macvlan mode source
link add link eth2 mt0 type macvtap
link add eth3 type veth peer name eth4
link add link eth3 mv5 type macvlan mode passthru nopromisc
link add link eth4 iv0 type ipvlan mode l3 vepa
link add vx0 type vxlan id 7 local 10.0.0.1 remote 10.0.0.2 dstport 4789 dev eth2
link add gn0 type geneve id 7 remote 10.0.0.2
link add ipip0 type ipip local 10.0.0.1 remote 10.0.0.2 ttl 9
link add gre9 type gre local 10.0.0.1 remote 10.0.0.2 key 5
link add tap0 type tun`), "OTHER", other), "\n") {
		if strings.HasSuffix(line, "type tun") {
			line = "tuntap add tap0 mode tap"
		}
		if out, err := exec.Command("ip", append([]string{"-n", name}, strings.Fields(line)...)...).CombinedOutput(); err != nil {
			lacking = append(lacking, line+": "+strings.TrimSpace(string(out)))
		}
	}
	return name, other, lacking
}

// ipJSON returns the output of `ip -j`, one map for each object.
func ipJSON(t *testing.T, namespace string, args ...string) []map[string]any {
	t.Helper()
	out, err := exec.Command("ip", append([]string{"-n", namespace, "-j", "-d"}, args...)...).Output()
	if err != nil {
		t.Fatal(args, err)
	}
	var list []map[string]any
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(args, err)
	}
	return slices.DeleteFunc(list, func(m map[string]any) bool { return len(m) == 0 })
}

// waitForQuiet waits until the dump of a namespace stays the same: carriers, addresses
// and routes appear up to a second after the links.
func waitForQuiet(t *testing.T, name string) {
	t.Helper()
	const quiet, most = 1500 * time.Millisecond, 30 * time.Second
	last, since := "", time.Now()
	for end := since.Add(most); time.Since(since) < quiet && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var now strings.Builder
		for _, what := range []string{"-o link", "-o addr", "-4 route show table all", "-6 route show table all"} {
			out, err := exec.Command("ip", append([]string{"-n", name}, strings.Fields(what)...)...).Output()
			if err != nil {
				t.Fatal(err)
			}
			now.WriteString(withoutTimes(string(out)))
		}
		if now.String() != last || strings.Contains(last, " tentative") { // its routes follow
			last, since = now.String(), time.Now()
		}
	}
}

func number(v any) int {
	f, _ := v.(float64)
	return int(f)
}

// TestDumpAgreesWithIP compares a dump with the output of ip in the same namespace.
func TestDumpAgreesWithIP(t *testing.T) {
	netnstest.Need(t)
	needPrograms(t, "ip")
	name, other, lacking := namespaceWithAll(t)
	if len(lacking) > 0 {
		t.Logf("not supported by this kernel:\n%s", strings.Join(lacking, "\n"))
	}
	waitForQuiet(t, name)
	ns, err := kernel.Dump(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("links", func(t *testing.T) { compareLinks(t, ns, other) })
	t.Run("addresses", func(t *testing.T) { compareAddresses(t, ns) })
	t.Run("routes", func(t *testing.T) { compareRoutes(t, ns) })
	t.Run("rules", func(t *testing.T) {
		var got, want []string
		for _, r := range ns.Rules {
			got = append(got, fmt.Sprint(r.Priority, r.Not, r.From.IsValid(), r.In))
		}
		for _, family := range []string{"-4", "-6"} {
			for _, r := range ipJSON(t, name, family, "rule") {
				in, _ := r["iif"].(string)
				_, not := r["not"] // is null
				want = append(want, fmt.Sprint(number(r["priority"]), not, r["src"] != "all", in))
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
	t.Run("neighbours", func(t *testing.T) {
		i := slices.IndexFunc(ns.Neighbours, func(n dump.Neighbour) bool { return n.To == netip.MustParseAddr("10.0.0.2") })
		if i < 0 || ns.Neighbours[i].Address.String() != "02:00:00:00:00:02" || ns.Neighbours[i].State != 128 {
			t.Errorf("no permanent neighbour among %v", ns.Neighbours)
		}
		if !slices.ContainsFunc(ns.Neighbours, func(n dump.Neighbour) bool { return n.Proxy && n.To == netip.MustParseAddr("10.0.0.9") }) {
			t.Errorf("no proxy among %v", ns.Neighbours)
		}
	})
}

// hardwareText formats a link-layer address as ip does: that of an IPv4 tunnel is an
// IPv4 address.
func hardwareText(typ uint16, a dump.HWAddr) string {
	const ipip, sit, gre = 768, 776, 778
	if addr, ok := netip.AddrFromSlice(a); ok && (typ == ipip || typ == sit || typ == gre) {
		return addr.String()
	}
	return a.String()
}

func compareLinks(t *testing.T, ns *dump.Namespace, other string) {
	links := ipJSON(t, ns.Name, "-s", "link")
	if len(links) != len(ns.Links) {
		t.Fatalf("%d links, ip shows %d", len(ns.Links), len(links))
	}
	for i, want := range links {
		l := ns.Links[i]
		got := map[string]any{
			"ifindex": l.Index, "ifname": l.Name, "mtu": l.MTU, "qdisc": l.Qdisc, "operstate": strings.ToUpper(l.OperState),
			"txqlen": l.TxQueueLen, "address": hardwareText(l.Type, l.Address), "broadcast": hardwareText(l.Type, l.Broadcast), "promiscuity": l.Promiscuity,
			"min_mtu": l.MinMTU, "max_mtu": l.MaxMTU, "num_tx_queues": l.TxQueues, "num_rx_queues": l.RxQueues,
			"gso_max_size": l.GSOMaxSize, "gso_max_segs": l.GSOMaxSegs, "tso_max_size": l.TSOMaxSize, "gro_max_size": l.GROMaxSize,
			"master": ns.LinkName(l.Master), "ifalias": l.Alias,
		}
		if l.AllMulti != nil {
			got["allmulti"] = *l.AllMulti
		}
		for key, value := range got {
			shown, ok := want[key]
			if !ok && (value == "" || value == 0) || key == "allmulti" && !ok {
				continue
			}
			if fmt.Sprint(shown) != fmt.Sprint(value) {
				t.Errorf("%s: %s is %v, ip says %v", l.Name, key, value, shown)
			}
		}
		info, _ := want["linkinfo"].(map[string]any)
		if kind, _ := info["info_kind"].(string); kind != l.Kind {
			t.Errorf("%s is a %q, ip says %q", l.Name, l.Kind, kind)
		}
		compareInfo(t, l, info)
		if l.ParentNetns != nil && (*l.ParentNetns != int32(number(want["link_netnsid"])) || ns.Peers[*l.ParentNetns] != other) {
			t.Errorf("the peer of %s is in nsid %d, %q; ip says %v", l.Name, *l.ParentNetns, ns.Peers[*l.ParentNetns], want["link_netnsid"])
		}
		if parent, _ := want["link"].(string); parent != "" && ns.LinkName(l.Parent) != parent && l.ParentNetns == nil {
			t.Errorf("the lower device of %s is %d, ip says %s", l.Name, l.Parent, parent)
		}
		if l.Stats == nil {
			t.Errorf("%s has no statistics", l.Name)
		}
	}
}

// compareInfo compares the options of a kind whose keys are the same in our JSON and
// ip's.
func compareInfo(t *testing.T, l dump.Link, linkinfo map[string]any) {
	theirs, _ := linkinfo["info_data"].(map[string]any)
	if port, _ := linkinfo["info_slave_data"].(map[string]any); port != nil {
		compareWords(t, l.Name, l.Port, port)
	}
	if theirs != nil && l.Info == nil {
		t.Errorf("%s: the options of a %s are missing", l.Name, l.Kind)
	}
	compareWords(t, l.Name, l.Info, theirs)
}

func compareWords(t *testing.T, link string, ours any, theirs map[string]any) {
	b, err := json.Marshal(ours)
	if err != nil {
		t.Fatal(err)
	}
	var mine map[string]any
	_ = json.Unmarshal(b, &mine)
	for key, value := range mine {
		shown, ok := theirs[key]
		if !ok {
			continue
		}
		equal := fmt.Sprint(shown) == fmt.Sprint(value)
		switch v := value.(type) {
		case bool:
			equal = equal || v == (number(shown) != 0)
		case float64: // ip has words for a port's state, names of links, and protocols
			_, word := shown.(string)
			equal = equal || word
		}
		if !equal {
			t.Errorf("%s: %s is %v, ip says %v", link, key, value, shown)
		}
	}
}

func compareAddresses(t *testing.T, ns *dump.Namespace) {
	for _, link := range ipJSON(t, ns.Name, "addr") {
		index := number(link["ifindex"])
		var got, want []string
		for _, a := range ns.AddressesOf(index) {
			bits, peer := a.Prefix.Bits(), ""
			if a.Peer.IsValid() {
				peer = a.Peer.String()
			}
			broadcast := ""
			if a.Broadcast.IsValid() {
				broadcast = a.Broadcast.String()
			}
			scope := map[uint8]string{0: "global", 253: "link", 254: "host"}[a.Scope]
			got = append(got, fmt.Sprintln(a.Prefix.Addr(), bits, peer, broadcast, scope, a.Label, a.Valid/100, a.Preferred/100))
		}
		list, _ := link["addr_info"].([]any)
		for _, item := range list {
			a := item.(map[string]any)
			word := func(key string) string {
				s, _ := a[key].(string)
				return s
			}
			want = append(want, fmt.Sprintln(word("local"), number(a["prefixlen"]), word("address"), word("broadcast"), word("scope"), word("label"),
				uint32(number(a["valid_life_time"]))/100, uint32(number(a["preferred_life_time"]))/100))
		}
		slices.Sort(got)
		slices.Sort(want)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%v: (-ip +dump)\n%s", link["ifname"], d)
		}
	}
}

func compareRoutes(t *testing.T, ns *dump.Namespace) {
	var got, want []string
	for _, r := range ns.Routes {
		to := r.To.String()
		if r.To.IsSingleIP() {
			to = r.To.Addr().String()
		}
		via := ""
		if r.Via.IsValid() {
			via = r.Via.String()
		}
		got = append(got, fmt.Sprintln(to, via, ns.LinkName(r.Index), r.Metric, len(r.Hops)))
	}
	for _, family := range []string{"-4", "-6"} {
		for _, r := range ipJSON(t, ns.Name, family, "route", "show", "table", "all") {
			word := func(m map[string]any, key string) string {
				s, _ := m[key].(string)
				return s
			}
			to, via := word(r, "dst"), word(r, "gateway")
			if v, ok := r["via"].(map[string]any); ok {
				via = word(v, "host")
			}
			if to == "default" {
				to = "::/0"
			}
			hops, _ := r["nexthops"].([]any)
			want = append(want, fmt.Sprintln(to, via, word(r, "dev"), number(r["metric"]), len(hops)))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-ip +dump)\n%s", d)
	}
}
