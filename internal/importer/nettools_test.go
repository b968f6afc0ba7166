package importer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/importer"
	"github.com/vethlab/vethlab/topo"
)

// ifconfig replaces the address of a link or alias; add adds one.
func TestIfconfig(t *testing.T) {
	for _, tt := range []struct {
		commands  string
		addresses string
		lost      string
	}{
		{"ifconfig e 10.0.0.1", "10.0.0.1/8", ""},
		{"ifconfig e 172.16.0.1 up", "172.16.0.1/16", ""},
		{"ifconfig e 10.0.0.1 netmask 255.255.255.0; ifconfig e 10.0.0.2 netmask 255.255.255.0", "10.0.0.2/24", ""},
		{"ifconfig e 10.0.0.1/24; ifconfig e 192.168.0.1", "192.168.0.1/24", ""},
		{"ifconfig e 10.0.0.1/24; ifconfig e netmask 255.255.0.0", "10.0.0.1/16", ""},
		{"ifconfig e 10.0.0.1/24; ifconfig e 10.0.0.1 up", "10.0.0.1/24", ""},
		{"ifconfig e 10.0.0.1/24; ifconfig e 0.0.0.0", "", ""},
		{"ip -n n addr add 10.9.0.1/24 dev e; ifconfig e 10.0.0.1/24", "10.0.0.1/24", ""},
		{"ifconfig e 10.0.0.1/24; ifconfig e add 10.1.0.1/24; ifconfig e 10.2.0.1/24", "10.1.0.1/24 10.2.0.1/24", ""},
		{"ifconfig e 10.0.0.1/24; ifconfig e add 10.1.0.1/24; ifconfig e del 10.1.0.1/24", "10.0.0.1/24", ""},
		{"ifconfig e inet6 add fd00::1/64; ifconfig e inet6 add fd00::2/64; ifconfig e inet6 del fd00::1/64", "fd00::2/64", ""},
		{"ifconfig e 10.0.0.1/24; ifconfig e:1 10.1.0.1/24; ifconfig e:1 10.2.0.1/24", "10.0.0.1/24 10.2.0.1/24", "label e:1"},
		{"ifconfig e:1 10.1.0.1/24; ifconfig e 10.0.0.1/24; ifconfig e:1 down", "10.0.0.1/24", "label e:1"},
		{"ifconfig e 10.0.0.1/24 broadcast 10.0.0.255 promisc", "10.0.0.1/24", "broadcast 10.0.0.255 promisc"},
		{"ifconfig e netmask 255.0.0.0", "", "cannot set the netmask of e: it has no address"},
		{"ifconfig e 10.0.0.1/24 mtu", "", "missing value of mtu"},
		{"ifconfig e; ifconfig -a; ifconfig", "", ""},
	} {
		r := script(t, "ip netns add n\nip link add e netns n type veth peer name x\n"+strings.ReplaceAll("; "+tt.commands, "; ifconfig", "; ip netns exec n ifconfig")[2:])
		var addresses []string
		for _, i := range r.Topology.Node("n").Interfaces {
			for _, a := range i.Addresses {
				addresses = append(addresses, a.String())
			}
		}
		slices.Sort(addresses)
		if got := strings.Join(addresses, " "); got != tt.addresses {
			t.Errorf("%s: %s, want %s", tt.commands, got, tt.addresses)
		}
		lost := fmt.Sprint(r.Lost())
		if tt.lost == "" && lost != "[]" || !strings.Contains(lost, tt.lost) {
			t.Errorf("%s: lost %s, want %s", tt.commands, lost, tt.lost)
		}
	}
}

func script(t testing.TB, text string) *importer.Result {
	t.Helper()
	r, err := importer.Script("lab", importer.File{Name: "x.sh", Data: []byte(text)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A ping with options that tests do not support becomes a test only if it implies the test.
func TestPing(t *testing.T) {
	const lab = "ip netns add a\nip netns add b\nip link add e netns a type veth peer name e netns b\n" +
		"ip -n a addr add 10.0.0.1/24 dev e\nip -n a addr add 10.0.5.1/24 dev e\nip -n b addr add 10.0.0.2/24 dev e\n" +
		"ip -n a link set e up\nip -n b link set e up\n"
	for command, want := range map[string]struct {
		none bool
		lost string
	}{
		"a ping -c1 10.0.0.2":               {},
		"a ping -c 3 -i0.2 -qnW 1 10.0.0.2": {},
		"a ping -w2 -D -O -- 10.0.0.2":      {},
		"a ping -s 100 10.0.0.2":            {lost: `"-s 100"`},
		"a ping -c1 -M do -s 1400 10.0.0.2": {lost: `"-M do -s 1400"`},
		"a ping -c1 -Mdo -s1400 10.0.0.2":   {lost: `"-M do -s 1400"`},
		"a ping -I 10.0.5.1 10.0.0.2":       {none: true, lost: "-I 10.0.5.1"},
		"a ping -I e 10.0.0.2":              {},
		"a ping -I lo 10.0.0.2":             {none: true, lost: "-I lo"},
		"b ping -I 10.0.0.2 10.0.0.1":       {},
		"b ping -I 10.0.0.3 10.0.0.1":       {none: true, lost: "-I 10.0.0.3"},
		"a ping -t 1 -Q 8 -m 5 10.0.0.2":    {lost: `"-t 1 -Q 8 -m 5"`},
		"a ping -r 10.0.0.2":                {lost: `"-r"`},
		"a ping":                            {none: true, lost: "want a node or an address"},
	} {
		for _, not := range []string{"", "! "} {
			r := script(t, lab+not+"ip netns exec "+command)
			tests, lost := r.Topology.Tests, fmt.Sprint(r.Lost())
			none := want.none || not != "" && want.lost != ""
			if len(tests) != map[bool]int{false: 1, true: 0}[none] {
				t.Errorf("%s%s: tests %v", not, command, tests)
			}
			if len(tests) == 1 && (tests[0].Expect == topo.Unreachable) != (not != "") {
				t.Errorf("%s%s: expects %v", not, command, tests[0].Expect)
			}
			if want.lost == "" && lost != "[]" || !strings.Contains(lost, want.lost) {
				t.Errorf("%s%s: lost %s, want %s", not, command, lost, want.lost)
			}
		}
	}
}
