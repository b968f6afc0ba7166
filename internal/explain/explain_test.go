package explain_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/vethlab/vethlab/internal/explain"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

func at(namespace, link string) state.Endpoint {
	return state.Endpoint{Namespace: namespace, Link: link}
}

var (
	eth0    = at("ns1", "eth0")
	hostEnd = at(state.Host, "veth0")
	address = netip.MustParsePrefix("10.0.0.2/24")
	gateway = netip.MustParseAddr("10.0.0.1")
	subnet  = netip.MustParsePrefix("10.1.0.0/16")
)

// examples holds at least one Op of each type, and one for each text about it.
var examples = []plan.Op{
	plan.AddNamespace{Name: "ns1"},
	plan.DelNamespace{Name: "ns1"},
	plan.AddVeth{Ends: [2]plan.VethEnd{{Link: hostEnd}, {Link: at(state.Host, "veth1")}}},
	plan.AddVeth{Ends: [2]plan.VethEnd{{Link: hostEnd, Alias: "vethlab:lab/host"}, {Link: eth0}}},
	plan.AddVeth{Ends: [2]plan.VethEnd{{Link: eth0, Index: 100, MAC: topo.MAC{2}, MTU: 1400}, {Link: at("ns2", "eth0")}}},
	plan.AddLink{Link: at("s", "br0"), Kind: state.Bridge{}},
	plan.SetKind{Link: at("s", "br0"), Change: state.BridgeChange{STP: new(true), ForwardDelay: new(1500)}},
	plan.SetKind{Link: at("s", "br0"), Change: state.BridgeChange{STP: new(false), ForwardDelay: new(0)}},
	plan.SetKind{Link: at("s", "br0"), Change: state.BridgeChange{STP: new(true)}},
	plan.SetKind{Link: at("s", "br0"), Change: state.BridgeChange{ForwardDelay: new(200)}},
	plan.SetLink{Link: eth0, Up: new(true)},
	plan.SetLink{Link: at("ns1", state.Lo), Up: new(true)},
	plan.SetLink{Link: eth0, Up: new(false)},
	plan.SetLink{Link: eth0, Master: new("br0")},
	plan.SetLink{Link: eth0, Master: new("")},
	plan.SetLink{Link: eth0, MAC: topo.MAC{2, 0, 0, 0, 0, 1}},
	plan.SetLink{Link: eth0, MTU: 1400},
	plan.SetLink{Link: eth0, AutoLinkLocal: new(false)},
	plan.SetLink{Link: eth0, AutoLinkLocal: new(true)},
	plan.SetLink{Link: eth0, Alias: new("uplink")},
	plan.SetLink{Link: eth0, Alias: new("vethlab:lab/ns1")},
	plan.AddNeighbour{Namespace: "ns1", Neighbour: state.Neighbour{Address: gateway, MAC: topo.MAC{2}, Dev: "eth0"}},
	plan.AddNeighbour{Namespace: "ns1", Neighbour: state.Neighbour{Address: gateway, MAC: topo.MAC{2}, Dev: "eth0"}, Replace: true},
	plan.DelNeighbour{Namespace: "ns1", Key: state.NeighbourKey{Address: gateway, Dev: "eth0"}},
	plan.DelLink{Link: eth0},
	plan.MoveLink{Link: hostEnd, To: at("ns1", "veth0")},
	plan.MoveLink{Link: hostEnd, To: eth0},
	plan.MoveLink{Link: eth0, To: at("ns1", "wan")},
	plan.MoveLink{Link: eth0, To: at(state.Host, "eth0")},
	plan.AddAddress{Link: eth0, Address: address},
	plan.AddAddress{Link: eth0, Address: netip.MustParsePrefix("fd00::1/64")},
	plan.AddAddress{Link: eth0, Address: netip.MustParsePrefix("fe80::1/64")},
	plan.AddAddress{Link: eth0, Address: netip.MustParsePrefix("192.0.2.1/32")},
	plan.DelAddress{Link: eth0, Address: address},
	plan.FlushAddresses{Link: eth0},
	plan.FlushAddresses{Link: eth0, Family: plan.IPv4Only},
	plan.FlushAddresses{Link: eth0, Family: plan.IPv6Only},
	plan.PromoteSecondaries{Link: eth0},
	plan.AddRoute{Namespace: "ns1", Route: state.Route{To: netip.MustParsePrefix("0.0.0.0/0"), Via: gateway, Dev: "eth0"}},
	plan.AddRoute{Namespace: "ns1", Route: state.Route{To: subnet, Via: gateway, Dev: "eth0", Metric: 5}, Replace: true},
	plan.AddRoute{Namespace: "ns1", Route: state.Route{To: subnet, Dev: "eth0"}},
	plan.AddRoute{Namespace: "ns1", Route: state.Route{To: subnet, Via: gateway}},
	plan.DelRoute{Namespace: "ns1", Route: state.Route{To: subnet, Dev: "eth0"}},
	plan.SetSysctl{Namespace: "ns1", Key: state.ForwardIPv4, Value: "1"},
	plan.SetSysctl{Namespace: "ns1", Key: state.ForwardIPv6, Value: "1"},
	plan.SetSysctl{Namespace: state.Host, Key: "net.ipv4.ip_default_ttl", Value: "7"},
	plan.Nft{Namespace: "ns1", Command: nft.Command{Verb: nft.Add, Object: nft.ATable, Table: nft.TableID{Family: "ip", Name: "nat"}}},
}

