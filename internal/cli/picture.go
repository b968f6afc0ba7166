package cli

import (
	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
)

// viewOf observes a lab in the kernel.
func viewOf(lab *vethlab.Lab) (*kernel.Snapshot, error) {
	if lab.Topology() == nil {
		return kernel.Observe(lab.Name(), nil, nil)
	}
	c, err := compile.CompileAs(lab.Name(), lab.Topology())
	if err != nil {
		return nil, err
	}
	return kernel.Observe(lab.Name(), c.State, nil)
}

// sceneOf returns the scene of a running lab, with the carriers that the kernel reports.
func sceneOf(view *kernel.Snapshot) *draw.Scene {
	s := draw.FromState(view.State)
	s.SetCarriers(view.State, func(e state.Endpoint) bool { return view.Runtime[e].Carrier })
	return s
}

// drawPage is the size of the terminal, and how names are written on it.
func (p *program) drawPage() draw.Page {
	return draw.Page{
		Width: p.out.width(),
		Name:  func(name string) string { return p.out.paint(bold, name) },
	}
}
