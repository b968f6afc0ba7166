package cli

import (
	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
)

// observe observes a lab in the kernel.
func observe(lab *vethlab.Lab) (*kernel.Snapshot, error) {
	if lab.Topology() == nil {
		return kernel.Observe(lab.Name(), nil, nil)
	}
	c, err := compile.CompileChecked(lab.Checked())
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

// drawPage returns the width of the terminal and the style of names.
func (p *program) drawPage() draw.Page {
	return draw.Page{
		Width: p.out.width(),
		Name:  func(name string) string { return p.out.paint(bold, name) },
	}
}
