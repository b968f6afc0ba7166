package cli

import (
	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
)

// viewOf returns a lab as the kernel has it now, with all that pictures show.
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

// sceneOf returns what there is to draw of a running lab: which cables carry a
// signal is what the kernel says.
func sceneOf(view *kernel.Snapshot) *draw.Scene {
	s := draw.FromState(view.State)
	for name, ns := range view.State.Namespaces {
		box := s.Box(draw.BoxID(name))
		for link := range ns.Links {
			if port := box.Port(link); port != nil {
				port.Carrier = view.Runtime[state.Endpoint{Namespace: name, Link: link}].Carrier
			}
		}
	}
	return s
}

// sheet is what the terminal, or a file, has room for.
func (p *program) sheet() draw.Page {
	return draw.Page{
		Width: p.out.width(),
		Name:  func(name string) string { return p.out.paint(bold, name) },
	}
}
