package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
)

func newLs(p *program) *cobra.Command {
	var f format
	cmd := &cobra.Command{
		Use:     "ls",
		Aliases: []string{"list"},
		Short:   "List the labs that run",
		Args:    arguments(cobra.NoArgs),
		RunE:    func(*cobra.Command, []string) error { return p.ls(f) },
	}
	outputFlag(cmd, &f)
	return cmd
}

func (p *program) ls(f format) error {
	infos, err := vethlab.List()
	if err != nil {
		return err
	}
	switch {
	case f == formatJSON:
		return p.out.json(append([]vethlab.Info{}, infos...)) // [], never null
	case len(infos) == 0:
		p.out.say("no lab is running")
		return nil
	}
	var rows [][]string
	for _, info := range infos {
		rows = append(rows, []string{info.Name, fmt.Sprint(len(info.Nodes)), labState(info), someOf(info.Nodes)})
	}
	p.out.table([]string{"LAB", "NODES", "STATE", "NAMES"}, rows)
	return nil
}

func labState(info vethlab.Info) string {
	if info.Incomplete {
		return "incomplete"
	}
	return "running"
}

// someOf joins the first of many names.
func someOf(names []string) string {
	const most = 8
	if len(names) > most {
		return fmt.Sprintf("%s … %s", strings.Join(names[:most-1], " "), names[len(names)-1])
	}
	return strings.Join(names, " ")
}
