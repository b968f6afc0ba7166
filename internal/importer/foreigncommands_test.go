package importer_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/importer"
)

// A foreignCommand is a command in a file of another tool. n1 has the interface eth1, and n2
// at its other end has 10.1.1.2/24.
type foreignCommand struct {
	command string
	want    string   // of n1 in the lab file
	notes   []string // their ends, in order
}

// check imports a file with the commands and fails unless n1 and the notes are as wanted.
func (f foreignCommand) check(t *testing.T, format importer.Format, file string) {
	t.Helper()
	r, err := importAs(format, importer.File{Name: "x", Data: []byte(fmt.Sprintf(file, "'"+strings.ReplaceAll(f.command, "'", "''")+"'")), Lab: "lab"}, nil)
	if err != nil {
		t.Errorf("%s: %v", f.command, err)
		return
	}
	if text := string(r.File()); !strings.Contains(text, f.want+"\n") {
		t.Errorf("%s: want %s in\n%s", f.command, f.want, text)
	}
	ok := len(r.Notes) == len(f.notes)
	for i, want := range f.notes {
		ok = ok && strings.HasSuffix(r.Notes[i].String(), want)
	}
	if !ok {
		t.Errorf("%s: notes %q, want %q", f.command, r.Notes, f.notes)
	}
}

// Containerlab splits a command into words, and runs it without a shell.
func TestContainerlabExec(t *testing.T) {
	const file = "topology:\n  nodes:\n    n1: {exec: [ip addr add 10.1.1.1/24 dev eth1, %s]}\n    n2: {exec: [ip addr add 10.1.1.2/24 dev eth1]}\n" +
		"  defaults: {kind: linux}\n  links: [{endpoints: [\"n1:eth1\", \"n2:eth1\"]}]\n"
	const unchanged = "  n1: {interfaces: {eth1: 10.1.1.1/24}}"
	options := "expected dev, local, nodad, brd, label, valid_lft, preferred_lft, scope, peer, noprefixroute or metric"
	for _, f := range []foreignCommand{
		{`bash -c "for i in 1; do ip addr add 10.2.1$i.1/24 dev eth1; done"`, "  n1: {interfaces: {eth1: [10.1.1.1/24, 10.2.11.1/24]}}", nil},
		{`sh -c "N=1; ip addr add 10.2.1$N.1/24 dev eth1"`, "  n1: {interfaces: {eth1: [10.1.1.1/24, 10.2.11.1/24]}}", nil},
		{`sh -c 'ip addr add 10.2.1.1/24 dev eth1 && ip route add 10.9.0.0/16 via 10.2.1.9'`, "    routes: [{to: 10.9.0.0/16, via: 10.2.1.9}]", nil},
		{`ip addr add 10.2.1.1/24 dev eth1 && ip link set eth1 down`, unchanged, []string{
			`: "&&" is an argument of ip`, `"&&": ` + options,
		}},
		{`ip addr add 10.2.1.1/24 dev eth1 || true`, unchanged, []string{`: "||" is an argument of ip`, `"||": ` + options}},
		{`echo 1 > /proc/sys/net/ipv4/conf/eth1/proxy_arp`, unchanged, []string{`: ">" is an argument of echo`}},
		{`ip addr add 10.2.1.1/$X dev eth1`, unchanged, []string{`"10.2.1.1/$X": expected an address such as 10.0.0.1/24`}},
		{`ip addr add 10.2.${X:-7}.1/24 dev eth${Y:=${Z-1}}`, "  n1: {interfaces: {eth1: [10.1.1.1/24, 10.2.7.1/24]}}", nil},
		{`ip addr add 10.2.1.1/24 dev eth1 # && ip link set eth1 down`, "  n1: {interfaces: {eth1: [10.1.1.1/24, 10.2.1.1/24]}}", nil},
		{`# ip link set eth1 down`, unchanged, nil},
		{`sh -c "[ __clabNodeName__ = n1 ] && ip addr add 10.2.1.1/24 dev eth1"`, "  n1: {interfaces: {eth1: [10.1.1.1/24, 10.2.1.1/24]}}", nil},
		{`ip addr add 10.2.1.1/24 dev "eth1`, unchanged, []string{"a quote is not closed"}},
		{`cd /tmp`, unchanged, []string{"lab files do not support cd"}},
		{`exec ip link set eth1 down`, unchanged, []string{"lab files do not support exec"}},
		{`if ip link set eth1 down`, unchanged, []string{"lab files do not support if"}},
		{`sudo ip addr add 10.2.1.1/24 dev eth1`, "  n1: {interfaces: {eth1: [10.1.1.1/24, 10.2.1.1/24]}}", nil},
	} {
		f.check(t, importer.FormatContainerlab, file)
	}
}

// Tinet prints docker exec NODE COMMAND for a shell on the host.
func TestTinetCommands(t *testing.T) {
	const file = "nodes:\n- {name: n1, interfaces: [{name: eth1, type: direct, args: n2#eth1}]}\n- {name: n2, interfaces: [{name: eth1, type: direct, args: n1#eth1}]}\n" +
		"node_configs:\n- {name: n1, cmds: [{cmd: ip addr add 10.1.1.1/24 dev eth1}, {cmd: %s}]}\n- {name: n2, cmds: [{cmd: ip addr add 10.1.1.2/24 dev eth1}]}\n"
	for _, f := range []foreignCommand{
		{`ip addr add 10.2.1.1/24 dev eth1 && ip link set eth1 mtu 1300`, "  n1: {interfaces: {eth1: [10.1.1.1/24, 10.2.1.1/24]}}", []string{
			"ip link set eth1 mtu 1300: eth1 is a link of the host that the script does not make, so it is not part of the lab",
		}},
		{`sh -c 'for i in 1; do ip addr add 10.2.1$i.1/24 dev eth1; done'`, "  n1: {interfaces: {eth1: [10.1.1.1/24, 10.2.11.1/24]}}", nil},
		{`sh -c "for i in 1; do ip addr add 10.2.1$i.1/24 dev eth1; done"`, "  n1: {interfaces: {eth1: [10.1.1.1/24, 10.2.1.1/24]}}", nil},
	} {
		f.check(t, importer.FormatTinet, file)
	}
}

// What lies beside lab.conf is followed or noted.
func TestBesideKathara(t *testing.T) {
	for name, want := range map[string]string{
		"lab.ext":      `lab.ext:2: lab.ext: A enp0s3.5: lab files do not support links of the host that the lab does not make`,
		"lab.dep":      `lab.dep: the nodes of a lab start together`,
		"pc1.shutdown": `pc1.shutdown: labs run nothing when they are removed`,
		"pc1.test":     `pc1.test: scripts that test a device are not imported`,
		"shared.test":  `shared.test: scripts that test a device are not imported`,
		"_test":        `_test/: scripts that test a device are not imported`,
		"pc1":          `pc1/: files of a device are not imported, and what runs by them is not either`,
	} {
		source := func(file string) (string, error) {
			if file != name {
				return "", fs.ErrNotExist
			}
			return "# comment\n A enp0s3.5 \n\n", nil
		}
		r, err := importer.Kathara("", importer.File{Name: "lab.conf", Data: []byte("pc1[0]=A\npc2[0]=A\n"), Lab: "lab", Source: source})
		if err != nil || len(r.Lost()) != 1 || r.Lost()[0].String() != want {
			t.Errorf("%s: %v %q, want %s", name, err, r.Notes, want)
		}
	}
}
