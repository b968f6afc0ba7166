package inspect

import (
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Lab observes a running lab in the kernel. Of sysctls it reads those that its description
// names, which is nil if unknown.
func Lab(name string, described *topo.Checked) (*kernel.Snapshot, error) {
	if described == nil {
		return kernel.Observe(name, nil, nil)
	}
	c, err := compile.CompileChecked(described)
	if err != nil {
		return nil, err
	}
	return kernel.Observe(name, c.State, nil)
}

// Scene returns the scene of a running lab, with the carriers that the kernel reports and
// the kinds of its description, which is nil if unknown.
func Scene(view *kernel.Snapshot, described *topo.Checked) *draw.Scene {
	s := draw.FromState(view.State, described.NodeKinds())
	s.SetCarriers(view.State, func(e state.Endpoint) bool { return view.Runtime[e].Carrier })
	return s
}
