package preflight

import (
	"fmt"
	"net"
	"slices"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

func labOf(t *testing.T, text string) (*compile.Lab, plan.Plan) {
	t.Helper()
	lab, err := compile.Compile(topo.MustParse(text))
	if err != nil {
		t.Fatal(err)
	}
	return lab, plan.Diff(state.New(), lab.State)
}

// A link of the lab in the host namespace must have a name that is not taken by a link
// without the lab's mark.
func TestTakenHostLinks(t *testing.T) {
	lab, p := labOf(t, `{name: l, links: [[a, "host:free0"], [a, b]]}`)
	if got := hostLinks(p); !slices.Equal(got, []string{"free0"}) {
		t.Errorf("links in the host namespace: %q, want free0", got)
	}
	if err := checkHostLinks(lab, p, state.New()); err != nil {
		t.Errorf("a free name: %v", err)
	}
	existing, err := net.Interfaces()
	if err != nil || len(existing) == 0 {
		t.Skipf("no network interface: %v", err)
	}
	name := existing[0].Name
	taken := plan.Plan{plan.AddVeth{Ends: [2]plan.VethEnd{
		{Link: state.Endpoint{Link: name}}, {Link: state.Endpoint{Namespace: "l.a", Link: "eth0"}},
	}}}
	want := "the host has a link " + name + " already, without the mark of lab l, so it is left alone: give the lab's link another name, or delete that one (ip link del " + name + ")"
	if err := checkHostLinks(lab, taken, state.New()); fmt.Sprint(err) != want {
		t.Errorf("a taken name: got %v, want %s", err, want)
	}
	own := state.New()
	own.Add(state.Host).Links[name] = &state.Link{Name: name}
	if err := checkHostLinks(lab, taken, own); err != nil {
		t.Errorf("a link of the lab: %v", err)
	}
}

// A mistake in a sysctl has the place of the sysctl or, in a topology that no file has, of
// its node.
func TestSysctlPos(t *testing.T) {
	const key = "net.ipv4.ip_forward"
	node, own := topo.Pos{Line: 2, Col: 3}, topo.Pos{Line: 4, Col: 5}
	described := map[string]string{key: "1"}
	for name, c := range map[string]struct {
		node *topo.Node
		pos  topo.Pos
		ok   bool
	}{
		"no node":       {nil, topo.Pos{}, false},
		"not described": {&topo.Node{Pos: node}, topo.Pos{}, false},
		"in a file":     {&topo.Node{Pos: node, Sysctls: described, SysctlPos: map[string]topo.Pos{key: own}}, own, true},
		"in a program":  {&topo.Node{Pos: node, Sysctls: described}, node, true},
	} {
		if pos, ok := sysctlPos(c.node, key); pos != c.pos || ok != c.ok {
			t.Errorf("%s: got %v, %v; want %v, %v", name, pos, ok, c.pos, c.ok)
		}
	}
}