// filters are commands of nft of each kind.
const filters = `add table ip nat
add chain ip nat postrouting { type nat hook postrouting priority srcnat; }
add chain ip nat own
add rule ip nat postrouting ip saddr 10.0.0.0/24 oifname "wan" masquerade
add rule ip nat prerouting tcp dport 8080 dnat to 10.0.0.2:80
insert rule inet f input tcp dport 22 reject
add rule inet f input ct state established accept
add set ip nat hosts { type ipv4_addr; }
add element ip nat hosts { 10.0.0.1 }
delete rule ip nat own handle 4
delete table ip nat
flush chain ip nat own
flush ruleset
list ruleset`

func TestFiltersHaveWords(t *testing.T) {
	commands, err := nft.Parse(filters)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range commands {
		for _, n := range explain.Notes(plan.Nft{Namespace: "ns1", Command: c}) {
			checkNote(t, c.String(), n)
		}
	}
}

// Every type of Op has notes in both languages.
func TestEveryOpHasWords(t *testing.T) {
	explained := map[string]bool{}
	for _, op := range examples {
		name := reflect.TypeOf(op).Name()
		explained[name] = true
		notes := explain.Notes(op)
		if len(notes) == 0 {
			t.Errorf("%s has no notes", name)
		}
		for _, n := range notes {
			checkNote(t, name, n)
		}
	}
	for _, name := range opTypes(t) {
		if !explained[name] {
			t.Errorf("plan.%s is not among the examples", name)
		}
	}
}

func checkNote(t *testing.T, name string, n explain.Note) {
	t.Helper()
	if n.Topic == "" || n.Kernel == "" {
		t.Errorf("%s: no topic or no kernel message: %+v", name, n)
	}
	if n.Brief.En == "" || n.Brief.ZhTW == "" || (n.More.En == "") != (n.More.ZhTW == "") {
		t.Errorf("%s: not in both languages: %+v", name, n)
	}
	for _, text := range []string{n.Brief.En, n.Brief.ZhTW, n.More.En, n.More.ZhTW, n.Kernel} {
		if strings.Contains(text, "%!") || strings.Contains(text, "%[") || strings.Contains(text, "%s") {
			t.Errorf("%s: a verb of Sprintf is left in %q", name, text)
		}
	}
	if hasChinese(n.Brief.En) || hasChinese(n.More.En) || !hasChinese(n.Brief.ZhTW) {
		t.Errorf("%s: languages are mixed up: %+v", name, n)
	}
}

func hasChinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// opTypes returns the names of all types of Op in package plan.
func opTypes(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../plan/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var names []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "At" && f.Recv != nil {
				names = append(names, f.Recv.List[0].Type.(*ast.Ident).Name)
			}
		}
	}
	return names
}

func TestWhatIsSaid(t *testing.T) {
	tests := []struct {
		op   plan.Op
		lang words.Lang
		want string // part of Brief
	}{
		{plan.SetLink{Link: eth0, Up: new(true)}, words.English, "Brings up eth0 in ns1."},
		{plan.SetLink{Link: hostEnd, Up: new(true)}, words.English, "Brings up veth0 in the host namespace."},
		{plan.SetLink{Link: hostEnd, Up: new(true)}, words.Taiwan, "啟用主機的 veth0。"},
		{plan.SetSysctl{Namespace: "r", Key: state.ForwardIPv4, Value: "1"}, words.English, "router"},
		{plan.SetSysctl{Namespace: "r", Key: state.ForwardIPv4, Value: "0"}, words.English, "Sets net.ipv4.ip_forward to 0 in r."},
		{plan.SetLink{Link: eth0, Alias: new("vethlab:lab/ns1")}, words.English, "Marks it as the node ns1 of the lab lab."},
	}
	for _, tt := range tests {
		if got := explain.Notes(tt.op)[0].Brief.In(tt.lang); !strings.Contains(got, tt.want) {
			t.Errorf("%v: %q, want %q", tt.op, got, tt.want)
		}
	}
}

// A step joins its notes; what an earlier step explains in full is brief later.
func TestStepText(t *testing.T) {
	up := plan.SetLink{Link: eth0, Up: new(true)}
	steps := explain.Tour(plan.Plan{up, plan.SetLink{Link: eth0, MTU: 1400, Up: new(true)}})
	first, second := steps[0].Text(words.English), steps[1].Text(words.English)
	brief := "Brings up eth0 in ns1. "
	more, ok := strings.CutPrefix(first.Says, brief)
	if !ok || more == "" || !strings.HasPrefix(second.Says, brief) || strings.Contains(second.Says, more) || !strings.Contains(second.Says, "1400") {
		t.Errorf("%q\n%q", first.Says, second.Says)
	}
	if first.Look != "ip -n ns1 link show dev eth0" || len(first.Kernel) != 1 || len(second.Kernel) != 2 {
		t.Errorf("%+v\n%+v", first, second)
	}
	if chinese := steps[0].Text(words.Taiwan); !strings.Contains(chinese.Says, "啟用 ns1 的 eth0") || chinese.Kernel[0] != first.Kernel[0] {
		t.Errorf("%+v", chinese)
	}
}

// A change with several parts has a note for each, the most visible first.
func TestSeveralParts(t *testing.T) {
	var topics []string
	for _, n := range explain.Notes(plan.SetLink{Link: eth0, MTU: 1400, Up: new(true), Master: new("br0")}) {
		topics = append(topics, n.Topic)
	}
	if want := []string{"link up", "link master", "link mtu"}; !slices.Equal(topics, want) {
		t.Errorf("%v, want %v", topics, want)
	}
}
