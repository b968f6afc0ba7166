//go:build linux

package kernel_test

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// observer returns an observer of the namespaces with those names, and their names by
// nsid.
func observer(t testing.TB, names ...string) (*kernel.Observer, map[int32]string) {
	t.Helper()
	o, err := kernel.NewObserver()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	byID := map[int32]string{}
	for _, name := range names {
		byID[addTo(t, o, name)] = name
	}
	return o, byID
}

func addTo(t testing.TB, o *kernel.Observer, name string) int32 {
	t.Helper()
	fd, err := netns.OpenFd(name)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	id, err := o.Add(fd)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func read(t testing.TB, o *kernel.Observer) *dump.Wiring {
	t.Helper()
	w, err := o.Read()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// pairs formats each veth pair of a wiring with names.
func pairs(w *dump.Wiring, names map[int32]string) []string {
	var list []string
	for _, pair := range w.Pairs() {
		var ends []string
		for _, p := range pair {
			ends = append(ends, names[p.Netns]+":"+w.Link(p).Name)
		}
		slices.Sort(ends)
		list = append(list, strings.Join(ends, " "))
	}
	slices.Sort(list)
	return list
}

// commands runs ip once for each line.
func commands(t testing.TB, lines string) {
	t.Helper()
	for line := range strings.Lines(strings.TrimSpace(lines)) {
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %s", line, out)
		}
	}
}

// namespaces makes namespaces and returns their names.
func namespaces(t testing.TB, nodes ...string) []string {
	t.Helper()
	var names []string
	for _, node := range nodes {
		name := netnstest.Name(t, node)
		if err := netns.CreateAll([]netns.Spec{{Name: name}}); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// nsidsOf returns the nsids of other namespaces in each of these.
func nsidsOf(t testing.TB, names ...string) string {
	t.Helper()
	var all []string
	for _, name := range names {
		args := []string{"netns", "list-id"}
		if name != state.Host {
			args = append([]string{"-n", name}, args...)
		}
		out, err := exec.Command("ip", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", args, out)
		}
		for line := range strings.Lines(string(out)) {
			// Nsids of other tests' namespaces are ignored: the host namespace has some,
			// also of namespaces without a name.
			if _, of, named := strings.Cut(line, "netns name: "); !named && name != state.Host || strings.HasPrefix(of, netnstest.LabName(t)) {
				all = append(all, name+" "+line)
			}
		}
	}
	return strings.Join(all, "")
}

// TestObserverEqualIndexes has a chain of namespaces whose links have equal indexes, so
// that only the nsid identifies peers.
func TestObserverEqualIndexes(t *testing.T) {
	netnstest.Need(t)
	needPrograms(t, "ip")
	names := namespaces(t, "a", "b", "c")
	commands(t, fmt.Sprintf(`-n %[1]s link add left index 9 type veth peer name right index 9 netns %[2]s
		-n %[2]s link add left index 10 type veth peer name right index 9 netns %[3]s
		-n %[1]s link add p type veth peer name q
		-n %[1]s addr add 10.0.0.1/24 dev left
		-n %[2]s link add on index 50 link right type macvlan
		-n %[2]s link set on netns %[3]s`, names[0], names[1], names[2]))
	before := nsidsOf(t, append(names, state.Host)...)
	o, byID := observer(t, names...)
	w := read(t, o)
	a, b, c := names[0], names[1], names[2]
	want := []string{a + ":left " + b + ":right", a + ":p " + a + ":q", b + ":left " + c + ":right"}
	if got := pairs(w, byID); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if len(w.Hidden) > 0 || len(w.Unreadable) > 0 {
		t.Errorf("hidden: %v, closed: %v", w.Hidden, w.Unreadable)
	}
	for id, name := range byID {
		ns := w.Namespaces[id]
		if name == a && !slices.ContainsFunc(ns.Addresses, func(x dump.Address) bool { return x.Prefix == netip.MustParsePrefix("10.0.0.1/24") }) {
			t.Errorf("no address in %v", ns.Addresses)
		}
		if l := ns.LinkNamed("on"); l != nil {
			below, ok := w.Lower(dump.LinkRef{Netns: id, Index: l.Index})
			if !ok || byID[below.Netns] != b || w.Link(below).Name != "right" {
				t.Errorf("the macvlan in %s is on %v, %v", name, below, ok)
			}
		}
	}
	if after := nsidsOf(t, append(names, state.Host)...); after != before {
		t.Errorf("nsids before:\n%s\nafter:\n%s", before, after)
	}
}

// TestObserverHidden finds unnamed namespaces by veth pairs, one behind another.
func TestObserverHidden(t *testing.T) {
	netnstest.Need(t)
	needPrograms(t, "ip")
	names := namespaces(t, "a")
	first, second := unnamed(t), unnamed(t)
	pid := fmt.Sprintf("/proc/%d/fd/", os.Getpid())
	commands(t, fmt.Sprintf(`-n %[1]s link add va type veth peer name vb netns %[2]s
		-n %[1]s link add vc type veth peer name vd`, names[0], pid+fmt.Sprint(first.Fd())))
	if err := first.Do(func() error {
		return exec.Command("ip", "link", "add", "vx", "type", "veth", "peer", "name", "vy", "netns", pid+fmt.Sprint(second.Fd())).Run()
	}); err != nil {
		t.Fatal(err)
	}
	o, byID := observer(t, names...)
	w := read(t, o)
	if len(w.Hidden) != 2 {
		t.Fatalf("hidden: %v", w.Hidden)
	}
	if got := len(w.Pairs()); got != 3 {
		t.Errorf("%d pairs: %v", got, pairs(w, byID))
	}
	// A hidden namespace keeps its nsid when it is added.
	id, err := o.Add(second.Fd())
	if err != nil || !slices.Contains(w.Hidden, id) {
		t.Errorf("added as %d, %v; hidden were %v", id, err, w.Hidden)
	}
	if w := read(t, o); len(w.Hidden) != 1 {
		t.Errorf("hidden now: %v", w.Hidden)
	}
	// Deleted namespaces are left out.
	first.Close()
	second.Close()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if w = read(t, o); len(w.Namespaces) == 1 && len(w.Pairs()) == 1 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("still found: %v", pairs(w, byID))
		}
	}
}

func unnamed(t testing.TB) *netns.Namespace {
	t.Helper()
	ns, err := netns.CreateUnnamed()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ns.Close() })
	return ns
}

