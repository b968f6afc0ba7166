package cli

import (
	"strings"

	"github.com/vethlab/vethlab/internal/inspect"
)

// showNode prints the namespace of NODE, or the interface of NODE:INTERFACE.
func (p *program) showNode(arg string, f format) error {
	name, link, hasLink := strings.Cut(arg, ":")
	lab, node, err := p.findNode(name)
	if err != nil {
		return err
	}
	n, err := inspect.Read(lab.Name(), node.Name(), node.Namespace(), lab.Checked().NodeKinds()[node.Name()])
	if err != nil {
		return err
	}
	if hasLink {
		if err := n.Select(link); err != nil {
			return err
		}
	}
	if f == formatJSON {
		return p.out.json(n)
	}
	sections, err := n.Sections()
	if err != nil {
		return err
	}
	p.out.print("%s\n", p.out.paint(bold, n.Title()))
	for _, s := range sections {
		p.out.print("\n%s  %s\n", p.out.paint(bold, s.Heading), p.out.paint(dim, s.Command))
		for _, line := range s.Lines {
			p.out.print("%s\n", strings.TrimRight("  "+line, " "))
		}
	}
	return nil
}
