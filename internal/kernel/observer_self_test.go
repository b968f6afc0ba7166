//go:build linux

package kernel

import (
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/state"
)

// Without the right to create namespaces the own namespace and its peers are observed.
func TestObserverSelf(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(`netns add near
		netns add far
		link add v0 type veth peer name v1 netns near
		link add v2 index 77 type veth peer name v3`) {
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %s", line, out)
		}
	}
	s, err := newSelf()
	if err != nil {
		t.Fatal(err)
	}
	o := &Observer{self: s}
	defer o.Close()
	if err := o.dial(); err != nil {
		t.Fatal(err)
	}
	ids := map[string]int32{}
	for _, name := range []string{state.Host, "near", "far", "near"} {
		fd, err := netns.OpenFd(name)
		if err != nil {
			t.Fatal(err)
		}
		id, err := o.Add(fd)
		unix.Close(fd)
		if err != nil {
			t.Fatal(err)
		}
		if known, ok := ids[name]; ok && known != id {
			t.Errorf("%s is %d and %d", name, known, id)
		}
		ids[name] = id
	}
	w, err := o.Read()
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Namespaces) != 1 || w.Unreadable[ids["near"]] == nil || w.Unreadable[ids["far"]] == nil || len(w.Hidden) > 0 {
		t.Errorf("read %v, closed %v, hidden %v", w.Namespaces, w.Unreadable, w.Hidden)
	}
	v0 := w.Namespaces[ids[state.Host]].LinkNamed("v0")
	if to, ok := v0.Target(ids[state.Host]); !ok || to.Netns != ids["near"] {
		t.Errorf("the peer of v0 is %v, %v; near is %d", to, ok, ids["near"])
	}
	if len(w.Pairs()) != 1 {
		t.Errorf("pairs: %v", w.Pairs())
	}
}
