package placement

import (
	"errors"
	"strings"
	"testing"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/sandbox"
)

func TestPlacement(t *testing.T) {
	for _, c := range []struct {
		placement                            Placement
		onMachine, inSandboxes, asRoot, user bool // asRoot and user: makes sandboxes
		features                             feature.Placement
	}{
		{Placement{}, true, true, false, true, feature.Default},
		{Placement{Rootless: true}, false, true, true, true, feature.Sandbox},
		{Placement{Root: true}, true, false, false, false, feature.Host},
		{Of(sandbox.Inside), true, false, false, false, feature.Default},
		{Of(sandbox.Isolated), true, false, false, false, feature.Default},
		{Placement{Inside: true, Rootless: true}, true, false, false, false, feature.Sandbox},
	} {
		p := c.placement
		if got := p.OnMachine(); got != c.onMachine {
			t.Errorf("%+v: on the machine: got %v", p, got)
		}
		if got := p.InSandboxes(); got != c.inSandboxes {
			t.Errorf("%+v: in sandboxes: got %v", p, got)
		}
		if root, user := p.makesSandboxes(true), p.makesSandboxes(false); root != c.asRoot || user != c.user {
			t.Errorf("%+v: makes sandboxes: got %v as root, %v as user", p, root, user)
		}
		if got := p.Features(); got != c.features {
			t.Errorf("%+v: features: got %v, want %v", p, got, c.features)
		}
	}
	if of := Of(sandbox.Plain); of != (Placement{}) {
		t.Errorf("got %+v", of)
	}
	if of := Of(sandbox.Isolated); !of.Isolated || Of(sandbox.Inside).Isolated {
		t.Errorf("got %+v", of)
	}
}

func TestOutOfReach(t *testing.T) {
	for _, c := range []struct {
		process Process
		err     error
		want    bool
	}{
		{Process{}, notRunningError("x"), true},
		{Process{}, sandbox.ErrEnded, true},
		{Process{}, rootLabError("x"), true},
		{Process{Placement: Placement{Root: true}}, rootLabError("x"), false},
		{Process{}, errors.New("x"), false},
		{Process{}, Reexecuted{0}, false},
		{Process{}, nil, false},
	} {
		if got := c.process.OutOfReach(c.err); got != c.want {
			t.Errorf("%v with %+v: got %v", c.err, c.process.Placement, got)
		}
	}
	if err := notRunningError("x"); !errors.Is(err, vethlab.ErrNotRunning) || !strings.HasPrefix(err.Error(), "lab x is") {
		t.Errorf("got %v", err)
	}
}
