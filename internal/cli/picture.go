package cli

import (
	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
)

// sceneOf returns what there is to draw of a running lab: which cables carry a
// signal is what the kernel says.
func sceneOf(view *kernel.View) *draw.Scene {
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
