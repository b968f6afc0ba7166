//go:build linux

package machine_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/importer"
	"github.com/vethlab/vethlab/internal/importer/machine"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

// initial are the namespaces that the commands change: a has a link to b, and a bridge
// with two ports. The dummy is left out where the kernel has none. Duplicate address
// detection, which takes a second, is off until the links are up. To show a link makes the
// kernel handle its carrier at once.
const initial = `
dad() { ip netns exec $1 sh -c "for f in /proc/sys/net/ipv6/conf/[!al]*/accept_dad; do echo $2 >\$f; done"; }
ip netns add a; ip netns add b
dad a 0; dad b 0
ip -n a link add eth0 type veth peer name eth0 netns b
ip -n a link add br0 type bridge
ip -n a link add p0 type veth peer name p1 netns b
ip -n a link add q0 type veth peer name q1 netns b
ip -n a link set p0 master br0; ip -n a link set q0 master br0
ip -n a addr add 10.0.0.1/24 dev eth0; ip -n b addr add 10.0.0.2/24 dev eth0
for l in lo eth0 br0 p0 q0; do ip -n a link set $l up; done
for l in lo eth0 p1 q1; do ip -n b link set $l up; done
ip -n a link add d0 up type dummy 2>/dev/null || true
for l in eth0 p0 q0 br0; do ip -n a link show $l; done; for l in eth0 p1 q1; do ip -n b link show $l; done
dad a 1; dad b 1
`

func shell(t *testing.T, script string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "sh", "-ec", script).CombinedOutput()
	return string(out), err
}

// create makes the namespaces as they are initially.
func create(t *testing.T) {
	t.Helper()
	if out, err := shell(t, "for n in a b; do ip netns del $n 2>/dev/null || true; done"+initial); err != nil {
		t.Fatal(err, out)
	}
	settled(t)
}

// settled waits until the ports forward and the other links have their link-local
// addresses.
func settled(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		out, err := shell(t, "bridge -n a link show; ip -n a -6 addr show dev eth0; ip -n a -6 addr show dev br0; ip -n b -6 addr show scope link")
		if err == nil && strings.Count(out, "state forwarding") == 2 && strings.Count(out, "inet6 fe80") == 5 {
			return
		}
	}
	t.Fatal("the links are not ready")
}

func imported(t *testing.T) *importer.Result {
	t.Helper()
	m, err := machine.Read([]string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := importer.Live("x", m, []string{"a", "b"}, false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Whatever a command configures is in the file or in a comment. Nothing of the initial
// namespaces is in a comment.
func TestLiveLosesNothing(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	for _, program := range []string{"ip", "bridge", "tc"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs the program %s: %v", program, err)
		}
	}
	create(t)
	before := imported(t)
	if lost := before.Lost(); len(lost) > 0 {
		t.Fatalf("before: %q", lost)
	}
	for _, c := range commands {
		t.Run(c.command, func(t *testing.T) {
			create(t)
			if out, err := shell(t, c.command); err != nil {
				t.Skipf("this kernel or program cannot do it: %v %s", err, out)
			}
			after := imported(t)
			var lost []string
			for _, n := range after.Lost() {
				lost = append(lost, n.String())
			}
			text, all := string(after.File()), strings.Join(lost, "\n")
			switch {
			case c.said != "" && !strings.Contains(all, c.said):
				skipIgnored(t, c.said)
				t.Errorf("the comments are %q, want %q", lost, c.said)
			case c.file != "" && (len(lost) > 0 || !strings.Contains(text, c.file) || strings.Contains(string(before.File()), c.file)):
				t.Errorf("want %q and no comment in\n%s", c.file, text)
			case c.made != "" && (len(lost) > 0 || text != string(before.File())):
				t.Errorf("want nothing else (%s) in\n%s", c.made, text)
			}
		})
	}
}

// skipIgnored skips the test of a setting that no program shows either: kernels ignore
// attributes that are younger than they are.
func skipIgnored(t *testing.T, said string) {
	t.Helper()
	shown, err := shell(t, "ip -n a -d link; ip -n a -d addr; ip -n a neigh; bridge -n a -d link")
	if err != nil {
		t.Fatal(err, shown)
	}
	said = said[strings.LastIndex(said, ": ")+1:] // without the link
	if name := strings.Fields(said)[0]; !strings.Contains(shown, name) {
		t.Skipf("this kernel ignores %s", name)
	}
}

// Reading creates nothing in a namespace and no module.
func TestReadingChangesNothing(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skipf("needs the program ip: %v", err)
	}
	create(t)
	const all = `set +e
cat /proc/modules 2>/dev/null | cut -d' ' -f1 | sort
for n in a b; do ip -n $n -d link; ip -n $n addr; ip -n $n route show table all; ip -n $n rule; ip netns exec $n cat /proc/net/ip_tables_names /proc/net/ip6_tables_names /proc/net/netlink_names 2>/dev/null
ip netns exec $n sh -c 'cut -d" " -f1 /proc/net/protocols; awk "{print \$2}" /proc/net/netlink | sort -u; ls -R /proc/net | sort'; done; true`
	// An address becomes a route when it is no longer tentative.
	if out, err := shell(t, `for n in a b; do while ip -n $n -6 addr show tentative | grep -q .; do sleep 0.1; done; done`); err != nil {
		t.Fatal(err, out)
	}
	want, err := shell(t, all)
	if err != nil {
		t.Fatal(err, want)
	}
	for range 3 {
		imported(t)
		if _, err := kernel.Objects("a"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := shell(t, all)
	if err != nil {
		t.Fatal(err, got)
	}
	if d := cmp.Diff(lasting(want), lasting(got)); d != "" {
		t.Errorf("(-before +after):\n%s", d)
	}
}

// lasting returns the lines without what changes by itself: timers, and whether an address
// is tentative.
func lasting(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "hello_timer")
		if !strings.Contains(line, "topology_change_timer") && !strings.Contains(line, "message_age_timer") {
			lines = append(lines, strings.ReplaceAll(line, " tentative", ""))
		}
	}
	return lines
}
