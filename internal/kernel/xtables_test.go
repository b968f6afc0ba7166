//go:build linux

package kernel_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/xtables"
)

// inNamespace runs a command in a namespace and returns its standard output.
func inNamespace(t *testing.T, namespace, stdin string, args ...string) (string, error) {
	t.Helper()
	lock := filepath.Join(t.TempDir(), "xtables.lock") // iptables' own one only root can write
	var out []byte
	err := netns.Do(namespace, func() (err error) {
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Stdin, cmd.Env = strings.NewReader(stdin), append(os.Environ(), "XTABLES_LOCKFILE="+lock)
		out, err = cmd.Output()
		return err
	})
	return string(out), err
}

// legacy are the programs of the families.
var legacy = map[xtables.Family]string{xtables.IPv4: "iptables-legacy", xtables.IPv6: "ip6tables-legacy", xtables.ARP: "arptables-legacy"}

// rulesOf returns the rules of a file of package xtables by their table, with the lines
// that begin each table.
func rulesOf(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "xtables", "testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// restore gives a namespace the rules of a text, except those that this kernel lacks
// something for. It skips the test by name if the kernel has no legacy tables.
func restore(t *testing.T, f xtables.Family, namespace, text string) {
	t.Helper()
	program := legacy[f]
	needPrograms(t, program, program+"-save", program+"-restore")
	if _, err := inNamespace(t, namespace, "*filter\nCOMMIT\n", program+"-restore"); err != nil {
		t.Skipf("this kernel has no tables of %s: %v", program, err)
	}
	if _, err := inNamespace(t, namespace, text, program+"-restore", "-c"); err == nil {
		return
	}
	table, heads, lacking := "", map[string]string{}, 0
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "*"):
			table = line
		case strings.HasPrefix(line, ":"):
			heads[table] += line
		}
	}
	for table, chains := range heads {
		if _, err := inNamespace(t, namespace, table+chains+"COMMIT\n", program+"-restore"); err != nil {
			t.Logf("this kernel lacks the table %q: %v", table, err)
		}
	}
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "*"):
			table = line
		case strings.HasPrefix(line, "-A"), strings.HasPrefix(line, "["):
			if _, err := inNamespace(t, namespace, table+line+"COMMIT\n", program+"-restore", "-n", "-c"); err != nil {
				t.Logf("this kernel lacks what is needed for %q", line)
				lacking++
			}
		}
	}
	if all := strings.Count(text, "-A "); lacking > all/2 {
		t.Fatalf("the kernel took only %d of %d rules", all-lacking, all)
	}
}

// saved returns what iptables-save prints, without its comments.
func saved(t *testing.T, f xtables.Family, namespace string) string {
	t.Helper()
	text, err := inNamespace(t, namespace, "", legacy[f]+"-save", "-c")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^#.*\n`).ReplaceAllString(text, "")
}

// texts returns the tables of a family as text.
func texts(t *testing.T, f xtables.Family, namespace string) string {
	t.Helper()
	tables, err := kernel.Xtables(namespace)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for i := range tables {
		if tables[i].Family == f {
			text += tables[i].String()
		}
	}
	return text
}

// All rules are read as iptables-save prints them, but for the parts that package xtables
// does not decode.
func TestXtablesAsSaved(t *testing.T) {
	for _, f := range []xtables.Family{xtables.IPv4, xtables.IPv6} {
		t.Run(string(f), func(t *testing.T) {
			ns := emptyNamespace(t)
			restore(t, f, ns, rulesOf(t, string(f)+".rules"))
			want, got := saved(t, f, ns), texts(t, f, ns)
			if golden.Update() {
				record(t, f, ns, want)
			}
			if d := cmp.Diff(decoded(want, got), strings.Split(got, "\n")); d != "" {
				t.Errorf("(-%s-save +vethlab):\n%s", legacy[f], d)
			}
		})
	}
}