// TestObserverTwice adds the same namespace twice.
func TestObserverTwice(t *testing.T) {
	netnstest.Need(t)
	names := namespaces(t, "a")
	o, _ := observer(t)
	if a, b := addTo(t, o, names[0]), addTo(t, o, names[0]); a != b {
		t.Errorf("%d and %d", a, b)
	}
	if _, err := o.Add(0); err == nil {
		t.Error("a descriptor that is not a namespace was added")
	}
}

// BenchmarkObserver finds the veth pairs of 1,000 namespaces with one pair each.
func BenchmarkObserver(b *testing.B) {
	netnstest.Need(b)
	const n = 1000
	s := state.New()
	var names []string
	for i := range n {
		name := netnstest.Name(b, fmt.Sprint(i))
		names = append(names, name)
		peer := state.Endpoint{Namespace: netnstest.Name(b, fmt.Sprint(i^1)), Link: "eth0"}
		s.Add(name).Links["eth0"] = &state.Link{Name: "eth0", Index: 100 + i, Kind: state.Veth{Peer: peer}, Up: true}
	}
	if err := kernel.Apply(b.Context(), plan.Diff(state.New(), s), state.New(), kernel.Options{}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		o, err := kernel.NewObserver()
		if err != nil {
			b.Fatal(err)
		}
		for _, name := range names {
			addTo(b, o, name)
		}
		if pairs := len(read(b, o).Pairs()); pairs != n/2 {
			b.Fatalf("%d pairs", pairs)
		}
		o.Close()
	}
	b.StopTimer()
	if _, err := kernel.Remove(b.Context(), names); err != nil {
		b.Fatal(err)
	}
}