// Rules of arptables are read too, of which no save program prints all.
func TestXtablesARP(t *testing.T) {
	needPrograms(t, "arptables-legacy")
	ns := emptyNamespace(t)
	for _, rule := range []string{
		"-P INPUT DROP", "-N mine",
		"-A INPUT -s 10.0.0.1 -d 10.0.0.2 -i eth0 --opcode Request -j ACCEPT",
		"-A INPUT ! -s 10.1.0.0/16 --source-mac 02:00:00:00:00:01 ! --destination-mac 02:00:00:00:00:02 --h-length 6 --h-type 1 --proto-type 0x800 -j ACCEPT",
		"-A OUTPUT -o eth+ -j mine", "-A mine -j mangle --mangle-ip-s 10.0.0.9",
	} {
		if _, err := inNamespace(t, ns, "", append([]string{"arptables-legacy"}, strings.Fields(rule)...)...); err != nil {
			t.Skipf("this kernel has no tables of arptables-legacy: %q: %v", rule, err)
		}
	}
	got := texts(t, xtables.ARP, ns)
	if golden.Update() {
		record(t, xtables.ARP, ns, got)
	}
	if d := cmp.Diff(rulesOf(t, "arptables.saved"), got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// decoded returns the lines of iptables-save, those of ours where that has parts that are
// not decoded.
func decoded(saved, ours string) []string {
	want, got := strings.Split(saved, "\n"), strings.Split(ours, "\n")
	for i := range min(len(want), len(got)) {
		if strings.Contains(got[i], "[unknown ") {
			want[i] = got[i]
		}
	}
	return want
}

// record writes the golden files of package xtables: what the kernel returns, and what
// iptables-save prints.
func record(t *testing.T, f xtables.Family, namespace, saved string) {
	t.Helper()
	blobs, err := kernel.XtablesBlobs(namespace, f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(blobs)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{".json": string(data) + "\n", ".saved": saved} {
		file := filepath.Join("..", "xtables", "testdata", string(f)+name)
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Reading tables changes nothing: it creates no table, neither in a new namespace nor
// beside others, and loads no module.
func TestXtablesReadingChangesNothing(t *testing.T) {
	for _, prepare := range []struct{ name, text string }{
		{"new", ""}, {"with rules", "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -j LOG\nCOMMIT\n"},
	} {
		t.Run(prepare.name, func(t *testing.T) {
			ns := emptyNamespace(t)
			if prepare.text != "" {
				restore(t, xtables.IPv4, ns, prepare.text)
			}
			before, hooks := registered(t, ns), texts(t, xtables.IPv4, ns)
			for range 3 {
				if _, err := kernel.Xtables(ns); err != nil {
					t.Fatal(err)
				}
				if _, err := kernel.Observe("", nil, nil); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(before, registered(t, ns)); d != "" {
				t.Errorf("reading changed what is registered (-before +after):\n%s", d)
			}
			if hooks != texts(t, xtables.IPv4, ns) {
				t.Error("reading changed the rules")
			}
			if prepare.text != "" && !strings.Contains(before["ip_tables_names"], "filter") {
				t.Errorf("there is no table filter in %q", before)
			}
		})
	}
}

// registered returns the tables, matches and targets of a namespace, and the modules of
// the kernel.
func registered(t *testing.T, namespace string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := netns.Do(namespace, func() error {
		for _, name := range []string{"ip_tables_names", "ip6_tables_names", "arp_tables_names", "ip_tables_targets", "ip_tables_matches"} {
			text, _ := os.ReadFile("/proc/thread-self/net/" + name)
			files[name] = string(text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	modules, _ := os.ReadFile("/proc/modules")
	for line := range strings.Lines(string(modules)) {
		if name, _, _ := strings.Cut(line, " "); strings.Contains(name, "table") || strings.HasPrefix(name, "xt_") {
			files["modules"] += name + "\n"
		}
	}
	return files
}

// Rules and policies count, and the difference of two reads says which dropped something.
func TestXtablesRises(t *testing.T) {
	ns := emptyNamespace(t)
	restore(t, xtables.IPv4, ns, "*filter\n:OUTPUT DROP [0:0]\n:INPUT ACCEPT [0:0]\n-A OUTPUT -p icmp -j ACCEPT\n-A OUTPUT -p udp -j DROP\nCOMMIT\n")
	lo := plan.Plan{plan.SetLink{Link: state.Endpoint{Namespace: ns, Link: state.Lo}, Up: new(true)}}
	if err := kernel.Apply(t.Context(), lo, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	tables := func() []xtables.Table {
		list, err := kernel.Xtables(ns)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	before := tables()
	err := netns.Do(ns, func() error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		err = unix.Sendto(fd, []byte("x"), 0, &unix.SockaddrInet4{Port: 9, Addr: [4]byte{127, 0, 0, 1}})
		if !errors.Is(err, unix.EPERM) {
			t.Errorf("sendto: %v, want EPERM", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := xtables.Rises(before, tables())
	want := []xtables.Rise{{Family: xtables.IPv4, Table: "filter", Chain: "OUTPUT", Rule: "-p udp -j DROP", Target: "DROP", Packets: 1}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if !got[0].Drops() {
		t.Error("the rule drops nothing")
	}
}
